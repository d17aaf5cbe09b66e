"""Hostile input is either right or refused with a clear error."""

import json

import pytest
from samples import (
    ON,
    REGISTRY,
    SampleFacts,
    compiled,
    condition,
    matches,
    pack_json,
    rule,
)

import rules

PLAIN = json.dumps(pack_json(rule(conditions=[condition("amount", ">", 1)])))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("", "not JSON at line 1 column 1: Expecting value; expected a JSON object"),
        ("[]", "not a JSON object; expected an object"),
        ("null", "not a JSON object; expected an object"),
        (b"\xff\xfe", "not UTF-8 at byte 0; expected UTF-8 text"),
        ('{"a": 1, "a": 2}', "key 'a' twice; expected each key once"),
        ('{"a": NaN}', "NaN is not a number of JSON; expected a finite number"),
        (
            '{"a": -Infinity}',
            "-Infinity is not a number of JSON; expected a finite number",
        ),
        ('{"a": 1e999999999}', "a: Decimal('1E+999999999') is out of range"),
        ('{"a": 1' + "0" * 5000 + "}", "number of 5001 digits; expected fewer digits"),
        (
            '{"a": 0.' + "1" * 5000 + "}",
            "number of 5002 characters; expected fewer digits",
        ),
        ("[" * 100_000, "nested too deeply; expected at most 20 levels"),
        ('{"a":' * 50 + "1" + "}" * 50, ".".join("a" * 21) + ": nested too deeply"),
    ],
    ids=range(12),
)
def test_source_is_refused(source, text):
    """Not one of them is half read."""
    with pytest.raises(rules.PackError) as caught:
        rules.load_pack(source)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "number", ["1e13", "1e60", "-1e13", "1" * 90, "0.0000001", "1e-50", '"1e999999"']
)
def test_numbers_out_of_bounds_are_refused_with_their_path(number):
    """The same bounds for both evaluators."""
    content = PLAIN.replace('"operand": 1', f'"operand": {number}')
    found = rules.check_pack(rules.load_pack(content), REGISTRY)
    assert [fault.path for fault in found] == ["rules[0].conditions[0].operand"]


def test_objects_of_python_are_refused():
    """A mapping may hold anything; a pack may not."""
    content = pack_json(rule())
    content["label"] = object
    content["rules"][0]["outcome"] = {1: 2}
    with pytest.raises(rules.PackError) as caught:
        rules.load_pack(content)
    assert str(caught.value).splitlines() == [
        "rules[0].outcome: key 1 is not a text",
        "label: <class 'object'> is not JSON",
    ]


def test_too_many_rules_are_refused():
    """Ten thousand are a pack, one more is a mistake."""
    content = pack_json(*(rule(f"r{place}") for place in range(10_001)))
    with pytest.raises(rules.PackError) as caught:
        rules.load_pack(content)
    assert caught.value.path == "rules"
    content["rules"].pop()
    assert len(rules.load_pack(content).rules) == 10_000


def test_a_rule_may_be_as_large_as_the_language_allows():
    """A hundred conditions, a thousand values; both evaluators agree."""
    engines = ["plain"]
    if rules.engine_status().name == "durable_rules":
        engines.append("durable")
    conditions = [condition("days", "≠", place) for place in range(98)]
    conditions.append(condition("days", "not in", list(range(1000))))
    conditions.append({"any": [condition("days", "=", 2000 + n) for n in range(100)]})
    for engine in engines:
        assert matches(conditions, engine, days=2050)
        assert not matches(conditions, engine, days=500)
        assert not matches(conditions, engine, days=-1)


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "\u202e", '"}', "{days}", "%s", "𝔘", "a" * 10_000]
)
def test_odd_texts_stay_what_they_are(text):
    """In facts, in conditions, in reasons, in bytes."""
    escaped = text.replace("{", "{{").replace("}", "}}")
    # JSON texts that are no text at all stay out of what people read.
    reason = "" if text == "\ud800" else (escaped + "{note}")[:10_000]
    subject = compiled(rule(conditions=[condition("note", "=", text)], reason=reason))
    decision = subject.decide("gate", SampleFacts(note=text), on=ON)
    assert decision.is_match
    assert decision.reason.startswith(text if reason else "r")
    assert rules.Decision.from_bytes(decision.to_bytes()) == decision
    other = SampleFacts(note=text + "x" if len(text) < 10_000 else "x")
    assert not subject.decide("gate", other, on=ON).is_match


def test_an_empty_pack_decides_nothing():
    """And says so."""
    subject = compiled()
    decision = subject.decide("gate", SampleFacts(), on=ON)
    assert decision.reason == "No rule of gate matched."
