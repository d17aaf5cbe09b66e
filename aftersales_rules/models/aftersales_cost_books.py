# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Service costs and their shares as postings see them (L8)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_cost import UNPOSTED
from .guarded_fields import check_follows, without_defaults

CHARGED = ("recharge", "receivable", "claim")
"""Treatments that somebody else pays for."""
_SHARE_FOLLOWS = {"entry_ids", "standing_entry_id", "posting_round"}


class AftersalesCostShare(models.Model):
    _inherit = "aftersales.cost.share"

    entry_ids = fields.One2many(
        "aftersales.cost.entry", "share_id", "Bookings", readonly=True
    )
    standing_entry_id = fields.Many2one(
        "aftersales.cost.entry",
        "In the Books as",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The booking that stands; empty while the share is not posted.",
    )
    posting_round = fields.Integer(readonly=True, copy=False, default=1, required=True)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_follows(self, vals, _SHARE_FOLLOWS)
        shares = super(
            AftersalesCostShare, without_defaults(self, _SHARE_FOLLOWS)
        ).create(vals_list)
        return shares.with_env(self.env)

    def write(self, vals):
        check_follows(self, vals, _SHARE_FOLLOWS)
        return super().write(vals)

    def unlink(self):
        self._check_not_standing()
        return super().unlink()

    def _check_not_standing(self):
        """Refuse to touch what is in the books."""
        # sudo: the number of the entry, for whoever may touch the share
        for share in self.sudo().filtered("standing_entry_id"):
            raise UserError(
                self.env._(
                    "A part of “%(cost)s” is in the books: %(document)s. Reverse it "
                    "first; an accountant for service costs can.",
                    cost=share.cost_id.display_name,
                    document=share.standing_entry_id.document
                    or share.standing_entry_id.posting_id.name,
                )
            )


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    posting_id = fields.Many2one(
        "aftersales.cost.posting",
        "Posting",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    entry_ids = fields.One2many(
        "aftersales.cost.entry", "cost_id", "Bookings", readonly=True
    )
    books_move_ids = fields.Many2many(
        "account.move",
        string="Entries and Invoices",
        compute="_compute_books_move_ids",
        compute_sudo=True,
    )
    books_move_count = fields.Integer(
        "Entries", compute="_compute_books_move_ids", compute_sudo=True
    )

    is_partly_posted = fields.Boolean(
        "Partly in the Books",
        compute="_compute_is_partly_posted",
        search="_search_is_partly_posted",
        compute_sudo=True,
        help="A document of a part of it was reversed; that part can be posted again.",
    )

    @api.depends("entry_ids")
    def _compute_books_move_ids(self):
        for cost in self:
            moves = cost.entry_ids.move_id
            cost.books_move_ids = moves
            cost.books_move_count = len(moves)

    @api.depends("state", "share_ids.standing_entry_id")
    def _compute_is_partly_posted(self):
        for cost in self:
            cost.is_partly_posted = cost.state == "posted" and not all(
                share.standing_entry_id for share in cost.share_ids
            )

    @api.model
    def _search_is_partly_posted(self, operator, value):
        if operator not in ("in", "not in") or len(set(value)) != 1:
            return NotImplemented
        partly = fields.Domain("state", "=", "posted") & fields.Domain(
            "share_ids.standing_entry_id", "=", False
        )
        return partly if (operator == "in") == (True in value) else ~partly

    def _cost_waits(self):
        """Costs that can be posted: reviewed, or with a part taken back."""
        return self.filtered(
            lambda cost: cost.state == "reviewed" or cost.is_partly_posted
        )

    def write(self, vals):
        if vals.get("state") in ("draft", "cancelled"):
            # sudo: see _check_not_standing
            self.sudo().share_ids._check_not_standing()
            if "posting_id" not in vals and any(cost.posting_id for cost in self):
                # what is not reviewed any more leaves the draft posting it was in
                vals = {**vals, "posting_id": False}
        return super().write(vals)

    @api.model
    def _get_cost_follows(self):
        return super()._get_cost_follows() | {"entry_ids"}

    # ----------------------------------------------------------- where it stands

    def _cost_relieved_account(self, accounts):
        """Where the cost stands in the books today.

        :param dict accounts: of the company, by kind
        """
        self.ensure_one()
        if self.expense_account_id:
            return self.expense_account_id
        return accounts[self._cost_relieved_kind()]

    def _cost_relieved_kind(self):
        """Which account of the settings it is, if the cost names none itself."""
        self.ensure_one()
        if self.source_model == "account.analytic.line":  # hours of a timesheet
            return "labour"
        return "compensation" if self.cost_type == "compensation" else "hand"

    def _cost_relieved_analytic(self):
        """The analytic distribution with which it stands there."""
        self.ensure_one()
        return (
            self.source_analytic_distribution
            or self.source_move_line_id.analytic_distribution
            or {}
        )

    def _cost_target_account(self, treatment, partner, accounts):
        """The account of whoever bears it; empty for what is not known.

        :param dict accounts: of the company, by kind
        """
        self.ensure_one()
        kind = {"receivable": "employee", "recharge": "income"}.get(
            treatment, treatment
        )
        account = accounts.get(kind)
        if not account and treatment in ("receivable", "claim") and partner:
            company = self.company_id
            account = partner.with_company(company).property_account_receivable_id
        return account or self.env["account.account"]

    # ------------------------------------------------------- what keeps it back

    def _cost_blocks(self):
        blocks = super()._cost_blocks()
        # sudo: what the settings lack is told to whoever sees the cost
        costs = self.sudo().filtered(
            lambda cost: cost.state in UNPOSTED or cost.is_partly_posted
        )
        for company, same in costs.grouped("company_id").items():
            accounts = company._get_cost_accounts()
            for cost in same:
                found = dict.fromkeys(cost._cost_book_blocks(accounts))
                blocks[cost] += [each for each in found if each not in blocks[cost]]
        return blocks

    def _cost_book_blocks(self, accounts):
        """Accounts that are missing, accounts and partners that are archived."""
        self.ensure_one()
        parts = [
            (share.treatment, share.partner_id, share.surplus)
            for share in self.share_ids
            if not share.standing_entry_id
        ] or [(self.treatment, self._cost_partner(self.bearer), 0.0)]
        found = []
        for treatment, partner, surplus in parts:
            if not treatment or treatment == "none":
                continue
            found += self._cost_partner_blocks(treatment, partner)
            found += self._cost_account_blocks(treatment, partner, surplus, accounts)
        return found

    def _cost_partner_blocks(self, treatment, partner):
        if treatment not in CHARGED or not partner:
            return []
        if not partner.active and not partner.user_ids:
            return [
                (
                    "partner",
                    self.env._(
                        "%(partner)s is archived. Restore the contact, or have "
                        "somebody else charged.",
                        partner=partner.display_name,
                    ),
                )
            ]
        return []

    def _cost_account_blocks(self, treatment, partner, surplus, accounts):
        company = self.company_id
        kind = self._cost_relieved_kind()
        needed = {kind: self._cost_relieved_account(accounts)}
        if treatment == "recharge":
            if company.aftersales_cost_recharge_as == "income":
                needed["income"] = accounts["income"]
            if surplus:
                needed["surplus"] = accounts["surplus"]
        elif treatment != "claim" or company.aftersales_cost_claim_as == "entry":
            kind = "employee" if treatment == "receivable" else treatment
            # without a partner that one is missing, and said above
            if treatment not in CHARGED or partner:
                needed[kind] = self._cost_target_account(treatment, partner, accounts)
        found = [
            ("account", text)
            for kind, account in needed.items()
            if (text := company._cost_account_problem(kind, account))
        ]
        tax = self.env["account.tax"]
        if treatment == "recharge":
            tax = company._get_cost_tax()
        elif treatment == "claim" and company.aftersales_cost_claim_as == "refund":
            tax = company.aftersales_cost_claim_tax_id
        if tax and not tax.active:
            found.append(
                (
                    "tax",
                    self.env._(
                        "The tax %(tax)s is archived. Restore it, or have an "
                        "administrator choose another one for %(company)s in the "
                        "settings under Service Costs.",
                        tax=tax.name,
                        company=company.name,
                    ),
                )
            )
        return found

    # ------------------------------------------------------------------- posting

    def action_post(self):
        """Put reviewed costs into a posting, and show what it would write (L8)."""
        self._check_cost_accountant()
        if not self:
            raise UserError(self.env._("Select the costs that are to be posted."))
        posted = self.filtered(
            lambda cost: cost.state == "posted" and not cost.is_partly_posted
        )
        if posted == self:
            return self._cost_standing().posting_id._already_posted()
        postings = self.env["aftersales.cost.posting"]
        for company, costs in (self - posted).grouped("company_id").items():
            postings |= postings._get_draft_of(costs) or postings._make(company, costs)
        postings.action_preview()
        return postings._open()

    def _cost_untracked(self):
        """To write states of many costs at once: one batch of messages says why."""
        # sudo: states follow from posting and reversing
        return self.sudo().with_context(mail_notrack=True)

    def _cost_standing(self):
        """The bookings of these costs that stand."""
        return self.share_ids.standing_entry_id

    def action_leave_posting(self):
        """Take costs out of a posting that is not posted yet."""
        self._check_cost_accountant()
        self.posting_id._check_draft()
        postings = self.posting_id
        # sudo: which posting a cost is in follows from these buttons
        self.sudo().write({"posting_id": False})
        postings._forget_preview()

    def action_view_books(self):
        """Open the entries and invoices of these costs."""
        self.check_access("read")
        # sudo: which they are; whether they may be read, accounting says
        moves = self.sudo().entry_ids.move_id.sudo(False)
        return self.env["aftersales.cost.posting"]._open_moves(moves)
