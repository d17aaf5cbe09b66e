"""Why: for each rule whether it matched, or which condition failed and by how much.

Place in event → facts → decide → **record** → apply: asked when somebody looks at
a decision. Written with the plain evaluator's comparisons; the same facts and
version give the same explanation.

>>> from .facts import FieldSpec, FactType
>>> from .program import Constant
>>> days = FieldSpec("days", FactType.INTEGER, "Days overdue", unit="days")
>>> row = explain_comparison(
...     Comparison(days, Operator.GT, (Constant(3),)), {"days": 1}, None)
>>> row.text, row.seen, row.holds, row.distance
('Days overdue > 3 days', '1 days', False, '2 days')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, TypeAlias

from .decision import Scope
from .facts import FieldSpec
from .i18n import Translate, _, untranslated
from .language import Operator
from .plain import clause_predicate, comparison_predicate, term_value
from .program import Comparison, FactTerm, Term, TypedRule
from .values import NOT_SET, FactType, format_value

A_VALUE = _("a value")
DAYS = _("days")
MINUTES = _("min")

Show: TypeAlias = Callable[[Any, Any, "str | None"], str]
"""Writes a value of a field, with the currency of the facts, for a reader."""


@dataclass(frozen=True)
class ConditionExplanation:
    """One condition: the value seen and the value needed."""

    text: str
    fact: str
    operator: str
    seen: str
    needed: str
    holds: bool
    distance: str | None
    group: int | None


@dataclass(frozen=True)
class RuleExplanation:
    """One rule: whether it was in force, matched, decided."""

    name: str
    label: str
    requirement: tuple[str, ...]
    in_force: bool
    matched: bool
    decided: bool
    reason: str
    remedy: str
    conditions: tuple[ConditionExplanation, ...]

    @property
    def failed(self) -> tuple[ConditionExplanation, ...]:
        """What keeps the rule from matching; members of a group that holds don't."""
        held = {row.group for row in self.conditions if row.holds}
        return tuple(
            row
            for row in self.conditions
            if not row.holds and (row.group is None or row.group not in held)
        )


@dataclass(frozen=True)
class Explanation:
    """All rules of a decision, in order."""

    decision: str
    rules: tuple[RuleExplanation, ...]


def explain_rules(
    scope: Scope,
    rules: Sequence[TypedRule],
    policy: str,
    values: Mapping[str, Any],
    on: date,
    lang: str | None,
    translate: Translate | None = None,
    show: Show | None = None,
) -> Explanation:
    """Explain every rule of a decision for some facts on a day."""
    writer = _Writer(values, lang, translate or untranslated, show)
    rows: list[RuleExplanation] = []
    taken = False
    for rule in rules:
        conditions = tuple(
            writer.condition(comparison, clause.group)
            for clause in rule.clauses
            for comparison in clause.any_of
        )
        in_force = rule.rule.in_force(on)
        matched = in_force and _all_hold(rule, values)
        decided = matched and not (policy == "first" and taken)
        taken = taken or matched
        texts = scope.rendered(rule, values, lang, translate)
        rows.append(
            RuleExplanation(
                rule.rule.name,
                texts.label,
                rule.rule.requirement,
                in_force,
                matched,
                decided,
                texts.reason,
                texts.remedy,
                conditions,
            )
        )
    return Explanation(scope.decision, tuple(rows))


def explain_comparison(
    comparison: Comparison, values: Mapping[str, Any], lang: str | None
) -> ConditionExplanation:
    """Explain one condition."""
    return _Writer(values, lang, untranslated).condition(comparison, None)


def _all_hold(rule: TypedRule, values: Mapping[str, Any]) -> bool:
    return all(clause_predicate(clause)(values) for clause in rule.clauses)


@dataclass(frozen=True)
class _Writer:
    values: Mapping[str, Any]
    lang: str | None
    translate: Translate
    show: Show | None = None

    def condition(
        self, comparison: Comparison, group: int | None
    ) -> ConditionExplanation:
        field = comparison.field
        seen = self.values[field.name]
        needed = [term_value(term, self.values) for term in comparison.terms]
        return ConditionExplanation(
            text=self.text(comparison, needed),
            fact=field.name,
            operator=comparison.operator.value,
            seen=self.shown(field, seen),
            needed=self.needed(comparison, needed),
            holds=comparison_predicate(comparison)(self.values),
            distance=self.distance(comparison, seen, needed),
            group=group,
        )

    def shown(self, field: FieldSpec, value: Any) -> str:
        currency = self.values.get("currency")
        if self.show is not None:
            return self.show(field, value, currency)
        return format_value(field, value, currency, self.translate)

    def text(self, comparison: Comparison, needed: list[Any]) -> str:
        label = self.translate(comparison.field.label)
        operator = self.translate(comparison.operator.value)
        terms = [
            self.term(comparison.field, term, value)
            for term, value in zip(comparison.terms, needed, strict=True)
        ]
        joint = " … " if comparison.operator is Operator.BETWEEN else ", "
        return f"{label} {operator} {joint.join(terms)}".rstrip()

    def term(self, field: FieldSpec, term: Term, value: Any) -> str:
        shown = self.shown(field, value)
        if isinstance(term, FactTerm):
            name = self.translate(term.field.label)
        elif term.threshold is not None:
            name = term.threshold.label_in(self.lang)
        else:
            return shown
        if term.times is not None:
            name = f"{name} × {term.times.label_in(self.lang)}"
        return f"{name} ({shown})"

    def needed(self, comparison: Comparison, needed: list[Any]) -> str:
        if comparison.operator is Operator.IS_SET:
            return self.translate(A_VALUE)
        if comparison.operator is Operator.IS_NOT_SET:
            return self.translate(NOT_SET)
        joint = " … " if comparison.operator is Operator.BETWEEN else ", "
        return joint.join(self.shown(comparison.field, value) for value in needed)

    def distance(
        self, comparison: Comparison, seen: Any, needed: list[Any]
    ) -> str | None:
        """How far the value seen is from the (nearest) value needed."""
        if seen is None or not needed or any(value is None for value in needed):
            return None
        if comparison.operator is Operator.BETWEEN and needed[0] <= seen <= needed[1]:
            return None
        distances = [_difference(seen, value) for value in needed]
        known = [distance for distance in distances if distance is not None]
        if not known or not min(known):
            return None
        return self.shown_distance(comparison.field, min(known))

    def shown_distance(self, field: FieldSpec, distance: Any) -> str:
        if field.type is FactType.DATE:
            return f"{distance} {self.translate(DAYS)}"
        if field.type is FactType.TIME:
            return f"{distance} {self.translate(MINUTES)}"
        if field.type is FactType.INTEGER and isinstance(distance, Decimal):
            field = FieldSpec(field.name, FactType.QUANTITY, field.label, field.unit)
        return self.shown(field, distance)


def _difference(seen: Any, needed: Any) -> Any:
    """The absolute difference as a number: days for dates, minutes for times."""
    if isinstance(seen, (bool, str)):
        return None
    if isinstance(seen, date):
        return abs((seen - needed).days)
    if isinstance(seen, time):
        return abs((seen.hour - needed.hour) * 60 + seen.minute - needed.minute)
    return abs(seen - needed)
