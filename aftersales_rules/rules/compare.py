"""Two packs side by side: what was added, removed, moved or changed, cell by cell.

Place in event → facts → **decide** → record → apply: asked before a draft is
published (R3, R6) and when a pack is to be imported (R8). Rules and thresholds
are known by their names, so a rule that is renamed is another rule. Inside a rule
every condition, outcome field, text and date is a cell of its own; a condition
that stays about the same fact is *changed*, and says in which part.

``patch(before, diff)`` gives the second pack again: nothing is left out of a
comparison.

>>> from .language import load_pack
>>> rule = {"name": "late", "decision": "returns", "outcome": {"effect": "refuse"},
...         "conditions": [{"fact": "age", "op": ">", "operand": 30}]}
>>> old = load_pack({"schema_version": 1, "name": "p", "rules": [rule]})
>>> rule["conditions"][0]["operand"] = 45
>>> new = load_pack({"schema_version": 1, "name": "p", "rules": [rule]})
>>> diff = compare_packs(old, new)
>>> [change] = diff.rules[0].conditions
>>> change.kind, change.parts, change.before["operand"], change.after["operand"]
('changed', ('operand',), 30, 45)
>>> patch(old, diff) == new
True
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .errors import Fault, PackError, short
from .facts import FieldSpec
from .i18n import Translate, _, untranslated
from .language import (
    AnyGroup,
    Condition,
    FactOperand,
    Operator,
    Pack,
    Rule,
    Threshold,
    ThresholdOperand,
    load_pack,
)
from .registry import REGISTRY, Registry
from .templates import Template
from .values import Described, ValueFault, format_value, parse_value

Kind = Literal["added", "removed", "changed", "moved"]
Path: TypeAlias = tuple[str, ...]
"""Where a cell is in its rule or threshold: ``("outcome", "effect")``."""

COLUMNS: Mapping[str, str] = {
    "name": _("Name"),
    "label": _("Label"),
    "help": _("Help"),
    "type": _("Type"),
    "unit": _("Unit"),
    "default": _("Value"),
    "minimum": _("Minimum"),
    "maximum": _("Maximum"),
    "requirement": _("Requirement"),
    "decision": _("Decision"),
    "sequence": _("Sequence"),
    "reason": _("Reason"),
    "remedy": _("Remedy"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "schema_version": _("Format"),
    "condition": _("Condition"),
    "place": _("Place"),
    "rule": _("Rule"),
    "threshold": _("Threshold"),
}
"""What the columns of a comparison are called; marked for translation."""
ALWAYS = _("always")
ANY_JOINT = _(" or ")


@dataclass(frozen=True)
class CellChange:
    """One cell: what was in it, and what is."""

    path: Path
    kind: Kind
    before: Any
    after: Any


@dataclass(frozen=True)
class ConditionChange:
    """One condition of a rule; its content is that of the pack's JSON."""

    kind: Kind
    place_before: int | None
    place_after: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def parts(self) -> tuple[str, ...]:
        """What differs: ``fact``, ``op``, ``operand``, or ``any``."""
        if self.before is None or self.after is None:
            return ()
        if "any" in self.before or "any" in self.after:
            return () if self.before == self.after else ("any",)
        return tuple(
            part
            for part in ("fact", "op", "operand")
            if self.before.get(part) != self.after.get(part)
        )


@dataclass(frozen=True)
class RuleChange:
    """One rule. ``place_*`` count from one among the rules of its decision."""

    name: str
    kind: Kind
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    place_before: int | None = None
    place_after: int | None = None
    moved: bool = False
    cells: tuple[CellChange, ...] = ()
    conditions: tuple[ConditionChange, ...] = ()

    @property
    def every_cell(self) -> tuple[CellChange, ...]:
        """The cells that differ; of an added or removed rule, all it has."""
        return self.cells or _whole_cells(self.before, self.after)

    @property
    def every_condition(self) -> tuple[ConditionChange, ...]:
        """The conditions that differ; of an added or removed rule, all it has."""
        if self.before is not None and self.after is not None:
            return self.conditions
        old = (self.before or {}).get("conditions", ())
        new = (self.after or {}).get("conditions", ())
        return _conditions(old, new)


