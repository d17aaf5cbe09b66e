"""Decision tables out and in: what comes back decides the same (R8)."""

import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    COUNTED,
    ON,
    REGISTRY,
    Dice,
    SampleFacts,
    compiled,
    condition,
    examples,
    rule,
    threshold,
)

import rules
from rules import feel

PACKS = Path(rules.__file__).parent.parent / "data" / "packs"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
seeds = st.integers(min_value=0, max_value=2**64 - 1)
many = settings(max_examples=examples(150), deadline=None, database=None)
LIMIT = threshold("days_max", "integer", 3, unit="days", minimum=0, maximum=9)
SHARE = threshold("share", "ratio", "1.1", label="Tolerance")


def table(*pack_rules, thresholds=(), **options):
    """The exported file of one decision, as text."""
    return rules.dump_dmn(
        compiled(*pack_rules, thresholds=thresholds), **options
    ).decode()


def again(*pack_rules, thresholds=()):
    """The rules after going out and in."""
    return rules.load_dmn(table(*pack_rules, thresholds=thresholds), REGISTRY)


def cells(text, tag="inputEntry"):
    """The texts of all cells."""
    found = ElementTree.fromstring(text).iter(f"{DMN}{tag}")
    return [each.findtext(f"{DMN}text") for each in found]


def faults(text, registry=REGISTRY):
    """What is wrong with a file."""
    with pytest.raises(rules.PackError) as caught:
        rules.load_dmn(text, registry)
    return [str(fault) for fault in caught.value.faults]


# --------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("one", "cell"),
    [
        (condition("days", "=", 3), "3"),
        (condition("days", "≠", 3), "not(3, null)"),
        (condition("days", "<", {"threshold": "days_max"}), "< 3"),
        (condition("amount", "≤", "1.50"), "<= 1.5"),
        (condition("amount", ">", "-0.000001"), "> -0.000001"),
        (condition("days", "between", [0, {"threshold": "days_max"}]), "[0..3]"),
        (condition("tier", "in", ["key", "new"]), '"key", "new"'),
        (condition("tier", "not in", ["key", "new"]), 'not("key", "new", null)'),
        (condition("days", "is set"), "not(null)"),
        (condition("days", "is not set"), "null"),
        (condition("urgent", "=", False), "false"),
        (condition("due", "≥", "2026-01-31"), '>= date("2026-01-31")'),
        (condition("at", ">", "15:30"), '> time("15:30:00")'),
        (condition("note", "=", 'a"\\\n\x00'), '"a\\"\\\\\\n\\u0000"'),
        (condition("amount", "≥", {"fact": "limit"}), ">= limit"),
        (
            condition("amount", ">", {"fact": "limit", "times": "share"}),
            "> limit * 1.1",
        ),
        (
            {"any": [condition("days", ">", 3), condition("days", "is not set")]},
            "> 3, null",
        ),
    ],
)
def test_a_test_of_one_fact_is_a_cell(one, cell):
    """As FEEL writes it, with null said where FEEL would let it pass."""
    limits = [LIMIT, SHARE]
    assert cells(table(rule(conditions=[one]), thresholds=limits)) == [cell]
    [found] = again(rule(conditions=[one]), thresholds=limits).rules
    loaded = rules.load_pack(
        {"schema_version": 1, "name": "x", "rules": [rule(conditions=[one])]}
    )
    if "any" not in one and one["op"] not in ("≤", ">"):
        assert found.conditions == loaded.rules[0].conditions


