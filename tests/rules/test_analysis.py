"""Checks before publishing: every finding against brute force over all facts that matter."""

import itertools
import random
import time
import types
from datetime import date, timedelta

import large_tables
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    COUNTED,
    FIRST,
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

FACTORS = [
    threshold("half", "ratio", "0.5"),
    threshold("double", "ratio", "2"),
    threshold("back", "ratio", "-1"),
]
GRID = {
    # constants are 0 to 3 and factors at most 2: beyond these bounds nothing new happens
    "days": [None, *range(-9, 13)],
    "grace": [None, *range(-9, 13)],
    "urgent": [None, True, False],
    "tier": [None, "key", "regular", "low", "new"],
}
ORDER = ["=", "≠", "<", "≤", ">", "≥"]
BLANK = dict.fromkeys(SampleFacts.model_fields)
seeds = st.integers(min_value=0, max_value=2**64 - 1)


def found(*pack_rules, on=ON, decision="gate", thresholds=FACTORS):
    """Findings of some rules by (code, rule), without remarks on texts and thresholds."""
    subject = compiled(*pack_rules, thresholds=thresholds)
    return {
        (finding.code, finding.rule): finding
        for finding in rules.find_problems(subject, on=on, decisions=[decision])
    }


def text_of(*pack_rules, **options):
    """The sentence of the only finding."""
    subject = compiled(*pack_rules)
    [finding] = rules.find_problems(subject, on=ON, decisions=["gate"])
    return rules.finding_text(subject, finding, **options)


# ------------------------------------------------------------------ one by one


def test_conditions_that_contradict_are_named():
    """The author reads which conditions do, not all of them."""
    sentence = text_of(
        rule(
            "mad",
            [
                condition("urgent", "=", True),
                condition("days", ">", 5),
                condition("tier", "=", "key"),
                condition("days", "<", 3),
            ],
            label="Mad rule",
        ),
        rule("rest"),
    )
    assert sentence == (
        "“Mad rule” can never fire: its conditions contradict each other: "
        "Days overdue > 5 days; Days overdue < 3 days."
    )


@pytest.mark.parametrize(
    "conditions",
    [
        [condition("days", ">", 2), condition("days", "<", 3)],
        [condition("amount", ">", "1"), condition("amount", "<", "1.000001")],
        [condition("tier", "in", ["key"]), condition("tier", "≠", "key")],
        [condition("days", "is not set"), condition("days", "≥", 0)],
        [condition("urgent", "≠", True), condition("urgent", "≠", False)],
        [condition("at", "<", "00:00")],
        [condition("note", "=", "a"), condition("note", "not in", ["a", "b"])],
        [
            condition("days", ">", {"fact": "grace"}),
            condition("grace", "≥", 5),
            condition("days", "≤", 5),
        ],
        [
            condition("days", "=", {"fact": "grace", "times": "half"}),
            condition("grace", "=", 3),
        ],
        [
            condition("days", "<", {"fact": "grace"}),
            condition("days", ">", {"fact": "grace"}),
        ],
    ],
)
def test_a_rule_that_can_never_fire_is_found(conditions):
    assert ("contradiction", "r") in found(rule(conditions=conditions))


@pytest.mark.parametrize(
    "conditions",
    [
        [condition("days", ">", 2), condition("days", "<", 4)],
        [condition("amount", ">", "1"), condition("amount", "<", "1.000002")],
        [condition("note", "≠", "a"), condition("note", "≠", "b")],
        [condition("at", "<", "00:01")],
        [
            condition("days", ">", {"fact": "grace"}),
            condition("grace", "≥", 5),
            condition("days", "≤", 6),
        ],
        [
            condition("days", "=", {"fact": "grace", "times": "half"}),
            condition("grace", "between", [3, 4]),
        ],
        [
            condition("days", "<", {"fact": "grace", "times": "back"}),
            condition("days", ">", 100),
        ],
    ],
)
def test_a_rule_that_may_fire_is_not(conditions):
    assert ("contradiction", "r") not in found(rule(conditions=conditions))


