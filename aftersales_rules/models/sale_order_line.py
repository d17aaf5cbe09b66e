# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError

_MONEY_FIELDS = {
    "product_uom_qty",
    "price_unit",
    "discount",
    "tax_ids",
    "product_id",
    "product_uom_id",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        # EXTENDS 'sale_stock'
        # The one place through which procurement of a sale order is launched: at
        # confirmation, when a quantity grows, when a line is added. Credit is judged
        # before it, so that what is held is never picked, bought or made.
        orders = self.order_id.filtered(lambda order: order.state == "sale")
        orders._judge_before_procurement()
        held = orders._filter_held("procurement")
        lines = self.filtered(lambda line: line.order_id not in held)
        if not lines:
            return True
        return super(SaleOrderLine, lines)._action_launch_stock_rule(
            previous_product_uom_qty=previous_product_uom_qty
        )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        for vals in vals_list:
            self._check_money_links(vals)
        lines = super().create(vals_list)
        lines._queue_recheck_of_confirmed()
        return lines

    def write(self, vals):
        # EXTENDS 'sale'
        self._check_money_links(vals)
        result = super().write(vals)
        if not _MONEY_FIELDS.isdisjoint(vals):
            self._queue_recheck_of_confirmed()
        return result

    def unlink(self):
        # EXTENDS 'sale'
        orders = self.order_id
        result = super().unlink()
        orders._queue_recheck("change")
        return result

    def _queue_recheck_of_confirmed(self):
        self.order_id._queue_recheck("change")

    @api.model
    def _check_money_links(self, vals):
        # A line that borrows the paid invoice of another order would be paid.
        if "invoice_lines" in vals and not self.env.su:
            raise AccessError(
                self.env._("Lines are linked to invoices by invoicing them.")
            )
