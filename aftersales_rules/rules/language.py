"""The pack: rules and thresholds as data, with the path of every fault.

Place in event → facts → **decide** → record → apply: what administrators write
and versions keep. A pack says nothing about the decisions it serves; whether
its names and types fit is asked in ``checks``. Nothing in a pack is ever run as
code.

Numbers in JSON are read exactly (``0.1`` is a tenth), duplicate keys, NaN and
absurd exponents are refused.

>>> load_pack('{"schema_version": 1, "name": "tiny", "rules": [{"name": "Big"}]}')
Traceback (most recent call last):
...
rules.errors.PackError: rules[0].name: 'Big' is not a name; expected \
a-z, 0-9 and _, starting with a letter
rules[0].decision: missing
rules[0].outcome: missing
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, NoReturn, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from .errors import Fault, PackError, nearest, short
from .i18n import _
from .registry import NAME
from .values import FactType, to_json

SCHEMA_VERSION = 1
RULES_MAX = 10_000
CONDITIONS_MAX = 100
ITEMS_MAX = 1_000
TEXT_MAX = 10_000
DEPTH_MAX = 20
SOURCE_MAX = 64 * 1024 * 1024
EXPONENT_MAX = 60
DIGITS_MAX = 100


class Operator(str, Enum):
    """How a fact is compared."""

    EQ = "="
    NE = "≠"
    LT = "<"
    LE = "≤"
    GT = ">"
    GE = "≥"
    BETWEEN = _("between")
    IN = _("in")
    NOT_IN = _("not in")
    IS_SET = _("is set")
    IS_NOT_SET = _("is not set")

    def __str__(self) -> str:
        return self.value


OPERATOR_ALIASES: Mapping[str, str] = {"!=": "≠", "<=": "≤", ">=": "≥"}
LIST_OPERATORS = frozenset({Operator.IN, Operator.NOT_IN})
SET_OPERATORS = frozenset({Operator.IS_SET, Operator.IS_NOT_SET})
ORDER_OPERATORS = frozenset(
    {Operator.LT, Operator.LE, Operator.GT, Operator.GE, Operator.BETWEEN}
)


# ---------------------------------------------------------- field types


def _check_name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise PydanticCustomError(
            "name",
            "{value} is not a name",
            {
                "value": short(value),
                "expected": "a-z, 0-9 and _, starting with a letter",
            },
        )
    return value


def _read_operator(value: Any) -> Any:
    value = OPERATOR_ALIASES.get(value, value) if isinstance(value, str) else value
    known = [operator.value for operator in Operator]
    if value not in known:
        raise PydanticCustomError(
            "operator",
            "unknown operator {value}",
            {
                "value": short(value),
                "expected": "one of " + ", ".join(known),
                "suggestion": nearest(value, known),
            },
        )
    return value


def _read_day(value: Any) -> Any:
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value)
    elif value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise PydanticCustomError(
        "date",
        "{value} is not a date",
        {"value": short(value), "expected": "a date as YYYY-MM-DD"},
    )


def _check_literal(value: Any) -> Any:
    if isinstance(value, (bool, int, str)):
        return value
    raise PydanticCustomError(
        "literal",
        "{value} is not a value",
        {"value": short(value), "expected": "a number, a text, true or false"},
    )


Name = Annotated[StrictStr, AfterValidator(_check_name)]
Text = Annotated[StrictStr, Field(max_length=TEXT_MAX)]
Day = Annotated[date, BeforeValidator(_read_day)]
Literal: TypeAlias = Annotated[
    StrictBool | StrictInt | StrictStr, BeforeValidator(_check_literal)
]
"""Decimals have become strings when a pack is built: exact, and one spelling."""


class Element(BaseModel):
    """Ground of all parts of a pack: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ThresholdOperand(Element):
    """The value of a threshold, optionally times a ratio threshold."""

    threshold: Name
    times: Name | None = None


class FactOperand(Element):
    """The value of another fact, optionally times a ratio threshold."""

    fact: Name
    times: Name | None = None


def _kind_of_item(value: Any, fact: str = "<fact>") -> str:
    if isinstance(value, Mapping):
        return fact if "fact" in value else "<threshold>"
    if isinstance(value, (ThresholdOperand, FactOperand)):
        return "<fact>" if isinstance(value, FactOperand) else "<threshold>"
    return "<literal>"


