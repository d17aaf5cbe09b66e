"""Declaring facts and outcomes: typed, named, documented values.

Place in event → **facts** → decide → record → apply: the models gather values
and build one of these; rules may look at nothing else. Screens, the JSON schema
and the documentation are generated from the declarations.

*How to use.* ``Model(**values)`` and ``model_validate`` check through pydantic
and report all faults at once. ``Model.of(**values)`` makes the same checks
without pydantic, several times faster, and stops at the first fault. Both raise
:class:`FactsError`. ``None`` means not known: it never matches a comparison.

>>> class ParcelFacts(FactModel):
...     weight: Decimal | None = quantity("Weight", unit="kg")
...     fragile: bool | None = boolean("Fragile")
>>> ParcelFacts(weight=Decimal("2.5"))
ParcelFacts(weight=Decimal('2.5'), fragile=None)
>>> ParcelFacts.of(wieght=2.5)  # doctest: +ELLIPSIS
Traceback (most recent call last):
...
rules.errors.FactsError: wieght: ... has no fact 'wieght'; did you mean 'weight'?
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from .errors import FactsError, Fault, PackError, nearest, short
from .values import (
    PYTHON_TYPES,
    FactType,
    ValueFault,
    checker_for,
    parse_value,
    to_json,
)

__all__ = [
    "FIXED",
    "Advice",
    "Decimal",
    "FactModel",
    "FieldSpec",
    "OutcomeModel",
    "boolean",
    "choice",
    "date_fact",
    "integer",
    "money",
    "quantity",
    "ratio",
    "text",
    "time_fact",
]

_REQUIRED: Any = object()
_ModelT = TypeVar("_ModelT", bound="DeclaredModel")


@dataclass(frozen=True)
class Advice:
    """What a person does to move a fact, by direction; without words it stays put.

    Sentences may name ``%(distance)s``, ``%(after)s``, ``%(before)s`` and
    ``%(label)s``. ``set`` is for a number or day that is not known yet, ``clear`` for
    taking one away, ``to`` gives a sentence per choice, or for "yes" and "no". With
    ``of``, the distance of a share is told in money of that fact; ``floor`` names a
    fact below which no value is proposed.
    """

    less: str | None = None
    more: str | None = None
    set: str | None = None
    clear: str | None = None
    to: Mapping[str, str] | None = None
    of: str | None = None
    floor: str | None = None

    @property
    def moves(self) -> bool:
        """Whether anybody can move it at all."""
        return bool(self.less or self.more or self.set or self.clear or self.to)


FIXED = Advice()
"""Nobody can move it: what happened, and what somebody is."""


@dataclass(frozen=True)
class FieldSpec:
    """What is known about one fact or outcome field."""

    name: str
    type: FactType
    label: str
    unit: str | None = None
    help: str = ""
    choices: Mapping[str, str] | None = None
    required: bool = False
    advice: Advice | None = None


@dataclass(frozen=True)
class _Declaration:
    """What a helper returns; the model class turns it into a pydantic field."""

    type: FactType
    label: str
    unit: str | None
    help: str
    default: Any
    choices: Mapping[str, str] | None = field(default=None)
    advice: Advice | None = None


def _declare(
    kind: FactType,
    label: str,
    unit: str | None,
    help_text: str,
    default: Any,
    choices: Mapping[str, str] | None = None,
    advice: Advice | None = None,
) -> Any:
    frozen = None if choices is None else types.MappingProxyType(dict(choices))
    return _Declaration(kind, label, unit, help_text, default, frozen, advice)


def money(
    label: str,
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """An amount in the currency of the record."""
    return _declare(FactType.MONEY, label, None, help, default, advice=advice)


def ratio(
    label: str,
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """A share: 0.5 is 50 %."""
    return _declare(FactType.RATIO, label, None, help, default, advice=advice)


def quantity(
    label: str,
    *,
    unit: str | None = None,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """A measured or counted amount with decimals."""
    return _declare(FactType.QUANTITY, label, unit, help, default, advice=advice)


def integer(
    label: str,
    *,
    unit: str | None = None,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """A whole number."""
    return _declare(FactType.INTEGER, label, unit, help, default, advice=advice)


def date_fact(
    label: str,
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """A calendar day."""
    return _declare(FactType.DATE, label, None, help, default, advice=advice)


def time_fact(
    label: str,
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """A local time of day, in minutes."""
    return _declare(FactType.TIME, label, None, help, default, advice=advice)


def boolean(
    label: str,
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """Yes or no."""
    return _declare(FactType.BOOLEAN, label, None, help, default, advice=advice)


def choice(
    label: str,
    choices: Mapping[str, str],
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """One of several named values; ``choices`` maps the value to its label."""
    return _declare(FactType.CHOICE, label, None, help, default, choices, advice)


def text(
    label: str,
    *,
    help: str = "",
    default: Any = _REQUIRED,
    advice: Advice | None = None,
) -> Any:
    """Free text, compared as a whole."""
    return _declare(FactType.TEXT, label, None, help, default, advice=advice)


class DeclaredModel(BaseModel):
    """Ground of facts and outcomes: frozen, no extra keys, declared fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields_by_name: ClassVar[Mapping[str, FieldSpec]] = types.MappingProxyType({})
    _noun: ClassVar[str] = "field"
    _optional: ClassVar[bool] = False
    _blank: ClassVar[dict[str, Any]] = {}
    _checkers: ClassVar[dict[str, Callable[[object], Any]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared: dict[str, FieldSpec] = {}
        for base in reversed(cls.__mro__[1:]):
            declared.update(vars(base).get("fields_by_name", {}))
        for name, value in list(vars(cls).items()):
            if isinstance(value, _Declaration):
                default = cls._default_of(value)
                declared[name] = _field_spec(name, value, default is ...)
                setattr(cls, name, _pydantic_field(declared[name], default))
        cls.fields_by_name = types.MappingProxyType(declared)

    @classmethod
    def _default_of(cls, declaration: _Declaration) -> Any:
        if declaration.default is not _REQUIRED:
            return declaration.default
        return None if cls._optional else ...

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for name, info in cls.model_fields.items():
            _check_annotation(cls, name, info.annotation)
        cls._checkers = {
            name: checker_for(spec) for name, spec in cls.fields_by_name.items()
        }
        cls._blank = {
            name: None if info.is_required() else info.default
            for name, info in cls.model_fields.items()
        }

    @field_validator("*", mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        spec = cls.fields_by_name[str(info.field_name)]
        try:
            return parse_value(spec, value)
        except ValueFault as fault:
            raise PydanticCustomError(
                "value",
                "{message}",
                {
                    "message": fault.message,
                    "expected": fault.expected,
                    "suggestion": fault.suggestion,
                },
            ) from None

    @model_validator(mode="wrap")
    @classmethod
    def _report(
        cls: type[_ModelT], data: Any, handler: ModelWrapValidatorHandler[_ModelT]
    ) -> _ModelT:
        try:
            return handler(data)
        except ValidationError as err:
            faults = [cls._fault_of(error) for error in err.errors()]
        raise FactsError(faults)

    @classmethod
    def _fault_of(cls, error: Any) -> Fault:
        path = ".".join(str(part) for part in error["loc"])
        value = error.get("input")
        if error["type"] == "extra_forbidden":
            return cls._unknown(path, value)
        if error["type"] == "missing":
            return Fault(path, "missing", f"{cls._noun} is missing")
        context = error.get("ctx", {})
        return Fault(
            path,
            error["type"],
            error["msg"],
            value,
            context.get("expected"),
            context.get("suggestion"),
        )

    @classmethod
    def _unknown(cls, name: str, value: object) -> Fault:
        return Fault(
            name,
            f"unknown_{cls._noun}",
            f"{cls.__name__} has no {cls._noun} {short(name)}",
            value,
            suggestion=nearest(name, cls.fields_by_name),
        )

    @classmethod
    def of(cls: type[_ModelT], **values: Any) -> _ModelT:
        """Build from Python values: every value checked, pydantic left out."""
        content = cls._blank.copy()
        checkers = cls._checkers
        for name, value in values.items():
            if name not in checkers:
                raise FactsError(cls._unknown(name, value))
            if value is not None:
                try:
                    value = checkers[name](value)
                except ValueFault as fault:
                    raise FactsError(fault_at(name, fault)) from None
            content[name] = value
        return cls._of_content(content, set(values))

    @classmethod
    def _of_content(
        cls: type[_ModelT], content: dict[str, Any], given: set[str]
    ) -> _ModelT:
        # The four slots of a pydantic instance, as model_construct sets them.
        model = cls.__new__(cls)
        _put(model, "__dict__", content)
        _put(model, "__pydantic_fields_set__", given)
        _put(model, "__pydantic_extra__", None)
        _put(model, "__pydantic_private__", None)
        return model

    def to_json(self) -> dict[str, Any]:
        """The values as JSON, exact; not set is ``None``."""
        return {name: to_json(value) for name, value in self.__dict__.items()}


class FactModel(DeclaredModel):
    """What a decision may look at. Every field is optional."""

    _noun: ClassVar[str] = "fact"
    _optional: ClassVar[bool] = True


class OutcomeModel(DeclaredModel):
    """What a rule says. A field is required unless it has a default."""

    _noun: ClassVar[str] = "outcome field"


_put = object.__setattr__


def fault_at(path: str, fault: ValueFault) -> Fault:
    """The fault of a value, now with its path."""
    return Fault(
        path, "value", fault.message, fault.value, fault.expected, fault.suggestion
    )


def _field_spec(name: str, declaration: _Declaration, required: bool) -> FieldSpec:
    return FieldSpec(
        name,
        declaration.type,
        declaration.label,
        declaration.unit,
        declaration.help,
        declaration.choices,
        required,
        declaration.advice,
    )


def _pydantic_field(spec: FieldSpec, default: Any) -> Any:
    extra: dict[str, Any] = {"fact_type": spec.type.value}
    if spec.unit:
        extra["unit"] = spec.unit
    if spec.choices is not None:
        extra["choices"] = dict(spec.choices)
    return Field(
        default,
        title=spec.label,
        description=spec.help or None,
        json_schema_extra=extra,
    )


def _check_annotation(cls: type[DeclaredModel], name: str, annotation: Any) -> None:
    spec = cls.fields_by_name.get(name)
    if spec is None:
        raise PackError(
            Fault(
                f"{cls.__name__}.{name}",
                "declaration",
                "field is not declared with a helper",
                expected="money(), ratio(), quantity(), integer(), ...",
            )
        )
    wanted = PYTHON_TYPES[spec.type]
    given = {annotation}
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        given = set(typing.get_args(annotation))
    if given - {types.NoneType} != {wanted}:
        raise PackError(
            Fault(
                f"{cls.__name__}.{name}",
                "declaration",
                f"annotation does not fit a {spec.type} field",
                annotation,
                f"{wanted.__name__} | None",
            )
        )
