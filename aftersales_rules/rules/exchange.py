"""A pack as a file that goes to another company, and what of it comes in (R8).

Place in event → facts → **decide** → record → apply: beside it; nothing here comes
into force. Written is one JSON file with the pack, the values of its thresholds, a
word on where it comes from and a checksum. Read are such files, bare packs, and
decision tables (``dmn``); what kind a file is follows from its content, not its name.

What comes in goes on top of the rules that are there, table by table
(:func:`take_tables`): a table that is not in the file, or not chosen, stays as it is
to the last letter.

>>> pack = load_pack({"schema_version": 1, "name": "p"})
>>> exchange = load_exchange(dump_exchange(pack, {}))
>>> exchange.kind, exchange.is_intact, exchange.pack == pack
('json', True, True)
>>> load_exchange(b"PK and the rest of an archive")
Traceback (most recent call last):
...
rules.errors.PackError: an archive or an office document; expected a JSON or DMN file
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NoReturn, TypeAlias

from .compare import thresholds_of
from .compile import CompiledPack
from .dmn import load_dmn
from .errors import Fault, PackError, nearest, short
from .facts import FieldSpec
from .language import (
    AnyGroup,
    Condition,
    FactOperand,
    Operator,
    Pack,
    Rule,
    Threshold,
    ThresholdOperand,
    canonical_json,
    load_pack,
    parse_source,
)
from .registry import REGISTRY, Registry
from .schema import pack_json_schema
from .values import ValueFault, multiply, parse_value, plain_decimal, to_json

AnyCondition: TypeAlias = Condition | AnyGroup

FORMAT = "aftersales-rules"
SCHEMA_FILE = "aftersales-rules.schema.json"
"""How the schema is called that a file names: it is looked for beside the file."""
FILE_MAX = 16 * 1024 * 1024
ABOUT = ("company", "version", "fingerprint", "exported_on")
ABOUT_MAX = 200
_KEYS = ("$schema", "format", "about", "addons", "checksum", "values", "pack")
_EXPECTED = "a JSON or DMN file"


@dataclass(frozen=True)
class Exchange:
    """What was read from a file.

    ``values`` are those that the file says, typed; ``about`` where it comes from, by
    its own word; ``addons`` by decision those that declare it and its facts;
    ``is_intact`` whether the checksum is that of the content, None without one.
    """

    kind: Literal["json", "dmn"]
    pack: Pack
    values: Mapping[str, Any]
    about: Mapping[str, str] = field(default_factory=dict)
    addons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_intact: bool | None = None
    root: str = ""
    """What paths in the pack begin with when they are paths in the file."""

    @property
    def decisions(self) -> tuple[str, ...]:
        """The decisions that the file has rules for, in its order."""
        return tuple(dict.fromkeys(rule.decision for rule in self.pack.rules))

    def decision_at(self, path: str) -> str | None:
        """The decision whose rule a path of this file lies in."""
        head, _bracket, rest = path.removeprefix(self.root).partition("[")
        number, bracket, _rest = rest.partition("]")
        if head != "rules" or not bracket or not number.isdigit():
            return None
        place = int(number)
        return self.pack.rules[place].decision if place < len(self.pack.rules) else None


# -------------------------------------------------------------------- writing


def dump_exchange(
    pack: Pack,
    values: Mapping[str, Any],
    decisions: Iterable[str] | None = None,
    *,
    about: Mapping[str, str] | None = None,
    addons: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """A pack with the values of its thresholds as a file.

    :param decisions: only these tables, and the thresholds that they use
    """
    if decisions is not None:
        pack = tables_of(pack, decisions)
    said = _values_json(pack, values)
    content: dict[str, Any] = {
        "$schema": SCHEMA_FILE,
        "format": FORMAT,
        "about": dict(about or {}),
        "checksum": _checksum(pack, said),
        "addons": {name: list(found) for name, found in (addons or {}).items()},
        "values": said,
        "pack": pack.model_dump(mode="json", exclude_defaults=True),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a character in a text
        return json.dumps(content, indent=2).encode() + b"\n"


def tables_of(pack: Pack, decisions: Iterable[str]) -> Pack:
    """The tables of some decisions and the thresholds that they use."""
    chosen = set(decisions)
    rules = [rule for rule in pack.rules if rule.decision in chosen]
    used = {name for rule in rules for name in thresholds_of(rule)}
    return _pack_of(
        pack, rules, (each for each in pack.thresholds if each.name in used)
    )


def _pack_of(pack: Pack, rules: Iterable[Rule], limits: Iterable[Threshold]) -> Pack:
    """Another pack of the same name, read anew: within the limits of every pack."""
    content = pack.model_dump(mode="json", exclude={"rules", "thresholds"})
    content["rules"] = [each.model_dump(mode="json") for each in rules]
    content["thresholds"] = [each.model_dump(mode="json") for each in limits]
    return load_pack(content)


def _values_json(pack: Pack, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        each.name: to_json(values[each.name])
        for each in pack.thresholds
        if each.name in values
    }


def _checksum(pack: Pack, values: Mapping[str, Any]) -> str:
    content = {"pack": pack.model_dump(mode="json"), "values": values}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def exchange_json_schema(registry: Registry = REGISTRY) -> dict[str, Any]:
    """The schema of the files that :func:`dump_exchange` writes, and of bare packs."""
    pack = pack_json_schema(registry)
    definitions = {**pack.pop("$defs"), "Pack": pack}
    dialect = pack.pop("$schema")
    pack["properties"] = {"$schema": {"type": "string"}, **pack["properties"]}
    text = {"type": "string", "maxLength": ABOUT_MAX}
    file = {
        "properties": {
            "$schema": {"type": "string"},
            "format": {"const": FORMAT},
            "about": {
                "type": "object",
                "properties": dict.fromkeys(ABOUT, text),
                "additionalProperties": False,
            },
            "addons": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": text},
            },
            "checksum": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "values": {
                "type": "object",
                "additionalProperties": {"type": ["string", "integer", "boolean"]},
            },
            "pack": {"$ref": "#/$defs/Pack"},
        },
        "required": ["format", "pack"],
        "additionalProperties": False,
    }
    return {
        "$schema": dialect,
        "title": "Rules for exchange",
        "type": "object",
        "$defs": definitions,
        "if": {"required": ["pack"]},
        "then": file,
        "else": {"$ref": "#/$defs/Pack"},
    }


# -------------------------------------------------------------------- reading


def load_exchange(
    source: bytes, registry: Registry = REGISTRY, *, base: CompiledPack | None = None
) -> Exchange:
    """Read a file that may come from anywhere.

    :param base: the rules that are there; a decision table whose tool has dropped what
        other tools do not know may name thresholds of them in its texts
    :raise PackError: with all faults, each with its path in the file
    """
    if len(source) > FILE_MAX:
        _refuse("size", f"file of {len(source)} bytes", f"up to {FILE_MAX}")
    start = source[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        _refuse("empty", "an empty file", _EXPECTED)
    if start.startswith((b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        _refuse("archive", "an archive or an office document", _EXPECTED)
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if wide and b"{" in start[2:4]:
        _refuse("encoding", "JSON in UTF-16", "JSON in UTF-8")
    if wide or start.startswith(b"<"):
        pack = load_dmn(source, registry, known=_known(base))
        return Exchange("dmn", pack, _defaults(pack))
    if not start.startswith(b"{"):
        _refuse("kind", "neither JSON nor DMN", _EXPECTED)
    content = parse_source(source)
    if "pack" in content or "format" in content:
        return _load_envelope(content)
    content.pop("$schema", None)
    pack = load_pack(content)
    return Exchange("json", pack, _defaults(pack))


def _refuse(code: str, message: str, expected: str) -> NoReturn:
    raise PackError(Fault("", code, message, None, expected))


def _known(base: CompiledPack | None) -> Iterator[Threshold]:
    """Thresholds that are there; a file that does not declare them leaves them so."""
    if base is None:
        return
    for each in base.pack.thresholds:
        yield each.model_copy(update={"default": to_json(base.thresholds[each.name])})


def _defaults(pack: Pack) -> dict[str, Any]:
    """Values of the thresholds where a file says none; what is no value is left out."""
    found = {}
    for each in pack.thresholds:
        try:
            found[each.name] = parse_value(each, each.default)
        except ValueFault:  # a fault of the pack, which says where
            continue
    return found


def _load_envelope(content: dict[str, Any]) -> Exchange:
    faults = [
        Fault(key[:80], "unknown_key", f"unknown key {short(key)}", key, None, close)
        for key in content
        if key not in _KEYS
        for close in [nearest(key, _KEYS)]
    ]
    if content.get("format") != FORMAT:
        found = short(content.get("format"))
        faults.append(Fault("format", "format", f"{found} is not read", None, FORMAT))
    said = content.get("values", {})
    about = content.get("about", {})
    addons = content.get("addons", {})
    for key, value in (("values", said), ("about", about), ("addons", addons)):
        if not isinstance(value, dict):
            faults.append(Fault(key, "json", "not an object", short(value)))
    if not isinstance(content.get("pack"), dict):
        faults.append(Fault("pack", "missing", "no rules in it", None, "an object"))
    if faults:
        raise PackError(faults)
    try:
        pack = load_pack(content["pack"])
    except PackError as err:
        raise PackError(below("pack.", fault) for fault in err.faults) from None
    values = _read_values(pack, said)
    checksum = content.get("checksum")
    intact = None
    if checksum is not None:
        intact = checksum == _checksum(pack, _values_json(pack, values))
    return Exchange(
        "json",
        pack,
        {**_defaults(pack), **values},
        {
            key: str(about[key])[:ABOUT_MAX]
            for key in ABOUT
            if isinstance(about.get(key), str)
        },
        dict(_read_addons(addons)),
        intact,
        "pack.",
    )


def below(root: str, fault: Fault) -> Fault:
    """A fault of a pack as one of the file that the pack is in."""
    return Fault(
        root + fault.path if fault.path else root.rstrip("."),
        fault.code,
        fault.message,
        fault.value,
        fault.expected,
        fault.suggestion,
    )


def _read_values(pack: Pack, said: Mapping[str, Any]) -> dict[str, Any]:
    limits = {each.name: each for each in pack.thresholds}
    faults, values = [], {}
    for name, raw in said.items():
        path = f"values.{name[:80]}"
        if name not in limits:
            faults.append(
                Fault(
                    path,
                    "unknown_threshold",
                    f"unknown threshold {short(name)}",
                    suggestion=nearest(name, limits),
                )
            )
            continue
        try:
            if isinstance(raw, (dict, list)) or raw is None:
                raise ValueFault(f"{short(raw)} is not a value", raw, "a value")
            values[name] = parse_value(limits[name], raw)
        except ValueFault as err:
            faults.append(Fault(path, "value", str(err), short(raw)))
    if faults:
        raise PackError(faults)
    return values


def _read_addons(addons: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a file says of addons: words for people, so whatever else is left out."""
    for name, found in addons.items():
        if isinstance(found, list):
            yield name, tuple(each[:64] for each in found if isinstance(each, str))


