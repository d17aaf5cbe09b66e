# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Clocks: one thing that has to be done about a complaint in time (C5–C7, C12, C13).

How it works: a clock is started and stopped by what happens to its complaint
(``aftersales_complaint_clock.py``); how long it may take is a decision, until when that
is follows from the company's working hours (``aftersales_clock_run.py``). The moments
are stored, so that a scheduled action finds what it has to tell of with one index
(``aftersales_clock_cron.py``). Nobody writes a clock: it follows.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..rules import Counting
from ..rules.catalogue.complaint_deadline import CLOCK_KINDS
from ..rules.deadline import COUNTINGS

STATES = [
    ("running", "Running"),
    ("paused", "Paused"),
    ("done", "Done in Time"),
    ("late", "Done Late"),
    ("cancelled", "Not Needed Any More"),
]
OPEN = ("running", "paused")
DUE_SOON = timedelta(hours=2)
"""What the dashboard calls soon."""

BUCKETS = [
    ("1_overdue", "Overdue"),
    ("2_soon", "Within 2 Hours"),
    ("3_today", "Within 24 Hours"),
    ("4_later", "Later"),
    ("5_paused", "Waiting for the Customer"),
    ("6_ended", "Ended"),
]


class AftersalesClock(models.Model):
    _name = "aftersales.clock"
    _description = "Deadline of a Complaint"
    _order = "due_at, id"
    _rec_name = "kind"

    complaint_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection("_selection_kind", "Deadline", required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="running")
    user_id = fields.Many2one(
        "res.users", "Owner", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    department_id = fields.Many2one(
        "aftersales.department",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    # --------------------------------------------------------------- moments

    started_at = fields.Datetime("Started", required=True, readonly=True)
    runs_from = fields.Datetime(
        "Counts from", readonly=True, help="The next working hour after it started."
    )
    warn_at = fields.Datetime("Warn", readonly=True)
    due_at = fields.Datetime(
        "Due", readonly=True, index=True, help="Unknown while it is paused before."
    )
    escalate_at = fields.Datetime("General Manager", readonly=True)
    next_at = fields.Datetime(
        readonly=True, help="When somebody has to be told something of it next."
    )
    done_at = fields.Datetime("Done", readonly=True)
    used_minutes = fields.Integer(
        "Minutes Used",
        readonly=True,
        aggregator="avg",
        help="Minutes that counted until it was done.",
    )
    late_minutes = fields.Integer(
        "Minutes Late",
        readonly=True,
        aggregator="avg",
        help="Working minutes between the due time and the time it was done.",
    )

    # ------------------------------------------------------ what the rules said

    counting = fields.Selection("_selection_counting", required=True, readonly=True)
    minutes = fields.Integer(readonly=True)
    days = fields.Integer(readonly=True)
    warn_share = fields.Float(readonly=True, aggregator=None)
    escalate_after = fields.Integer(readonly=True)
    has_escalation = fields.Boolean(readonly=True)
    is_pausable = fields.Boolean("Pauses", readonly=True)
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, index=True, ondelete="restrict"
    )

    # ---------------------------------------------------------- what stopped it

    start_event = fields.Char("Started by", readonly=True)
    stop_event = fields.Char("Stopped by", readonly=True)
    done_by_id = fields.Many2one("res.users", "Done by", readonly=True)
    contact_id = fields.Many2one("aftersales.complaint.contact", readonly=True)
    message_id = fields.Many2one("mail.message", readonly=True, ondelete="set null")
    stage_id = fields.Many2one(
        "helpdesk.ticket.stage", readonly=True, ondelete="set null"
    )
    stop_display = fields.Char("What Stopped It", compute="_compute_stop_display")

    pause_ids = fields.One2many("aftersales.clock.pause", "clock_id", readonly=True)
    notice_ids = fields.One2many("aftersales.clock.notice", "clock_id", readonly=True)
    change_ids = fields.One2many("aftersales.clock.change", "clock_id", readonly=True)

    # ------------------------------------------------------------ what is shown

    is_overdue = fields.Boolean(
        compute="_compute_remaining", search="_search_is_overdue"
    )
    bucket = fields.Selection(
        BUCKETS, "Due In", compute="_compute_remaining", search="_search_bucket"
    )
    remaining = fields.Char("Time Left", compute="_compute_remaining")
    reason = fields.Text(related="decision_id.reason_display", string="Why")
    partner_id = fields.Many2one(
        related="complaint_id.partner_id", string="Customer", related_sudo=True
    )
    complaint_number = fields.Char(
        related="complaint_id.complaint_number", string="Number", related_sudo=True
    )
    complaint_name = fields.Char(
        related="complaint_id.name", string="Subject", related_sudo=True
    )
    severity = fields.Selection(
        related="complaint_id.complaint_severity", related_sudo=True
    )

    # What the scheduled action looks for, and what the form and the dashboard do.
    _next_idx = models.Index("(next_at, id) WHERE next_at IS NOT NULL")
    _open_idx = models.Index("(company_id, id) WHERE state IN ('running', 'paused')")
    _one_open_idx = models.UniqueIndex(
        "(complaint_id, kind) WHERE state IN ('running', 'paused')",
        "This clock runs already.",
    )

    @api.model
    def _selection_kind(self):
        return self.env["helpdesk.ticket"]._complaint_selection(CLOCK_KINDS)

    @api.model
    def _selection_counting(self):
        return self.env["helpdesk.ticket"]._complaint_selection(COUNTINGS)

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=method-required-super,no-raise-unlink
        raise UserError(self.env._("Deadlines are kept; they end with the complaint."))

    @api.depends("kind", "complaint_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._selection_kind())
        for clock in self:
            # sudo: the number of a complaint whose clock the user may read
            complaint = clock.complaint_id.sudo()
            number = complaint.complaint_number or complaint.number
            clock.display_name = f"{number}: {kinds.get(clock.kind, clock.kind)}"

    # -------------------------------------------------- what depends on the time

    @api.depends("state", "due_at", "done_at")
    @api.depends_context("lang", "tz")
    def _compute_remaining(self):
        now = fields.Datetime.now()
        moments = [clock.due_at for clock in self if clock.due_at]
        hours = self.env["aftersales.clock.hours"]._since(min([*moments, now]))
        for clock in self:
            end = clock.done_at or now
            clock.is_overdue = bool(clock.due_at and clock.due_at < end)
            clock.bucket = clock._get_bucket(now)
            clock.remaining = clock._get_remaining_text(now, hours)

    def _get_bucket(self, now):
        if self.state not in OPEN:
            return "6_ended"
        if self.due_at and self.due_at < now:
            return "1_overdue"
        if self.state == "paused" or not self.due_at:
            return "5_paused"
        if self.due_at < now + DUE_SOON:
            return "2_soon"
        if self.due_at < now + timedelta(days=1):
            return "3_today"
        return "4_later"

    def _get_remaining_text(self, now, hours):
        """Time left or over, in working time where that is what counts."""
        if self.state not in OPEN:
            if self.is_overdue and self.late_minutes:
                return self.env._(
                    "%(time)s late", time=self._get_time_text(self.late_minutes)
                )
            return ""
        counting = self._get_time_counting()
        if self.is_overdue:
            minutes = hours.get_used_minutes(self, counting, self.due_at, now)
            return self.env._("%(time)s overdue", time=self._get_time_text(minutes))
        if self.state == "paused" or not self.due_at:
            return self.env._("waits for the customer")
        minutes = hours.get_used_minutes(
            self, counting, max(now, self.runs_from or now), self.due_at
        )
        return self.env._("%(time)s left", time=self._get_time_text(minutes))

    def _get_time_counting(self):
        """How time is counted in between; days are counted in working hours."""
        counting = Counting(self.counting)
        if counting in (Counting.WORK_DAYS, Counting.CALENDAR_DAYS):
            return Counting.WORK_TIME
        return counting

    @api.model
    def _get_time_text(self, minutes):
        hours, minutes = divmod(minutes, 60)
        if not hours:
            return self.env._("%(minutes)d min", minutes=minutes)
        if hours >= 100:
            return self.env._("%(hours)d h", hours=hours)
        return self.env._("%(hours)d h %(minutes)d min", hours=hours, minutes=minutes)

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        overdue = Domain("state", "in", OPEN) & Domain("due_at", "<", now)
        overdue |= Domain("state", "=", "late")
        if set(value) >= {True, False}:
            return Domain.TRUE
        return overdue if True in value else ~overdue

    @api.model
    def _search_bucket(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        is_open = Domain("state", "in", OPEN)
        running = Domain("state", "=", "running")
        soon, today = now + DUE_SOON, now + timedelta(days=1)
        domains = {
            "1_overdue": is_open & Domain("due_at", "<", now),
            "2_soon": running
            & Domain("due_at", ">=", now)
            & Domain("due_at", "<", soon),
            "3_today": running
            & Domain("due_at", ">=", soon)
            & Domain("due_at", "<", today),
            "4_later": running & Domain("due_at", ">=", today),
            "5_paused": is_open
            & (
                Domain("due_at", "=", False)
                | (Domain("state", "=", "paused") & Domain("due_at", ">=", now))
            ),
            "6_ended": ~is_open,
        }
        return Domain.OR(domains[name] for name in value if name in domains)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS 'base': so that the dashboard can group by what is due when
        if field_expr != "bucket":
            return super()._field_to_sql(alias, field_expr, query)
        now = fields.Datetime.now()
        state = super()._field_to_sql(alias, "state", query)
        due = super()._field_to_sql(alias, "due_at", query)
        return SQL(
            """CASE WHEN %(state)s NOT IN ('running', 'paused') THEN '6_ended'
                    WHEN %(due)s < %(now)s THEN '1_overdue'
                    WHEN %(state)s = 'paused' OR %(due)s IS NULL THEN '5_paused'
                    WHEN %(due)s < %(soon)s THEN '2_soon'
                    WHEN %(due)s < %(today)s THEN '3_today'
                    ELSE '4_later' END""",
            state=state,
            due=due,
            now=now,
            soon=now + DUE_SOON,
            today=now + timedelta(days=1),
        )

    @api.depends("stop_event", "contact_id", "message_id", "stage_id")
    @api.depends_context("lang")
    def _compute_stop_display(self):
        events = self._get_event_labels()
        for clock in self:
            stopped = events.get(clock.stop_event, clock.stop_event)
            if clock.contact_id:
                stopped = clock.contact_id.display_name
            elif clock.message_id:
                stopped = self.env._("Message to the customer")
            elif clock.stage_id:
                # sudo: the name of a stage
                stopped = self.env._(
                    "Stage “%(stage)s”", stage=clock.stage_id.sudo().name
                )
            clock.stop_display = stopped

    @api.model
    def _get_event_labels(self):
        return {
            "registered": self.env._("Registered"),
            "forwarded": self.env._("Forwarded"),
            "assigned": self.env._("Assigned"),
            "acknowledged": self.env._("Acknowledged by the general manager"),
            "contacted": self.env._("Contact with the customer"),
            "visited": self.env._("Visit"),
            "accepted": self.env._("Accepted"),
            "refused": self.env._("Refused"),
            "proposed": self.env._("Solution proposed"),
            "agreed": self.env._("Solution agreed"),
            "carried_out": self.env._("Solution carried out"),
            "feedback_sent": self.env._("Feedback sent"),
            "return_visit": self.env._("Return visit"),
            "reissued": self.env._("Reissued"),
            "closed": self.env._("Closed"),
            "waiting": self.env._("Waiting for the customer"),
            "resumed": self.env._("Customer answered"),
            "classified": self.env._("Classified differently"),
        }

    # ------------------------------------------------------------------- actions

    def action_open_complaint(self):
        """Open the complaint, from the dashboard."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.complaint_id.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_why(self):
        """Open the decision that says how long it may take (R4)."""
        self.ensure_one()
        self.check_access("read")
        return self.decision_id._action_explain()
