"""What administrators wait for: a trial run of a draft, the nightly audit."""

from __future__ import annotations

import statistics

from orders import Say
from workers import Worker


def trial_run(addon: Worker, number: int, turns: int, say: Say) -> dict:
    """A draft tried on held orders by the cron's own code: few change, and all do."""
    addon.ask("mode", mode="enforce")
    judged = addon.ask("hold_anew", number=number)
    figures = {"orders": judged["orders"], "judging_s": round(judged["ms"] / 1000, 1)}
    for kind, label in (("some", "a rule for some"), ("all", "a rule for all")):
        answers = [addon.ask("trial_run", kind=kind) for _turn in range(turns)]
        for answer in answers:
            # other parts of the bench have judged orders, too
            if answer["total"] < judged["orders"] or answer["state"] != "done":
                raise AssertionError(f"the trial did not end as it should: {answer}")
        seconds = statistics.median(answer["ms"] for answer in answers) / 1000
        total = answers[0]["total"]
        to_judging = seconds * 1000 / total / (judged["ms"] / max(judged["orders"], 1))
        figures[kind] = {
            "orders": total,
            "seconds": round(seconds, 1),
            "cpu_seconds": round(
                statistics.median(a["cpu_ms"] for a in answers) / 1000, 1
            ),
            "queries_per_order": round(answers[0]["queries"] / total, 3),
            "changes": answers[0]["changes"],
            "to_judging": round(to_judging, 2),
        }
        say(
            f"  trial of {total:,} orders, {label}, "
            f"{answers[0]['changes']:,} changes kept: {seconds:.1f} s, "
            f"{to_judging:.2f} of judging them really"
        )
    return figures


def audit(addon: Worker, turns: int, say: Say) -> dict:
    """The nightly audit: seals looked at, decisions repeated to the same bytes."""
    answers = [addon.ask("audit") for _turn in range(turns)]
    for answer in answers:
        if answer["differences"]:
            raise AssertionError(f"the audit found differences: {answer}")
    ms = statistics.median(answer["ms"] for answer in answers)
    repeated = answers[-1]["repeated"]
    figures = {
        "decisions": answers[-1]["decisions"],
        "seconds": round(ms / 1000, 2),
        "repeated": repeated,
        "queries": answers[-1]["queries"],
        "ms_per_decision": round(ms / max(repeated, 1), 3),
    }
    say(
        f"  nightly audit beside {figures['decisions']:,} decisions: {repeated} repeated in "
        f"{figures['seconds']} s, {figures['queries']} queries"
    )
    return figures
