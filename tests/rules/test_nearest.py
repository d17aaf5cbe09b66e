"""The nearest ways to another answer: every one true, and none nearer (R4)."""

import itertools
import random
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    COUNTED,
    ON,
    REGISTRY,
    SampleFacts,
    compiled,
    condition,
    examples,
    oracle,
    pack_json,
    rule,
    threshold,
)

import rules

PACKS = Path(rules.__file__).parent.parent / "data" / "packs"
seeds = st.integers(min_value=0, max_value=2**64 - 1)
many = settings(max_examples=examples(150), deadline=None, database=None)
LIMIT = threshold("limit_max", "money", "100", label="Most", minimum="0", maximum="500")


def told(*pack_rules, thresholds=(), decision="gate", options=None, **facts):
    """The ways by goal, in words."""
    subject = compiled(*pack_rules, thresholds=thresholds)
    found = rules.nearest_ways(
        subject, decision, SampleFacts(**facts), on=ON, **(options or {})
    )
    return {
        (each.goal.kind, (each.goal.outcome or {}).get("effect")): [
            rules.way_text(subject, decision, way, currency="CNY") for way in each.ways
        ]
        for each in found
    }


# ------------------------------------------------------------------ one by one


def test_the_fact_or_the_threshold_may_move_to_the_boundary():
    """The last cent: ≤ takes the limit itself, and so does a limit that is raised."""
    hold = rule("hold", [condition("amount", ">", {"threshold": "limit_max"})])
    rest = rule("rest", outcome={"effect": "release"})
    found = told(hold, rest, thresholds=[LIMIT], amount="120.005")
    assert found["answer", "release"] == [
        "Amount: 100.00 CNY instead of 120.005 CNY",
        "Most: 120.01 CNY instead of 100.00 CNY",
    ]
    strict = rule("hold", [condition("amount", "≥", {"threshold": "limit_max"})])
    found = told(strict, rest, thresholds=[LIMIT], amount="120")
    assert found["answer", "release"] == [
        "Amount: 99.99 CNY instead of 120.00 CNY",
        "Most: 120.01 CNY instead of 100.00 CNY",
    ]


def test_a_threshold_stays_within_its_bounds():
    """What an administrator may not enter is not proposed."""
    hold = rule("hold", [condition("amount", ">", {"threshold": "limit_max"})])
    rest = rule("rest", outcome={"effect": "release"})
    found = told(hold, rest, thresholds=[LIMIT], amount="501")
    assert found["answer", "release"] == ["Amount: 100.00 CNY instead of 501.00 CNY"]


@pytest.mark.parametrize(
    ("fact", "op", "operand", "now", "text"),
    [
        ("due", "≤", "2026-03-20", "2026-03-25", "Due on: 2026-03-20 instead of"),
        ("at", "<", "15:30", "16:00", "Local time: 15:29 instead of 16:00"),
        ("paid", ">", "0.5", "0.25", "Share paid: 50.01% instead of 25%"),
        ("paid", "between", ["0.33331", "0.33332"], "0", "Share paid: 33.331% instead"),
        ("days", "=", 7, 3, "Days overdue: 7 days instead of 3 days"),
        ("urgent", "=", True, False, "Urgent: yes instead of no"),
        ("tier", "in", ["key"], "new", "Tier: Key instead of New"),
        ("note", "=", "yes", "no", "Note: yes instead of no"),
        ("days", "is not set", None, 3, "Days overdue: not set instead of 3 days"),
        ("due", "≥", "2026-03-20", None, "Due on: 2026-03-20 instead of not set"),
    ],
)
def test_values_are_the_next_ones_of_their_type(fact, op, operand, now, text):
    """Day, minute, hundredth of a percent, name; finer only where it must be."""
    [sentence] = told(rule(conditions=[condition(fact, op, operand)]), **{fact: now})[
        "answer", "hold"
    ]
    assert sentence.startswith(text)


def test_another_fact_is_a_boundary_too():
    """A multiple of another fact: both of them and the factor may move."""
    share = threshold("share", "ratio", "1.1", label="Tolerance")
    hold = rule("hold", [condition("amount", ">", {"fact": "limit", "times": "share"})])
    found = told(
        hold,
        rule("rest", outcome={"effect": "release"}),
        thresholds=[share],
        amount="121",
        limit="100",
    )
    assert found["answer", "release"] == [
        "Amount: 110.00 CNY instead of 121.00 CNY",
        "Credit limit: 110.00 CNY instead of 100.00 CNY",
        "Tolerance: 121% instead of 110%",
    ]


