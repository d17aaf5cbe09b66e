# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo's calendars against a walk on the wall, minute by minute."""

from datetime import date, datetime, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.tests import tagged

from ..rules import Allowance, Counting
from .common_clock import ClockCase

MINUTE = timedelta(minutes=1)
ZONES = {
    "Europe/Berlin": (datetime(2026, 3, 27), datetime(2026, 10, 23)),
    "America/New_York": (datetime(2026, 3, 6), datetime(2026, 10, 30)),
    "Asia/Shanghai": (datetime(2028, 2, 27), datetime(2026, 12, 30)),
    "Australia/Lord_Howe": (datetime(2026, 4, 3), datetime(2026, 10, 2)),
}
"""And days around their changes of the clock, leap days, and the end of a year."""


@tagged("post_install", "-at_install")
class TestClockHours(ClockCase):
    def test_odoo_calendars_are_read_as_people_read_them(self):
        """Time zones, daylight saving, two-week calendars, nights and holidays."""
        random = Random(20260302)
        checked = 0
        for zone, starts in ZONES.items():
            for two_weeks in (False, True):
                lines = self._draw_lines(random, two_weeks)
                calendar = self.new_calendar(
                    f"{zone} {two_weeks}",
                    zone,
                    two_weeks_calendar=two_weeks,
                    attendance_ids=[Command.create(line) for line in lines],
                )
                self.company.resource_calendar_id = calendar
                for start in starts:
                    holiday = start.date() + timedelta(days=random.randrange(5))
                    self._add_holiday(calendar, zone, holiday)
                    checked += self._check(random, zone, lines, start, {holiday})
        self.assertGreater(checked, 60)

    def _draw_lines(self, random, two_weeks):
        shifts = [[(8, 12), (13, 17)], [(0, 24)], [(9.5, 18.25)], [(0, 6), (22, 24)]]
        return [
            {
                "name": "Work",
                "dayofweek": str(day),
                "hour_from": start,
                "hour_to": stop,
                "day_period": "full_day",
                "week_type": week,
            }
            for week in (("0", "1") if two_weeks else (False,))
            for day in sorted(random.sample(range(7), 5))
            for start, stop in random.choice(shifts)
        ]

    def _add_holiday(self, calendar, zone, day):
        first, last = (
            datetime.combine(day, moment, ZoneInfo(zone))
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for moment in (
                datetime.min.time(),
                datetime.max.time().replace(microsecond=0),
            )
        )
        self.env["resource.calendar.leaves"].create(
            {"calendar_id": calendar.id, "date_from": first, "date_to": last}
        )

    def _check(self, random, zone, lines, start, holidays):
        wall = _Wall(ZoneInfo(zone), lines, holidays)
        for _case in range(5):
            begin = start + random.randrange(3 * 1440) * MINUTE
            minutes = random.choice([30, 120, 500])
            hours = self.env["aftersales.clock.hours"]._since(begin)
            found = hours.get_deadline(
                self.company, Allowance(Counting.WORK_TIME, minutes=minutes), begin, ()
            )
            self.assertEqual(found.due, wall.due(begin, minutes), (zone, begin, lines))
        return 5

    def test_a_far_due_time_reads_further(self):
        """Nobody works for two months; the day after counts."""
        start = datetime(2026, 3, 2, 8)
        self.env["resource.calendar.leaves"].create(
            {
                "calendar_id": self.calendar.id,
                "date_from": datetime(2026, 3, 2),
                "date_to": datetime(2026, 5, 3, 21, 59, 59),
            }
        )
        hours = self.env["aftersales.clock.hours"]._since(start)
        found = hours.get_deadline(
            self.company, Allowance(Counting.WORK_TIME, minutes=60), start, ()
        )
        self.assertEqual(found.due, datetime(2026, 5, 4, 7))

    def test_calendars_are_read_once_for_many_clocks(self):
        hours = self.env["aftersales.clock.hours"]._since(datetime(2026, 3, 2))
        allowance = Allowance(Counting.WORK_TIME, minutes=60)
        start = datetime(2026, 3, 2, 8)
        hours.get_deadline(self.company, allowance, start, ())
        with self.assertQueryCount(0):
            for number in range(50):
                hours.get_deadline(self.company, allowance, start + number * MINUTE, ())


class _Wall:
    """Shares nothing with the code under test: a look at the wall each minute."""

    def __init__(self, zone, lines, holidays):
        self.zone, self.lines, self.holidays = zone, lines, holidays

    def works(self, moment):
        local = moment.replace(tzinfo=timezone.utc).astimezone(self.zone)
        day = local.date()
        if day in self.holidays:
            return False
        at = local.hour + local.minute / 60
        week = str((day - date(1, 1, 1)).days // 7 % 2)
        return any(
            int(line["dayofweek"]) == day.weekday()
            and line["hour_from"] <= at < line["hour_to"]
            and line["week_type"] in (False, week)
            for line in self.lines
        )

    def due(self, moment, minutes):
        while minutes:
            minutes -= self.works(moment)
            moment += MINUTE
        return moment
