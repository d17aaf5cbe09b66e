"""What is wrong with rules as a whole: before they are published (R6).

Place in event → facts → **decide** → record → apply: asked when rules are looked
at or published. ``checks`` asks whether a pack can be compiled; here it is asked
whether its rules make sense together. Exact, not sampled: rules are boxes of
regions (``regions``), and whether a box has a point that no other box covers is
searched for (``cover``); each finding comes with the facts that show it.

>>> from .facts import FactModel, OutcomeModel, choice, integer
>>> from .compile import compile_pack
>>> from .language import load_pack
>>> from .registry import Registry
>>> class ReturnFacts(FactModel):
...     age: int | None = integer("Age", unit="days")
>>> class ReturnOutcome(OutcomeModel):
...     effect: str = choice("Effect", {"accept": "Accept", "refuse": "Refuse"})
>>> registry = Registry()
>>> spec = registry.add(
...     DecisionSpec("returns", "Returns", ReturnFacts, ReturnOutcome, "first"))
>>> pack = compile_pack(load_pack({"schema_version": 1, "name": "p", "rules": [
...     {"name": "old", "decision": "returns", "outcome": {"effect": "refuse"},
...      "conditions": [{"fact": "age", "op": ">", "operand": 30}]},
...     {"name": "very_old", "decision": "returns", "outcome": {"effect": "refuse"},
...      "conditions": [{"fact": "age", "op": ">", "operand": 90}]}]}), registry)
>>> for finding in find_problems(pack, on=date(2026, 1, 5)):
...     print(finding.severity, finding.rule, finding.others)
error very_old ('old',)
warning  ()
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from .compile import CompiledPack
from .cover import Boxes, Pile, Search
from .facts import FieldSpec
from .i18n import Translate, _, untranslated
from .language import Operator, ThresholdOperand
from .program import Comparison, Constant, FactTerm, TypedRule
from .regions import TODAY, Box, Key, Relation, Space, value_of
from .registry import DecisionSpec
from .relations import Values
from .values import format_value, to_json

NODES_MAX = 20_000
"""So many boxes are looked at for one question before it is given up."""
ALL_NODES_MAX = 400_000
"""So many for all questions about one decision; then the rest is given up."""

ERROR, WARNING, NOTE = "error", "warning", "note"

TEXTS: Mapping[str, str] = {
    "contradiction": _(
        "“%(rule)s” can never fire: its conditions contradict each other: "
        "%(conditions)s."
    ),
    "hidden": _(
        "“%(rule)s” never fires: whenever its conditions hold, an earlier rule "
        "answers: %(others)s."
    ),
    "same_conditions": _(
        "“%(rule)s” never fires: “%(others)s” comes before it with the same conditions "
        "and another outcome."
    ),
    "repeated": _("“%(rule)s” says the same as “%(others)s”."),
    "expired": _("“%(rule)s” was in force until %(day)s and never fires again."),
    "gap": _("No rule answers, for example when: %(example)s."),
    "gap_unset": _(
        "No rule answers when something is not known, for example: %(example)s."
    ),
    "gap_on": _("On %(day)s no rule answers, for example when: %(example)s."),
    "gap_unset_on": _(
        "On %(day)s no rule answers when something is not known, for example: "
        "%(example)s."
    ),
    "gap_bare": _("No rule answers."),
    "gap_bare_on": _("On %(day)s no rule answers."),
    "unlooked_fact": _(
        "The reason of “%(rule)s” names “%(fact)s”, which no rule of this decision "
        "looks at."
    ),
    "unlooked_remedy": _(
        "The remedy of “%(rule)s” names “%(fact)s”, which no rule of this decision "
        "looks at."
    ),
    "unused_threshold": _("No rule uses the threshold “%(threshold)s”."),
    "undecided": _("“%(rule)s” is too complicated to tell whether it can ever fire."),
    "gap_undecided": _(
        "The rules are too complicated to tell whether one of them always answers."
    ),
}
"""What each finding says; marked for translation."""

SEVERITIES: Mapping[str, str] = {
    "contradiction": ERROR,
    "hidden": ERROR,
    "same_conditions": ERROR,
    "unlooked_fact": NOTE,
    "unlooked_remedy": NOTE,
}
"""Errors are never meant; warnings are for the author to judge, the rest of them."""


@dataclass(frozen=True)
class Finding:
    """One problem of the rules of a decision.

    ``example`` are facts that show it, by name, as values of their types. ``detail``
    is what the code asks for: the name of a fact or a threshold, the day until which
    a rule was in force or on which there is a gap later than today, the places of
    conditions.
    """

    code: str
    decision: str
    rule: str = ""
    others: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""

    @property
    def severity(self) -> str:
        """``error`` is never meant, ``warning`` may be, ``note`` is a remark."""
        return SEVERITIES.get(self.code, WARNING)

    def as_dict(self) -> dict[str, Any]:
        """JSON form; equal findings give equal content."""
        return {
            "code": self.code,
            "severity": self.severity,
            "decision": self.decision,
            "rule": self.rule,
            "others": list(self.others),
            "example": {name: to_json(value) for name, value in self.example.items()},
            "detail": self.detail,
        }


def find_problems(
    pack: CompiledPack, *, on: date, decisions: Iterable[str] | None = None
) -> tuple[Finding, ...]:
    """All findings of a pack, decision by decision in the order of the rules.

    :param on: today; what was in force before is of no interest
    :param decisions: only these; all that have rules by default
    """
    names = [spec.name for spec in pack.registry] if decisions is None else decisions
    found: list[Finding] = []
    for name in names:
        rules, spec = pack.typed_rules(name), pack.registry.get(name)
        if rules:
            found.extend(_Analysis(spec, rules, on).findings())
    if decisions is None:
        found.extend(_unused_thresholds(pack))
    return tuple(found)


def _unused_thresholds(pack: CompiledPack) -> Iterable[Finding]:
    used = {
        name
        for spec in pack.registry
        for rule in pack.typed_rules(spec.name)
        for name in _threshold_names(rule)
    } | pack.registry.read_thresholds
    for threshold in pack.pack.thresholds:
        if threshold.name not in used:
            yield Finding("unused_threshold", "", detail=threshold.name)


def _threshold_names(rule: TypedRule) -> Iterable[str]:
    for comparison in _comparisons(rule):
        for term in comparison.terms:
            if isinstance(term, Constant) and term.threshold is not None:
                yield term.threshold.name
            if term.times is not None:
                yield term.times.name
    for operand in rule.rule.outcome.values():
        if isinstance(operand, ThresholdOperand):
            yield operand.threshold
            if operand.times:
                yield operand.times
    for template in (*rule.reasons, *rule.remedies):
        yield from template.names("threshold")


def _comparisons(rule: TypedRule) -> Iterable[Comparison]:
    for clause in rule.clauses:
        yield from clause.any_of


_Shadow: TypeAlias = "frozenset[tuple[Key, int]]"


class _GivenUp(Exception):
    """A search took too long; nothing is claimed."""


class _Analysis:
    """The findings of one decision."""

    def __init__(
        self, spec: DecisionSpec, rules: Sequence[TypedRule], on: date
    ) -> None:
        self.spec = spec
        self.rules = rules
        self.space = Space(spec.fact_fields, rules)
        self.space.since(on)
        self.now = on
        self.ahead: Box = {
            TODAY: self.space.axes[TODAY].bits_between(on.toordinal(), None)
        }
        self.boxes = [self.space.boxes(rule) for rule in rules]
        pile: list[Box] = []
        self.owners: list[int] = []
        """For each box of the pile the place of its rule."""
        self.masks: list[Boxes] = []
        """By place of a rule its boxes in the pile."""
        for place, boxes in enumerate(self.boxes):
            self.masks.append((1 << len(boxes or ())) - 1 << len(pile))
            self.owners += [place] * len(boxes or ())
            pile += boxes or ()
        self.pile = Pile(self.space, pile)
        self.points: dict[int, Values] = {}
        """By place of a rule that may hold, facts for which it does."""
        self.alive: Boxes = 0
        """The boxes of the rules so far that may fire."""
        self.compared: Boxes = 0
        """Those of them that have no shadow."""
        self.shadows: dict[_Shadow, list[int]] = {}
        """By shadow the places of the others."""
        self.nodes = 0

    def findings(self) -> Iterable[Finding]:
        for place in range(len(self.rules)):
            problem = self._problem(place)
            if problem is not None:
                yield problem
            if problem is None or (
                problem.code == "undecided" and place in self.points
            ):
                self._count_in(place)
        if self.spec.hit_policy == "first":
            yield from self._gaps()
        yield from self._unlooked_facts()

    def _count_in(self, place: int) -> None:
        """A rule that may fire stands before the ones that come."""
        self.alive |= self.masks[place]
        shadow = self._shadow(self.boxes[place] or ())
        if shadow is None:
            self.compared |= self.masks[place]
        else:
            self.shadows.setdefault(shadow, []).append(place)

    def _finding(self, code: str, place: int | None = None, **more: Any) -> Finding:
        rule = "" if place is None else self.rules[place].rule.name
        return Finding(code, self.spec.name, rule, **more)

    # ------------------------------------------------------------- single rules

    def _problem(self, place: int) -> Finding | None:
        rule, boxes = self.rules[place], self.boxes[place]
        if boxes is None:
            return self._finding("undecided", place)
        until = rule.rule.valid_to
        if until and until < self.now:
            return self._finding("expired", place, detail=until.isoformat())
        try:
            point = self._any_point(boxes)
        except _GivenUp:
            return self._finding("undecided", place)
        if point is None:
            return self._finding("contradiction", place, detail=self._core(rule))
        self.points[place] = point
        first = self.spec.hit_policy == "first"
        for twin in self._twins(place):
            same = self.rules[twin].outcome == rule.outcome
            if same or first:
                code = "repeated" if same else "same_conditions"
                return self._finding(code, place, others=(self.rules[twin].rule.name,))
        if first:
            try:
                hiding = self._hiding(place)
            except _GivenUp:
                return self._finding("undecided", place)
            if hiding:
                names = tuple(self.rules[other].rule.name for other in hiding)
                return self._finding("hidden", place, others=names)
        return None

    def _twins(self, place: int) -> Iterable[int]:
        """Earlier rules that hold for exactly the same facts."""
        mine, point = self.boxes[place] or (), self.points[place]
        shadow = self._shadow(mine)
        around = self.pile.at(point)
        if shadow is None:
            others = self._owners(around & self.alive)
        else:
            alike = self.shadows.get(shadow, ())
            others = sorted({*alike, *self._owners(around & self.compared)})
        for other in others:
            theirs = self.boxes[other] or ()
            if (
                shadow is not None
                and len(mine) == len(theirs) == 1
                and not self.masks[other] & self.compared
            ):
                yield other
            elif (
                around & self.masks[other]
                and self._has(mine, self.points[other])
                and self._covers(self.masks[other], mine)
                and self._covers(self.masks[place], theirs)
            ):
                yield other

    def _owners(self, boxes: Boxes) -> list[int]:
        """The places of the rules that some boxes are of, in order."""
        found: list[int] = []
        while boxes:
            place = self.owners[(boxes & -boxes).bit_length() - 1]
            found.append(place)
            boxes &= ~self.masks[place]
        return found

    def _has(self, boxes: Sequence[Box], point: Values) -> bool:
        """Whether a point lies in one of some boxes."""
        return any(
            all(bits & self.space.place(key, point) for key, bits in box.items())
            for box in boxes
        )

    def _shadow(self, boxes: Sequence[Box]) -> _Shadow | None:
        """What some boxes take of each dimension: equal for equal sets of facts.

        ``None`` if facts are compared with each other: then a region of a box may
        have no facts in it.
        """
        keys = {key for box in boxes for key in box}
        shadow = []
        for key in keys:
            if isinstance(key, Relation):
                return None
            full = self.ahead.get(key, self.space.full(key))
            bits = 0
            for box in boxes:
                bits |= box.get(key, full) & full
            if bits != full:
                shadow.append((key, bits))
        return frozenset(shadow)

    def _hiding(self, place: int) -> list[int]:
        """Earlier rules, no more than needed, that together take all of a rule.

        :raise _GivenUp: neither shown that they do nor that they do not
        """
        boxes = self.boxes[place] or ()
        if not self.pile.at(self.points[place]) & self.alive:
            return []
        used: Boxes = 0
        for box in boxes:
            point, cover = self._point(box, self.alive)
            if point is not None:
                return []
            used |= cover
        covering = self._owners(used)
        left = self._all(covering)
        for other in tuple(reversed(covering)):
            rest = left & ~self.masks[other]
            if self._covers(rest, boxes):
                covering.remove(other)
                left = rest
        return covering

    def _all(self, places: Iterable[int]) -> Boxes:
        boxes = 0
        for place in places:
            boxes |= self.masks[place]
        return boxes

    def _covers(self, cover: Boxes, boxes: Sequence[Box]) -> bool:
        """Whether every point of some boxes is in the cover; false if not shown."""
        try:
            return all(self._point(box, cover)[0] is None for box in boxes)
        except _GivenUp:
            return False

    def _core(self, rule: TypedRule) -> str:
        """The fewest clauses that contradict each other, as places in the rule."""
        kept = list(range(len(rule.clauses)))
        for place in tuple(kept):
            rest = [each for each in kept if each != place]
            clauses = tuple(rule.clauses[each] for each in rest)
            boxes = self.space.boxes(TypedRule(rule.rule, clauses, rule.outcome))
            if boxes is not None and self._covers(0, boxes):
                kept = rest
        return ",".join(map(str, kept))

    # --------------------------------------------------------------------- gaps

    def _gaps(self) -> Iterable[Finding]:
        if any(boxes is None for boxes in self.boxes):
            return
        names = [name for name in self.space.axes if name != TODAY]
        known: Box = {name: self.space.axes[name].known for name in names}
        today = self.space.axes[TODAY].bits_between(
            self.now.toordinal(), self.now.toordinal()
        )
        questions: Sequence[tuple[str, Box]] = (
            ("gap", {**known, TODAY: today}),
            ("gap", known),
            ("gap_unset", {TODAY: today}),
            ("gap_unset", {}),
        )
        for code, box in questions:
            try:
                point, _used = self._point(box, self.alive)
            except _GivenUp:
                yield self._finding("gap_undecided")
                return
            if point is not None:
                example = {
                    name: self._value(name, point.get(name, known.get(name)))
                    for name in names
                    if name in point
                }
                day = date.fromordinal(point[TODAY])
                detail = "" if day == self.now else day.isoformat()
                yield self._finding(code, example=example, detail=detail)
                return

    def _value(self, name: str, image: Any) -> Any:
        return None if image is None else value_of(self.space.axes[name], image)

    def _unlooked_facts(self) -> Iterable[Finding]:
        looked_at = {"currency"}
        for rule in self.rules:
            for comparison in _comparisons(rule):
                looked_at.add(comparison.field.name)
                looked_at.update(
                    term.field.name
                    for term in comparison.terms
                    if isinstance(term, FactTerm)
                )
        for place, rule in enumerate(self.rules):
            for code, texts in (
                ("unlooked_fact", rule.reasons),
                ("unlooked_remedy", rule.remedies),
            ):
                names = [name for text in texts for name in text.names("fact")]
                for name in dict.fromkeys(names):
                    if name not in looked_at:
                        yield self._finding(code, place, detail=name)

    # ------------------------------------------------------------------- search

    def _any_point(self, boxes: Iterable[Box]) -> Values | None:
        """Facts in one of some boxes.

        :raise _GivenUp: neither found nor shown that there are none
        """
        unknown = False
        for box in boxes:
            try:
                point, _used = self._point(box, 0)
            except _GivenUp:
                unknown = True
                continue
            if point is not None:
                return point
        if unknown:
            raise _GivenUp
        return None

    def _point(self, box: Box, cover: Boxes) -> tuple[Values | None, Boxes]:
        """Facts in a box that no box of the cover has; ``None`` if there are none.

        With the boxes of the cover that were looked at to show it.

        :raise _GivenUp: neither found nor shown that there are none
        """
        start = _meet(box, self.ahead)
        if start is None:
            return None, 0
        nodes_max = min(NODES_MAX, ALL_NODES_MAX - self.nodes)
        search = Search(self.space, self.pile, nodes_max)
        found = search.run(start, cover)
        self.nodes += search.nodes
        if found is None and search.unknown:
            raise _GivenUp
        return found, search.used


def _meet(box: Box, other: Box) -> Box | None:
    """What two boxes have in common; ``None`` if nothing."""
    met = dict(box)
    for key, bits in other.items():
        both = met[key] & bits if key in met else bits
        if not both:
            return None
        met[key] = both
    return met


# ------------------------------------------------------------------------ texts


def finding_text(
    pack: CompiledPack,
    finding: Finding,
    lang: str | None = None,
    translate: Translate | None = None,
) -> str:
    """What a finding says, in a language, with an example in words."""
    words = translate or untranslated
    labels = {rule.name: rule.label_in(lang) for rule in pack.pack.rules}
    values: dict[str, str] = {
        "rule": labels.get(finding.rule, finding.rule),
        "others": "”, “".join(labels.get(name, name) for name in finding.others),
        "day": finding.detail,
    }
    if finding.decision:
        fields = pack.registry.get(finding.decision).fact_fields
        values["example"] = _example(fields, finding.example, words)
        if finding.code in ("unlooked_fact", "unlooked_remedy"):
            values["fact"] = words(fields[finding.detail].label)
        if finding.code == "contradiction":
            values["conditions"] = _conditions(pack, finding, lang, words)
    if finding.code == "unused_threshold":
        threshold = {each.name: each for each in pack.pack.thresholds}[finding.detail]
        values["threshold"] = threshold.label_in(lang)
    if finding.code == "hidden":
        values["others"] = f"“{values['others']}”"
    return words(TEXTS[_text_of(finding)]) % values


def _text_of(finding: Finding) -> str:
    code = finding.code
    if code in ("gap", "gap_unset"):
        code = code if finding.example else "gap_bare"
        code += "_on" if finding.detail else ""
    return code


def _example(
    fields: Mapping[str, FieldSpec], example: Mapping[str, Any], words: Translate
) -> str:
    currency = example.get("currency")
    return ", ".join(
        f"{words(fields[name].label)}: "
        f"{format_value(fields[name], value, currency, words)}"
        for name, value in example.items()
    )


def _conditions(
    pack: CompiledPack, finding: Finding, lang: str | None, words: Translate
) -> str:
    [rule] = [
        each
        for each in pack.typed_rules(finding.decision)
        if each.rule.name == finding.rule
    ]
    places = [int(place) for place in finding.detail.split(",") if place]
    return "; ".join(
        " / ".join(
            _condition(comparison, lang, words)
            for comparison in rule.clauses[place].any_of
        )
        for place in places
    )


def _condition(comparison: Comparison, lang: str | None, words: Translate) -> str:
    parts = []
    for term in comparison.terms:
        if isinstance(term, FactTerm):
            name = words(term.field.label)
            parts.append(
                f"{name} × {term.times.label_in(lang)}" if term.times else name
            )
        else:
            parts.append(format_value(comparison.field, term.value, None, words))
    joint = " … " if comparison.operator is Operator.BETWEEN else ", "
    label = words(comparison.field.label)
    return f"{label} {words(comparison.operator.value)} {joint.join(parts)}".rstrip()
