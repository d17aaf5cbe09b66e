"""Conditions as FEEL, the expression language of decision tables (DMN 1.3).

Place in event → facts → decide → record → apply: none of its own; ``dmn`` writes
and reads cells with it. Only what conditions can say is known here: tests of one
fact, comparisons of facts, *and*, *or*, *not*. Nothing is evaluated.

*Not set* is ``null``. FEEL says of ``null``: ordering it gives nothing, so it never
matches ``> 3``; but it is *equal* to ``null`` and *unequal* to 3, where the rules say
that what is not known matches no comparison. So ``≠ 3`` is written ``not(3, null)``,
``is set`` ``not(null)``, ``is not set`` ``null``, and an equality of two facts asks
first whether one is there. Reading puts FEEL's meaning into conditions exactly, also
where nobody asked: ``not(3)`` is read as *not set, or ≠ 3*.

>>> cell, literals = write_test([Atom("days", "≠", (Literal(3),))])
>>> cell
'not(3, null)'
>>> [[atom.spelt() for atom in clause] for clause in read_test("not(3)", "days")]
[['days is not set', 'days ≠ 3']]
>>> [[atom.spelt() for atom in clause] for clause in read_test(cell, "days")]
[['days ≠ 3']]
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from typing import Any, NoReturn, TypeAlias

from .values import plain_decimal

TEXT_MAX = 20_000
DEPTH_MAX = 40
CLAUSES_MAX = 200
"""So many clauses may come from one expression."""

RESERVED = frozenset(
    "and between date else every external false for function if in instance not null"
    " of or return satisfies some then time true".split()
)
"""Words that mean something in FEEL: no fact can be called so in a table."""


class FeelError(ValueError):
    """An expression that conditions cannot say, with the reason."""


@dataclass(frozen=True)
class Literal:
    """A value; ``place`` counts the literals of a text from zero."""

    value: Any
    place: int = -1


@dataclass(frozen=True)
class FactRef:
    """Another fact, times a number if there is one."""

    fact: str
    factor: Literal | None = None


Operand: TypeAlias = "Literal | FactRef"


@dataclass(frozen=True)
class Atom:
    """One condition, as in the rules: what is not set matches no comparison."""

    fact: str
    op: str
    operands: tuple[Operand, ...] = ()

    def spelt(self) -> str:
        """For messages."""
        return (
            f"{self.fact} {self.op} {', '.join(map(_operand, self.operands))}".strip()
        )

    @property
    def facts(self) -> frozenset[str]:
        """Facts that must be set for it to hold."""
        if self.op == "is not set":
            return frozenset()
        others = [each.fact for each in self.operands if isinstance(each, FactRef)]
        return frozenset((self.fact, *others))


Clause: TypeAlias = tuple[Atom, ...]
"""At least one of them must hold."""

# -------------------------------------------------------------------- writing

_OPS: Mapping[str, str] = {"<": "<", "≤": "<=", ">": ">", "≥": ">="}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_literal(value: Any) -> str:
    """A value in FEEL.

    >>> write_literal(Decimal("1.50")), write_literal(time(15, 30)), write_literal('"')
    ('1.5', 'time("15:30:00")', '"\\\\""')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, time):
        return f'time("{value.hour:02d}:{value.minute:02d}:00")'
    if isinstance(value, date):
        return f'date("{value.isoformat()}")'
    return '"' + "".join(map(_character, str(value))) + '"'


