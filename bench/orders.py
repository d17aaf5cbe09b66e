"""What the addon costs on orders: confirming them, and re-checking held ones.

Two Odoos, with and without the addon, do the same on clones of one database, in turns:
with, without, without, with, … The figure is the median of the ratios of neighbours, which
a machine that gets busier or slower during the run moves little.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from itertools import islice

from workers import Worker

KINDS = {"service": "three services", "goods": "three storable goods"}
Say = Callable[[str], None]


class Quotations:
    """Hands out quotations that nobody has confirmed yet; the same ids in both clones."""

    def __init__(self, layout: dict) -> None:
        self._rest: dict[tuple[str, str], Iterator[int]] = {
            (kind, size): iter(ids)
            for kind, sizes in layout["drafts"].items()
            for size, ids in sizes.items()
        }

    def take(self, kind: str, size: str, number: int = 1) -> list[int]:
        ids = list(islice(self._rest[kind, size], number))
        if len(ids) < number:
            raise LookupError(f"no {number} quotations left of {kind}, {size}")
        return ids


def _both(plain: Worker, addon: Worker, turn: int, ids: list[int]) -> tuple[dict, dict]:
    """Confirm the same quotations in both; who comes first alternates."""
    if turn % 2:
        with_addon = addon.ask("confirm", ids=ids)
        without = plain.ask("confirm", ids=ids)
    else:
        without = plain.ask("confirm", ids=ids)
        with_addon = addon.ask("confirm", ids=ids)
    for answer in (with_addon, without):
        if answer["states"] != ["sale"]:
            raise AssertionError(f"not confirmed: {answer}")
    if with_addon["held"]:
        raise AssertionError(f"orders that should pass are held: {with_addon}")
    if with_addon["pickings"] != without["pickings"]:
        raise AssertionError(f"not the same deliveries: {with_addon}, {without}")
    if with_addon["decisions"] < len(ids):
        raise AssertionError(f"orders without a decision: {with_addon}")
    return with_addon, without


def confirm_one(
    plain: Worker, addon: Worker, quotations: Quotations, turns: int, say: Say
) -> dict:
    """One order at a time, for a small and for the large customer."""
    figures: dict = {}
    for mode in ("enforce", "observe"):
        addon.ask("mode", mode=mode)
        for kind, label in KINDS.items():
            figures[f"{mode}_{kind}"] = _confirm_kind(
                plain, addon, quotations, kind, turns
            )
            for size, earlier in (("small", "10"), ("large", "5,000")):
                f = figures[f"{mode}_{kind}"][size]
                say(
                    f"  {mode:8} {label:21} {earlier:>5} earlier orders: "
                    f"ratio {f['ratio']:.3f} [{f['low']:.2f}–{f['high']:.2f}] "
                    f"({f['plain_ms']:.1f} → {f['addon_ms']:.1f} ms), "
                    f"{f['extra_queries']:+d} queries on {f['plain_queries']}"
                )
            say(
                f"  {mode:8} {label:21} growth from 10 to 5,000 earlier orders: "
                f"{figures[f'{mode}_{kind}']['growth']:.3f}, without the addon "
                f"{figures[f'{mode}_{kind}']['growth_plain']:.3f}"
            )
    return figures


def _confirm_kind(plain, addon, quotations, kind, turns):
    pairs: dict[str, list[tuple[dict, dict]]] = {"small": [], "large": []}
    warm_up = 3
    for turn in range(turns + warm_up):
        # small and large as neighbours too, for the growth
        for size, done in pairs.items():
            pair = _both(plain, addon, turn, quotations.take(kind, size))
            if turn >= warm_up:
                done.append(pair)
    figures: dict = {size: summary(done) for size, done in pairs.items()}
    for name, place in (("growth", 0), ("growth_plain", 1)):
        figures[name] = round(
            statistics.median(
                large[place]["ms"] / small[place]["ms"]
                for small, large in zip(pairs["small"], pairs["large"], strict=True)
            ),
            3,
        )
    return figures


def summary(pairs: list[tuple[dict, dict]]) -> dict:
    ratios = sorted(a["ms"] / p["ms"] for a, p in pairs)
    quarter = len(ratios) // 4
    return {
        "ratio": round(statistics.median(ratios), 3),
        # between these lies the middle half
        "low": round(ratios[quarter], 3),
        "high": round(ratios[-1 - quarter], 3),
        "cpu_ratio": round(
            statistics.median(a["cpu_ms"] / p["cpu_ms"] for a, p in pairs), 3
        ),
        "extra_queries": round(
            statistics.median(a["queries"] - p["queries"] for a, p in pairs)
        ),
        "plain_queries": round(statistics.median(p["queries"] for _a, p in pairs)),
        "plain_ms": round(statistics.median(p["ms"] for _a, p in pairs), 2),
        "addon_ms": round(statistics.median(a["ms"] for a, _p in pairs), 2),
        "pairs": len(pairs),
    }


def confirm_hundred(
    plain: Worker, addon: Worker, quotations: Quotations, turns: int, say: Say
) -> dict:
    """A hundred orders of a hundred customers in one call."""
    addon.ask("mode", mode="enforce")
    figures = {}
    for kind, label in KINDS.items():
        pairs = [
            _both(plain, addon, turn, quotations.take(kind, "small", 100))
            for turn in range(turns)
        ]
        f = figures[kind] = summary(pairs)
        say(
            f"  enforce  {label:21} 100 orders at once: ratio {f['ratio']:.3f} "
            f"({f['plain_ms'] / 100:.1f} → {f['addon_ms'] / 100:.1f} ms per order), "
            f"{f['extra_queries']:+d} queries on {f['plain_queries']}"
        )
    return figures


def recheck(addon: Worker, orders: int, turns: int, say: Say) -> dict:
    """The cron over held orders, none of which changes."""
    addon.ask("mode", mode="enforce")
    held = addon.ask("hold", number=orders)
    say(f"  {held} orders put on hold")
    answers = [addon.ask("recheck") for _turn in range(turns)]
    for answer in answers:
        if answer["held"] != held or answer["new_decisions"]:
            raise AssertionError(f"the re-check changed something: {answer}")
    ms = statistics.median(answer["ms"] for answer in answers) / held
    queries = statistics.median(answer["queries"] for answer in answers) / held
    say(f"  re-check of {held} held orders: {ms:.3f} ms, {queries:.4f} queries each")
    return {
        "orders": held,
        "ms_per_order": round(ms, 3),
        "cpu_ms_per_order": round(
            statistics.median(answer["cpu_ms"] for answer in answers) / held, 3
        ),
        "queries_per_order": round(queries, 4),
    }
