"""When something is due: working hours, an allowance and pauses in, moments out.

Place in event → facts → **decide** → record → apply: a rule says how long something
may take and how that is counted; this module says until when that is. No database, no
clock, no calendar of its own: whoever asks brings the working hours as intervals.

Five ways of counting:

``work_time``
    only working hours count;
``work_day_time``
    around the clock, but only on days with working hours, so that 24 hours from
    Friday 10:00 are over on Monday 10:00;
``clock_time``
    around the clock, every day;
``work_days``
    until the end of work, so many working days later; none is the same working day;
``calendar_days``
    until the end of work, so many days later, or on the next day with work after that.

What is started outside of working hours counts from the next working hour on (C6);
only ``clock_time`` and ``calendar_days`` begin at once. While paused, time does not
count; a day counts unless its end lies in a pause.

Moments are naive and in UTC, as Odoo stores them. What calendars give is rounded to
minutes; a day of which only a part is known at the end is left out.

>>> from datetime import datetime
>>> from zoneinfo import ZoneInfo
>>> monday = [datetime(2026, 1, 5, hour) for hour in (8, 16)]
>>> tuesday = [datetime(2026, 1, 6, hour) for hour in (8, 16)]
>>> week = Timetable(ZoneInfo("UTC"), [monday, tuesday], datetime(2026, 1, 7))
>>> two_hours = Allowance(Counting.WORK_TIME, minutes=120)
>>> str(week.deadline(two_hours, datetime(2026, 1, 5, 15)).due)
'2026-01-06 09:00:00'
>>> same_day = Allowance(Counting.WORK_DAYS, days=0)
>>> str(week.deadline(same_day, datetime(2026, 1, 5, 15)).due)
'2026-01-05 16:00:00'
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cached_property

from .i18n import _

__all__ = ["Allowance", "BeyondTimetable", "Counting", "Deadline", "Timetable"]

_EPOCH = datetime(1970, 1, 1)
_MINUTE = 60
_DAY_END = time(23, 59, 59)

Span = Sequence[datetime]
"""From, until; an interval of working hours."""
Pause = tuple[datetime, "datetime | None"]
"""From, until; without end while it lasts."""
_Spans = list[tuple[int, "int | None"]]


class Counting(str, Enum):
    """How an allowance is counted."""

    WORK_TIME = "work_time"
    WORK_DAY_TIME = "work_day_time"
    CLOCK_TIME = "clock_time"
    WORK_DAYS = "work_days"
    CALENDAR_DAYS = "calendar_days"

    def __str__(self) -> str:
        return self.value


COUNTINGS = {
    "work_time": _("Working hours"),
    "work_day_time": _("Around the clock on working days"),
    "clock_time": _("Around the clock"),
    "work_days": _("Working days"),
    "calendar_days": _("Calendar days"),
}
"""The same, with what people read."""


class BeyondTimetable(LookupError):
    """The answer lies after the last known working hour."""


@dataclass(frozen=True)
class Allowance:
    """How long something may take: minutes, or days, as its counting asks for."""

    counting: Counting
    minutes: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if self.minutes < 0 or self.days < 0:
            raise ValueError(f"an allowance is not negative: {self}")

    @property
    def is_in_days(self) -> bool:
        """Whether days count, and not minutes."""
        return self.counting in (Counting.WORK_DAYS, Counting.CALENDAR_DAYS)


@dataclass(frozen=True)
class Deadline:
    """The moments of one clock; unknown while a pause lasts that they lie behind."""

    runs_from: datetime | None
    warn: datetime | None
    due: datetime | None
    escalate: datetime | None


class Timetable:
    """Working hours of a period, read once for any number of questions."""

    def __init__(
        self, zone: tzinfo, work: Iterable[Span], known_until: datetime
    ) -> None:
        """Prepare intervals, which may touch and overlap.

        :param zone: of the people who work, whose days are counted
        :param known_until: until when the intervals are complete
        """
        self._zone = zone
        self._until = self._midnight(self._day(_seconds(known_until)))
        pieces = self._split_at_midnight(
            _join((_rounded(start), self._stop(stop)) for start, stop in work)
        )
        self._line = _Line([piece for piece in pieces if piece[0] < self._until])

    @classmethod
    def around_the_clock(
        cls, zone: tzinfo, known_from: datetime, known_until: datetime
    ) -> Timetable:
        """Every hour is a working hour, and the day ends at midnight."""
        return cls(zone, [(known_from, known_until)], known_until)

    @property
    def has_work(self) -> bool:
        """Whether there is any working hour."""
        return bool(self._line.starts)

    # --------------------------------------------------------------- questions

    def deadline(
        self,
        allowance: Allowance,
        start: datetime,
        pauses: Iterable[Pause] = (),
        *,
        warn_share: Fraction | Decimal | int = 1,
        escalate_minutes: int | None = None,
    ) -> Deadline:
        """From when it counts, when to warn, when it is due, when to escalate.

        :param warn_share: part of the time used after which to warn
        :param escalate_minutes: how long after it was due, counted the same way, in
            working hours where days are counted
        :raise BeyondTimetable: when working hours are not known so far
        """
        begin, spans = _seconds(start), _join_pauses(pauses)
        line = self._line_of(allowance.counting)
        runs_from = self._runs_from(allowance.counting, begin, spans)
        due = self._due(allowance, begin, runs_from, spans)
        if due is None:
            return Deadline(_moment(runs_from), None, None, None)
        total = self._counted(
            line, begin if runs_from is None else runs_from, due, spans
        )
        used = int(total * Fraction(warn_share))
        warn = runs_from
        if runs_from is not None and used:
            warn = min(due, self._reach(line, runs_from, used, spans) or due)
        escalate = None if escalate_minutes is None else due
        if escalate_minutes:
            escalate = self._reach(line, due, escalate_minutes * _MINUTE, spans)
        return Deadline(*map(_moment, (runs_from, warn, due, escalate)))

    def used_minutes(
        self,
        counting: Counting,
        start: datetime,
        until: datetime,
        pauses: Iterable[Pause] = (),
    ) -> int:
        """Whole minutes that have counted, from the moment on from which it runs.

        :raise BeyondTimetable: when working hours are not known so far
        """
        line, spans = self._line_of(counting), _join_pauses(pauses)
        end = _seconds(until)
        if line is not None and end > self._until:
            raise BeyondTimetable(f"no working hour known after {_moment(self._until)}")
        counted = self._counted(line, _seconds(start), end, spans)
        return counted // _MINUTE

    def is_working(self, moment: datetime) -> bool:
        """Whether people work at this moment."""
        at = _seconds(moment)
        return self._line.reach(at, 0, self._until) == at

    def next_working(self, moment: datetime) -> datetime:
        """This moment if people work, else the next one at which they do."""
        at = self._line.reach(_seconds(moment), 0, self._until)
        return _EPOCH + timedelta(seconds=at)

    # ------------------------------------------------------------------- inside

    def _line_of(self, counting: Counting) -> _Line | None:
        """What minutes are counted on; none is around the clock."""
        if counting is Counting.CLOCK_TIME:
            return None
        if counting is Counting.WORK_DAY_TIME:
            return self._whole_days
        return self._line

    @cached_property
    def _whole_days(self) -> _Line:
        days = dict.fromkeys(self._days)
        return _Line(
            [
                (self._midnight(day), self._midnight(day + timedelta(days=1)))
                for day in days
            ]
        )

    @cached_property
    def _days(self) -> list[date]:
        return [self._day(start) for start in self._line.starts]

    @cached_property
    def _ends(self) -> tuple[list[int], list[date]]:
        """The end of work of each day on which there is any, and the day."""
        # of several intervals of a day the last one stays
        ends = dict(zip(self._days, self._line.stops, strict=True))
        return list(ends.values()), list(ends)

    def _day(self, at: int) -> date:
        moment = (_EPOCH + timedelta(seconds=at)).replace(tzinfo=timezone.utc)
        return moment.astimezone(self._zone).date()

    def _stop(self, moment: datetime) -> int:
        """The end of an interval; calendars end a day at 23:59:59, meant is midnight.

        It is an hour away where clocks go back at midnight, and show 23:59 twice.
        """
        at = _seconds(moment)
        wall = (_EPOCH + timedelta(seconds=at)).replace(tzinfo=timezone.utc)
        if wall.astimezone(self._zone).time() != _DAY_END:
            return _rounded(moment)
        return self._midnight(self._day(at) + timedelta(days=1))

    def _midnight(self, day: date) -> int:
        local = datetime.combine(day, time(), self._zone)
        return _seconds(local.astimezone(timezone.utc).replace(tzinfo=None))

    def _split_at_midnight(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        pieces: list[tuple[int, int]] = []
        for start, stop in spans:
            while True:
                midnight = self._midnight(self._day(start) + timedelta(days=1))
                if midnight >= stop:
                    pieces.append((start, stop))
                    break
                pieces.append((start, midnight))
                start = midnight
        return pieces

    def _runs_from(self, counting: Counting, begin: int, spans: _Spans) -> int | None:
        line = self._line
        if counting in (Counting.CLOCK_TIME, Counting.CALENDAR_DAYS):
            return self._reach(None, begin, 0, spans)
        return self._reach(line, begin, 0, spans)

    def _due(
        self, allowance: Allowance, begin: int, runs_from: int | None, spans: _Spans
    ) -> int | None:
        if allowance.counting is Counting.CALENDAR_DAYS:
            return self._due_on_day(begin, allowance.days, spans)
        if runs_from is None:
            return None
        if allowance.counting is Counting.WORK_DAYS:
            return self._end_of_work(runs_from, date.min, allowance.days, spans)
        line = self._line_of(allowance.counting)
        return self._reach(line, runs_from, allowance.minutes * _MINUTE, spans)

    def _due_on_day(self, begin: int, days: int, spans: _Spans) -> int | None:
        day = self._day(begin)
        while days:
            if not spans:
                day += timedelta(days=days)
                break
            day += timedelta(days=1)
            paused = _paused(self._midnight(day), spans)
            if paused is None:
                return None
            days -= not paused
        return self._end_of_work(begin, day, 0, spans)

    def _end_of_work(
        self, after: int, day: date, more: int, spans: _Spans
    ) -> int | None:
        """End of work of the first day that counts, or of one so many days later."""
        ends, days = self._ends
        for place in range(bisect_right(ends, after), len(ends)):
            if days[place] < day:
                continue
            paused = _paused(ends[place], spans)
            if paused is None:
                return None
            if not paused:
                if not more:
                    return ends[place]
                more -= 1
        if spans and spans[-1][1] is None:
            return None
        raise BeyondTimetable(f"no working day known after {_moment(self._until)}")

    def _reach(
        self, line: _Line | None, at: int, seconds: int, spans: _Spans
    ) -> int | None:
        """The first moment at which so much has counted; None behind an open pause.

        No time at all is the first moment that counts.
        """
        for start, stop in spans:
            if stop is not None and stop <= at:
                continue
            if start > at:
                counted = _counted(line, at, start)
                if counted >= seconds and (seconds or counted):
                    break
                seconds -= counted
            if stop is None:
                return None
            at = max(at, stop)
        return at + seconds if line is None else line.reach(at, seconds, self._until)

    def _counted(self, line: _Line | None, start: int, stop: int, spans: _Spans) -> int:
        if stop <= start:
            return 0
        total = _counted(line, start, stop)
        for pause_start, pause_stop in spans:
            low = max(start, pause_start)
            high = stop if pause_stop is None else min(stop, pause_stop)
            if low < high:
                total -= _counted(line, low, high)
        return total


class _Line:
    """Intervals one after the other, and how much lies before each."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self.starts = [start for start, _stop in spans]
        self.stops = [stop for _start, stop in spans]
        self._before = [0]
        for start, stop in spans:
            self._before.append(self._before[-1] + stop - start)

    def until(self, at: int) -> int:
        """How much lies before a moment."""
        place = bisect_right(self.starts, at)
        if not place:
            return 0
        inside = min(at, self.stops[place - 1]) - self.starts[place - 1]
        return self._before[place - 1] + inside

    def reach(self, at: int, seconds: int, known_until: int) -> int:
        """The first moment from which on so much lies between."""
        if not seconds:
            place = bisect_right(self.stops, at)
            found = max(at, self.starts[place]) if place < len(self.stops) else None
        else:
            wanted = self.until(at) + seconds
            place = bisect_left(self._before, wanted)
            found = None
            if place < len(self._before):
                found = self.stops[place - 1] - (self._before[place] - wanted)
        if found is None or found > known_until:
            raise BeyondTimetable(f"no working hour known after {_moment(known_until)}")
        return found


