"""Two people pull the same bill at the same moment (L9): one cost, and one is told.

Threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError

RUNS = 6


@pytest.fixture
def books(web):
    """Company, account of expenses and vendor, with a chart of accounts."""
    client = web()
    (company,) = client.call("res.company", "search", [], limit=1)
    client.call(
        "account.chart.template",
        "try_loading",
        [],
        "generic_coa",
        company,
        install_demo=False,
    )
    (account,) = client.call(
        "account.account", "search", [("account_type", "=", "expense")], limit=1
    )
    (vendor,) = client.call("res.partner", "create", [{"name": "Crane Hire"}])
    return company, account, vendor


def _complaint(client, company: int) -> int:
    (ticket,) = client.call(
        "helpdesk.ticket",
        "create",
        [
            {
                "name": "Panes broke",
                "description": "<p>They broke.</p>",
                "company_id": company,
                "complaint_channel": "letter",
            }
        ],
    )
    client.call("helpdesk.ticket", "action_make_complaint", [ticket])
    return ticket


def _bill(client, complaint: int, account: int, vendor: int) -> list[int]:
    """A posted bill for the complaint; its lines."""
    line = {"name": "Crane", "price_unit": 250.0, "account_id": account}
    line |= {"tax_ids": [(5,)], "complaint_id": complaint}
    (bill,) = client.call(
        "account.move",
        "create",
        [
            {
                "move_type": "in_invoice",
                "partner_id": vendor,
                "invoice_date": "2026-03-02",
                "invoice_line_ids": [(0, 0, line)],
            }
        ],
    )
    client.call("account.move", "action_post", [bill])
    return client.call(
        "account.move.line",
        "search",
        [("move_id", "=", bill), ("complaint_id", "=", complaint)],
    )


def test_the_second_is_told_who_pulled_it(web, books):
    """One service cost for one bill, however many pull it at once."""
    company, account, vendor = books
    clients = [web(), web()]
    for _run in range(RUNS):
        complaint = _complaint(clients[0], company)
        lines = _bill(clients[0], complaint, account, vendor)
        dialogs = [
            client.call("helpdesk.ticket", "action_pull_costs", [complaint])["res_id"]
            for client in clients
        ]
        start = threading.Barrier(2)

        def pull(client, dialog: int, start=start) -> str:
            start.wait(timeout=60)
            try:
                client.call("aftersales.cost.pull", "action_pull", [dialog])
            except OdooError as err:
                return str(err)
            return "pulled"

        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(pull, clients, dialogs))
        costs = clients[0].call(
            "aftersales.cost",
            "search_read",
            [("source_model", "=", "account.move.line"), ("source_id", "in", lines)],
            ["amount"],
        )
        assert [cost["amount"] for cost in costs] == [250.0]
        assert "pulled" in answers
        (told,) = (answer for answer in answers if answer != "pulled")
        assert "a service cost already" in told, told
