"""Value types: reading, bounding, writing and formatting single values.

Place in event → facts → decide → record → apply: used by all of them. A value is
read from JSON or from a screen (``parse_value``), held as a Python value, written
to JSON (``to_json``) and shown to people (``format_value``).

Every value has an exact integer image (``to_integer``) of at most ``LIMIT``, so
that the rule engine, which compares 64 bit integers only, and the plain
evaluator see the same order. What has no such image is refused here, for both:
NaN, infinity, too many digits. A ratio is a quotient and may be periodic, so
its digits after the twelfth are cut off toward zero: a share that has not
reached a limit is never rounded up to it.

>>> from types import SimpleNamespace
>>> share = SimpleNamespace(name="s", type=FactType.RATIO, unit=None, choices=None)
>>> parse_value(share, "12.5%"), format_value(share, Decimal("0.125"))
(Decimal('0.125'), '12.5%')
>>> to_integer(FactType.MONEY, Decimal("1.50"))
1500000
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from enum import Enum
from typing import Any, Protocol

from .errors import nearest, short
from .i18n import Translate, _, untranslated


class FactType(str, Enum):
    """The types a fact, a threshold or an outcome field can have."""

    MONEY = "money"
    RATIO = "ratio"
    QUANTITY = "quantity"
    INTEGER = "integer"
    DATE = "date"
    TIME = "time"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    TEXT = "text"

    def __str__(self) -> str:
        return self.value


PLACES: Mapping[FactType, int] = {
    FactType.MONEY: 6,
    FactType.QUANTITY: 6,
    FactType.RATIO: 12,
}
"""Decimal places that are kept and compared, per decimal type."""
LIMIT = 10**18
"""Largest absolute integer image: fits 64 bits with room for one step beyond."""
DECIMAL_TYPES = frozenset(PLACES)
NUMBER_TYPES = DECIMAL_TYPES | {FactType.INTEGER}
ORDERED_TYPES = NUMBER_TYPES | {FactType.DATE, FactType.TIME}
PYTHON_TYPES: Mapping[FactType, type] = {
    FactType.MONEY: Decimal,
    FactType.RATIO: Decimal,
    FactType.QUANTITY: Decimal,
    FactType.INTEGER: int,
    FactType.DATE: date,
    FactType.TIME: time,
    FactType.BOOLEAN: bool,
    FactType.CHOICE: str,
    FactType.TEXT: str,
}
TEXT_MAX = 10_000
NUMBER_TEXT_MAX = 100
NOT_SET = _("not set")
YES = _("yes")
NO = _("no")

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
_EXACT = Context(prec=60, traps=[*_TRAPS, Inexact])
_CUT = Context(prec=60, rounding=ROUND_DOWN, traps=_TRAPS)
_NEAR = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=_TRAPS)
_STEP = {kind: Decimal(1).scaleb(-places) for kind, places in PLACES.items()}
_SCALE: Mapping[FactType, int] = {kind: 10**places for kind, places in PLACES.items()}
_MAGNITUDE = {kind: Decimal(LIMIT // scale) for kind, scale in _SCALE.items()}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?")
_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False}


class Described(Protocol):
    """What a field of facts, of an outcome and a threshold have in common."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> FactType: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def choices(self) -> Mapping[str, str] | None: ...


