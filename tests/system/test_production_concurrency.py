"""Deposit and manual release at the same moment: real transactions, over HTTP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError

RUNS = 12
DEPOSIT = 500.0


class Factory:
    """An engineering product that is made to order, and orders of it."""

    def __init__(self, web) -> None:
        self.web = web
        self.admin = web()
        [self.company] = self.admin.call("res.company", "search", [], limit=1)
        modes = ("credit_hold", "order_kind", "production_release", "shipment_release")
        values = {f"aftersales_mode_{mode}": "enforce" for mode in modes}
        self.admin.call("res.company", "write", [self.company], values)
        self.admin.call(
            "aftersales.release.authority",
            "create",
            [{"user_id": self.admin.uid, "company_id": self.company, "ceiling": 1e6}],
        )
        routes = self.admin.call(
            "stock.route",
            "search",
            [["rule_ids.action", "in", ["manufacture"]]],
        )
        mto = self.admin.call(
            "stock.route",
            "search",
            [["rule_ids.procure_method", "=", "make_to_order"], ["active", "=", False]],
            context={"active_test": False},
        )
        self.admin.call("stock.route", "write", mto, {"active": True})
        [part] = self._product("Shell", [])
        [self.product] = self._product("Tower", routes + mto, is_engineering=True)
        [row] = self.admin.call(
            "product.product", "read", [self.product], ["product_tmpl_id"]
        )
        self.admin.call(
            "mrp.bom",
            "create",
            [
                {
                    "product_tmpl_id": row["product_tmpl_id"][0],
                    "bom_line_ids": [[0, 0, {"product_id": part, "product_qty": 1}]],
                }
            ],
        )

    def _product(self, name: str, routes: list[int], **values) -> list[int]:
        values |= {
            "name": name,
            "is_storable": True,
            "invoice_policy": "order",
            "taxes_id": [[5]],
            "route_ids": [[6, 0, routes]],
        }
        return self.admin.call("product.product", "create", [values])

    def order(self, number: int) -> int:
        """A confirmed order of 1,000 of a customer of its own; it waits."""
        [partner] = self.admin.call(
            "res.partner",
            "create",
            [{"name": f"Site {number}", "is_company": True, "credit_limit": 1e6}],
        )
        line = {
            "product_id": self.product,
            "product_uom_qty": 1,
            "price_unit": 2 * DEPOSIT,
            "tax_ids": [[5]],
        }
        values = {"partner_id": partner, "order_line": [[0, 0, line]]}
        [order] = self.admin.call("sale.order", "create", [values])
        self.admin.call("sale.order", "action_confirm", [order])
        return order

    def payment(self, order: int) -> int:
        """The payment of its deposit, ready to be registered."""
        wizard = {
            "sale_order_ids": [[6, 0, [order]]],
            "advance_payment_method": "fixed",
            "fixed_amount": DEPOSIT,
        }
        down = self.admin.call("sale.advance.payment.inv", "create", [wizard])
        self.admin.call("sale.advance.payment.inv", "create_invoices", down)
        invoices = self.admin.call(
            "account.move",
            "search",
            [["invoice_line_ids.sale_line_ids.order_id", "=", order]],
        )
        self.admin.call("account.move", "action_post", invoices)
        [register] = self.admin.call(
            "account.payment.register",
            "create",
            [{}],
            context={"active_model": "account.move", "active_ids": invoices},
        )
        return register

    def release(self, order: int) -> int:
        """A controller's release of it, its reason written."""
        holds = self.admin.call(
            "aftersales.hold",
            "search",
            [["order_id", "=", order], ["gate", "=", "production"]],
        )
        [wizard] = self.admin.call(
            "aftersales.hold.release",
            "create",
            [{"hold_ids": [[6, 0, holds]], "reason": "Seen at the bank"}],
        )
        return wizard


@pytest.fixture
def factory(web) -> Factory:
    return Factory(web)


def test_deposit_and_release_at_once_start_production_once(factory, odoo_server):
    """The payment always succeeds; whoever is second finds the work done."""
    before = odoo_server.log.read_text().count("SERIALIZATION_FAILURE")
    late = 0
    cashier, controller = factory.web(), factory.web()
    for number in range(RUNS):
        order = factory.order(number)
        payment, release = factory.payment(order), factory.release(order)
        start = threading.Barrier(2)

        def pay(payment=payment, start=start) -> None:
            start.wait(timeout=60)
            cashier.call(
                "account.payment.register", "action_create_payments", [payment]
            )

        def let_go(release=release, start=start) -> bool:
            start.wait(timeout=60)
            try:
                controller.call("aftersales.hold.release", "action_release", [release])
            except OdooError as refusal:
                assert "closed already" in str(refusal)
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            paid, released = pool.submit(pay), pool.submit(let_go)
            paid.result()
            late += not released.result()
        holds = factory.admin.call(
            "aftersales.hold",
            "search_read",
            [["order_id", "=", order], ["gate", "=", "production"]],
            ["state", "close_kind"],
        )
        assert [hold["state"] for hold in holds] == ["closed"], holds
        productions = factory.admin.call(
            "mrp.production",
            "search_read",
            [["reference_ids.sale_ids", "=", order]],
            ["state", "priority", "deposit_state", "move_raw_ids", "move_finished_ids"],
        )
        assert len(productions) == 1
        [made] = productions
        assert (made["state"], made["priority"], made["deposit_state"]) == (
            "confirmed",
            "1",
            False,
        )
        assert len(made["move_raw_ids"]) == len(made["move_finished_ids"]) == 1
    collisions = odoo_server.log.read_text().count("SERIALIZATION_FAILURE") - before
    assert collisions + late >= RUNS / 4, "the two hardly met; this shows nothing"