def test_a_rule_hidden_by_several_earlier_ones_names_them_and_no_others():
    late = rule("late", [condition("days", ">", 3)])
    early = rule("early", [condition("days", "≤", 3)])
    unknown = rule("unknown", [condition("days", "is not set")])
    vip = rule("vip", [condition("tier", "=", "key"), condition("days", "=", 90)])
    last = rule("last", [condition("urgent", "=", True)], outcome={"effect": "release"})
    finding = found(vip, late, early, unknown, last)["hidden", "last"]
    assert finding.others == ("late", "early", "unknown")
    assert finding.severity == "error"
    # without one of them it fires for what that one took
    assert ("hidden", "last") not in found(vip, late, early, last)


def test_under_collect_nothing_hides_anything():
    wide = rule("wide", decision="holds")
    narrow = rule("narrow", [condition("days", ">", 3)], decision="holds")
    assert not found(wide, narrow, decision="holds")


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        (
            [condition("days", "≤", {"fact": "grace"})],
            [condition("days", "≤", {"fact": "grace"}), condition("days", "≥", 0)],
        ),
        (
            [condition("days", "≤", {"fact": "grace"}), condition("days", "≥", 0)],
            [condition("days", "≤", {"fact": "grace"})],
        ),
        ([], [condition("tier", "is set")]),
    ],
)
def test_under_collect_more_or_fewer_facts_are_not_the_same(wide, narrow):
    """Also where both hold for the facts that were tried first."""
    assert not found(
        rule("wide", wide, decision="holds"),
        rule("narrow", narrow, decision="holds"),
        decision="holds",
    )


def test_days_that_are_over_make_no_difference():
    """Two rules that are the same from today on are the same."""
    since = rule("since", decision="holds", valid_from="2026-03-01")
    always = rule("always", decision="holds")
    assert found(since, always, decision="holds")["repeated", "always"]
    later = {**since, "valid_from": "2026-03-17"}
    assert not found(later, always, decision="holds")


def test_equal_conditions_with_different_outcomes_are_an_error():
    """However they are written."""
    one = rule("one", [condition("days", ">", 3)])
    two = rule("two", [condition("days", "≥", 4)], outcome={"effect": "release"})
    finding = found(one, two)["same_conditions", "two"]
    assert (finding.others, finding.severity) == (("one",), "error")
    assert found(one, {**two, "outcome": one["outcome"]})["repeated", "two"]


def test_a_gap_comes_with_facts_in_words():
    sentence = text_of(
        rule("late", [condition("days", ">", 3)]),
        rule("key", [condition("tier", "=", "key")]),
    )
    assert sentence == (
        "No rule answers, for example when: Days overdue: 0 days, Tier: Regular."
    )


def test_what_is_not_known_is_a_gap_of_its_own():
    """When all known facts are answered, the unknown ones are left."""
    sentence = text_of(
        rule("late", [condition("days", ">", 3)]),
        rule("early", [condition("days", "≤", 3)]),
    )
    assert sentence == (
        "No rule answers when something is not known, for example: "
        "Days overdue: not set."
    )


def test_a_rule_for_all_the_rest_leaves_no_gap():
    assert not found(rule("late", [condition("days", ">", 3)]), rule("rest"))


def test_validity_is_part_of_it():
    """Two rules for different times do not hide each other; the past is not asked."""
    old = rule("old", valid_to="2026-06-30")
    new = rule("new", valid_from="2026-07-01")
    assert not found(old, new)
    assert found(old, rule("new"), on=date(2026, 7, 1)).keys() == {("expired", "old")}
    both = found(old, rule("new", valid_to="2026-06-01"))
    assert both.keys() == {("repeated", "new"), ("gap", "")} or both.keys() == {
        ("hidden", "new"),
        ("gap", ""),
    }


