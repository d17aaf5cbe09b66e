"""Splits add up: against an oracle that counts coins, and the cases people ask about."""

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from samples import examples

from rules.books import (
    Agreed,
    Borne,
    Given,
    SplitError,
    SplitProblem,
    apportion,
    fill_agreed,
    split_exactly,
)

DIGITS = st.sampled_from([0, 2, 3])
UNITS = st.integers(-(10**15), 10**15)


def money(units, digits):
    """An amount of so many minor units, without arithmetic of decimals."""
    text = f"{abs(units):0{digits + 1}d}"
    whole, part = (text, "0") if not digits else (text[:-digits], text[-digits:])
    return Decimal(f"{'-' if units < 0 else ''}{whole}.{part}")


def coins(amount, digits):
    """So many minor units, which must be a whole number."""
    units = Fraction(amount) * 10**digits
    assert units.denominator == 1, f"{amount} has more than {digits} decimals"
    return int(units)


def nearest(total, quotas):
    """The oracle: coin after coin to whoever lacks most of the exact part.

    Everybody starts with the whole coins of the exact part; shares no formula with the
    code: no sorting, no remainders.
    """
    shares = [0] * len(quotas)
    for index, quota in enumerate(quotas):
        while shares[index] + 1 <= quota:
            shares[index] += 1
    while sum(shares) < total:
        lacks = [quota - share for quota, share in zip(quotas, shares, strict=True)]
        shares[lacks.index(max(lacks))] += 1
    return shares


@st.composite
def percents(draw):
    """Percentages with four decimals that are 100 together."""
    count = draw(st.integers(1, 7))
    cuts = sorted(
        draw(st.lists(st.integers(0, 10**6), min_size=count - 1, max_size=count - 1))
    )
    edges = [0, *cuts, 10**6]
    return [
        Decimal(high - low) / 10**4 for low, high in zip(edges, edges[1:], strict=False)
    ]


@st.composite
def splits(draw):
    """An amount and shares of every kind that make it up, in any order."""
    digits = draw(DIGITS)
    units = draw(UNITS)
    sign = -1 if units < 0 else 1
    left = abs(units)
    parts = []
    for _number in range(draw(st.integers(0, 3))):
        take = draw(st.integers(0, left))
        left -= take
        parts.append(Given(amount=money(sign * take, digits)))
    free = Fraction(left * 100, abs(units)) if units else Fraction(100)
    for _number in range(draw(st.integers(0, 3))):
        percent = draw(st.integers(0, int(free * 10**4)))
        free -= Fraction(percent, 10**4)
        parts.append(Given(percent=Decimal(percent) / 10**4))
    parts += [Given()] * draw(st.integers(1, 3))
    return money(units, digits), draw(st.permutations(parts)), digits


@settings(max_examples=examples(400))
@given(splits())
def test_what_goes_in_comes_out(case):
    """The sum of the shares is the amount, in every currency and of every sign."""
    amount, parts, digits = case
    shares = split_exactly(amount, parts, digits)
    assert len(shares) == len(parts)
    assert sum(coins(share, digits) for share in shares) == coins(amount, digits)
    for share, part in zip(shares, parts, strict=True):
        assert share * amount >= 0, "a share of the other sign"
        if part.amount is not None:
            assert share == part.amount
        if part.percent is not None:
            exact = Fraction(coins(amount, digits)) * Fraction(part.percent) / 100
            assert abs(coins(share, digits) - exact) < 1
    rest = [
        coins(share, digits)
        for share, part in zip(shares, parts, strict=True)
        if part.is_rest
    ]
    assert max(rest) - min(rest) <= 1, "the rest is divided evenly"


@settings(max_examples=examples(400))
@given(splits())
def test_equal_input_gives_equal_shares_and_mirrors(case):
    """Asked twice the answer is the same; a credit note splits like its bill."""
    amount, parts, digits = case
    shares = split_exactly(amount, parts, digits)
    assert shares == split_exactly(amount, list(parts), digits)
    mirrored = [
        Given(part.percent, None if part.amount is None else -part.amount)
        for part in parts
    ]
    assume(amount)
    assert split_exactly(-amount, mirrored, digits) == [-share for share in shares]


@settings(max_examples=examples(300))
@given(st.integers(-5000, 5000), percents(), DIGITS)
def test_percentages_are_as_near_as_coins_go(units, given_percents, digits):
    """The oracle hands out one coin after the other and comes to the same shares."""
    parts = [Given(percent=percent) for percent in given_percents]
    quotas = [abs(units) * Fraction(percent) / 100 for percent in given_percents]
    expected = nearest(abs(units), quotas)
    shares = split_exactly(money(units, digits), parts, digits)
    sign = -1 if units < 0 else 1
    assert [coins(share, digits) * sign for share in shares] == expected