@dataclass(frozen=True)
class ThresholdChange:
    """One threshold."""

    name: str
    kind: Kind
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    cells: tuple[CellChange, ...] = ()

    @property
    def every_cell(self) -> tuple[CellChange, ...]:
        """The cells that differ; of an added or removed threshold, all it has."""
        return self.cells or _whole_cells(self.before, self.after)


@dataclass(frozen=True)
class PackDiff:
    """All that differs between two packs; empty when they are equal."""

    cells: tuple[CellChange, ...] = ()
    thresholds: tuple[ThresholdChange, ...] = ()
    rules: tuple[RuleChange, ...] = ()
    threshold_order: tuple[str, ...] | None = None
    """All names in their new order, if it does not follow from the changes."""
    rule_order: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return bool(
            self.cells
            or self.thresholds
            or self.rules
            or self.threshold_order is not None
            or self.rule_order is not None
        )


# ------------------------------------------------------------------ comparing


def compare_packs(before: Pack, after: Pack) -> PackDiff:
    """What differs between two packs (R3, R8).

    :raise PackError: if a name stands for two rules or two thresholds of a pack
    """
    old_rules, new_rules = _by_name(before.rules), _by_name(after.rules)
    old_limits, new_limits = _by_name(before.thresholds), _by_name(after.thresholds)
    return PackDiff(
        _cells(_pack_cells(before), _pack_cells(after)),
        tuple(_thresholds(old_limits, new_limits)),
        tuple(_rules(before, after, old_rules, new_rules)),
        _order(tuple(old_limits), tuple(new_limits)),
        _order(tuple(old_rules), tuple(new_rules)),
    )


def compare_decisions(before: Pack, after: Pack, decision: str) -> PackDiff:
    """What differs between the tables of one decision, with the thresholds of them."""
    return compare_packs(part_of(before, decision), part_of(after, decision))


def part_of(pack: Pack, decision: str) -> Pack:
    """The rules of one decision and the thresholds that they use."""
    rules = tuple(rule for rule in pack.rules if rule.decision == decision)
    used = {name for rule in rules for name in thresholds_of(rule)}
    limits = tuple(each for each in pack.thresholds if each.name in used)
    return pack.model_copy(update={"rules": rules, "thresholds": limits})


def thresholds_of(rule: Rule) -> Iterator[str]:
    """The names of thresholds that a rule compares with, answers with or names."""
    for clause in rule.conditions:
        members = clause.any_of if isinstance(clause, AnyGroup) else (clause,)
        for member in members:
            operand = member.operand
            for term in operand if isinstance(operand, tuple) else (operand,):
                yield from _names_in(term)
    for value in rule.outcome.values():
        yield from _names_in(value)
    texts = [rule.reason, rule.remedy]
    for other in rule.i18n.values():
        texts += [other.reason or "", other.remedy or ""]
    for text in texts:
        yield from Template(text).names("threshold")


def _names_in(term: object) -> Iterator[str]:
    if isinstance(term, ThresholdOperand):
        yield term.threshold
    if isinstance(term, (ThresholdOperand, FactOperand)) and term.times:
        yield term.times


def _by_name(items: Iterable[Any]) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = {}
    for item in items:
        if item.name in content:
            noun = "rule" if isinstance(item, Rule) else "threshold"
            raise PackError(
                Fault(item.name, "duplicate", f"{noun} {short(item.name)} twice")
            )
        content[item.name] = item.model_dump(mode="json")
    return content


def _pack_cells(pack: Pack) -> dict[Path, Any]:
    return {
        ("schema_version",): pack.schema_version,
        ("name",): pack.name,
        ("label",): pack.label,
    }


