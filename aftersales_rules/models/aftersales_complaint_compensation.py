# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accountants are told of compensation that is to be paid (L10)."""

from odoo import fields, models, tools
from odoo.exceptions import UserError

from .aftersales_complaint import COMPLAINT_READER

ACTIVITY = "aftersales_rules.mail_activity_compensation"
_MAY_PAY = {"agreed", "approved", "carried_out", "classified", "approval_asked"}
"""Events after which a compensation may be due, or not any more."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_compensation_ids = fields.One2many(
        "aftersales.compensation",
        "complaint_id",
        "Compensation",
        readonly=True,
        copy=False,
        groups=COMPLAINT_READER,
    )
    complaint_compensation_due = fields.Boolean(
        compute="_compute_complaint_compensation_due", groups=COMPLAINT_READER
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {"complaint_compensation_ids"}

    def _compute_complaint_compensation_due(self):
        for complaint in self:
            complaint.complaint_compensation_due = bool(
                complaint.complaint_solution_ids.filtered(
                    lambda solution: solution.compensation_state == "to_pay"
                )
            )

    def action_pay_complaint_compensation(self):
        """Pay what the agreed solution offers."""
        self.ensure_one()
        self.check_access("read")
        solutions = self.complaint_solution_ids
        solutions._check_may_pay()
        due = solutions.filtered(lambda each: each.compensation_state == "to_pay")
        solution = due[:1] or self._get_current_solution() or solutions[:1]
        if not solution:
            raise UserError(
                self.env._(
                    "Nothing has been proposed to the customer of %(complaint)s yet. "
                    "After-sales enters a solution with its compensation first.",
                    complaint=self.display_name,
                )
            )
        return solution.action_pay_compensation()

    def _complaint_happened(self, event, at=None):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_happened(event, at=at)
        if event in _MAY_PAY:
            # sudo: accountants are told, whoever agreed or approved
            self.sudo()._complaint_follow_compensation()
        return result

    def _complaint_follow_compensation(self):
        """Put what is to be paid on the lists of accountants, and take it off."""
        solutions = self.complaint_solution_ids.filtered(
            lambda solution: solution.compensation_state == "to_pay"
        )
        due = solutions.grouped("complaint_id")
        done = self.filtered(lambda complaint: complaint not in due)
        done.activity_unlink([ACTIVITY])
        kind = self.env.ref(ACTIVITY)
        for complaint, owed in due.items():
            told = complaint.activity_ids.filtered(
                lambda activity: activity.activity_type_id == kind
            )
            for activity in told:
                activity.note = complaint._get_compensation_note(owed, activity.user_id)
            for user in complaint._get_compensation_accountants() - told.user_id:
                complaint.with_context(
                    mail_activity_quick_update=True
                ).activity_schedule(
                    ACTIVITY,
                    user_id=user.id,
                    note=complaint._get_compensation_note(owed, user),
                )

    def _get_compensation_note(self, owed, user):
        """What is to be paid to whom, in the words of who does it."""
        self.ensure_one()
        env = self.with_context(lang=user.lang or self.env.lang).env
        amounts = (
            tools.format_amount(
                env, solution.compensation_left, solution.compensation_currency_id
            )
            for solution in owed
        )
        return env._(
            "%(amount)s is to be paid to %(customer)s.",
            amount=", ".join(amounts),
            customer=self.partner_id.display_name or env._("the customer"),
        )

    def _get_compensation_accountants(self):
        """Those whose work it is; administrators only if there is nobody else."""
        self.ensure_one()
        users = self.env["aftersales.cost"]._get_cost_accountants(self.company_id)
        dedicated = users.filtered(lambda user: not user.has_group("base.group_system"))
        return dedicated or users[:1]
