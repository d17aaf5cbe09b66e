# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Working hours of companies, read from Odoo's calendars for any number of clocks.

What a calendar gives is Odoo's own reading of attendances and leaves; what a deadline
makes of it is ``rules/deadline.py``. A company without working hours works around the
clock.
"""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, models

from ..rules import BeyondTimetable, Timetable

_FIRST = timedelta(days=20)
"""How far ahead calendars are read at first; further only where that is too short."""
_FARTHEST = timedelta(days=3 * 366)
_DAY = timedelta(days=1)


class AftersalesClockHours(models.AbstractModel):
    _name = "aftersales.clock.hours"
    _description = "Working Hours for Deadlines"

    @api.model
    def _since(self, moment):
        """What answers questions about clocks, with two queries for each company.

        :param moment: the earliest one asked for, where it is known
        :rtype: Hours
        """
        # sudo: whoever sees a deadline need not read calendars and leaves
        return Hours(self.sudo(), moment)

    @api.model
    def _read(self, company, since, until):
        """Working hours of a company between two moments; None if there is none yet."""
        company = company.sudo()  # sudo: as in _since
        zone = ZoneInfo(company._get_aftersales_zone())
        calendar = company.resource_calendar_id
        if calendar:
            read = calendar._work_intervals_batch(
                (since - _DAY).replace(tzinfo=timezone.utc),
                (until + _DAY).replace(tzinfo=timezone.utc),
                # Odoo takes leaves of all companies if they name no calendar
                domain=[
                    ("time_type", "=", "leave"),
                    ("company_id", "in", [False, company.id]),
                ],
            )
            work = [(_utc(start), _utc(stop)) for start, stop, _records in read[False]]
            table = Timetable(zone, work, until)
            if table.has_work:
                return table
            if until - since < _FARTHEST:
                return None
        return Timetable.around_the_clock(zone, since - _DAY, until)


class Hours:
    """Timetables by company, read when they are first needed and kept."""

    def __init__(self, model, since):
        self._model = model
        self._earliest = since
        self._tables = {}

    def _ask(self, company, since, until, question):
        """Ask the timetable of a company; read further where it ends too early."""
        table, low, high = self._tables.get(company.id, (None, None, None))
        if table is None or since < low:
            low = min(filter(None, (low, since, self._earliest)))
            high = max(filter(None, (high, until + _FIRST)))
            table = self._model._read(company, low, high)
        while True:
            self._tables[company.id] = table, low, high
            try:
                if table is not None:
                    return question(table)
            except BeyondTimetable:
                if high - low > _FARTHEST:
                    raise
            high += 2 * (high - low)
            table = self._model._read(company, low, high)

    def get_deadline(self, company, allowance, start, pauses, **options):
        """See `rules.Timetable.deadline`."""
        return self._ask(
            company,
            start,
            start,
            lambda table: table.deadline(allowance, start, pauses, **options),
        )

    def get_used_minutes(self, clock, counting, start, until):
        """Minutes of a clock that counted between two moments, pauses left out."""
        if not start or until <= start:
            return 0
        return self._ask(
            clock.company_id,
            start,
            until,
            lambda table: table.used_minutes(
                counting, start, until, clock._get_pauses()
            ),
        )

    def is_working(self, company, moment):
        """Whether the company works at this moment."""
        return self._ask(
            company, moment, moment, lambda table: table.is_working(moment)
        )


def _utc(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
