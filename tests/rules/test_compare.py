"""Comparing packs: what differs, all of it, and nothing else (R3, R8)."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    COUNTED,
    REGISTRY,
    Dice,
    condition,
    examples,
    pack,
    pack_json,
    rule,
    threshold,
)

import rules

seeds = st.integers(min_value=0, max_value=2**64 - 1)
many = settings(max_examples=examples(150), deadline=None, database=None)
LATE = rule(
    "late", [condition("days", ">", {"threshold": "days_max"})], label="Late payer"
)
LIMIT = threshold("days_max", "integer", 3, unit="days", label="Longest debt")


def compared(one, other):
    """The comparison of two JSON packs."""
    return rules.compare_packs(rules.load_pack(one), rules.load_pack(other))


def rows(one, other):
    """The lines a person reads, without the names they repeat."""
    first, second = rules.load_pack(one), rules.load_pack(other)
    found = rules.diff_rows(rules.compare_packs(first, second), first, second, REGISTRY)
    return [(row.kind, row.label, row.column, row.before, row.after) for row in found]


# ------------------------------------------------------------------ one by one


def test_a_changed_threshold_is_one_line_in_its_unit():
    """The administrator reads 3 days → 5 days, and which bound moved."""
    other = {**LIMIT, "default": 5, "maximum": 9}
    assert rows(
        pack_json(LATE, thresholds=[LIMIT]), pack_json(LATE, thresholds=[other])
    ) == [
        ("changed", "Longest debt", "Value", "3 days", "5 days"),
        ("changed", "Longest debt", "Maximum", "", "9 days"),
    ]


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("operand", condition("days", ">", 4)),
        ("op", condition("days", "≥", {"threshold": "days_max"})),
    ],
)
def test_a_changed_condition_says_in_which_part(part, other):
    """A condition about the same fact is changed, not removed and added."""
    found = compared(
        pack_json(LATE, thresholds=[LIMIT]),
        pack_json({**LATE, "conditions": [other]}, thresholds=[LIMIT]),
    )
    [change] = found.rules
    [cell] = change.conditions
    assert (cell.kind, cell.parts) == ("changed", (part,))


def test_a_rule_is_read_in_words():
    """Conditions, answers and dates are written with their labels."""
    new = {
        **LATE,
        "conditions": [
            condition("days", ">", 4),
            {
                "any": [
                    condition("tier", "in", ["key", "new"]),
                    condition("amount", "≥", {"fact": "limit", "times": "share"}),
                ]
            },
        ],
        "outcome": {"effect": "release"},
        "valid_from": "2026-02-01",
    }
    share = threshold("share", "ratio", "1.1", label="Tolerance")
    found = rows(
        pack_json(LATE, thresholds=[LIMIT]), pack_json(new, thresholds=[LIMIT, share])
    )
    assert found == [
        ("added", "Tolerance", "Threshold", "", "110%"),
        (
            "changed",
            "Late payer",
            "Condition",
            "Days overdue > Longest debt",
            "Days overdue > 4 days",
        ),
        (
            "added",
            "Late payer",
            "Condition",
            "",
            "Tier in Key, New or Amount ≥ Credit limit × Tolerance",
        ),
        ("changed", "Late payer", "Effect", "Hold", "Release"),
        ("changed", "Late payer", "Valid from", "", "2026-02-01"),
    ]


def test_added_and_removed_rules_are_told_whole():
    """A rule with another name is another rule."""
    other = rule("never", label="Never", outcome={"effect": "release"})
    assert rows(pack_json(LATE, thresholds=[LIMIT]), pack_json(other)) == [
        ("removed", "Longest debt", "Threshold", "3 days", ""),
        (
            "removed",
            "Late payer",
            "Rule",
            "Days overdue > Longest debt → Effect: Hold",
            "",
        ),
        ("added", "Never", "Rule", "", "always → Effect: Release"),
    ]


def test_dragging_one_rule_moves_one_rule():
    """Those that it passes stay where they are."""
    names = ["a", "b", "c", "d"]
    found = compared(
        pack_json(*map(rule, names)), pack_json(*map(rule, ["d", "a", "b", "c"]))
    )
    [moved] = found.rules
    assert (moved.name, moved.kind, moved.place_before, moved.place_after) == (
        "d",
        "moved",
        4,
        1,
    )


def test_true_is_not_one_and_null_is_not_nothing():
    """JSON values that Python takes for equal are told apart."""
    one = rule(conditions=[condition("days", "=", 1)])
    other = rule(conditions=[condition("days", "=", True)])
    assert compared(pack_json(one), pack_json(other))
    said = rule(outcome={"effect": "hold", "cause": None})
    [change] = compared(pack_json(rule()), pack_json(said)).rules
    assert [cell.path for cell in change.cells] == [("outcome", "cause")]


def test_one_decision_is_compared_with_the_thresholds_it_uses():
    """Rules and thresholds of other decisions are left out."""
    other = rule("other", decision="holds")
    unused = threshold("unused", "integer", 1)
    one = pack(LATE, thresholds=[LIMIT, unused])
    two = pack(LATE, other, thresholds=[LIMIT])
    assert rules.compare_packs(one, two)
    assert not rules.compare_decisions(one, two, "gate")


def test_a_name_twice_is_refused():
    """What cannot be told apart is not compared."""
    with pytest.raises(rules.PackError, match="'r' twice"):
        compared(pack_json(rule(), rule()), pack_json())


def test_a_comparison_fits_only_its_own_pack():
    """Patching another pack is refused, not half done."""
    diff = compared(
        pack_json(LATE, thresholds=[LIMIT]),
        pack_json({**LATE, "label": "New"}, thresholds=[LIMIT]),
    )
    for other in (pack(), pack({**LATE, "label": "Third"}, thresholds=[LIMIT])):
        with pytest.raises(rules.PackError):
            rules.patch(other, diff)


# ---------------------------------------------------------------- properties


def changed_at_random(dice, content):
    """The same pack with some rules, thresholds and cells changed."""
    content = copy.deepcopy(content)
    roll = dice.random
    for _ in range(roll.randint(0, 6)):
        what = roll.randint(0, 9)
        some = content["rules"]
        if what == 0:
            roll.shuffle(some)
        elif what == 1 and some:
            some.remove(roll.choice(some))
        elif what == 2:
            name = f"new_{len(some)}_{roll.randint(0, 10**9)}"
            some.insert(roll.randint(0, len(some)), {**dice.rule(0), "name": name})
        elif what == 3:
            roll.shuffle(content["thresholds"])
        elif what == 4:
            content["thresholds"].pop(roll.randrange(len(content["thresholds"])))
        elif what == 5:
            limit = roll.choice(content["thresholds"])
            limit["default"] = roll.choice([True, 1, "1", "x"])
            limit["i18n"] = roll.choice([{}, {"zh": {}}, {"zh": {"label": "键"}}])
        elif what == 6:
            content["label"] = roll.choice(["", "Other"])
        elif some:
            _change_rule(dice, roll.choice(some))
    return content


def _change_rule(dice, one):
    roll = dice.random
    what = roll.randint(0, 6)
    if what == 0:
        roll.shuffle(one["conditions"])
    elif what == 1:
        one["conditions"].insert(0, dice.clause())
    elif what == 2 and one["conditions"]:
        one["conditions"][roll.randrange(len(one["conditions"]))] = dice.clause()
    elif what == 3 and one["conditions"]:
        one["conditions"].pop()
    elif what == 4:
        one["outcome"] = roll.choice(
            [{"effect": "release"}, {"effect": "hold", "cause": None}, {}]
        )
    elif what == 5:
        one["sequence"] = roll.randint(0, 30)
    else:
        one["reason"] = "Because."
        one["i18n"] = roll.choice([{}, {"zh": {"reason": "因"}}])


@many
@given(seeds)
def test_patching_with_what_differs_gives_the_other_pack(seed):
    """Nothing is left out, there and back."""
    dice = Dice(seed)
    one = dice.content()
    other = changed_at_random(dice, one)
    first, second = rules.load_pack(one), rules.load_pack(other)
    there, back = (
        rules.compare_packs(first, second),
        rules.compare_packs(second, first),
    )
    assert rules.patch(first, there).canonical == second.canonical
    assert rules.patch(second, back).canonical == first.canonical
    assert bool(there) == (first.canonical != second.canonical)
    COUNTED["packs compared and patched"] += 1


@many
@given(seeds)
def test_what_differs_is_what_a_plain_comparison_of_the_json_finds(seed):
    """Added, removed and changed names against the packs' own JSON."""
    dice = Dice(seed)
    one = dice.content()
    packs = [rules.load_pack(each) for each in (one, changed_at_random(dice, one))]
    diff = rules.compare_packs(*packs)
    for part in ("rules", "thresholds"):
        old, new = (
            {each["name"]: each for each in json.loads(found.canonical)[part]}
            for found in packs
        )
        told = {each.name: each for each in vars(diff)[part]}
        for name in old.keys() | new.keys():
            kind = (
                "added"
                if name not in old
                else "removed"
                if name not in new
                else None
                if json.dumps(old[name]) == json.dumps(new[name])
                else "changed"
            )
            found = told.get(name)
            assert kind == (found and found.kind) or (
                kind is None and found.kind == "moved"
            )
    # every line can be written, also when names and values make no sense
    rules.diff_rows(diff, *packs, REGISTRY)


@many
@given(st.permutations(range(7)))
def test_no_more_rules_are_moved_than_must_be(order):
    """Against trying every set of rules that stay."""
    names = [f"r{place}" for place in range(7)]
    diff = compared(
        pack_json(*map(rule, names)), pack_json(*(rule(names[at]) for at in order))
    )
    stay = max(
        bin(chosen).count("1")
        for chosen in range(2**7)
        if (kept := [at for at in order if chosen >> at & 1]) == sorted(kept)
    )
    assert len(diff.rules) == 7 - stay