def test_what_cannot_be_moved_is_said_so_and_comes_last():
    """Pairs are made of what can be moved only."""
    hold = rule("hold", [condition("amount", ">", {"threshold": "limit_max"})])
    subject = compiled(hold, thresholds=[LIMIT])
    [found] = rules.nearest_ways(
        subject, "gate", SampleFacts(amount="120"), on=ON, movable=[]
    )
    assert [(way.changes[0].name, way.movable) for way in found.ways] == [
        ("limit_max", True),
        ("amount", False),
    ]


def test_two_changes_are_proposed_where_one_is_not_enough():
    """Only then, and only those that touch every condition that fails."""
    conditions = [condition("days", ">", 3), condition("urgent", "=", True)]
    found = told(rule(conditions=conditions), days=1, urgent=False, visits=9)
    assert found == {
        ("answer", "hold"): [
            "Days overdue: 4 days instead of 1 days and Urgent: yes instead of no"
        ]
    }


def test_under_collect_outcomes_come_and_go_one_by_one():
    """A hold may be lifted while another stays; nothing left is a goal of its own."""
    two = [
        rule("late", [condition("days", ">", 3)], decision="holds"),
        rule(
            "big",
            [condition("amount", ">", "100")],
            decision="holds",
            outcome={"effect": "hold", "cause": "big"},
        ),
        rule(
            "vip",
            [condition("tier", "=", "key")],
            decision="holds",
            outcome={"effect": "release"},
        ),
    ]
    subject = compiled(*two)
    facts = SampleFacts(days=5, amount="150", tier="new")
    found = rules.nearest_ways(subject, "holds", facts, on=ON)
    assert [(each.goal.kind, each.goal.outcome and each.goal.outcome["cause"],
             [change.name for way in each.ways[:1] for change in way.changes])
            for each in found] == [
        ("without", None, ["days"]),
        ("without", "big", ["amount"]),
        ("with", None, ["tier"]),
        ("nothing", None, ["days", "amount"]),
    ]  # fmt: skip


def test_only_the_fields_asked_for_make_another_answer():
    """Who asks for the effect does not want another cause."""
    first = rule("a", [condition("days", ">", 3)], outcome={"effect": "hold"})
    second = rule("b", outcome={"effect": "hold", "cause": "b"})
    subject = compiled(first, second)
    facts = SampleFacts(days=5)
    ways = rules.nearest_ways(subject, "gate", facts, on=ON, fields=["effect"])
    assert [each.goal.kind for each in ways] == ["nothing"]
    assert not ways[0].ways  # the second rule always matches
    assert len(rules.nearest_ways(subject, "gate", facts, on=ON)) == 2


def test_rules_that_are_not_in_force_give_no_goals():
    """Next year's answer is not to be had today."""
    later = rule("later", [condition("days", "=", 1)], valid_from="2027-01-01")
    assert told(later, days=0) == {}


def test_a_threshold_in_an_outcome_does_not_make_it_another():
    """Hours that are a threshold are the same answer whatever their number."""
    hours = threshold("hours", "integer", 4, unit="hours")
    one = rule(outcome={"effect": "hold", "hours": {"threshold": "hours"}})
    assert told(one, thresholds=[hours]) == {("nothing", None): []}


def test_names_that_nobody_declared_are_refused():
    """A typing error does not silently move nothing."""
    for option in ("movable", "thresholds", "fields"):
        with pytest.raises(rules.FactsError, match="unknown name 'dayz'"):
            told(rule(), options={option: ["dayz"]})


# ---------------------------------------------------------------- properties

LOW, HIGH = -3, 9
WHOLE = list(range(LOW, HIGH + 1))
DOMAINS = {
    "days": [*WHOLE, None],
    "grace": [*WHOLE, None],
    "visits": [*WHOLE, None],
    "urgent": [True, False, None],
    "tier": ["key", "regular", "low", "new", None],
    "due": [*(ON + timedelta(days=at) for at in range(-4, 5)), None],
}
RANGES = {name: (LOW, HIGH) for name in ("days", "grace", "visits")}
RANGES["due"] = (ON + timedelta(days=-4), ON + timedelta(days=4))
LIMITS = [
    threshold("days_a", "integer", 2, unit="days", minimum=LOW, maximum=HIGH),
    threshold("days_b", "integer", 5, unit="days", minimum=LOW, maximum=HIGH),
    threshold("twice", "ratio", "2"),
    threshold("half", "ratio", "0.5"),
    threshold("back", "ratio", "-1"),
]
MOVED = ["days_a", "days_b"]
OUTCOMES = [
    {"effect": "hold"},
    {"effect": "release"},
    {"effect": "hold", "cause": "x"},
]


