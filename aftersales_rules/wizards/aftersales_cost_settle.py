# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AftersalesCostSettle(models.TransientModel):
    """What is made of a document that changed after its cost was pulled (L9)."""

    _name = "aftersales.cost.settle"
    _description = "Document of a Service Cost Changed"

    cost_id = fields.Many2one(
        "aftersales.cost", required=True, readonly=True, ondelete="cascade"
    )
    change = fields.Text(related="cost_id.source_change")
    company_currency_id = fields.Many2one(related="cost_id.company_currency_id")
    company_amount = fields.Monetary(
        "Pulled", related="cost_id.company_amount", currency_field="company_currency_id"
    )
    new_amount = fields.Monetary(
        "Now",
        related="cost_id.source_new_amount",
        currency_field="company_currency_id",
    )
    decision = fields.Selection(
        [
            ("take", "Take what the document says now"),
            ("keep", "Keep it as it was pulled"),
        ],
        required=True,
        default="take",
    )
    reason = fields.Text()

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards.cost_id.check_access("read")
        for wizard in wizards:
            wizard.cost_id._check_settle_right()
        return wizards

    def action_settle(self):
        self.ensure_one()
        self.check_access("write")
        self.cost_id._settle_source(self.decision == "take", self.reason)
        return {"type": "ir.actions.act_window_close"}
