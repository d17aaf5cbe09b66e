# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

_BOOKED = {
    "account_id",
    "amount_currency",
    "balance",
    "credit",
    "currency_id",
    "debit",
}
"""Of posted items Odoo lets accounting change some of these as long as no period is
locked; those of service costs are changed by reversing (L8)."""


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        # EXTENDS 'account'
        if not _BOOKED.isdisjoint(vals):
            self._check_no_service_costs(vals)
        return super().write(vals)

    def _check_no_service_costs(self, vals):
        # sudo: which posting it is, for whoever works in accounting
        for line in self.sudo():
            move = line.move_id
            if not move.cost_posting_id or move.state != "posted":
                continue
            if any(move._field_will_change(line, vals, name) for name in _BOOKED):
                raise UserError(
                    self.env._(
                        "%(move)s holds service costs of %(posting)s. Its accounts and "
                        "amounts stay as they were posted; reverse it, and post the "
                        "costs again. An accountant for service costs can.",
                        move=move.display_name,
                        posting=move.cost_posting_id.name,
                    )
                )
