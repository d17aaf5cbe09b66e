"""Two workers register complaints at the same moment: no gap, no number twice (C1).

Threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

RUNS = 15


def _complaints(client, company: int, count: int) -> list[int]:
    """Complaints at intake that lack nothing for their registration."""
    tickets = client.call(
        "helpdesk.ticket",
        "create",
        [
            {
                "name": f"Pane {number}",
                "description": "<p>It broke.</p>",
                "company_id": company,
                "partner_name": "Ms Pane",
                "partner_email": "pane@example.com",
                "complaint_channel": "letter",
            }
            for number in range(count)
        ],
    )
    client.call("helpdesk.ticket", "action_make_complaint", tickets)
    # at night whoever registers says whether it can wait
    client.call("helpdesk.ticket", "action_rate_normal", tickets)
    return tickets


def _numbers(client, tickets: list[int]) -> list[str]:
    rows = client.call("helpdesk.ticket", "read", tickets, ["complaint_number"])
    return [row["complaint_number"] for row in rows]


def _together(clients, tickets: list[int]) -> None:
    start = threading.Barrier(len(tickets))

    def register(client, ticket: int) -> None:
        start.wait(timeout=60)
        client.call("helpdesk.ticket", "action_register", [ticket])

    with ThreadPoolExecutor(len(tickets)) as pool:
        list(pool.map(register, clients, tickets))


def test_numbers_given_at_once_are_gapless_and_unique(web, odoo_server):
    """From the first one of all, when even the sequence is not there yet."""
    clients = [web(), web()]
    company = clients[0].call("res.company", "search", [], limit=1)[0]
    tickets = _complaints(clients[0], company, 2 * RUNS)
    before = odoo_server.log.read_text().count("SERIALIZATION_FAILURE")
    for first in range(0, 2 * RUNS, 2):
        _together(clients, tickets[first : first + 2])
    numbers = _numbers(clients[0], tickets)
    year = numbers[0].split("/")[1]
    assert sorted(numbers) == [f"CP/{year}/{n:05d}" for n in range(1, 2 * RUNS + 1)]
    for run, first in enumerate(range(0, 2 * RUNS, 2)):
        pair = {f"CP/{year}/{n:05d}" for n in (2 * run + 1, 2 * run + 2)}
        assert set(numbers[first : first + 2]) == pair
    sequences = clients[0].call(
        "ir.sequence", "search_count", [("code", "=", "aftersales.complaint")]
    )
    assert sequences == 1
    collisions = odoo_server.log.read_text().count("SERIALIZATION_FAILURE") - before
    assert collisions >= RUNS / 3, "the pairs hardly met; this shows nothing"


def test_the_same_complaint_registered_twice_at_once_has_one_number(web):
    """Two people press the button; the second finds it done."""
    clients = [web(), web()]
    company = clients[0].call("res.company", "search", [], limit=1)[0]
    before = _complaints(clients[0], company, 1)
    clients[0].call("helpdesk.ticket", "action_register", before)
    last = int(_numbers(clients[0], before)[0].rsplit("/")[-1])
    for ticket in _complaints(clients[0], company, 5):
        _together(clients, [ticket, ticket])
        last += 1
        assert int(_numbers(clients[0], [ticket])[0].rsplit("/")[-1]) == last
