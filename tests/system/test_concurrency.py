"""Several workers at once: real transactions of a served Odoo, over HTTP.

Threads of the server hold a cursor each, as its workers do; what they contend for is
PostgreSQL's business and the same for threads and processes.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any

import pytest

RUNS = 100
AT_ONCE = 5
"""Pairs in flight: a pair that collides waits for up to two seconds before its second try."""

LIMIT = 1000.0
AMOUNT = 600.0
"""Each order is within the limit, two are not."""


class Shop:
    """Creates what a test needs, through the external API."""

    def __init__(self, web, clients: SimpleQueue) -> None:
        self.web = web
        self.clients = clients
        self.admin = web()
        companies = self.admin.call("res.company", "search", [])
        self.admin.call(
            "res.company",
            "write",
            companies,
            {
                "aftersales_mode_credit_hold": "enforce",
                "aftersales_mode_shipment_release": "enforce",
                "account_use_credit_limit": True,
            },
        )
        (self.product,) = self.admin.call(
            "product.product",
            "create",
            [{"name": "Planning", "type": "service", "taxes_id": [(5,)]}],
        )

    def customers(self, count: int, limit: float = LIMIT) -> list[int]:
        return self.admin.call(
            "res.partner",
            "create",
            [
                {"name": f"Dealer {n}", "is_company": True, "credit_limit": limit}
                for n in range(count)
            ],
        )

    def orders(self, partners: list[int], amount: float = AMOUNT) -> list[int]:
        return self.admin.call(
            "sale.order",
            "create",
            [
                {
                    "partner_id": partner,
                    "order_line": [
                        (
                            0,
                            0,
                            {
                                "product_id": self.product,
                                "product_uom_qty": 1,
                                "price_unit": amount,
                                "tax_ids": [(5,)],
                            },
                        )
                    ],
                }
                for partner in partners
            ],
        )

    def together(self, calls: list[tuple[str, str, list[int]]]) -> list[Any]:
        """Run these calls at the same moment, each in a session of its own."""
        start = threading.Barrier(len(calls))

        def run(call):
            try:
                client = self.clients.get_nowait()
            except Empty:
                client = self.web()
            start.wait(timeout=60)
            try:
                return client.call(*call)
            finally:
                self.clients.put(client)

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(run, calls))

    def states(self, orders: list[int]) -> list[tuple[str, str]]:
        rows = self.admin.call("sale.order", "read", orders, ["state", "hold_state"])
        return [(row["state"], row["hold_state"] or "") for row in rows]


@pytest.fixture(scope="module")
def clients(odoo_server) -> SimpleQueue:
    """Sessions that are free; to log in takes half a second."""
    return SimpleQueue()


@pytest.fixture
def shop(web, clients) -> Shop:
    return Shop(web, clients)


def test_exactly_one_of_two_orders_confirmed_at_once_goes_on(shop, odoo_server):
    """A hundred times: each within the limit, together over it; nobody sees an error."""
    partners = shop.customers(RUNS)
    first, second = shop.orders(partners), shop.orders(partners)
    before = odoo_server.log.read_text().count("SERIALIZATION_FAILURE")

    def pair(orders: tuple[int, int]) -> None:
        shop.together([("sale.order", "action_confirm", [one]) for one in orders])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(pair, zip(first, second, strict=True)))
    pairs = zip(shop.states(first), shop.states(second), strict=True)
    assert [sorted(pair) for pair in pairs] == [
        [("sale", ""), ("sale", "procurement")]
    ] * RUNS
    collisions = odoo_server.log.read_text().count("SERIALIZATION_FAILURE") - before
    assert collisions >= RUNS / 4, "the pairs hardly met; this shows nothing"


def test_of_many_orders_of_one_customer_at_once_as_many_go_on_as_the_limit_allows(shop):
    """Odoo runs a request five times at most: enough also where ten collide."""
    (partner,) = shop.customers(1)
    orders = shop.orders([partner] * 10, LIMIT / 3 - 1)
    shop.together([("sale.order", "action_confirm", [one]) for one in orders])
    assert sorted(shop.states(orders)) == sorted(
        [("sale", "")] * 3 + [("sale", "procurement")] * 7
    )


def test_orders_of_different_customers_do_not_wait_for_each_other(shop, odoo_server):
    """The lock is per customer and company: no collision, whatever the number."""
    orders = shop.orders(shop.customers(24))
    before = odoo_server.log.read_text().count("SERIALIZATION_FAILURE")
    for start in range(0, len(orders), 6):
        shop.together(
            [
                ("sale.order", "action_confirm", [one])
                for one in orders[start : start + 6]
            ]
        )
    assert shop.states(orders) == [("sale", "")] * len(orders)
    assert odoo_server.log.read_text().count("SERIALIZATION_FAILURE") == before


def test_confirmations_and_a_recheck_at_once_lose_nothing(shop):
    """Two runs of the cron, after the rules were relaxed, and a confirmation."""
    (partner,) = shop.customers(1)
    held = shop.orders([partner] * 2, 1200.0)
    shop.admin.call("sale.order", "action_confirm", held)
    assert shop.states(held) == [("sale", "procurement")] * 2
    (fresh,) = shop.orders([partner], 100.0)
    server_action = shop.admin.call(
        "ir.actions.server",
        "create",
        [
            {
                "name": "Re-check now",
                "model_id": shop.admin.call(
                    "ir.model", "search", [("model", "=", "aftersales.gate")]
                )[0],
                "state": "code",
                "code": "model._cron_recheck()",
            }
        ],
    )
    # No event tells the orders of a new threshold: only the re-check lets them go on.
    threshold = shop.admin.call(
        "aftersales.threshold", "search", [("name", "=", "limit_usage_max")]
    )
    shop.admin.call("aftersales.threshold", "write", threshold, {"value": "300 %"})
    assert shop.states(held) == [("sale", "procurement")] * 2
    shop.together(
        [
            ("ir.actions.server", "run", server_action),
            ("ir.actions.server", "run", server_action),
            ("sale.order", "action_confirm", [fresh]),
        ]
    )
    shop.admin.call("aftersales.threshold", "write", threshold, {"value": "100 %"})
    assert shop.states([*held, fresh]) == [("sale", "")] * 3
    closed = shop.admin.call(
        "aftersales.hold",
        "search_count",
        [("order_id", "in", held), ("state", "=", "closed")],
    )
    assert closed == 2
