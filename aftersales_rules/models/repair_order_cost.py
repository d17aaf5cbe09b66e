# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class RepairOrder(models.Model):
    """The way from a repair to what it has cost (L9)."""

    _name = "repair.order"
    _inherit = ["repair.order", "aftersales.cost.trace"]

    def _get_traced_sources(self):
        return {repair: repair.move_ids for repair in self}
