"""Is there a point of a box that none of many others has?

Place in event → facts → **decide** → record → apply: the search of ``analysis``,
which asks this of every rule and all the earlier ones. Boxes are those of
``regions``. A set of boxes is an integer with a bit for each, in the order of the
rules: what holds for thousands of them is asked in a few operations.

>>> from .facts import FieldSpec
>>> from .regions import Axis
>>> from .values import FactType
>>> days = FieldSpec("days", FactType.INTEGER, "Days")
>>> space = Space({"days": days}, [])
>>> space.axes["days"] = Axis.of(days, [3, 4])
>>> late, early = space.axes["days"].bits_between(4, None), 0b10
>>> pile = Pile(space, [{"days": late}, {"days": early}])
>>> bin(pile.at({"days": 2}))
'0b10'
>>> Search(space, pile, 100).run({}, pile.all)
{'days': 3}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from .regions import Box, Key, Space
from .relations import UNKNOWN, Values, values_in

Boxes: TypeAlias = int
"""Some boxes of a pile: a bit for each."""
ASKED_MAX = 4_000
"""So many answers about one dimension are remembered."""


class Pile:
    """Many boxes, and which of them have how much of a dimension."""

    def __init__(self, space: Space, boxes: Sequence[Box]) -> None:
        self.space = space
        self.boxes = boxes
        self.all: Boxes = (1 << len(boxes)) - 1
        keys = dict.fromkeys(key for box in boxes for key in box)
        self.dimensions = {key: _Dimension(space.full(key), key, boxes) for key in keys}

    def at(self, point: Values) -> Boxes:
        """Those in which a point lies."""
        found = self.all
        for key, dimension in self.dimensions.items():
            found &= dimension.some_and_all(self.space.place(key, point))[0]
            if not found:
                break
        return found


class _Dimension:
    """Which boxes have a region, for all regions of one dimension.

    Asked for runs of regions, so that answers for halves, quarters and so on are
    kept, as in a tree whose leaves are the regions.
    """

    def __init__(self, full: int, key: Key, boxes: Sequence[Box]) -> None:
        self.full = full
        self._asked: dict[int, tuple[Boxes, Boxes]] = {}
        alike: dict[int, Boxes] = {}
        for place, box in enumerate(boxes):
            bits = box.get(key, full)
            alike[bits] = alike.get(bits, 0) | 1 << place
        changes: dict[int, Boxes] = {}
        for bits, some in alike.items():
            for edge in _places(bits ^ bits << 1):
                changes[edge] = changes.get(edge, 0) ^ some
        self._width = full.bit_length()
        self._each: Boxes = (1 << len(boxes)) - 1
        leaves: list[Boxes] = []
        now: Boxes = 0
        for place in range(self._width):
            now ^= changes.get(place, 0)
            leaves.append(now)
        self._some = [0] * self._width + leaves
        self._all = [0] * self._width + leaves
        for place in range(self._width - 1, 0, -1):
            left, right = 2 * place, 2 * place + 1
            self._some[place] = self._some[left] | self._some[right]
            self._all[place] = self._all[left] & self._all[right]

    def some_and_all(self, bits: int) -> tuple[Boxes, Boxes]:
        """The boxes that have some of these regions, and those that have them all."""
        found = self._asked.get(bits)
        if found is None:
            if len(self._asked) >= ASKED_MAX:
                self._asked.clear()
            found = self._asked[bits] = self._look_up(bits)
        return found

    def _look_up(self, bits: int) -> tuple[Boxes, Boxes]:
        some, every = 0, self._each
        for start, end in _runs(bits):
            first, last = start + self._width, end + self._width
            while first < last:
                if first & 1:
                    some |= self._some[first]
                    every &= self._all[first]
                    first += 1
                if last & 1:
                    last -= 1
                    some |= self._some[last]
                    every &= self._all[last]
                first >>= 1
                last >>= 1
        return some, every


def _runs(bits: int) -> Iterator[tuple[int, int]]:
    """Where runs of ones begin, and where they are over."""
    start = 0
    while bits:
        zeros = (bits & -bits).bit_length() - 1
        bits >>= zeros
        ones = (~bits & bits + 1).bit_length() - 1
        bits >>= ones
        start += zeros
        yield start, start + ones
        start += ones


def _places(bits: int) -> Iterator[int]:
    for start, end in _runs(bits):
        yield from range(start, end)


class Search:
    """Seeks a point of a box outside others, like a solver of clauses.

    Each box of the cover must be left in at least one of its dimensions. The one
    with the fewest ways out is left first.
    """

    def __init__(self, space: Space, pile: Pile, nodes_max: int) -> None:
        self.space = space
        self.pile = pile
        self.unknown = False
        self.nodes = 0
        self._nodes_max = nodes_max
        self.used: Boxes = 0
        """Those that were left, or had no way out."""

    def run(self, box: Box, cover: Boxes) -> Values | None:
        """A point of a box that none of the cover has.

        :return: ``None`` if there is none, or if ``unknown`` none was found
        """
        leaving: dict[Key, Boxes] = {}
        for key, dimension in self.pile.dimensions.items():
            some, every = dimension.some_and_all(box.get(key, dimension.full))
            cover &= some
            leaving[key] = ~every
        # not by recursion: as deep as there are boxes to leave
        ways: list[Iterator[_Node]] = [iter(((box, cover, leaving),))]
        while ways:
            node = next(ways[-1], None)
            if node is None:
                ways.pop()
                continue
            self.nodes += 1
            if self.nodes > self._nodes_max:
                self.unknown = True
                return None
            box, cover, leaving = node
            if cover:
                chosen = _with_fewest(cover, leaving.values())
                self.used |= chosen
                ways.append(self._ways_out(box, cover ^ chosen, leaving, chosen))
                continue
            found = values_in(self.space, box)
            if found is UNKNOWN:
                self.unknown = True
            elif found is not None:
                return found  # type: ignore[return-value]
        return None

    def _ways_out(
        self, stay: Box, cover: Boxes, leaving: dict[Key, Boxes], chosen: Boxes
    ) -> Iterator[_Node]:
        """What is left of a box outside a chosen one; nothing if it is inside."""
        theirs = self.pile.boxes[chosen.bit_length() - 1]
        for key in [key for key in theirs if leaving[key] & chosen]:
            dimension, bits = self.pile.dimensions[key], theirs[key]
            mine = stay.get(key, dimension.full)
            some, every = dimension.some_and_all(mine & ~bits)
            yield {**stay, key: mine & ~bits}, cover & some, {**leaving, key: ~every}
            # the other ways out stay inside in this dimension: nothing twice
            some, every = dimension.some_and_all(mine & bits)
            stay, cover = {**stay, key: mine & bits}, cover & some
            leaving = {**leaving, key: ~every}


_Node: TypeAlias = "tuple[Box, Boxes, dict[Key, Boxes]]"
"""A box, what of the cover touches it, and by dimension which it can leave there."""


def _with_fewest(cover: Boxes, leaving: Iterable[Boxes]) -> Boxes:
    """The first box of a cover with the fewest ways out, counted for all at once."""
    digits: list[Boxes] = []
    for carry in leaving:
        carry &= cover
        for place, digit in enumerate(digits):
            if not carry:
                break
            digits[place] = digit ^ carry
            carry &= digit
        if carry:
            digits.append(carry)
    for digit in reversed(digits):
        cover = cover & ~digit or cover
    return cover & -cover