def test_a_rule_whose_days_are_all_taken_by_earlier_ones_is_hidden():
    """Also if it takes several of them, one after the other."""
    first = rule("first", valid_to="2026-03-31")
    then = rule("then", valid_from="2026-04-01", valid_to="2026-06-30")
    late = [condition("days", ">", 3)]
    spring = rule("spring", late, valid_from="2026-03-01", valid_to="2026-06-30")
    finding = found(first, then, spring, rule("rest"))["hidden", "spring"]
    assert finding.others == ("first", "then")
    longer = {**spring, "valid_to": "2026-07-01"}
    assert not found(first, then, longer, rule("rest"))
    # before today it was not hidden, which is of no interest any more
    earlier = {**first, "valid_from": "2026-03-10"}
    assert ("hidden", "spring") in found(earlier, then, spring, rule("rest"))


@pytest.mark.parametrize(
    ("pack_rules", "sentence"),
    [
        (
            [rule("a", valid_to="2026-06-30"), rule("b", valid_from="2026-07-02")],
            "On 2026-07-01 no rule answers.",
        ),
        (
            [
                rule("a", valid_to="2026-06-30"),
                rule("b", [condition("days", ">", 3)]),
                rule("c", [condition("days", "is not set")]),
            ],
            "On 2026-07-01 no rule answers, for example when: Days overdue: 0 days.",
        ),
        (
            [
                rule("a", valid_to="2026-06-30"),
                rule("b", [condition("days", "is set")]),
            ],
            "On 2026-07-01 no rule answers when something is not known, for example: "
            "Days overdue: not set.",
        ),
        ([rule("a", valid_from="2026-03-17")], "No rule answers."),
    ],
)
def test_a_gap_that_opens_later_says_its_day(pack_rules, sentence):
    assert text_of(*pack_rules) == sentence


def test_a_gap_of_today_is_told_before_one_of_later():
    late, early = [condition("days", ">", 3)], [condition("days", "≤", 3)]
    gap = found(rule("a", late), rule("b", early, valid_to="2026-06-30"))
    assert gap["gap", ""].detail == "2026-07-01"  # known facts before unknown ones
    gap = found(rule("a", late), rule("b", [condition("days", "<", 2)]))
    assert gap["gap", ""].detail == ""


def test_thresholds_count_with_their_values():
    """A changed threshold may make a rule senseless."""
    limits = [threshold("low", "integer", 3, unit="days", minimum=0, maximum=99)]
    late = rule(
        "late",
        [condition("days", ">", {"threshold": "low"}), condition("days", "<", 10)],
    )

    def codes(**values):
        subject = compiled(late, rule("rest"), thresholds=limits, **values)
        return {finding.code for finding in rules.find_problems(subject, on=ON)}

    assert codes() == set()
    assert codes(low=9) == {"contradiction"}


def test_unused_thresholds_and_reasons_about_other_facts_are_remarked():
    subject = compiled(
        rule("late", [condition("days", ">", 3)], reason="{amount} is late."),
        rule("rest"),
        thresholds=[threshold("spare", "integer", 1, label="Spare number")],
    )
    sentences = [
        rules.finding_text(subject, finding)
        for finding in rules.find_problems(subject, on=ON)
    ]
    assert sentences == [
        "The reason of “late” names “Amount”, which no rule of this decision looks at.",
        "No rule uses the threshold “Spare number”.",
    ]


def test_findings_speak_the_reader_s_language():
    late = rule(
        "late",
        [condition("days", ">", 5), condition("days", "<", 3)],
        label="Late",
        i18n={"zh_CN": {"label": "逾期"}},
    )
    chinese = {
        rules.analysis.TEXTS[
            "contradiction"
        ]: "“%(rule)s”永远不会触发：%(conditions)s。",
        "Days overdue": "逾期天数",
        "days": "天",
    }
    sentence = text_of(
        late,
        rule("rest"),
        lang="zh_CN",
        translate=lambda text: chinese.get(text, text),
    )
    assert sentence == "“逾期”永远不会触发：逾期天数 > 5 天; 逾期天数 < 3 天。"


def test_a_rule_with_too_many_alternatives_is_said_to_be_undecided():
    groups = [
        {"any": [condition("days", "=", value) for value in range(6)]}
        for _group in range(6)
    ]
    assert found(rule("wide", groups), rule("rest")).keys() == {("undecided", "wide")}


