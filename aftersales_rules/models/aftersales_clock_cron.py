# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Telling people of clocks: before they are due, and after (C5, C7, C12).

How it works: each running clock knows when somebody has to be told something of it
next. The scheduled action takes those whose moment has come, a batch at a time, and
leaves a notice for each person told. Two workers take different clocks, as each locks
what it takes; a clock that was told of moves on to its next moment in the same
transaction, so that after an interruption nobody is told twice.
"""

import logging
from collections import defaultdict

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, format_datetime

from ..rules import COMPLAINT_DEADLINE

_logger = logging.getLogger(__name__)

BATCH = 500
TRIES = 5


class AftersalesClock(models.Model):
    _inherit = "aftersales.clock"

    @api.model
    def _cron_tell(self, batch=BATCH):
        """Warn before clocks are due, escalate after; safe in two workers."""
        tries = TRIES
        while True:
            try:
                clocks = self._take_due(batch)
                if not clocks:
                    return
                self._tell_safely(clocks)
                time_left = self.env["ir.cron"]._commit_progress(
                    len(clocks), remaining=self._count_due()
                )
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # a complaint of this batch was worked on just now
                tries -= 1
                if not tries:
                    raise
                self.env.cr.rollback()
                continue
            tries = TRIES
            if not time_left:
                return

    def _take_due(self, batch):
        """The next clocks whose moment has come and that nobody else tells of."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM aftersales_clock
                 WHERE next_at <= %(now)s
                 ORDER BY next_at, id LIMIT %(batch)s
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                now=fields.Datetime.now(),
                batch=batch,
            )
        )
        # sudo: a cron works for all companies
        return self.sudo().browse([row[0] for row in rows])

    def _count_due(self):
        return self.sudo().search_count(  # sudo: as in _take_due
            [("next_at", "<=", fields.Datetime.now())]
        )

    def _tell_safely(self, clocks):
        try:
            with self.env.cr.savepoint():
                clocks._tell()
                clocks.env.flush_all()
        except OperationalError:
            raise
        except Exception:
            # one clock must not keep the others waiting
            if len(clocks) == 1:
                _logger.exception("Nobody was told of deadline %s", clocks.id)
                clocks.next_at = False
                return
            for clock in clocks:
                self._tell_safely(clock)

    # -------------------------------------------------------------------- telling

    def _tell(self):
        """Tell what is to be told of these clocks by now, and move them on."""
        now = fields.Datetime.now()
        told = self._get_told()
        notices, reported = [], self.browse()
        acting = _Acting(self)
        for clock in self:
            moments = clock._read_moments()
            enforced = (
                clock.company_id._aftersales_mode(COMPLAINT_DEADLINE.name) == "enforce"
            )
            for kind, at in clock._get_pending(now, moments, told).items():
                if at > now:
                    continue
                told.add((clock.id, kind, clock.due_at))
                if not enforced:
                    continue
                people = acting.get_people(clock, kind)
                notices += [(clock, kind, user) for user in people]
                if kind == "overdue" and clock.kind == "report":
                    reported |= clock
                    marketing = acting.get_marketing(clock)
                    notices += [(clock, "report", user) for user in marketing]
            clock.next_at = clock._get_next_at(now, moments, told)
        self._leave_notices(notices, now)
        if reported:
            complaints = reported.complaint_id
            complaints.write({"complaint_reported_at": now})
            complaints._complaint_happened("reported")

    def _leave_notices(self, notices, now):
        """A to-do for each person, and a notice that they were told."""
        if not notices:
            return
        self._forget_earlier(notices)
        activities = self._plan_activities(notices)
        self.env["aftersales.clock.notice"]._insert(
            [
                {
                    "clock_id": clock.id,
                    "kind": kind,
                    "due_at": clock.due_at,
                    "told_at": now,
                    "user_id": user.id,
                    "activity_id": activities[clock, kind, user].id,
                }
                for clock, kind, user in notices
            ]
        )
        self._mail_overdue(notices)
        by_clock = defaultdict(list)
        for clock, kind, user in notices:
            if kind != "warning":
                by_clock[clock].append(user.name)
        overdue = self.browse([clock.id for clock in by_clock])
        complaints = overdue.complaint_id
        complaints._message_log_batch(
            {
                complaint.id: self._get_log(complaint, clocks, by_clock)
                for complaint, clocks in overdue.grouped("complaint_id").items()
            }
        )

    def _get_log(self, complaint, clocks, names):
        lang = complaint.user_id.lang or complaint.company_id.partner_id.lang
        env = self.with_context(lang=lang or self.env.lang).env
        return " ".join(
            env._(
                "%(deadline)s was due on %(due)s. Told: %(names)s.",
                deadline=clock.with_env(env)._get_kind_label(),
                due=clock.with_env(env)._get_due_text(),
                names=", ".join(dict.fromkeys(names[clock])),
            )
            for clock in clocks
        )

    def _forget_earlier(self, notices):
        """Who was warned and is told now that it is overdue has one to-do, not two."""
        overdue = {(clock.id, user.id) for clock, _kind, user in notices}
        earlier = self.browse([clock.id for clock, _kind, _user in notices]).notice_ids
        earlier.filtered(
            lambda notice: (notice.clock_id.id, notice.user_id.id) in overdue
        ).activity_id.unlink()

    def _plan_activities(self, notices):
        model_id = self.env["ir.model"]._get_id("helpdesk.ticket")
        activity_type = self.env.ref("aftersales_rules.mail_activity_clock")
        # one mail for all that somebody is told of, below, and not one for each
        quietly = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True
        )
        activities = quietly.create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": clock.complaint_id.id,
                    "activity_type_id": activity_type.id,
                    "user_id": user.id,
                    "date_deadline": clock._get_due_day(),
                    "summary": clock._get_summary(kind, user),
                    "note": clock._get_note(user),
                }
                for clock, kind, user in notices
            ]
        )
        return dict(zip(notices, activities, strict=True))

    def _mail_overdue(self, notices):
        """Who is told that something is too late gets mail, one for all of it."""
        by_user = defaultdict(list)
        for clock, kind, user in notices:
            if kind != "warning":
                by_user[user].append((clock, clock._get_summary(kind, user)))
        for user, lines in by_user.items():
            env = self.with_context(lang=user.lang or self.env.lang).env
            complaints = self.concat(*(clock for clock, _text in lines)).complaint_id
            subject = lines[0][1]
            if len(lines) > 1:
                subject = env._("%(count)d deadlines are overdue", count=len(lines))
            thread = complaints if len(complaints) == 1 else env["mail.thread"]
            thread.with_env(env).message_notify(
                subject=subject,
                body=Markup("<ul>%s</ul>")
                % Markup("").join(
                    Markup("<li>%s<br/>%s</li>")
                    % (clock.complaint_id.with_env(env)._get_html_link(), text)
                    for clock, text in lines
                ),
                partner_ids=user.partner_id.ids,
            )

    def _get_kind_label(self):
        return dict(self._selection_kind())[self.kind]

    def _get_due_text(self):
        zone = self.company_id._get_aftersales_zone()
        return format_datetime(self.env, self.due_at, tz=zone, dt_format="short")

    def _get_due_day(self):
        now = self.company_id._aftersales_now()
        due = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id._get_aftersales_zone()), self.due_at
        )
        return max(due.date(), now.date())

    def _get_summary(self, kind, user):
        """What stands on somebody's list, in their language."""
        clock = self.with_context(lang=user.lang or self.env.lang)
        values = {"deadline": clock._get_kind_label(), "due": clock._get_due_text()}
        env = clock.env
        if kind == "warning":
            return env._("Due soon: %(deadline)s, %(due)s", **values)
        if kind == "escalation":
            return env._("Still not done: %(deadline)s, was due %(due)s", **values)
        if kind == "report":
            return env._("Complaint not solved by %(due)s", **values)
        return env._("Overdue: %(deadline)s, was due %(due)s", **values)

    def _get_note(self, user):
        """Why it is due, and what ends it, in somebody's language."""
        decision = self.decision_id.with_context(lang=user.lang or self.env.lang)
        return decision.reason_display or ""