def _kind_of_operand(value: Any) -> str:
    return "<list>" if isinstance(value, (list, tuple)) else _kind_of_item(value)


Operand: TypeAlias = Annotated[
    Annotated[Literal, Tag("<literal>")]
    | Annotated[ThresholdOperand, Tag("<threshold>")]
    | Annotated[FactOperand, Tag("<fact>")],
    Discriminator(_kind_of_item),
]
OutcomeValue: TypeAlias = Annotated[
    Annotated[Literal, Tag("<literal>")]
    | Annotated[ThresholdOperand, Tag("<threshold>")],
    Discriminator(lambda value: _kind_of_item(value, fact="<threshold>")),
]
Operands: TypeAlias = Annotated[
    Annotated[Literal, Tag("<literal>")]
    | Annotated[ThresholdOperand, Tag("<threshold>")]
    | Annotated[FactOperand, Tag("<fact>")]
    | Annotated[tuple[Operand, ...], Field(max_length=ITEMS_MAX), Tag("<list>")],
    Discriminator(_kind_of_operand),
]


# ------------------------------------------------------------- elements


class Condition(Element):
    """One comparison of one fact."""

    fact: Name
    op: Annotated[Operator, BeforeValidator(_read_operator)]
    operand: Operands | None = Field(default=None, validate_default=True)

    @field_validator("operand", mode="after")
    @classmethod
    def _check_shape(cls, value: Any, info: ValidationInfo) -> Any:
        operator = info.data.get("op")
        problem = None if operator is None else _shape_problem(operator, value)
        if problem:
            raise PydanticCustomError(
                "operand_shape",
                "does not go with '{op}'",
                {"op": str(operator), "expected": problem},
            )
        return value


def _shape_problem(operator: Operator, value: Any) -> str | None:
    if operator in SET_OPERATORS:
        return None if value is None else "no operand"
    if operator is Operator.BETWEEN:
        return None if isinstance(value, tuple) and len(value) == 2 else "[low, high]"
    if operator in LIST_OPERATORS:
        return None if value and isinstance(value, tuple) else "a list of values"
    if value is None or isinstance(value, tuple):
        return "one value, threshold or fact"
    return None


class AnyGroup(Element):
    """Holds when at least one of its conditions holds."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    any_of: tuple[Condition, ...] = Field(alias="any", max_length=CONDITIONS_MAX)

    @field_validator("any_of", mode="after")
    @classmethod
    def _check_members(cls, value: tuple[Condition, ...]) -> tuple[Condition, ...]:
        # Not min_length: that also counts members out that have faults of their own.
        if not value:
            raise PydanticCustomError("empty", "is empty", {"expected": "conditions"})
        return value


def _kind_of_condition(value: Any) -> str:
    grouped = isinstance(value, AnyGroup) or (
        isinstance(value, Mapping) and "any" in value
    )
    return "<any>" if grouped else "<condition>"


AnyCondition: TypeAlias = Annotated[
    Annotated[Condition, Tag("<condition>")] | Annotated[AnyGroup, Tag("<any>")],
    Discriminator(_kind_of_condition),
]


class ThresholdTexts(Element):
    """Texts of a threshold in another language."""

    label: Text | None = None
    help: Text | None = None


class RuleTexts(Element):
    """Texts of a rule in another language."""

    label: Text | None = None
    reason: Text | None = None
    remedy: Text | None = None


class Threshold(Element):
    """A named number (or day, time, text) that an administrator may change."""

    name: Name
    label: Text = ""
    help: Text = ""
    type: FactType
    unit: Text | None = None
    default: Literal
    minimum: Literal | None = None
    maximum: Literal | None = None
    requirement: tuple[Text, ...] = ()
    i18n: dict[str, ThresholdTexts] = Field(default_factory=dict)

    @property
    def choices(self) -> Mapping[str, str] | None:
        """Thresholds have none; here so that values treat all fields alike."""
        return None

    def label_in(self, lang: str | None) -> str:
        """The label in a language, else in English, else the name."""
        texts = texts_in(self.i18n, lang)
        return (texts and texts.label) or self.label or self.name


class Rule(Element):
    """When all conditions hold, the outcome is said, with its reason."""

    name: Name
    decision: Name
    sequence: StrictInt = Field(default=10, ge=-(10**9), le=10**9)
    label: Text = ""
    requirement: tuple[Text, ...] = ()
    conditions: tuple[AnyCondition, ...] = Field(default=(), max_length=CONDITIONS_MAX)
    outcome: dict[StrictStr, OutcomeValue | None]
    reason: Text = ""
    remedy: Text = ""
    valid_from: Day | None = None
    valid_to: Day | None = None
    i18n: dict[str, RuleTexts] = Field(default_factory=dict)

    @field_validator("valid_to", mode="after")
    @classmethod
    def _check_period(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("valid_from")
        if value is not None and start is not None and value < start:
            raise PydanticCustomError(
                "period",
                "{value} is before valid_from",
                {"value": value.isoformat(), "expected": f"{start} or later"},
            )
        return value

    def in_force(self, on: date) -> bool:
        """Whether the day is within the rule's dates, both inclusive."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )

    def label_in(self, lang: str | None) -> str:
        """The label in a language, else in English, else the name."""
        texts = texts_in(self.i18n, lang)
        return (texts and texts.label) or self.label or self.name