def _character(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    code = ord(one)
    if 0xD800 <= code <= 0xDFFF:
        raise FeelError("half of a character cannot be written in a table")
    if code < 0x20 or 0x7F <= code <= 0x9F or code in (0x2028, 0x2029, 0xFFFE, 0xFFFF):
        return f"\\u{code:04X}"
    return one


def _operand(operand: Operand) -> str:
    if isinstance(operand, Literal):
        return write_literal(operand.value)
    if operand.factor is None:
        return operand.fact
    return f"{operand.fact} * {write_literal(operand.factor.value)}"


def write_test(any_of: Sequence[Atom]) -> tuple[str, list[Literal]] | None:
    """The cell of a column for one fact; ``None`` if it takes an expression.

    Gives the literals in their order too, so that thresholds can be kept beside it.
    """
    if len({atom.fact for atom in any_of}) != 1:
        return None
    if len(any_of) == 1 and any_of[0].op in ("≠", "not in", "is set"):
        atom = any_of[0]
        if not all(isinstance(each, Literal) for each in atom.operands):
            return None
        inner = [_operand(each) for each in atom.operands] + ["null"]
        return f"not({', '.join(inner)})", _literals(atom.operands)
    tests = [_positive(atom) for atom in any_of]
    if None in tests:
        return None
    found = [each for atom in any_of for each in _literals(atom.operands)]
    return ", ".join(test for test in tests if test), found


def _positive(atom: Atom) -> str | None:
    terms = [_operand(each) for each in atom.operands]
    if atom.op in _OPS:
        return f"{_OPS[atom.op]} {terms[0]}"
    if atom.op == "between":
        return f"[{terms[0]}..{terms[1]}]"
    if atom.op == "is not set":
        return "null"
    if atom.op in ("=", "in") and all(isinstance(x, Literal) for x in atom.operands):
        return ", ".join(terms)
    return None


def write_expression(any_of: Sequence[Atom]) -> tuple[str, list[Literal]]:
    """The same as an expression that is true or not."""
    parts = [part for atom in any_of for part in _alternatives(atom)]
    found = [each for atom in any_of for each in _literals(atom.operands)]
    if len(parts) == 1:
        return parts[0], found
    return " or ".join(f"({part})" for part in parts), found


def _alternatives(atom: Atom) -> list[str]:
    if atom.op == "in":
        return [f"{atom.fact} = {_operand(each)}" for each in atom.operands]
    return [_condition(atom)]


def _condition(atom: Atom) -> str:
    name, terms = atom.fact, [_operand(each) for each in atom.operands]
    others = [each.fact for each in atom.operands if isinstance(each, FactRef)]
    there = [f"({each} != null)" for each in dict.fromkeys([name, *others])]
    if atom.op in _OPS:
        return f"{name} {_OPS[atom.op]} {terms[0]}"
    if atom.op == "between":
        return f"({name} >= {terms[0]}) and ({name} <= {terms[1]})"
    if atom.op == "is set":
        return f"{name} != null"
    if atom.op == "is not set":
        return f"{name} = null"
    if atom.op == "=":
        equal = f"{name} = {terms[0]}"
        return " and ".join([*there, f"({equal})"]) if others else equal
    return " and ".join([*there, *(f"({name} != {term})" for term in terms)])


def _literals(operands: Iterable[Operand]) -> list[Literal]:
    found = []
    for each in operands:
        if isinstance(each, Literal):
            found.append(each)
        elif each.factor is not None:
            found.append(each.factor)
    return found


# -------------------------------------------------------------------- reading

_TOKEN = re.compile(
    r'\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|(?P<string>"(?:[^"\\]|\\.)*")'
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<mark><=|>=|!=|\.\.|[<>=()\[\],*?-]))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "'": "'"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):00(?:\.0+)?")
_COMPARE: Mapping[str, str] = {
    "<": "<",
    "<=": "≤",
    ">": ">",
    ">=": "≥",
    "=": "=",
    "!=": "≠",
}
_FLIPPED: Mapping[str, str] = {
    "<": ">",
    "≤": "≥",
    ">": "<",
    "≥": "≤",
    "=": "=",
    "≠": "≠",
}
_DENIED: Mapping[str, str] = {"<": "≥", "≤": ">", ">": "≤", "≥": "<"}


@dataclass(frozen=True)
class _Compare:
    """A comparison with FEEL's own meaning."""

    left: Operand
    op: str
    right: Operand


@dataclass(frozen=True)
class _Joint:
    """All or any of some parts."""

    all_of: bool
    parts: tuple[_Tree, ...]


_Tree: TypeAlias = "_Compare | _Joint | bool"


def read_literal(text: str) -> Literal:
    """One value, as in the cell of an outcome."""
    parser = _Parser(text, None)
    operand = parser.operand()
    parser.end()
    if not isinstance(operand, Literal):
        raise FeelError(f"{text.strip()[:60]!r} is not a value")
    return operand


