# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _should_auto_confirm_procurement_mo(self, p):
        # EXTENDS 'mrp'
        # What waits for its deposit is confirmed when the deposit is there (O6).
        result = super()._should_auto_confirm_procurement_mo(p)
        if result and p._filter_waiting():
            p._remember_confirmation()
            return False
        return result

    def _make_mo_get_domain(self, procurement, bom):
        # EXTENDS 'mrp'
        # A manufacturing order that waits takes up nobody's quantity, be it of another
        # order that may go on, of a reordering rule, or of one that waits as well for
        # its own deposit. And what is procured for an order that waits never finds
        # one that may go on: those with its reference all wait.
        domain = super()._make_mo_get_domain(procurement, bom)
        return (*domain, ("deposit_state", "=", False))
