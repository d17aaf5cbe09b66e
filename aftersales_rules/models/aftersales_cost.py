# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Service costs of complaints: who bears each, and what the books make of it (L1–L10).

How it works: a cost is entered by after-sales or pulled from a document (draft), the
rules say who bears it, finance reviews and if need be splits it (reviewed), and a
posting puts its shares into the books (posted). Each step is a topic of its own in
files ``aftersales_cost_<topic>.py``, which extend this model.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.catalogue.liability import BEARERS, COST_TYPES, TREATMENTS, WORKED_BY
from .guarded_fields import check_follows, without_defaults

COST_ACCOUNTANT = "aftersales_rules.group_cost_accountant"
"""Reviews, overrules, posts and reverses service costs."""

STATES = [
    ("draft", "To Review"),
    ("reviewed", "Reviewed"),
    ("posted", "Posted"),
    ("cancelled", "Cancelled"),
]
UNPOSTED = ("draft", "reviewed")

_FOLLOWS = {
    "company_id",
    "company_amount",
    "state",
    "rule_bearer",
    "rule_treatment",
    "liability_decision_id",
    "bearer",
    "treatment",
    "overrule_id",
    "reviewed_by_id",
    "reviewed_at",
    "posting_id",
    "source_model",
    "source_id",
    "source_name",
    "source_company_amount",
    "source_move_line_id",
}
"""What follows from the complaint, the rules, the source and the buttons."""

LIABILITY_FIELDS = {
    "amount",
    "currency_id",
    "date",
    "cost_type",
    "worked_by",
    "dealer_id",
    "carrier_id",
    "sales_manager_id",
}
"""What a person enters and the rules look at."""