class _Acting:
    """Who is told of a batch of clocks; deputies of those who are away."""

    def __init__(self, clocks):
        self._env = clocks.env
        self._departments = {}
        self._stand_in = {}
        self._days = {
            company: company._aftersales_now().date() for company in clocks.company_id
        }
        departments = self._env["aftersales.department"].search(
            [
                ("company_id", "in", clocks.company_id.ids),
                ("kind", "in", ("management", "marketing", "aftersales")),
            ],
            order="office_id, sequence, id",
        )
        for department in departments:
            key = department.company_id, department.kind, department.office_id
            self._departments.setdefault(key, department)
        people = (
            clocks.user_id
            | clocks.department_id.manager_id
            | departments.manager_id
            | departments.filtered(lambda d: d.kind == "marketing").member_ids
        )
        for company, day in self._days.items():
            self._stand_in[company] = self._env["aftersales.absence"]._stand_in(
                people, day
            )

    def _find(self, clock, kind):
        company, office = clock.company_id, clock.complaint_id.complaint_office_id
        no_office = self._env["aftersales.office"]
        return self._departments.get(
            (company, kind, office),
            self._departments.get((company, kind, no_office)),
        )

    def _present(self, clock, users):
        acting = self._stand_in[clock.company_id]
        present = (acting.get(user, user) for user in users)
        return self._env["res.users"].union(*(u.sudo() for u in present))

    def _get_leader(self, clock, kind):
        department = self._find(clock, kind)
        return department.manager_id if department else self._env["res.users"]

    def get_marketing(self, clock):
        department = self._find(clock, "marketing")
        if not department:
            return self._env["res.users"]
        people = department.manager_id | department.member_ids
        return self._present(clock, people)

    def get_people(self, clock, kind):
        """Whom to tell what: the owner, then the manager, then the general manager."""
        owner = clock.user_id or clock.department_id.manager_id
        manager = clock.department_id.manager_id
        if kind == "warning":
            users = owner
        elif kind == "overdue":
            users = owner | manager
        else:
            users = self._get_leader(clock, "management")
        return self._present(
            clock, users or self._get_leader(clock, "aftersales") or clock.user_id
        )
