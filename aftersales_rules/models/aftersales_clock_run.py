# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How clocks run: start, stop, pause, and again when what they depend on changes.

What moments follow from is kept on the clock: when it started, what the rules allowed,
and its pauses. ``_set_moments`` is the one place where they are worked out.
"""

from decimal import Decimal

from odoo import api, fields, models

from ..rules import Allowance, Counting
from .aftersales_clock import OPEN


class AftersalesClock(models.Model):
    _inherit = "aftersales.clock"

    # ------------------------------------------------------------------- moments

    def _get_pauses(self):
        """Times in which the clock stood still, as the deadline reads them."""
        # sudo: whoever sees a deadline sees its pauses
        pauses = self.sudo().pause_ids
        return [(pause.paused_at, pause.resumed_at or None) for pause in pauses]

    def _get_allowance(self):
        return Allowance(Counting(self.counting), minutes=self.minutes, days=self.days)

    def _get_moments(self, hours):
        """What follows from start, allowance, pauses and working hours."""
        self.ensure_one()
        found = hours.get_deadline(
            self.company_id,
            self._get_allowance(),
            self.started_at,
            self._get_pauses(),
            warn_share=Decimal(str(self.warn_share)),
            escalate_minutes=self.escalate_after if self.has_escalation else None,
        )
        return {
            "runs_from": found.runs_from or False,
            "warn_at": found.warn or False,
            "due_at": found.due or False,
            "escalate_at": found.escalate or False,
        }

    def _set_moments(self, cause=None, hours=None):
        """Work out the moments of open clocks; keep what moved.

        :param cause: why they may have moved; None for clocks that just started
        """
        if not self:
            return
        started = min(self.mapped("started_at"))
        hours = hours or self.env["aftersales.clock.hours"]._since(started)
        now = fields.Datetime.now()
        changes = []
        told = self._get_told() if cause else {}
        for clock in self:
            moments = clock._get_moments(hours)
            before = clock.due_at
            news = {
                name: value for name, value in moments.items() if clock[name] != value
            }
            if cause and before != moments["due_at"]:
                changes.append(
                    {
                        "clock_id": clock.id,
                        "changed_at": now,
                        "cause": cause,
                        "due_before": before,
                        "due_after": moments["due_at"],
                        "decision_id": clock.decision_id.id,
                    }
                )
            next_at = clock._get_next_at(
                now, {**clock._read_moments(), **moments}, told
            )
            if clock.next_at != next_at:
                news["next_at"] = next_at
            if news:
                clock.write(news)
        if changes:
            self.env["aftersales.clock.change"]._insert(changes)

    def _read_moments(self):
        return {name: self[name] for name in ("warn_at", "due_at", "escalate_at")}

    def _get_told(self):
        """What was told of each clock already, for one due time: (clock, kind, due)."""
        notices = (
            self.env["aftersales.clock.notice"]
            .sudo()  # sudo: what the scheduled action told
            .search_fetch(
                [("clock_id", "in", self.ids)], ["clock_id", "kind", "due_at"]
            )
        )
        return {(notice.clock_id.id, notice.kind, notice.due_at) for notice in notices}

    def _get_pending(self, now, moments, told):
        """What is still to be told of a clock, each with its moment.

        Who is told that it is overdue need not be warned that it will be.
        """
        due = moments["due_at"]
        if self.state != "running" or not due:
            return {}
        pending = {"overdue": due, "escalation": moments["escalate_at"]}
        if due > now:
            pending["warning"] = moments["warn_at"]
        return {
            kind: at
            for kind, at in pending.items()
            if at and (self.id, kind, due) not in told
        }

    def _get_next_at(self, now, moments, told):
        return min(self._get_pending(now, moments, told).values(), default=False)

    # ------------------------------------------------------------ start and stop

    @api.model
    def _start(self, vals_list):
        """Start clocks: complaint, kind, since when, and what the rules allow."""
        if not vals_list:
            return self
        self.flush_model(["state"])  # one open clock of a kind: an index looks at it
        # sudo: clocks are started by what happens, not by a right
        clocks = self._without_defaults().create(vals_list)
        clocks._set_moments()
        waiting = clocks.filtered(
            lambda clock: clock.is_pausable and clock.complaint_id.complaint_waiting_at
        )
        for at, same in waiting.grouped(
            lambda clock: clock.complaint_id.complaint_waiting_at
        ).items():
            same._pause(at, same.complaint_id[:1].complaint_waiting_for)
        return clocks

    def _without_defaults(self):
        """Without what a caller's context would fill in."""
        context = {
            key: value
            for key, value in self.env.context.items()
            if not key.startswith("default_")
        }
        # pylint: disable=context-overridden
        return self.with_context(context).sudo()  # sudo: as in _start

    def _filter_open(self):
        return self.filtered(lambda clock: clock.state in OPEN)

    def _stop(self, at, event, **reference):
        """Done: in time or late; what stopped it is kept."""
        clocks = self._filter_open()
        if not clocks:
            return
        starts = clocks.mapped("started_at")
        hours = self.env["aftersales.clock.hours"]._since(min([*starts, at]))
        clocks._end_pauses(at)
        for clock in clocks:
            moments = clock._get_moments(hours)
            due = moments["due_at"]
            counting = clock._get_time_counting()
            late = bool(due and at > due)
            begin = moments["runs_from"] or clock.started_at
            clock.write(
                {
                    **moments,
                    "state": "late" if late else "done",
                    "done_at": at,
                    "next_at": False,
                    "stop_event": event,
                    "done_by_id": self.env.uid,
                    "used_minutes": hours.get_used_minutes(clock, counting, begin, at),
                    "late_minutes": late
                    and hours.get_used_minutes(clock, counting, due, at),
                    **reference,
                }
            )
        clocks._forget_activities()

    def _cancel(self, at, event):
        """Not needed any more; whether it was late by then can still be seen."""
        clocks = self._filter_open()
        if clocks:
            clocks._end_pauses(at)
            clocks.write(
                {
                    "state": "cancelled",
                    "done_at": at,
                    "next_at": False,
                    "stop_event": event,
                    "done_by_id": self.env.uid,
                }
            )
            clocks._forget_activities()

    # --------------------------------------------------------------------- pauses

    def _pause(self, at, reason):
        """Stand still while we wait for the customer (C9, C11)."""
        clocks = self.filtered(
            lambda clock: clock.state == "running" and clock.is_pausable
        )
        if not clocks:
            return
        self.env["aftersales.clock.pause"].sudo().create(  # sudo: as in _start
            [
                {
                    "clock_id": clock.id,
                    "paused_at": max(at, clock.started_at),
                    "reason": reason,
                }
                for clock in clocks
            ]
        )
        clocks.write({"state": "paused"})
        clocks._set_moments("pause")
        clocks._forget_activities()

    def _end_pauses(self, at):
        open_pauses = self.pause_ids.filtered(lambda pause: not pause.resumed_at)
        for pause in open_pauses:
            pause.resumed_at = max(at, pause.paused_at)

    def _resume(self, at):
        """Go on where it stood still."""
        clocks = self.filtered(lambda clock: clock.state == "paused")
        if clocks:
            clocks._end_pauses(at)
            clocks.write({"state": "running"})
            clocks._set_moments("resume")

    # ----------------------------------------------------------- what it hangs on

    @api.model
    def _reallow(self, vals_by_clock, cause, hours):
        """Other rules, or other facts: a new allowance for clocks that still run."""
        clocks = self.browse([clock.id for clock in vals_by_clock])
        for clock, vals in vals_by_clock.items():
            changed = {
                name: value
                for name, value in vals.items()
                if clock._fields[name].convert_to_write(clock[name], clock) != value
            }
            if changed:
                clock.write(changed)
        now = fields.Datetime.now()
        # what may not stand still any more goes on, what may now waits as well
        clocks.filtered(lambda clock: not clock.is_pausable)._resume(now)
        clocks._set_moments(cause, hours)

    def _note_stop(self, complaint, **reference):
        """What it was that stopped these clocks: a contact, a message, a stage."""
        ended = self.filtered(
            lambda clock: clock.complaint_id == complaint and clock.state not in OPEN
        )
        if ended:
            ended.write(reference)

    def _forget_activities(self):
        """Take what is done off people's to-do lists."""
        activities = self.sudo().notice_ids.activity_id  # sudo: of whoever it was
        if activities:
            activities.unlink()
