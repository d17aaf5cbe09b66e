# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _assign_picking_post_process(self, new=False):
        # EXTENDS 'stock'
        result = super()._assign_picking_post_process(new=new)
        # sudo: whoever starts the transfer need not be able to read sales
        orders = self.sudo()._get_ordering_orders()
        if any(order._goes_first() for order in orders):
            self.picking_id.filtered(lambda picking: picking.priority == "0").write(
                {"priority": "1"}
            )
        return result

    def _get_ordering_orders(self):
        """Orders that these moves work for, deliveries and the steps before them."""
        # the order line says it for nearly all of them, and is in the cache
        return self.sale_line_id.order_id or self.reference_ids.sale_ids


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _follow_order_priority(self):
        for picking in self:
            if picking.state in ("done", "cancel"):
                continue
            orders = picking.sale_id | picking.move_ids._get_ordering_orders()
            first = any(order._goes_first() for order in orders)
            priority = "1" if first else "0"
            if picking.priority != priority:
                picking.priority = priority