class Pack(Element):
    """A set of rules and the thresholds they use."""

    schema_version: StrictInt = Field(ge=SCHEMA_VERSION, le=SCHEMA_VERSION)
    name: Name
    label: Text = ""
    thresholds: tuple[Threshold, ...] = ()
    rules: tuple[Rule, ...] = Field(default=(), max_length=RULES_MAX)

    @cached_property
    def canonical(self) -> str:
        """The one JSON spelling of this pack; equal packs have equal ones."""
        return canonical_json(self.model_dump(mode="json"))

    def to_json(self, *, indent: int | None = 2) -> str:
        """The pack for export, without what is at its default."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(content, ensure_ascii=False, indent=indent)


def texts_in(texts: Mapping[str, Any], lang: str | None) -> Any | None:
    """The texts for ``zh_CN``, else for ``zh``, else none."""
    if not lang:
        return None
    return texts.get(lang) or texts.get(lang.partition("_")[0])


def canonical_json(content: Any) -> str:
    """JSON with sorted keys and nothing left to taste, ASCII only."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


# -------------------------------------------------------------- loading


_PART_KEYS = ("thresholds", "rules")
_PART_HAS = "nothing but thresholds and rules"


def load_pack(source: str | bytes | Mapping[str, Any]) -> Pack:
    """Read a pack; raises :class:`PackError` with all faults at once."""
    content = source if isinstance(source, Mapping) else parse_source(source)
    faults: list[Fault] = []
    plain = _plain(content, "", 0, faults)
    if faults:
        raise PackError(faults)
    if not isinstance(plain, dict):
        _refuse("json", "not a JSON object", content, "an object")
    try:
        return Pack.model_validate(plain)
    except ValidationError as err:
        found = [_fault_of(error) for error in err.errors(include_url=False)]
    raise PackError(found)


def load_pack_parts(sources: Iterable[str | bytes]) -> Pack:
    """Read a pack that is kept in several files, one for each topic.

    The first part is a whole pack; each further one has nothing but ``thresholds``
    and ``rules``, which go on where the part before ended.

    :raise PackError: with all faults, their paths counted over all parts
    """
    first, *others = (parse_source(source) for source in sources)
    content = dict(first)
    for number, part in enumerate(others, start=1):
        extra = sorted(set(part) - set(_PART_KEYS)) if isinstance(part, dict) else ["?"]
        if extra:
            raise PackError(
                Fault(f"part[{number}]", "part", f"has {extra[0]!r}", extra, _PART_HAS)
            )
        for key in _PART_KEYS:
            content[key] = [*content.get(key, ()), *part.get(key, ())]
    return load_pack(content)


def _refuse(code: str, message: str, value: object, expected: str) -> NoReturn:
    raise PackError(Fault("", code, message, short(value), expected))


def parse_source(source: str | bytes) -> Any:
    if len(source) > SOURCE_MAX:
        _refuse("size", f"pack of {len(source)} characters", "", f"up to {SOURCE_MAX}")
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        return json.loads(
            text,
            parse_float=_parse_decimal,
            parse_int=_parse_int,
            parse_constant=_parse_constant,
            object_pairs_hook=_parse_object,
        )
    except UnicodeDecodeError as err:
        _refuse("json", f"not UTF-8 at byte {err.start}", source, "UTF-8 text")
    except json.JSONDecodeError as err:
        where = f"line {err.lineno} column {err.colno}"
        _refuse("json", f"not JSON at {where}: {err.msg}", source, "a JSON object")
    except RecursionError:
        _refuse("depth", "nested too deeply", source, f"at most {DEPTH_MAX} levels")


