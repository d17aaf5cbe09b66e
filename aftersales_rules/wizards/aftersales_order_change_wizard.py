# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.aftersales_address_change import CHANNELS, ChangeDetails


class AftersalesOrderChangeWizard(models.TransientModel):
    """Register that a customer changes or cancels a confirmed order (O10)."""

    _name = "aftersales.order.change.wizard"
    _description = "Change or Cancel an Order"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    kind = fields.Selection(
        [("change", "Change the order"), ("cancel", "Cancel the order")],
        required=True,
        default="change",
        string="The Customer Wants to",
    )
    channel = fields.Selection(
        CHANNELS, required=True, default="phone", help="How the customer told us."
    )
    requested_by = fields.Char(
        "Asked for by", required=True, help="The person on the customer's side."
    )
    reason = fields.Text(required=True, help="Why the customer wants it.")
    what = fields.Text("What Changes", help="Quantities, products, dates.")
    is_enforced = fields.Boolean(compute="_compute_is_enforced")

    @api.depends("order_id")
    def _compute_is_enforced(self):
        for wizard in self:
            company = wizard.order_id.company_id
            wizard.is_enforced = (
                company and company._aftersales_mode("transfer_release") == "enforce"
            )

    @api.model
    def default_get(self, field_names):
        # EXTENDS 'base'
        values = super().default_get(field_names)
        order = self.env["sale.order"].browse(values.get("order_id"))
        if order:
            values.setdefault("requested_by", order.partner_id.name)
        return values

    def action_register(self):
        """Register it; the rights are those of the order."""
        self.ensure_one()
        details = ChangeDetails(
            self.channel, self.requested_by.strip(), self.reason.strip()
        )
        if self.kind == "cancel":
            self.order_id._register_cancellation(details)
        else:
            self.order_id._register_change(details, self.what or "")
        return {"type": "ir.actions.act_window_close"}