@pytest.mark.parametrize(
    ("one", "expression"),
    [
        (
            condition("days", "=", {"fact": "grace"}),
            "(days != null) and (grace != null) and (days = grace)",
        ),
        (
            {
                "any": [
                    condition("days", ">", 3),
                    condition("tier", "in", ["key", "new"]),
                ]
            },
            '(days > 3) or (tier = "key") or (tier = "new")',
        ),
        (
            {"any": [condition("days", "≠", 3), condition("days", "<", 1)]},
            "((days != null) and (days != 3)) or (days < 1)",
        ),
    ],
)
def test_what_takes_more_is_a_column_of_its_own(one, expression):
    """Alternatives over several facts, and equality of two of them."""
    text = table(rule(conditions=[one]), rule("other"))
    inputs = ElementTree.fromstring(text).iter(f"{DMN}inputExpression")
    assert [each.findtext(f"{DMN}text") for each in inputs] == [expression]
    assert cells(text) == ["true", "-"]


def test_thresholds_come_back_with_their_names():
    """In cells, expressions, factors and answers, with bounds and translations."""
    limits = [
        {**LIMIT, "i18n": {"zh_CN": {"label": "天"}}},
        SHARE,
        threshold("hours", "integer", 4, unit="hours"),
        threshold("unused", "integer", 1),
    ]
    one = rule(
        conditions=[
            condition("days", "not in", [0, {"threshold": "days_max"}]),
            condition("amount", "<", {"fact": "limit", "times": "share"}),
            {
                "any": [
                    condition(
                        "grace", "=", {"threshold": "days_max", "times": "share"}
                    ),
                    condition("urgent", "=", True),
                ]
            },
        ],
        outcome={"effect": "hold", "hours": {"threshold": "hours"}},
        reason="At most {threshold.days_max}.",
        requirement=["O3"],
        i18n={"zh_CN": {"reason": "因"}},
        sequence=7,
        label="Late",
    )
    source = compiled(one, thresholds=limits).pack
    found = again(one, thresholds=limits)
    assert not rules.compare_packs(source, found.model_copy(update={"label": ""}))


def test_a_value_changed_elsewhere_is_that_value():
    """The name beside a cell counts only while the value is the threshold's."""
    one = rule(conditions=[condition("days", ">", {"threshold": "days_max"})])
    text = table(one, thresholds=[LIMIT])
    [found] = rules.load_dmn(text.replace("&gt; 3<", "&gt; 5<"), REGISTRY).rules
    assert found.conditions[0].operand == 5


def test_thresholds_in_effect_are_what_is_written():
    """A company's own value goes out, and comes back as the value."""
    one = rule(conditions=[condition("days", ">", {"threshold": "days_max"})])
    pack = compiled(one, thresholds=[LIMIT], days_max=5)
    text = rules.dump_dmn(pack)
    assert cells(text) == ["> 5"]
    [limit] = rules.load_dmn(text, REGISTRY).thresholds
    assert (limit.default, limit.maximum) == (5, 9)


def test_rules_for_a_time_have_a_column_for_the_day():
    """The day of the decision is an input like the facts."""
    dated = rule(valid_from="2026-01-01", valid_to="2026-12-31")
    text = table(dated, rule("later", valid_from="2027-01-01"), rule("always"))
    assert cells(text) == [
        '[date("2026-01-01")..date("2026-12-31")]',
        '>= date("2027-01-01")',
        "-",
    ]
    found = rules.load_dmn(text, REGISTRY).rules
    assert found[0].valid_to == date(2026, 12, 31)
    assert found[1].valid_from == date(2027, 1, 1) and not found[2].valid_from


def test_an_answer_that_is_given_although_it_is_the_default_stays_given():
    """And one that is left out stays left out; elsewhere a changed one counts."""
    said = rule("said", outcome={"effect": "hold", "cause": "-", "hours": None})
    left = rule("left", outcome={"effect": "hold", "cause": "-"})
    found = again(said, left).rules
    assert [each.outcome for each in found] == [said["outcome"], left["outcome"]]
    text = table(said, left)
    changed = rules.load_dmn(text.replace("<text>null<", "<text>4<"), REGISTRY).rules
    assert [each.outcome["hours"] for each in changed] == [4, 4]