class AftersalesCost(models.Model):
    """One cost that a complaint has caused.

    ``amount`` is what was spent, in ``currency_id``; ``company_amount`` is the same in
    the currency of the company, at the rate of ``date`` or as its source was booked.
    """

    _name = "aftersales.cost"
    _description = "Service Cost"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "analytic.mixin",
        "aftersales.file.owner",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("Description", required=True, tracking=True)
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_complaint', '=', True)]",
    )
    complaint_number = fields.Char(
        related="complaint_id.complaint_number", string="Complaint Number"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        related="complaint_id.partner_id", string="Customer", store=True, index=True
    )
    cost_type = fields.Selection(
        lambda self: self._cost_selection(COST_TYPES),
        "Type",
        required=True,
        default="other",
        tracking=True,
    )
    date = fields.Date(
        required=True, default=fields.Date.context_today, tracking=True, index=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete="restrict",
    )
    amount = fields.Monetary(required=True, tracking=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    company_amount = fields.Monetary(
        "Amount in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_company_amount",
        store=True,
        help="At the rate of the day of the cost, or as its source was booked. Stays "
        "as it is once the cost is posted.",
    )
    worked_by = fields.Selection(
        lambda self: self._cost_selection(WORKED_BY),
        "Work Done by",
        tracking=True,
        help="Whose people did the work that this was spent on.",
    )
    worked_user_id = fields.Many2one(
        "res.users",
        "Person",
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Who did the work.",
    )
    sales_manager_id = fields.Many2one(
        "res.users",
        "Sales Manager",
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Bears travel, lodging and allowances of their own people. Empty: the "
        "sales manager of the complaint.",
    )
    dealer_id = fields.Many2one(
        "res.partner",
        "Dealer",
        ondelete="restrict",
        check_company=True,
        help="Empty: the dealer of the complaint.",
    )
    carrier_id = fields.Many2one(
        "res.partner",
        "Carrier",
        ondelete="restrict",
        check_company=True,
        help="Empty: the carrier of the complaint.",
    )
    product_id = fields.Many2one(
        "product.product",
        "Product",
        ondelete="restrict",
        check_company=True,
        help="Empty: the product of the complaint.",
    )
    document = fields.Char(
        "Document", help="Number of the paper that shows it: receipt, waybill, ticket."
    )
    evidence_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_cost_evidence_rel",
        "cost_id",
        "attachment_id",
        string="Evidence",
        copy=False,
    )
    note = fields.Text("Notes")

    # ------------------------------------------------------------ its source

    source_model = fields.Char(readonly=True, copy=False)
    source_id = fields.Many2oneReference(
        "Source", model_field="source_model", readonly=True, copy=False, index=True
    )
    source_name = fields.Char(
        "Pulled from", readonly=True, copy=False, help="The document it came from."
    )
    source_company_amount = fields.Monetary(
        currency_field="company_currency_id",
        readonly=True,
        copy=False,
        help="As the source was booked.",
    )
    source_move_line_id = fields.Many2one(
        "account.move.line",
        "Journal Item of the Source",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    expense_account_id = fields.Many2one(
        "account.account",
        "Relieved Account",
        check_company=True,
        ondelete="restrict",
        domain="[('account_type', 'not in', "
        "('asset_receivable', 'liability_payable', 'off_balance'))]",
        help="Where the cost stands in the books today; posting takes it from there. "
        "Empty: as set for the company.",
    )

    # --------------------------------------------------------- who bears it

    rule_bearer = fields.Selection(
        lambda self: self._cost_selection(BEARERS),
        "Bearer by Rule",
        readonly=True,
        copy=False,
        help="What the rules say, also while they only observe.",
    )
    rule_treatment = fields.Selection(
        lambda self: self._cost_selection(TREATMENTS),
        "Treatment by Rule",
        readonly=True,
        copy=False,
    )
    liability_decision_id = fields.Many2one(
        "aftersales.decision",
        "Liability Decision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    bearer = fields.Selection(
        lambda self: self._cost_selection(BEARERS),
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="Who bears it: as the rules say, or as a person has overruled them.",
    )
    treatment = fields.Selection(
        lambda self: self._cost_selection(TREATMENTS),
        readonly=True,
        copy=False,
        tracking=True,
        help="What the books make of it.",
    )

    # ------------------------------------------------------------- its review

    department_id = fields.Many2one(
        "aftersales.department",
        "Department",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Carries the cost in the books, by its analytic distribution.",
    )
    reviewed_by_id = fields.Many2one(
        "res.users", "Reviewed by", readonly=True, copy=False, ondelete="restrict"
    )
    reviewed_at = fields.Datetime("Reviewed on", readonly=True, copy=False)
    share_ids = fields.One2many("aftersales.cost.share", "cost_id", "Split", copy=False)
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )

    _pulled_once = models.UniqueIndex(
        "(source_model, source_id) WHERE source_model IS NOT NULL"
        " AND state != 'cancelled'",
        "This document was pulled as a service cost already.",
    )

    @api.model
    def _cost_selection(self, choices):
        term = self.env["aftersales.text"]._term
        return [(value, term(label)) for value, label in choices.items()]

    @api.model
    def _get_cost_follows(self):
        """Names of the fields that nobody writes; topics add theirs."""
        return set(_FOLLOWS)

    @api.depends(
        "amount", "currency_id", "date", "company_id", "source_company_amount", "state"
    )
    def _compute_company_amount(self):
        for cost in self:
            if cost.state == "posted":
                cost.company_amount = cost.company_amount
            elif cost.source_model:
                cost.company_amount = cost.source_company_amount
            else:
                # sudo: rates and the company of a complaint that one may read
                company = cost.sudo().company_id or self.env.company
                currency = cost.currency_id or company.currency_id
                cost.company_amount = currency._convert(
                    cost.amount,
                    company.currency_id,
                    company,
                    cost.date or fields.Date.context_today(cost),
                )

    @api.depends("name", "complaint_id.complaint_number")
    def _compute_display_name(self):
        for cost in self:
            number = cost.sudo().complaint_id.complaint_number  # sudo: its number only
            cost.display_name = f"{number}: {cost.name}" if number else cost.name or ""

    @api.constrains("amount", "source_model")
    def _check_amount(self):
        for cost in self:
            if cost.currency_id.is_zero(cost.amount):
                raise ValidationError(
                    self.env._(
                        "“%(cost)s” costs nothing. Enter its amount.", cost=cost.name
                    )
                )
            if cost.amount < 0 and not cost.source_model:
                raise ValidationError(
                    self.env._(
                        "“%(cost)s” has the amount %(amount)s. Only a credit note that "
                        "was pulled from the books lowers the cost; enter what was "
                        "spent as a positive amount.",
                        cost=cost.name,
                        amount=cost.amount,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        follows = self._get_cost_follows()
        if not self.env.su:
            for vals in vals_list:
                check_follows(self, vals, follows - {"company_id"})
        records = without_defaults(self, follows)
        given = [
            vals.get("complaint_id") or self.env.context.get("default_complaint_id")
            for vals in vals_list
        ]
        asked = tuple(dict.fromkeys(filter(None, given)))
        values = []
        for vals, complaint_id in zip(vals_list, given, strict=True):
            complaint = self.env["helpdesk.ticket"].browse(complaint_id)
            complaint = complaint.with_prefetch(asked)
            if complaint:
                self._check_may_cost(complaint)
                # sudo: the company is that of the complaint
                company = complaint.sudo().company_id
                vals = {**vals, "company_id": company.id}
                vals.setdefault("currency_id", company.currency_id.id)
            values.append(vals)
        costs = super(AftersalesCost, records).create(values)
        costs._adopt("evidence_ids")
        costs._cost_changed({"created"})
        return costs

    @api.model
    def _check_may_cost(self, complaint):
        """After-sales enters costs of complaints, and so does who accounts for them."""
        if self.env.user.has_group(COST_ACCOUNTANT):
            complaint.check_access("read")
            complaint = complaint.sudo()  # sudo: only whether it is a complaint
        complaint._check_complaint()

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, self._get_cost_follows() | {"complaint_id"})
            self._check_cost_editable(vals)
        result = super().write(vals)
        if "evidence_ids" in vals:
            self._adopt("evidence_ids")
        self._cost_changed(set(vals))
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        for cost in self:
            if cost.state != "draft" or cost.source_model:
                # pylint: disable=no-raise-unlink
                raise UserError(
                    self.env._(
                        "“%(cost)s” is kept: it was reviewed, posted or pulled from a "
                        "document. Cancel it instead.",
                        cost=cost.display_name,
                    )
                )
        return super().unlink()

    def _check_cost_editable(self, vals):
        """Refuse to change what is in the books already.

        :raise UserError: naming the cost, and what to do instead
        """
        kept = set(vals) & {
            name
            for name, field in self._fields.items()
            if field.store and not name.startswith(("message_", "activity_"))
        } - {"note", "evidence_ids"}
        for cost in self:
            if kept and cost.state in ("posted", "cancelled"):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "“%(cost)s” is %(state)s and stays as it is. Reverse its "
                        "posting first; an accountant for service costs can.",
                        cost=cost.display_name,
                        state=labels[cost.state],
                    )
                )

    # ------------------------------------------------------ hooks of the topics

    def _cost_changed(self, names):
        """Something of these costs was changed; topics do their part.

        :param set names: the fields, or {"created"}
        """
        if names & (LIABILITY_FIELDS | {"created"}):
            self._cost_queue()

    def _cost_queue(self):
        """Ask the rules again about these costs, before the commit at the latest."""

    def _cost_judge(self, event):
        """Ask the rules about these costs now.

        :param str event: what has happened, for the trail
        """

    def _cost_blocks(self):
        """What keeps each cost from being reviewed and posted.

        :return: cost → list of (key, text for people); topics add theirs
        """
        return {cost: [] for cost in self}

    def _cost_partner(self, bearer):
        """Who is charged as a bearer; empty where nobody is named.

        :param str bearer: of BEARERS
        """
        self.ensure_one()
        cost = self.sudo()  # sudo: names of who is charged, of a complaint one may read
        if bearer == "dealer":
            return cost.dealer_id.commercial_partner_id
        if bearer == "carrier":
            return cost.carrier_id.commercial_partner_id
        if bearer == "customer":
            return cost.complaint_id.commercial_partner_id
        if bearer == "sales_manager":
            return cost.sales_manager_id.partner_id
        return self.env["res.partner"]

    def action_cancel(self):
        """Say that this is no cost after all; it stays as a trail."""
        self._check_cost_staff()
        for cost in self:
            if cost.state not in UNPOSTED:
                raise UserError(
                    self.env._(
                        "“%(cost)s” is in the books. Reverse its posting first.",
                        cost=cost.display_name,
                    )
                )
        # sudo: the state follows from this button
        self.sudo().write({"state": "cancelled"})

    def action_reopen(self):
        """Take a cancelled cost up again."""
        self._check_cost_staff()
        cancelled = self.filtered(lambda cost: cost.state == "cancelled")
        cancelled.sudo().write({"state": "draft"})  # sudo: follows from this button
        cancelled._cost_queue()

    def _check_cost_staff(self):
        """Whoever may write costs at all."""
        self.check_access("write")
