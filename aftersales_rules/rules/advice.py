"""What a person does to move a value: "pay 1,240.00 more".

Place in event → facts → decide → **record** → apply: puts the nearest ways of
``nearest`` into words. A fact that is declared with :class:`Advice` moves only in
the directions that it has words for: nobody pays less afterwards, and nobody moves
a date that has passed. A fact declared without one moves freely, in general words.

>>> from .facts import FieldSpec
>>> from .nearest import Change
>>> owed = FieldSpec("owed", FactType.MONEY, "Still to pay",
...     advice=Advice(less=_("pay %(distance)s more")))
>>> change_advice(owed, Change(
...     "fact", "owed", Decimal(1500), Decimal(260), Decimal(1240), True), {})
'pay 1,240.00 more'
>>> change_advice(owed, Change(
...     "fact", "owed", Decimal(1500), Decimal(1600), Decimal(100), True), {}) is None
True
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

from .compile import CompiledPack
from .explain import DAYS, MINUTES, Show
from .facts import Advice, FactModel, FieldSpec
from .i18n import Translate, _, untranslated
from .language import Threshold
from .nearest import AND, Change, Way
from .registry import DecisionSpec
from .values import ORDERED_TYPES, FactType, format_value, multiply

__all__ = ["Advice", "change_advice", "movable_ranges", "way_advice"]

RAISE = _("raise “%(label)s” to %(after)s")
LOWER = _("lower “%(label)s” to %(after)s")
LATER = _("move “%(label)s” back to %(after)s")
EARLIER = _("bring “%(label)s” forward to %(after)s")
SET = _("set “%(label)s” to %(after)s")
CLEAR = _("leave “%(label)s” empty")
CENT = Decimal("0.01")


def movable_ranges(
    spec: DecisionSpec, facts: FactModel
) -> tuple[list[str], dict[str, tuple[Any, Any]]]:
    """The facts that somebody can move, and how far, for ``nearest_ways``."""
    movable: list[str] = []
    ranges: dict[str, tuple[Any, Any]] = {}
    for name, field in spec.fact_fields.items():
        if field.advice is not None and not field.advice.moves:
            continue
        movable.append(name)
        value = facts.__dict__[name]
        if field.type not in ORDERED_TYPES:
            continue
        low, high = _floor(field, facts), None
        if field.advice is not None and value is not None:
            low = low if field.advice.less else value
            high = None if field.advice.more else value
        ranges[name] = (low, high)
    return movable, ranges


def _floor(field: FieldSpec, facts: FactModel) -> Any:
    """What is proposed is never less than nothing, unless it is already."""
    value = facts.__dict__[field.name]
    least = facts.__dict__.get(field.advice.floor or "") if field.advice else None
    if least is not None and value is None:
        return least
    if field.type is FactType.INTEGER:
        return 0 if value is None or value >= 0 else None
    if field.type in (FactType.MONEY, FactType.QUANTITY, FactType.RATIO):
        return Decimal(0)
    return None


def way_advice(
    pack: CompiledPack,
    decision: str,
    facts: FactModel,
    way: Way,
    *,
    lang: str | None = None,
    translate: Translate | None = None,
    show: Show | None = None,
) -> str | None:
    """A way in words a person acts on; ``None`` if nobody can go it."""
    fields = pack.registry.get(decision).fact_fields
    limits = {each.name: each for each in pack.pack.thresholds}
    parts = []
    for change in way.changes:
        is_fact = change.kind == "fact"
        spec: Any = fields[change.name] if is_fact else limits[change.name]
        text = change_advice(
            spec, change, facts.__dict__, lang=lang, translate=translate, show=show
        )
        if text is None:
            return None
        parts.append(text)
    return (translate or untranslated)(AND).join(parts)


def change_advice(
    spec: FieldSpec | Threshold,
    change: Change,
    facts: Mapping[str, Any],
    *,
    lang: str | None = None,
    translate: Translate | None = None,
    show: Show | None = None,
) -> str | None:
    """What a person does about one value; ``None`` if nobody can."""
    words = translate or untranslated
    advice = None if isinstance(spec, Threshold) else spec.advice
    sentence = _sentence(spec, advice, change)
    if sentence is None:
        return None
    if advice and advice.of and facts.get(advice.of) is None:
        sentence = _sentence(spec, None, change) or ""
    currency = facts.get("currency")

    def shown(field: Any, value: Any) -> str:
        if show is not None:
            return show(field, value, currency)
        return format_value(field, value, currency, words)

    label = spec.label_in(lang) if isinstance(spec, Threshold) else words(spec.label)
    distance = ""
    if change.distance is not None:
        distance = _distance(spec, advice, change.distance, facts, shown, words)
    return words(sentence) % {
        "label": label,
        "before": shown(spec, change.before),
        "after": shown(spec, change.after),
        "distance": distance,
    }


def _sentence(
    spec: FieldSpec | Threshold, advice: Advice | None, change: Change
) -> str | None:
    direction = _direction(spec.type, change)
    if advice is None:
        return _general(spec.type, direction)
    if direction == "to":
        value = change.after
        key = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        return (advice.to or {}).get(key)
    return {
        "less": advice.less,
        "more": advice.more,
        "set": advice.set,
        "clear": advice.clear,
    }[direction]


def _direction(kind: FactType, change: Change) -> str:
    if change.after is None:
        return "clear"
    if kind not in ORDERED_TYPES:
        return "to"
    if change.before is None:
        return "set"
    return "more" if change.after > change.before else "less"


def _general(kind: FactType, direction: str) -> str:
    if kind in (FactType.DATE, FactType.TIME):
        dated = {"more": LATER, "less": EARLIER}
        return dated.get(direction) or {"clear": CLEAR}.get(direction, SET)
    return {"more": RAISE, "less": LOWER, "clear": CLEAR}.get(direction, SET)


def _distance(
    spec: FieldSpec | Threshold,
    advice: Advice | None,
    distance: Decimal | int,
    facts: Mapping[str, Any],
    shown: Any,
    words: Translate,
) -> str:
    base = facts.get(advice.of) if advice and advice.of else None
    if base is not None:
        # A share of an amount, in money: rounded up, so that it is enough.
        amount = multiply(Decimal(distance), base)
        amount = amount.quantize(CENT, rounding=ROUND_CEILING)
        return str(shown(FieldSpec(spec.name, FactType.MONEY, ""), amount))
    if spec.type is FactType.DATE:
        return f"{distance} {words(DAYS)}"
    if spec.type is FactType.TIME:
        return f"{distance} {words(MINUTES)}"
    return str(shown(spec, distance))
