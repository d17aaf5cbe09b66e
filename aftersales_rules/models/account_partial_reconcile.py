# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account': money was matched with a debt
        partials = super().create(vals_list)
        partials._queue_credit_recheck()
        return partials

    def unlink(self):
        # EXTENDS 'account': a payment was taken back
        self._queue_credit_recheck()
        return super().unlink()

    def _queue_credit_recheck(self):
        for partial in self:
            partial.debit_move_id._queue_credit_recheck(partial.company_id)
