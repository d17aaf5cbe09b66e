"""What would have to be different for another answer: the nearest ways to it (R4).

Place in event → facts → decide → **record** → apply: asked when somebody looks at
a decision. One fact or one threshold is changed at a time; where that is not
enough, two. Each proposal has been decided again and really gives the answer.

*How it works.* With all else as it is, an answer can only change where a rule
compares the one value with another one. Those marks cut its range into regions
(as in ``regions``, with the other values put in), and the value of each region
that is nearest to the present one is tried. That is exact: no nearer value of
that fact or threshold gives the answer. Pairs are tried only where they could
help: they must touch a failing condition of every clause that is to hold, and
some condition of every rule that is to fall away. For two values that no rule
compares with each other no smaller pair exists; for two that are compared, each
of the two is the nearest one given the other.

Proposed values are ones that people write: whole minor units of money, whole
days, hundredths of a percent. Only where no such value within a step gives the
answer a finer one is taken.

>>> from .facts import FactModel, OutcomeModel, choice, integer
>>> from .compile import compile_pack
>>> from .language import load_pack
>>> from .registry import DecisionSpec, Registry
>>> class ReturnFacts(FactModel):
...     age: int | None = integer("Age", unit="days")
>>> class ReturnOutcome(OutcomeModel):
...     effect: str = choice("Effect", {"accept": "Accept", "refuse": "Refuse"})
>>> registry = Registry()
>>> spec = registry.add(
...     DecisionSpec("returns", "Returns", ReturnFacts, ReturnOutcome, "first"))
>>> pack = compile_pack(load_pack({"schema_version": 1, "name": "p", "thresholds": [
...     {"name": "age_max", "label": "Oldest", "type": "integer", "unit": "days",
...      "default": 30}], "rules": [
...     {"name": "old", "decision": "returns", "outcome": {"effect": "refuse"},
...      "conditions": [
...          {"fact": "age", "op": ">", "operand": {"threshold": "age_max"}}]},
...     {"name": "rest", "decision": "returns", "outcome": {"effect": "accept"}}]}),
...     registry)
>>> found = nearest_ways(pack, "returns", ReturnFacts(age=34), on=date(2026, 1, 5))
>>> for alternative in found:
...     for way in alternative.ways:
...         print(alternative.goal.outcome, way_text(pack, "returns", way))
{'effect': 'accept'} Age: 30 days instead of 34 days
{'effect': 'accept'} Oldest: 34 days instead of 30 days
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from .compile import CompiledPack
from .errors import FactsError, Fault, nearest, short
from .facts import FactModel, FieldSpec
from .i18n import Translate, _, untranslated
from .language import Operator, Threshold, ThresholdOperand, canonical_json
from .plain import COMPARE, Predicate, comparison_predicate
from .program import Comparison, Constant, FactTerm, Term, TypedRule
from .values import (
    DECIMAL_TYPES,
    LIMIT,
    ORDERED_TYPES,
    FactType,
    format_value,
    multiply,
    parse_value,
    scale_of,
    to_integer,
)

STEPS: Mapping[FactType, Decimal] = {
    FactType.MONEY: Decimal("0.01"),
    FactType.QUANTITY: Decimal("0.01"),
    FactType.RATIO: Decimal("0.0001"),
}
"""The steps in which values are proposed, per type; one unit for all others."""
WAYS_MAX = 12
"""So many ways to one answer are given."""
PAIRS_MAX = 400
"""So many pairs of values are looked at for one answer."""
TRIES_MAX = 20_000
"""So many times at most a decision is made again for one answer."""

CHANGED = _("%(label)s: %(after)s instead of %(before)s")
AND = _(" and ")

Kind = Literal["fact", "threshold"]
GoalKind = Literal["answer", "with", "without", "nothing"]


@dataclass(frozen=True)
class Change:
    """One value that would be different.

    ``distance`` is an exact number in the unit of the value, days for dates and
    minutes for times; ``None`` where there is no distance: names, and values that
    are not set before or after.
    """

    kind: Kind
    name: str
    before: Any
    after: Any
    distance: Decimal | int | None
    movable: bool


@dataclass(frozen=True)
class Way:
    """Changes that together give the answer, and what is then decided."""

    changes: tuple[Change, ...]
    rules: tuple[str, ...]
    outcomes: tuple[Mapping[str, Any], ...]

    @property
    def movable(self) -> bool:
        """Whether all of it can be moved by somebody."""
        return all(change.movable for change in self.changes)


@dataclass(frozen=True)
class Goal:
    """Another answer.

    ``answer``: this outcome decides (hit policy first). ``with`` / ``without``: this
    outcome is among the answers, or is not any more (collect). ``nothing``: no rule
    matches; left out where it would be the only outcome that goes.
    """

    kind: GoalKind
    outcome: Mapping[str, Any] | None
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Alternative:
    """An answer that rules in force could give, and the nearest ways to it.

    Without ways, no change of one or two values gives it.
    """

    goal: Goal
    ways: tuple[Way, ...]


def nearest_ways(
    pack: CompiledPack,
    decision: str,
    facts: FactModel,
    *,
    on: date,
    movable: Collection[str] | None = None,
    thresholds: Collection[str] | None = None,
    fields: Collection[str] | None = None,
    ranges: Mapping[str, tuple[Any, Any]] | None = None,
    steps: Mapping[str, Decimal] | None = None,
    pairs: bool = True,
) -> tuple[Alternative, ...]:
    """The nearest ways to every other answer (R4).

    :param movable: facts that somebody can change; all by default. One-fact ways of
        others are given too, and say that they are not movable; pairs are not
    :param thresholds: thresholds that may be changed, within their bounds; all by
        default
    :param fields: only these fields of an outcome count; all by default
    :param ranges: by name of a fact, the least and the most it can be, both included
        and as values of its type; ``None`` for no end
    :param steps: by name of a fact or threshold, the step of its proposals
    :param pairs: whether two values are changed where one is not enough
    """
    spec = pack.registry.get(decision)
    _known("movable", movable, spec.fact_fields)
    _known("thresholds", thresholds, pack.thresholds)
    _known("fields", fields, spec.outcome_fields)
    _known("ranges", ranges, spec.fact_fields)
    _known("steps", steps, {**spec.fact_fields, **pack.thresholds})
    now = pack.decide(decision, facts, on=on)  # refuses facts of another decision
    rules = [rule for rule in pack.typed_rules(decision) if rule.rule.in_force(on)]
    question = _Question(
        rules,
        spec.hit_policy == "first",
        frozenset(spec.outcome_fields if fields is None else fields),
        {
            **facts.__dict__,
            **{_limit(name): value for name, value in pack.thresholds.items()},
        },
        on,
    )
    for name, fact in spec.fact_fields.items():
        can_move = movable is None or name in movable
        ends = (ranges or {}).get(name, (None, None))
        question.add(_variable("fact", fact, can_move, ends, (steps or {}).get(name)))
    for limit in pack.pack.thresholds:
        if thresholds is None or limit.name in thresholds:
            ends = parse_value(limit, limit.minimum), parse_value(limit, limit.maximum)
            step = (steps or {}).get(limit.name)
            question.add(_variable("threshold", limit, True, ends, step))
    assert [each.rule.rule.name for each in question.present] == [
        match.rule for match in now.matched
    ]
    return tuple(question.alternatives(pairs))


def _known(what: str, names: Iterable[str] | None, known: Iterable[str]) -> None:
    known = list(known)
    for name in names or ():
        if name not in known:
            raise FactsError(
                Fault(
                    what,
                    "unknown_name",
                    f"unknown name {short(name)}",
                    name,
                    suggestion=nearest(name, known),
                )
            )


# ------------------------------------------------------------------ variables

Values: TypeAlias = dict[str, Any]
"""Facts by name, thresholds by ``threshold.name``."""


@dataclass(frozen=True)
class _Variable:
    """A fact or a threshold that may take another value."""

    key: str
    kind: Kind
    spec: FieldSpec | Threshold
    movable: bool
    low: int
    high: int
    steps: tuple[int, ...]
    """Steps of its integer images, from the one people use to the finest."""
    optional: bool

    @property
    def type(self) -> FactType:
        return self.spec.type

    def image(self, value: Any) -> int | None:
        """The exact integer behind a value; ``None`` if it has none."""
        return None if value is None else to_integer(self.type, value)

    def value(self, image: int) -> Any:
        """The value of an integer image."""
        if self.type is FactType.DATE:
            return date.fromordinal(image)
        if self.type is FactType.TIME:
            return time(image // 60, image % 60)
        if self.type in DECIMAL_TYPES:
            return Decimal(image).scaleb(1 - len(str(scale_of(self.type))))
        return bool(image) if self.type is FactType.BOOLEAN else image

    def distance(self, before: Any, after: Any) -> Decimal | int | None:
        """How far apart two values are."""
        if before is None or after is None or self.type not in ORDERED_TYPES:
            return None
        far = abs(to_integer(self.type, before) - to_integer(self.type, after))
        if self.type in DECIMAL_TYPES:
            return Decimal(far).scaleb(1 - len(str(scale_of(self.type))))
        return far


_RANGES: Mapping[FactType, tuple[int, int]] = {
    FactType.DATE: (date.min.toordinal(), date.max.toordinal()),
    FactType.TIME: (0, 24 * 60 - 1),
    FactType.BOOLEAN: (0, 1),
}


def _variable(
    kind: Kind,
    spec: FieldSpec | Threshold,
    movable: bool,
    ends: tuple[Any, Any],
    step: Decimal | None,
) -> _Variable:
    low, high = _RANGES.get(spec.type, (-LIMIT, LIMIT))
    least, most = ends
    if spec.type in ORDERED_TYPES:
        low = low if least is None else max(low, to_integer(spec.type, least))
        high = high if most is None else min(high, to_integer(spec.type, most))
    key = spec.name if kind == "fact" else _limit(spec.name)
    steps = _ladder(spec.type, step)
    return _Variable(key, kind, spec, movable, low, high, steps, kind == "fact")


def _ladder(kind: FactType, step: Decimal | None) -> tuple[int, ...]:
    wanted = STEPS.get(kind, Decimal(1)) if step is None else step
    size = max(1, int(Fraction(wanted) * (scale_of(kind) if kind in STEPS else 1)))
    sizes = [size]
    while size > 1:
        size = max(1, size // 10)
        sizes.append(size)
    return tuple(sizes)


# ------------------------------------------------------------------ conditions

_Getter: TypeAlias = Callable[[Mapping[str, Any]], Any]


def _limit(name: str) -> str:
    return f"threshold.{name}"


def _getter(term: Term) -> _Getter:
    """The value of a term, thresholds looked up like facts."""
    times = _limit(term.times.name) if term.times else None
    if isinstance(term, Constant) and term.threshold is None:
        constant = term.value
        return lambda values: constant
    name = term.field.name if isinstance(term, FactTerm) else ""
    if isinstance(term, Constant) and term.threshold is not None:
        name = _limit(term.threshold.name)
    if times is None:
        return lambda values: values[name]

    def product(values: Mapping[str, Any]) -> Any:
        value = values[name]
        return None if value is None else multiply(value, values[times])

    return product


def _predicate(comparison: Comparison) -> Predicate:
    if not any(_keys(term) - {_fact_of(term)} for term in comparison.terms):
        return comparison_predicate(comparison)
    name, operator = comparison.field.name, comparison.operator
    getters = [_getter(term) for term in comparison.terms]
    if operator in COMPARE:
        compare, [get] = COMPARE[operator], getters

        def compared(values: Mapping[str, Any]) -> bool:
            seen, needed = values[name], get(values)
            return seen is not None and needed is not None and compare(seen, needed)

        return compared
    if operator is Operator.BETWEEN:
        low, high = getters

        def between(values: Mapping[str, Any]) -> bool:
            seen, least, most = values[name], low(values), high(values)
            if seen is None or least is None or most is None:
                return False
            return bool(least <= seen <= most)

        return between
    wanted = operator is Operator.IN

    def listed(values: Mapping[str, Any]) -> bool:
        seen = values[name]
        return seen is not None and (
            any(seen == get(values) for get in getters) is wanted
        )

    return listed


def _fact_of(term: Term) -> str:
    return term.field.name if isinstance(term, FactTerm) else ""


def _keys(term: Term) -> set[str]:
    keys = {_limit(term.times.name)} if term.times else set()
    if isinstance(term, FactTerm):
        keys.add(term.field.name)
    elif term.threshold is not None:
        keys.add(_limit(term.threshold.name))
    return keys


def _exact(kind: FactType, value: Any) -> Fraction:
    """A value as a number, to mark where regions begin."""
    return (
        Fraction(value)
        if isinstance(value, (Decimal, int))
        else Fraction(to_integer(kind, value))
    )


@dataclass(frozen=True, eq=False)
class _Clause:
    """A clause ready to be asked, with the keys that it looks at."""

    holds: Predicate
    keys: frozenset[str]


@dataclass(frozen=True, eq=False)
class _Rule:
    rule: TypedRule
    key: str
    clauses: tuple[_Clause, ...]
    keys: frozenset[str]

    def holds(self, values: Mapping[str, Any]) -> bool:
        return all(clause.holds(values) for clause in self.clauses)


def _clause(members: Sequence[Comparison]) -> _Clause:
    asked = [_predicate(member) for member in members]
    keys = {member.field.name for member in members}
    for member in members:
        for term in member.terms:
            keys |= _keys(term)

    def holds(values: Mapping[str, Any]) -> bool:
        return any(each(values) for each in asked)

    return _Clause(asked[0] if len(asked) == 1 else holds, frozenset(keys))


# -------------------------------------------------------------------- question


class _Question:
    """One decision for some facts, and what would change its answer."""

    def __init__(
        self,
        rules: Sequence[TypedRule],
        first: bool,
        answers: Collection[str],
        values: Values,
        on: date,
    ) -> None:
        self.first = first
        self.answers = answers
        self.values = values
        self.on = on
        self.rules = [self._rule(rule) for rule in rules]
        self.used = frozenset(key for rule in self.rules for key in rule.keys)
        self.comparisons = [
            member
            for rule in rules
            for clause in rule.clauses
            for member in clause.any_of
        ]
        self.variables: dict[str, _Variable] = {}
        self.squared = self._squared()
        self.linked = self._links()
        self.present = self.matched(self.values)
        self._tries = 0

    def add(self, variable: _Variable) -> None:
        """Let a value take part, if any rule looks at it."""
        if variable.key in self.used and variable.key not in self.squared:
            self.variables[variable.key] = variable

    def _rule(self, rule: TypedRule) -> _Rule:
        clauses = tuple(_clause(clause.any_of) for clause in rule.clauses)
        keys = frozenset(key for clause in clauses for key in clause.keys)
        return _Rule(rule, self._key(rule), clauses, keys)

    def _key(self, rule: TypedRule) -> str:
        """What an outcome says; a threshold in it is the same whatever its value."""
        content = {}
        for name in self.answers:
            raw = rule.rule.outcome.get(name)
            threshold = isinstance(raw, ThresholdOperand)
            content[name] = raw.model_dump() if threshold else rule.outcome[name]  # type: ignore[union-attr]
        return canonical_json(content)

    def _squared(self) -> set[str]:
        """Thresholds that are multiplied with themselves: their marks are no ratios."""
        return {
            _limit(term.times.name)
            for each in self.comparisons
            for term in each.terms
            if isinstance(term, Constant)
            and term.times
            and term.threshold
            and term.threshold.name == term.times.name
        }

    def _links(self) -> set[frozenset[str]]:
        """Keys that some condition compares with each other."""
        links: set[frozenset[str]] = set()
        for each in self.comparisons:
            for term in each.terms:
                keys = [each.field.name, *_keys(term)]
                links.update(
                    frozenset((one, other))
                    for one in keys
                    for other in keys
                    if one != other
                )
        return links

    def matched(self, values: Mapping[str, Any]) -> list[_Rule]:
        """The rules that decide: one at most where the first one does."""
        if not self.first:
            return [rule for rule in self.rules if rule.holds(values)]
        for rule in self.rules:
            if rule.holds(values):
                return [rule]
        return []

    # --------------------------------------------------------------------- goals

    def goals(self) -> Iterator[Goal]:
        """The other answers, in the order of the rules that give them."""
        present = {rule.key for rule in self.present}
        seen: set[str] = set()
        for rule in self.rules:
            if rule.key in seen:
                continue
            seen.add(rule.key)
            outcome = {name: rule.rule.outcome[name] for name in rule.rule.outcome}
            shown = {name: outcome[name] for name in outcome if name in self.answers}
            if rule.key not in present:
                kind: GoalKind = "answer" if self.first else "with"
                yield Goal(kind, shown, rule.key)
            elif not self.first:
                yield Goal("without", shown, rule.key)
        if len(present) > 1 or (present and self.first):
            yield Goal("nothing", None)

    def meets(self, goal: Goal, matched: Sequence[_Rule]) -> bool:
        """Whether an answer is the one wanted."""
        if goal.kind == "nothing":
            return not matched
        found = any(rule.key == goal.key for rule in matched)
        return found is (goal.kind != "without")

    def needs(self, goal: Goal) -> Iterator[list[frozenset[str]]]:
        """Per way to a goal the sets of keys of which each must be touched."""
        if goal.kind in ("nothing", "without"):
            yield [
                rule.keys
                for rule in self.rules
                if (goal.kind == "nothing" or rule.key == goal.key)
                and rule.holds(self.values)
            ]
            return
        for place, rule in enumerate(self.rules):
            if rule.key != goal.key:
                continue
            needs = [
                clause.keys for clause in rule.clauses if not clause.holds(self.values)
            ]
            if self.first:
                needs += [
                    each.keys
                    for each in self.rules[:place]
                    if each.key != goal.key and each.holds(self.values)
                ]
            yield needs

    def alternatives(self, pairs: bool) -> Iterator[Alternative]:
        """All goals with their ways."""
        goals = list(self.goals())
        ways: list[list[Way]] = [[] for _goal in goals]
        for variable in self.variables.values():
            for place, found in self._single(variable, goals).items():
                ways[place].extend(found)
        for goal, found in zip(goals, ways, strict=True):
            if pairs and not any(way.movable for way in found):
                found.extend(self._pairs(goal))
            found.sort(key=way_rank)
            yield Alternative(goal, tuple(found[:WAYS_MAX]))

    # ------------------------------------------------------------------- one value

    def _single(
        self, variable: _Variable, goals: Sequence[Goal]
    ) -> dict[int, list[Way]]:
        """The nearest value of each kind per goal: numbers once, names all."""
        found: dict[int, list[Way]] = {}
        values = dict(self.values)
        for value in self.candidates(variable, values):
            values[variable.key] = value
            matched = self.matched(values)
            for place, goal in enumerate(goals):
                taken = found.get(place)
                if taken and (variable.type in ORDERED_TYPES or value is None):
                    continue
                if self.meets(goal, matched):
                    way = self._way([(variable, value)], matched)
                    found.setdefault(place, []).append(way)
        return found

    def _way(
        self, changes: Iterable[tuple[_Variable, Any]], matched: Sequence[_Rule]
    ) -> Way:
        return Way(
            tuple(
                Change(
                    variable.kind,
                    variable.spec.name,
                    self.values[variable.key],
                    value,
                    variable.distance(self.values[variable.key], value),
                    variable.movable,
                )
                for variable, value in changes
            ),
            tuple(rule.rule.rule.name for rule in matched),
            tuple(dict(rule.rule.outcome) for rule in matched),
        )

    def candidates(self, variable: _Variable, values: Values) -> list[Any]:
        """The nearest value of each other region, the nearest first, *not set* last."""
        now = values[variable.key]
        if variable.type in ORDERED_TYPES | {FactType.BOOLEAN}:
            found = [variable.value(each) for each in self._images(variable, values)]
        elif variable.type is FactType.CHOICE:
            choices = variable.spec.choices or {}
            found = [name for name in choices if name != now]
        else:
            found = [text for text in self._texts(variable, values) if text != now]
        if variable.optional and now is not None:
            found.append(None)
        return found

    def _texts(self, variable: _Variable, values: Values) -> Iterable[str]:
        """The texts that something is compared with here."""
        texts: dict[str, None] = {}
        for each in self.comparisons:
            for term in each.terms:
                if each.field.name == variable.key:
                    text = _getter(term)(values)
                elif variable.key in _keys(term):
                    text = values[each.field.name]
                else:
                    continue
                if text is not None:
                    texts[text] = None
        return texts

    def _images(self, variable: _Variable, values: Values) -> list[int]:
        now = variable.image(values[variable.key])
        start = self._start(variable.type) if now is None else now
        cuts = {variable.low}
        for mark in self._marks(variable, values):
            floor, ceiling = math.floor(mark), math.ceil(mark)
            cuts.update((floor, floor + 1, ceiling, ceiling + 1))
        starts = sorted(cut for cut in cuts if variable.low <= cut <= variable.high)
        ends = [cut - 1 for cut in starts[1:]] + [variable.high]
        images = []
        for low, high in zip(starts, ends, strict=True):
            if now is None or not low <= now <= high:
                images.append(_nearest_in(low, high, start, variable.steps))
        step = variable.steps[0]
        return sorted(
            images,
            key=lambda image: (
                -(-abs(image - start) // step),
                image % step != 0,
                abs(image - start),
                image,
            ),
        )

    def _start(self, kind: FactType) -> int:
        """Where values are sought for something that is not set."""
        return self.on.toordinal() if kind is FactType.DATE else 0

    def _marks(self, variable: _Variable, values: Values) -> Iterator[Fraction]:
        """Images at which a condition may turn, all other values as they are."""
        scale = scale_of(variable.type) if variable.type in DECIMAL_TYPES else 1
        for each in self.comparisons:
            kind, name = each.field.type, each.field.name
            for term in each.terms:
                if name == variable.key:
                    if variable.key in _keys(term):
                        yield Fraction(0)  # a fact against a multiple of itself
                        continue
                    value = _getter(term)(values)
                    if value is not None:
                        yield _exact(kind, value) * scale
                elif variable.key in _keys(term) and values[name] is not None:
                    factor = self._factor(variable.key, term, values)
                    if factor:
                        yield _exact(kind, values[name]) / factor * scale

    def _factor(self, key: str, term: Term, values: Values) -> Fraction | None:
        """By how much a term grows when one of the values in it grows by one."""
        others = _keys(term) - {key}
        if not others:
            return Fraction(1)
        [other] = others
        value = values[other]
        return None if value is None else Fraction(value)

    # ------------------------------------------------------------------ two values

    def _pairs(self, goal: Goal) -> list[Way]:
        self._tries = 0
        tried: set[frozenset[str]] = set()
        found: list[Way] = []
        for one, other in self._promising(goal):
            if frozenset((one.key, other.key)) in tried or len(tried) >= PAIRS_MAX:
                continue
            tried.add(frozenset((one.key, other.key)))
            if frozenset((one.key, other.key)) in self.linked:
                found.extend(self._linked_pair(goal, one, other))
            else:
                found.extend(self._free_pair(goal, one, other))
            if self._tries > TRIES_MAX:
                break
        return found

    def _promising(self, goal: Goal) -> Iterator[tuple[_Variable, _Variable]]:
        movable = {
            key: variable
            for key, variable in self.variables.items()
            if variable.movable
        }
        for needs in self.needs(goal):
            if not needs:
                continue
            start, *more = sorted(needs, key=len)
            for key in movable:
                if key not in start:
                    continue
                left = [need for need in more if key not in need]
                for other in movable:
                    if other != key and all(other in need for need in left):
                        yield movable[key], movable[other]

    def _free_pair(self, goal: Goal, one: _Variable, other: _Variable) -> Iterator[Way]:
        """Values that no condition compares: their regions do not depend on another."""
        values = dict(self.values)
        points: list[tuple[Any, Any, list[_Rule]]] = []
        seconds = self.candidates(other, values)
        for first in self.candidates(one, values):
            values[one.key] = first
            for second in seconds:
                values[other.key] = second
                matched = self._again(values)
                if self.meets(goal, matched):
                    points.append((first, second, matched))
            values[other.key] = self.values[other.key]
        yield from self._smallest(one, other, points)

    def _linked_pair(
        self, goal: Goal, one: _Variable, other: _Variable
    ) -> Iterator[Way]:
        """Values that are compared: one is moved first, then the other, and back."""
        points: list[tuple[Any, Any, list[_Rule]]] = []
        for lead, follow in ((one, other), (other, one)):
            values = dict(self.values)
            for first in self.candidates(lead, values):
                values = {**self.values, lead.key: first}
                second, matched = self._best(goal, follow, values)
                if matched is None:
                    continue
                values[follow.key] = second
                values[lead.key] = self.values[lead.key]
                again, better = self._best(goal, lead, values)
                if better is not None:
                    first, matched = again, better
                pair = (first, second) if lead is one else (second, first)
                points.append((*pair, matched))
        yield from self._smallest(one, other, points)

    def _best(
        self, goal: Goal, variable: _Variable, values: Values
    ) -> tuple[Any, list[_Rule] | None]:
        """The nearest value that meets a goal, all else as given."""
        values = dict(values)
        for value in self.candidates(variable, values):
            matched = self._again({**values, variable.key: value})
            if self.meets(goal, matched):
                return value, matched
        return None, None

    def _again(self, values: Values) -> list[_Rule]:
        self._tries += 1
        return self.matched(values)

    def _smallest(
        self,
        one: _Variable,
        other: _Variable,
        points: Sequence[tuple[Any, Any, list[_Rule]]],
    ) -> Iterator[Way]:
        """Without those of which another one needs no more of either value."""
        sized = [
            (self._size(one, first), self._size(other, second), first, second, matched)
            for first, second, matched in points
        ]
        kept: list[tuple[Any, Any]] = []
        for near, far, first, second, matched in sorted(sized, key=lambda x: x[:2]):
            if (first, second) in kept or any(
                size <= near and off <= far and (size, off) != (near, far)
                for size, off, *_rest in sized
            ):
                continue
            kept.append((first, second))
            yield self._way([(one, first), (other, second)], matched)

    def _size(self, variable: _Variable, value: Any) -> tuple[int, Fraction]:
        far = variable.distance(self.values[variable.key], value)
        if far is None:
            return (1 if value is not None else 2), Fraction(0)
        return 0, Fraction(far)


def _nearest_in(low: int, high: int, now: int, steps: Sequence[int]) -> int:
    """The image of a region that is nearest, on the coarsest step that has one."""
    for step in steps:
        first, last = -(-low // step) * step, high // step * step
        if first <= last:
            if now < low:
                return first
            if now > high:
                return last
            return min(max(first, now // step * step), last)
    return low  # the finest step is one: not reached


def way_rank(way: Way) -> tuple[bool, int, int, int, Fraction]:
    """Movable, few changes, facts rather than thresholds, little of the value."""
    names, share = 0, Fraction(0)
    for change in way.changes:
        if change.distance is None:
            names += 1 if change.after is not None else 2
            continue
        ends = [
            abs(Fraction(end))
            for end in (change.before, change.after)
            if isinstance(end, (Decimal, int))
        ]
        share += Fraction(change.distance) / max([*ends, Fraction(change.distance)])
    limits = sum(change.kind == "threshold" for change in way.changes)
    return not way.movable, len(way.changes), names, limits, share


# ------------------------------------------------------------------------ texts


def way_text(
    pack: CompiledPack,
    decision: str,
    way: Way,
    *,
    currency: str | None = None,
    lang: str | None = None,
    translate: Translate | None = None,
) -> str:
    """What a way says, in a language: "Credit limit: 52,000 instead of 50,000"."""
    words = translate or untranslated
    fields = pack.registry.get(decision).fact_fields
    limits = {each.name: each for each in pack.pack.thresholds}
    parts = []
    for change in way.changes:
        if change.kind == "fact":
            spec: FieldSpec | Threshold = fields[change.name]
            label = words(fields[change.name].label)
        else:
            spec = limits[change.name]
            label = limits[change.name].label_in(lang)
        shown = {
            "label": label,
            "before": format_value(spec, change.before, currency, words),
            "after": format_value(spec, change.after, currency, words),
        }
        parts.append(words(CHANGED) % shown)
    return words(AND).join(parts)