# ------------------------------------------------------------------ coming in


def take_tables(base: CompiledPack, coming: Exchange, decisions: Iterable[str]) -> Pack:
    """The pack that is there with the tables of some decisions as a file has them.

    Of thresholds come those that the tables use, and all of the file if all of its
    tables are taken; none is removed. A decision table of DMN says less than a pack:
    thresholds that are known stay as they are declared, and a rule that is known stays
    as it is written where the table says the same.

    The result is not checked: see ``check_pack`` and ``compile_pack``.
    """
    chosen = set(decisions)
    pack = base.pack
    tables: dict[str, list[Rule]] = {name: [] for name in sorted(chosen)}
    for rule in coming.pack.rules:
        if rule.decision in chosen:
            tables[rule.decision].append(rule)
    if coming.kind == "dmn":
        tables = {
            name: _as_said(table, base, coming.values) for name, table in tables.items()
        }
    used = {
        name
        for table in tables.values()
        for rule in table
        for name in thresholds_of(rule)
    }
    limits = {each.name: each for each in pack.thresholds}
    for each in _limits_of(coming, chosen):
        if coming.kind == "json":
            limits[each.name] = each
        elif each.name in used:
            limits.setdefault(each.name, each)
    return _pack_of(pack, _in_place(pack.rules, tables), limits.values())


