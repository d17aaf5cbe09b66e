# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveLine(models.Model):
    """The entry of an expense is a vendor's receipt: its items are no bill lines."""

    _inherit = "account.move.line"

    def _get_cost_rows(self):
        # EXTENDS 'aftersales_rules': the expense is the source, or it would count twice
        bills = self.filtered(lambda line: not line.expense_id)
        return super(AccountMoveLine, bills)._get_cost_rows()
