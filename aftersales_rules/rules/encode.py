"""Facts and conditions as integers, for the rule engine.

Place in event → facts → **decide** → record → apply: between the typed rules and
durable_rules. Exact: every comparison of integers here has the answer of the
comparison of values it stands for.

- Decimals are scaled, dates are ordinals, times are minutes.
- Choices and texts are numbered; a text that no rule names gets a number below
  zero for the one message it is in.
- A product with a ratio may fall between two integers. It is rounded to the side
  that keeps the answer: ``x > y`` is ``x > floor(y)``, ``x ≥ y`` is
  ``x ≥ ceil(y)``; ``x = y`` can then not be, which a number outside the range of
  all facts says. Products beyond that range are cut to it.

Keys: ``f`` a fact, ``s`` whether it is set, ``p`` a product, ``g`` whether a
clause with very many alternatives holds.

>>> rounded(7, 2, "floor"), rounded(7, 2, "ceil"), rounded(7, 2, "exact") == NOWHERE
(3, 4, True)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from .facts import FieldSpec
from .language import Operator
from .plain import Predicate, clause_predicate
from .program import Clause, Comparison, Constant, FactTerm, Term, TypedRule
from .values import LIMIT, FactType, scale_of, to_integer

ALTERNATIVES_MAX = 16
"""So many alternatives of a rule are written out as rules of the engine."""
CONDITIONS_MAX = 200
"""So many conditions one rule of the engine may have."""
NOWHERE = LIMIT + 2
"""Equal to no fact: facts end at ``LIMIT``, cut products at ``LIMIT + 1``."""

Piece: TypeAlias = tuple[Mapping[str, Any], tuple[str, ...]]
"""A condition of the engine, and the keys it looks at."""
_SYMBOLS: Mapping[Operator, str] = {
    Operator.NE: "$neq",
    Operator.LT: "$lt",
    Operator.LE: "$lte",
    Operator.GT: "$gt",
    Operator.GE: "$gte",
}
_ROUNDING: Mapping[Operator, str] = {
    Operator.GT: "floor",
    Operator.LE: "floor",
    Operator.GE: "ceil",
    Operator.LT: "ceil",
    Operator.EQ: "exact",
    Operator.NE: "exact",
}
_NAMED_TYPES = frozenset({FactType.CHOICE, FactType.TEXT})


@dataclass(frozen=True)
class Path:
    """One rule of the engine: all conditions must hold."""

    rule: int
    conditions: tuple[Mapping[str, Any], ...]
    keys: tuple[str, ...]

    def expression(self, always: str) -> dict[str, Any]:
        """The condition in the engine's words; ``always`` is a key that is 1."""
        if not self.conditions:
            return {always: 1}
        if len(self.conditions) == 1:
            return dict(self.conditions[0])
        return {"$and": [dict(condition) for condition in self.conditions]}


