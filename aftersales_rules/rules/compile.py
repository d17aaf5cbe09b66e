"""From pack to something that decides.

Place in event → facts → **decide** → record → apply: a version is compiled once
and kept by its hash. ``Pack → CompiledPack → Decision``: there is no half-made
state, a pack with faults does not compile.

*How it works.* Rules are typed by ``checks`` and put in order (sequence, then
place in the pack). Which rules match is asked from durable_rules or from the
plain evaluator; validity dates, order and hit policy are applied here to either
answer, so the two cannot differ in them.

>>> from .facts import FactModel, OutcomeModel, choice, integer
>>> from .language import load_pack
>>> from .registry import DecisionSpec
>>> class ReturnFacts(FactModel):
...     age: int | None = integer("Age", unit="days")
>>> class ReturnOutcome(OutcomeModel):
...     effect: str = choice("Effect", {"accept": "Accept", "refuse": "Refuse"})
>>> registry = Registry()
>>> spec = registry.add(DecisionSpec("returns", "Returns", ReturnFacts, ReturnOutcome))
>>> pack = compile_pack(load_pack({"schema_version": 1, "name": "p", "rules": [
...     {"name": "old", "decision": "returns", "outcome": {"effect": "refuse"},
...      "conditions": [{"fact": "age", "op": ">", "operand": 30}],
...      "reason": "Bought {age} ago."}]}), registry)
>>> decision = pack.decide("returns", ReturnFacts(age=31), on=date(2026, 1, 5))
>>> decision.outcome, decision.reason
({'effect': 'refuse'}, 'Bought 31 days ago.')
"""

from __future__ import annotations

import hashlib
import logging
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from . import durable
from .checks import TypedPack, type_pack
from .decision import Decision, RenderedMatch, Scope, decided
from .errors import EngineError, FactsError, Fault, PackError, short
from .explain import Explanation, Show, explain_rules
from .facts import FactModel
from .i18n import Translate
from .language import Pack, Rule, canonical_json
from .plain import Predicate, rule_predicate
from .program import TypedRule
from .registry import REGISTRY, DecisionSpec, Registry
from .values import to_json

_logger = logging.getLogger(__name__)

_Step: TypeAlias = tuple[Predicate, tuple[TypedRule]]
EngineChoice = Literal["auto", "durable", "plain"]
BULK_MIN = 32
"""From so many facts on ``decide_many`` uses the plain evaluator's closures."""
DATES_KEPT = 64
"""So many days' lists of rules in force are remembered per decision."""


def compile_pack(
    pack: Pack,
    registry: Registry = REGISTRY,
    *,
    thresholds: Mapping[str, object] | None = None,
    engine: EngineChoice = "auto",
    keep_going: bool = False,
) -> CompiledPack:
    """Check, type and compile; raises :class:`PackError` with all faults.

    :param keep_going: for rules published once: those of an addon that is gone are set
        aside, the others decide and the hash stays
    """
    if engine not in ("auto", "durable", "plain"):
        raise EngineError(
            Fault(
                "engine",
                "engine",
                f"unknown engine {short(engine)}",
                engine,
                "'auto', 'durable' or 'plain'",
            )
        )
    typed = type_pack(pack, registry, thresholds, keep_going=keep_going)
    if typed.faults:
        raise PackError(typed.faults)
    return CompiledPack(pack, registry, typed, _chosen_engine(engine))


def _chosen_engine(engine: EngineChoice) -> str:
    if engine == "plain":
        return "plain"
    status = durable.engine_status()
    if engine == "durable" and status.name == "plain":
        raise EngineError(
            Fault("engine", "engine", "durable_rules cannot be loaded", status.detail)
        )
    return status.name


