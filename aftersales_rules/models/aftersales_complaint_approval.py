# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint_solution_approval import RANKS

GENERAL_MANAGER = "aftersales_rules.group_general_manager"
_MAIL_FIELDS = {"message_follower_ids", "message_ids", "activity_ids"}
"""What whoever talks about it writes; the rest follows from the buttons."""


class AftersalesComplaintApproval(models.Model):
    """One question to a manager about a solution, and the answer (C11, U7).

    Made when somebody asks, answered by the buttons, never deleted. It keeps what was
    asked, word by word: the solution may change afterwards, and then this covers it no
    more.

    Concurrency: an answer writes the row, so that of two managers who answer at once
    the second fails to serialize, runs again and reads that it is answered.
    """

    _name = "aftersales.complaint.approval"
    _description = "Approval of a Solution"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "asked_at desc, id desc"
    _mail_post_access = "read"

    solution_id = fields.Many2one(
        "aftersales.complaint.solution",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    level = fields.Selection(
        "_selection_level", "Approved by", required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("asked", "To decide"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )
    proposal = fields.Text(required=True, readonly=True)
    compensation = fields.Monetary(readonly=True)
    cost_estimate = fields.Monetary("Estimated Cost", readonly=True)
    severity = fields.Selection(
        "_selection_severity",
        "Severity When Asked",
        readonly=True,
    )
    asked_by_id = fields.Many2one(
        "res.users", "Asked by", required=True, readonly=True, ondelete="restrict"
    )
    asked_at = fields.Datetime("Asked on", required=True, readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="restrict"
    )
    decided_at = fields.Datetime("Decided on", readonly=True)
    deputy_for_id = fields.Many2one(
        "res.users", "As Deputy of", readonly=True, ondelete="restrict"
    )
    granted_level = fields.Selection("_selection_level", readonly=True)
    answer = fields.Text(readonly=True, help="What the manager said.")
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, ondelete="restrict"
    )
    reason_display = fields.Text("The Rules Say", compute="_compute_reason_display")
    may_decide = fields.Boolean(
        compute="_compute_may_decide", search="_search_may_decide"
    )

    _asked_uniq = models.UniqueIndex(
        "(solution_id) WHERE state = 'asked'", "This is asked already."
    )

    @api.model
    def _selection_level(self):
        return self.env["aftersales.complaint.solution"]._selection_approval_level()

    @api.model
    def _selection_severity(self):
        field = self.env["helpdesk.ticket"]._fields["complaint_severity"]
        return field._description_selection(self.env)

    @api.depends("solution_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for approval in self:
            approval.display_name = approval.sudo().solution_id.display_name

    @api.depends("decision_id")
    @api.depends_context("lang")
    def _compute_reason_display(self):
        for approval in self:
            # sudo: who reads the question may read why it is asked
            approval.reason_display = approval.sudo().decision_id.reason_display

    # ------------------------------------------------------------------ the trail

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Ask from the solution: that is checked and kept.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and not _MAIL_FIELDS.issuperset(vals):
            raise AccessError(self.env._("Use Approve or Refuse for that."))
        return super().write(vals)

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Approvals are kept and cannot be deleted."))

    @api.model
    def _ask_for(self, solution):
        """File the question as the solution stands now."""
        # sudo: written by the buttons of the solution, which checked the person
        return self.sudo().create(
            {
                "solution_id": solution.id,
                "complaint_id": solution.complaint_id.id,
                "company_id": solution.company_id.id,
                "level": solution.sudo().approval_level,
                "state": "asked",
                "decision_id": solution.sudo().decision_id.id,
                "severity": solution.sudo().complaint_id.complaint_severity,
                "asked_by_id": self.env.uid,
                "asked_at": fields.Datetime.now(),
                **self._get_terms(solution.sudo()),
            }
        )

    @api.model
    def _get_terms(self, solution):
        return {
            "proposal": solution.proposal,
            "compensation": solution.compensation_company_amount,
            "cost_estimate": solution.cost_estimate,
        }

    def _is_about(self, solution):
        """Whether the question is still the one that the solution asks."""
        self.ensure_one()
        terms = self._get_terms(solution)
        return self.level == solution.approval_level and all(
            self[name] == value for name, value in terms.items()
        )

    def _covers(self, solution):
        """Whether what was approved is no better than what is proposed now."""
        self.ensure_one()
        currency = self.currency_id
        return (
            self.proposal == solution.proposal
            and RANKS[self.granted_level] >= RANKS[solution.approval_level]
            and currency.compare_amounts(
                solution.compensation_company_amount, self.compensation
            )
            <= 0
            and currency.compare_amounts(solution.cost_estimate, self.cost_estimate)
            <= 0
        )

    def _withdraw(self):
        if not self:
            return
        # sudo: the trail is written by buttons only
        self.sudo().write({"state": "withdrawn", "decided_at": fields.Datetime.now()})
        self._forget_activities()

    # ---------------------------------------------------------------- who decides

    @api.depends("state", "level", "asked_by_id", "company_id")
    @api.depends_context("uid")
    def _compute_may_decide(self):
        user = self.env.user
        # sudo: departments and absences are looked at, nothing of them is shown
        asked = self.sudo().filtered(lambda approval: approval.state == "asked")
        principals = asked._get_principals(user)
        mine = asked.filtered(
            lambda approval: approval._may_decide(user, principals[approval.id])
        )
        for approval in self:
            approval.may_decide = approval.id in mine.ids

    def _get_principals(self, user):
        """In whose name a person would answer each; asked once for all alike."""
        found = {}
        alike = self.grouped(
            lambda approval: (
                approval.company_id,
                approval.level,
                approval.complaint_id.complaint_department_id,
            )
        )
        for (_company, level, _department), same in alike.items():
            principal = same[0].complaint_id._get_complaint_principal(level, user)
            found.update(dict.fromkeys(same.ids, principal))
        return found

    def _may_decide(self, user, principal):
        self.ensure_one()
        is_own = self._is_own(user, principal)
        return bool(principal and self.company_id in user.company_ids and not is_own)

    def _is_own(self, user, principal):
        """Whether somebody would answer what they proposed, or have a deputy do so."""
        authors = self._get_authors()
        return any(
            each in authors and not each.has_group(GENERAL_MANAGER)
            for each in user | principal
        )

    def _search_may_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        asked = self.search([("state", "=", "asked")])
        mine = asked.filtered("may_decide")
        return [("id", "in" if True in value else "not in", mine.ids)]

    def _get_refusal(self, user):
        """Why this person may not answer; empty if they may."""
        self.ensure_one()
        if self.company_id not in user.company_ids:
            return self.env._(
                "%(company)s is not one of your companies.",
                company=self.company_id.name,
            )
        complaint, authors = self.complaint_id, self._get_authors()
        principal = complaint._get_complaint_principal(self.level, user)
        if not principal:
            return self.env._(
                "%(name)s is not yours to decide. Can approve: %(names)s.",
                name=self.display_name,
                names=complaint._get_approver_names(self.level, authors),
            )
        if self._is_own(user, principal) and user not in authors:
            return self.env._(
                "%(name)s is the proposal of %(author)s, for whom you stand in. Can "
                "approve: %(names)s.",
                name=self.display_name,
                author=principal.name,
                names=complaint._get_approver_names(self.level, authors),
            )
        if self._is_own(user, principal):
            return self.env._(
                "%(name)s is your own proposal. Can approve: %(names)s.",
                name=self.display_name,
                names=complaint._get_approver_names(self.level, authors),
            )
        return ""

    def _get_authors(self):
        """Whose proposal it is: they do not approve it themselves."""
        return self.asked_by_id | self.solution_id._get_authors()

    def _check_may_decide(self):
        self.check_access("read")
        self.complaint_id.check_access("read")
        if not self:
            raise UserError(self.env._("Nothing is to be decided here."))
        for approval in self:
            if approval.state != "asked":
                raise UserError(
                    self.env._(
                        "%(name)s is decided already.", name=approval.display_name
                    )
                )
            # sudo: departments and absences are looked at, nothing of them is shown
            refusal = approval.sudo()._get_refusal(self.env.user)
            if refusal:
                raise AccessError(refusal)

    # -------------------------------------------------------------------- actions

    def action_approve(self, answer=False):
        """Say yes; checked here, whatever the screen offers."""
        self._check_may_decide()
        self._decide("approved", answer)
        return True

    def action_refuse(self, answer=False):
        """Say no, with a reason."""
        self._check_may_decide()
        if not (answer or "").strip():
            return self._open_answer("refuse")
        self._decide("refused", answer)
        return True

    def action_open_approve(self):
        """Ask for a word beside the yes."""
        self._check_may_decide()
        return self._open_answer("approve")

    def action_open_refuse(self):
        """Ask for the reason of the no."""
        self._check_may_decide()
        return self._open_answer("refuse")

    def _open_answer(self, verdict):
        self.ensure_one()
        words = {"approve": self.env._("Approve"), "refuse": self.env._("Refuse")}
        return {
            "type": "ir.actions.act_window",
            "name": words[verdict],
            "res_model": "aftersales.complaint.approve",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_approval_ids": self.ids,
                "default_verdict": verdict,
            },
        }

    def action_why(self):
        """Open the decision that asks for this (R4)."""
        self.ensure_one()
        self.check_access("read")
        return self.sudo().solution_id.with_env(self.env).action_why()

    def action_view_complaint(self):
        self.ensure_one()
        return self.complaint_id._get_records_action(name=self.env._("Complaint"))

    def _decide(self, state, answer):
        user = self.env.user
        for approval in self.sudo():  # sudo: the trail is written by these buttons only
            is_general = user.has_group(GENERAL_MANAGER)
            principal = approval.complaint_id._get_complaint_principal(
                approval.level, user
            )
            approval.write(
                {
                    "state": state,
                    "decided_by_id": user.id,
                    "decided_at": fields.Datetime.now(),
                    "deputy_for_id": principal.id if principal != user else False,
                    "granted_level": "general_manager"
                    if is_general and state == "approved"
                    else approval.level,
                    "answer": (answer or "").strip(),
                }
            )
        self._forget_activities()
        self.sudo().solution_id._refresh_approval()
        self._tell_answer(state)
        event = "approved" if state == "approved" else "approval_refused"
        complaints = self.sudo().complaint_id
        complaints._complaint_happened(event)
        complaints._complaint_start_execution()
