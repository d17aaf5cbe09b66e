"""Two people call back the same faulty lot at once: real transactions, over HTTP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError

RUNS = 6
DELIVERED = 5.0


class Glazier:
    """A product in lots, deliveries of it, and complaints about a lot."""

    def __init__(self, web) -> None:
        self.web = web
        self.admin = web()
        [self.company] = self.admin.call("res.company", "search", [], limit=1)
        fields = self.admin.call("res.company", "fields_get", [], ["type"])
        modes = [name for name in fields if name.startswith("aftersales_mode_")]
        self.admin.call(
            "res.company", "write", [self.company], dict.fromkeys(modes, "off")
        )
        [self.stock] = self.admin.call(
            "stock.location",
            "search",
            [["usage", "=", "internal"], ["company_id", "=", self.company]],
            limit=1,
        )
        values = {
            "name": "Pane",
            "is_storable": True,
            "tracking": "lot",
            "taxes_id": [[5]],
        }
        [self.product] = self.admin.call("product.product", "create", [values])
        customer = {"name": "Glassworks", "is_company": True, "phone": "+49 30 1"}
        [self.customer] = self.admin.call("res.partner", "create", [customer])

    def lot(self, number: int) -> int:
        """A lot of which everything was delivered."""
        values = {"name": f"L-{number}", "product_id": self.product}
        [lot] = self.admin.call("stock.lot", "create", [values])
        quant = {
            "product_id": self.product,
            "location_id": self.stock,
            "lot_id": lot,
            "inventory_quantity": DELIVERED,
        }
        inventory = {"inventory_mode": True}
        quants = self.admin.call("stock.quant", "create", [quant], context=inventory)
        self.admin.call("stock.quant", "action_apply_inventory", quants)
        line = {"product_id": self.product, "product_uom_qty": DELIVERED}
        values = {"partner_id": self.customer, "order_line": [[0, 0, line]]}
        [order] = self.admin.call("sale.order", "create", [values])
        self.admin.call("sale.order", "action_confirm", [order])
        pickings = self.admin.call("stock.picking", "search", [["sale_id", "=", order]])
        self.admin.call("stock.picking", "action_assign", pickings)
        self.admin.call(
            "stock.picking", "button_validate", pickings, context={"skip_sms": True}
        )
        [row] = self.admin.call("stock.picking", "read", pickings, ["state"])
        assert row["state"] == "done", row
        return lot

    def complaint(self, lot: int) -> int:
        """A registered complaint about a lot."""
        values = {
            "name": "Panes break",
            "description": "<p>They break.</p>",
            "partner_id": self.customer,
            "complaint_channel": "phone",
            "aftersales_lot_id": lot,
            "aftersales_product_id": self.product,
        }
        [ticket] = self.admin.call("helpdesk.ticket", "create", [values])
        steps = ("make_complaint", "confirm_read_back", "rate_normal", "register")
        for step in steps:
            self.admin.call("helpdesk.ticket", f"action_{step}", [ticket])
        return ticket

    def recall(self, complaint: int) -> int:
        """The dialog that calls back all of the lot."""
        action = self.admin.call(
            "helpdesk.ticket", "action_complaint_recall", [complaint]
        )
        return action["res_id"]

    def returned(self, lot: int) -> float:
        """How much of a lot return transfers bring back."""
        rows = self.admin.call(
            "stock.move.line",
            "search_read",
            [
                ["lot_id", "=", lot],
                ["location_id.usage", "=", "customer"],
                ["state", "!=", "cancel"],
            ],
            ["quantity"],
        )
        return sum(row["quantity"] for row in rows)


@pytest.fixture
def glazier(web) -> Glazier:
    return Glazier(web)


@pytest.mark.parametrize("complaints", [1, 2], ids=["one complaint", "two complaints"])
def test_a_lot_is_called_back_once(glazier, odoo_server, complaints):
    """Whoever is second is told that it is on its way; nothing comes back twice."""
    before = odoo_server.log.read_text().count("SERIALIZATION_FAILURE")
    clients = [glazier.web(), glazier.web()]
    for number in range(RUNS):
        lot = glazier.lot(number + 100 * complaints)
        tickets = [glazier.complaint(lot) for _each in range(complaints)]
        dialogs = [glazier.recall((tickets * 2)[each]) for each in range(2)]
        start = threading.Barrier(2)

        def call_back(client, dialog, start=start) -> bool:
            start.wait(timeout=60)
            try:
                client.call(
                    "aftersales.complaint.recall.wizard", "action_recall", [dialog]
                )
            except OdooError as refusal:
                assert "can be called back" in str(refusal), str(refusal)
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(call_back, clients, dialogs))
        assert sorted(done) == [False, True]
        assert glazier.returned(lot) == DELIVERED
        recalls = glazier.admin.call(
            "aftersales.complaint.recall", "search_count", [["lot_id", "=", lot]]
        )
        assert recalls == 1
    collisions = odoo_server.log.read_text().count("SERIALIZATION_FAILURE") - before
    assert collisions >= 1, "the two never met; this shows nothing"
