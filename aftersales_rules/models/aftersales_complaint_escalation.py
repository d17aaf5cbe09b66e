# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who is told at once, whoever received the complaint (C5, C6).

The rules name whom: the general manager of what is major, the on-call leader of what
is urgent outside working hours. Each is told by a task and a mail, once, and the form
counts down until they acknowledge it.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.complaint_routing import COMPLAINT_ESCALATION
from .aftersales_clock import OPEN
from .aftersales_complaint import ENDED, GENERAL_MANAGER, INTERNAL

ACTIVITY = "aftersales_rules.mail_activity_complaint_alert"


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_escalation_decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_alert_ids = fields.One2many(
        "aftersales.complaint.alert",
        "complaint_id",
        "Alerts",
        readonly=True,
        groups=INTERNAL,
    )
    complaint_escalation_said = fields.Text(
        "About the Escalation",
        compute="_compute_complaint_escalation_said",
        groups=INTERNAL,
    )
    complaint_alert_due_at = fields.Datetime(
        "Acknowledge Until", compute="_compute_complaint_alert", groups=INTERNAL
    )
    complaint_alert_notice = fields.Char(
        compute="_compute_complaint_alert", groups=INTERNAL
    )
    complaint_may_acknowledge = fields.Boolean(
        compute="_compute_complaint_alert", groups=INTERNAL
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_escalation_decision_id",
            "complaint_alert_ids",
        }

    @api.depends_context("uid", "lang")
    @api.depends(
        "complaint_alert_ids.acknowledged_at",
        "complaint_alert_ids.ended_at",
        "complaint_clock_ids.due_at",
    )
    def _compute_complaint_alert(self):
        for complaint in self:
            # sudo: whoever reads the complaint may read who was told of it
            waiting = complaint.sudo().complaint_alert_ids._filter_open()
            dues = [
                complaint.sudo()._get_alert_clock(alert.kind).due_at or alert.due_at
                for alert in waiting
            ]
            dues = [due for due in dues if due]
            complaint.complaint_alert_due_at = min(dues, default=False)
            names = ", ".join(waiting.user_ids.mapped("name"))
            complaint.complaint_alert_notice = bool(waiting) and self.env._(
                "Told, and has not acknowledged it yet: %(names)s.",
                names=names or self.env._("Nobody"),
            )
            complaint.complaint_may_acknowledge = any(
                alert._may_acknowledge(self.env.user) for alert in waiting
            )

    @api.depends_context("lang")
    @api.depends("complaint_escalation_decision_id")
    def _compute_complaint_escalation_said(self):
        """What would have been told; what was told stands on its own."""
        for complaint in self:
            # sudo: as for what the rules say of its type
            decision = complaint.sudo().complaint_escalation_decision_id
            reasons = [
                self.env._("The rules would say: %(reason)s", reason=match.reason)
                for match in (decision and decision._get_all_rendered() or ())
                if decision.mode == "observe"
            ]
            complaint.complaint_escalation_said = "\n".join(reasons)

    # ------------------------------------------------------------------- by rule

    def _complaint_follow_up(self, event, at=None):
        result = super()._complaint_follow_up(event, at)
        self._complaint_escalate()
        self._follow_alert_clocks()
        return result

    def _complaint_escalate(self):
        """Ask who is told, and tell them, once."""
        for answer in self.env["aftersales.gate"]._ask(
            COMPLAINT_ESCALATION,
            self._prepare_routing_questions("complaint_escalation_decision_id"),
            "complaint",
            "alert",
        ):
            complaint = answer.subject
            if complaint.complaint_escalation_decision_id != answer.record:
                complaint.complaint_escalation_decision_id = answer.record
            if answer.mode == "enforce":
                complaint._apply_escalation(answer.decision.outcomes, answer.record)

    def _apply_escalation(self, outcomes, record):
        # the row that two workers meet in, see aftersales.complaint.alert
        self.flush_recordset(["complaint_escalation_decision_id"])
        told = self.complaint_alert_ids
        wanted = {outcome["alert"]: outcome for outcome in reversed(outcomes)}
        for kind in wanted:
            # told once; again only if it had ceased to be necessary
            if not told.filtered(
                lambda alert, kind=kind: alert.kind == kind and not alert.ended_at
            ):
                self._alert(kind, wanted[kind].get("minutes"), record)
        # Who was called at night stays called; what is not major any more is not.
        over = told._filter_open().filtered(
            lambda alert: alert.kind == "management" and alert.kind not in wanted
        )
        if over:
            over.ended_at = fields.Datetime.now()
            self._finish_alert_activities(over)

    def _alert(self, kind, minutes, record):
        """Tell somebody now, by task and by mail (C5: whoever received it)."""
        users = self._get_alerted(kind)
        # who was just told of it for another reason is not told twice
        told = self.complaint_alert_ids._filter_open().user_ids
        start = self.complaint_received_at
        if kind == "management":
            start = self.complaint_major_since or start
        start = start or fields.Datetime.now()
        alert = (
            self.env["aftersales.complaint.alert"]
            .sudo()  # sudo: alerts are made here only
            .create(
                {
                    "complaint_id": self.id,
                    "company_id": self.company_id.id,
                    "kind": kind,
                    "user_ids": [(6, 0, users.ids)],
                    "decision_id": record.id,
                    "told_at": fields.Datetime.now(),
                    "due_at": self._get_alert_clock(kind).due_at
                    or (start + timedelta(minutes=minutes) if minutes else False),
                }
            )
        )
        self._tell_alert(alert, users - told)

    def _follow_alert_clocks(self):
        """What is rated urgent, or waits for other hours, is due at another time."""
        for complaint in self:
            for alert in complaint.complaint_alert_ids._filter_open():
                due = complaint._get_alert_clock(alert.kind).due_at
                if due and alert.due_at != due:
                    alert.due_at = due

    def _get_alert_clock(self, kind):
        """The deadline that an alert goes with, where deadlines are kept; maybe empty.

        It knows working hours and pauses; the countdown follows it.
        """
        clocks = self.complaint_clock_ids if kind == "management" else ()
        return (
            self.env["aftersales.clock"]
            .concat(*clocks)
            .filtered(
                lambda clock: clock.kind == "major_handover" and clock.state in OPEN
            )[:1]
        )

    def _get_alerted(self, kind):
        """Whom an alert goes to: never nobody, as long as anybody could act."""
        company = self.company_id
        at = fields.Datetime.now()
        users = self.env["res.users"].sudo()
        if kind == "on_call":
            department = self.complaint_department_id
            duty = self.env["aftersales.on.call"]
            users = duty._get_on_duty(company, at, department).sudo()
            users = users or self._get_department_on_call()
        elif kind == "manager":
            users = self.complaint_department_id._get_leader(
                company._aftersales_now().date()
            )
        if not users:
            users = self._get_complaint_leader("management").sudo()
        return users or self._get_general_managers()

    def _get_department_on_call(self):
        """The on-call leader of the department, else of after-sales, else of sales."""
        departments = self.complaint_department_id
        for kind in ("aftersales", "sales"):
            departments |= self._get_complaint_department(kind)
        wanted = departments.on_call_id[:1].sudo()
        day = self.company_id._aftersales_now().date()
        acting = self.env["aftersales.absence"]._stand_in(wanted, day)
        users = self.env["res.users"].sudo().concat(*acting.values())
        return users.filtered("active")

    def _get_general_managers(self):
        """People of the group, where no department of general management is set up."""
        # sudo: who decides is no secret, the list of users may be
        users = self.env.ref(GENERAL_MANAGER).sudo().all_user_ids
        company = self.company_id
        return users.filtered(
            lambda user: user.active
            and not user.share
            and company in user.company_ids
            and user.id != self.env.ref("base.user_root").id
        )

    def _tell_alert(self, alert, users):
        self.message_subscribe(users.partner_id.ids)
        # a caller's context must not keep the task back
        quick = self.with_context(
            mail_activity_quick_update=True, mail_activity_automation_skip=False
        )
        for user in users:
            env = self.with_context(lang=user.lang or self.env.lang).env
            quick.activity_schedule(
                ACTIVITY, user_id=user.id, note=alert.with_env(env).reason_display
            )
            alert._mail_to_staff("aftersales_rules.mail_template_complaint_alert", user)
        lang = self.company_id.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        self._message_log(
            body=env._(
                "Told at once: %(names)s. %(reason)s",
                names=", ".join(alert.user_ids.mapped("name")) or env._("nobody"),
                reason=alert.with_env(env).reason_display or "",
            )
        )

    # ------------------------------------------------------------- acknowledging

    def action_acknowledge(self):
        """Whoever was told has seen it; the countdown ends."""
        self.check_access("read")
        for complaint in self:
            # sudo: which alerts there are; who may acknowledge is checked by them
            waiting = complaint.sudo().complaint_alert_ids._filter_open()
            waiting = waiting.with_env(self.env)
            mine = waiting.filtered(lambda alert: alert._may_acknowledge(self.env.user))
            if not waiting:
                raise UserError(
                    self.env._(
                        "Nothing about %(name)s waits to be acknowledged.",
                        name=complaint.display_name,
                    )
                )
            (mine or waiting)._acknowledge()
            complaint._finish_alert_activities(mine)
            complaint.sudo()._message_log(
                body=self.env._("%(user)s acknowledged it.", user=self.env.user.name)
            )
        self._complaint_happened("acknowledged")
        return True

    def _finish_alert_activities(self, alerts):
        """Tasks of those who were told by these alerts are done."""
        self.ensure_one()
        complaint = self.sudo()  # sudo: tasks of colleagues who were told too
        still = complaint.complaint_alert_ids._filter_open().user_ids
        for user in alerts.sudo().user_ids - still:
            complaint.activity_unlink([ACTIVITY], user_id=user.id)

    def _complaint_missing(self):
        missing = super()._complaint_missing()
        # sudo: whoever closes it reads what is missing
        if self.sudo().complaint_alert_ids._filter_open():
            missing.append(("acknowledged", self.complaint_alert_notice))
        return missing

    def _complaint_happened(self, event, at=None):
        result = super()._complaint_happened(event, at)
        if event in ENDED:
            # sudo: nobody needs to be told any more
            waiting = self.sudo().complaint_alert_ids._filter_open()
            if waiting:
                waiting.ended_at = fields.Datetime.now()
                # sudo: the tasks of those who were told
                waiting.complaint_id.activity_unlink([ACTIVITY])
        return result

    def action_why_complaint_escalation(self):
        return self._action_complaint_why(self.complaint_escalation_decision_id)
