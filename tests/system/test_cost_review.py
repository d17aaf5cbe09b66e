"""Costs of one agreement, reviewed by two accountants at the same moment (L7).

Real transactions over HTTP: threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

RUNS = 6
COST = "aftersales.cost"
SHARE = "aftersales.cost.share"
AGREED = 100.0


class Office:
    """A complaint whose customer pays 100, and two accountants."""

    def __init__(self, web, workshop, server) -> None:
        self.clients = [web(), web()]
        self.call = self.clients[0].call
        self.sql = lambda query: workshop.sql(query, server.database)
        [self.company] = self.call("res.company", "search", [], limit=1)
        off = {"aftersales_mode_cost_liability": "off"}
        self.call("res.company", "write", [self.company], off)
        # carries what the company keeps above the agreed amount
        department = {
            "name": "Production",
            "kind": "production",
            "company_id": self.company,
            "manager_id": self.clients[0].uid,
        }
        self.call("aftersales.department", "create", [department])

    def new_costs(self, *amounts: float) -> list[int]:
        """Costs that the customer bears, as if the rules had said so."""
        [ticket] = self.call(
            "helpdesk.ticket",
            "create",
            [
                {
                    "name": "Pane",
                    "description": "<p>It broke.</p>",
                    "company_id": self.company,
                    "partner_id": self.call("res.partner", "create", [{"name": "P"}])[
                        0
                    ],
                    "complaint_channel": "letter",
                }
            ],
        )
        self.call("helpdesk.ticket", "action_make_complaint", [ticket])
        values = {"complaint_id": ticket, "name": "Repair", "cost_type": "repair"}
        costs = self.call(
            COST, "create", [{**values, "amount": each} for each in amounts]
        )
        ids = ", ".join(map(str, costs))
        self.sql(
            f"UPDATE helpdesk_ticket SET complaint_negotiated_amount = {AGREED} "
            f"WHERE id = {ticket}"
        )
        self.sql(
            "UPDATE aftersales_cost SET bearer = 'customer', treatment = 'recharge' "
            f"WHERE id IN ({ids})"
        )
        return costs

    def together(self, *steps) -> None:
        """Do these at once, each by its own accountant."""
        start = threading.Barrier(len(steps))

        def do(client, step):
            start.wait(timeout=60)
            client.call(*step)

        with ThreadPoolExecutor(len(steps)) as pool:
            list(pool.map(do, self.clients, steps))

    def charged(self, costs: list[int]) -> float:
        """What the customer pays for these in total."""
        domain = [["cost_id", "in", costs], ["bearer", "=", "customer"]]
        shares = self.call(SHARE, "search_read", domain, ["company_amount", "surplus"])
        return sum(share["company_amount"] + share["surplus"] for share in shares)


@pytest.fixture
def office(web, workshop, odoo_server) -> Office:
    return Office(web, workshop, odoo_server)


@pytest.mark.parametrize("amounts", [(80.0, 60.0), (30.0, 20.0)], ids=["more", "less"])
def test_two_changes_and_two_reviews_at_once_charge_what_was_agreed(office, amounts):
    """Each worker shares the agreed amount out anew; together it is given out once."""
    for _run in range(RUNS):
        costs = office.new_costs(1.0, 2.0)
        office.together(
            *(
                (COST, "write", [cost], {"amount": amount})
                for cost, amount in zip(costs, amounts, strict=True)
            )
        )
        office.together(*((COST, "action_review", [cost]) for cost in costs))
        office.call(COST, "action_review", costs)
        rows = office.call(COST, "read", costs, ["state", "amount"])
        assert [row["amount"] for row in rows] == list(amounts)
        assert {row["state"] for row in rows} == {"reviewed"}
        assert office.charged(costs) == pytest.approx(AGREED)
