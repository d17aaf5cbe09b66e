# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

_QUANTITY_FIELDS = {"product_id", "product_uom_qty", "product_uom_id"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        lines = super().create(vals_list)
        lines.order_id._queue_projects("change")
        return lines

    def write(self, vals):
        # EXTENDS 'sale'
        result = super().write(vals)
        if not _QUANTITY_FIELDS.isdisjoint(vals):
            self.order_id._queue_projects("change")
        return result

    def unlink(self):
        # EXTENDS 'sale'
        orders = self.order_id
        result = super().unlink()
        orders._queue_projects("change")
        return result