def values_of(coming: Exchange, decisions: Iterable[str]) -> dict[str, Any]:
    """The values that a file has of the thresholds that come with some tables."""
    names = {each.name for each in _limits_of(coming, set(decisions))}
    return {name: value for name, value in coming.values.items() if name in names}


def _limits_of(coming: Exchange, chosen: set[str]) -> Iterator[Threshold]:
    whole = coming.kind == "json" and chosen >= set(coming.decisions)
    used = {
        name
        for rule in coming.pack.rules
        if rule.decision in chosen
        for name in thresholds_of(rule)
    }
    return (each for each in coming.pack.thresholds if whole or each.name in used)


def _in_place(
    rules: Sequence[Rule], tables: Mapping[str, Sequence[Rule]]
) -> Iterator[Rule]:
    """New tables where the old ones stood, rule by rule; the rest behind the last."""
    last = {rule.decision: place for place, rule in enumerate(rules)}
    left = {name: list(table) for name, table in tables.items()}
    for place, rule in enumerate(rules):
        waiting = left.get(rule.decision)
        if waiting is None:
            yield rule
            continue
        number = len(waiting) if last[rule.decision] == place else 1
        for _each in range(min(number, len(waiting))):
            yield waiting.pop(0)
    for waiting in left.values():
        yield from waiting


