"""Drafts of rules that are tried on orders; runs inside Odoo, in a worker."""

from __future__ import annotations

import json


def orders_to_judge(env, number: int) -> list[int]:
    """Confirmed orders of customers without credit."""
    customers = env["res.partner"].search([("name", "like", "Customer ")])
    customers.write({"credit_limit": 0.01})
    orders = env["sale.order"].search(
        [("partner_id", "in", customers.ids), ("state", "=", "sale")], limit=number
    )
    return orders.ids


def make_trial(env, kind: str):
    """A trial of a draft on all orders judged.

    ``some``: thresholds are changed, which changes few answers. ``all``: every order
    is held by a rule of its own before, so that each is kept with both explanations.
    """
    draft = env["aftersales.draft"].create({"note": "Bench"})
    content = json.loads(draft.content)
    values = json.loads(draft.threshold_values or "{}")
    if kind == "some":
        values["overdue_days_max"] = 1
    else:
        content["rules"].insert(
            0,
            {
                "name": "bench",
                "decision": "credit_hold",
                "label": "Bench",
                "sequence": 0,
                "conditions": [],
                "outcome": dict(_outcome(content)),
                "reason": "Held by the bench.",
            },
        )
    draft._save(content, values, draft.revision)
    trial = env["aftersales.trial"].create(
        {"draft_id": draft.id, "decision": "credit_hold", "sample_size": 100_000}
    )
    trial.action_start()
    return trial


def _outcome(content):
    return next(
        rule["outcome"]
        for rule in content["rules"]
        if rule["decision"] == "credit_hold"
    )
