"""Put what one person changed on top of what others changed meanwhile (R3).

Place in event → facts → decide → record → apply: beside it; a draft that was started
from one version is published on top of a later one.

Rules and thresholds are the units: a rule that only one side has touched is taken from
that side, one that both changed alike is taken once, one that both changed otherwise
is a conflict and nobody's work is lost by guessing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .language import Pack, Rule, Threshold

_Named = TypeVar("_Named", Rule, Threshold)
_GONE = None


@dataclass(frozen=True)
class Conflict:
    """Something that both sides changed, each in its own way.

    ``kind`` is rule, threshold or value; ``name`` its technical name.
    """

    kind: str
    name: str


@dataclass(frozen=True)
class Merged:
    """The merged pack with its values, or what stands in the way."""

    pack: Pack
    values: Mapping[str, Any]
    conflicts: tuple[Conflict, ...]


def merge_packs(
    base: tuple[Pack, Mapping[str, Any]],
    mine: tuple[Pack, Mapping[str, Any]],
    theirs: tuple[Pack, Mapping[str, Any]],
) -> Merged:
    """Apply to ``theirs`` what ``mine`` changed of ``base``.

    Each side is a pack with the values of its thresholds; a value that is not given is
    the threshold's default. Where there are conflicts, ``theirs`` stands in the result.
    """
    conflicts: list[Conflict] = []
    rules = _merge_named(
        "rule", base[0].rules, mine[0].rules, theirs[0].rules, conflicts
    )
    thresholds = _merge_named(
        "threshold",
        base[0].thresholds,
        mine[0].thresholds,
        theirs[0].thresholds,
        conflicts,
    )
    values = {}
    for threshold in thresholds:
        name = threshold.name
        before, own, other = (side[1].get(name) for side in (base, mine, theirs))
        value = _choose("value", name, before, own, other, conflicts)
        if value is not None:
            values[name] = value
    pack = theirs[0].model_copy(
        update={"rules": tuple(rules), "thresholds": tuple(thresholds)}
    )
    # a copy keeps what was cached of the original
    pack.__dict__.pop("canonical", None)
    return Merged(pack, values, tuple(conflicts))


def _merge_named(
    kind: str,
    base: Sequence[_Named],
    mine: Sequence[_Named],
    theirs: Sequence[_Named],
    conflicts: list[Conflict],
) -> list[_Named]:
    before, own, other = (
        {each.name: each for each in side} for side in (base, mine, theirs)
    )
    chosen = {
        name: _choose(
            kind, name, before.get(name), own.get(name), other.get(name), conflicts
        )
        for name in {**other, **own}
    }
    order = [name for name in other if chosen[name] is not None]
    previous: str | None = None
    for name in own:  # what is new of mine stands after what it stood after
        if chosen[name] is None:
            continue
        if name not in other:
            place = 0
            if previous is not None:
                place = order.index(previous) + 1 if previous in order else len(order)
            order.insert(place, name)
        previous = name
    if _is_moved(base, mine) and not _is_moved(base, theirs):
        rank = {name: place for place, name in enumerate(own)}
        ours = sorted((name for name in order if name in rank), key=rank.__getitem__)
        known = iter(ours)
        order = [next(known) if name in rank else name for name in order]
    return [each for name in order if (each := chosen[name]) is not None]


def _is_moved(base: Sequence[_Named], side: Sequence[_Named]) -> bool:
    """Whether what both have stands in another order."""
    common = {each.name for each in base} & {each.name for each in side}
    return [each.name for each in base if each.name in common] != [
        each.name for each in side if each.name in common
    ]


def _choose(
    kind: str,
    name: str,
    before: Any,
    own: Any,
    other: Any,
    conflicts: list[Conflict],
) -> Any:
    if own in (before, other):
        return other
    if other == before:
        return own
    conflicts.append(Conflict(kind, name))
    return other
