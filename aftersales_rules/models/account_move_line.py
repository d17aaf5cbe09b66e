# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _queue_credit_recheck(self, company):
        receivable = self.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        if receivable.partner_id:
            receivable.partner_id._queue_credit_recheck(company)
