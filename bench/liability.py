"""What it costs to say who bears service costs: all at once, by the cron's own code."""

from __future__ import annotations

import statistics

from orders import Say
from workers import Worker


def judge_costs(addon: Worker, number: int, turns: int, say: Say) -> dict:
    """All unposted costs judged for the first time, and again with nothing new."""
    addon.ask("mode", mode="enforce")
    number = addon.ask("unposted", number=number)
    addon.ask("vacuum")
    first, again = [], []
    for _turn in range(max(turns, 1)):
        first.append(addon.ask("judge_costs", fresh=True))
        again.append(addon.ask("judge_costs", fresh=False))
    if {answer["judged"] for answer in first} != {number}:
        raise AssertionError(f"not all were judged: {first}")
    if any(answer["judged"] for answer in again):
        raise AssertionError(f"the same answer was kept twice: {again}")

    def each(answers: list[dict], name: str, digits: int) -> float:
        return round(statistics.median(a[name] for a in answers) / number, digits)

    figures = {
        "costs": number,
        "ms_per_cost": each(first, "ms", 3),
        "cpu_ms_per_cost": each(first, "cpu_ms", 3),
        "queries_per_cost": each(first, "queries", 4),
        "again_ms_per_cost": each(again, "ms", 3),
        "again_queries_per_cost": each(again, "queries", 4),
    }
    say(
        f"  {number:,} costs judged, decisions kept, shared out: "
        f"{figures['ms_per_cost']} ms and {figures['queries_per_cost']} queries each; "
        f"again, nothing new: {figures['again_ms_per_cost']} ms and "
        f"{figures['again_queries_per_cost']} queries each"
    )
    return figures
