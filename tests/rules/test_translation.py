"""Texts in the reader's language: words of the core, and the default pack."""

import ast
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from samples import ON, SampleFacts, compiled, condition, rule, threshold

import rules

ADDON = Path(rules.__file__).parent.parent
PACK = rules.load_pack_parts(
    part.read_bytes() for part in sorted((ADDON / "data/packs").glob("default*.json"))
)
LANGUAGE = "zh_CN"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORDS = {
    "days": "天",
    "pcs": "件",
    "min": "分钟",
    "yes": "是",
    "no": "否",
    "not set": "未设置",
    "a value": "有值",
    "Low volume": "低销量",
}


def translate(text):
    """The translator of these tests; what it does not know stays."""
    return WORDS.get(text, text)


@pytest.mark.parametrize(
    ("fact", "value", "shown"),
    [
        ("days", 5, "5 天"),
        ("ordered", Decimal("1.5"), "1.5 件"),
        ("urgent", True, "是"),
        ("urgent", False, "否"),
        ("tier", "low", "低销量"),
        ("amount", Decimal("1200"), "1,200.00 CNY"),
        ("paid", Decimal("0.3"), "30%"),
        ("due", date(2026, 3, 16), "2026-03-16"),
        ("note", "no", "no"),
        ("days", None, "未设置"),
    ],
)
def test_words_of_a_value_are_translated_and_nothing_else(fact, value, shown):
    """Units, choices, yes, no and "not set" are words; figures and texts are not."""
    field = SampleFacts.fields_by_name[fact]
    assert rules.format_value(field, value, "CNY", translate) == shown


def told_rule():
    """A rule whose texts name a unit, a choice, a boolean and nothing."""
    return compiled(
        rule(
            conditions=[condition("days", ">", {"threshold": "days_max"})],
            reason="{days} {tier} {urgent} {due} {threshold.days_max}",
            remedy="Wait {days}.",
            i18n={"zh_CN": {"reason": "{days},{tier},{urgent},{due}", "label": "规则"}},
        ),
        thresholds=[threshold("days_max", "integer", 3, unit="days")],
    )


FACTS = SampleFacts(days=5, tier="low", urgent=True)


def test_rendered_texts_hold_words_of_the_language():
    """What the pack does not translate still gets its words translated."""
    subject = told_rule()
    decision = subject.decide("gate", FACTS, on=ON)
    (texts,) = subject.render(decision, LANGUAGE, translate)
    assert (texts.label, texts.reason, texts.remedy) == (
        "规则",
        "5 天,低销量,是,未设置",
        "Wait 5 天.",
    )


def test_a_stored_decision_renders_like_a_fresh_one():
    """What was recorded is shown in any language later."""
    subject = told_rule()
    decision = subject.decide("gate", FACTS, on=ON)
    stored = rules.Decision.from_bytes(decision.to_bytes())
    assert subject.render(stored, LANGUAGE, translate) == subject.render(
        decision, LANGUAGE, translate
    )


def test_a_decision_stays_english_whoever_looks():
    """Rendering in a language changes neither bytes nor reason."""
    subject = told_rule()
    decision, untouched = (subject.decide("gate", FACTS, on=ON) for _try in "ab")
    subject.render(decision, LANGUAGE, translate)
    assert decision.reason == "5 days Low volume yes not set 3 days"
    assert decision.to_bytes() == untouched.to_bytes()


