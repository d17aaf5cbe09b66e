"""The list of decisions that exist, and what each may look at and answer.

Place in event → facts → decide → record → apply: consulted when packs are
checked and compiled. Addons register their decisions at import; an addon that
needs one more fact for a decision of another addon extends it.

>>> from .facts import FactModel, OutcomeModel, choice, integer
>>> class ReturnFacts(FactModel):
...     age: int | None = integer("Age", unit="days")
>>> class ReturnOutcome(OutcomeModel):
...     effect: str = choice("Effect", {"accept": "Accept", "refuse": "Refuse"})
>>> registry = Registry()
>>> spec = registry.add(DecisionSpec("returns", "Returns", ReturnFacts, ReturnOutcome))
>>> registry.get("returns").fact_fields["age"].label
'Age'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .errors import Fault, PackError, nearest, short
from .facts import FactModel, FieldSpec, OutcomeModel
from .values import FactType

HitPolicy = Literal["first", "collect"]
Level = Literal["good", "warn", "bad", "neutral"]
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""How decisions, facts, rules and thresholds are spelt."""


@dataclass(frozen=True)
class DecisionSpec:
    """A named question with its fact model and its outcome model.

    ``stake`` names the fact that says how much money a decision is about; ``prevails``
    the answers that count before others where several rules answer at once;
    ``levels`` how an answer is meant, for its colour ("none": no rule matched).
    """

    name: str
    label: str
    facts: type[FactModel]
    outcome: type[OutcomeModel]
    hit_policy: HitPolicy = "first"
    help: str = ""
    stake: str | None = None
    prevails: tuple[str, ...] = ()
    levels: Mapping[str, Level] = field(default_factory=dict, hash=False)

    def level(self, answer: str | None) -> Level:
        """How an answer is meant; neutral unless declared."""
        return self.levels.get(answer or "none", "neutral")

    def headline(self, outcomes: Sequence[Mapping[str, Any]]) -> str | None:
        """What outcomes come to in one word: a value of the first choice declared.

        ``None`` without an outcome, or where the decision has no choices.
        """
        name = next(
            (name for name, field in self.outcome_fields.items() if field.choices), None
        )
        if name is None:
            return None
        said = [outcome[name] for outcome in outcomes if outcome.get(name) is not None]
        for value in self.prevails:
            if value in said:
                return value
        return said[0] if said else None

    def complete(
        self, facts: FactModel, more: Mapping[str, Any] | None = None
    ) -> FactModel:
        """Facts with those that other addons gave this decision; else not set.

        What gathers the facts of a decision knows only those it declares itself.
        """
        if type(facts) is self.facts and not more:
            return facts
        known = {
            name: value
            for name, value in facts.__dict__.items()
            if name in self.fact_fields
        }
        return self.facts.of(**known, **(more or {}))

    @property
    def fact_fields(self) -> Mapping[str, FieldSpec]:
        """The declared facts by name, in order."""
        return self.facts.fields_by_name

    @property
    def outcome_fields(self) -> Mapping[str, FieldSpec]:
        """The declared outcome fields by name, in order."""
        return self.outcome.fields_by_name


class Registry:
    """Decisions by name, in the order of their registration.

    One process may serve several databases, each with other addons: ``within`` gives
    what some of them declare. The whole is what all that were imported declare.
    """

    def __init__(self) -> None:
        self._specs: dict[str, DecisionSpec] = {}
        self._declared: list[DecisionSpec | tuple[str, type[FactModel]]] = []
        self._joined: dict[tuple[type[FactModel], ...], type[FactModel]] = {}
        self._views: dict[frozenset[str], Registry] = {}
        self._read: set[str] = set()

    def reads(self, *thresholds: str) -> None:
        """Thresholds that programs read themselves, whether rules use them or not."""
        self._read.update(thresholds)

    @property
    def read_thresholds(self) -> frozenset[str]:
        """The thresholds that programs read themselves."""
        return frozenset(self._read)

    def add(self, spec: DecisionSpec) -> DecisionSpec:
        """Register a decision; a name can be taken once."""
        path = f"decisions.{spec.name}"
        if not NAME.fullmatch(spec.name):
            raise PackError(
                Fault(path, "name", f"{short(spec.name)} is not a name", spec.name)
            )
        if spec.hit_policy not in ("first", "collect"):
            raise PackError(
                Fault(
                    path,
                    "hit_policy",
                    f"unknown hit policy {short(spec.hit_policy)}",
                    spec.hit_policy,
                    "'first' or 'collect'",
                )
            )
        if spec.name in self._specs:
            raise PackError(
                Fault(path, "duplicate", f"decision {spec.name!r} is already there")
            )
        stake = spec.fact_fields.get(spec.stake) if spec.stake else None
        if spec.stake and (stake is None or stake.type is not FactType.MONEY):
            raise PackError(
                Fault(
                    path,
                    "stake",
                    f"{short(spec.stake)} is no amount among its facts",
                    spec.stake,
                )
            )
        self._specs[spec.name] = spec
        self._note(spec)
        return spec

    def extend(self, name: str, facts: type[FactModel]) -> DecisionSpec:
        """Give a registered decision more facts, from another addon."""
        spec = self.get(name)
        taken = sorted(set(spec.fact_fields) & set(facts.fields_by_name))
        if taken:
            raise PackError(
                Fault(
                    f"decisions.{name}.{taken[0]}",
                    "duplicate",
                    f"fact {taken[0]!r} is already there",
                )
            )
        # the same two give the same type: facts gathered with one view of a registry
        # can be decided with another
        parts = (facts, spec.facts)
        if parts not in self._joined:
            self._joined[parts] = type(spec.facts.__name__, parts, {})
        self._specs[name] = replace(spec, facts=self._joined[parts])
        self._note((name, facts))
        return self._specs[name]

    def _note(self, declared: DecisionSpec | tuple[str, type[FactModel]]) -> None:
        self._declared.append(declared)
        self._views = {}

    def within(self, packages: Iterable[str]) -> Registry:
        """What these addons declare, beside what the rules' own addon does.

        The same object for the same addons, until something more is declared.
        """
        wanted = frozenset(packages)
        view = self._views.get(wanted)
        if view is None:
            view = Registry()
            view._joined = self._joined
            view._read = self._read
            known = {*wanted, package_of(Registry)}
            for declared in self._declared:
                if isinstance(declared, DecisionSpec):
                    if package_of(declared.facts) in known:
                        view.add(declared)
                elif declared[0] in view and package_of(declared[1]) in known:
                    view.extend(*declared)
            self._views[wanted] = view
        return view

    def get(self, name: str) -> DecisionSpec:
        """The decision of that name."""
        try:
            return self._specs[name]
        except KeyError:
            raise PackError(
                Fault(
                    "decision",
                    "unknown_decision",
                    f"unknown decision {short(name)}",
                    name,
                    suggestion=nearest(name, self._specs),
                )
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._specs

    def __iter__(self) -> Iterator[DecisionSpec]:
        return iter(tuple(self._specs.values()))

    def __len__(self) -> int:
        return len(self._specs)


def package_of(declared: type) -> str:
    """The addon that a class is declared in, else its top package."""
    parts = declared.__module__.split(".")
    return parts[2] if parts[:2] == ["odoo", "addons"] else parts[0]


REGISTRY = Registry()
"""The decisions of this process; addons add theirs at import."""
