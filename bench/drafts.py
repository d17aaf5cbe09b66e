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
    """A trial of a draft with one more rule on all orders judged.

    ``all``: it holds every order before the rules in force do, so that each is kept
    with both explanations. ``some``: only those with the least exposure.
    """
    draft = env["aftersales.draft"].create({"note": "Bench"})
    content = json.loads(draft.content)
    credit = [rule for rule in content["rules"] if rule["decision"] == "credit_hold"]
    conditions = []
    if kind == "some":
        decisions = env["aftersales.decision"].search(
            [("decision", "=", "credit_hold")]
        )
        compiled = decisions[:1]._get_compiled()
        exposures = sorted(
            compiled.facts_of(record._get_decision()).exposure for record in decisions
        )
        small = str(exposures[len(exposures) // 10])
        conditions = [{"fact": "exposure", "op": "≤", "operand": small}]
    content["rules"].insert(
        0,
        {
            "name": "bench",
            "decision": "credit_hold",
            "label": "Bench",
            "sequence": 0,
            "conditions": conditions,
            "outcome": credit[-1]["outcome"],
            "reason": "Held by the bench.",
        },
    )
    draft._save(content, json.loads(draft.threshold_values or "{}"), draft.revision)
    trial = env["aftersales.trial"].create(
        {"draft_id": draft.id, "decision": "credit_hold", "sample_size": 100_000}
    )
    trial.action_start()
    return trial