def test_the_default_rules_come_back_the_same():
    """All decisions in one file: nothing differs, and it takes no time."""
    pack = rules.load_pack_parts(
        each.read_bytes() for each in sorted(PACKS.glob("*.json"))
    )
    subject = rules.compile_pack(pack)
    assert not rules.dmn_faults(subject)
    start = time.perf_counter()
    found = rules.load_dmn(rules.dump_dmn(subject))
    assert time.perf_counter() - start < 2
    diff = rules.compare_packs(pack, found)
    assert not (diff.cells or diff.thresholds or diff.rules)  # decision by decision


# ------------------------------------------------------- what cannot be said


@pytest.mark.parametrize(
    ("one", "path", "message"),
    [
        (
            rule(conditions=[condition("note", "=", "\ud800")]),
            "r.conditions[0]",
            "half",
        ),
        (
            rule(outcome={"effect": "hold", "cause": "\ud800"}),
            "r.outcome.cause",
            "half",
        ),
        (rule(label="\x00"), "r", "XML"),
        (rule(reason="a\x01"), "r", "XML"),
        (
            rule(
                conditions=[
                    condition("amount", ">", {"threshold": "long", "times": "fine"})
                ]
            ),
            "r.conditions[0]",
            "a number of 35 digits",
        ),
        (
            rule(
                conditions=[
                    condition("amount", ">", {"fact": "limit", "times": "fine"})
                ]
            ),
            "r.conditions[0]",
            "a number of 18 digits",
        ),
    ],
)
def test_what_cannot_be_expressed_is_refused_with_its_rule(one, path, message):
    """All of it at once, by rule and condition."""
    limits = [
        threshold("long", "money", "123456789012.345679"),
        threshold("fine", "ratio", "123456.123456789013"),
    ]
    subject = compiled(one, thresholds=limits)
    [fault] = rules.dmn_faults(subject)
    assert fault.path == path and message in fault.message
    with pytest.raises(rules.PackError):
        rules.dump_dmn(subject)


def test_facts_called_by_words_of_feel_are_refused():
    """A fact called date would be read as the function."""

    class Facts(rules.FactModel):
        date: int | None = rules.integer("Date")

    registry = rules.Registry()
    spec = rules.DecisionSpec("d", "D", Facts, REGISTRY.get("gate").outcome)
    registry.add(spec)
    one = rule(conditions=[condition("date", "=", 1)], decision="d")
    pack = rules.load_pack({"schema_version": 1, "name": "p", "rules": [one]})
    [fault] = rules.dmn_faults(rules.compile_pack(pack, registry))
    assert str(fault) == "d.date: fact 'date' is a word of FEEL"


# ------------------------------------------------------------- other's files


def foreign(cell="> 3", expression="days", answer='"hold"', policy="FIRST", **more):
    """A table as another tool writes it, without anything of ours."""
    namespace = more.get("namespace", DMN[1:-1])
    name = more.get("name", "gate")
    field = more.get("field", "effect")
    return f"""<definitions xmlns="{namespace}" id="d" name="Other Tool's" namespace="x">
      <decision id="{name}" name="Gate"><decisionTable hitPolicy="{policy}">
        <input label="Days"><inputExpression><text>{expression}</text>
        </inputExpression></input>
        <output name="{field}" />
        <rule><inputEntry><text><![CDATA[{cell}]]></text></inputEntry>
          <outputEntry><text><![CDATA[{answer}]]></text></outputEntry></rule>
      </decisionTable></decision></definitions>"""


