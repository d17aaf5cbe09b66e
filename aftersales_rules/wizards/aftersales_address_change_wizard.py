# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.aftersales_address_change import CHANNELS, ChangeDetails


class AftersalesAddressChangeWizard(models.TransientModel):
    """Register the new delivery address of a confirmed order (O11)."""

    _name = "aftersales.address.change.wizard"
    _description = "Change Delivery Address"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    # with the user's own rights: anybody may name any order in a wizard
    company_id = fields.Many2one(related="order_id.company_id", related_sudo=False)
    commercial_partner_id = fields.Many2one(
        related="order_id.partner_id.commercial_partner_id", related_sudo=False
    )
    old_partner_id = fields.Many2one(
        related="order_id.partner_shipping_id",
        string="Present Address",
        related_sudo=False,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "New Address",
        required=True,
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Choose a contact, or create one with the new address.",
    )
    channel = fields.Selection(
        CHANNELS, required=True, default="phone", help="How the customer told us."
    )
    requested_by = fields.Char(
        "Asked for by", required=True, help="The person on the customer's side."
    )
    reason = fields.Text(help="Why the goods go elsewhere.")

    @api.model
    def default_get(self, field_names):
        # EXTENDS 'base'
        values = super().default_get(field_names)
        order = self.env["sale.order"].browse(values.get("order_id"))
        if order:
            values.setdefault("requested_by", order.partner_id.name)
        return values

    def action_change(self):
        """Change the address; the rights are those of the order."""
        self.ensure_one()
        self.order_id._change_address(
            self.partner_id,
            ChangeDetails(self.channel, self.requested_by.strip(), self.reason or ""),
        )
        return {"type": "ir.actions.act_window_close"}
