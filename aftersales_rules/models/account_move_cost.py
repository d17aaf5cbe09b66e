# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Entries and invoices of service costs: theirs alone, and back again (L8)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .guarded_fields import check_follows, without_defaults

_FOLLOWS = {"cost_posting_id"}


class AccountMove(models.Model):
    _inherit = "account.move"

    cost_posting_id = fields.Many2one(
        "aftersales.cost.posting",
        "Posting of Service Costs",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    cost_entry_ids = fields.One2many(
        "aftersales.cost.entry", "move_id", "Service Costs Booked", readonly=True
    )
    service_cost_count = fields.Integer(
        "Service Costs Here", compute="_compute_service_cost_count", compute_sudo=True
    )

    @api.depends("cost_entry_ids")
    def _compute_service_cost_count(self):
        found = {
            move.id: count
            for move, count in self.env["aftersales.cost.entry"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["cost_id:count_distinct"]
            )
        }
        for move in self:
            move.service_cost_count = found.get(move.id, 0)

    # ------------------------------------------------------------ nobody else's

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        for vals in vals_list:
            check_follows(self, vals, _FOLLOWS)
        moves = super(AccountMove, without_defaults(self, _FOLLOWS)).create(vals_list)
        return moves.with_env(self.env)

    def write(self, vals):
        # EXTENDS 'account'
        check_follows(self, vals, _FOLLOWS)
        if vals.get("state") in ("draft", "cancel"):
            self._check_no_service_costs()
        return super().write(vals)

    def unlink(self):
        # EXTENDS 'account'
        self._check_no_service_costs()
        return super().unlink()

    def _check_no_service_costs(self):
        """Refuse to take away what costs stand on, behind the back of their posting."""
        # sudo: which posting it is, for whoever works in accounting
        for move in self.sudo().filtered("cost_posting_id"):
            raise UserError(
                self.env._(
                    "%(move)s holds service costs of %(posting)s and stays in the "
                    "books. Reverse it: with Reverse on the posting, which an "
                    "accountant for service costs can, or with a credit note or "
                    "reversal of the whole document.",
                    move=move.display_name,
                    posting=move.cost_posting_id.name,
                )
            )

    # ------------------------------------------------------------------ reversal

    def _post(self, soft=True):
        # EXTENDS 'account'
        taking_back = self._get_cost_reversals()
        posted = super()._post(soft)
        done = {
            move: reversal
            for move, reversal in taking_back.items()
            if reversal in posted
        }
        if done:
            self._take_back_costs(done)
        return posted

    def _get_cost_reversals(self):
        """Moves that reverse a document of service costs as a whole.

        :return: document → its reversal
        :raise UserError: for the reversal of a reversal, and for a second one
        """
        found = {}
        # sudo: bookings of service costs, for whoever works in accounting
        for reversal in self.sudo():
            move = reversal.reversed_entry_id
            if not move.cost_posting_id or not reversal._reverses_all_of(move):
                continue
            if move.cost_entry_ids.filtered("is_standing"):
                found[move] = reversal
                continue
            raise UserError(
                self.env._(
                    "%(move)s does not stand in the books for service costs any more, "
                    "so it cannot be reversed again. Post the costs anew from their "
                    "list instead.",
                    move=move.display_name,
                )
            )
        return found

    def _reverses_all_of(self, move):
        """Whether this takes back all of a document, not a part of an invoice."""
        self.ensure_one()
        currency = self.company_currency_id

        def balances(record):
            sums = {}
            for line in record.line_ids:
                key = line.account_id.id
                sums[key] = sums.get(key, 0.0) + line.balance
            return sums

        ours, theirs = balances(self), balances(move)
        return all(
            currency.is_zero(ours.get(key, 0.0) + theirs.get(key, 0.0))
            for key in ours.keys() | theirs.keys()
        )

    def _take_back_costs(self, reversals):
        """Costs of documents that were reversed wait to be posted again."""
        # sudo: bookings of service costs, and the link of a reversal to the posting
        # it takes back, for whoever works in accounting
        moves = self.browse().union(*reversals).sudo()
        for posting, same in moves.grouped("cost_posting_id").items():
            backs = self.browse().union(*(reversals[move] for move in same))
            backs.sudo().with_context(skip_is_manually_modified=True).write(
                {"cost_posting_id": posting.id}
            )
        standing = moves.cost_entry_ids.filtered("is_standing")
        otherwise = self.env._("Reversed in accounting")
        standing._take_back(
            {entry: reversals[entry.move_id].ref or otherwise for entry in standing},
            reversals,
        )

    # --------------------------------------------------------------------- links

    def action_view_service_costs(self):
        """Open the service costs that stand on these documents, or stood."""
        self.check_access("read")
        costs = self.sudo().cost_entry_ids.cost_id  # sudo: only which they are
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Costs"),
            "res_model": "aftersales.cost",
            "view_mode": "list,form",
            "domain": [("id", "in", costs.ids)],
            "context": {"create": False},
        }
        if len(costs) == 1:
            action.update(view_mode="form", res_id=costs.id, views=[(False, "form")])
        return action