def read_test(text: str, fact: str) -> list[Clause]:
    """The clauses that a cell under a fact means; none for ``-``."""
    if text.strip() in ("", "-"):
        return []
    parser = _Parser(text, fact)
    tree = parser.cell()
    parser.end()
    return clauses_of(tree)


def read_expression(text: str, holds: bool = True) -> list[Clause]:
    """The clauses that an expression means, or that it is denied."""
    parser = _Parser(text, None)
    tree = parser.disjunction()
    parser.end()
    return clauses_of(tree if holds else _denied(tree))


def is_name(text: str) -> bool:
    """Whether a text is the name of a fact and not an expression."""
    return re.fullmatch(r"[a-z][a-z0-9_]*", text.strip()) is not None


class _Parser:
    """Recursive descent over what conditions can say."""

    def __init__(self, text: str, fact: str | None) -> None:
        if len(text) > TEXT_MAX:
            raise FeelError(f"expression of {len(text)} characters")
        self.text = text
        self.fact = fact
        self.tokens = list(_tokens(text))
        self.at = 0
        self.depth = 0
        self.literals = 0

    # --------------------------------------------------------------- tokens

    def peek(self, ahead: int = 0) -> str:
        place = self.at + ahead
        return self.tokens[place] if place < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.peek(-1)

    def skip(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def need(self, token: str) -> None:
        if not self.skip(token):
            self.refuse(f"expected {token!r}")

    def end(self) -> None:
        if self.at < len(self.tokens):
            self.refuse("cannot be said by conditions")

    def refuse(self, why: str) -> NoReturn:
        raise FeelError(f"{why} at {self.peek()[:40] or 'the end'!r}")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            self.refuse("nested too deeply")

    # ---------------------------------------------------------------- cells

    def cell(self) -> _Tree:
        assert self.fact is not None
        if "?" in self.tokens:
            return self.disjunction()
        if self.peek() == "not" and self.peek(1) == "(":
            self.at += 2
            tree = _denied(self.tests(FactRef(self.fact)))
            self.need(")")
            return tree
        return self.tests(FactRef(self.fact))

    def tests(self, subject: Operand) -> _Tree:
        parts = [self.test(subject)]
        while self.skip(","):
            parts.append(self.test(subject))
        return parts[0] if len(parts) == 1 else _Joint(False, tuple(parts))

    def test(self, subject: Operand) -> _Tree:
        token = self.peek()
        if token in ("<", "<=", ">", ">=", "=", "!="):
            self.at += 1
            return _Compare(subject, _COMPARE[token], self.operand())
        if token in ("[", "]", "("):
            return self.interval(subject)
        return _Compare(subject, "=", self.operand())

    def interval(self, subject: Operand) -> _Tree:
        low = "≥" if self.take() == "[" else ">"
        first = self.operand()
        self.need("..")
        last = self.operand()
        token = self.take()
        if token not in ("[", "]", ")"):
            self.at -= 1
            self.refuse("expected ']'")
        high = "≤" if token == "]" else "<"
        return _Joint(
            True, (_Compare(subject, low, first), _Compare(subject, high, last))
        )

    # ---------------------------------------------------------- expressions

    def disjunction(self) -> _Tree:
        self.deeper()
        parts = [self.conjunction()]
        while self.skip("or"):
            parts.append(self.conjunction())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else _Joint(False, tuple(parts))

    def conjunction(self) -> _Tree:
        parts = [self.comparison()]
        while self.skip("and"):
            parts.append(self.comparison())
        return parts[0] if len(parts) == 1 else _Joint(True, tuple(parts))

    def comparison(self) -> _Tree:
        if self.peek() == "not" and self.peek(1) == "(":
            self.at += 2
            tree = _denied(self.disjunction())
            self.need(")")
            return tree
        if self.skip("("):
            tree = self.disjunction()
            self.need(")")
            return tree
        left = self.operand()
        token = self.peek()
        if token in _COMPARE:
            self.at += 1
            return _Compare(left, _COMPARE[token], self.operand())
        if self.skip("in"):
            if self.peek() == "(" and not self._is_interval():
                self.at += 1
                tree = self.tests(left)
                self.need(")")
                return tree
            return self.test(left)
        if self.skip("between"):
            low = self.operand()
            self.need("and")
            parts = _Compare(left, "≥", low), _Compare(left, "≤", self.operand())
            return _Joint(True, parts)
        if isinstance(left, Literal) and isinstance(left.value, bool):
            return left.value
        if isinstance(left, FactRef) and left.factor is None:
            return _Compare(left, "=", Literal(True))
        self.refuse("expected a comparison")

    def _is_interval(self) -> bool:
        """Whether a parenthesis opens an interval rather than a list."""
        for token in self.tokens[self.at + 1 :]:
            if token in ("..", ",", "[", "]", ")") or token in _COMPARE:
                return token == ".."
        return False

    def operand(self) -> Operand:
        first = self.factor()
        if not self.skip("*"):
            return first
        second = self.factor()
        if isinstance(first, Literal):
            first, second = second, first
        if not isinstance(first, FactRef) or first.factor is not None:
            self.refuse("only a fact can be multiplied")
        if not isinstance(second, Literal) or not _is_number(second.value):
            self.refuse("a fact can be multiplied with a number only")
        return FactRef(first.fact, second)

    def factor(self) -> Operand:
        token = self.take()
        if token == "?":
            if self.fact is None:
                self.at -= 1
                self.refuse("there is no input")
            return FactRef(self.fact)
        if token == "-" and _number(self.peek()) is not None:
            number = _number(self.take())
            assert number is not None
            return self.literal(-number)
        if (number := _number(token)) is not None:
            return self.literal(number)
        if token.startswith('"'):
            return self.literal(_unquoted(token))
        if token in ("date", "time") and self.peek() == "(":
            return self.moment(token)
        if token in ("true", "false"):
            return self.literal(token == "true")
        if token == "null":
            return Literal(None)
        if is_name(token) and token not in RESERVED:
            return FactRef(token)
        self.at -= 1
        self.refuse("cannot be said by conditions")

    def moment(self, kind: str) -> Literal:
        self.need("(")
        token = self.take()
        self.need(")")
        text = _unquoted(token) if token.startswith('"') else ""
        with suppress(ValueError):  # the 30th of February: like what is not a date
            if kind == "date" and _DATE.fullmatch(text):
                return self.literal(date.fromisoformat(text))
            if kind == "time" and (found := _TIME.fullmatch(text)):
                return self.literal(time(int(found[1]), int(found[2])))
        form = "YYYY-MM-DD" if kind == "date" else "HH:MM:00"
        raise FeelError(f"{token[:40]} is not a {kind} as {form}")

    def literal(self, value: Any) -> Literal:
        self.literals += 1
        return Literal(value, self.literals - 1)


def _tokens(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise FeelError(f"cannot be read at {text[at : at + 20].strip()!r}")
        at = found.end()
        yield found[0].strip() if found["string"] is None else found["string"]


def _number(token: str) -> Decimal | None:
    if not token or token[0] not in ".0123456789" or token == "..":
        return None
    if len(token) > 100:
        raise FeelError(f"number of {len(token)} characters")
    return Decimal(token)


def _is_number(value: Any) -> bool:
    return isinstance(value, Decimal)


def _unquoted(token: str) -> str:
    def character(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code:
            number = int(code, 16)
            if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
                raise FeelError(f"\\u{code} is not a character")
            return chr(number)
        if found[3] not in _PLAIN_ESCAPES:
            raise FeelError(f"unknown escape {found[0]}")
        return _PLAIN_ESCAPES[found[3]]

    return _ESCAPE.sub(character, token[1:-1])


def _denied(tree: _Tree) -> _Tree:
    """``not`` of something: FEEL's logic of three values, looked at for *true*."""
    if isinstance(tree, bool):
        return not tree
    if isinstance(tree, _Joint):
        return _Joint(not tree.all_of, tuple(map(_denied, tree.parts)))
    if tree.op in _DENIED:
        return replace(tree, op=_DENIED[tree.op])
    return replace(tree, op="≠" if tree.op == "=" else "=")


# ------------------------------------------------------------- to conditions


def clauses_of(tree: _Tree) -> list[Clause]:
    """The clauses of which all must hold, each in the meaning of the rules."""
    clauses = _merged(_simple(_clauses(tree)))
    if any(not clause for clause in clauses):
        raise FeelError("it is never true")
    return clauses


def _clauses(tree: _Tree) -> list[Clause]:
    if isinstance(tree, bool):
        return [] if tree else [()]
    if isinstance(tree, _Compare):
        return _compared(tree)
    parts = [_clauses(part) for part in tree.parts]
    if tree.all_of:
        return _simple([clause for part in parts for clause in part])
    parts = [_merged(part) for part in parts]
    if math.prod(map(len, parts)) > CLAUSES_MAX:
        raise FeelError(f"more than {CLAUSES_MAX} conditions")
    return [
        tuple(dict.fromkeys(itertools.chain.from_iterable(chosen)))
        for chosen in itertools.product(*parts)
    ]


def _compared(tree: _Compare) -> list[Clause]:
    left, op, right = tree.left, tree.op, tree.right
    if not isinstance(left, FactRef) or left.factor is not None:
        left, op, right = right, _FLIPPED[op], left
    if not isinstance(left, FactRef) or left.factor is not None:
        raise FeelError("nothing is compared with a fact as it is")
    name = left.fact
    unset = Atom(name, "is not set")
    if isinstance(right, Literal):
        if right.value is None:
            if op == "=":
                return [(unset,)]
            return [(Atom(name, "is set"),)] if op == "≠" else [()]
        found = Atom(name, op, (right,))
        return [(unset, found)] if op == "≠" else [(found,)]
    found, other = Atom(name, op, (right,)), right.fact
    other_unset = Atom(other, "is not set")
    if op == "=":  # nothing equals nothing
        return [(found, unset), (found, other_unset)]
    if op == "≠":
        both = Atom(name, "is set"), Atom(other, "is set")
        return [(found, unset, other_unset), (found, *both)]
    return [(found,)]


def _simple(clauses: Iterable[Clause]) -> list[Clause]:
    """Without what other clauses already say about being set."""
    clauses = list(dict.fromkeys(clauses))
    for _turn in range(len(clauses) + 1):
        known = {
            name for clause in clauses if len(clause) == 1 for name in clause[0].facts
        }
        shorter = []
        for clause in clauses:
            left = tuple(
                atom
                for atom in clause
                if not (atom.op == "is not set" and atom.fact in known)
            )
            shorter.append(left)
        if shorter == clauses:
            break
        clauses = list(dict.fromkeys(shorter))
    units = {clause[0] for clause in clauses if len(clause) == 1}
    compared = {name for atom in units if atom.op != "is set" for name in atom.facts}
    return [
        clause
        for clause in clauses
        if (len(clause) == 1 or not units & set(clause))
        and not any(atom.op == "is set" and atom.fact in compared for atom in clause)
    ]


def _merged(clauses: Sequence[Clause]) -> list[Clause]:
    """Equalities with values as one list, and so with what must not be."""
    merged = [_listed(clause, ("=", "in"), "in") for clause in clauses]
    units = [clause[0] for clause in merged if len(clause) == 1]
    apart = _listed(tuple(units), ("≠", "not in"), "not in")
    apart = _bounded(apart)
    return [(atom,) for atom in apart] + [x for x in merged if len(x) != 1]


def _listed(atoms: Clause, ops: tuple[str, str], op: str) -> Clause:
    values: dict[str, list[Operand]] = {}
    for atom in atoms:
        if atom.op in ops and all(isinstance(x, Literal) for x in atom.operands):
            values.setdefault(atom.fact, []).extend(atom.operands)
    found: dict[Atom, None] = {}
    for atom in atoms:
        some = values.get(atom.fact, [])
        if len(some) > 1 and atom.op in ops and isinstance(atom.operands[0], Literal):
            atom = Atom(atom.fact, op, tuple(some))
        found[atom] = None
    return tuple(found)


def _bounded(atoms: Clause) -> Clause:
    """``≥`` and ``≤`` of a fact as *between*."""
    found = list(atoms)
    for low in atoms:
        if low.op != "≥":
            continue
        high = next((x for x in found if x.op == "≤" and x.fact == low.fact), None)
        if high is not None and low in found:
            found.remove(high)
            found[found.index(low)] = Atom(
                low.fact, "between", (*low.operands, *high.operands)
            )
    return tuple(found)
