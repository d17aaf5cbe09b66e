"""The plain evaluator: one composed closure per rule.

Place in event → facts → **decide** → record → apply: decides in bulk, decides
where the engine's extension cannot be loaded, and is what the engine is proven
equal to. A fact that is not set makes each comparison with it fail, also ``≠``
and ``not in``; only ``is set`` and ``is not set`` see it.

Comparisons of decimals are exact in Python whatever the thread's context;
products go through a context of our own that is wide enough for all bounded
values.

>>> from .facts import FieldSpec, FactType
>>> from .program import Constant
>>> days = FieldSpec("days", FactType.INTEGER, "Days")
>>> late = comparison_predicate(Comparison(days, Operator.GT, (Constant(3),)))
>>> late({"days": 5}), late({"days": 3}), late({"days": None})
(True, False, False)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from .language import Operator
from .program import Clause, Comparison, Constant, FactTerm, Term, TypedRule
from .values import multiply

Values: TypeAlias = Mapping[str, Any]
Predicate: TypeAlias = Callable[[Values], bool]

COMPARE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}


def rule_predicate(rule: TypedRule) -> Predicate:
    """Whether all clauses of a rule hold."""
    return _all_of([clause_predicate(clause) for clause in rule.clauses])


def clause_predicate(clause: Clause) -> Predicate:
    """Whether at least one comparison of a clause holds."""
    return _any_of([comparison_predicate(member) for member in clause.any_of])


def comparison_predicate(comparison: Comparison) -> Predicate:
    """Whether one comparison holds."""
    build = _BUILDERS.get(comparison.operator)
    if build:
        return build(comparison)
    term = comparison.terms[0]
    name = comparison.field.name
    if isinstance(term, Constant):
        return _CONSTANT[comparison.operator](name, term.value)
    return _with_fact(name, COMPARE[comparison.operator], term)


def term_value(term: Term, values: Values) -> Any:
    """The value of a term for some facts; ``None`` if its fact is not set."""
    if isinstance(term, Constant):
        return term.value
    value = values[term.field.name]
    if value is None or term.factor is None:
        return value
    return multiply(value, term.factor)


# ------------------------------------------------------------ composing


def _always(_values: Values) -> bool:
    return True


def _all_of(parts: Sequence[Predicate]) -> Predicate:
    if not parts:
        return _always
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        first, second = parts
        return lambda values: first(values) and second(values)
    if len(parts) == 3:
        first, second, third = parts
        return lambda values: first(values) and second(values) and third(values)
    members = tuple(parts)

    def holds(values: Values) -> bool:
        for member in members:
            if not member(values):
                return False
        return True

    return holds


def _any_of(parts: Sequence[Predicate]) -> Predicate:
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        first, second = parts
        return lambda values: first(values) or second(values)
    members = tuple(parts)

    def holds(values: Values) -> bool:
        for member in members:
            if member(values):
                return True
        return False

    return holds


# ------------------------------------------------------------ constants


def _equal(name: str, needed: Any) -> Predicate:
    return lambda values: bool(values[name] == needed)


def _not_equal(name: str, needed: Any) -> Predicate:
    return lambda values: (seen := values[name]) is not None and seen != needed


def _less(name: str, needed: Any) -> Predicate:
    return lambda values: (seen := values[name]) is not None and seen < needed


def _at_most(name: str, needed: Any) -> Predicate:
    return lambda values: (seen := values[name]) is not None and seen <= needed


def _greater(name: str, needed: Any) -> Predicate:
    return lambda values: (seen := values[name]) is not None and seen > needed


def _at_least(name: str, needed: Any) -> Predicate:
    return lambda values: (seen := values[name]) is not None and seen >= needed


_CONSTANT: Mapping[Operator, Callable[[str, Any], Predicate]] = {
    Operator.EQ: _equal,
    Operator.NE: _not_equal,
    Operator.LT: _less,
    Operator.LE: _at_most,
    Operator.GT: _greater,
    Operator.GE: _at_least,
}


# ---------------------------------------------------------- other facts


def _with_fact(
    name: str, compare: Callable[[Any, Any], bool], term: FactTerm
) -> Predicate:
    other = term.field.name
    if term.factor is None:

        def holds(values: Values) -> bool:
            seen, needed = values[name], values[other]
            return seen is not None and needed is not None and compare(seen, needed)

        return holds
    return _with_product(name, compare, other, term.factor)


def _with_product(
    name: str, compare: Callable[[Any, Any], bool], other: str, factor: Decimal
) -> Predicate:
    def holds(values: Values) -> bool:
        seen, needed = values[name], values[other]
        return (
            seen is not None
            and needed is not None
            and compare(seen, multiply(needed, factor))
        )

    return holds


# --------------------------------------------------------------- others


def _is_set(comparison: Comparison) -> Predicate:
    name = comparison.field.name
    return lambda values: values[name] is not None


def _is_not_set(comparison: Comparison) -> Predicate:
    name = comparison.field.name
    return lambda values: values[name] is None


def _in(comparison: Comparison) -> Predicate:
    name = comparison.field.name
    allowed = _constants(comparison)
    return lambda values: (seen := values[name]) is not None and seen in allowed


def _not_in(comparison: Comparison) -> Predicate:
    name = comparison.field.name
    refused = _constants(comparison)
    return lambda values: (seen := values[name]) is not None and seen not in refused


def _constants(comparison: Comparison) -> frozenset[Any]:
    return frozenset(
        term.value for term in comparison.terms if isinstance(term, Constant)
    )


def _between(comparison: Comparison) -> Predicate:
    name = comparison.field.name
    low, high = comparison.terms
    if isinstance(low, Constant) and isinstance(high, Constant):
        least, most = low.value, high.value
        return lambda values: (
            (seen := values[name]) is not None and least <= seen <= most
        )

    def holds(values: Values) -> bool:
        seen = values[name]
        least, most = term_value(low, values), term_value(high, values)
        if seen is None or least is None or most is None:
            return False
        return bool(least <= seen <= most)

    return holds


_BUILDERS: Mapping[Operator, Callable[[Comparison], Predicate]] = {
    Operator.BETWEEN: _between,
    Operator.IN: _in,
    Operator.NOT_IN: _not_in,
    Operator.IS_SET: _is_set,
    Operator.IS_NOT_SET: _is_not_set,
}
