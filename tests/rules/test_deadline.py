"""Deadlines against a minute-by-minute oracle, and the cases that people ask about."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from zoneinfo import ZoneInfo

import clock_oracle as oracle
import pytest
from clock_oracle import Hours
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import COUNTED, examples

from rules.deadline import Allowance, BeyondTimetable, Counting, Timetable

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "America/Asuncion",  # was set forward at midnight: days without a midnight
    "Asia/Kathmandu",
)
CHANGES = (
    datetime(2024, 2, 28),  # leap day
    datetime(2023, 2, 27),
    datetime(2026, 3, 27),  # Berlin forward
    datetime(2026, 10, 23),  # Berlin back
    datetime(2026, 3, 6),  # New York forward
    datetime(2026, 10, 30),  # New York back
    datetime(2026, 4, 3),  # Lord Howe back
    datetime(2026, 10, 2),  # Lord Howe forward
    datetime(2023, 9, 29),  # Asuncion forward, at midnight
    datetime(2024, 3, 22),  # Asuncion back, at midnight
    datetime(2026, 12, 30),
)
DAYS_KNOWN = 24
MINUTE = timedelta(minutes=1)


@st.composite
def hours(draw):
    """Weekly hours in one of the zones, of one week or two, with holidays."""
    lines = []
    weeks = draw(st.sampled_from([(None,), (0, 1)]))
    for week in weeks:
        for weekday in draw(st.sets(st.integers(0, 6), min_size=1, max_size=6)):
            shift = draw(
                st.sampled_from(
                    [
                        [(480, 1020)],
                        [(480, 720), (780, 1020)],
                        [(0, 1440)],
                        [(0, 360), (1320, 1440)],
                        [(555, 1001)],
                        [(1380, 1440)],
                    ]
                )
            )
            lines += [(weekday, start, stop, week) for start, stop in shift]
    base = draw(st.sampled_from(CHANGES))
    free = draw(st.sets(st.integers(-1, 14), max_size=3))
    holidays = frozenset(base.date() + timedelta(days=number) for number in free)
    start = base + draw(st.integers(0, 4 * 1440)) * MINUTE
    return Hours(draw(st.sampled_from(ZONES)), tuple(lines), holidays), start


def pauses(start):
    """Up to three pauses around a start, the last one perhaps open, some overlapping."""
    return st.lists(
        st.tuples(
            st.integers(-600, 6000).map(lambda n: start + n * MINUTE),
            st.one_of(st.none(), st.integers(0, 2500)),
        ),
        max_size=3,
    ).map(
        lambda drawn: [
            (begin, None if length is None else begin + length * MINUTE)
            for begin, length in drawn
        ]
    )


def table_of(week, start):
    return Timetable(
        ZoneInfo(week.zone),
        week.intervals(start, DAYS_KNOWN),
        start + timedelta(days=DAYS_KNOWN),
    )


def amounts(counting):
    return st.integers(0, 6 if counting.endswith("days") else 3000)


def allowance_of(counting, amount):
    unit = "days" if counting.endswith("days") else "minutes"
    return Allowance(Counting(counting), **{unit: amount})


@given(st.data())
@settings(max_examples=examples(200), deadline=None)
def test_due_is_what_counting_minute_by_minute_gives(data):
    """For every way of counting, zone, change of the clock, holiday, and pause."""
    week, start = data.draw(hours())
    counting = data.draw(st.sampled_from([item.value for item in Counting]))
    amount = data.draw(amounts(counting))
    stops = data.draw(pauses(start))
    table = table_of(week, start)
    try:
        found = table.deadline(allowance_of(counting, amount), start, stops)
    except BeyondTimetable:
        assume(False)
    limit = start + timedelta(days=DAYS_KNOWN)
    assert found.due == oracle.due(week, counting, amount, start, stops, limit)
    if found.runs_from is None or found.runs_from < limit:
        assert found.runs_from == oracle.begins(week, counting, start, stops, limit)
    COUNTED["deadlines found minute by minute as well"] += 1


@given(st.data())
@settings(max_examples=examples(80), deadline=None)
def test_used_minutes_are_those_that_counted(data):
    """What is shown as used is the number of minutes that counted."""
    week, start = data.draw(hours())
    counting = data.draw(st.sampled_from(["work_time", "work_day_time", "clock_time"]))
    stops = data.draw(pauses(start))
    until = start + data.draw(st.integers(0, 6000)) * MINUTE
    used = table_of(week, start).used_minutes(Counting(counting), start, until, stops)
    assert used == oracle.counted(week, counting, start, until, stops)


@given(st.data())
@settings(max_examples=examples(60), deadline=None)
def test_warning_comes_when_its_share_is_used_and_never_after_it_is_due(data):
    """Between the start and the due time, with its share of the counted time used."""
    week, start = data.draw(hours())
    counting = data.draw(st.sampled_from([item.value for item in Counting]))
    amount = data.draw(amounts(counting))
    share = data.draw(st.fractions(0, 1, max_denominator=20))
    stops = [pause for pause in data.draw(pauses(start)) if pause[1]]
    try:
        found = table_of(week, start).deadline(
            allowance_of(counting, amount),
            start,
            stops,
            warn_share=share,
            escalate_minutes=60,
        )
    except BeyondTimetable:
        assume(False)
    assert found.runs_from <= found.warn <= found.due <= found.escalate
    unit = "work_time" if counting.endswith("days") else counting
    total = oracle.counted(week, unit, found.runs_from, found.due, stops)
    used = oracle.counted(week, unit, found.runs_from, found.warn, stops)
    # the warning may fall inside a minute, which then has begun
    assert used == ceil(Fraction(int(total * 60 * share), 60))
    assert oracle.counted(week, unit, found.due, found.escalate, stops) == 60


@given(st.data())
@settings(max_examples=examples(80), deadline=None)
def test_more_time_and_more_pauses_are_never_due_earlier(data):
    """A longer allowance or one more pause moves the due time later, or not at all."""
    week, start = data.draw(hours())
    counting = data.draw(st.sampled_from([item.value for item in Counting]))
    amount = data.draw(amounts(counting))
    stops = [pause for pause in data.draw(pauses(start)) if pause[1]]
    table = table_of(week, start)
    try:
        short, long, undisturbed = (
            table.deadline(allowance_of(counting, amount + more), start, some).due
            for more, some in ((0, stops), (1, stops), (0, ()))
        )
    except BeyondTimetable:
        assume(False)
    assert undisturbed <= short <= long


# ------------------------------------------------------------------- by example


def berlin(*free):
    """Monday to Friday, 8 to 12 and 13 to 17, in Berlin."""
    lines = [
        (weekday, start, stop, None)
        for weekday in range(5)
        for start, stop in ((480, 720), (780, 1020))
    ]
    return Hours("Europe/Berlin", tuple(lines), frozenset(free))


def local(week, moment):
    return week.on_wall(moment).strftime("%a %d.%m. %H:%M")


def due_in_berlin(text, allowance, stops=(), free=()):
    """The due time on the wall of Berlin, from one on that wall."""
    week = berlin(*free)
    start = utc(text)
    table = table_of(week, start)
    spans = [(utc(a), b and utc(b)) for a, b in stops]
    return local(week, table.deadline(allowance, start, spans).due)


def utc(text):
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    return wall.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


HALF_HOUR = Allowance(Counting.WORK_TIME, minutes=30)
TWO_HOURS = Allowance(Counting.WORK_TIME, minutes=120)
ON_SITE = Allowance(Counting.WORK_DAY_TIME, minutes=1440)
URGENT = Allowance(Counting.CLOCK_TIME, minutes=120)
SAME_DAY = Allowance(Counting.WORK_DAYS, days=0)
THREE_DAYS = Allowance(Counting.WORK_DAYS, days=3)
FIFTH_DAY = Allowance(Counting.CALENDAR_DAYS, days=5)


@pytest.mark.parametrize(
    ("start", "allowance", "expected"),
    [
        ("2026-01-05 10:00", HALF_HOUR, "Mon 05.01. 10:30"),
        ("2026-01-05 11:45", HALF_HOUR, "Mon 05.01. 13:15"),  # over lunch
        ("2026-01-05 16:30", HALF_HOUR, "Mon 05.01. 17:00"),  # not Tuesday 8:00
        ("2026-01-09 16:45", HALF_HOUR, "Mon 12.01. 08:15"),  # over the weekend
        ("2026-01-10 23:00", TWO_HOURS, "Mon 12.01. 10:00"),  # C6: next working hour
        ("2026-01-10 23:00", URGENT, "Sun 11.01. 01:00"),  # around the clock
        ("2026-01-09 10:00", ON_SITE, "Mon 12.01. 10:00"),
        ("2026-01-05 09:00", SAME_DAY, "Mon 05.01. 17:00"),
        ("2026-01-05 17:30", SAME_DAY, "Tue 06.01. 17:00"),
        ("2026-01-05 09:00", THREE_DAYS, "Thu 08.01. 17:00"),
        ("2026-01-10 09:00", THREE_DAYS, "Thu 15.01. 17:00"),
        ("2026-01-05 09:00", FIFTH_DAY, "Mon 12.01. 17:00"),  # the 10th is a Saturday
        ("2026-01-06 09:00", FIFTH_DAY, "Mon 12.01. 17:00"),
        ("2026-01-07 09:00", FIFTH_DAY, "Mon 12.01. 17:00"),
        ("2026-03-27 16:00", TWO_HOURS, "Mon 30.03. 09:00"),  # clocks go forward
        ("2026-03-28 23:30", URGENT, "Sun 29.03. 01:30"),
        ("2026-03-29 01:00", URGENT, "Sun 29.03. 04:00"),  # there is no 2:00
        ("2026-10-25 01:00", URGENT, "Sun 25.10. 02:00"),  # 2:00 comes twice
        (
            "2028-02-28 09:00",
            Allowance(Counting.CALENDAR_DAYS, days=1),
            "Tue 29.02. 17:00",
        ),
        (
            "2027-02-28 09:00",
            Allowance(Counting.CALENDAR_DAYS, days=1),
            "Mon 01.03. 17:00",
        ),
    ],
)
def test_due_time_on_the_wall(start, allowance, expected):
    """What somebody in the office would say."""
    assert due_in_berlin(start, allowance) == expected


def test_a_holiday_is_no_working_day():
    """Neither for hours nor for days."""
    free = [date(2026, 1, 6)]
    assert due_in_berlin("2026-01-05 16:00", TWO_HOURS, free=free) == "Wed 07.01. 09:00"
    assert (
        due_in_berlin("2026-01-05 16:00", THREE_DAYS, free=free) == "Fri 09.01. 17:00"
    )
    assert due_in_berlin("2026-01-05 16:00", ON_SITE, free=free) == "Wed 07.01. 16:00"


@pytest.mark.parametrize(
    ("allowance", "stops", "expected"),
    [
        (TWO_HOURS, [("09:30", "10:30")], "Mon 05.01. 12:00"),
        (TWO_HOURS, [("09:30", "10:30"), ("10:00", "11:30")], "Mon 05.01. 14:00"),
        (TWO_HOURS, [("18:00", "20:00")], "Mon 05.01. 11:00"),  # after it was due
        (
            TWO_HOURS,
            [("11:00", None)],
            "Mon 05.01. 11:00",
        ),  # and what was due stays due
        (SAME_DAY, [("16:00", "18:00")], "Tue 06.01. 17:00"),
        (SAME_DAY, [("10:00", "16:00")], "Mon 05.01. 17:00"),
        (THREE_DAYS, [("16:00", "18:00")], "Fri 09.01. 17:00"),
    ],
)
def test_time_stands_still_in_a_pause(allowance, stops, expected):
    """Started on Monday at 9:00."""
    day = "2026-01-05 "
    spans = [(day + a, b and day + b) for a, b in stops]
    assert due_in_berlin(day + "09:00", allowance, spans) == expected


def test_nothing_is_due_while_a_pause_lasts():
    """But it is known from when on it counted, and what had been used."""
    week, start = berlin(), utc("2026-01-05 09:00")
    table = table_of(week, start)
    stops = [(utc("2026-01-05 10:00"), None)]
    found = table.deadline(TWO_HOURS, start, stops)
    assert (found.runs_from, found.warn, found.due) == (start, None, None)
    now = utc("2026-01-07 10:00")
    assert table.used_minutes(Counting.WORK_TIME, start, now, stops) == 60


def test_warning_and_escalation():
    """Three quarters used, and an hour over: both in working time."""
    start = utc("2026-01-05 16:00")
    week = berlin()
    found = table_of(week, start).deadline(
        TWO_HOURS, start, warn_share=Fraction(3, 4), escalate_minutes=240
    )
    assert local(week, found.warn) == "Tue 06.01. 08:30"
    assert local(week, found.due) == "Tue 06.01. 09:00"
    assert local(week, found.escalate) == "Tue 06.01. 14:00"


def test_beyond_the_known_hours_it_says_so():
    """Rather than guess, and not a day of which only the morning is known."""
    week, start = berlin(), utc("2026-01-05 09:00")
    table = Timetable(
        ZoneInfo(week.zone), week.intervals(start, 9), utc("2026-01-06 12:00")
    )
    assert table.deadline(SAME_DAY, start).due == utc("2026-01-05 17:00")
    one_more = Allowance(Counting.WORK_DAYS, days=1)
    with pytest.raises(BeyondTimetable, match="no working day known after 2026-01-05"):
        table.deadline(one_more, start)
    with pytest.raises(BeyondTimetable, match="no working hour known after 2026-01-05"):
        table.deadline(Allowance(Counting.WORK_TIME, minutes=480), start)


def test_a_day_whose_last_hour_comes_twice_ends_after_the_second():
    """In Asuncion clocks went back from midnight to 23:00 on 23 March 2024."""
    zone = ZoneInfo("America/Asuncion")
    saturday = datetime(2024, 3, 23, 3), datetime(2024, 3, 24, 2, 59, 59, 999999)
    table = Timetable(zone, [saturday], datetime(2024, 4, 1))
    same_day = Allowance(Counting.WORK_DAYS, days=0)
    assert table.deadline(same_day, saturday[0]).due == datetime(2024, 3, 24, 4)
    assert table.is_working(datetime(2024, 3, 24, 3, 30))


def test_without_working_hours_there_is_nothing_to_count():
    """Whoever asks sees it before, and can let it count around the clock."""
    start = datetime(2026, 1, 5, 9)
    table = Timetable(ZoneInfo("UTC"), [], start + timedelta(days=9))
    assert not table.has_work
    always = Timetable.around_the_clock(
        ZoneInfo("Asia/Shanghai"), start, start + timedelta(days=9)
    )
    assert always.has_work and always.is_working(start)
    assert always.deadline(TWO_HOURS, start).due == datetime(2026, 1, 5, 11)
    assert always.deadline(SAME_DAY, start).due == datetime(2026, 1, 5, 16)


def test_a_second_that_calendars_leave_over_is_no_working_day():
    """A free day that ends at 23:59:59 in a calendar that works around the clock."""
    day = timedelta(days=1)
    first = datetime(2026, 1, 5)
    work = [(first, first + day), (first + 2 * day - MINUTE / 60, first + 3 * day)]
    table = Timetable(ZoneInfo("UTC"), work, first + 9 * day)
    one_more = Allowance(Counting.WORK_DAYS, days=1)
    assert table.deadline(one_more, first).due == first + 3 * day


def test_an_allowance_is_not_negative():
    """A threshold has bounds; here is the last line."""
    with pytest.raises(ValueError, match="an allowance is not negative"):
        Allowance(Counting.WORK_TIME, minutes=-1)