def _as_said(
    table: Sequence[Rule], base: CompiledPack, values: Mapping[str, Any]
) -> list[Rule]:
    """Rules of a decision table, with what only their pack can say.

    That is: requirements and translations; the spelling of what is the same (``in``
    one value is ``=``); which threshold a number was; the order of conditions.
    """
    known = {rule.name: rule for rule in base.pack.rules}
    found = []
    for rule in table:
        old = known.get(rule.name)
        if old is not None and old.decision == rule.decision:
            rule = _Spelling(base, old, values).respell(rule)
        found.append(rule)
    return _placed(_numbered(found, known), list(known))


def _placed(table: list[Rule], known: Sequence[str]) -> list[Rule]:
    """In the order of the rules that are there, if their numbers say the rest."""
    places = {name: place for place, name in enumerate(known)}
    last = -1
    keys = []
    for number, rule in enumerate(table):
        last = places.get(rule.name, last)
        keys.append((last, number))
    order = sorted(range(len(table)), key=keys.__getitem__)
    placed = [table[number] for number in order]
    same = sorted(placed, key=lambda rule: rule.sequence) == table
    return placed if same else table


def _numbered(table: list[Rule], known: Mapping[str, Rule]) -> list[Rule]:
    """The numbers that rules had, if they still say the order of the table."""
    numbers: list[int] = []
    for rule in table:
        old = known.get(rule.name)
        number = numbers[-1] if numbers else rule.sequence
        if old is not None and old.decision == rule.decision:
            number = old.sequence
        numbers.append(number)
    if numbers != sorted(numbers):
        return table
    return [
        rule.model_copy(update={"sequence": number})
        for rule, number in zip(table, numbers, strict=True)
    ]


