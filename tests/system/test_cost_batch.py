"""A thousand costs in one posting, and a server that dies over it (L8)."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter

import pytest

from clients import OdooError, WebClient
from cost_world import BATCH
from rpc_callers import build_world

COST = "aftersales.cost"
POSTING = "aftersales.cost.posting"
LINES = 1000
# 500 × 10.01, 200 × 20.02, 200 × 30.03, 100 × 40.04
OURS, DEALERS, CARRIERS, MANAGERS = 5005.00, 4004.00, 6006.00, 4004.00
TAX = 600.60
"""15 percent of 4,004.00: of 20 invoices over 200.20, each 30.03."""


@pytest.fixture(scope="module")
def batch(workshop, odoo_server) -> list[int]:
    ids = build_world(workshop, odoo_server, BATCH, log="test-cost-batch-world")
    assert len(ids["batch"]) == LINES
    return ids["batch"]


@pytest.fixture
def sql(workshop, odoo_server):
    return lambda query: workshop.sql(query, odoo_server.database)


def accountant(server) -> WebClient:
    return WebClient(server.url, server.database, "anna", "password")


def nothing_is_posted(sql) -> None:
    """No document, no booking, no cost that says it is in the books."""
    for table, condition in (
        ("account_move", "cost_posting_id IS NOT NULL"),
        ("aftersales_cost_entry", "true"),
        ("aftersales_cost", "state <> 'reviewed'"),
        ("aftersales_cost_share", "standing_entry_id IS NOT NULL"),
        ("aftersales_cost_posting", "state <> 'draft'"),
    ):
        count = sql(f"SELECT count(*) FROM {table} WHERE {condition}")
        assert count == "0", (table, count)


def test_a_server_killed_while_posting_leaves_nothing_half_done(
    batch, odoo_server, sql
):
    """Twice in the middle, by signal and by the database; what is left is the draft."""
    client = accountant(odoo_server)
    posting = client.call(COST, "action_post", batch)["res_id"]
    cut_short = 0
    for way in ("database", "process"):
        ended: list[object] = []

        def post(client=client, ended=ended) -> None:
            try:
                ended.append(client.call(POSTING, "action_post", [posting]))
            except (OdooError, OSError) as error:
                ended.append(error)

        thread = threading.Thread(target=post)
        thread.start()
        wait_for_writes(sql)
        assert not ended, "it was over before it could be cut short"
        if way == "process":
            os.killpg(odoo_server.process.pid, signal.SIGKILL)
            odoo_server.process.wait(10)
        else:
            sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND xact_start IS NOT NULL AND backend_xid IS NOT NULL"
            )
        thread.join(60)
        assert isinstance(ended[0], Exception), ended
        cut_short += 1
        nothing_is_posted(sql)
        if way == "process":
            odoo_server.start()
            client = accountant(odoo_server)
    assert cut_short == 2


def wait_for_writes(sql) -> None:
    """Until a transaction of the server has written, and half a second more."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if sql(query) != "0":
            time.sleep(0.5)
            return
        time.sleep(0.02)
    raise AssertionError("nobody wrote anything")


def test_a_thousand_costs_are_posted_at_once_to_the_cent(batch, odoo_server, sql):
    """Documents by complaint and bearer; sums by account, worked out by hand."""
    client = accountant(odoo_server)
    (posting,) = client.call(POSTING, "search", [["state", "=", "draft"]])
    assert client.call(POSTING, "action_post", [posting]) is True
    moves = client.call(
        "account.move",
        "search_read",
        [["cost_posting_id", "=", posting]],
        ["move_type", "state"],
    )
    assert {move["state"] for move in moves} == {"posted"}
    kinds = Counter(move["move_type"] for move in moves)
    # 50 complaints of ours and 10 of the sales manager, 20 invoices, 20 refunds
    assert kinds == {"entry": 60, "out_invoice": 20, "in_refund": 20}
    rows = sql(
        "SELECT a.account_type, l.move_type, sum(l.balance) FROM ("
        " SELECT l.*, m.move_type FROM account_move_line l JOIN account_move m"
        f" ON m.id = l.move_id WHERE m.cost_posting_id = {posting}) l"
        " JOIN account_account a ON a.id = l.account_id"
        " WHERE l.balance <> 0 GROUP BY 1, 2 ORDER BY 1, 2"
    )
    found = {
        tuple(row.split("|")[:2]): float(row.split("|")[2]) for row in rows.split()
    }
    assert found == {
        ("asset_current", "entry"): OURS,  # cost of production
        ("asset_receivable", "entry"): MANAGERS,
        ("asset_receivable", "out_invoice"): DEALERS + TAX,
        ("liability_current", "out_invoice"): -TAX,
        ("liability_payable", "in_refund"): CARRIERS,
        ("expense", "entry"): -(OURS + MANAGERS),
        ("expense", "out_invoice"): -DEALERS,
        ("expense", "in_refund"): -CARRIERS,
    }
    assert sql("SELECT count(*) FROM aftersales_cost WHERE state = 'posted'") == "1000"
    once = "SELECT count(DISTINCT share_id), count(*) FROM aftersales_cost_entry"
    assert sql(once) == "1000|1000"
    answer = client.call(COST, "action_post", batch)
    assert answer["type"] == "ir.actions.client", answer
    assert sql(once) == "1000|1000"