FREE = ["urgent", "visits", "due", "tier"]


def dice_rules(roll, names):
    """Rules over facts with small ranges, some compared with each other."""
    found = []
    for place in range(roll.randint(1, 5)):
        clauses = []
        for _ in range(roll.randint(0, 3)):
            members = [
                dice_condition(roll, names) for _ in range(roll.choice([1, 1, 1, 2]))
            ]
            clauses.append(members[0] if len(members) == 1 else {"any": members})
        found.append(
            rule(
                f"r{place}",
                clauses,
                outcome=roll.choice(OUTCOMES),
                decision=roll.choice(["gate", "gate", "holds"]),
            )
        )
    return found


def dice_condition(roll, names):
    fact = roll.choice(names)
    if roll.random() < 0.1:
        return condition(fact, roll.choice(["is set", "is not set"]))
    if fact == "urgent":
        return condition(fact, roll.choice(["=", "≠"]), roll.choice([True, False]))
    if fact == "tier":
        some = roll.sample(["key", "regular", "low", "new"], 2)
        return condition(fact, roll.choice(["in", "not in"]), some)
    op = roll.choice(["=", "≠", "<", "≤", ">", "≥", "between", "in"])
    if op == "between":
        operand = [dice_term(roll, fact), dice_term(roll, fact)]
    elif op == "in":
        operand = [dice_term(roll, fact, False), dice_term(roll, fact, False)]
    else:
        operand = dice_term(roll, fact)
    return condition(fact, op, operand)


def dice_term(roll, fact, with_fact=True):
    if fact == "due":
        return (ON + timedelta(days=roll.randint(-3, 3))).isoformat()
    times = {"times": roll.choice(["twice", "half", "back"])}
    times = times if roll.random() < 0.3 else {}
    if fact in ("days", "grace"):
        if with_fact and roll.random() < 0.3:
            return {"fact": roll.choice(["days", "grace"]), **times}
        if roll.random() < 0.5:
            return {"threshold": roll.choice(MOVED), **times}
    return roll.randint(LOW + 1, HIGH - 1)


def case(seed, names=tuple(DOMAINS)):
    """A random pack, facts and a way to ask the definition what they give."""
    roll = random.Random(seed)
    content = pack_json(*dice_rules(roll, names), thresholds=LIMITS)
    decision = roll.choice(["gate", "holds"])
    facts = {name: roll.choice(domain) for name, domain in DOMAINS.items()}
    answers = {one["name"]: _outcome(one["outcome"]) for one in content["rules"]}

    def decide(changes):
        limits = [
            {
                **each,
                "default": changes.get(("threshold", each["name"]), each["default"]),
            }
            for each in LIMITS
        ]
        moved = {
            **facts,
            **{
                name: value for (kind, name), value in changes.items() if kind == "fact"
            },
        }
        found = oracle(
            {**content, "thresholds": limits}, decision, SampleFacts(**moved), ON
        )
        return found, [answers[name] for name in found]

    return content, decision, SampleFacts(**facts), decide


def _outcome(outcome):
    return {"effect": "hold", "cause": None, "hours": None, **outcome}


def is_met(goal, outcomes):
    """What a goal means, once more."""
    if goal.kind == "nothing":
        return not outcomes
    return (goal.outcome in outcomes) is (goal.kind != "without")


def far(before, after):
    """A distance that is a number, or where there is none: None."""
    if isinstance(before, (bool, str)) or before is None or after is None:
        return None
    return (
        abs((after - before).days) if isinstance(after, date) else abs(after - before)
    )


def asked(content, decision, facts, **options):
    subject = rules.compile_pack(rules.load_pack(content), REGISTRY, engine="plain")
    return rules.nearest_ways(
        subject, decision, facts, on=ON, ranges=RANGES, thresholds=MOVED, **options
    )


@many
@given(seeds)
def test_every_way_gives_its_answer(seed):
    """Decided again from the definition, with the facts and thresholds proposed."""
    content, decision, facts, decide = case(seed)
    for each in asked(content, decision, facts):
        assert not is_met(each.goal, decide({})[1])
        for way in each.ways:
            names, outcomes = decide(
                {(change.kind, change.name): change.after for change in way.changes}
            )
            assert is_met(each.goal, outcomes)
            assert names == list(way.rules) and outcomes == list(way.outcomes)
            for change in way.changes:
                assert change.distance == far(change.before, change.after)
            COUNTED["ways to another answer decided again"] += 1


