# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    _in_process_without_entry_idx = models.Index(
        "(partner_id, company_id) WHERE move_id IS NULL AND state = 'in_process'"
    )

    def write(self, vals):
        # EXTENDS 'account'
        result = super().write(vals)
        if "state" in vals:
            for company, payments in self.grouped("company_id").items():
                payments.partner_id._queue_credit_recheck(company)
        return result