class CompiledPack:
    """Rules that decide. Immutable, may be shared between threads."""

    def __init__(
        self, pack: Pack, registry: Registry, typed: TypedPack, engine: str
    ) -> None:
        self.pack = pack
        self.registry = registry
        self.engine = engine
        self.thresholds: Mapping[str, Any] = types.MappingProxyType(
            dict(typed.thresholds)
        )
        self.version = version_of(pack, self.thresholds)
        self.set_aside = frozenset(rule.name for rule in typed.set_aside)
        self._not_whole = frozenset(rule.decision for rule in typed.set_aside)
        by_decision: dict[str, list[TypedRule]] = {spec.name: [] for spec in registry}
        for rule in typed.rules:
            by_decision[rule.rule.decision].append(rule)
        threshold_specs = {threshold.name: threshold for threshold in pack.thresholds}
        self._programs: dict[str, _Program] = {}
        for name, rules in by_decision.items():
            spec = registry.get(name)
            scope = Scope(
                name,
                self.version,
                spec.fact_fields,
                threshold_specs,
                self.thresholds,
            )
            self._programs[name] = _Program(spec, scope, rules, engine)

    def _program(self, decision: str) -> _Program:
        program = self._programs.get(decision)
        if program is None:
            self.registry.get(decision)
            raise PackError(
                Fault(
                    "decision",
                    "unknown_decision",
                    f"decision {decision!r} was registered after this was compiled",
                )
            )
        return program

    def decide(
        self, decision: str, facts: FactModel, *, on: date, bulk: bool = False
    ) -> Decision:
        """Answer one question about one set of facts on a day.

        :param bulk: one of many, whose facts follow from the answers before it; the
            plain evaluator's closures decide, as in :meth:`decide_many`
        """
        program = self._program(decision)
        return program.decide_plain(facts, on) if bulk else program.decide(facts, on)

    def decide_many(
        self, decision: str, facts: Sequence[FactModel], *, on: date
    ) -> list[Decision]:
        """The same for many, in the same order."""
        program = self._program(decision)
        if len(facts) >= BULK_MIN:
            return [program.decide_plain(each, on) for each in facts]
        return [program.decide(each, on) for each in facts]

    def explain(
        self,
        decision: str,
        facts: FactModel,
        *,
        on: date,
        lang: str | None = None,
        translate: Translate | None = None,
        show: Show | None = None,
    ) -> Explanation:
        """Every rule of the decision: what it saw, what it needed.

        :param show: writes values for a reader; as ``format_value`` without it
        """
        program = self._program(decision)
        values = program.values_of(facts, on)
        return explain_rules(
            program.scope,
            program.rules,
            program.policy,
            values,
            on,
            lang,
            translate,
            show,
        )

    def render(
        self,
        decision: Decision,
        lang: str | None,
        translate: Translate | None = None,
    ) -> list[RenderedMatch]:
        """The texts of a decision in a language.

        The pack has the sentences in that language; ``translate`` gives the words
        that the core puts into them: units, labels of choices, "not set". A rule
        that this version does not know keeps its English texts.
        """
        program = self._program(decision.decision)
        known = {rule.rule.name: rule for rule in program.rules}
        values = self.facts_of(decision).__dict__
        return [
            program.scope.rendered(known[match.rule], values, lang, translate)
            if match.rule in known
            else RenderedMatch(match.rule, match.rule, match.reason, match.remedy)
            for match in decision.matched
        ]

    def facts_of(self, decision: Decision) -> FactModel:
        """The facts of a stored decision, without those of an addon that is gone."""
        spec = self.registry.get(decision.decision)
        stored = decision.facts
        return spec.facts(**{n: stored[n] for n in stored if n in spec.fact_fields})

    def require_whole(self, decision: str) -> None:
        """Refuse to ask a table of which some rules belong to an addon that is gone."""
        if decision in self._not_whole:
            raise PackError(
                Fault(
                    "decision",
                    "set_aside",
                    f"rules of {decision!r} belong to an addon that is gone",
                )
            )

    def repeat(self, decision: Decision) -> Decision:
        """Decide again what was stored, to compare the bytes (R3).

        A fact that was declared later is left out, and one that is gone stays as it
        was: no rule of this version looks at either.

        :raise PackError: if rules of the decision were set aside
        """
        self.require_whole(decision.decision)
        again = self.decide(
            decision.decision, self.facts_of(decision), on=decision.on, bulk=True
        )
        found = again.facts
        facts = {name: found.get(name, value) for name, value in decision.facts.items()}
        return Decision(again.decision, again.version, again.on, facts, again.matched)

    def typed_rules(self, decision: str) -> tuple[TypedRule, ...]:
        """The same with everything resolved, for ``analysis``."""
        return self._program(decision).rules

    def rules_for(self, decision: str) -> tuple[Rule, ...]:
        """The rules of a decision in the order in which they are asked."""
        return tuple(rule.rule for rule in self._program(decision).rules)


