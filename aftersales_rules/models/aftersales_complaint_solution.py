# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .guarded_fields import check_follows, without_defaults

COMPLAINT_USER = "aftersales_rules.group_complaint_user"
TERMS = {
    "proposal",
    "cost_estimate",
    "compensation_amount",
    "compensation_currency_id",
}
"""What the customer is offered and what it costs: an approval covers these."""
_OFFER = TERMS - {"cost_estimate"}
"""What the customer was told; it stays as it was answered."""
_FOLLOWS = {
    "number",
    "company_id",
    "state",
    "proposed_at",
    "proposed_by_id",
    "terms_by_id",
    "customer_answer",
    "customer_answer_text",
    "customer_answer_at",
    "customer_answer_by",
    "answer_logged_by_id",
    "carried_out_at",
    "carried_out_by_id",
    "approval_level",
    "approval_state",
    "approval_ids",
    "decision_id",
}
"""What follows from the buttons and the rules."""
OPEN = ("draft", "proposed", "agreed")


class AftersalesComplaintSolution(models.Model):
    """One round of what the customer is offered: proposal, price, answer (C11).

    Rounds are numbered and kept, whatever the customer answers. Its steps are in
    ``aftersales_complaint_solution_steps.py``, who approves it in
    ``aftersales_complaint_solution_approval.py``.
    """

    _name = "aftersales.complaint.solution"
    _description = "Solution of a Complaint"
    _inherit = ["mail.thread", "aftersales.file.owner"]
    _order = "complaint_id desc, number desc"
    _mail_post_access = "read"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_complaint', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    partner_id = fields.Many2one(related="complaint_id.partner_id", string="Customer")
    number = fields.Integer("Round", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("agreed", "Customer agreed"),
            ("declined", "Customer declined"),
            ("withdrawn", "Withdrawn"),
            ("carried_out", "Carried out"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    proposal = fields.Text(
        required=True,
        tracking=True,
        help="What the customer is offered, in words that can be sent.",
    )
    cost_estimate = fields.Monetary(
        "Estimated Cost",
        tracking=True,
        help="What carrying it out would cost us, without the compensation.",
    )
    compensation_amount = fields.Monetary(
        "Compensation",
        currency_field="compensation_currency_id",
        tracking=True,
        help="What is paid or credited to the customer.",
    )
    compensation_currency_id = fields.Many2one(
        "res.currency",
        "Currency of the Compensation",
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete="restrict",
    )
    compensation_company_amount = fields.Monetary(
        "Compensation in Company Currency",
        compute="_compute_compensation_company_amount",
        store=True,
        help="At the rate of the day on which the amount was entered.",
    )
    document_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_complaint_solution_document_rel",
        "solution_id",
        "attachment_id",
        string="Agreement Documents",
        copy=False,
        help="What was agreed in writing. The customer does not see it on the portal.",
    )
    proposed_at = fields.Datetime("Proposed on", readonly=True, copy=False)
    proposed_by_id = fields.Many2one(
        "res.users", "Proposed by", readonly=True, copy=False, ondelete="restrict"
    )
    terms_by_id = fields.Many2one(
        "res.users",
        "Terms by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who wrote last what is offered and what it costs.",
    )
    customer_answer = fields.Selection(
        [
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("counter", "Asks for something else"),
        ],
        "Customer's Answer",
        readonly=True,
        copy=False,
        tracking=True,
    )
    customer_answer_text = fields.Text("In the Customer's Words", readonly=True)
    customer_answer_at = fields.Datetime("Answered on", readonly=True, copy=False)
    customer_answer_by = fields.Char(
        "Answered by", readonly=True, copy=False, help="Who spoke for the customer."
    )
    answer_logged_by_id = fields.Many2one(
        "res.users", "Noted by", readonly=True, copy=False, ondelete="restrict"
    )
    carried_out_at = fields.Datetime("Carried out on", readonly=True, copy=False)
    carried_out_by_id = fields.Many2one(
        "res.users", "Carried out by", readonly=True, copy=False, ondelete="restrict"
    )

    _number_uniq = models.UniqueIndex(
        "(complaint_id, number)", "There is a solution with this number already."
    )
    _open_uniq = models.UniqueIndex(
        "(complaint_id) WHERE state IN ('proposed', 'agreed')",
        "Another solution of this complaint is proposed already.",
    )

    # ------------------------------------------------------------------- computed

    @api.depends("complaint_id", "number")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for solution in self:
            # sudo: the number of the complaint whose solution the user may read
            complaint = solution.complaint_id.sudo()
            solution.display_name = self.env._(
                "%(complaint)s, solution %(number)s",
                complaint=complaint.complaint_number or complaint.number,
                number=solution.number,
            )

    @api.depends("compensation_amount", "compensation_currency_id", "company_id")
    def _compute_compensation_company_amount(self):
        for solution in self:
            company = solution.company_id or self.env.company
            currency = solution.compensation_currency_id or company.currency_id
            solution.compensation_company_amount = currency._convert(
                solution.compensation_amount,
                company.currency_id,
                company,
                company._aftersales_now().date(),
            )

    @api.constrains("cost_estimate", "compensation_amount")
    def _check_amounts(self):
        for solution in self:
            if solution.cost_estimate < 0 or solution.compensation_amount < 0:
                raise ValidationError(
                    self.env._(
                        "%(name)s: cost and compensation are not below zero.",
                        name=solution.display_name,
                    )
                )

    # ------------------------------------------------------- making and changing

    @api.model_create_multi
    def create(self, vals_list):
        """Number the rounds of a complaint.

        Concurrency: the last number stands on the complaint. Of two workers that
        propose at once the second fails to serialize there, and Odoo runs it again.
        """
        solutions = without_defaults(self, _FOLLOWS)
        complaints = self.env["helpdesk.ticket"]
        prepared = []
        for given in vals_list:
            vals = {**self._get_given_defaults(), **given}
            check_follows(self, vals, _FOLLOWS)
            complaint = complaints.browse(vals.get("complaint_id")).exists()
            self._check_may_propose(complaint)
            # sudo: the counter is written here only
            last = complaint.sudo()
            last.complaint_solution_last = (last.complaint_solution_last or 0) + 1
            # before the round is inserted: its number would clash, and not be retried
            last.flush_recordset(["complaint_solution_last"])
            vals.setdefault(
                "compensation_currency_id", complaint.company_id.currency_id.id
            )
            prepared.append(
                {
                    **vals,
                    "company_id": complaint.company_id.id,
                    "number": last.complaint_solution_last,
                    "state": "draft",
                    "terms_by_id": self.env.uid,
                }
            )
        records = super(AftersalesComplaintSolution, solutions).create(prepared)
        records = records.with_env(self.env)
        records._adopt("document_ids")
        records._judge_approval()
        return records

    def _get_given_defaults(self):
        """What the button on the complaint fills in."""
        context = self.env.context
        return {
            name: context[f"default_{name}"]
            for name in ("complaint_id", *TERMS)
            if f"default_{name}" in context
        }

    @api.model
    def _check_may_propose(self, complaint):
        if not complaint:
            raise UserError(self.env._("Say which complaint the solution is for."))
        if not self.env.su and not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(
                self.env._("Only people of After-Sales propose solutions.")
            )
        complaint.check_access("write")
        complaint._check_complaint()
        complaint._check_complaint_proposable()

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, _FOLLOWS)
            if "complaint_id" in vals:
                raise UserError(
                    self.env._("A solution stays with its complaint; make another.")
                )
            changed = TERMS & set(vals)
            if changed:
                self._check_may_change(changed)
                vals = {**vals, "terms_by_id": self.env.uid}
        result = super().write(vals)
        if "document_ids" in vals:
            self._adopt("document_ids")
        if TERMS & set(vals):
            self._judge_approval()
        return result

    def _get_authors(self):
        """Whose proposal it is, whoever pressed the buttons: they do not approve it."""
        return self.create_uid | self.terms_by_id | self.proposed_by_id

    def _check_may_change(self, names):
        for solution in self:
            if solution.state in ("draft", "proposed"):
                continue
            if solution.state == "agreed" and not names & _OFFER:
                continue
            raise UserError(
                self.env._(
                    "%(name)s stays as the customer was told. Make the next proposal "
                    "for anything else.",
                    name=solution.display_name,
                )
            )

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(
            self.env._("Each round is kept. Withdraw a solution that is not wanted.")
        )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("Use Next Proposal on the complaint."))