@pytest.mark.parametrize("total", range(7))
def test_no_other_way_is_nearer(total):
    """Of all ways to hand out a few coins, none is nearer to the exact parts."""
    for first, second in product(range(0, 101, 10), repeat=2):
        third = 100 - first - second
        if third < 0:
            continue
        parts = (first, second, third)
        shares = split_exactly(
            Decimal(total), [Given(percent=Decimal(part)) for part in parts], 0
        )
        exact = [Fraction(total * part, 100) for part in parts]

        def distance(ways, exact=exact):
            return sum(
                (way - quota) ** 2 for way, quota in zip(ways, exact, strict=True)
            )

        every_way = [
            (one, two, total - one - two)
            for one in range(total + 1)
            for two in range(total + 1 - one)
        ]
        assert distance([int(share) for share in shares]) == min(
            map(distance, every_way)
        )


@settings(max_examples=examples(300))
@given(st.integers(-5000, 5000), st.lists(st.integers(0, 900), min_size=1), DIGITS)
def test_the_other_currency_follows_the_shares(units, weights, digits):
    """What one currency is split by, the other follows, exactly and without a sign."""
    shares = apportion(
        money(units, digits), [Decimal(weight) for weight in weights], digits
    )
    assert sum(coins(share, digits) for share in shares) == units
    if sum(weights):
        quotas = [Fraction(abs(units) * weight, sum(weights)) for weight in weights]
        assert [abs(coins(share, digits)) for share in shares] == nearest(
            abs(units), quotas
        )
        for share, weight in zip(shares, weights, strict=True):
            assert weight or not share, "a share of nothing is nothing"


@given(st.integers(1, 10**40))
def test_large_amounts_stay_exact(units):
    """More digits than decimals keep by themselves."""
    shares = split_exactly(money(units, 2), [Given(), Given(), Given()], 2)
    assert sum(coins(share, 2) for share in shares) == units


def test_coins_of_five():
    """A currency that is paid in steps of 0.05 is split in these steps."""
    shares = split_exactly(Decimal("10.00"), [Given(), Given(), Given()], 2, step=5)
    assert shares == [Decimal("3.35"), Decimal("3.35"), Decimal("3.30")]
    with pytest.raises(SplitError) as caught:
        split_exactly(Decimal("10.02"), [Given()], 2, step=5)
    assert caught.value.problem is SplitProblem.INEXACT
    with pytest.raises(ValueError, match="no currency has -1 decimals"):
        split_exactly(Decimal(1), [Given()], -1)


def test_amounts_and_percentages_that_meet_but_for_the_rounding():
    """66.67 % of 99.99 is 66.6633: with 33.33 it is all, though not to the digit."""
    parts = [Given(percent=Decimal("66.67")), Given(amount=Decimal("33.33"))]
    assert split_exactly(Decimal("99.99"), parts, 2) == [
        Decimal("66.66"),
        Decimal("33.33"),
    ]
    parts = [Given(percent=Decimal("33.34")), Given(amount=Decimal("66.66"))]
    assert split_exactly(Decimal("99.99"), parts, 2) == [
        Decimal("33.33"),
        Decimal("66.66"),
    ]


P, A = (
    (lambda value: Given(percent=Decimal(value))),
    (lambda v: Given(amount=Decimal(v))),
)
WRONG = [
    ("100", [], "no_shares", None),
    ("100", [Given(Decimal(50), Decimal(50)), Given()], "both", 0),
    ("100", [Given(), P("-1")], "negative", 1),
    ("100", [A("-1"), Given()], "negative", 0),
    ("-100", [Given(), A("1")], "negative", 1),
    ("100", [P("60"), P("40.01")], "over_percent", None),
    ("0", [P("60"), P("41"), Given()], "over_percent", None),
    ("100", [A("60"), A("40.01")], "over_amount", None),
    ("100", [A("60"), A("40.01"), Given()], "over_amount", None),
    ("-100", [A("-60"), A("-40.01"), Given()], "over_amount", None),
    ("100", [A("60"), P("40.01")], "over_amount", None),
    ("100", [P("99.99")], "incomplete", None),
    ("0.01", [P("99.99")], "incomplete", None),
    ("100", [A("99.99")], "incomplete", None),
    ("100", [A("50"), P("49.99")], "incomplete", None),
    ("100.001", [Given()], "inexact", None),
    ("100", [Given(), A("0.001")], "inexact", 1),
    ("100", [Given(), A("NaN")], "inexact", 1),
    ("100", [P("Infinity")], "inexact", 0),
]


@pytest.mark.parametrize(("amount", "parts", "problem", "index"), WRONG)
def test_what_is_wrong_has_a_name(amount, parts, problem, index):
    """Each mistake is told from the others, and says which share it is about."""
    with pytest.raises(SplitError) as caught:
        split_exactly(Decimal(amount), parts, 2)
    assert (str(caught.value.problem), caught.value.index) == (problem, index)


