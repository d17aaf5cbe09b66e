# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""After a complaint is settled: feedback to marketing, return visits (C12, C13)."""

from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .aftersales_complaint import COMPLAINT_READER, INTERNAL
from .aftersales_working_time import WorkingTime

HOW = [
    ("phone", "Phone call"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("portal", "Portal"),
    ("other", "Other"),
]
_VISITS = {"first": "clock_return_visit_1_days", "last": "clock_return_visit_2_days"}
"""The thresholds of the days, which are those of the clocks."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_satisfied = fields.Selection(
        [("yes", "Satisfied"), ("no", "Dissatisfied")],
        "Customer Is",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        help="What the customer said last about how the complaint was settled.",
        prefetch="complaint",
    )
    complaint_satisfied_at = fields.Datetime(
        "Said on", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_satisfied_how = fields.Selection(
        HOW, "Said by", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_feedback_at = fields.Datetime(
        "Fed Back to Marketing",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_feedback_by_id = fields.Many2one(
        "res.users",
        "Fed Back by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_feedback_text = fields.Text(
        "Feedback", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_visit_ids = fields.One2many(
        "aftersales.complaint.visit",
        "complaint_id",
        "Return Visits",
        copy=False,
        groups=COMPLAINT_READER,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_satisfied",
            "complaint_satisfied_at",
            "complaint_satisfied_how",
            "complaint_feedback_at",
            "complaint_feedback_by_id",
            "complaint_feedback_text",
            "complaint_visit_ids",
        }

    def _get_complaint_threshold(self, name):
        """A threshold in force in the complaint's company."""
        self.ensure_one()
        versions = self.env["aftersales.version"]
        company = self.sudo().company_id  # sudo: also of another open company
        return versions._get_current(company)[1].thresholds[name]

    # ------------------------------------------------------------------- feedback

    def _check_complaint_settled(self):
        for complaint in self:
            if complaint.complaint_state == "followup":
                continue
            if complaint.complaint_state == "reissued":
                following = complaint.sudo().complaint_next_ids[:1]
                raise UserError(
                    self.env._(
                        "%(complaint)s goes on as %(following)s already.",
                        complaint=complaint.display_name,
                        following=following.display_name,
                    )
                )
            words = [text for _key, text in complaint._complaint_missing()]
            raise UserError(
                self.env._(
                    "%(complaint)s is not settled yet: the result is fed back when a "
                    "solution is carried out. %(missing)s",
                    complaint=complaint.display_name,
                    missing=" ".join(words),
                )
            )

    def action_send_feedback(self):
        """Ask how satisfied the customer is, and tell marketing."""
        self.ensure_one()
        self._check_complaint()
        self._check_complaint_settled()
        if self.complaint_feedback_at:
            raise UserError(
                self.env._(
                    "%(complaint)s: the result was fed back to marketing already.",
                    complaint=self.display_name,
                )
            )
        return self._open_complaint_feedback(self.env._("Feedback to Marketing"))

    def action_reissue_complaint(self):
        """The customer is dissatisfied: ask with what."""
        self.ensure_one()
        self._check_complaint()
        if self.complaint_state not in ("followup", "closed"):
            raise UserError(
                self.env._(
                    "%(complaint)s is still being dealt with: what the customer wants "
                    "differently is the next proposal.",
                    complaint=self.display_name,
                )
            )
        return self._open_complaint_feedback(
            self.env._("Customer Is Dissatisfied"), is_satisfied="no"
        )

    def _open_complaint_feedback(self, name, is_satisfied=None):
        is_satisfied = is_satisfied or self.complaint_satisfied
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.complaint.feedback",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.id,
                **({"default_is_satisfied": is_satisfied} if is_satisfied else {}),
            },
        }

    def _complaint_note_satisfaction(self, is_satisfied, how):
        # sudo: written by the steps of the procedure only
        self.sudo().write(
            {
                "complaint_satisfied": is_satisfied,
                "complaint_satisfied_at": fields.Datetime.now(),
                "complaint_satisfied_how": how,
            }
        )

    def _complaint_send_feedback(self, text, how):
        """A satisfied customer: marketing is told, return visits are planned (C12).

        Concurrency: writes the complaint, so that of two people who send at once the
        second fails to serialize, runs again and reads that it was sent.
        """
        self.ensure_one()
        self._check_complaint()
        self._check_complaint_settled()
        if self.complaint_feedback_at:
            raise UserError(
                self.env._(
                    "%(complaint)s: the result was fed back to marketing already.",
                    complaint=self.display_name,
                )
            )
        self._complaint_note_satisfaction("yes", how)
        # sudo: as above
        self.sudo().write(
            {
                "complaint_feedback_at": fields.Datetime.now(),
                "complaint_feedback_by_id": self.env.uid,
                "complaint_feedback_text": text,
            }
        )
        self._complaint_tell_marketing()
        self._complaint_plan_visits()
        self._complaint_happened("feedback_sent")

    def _complaint_dissatisfied(self, reason, how):
        """A dissatisfied customer: the complaint starts again (C13).

        :return: the next round
        """
        self.ensure_one()
        self._check_complaint()
        self._complaint_note_satisfaction("no", how)
        self._complaint_happened("dissatisfied")
        return self._complaint_reissue(reason)

    def _complaint_tell_marketing(self):
        """By mail to the department, and on the to-do list of whoever leads it."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: who feeds back need not assign activities
        people = complaint._get_complaint_staff("marketing").sudo()
        if not people:
            complaint._message_log(
                body=self.env._(
                    "Nobody is in the marketing department, so nobody was told. An "
                    "administrator names its people under Configuration → Departments."
                )
            )
            return
        # the mail below says it; no second one for the activity
        quick = complaint.with_context(mail_activity_quick_update=True)
        quick.activity_schedule(
            "aftersales_rules.mail_activity_complaint_feedback",
            user_id=complaint._get_complaint_leader("marketing").id,
            note=complaint.complaint_feedback_text or False,
        )
        for lang, same in people.grouped("lang").items():
            one = complaint.with_context(lang=lang or self.env.lang)
            one.message_notify(
                subject=one.env._(
                    "Complaint %(number)s: the customer is satisfied",
                    number=complaint.complaint_number or complaint.number,
                ),
                body=one.env["ir.qweb"]._render(
                    "aftersales_rules.complaint_feedback_mail", {"complaint": one}
                ),
                partner_ids=same.partner_id.ids,
            )

    # --------------------------------------------------------------------- visits

    def _complaint_plan_visits(self):
        """Return visits so many days after the feedback, on days that are worked."""
        for complaint in self.sudo():  # sudo: planned by the procedure
            planned = complaint.complaint_visit_ids.filtered(
                lambda visit: visit.state != "cancelled"
            )
            days = complaint._get_complaint_visit_days()
            user = complaint.user_id or self.env.user
            complaint.env["aftersales.complaint.visit"].create(
                [
                    {
                        "complaint_id": complaint.id,
                        "kind": kind,
                        "planned_on": day,
                        "user_id": user.id if not user.share else False,
                    }
                    for kind, day in days.items()
                    if kind not in planned.mapped("kind")
                ]
            )

    def _get_complaint_visit_days(self):
        """The days of the first and the last return visit."""
        self.ensure_one()
        return {
            kind: self._get_complaint_working_day(self._get_complaint_threshold(name))
            for kind, name in _VISITS.items()
        }

    def _get_complaint_working_day(self, days=0):
        """The day so many days from now, or the next one on which the company works."""
        company = self.company_id
        return WorkingTime(self.env, fields.Datetime.now()).get_working_day(
            company._aftersales_now() + timedelta(days=days),
            company.resource_calendar_id,
        )

    # -------------------------------------------------------------------- missing

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        complaint = self.sudo()  # sudo: who may close it reads what is missing
        if complaint.complaint_satisfied == "no":
            missing.append(
                (
                    "satisfied",
                    self.env._("The customer is dissatisfied: reissue the complaint."),
                )
            )
        if not complaint.complaint_feedback_at:
            missing.append(
                ("feedback", self.env._("The result is not fed back to marketing."))
            )
            return missing
        visits = complaint.complaint_visit_ids.filtered(
            lambda visit: visit.state != "cancelled"
        )
        for visit in visits.filtered(lambda visit: visit.state == "planned"):
            missing.append(
                (
                    "visit",
                    self.env._(
                        "The return visit of %(day)s is not logged.",
                        day=format_date(self.env, visit.planned_on),
                    ),
                )
            )
        if not visits.filtered(lambda visit: visit.kind == "last"):
            missing.append(
                ("visit", self.env._("The last return visit is not planned."))
            )
        return missing
