"""Packs are read whole or refused, with the path of each fault."""

import json

import pytest
from samples import condition, pack, pack_json, rule, threshold

import rules


def refusal(content):
    """The text with which a pack is refused."""
    with pytest.raises(rules.PackError) as caught:
        rules.load_pack(content)
    return str(caught.value)


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (
            condition("days", "=>", 3),
            (
                "rules[0].conditions[0].op: unknown operator '=>'; expected one of =, "
                "≠, <, "
                "≤, >, ≥, between, in, not in, is set, is not set; did you mean '>'?"
            ),
        ),
        (
            condition("Days", "=", 3),
            (
                "rules[0].conditions[0].fact: 'Days' is not a name; expected a-z, "
                "0-9 and "
                "_, starting with a letter"
            ),
        ),
        (
            condition("days", "=", {"treshold": "x"}),
            (
                "rules[0].conditions[0].operand.threshold: missing\n"
                "rules[0].conditions[0].operand.treshold: unknown key 'treshold'; "
                "did you "
                "mean 'threshold'?"
            ),
        ),
        (
            condition("days", "="),
            (
                "rules[0].conditions[0].operand: does not go with '='; expected "
                "one value, "
                "threshold or fact"
            ),
        ),
        (
            condition("days", "=", [1, 2]),
            (
                "rules[0].conditions[0].operand: does not go with '='; expected "
                "one value, "
                "threshold or fact"
            ),
        ),
        (
            condition("days", "between", [1]),
            (
                "rules[0].conditions[0].operand: does not go with 'between'; expected "
                "[low, high]"
            ),
        ),
        (
            condition("days", "in", []),
            (
                "rules[0].conditions[0].operand: does not go with 'in'; expected "
                "a list of "
                "values"
            ),
        ),
        (
            condition("days", "is set", 1),
            (
                "rules[0].conditions[0].operand: does not go with 'is set'; "
                "expected no "
                "operand"
            ),
        ),
        (
            {"any": [condition("days", "in", [[1]])]},
            (
                "rules[0].conditions[0].any[0].operand[0]: a list of 1 is not a value; "
                "expected a number, a text, true or false"
            ),
        ),
        (
            {"any": []},
            "rules[0].conditions[0].any: is empty; expected conditions",
        ),
        (
            {"any": [{"any": [condition("days", "=", 1)]}]},
            (
                "rules[0].conditions[0].any[0].fact: missing\n"
                "rules[0].conditions[0].any[0].op: missing\n"
                "rules[0].conditions[0].any[0].any: unknown key 'any'"
            ),
        ),
    ],
)
def test_faulty_condition_is_refused(one, text):
    """The path leads to the very place."""
    assert refusal(pack_json(rule(conditions=[one]))) == text


def test_faults_of_the_whole_pack_are_told_at_once():
    """An administrator corrects a pack once, not fault by fault."""
    content = pack_json(
        rule("Bad name", valid_from="2026-02-01", valid_to="2026-01-01"),
        rule("ok", sequence="10", colour="red"),
        thresholds=[threshold("x", "int", None)],
    )
    content["schema_version"] = 2
    assert refusal(content).splitlines() == [
        "schema_version: Input should be less than or equal to 1 (got 2)",
        (
            "thresholds[0].type: not one of the value types money, ratio, quantity, "
            "integer, date, time, boolean, choice, text (got 'int')"
        ),
        (
            "thresholds[0].default: None is not a value; expected a number, a "
            "text, true "
            "or false"
        ),
        (
            "rules[0].name: 'Bad name' is not a name; expected a-z, 0-9 and "
            "_, starting "
            "with a letter"
        ),
        (
            "rules[0].valid_to: 2026-01-01 is before valid_from; expected "
            "2026-02-01 or "
            "later"
        ),
        "rules[1].sequence: Input should be a valid integer (got '10')",
        "rules[1].colour: unknown key 'colour'",
    ]


def test_a_pack_survives_export_and_import():
    """Also its hash does, and numbers keep their digits."""
    first = pack(
        rule(
            "a",
            [
                condition("amount", ">", 0.1),
                {"any": [condition("tier", "in", ["key", "low"])]},
                condition("days", ">=", {"fact": "grace", "times": "r"}),
            ],
            valid_to="2026-12-31",
            i18n={"zh_CN": {"reason": "原因"}},
        ),
        thresholds=[threshold("r", "ratio", 1.5)],
    )
    again = rules.load_pack(first.to_json())
    assert again == first
    assert again.canonical == first.canonical
    assert again.rules[0].conditions[0].operand == "0.1"
    assert hash(rules.compile_pack(pack(), rules.Registry()).version)


def test_numbers_of_json_are_exact():
    """A tenth is a tenth, however many digits."""
    text = json.dumps(pack_json(rule(conditions=[condition("amount", "=", 1)])))
    found = rules.load_pack(
        text.replace('"operand": 1', '"operand": 0.1000000000000000001')
    )
    assert found.rules[0].conditions[0].operand == "0.1000000000000000001"


def test_bytes_and_byte_order_marks_are_read():
    """Files come as bytes, some with a mark."""
    content = json.dumps(pack_json(rule()))
    for source in (content, content.encode(), b"\xef\xbb\xbf" + content.encode()):
        assert rules.load_pack(source).rules[0].name == "r"


def test_parts_of_a_pack_are_read_as_one() -> None:
    """A topic's file goes on where the one before ended."""
    first = pack_json(thresholds=[threshold("one", "integer", 1)])
    second = {"thresholds": [threshold("other", "integer", 2)]}
    whole = rules.load_pack_parts([json.dumps(first), json.dumps(second)])
    assert [each.name for each in whole.thresholds] == ["one", "other"]
    assert whole.name == first["name"]


def test_a_part_that_says_more_is_refused() -> None:
    """A second header would silently win or lose; neither is wanted."""
    first = pack_json()
    with pytest.raises(rules.PackError, match=r"part\[1\]: has 'name'"):
        rules.load_pack_parts([json.dumps(first), json.dumps({"name": "else"})])
