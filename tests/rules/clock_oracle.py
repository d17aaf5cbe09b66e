"""The naive truth about deadlines: a walk minute by minute, on the clock on the wall.

Shares nothing with ``rules.deadline``: no intervals, no sums, no search. Each minute of
UTC is shown on the wall of the people who work, looked up in their weekly hours, and
counted or not. Slow, and simple enough to be believed.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@lru_cache(maxsize=200_000)
def on_wall(zone, utc):
    """What the clock on the wall shows."""
    return utc.replace(tzinfo=timezone.utc).astimezone(ZoneInfo(zone))


@dataclass(frozen=True)
class Hours:
    """Weekly working hours: (day of week, from minute, to minute, week or None)."""

    zone: str
    lines: tuple[tuple[int, int, int, int | None], ...]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def on_wall(self, utc):
        return on_wall(self.zone, utc)

    def lines_of(self, day):
        """The lines of a day; weeks alternate by number, as Odoo's do."""
        if day in self.holidays:
            return []
        week = (day.toordinal() - 1) // 7 % 2
        return [
            (start, stop)
            for weekday, start, stop, only in self.lines
            if weekday == day.weekday() and only in (None, week)
        ]

    def works(self, utc):
        """Whether the minute that begins now is a working one."""
        wall = self.on_wall(utc)
        at = wall.hour * 60 + wall.minute
        return any(start <= at < stop for start, stop in self.lines_of(wall.date()))

    def intervals(self, since, days):
        """The same hours as intervals in UTC, as a calendar hands them out."""
        zone = ZoneInfo(self.zone)
        first = self.on_wall(since).date() - DAY
        for number in range(days + 2):
            day = first + number * DAY
            for start, stop in self.lines_of(day):
                yield self._at(day, start, zone), self._at(day, stop, zone)

    def _at(self, day, minute, zone):
        if minute == 24 * 60:
            # as Odoo ends a day
            local = datetime.combine(day, time(23, 59, 59, 999999), zone)
        else:
            local = datetime.combine(day, time(minute // 60, minute % 60), zone)
        return local.astimezone(timezone.utc).replace(tzinfo=None)


def paused(minute, pauses):
    return any(
        start <= minute and (stop is None or minute < stop) for start, stop in pauses
    )


def counts(hours, counting, minute):
    """Whether a minute counts, pauses aside."""
    if counting == "clock_time":
        return True
    if counting == "work_day_time":
        return bool(hours.lines_of(hours.on_wall(minute).date()))
    return hours.works(minute)


def begins(hours, counting, start, pauses, limit):
    """The minute from which on it counts."""
    at = start
    while at < limit:
        working = counting in ("clock_time", "calendar_days") or hours.works(at)
        if working and not paused(at, pauses):
            return at
        at += MINUTE
    return None


def due(hours, counting, amount, start, pauses, limit):
    """When it is due; None if not before the limit."""
    if counting == "calendar_days":
        return _due_on_day(hours, amount, start, pauses, limit)
    at = begins(hours, counting, start, pauses, limit)
    if at is None:
        return None
    if counting == "work_days":
        return _end_of_work(hours, at, amount, pauses, limit)
    while amount and at < limit:
        amount -= counts(hours, counting, at) and not paused(at, pauses)
        at += MINUTE
    return None if amount else at


def _due_on_day(hours, amount, start, pauses, limit):
    at = start
    while amount and at < limit:
        day = hours.on_wall(at).date()
        at += MINUTE
        if hours.on_wall(at).date() != day and not paused(at - MINUTE, pauses):
            amount -= 1
    return _end_of_work(hours, at, 0, pauses, limit) if at < limit else None


def _end_of_work(hours, at, more, pauses, limit):
    """After the last working minute of a day; only days count whose last one is free."""
    while at < limit:
        is_last = hours.works(at) and not _works_later(hours, at)
        at += MINUTE
        if is_last and not paused(at - MINUTE, pauses):
            if not more:
                return at
            more -= 1
    return None


def _works_later(hours, at):
    """Whether another minute of this day is worked; most often it is the next one."""
    day = hours.on_wall(at).date()
    later = at + MINUTE
    while hours.on_wall(later).date() == day:
        if hours.works(later):
            return True
        later += MINUTE
    return False


def counted(hours, counting, start, until, pauses):
    """How many minutes have counted."""
    total, at = 0, start
    while at < until:
        total += counts(hours, counting, at) and not paused(at, pauses)
        at += MINUTE
    return total
