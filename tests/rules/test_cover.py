"""Sets of boxes as integers, and the search outside them, against looking at each."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import FIRST

from rules.cover import ASKED_MAX, Pile, Search
from rules.regions import Axis, Space

MARKS = {"days": [0, 3, 4, 9], "visits": [1, 2], "urgent": [0, 1], "tier": []}
seeds = st.integers(min_value=0, max_value=2**64 - 1)


def make_space():
    space = Space(FIRST.fact_fields, [])
    for name, marks in MARKS.items():
        space.axes[name] = Axis.of(FIRST.fact_fields[name], marks)
    return space


SPACE = make_space()
POINTS = [
    dict(zip(MARKS, places, strict=True))
    for places in itertools.product(
        *(range(len(SPACE.axes[name].regions)) for name in MARKS)
    )
]
"""One for each combination of regions."""


def a_box(pick):
    names = pick.sample(list(MARKS), pick.randint(0, len(MARKS)))
    return {name: pick.randint(1, SPACE.full(name)) for name in names}


def has(box, point):
    return all(bits >> point[name] & 1 for name, bits in box.items())


def bits_of(holds, boxes):
    return sum(1 << place for place, box in enumerate(boxes) if holds(box))


def places_of(values):
    """The regions of a point that was found; what it lacks may be anything."""
    return {name: SPACE.place(name, values).bit_length() - 1 for name in values}


def value_in(axis, place):
    """One value of a region."""
    region = axis.regions[place]
    return region[0] if place and axis.starts else region


@settings(max_examples=300, deadline=None, database=None)
@given(seeds)
def test_many_boxes_at_once_are_what_each_of_them_says(seed):
    pick = random.Random(seed)
    boxes = [a_box(pick) for _ in range(pick.randint(1, 40))]
    pile = Pile(SPACE, boxes)
    for name in MARKS:
        if name in pile.dimensions:
            bits, full = pick.randint(0, SPACE.full(name)), SPACE.full(name)
            some, every = pile.dimensions[name].some_and_all(bits)
            assert some == bits_of(
                lambda box, name=name, bits=bits, full=full: box.get(name, full) & bits,
                boxes,
            )
            assert every == bits_of(
                lambda box, name=name, bits=bits, full=full: not bits
                & ~box.get(name, full),
                boxes,
            )
    point = pick.choice(POINTS)
    values = {name: value_in(SPACE.axes[name], place) for name, place in point.items()}
    assert pile.at(values) == bits_of(lambda box: has(box, point), boxes)


@settings(max_examples=300, deadline=None, database=None)
@given(seeds)
def test_a_point_outside_is_found_wherever_there_is_one(seed):
    pick = random.Random(seed)
    boxes = [a_box(pick) for _ in range(pick.randint(0, 25))]
    pile = Pile(SPACE, boxes)
    cover = pick.getrandbits(len(boxes)) if boxes else 0
    start = a_box(pick)
    search = Search(SPACE, pile, 10_000)
    found = search.run(start, cover)
    chosen = [box for place, box in enumerate(boxes) if cover >> place & 1]
    outside = [
        point
        for point in POINTS
        if has(start, point) and not any(has(box, point) for box in chosen)
    ]
    assert not search.unknown
    assert (found is None) == (not outside)
    if found is None:
        # those that were used take all of it by themselves, and no others are among them
        assert not search.used & ~cover
        used = [box for place, box in enumerate(boxes) if search.used >> place & 1]
        assert all(
            any(has(box, point) for box in used)
            for point in POINTS
            if has(start, point)
        )
    else:
        fixed = places_of(found)
        assert any(fixed.items() <= point.items() for point in outside)
        assert not pile.at(found) & cover


@pytest.mark.parametrize("nodes", [1, 5])
def test_a_search_ends_at_its_limit_and_claims_nothing(nodes):
    boxes = [{"days": 1 << place} for place in range(6)]
    search = Search(SPACE, Pile(SPACE, boxes), nodes)
    assert search.run({}, 0b111111) is None
    assert search.unknown and search.nodes == nodes + 1


def test_what_was_asked_is_not_remembered_without_end():
    """A table that is looked at for long does not fill the memory."""
    field = FIRST.fact_fields["days"]
    space = Space({"days": field}, [])
    space.axes["days"] = Axis.of(field, range(ASKED_MAX))
    pile = Pile(space, [{"days": 0b1010}])
    days = pile.dimensions["days"]
    for place in range(2 * ASKED_MAX):
        assert days.some_and_all(1 << place % ASKED_MAX)[0] == (
            place % ASKED_MAX in (1, 3)
        )
        assert len(days._asked) <= ASKED_MAX