@pytest.mark.parametrize(
    ("cell", "holds"),
    [
        ("> 3", [4, 5]),
        ("3", [3]),
        ("-", [None, 0, 3, 4, 5]),
        ("", [None, 0, 3, 4, 5]),
        ("not(3)", [None, 0, 4, 5]),
        ("not(3, null)", [0, 4, 5]),
        ("not(> 3)", [0, 3]),
        ("[3..5)", [3, 4]),
        ("]3..5]", [4, 5]),
        ("(3..5)", [4]),
        ("not([3..4])", [0, 5]),
        ("null", [None]),
        ("< 1, [4..9]", [0, 4, 5]),
        ("? > 3 and ? != 5", [4]),
        ("? != 3 or ? = 3", [None, 0, 3, 4, 5]),
        ("not(? = 3 or ? > 4)", [0, 4]),
        ("4 <= ?", [4, 5]),
        ("? between 3 and 4", [3, 4]),
        ("? in (3, 5)", [3, 5]),
        ("? in [3..4]", [3, 4]),
        ("? = null or ? in (0, [4..5))", [None, 0, 4]),
    ],
)
def test_cells_of_other_tools_mean_what_feel_means(cell, holds):
    """Also where FEEL lets what is not set pass: not(3) holds for it."""
    pack = rules.load_dmn(foreign(cell), REGISTRY)
    subject = rules.compile_pack(pack, REGISTRY, engine="plain")
    found = [
        days
        for days in (None, 0, 3, 4, 5)
        if subject.decide("gate", SampleFacts(days=days), on=ON).is_match
    ]
    assert found == holds


@pytest.mark.parametrize(
    ("expression", "cell", "holds"),
    [
        ("days = grace", "true", [(None, None), (3, 3)]),
        ("days = grace", "false", [(None, 3), (3, None), (3, 4)]),
        ("days != grace", "true", [(None, 3), (3, None), (3, 4)]),
        ("days > grace * 0.5", "true", [(3, 3), (3, 4)]),
        ("days > 3 or grace = null", "-", None),
        ("urgent", "true", []),
    ],
)
def test_expressions_of_other_tools_mean_what_feel_means(expression, cell, holds):
    """Two facts that are both not set are equal in FEEL."""
    pack = rules.load_dmn(foreign(cell, expression), REGISTRY)
    subject = rules.compile_pack(pack, REGISTRY, engine="plain")
    pairs = [(None, None), (None, 3), (3, None), (3, 3), (3, 4)]
    found = [
        (days, grace)
        for days, grace in pairs
        if subject.decide("gate", SampleFacts(days=days, grace=grace), on=ON).is_match
    ]
    assert found == (pairs if holds is None else holds)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"cell": "> "},
            "gate, row 1, column 1 ('Days'): cannot be said by conditions",
        ),
        ({"cell": "> 3 +"}, "cannot be read at '+'"),
        ({"cell": "foo(3)"}, "cannot be said by conditions at '('"),
        ({"cell": '> "x"'}, '"x" is not a integer'),
        ({"cell": 'date("2026-02-30")'}, "is not a date as YYYY-MM-DD"),
        ({"cell": "? > 3 and ? = null"}, "it is never true"),
        ({"expression": "dayz"}, "unknown fact 'dayz'; did you mean 'days'?"),
        ({"expression": "days * 2 = 1", "cell": "true"}, "with a fact as it is"),
        ({"cell": "0.0000000000001", "expression": "paid"}, "too many decimals"),
        ({"cell": "> paid * 0.0000000000001", "expression": "agreed"}, "too many"),
        ({"cell": "3", "expression": "days > 1"}, "expected true or -"),
        ({"answer": '"holt"'}, "'holt' is not a choice"),
        ({"answer": "3 * days"}, "is not a value"),
        ({"answer": ""}, "gate, row 1, outcome.effect: missing"),
        ({"field": "effekt"}, "unknown outcome field 'effekt'; did you mean 'effect'?"),
        ({"policy": "PRIORITY"}, "expected FIRST or UNIQUE"),
        ({"name": "gatte"}, "unknown decision 'gatte'; did you mean 'gate'?"),
        ({"namespace": "urn:x"}, "not DMN"),
    ],
)
def test_faults_name_row_and_column(options, message):
    """The author finds the cell."""
    found = faults(foreign(**options))
    assert any(message in each for each in found), found