class _Spelling:
    """How a rule that is there writes its conditions and answers."""

    def __init__(
        self, base: CompiledPack, rule: Rule, foreign: Mapping[str, Any]
    ) -> None:
        self.rule = rule
        self.foreign = foreign
        self.spec = base.registry.get(rule.decision)
        self.values = base.thresholds
        self.conditions: dict[str, list[int]] = {}
        for place, condition in enumerate(rule.conditions):
            for bare in (False, True):
                places = self.conditions.setdefault(self.condition(condition, bare), [])
                if place not in places:
                    places.append(place)

    def respell(self, rule: Rule) -> Rule:
        """A rule as it came, in the words of the one that is there."""
        old, left = self.rule, set(range(len(self.rule.conditions)))
        said: list[tuple[int, AnyCondition]] = []
        last = -1
        for condition in rule.conditions:
            places = self.conditions.get(self.condition(condition), ())
            place = next((each for each in places if each in left), None)
            if place is not None:
                left.discard(place)
                condition, last = old.conditions[place], place
            said.append((last, condition))
        said = self._in_order(said, left)
        outcome = {
            name: self.answer(name, value) for name, value in rule.outcome.items()
        }
        for name, value in old.outcome.items():
            if name not in outcome and self.is_default(name, value):
                outcome[name] = value
        return rule.model_copy(
            update={
                "conditions": tuple(condition for _place, condition in said),
                "outcome": outcome,
                "requirement": rule.requirement or old.requirement,
                "i18n": rule.i18n or old.i18n,
            }
        )

    def _in_order(
        self, said: list[tuple[int, AnyCondition]], left: set[int]
    ) -> list[tuple[int, AnyCondition]]:
        """Conditions in the order of those that are there."""
        placed = []
        taken = set(range(len(self.rule.conditions))) - left
        for place, condition in said:
            if condition not in self.rule.conditions:
                subject = _subject(condition)
                for each in sorted(left - taken):
                    if _subject(self.rule.conditions[each]) == subject:
                        place = each
                        taken.add(each)
                        break
            placed.append((place, condition))
        return sorted(placed, key=lambda each: each[0])

    # ------------------------------------------------------- what is the same

    def condition(self, condition: AnyCondition, bare: bool = False) -> str:
        """The same text for conditions that say the same.

        :param bare: with the values of thresholds in their place
        """
        if isinstance(condition, AnyGroup):
            return canonical_json(
                [self.condition(each, bare) for each in condition.any_of]
            )
        fact = self.spec.fact_fields.get(condition.fact)
        operand = condition.operand
        terms = operand if isinstance(operand, tuple) else (operand,)
        texts = [self.term(fact, each, bare) for each in terms]
        operator = condition.op
        if len(texts) == 1:
            operator = _ONE.get(operator, operator)
        return canonical_json([condition.fact, str(operator), *texts])

    def term(self, fact: FieldSpec | None, term: object, bare: bool) -> str:
        """The same text for values, thresholds and facts that are the same."""
        if isinstance(term, ThresholdOperand):
            if bare:
                return self.value(fact, self.effective(term))
            return canonical_json({"threshold": term.threshold, "times": term.times})
        if isinstance(term, FactOperand):
            times: Any = term.times
            if bare and times in self.values:
                times = to_json(self.values[times])
            elif times in self.foreign and times not in self.values:
                times = to_json(self.foreign[times])
            return canonical_json({"fact": term.fact, "times": times})
        return self.value(fact, term)

    def effective(self, term: ThresholdOperand) -> Any:
        value = self.values.get(term.threshold)
        if term.times is None or value is None:
            return value
        return multiply(value, self.values[term.times])

    def value(self, spec: FieldSpec | None, raw: object) -> str:
        if spec is not None:
            try:
                raw = parse_value(spec, raw)
            except ValueFault:  # a fault that the checks name
                return str(raw)
        if isinstance(raw, Decimal):
            raw = plain_decimal(raw)
        return str(to_json(raw))

    def answer(self, name: str, value: Any) -> Any:
        """One answer of the outcome, as it is spelt where it stays the same."""
        spec = self.spec.outcome_fields.get(name)
        old = self.rule.outcome.get(name)
        mine = self.term(spec, value, False)
        same = (self.term(spec, old, bare) for bare in (False, True))
        return old if old is not None and mine in same else value

    def is_default(self, name: str, value: Any) -> bool:
        """Whether an answer is the one that counts where none is given."""
        answer = self.spec.outcome.model_fields.get(name)
        if answer is None or answer.is_required():
            return False
        default = to_json(answer.default)
        return type(default) is type(value) and bool(default == value)


_ONE = {Operator.IN: Operator.EQ, Operator.NOT_IN: Operator.NE}


def _subject(condition: AnyCondition) -> tuple[str, ...]:
    if isinstance(condition, AnyGroup):
        return tuple(sorted({each.fact for each in condition.any_of}))
    return (condition.fact,)
