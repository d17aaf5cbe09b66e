"""Service costs and their postings; runs inside Odoo, in a worker."""

from __future__ import annotations

from odoo import Command

COMPLAINTS_TO_COSTS = 10


def make_world(env) -> None:
    """A chart of accounts and a department that carries manufacturing cost."""
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
    company.aftersales_mode_cost_liability = "off"
    departments = env["aftersales.department"]
    for kind in ("production", "aftersales"):
        domain = [("kind", "=", kind), ("company_id", "=", company.id)]
        if not departments.search_count(domain):
            departments.create({"name": kind, "kind": kind, "manager_id": 2})


def make_costs(env, number: int):
    """Reviewed costs; half the company bears, half a dealer."""
    complaints = env["helpdesk.ticket"].create(
        [
            {
                "name": "Panes broke",
                "description": "<p>Panes broke.</p>",
                "partner_id": env["res.partner"].create({"name": f"Builder {n}"}).id,
                "complaint_channel": "phone",
            }
            for n in range(number // COMPLAINTS_TO_COSTS)
        ]
    )
    for complaint in complaints:
        complaint.action_make_complaint()
    dealer = env["res.partner"].create({"name": "Dealer", "is_company": True})
    costs = env["aftersales.cost"].create(
        [
            {
                "name": f"Repair {n}",
                "cost_type": "repair",
                "amount": 10 + n / 100,
                "complaint_id": complaints[n % len(complaints)].id,
                "dealer_id": dealer.id,
            }
            for n in range(number)
        ]
    )
    half = costs[: number // 2]
    half.sudo().write({"bearer": "company", "treatment": "manufacturing"})
    (costs - half).sudo().write({"bearer": "dealer", "treatment": "recharge"})
    costs.action_review()
    if set(costs.mapped("state")) != {"reviewed"}:
        raise AssertionError(costs.mapped("block_text")[:3])
    return costs


def prepare_plain(moves) -> list[dict]:
    """Values with which somebody would make the same documents without the addon."""
    return [
        {
            "move_type": move.move_type,
            "journal_id": move.journal_id.id,
            "partner_id": move.partner_id.id,
            "date": move.date,
            "invoice_date": move.invoice_date,
            "ref": move.ref,
            **(
                {"line_ids": [Command.create(_item(line)) for line in move.line_ids]}
                if move.move_type == "entry"
                else {
                    "invoice_line_ids": [
                        Command.create(_line(line)) for line in move.invoice_line_ids
                    ]
                }
            ),
        }
        for move in moves
    ]


def _item(line) -> dict:
    return {
        "name": line.name,
        "account_id": line.account_id.id,
        "partner_id": line.partner_id.id,
        "balance": line.balance,
        "analytic_distribution": line.analytic_distribution,
        "tax_ids": [Command.clear()],
    }


def _line(line) -> dict:
    return {
        "name": line.name,
        "account_id": line.account_id.id,
        "quantity": 1,
        "price_unit": line.price_unit,
        "analytic_distribution": line.analytic_distribution,
        "tax_ids": [Command.set(line.tax_ids.ids)],
    }