def test_a_factor_without_a_threshold_becomes_one():
    """Rules multiply with thresholds only, so that an administrator can change them."""
    [limit] = rules.load_dmn(foreign("> grace * 1.5"), REGISTRY).thresholds
    assert (limit.name, limit.default) == ("factor_1_5", "1.5")


def test_rows_moved_elsewhere_are_asked_in_their_new_order():
    """The order of rows is the order of rules, whatever their numbers were."""
    text = table(rule("a", sequence=5), rule("b", sequence=9))
    root = ElementTree.fromstring(text)
    [body] = root.iter(f"{DMN}decisionTable")
    first = body.find(f"{DMN}rule")
    body.remove(first)
    body.append(first)
    found = rules.load_dmn(ElementTree.tostring(root), REGISTRY)
    subject = rules.compile_pack(found, REGISTRY)
    assert [each.name for each in subject.rules_for("gate")] == ["b", "a"]


# ------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]><definitions>&a;</definitions>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><definitions/>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><x/>',
        "<definitions>&unknown;</definitions>",
        "<a>" * 100 + "</a>" * 100,
        "",
        "no xml",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="utf-99"?><a/>',
        "<definitions/>",
        '<x:definitions xmlns:x="urn:other"/>',
        "<a" + " " * (17 * 1024 * 1024) + "/>",
        foreign("(" * 300),
        foreign("not(" * 60 + "3" + ")" * 60),
        foreign("> " + "9" * 200),
        foreign("? = 1 and ? = 2 or " * 30 + "? = 3"),
        foreign('"' + "x" * 30_000 + '"'),
        foreign("\\u0000"),
        foreign("__import__('os')"),
    ],
)
def test_hostile_files_are_refused_at_once(text):
    """Nothing is fetched, nothing is run, nothing grows; the error is one of ours."""
    start = time.perf_counter()
    assert faults(text)
    assert time.perf_counter() - start < 2


@given(st.text(alphabet='?<>=![]().,*- 0123456789"\\andortu\n', max_size=40))
@settings(max_examples=examples(400), deadline=None)
def test_no_text_in_a_cell_breaks_the_reader(text):
    """It is read, or refused with a reason."""
    try:
        feel.read_test(text, "days")
        feel.read_expression(text)
    except feel.FeelError as err:
        assert str(err)


# ---------------------------------------------------------------- properties


@many
@given(seeds)
def test_what_comes_back_decides_the_same(seed):
    """Random packs over all types, facts compared, groups, dates, thresholds."""
    dice = Dice(seed)
    content = dice.content()
    text = repr(content)
    if "\\ud800" in text:  # refused, and tested above
        content = _without_halves(content)
    before = rules.compile_pack(rules.load_pack(content), REGISTRY, engine="plain")
    if rules.dmn_faults(before):
        COUNTED["random packs that a decision table cannot express"] += 1
        return
    after = rules.compile_pack(
        rules.load_dmn(rules.dump_dmn(before), REGISTRY), REGISTRY, engine="plain"
    )
    for _ in range(40):
        facts = dice.facts()
        for decision in ("gate", "holds"):
            one = before.decide(decision, facts, on=ON)
            two = after.decide(decision, facts, on=ON)
            assert one.matched == two.matched
            COUNTED["decisions: after DMN = before"] += 1


def _without_halves(value):
    if isinstance(value, dict):
        return {key: _without_halves(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_halves(each) for each in value]
    return "half" if value == "\ud800" else value


@many
@given(
    st.one_of(
        st.decimals(allow_nan=False, allow_infinity=False, places=6),
        st.text(alphabet=st.characters(exclude_categories=["Cs"])),
        st.dates(),
        st.booleans(),
        st.none(),
    )
)
def test_every_value_is_read_as_it_was_written(value):
    """Numbers without exponents, texts with escapes."""
    if isinstance(value, Decimal) and abs(value) > 10**18:
        return
    assert feel.read_literal(feel.write_literal(value)).value == value
