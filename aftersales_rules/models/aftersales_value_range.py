# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Between which values a slider goes: past every limit, in round steps."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from ..rules import FactType, Threshold, parse_value, to_json
from ..rules.language import Operator

_DAYS = 60
"""So many days a slider of dates goes beyond the values that matter."""
_LEAST = {
    FactType.MONEY: Decimal(100),
    FactType.QUANTITY: Decimal(10),
    FactType.INTEGER: Decimal(10),
    FactType.RATIO: Decimal(1),
}
"""The shortest slider of a type."""
_STEPS = 200
"""So many steps a slider has at most; values in between are written in the field."""


def value_range(scene: Any, spec: Any, value: Any) -> tuple[Any, Any, str]:
    """Least and most of a slider, and its step as a text.

    :param scene: of the decision, for the limits with which a value is compared
    :param spec: a fact or a threshold
    :return: values of the type, ``None`` where there is no slider; step in the unit of
        the value, percent for shares, days for dates, minutes for times
    """
    if spec.type is FactType.TIME:
        return time(0, 0), time(23, 59), "15"
    if spec.type is FactType.DATE:
        return (*_days(scene, spec, value), "1")
    if spec.type not in _LEAST:
        return None, None, ""
    low, high = _bounds(spec)
    marks = [Decimal(0), *map(Decimal, _marks(scene, spec, value))]
    most = max(max(marks) * 2, -min(marks) * 2, _LEAST[spec.type])
    step = _step(spec.type, most)
    most = -(-most // step) * step
    if high is not None and (low is not None or high <= most * 5):
        most = Decimal(high)
    least = -most if min(marks) < 0 else Decimal(0)
    if low is not None:
        least = max(least, Decimal(low)) if least < low else least
    whole = spec.type is FactType.INTEGER
    ends = (int(least), int(most)) if whole else (least, most)
    shown = step * 100 if spec.type is FactType.RATIO else step
    return (*ends, to_json(shown))


def _bounds(spec: Any) -> tuple[Any, Any]:
    if isinstance(spec, Threshold):
        return parse_value(spec, spec.minimum), parse_value(spec, spec.maximum)
    return None, None


def _step(kind: FactType, most: Decimal) -> Decimal:
    """A round number of which a slider has at most so many."""
    finest = Decimal("0.01") if kind is FactType.RATIO else Decimal(1)
    step = finest
    while most / step > _STEPS:
        for factor in (2, 5, 10):
            wider = step * factor
            if most / wider <= _STEPS:
                return wider
        step *= 10
    return step


def _days(scene: Any, spec: Any, value: date | None) -> tuple[date, date]:
    days = [scene.on, *_marks(scene, spec, value)]
    try:
        return (
            min(days) - timedelta(days=_DAYS),
            max(days) + timedelta(days=_DAYS),
        )
    except OverflowError:
        return min(days), max(days)


def _marks(scene: Any, spec: Any, value: Any) -> list[Any]:
    """The value itself and all that it is compared with."""
    return [each for each in (value, *_compared(scene, spec)) if each is not None]


def _compared(scene: Any, spec: Any) -> Iterator[Any]:
    is_threshold = isinstance(spec, Threshold)
    values = scene.facts.__dict__
    for rule in scene.compiled.typed_rules(scene.spec.name):
        for clause in rule.clauses:
            for comparison in clause.any_of:
                if comparison.operator in (Operator.IS_SET, Operator.IS_NOT_SET):
                    continue
                for term in comparison.terms:
                    other = getattr(term, "field", None)
                    limit = getattr(term, "threshold", None)
                    if is_threshold and limit is not None and limit.name == spec.name:
                        yield values.get(comparison.field.name)
                    elif is_threshold:
                        continue
                    elif comparison.field.name == spec.name:
                        yield values.get(other.name) if other else term.value
                    elif other is not None and other.name == spec.name:
                        yield values.get(comparison.field.name)