@pytest.mark.parametrize(
    ("one", "facts", "seen", "needed", "distance"),
    [
        (condition("days", ">", 9), {"days": 5}, "5 天", "9 天", "4 天"),
        (condition("urgent", "=", True), {"urgent": False}, "否", "是", None),
        (condition("limit", "is set"), {}, "未设置", "有值", None),
        (condition("limit", "is not set"), {}, "未设置", "未设置", None),
        (
            condition("due", "<", "2026-03-16"),
            {"due": "2026-03-20"},
            "2026-03-20",
            "2026-03-16",
            "4 天",
        ),
        (condition("at", "<", "15:30"), {"at": "16:00"}, "16:00", "15:30", "30 分钟"),
    ],
)
def test_explained_conditions_hold_words_of_the_language(
    one, facts, seen, needed, distance
):
    """Seen, needed and distance alike."""
    subject = compiled(rule(conditions=[one], reason="{days}"))
    told = subject.explain("gate", SampleFacts(**facts), on=ON, translate=translate)
    (row,) = told.rules[0].conditions
    assert (row.seen, row.needed, row.distance) == (seen, needed, distance)
    assert told.rules[0].reason == translate("not set") or facts.get("days")


# -------------------------------------------------------- words are marked


def marked():
    """All texts inside ``_()`` in the core, as Odoo's extraction finds them."""
    found = set()
    for path in (ADDON / "rules").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "_"
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(node.args[0].value)
    return found


def asked_words():
    """Every word that telling about the default pack asks a translator for."""
    asked = set()

    def ask(text):
        asked.add(text)
        return text

    subject = rules.compile_pack(PACK)
    for spec in rules.REGISTRY:
        for value in (None, 0, 1):
            facts = spec.facts(
                **{
                    field.name: 1 if value is None else str(value)
                    for field in spec.fact_fields.values()
                    if field.type in ("money", "integer", "ratio", "quantity")
                    and value is not None
                }
            )
            subject.explain(spec.name, facts, on=ON, lang=LANGUAGE, translate=ask)
    return asked


def test_every_word_shown_is_marked_for_extraction():
    """A label, unit or word that is not marked would stay English for ever."""
    symbols = {operator.value for operator in rules.Operator if len(operator) == 1}
    declared = {
        text
        for spec in rules.REGISTRY
        for field in [*spec.fact_fields.values(), *spec.outcome_fields.values()]
        for text in [
            field.label,
            field.help,
            field.unit,
            *(field.choices or {}).values(),
        ]
        if text
    }
    names = {text for spec in rules.REGISTRY for text in (spec.label, spec.help)}
    units = {item.unit for item in PACK.thresholds if item.unit}
    asked = asked_words()
    assert "days" in asked and "not set" in asked
    assert (asked | declared | names | units) - symbols <= marked()


@pytest.mark.parametrize("operator", [one for one in rules.Operator if len(one) > 1])
def test_operators_that_are_words_are_marked(operator):
    """ "between" is a word, "≤" is not."""
    assert operator.value in marked()


# ---------------------------------------------------- the default pack


def references(text):
    """The facts and thresholds that a text names, with how often."""
    template = rules.Template(text)
    assert not template.faults
    return sorted(template.names("fact")), sorted(template.names("threshold"))


@pytest.mark.parametrize("item", PACK.rules, ids=lambda item: item.name)
@pytest.mark.parametrize("text", ["label", "reason", "remedy"])
def test_every_rule_speaks_chinese(item, text):
    """Label, reason and remedy; with the same facts and thresholds in them."""
    english = getattr(item, text)
    chinese = getattr(item.i18n[LANGUAGE], text) or ""
    assert bool(english) == bool(chinese)
    assert not english or CHINESE.search(chinese)
    assert references(chinese) == references(english)


@pytest.mark.parametrize("item", PACK.thresholds, ids=lambda item: item.name)
@pytest.mark.parametrize("text", ["label", "help"])
def test_every_threshold_speaks_chinese(item, text):
    """Label and help."""
    assert CHINESE.search(getattr(item.i18n[LANGUAGE], text) or "")


def test_equal_texts_are_translated_equally():
    """The same English text in two rules has one Chinese text."""
    for text in ("label", "reason", "remedy"):
        seen = {}
        for item in PACK.rules:
            chinese = getattr(item.i18n[LANGUAGE], text)
            assert seen.setdefault(getattr(item, text), chinese) == chinese
