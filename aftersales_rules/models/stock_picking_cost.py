# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockPicking(models.Model):
    """The way from a transfer to what it has cost (L9)."""

    _name = "stock.picking"
    _inherit = ["stock.picking", "aftersales.cost.trace"]

    def _get_traced_sources(self):
        return {picking: picking.move_ids for picking in self}