def _parse_decimal(text: str) -> Decimal:
    if len(text) > DIGITS_MAX:
        _refuse("number", f"number of {len(text)} characters", text, "fewer digits")
    return Decimal(text)


def _parse_int(text: str) -> int:
    if len(text) > DIGITS_MAX:
        _refuse("number", f"number of {len(text)} digits", text, "fewer digits")
    return int(text)


def _parse_constant(text: str) -> NoReturn:
    _refuse("number", f"{text} is not a number of JSON", text, "a finite number")


def _parse_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        _refuse("duplicate_key", f"key {short(twice)} twice", twice, "each key once")
    return content


def _plain(value: Any, path: str, depth: int, faults: list[Fault]) -> Any:
    """A copy made of JSON types and decimals only, whatever was handed in."""
    if depth > DEPTH_MAX:
        faults.append(Fault(path, "depth", "nested too deeply", short(value)))
        return None
    if isinstance(value, Mapping):
        return _plain_mapping(value, path, depth, faults)
    if isinstance(value, (list, tuple)):
        return [
            _plain(item, f"{path}[{index}]", depth + 1, faults)
            for index, item in enumerate(value)
        ]
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and not _is_modest(value):
        faults.append(
            Fault(path, "number", f"{short(value)} is out of range", short(value))
        )
        return None
    if isinstance(value, (Decimal, date, time)) and not isinstance(value, datetime):
        return to_json(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    faults.append(Fault(path, "json", f"{short(value)} is not JSON", short(value)))
    return None


def _plain_mapping(
    value: Mapping[Any, Any], path: str, depth: int, faults: list[Fault]
) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            faults.append(Fault(path, "json", f"key {short(key)} is not a text"))
            continue
        below = f"{path}.{key[:80]}" if path else key[:80]
        content[key] = _plain(item, below, depth + 1, faults)
    return content


def _is_modest(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and (
        exponent >= -EXPONENT_MAX and value.adjusted() <= EXPONENT_MAX
    )


# ------------------------------------------------------------- reporting

_KEYS = frozenset(
    name
    for model in (Pack, Rule, Threshold, Condition, FactOperand, ThresholdOperand)
    for name in model.model_fields
) | {"any"}
_UNION_LOCATIONS = re.compile(
    r"<.*>|bool|int|decimal|str|ThresholdOperand|lax-or-strict\[.*|function-.*"
)


def _fault_of(error: Any) -> Fault:
    code, value = error["type"], error.get("input")
    context = error.get("ctx", {})
    path = path_of(error["loc"])
    if code == "extra_forbidden":
        key = error["loc"][-1]
        close = nearest(key, _KEYS - {key})
        return Fault(path, "unknown_key", f"unknown key {short(key)}", key, None, close)
    if code == "missing":
        return Fault(path, "missing", "missing")
    message = _MESSAGES.get(code, error["msg"])
    expected, suggestion = context.get("expected"), context.get("suggestion")
    if code not in _OWN_CODES:
        message = f"{message} (got {short(value)})"
        expected = None
    return Fault(path, code, message, short(value), expected, suggestion)


_OWN_CODES = frozenset(
    {"name", "operator", "date", "literal", "operand_shape", "period", "empty"}
)
_MESSAGES = {"enum": "not one of the value types " + ", ".join(map(str, FactType))}


def path_of(location: Iterable[str | int]) -> str:
    """Spell a location as people read it, without pydantic's union tags.

    >>> path_of(("rules", 3, "conditions", 1, "<any>", "any", 0, "operand"))
    'rules[3].conditions[1].any[0].operand'
    """
    path = ""
    parts: Sequence[str | int] = tuple(location)
    for index, part in enumerate(parts):
        if isinstance(part, int):
            path += f"[{part}]"
        elif index >= 2 and _UNION_LOCATIONS.fullmatch(part):
            continue
        else:
            path += f".{part}" if path else part
    return path
