# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of a clock test: an office in Berlin, Monday to Friday, 8 to 17."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from freezegun import freeze_time

from odoo import Command

from .common_complaint import ComplaintCase

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text, zone=BERLIN):
    """A moment as Odoo stores it, from what the clock on the wall shows."""
    wall = datetime.fromisoformat(text).replace(tzinfo=zone)
    return wall.astimezone(timezone.utc).replace(tzinfo=None)


class ClockCase(ComplaintCase):
    """Monday is 2026-03-02; what happens is said by `happen`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.new_calendar("Office", "Europe/Berlin")
        cls.company.resource_calendar_id = cls.calendar
        # what happens when is said by the tests, not by the rules on complaints
        cls.set_mode(
            "observe",
            "complaint_type",
            "complaint_severity",
            "complaint_urgency",
            "complaint_routing",
            "complaint_escalation",
        )
        cls.run_queue()

    @classmethod
    def new_calendar(cls, name, zone, company=None, **values):
        values.setdefault(
            "attendance_ids",
            [
                Command.create(
                    {
                        "name": "Work",
                        "dayofweek": str(day),
                        "hour_from": start,
                        "hour_to": stop,
                        "day_period": period,
                    }
                )
                for day in range(5)
                for start, stop, period in (
                    (8, 12, "morning"),
                    (13, 17, "afternoon"),
                )
            ],
        )
        return cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": zone,
                "company_id": (company or cls.company).id,
                **values,
            }
        )

    def at(self, text):
        """Set the clock, to a time in Berlin."""
        return freeze_time(utc(text))

    def complaint_at(self, text, **values):
        """A complaint that was received then, and nothing else happened yet."""
        with self.at(text):
            complaint = self.new_complaint(complaint_received_at=utc(text), **values)
            self.run_queue()
        return complaint

    def happen(self, complaint, text, *events):
        with self.at(text):
            for event in events:
                complaint._complaint_happened(event)

    def clock(self, complaint, kind, state=None):
        """The newest clock of a kind; fails if there is none."""
        clock = complaint.complaint_clock_ids.filtered(
            lambda clock: clock.kind == kind
        ).sorted("id")[-1:]
        self.assertTrue(clock, kind)
        if state:
            self.assertEqual(clock.state, state)
        return clock

    def kinds(self, complaint, *states):
        clocks = complaint.complaint_clock_ids
        return sorted(c.kind for c in clocks if c.state in (states or ("running",)))

    def assertDue(self, clock, text):
        self.assertEqual(clock.due_at, text and utc(text))
