"""Each operator on each type, with both evaluators, by rows."""

import pytest
from samples import condition, matches, needs_durable, threshold

THRESHOLDS = [
    threshold("three", "integer", 3, unit="days"),
    threshold("half", "ratio", "0.5"),
    threshold("third", "ratio", "0.333333333333"),
    threshold("bit", "ratio", "1.000000000001"),
    threshold("price", "money", "10.01"),
]
ROWS = [
    ("days", "=", 3, {"days": 3}, True),
    ("days", "=", 3, {"days": 4}, False),
    ("days", "=", 3, {}, False),
    ("days", "≠", 3, {"days": 4}, True),
    ("days", "≠", 3, {"days": 3}, False),
    ("days", "≠", 3, {}, False),
    ("days", "!=", 3, {"days": 4}, True),
    ("days", "<", 3, {"days": 2}, True),
    ("days", "<", 3, {"days": 3}, False),
    ("days", "<", 3, {}, False),
    ("days", "<=", 3, {"days": 3}, True),
    ("days", ">", 3, {"days": 3}, False),
    ("days", ">", 3, {"days": 4}, True),
    ("days", ">=", 3, {"days": 3}, True),
    ("days", "between", [1, 3], {"days": 1}, True),
    ("days", "between", [1, 3], {"days": 3}, True),
    ("days", "between", [1, 3], {"days": 4}, False),
    ("days", "between", [3, 1], {"days": 2}, False),
    ("days", "between", [1, {"fact": "grace"}], {"days": 2}, False),
    ("days", "between", [1, {"fact": "grace"}], {"days": 2, "grace": 2}, True),
    ("days", "in", [1, {"threshold": "three"}], {"days": 3}, True),
    ("days", "in", [1, 3], {"days": 2}, False),
    ("days", "in", [1, 3], {}, False),
    ("days", "not in", [1, 3], {"days": 2}, True),
    ("days", "not in", [1, 3], {"days": 3}, False),
    ("days", "not in", [1, 3], {}, False),
    ("days", "is set", None, {"days": 0}, True),
    ("days", "is set", None, {}, False),
    ("days", "is not set", None, {"days": 0}, False),
    ("days", "is not set", None, {}, True),
    ("days", ">", {"threshold": "three"}, {"days": 4}, True),
    ("days", ">", {"fact": "grace"}, {"days": 4, "grace": 3}, True),
    ("days", ">", {"fact": "grace"}, {"days": 4}, False),
    ("days", "≠", {"fact": "grace"}, {"days": 4}, False),
    ("days", "=", {"fact": "days"}, {"days": 4}, True),
    ("days", "<", {"fact": "days"}, {"days": 4}, False),
    # 3 × 0.5 falls between two integers: 1 is below, 2 is above, none is equal.
    ("days", "<", {"fact": "grace", "times": "half"}, {"days": 1, "grace": 3}, True),
    ("days", "≤", {"fact": "grace", "times": "half"}, {"days": 2, "grace": 3}, False),
    ("days", "≥", {"fact": "grace", "times": "half"}, {"days": 1, "grace": 3}, False),
    ("days", ">", {"fact": "grace", "times": "half"}, {"days": 2, "grace": 3}, True),
    ("days", "=", {"fact": "grace", "times": "half"}, {"days": 2, "grace": 3}, False),
    ("days", "≠", {"fact": "grace", "times": "half"}, {"days": 2, "grace": 3}, True),
    ("days", "=", {"fact": "grace", "times": "half"}, {"days": 2, "grace": 4}, True),
    ("days", "<", {"threshold": "three", "times": "half"}, {"days": 1}, True),
    ("days", "=", {"threshold": "three", "times": "half"}, {"days": 1}, False),
    # A cent times a third has eighteen decimals, and is compared with all of them.
    (
        "amount",
        ">",
        {"fact": "limit", "times": "third"},
        {"amount": "3.336666", "limit": "10.01"},
        False,
    ),
    (
        "amount",
        ">",
        {"fact": "limit", "times": "third"},
        {"amount": "3.336667", "limit": "10.01"},
        True,
    ),
    # Thirty digits: the default context of decimals would round the last away.
    (
        "amount",
        "<",
        {"fact": "limit", "times": "bit"},
        {"amount": "100000000000.100001", "limit": "100000000000.000001"},
        True,
    ),
    ("amount", "=", "100.0", {"amount": "100"}, True),
    ("amount", "=", 100, {"amount": "100.00"}, True),
    ("amount", "in", ["100.0", "5"], {"amount": "100"}, True),
    ("amount", ">", {"threshold": "price"}, {"amount": "10.010001"}, True),
    ("paid", "≥", "50%", {"paid": "0.5"}, True),
    ("paid", "≥", "0.5", {"paid": "0.499999999999"}, False),
    ("due", "<", "2026-03-16", {"due": "2026-03-15"}, True),
    ("due", "<", {"fact": "promised"}, {"due": "2026-03-15"}, False),
    ("at", ">", "15:30", {"at": "15:30:59"}, False),
    ("at", ">", "15:30", {"at": "15:31"}, True),
    ("urgent", "=", True, {"urgent": True}, True),
    ("urgent", "≠", True, {"urgent": False}, True),
    ("urgent", "=", False, {}, False),
    ("tier", "=", "key", {"tier": "key"}, True),
    ("tier", "=", {"fact": "grade"}, {"tier": "low", "grade": "low"}, True),
    ("tier", "=", {"fact": "grade"}, {"tier": "low", "grade": "high"}, False),
    ("note", "=", {"fact": "currency"}, {"note": "zł", "currency": "zł"}, True),
    ("note", "=", {"fact": "currency"}, {"note": "a", "currency": "b"}, False),
    ("note", "≠", {"fact": "currency"}, {"note": "a", "currency": "b"}, True),
    ("note", "=", "\\u0041", {"note": "A"}, False),
]


@pytest.mark.parametrize(
    "engine", ["plain", pytest.param("durable", marks=needs_durable)]
)
@pytest.mark.parametrize(("fact", "op", "operand", "facts", "wanted"), ROWS)
def test_condition(engine, fact, op, operand, facts, wanted):
    """The row's condition holds, or does not."""
    found = matches(
        [condition(fact, op, operand)], engine, thresholds=THRESHOLDS, **facts
    )
    assert found is wanted


@pytest.mark.parametrize(
    "engine", ["plain", pytest.param("durable", marks=needs_durable)]
)
@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"days": 5, "urgent": True}, True),
        ({"grace": 5, "urgent": True}, True),
        ({"days": 5, "grace": 5, "urgent": True}, True),
        ({"days": 5}, False),
        ({"urgent": True}, False),
    ],
)
def test_group_needs_one_and_rule_needs_all(engine, facts, wanted):
    """All-of over any-of."""
    group = {"any": [condition("days", ">", 3), condition("grace", ">", 3)]}
    assert matches([group, condition("urgent", "=", True)], engine, **facts) is wanted


@pytest.mark.parametrize(
    ("op", "negation"), [("=", "≠"), ("<", "≥"), ("≤", ">"), ("in", "not in")]
)
def test_a_condition_its_negation_and_unknown_cover_every_fact(op, negation):
    """Exactly one of the three is true."""
    for days in (None, 2, 3, 4):
        operand = [3] if "in" in op else 3
        held = [
            matches([condition("days", op, operand)], days=days),
            matches([condition("days", negation, operand)], days=days),
            matches([condition("days", "is not set")], days=days),
        ]
        assert held.count(True) == 1
