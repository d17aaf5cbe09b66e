"""Does a pack fit the declared decisions? Names, types, units, bounds, texts.

Place in event → facts → **decide** → record → apply: asked when a pack is saved,
imported and compiled. One walk gives both the faults and the typed rules, so
what was checked is what runs. Whether rules contradict or leave gaps is not
asked here.

>>> from .language import load_pack
>>> pack = load_pack({"schema_version": 1, "name": "p", "thresholds": [
...     {"name": "days", "type": "integer", "default": 9, "maximum": 5}]})
>>> print(check_pack(pack, Registry())[0])
thresholds[0].default: 9 is above the maximum; expected at most 5
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .errors import Fault, nearest, short
from .facts import FieldSpec, fault_at
from .language import (
    LIST_OPERATORS,
    ORDER_OPERATORS,
    SET_OPERATORS,
    AnyGroup,
    Condition,
    FactOperand,
    Pack,
    Rule,
    Threshold,
    ThresholdOperand,
)
from .program import Clause, Comparison, Constant, FactTerm, Term, TypedRule
from .registry import REGISTRY, DecisionSpec, Registry
from .templates import Template
from .values import (
    NUMBER_TYPES,
    ORDERED_TYPES,
    Described,
    FactType,
    ValueFault,
    multiply,
    parse_value,
    to_json,
    with_article,
)

_GONE = ("unknown_decision", "unknown_fact", "unknown_outcome_field")
"""What becomes of a rule when the addon is gone that declared what it looks at."""


def check_pack(pack: Pack, registry: Registry = REGISTRY) -> tuple[Fault, ...]:
    """All faults of a pack, in its order; empty when it can be compiled."""
    return type_pack(pack, registry).faults


@dataclass(frozen=True)
class TypedPack:
    """What the walk found."""

    thresholds: Mapping[str, Any]
    rules: tuple[TypedRule, ...]
    faults: tuple[Fault, ...]
    set_aside: tuple[Rule, ...] = ()


def type_pack(
    pack: Pack,
    registry: Registry,
    overrides: Mapping[str, object] | None = None,
    *,
    keep_going: bool = False,
) -> TypedPack:
    """Resolve and check everything in a pack.

    :param keep_going: set rules aside whose only fault is that the decision or a fact
        is not declared, instead of refusing the pack
    """
    walk = _Walk(registry, keep_going)
    walk.thresholds_of(pack.thresholds, overrides or {})
    rules = walk.rules_of(pack.rules)
    return TypedPack(
        walk.values, tuple(rules), tuple(walk.faults), tuple(walk.set_aside)
    )


@dataclass
class _Walk:
    registry: Registry
    keep_going: bool = False
    faults: list[Fault] = field(default_factory=list)
    set_aside: list[Rule] = field(default_factory=list)
    thresholds: dict[str, Threshold] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def add(
        self,
        path: str,
        code: str,
        message: str,
        value: object = None,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.faults.append(Fault(path, code, message, value, expected, suggestion))

    def unknown(self, path: str, noun: str, name: str, known: Iterable[str]) -> None:
        self.add(
            path,
            f"unknown_{noun.replace(' ', '_')}",
            f"unknown {noun} {short(name)}",
            name,
            suggestion=nearest(name, known),
        )

    def value(self, path: str, spec: Described, raw: object) -> Any:
        try:
            return parse_value(spec, raw)
        except ValueFault as fault:
            self.faults.append(fault_at(path, fault))
            return None

    # ------------------------------------------------------- thresholds

    def thresholds_of(
        self, thresholds: tuple[Threshold, ...], overrides: Mapping[str, object]
    ) -> None:
        for index, threshold in enumerate(thresholds):
            path = f"thresholds[{index}]"
            if threshold.name in self.thresholds:
                self.add(
                    f"{path}.name",
                    "duplicate",
                    f"threshold {threshold.name!r} is already there",
                    threshold.name,
                )
                continue
            self.thresholds[threshold.name] = threshold
            self.values[threshold.name] = self.threshold(path, threshold, overrides)
        for name in overrides:
            if name not in self.thresholds:
                self.unknown(f"thresholds.{name}", "threshold", name, self.thresholds)

    def threshold(
        self, path: str, threshold: Threshold, overrides: Mapping[str, object]
    ) -> Any:
        if threshold.type is FactType.CHOICE:
            self.add(f"{path}.type", "type", "a threshold cannot be a choice")
            return None
        low = self.value(f"{path}.minimum", threshold, threshold.minimum)
        high = self.value(f"{path}.maximum", threshold, threshold.maximum)
        default = self.required(f"{path}.default", threshold, threshold.default)
        self.bounds(f"{path}.default", threshold, default, low, high)
        if threshold.name not in overrides:
            return default
        path = f"thresholds.{threshold.name}"
        value = self.required(path, threshold, overrides[threshold.name])
        self.bounds(path, threshold, value, low, high)
        return value

    def required(self, path: str, spec: Described, raw: object) -> Any:
        before = len(self.faults)
        value = self.value(path, spec, raw)
        if value is None and len(self.faults) == before:
            self.add(
                path, "missing", "has no value", raw, f"{with_article(spec.type)} value"
            )
        return value

    def bounds(
        self, path: str, threshold: Threshold, value: Any, low: Any, high: Any
    ) -> None:
        if low is None and high is None:
            return
        if threshold.type not in ORDERED_TYPES:
            self.add(path, "bounds", f"a {threshold.type} value has no bounds", value)
        elif value is None:
            return
        elif low is not None and value < low:
            shown = to_json(value)
            bound = f"at least {to_json(low)}"
            self.add(path, "bounds", f"{shown} is below the minimum", value, bound)
        elif high is not None and value > high:
            shown = to_json(value)
            bound = f"at most {to_json(high)}"
            self.add(path, "bounds", f"{shown} is above the maximum", value, bound)

    def threshold_named(self, path: str, name: str) -> Threshold | None:
        if name not in self.thresholds:
            self.unknown(path, "threshold", name, self.thresholds)
        return self.thresholds.get(name)

    # ------------------------------------------------------------ rules

    def rules_of(self, rules: tuple[Rule, ...]) -> list[TypedRule]:
        typed: list[TypedRule] = []
        seen: set[str] = set()
        for index, rule in enumerate(rules):
            path = f"rules[{index}]"
            if rule.name in seen:
                self.add(
                    f"{path}.name",
                    "duplicate",
                    f"rule {rule.name!r} is already there",
                    rule.name,
                )
            seen.add(rule.name)
            before = len(self.faults)
            if rule.decision in self.registry:
                read = self.rule(path, rule, self.registry.get(rule.decision))
            else:
                read = None
                known = [spec.name for spec in self.registry]
                self.unknown(f"{path}.decision", "decision", rule.decision, known)
            found = self.faults[before:]
            if self.keep_going and found and all(f.code in _GONE for f in found):
                del self.faults[before:]
                self.set_aside.append(rule)
            elif read is not None:
                typed.append(read)
        return typed

    def rule(self, path: str, rule: Rule, spec: DecisionSpec) -> TypedRule:
        clauses: list[Clause] = []
        groups = 0
        for index, condition in enumerate(rule.conditions):
            here = f"{path}.conditions[{index}]"
            if isinstance(condition, AnyGroup):
                members = [
                    self.comparison(f"{here}.any[{position}]", member, spec)
                    for position, member in enumerate(condition.any_of)
                ]
                clauses.append(Clause(tuple(filter(None, members)), groups))
                groups += 1
            else:
                comparison = self.comparison(here, condition, spec)
                clauses.append(Clause((comparison,) if comparison else ()))
        self.texts(path, rule, spec)
        return TypedRule(rule, tuple(clauses), self.outcome(path, rule, spec))

    def outcome(self, path: str, rule: Rule, spec: DecisionSpec) -> dict[str, Any]:
        fields = spec.outcome_fields
        content: dict[str, Any] = {}
        for name, raw in rule.outcome.items():
            here = f"{path}.outcome.{name[:80]}"
            if name not in fields:
                self.unknown(here, "outcome field", name, fields)
            elif isinstance(raw, ThresholdOperand):
                content[name] = self.threshold_value(here, fields[name], raw)
            else:
                content[name] = self.value(here, fields[name], raw)
        for name, model_field in spec.outcome.model_fields.items():
            if not model_field.is_required():
                content.setdefault(name, model_field.default)
            elif rule.outcome.get(name) is None:
                self.add(f"{path}.outcome.{name}", "missing", "missing")
        return {name: to_json(content.get(name)) for name in fields}

    def texts(self, path: str, rule: Rule, spec: DecisionSpec) -> None:
        sources = {"reason": rule.reason, "remedy": rule.remedy}
        for lang, texts in rule.i18n.items():
            sources[f"i18n.{lang[:80]}.reason"] = texts.reason or ""
            sources[f"i18n.{lang[:80]}.remedy"] = texts.remedy or ""
        for place, source in sources.items():
            if "{" in source or "}" in source:
                self.template(f"{path}.{place}", Template(source), spec)

    def template(self, path: str, template: Template, spec: DecisionSpec) -> None:
        for message in template.faults:
            self.add(path, "template", message, expected="{fact} or {threshold.name}")
        for name in template.names("fact"):
            if name not in spec.fact_fields:
                self.unknown(path, "fact", name, spec.fact_fields)
        for name in template.names("threshold"):
            self.threshold_named(path, name)

    # ------------------------------------------------------- conditions

    def comparison(
        self, path: str, condition: Condition, spec: DecisionSpec
    ) -> Comparison | None:
        fact = spec.fact_fields.get(condition.fact)
        if fact is None:
            self.unknown(f"{path}.fact", "fact", condition.fact, spec.fact_fields)
            return None
        operator = condition.op
        if operator in ORDER_OPERATORS and fact.type not in ORDERED_TYPES:
            self.add(
                f"{path}.op",
                "operator_type",
                f"'{operator}' does not go with the {fact.type} fact {fact.name!r}",
                operator.value,
                "one of =, ≠, in, not in, is set, is not set",
            )
            return None
        if operator in SET_OPERATORS:
            return Comparison(fact, operator)
        terms = self.terms(f"{path}.operand", condition, fact, spec)
        if any(term is None for term in terms):
            return None
        return Comparison(fact, operator, tuple(term for term in terms if term))

    def terms(
        self, path: str, condition: Condition, fact: FieldSpec, spec: DecisionSpec
    ) -> list[Term | None]:
        operand = condition.operand
        if not isinstance(operand, tuple):
            return [self.term(path, operand, fact, spec)]
        if condition.op in LIST_OPERATORS:
            for index, item in enumerate(operand):
                if isinstance(item, FactOperand):
                    self.add(
                        f"{path}[{index}]",
                        "operand_shape",
                        f"a fact does not go into the list of '{condition.op}'",
                        item.fact,
                        "values and thresholds",
                    )
        return [
            self.term(f"{path}[{index}]", item, fact, spec)
            for index, item in enumerate(operand)
        ]

    def term(
        self, path: str, operand: Any, fact: FieldSpec, spec: DecisionSpec
    ) -> Term | None:
        if isinstance(operand, ThresholdOperand):
            return self.threshold_term(path, fact, operand)
        if isinstance(operand, FactOperand):
            return self.fact_term(path, fact, operand, spec)
        value = self.required(path, fact, operand)
        return None if value is None else Constant(value)

    def threshold_value(
        self, path: str, spec: FieldSpec, operand: ThresholdOperand
    ) -> Any:
        term = self.threshold_term(path, spec, operand)
        if term is None:
            return None
        return self.value(path, spec, term.value)

    def threshold_term(
        self, path: str, fact: FieldSpec, operand: ThresholdOperand
    ) -> Constant | None:
        threshold = self.threshold_named(f"{path}.threshold", operand.threshold)
        if threshold is None or not self.same_unit(path, fact, threshold, "threshold"):
            return None
        value = self.values[threshold.name]
        if operand.times is None:
            return None if value is None else Constant(value, threshold)
        factor = self.factor(f"{path}.times", fact, operand.times)
        if factor is None or value is None:
            return None
        times = self.thresholds[operand.times]
        return Constant(multiply(value, factor), threshold, times)

    def fact_term(
        self, path: str, fact: FieldSpec, operand: FactOperand, spec: DecisionSpec
    ) -> FactTerm | None:
        other = spec.fact_fields.get(operand.fact)
        if other is None:
            self.unknown(f"{path}.fact", "fact", operand.fact, spec.fact_fields)
            return None
        if not self.same_unit(path, fact, other, "fact"):
            return None
        if operand.times is None:
            return FactTerm(other)
        factor = self.factor(f"{path}.times", fact, operand.times)
        if factor is None:
            return None
        return FactTerm(other, factor, self.thresholds[operand.times])

    def factor(self, path: str, fact: FieldSpec, name: str) -> Decimal | None:
        threshold = self.threshold_named(path, name)
        if threshold is None:
            return None
        if threshold.type is not FactType.RATIO:
            self.add(
                path,
                "type_mismatch",
                f"threshold {name!r} is {with_article(threshold.type)}",
                name,
                "a ratio threshold",
            )
            return None
        if fact.type not in NUMBER_TYPES:
            self.add(path, "type_mismatch", f"a {fact.type} cannot be multiplied", name)
            return None
        value: Decimal | None = self.values[name]
        return value

    def same_unit(
        self, path: str, fact: FieldSpec, other: FieldSpec | Threshold, noun: str
    ) -> bool:
        if fact.type is other.type and (fact.unit or None) == (other.unit or None):
            return True
        self.add(
            path,
            "unit_mismatch",
            f"{noun} {other.name!r} is {_kind(other)}",
            other.name,
            f"{_kind(fact)} like {fact.name!r}",
        )
        return False


def _kind(spec: Described) -> str:
    return f"{spec.type} in {spec.unit}" if spec.unit else f"{spec.type}"