def _rules(
    before: Pack,
    after: Pack,
    old: Mapping[str, dict[str, Any]],
    new: Mapping[str, dict[str, Any]],
) -> Iterator[RuleChange]:
    old_places, new_places = _places(before), _places(after)
    moved = _moved(old_places, new_places)
    for name, content in old.items():
        place = old_places[name][1]
        if name not in new:
            yield RuleChange(name, "removed", content, None, place)
    for name, content in new.items():
        place = new_places[name][1]
        if name not in old:
            yield RuleChange(name, "added", None, content, None, place)
            continue
        cells = _cells(_flat(old[name]), _flat(content))
        conditions = _conditions(old[name]["conditions"], content["conditions"])
        if cells or conditions or name in moved:
            yield RuleChange(
                name,
                "changed" if cells or conditions else "moved",
                old[name],
                content,
                old_places[name][1],
                place,
                name in moved,
                cells,
                conditions,
            )


def _thresholds(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> Iterator[ThresholdChange]:
    for name, content in old.items():
        if name not in new:
            yield ThresholdChange(name, "removed", content, None)
    for name, content in new.items():
        if name not in old:
            yield ThresholdChange(name, "added", None, content)
        elif cells := _cells(_flat(old[name]), _flat(content)):
            yield ThresholdChange(name, "changed", old[name], content, cells)


def _places(pack: Pack) -> dict[str, tuple[str, int]]:
    """For each rule its decision, and its place among the rules asked there."""
    places: dict[str, tuple[str, int]] = {}
    count: dict[str, int] = {}
    for rule in sorted(pack.rules, key=lambda each: each.sequence):
        count[rule.decision] = count.get(rule.decision, 0) + 1
        places[rule.name] = rule.decision, count[rule.decision]
    return places


def _moved(
    old: Mapping[str, tuple[str, int]], new: Mapping[str, tuple[str, int]]
) -> set[str]:
    """The fewest rules that must be moved to get from one order to the other."""
    by_decision: dict[str, list[str]] = {}
    for name, (decision, _place) in sorted(new.items(), key=lambda each: each[1][1]):
        if name in old and old[name][0] == decision:
            by_decision.setdefault(decision, []).append(name)
    moved: set[str] = set()
    for names in by_decision.values():
        kept = _longest_rise([old[name][1] for name in names])
        moved.update(name for place, name in enumerate(names) if place not in kept)
    return moved


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """Places of a longest rising subsequence."""
    ends: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        slot = bisect_left(ends, number)
        before.append(places[slot - 1] if slot else None)
        ends[slot : slot + 1] = [number]
        places[slot : slot + 1] = [place]
    kept: set[int] = set()
    at = places[-1] if places else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return kept


def _order(old: Sequence[str], new: Sequence[str]) -> tuple[str, ...] | None:
    return None if _expected_order(old, new) == list(new) else tuple(new)


def _expected_order(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Those that stay where they are, then those that are added."""
    left, there = set(new), set(old)
    kept = [name for name in old if name in left]
    return kept + [name for name in new if name not in there]


def _flat(content: Mapping[str, Any]) -> dict[Path, Any]:
    """The cells of a rule or threshold, without conditions."""
    cells: dict[Path, Any] = {}
    for key, value in content.items():
        if key == "conditions":
            continue
        if key == "i18n":
            for lang, texts in value.items():
                cells.update({(key, lang, name): text for name, text in texts.items()})
        elif key == "outcome":
            cells.update({(key, name): answer for name, answer in value.items()})
        else:
            cells[key,] = value
    return cells


def _whole_cells(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[CellChange, ...]:
    if old is not None and new is not None:
        return ()
    return _cells(_flat(old or {}), _flat(new or {}))


def _cells(old: Mapping[Path, Any], new: Mapping[Path, Any]) -> tuple[CellChange, ...]:
    changes: list[CellChange] = []
    for path, value in old.items():
        if path not in new:
            changes.append(CellChange(path, "removed", value, None))
        elif not _same(value, new[path]):
            changes.append(CellChange(path, "changed", value, new[path]))
    for path, value in new.items():
        if path not in old:
            changes.append(CellChange(path, "added", None, value))
    return tuple(changes)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: ``true`` is not 1."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _same(one[key], other[key]) for key in one
        )
    return type(one) is type(other) and bool(one == other)


def _conditions(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[ConditionChange, ...]:
    """Pair equal conditions first, then those about the same facts."""
    pairs: dict[int, int] = {}
    left = list(range(len(old)))
    for alike in (_same, _same_subject):
        for place, condition in enumerate(new):
            if place in pairs:
                continue
            twin = next((at for at in left if alike(old[at], condition)), None)
            if twin is not None:
                pairs[place] = twin
                left.remove(twin)
    matched = sorted(pairs)
    kept = _longest_rise([pairs[place] for place in matched])
    still = {place for at, place in enumerate(matched) if at in kept}
    changes = [ConditionChange("removed", at, None, old[at], None) for at in left]
    for place, condition in enumerate(new):
        at = pairs.get(place)
        if at is None:
            changes.append(ConditionChange("added", None, place, None, condition))
        elif not _same(old[at], condition):
            changes.append(ConditionChange("changed", at, place, old[at], condition))
        elif place not in still:
            changes.append(ConditionChange("moved", at, place, old[at], condition))
    return tuple(changes)


def _same_subject(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return _subject(one) == _subject(other)


def _subject(condition: Mapping[str, Any]) -> tuple[str, ...]:
    if "any" in condition:
        return ("any", *sorted({each["fact"] for each in condition["any"]}))
    return ("fact", condition["fact"])


# ------------------------------------------------------------------- patching


def patch(before: Pack, diff: PackDiff) -> Pack:
    """The second pack again, from the first and what differs.

    :raise PackError: if the comparison is not one with this pack
    """
    content: dict[str, Any] = _unflat(_patched(_pack_cells(before), diff.cells, ""))
    limits = _by_name(before.thresholds)
    for limit in diff.thresholds:
        _patch_item(limits, limit, "threshold")
    rules = _by_name(before.rules)
    for rule in diff.rules:
        _patch_item(rules, rule, "rule")
    content["thresholds"] = _ordered(limits, diff.threshold_order)
    content["rules"] = _ordered(rules, diff.rule_order)
    return load_pack(content)


def _patch_item(
    items: dict[str, dict[str, Any]], change: RuleChange | ThresholdChange, noun: str
) -> None:
    content = items.pop(change.name, None) if change.kind == "removed" else None
    if change.kind == "removed":
        _must(content == change.before, change.name, noun)
        return
    if change.kind == "added":
        _must(change.name not in items, change.name, noun)
        items[change.name] = dict(change.after or {})
        return
    _must(change.name in items, change.name, noun)
    old = items[change.name]
    new = _unflat(_patched(_flat(old), change.cells, change.name))
    if isinstance(change, RuleChange):
        new.setdefault("outcome", {})
        new["conditions"] = _patched_conditions(old["conditions"], change)
    items[change.name] = new


def _patched(
    cells: dict[Path, Any], changes: Iterable[CellChange], name: str
) -> dict[Path, Any]:
    cells = dict(cells)
    for change in changes:
        _must((change.path in cells) == (change.kind != "added"), name, "cell")
        _must(_same(cells.get(change.path), change.before), name, "cell")
        if change.kind == "removed":
            del cells[change.path]
        else:
            cells[change.path] = change.after
    return cells


def _patched_conditions(old: Sequence[Any], change: RuleChange) -> list[Any]:
    gone = {each.place_before for each in change.conditions}
    content = [each for place, each in enumerate(old) if place not in gone]
    coming = [each for each in change.conditions if each.place_after is not None]
    for each in sorted(coming, key=lambda one: one.place_after or 0):
        content.insert(each.place_after or 0, each.after)
    return content


def _unflat(cells: Mapping[Path, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for path, value in cells.items():
        below = content
        for key in path[:-1]:
            below = below.setdefault(key, {})
        below[path[-1]] = value
    return content


def _ordered(
    items: Mapping[str, dict[str, Any]], order: Sequence[str] | None
) -> list[dict[str, Any]]:
    if order is None:
        return list(items.values())
    _must(set(order) == set(items), "", "order")
    return [items[name] for name in order]


def _must(holds: bool, name: str, noun: str) -> None:
    if not holds:
        raise PackError(
            Fault(name, "diff", f"this {noun} is not the one that was compared")
        )


# ------------------------------------------------------------------ for people


@dataclass(frozen=True)
class DiffRow:
    """One line of a comparison as a person reads it."""

    kind: Kind
    part: Literal["pack", "threshold", "rule"]
    decision: str
    name: str
    label: str
    column: str
    before: str
    after: str


def diff_rows(
    diff: PackDiff,
    before: Pack,
    after: Pack,
    registry: Registry = REGISTRY,
    *,
    lang: str | None = None,
    translate: Translate | None = None,
) -> tuple[DiffRow, ...]:
    """The lines of a comparison, in words; a screen shows them as they are (R3)."""
    words = translate or untranslated
    old = _Writer(before, registry, lang, words)
    new = _Writer(after, registry, lang, words)
    rows = [
        DiffRow(
            each.kind,
            "pack",
            "",
            after.name,
            after.label or after.name,
            words(COLUMNS[each.path[0]]),
            str(each.before),
            str(each.after),
        )
        for each in diff.cells
    ]
    for limit in diff.thresholds:
        rows.extend(_threshold_rows(limit, old, new, words))
    for rule in diff.rules:
        rows.extend(_rule_rows(rule, old, new, words))
    return tuple(rows)


def _threshold_rows(
    change: ThresholdChange, old: _Writer, new: _Writer, words: Translate
) -> Iterator[DiffRow]:
    writer = old if change.after is None else new
    name, label = change.name, writer.limits[change.name].label_in(writer.lang)

    def row(kind: Kind, column: str, before: str, after: str) -> DiffRow:
        return DiffRow(kind, "threshold", "", name, label, column, before, after)

    if change.before is None or change.after is None:
        values = old.limit_value(name, "default"), new.limit_value(name, "default")
        yield row(change.kind, words(COLUMNS["threshold"]), *values)
        return
    for cell in change.cells:
        key = cell.path[0]
        if key in ("default", "minimum", "maximum"):
            shown = old.limit_value(name, key), new.limit_value(name, key)
        else:
            shown = _shown(cell.before), _shown(cell.after)
        yield row(cell.kind, _column(cell.path, words), *shown)


def _rule_rows(
    change: RuleChange, old: _Writer, new: _Writer, words: Translate
) -> Iterator[DiffRow]:
    writer = old if change.after is None else new
    name, rule = change.name, writer.rules[change.name]
    label = rule.label_in(writer.lang)

    def row(kind: Kind, column: str, before: str, after: str) -> DiffRow:
        return DiffRow(kind, "rule", rule.decision, name, label, column, before, after)

    if change.before is None or change.after is None:
        texts = old.rule_text(name), new.rule_text(name)
        yield row(change.kind, words(COLUMNS["rule"]), *texts)
        return
    if change.moved:
        places = str(change.place_before), str(change.place_after)
        yield row("moved", words(COLUMNS["place"]), *places)
    for each in change.conditions:
        shown = (
            old.condition_at(name, each.place_before),
            new.condition_at(name, each.place_after),
        )
        yield row(each.kind, words(COLUMNS["condition"]), *shown)
    for cell in change.cells:
        if cell.path[0] == "outcome":
            column = writer.outcome_label(rule.decision, cell.path[1])
            shown = (
                old.outcome_at(name, cell.path[1]),
                new.outcome_at(name, cell.path[1]),
            )
        else:
            column = _column(cell.path, words)
            shown = _shown(cell.before), _shown(cell.after)
        yield row(cell.kind, column, *shown)


def _column(path: Path, words: Translate) -> str:
    name = words(COLUMNS.get(path[-1], path[-1]))
    return f"{name} ({path[1]})" if path[0] == "i18n" else name


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return (
        ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    )


class _Writer:
    """Writes the parts of one pack in words; unknown names stand for themselves."""

    def __init__(
        self, pack: Pack, registry: Registry, lang: str | None, words: Translate
    ) -> None:
        self.registry = registry
        self.lang = lang
        self.words = words
        self.rules: dict[str, Rule] = {rule.name: rule for rule in pack.rules}
        self.limits: dict[str, Threshold] = {
            each.name: each for each in pack.thresholds
        }

    def limit_value(self, name: str, key: str) -> str:
        limit = self.limits.get(name)
        if limit is None:
            return ""
        raw = {
            "default": limit.default,
            "minimum": limit.minimum,
            "maximum": limit.maximum,
        }[key]
        return "" if raw is None else self.value(limit, raw)

    def value(self, spec: Described | None, raw: Any) -> str:
        if spec is None:
            return str(raw)
        try:
            return format_value(spec, parse_value(spec, raw), None, self.words)
        except ValueFault:
            return str(raw)

    def fields(self, decision: str) -> Mapping[str, FieldSpec]:
        if decision not in self.registry:
            return {}
        return self.registry.get(decision).fact_fields

    def outcome_fields(self, decision: str) -> Mapping[str, FieldSpec]:
        if decision not in self.registry:
            return {}
        return self.registry.get(decision).outcome_fields

    def outcome_label(self, decision: str, name: str) -> str:
        spec = self.outcome_fields(decision).get(name)
        return self.words(spec.label) if spec else name

    def outcome_at(self, rule_name: str, name: str) -> str:
        rule = self.rules[rule_name]
        value = rule.outcome.get(name)
        if value is None:
            return ""
        return self.term(self.outcome_fields(rule.decision).get(name), rule, value)

    def rule_text(self, name: str) -> str:
        rule = self.rules.get(name)
        if rule is None:
            return ""
        conditions = "; ".join(self.condition(rule, each) for each in rule.conditions)
        answers = ", ".join(
            f"{self.outcome_label(rule.decision, key)}: {self.outcome_at(name, key)}"
            for key, value in rule.outcome.items()
            if value is not None
        )
        return f"{conditions or self.words(ALWAYS)} → {answers}"

    def condition_at(self, rule_name: str, place: int | None) -> str:
        if place is None:
            return ""
        rule = self.rules[rule_name]
        return self.condition(rule, rule.conditions[place])

    def condition(self, rule: Rule, condition: Condition | AnyGroup) -> str:
        if isinstance(condition, AnyGroup):
            joint = self.words(ANY_JOINT)
            return joint.join(self.condition(rule, each) for each in condition.any_of)
        field = self.fields(rule.decision).get(condition.fact)
        operand = condition.operand
        terms = operand if isinstance(operand, tuple) else (operand,)
        shown = [self.term(field, rule, each) for each in terms if each is not None]
        joint = " … " if condition.op is Operator.BETWEEN else ", "
        label = self.words(field.label) if field else condition.fact
        operator = self.words(condition.op.value)
        return f"{label} {operator} {joint.join(shown)}".rstrip()

    def term(self, field: FieldSpec | None, rule: Rule, term: Any) -> str:
        if not isinstance(term, (ThresholdOperand, FactOperand)):
            return self.value(field, term)
        if isinstance(term, FactOperand):
            other = self.fields(rule.decision).get(term.fact)
            name = self.words(other.label) if other else term.fact
        else:
            name = self.limit(term.threshold)
        return f"{name} × {self.limit(term.times)}" if term.times else name

    def limit(self, name: str) -> str:
        limit = self.limits.get(name)
        return limit.label_in(self.lang) if limit else name
