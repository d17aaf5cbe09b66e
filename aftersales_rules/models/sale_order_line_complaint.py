# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .guarded_fields import check_follows, without_defaults

_FOLLOWS = {"complaint_replaced_qty"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    complaint_replaced_qty = fields.Float(
        "Replaced for a Complaint",
        digits="Product Unit",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="So much of it is sent for nothing, as the complaint says.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        for vals in vals_list:
            check_follows(self, vals, _FOLLOWS)
        lines = super(SaleOrderLine, without_defaults(self, _FOLLOWS)).create(vals_list)
        return lines.with_env(self.env)

    def write(self, vals):
        # EXTENDS 'sale'
        check_follows(self, vals, _FOLLOWS)
        return super().write(vals)

    def _is_replacement(self):
        """Whether it is sent for nothing for a complaint, and no more than that."""
        self.ensure_one()
        return (
            bool(self.complaint_replaced_qty)
            and not self.price_unit
            and self.product_uom_qty <= self.complaint_replaced_qty
        )