@pytest.mark.parametrize("limits", [{"NODES_MAX": 0}, {"ALL_NODES_MAX": 0}])
def test_a_question_that_takes_too_long_is_given_up_and_said(limits, monkeypatch):
    """Nothing is claimed that was not shown."""
    for name, value in limits.items():
        monkeypatch.setattr(rules.analysis, name, value)
    gap = ("gap_undecided", "")
    assert found(rule("a"), rule("b")).keys() == {
        ("undecided", "a"),
        ("undecided", "b"),
        gap,
    }


def test_a_rule_that_may_be_hidden_still_counts_for_the_gaps(monkeypatch):
    """What can fire was shown; only whether others hide it was given up."""

    def give_up(*_arguments):
        raise rules.analysis._GivenUp

    monkeypatch.setattr(rules.analysis._Analysis, "_hiding", give_up)
    codes = found(rule("late", [condition("days", ">", 3)]), rule("rest")).keys()
    assert codes == {("undecided", "late"), ("undecided", "rest")}


def test_alternatives_that_are_too_many_to_compare_are_no_error(monkeypatch):
    """Facts compared in a ring, and no value tried."""
    monkeypatch.setattr(rules.relations, "TRIES_MAX", -1)
    ring = [
        condition("days", "=", {"fact": "grace", "times": "half"}),
        condition("grace", "=", {"fact": "days", "times": "double"}),
    ]
    assert found(rule("ring", ring), rule("rest")).keys() == {("undecided", "ring")}


def test_the_default_pack_has_no_error():
    """What we deliver is what we would let somebody publish."""
    parts = sorted((rules_folder() / "data" / "packs").glob("default*.json"))
    pack = rules.compile_pack(
        rules.load_pack_parts(part.read_bytes() for part in parts)
    )
    errors = [
        rules.finding_text(pack, finding)
        for finding in rules.find_problems(pack, on=date(2026, 11, 22))
        if finding.severity == "error"
    ]
    assert not errors


def rules_folder():
    from pathlib import Path

    return Path(rules.__file__).resolve().parents[1]


# ---------------------------------------------------------- against brute force


class Author:
    """Random small tables, written by somebody who makes mistakes."""

    def __init__(self, seed, compares=False):
        self.random = random.Random(seed)
        count = self.random.choice([1, 2, 2, 3])
        self.facts = self.random.sample(["days", "grace", "urgent", "tier"], count)
        self.compares = compares
        """Whether two facts are compared with each other again and again."""
        if compares:
            self.facts = ["days", "grace"]

    def content(self, decision):
        number = self.random.randint(1, 6)
        return pack_json(
            *(self.rule(place, decision) for place in range(number)),
            thresholds=FACTORS,
        )

    def rule(self, place, decision):
        counts = [1, 1, 2, 2] if self.compares else [0, 1, 1, 2, 3]
        conditions = [self.member() for _ in range(self.random.choice(counts))]
        effect = self.random.choice(["hold", "release"])
        return rule(f"r{place}", conditions, decision, outcome={"effect": effect})

    def member(self):
        if self.random.random() < 0.15:
            return {"any": [self.comparison() for _ in range(2)]}
        return self.comparison()

    def comparison(self):
        pick = self.random
        name = pick.choice(self.facts)
        if pick.random() < 0.12:
            return condition(name, pick.choice(["is set", "is not set"]))
        if name == "urgent":
            return condition(name, pick.choice(["=", "≠"]), pick.random() < 0.5)
        if name == "tier":
            values = list(GRID["tier"][1:])
            if pick.random() < 0.5:
                some = pick.sample(values, pick.randint(1, 3))
                return condition(name, pick.choice(["in", "not in"]), some)
            return condition(name, pick.choice(["=", "≠"]), pick.choice(values))
        often = 0.7 if self.compares else 0.4
        if "days" in self.facts and "grace" in self.facts and pick.random() < often:
            operand = {"fact": "grace" if name == "days" else "days"}
            if pick.random() < 0.5:
                operand["times"] = pick.choice(["half", "double", "back"])
            return condition(name, pick.choice(ORDER), operand)
        if pick.random() < 0.2:
            return condition(name, "between", sorted(pick.choices(range(4), k=2)))
        return condition(name, pick.choice(ORDER), pick.randrange(4))


