"""The facts of a decision cut into regions, and rules as sets of them.

Place in event → facts → **decide** → record → apply: beside the evaluators; what
``analysis`` reasons with. Every value has an exact integer image (``values``), so
the constants that rules compare a fact with cut its range into finitely many
regions in which no rule can tell two values apart. A condition is then a set of
regions, written as the bits of an integer, and conditions are met, joined and
taken away from each other exactly, without trying values.

Bit 0 of a fact is *not set*. A comparison of two facts is a dimension of its own
with the bits ``NA`` (one is not set), ``LT``, ``EQ``, ``GT``; whether values exist
for such a combination is asked from ``relations``.

>>> from .facts import FieldSpec
>>> days = FieldSpec("days", FactType.INTEGER, "Days")
>>> axis = Axis.of(days, [3, 4])
>>> axis.regions[1:], axis.bits_between(3, None) == axis.full & ~0b11
(((-1000000000000000000, 2), (3, 3), (4, 1000000000000000000)), True)
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

from .facts import FieldSpec
from .language import Operator
from .program import Comparison, Constant, FactTerm, Term, TypedRule
from .values import LIMIT, ORDERED_TYPES, FactType, scale_of, to_integer

UNSET = 1
"""The bit of a fact that is not set."""
NA, LT, EQ, GT = 1, 2, 4, 8
"""Bits of a comparison of two facts: one is not set, or the order of the two."""
ANY_ORDER = NA | LT | EQ | GT
TODAY = ""
"""The name of the dimension of days, on which rules are in force or not."""
ALTERNATIVES_MAX = 4096
"""So many alternatives of a rule are looked at; with more it is left out."""

Key: TypeAlias = "str | Relation"
Box: TypeAlias = dict[Key, int]
"""Allowed regions per dimension; a dimension that is missing is free."""

_RELATION_BITS: Mapping[Operator, int] = {
    Operator.EQ: EQ,
    Operator.NE: LT | GT,
    Operator.LT: LT,
    Operator.LE: LT | EQ,
    Operator.GT: GT,
    Operator.GE: EQ | GT,
}
_RANGES: Mapping[FactType, tuple[int, int]] = {
    FactType.DATE: (date.min.toordinal(), date.max.toordinal()),
    FactType.TIME: (0, 24 * 60 - 1),
    FactType.BOOLEAN: (0, 1),
}


@dataclass(frozen=True, eq=False)
class Relation:
    """How ``left`` lies to ``factor`` times ``right``, two facts of one unit.

    A space has one of each, so that they are the same or are not: boxes are looked
    up by them many thousand times.
    """

    left: str
    right: str
    factor: Fraction


@dataclass(frozen=True)
class Axis:
    """One fact: its range cut where a rule tells values apart."""

    field: FieldSpec | None
    regions: tuple[Any, ...]
    """Place 0 is *not set*; then ``(low, high)`` of integer images, or names."""
    starts: tuple[int, ...]

    @classmethod
    def of(cls, field: FieldSpec, marks: Iterable[Any]) -> Axis:
        """Cut by integers at which a region begins, or by the names in use."""
        if field.type is FactType.CHOICE:
            return cls(field, (None, *(field.choices or {})), ())
        if field.type is FactType.TEXT:
            # two that no rule names: two facts may differ and both be unknown
            names = sorted(set(marks))
            return cls(field, (None, *names, *_others(names)), ())
        low, high = _RANGES.get(field.type, (-LIMIT, LIMIT))
        return cls._cut(field, low, high, marks)

    @classmethod
    def days(cls, marks: Iterable[int]) -> Axis:
        """The days on which a decision may be asked; always set."""
        low, high = _RANGES[FactType.DATE]
        return cls._cut(None, low, high, marks)

    @classmethod
    def _cut(
        cls, field: FieldSpec | None, low: int, high: int, marks: Iterable[int]
    ) -> Axis:
        starts = sorted({low, *(mark for mark in marks if low < mark <= high)})
        ends = [start - 1 for start in starts[1:]] + [high]
        return cls(field, (None, *zip(starts, ends, strict=True)), tuple(starts))

    @cached_property
    def full(self) -> int:
        """All regions and *not set*."""
        return (1 << len(self.regions)) - 1

    @cached_property
    def known(self) -> int:
        """All regions: the fact is set."""
        return self.full & ~UNSET

    def bits_between(self, low: int | None, high: int | None) -> int:
        """Regions from one integer image to another, both included."""
        first = 1 if low is None else bisect_left(self.starts, low) + 1
        last = len(self.starts) if high is None else bisect_right(self.starts, high)
        if first > last:
            return 0
        return ((1 << (last - first + 1)) - 1) << first

    def bits_named(self, name: Any) -> int:
        """The region of one name of a choice or text; none if it is not among them."""
        return 1 << self.regions.index(name) if name in self.regions else 0


def _others(names: Sequence[str]) -> Iterator[str]:
    words = (f"other text {number}" for number in itertools.count(1))
    return itertools.islice((word for word in words if word not in names), 2)


class Space:
    """The dimensions of one decision, and its rules as boxes in them."""

    def __init__(self, fields: Mapping[str, FieldSpec], rules: Sequence[TypedRule]):
        self.fields = fields
        self._relations: dict[tuple[str, str, Fraction], Relation] = {}
        marks: dict[str, set[Any]] = {}
        days: set[int] = set()
        for rule in rules:
            for comparison in _comparisons(rule):
                marks.setdefault(comparison.field.name, set()).update(
                    _marks(comparison)
                )
                for term in comparison.terms:
                    if isinstance(term, FactTerm):
                        marks.setdefault(term.field.name, set())
            if rule.rule.valid_from:
                days.add(rule.rule.valid_from.toordinal())
            if rule.rule.valid_to:
                days.add(rule.rule.valid_to.toordinal() + 1)
        self._days = days
        self.axes: dict[str, Axis] = {
            name: Axis.of(fields[name], found) for name, found in marks.items()
        }
        self.axes[TODAY] = Axis.days(days)

    def since(self, day: date) -> None:
        """Cut the days so that a box may begin at this one."""
        self.axes[TODAY] = Axis.days({*self._days, day.toordinal()})

    def full(self, key: Key) -> int:
        """Everything that a dimension allows."""
        if isinstance(key, Relation):
            return ANY_ORDER
        return self.axes[key].known if key == TODAY else self.axes[key].full

    def boxes(self, rule: TypedRule) -> list[Box] | None:
        """The alternatives of a rule; ``None`` if they are too many.

        An alternative that contradicts itself is left out, so that a rule whose
        conditions contradict each other has none.
        """
        number = math.prod(len(clause.any_of) for clause in rule.clauses)
        if number > ALTERNATIVES_MAX:
            return None
        boxes = []
        start = self._validity(rule)
        for chosen in itertools.product(*(clause.any_of for clause in rule.clauses)):
            box = dict(start)
            for comparison in chosen:
                for key, bits in self._atoms(comparison):
                    box[key] = box.get(key, self.full(key)) & bits
            if all(box.values()):
                boxes.append(box)
        return boxes

    def _validity(self, rule: TypedRule) -> Box:
        since, until = rule.rule.valid_from, rule.rule.valid_to
        if not since and not until:
            return {}
        return {
            TODAY: self.axes[TODAY].bits_between(
                since.toordinal() if since else None,
                until.toordinal() if until else None,
            )
        }

    def _atoms(self, comparison: Comparison) -> Iterator[tuple[Key, int]]:
        name = comparison.field.name
        axis = self.axes[name]
        operator = comparison.operator
        if operator is Operator.IS_SET:
            yield name, axis.known
        elif operator is Operator.IS_NOT_SET:
            yield name, UNSET
        elif operator is Operator.BETWEEN:
            low, high = comparison.terms
            yield from self._compared(name, Operator.GE, low)
            yield from self._compared(name, Operator.LE, high)
        elif operator in (Operator.IN, Operator.NOT_IN):
            bits = 0
            for term in comparison.terms:
                for _key, found in self._compared(name, Operator.EQ, term):
                    bits |= found
            yield name, bits if operator is Operator.IN else axis.known & ~bits
        else:
            yield from self._compared(name, operator, comparison.terms[0])

    def _compared(
        self, name: str, operator: Operator, term: Term
    ) -> Iterator[tuple[Key, int]]:
        axis = self.axes[name]
        if isinstance(term, Constant):
            yield name, _constant_bits(axis, operator, term.value)
            return
        other = term.field.name
        yield name, axis.known
        yield other, self.axes[other].known
        bits = _RELATION_BITS[operator]
        if term.factor is None and other < name:
            # one dimension for both ways to write it
            swapped = (bits & EQ) | (LT if bits & GT else 0) | (GT if bits & LT else 0)
            yield self._relation(other, name, Fraction(1)), swapped
        else:
            factor = Fraction(1) if term.factor is None else Fraction(term.factor)
            yield self._relation(name, other, factor), bits

    def _relation(self, *parts: Any) -> Relation:
        return self._relations.setdefault(parts, Relation(*parts))

    def place(self, key: Key, point: Mapping[str, Any]) -> int:
        """The bits of a dimension in which a point lies; what it lacks is not set."""
        if isinstance(key, Relation):
            left, right = point.get(key.left), point.get(key.right)
            if left is None or right is None:
                return NA
            if not self.axes[key.left].starts:
                return EQ if left == right else LT | GT
            far = left - key.factor * right
            return LT if far < 0 else GT if far else EQ
        value = point.get(key)
        axis = self.axes[key]
        if value is None:
            return UNSET
        if axis.starts:
            return 1 << bisect_right(axis.starts, value)
        return axis.bits_named(value)


def _comparisons(rule: TypedRule) -> Iterator[Comparison]:
    for clause in rule.clauses:
        yield from clause.any_of


def _marks(comparison: Comparison) -> Iterator[Any]:
    """Where regions begin: at the value, and behind it."""
    for term in comparison.terms:
        if isinstance(term, FactTerm):
            continue
        if comparison.field.type in ORDERED_TYPES | {FactType.BOOLEAN}:
            floor, ceiling = _image(comparison.field.type, term.value)
            yield from (floor, floor + 1, ceiling, ceiling + 1)
        else:
            yield term.value


def _image(kind: FactType, value: Any) -> tuple[int, int]:
    """The integers around a constant; the same one twice if it is one."""
    if isinstance(value, Decimal):
        exact = Fraction(value) * scale_of(kind)
        return math.floor(exact), math.ceil(exact)
    image = to_integer(kind, value)
    return image, image


def _constant_bits(axis: Axis, operator: Operator, value: Any) -> int:
    field = axis.field
    if field is None or not axis.starts:
        bits = axis.bits_named(value)
        return bits if operator is Operator.EQ else axis.known & ~bits
    floor, ceiling = _image(field.type, value)
    if operator is Operator.LT:
        return axis.bits_between(None, ceiling - 1)
    if operator is Operator.LE:
        return axis.bits_between(None, floor)
    if operator is Operator.GT:
        return axis.bits_between(floor + 1, None)
    if operator is Operator.GE:
        return axis.bits_between(ceiling, None)
    bits = axis.bits_between(floor, ceiling) if floor == ceiling else 0
    return bits if operator is Operator.EQ else axis.known & ~bits


def value_of(axis: Axis, image: Any) -> Any:
    """The value that an integer image or a name stands for."""
    if axis.field is None:
        return date.fromordinal(image)
    kind = axis.field.type
    if kind is FactType.DATE:
        return date.fromordinal(image)
    if kind is FactType.TIME:
        return time(image // 60, image % 60)
    if kind is FactType.BOOLEAN:
        return bool(image)
    if kind is FactType.INTEGER or not axis.starts:
        return image
    return Decimal(image).scaleb(-len(str(scale_of(kind))) + 1)
