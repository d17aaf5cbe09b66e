"""Are there values for a box of regions? Facts that are compared with each other.

Place in event → facts → **decide** → record → apply: asked by ``analysis`` for
every box it finds. Facts that are compared with constants only may take any value
of their regions. For facts compared with each other, values are sought on the
integer images: bounds are passed along the comparisons until nothing moves, then
values are tried at the bounds and where a neighbour ends. That finds values
wherever there are some, as long as the comparisons form no ring. In a ring, that
there are none is shown by eliminating one fact after the other from the
inequalities (Fourier–Motzkin); if neither succeeds, the answer is ``UNKNOWN`` and
nothing is claimed.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from .regions import EQ, GT, LT, NA, UNSET, Axis, Box, Relation, Space
from .values import FactType, scale_of

TRIES_MAX = 20_000
"""So many values are tried before one combination is given up."""
ROWS_MAX = 4_000
"""So many inequalities may come from eliminating one fact."""
_ROUNDS = 64

Interval: TypeAlias = tuple[int, int]
Values: TypeAlias = dict[str, Any]


class _Unknown:
    """No answer: neither values found nor shown that there are none."""


UNKNOWN: Final = _Unknown()


def values_in(space: Space, box: Box) -> Values | None | _Unknown:
    """One value per dimension of the box: an integer image, a name, or ``None``.

    :return: ``None`` if no values exist
    """
    relations = {key: bits for key, bits in box.items() if isinstance(key, Relation)}
    linked = {name for each in relations for name in (each.left, each.right)}
    free: Values = {
        key: _pick(space.axes[key], bits)
        for key, bits in box.items()
        if not isinstance(key, Relation) and key not in linked
    }
    if not relations:
        return free
    search = _Search(space, box, relations)
    found = search.run(sorted(linked))
    if found is None:
        return UNKNOWN if search.open_question else None
    return {**free, **found}


def _pick(axis: Axis, bits: int) -> Any:
    """A value that reads well: set if that may be, round, and near to zero."""
    known = bits & ~UNSET
    if not known:
        return None
    if not axis.starts:
        return axis.regions[_first(known)]
    # regions are in order: only the ones next to zero count
    zero = bisect_right(axis.starts, 0)
    below, above = known & (1 << zero) - 1, known >> zero << zero
    places = [below.bit_length() - 1] if below else []
    if above:
        places.append(_first(above))
    return min(
        (_round(axis, *axis.regions[place]) for place in places),
        key=lambda image: (abs(image), image < 0),
    )


def _first(bits: int) -> int:
    """The place of the lowest bit."""
    return (bits & -bits).bit_length() - 1


def _round(axis: Axis, low: int, high: int) -> int:
    if low <= 0 <= high:
        return 0
    kind = axis.field.type if axis.field else FactType.DATE
    scale = scale_of(kind)
    steps = [scale, scale // 100] if scale > 1 else []
    for step in steps:
        image = -(-low // step) * step if low > 0 else high // step * step
        if low <= image <= high:
            return image
    return low if low > 0 else high


class _Search:
    """Values for facts that are compared with each other."""

    def __init__(self, space: Space, box: Box, relations: Mapping[Relation, int]):
        self.space = space
        self.box = box
        self.relations = relations
        self._tries = 0
        self._named = {each: not space.axes[each.left].starts for each in relations}
        self._ring = _has_ring(relations)
        self.open_question = False

    def run(self, names: Sequence[str]) -> Values | None:
        choices = [self._domains(name) for name in names]
        for domains in itertools.product(*choices):
            chosen = dict(zip(names, domains, strict=True))
            orders = [
                self._orders(each, bits, chosen)
                for each, bits in self.relations.items()
            ]
            for order in itertools.product(*orders):
                found = self._solve(
                    chosen, dict(zip(self.relations, order, strict=True))
                )
                if found is not None:
                    return found
        return None

    def _domains(self, name: str) -> list[Any]:
        """What a fact may be: not set, a name, or one of some intervals."""
        axis, bits = self.space.axes[name], self.box.get(name)
        if bits is None:
            bits = axis.full
        domains: list[Any] = []
        for place in range(1, len(axis.regions)):
            if not bits >> place & 1:
                continue
            region = axis.regions[place]
            if not axis.starts:
                domains.append(region)
            elif domains and domains[-1][1] == region[0] - 1:
                domains[-1] = (domains[-1][0], region[1])
            else:
                domains.append(region)
        if bits & UNSET:
            domains.append(None)
        return domains

    def _orders(
        self, relation: Relation, bits: int, chosen: Mapping[str, Any]
    ) -> list[int]:
        """The orders that are left, given which facts are set."""
        if chosen[relation.left] is None or chosen[relation.right] is None:
            return [NA] if bits & NA else []
        return [order for order in (LT, EQ, GT) if bits & order]

    def _solve(
        self, chosen: Mapping[str, Any], orders: Mapping[Relation, int]
    ) -> Values | None:
        bounds: dict[str, Interval] = {}
        values: Values = {}
        for name, domain in chosen.items():
            if domain is None or isinstance(domain, str):
                values[name] = domain
            else:
                bounds[name] = domain
        for relation, order in orders.items():
            if self._named[relation] and order != NA:
                same = values[relation.left] == values[relation.right]
                if same != (order == EQ):
                    return None
        numeric = {
            each: order
            for each, order in orders.items()
            if order != NA and not self._named[each]
        }
        start = dict(bounds)
        if not _propagate(bounds, numeric):
            return None
        if self._ring and _is_empty(start, numeric):
            return None
        self._tries = 0
        found = self._assign(list(bounds), bounds, numeric, values)
        if found is None and (self._ring or self._tries > TRIES_MAX):
            self.open_question = True
        return found

    def _assign(
        self,
        names: list[str],
        bounds: dict[str, Interval],
        orders: Mapping[Relation, int],
        values: Values,
    ) -> Values | None:
        if not names:
            return values
        # the one with the least room first
        name = min(names, key=lambda each: bounds[each][1] - bounds[each][0])
        rest = [each for each in names if each != name]
        for value in self._candidates(name, bounds, orders):
            self._tries += 1
            if self._tries > TRIES_MAX:
                return None
            narrowed = {**bounds, name: (value, value)}
            if _propagate(narrowed, orders):
                found = self._assign(rest, narrowed, orders, {**values, name: value})
                if found is not None:
                    return found
        return None

    def _candidates(
        self, name: str, bounds: Mapping[str, Interval], orders: Mapping[Relation, int]
    ) -> Iterable[int]:
        low, high = bounds[name]
        seen: dict[int, None] = dict.fromkeys(
            (_round(self.space.axes[name], low, high), low, high)
        )
        for relation, order in orders.items():
            if order == EQ and name in (relation.left, relation.right):
                # left = p/q · right in integers: right is a multiple of q
                step = (
                    relation.factor.numerator
                    if name == relation.left
                    else relation.factor.denominator
                )
                if step:
                    step = abs(step)
                    seen.update(
                        dict.fromkeys((-(-low // step) * step, high // step * step))
                    )
        return [value for value in seen if low <= value <= high]


def _propagate(bounds: dict[str, Interval], orders: Mapping[Relation, int]) -> bool:
    """Narrow bounds until nothing moves; false if something has no value left."""
    for _turn in range(_ROUNDS):
        moved = False
        for relation, order in orders.items():
            for name, (low, high) in _narrowed(bounds, relation, order):
                if low > high:
                    return False
                if bounds[name] != (low, high):
                    bounds[name] = (low, high)
                    moved = True
        if not moved:
            return True
    return True


def _narrowed(
    bounds: Mapping[str, Interval], relation: Relation, order: int
) -> Iterator[tuple[str, Interval]]:
    # in whole numbers: bounds are narrowed many thousand times
    up, down = relation.factor.numerator, relation.factor.denominator
    low, high = bounds[relation.left]
    other_low, other_high = bounds[relation.right]
    least, most = sorted((up * other_low, up * other_high))
    # left against factor · right
    if order == LT:
        high = min(high, _ceil(most, down) - 1)
    elif order == GT:
        low = max(low, least // down + 1)
    else:
        low, high = max(low, _ceil(least, down)), min(high, most // down)
    yield relation.left, (low, high)
    if low > high or not up or relation.left == relation.right:
        return
    # right against left / factor; a negative factor turns the order round
    turned = order if up > 0 else {LT: GT, GT: LT, EQ: EQ}[order]
    if up < 0:
        up, down = -up, -down
    least, most = sorted((low * down, high * down))
    if turned == LT:  # left < right
        other_low = max(other_low, least // up + 1)
    elif turned == GT:
        other_high = min(other_high, _ceil(most, up) - 1)
    else:
        other_low = max(other_low, _ceil(least, up))
        other_high = min(other_high, most // up)
    yield relation.right, (other_low, other_high)


def _ceil(number: int, over: int) -> int:
    return -(-number // over)


Row: TypeAlias = "tuple[tuple[int, ...], int]"
"""Coefficients and bound: their products with the facts add up to at most that."""


def _is_empty(bounds: Mapping[str, Interval], orders: Mapping[Relation, int]) -> bool:
    """Whether inequalities are shown to have no solution; false if not shown.

    In whole numbers a strict inequality is one of at most one less, so the rows
    say no more and no less than the comparisons do.
    """
    names = sorted(bounds)
    rows: set[Row] = set()

    def row(limit: int, *parts: tuple[str, int]) -> None:
        coefficients = dict.fromkeys(names, 0)
        for name, factor in parts:
            coefficients[name] += factor
        rows.add(_reduced(tuple(coefficients.values()), limit))

    for name, (low, high) in bounds.items():
        row(high, (name, 1))
        row(-low, (name, -1))
    for relation, order in orders.items():
        up, down = relation.factor.denominator, relation.factor.numerator
        left, right = (relation.left, up), (relation.right, -down)
        if order in (LT, EQ):
            row(-1 if order == LT else 0, left, right)
        if order in (GT, EQ):
            row(
                -1 if order == GT else 0,
                (relation.left, -up),
                (relation.right, down),
            )
    for place in range(len(names)):
        plus = [each for each in rows if each[0][place] > 0]
        minus = [each for each in rows if each[0][place] < 0]
        if len(plus) * len(minus) > ROWS_MAX:
            return False
        rows = {each for each in rows if not each[0][place]}
        for (more, high), (less, low) in itertools.product(plus, minus):
            up, down = -less[place], more[place]
            rows.add(
                _reduced(
                    tuple(
                        up * one + down * other
                        for one, other in zip(more, less, strict=True)
                    ),
                    up * high + down * low,
                )
            )
    return any(limit < 0 for _coefficients, limit in rows)


def _reduced(coefficients: tuple[int, ...], limit: int) -> Row:
    """The same row in its smallest whole numbers; the bound rounded down."""
    divisor = math.gcd(*coefficients)
    if divisor <= 1:
        return coefficients, limit
    return tuple(each // divisor for each in coefficients), limit // divisor


def _has_ring(relations: Iterable[Relation]) -> bool:
    """Whether following comparisons from fact to fact may come back."""
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            name = group[name]
        return name

    for relation in relations:
        left, right = root(relation.left), root(relation.right)
        if left == right:
            return True
        group[left] = right
    return False