def world(names):
    """Every combination of what the facts may be."""
    for values in itertools.product(*(GRID[name] for name in names)):
        yield types.SimpleNamespace(
            **{**BLANK, **dict(zip(names, values, strict=True))}
        )


def table_of(content, names):
    """For each point of the world the rules that match, in order."""
    everything = {
        **content,
        "rules": [{**each, "decision": "holds"} for each in content["rules"]],
    }
    return [(point, oracle(everything, "holds", point, ON)) for point in world(names)]


many = settings(max_examples=examples(250), deadline=None, database=None)


@many
@given(seeds, st.booleans())
def test_findings_are_what_brute_force_finds_under_first(seed, compares):
    """Contradicting, hidden, repeated, gaps: none missed, none invented."""
    author = Author(seed, compares)
    content = author.content("gate")
    table = table_of(content, author.facts)
    subject = rules.compile_pack(rules.load_pack(content), REGISTRY)
    findings = rules.find_problems(subject, on=ON, decisions=["gate"])
    codes = {finding.rule: finding.code for finding in findings if finding.rule}
    gaps = [finding for finding in findings if finding.code.startswith("gap")]
    firing = {names[0] for _point, names in table if names}
    matching = {name for _point, names in table for name in names}
    for each in content["rules"]:
        name = each["name"]
        assert (codes.get(name) == "contradiction") == (name not in matching), name
        assert (name in codes) == (name not in firing), (name, codes)
    for finding in findings:
        if finding.code == "hidden":
            # they take all of it, and each of them something
            left = [set(names) for _point, names in table if finding.rule in names]
            assert all(names & set(finding.others) for names in left)
            for other in finding.others:
                rest = set(finding.others) - {other}
                assert not all(names & rest for names in left), finding
    empty = [point for point, names in table if not names]
    known = [
        point
        for point in empty
        if all(getattr(point, name) is not None for name in _mentioned(content))
    ]
    wanted = "gap" if known else "gap_unset" if empty else None
    assert [gap.code for gap in gaps] == ([wanted] if wanted else [])
    for gap in gaps:
        point = types.SimpleNamespace(**{**BLANK, **gap.example})
        assert not oracle(content, "gate", point, ON), gap.example
    COUNTED["tables: findings = brute force"] += 1


@many
@given(seeds, st.booleans())
def test_findings_are_what_brute_force_finds_under_collect(seed, compares):
    """Contradicting and repeated; nothing is hidden, and no answer is one too."""
    author = Author(seed, compares)
    content = author.content("holds")
    table = table_of(content, author.facts)
    subject = rules.compile_pack(rules.load_pack(content), REGISTRY)
    codes = {
        finding.rule: finding.code
        for finding in rules.find_problems(subject, on=ON, decisions=["holds"])
    }
    assert "" not in codes
    points = {
        each["name"]: frozenset(
            place
            for place, (_point, names) in enumerate(table)
            if each["name"] in names
        )
        for each in content["rules"]
    }
    seen = set()
    for each in content["rules"]:
        name, where = each["name"], points[each["name"]]
        key = (where, each["outcome"]["effect"])
        wanted = "contradiction" if not where else "repeated" if key in seen else None
        assert codes.get(name) == wanted, name
        seen.add(key)
    COUNTED["tables: findings = brute force"] += 1


WEEK = [ON + timedelta(days=number) for number in range(7)]


