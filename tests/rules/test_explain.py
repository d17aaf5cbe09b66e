"""Why, and by how much."""

import pytest
from samples import ON, SampleFacts, compiled, condition, rule, threshold

THRESHOLDS = [
    threshold(
        "days_max",
        "integer",
        3,
        unit="days",
        label="Maximum days overdue",
        i18n={"zh_CN": {"label": "最长逾期"}},
    ),
    threshold("tolerance", "ratio", "1.1", label="Tolerance"),
]


def rows(*conditions, **facts):
    """The explained conditions of one rule."""
    subject = compiled(rule(conditions=conditions), thresholds=THRESHOLDS)
    (told,) = subject.explain("gate", SampleFacts(**facts), on=ON).rules
    return told.conditions


@pytest.mark.parametrize(
    ("one", "facts", "text", "seen", "needed", "holds", "distance"),
    [
        (
            condition("days", ">", {"threshold": "days_max"}),
            {"days": 1},
            "Days overdue > Maximum days overdue (3 days)",
            "1 days",
            "3 days",
            False,
            "2 days",
        ),
        (
            condition("days", ">", {"threshold": "days_max"}),
            {},
            "Days overdue > Maximum days overdue (3 days)",
            "not set",
            "3 days",
            False,
            None,
        ),
        (
            condition("days", ">", {"threshold": "days_max"}),
            {"days": 5},
            "Days overdue > Maximum days overdue (3 days)",
            "5 days",
            "3 days",
            True,
            "2 days",
        ),
        (
            condition("amount", ">", {"fact": "limit", "times": "tolerance"}),
            {"amount": "120", "limit": "100", "currency": "CNY"},
            "Amount > Credit limit × Tolerance (110.00 CNY)",
            "120.00 CNY",
            "110.00 CNY",
            True,
            "10.00 CNY",
        ),
        (
            condition("amount", ">", {"fact": "limit", "times": "tolerance"}),
            {"amount": "120"},
            "Amount > Credit limit × Tolerance (not set)",
            "120.00",
            "not set",
            False,
            None,
        ),
        (
            condition("paid", "≥", "0.5"),
            {"paid": "0.3"},
            "Share paid ≥ 50%",
            "30%",
            "50%",
            False,
            "20%",
        ),
        (
            condition("days", "between", [3, 5]),
            {"days": 8},
            "Days overdue between 3 days … 5 days",
            "8 days",
            "3 days … 5 days",
            False,
            "3 days",
        ),
        (
            condition("tier", "in", ["low", "new"]),
            {"tier": "key"},
            "Tier in Low volume, New",
            "Key",
            "Low volume, New",
            False,
            None,
        ),
        (
            condition("due", "<", "2026-03-16"),
            {"due": "2026-03-20"},
            "Due on < 2026-03-16",
            "2026-03-20",
            "2026-03-16",
            False,
            "4 days",
        ),
        (
            condition("at", "<", "15:30"),
            {"at": "16:00"},
            "Local time < 15:30",
            "16:00",
            "15:30",
            False,
            "30 min",
        ),
        (
            condition("limit", "is set"),
            {},
            "Credit limit is set",
            "not set",
            "a value",
            False,
            None,
        ),
        (
            condition("urgent", "=", True),
            {"urgent": False},
            "Urgent = yes",
            "no",
            "yes",
            False,
            None,
        ),
    ],
)
def test_condition_is_explained(one, facts, text, seen, needed, holds, distance):
    """Value seen, value needed, distance."""
    (row,) = rows(one, **facts)
    assert (row.text, row.seen, row.needed, row.holds, row.distance) == (
        text,
        seen,
        needed,
        holds,
        distance,
    )


def test_each_rule_says_whether_it_matched_and_decided():
    """Also the one that matched too late, and the one out of its dates."""
    subject = compiled(
        rule("late", [condition("days", ">", 3)], label="Late"),
        rule("any", label="Any", requirement=["O1"]),
        rule("past", valid_to="2026-01-01"),
        rule("never", [condition("days", ">", 9)]),
    )
    told = subject.explain("gate", SampleFacts(days=5), on=ON)
    assert told.decision == "gate"
    assert [
        (row.name, row.label, row.in_force, row.matched, row.decided)
        for row in told.rules
    ] == [
        ("late", "Late", True, True, True),
        ("any", "Any", True, True, False),
        ("past", "past", False, False, False),
        ("never", "never", True, False, False),
    ]
    assert told.rules[1].requirement == ("O1",)
    assert [row.distance for row in told.rules[3].failed] == ["4 days"]


def test_members_of_a_group_carry_its_index():
    """One that fails beside one that holds is no obstacle."""
    found = rows(
        condition("visits", ">", 0),
        {"any": [condition("days", ">", 3), condition("grace", ">", 3)]},
        {"any": [condition("days", ">", 9)]},
        visits=1,
        days=5,
    )
    assert [(row.group, row.holds) for row in found] == [
        (None, True),
        (0, True),
        (0, False),
        (1, False),
    ]


def test_texts_follow_the_language():
    """Thresholds bring their translations, labels go through the caller's."""
    subject = compiled(
        rule(conditions=[condition("days", ">", {"threshold": "days_max"})]),
        thresholds=THRESHOLDS,
    )
    words = {"Days overdue": "逾期天数", "not set": "未设置"}
    told = subject.explain(
        "gate",
        SampleFacts(),
        on=ON,
        lang="zh_CN",
        translate=lambda text: words.get(text, text),
    )
    (row,) = told.rules[0].conditions
    assert row.text == "逾期天数 > 最长逾期 (3 days)"
    assert row.seen == "未设置"
