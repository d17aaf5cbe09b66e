"""The JSON schema of packs, generated from the language and the declarations.

Place in event → facts → **decide** → record → apply: for editors and for whoever
writes a pack by hand. The schema knows which facts and outcomes each decision
has; ``check_pack`` remains the judge of everything else.

>>> pack_json_schema(Registry())["title"]
'Rule pack'
"""

from __future__ import annotations

from typing import Any

from .language import Pack
from .registry import REGISTRY, DecisionSpec, Registry


def pack_json_schema(registry: Registry = REGISTRY) -> dict[str, Any]:
    """The schema of packs for the decisions of a registry."""
    schema = Pack.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Rule pack"
    definitions = schema.setdefault("$defs", {})
    rule = definitions["Rule"]
    rule["properties"]["decision"]["enum"] = [spec.name for spec in registry]
    rule["allOf"] = [_branch(spec) for spec in registry]
    for spec in registry:
        definitions[f"facts.{spec.name}"] = _facts_schema(spec)
        definitions[f"outcome.{spec.name}"] = _outcome_schema(spec)
    return schema


def _branch(spec: DecisionSpec) -> dict[str, Any]:
    """What a rule of this decision may name."""
    fact = {"properties": {"fact": {"$ref": f"#/$defs/facts.{spec.name}"}}}
    group = {"properties": {"any": {"items": fact}}}
    conditions = {"items": {"allOf": [fact, group]}}
    outcome = {"$ref": f"#/$defs/outcome.{spec.name}"}
    return {
        "if": {"properties": {"decision": {"const": spec.name}}},
        "then": {"properties": {"conditions": conditions, "outcome": outcome}},
    }


def _facts_schema(spec: DecisionSpec) -> dict[str, Any]:
    return {
        "title": f"Facts of {spec.label}",
        "description": spec.help,
        "oneOf": [
            {
                "const": field.name,
                "title": field.label,
                "description": "; ".join(filter(None, (field.help, field.unit))),
            }
            for field in spec.fact_fields.values()
        ],
    }


def _outcome_schema(spec: DecisionSpec) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for field in spec.outcome_fields.values():
        properties[field.name] = {"title": field.label, "description": field.help}
        if field.choices is not None:
            properties[field.name]["enum"] = [*field.choices, None]
    return {
        "title": f"Outcome of {spec.label}",
        "properties": properties,
        "required": [
            field.name for field in spec.outcome_fields.values() if field.required
        ],
        "additionalProperties": False,
    }
