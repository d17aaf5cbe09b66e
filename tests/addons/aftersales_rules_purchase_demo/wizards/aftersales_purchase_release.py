# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesPurchaseRelease(models.TransientModel):
    """Asks a manager for the reason. Who may release is checked by the order."""

    _name = "aftersales.purchase.release"
    _description = "Release a Purchase Order"

    order_id = fields.Many2one("purchase.order", required=True)
    notice = fields.Html(related="order_id.rules_notice")
    reason = fields.Text(required=True, help="Kept with your name on the order.")

    def action_release(self):
        self.ensure_one()
        self.order_id._release_by_rules(self.reason)
        return {"type": "ir.actions.act_window_close"}