class ValueFault(ValueError):
    """A single value is refused; the caller knows the path and adds it."""

    def __init__(
        self,
        message: str,
        value: object,
        expected: str,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(f"{message}; expected {expected}")
        self.message = message
        self.value = value
        self.expected = expected
        self.suggestion = suggestion


# ---------------------------------------------------------------- checking


def check_decimal(kind: FactType, value: object) -> Decimal:
    """Return ``value`` as a decimal that is finite, in range and exact.

    A float has no exact decimal meaning; the nearest one on our grid is taken.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, float)):
        raise ValueFault(f"{short(value)} is not a number", value, f"a {kind} value")
    if isinstance(value, int) and abs(value) > LIMIT:
        raise _out_of_range(kind, value)
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueFault(f"{short(value)} is not finite", value, f"a {kind} value")
    if number and abs(number) > _MAGNITUDE[kind]:
        raise _out_of_range(kind, value)
    step = _STEP[kind]
    try:
        _EXACT.quantize(number, step)
    except (Inexact, InvalidOperation):
        if isinstance(value, float):
            return _NEAR.quantize(number, step)
        if kind is FactType.RATIO:
            return _CUT.quantize(number, step)
        raise ValueFault(
            f"{short(value)} has too many decimals",
            value,
            f"a {kind} value of at most {PLACES[kind]} decimals",
        ) from None
    return number


def check_integer(value: object) -> int:
    """Return ``value`` if it is an integer within the limit."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueFault(f"{short(value)} is not an integer", value, "an integer value")
    if abs(value) > LIMIT:
        raise _out_of_range(FactType.INTEGER, value)
    return value


def check_date(value: object) -> date:
    """Return ``value`` if it is a date; a date with a time needs a time zone."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueFault(f"{short(value)} is not a date", value, "a date value")
    return value


def check_time(value: object) -> time:
    """Return ``value`` in whole minutes, without a time zone."""
    if not isinstance(value, time) or value.tzinfo is not None:
        raise ValueFault(
            f"{short(value)} is not a local time", value, "a time value without zone"
        )
    if value.second or value.microsecond:
        return value.replace(second=0, microsecond=0)
    return value


def check_boolean(value: object) -> bool:
    """Return ``value`` if it is true or false."""
    if not isinstance(value, bool):
        raise ValueFault(f"{short(value)} is not a boolean", value, "true or false")
    return value


def check_text(value: object) -> str:
    """Return ``value`` if it is a text of a reasonable length."""
    if not isinstance(value, str):
        raise ValueFault(f"{short(value)} is not a text", value, "a text")
    if len(value) > TEXT_MAX:
        raise ValueFault(
            f"text of {len(value)} characters", value, f"at most {TEXT_MAX} characters"
        )
    return value


def check_choice(choices: Mapping[str, str], value: object) -> str:
    """Return ``value`` if it is one of the choices."""
    if not isinstance(value, str) or value not in choices:
        known = list(choices)
        raise ValueFault(
            f"{short(value)} is not a choice",
            value,
            "one of " + ", ".join(known[:20]),
            nearest(value, known),
        )
    return value


def _out_of_range(kind: FactType, value: object) -> ValueFault:
    bound = LIMIT // _SCALE.get(kind, 1)
    return ValueFault(
        f"{short(value)} is out of range",
        value,
        f"{with_article(kind)} value within ±{bound:,}",
    )


def with_article(kind: FactType) -> str:
    """A type's name in a sentence: "a money", "an integer"."""
    return f"an {kind}" if kind is FactType.INTEGER else f"a {kind}"


def checker_for(spec: Described) -> Callable[[object], Any]:
    """The check of one declared field, chosen once."""
    kind = spec.type
    if kind in DECIMAL_TYPES:
        return lambda value: check_decimal(kind, value)
    if kind is FactType.CHOICE:
        choices = spec.choices or {}
        return lambda value: check_choice(choices, value)
    return _SIMPLE_CHECKS[kind]


_SIMPLE_CHECKS: Mapping[FactType, Callable[[object], Any]] = {
    FactType.INTEGER: check_integer,
    FactType.DATE: check_date,
    FactType.TIME: check_time,
    FactType.BOOLEAN: check_boolean,
    FactType.TEXT: check_text,
}


# ----------------------------------------------------------------- reading


def parse_value(spec: Described, raw: object) -> Any:
    """Read a value of JSON or of a screen; ``None`` and "" mean not set.

    Raises :class:`ValueFault`, a ``ValueError`` whose text says what is wrong.
    """
    if raw is None:
        return None
    if isinstance(raw, str):
        if raw == "" and spec.type is not FactType.TEXT:
            return None
        raw = _READERS[spec.type](raw)
    return checker_for(spec)(raw)


def _read_decimal(text: str) -> Decimal:
    text = text.strip()
    if len(text) > NUMBER_TEXT_MAX or not _NUMBER.fullmatch(text):
        raise ValueFault(f"{short(text)} is not a number", text, "a decimal number")
    return Decimal(text)


def _read_ratio(text: str) -> Decimal:
    text = text.strip()
    if text.endswith("%"):
        number = _read_decimal(text[:-1])
        return _EXACT.scaleb(number, -2)
    return _read_decimal(text)


def _read_integer(text: str) -> int:
    text = text.strip()
    if len(text) > NUMBER_TEXT_MAX or not _INTEGER.fullmatch(text):
        raise ValueFault(f"{short(text)} is not an integer", text, "an integer value")
    return int(text)


def _read_date(text: str) -> date:
    text = text.strip()
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    raise ValueFault(f"{short(text)} is not a date", text, "a date as YYYY-MM-DD")


def _read_time(text: str) -> time:
    match = _TIME.fullmatch(text.strip())
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return time(int(match[1]), int(match[2]))
    raise ValueFault(f"{short(text)} is not a time", text, "a time as HH:MM")


def _read_boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip().lower()]
    except KeyError:
        raise ValueFault(
            f"{short(text)} is not a boolean", text, "true or false"
        ) from None