@settings(max_examples=examples(120), deadline=None, database=None)
@given(seeds)
def test_findings_over_time_are_what_brute_force_finds(seed):
    """Rules in force for some days only: whatever happens from today on counts."""
    author = Author(seed)
    pick = author.random
    author.facts = pick.sample(["days", "urgent", "tier"], pick.choice([1, 1, 2]))
    content = author.content("gate")
    days = [ON + timedelta(days=number) for number in range(-2, 6)]
    for each in content["rules"]:
        start, end = sorted(pick.choices(days, k=2))
        if pick.random() < 0.5:
            each["valid_from"] = start.isoformat()
        if pick.random() < 0.5:
            each["valid_to"] = end.isoformat()
    points = list(world(author.facts))
    table = [
        (day, point, oracle(content, "gate", point, day))
        for day in WEEK
        for point in points
    ]
    subject = rules.compile_pack(rules.load_pack(content), REGISTRY)
    findings = rules.find_problems(subject, on=ON, decisions=["gate"])
    codes = {finding.rule: finding.code for finding in findings if finding.rule}
    firing = {names[0] for _day, _point, names in table if names}
    assert {name for name in codes} == {
        each["name"] for each in content["rules"] if each["name"] not in firing
    }
    for each in content["rules"]:
        is_over = each.get("valid_to", "9") < ON.isoformat()
        assert (codes.get(each["name"]) == "expired") == is_over
    gaps = [finding for finding in findings if finding.code.startswith("gap")]
    assert bool(gaps) == any(not names for _day, _point, names in table)
    for gap in gaps:
        day = date.fromisoformat(gap.detail) if gap.detail else ON
        point = types.SimpleNamespace(**{**BLANK, **gap.example})
        assert day >= ON and not oracle(content, "gate", point, day)
        is_known = None not in gap.example.values()
        assert is_known == (gap.code == "gap")
        mentioned = _mentioned(content)
        for other_day, other, names in table:
            if names or other_day != ON or gap.code != "gap":
                continue
            if all(getattr(other, name) is not None for name in mentioned):
                assert not gap.detail  # today was told first
    COUNTED["tables over time: findings = brute force"] += 1


def _mentioned(content):
    names = set()
    for each in content["rules"]:
        for one in each["conditions"]:
            for member in one.get("any", [one]):
                names.add(member["fact"])
                operand = member.get("operand")
                if isinstance(operand, dict) and "fact" in operand:
                    names.add(operand["fact"])
    return names


# ------------------------------------------------------------------------ speed


@pytest.mark.parametrize("shape", large_tables.SHAPES)
def test_two_hundred_rules_over_eight_facts_take_less_than_two_seconds(shape):
    """Of the processor, so that a busy machine does not fail it; bench says how long."""
    subject = compiled(*large_tables.table(shape), thresholds=large_tables.LIMITS)
    start = time.process_time()
    findings = rules.find_problems(subject, on=ON, decisions=["gate"])
    seconds = time.process_time() - start
    assert len(subject.rules_for("gate")) == 200
    assert not any("undecided" in finding.code for finding in findings)
    assert seconds < 2, f"{seconds:.2f} s"


@pytest.mark.parametrize("shape", large_tables.LARGE_SHAPES)
def test_two_thousand_rules_take_seconds_and_every_question_is_answered(shape):
    """Four times what they take on a slow machine: what grows with the square fails."""
    pack_rules = large_tables.table(shape, large_tables.MANY)
    subject = compiled(*pack_rules, thresholds=large_tables.LIMITS)
    start = time.process_time()
    findings = rules.find_problems(subject, on=ON, decisions=["gate"])
    seconds = time.process_time() - start
    assert not any("undecided" in finding.code for finding in findings)
    assert seconds < 10, f"{seconds:.2f} s"


@pytest.mark.parametrize("wide", [1, 10])
def test_a_gap_behind_two_thousand_rules_is_found(wide):
    """Each of them has to be left one after the other: deeper than Python calls go."""
    cells = [
        rule(
            f"r{place}",
            [condition("days", "between", [place * wide, place * wide + wide - 1])],
        )
        for place in range(2_000)
    ]
    findings = found(*cells)
    assert findings.keys() == {("gap", "")}
    assert findings["gap", ""].example == {"days": -1}
    below = rule("below", [condition("days", "<", 0)])
    above = rule("above", [condition("days", "≥", 2_000 * wide)])
    assert found(*cells, below, above).keys() == {("gap_unset", "")}


