# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Taking a posting back, in our screens or in accounting's (L8)."""

from odoo import fields, models
from odoo.exceptions import UserError

from .guarded_fields import on_clean_context


class AftersalesCostPosting(models.Model):
    _inherit = "aftersales.cost.posting"

    def _get_standing(self):
        """The bookings of these postings that stand."""
        return self.env["aftersales.cost.entry"].search(
            [("posting_id", "in", self.ids), ("is_standing", "=", True)], order="id"
        )

    def _check_standing(self):
        for posting in self:
            if posting.state == "draft":
                raise UserError(
                    self.env._(
                        "%(posting)s is not in the books yet. Discard it instead.",
                        posting=posting.name,
                    )
                )
            if posting.state == "reversed":
                raise UserError(
                    self.env._("%(posting)s is reversed already.", posting=posting.name)
                )

    def _reverse(self, reason, date, moves=None):
        """Take the posting back, or some of its documents.

        Odoo makes the reversals; what becomes of costs and trail follows from their
        being posted, see ``_take_back``.

        :param date: the day the reversals are booked on
        :param moves: documents to reverse; without, all of them
        :return: the reversals
        """
        self.ensure_one()
        self._check_accountant()
        self._check_standing()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason of the reversal."))
        standing = self._get_standing()
        if moves is not None:
            standing = standing.filtered(lambda entry: entry.move_id in moves)
            if moves - standing.move_id:
                raise UserError(
                    self.env._(
                        "%(documents)s is not in the books for %(posting)s (any more).",
                        documents=", ".join((moves - standing.move_id).mapped("name")),
                        posting=self.name,
                    )
                )
        # First these rows: of two who reverse, the second is repeated and told.
        self.sudo().write({"reversed_at": fields.Datetime.now()})  # sudo: see _post
        self.env.flush_all()
        moves = on_clean_context(standing.move_id).with_company(self.company_id)
        for journal, same in moves.grouped("journal_id").items():
            self._check_date(date, bool(same.line_ids.tax_ids), journal)
        reversals = moves._reverse_moves(
            [
                {
                    "date": date,
                    "invoice_date": date if move.is_invoice() else False,
                    "invoice_date_due": date,
                    "invoice_payment_term_id": False,
                    "ref": self.env._(
                        "Reversal of %(document)s: %(reason)s",
                        document=move.name,
                        reason=reason,
                    ),
                }
                for move in moves
            ],
            cancel=True,
        )
        left = standing - standing.reversal_ids.reverses_id
        left._take_back({entry: reason for entry in left})
        self._message_log(
            body=self.env._(
                "Reversed by %(user)s: %(reason)s",
                user=self.env.user.name,
                reason=reason,
            )
        )
        return reversals


class AftersalesCostEntry(models.Model):
    _inherit = "aftersales.cost.entry"

    def _take_back(self, reasons, reversals=None):
        """Note that these bookings do not stand any more; their costs wait again.

        :param dict reasons: why, for each of them
        :param dict reversals: reversing move of each move; without for what was
            settled without one
        """
        if not self:
            return
        # sudo: also when accounting reverses a document without any role of ours
        entries = self.sudo()
        reversals = reversals or {}
        self._insert(
            [
                {
                    "kind": "reversed",
                    "posting_id": entry.posting_id.id,
                    "company_id": entry.company_id.id,
                    "complaint_id": entry.complaint_id.id,
                    "cost_id": entry.cost_id.id,
                    "share_id": entry.share_id.id,
                    "round": entry.round,
                    "bearer": entry.bearer,
                    "treatment": entry.treatment,
                    "partner_id": entry.partner_id.id,
                    "department_id": entry.department_id.id,
                    "company_amount": -entry.company_amount,
                    "surplus": -entry.surplus,
                    "move_id": reversals[entry.move_id].id if reversals else False,
                    "document": reversals[entry.move_id].name if reversals else False,
                    "reverses_id": entry.id,
                    "reason": reasons[entry],
                }
                for entry in entries
            ]
        )
        for turn, shares in entries.share_id.grouped("posting_round").items():
            shares.write({"standing_entry_id": False, "posting_round": turn + 1})
        costs = entries.cost_id
        whole = costs.filtered(lambda cost: not cost._cost_standing())
        whole._cost_untracked().write({"state": "reviewed", "posting_id": False})
        # of which a part still stands: that part stays as it is
        (costs - whole).write({"posting_id": False})
        costs._message_log_batch(
            {
                entry.cost_id.id: self.env._(
                    "Taken back out of the books: %(reason)s", reason=reasons[entry]
                )
                for entry in entries
            }
        )
        postings = entries.posting_id
        self.env.flush_all()
        standing = postings._get_standing().posting_id
        (postings - standing).write({"state": "reversed"})
