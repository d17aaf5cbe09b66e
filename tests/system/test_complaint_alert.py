"""Two people say at the same moment that a complaint is major: told once (C5).

Real transactions over HTTP: threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

RUNS = 8
TICKET = "helpdesk.ticket"
MODES = ("type", "severity", "urgency", "routing", "escalation")


def _together(clients, *steps) -> None:
    start = threading.Barrier(len(steps))

    def do(client, step) -> None:
        start.wait(timeout=60)
        client.call(*step)

    with ThreadPoolExecutor(len(steps)) as pool:
        list(pool.map(do, clients, steps))


def test_told_once_whoever_says_so_first(web):
    """Nobody sees an error: the second request runs again and finds it done."""
    clients = [web(), web()]
    call = clients[0].call
    [company] = call("res.company", "search", [], limit=1)
    modes = {f"aftersales_mode_complaint_{mode}": "enforce" for mode in MODES}
    call("res.company", "write", [company], modes)
    tickets = call(
        TICKET,
        "create",
        [
            {
                "name": f"Delivery {number}",
                "description": "<p>x</p>",
                "company_id": company,
                "partner_name": "Ms Pane",
                "complaint_channel": "letter",
            }
            for number in range(RUNS)
        ],
    )
    call(TICKET, "action_make_complaint", tickets)
    for ticket in tickets:
        _together(
            clients,
            (TICKET, "write", [ticket], {"complaint_unsolvable": True}),
            (TICKET, "write", [ticket], {"complaint_strong_feeling": True}),
        )
    rows = call(
        TICKET,
        "read",
        tickets,
        ["complaint_severity", "complaint_unsolvable", "complaint_strong_feeling"],
    )
    for row in rows:
        assert row["complaint_severity"] == "major", row
        assert row["complaint_unsolvable"] and row["complaint_strong_feeling"], row
        alerts = call(
            "aftersales.complaint.alert",
            "search_read",
            [["complaint_id", "=", row["id"]]],
        )
        assert [alert["kind"] for alert in alerts] == ["management"], alerts
        tasks = call(
            "mail.activity",
            "search_count",
            [
                ["res_model", "=", TICKET],
                ["res_id", "=", row["id"]],
                ["activity_type_id.name", "=", "Complaint: told at once"],
            ],
        )
        assert tasks == len(alerts[0]["user_ids"])