@many
@given(seeds)
def test_no_nearer_value_of_one_fact_or_threshold_gives_the_answer(seed):
    """Against trying all values; and where none is told there is none."""
    content, decision, facts, decide = case(seed)
    now = {("fact", name): vars(facts)[name] for name in DOMAINS}
    now |= {("threshold", each["name"]): each["default"] for each in LIMITS[:2]}
    domains = {("fact", name): values for name, values in DOMAINS.items()}
    domains |= {("threshold", name): WHOLE for name in MOVED}
    for each in asked(content, decision, facts, pairs=False):
        for key, values in domains.items():
            works = [
                value
                for value in values
                if value != now[key] and is_met(each.goal, decide({key: value})[1])
            ]
            found = [
                way.changes[0].after
                for way in each.ways
                if (way.changes[0].kind, way.changes[0].name) == key
            ]
            assert set(found) <= set(works)
            assert bool(found) == bool(works), (each.goal, key, works)
            distances = [far(now[key], value) for value in works]
            if works and None not in distances:
                assert far(now[key], found[0]) == min(distances)
            elif works and [one for one in distances if one is not None]:
                least = min(one for one in distances if one is not None)
                assert far(now[key], found[0]) == least
            elif works and key[1] == "tier":
                assert set(found) == (set(works) - {None} or {None})
            COUNTED["values compared with the nearest one told"] += len(values)


@settings(parent=many, max_examples=examples(200))
@given(seeds)
def test_no_smaller_pair_gives_the_answer(seed):
    """Against trying all pairs of values that no condition compares."""
    content, decision, facts, decide = case(seed, FREE)
    now = {name: vars(facts)[name] for name in DOMAINS}
    for each in asked(content, decision, facts):
        if any(len(way.changes) == 1 for way in each.ways):
            continue
        if len(each.ways) == 12:  # more are not told
            continue
        for one, other in itertools.combinations(
            ("urgent", "visits", "due", "tier"), 2
        ):
            told_of = [
                {change.name: change.after for change in way.changes}
                for way in each.ways
                if {change.name for change in way.changes} == {one, other}
            ]
            for first, second in itertools.product(DOMAINS[one], DOMAINS[other]):
                moved = {("fact", one): first, ("fact", other): second}
                if first == now[one] or second == now[other]:
                    continue
                if not is_met(each.goal, decide(moved)[1]):
                    continue
                assert any(
                    _no_more(now[one], pair[one], first)
                    and _no_more(now[other], pair[other], second)
                    for pair in told_of
                ), (each.goal, one, first, other, second, told_of)
                COUNTED["pairs compared with the smallest ones told"] += 1


def _no_more(now, told_value, value):
    """Whether one value is no farther from the present one than another."""
    mine, other = far(now, told_value), far(now, value)
    if mine is not None and other is not None:
        return mine <= other
    return mine is not None or told_value is not None or value is None


@many
@given(seeds)
def test_neither_of_two_changes_is_enough_or_can_be_smaller(seed):
    """With the other one as proposed, no nearer value of the same kind will do."""
    content, decision, facts, decide = case(seed)
    for each in asked(content, decision, facts):
        for way in each.ways:
            if len(way.changes) < 2:
                continue
            moved = {(one.kind, one.name): one.after for one in way.changes}
            for one in way.changes:
                key = (one.kind, one.name)
                rest = {other: value for other, value in moved.items() if other != key}
                assert not is_met(each.goal, decide(rest)[1])
                if one.distance is None:
                    continue
                for value in (
                    WHOLE if not isinstance(one.after, date) else DOMAINS["due"]
                ):
                    size = value is not None and far(one.before, value)
                    if value is not None and size < one.distance:
                        assert not is_met(each.goal, decide({**rest, key: value})[1])


def test_the_default_rules_are_answered_in_milliseconds():
    """A screen asks this each time an order is looked at."""
    pack = rules.compile_pack(
        rules.load_pack_parts(
            each.read_bytes() for each in sorted(PACKS.glob("*.json"))
        )
    )
    facts = rules.CreditFacts(
        order_amount=Decimal(5000),
        unpaid_amount=Decimal(5000),
        exposure=Decimal(60000),
        order_exposure=Decimal(65000),
        credit_limit=Decimal(50000),
        limit_excess=Decimal(15000),
        overdue_amount=Decimal(800),
        overdue_days=9,
        tier="regular",
    )
    best = min(_timed(pack, facts) for _ in range(5))
    assert best < 0.05


def _timed(pack, facts):
    start = time.perf_counter()
    assert rules.nearest_ways(pack, "credit_hold", facts, on=date(2026, 1, 5))
    return time.perf_counter() - start
