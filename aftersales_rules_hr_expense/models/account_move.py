# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _queue_cost_check(self):
        # EXTENDS 'aftersales_rules': the entry of an expense is what the cost is
        result = super()._queue_cost_check()
        # sudo: whoever posts entries need not read the expenses of others
        self.sudo().expense_ids.filtered("complaint_id")._queue_cost_check()
        return result

    def _get_traced_sources(self):
        # EXTENDS 'aftersales_rules'
        traced = super()._get_traced_sources()
        return {move: (*sources, *move.expense_ids) for move, sources in traced.items()}
