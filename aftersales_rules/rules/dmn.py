"""Decision tables for other tools, and from them: DMN 1.3 (R8).

Place in event → facts → **decide** → record → apply: an exchange format beside the
pack's own JSON. A decision becomes a decision table: a row is a rule, a column a
fact, and every cell a FEEL test (``feel``). What takes more than a test of one fact
(alternatives over several facts, equality of two facts) becomes a column whose
input is an expression and whose cell is ``true``. Rules in force for a time only
have a column for the day. Outputs are the rule's name and the outcome; reasons and
remedies are annotations.

Hit policy *first* is FIRST, *collect* is RULE ORDER. Thresholds are written as
their values, with their names beside them in extension elements: other tools do
not look at these, reading brings them back wherever the value is still the same.
A value that was changed elsewhere is read as that value.

A table without our extensions is read as well, if its inputs and outputs have the
names of facts and outcome fields. A file is read without entities, without a
document type and within limits of size and depth; nothing in it is fetched or run.

*What cannot be expressed* is refused, all of it at once and with the rule named:
see :func:`dmn_faults`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn
from xml.etree import ElementTree
from xml.parsers import expat

from .checks import check_pack
from .compare import thresholds_of
from .compile import CompiledPack
from .errors import Fault, PackError, nearest, short
from .facts import FieldSpec
from .feel import (
    RESERVED,
    Atom,
    Clause,
    FactRef,
    FeelError,
    Literal,
    is_name,
    read_expression,
    read_literal,
    read_test,
    write_expression,
    write_literal,
    write_test,
)
from .language import SET_OPERATORS, Pack, Threshold, ThresholdOperand, load_pack
from .program import Comparison, Constant, Term, TypedRule
from .registry import NAME, REGISTRY, DecisionSpec, Registry
from .templates import Template
from .values import (
    NUMBER_TYPES,
    PLACES,
    FactType,
    ValueFault,
    check_decimal,
    multiply,
    parse_value,
    plain_decimal,
    to_json,
)

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
"""DMN 1.3, which is written."""
READ = frozenset(
    {
        DMN,
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    }
)
"""DMN 1.2 to 1.5, which are read."""
OWN = "urn:aftersales-rules:dmn:1"
SOURCE_MAX = 16 * 1024 * 1024
DEPTH_MAX = 40
ELEMENTS_MAX = 400_000
DIGITS_MAX = 34
"""So many digits FEEL calculates with; a product takes those of both factors."""
FACTOR_DIGITS_MAX = 16
DAY = "decided_on"
RULE = "rule"

_POLICIES: Mapping[str, str] = {"first": "FIRST", "collect": "RULE ORDER"}
_READ_POLICIES: Mapping[str, tuple[str, ...]] = {
    "first": ("FIRST", "UNIQUE"),
    "collect": ("RULE ORDER", "COLLECT"),
}
_TYPES: Mapping[FactType, str] = {
    **dict.fromkeys(NUMBER_TYPES, "number"),
    FactType.DATE: "date",
    FactType.TIME: "time",
    FactType.BOOLEAN: "boolean",
    FactType.CHOICE: "string",
    FactType.TEXT: "string",
}
_KEPT = ("name", "sequence", "requirement", "i18n", "label", "reason", "remedy")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# -------------------------------------------------------------------- writing


def dmn_faults(
    pack: CompiledPack, decisions: Iterable[str] | None = None
) -> tuple[Fault, ...]:
    """What of some decisions a decision table cannot express; empty if all can be.

    - facts called by a word of FEEL (``in``, ``date``, …);
    - texts with half a character (a lone surrogate), labels and reasons with
      characters that XML has not;
    - numbers of more than 34 digits, factors of more than 16: FEEL would round;
    - facts of one name and different types in two decisions of one file.
    """
    return _Export(pack, decisions).faults()


def dump_dmn(pack: CompiledPack, decisions: Iterable[str] | None = None) -> bytes:
    """Decisions as a DMN 1.3 file; all that have rules by default (R8).

    :raise PackError: with all that cannot be expressed
    """
    export = _Export(pack, decisions)
    root = export.definitions()
    if export.found:
        raise PackError(export.found)
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body.split(b"?>\n")[-1]


@dataclass
class _Column:
    """One input of a table: per row its cell, and the place of the condition."""

    text: str
    kind: str
    label: str
    cells: dict[int, tuple[str, list[Literal]]] = field(default_factory=dict)
    clauses: dict[int, int] = field(default_factory=dict)
    literals: list[Literal] = field(default_factory=list)


@dataclass(frozen=True)
class _Named(Literal):
    """A literal that came from thresholds."""

    threshold: str = ""
    times: str = ""


class _Export:
    def __init__(self, pack: CompiledPack, decisions: Iterable[str] | None) -> None:
        self.pack = pack
        self.whole = decisions is None
        self.names = (
            [spec.name for spec in pack.registry if pack.rules_for(spec.name)]
            if decisions is None
            else list(decisions)
        )
        self.found: list[Fault] = []
        self.inputs: dict[str, tuple[str, str]] = {}
        self.limits: dict[str, None] = {}

    def faults(self) -> tuple[Fault, ...]:
        self.definitions()
        return tuple(self.found)

    def add(self, path: str, code: str, message: str, value: object = None) -> None:
        self.found.append(Fault(path, code, message, short(value)))

    def definitions(self) -> ElementTree.Element:
        ElementTree.register_namespace("", DMN)
        ElementTree.register_namespace("aftersales", OWN)
        source = self.pack.pack
        root = _element(
            "definitions",
            id=f"pack.{source.name}",
            name=self.text("label", source.label) or source.name,
            namespace=OWN,
        )
        extension = _below(root, "extensionElements")
        bodies = [self.decision(self.pack.registry.get(name)) for name in self.names]
        _own(extension, "pack", {"name": source.name, "label": source.label})
        for limit in source.thresholds:
            if self.whole or limit.name in self.limits:
                content = limit.model_dump(mode="json", exclude_defaults=True)
                value = self.pack.thresholds[limit.name]
                if parse_value(limit, limit.default) != value:
                    content["default"] = to_json(value)
                _own(extension, "threshold", content)
        for name, (kind, label) in self.inputs.items():
            data = _below(root, "inputData", id=f"input.{name}", name=name)
            data.set("label", label)
            _below(data, "variable", id=f"variable.{name}", name=name, typeRef=kind)
        root.extend(bodies)
        return root

    def text(self, path: str, text: str) -> str:
        if _NOT_XML.search(text):
            self.add(path, "text", "has characters that XML cannot hold", text)
            return ""
        return text

    def input(self, path: str, name: str, kind: str, label: str) -> None:
        if name in RESERVED:
            self.add(path, "name", f"fact {name!r} is a word of FEEL", name)
        known = self.inputs.setdefault(name, (kind, label))
        if known[0] != kind:
            self.add(
                path,
                "type",
                f"fact {name!r} is a {kind} here and a {known[0]} in another decision "
                "of the file: export them one by one",
                name,
            )

    # ------------------------------------------------------------- decisions

    def decision(self, spec: DecisionSpec) -> ElementTree.Element:
        rules = self.pack.typed_rules(spec.name)
        names = set(self.inputs)
        columns = self.columns(spec, rules)
        self.limits.update(
            dict.fromkeys(name for rule in rules for name in thresholds_of(rule.rule))
        )
        title = spec.label if spec.label not in names | {spec.name} else spec.name
        body = _element("decision", id=spec.name, name=self.text(spec.name, title))
        if spec.help:
            _below(body, "description").text = self.text(spec.name, spec.help)
        _below(body, "variable", id=f"answer.{spec.name}", name=body.get("name"))
        for name in self.used(spec, rules):
            needed = _below(
                body, "informationRequirement", id=f"needs.{spec.name}.{name}"
            )
            _below(needed, "requiredInput", href=f"#input.{name}")
        table = _below(body, "decisionTable", id=f"table.{spec.name}")
        table.set("hitPolicy", _POLICIES[spec.hit_policy])
        for place, column in enumerate(columns):
            self.column(table, f"in.{spec.name}.{place}", column)
        self.outputs(table, spec)
        for name in ("Reason", "Remedy", "Requirement"):
            _below(table, "annotation", name=name)
        for place, rule in enumerate(rules):
            self.row(table, spec, rule, place, columns)
        return body

    def used(self, spec: DecisionSpec, rules: Sequence[TypedRule]) -> list[str]:
        """The facts of a table, in their declared order, and the day."""
        names = {
            name
            for rule in rules
            for clause in rule.clauses
            for member in clause.any_of
            for name in (member.field.name, *_other_facts(member))
        }
        used = [name for name in spec.fact_fields if name in names]
        for name in used:
            fact = spec.fact_fields[name]
            label = self.text(f"{spec.name}.{name}", fact.label)
            self.input(f"{spec.name}.{name}", name, _TYPES[fact.type], label)
        if any(rule.rule.valid_from or rule.rule.valid_to for rule in rules):
            day = _free(DAY, spec.fact_fields)
            self.input(f"{spec.name}.{day}", day, "date", "Decided on")
            used.append(day)
        return used

    def columns(self, spec: DecisionSpec, rules: Sequence[TypedRule]) -> list[_Column]:
        """As many columns per fact as one rule needs, then one per expression."""
        facts: dict[str, list[_Column]] = {name: [] for name in spec.fact_fields}
        others: dict[str, _Column] = {}
        day = _Column(_free(DAY, spec.fact_fields), "date", "Decided on")
        for place, rule in enumerate(rules):
            for number, clause in enumerate(rule.clauses):
                path = f"{rule.rule.name}.conditions[{number}]"
                atoms = [self.atom(path, member) for member in clause.any_of]
                try:
                    column = self.place(spec, place, atoms, facts, others)
                    column.clauses[place] = number
                except FeelError as err:
                    self.add(path, "text", str(err))
            test = _day_test(rule)
            if test:
                day.cells[place] = test, []
        found = [column for some in facts.values() for column in some]
        found += others.values()
        return [*found, day] if day.cells else found

    def place(
        self,
        spec: DecisionSpec,
        row: int,
        atoms: Sequence[Atom],
        facts: dict[str, list[_Column]],
        others: dict[str, _Column],
    ) -> _Column:
        cell = write_test(atoms)
        if cell is None:
            text, literals = write_expression(atoms)
            column = others.setdefault(
                f"{text} {[_note(each) for each in literals]}",
                _Column(text, "boolean", "", literals=literals),
            )
            column.cells[row] = "true", []
            return column
        fact = spec.fact_fields[atoms[0].fact]
        columns = facts[fact.name]
        for column in columns:
            if row not in column.cells:
                break
        else:
            column = _Column(fact.name, _TYPES[fact.type], fact.label)
            columns.append(column)
        column.cells[row] = cell
        return column

    def atom(self, path: str, comparison: Comparison) -> Atom:
        operands = tuple(self.term(path, term) for term in comparison.terms)
        return Atom(comparison.field.name, comparison.operator.value, operands)

    def term(self, path: str, term: Term) -> Literal | FactRef:
        times = term.times.name if term.times else ""
        if isinstance(term, Constant):
            self.digits(path, term.value, DIGITS_MAX)
            if term.threshold is None:
                return Literal(term.value)
            return _Named(term.value, -1, term.threshold.name, times)
        if term.factor is None:
            return FactRef(term.field.name)
        self.digits(path, term.factor, FACTOR_DIGITS_MAX)
        return FactRef(term.field.name, _Named(term.factor, -1, "", times))

    def digits(self, path: str, value: object, most: int) -> None:
        if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
            text = plain_decimal(Decimal(value)).lstrip("-").replace(".", "").strip("0")
            if len(text) > most:
                self.add(path, "digits", f"a number of {len(text)} digits", value)

    # --------------------------------------------------------------- elements

    def column(self, table: ElementTree.Element, name: str, column: _Column) -> None:
        source = _below(table, "input", id=name)
        source.set("label", self.text(name, column.label or column.text))
        if column.literals:
            self.notes(source, column.literals)
        expression = _below(source, "inputExpression", id=f"{name}.expression")
        expression.set("typeRef", column.kind)
        _below(expression, "text").text = column.text

    def outputs(self, table: ElementTree.Element, spec: DecisionSpec) -> None:
        name = _free(RULE, spec.outcome_fields)
        output = _below(table, "output", id=f"out.{spec.name}", name=name)
        output.set("label", "Rule")
        output.set("typeRef", "string")
        output.set(f"{{{OWN}}}is", RULE)
        for each in spec.outcome_fields.values():
            output = _below(
                table, "output", id=f"out.{spec.name}.{each.name}", name=each.name
            )
            output.set("label", self.text(f"{spec.name}.{each.name}", each.label))
            output.set("typeRef", _TYPES[each.type])

    def row(
        self,
        table: ElementTree.Element,
        spec: DecisionSpec,
        rule: TypedRule,
        place: int,
        columns: Sequence[_Column],
    ) -> None:
        source = rule.rule
        row = _below(table, "rule", id=f"row.{spec.name}.{source.name}")
        if source.label:
            _below(row, "description").text = self.text(source.name, source.label)
        content = source.model_dump(mode="json", exclude_defaults=True)
        own = {key: content[key] for key in _KEPT if key in content}
        order = [
            (column.clauses[place], number)
            for number, column in enumerate(columns)
            if place in column.clauses
        ]
        own["columns"] = [number for _clause, number in sorted(order)]
        given = self.given(spec, rule)
        if given:
            own["given"] = given
        _own(_below(row, "extensionElements"), "rule", own)
        for number, column in enumerate(columns):
            text, literals = column.cells.get(place, ("-", []))
            entry = _below(row, "inputEntry", id=f"{row.get('id')}.in.{number}")
            self.notes(entry, literals)
            _below(entry, "text").text = text
        self.answers(row, spec, rule)
        texts = (source.reason, source.remedy, ", ".join(source.requirement))
        for text in texts:
            entry = _below(row, "annotationEntry")
            _below(entry, "text").text = self.text(source.name, text)

    def answers(
        self, row: ElementTree.Element, spec: DecisionSpec, rule: TypedRule
    ) -> None:
        entry = _below(row, "outputEntry", id=f"{row.get('id')}.out")
        _below(entry, "text").text = write_literal(rule.rule.name)
        for name, fact in spec.outcome_fields.items():
            value = parse_value(fact, rule.outcome[name])
            literal = Literal(value)
            raw = rule.rule.outcome.get(name)
            if isinstance(raw, ThresholdOperand):
                literal = _Named(value, -1, raw.threshold, raw.times or "")
            path = f"{rule.rule.name}.outcome.{name}"
            self.digits(path, value, DIGITS_MAX)
            entry = _below(row, "outputEntry", id=f"{row.get('id')}.out.{name}")
            self.notes(entry, [literal])
            try:
                _below(entry, "text").text = write_literal(value)
            except FeelError as err:
                self.add(path, "text", str(err), value)

    def given(self, spec: DecisionSpec, rule: TypedRule) -> list[str]:
        """The answers that a rule gives although all rules have them by default."""
        return [
            name
            for name in spec.outcome_fields
            if name in rule.rule.outcome
            and _is_default(spec, name, to_json(rule.outcome[name]))
        ]

    def notes(self, above: ElementTree.Element, literals: Sequence[Literal]) -> None:
        """Beside a text which of its literals are thresholds."""
        named = [
            (place, each)
            for place, each in enumerate(literals)
            if isinstance(each, _Named)
        ]
        if not named:
            return
        extension = _below(above, "extensionElements")
        for place, each in named:
            term = ElementTree.SubElement(extension, f"{{{OWN}}}term", at=str(place))
            if each.threshold:
                term.set("threshold", each.threshold)
            if each.times:
                term.set("times", each.times)


def _note(literal: Literal) -> str:
    return f"{literal.threshold} {literal.times}" if isinstance(literal, _Named) else ""


def _other_facts(comparison: Comparison) -> Iterator[str]:
    for term in comparison.terms:
        if not isinstance(term, Constant):
            yield term.field.name


def _free(name: str, taken: Mapping[str, Any]) -> str:
    while name in taken:
        name += "_"
    return name


def _day_test(rule: TypedRule) -> str:
    since, until = rule.rule.valid_from, rule.rule.valid_to
    if since and until:
        return f"[{write_literal(since)}..{write_literal(until)}]"
    if since:
        return f">= {write_literal(since)}"
    return f"<= {write_literal(until)}" if until else ""


def _element(tag: str, **attributes: str | None) -> ElementTree.Element:
    found = {name: value for name, value in attributes.items() if value is not None}
    return ElementTree.Element(f"{{{DMN}}}{tag}", found)


def _below(
    above: ElementTree.Element, tag: str, **attributes: str | None
) -> ElementTree.Element:
    found = _element(tag, **attributes)
    above.append(found)
    return found


def _own(above: ElementTree.Element, tag: str, content: Mapping[str, Any]) -> None:
    """Content of ours as JSON: in ASCII, so that XML can hold all of it."""
    element = ElementTree.SubElement(above, f"{{{OWN}}}{tag}")
    element.text = json.dumps(content, sort_keys=True)


# -------------------------------------------------------------------- reading


def load_dmn(
    source: bytes | str,
    registry: Registry = REGISTRY,
    *,
    known: Iterable[Threshold] = (),
) -> Pack:
    """The pack of a DMN file (R8).

    :param known: thresholds that texts may name although the file does not declare
        them, as a tool may have dropped what other tools do not know
    :raise PackError: with all faults, by decision, row and column
    """
    return _Import(_parse(source), registry).pack(known)


def _parse(source: bytes | str) -> ElementTree.Element:
    """XML without entities, document types and surprises of size."""
    content = (
        source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    )
    if len(content) > SOURCE_MAX:
        raise _refused("size", f"file of {len(content)} bytes", f"up to {SOURCE_MAX}")
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(
        "utf-8" if isinstance(source, str) else None, namespace_separator="}"
    )
    parser.buffer_text = True
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEPTH_MAX:
            raise _refused("depth", "nested too deeply", f"at most {DEPTH_MAX} levels")
        if count > ELEMENTS_MAX:
            raise _refused("size", "too many elements", f"at most {ELEMENTS_MAX}")
        builder.start(
            _qualified(tag), {_qualified(key): each for key, each in attributes.items()}
        )

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(tag))

    def refuse(*_arguments: object) -> NoReturn:
        raise _refused("doctype", "has a document type", "XML without one")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as err:
        where = f"line {err.lineno} column {err.offset + 1}"
        reason = expat.errors.messages[err.code]
        raise _refused("xml", f"not XML at {where}: {reason}", "a DMN file") from None
    except (LookupError, ValueError) as err:  # an encoding that nobody knows
        raise _refused("xml", f"not XML: {short(str(err))}", "a DMN file") from None
    return builder.close()


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _refused(code: str, message: str, expected: str) -> PackError:
    return PackError(Fault("", code, message, None, expected))


@dataclass(frozen=True)
class _Input:
    """One input of a table that is read."""

    name: str
    column: str
    notes: Mapping[int, tuple[str, str]]
    is_day: bool


class _Import:
    def __init__(self, root: ElementTree.Element, registry: Registry) -> None:
        space, _brace, tag = root.tag[1:].partition("}")
        if tag != "definitions" or space not in READ:
            raise _refused("dmn", f"not DMN: {short(root.tag)}", "DMN 1.2 to 1.5")
        self.space = space
        self.root = root
        self.registry = registry
        self.faults: list[Fault] = []
        self.limits: dict[str, dict[str, Any]] = {}
        self.values: dict[str, Any] = {}
        self.types: dict[str, FactType] = {}
        self.rules: list[dict[str, Any]] = []
        self.paths: list[str] = []

    def add(
        self,
        path: str,
        code: str,
        message: str,
        expected: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.faults.append(Fault(path, code, message, None, expected, suggestion))

    # ----------------------------------------------------------------- pack

    def pack(self, known: Iterable[Threshold]) -> Pack:
        content: dict[str, Any] = {
            "schema_version": 1,
            "name": _name_of(self.root.get("name") or "", "imported"),
            "label": self.root.get("name") or "",
        }
        content.update(self.own(self.root, "pack", ("name", "label")))
        for found in self.extensions(self.root, "threshold"):
            self.threshold(found)
        bodies = self.all(self.root, "decision")
        if not bodies:
            self.add("", "dmn", "has no decision")
        for body in bodies:
            self.decision(body)
        self.stop()
        named = self.named()
        for limit in known:
            if limit.name in named:
                self.limits.setdefault(limit.name, limit.model_dump(mode="json"))
        content["thresholds"] = list(self.limits.values())
        content["rules"] = self.rules
        try:
            pack = load_pack(content)
            self.faults.extend(check_pack(pack, self.registry))
        except PackError as err:
            self.faults.extend(err.faults)
        self.faults = [self.located(fault) for fault in self.faults]
        self.stop()
        return pack

    def named(self) -> set[str]:
        """The thresholds that texts of the rules name."""
        texts = [rule.get(key) for rule in self.rules for key in ("reason", "remedy")]
        return {
            name
            for text in texts
            if isinstance(text, str)
            for name in Template(text).names("threshold")
        }

    def stop(self) -> None:
        if self.faults:
            raise PackError(self.faults)

    def located(self, fault: Fault) -> Fault:
        """A fault of the pack, by the row that the rule came from."""
        found = re.match(r"rules\[([0-9]+)\]\.?", fault.path)
        if not found:
            return fault
        rest = fault.path[found.end() :]
        path = self.paths[int(found[1])] + (f", {rest}" if rest else "")
        return Fault(
            path,
            fault.code,
            fault.message,
            fault.value,
            fault.expected,
            fault.suggestion,
        )

    def threshold(self, element: ElementTree.Element) -> None:
        content = self.json(element, "threshold")
        try:
            [limit] = load_pack(
                {"schema_version": 1, "name": "x", "thresholds": [content]}
            ).thresholds
            value = parse_value(limit, limit.default)
        except (PackError, ValueFault) as err:
            self.add("threshold", "threshold", f"cannot be read: {err}")
            return
        self.limits[limit.name] = content
        self.values[limit.name] = value
        self.types[limit.name] = limit.type

    # -------------------------------------------------------------- elements

    def all(self, above: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
        return above.findall(f"{{{self.space}}}{tag}")

    def one(self, above: ElementTree.Element, *tags: str) -> ElementTree.Element | None:
        found: ElementTree.Element | None = above
        for tag in tags:
            if found is not None:
                found = found.find(f"{{{self.space}}}{tag}")
        return found

    def text(self, above: ElementTree.Element, *tags: str) -> str:
        found = self.one(above, *tags)
        return "" if found is None else "".join(found.itertext()).strip()

    def extensions(
        self, above: ElementTree.Element, tag: str
    ) -> list[ElementTree.Element]:
        found = self.one(above, "extensionElements")
        return [] if found is None else found.findall(f"{{{OWN}}}{tag}")

    def json(self, element: ElementTree.Element, path: str) -> dict[str, Any]:
        try:
            content = json.loads(element.text or "")
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            self.add(path, "json", "an extension of ours is not an object of JSON")
            return {}
        return content

    def own(
        self, above: ElementTree.Element, tag: str, keys: Sequence[str]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for element in self.extensions(above, tag):
            content = self.json(element, tag)
            found.update({key: content[key] for key in keys if key in content})
        return found

    def notes(self, above: ElementTree.Element) -> dict[int, tuple[str, str]]:
        """Which literals of a text were thresholds."""
        found = {}
        for term in self.extensions(above, "term"):
            at = term.get("at") or ""
            if at.isascii() and at.isdigit() and len(at) < 6:
                found[int(at)] = (term.get("threshold") or "", term.get("times") or "")
        return found

    # -------------------------------------------------------------- decisions

    def decision(self, body: ElementTree.Element) -> None:
        name = next(
            (
                each
                for each in (body.get("id"), body.get("name"))
                if each in self.registry
            ),
            None,
        )
        if name is None:
            known = [spec.name for spec in self.registry]
            given = body.get("id") or body.get("name") or ""
            self.add(
                short(given),
                "unknown_decision",
                f"unknown decision {short(given)}",
                suggestion=nearest(given, known),
            )
            return
        spec = self.registry.get(name)
        table = self.one(body, "decisionTable")
        if table is None:
            self.add(name, "dmn", "has no decision table")
            return
        self.policy(spec, table)
        inputs = [
            self.input(spec, each, place)
            for place, each in enumerate(self.all(table, "input"), start=1)
        ]
        outputs = self.outputs(spec, table)
        texts = [each.get("name") or "" for each in self.all(table, "annotation")]
        first = len(self.rules)
        for place, row in enumerate(self.all(table, "rule"), start=1):
            self.row(spec, row, place, inputs, outputs, texts)
        self.sequences(self.rules[first:])

    def policy(self, spec: DecisionSpec, table: ElementTree.Element) -> None:
        policy = table.get("hitPolicy") or "UNIQUE"
        known = _READ_POLICIES[spec.hit_policy]
        if policy not in known or table.get("aggregation"):
            self.add(
                f"{spec.name}, hit policy",
                "hit_policy",
                f"hit policy {short(policy)} does not fit {spec.hit_policy!r}",
                " or ".join(known),
            )

    def input(
        self, spec: DecisionSpec, element: ElementTree.Element, place: int
    ) -> _Input:
        text = self.text(element, "inputExpression", "text")
        label = element.get("label") or text
        column = f"column {place} ({short(label)})"
        is_day = text == _free(DAY, spec.fact_fields)
        if is_name(text) and text not in spec.fact_fields and not is_day:
            self.add(
                f"{spec.name}, {column}",
                "unknown_fact",
                f"unknown fact {short(text)}",
                suggestion=nearest(text, spec.fact_fields),
            )
        return _Input(text, column, self.notes(element), is_day)

    def outputs(
        self, spec: DecisionSpec, table: ElementTree.Element
    ) -> list[tuple[str, str]]:
        """Per output its outcome field (or nothing for the rule's name), and column."""
        found = []
        for place, each in enumerate(self.all(table, "output"), start=1):
            name = each.get("name") or ""
            column = f"output {place} ({short(each.get('label') or name)})"
            if each.get(f"{{{OWN}}}is") == RULE or (
                name == RULE and RULE not in spec.outcome_fields
            ):
                name = ""
            elif name not in spec.outcome_fields:
                self.add(
                    f"{spec.name}, {column}",
                    "unknown_outcome_field",
                    f"unknown outcome field {short(name)}",
                    suggestion=nearest(name, spec.outcome_fields),
                )
            found.append((name, column))
        return found

    def row(
        self,
        spec: DecisionSpec,
        row: ElementTree.Element,
        place: int,
        inputs: Sequence[_Input],
        outputs: Sequence[tuple[str, str]],
        texts: Sequence[str],
    ) -> None:
        path = f"{spec.name}, row {place}"
        entries, answers = self.all(row, "inputEntry"), self.all(row, "outputEntry")
        for found, wanted, noun in (
            (len(entries), len(inputs), "cells"),
            (len(answers), len(outputs), "answers"),
        ):
            if found != wanted:
                self.add(
                    path, "dmn", f"has {found} {noun}", f"{wanted}, one per column"
                )
                return
        rule: dict[str, Any] = {"decision": spec.name, "conditions": [], "outcome": {}}
        rule.update(self.own(row, "rule", ("name", "sequence", "requirement", "i18n")))
        label = self.text(row, "description")
        rule["label"] = self._kept(row, "label", label)
        for name, entry in zip(texts, self.all(row, "annotationEntry"), strict=False):
            if name.lower() in ("reason", "remedy"):
                key = name.lower()
                rule[key] = self._kept(row, key, self.text(entry, "text"))
        said: dict[int, list[Any]] = {}
        for number, source in enumerate(inputs):
            here = f"{path}, {source.column}"
            try:
                said[number] = self.cell(spec, rule, source, entries[number], here)
            except FeelError as err:
                self.add(here, "feel", str(err), "a test that conditions can say")
        order = self.own(row, "rule", ("columns",)).get("columns")
        order = order if isinstance(order, list) else []
        first = [number for number in order if type(number) is int]
        for number in dict.fromkeys([*first, *said]):
            rule["conditions"].extend(said.get(number, ()))
        given = self.own(row, "rule", ("given",)).get("given")
        given = given if isinstance(given, list) else []
        for (name, column), entry in zip(outputs, answers, strict=True):
            try:
                here = f"{path}, {column}"
                self.answer(spec, rule, name, entry, here, name in given)
            except FeelError as err:
                self.add(f"{path}, {column}", "feel", str(err), "a value")
        rule.setdefault("name", f"{spec.name[:50]}_{place}")
        self.rules.append(rule)
        self.paths.append(path)

    def _kept(self, row: ElementTree.Element, key: str, text: str) -> str:
        """A text as it was written, if XML has only touched its blanks."""
        kept = self.own(row, "rule", (key,)).get(key, "")
        if isinstance(kept, str) and kept.split() == text.split():
            return kept
        return text

    # ------------------------------------------------------------------ cells

    def cell(
        self,
        spec: DecisionSpec,
        rule: dict[str, Any],
        source: _Input,
        entry: ElementTree.Element,
        path: str,
    ) -> list[Any]:
        """The conditions of one cell."""
        text = self.text(entry, "text")
        if source.is_day:
            self.day(rule, read_test(text, DAY))
            return []
        notes = self.notes(entry)
        if is_name(source.name):
            clauses = read_test(text, source.name)
        elif text in ("", "-"):
            return []
        elif text in ("true", "false"):
            clauses, notes = (
                read_expression(source.name, text == "true"),
                dict(source.notes),
            )
        else:
            raise FeelError(f"{short(text)} under an expression; expected true or -")
        conditions = []
        for clause in clauses:
            members = [self.condition(spec, atom, notes, path) for atom in clause]
            conditions.append(members[0] if len(members) == 1 else {"any": members})
        return conditions

    def day(self, rule: dict[str, Any], clauses: Sequence[Clause]) -> None:
        for clause in clauses:
            if len(clause) != 1:
                raise FeelError("a rule is in force for one period")
            [atom] = clause
            values = [
                each.value.isoformat()
                for each in atom.operands
                if isinstance(each, Literal) and isinstance(each.value, date)
            ]
            if atom.op == "between" and len(values) == 2:
                rule["valid_from"], rule["valid_to"] = values
            elif atom.op in ("≥", "≤", "=") and len(values) == 1:
                if atom.op in ("≥", "="):
                    rule["valid_from"] = values[0]
                if atom.op in ("≤", "="):
                    rule["valid_to"] = values[0]
            else:
                raise FeelError("a rule is in force from a day, to a day, or both")

    def condition(
        self,
        spec: DecisionSpec,
        atom: Atom,
        notes: Mapping[int, tuple[str, str]],
        path: str,
    ) -> dict[str, Any]:
        found: dict[str, Any] = {"fact": atom.fact, "op": atom.op}
        if atom.op in {each.value for each in SET_OPERATORS}:
            return found
        fact = spec.fact_fields.get(atom.fact)
        operands = [self.operand(fact, each, notes, path) for each in atom.operands]
        many = atom.op in ("between", "in", "not in")
        found["operand"] = operands if many else operands[0]
        return found

    def operand(
        self,
        fact: FieldSpec | None,
        operand: Literal | FactRef,
        notes: Mapping[int, tuple[str, str]],
        path: str,
    ) -> Any:
        if isinstance(operand, Literal):
            return self.value(fact, operand, notes, path)
        if operand.factor is None:
            return {"fact": operand.fact}
        value = operand.factor.value
        _limit, times = notes.get(operand.factor.place, ("", ""))
        if self.types.get(times) is not FactType.RATIO or self.values[times] != value:
            self.ratio(value, path)
            times = self.factor(value)
        return {"fact": operand.fact, "times": times}

    def factor(self, value: Decimal) -> str:
        """A threshold for a factor that has none: rules multiply with these only."""
        name = "factor_" + re.sub("[^0-9]", "_", plain_decimal(value))[:50]
        name = name if value >= 0 else name + "_negative"
        self.limits.setdefault(
            name,
            {
                "name": name,
                "label": f"Factor {plain_decimal(value)}",
                "type": "ratio",
                "default": plain_decimal(value),
            },
        )
        return name

    def value(
        self,
        fact: FieldSpec | None,
        literal: Literal,
        notes: Mapping[int, tuple[str, str]],
        path: str,
    ) -> Any:
        raw = literal.value
        if raw is None:
            return None
        if fact is not None and not _fits(fact.type, raw):
            shown = write_literal(raw)
            self.add(path, "value", f"{shown} is not a {fact.type}", f"a {fact.type}")
            return None
        limit, times = notes.get(literal.place, ("", ""))
        if limit in self.values and self.effective(limit, times) == raw:
            return {"threshold": limit, **({"times": times} if times else {})}
        if fact is not None and fact.type is FactType.RATIO:
            self.ratio(raw, path)
        if fact is not None and fact.type is FactType.INTEGER and raw == int(raw):
            return int(raw)
        return to_json(raw)

    def ratio(self, value: Decimal, path: str) -> None:
        """Refuse a ratio finer than ratios are: cut short, a rule says another thing.

        The product of two thresholds is such a one, where a tool drops their names.
        """
        try:
            is_whole = check_decimal(FactType.RATIO, value) == value
        except ValueFault:
            return  # out of range: the checks of the pack say so
        if not is_whole:
            self.add(
                path,
                "value",
                f"{write_literal(value)} has too many decimals",
                f"a ratio of at most {PLACES[FactType.RATIO]} decimals",
            )

    def effective(self, limit: str, times: str) -> Any:
        value = self.values[limit]
        if not times:
            return value
        if self.types.get(times) is not FactType.RATIO or isinstance(value, bool):
            return None
        if not isinstance(value, (Decimal, int)):
            return None
        return multiply(value, self.values[times])

    def answer(
        self,
        spec: DecisionSpec,
        rule: dict[str, Any],
        name: str,
        entry: ElementTree.Element,
        path: str,
        given: bool,
    ) -> None:
        """An answer; one that all rules have by default only if it was given."""
        text = self.text(entry, "text")
        literal = read_literal(text) if text not in ("", "-") else Literal(None)
        if not name:
            if isinstance(literal.value, str) and NAME.fullmatch(literal.value):
                rule["name"] = literal.value
            elif literal.value is not None:
                self.add(path, "name", f"{text[:60]} is not a name")
            return
        fact = spec.outcome_fields.get(name)
        value = self.value(fact, literal, self.notes(entry), path)
        if given or not _is_default(spec, name, value):
            rule["outcome"][name] = value

    def sequences(self, rules: Sequence[dict[str, Any]]) -> None:
        """Rows are in the order in which rules are asked; numbers follow them."""
        numbers = [rule.get("sequence", 10) for rule in rules]
        whole = all(type(number) is int for number in numbers)
        if not whole or numbers != sorted(numbers):
            for place, rule in enumerate(rules, start=1):
                rule["sequence"] = 10 * place


def _is_default(spec: DecisionSpec, name: str, value: Any) -> bool:
    """Whether an answer, as JSON, is the one of rules that do not give any."""
    answer = spec.outcome.model_fields.get(name)
    return (
        answer is not None
        and not answer.is_required()
        and bool(to_json(answer.default) == value)
    )


def _fits(kind: FactType, value: Any) -> bool:
    if kind in NUMBER_TYPES:
        return isinstance(value, Decimal)
    if kind in (FactType.CHOICE, FactType.TEXT):
        return isinstance(value, str)
    wanted = {"date": "date", "time": "time", "boolean": "bool"}[kind.value]
    return type(value).__name__ == wanted


def _name_of(text: str, otherwise: str) -> str:
    name = re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")[:64]
    return name if NAME.fullmatch(name) else otherwise
