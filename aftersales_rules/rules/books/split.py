"""One cost, several bearers: shares that add up to the last cent.

Place in event → facts → decide → record → **apply**. No database, no currency of its
own: whoever asks says how many decimals the currency has (``digits``), and, for the
few that are not counted in single minor units, in steps of how many (``step``).

Each share is given by a percentage of the whole, by an amount, or by neither: then it
takes the rest. What does not divide is handed out one minor unit at a time, to the
largest remainder first and to the earlier share if they are equal. So equal input
gives equal shares, and no share is a whole unit away from its exact value.

>>> thirds = [Given(), Given(), Given()]
>>> [str(share) for share in split_exactly(Decimal("100"), thirds, 2)]
['33.34', '33.33', '33.33']
>>> parts = [Given(percent=Decimal("60")), Given(amount=Decimal("20")), Given()]
>>> [str(share) for share in split_exactly(Decimal("99.99"), parts, 2)]
['59.99', '20.00', '20.00']
>>> split_exactly(Decimal("10"), [Given(percent=Decimal("110")), Given()], 2)
Traceback (most recent call last):
    ...
rules.books.split.SplitError: over_percent: 110 of 100
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

__all__ = [
    "Agreed",
    "Borne",
    "Given",
    "SplitError",
    "SplitProblem",
    "apportion",
    "fill_agreed",
    "split_exactly",
]

_WHOLE = 100


class SplitProblem(str, Enum):
    """What is wrong with the shares somebody entered."""

    NO_SHARES = "no_shares"
    BOTH = "both"
    """A share has a percentage and an amount."""
    NEGATIVE = "negative"
    """A percentage below zero, or an amount of the other sign than the whole."""
    OVER_PERCENT = "over_percent"
    """More than 100 percent together."""
    OVER_AMOUNT = "over_amount"
    """More than the whole together."""
    INCOMPLETE = "incomplete"
    """Less than the whole together, and no share takes the rest."""
    INEXACT = "inexact"
    """An amount with more decimals than its currency has."""

    def __str__(self) -> str:
        return self.value


class SplitError(ValueError):
    """Shares that do not make up the whole.

    :ivar problem: what is wrong
    :ivar index: which share, if it is about one
    :ivar found: what was entered
    :ivar allowed: what would be right, or the most that would be
    """

    def __init__(
        self,
        problem: SplitProblem,
        index: int | None = None,
        found: Decimal | None = None,
        allowed: Decimal | None = None,
    ) -> None:
        self.problem = problem
        self.index = index
        self.found = found
        self.allowed = allowed
        where = "" if index is None else f" in share {index + 1}"
        what = "" if found is None else f": {found:f}"
        of = "" if allowed is None else f" of {allowed:f}"
        super().__init__(f"{problem}{where}{what}{of}")

    def __reduce__(
        self,
    ) -> tuple[
        type[SplitError],
        tuple[SplitProblem, int | None, Decimal | None, Decimal | None],
    ]:
        return type(self), (self.problem, self.index, self.found, self.allowed)


@dataclass(frozen=True)
class Given:
    """What somebody entered for a share; neither of them: the rest."""

    percent: Decimal | None = None
    amount: Decimal | None = None

    @property
    def is_rest(self) -> bool:
        """Whether the share takes what the others leave."""
        return self.percent is None and self.amount is None


def split_exactly(
    amount: Decimal, parts: Sequence[Given], digits: int, *, step: int = 1
) -> list[Decimal]:
    """Split an amount as given.

    Percentages are of the whole amount. Several shares without anything given divide
    the rest evenly.

    :param amount: of either sign, or zero
    :param digits: decimals of the currency
    :param step: of how many minor units its smallest coin is
    :return: one amount for each part; together they are exactly ``amount``
    :raise SplitError: if the parts do not make it up
    """
    if not parts:
        raise SplitError(SplitProblem.NO_SHARES)
    unit = _Unit(digits, step)
    whole = abs(unit.count(amount))
    sign = -1 if amount < 0 else 1
    fixed = [_fixed_units(unit, index, part, sign) for index, part in enumerate(parts)]
    percents = [index for index, part in enumerate(parts) if part.percent is not None]
    rest = [index for index, part in enumerate(parts) if part.is_rest]
    total_percent = _total_percent(parts)
    quotas = {index: _quota(whole, parts[index]) for index in percents}
    left = whole - sum(fixed)
    exact = sum(quotas.values(), Fraction(0))

    if left < 0 or exact - left >= 1:
        found = sign * (sum(fixed) + exact)
        raise SplitError(SplitProblem.OVER_AMOUNT, None, unit.about(found), amount)
    if not rest:
        # by percentages alone all of it is given at 100 only, however small it is
        short = total_percent != _WHOLE if len(percents) == len(parts) else False
        if short or left - exact >= 1:
            found = sign * (sum(fixed) + exact)
            raise SplitError(SplitProblem.INCOMPLETE, None, unit.about(found), amount)
    by_percent = min(_round_half_up(exact), left) if rest else left

    shares = list(fixed)
    for index, units in zip(
        percents, _hand_out(by_percent, list(quotas.values())), strict=True
    ):
        shares[index] = units
    evenly = [Fraction(left - by_percent, len(rest)) for _index in rest]
    for index, units in zip(rest, _hand_out(left - by_percent, evenly), strict=True):
        shares[index] = units
    return [unit.amount(sign * units) for units in shares]


def apportion(
    total: Decimal, weights: Sequence[Decimal], digits: int, *, step: int = 1
) -> list[Decimal]:
    """Divide a total in proportion to weights of one sign.

    The same shares in another currency: the weights are the exact shares in the first.

    >>> [str(share) for share in apportion(Decimal(100), [Decimal(1), Decimal(2)], 2)]
    ['33.33', '66.67']

    :raise SplitError: without weights, or if some of them are of another sign
    """
    if not weights:
        raise SplitError(SplitProblem.NO_SHARES)
    below = next((index for index, weight in enumerate(weights) if weight < 0), None)
    if below is not None and max(weights) > 0:
        raise SplitError(SplitProblem.NEGATIVE, below, weights[below])
    unit = _Unit(digits, step)
    units = unit.count(total)
    sizes = [abs(Fraction(weight)) for weight in weights]
    together = sum(sizes, Fraction(0))
    if not together:  # nothing to go by: evenly
        sizes, together = [Fraction(1)] * len(sizes), Fraction(len(sizes))
    quotas = [abs(units) * size / together for size in sizes]
    sign = -1 if units < 0 else 1
    return [unit.amount(sign * part) for part in _hand_out(abs(units), quotas)]


# ------------------------------------------------------------------ what was agreed


@dataclass(frozen=True)
class Borne:
    """What the customer would bear of one cost, were there no limit.

    :ivar key: whatever the caller knows it by
    :ivar amount: in company currency; below zero for what a supplier gave back
    :ivar is_settled: charged already, or as a person has split it: left as it is
    :ivar takes_surplus: whether more than the cost may still be charged with it
    """

    key: Hashable
    amount: Decimal
    is_settled: bool = False
    takes_surplus: bool = True


@dataclass(frozen=True)
class Agreed:
    """What the customer is charged for one cost, and what stays with the company."""

    charged: Decimal
    kept: Decimal
    surplus: Decimal = Decimal(0)


def fill_agreed(
    agreed: Decimal, costs: Sequence[Borne], *, charged: Decimal = Decimal(0)
) -> tuple[dict[Hashable, Agreed], Decimal]:
    """Fill an agreed amount with the costs that the customer bears (L7).

    In the order given: what is settled counts first, then what lowers the costs, then
    each cost until the agreed amount is reached. What is above stays with the company.
    What is missing is a surplus of the last cost that may take one.

    >>> costs = [Borne("transport", Decimal(80)), Borne("repair", Decimal(50))]
    >>> filled, over = fill_agreed(Decimal(100), costs)
    >>> filled["repair"] == Agreed(charged=Decimal(20), kept=Decimal(30))
    True
    >>> filled, over = fill_agreed(Decimal(150), costs)
    >>> filled["repair"].surplus, over
    (Decimal('20'), Decimal('0'))

    :param charged: what was charged already with costs that are not among these,
        surplus included
    :return: what becomes of each cost by its key, and by how much all that is charged
        is above what was agreed
    """
    settled = [cost for cost in costs if cost.is_settled]
    raising = [cost for cost in costs if not cost.is_settled and cost.amount >= 0]
    lowering = [cost for cost in costs if not cost.is_settled and cost.amount < 0]
    left = agreed - charged - sum(cost.amount for cost in settled)
    filled = {cost.key: Agreed(cost.amount, kept=Decimal(0)) for cost in settled}
    for cost in lowering:
        # makes room for other costs of the customer; without any, the customer pays
        # what was agreed, and only what was charged above it goes back
        part = cost.amount if raising else max(cost.amount, min(left, Decimal(0)))
        filled[cost.key] = Agreed(part, cost.amount - part)
        left -= part
    for cost in raising:
        part = min(cost.amount, max(left, Decimal(0)))
        filled[cost.key] = Agreed(part, cost.amount - part)
        left -= part
    takers = [cost for cost in costs if cost.takes_surplus]
    takers = [cost for cost in takers if cost.amount >= 0] or takers
    if left > 0 and takers:
        line = filled[takers[-1].key]
        filled[takers[-1].key] = Agreed(line.charged, line.kept, surplus=left)
    return filled, max(-left, Decimal(0))


# --------------------------------------------------------------------------- helpers


class _Unit:
    """The smallest amount of a currency, and amounts counted in it."""

    def __init__(self, digits: int, step: int) -> None:
        if digits < 0 or step < 1:
            raise ValueError(f"no currency has {digits} decimals in steps of {step}")
        self._digits = digits
        self._step = step

    def count(self, amount: Decimal, index: int | None = None) -> int:
        """How many units an amount is."""
        if not amount.is_finite():
            raise SplitError(SplitProblem.INEXACT, index)
        units = Fraction(amount) * Fraction(10**self._digits, self._step)
        if units.denominator != 1:
            raise SplitError(SplitProblem.INEXACT, index, amount, self.amount(1))
        return units.numerator

    def amount(self, units: int) -> Decimal:
        """So many units, with all decimals of the currency."""
        # put together by hand: arithmetic would round to the digits of a context
        minor = units * self._step
        written = tuple(int(digit) for digit in str(abs(minor)))
        return Decimal((int(minor < 0), written, -self._digits))

    def about(self, units: Fraction | int) -> Decimal:
        """The same for what is no whole number of units: nearest, for messages."""
        value = Fraction(units)
        return self.amount(_round_half_up(abs(value)) * (-1 if value < 0 else 1))


def _fixed_units(unit: _Unit, index: int, part: Given, sign: int) -> int:
    """What is given as an amount, in units; the checks of one share."""
    if part.percent is not None and part.amount is not None:
        raise SplitError(SplitProblem.BOTH, index)
    if part.percent is not None:
        if not part.percent.is_finite():
            raise SplitError(SplitProblem.INEXACT, index)
        if part.percent < 0:
            raise SplitError(SplitProblem.NEGATIVE, index, part.percent)
    if part.amount is None:
        return 0
    units = unit.count(part.amount, index)
    if units * sign < 0:
        raise SplitError(SplitProblem.NEGATIVE, index, part.amount)
    return units * sign


def _total_percent(parts: Iterable[Given]) -> Fraction:
    total = sum(
        (Fraction(part.percent) for part in parts if part.percent is not None),
        Fraction(0),
    )
    if total > _WHOLE:
        found = Decimal(total.numerator) / Decimal(total.denominator)
        raise SplitError(SplitProblem.OVER_PERCENT, None, found, Decimal(_WHOLE))
    return total


def _quota(whole: int, part: Given) -> Fraction:
    return Fraction(whole) * Fraction(part.percent or 0) / _WHOLE


def _round_half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


def _hand_out(units: int, quotas: Sequence[Fraction]) -> list[int]:
    """Whole units as near to the quotas as they go: the largest remainders first."""
    shares = [int(quota) for quota in quotas]
    order = sorted(
        range(len(quotas)), key=lambda index: shares[index] - quotas[index]
    )  # stable: of equal remainders the earlier one
    left = units - sum(shares)
    for index in order[:left]:
        shares[index] += 1
    return shares
