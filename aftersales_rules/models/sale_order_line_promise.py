# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

_PROMISED_FIELDS = {
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "price_unit",
    "discount",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        lines = super().create(vals_list)
        lines._queue_flagged_promise()
        return lines

    def write(self, vals):
        # EXTENDS 'sale'
        result = super().write(vals)
        if not _PROMISED_FIELDS.isdisjoint(vals):
            self._queue_flagged_promise()
        return result

    def unlink(self):
        # EXTENDS 'sale'
        orders = self.order_id
        result = super().unlink()
        # sudo: customers may take optional products off and not read the flag
        orders.sudo().filtered("promise_state")._queue_promise()
        return result

    def _queue_flagged_promise(self):
        # sudo: customers may add optional products and not read the flag
        self.sudo().order_id.filtered("promise_state")._queue_promise()
