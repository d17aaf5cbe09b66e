"""The typed form of rules that both evaluators and the explanation read.

Place in event → facts → **decide** → record → apply: made once per version by
``checks`` and ``compile``. Here names have become declared fields, literals and
thresholds have become values; nothing is left that can fail to resolve.

>>> from .facts import FieldSpec, FactType
>>> days = FieldSpec("days", FactType.INTEGER, "Days")
>>> Comparison(days, Operator.GT, (Constant(3),)).operator
<Operator.GT: '>'>
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias

from .facts import FieldSpec
from .language import Operator, Rule, Threshold, texts_in
from .templates import Template


@dataclass(frozen=True)
class Constant:
    """A literal, or the effective value of a threshold (times a ratio)."""

    value: Any
    threshold: Threshold | None = None
    times: Threshold | None = None


@dataclass(frozen=True)
class FactTerm:
    """The value of another fact, optionally times a ratio."""

    field: FieldSpec
    factor: Decimal | None = None
    times: Threshold | None = None


Term: TypeAlias = Constant | FactTerm


@dataclass(frozen=True)
class Comparison:
    """One condition: a fact, an operator and the terms it is compared with."""

    field: FieldSpec
    operator: Operator
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Clause:
    """At least one of the comparisons must hold; a plain condition has one."""

    any_of: tuple[Comparison, ...]
    group: int | None = None
    """Index among the rule's any-groups; ``None`` for a plain condition."""


@dataclass(frozen=True, eq=False)
class TypedRule:
    """A rule whose clauses must all hold."""

    rule: Rule
    clauses: tuple[Clause, ...]
    outcome: Mapping[str, Any]
    """All outcome fields in JSON form, defaults filled in."""

    @cached_property
    def reason(self) -> Template:
        """The English reason; a rule without one gives its label."""
        return Template(self.rule.reason or _escaped(self.rule.label_in(None)))

    @cached_property
    def remedy(self) -> Template:
        """The English remedy, possibly empty."""
        return Template(self.rule.remedy)

    @property
    def reasons(self) -> tuple[Template, ...]:
        """The reason in all languages."""
        others = (texts.reason for texts in self.rule.i18n.values())
        return (self.reason, *(Template(text) for text in others if text))

    @property
    def remedies(self) -> tuple[Template, ...]:
        """The remedy in all languages."""
        others = (texts.remedy for texts in self.rule.i18n.values())
        return (self.remedy, *(Template(text) for text in others if text))

    def reason_in(self, lang: str | None) -> Template:
        """The reason in a language, else in English."""
        texts = texts_in(self.rule.i18n, lang)
        return Template(texts.reason) if texts and texts.reason else self.reason

    def remedy_in(self, lang: str | None) -> Template:
        """The remedy in a language, else in English."""
        texts = texts_in(self.rule.i18n, lang)
        return Template(texts.remedy) if texts and texts.remedy else self.remedy


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
