# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mrp'
        productions = super().create(vals_list)
        # sudo: whoever makes the order need not be able to read sales
        productions.sudo().filtered(
            lambda mo: any(order._goes_first() for order in mo._get_sold_orders())
        ).priority = "1"
        return productions

    def _get_sold_orders(self):
        """Orders that these manufacturing orders work for, at any level."""
        return self.sale_line_id.order_id | self.reference_ids.sale_ids

    def _goes_first(self):
        """Whether the orders that it works for put it before others."""
        self.ensure_one()
        return any(order._goes_first() for order in self._get_sold_orders())

    def _follow_order_priority(self):
        for production in self:
            if production.state in ("done", "cancel"):
                continue
            first = production._goes_first()
            priority = "1" if first else "0"
            if production.priority != priority:
                production.priority = priority