class Encoder:
    """The paths of some rules, and how to write facts for them."""

    def __init__(self, rules: Sequence[TypedRule]) -> None:
        self._fields: dict[str, FieldSpec] = {}
        self._keys: dict[str, str] = {}
        self._flags: dict[str, str] = {}
        self._products: dict[tuple[str, Decimal, str], str] = {}
        self._groups: list[tuple[str, Predicate]] = []
        self._codes: dict[str, int] = {}
        paths: list[Path] = []
        for place, rule in enumerate(rules):
            paths.extend(self._paths(place, rule))
        self.paths = tuple(paths)
        self._steps = [
            (name, f',"{key}":', self._encoder_for(self._fields[name]))
            for name, key in self._keys.items()
        ]

    # ------------------------------------------------------------- facts

    def pieces(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The facts as members of a JSON object, by key."""
        pieces: dict[str, str] = {}
        unknown: dict[str, int] = {}
        for name, start, encode in self._steps:
            value = values[name]
            if value is not None:
                number = _named(encode, value, unknown)
                pieces[start[2:-2]] = f"{start}{number}"
        for name, key in self._flags.items():
            pieces[key] = f',"{key}":{int(values[name] is not None)}'
        for (name, factor, side), key in self._products.items():
            value = values[name]
            if value is not None:
                number = product(self._fields[name].type, value, factor, side)
                pieces[key] = f',"{key}":{number}'
        for key, holds in self._groups:
            pieces[key] = f',"{key}":{int(holds(values))}'
        return pieces

    def _encoder_for(self, field: FieldSpec) -> Any:
        kind = field.type
        if kind in _NAMED_TYPES:
            return self._codes
        return lambda value: to_integer(kind, value)

    # -------------------------------------------------------------- rules

    def _paths(self, place: int, rule: TypedRule) -> Iterable[Path]:
        clauses = [self._alternatives(clause) for clause in rule.clauses]
        self._shorten(rule.clauses, clauses)
        for chosen in itertools.product(*clauses):
            pieces = [piece for alternative in chosen for piece in alternative]
            yield Path(
                place,
                tuple(condition for condition, _keys in pieces),
                tuple(dict.fromkeys(key for _each, keys in pieces for key in keys)),
            )

    def _shorten(
        self, clauses: Sequence[Clause], written: list[list[list[Piece]]]
    ) -> None:
        """Put a flag in place of the largest clauses until the rule is small."""
        while _count(written) > ALTERNATIVES_MAX:
            self._flag_clause(clauses, written, lambda alternatives: len(alternatives))
        while _length(written) > CONDITIONS_MAX:
            self._flag_clause(clauses, written, _longest)

    def _flag_clause(
        self,
        clauses: Sequence[Clause],
        written: list[list[list[Piece]]],
        size: Callable[[list[list[Piece]]], int],
    ) -> None:
        place = max(range(len(written)), key=lambda index: size(written[index]))
        key = f"g{len(self._groups)}"
        self._groups.append((key, clause_predicate(clauses[place])))
        written[place] = [[({key: 1}, (key,))]]

    def _alternatives(self, clause: Clause) -> list[list[Piece]]:
        return [
            alternative
            for comparison in clause.any_of
            for alternative in self._comparison(comparison)
        ]

    def _comparison(self, comparison: Comparison) -> list[list[Piece]]:
        field, operator = comparison.field, comparison.operator
        terms = comparison.terms
        if operator is Operator.IS_SET or operator is Operator.IS_NOT_SET:
            key = self._flag_of(field)
            return [[({key: int(operator is Operator.IS_SET)}, (key,))]]
        if operator is Operator.IN:
            return [self._compare(field, Operator.EQ, term) for term in terms]
        if operator is Operator.NOT_IN:
            return [_joined(self._compare(field, Operator.NE, term) for term in terms)]
        if operator is Operator.BETWEEN:
            low = self._compare(field, Operator.GE, terms[0])
            return [low + self._compare(field, Operator.LE, terms[1])]
        return [self._compare(field, operator, terms[0])]

    def _compare(self, field: FieldSpec, operator: Operator, term: Term) -> list[Piece]:
        key = self._key_of(field)
        if isinstance(term, Constant):
            number = self._constant(field, operator, term)
            return [(_condition(operator, key, number), (key,))]
        other = self._term_key(operator, term)
        present: Piece = ({"$ex": {other: 1}}, (other,))
        return [present, (_condition(operator, key, {"$m": other}), (key, other))]

    def _constant(self, field: FieldSpec, operator: Operator, term: Constant) -> int:
        if field.type in _NAMED_TYPES:
            return self._codes.setdefault(term.value, len(self._codes))
        if not isinstance(term.value, Decimal):
            return to_integer(field.type, term.value)
        image = Fraction(term.value) * scale_of(field.type)
        return rounded(image.numerator, image.denominator, _ROUNDING[operator])

    def _term_key(self, operator: Operator, term: FactTerm) -> str:
        if term.factor is None:
            return self._key_of(term.field)
        self._fields[term.field.name] = term.field
        wanted = (term.field.name, term.factor, _ROUNDING[operator])
        return self._products.setdefault(wanted, f"p{len(self._products)}")

    def _key_of(self, field: FieldSpec) -> str:
        self._fields[field.name] = field
        for value in field.choices or ():
            self._codes.setdefault(value, len(self._codes))
        return self._keys.setdefault(field.name, f"f{len(self._keys)}")

    def _flag_of(self, field: FieldSpec) -> str:
        return self._flags.setdefault(field.name, f"s{len(self._flags)}")


def _named(encode: Any, value: Any, unknown: dict[str, int]) -> int:
    if type(encode) is dict:
        code = encode.get(value)
        if code is None:
            return unknown.setdefault(value, -1 - len(unknown))
        return int(code)
    return int(encode(value))


def _condition(operator: Operator, key: str, operand: Any) -> dict[str, Any]:
    if operator is Operator.EQ:
        return {key: operand}
    return {_SYMBOLS[operator]: {key: operand}}


def product(kind: FactType, value: Any, factor: Decimal, side: str) -> int:
    """The image of a value times a ratio, rounded to a side."""
    over = scale_of(FactType.RATIO)
    return rounded(
        to_integer(kind, value) * to_integer(FactType.RATIO, factor), over, side
    )


def rounded(number: int, over: int, side: str) -> int:
    """``number / over`` as an integer: "floor", "ceil" or "exact"."""
    whole, rest = divmod(number, over)
    if rest and side == "exact":
        return NOWHERE
    if rest and side == "ceil":
        whole += 1
    return max(-LIMIT - 1, min(LIMIT + 1, whole))


def _joined(parts: Iterable[list[Piece]]) -> list[Piece]:
    return [piece for part in parts for piece in part]


def _longest(alternatives: list[list[Piece]]) -> int:
    return max(map(len, alternatives))


def _length(written: list[list[list[Piece]]]) -> int:
    return sum(map(_longest, written))


def _count(written: list[list[list[Piece]]]) -> int:
    count = 1
    for alternatives in written:
        count *= len(alternatives)
    return count