# --------------------------------------------------------- texts and thresholds


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        ({"reason": "Grace {grace}."}, "unlooked_fact"),
        ({"i18n": {"zh_CN": {"reason": "宽限 {grace}。"}}}, "unlooked_fact"),
        ({"remedy": "Wait {grace}."}, "unlooked_remedy"),
        ({"i18n": {"zh_CN": {"remedy": "等 {grace}。"}}}, "unlooked_remedy"),
        ({"reason": "{days}", "remedy": "{days} {currency}"}, None),
    ],
)
def test_texts_that_name_what_no_rule_looks_at_are_found(texts, code):
    """In the reason and the remedy, in every language (R6)."""
    subject = compiled(
        rule(
            conditions=[
                {"any": [condition("days", "is set"), condition("days", "is not set")]}
            ],
            label="All",
            **texts,
        )
    )
    findings = rules.find_problems(subject, on=ON, decisions=["gate"])
    assert [finding.code for finding in findings] == ([code] if code else [])
    for finding in findings:
        assert "“Days of grace”" in rules.finding_text(subject, finding)


@pytest.mark.parametrize(
    ("one", "used"),
    [
        (rule(), []),
        (
            rule(conditions=[condition("days", ">", {"threshold": "days_max"})]),
            ["days_max"],
        ),
        (
            rule(
                conditions=[
                    condition("amount", ">", {"fact": "limit", "times": "share"})
                ]
            ),
            ["share"],
        ),
        (
            rule(
                conditions=[
                    condition("days", ">", {"threshold": "days_max", "times": "share"})
                ]
            ),
            ["days_max", "share"],
        ),
        (
            rule(outcome={"effect": "hold", "hours": {"threshold": "hours"}}),
            ["hours"],
        ),
        (rule(reason="{threshold.hours}"), ["hours"]),
        (rule(remedy="{threshold.share}"), ["share"]),
    ],
)
def test_a_threshold_is_used_wherever_a_rule_names_it(one, used):
    """In operands, factors, outcomes and texts (R6)."""
    limits = [
        threshold("days_max", "integer", 3, unit="days"),
        threshold("share", "ratio", "1.1"),
        threshold("hours", "integer", 4, unit="hours"),
    ]
    subject = compiled(one, thresholds=limits)
    unused = [
        finding.detail
        for finding in rules.find_problems(subject, on=ON)
        if finding.code == "unused_threshold"
    ]
    assert unused == [each["name"] for each in limits if each["name"] not in used]


def test_a_threshold_that_a_program_reads_is_used():
    """Though no rule looks at it: nobody should be told to take it away."""
    registry = rules.Registry()
    registry.add(FIRST)
    registry.reads("window")
    limits = [threshold("window", "integer", 3), threshold("spare", "integer", 1)]
    pack = rules.load_pack(pack_json(rule(), thresholds=limits))
    findings = rules.find_problems(rules.compile_pack(pack, registry), on=ON)
    assert [finding.detail for finding in findings] == ["spare"]
    assert registry.within(["rules"]).read_thresholds == {"window"}


def test_the_default_pack_has_no_threshold_that_nothing_reads():
    parts = sorted((rules_folder() / "data" / "packs").glob("*.json"))
    pack = rules.compile_pack(
        rules.load_pack_parts(part.read_bytes() for part in parts)
    )
    found = rules.find_problems(pack, on=ON)
    assert "unused_threshold" not in {finding.code for finding in found}


def test_a_threshold_used_in_a_translation_only_is_used():
    """Its value is shown to somebody."""
    one = rule(i18n={"zh_CN": {"reason": "{threshold.days_max}"}})
    subject = compiled(one, thresholds=[threshold("days_max", "integer", 3)])
    codes = [finding.code for finding in rules.find_problems(subject, on=ON)]
    assert "unused_threshold" not in codes
