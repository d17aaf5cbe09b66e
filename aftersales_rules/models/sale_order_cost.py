# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SaleOrder(models.Model):
    """The way from a replacement to what it has cost (L9)."""

    _name = "sale.order"
    _inherit = ["sale.order", "aftersales.cost.trace"]

    def _get_traced_sources(self):
        return {order: order.order_line.move_ids for order in self}
