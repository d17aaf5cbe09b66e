"""What the addon costs where things are made: large bills, and deposits that arrive."""

from __future__ import annotations

import statistics

from orders import Say, summary
from workers import Worker


def confirm_bills(plain: Worker, addon: Worker, turns: int, say: Say) -> dict:
    """Orders of 20 lines, each made to order through three levels: 60 MOs an order."""
    products = {odoo: odoo.ask("bills") for odoo in (plain, addon)}
    addon.ask("mode", mode="enforce")
    pairs = []
    warm_up = 1
    for turn in range(turns + warm_up):
        answers = {}
        for odoo in (plain, addon) if turn % 2 else (addon, plain):
            ids = odoo.ask("bill_quotations", products=products[odoo], number=1)
            answers[odoo] = odoo.ask("confirm", ids=ids)
        if answers[addon]["pickings"] != answers[plain]["pickings"]:
            raise AssertionError(f"not the same deliveries: {answers}")
        if answers[addon]["held"]:
            raise AssertionError(f"a standard order is held: {answers}")
        if turn >= warm_up:
            pairs.append((answers[addon], answers[plain]))
    f = summary(pairs)
    say(
        f"  enforce  20 lines, three-level bills (60 MOs): ratio {f['ratio']:.3f} "
        f"[{f['low']:.2f}–{f['high']:.2f}] ({f['plain_ms']:.0f} → {f['addon_ms']:.0f} ms), "
        f"{f['extra_queries']:+d} queries on {f['plain_queries']}"
    )
    return f


def release_waiting(addon: Worker, turns: int, say: Say) -> dict:
    """200 manufacturing orders of ten orders wait; the deposits of all arrive."""
    products = addon.ask("bills")
    addon.ask("mode", mode="enforce")
    addon.ask("vacuum")
    answers = []
    for _turn in range(turns):
        orders = addon.ask("wait", products=products, number=10)
        answers.append(addon.ask("deposit", orders=orders))
    figures = {"productions": answers[0]["waiting"]}
    for name in ("ms", "queries", "confirm_ms", "confirm_queries"):
        figures[f"{name}_each"] = round(
            statistics.median(a[name] / a["waiting"] for a in answers), 2
        )
    say(
        f"  deposits release {figures['productions']} waiting MOs: "
        f"{figures['ms_each']} ms and {figures['queries_each']} queries each, of which "
        f"Odoo's own confirming {figures['confirm_ms_each']} ms and "
        f"{figures['confirm_queries_each']} queries"
    )
    return figures