def _read_text(text: str) -> str:
    return text


_READERS: Mapping[FactType, Callable[[str], Any]] = {
    FactType.MONEY: _read_decimal,
    FactType.RATIO: _read_ratio,
    FactType.QUANTITY: _read_decimal,
    FactType.INTEGER: _read_integer,
    FactType.DATE: _read_date,
    FactType.TIME: _read_time,
    FactType.BOOLEAN: _read_boolean,
    FactType.CHOICE: _read_text,
    FactType.TEXT: _read_text,
}


# ----------------------------------------------------------------- writing


def plain_decimal(value: Decimal) -> str:
    """The one spelling of a decimal: no exponent, no trailing zeros.

    >>> plain_decimal(Decimal("1E+2")), plain_decimal(Decimal("-0.00"))
    ('100', '0')
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def to_json(value: Any) -> Any:
    """The JSON form of a value: exact, and equal for equal values."""
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, time):
        return f"{value.hour:02d}:{value.minute:02d}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def multiply(value: Decimal | int, factor: Decimal) -> Decimal:
    """An exact product of two bounded values, whatever the thread's context.

    >>> multiply(3, Decimal("0.1"))
    Decimal('0.3')
    """
    return _EXACT.multiply(Decimal(value), factor)


def to_integer(kind: FactType, value: Any) -> int:
    """The exact integer image of a number, date, time or boolean."""
    if kind in DECIMAL_TYPES:
        scaled: Decimal = _EXACT.multiply(value, _SCALE[kind])
        return int(scaled)
    if kind is FactType.DATE:
        return int(value.toordinal())
    if kind is FactType.TIME:
        return int(value.hour * 60 + value.minute)
    return int(value)


def scale_of(kind: FactType) -> int:
    """Integer steps per unit."""
    return _SCALE.get(kind, 1)


# -------------------------------------------------------------- formatting


def format_value(
    spec: Described,
    value: Any,
    currency: str | None = None,
    translate: Translate | None = None,
) -> str:
    """Write a value for people, with its unit; in English unless translated.

    What may be a word goes through ``translate``: units, labels of choices, yes,
    no and "not set". Figures, currencies and free text are not words.
    """
    words = translate or untranslated
    if value is None:
        return words(NOT_SET)
    kind = spec.type
    if kind is FactType.MONEY:
        return _with_unit(_grouped(value, 2), currency or spec.unit)
    if kind is FactType.RATIO:
        return _grouped(_NEAR.scaleb(value, 2), 0) + "%"
    if kind is FactType.QUANTITY:
        return _with_unit(_grouped(value, 0), spec.unit and words(spec.unit))
    if kind is FactType.INTEGER:
        return _with_unit(f"{value:,}", spec.unit and words(spec.unit))
    if kind is FactType.BOOLEAN:
        return words(YES if value else NO)
    if kind is FactType.CHOICE:
        label = (spec.choices or {}).get(value)
        return str(value) if label is None else words(label)
    return str(to_json(value))


def _grouped(value: Decimal, places: int) -> str:
    whole, _dot, decimals = plain_decimal(value).partition(".")
    sign = "-" if whole.startswith("-") else ""
    decimals = decimals.ljust(places, "0")
    text = f"{sign}{int(whole.lstrip('-')):,}"
    return f"{text}.{decimals}" if decimals else text


def _with_unit(text: str, unit: str | None) -> str:
    return f"{text} {unit}" if unit else text