def test_the_error_says_what_was_found():
    """What was entered, and what would be right, for the message to the user."""
    with pytest.raises(SplitError) as caught:
        split_exactly(Decimal("-100"), [A("-60"), P("50")], 2)
    assert (caught.value.found, caught.value.allowed) == (Decimal(-110), Decimal(-100))
    with pytest.raises(SplitError) as caught:
        apportion(Decimal(1), [Decimal(2), Decimal(-1)], 2)
    assert caught.value.problem is SplitProblem.NEGATIVE
    with pytest.raises(SplitError):
        apportion(Decimal(1), [], 2)


# ------------------------------------------------------------------ what was agreed


@st.composite
def agreements(draw):
    """Costs of one customer, some of them settled, and what was agreed."""
    costs = [
        Borne(
            number,
            money(draw(st.integers(-2000, 9000)), 2),
            is_settled=draw(st.booleans()),
            takes_surplus=draw(st.booleans()),
        )
        for number in range(draw(st.integers(1, 6)))
    ]
    return (
        money(draw(st.integers(1, 20000)), 2),
        costs,
        money(draw(st.integers(0, 5000)), 2),
    )


@settings(max_examples=examples(500))
@given(agreements())
@example((Decimal(60), [Borne(1, Decimal(80)), Borne(2, Decimal(-30))], Decimal(0)))
@example((Decimal(100), [Borne(1, Decimal(-50))], Decimal(0)))
def test_the_customer_pays_what_was_agreed(case):
    """All charges together are the agreed amount, as far as anything is left open."""
    agreed, costs, charged = case
    filled, over = fill_agreed(agreed, costs, charged=charged)
    total = charged + sum(line.charged + line.surplus for line in filled.values())
    for cost in costs:
        line = filled[cost.key]
        assert line.charged + line.kept == cost.amount, "a cost is lost"
        assert line.surplus >= 0
        if cost.is_settled:
            assert line.charged == cost.amount
        else:
            assert min(cost.amount, 0) <= line.charged <= max(cost.amount, 0)
    assert sum(1 for line in filled.values() if line.surplus) <= 1
    settled = charged + sum(cost.amount for cost in costs if cost.is_settled)
    assert over == max(total - agreed, 0)
    assert over <= max(settled - agreed, 0), "charged too much where nothing forced it"
    if total < agreed:
        assert not any(cost.takes_surplus for cost in costs)
        # what is open may not be charged more: all of it is
        assert not any(line.kept > 0 for line in filled.values())


def test_the_agreed_amount_is_filled_in_order():
    """100 agreed: 80 and 20 of 50; nothing of the third."""
    costs = [Borne(1, Decimal(80)), Borne(2, Decimal(50)), Borne(3, Decimal(7))]
    filled, over = fill_agreed(Decimal(100), costs)
    assert filled == {
        1: Agreed(Decimal(80), Decimal(0)),
        2: Agreed(Decimal(20), Decimal(30)),
        3: Agreed(Decimal(0), Decimal(7)),
    }
    assert over == 0


def test_more_than_the_costs_is_a_surplus_of_the_last():
    """200 agreed for costs of 130: 70 more with the last one."""
    costs = [Borne(1, Decimal(80)), Borne(2, Decimal(50)), Borne(3, Decimal(-10))]
    filled, _over = fill_agreed(Decimal(200), costs)
    assert [filled[key].surplus for key in (1, 2, 3)] == [0, 80, 0]
    assert [filled[key].charged for key in (1, 2, 3)] == [80, 50, -10]


def test_what_was_charged_before_counts():
    """Of 100, 90 were charged: 10 are left; of 80, they are 10 too many."""
    costs = [Borne(1, Decimal(50))]
    filled, over = fill_agreed(Decimal(100), costs, charged=Decimal(90))
    assert filled[1] == Agreed(Decimal(10), Decimal(40))
    filled, over = fill_agreed(Decimal(80), costs, charged=Decimal(90))
    assert filled[1] == Agreed(Decimal(0), Decimal(50))
    assert over == 10


def test_what_was_charged_too_much_goes_back_with_a_credit_note():
    """20 too many were charged: of 30 from the supplier, the customer gets 20 back."""
    filled, over = fill_agreed(
        Decimal(80), [Borne(1, Decimal(-30))], charged=Decimal(100)
    )
    assert filled[1] == Agreed(Decimal(-20), Decimal(-10))
    assert over == 0


def test_what_a_supplier_gives_back_makes_room():
    """Transport of 80 came with a credit note of 30: the customer pays 50 and 10."""
    costs = [Borne(1, Decimal(80)), Borne(2, Decimal(-30))]
    filled, _over = fill_agreed(Decimal(60), costs)
    assert filled[1] == Agreed(Decimal(80), Decimal(0), surplus=Decimal(10))
    assert filled[2] == Agreed(Decimal(-30), Decimal(0))
