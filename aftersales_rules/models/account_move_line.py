# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # what customers owe at this moment, however long their history
    _open_item_idx = models.Index(
        "(partner_id, company_id) WHERE reconciled IS NOT TRUE "
        "AND parent_state = 'posted' AND amount_residual <> 0"
    )
    # documents reset to draft that are still matched; there are few
    _reset_matched_idx = models.Index(
        "(partner_id) WHERE parent_state = 'draft' AND matching_number IS NOT NULL"
    )

    def _queue_credit_recheck(self, company):
        receivable = self.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        if receivable.partner_id:
            receivable.partner_id._queue_credit_recheck(company)
