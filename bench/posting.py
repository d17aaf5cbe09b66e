"""What posting service costs takes, beside plainly making the same documents."""

from __future__ import annotations

import statistics

from orders import Say
from workers import Worker

COSTS = 1_000


def post_costs(addon: Worker, turns: int, say: Say, number: int = COSTS) -> dict:
    """Half of them manufacturing cost, half recharged; ten complaints to a hundred."""
    addon.ask("mode", mode="observe")
    addon.ask("cost_world")
    # the first of a server fills caches that the documents made plainly then find full
    addon.ask("post_costs", number=20, grouping="complaint")
    figures: dict = {"costs": number}
    for grouping in ("complaint", "bearer"):
        runs = [
            addon.ask("post_costs", number=number, grouping=grouping)
            for _turn in range(turns)
        ]
        addon.ask("vacuum")

        def median(step: str, name: str, runs: list[dict] = runs) -> float:
            return statistics.median(run[step][name] for run in runs)

        post, plain = median("post", "ms"), median("plain", "ms")
        figures[grouping] = {
            "documents": runs[0]["documents"],
            "preview_seconds": round(median("preview", "ms") / 1000, 2),
            "post_seconds": round(post / 1000, 2),
            "plain_seconds": round(plain / 1000, 2),
            "ratio": round(statistics.median(_ratios(runs, "ms")), 3),
            "cpu_ratio": round(statistics.median(_ratios(runs, "cpu_ms")), 3),
            "queries_per_cost": round(median("post", "queries") / number, 3),
            "plain_queries_per_cost": round(median("plain", "queries") / number, 3),
            "preview_queries_per_cost": round(median("preview", "queries") / number, 3),
        }
        f = figures[grouping]
        say(
            f"  {number:,} costs, a document for each {grouping} ({f['documents']}): "
            f"posted in {f['post_seconds']} s, {f['queries_per_cost']} queries each; "
            f"the same documents made plainly {f['plain_seconds']} s, "
            f"{f['plain_queries_per_cost']}; ratio {f['ratio']}; preview "
            f"{f['preview_seconds']} s"
        )
    return figures


def _ratios(runs: list[dict], name: str) -> list[float]:
    return [run["post"][name] / run["plain"][name] for run in runs]
