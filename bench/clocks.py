"""What complaints cost: making one, and the deadlines of all that are open."""

from __future__ import annotations

import statistics

from orders import Say, summary
from workers import Worker

DUE = 1_000


def make_complaints(plain: Worker, addon: Worker, turns: int, say: Say) -> dict:
    """A ticket with and without the addon, and one that becomes a complaint."""
    addon.ask("mode", mode="enforce")
    tickets, complaints = [], []
    warm_up = 3
    for turn in range(turns + warm_up):
        answers = {}
        for odoo in (plain, addon) if turn % 2 else (addon, plain):
            answers[odoo] = odoo.ask("tickets", number=1)
        complaint = addon.ask("tickets", number=1, is_complaint=True)
        if turn >= warm_up:
            tickets.append((answers[addon], answers[plain]))
            complaints.append((complaint, answers[plain]))
    figures = {"ticket": summary(tickets), "complaint": summary(complaints)}
    for name, label in (
        ("ticket", "a plain ticket"),
        ("complaint", "a complaint, to a plain ticket without the addon"),
    ):
        f = figures[name]
        say(
            f"  enforce  {label}: ratio {f['ratio']:.3f} [{f['low']:.2f}–{f['high']:.2f}] "
            f"({f['plain_ms']:.1f} → {f['addon_ms']:.1f} ms), "
            f"{f['extra_queries']:+d} queries on {f['plain_queries']}"
        )
    return figures


def open_clocks(addon: Worker, number: int, turns: int, say: Say) -> dict:
    """The crons over many open clocks: nothing due, some due, all worked out again."""
    addon.ask("mode", mode="enforce")
    number = addon.ask("clocks", number=number)
    addon.ask("vacuum")
    say(f"  {number:,} open clocks")
    idle = [addon.ask("tell", due=0) for _turn in range(turns)]
    due = [addon.ask("tell", due=DUE) for _turn in range(turns)]
    for answer in due:
        if answer["told"] < DUE:
            raise AssertionError(f"not all were told of: {answer}")
    for answer in idle[1:]:
        if answer["told"]:
            raise AssertionError(f"told twice: {answer}")
    moved = [addon.ask("work_out") for _turn in range(max(turns // 2, 1))]

    def median(answers: list[dict], name: str) -> float:
        return statistics.median(answer[name] for answer in answers)

    figures = {
        "clocks": number,
        "idle_ms": round(median(idle, "ms"), 1),
        "idle_queries": median(idle, "queries"),
        "due": DUE,
        "ms_per_due": round(median(due, "ms") / DUE, 2),
        "cpu_ms_per_due": round(median(due, "cpu_ms") / DUE, 2),
        "queries_per_due": round(median(due, "queries") / DUE, 2),
        "recompute_seconds": round(median(moved, "ms") / 1000, 1),
        "recompute_ms_per_clock": round(median(moved, "ms") / number, 3),
        "recompute_cpu_ms_per_clock": round(median(moved, "cpu_ms") / number, 3),
        "recompute_queries_per_clock": round(median(moved, "queries") / number, 4),
    }
    say(
        f"  cron, nothing due: {figures['idle_ms']} ms, {figures['idle_queries']:.0f} "
        f"queries; {DUE:,} overdue: {figures['ms_per_due']} ms and "
        f"{figures['queries_per_due']} queries each"
    )
    say(
        f"  working hours change, all clocks worked out again: "
        f"{figures['recompute_seconds']} s, {figures['recompute_ms_per_clock']} ms and "
        f"{figures['recompute_queries_per_clock']} queries each"
    )
    return figures