# --------------------------------------------------------------------- helpers


def _counted(line: _Line | None, start: int, stop: int) -> int:
    return stop - start if line is None else line.until(stop) - line.until(start)


def _paused(end: int, spans: _Spans) -> bool | None:
    """Whether time stood still just before a moment; None if it does so ever since."""
    for start, stop in spans:
        if start < end and stop is None:
            return None
        if start < end and stop is not None and end <= stop:
            return True
    return False


def _join(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ordered, without overlaps; what is left over after rounding is no work."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if stop <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _join_pauses(pauses: Iterable[Pause]) -> _Spans:
    joined: _Spans = []
    known = [
        (_seconds(start), None if stop is None else _seconds(stop))
        for start, stop in pauses
    ]
    for start, stop in sorted(known, key=lambda span: span[0]):
        if stop is not None and stop <= start:
            continue
        if joined:
            last_start, last_stop = joined[-1]
            if last_stop is None:
                break
            if start <= last_stop:
                end = None if stop is None else max(stop, last_stop)
                joined[-1] = (last_start, end)
                continue
        joined.append((start, stop))
    return joined


def _seconds(moment: datetime) -> int:
    difference = moment - _EPOCH
    return difference.days * 86400 + difference.seconds


def _rounded(moment: datetime) -> int:
    return (_seconds(moment) + _MINUTE // 2) // _MINUTE * _MINUTE


def _moment(at: int | None) -> datetime | None:
    return None if at is None else _EPOCH + timedelta(seconds=at)
