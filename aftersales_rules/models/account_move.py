# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        posted._queue_credit_recheck()
        return posted

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        self._queue_credit_recheck()
        return result

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self._queue_credit_recheck()
        return result

    def _queue_credit_recheck(self):
        """What these entries say of a customer's debt has changed."""
        for company, moves in self.grouped("company_id").items():
            moves.line_ids._queue_credit_recheck(company)
