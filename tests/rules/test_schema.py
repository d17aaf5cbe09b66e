"""The generated JSON schema."""

import json

from samples import REGISTRY

import rules


def test_schema_knows_decisions_facts_and_outcomes():
    """Editors offer what is declared."""
    schema = rules.pack_json_schema(REGISTRY)
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$defs"]["Rule"]["properties"]["decision"]["enum"] == [
        "gate",
        "holds",
    ]
    facts = [one["const"] for one in schema["$defs"]["facts.gate"]["oneOf"]]
    assert facts[:2] == ["amount", "limit"]
    outcome = schema["$defs"]["outcome.gate"]
    assert outcome["required"] == ["effect"]
    assert outcome["properties"]["effect"]["enum"] == ["hold", "release", None]


def test_schema_names_the_operators():
    """The canonical spellings."""
    schema = rules.pack_json_schema(REGISTRY)
    assert schema["$defs"]["Operator"]["enum"] == [
        each.value for each in rules.Operator
    ]
