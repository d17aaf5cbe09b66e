"""Packs that read well and still do not fit the declared decisions."""

import pytest
from samples import REGISTRY, condition, pack, rule, threshold

import rules

THRESHOLDS = [
    threshold("three", "integer", 3, unit="days", minimum=0, maximum=10),
    threshold("factor", "ratio", "1.1"),
    threshold("price", "money", 5),
]


def faults(*pack_rules, thresholds=THRESHOLDS):
    """The texts of the faults of a pack."""
    found = rules.check_pack(pack(*pack_rules, thresholds=thresholds), REGISTRY)
    return [str(fault) for fault in found]


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (
            condition("dyas", ">", 3),
            "fact: unknown fact 'dyas'; did you mean 'days'?",
        ),
        (
            condition("tier", ">", "key"),
            (
                "op: '>' does not go with the choice fact 'tier'; expected one of =, "
                "≠, in, "
                "not in, is set, is not set"
            ),
        ),
        (
            condition("tier", "=", "kez"),
            (
                "operand: 'kez' is not a choice; expected one of key, regular, "
                "low, new; "
                "did you mean 'key'?"
            ),
        ),
        (
            condition("tier", "in", ["key", "kez"]),
            (
                "operand[1]: 'kez' is not a choice; expected one of key, regular, low, "
                "new; "
                "did you mean 'key'?"
            ),
        ),
        (
            condition("days", ">", "1.5"),
            "operand: '1.5' is not an integer; expected an integer value",
        ),
        (
            condition("amount", ">", "0.0000001"),
            (
                "operand: Decimal('1E-7') has too many decimals; expected a money "
                "value of "
                "at most 6 decimals"
            ),
        ),
        (
            condition("days", ">", ""),
            "operand: has no value; expected an integer value",
        ),
        (
            condition("days", ">", {"threshold": "tree"}),
            "operand.threshold: unknown threshold 'tree'; did you mean 'three'?",
        ),
        (
            condition("visits", ">", {"threshold": "three"}),
            (
                "operand: threshold 'three' is integer in days; expected integer like "
                "'visits'"
            ),
        ),
        (
            condition("amount", ">", {"fact": "days"}),
            "operand: fact 'days' is integer in days; expected money like 'amount'",
        ),
        (
            condition("ordered", ">", {"fact": "weight"}),
            (
                "operand: fact 'weight' is quantity in kg; expected quantity in "
                "pcs like "
                "'ordered'"
            ),
        ),
        (
            condition("amount", ">", {"fact": "limt"}),
            "operand.fact: unknown fact 'limt'; did you mean 'limit'?",
        ),
        (
            condition("amount", ">", {"fact": "limit", "times": "three"}),
            (
                "operand.times: threshold 'three' is an integer; expected a ratio "
                "threshold"
            ),
        ),
        (
            condition("due", ">", {"fact": "promised", "times": "factor"}),
            "operand.times: a date cannot be multiplied",
        ),
        (
            condition("days", "in", [{"fact": "grace"}]),
            (
                "operand[0]: a fact does not go into the list of 'in'; expected "
                "values and "
                "thresholds"
            ),
        ),
    ],
)
def test_condition_that_does_not_fit(one, text):
    """Names, types, units."""
    assert faults(rule(conditions=[one])) == [f"rules[0].conditions[0].{text}"]
    grouped = rule(conditions=[{"any": [condition("days", "=", 1), one]}])
    assert faults(grouped) == [f"rules[0].conditions[0].any[1].{text}"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"decision": "gaet"},
            "decision: unknown decision 'gaet'; did you mean 'gate'?",
        ),
        ({"outcome": {"cause": "x"}}, "outcome.effect: missing"),
        ({"outcome": {"effect": None}}, "outcome.effect: missing"),
        (
            {"outcome": {"effect": "hodl"}},
            (
                "outcome.effect: 'hodl' is not a choice; expected one of hold, "
                "release; did "
                "you mean 'hold'?"
            ),
        ),
        (
            {"outcome": {"effect": "hold", "cuase": "x"}},
            "outcome.cuase: unknown outcome field 'cuase'; did you mean 'cause'?",
        ),
        (
            {"outcome": {"effect": "hold", "hours": {"threshold": "three"}}},
            (
                "outcome.hours: threshold 'three' is integer in days; expected "
                "integer in "
                "hours like 'hours'"
            ),
        ),
        ({"reason": "{dyas}"}, "reason: unknown fact 'dyas'; did you mean 'days'?"),
        (
            {"remedy": "{threshold.tree}"},
            "remedy: unknown threshold 'tree'; did you mean 'three'?",
        ),
        (
            {"i18n": {"zh_CN": {"reason": "{days!r}"}}},
            (
                "i18n.zh_CN.reason: '{days!r}' is not a name in braces; expected "
                "{fact} or "
                "{threshold.name}"
            ),
        ),
        (
            {"reason": "100 }"},
            (
                "reason: single '}'; write it twice to mean it; expected {fact} or "
                "{threshold.name}"
            ),
        ),
    ],
)
def test_rule_that_does_not_fit(changes, text):
    """Decision, outcome, texts."""
    assert faults(rule(**changes)) == [f"rules[0].{text}"]


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (
            threshold("x", "integer", 9, maximum=5),
            "thresholds[0].default: 9 is above the maximum; expected at most 5",
        ),
        (
            threshold("x", "money", "0.5", minimum=1),
            "thresholds[0].default: 0.5 is below the minimum; expected at least 1",
        ),
        (
            threshold("x", "text", "a", minimum="a"),
            "thresholds[0].default: a text value has no bounds",
        ),
        (
            threshold("x", "choice", "a"),
            "thresholds[0].type: a threshold cannot be a choice",
        ),
        (
            threshold("x", "date", "soon"),
            (
                "thresholds[0].default: 'soon' is not a date; expected a date as "
                "YYYY-MM-DD"
            ),
        ),
    ],
)
def test_threshold_that_does_not_fit(limit, text):
    """Type and bounds."""
    assert faults(thresholds=[limit]) == [text]


def test_names_are_used_once():
    """Two rules or thresholds of a name cannot be told apart."""
    twice = [threshold("x", "integer", 1), threshold("x", "integer", 2)]
    assert faults(rule("a"), rule("a"), thresholds=twice) == [
        "thresholds[1].name: threshold 'x' is already there",
        "rules[1].name: rule 'a' is already there",
    ]


def test_a_pack_with_faults_does_not_compile():
    """And the exception carries all of them."""
    with pytest.raises(rules.PackError) as caught:
        rules.compile_pack(
            pack(rule(decision="x"), rule("r2", outcome={"a": 1})), REGISTRY
        )
    assert len(caught.value.faults) == 3


def test_changed_thresholds_are_checked():
    """An administrator's number keeps to the bounds, too."""
    source = pack(thresholds=THRESHOLDS)
    with pytest.raises(rules.PackError) as caught:
        rules.compile_pack(
            source,
            REGISTRY,
            thresholds={"three": 11, "tree": 1, "price": "x", "factor": None},
        )
    assert str(caught.value).splitlines() == [
        "thresholds.three: 11 is above the maximum; expected at most 10",
        "thresholds.factor: has no value; expected a ratio value",
        "thresholds.price: 'x' is not a number; expected a decimal number",
        "thresholds.tree: unknown threshold 'tree'; did you mean 'three'?",
    ]