def version_of(pack: Pack, thresholds: Mapping[str, Any]) -> str:
    """The hash of what decides: the pack and the thresholds in effect."""
    values = {name: to_json(value) for name, value in thresholds.items()}
    text = f'{{"pack":{pack.canonical},"thresholds":{canonical_json(values)}}}'
    return hashlib.sha256(text.encode("ascii")).hexdigest()


class _Program:
    """One decision of a compiled pack."""

    def __init__(
        self, spec: DecisionSpec, scope: Scope, rules: Iterable[TypedRule], engine: str
    ) -> None:
        self.spec = spec
        self.scope = scope
        self.policy = spec.hit_policy
        self.first_only = spec.hit_policy == "first"
        self.rules = tuple(sorted(rules, key=lambda rule: rule.rule.sequence))
        self._facts_type = spec.facts
        self._steps = tuple((rule_predicate(rule), (rule,)) for rule in self.rules)
        self._dated = any(
            rule.rule.valid_from or rule.rule.valid_to for rule in self.rules
        )
        self._steps_on: dict[date, tuple[_Step, ...]] = {}
        self.decide: Callable[[FactModel, date], Decision] = self.decide_plain
        if engine == "durable_rules":
            self._engine = durable.DurableRules(self.rules)
            if self.rules:
                self.decide = self.decide_durable

    def values_of(self, facts: FactModel, on: date) -> dict[str, Any]:
        """The values behind checked arguments."""
        if self._is_gathered_without_others(facts):
            facts = self.spec.complete(facts)
        if not isinstance(facts, self._facts_type):
            raise FactsError(
                Fault(
                    "facts",
                    "facts_type",
                    f"facts of {self.spec.name} are a {type(facts).__name__}",
                    short(facts),
                    self._facts_type.__name__,
                )
            )
        if not isinstance(on, date) or isinstance(on, datetime):
            raise FactsError(
                Fault("on", "value", f"{short(on)} is not a date", short(on), "a date")
            )
        return facts.__dict__

    def _is_gathered_without_others(self, facts: FactModel) -> bool:
        """Whether these are facts as the decision's own addon knows them."""
        own = type(facts)
        return own is not self._facts_type and (
            issubclass(self._facts_type, own) and bool(own.fields_by_name)
        )

    def decide_plain(self, facts: FactModel, on: date) -> Decision:
        """Decide with the closures."""
        values = facts.__dict__
        if type(facts) is not self._facts_type or type(on) is not date:
            values = self.values_of(facts, on)
        steps = self._steps if not self._dated else self._in_force(on)
        try:
            if self.first_only:
                for holds, found in steps:
                    if holds(values):
                        return decided(self.scope, on, values, found)
                return decided(self.scope, on, values, ())
            rules = tuple([found[0] for holds, found in steps if holds(values)])
        except (ArithmeticError, LookupError, TypeError) as err:
            raise self._unchecked(facts) from err
        return decided(self.scope, on, values, rules)

    def decide_durable(
        self, facts: FactModel, on: date, fallback: bool = True
    ) -> Decision:
        """Decide with durable_rules; should it fail, with the closures."""
        values = self.values_of(facts, on)
        try:
            found = self._engine.matched(values)
        except EngineError as err:
            # The two evaluators are equal: a gate is better answered than broken.
            if not fallback:
                raise
            _logger.warning("%s; the plain evaluator decides", err)
            return self.decide_plain(facts, on)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as err:
            raise self._unchecked(facts) from err
        rules = [self.rules[index] for index in sorted(found)]
        if self._dated:
            rules = [rule for rule in rules if rule.rule.in_force(on)]
        return decided(
            self.scope, on, values, tuple(rules[:1] if self.first_only else rules)
        )

    def _in_force(self, on: date) -> tuple[_Step, ...]:
        steps = self._steps_on.get(on)
        if steps is None:
            steps = tuple(step for step in self._steps if step[1][0].rule.in_force(on))
            if len(self._steps_on) >= DATES_KEPT:
                self._steps_on = {}
            self._steps_on[on] = steps
        return steps

    def _unchecked(self, facts: FactModel) -> Exception:
        """What is wrong with facts that were made past their checks."""
        try:
            self._facts_type.of(**facts.__dict__)
        except FactsError as fault:
            return fault
        return EngineError(
            Fault("", "engine", f"evaluating {self.spec.name} failed", short(facts))
        )
