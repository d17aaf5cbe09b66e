"""What addons for the same moment cost beside ours, in one run on clones of one database.

OCA's sale_exception with five of its own rules, and sale_financial_risk with a limit for
each customer: installing them, and confirming orders with them. Everybody confirms the
same orders, who comes first changes from turn to turn, and each is compared with Odoo
alone in the same turn.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from contextlib import ExitStack

from orders import KINDS, Quotations, summary
from workers import Worker
from world import World

OURS = "aftersales_rules"
PEERS = ("sale_exception", "sale_financial_risk")
SIZES = {"small": "10", "large": "5,000"}
WARM_UP = 3
Say = Callable[[str], None]


def install(world: World, turns: int, say: Say) -> dict:
    """Seconds to install each addon, start of Odoo included; medians."""
    seconds: dict[str, list[float]] = {name: [] for name in (*PEERS, OURS)}
    for _turn in range(turns):
        for name, taken in seconds.items():
            with _clone(world, name) as database:
                taken.append(world.install_into(database, name))
    figures = {
        name: round(statistics.median(taken), 1) for name, taken in seconds.items()
    }
    for name, value in figures.items():
        say(f"  install {name}: {value} s")
    return figures


def confirm(world: World, turns: int, say: Say) -> dict:
    """Ratios to Odoo alone, for a small and for the large customer."""
    with ExitStack() as stack:
        workers = {"": stack.enter_context(Worker(world.plain))}
        for name in (*PEERS, OURS):
            database = stack.enter_context(_clone(world, name))
            world.install_into(database, name)
            workers[name] = stack.enter_context(Worker(database))
        quotations = Quotations(workers[""].ask("layout"))
        for name, worker in workers.items():
            worker.ask("layout")
            if name:
                worker.ask("take_part", addon=name)
            worker.ask("vacuum")
        return {
            kind: _confirm_kind(workers, quotations, kind, turns, say) for kind in KINDS
        }


def _confirm_kind(
    workers: dict[str, Worker], quotations: Quotations, kind: str, turns: int, say: Say
) -> dict:
    answers: dict[str, list[dict[str, dict]]] = {size: [] for size in SIZES}
    names = list(workers)
    for turn in range(turns + WARM_UP):
        first = turn % len(names)
        for size, done in answers.items():
            ids = quotations.take(kind, size)
            answer = {
                name: workers[name].ask("confirm", ids=ids)
                for name in (*names[first:], *names[:first])
            }
            refused = [name for name in names if answer[name]["states"] != ["sale"]]
            if refused or answer[OURS]["held"]:
                raise AssertionError(f"not confirmed: {refused}, {answer[OURS]}")
            if turn >= WARM_UP:
                done.append(answer)
    figures: dict = {name: {} for name in names if name}
    for name, of_name in figures.items():
        for size, done in answers.items():
            f = of_name[size] = summary([(a[name], a[""]) for a in done])
            say(
                f"  {KINDS[kind]:21} {SIZES[size]:>5} earlier orders, {name:20} "
                f"ratio {f['ratio']:.3f} [{f['low']:.2f}–{f['high']:.2f}], "
                f"{f['extra_queries']:+d} queries"
            )
    return figures


def _clone(world: World, name: str):
    return world.clone(f"ar_benchrun_{os.getpid()}_{name}")
