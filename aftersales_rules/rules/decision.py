"""The answer: outcome, rule, reason, facts and version.

Place in event → facts → decide → **record** → apply: what is stored and replayed.
Equal input gives equal bytes: keys sorted, decimals in their one spelling, no
clock. Reasons are English here; another language is rendered when shown.

A decision that was just made keeps its facts and rules and writes texts when
they are asked for, since most decisions in a bulk run are only counted.

>>> decision = Decision("returns", "abc", date(2026, 1, 5), {"age": 3}, ())
>>> decision.is_match, decision.reason
(False, 'No rule of returns matched.')
>>> Decision.from_bytes(decision.to_bytes()) == decision
True
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NoReturn

from .facts import FieldSpec
from .i18n import Translate
from .language import Threshold, canonical_json
from .program import TypedRule
from .values import to_json


@dataclass(frozen=True)
class Match:
    """One rule that matched, with what it says."""

    rule: str
    outcome: dict[str, Any]
    reason: str
    remedy: str


@dataclass(frozen=True)
class RenderedMatch:
    """The texts of a match in a language."""

    rule: str
    label: str
    reason: str
    remedy: str


@dataclass(frozen=True, eq=False)
class Scope:
    """What the texts of a decision refer to; one per decision and version."""

    decision: str
    version: str
    fields: Mapping[str, FieldSpec]
    thresholds: Mapping[str, Threshold]
    values: Mapping[str, Any]

    def match(self, rule: TypedRule, facts: Mapping[str, Any]) -> Match:
        """A match with its English texts."""
        rendered = self.rendered(rule, facts, None)
        return Match(
            rendered.rule, dict(rule.outcome), rendered.reason, rendered.remedy
        )

    def rendered(
        self,
        rule: TypedRule,
        facts: Mapping[str, Any],
        lang: str | None,
        translate: Translate | None = None,
    ) -> RenderedMatch:
        """The texts of a rule in a language."""
        context = (self.fields, facts, self.thresholds, self.values, translate)
        return RenderedMatch(
            rule.rule.name,
            rule.rule.label_in(lang),
            rule.reason_in(lang).render(*context),
            rule.remedy_in(lang).render(*context),
        )


class Decision:
    """Immutable and comparable by content."""

    __slots__ = ("_content", "_facts", "_matched", "_rules", "_scope", "on")

    on: date
    _content: tuple[str, str] | None
    _facts: dict[str, Any]
    _matched: tuple[Match, ...] | None
    _rules: tuple[TypedRule, ...]
    _scope: Scope | None

    def __init__(
        self,
        decision: str,
        version: str,
        on: date,
        facts: Mapping[str, Any],
        matched: tuple[Match, ...],
    ) -> None:
        _set_content(self, (decision, version))
        _set_on(self, on)
        _set_facts(self, {name: to_json(value) for name, value in facts.items()})
        _set_matched(self, tuple(matched))
        _set_rules(self, ())
        _set_scope(self, None)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a decision is immutable; cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a decision is immutable; cannot delete {name!r}")

    @property
    def decision(self) -> str:
        """The name of the question."""
        return self._scope.decision if self._scope else self._names[0]

    @property
    def version(self) -> str:
        """The hash of rules and thresholds that gave this answer."""
        return self._scope.version if self._scope else self._names[1]

    @property
    def _names(self) -> tuple[str, str]:
        return self._content or ("", "")

    @property
    def facts(self) -> dict[str, Any]:
        """All facts as JSON, exact; not set is ``None``."""
        if self._scope is None:
            return dict(self._facts)
        return {name: to_json(self._facts[name]) for name in self._scope.fields}

    @property
    def matched(self) -> tuple[Match, ...]:
        """The rules that decided, in order; at most one for hit policy first."""
        matched = self._matched
        if matched is None:
            scope = self._scope
            assert scope is not None
            matched = tuple(scope.match(rule, self._facts) for rule in self._rules)
            _set_matched(self, matched)
        return matched

    @property
    def is_match(self) -> bool:
        """Whether any rule matched."""
        return bool(self._rules or self._matched)

    @property
    def outcome(self) -> dict[str, Any] | None:
        """The outcome of the first match."""
        if self._rules:
            return dict(self._rules[0].outcome)
        return dict(self._matched[0].outcome) if self._matched else None

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The outcomes of all matches."""
        return [dict(match.outcome) for match in self.matched]

    @property
    def rule(self) -> str | None:
        """The name of the first rule that matched."""
        if self._rules:
            return self._rules[0].rule.name
        return self._matched[0].rule if self._matched else None

    @property
    def reason(self) -> str:
        """Why, in English."""
        if not self.is_match:
            return f"No rule of {self.decision} matched."
        return self.matched[0].reason

    def as_dict(self) -> dict[str, Any]:
        """The content as JSON types."""
        return {
            "decision": self.decision,
            "version": self.version,
            "on": self.on.isoformat(),
            "facts": self.facts,
            "matched": [asdict(match) for match in self.matched],
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON; equal decisions give equal bytes."""
        return canonical_json(self.as_dict()).encode("ascii")

    @classmethod
    def from_bytes(cls, content: bytes | str) -> Decision:
        """A decision as it was stored."""
        data = json.loads(content)
        return cls(
            data["decision"],
            data["version"],
            date.fromisoformat(data["on"]),
            data["facts"],
            tuple(Match(**match) for match in data["matched"]),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return Decision.from_bytes, (self.to_bytes(),)

    def __repr__(self) -> str:
        return (
            f"Decision({self.decision!r}, {self.version[:8]}, {self.on}, "
            f"rule={self.rule!r}, outcome={self.outcome!r})"
        )


_slots = vars(Decision)
_set_content = _slots["_content"].__set__
_set_facts = _slots["_facts"].__set__
_set_matched = _slots["_matched"].__set__
_set_on = _slots["on"].__set__
_set_rules = _slots["_rules"].__set__
_set_scope = _slots["_scope"].__set__
_new = Decision.__new__


def decided(
    scope: Scope, on: date, facts: dict[str, Any], rules: tuple[TypedRule, ...]
) -> Decision:
    """A decision just made: cheap, its texts are written when asked for.

    Setting the slots through their descriptors is what a frozen class with
    ``__init__`` does, without the detour; this is the hot path of bulk runs.
    """
    decision = _new(Decision)
    _set_scope(decision, scope)
    _set_on(decision, on)
    _set_facts(decision, facts)
    _set_rules(decision, rules)
    _set_matched(decision, None)
    return decision
