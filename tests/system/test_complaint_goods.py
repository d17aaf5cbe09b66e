"""Two workers return, or replace, the same goods at the same moment (C15).

Threads of the server hold a cursor each, as its workers do.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from clients import OdooError

RUNS = 6
GOT = 10.0
"""What the customer got; each worker wants seven of it, once."""
WANTED = 7.0


def _delivered(client) -> tuple[int, int, int]:
    """Customer, product and order of goods that were delivered."""
    (product,) = client.call(
        "product.product",
        "create",
        [{"name": "Pane", "is_storable": True, "taxes_id": [(5,)]}],
    )
    warehouse = client.call("stock.warehouse", "search_read", [], ["lot_stock_id"])[0]
    quant = client.call(
        "stock.quant",
        "create",
        [
            {
                "product_id": product,
                "location_id": warehouse["lot_stock_id"][0],
                "inventory_quantity": GOT,
            }
        ],
    )
    client.call("stock.quant", "action_apply_inventory", quant)
    (partner,) = client.call("res.partner", "create", [{"name": "Glassworks"}])
    (order,) = client.call(
        "sale.order",
        "create",
        [
            {
                "partner_id": partner,
                "order_line": [(0, 0, {"product_id": product, "product_uom_qty": GOT})],
            }
        ],
    )
    client.call("sale.order", "action_confirm", [order])
    pickings = client.call("stock.picking", "search", [("sale_id", "=", order)])
    client.call("stock.picking", "action_assign", pickings)
    moves = client.call("stock.move", "search", [("picking_id", "in", pickings)])
    client.call("stock.move", "write", moves, {"picked": True})
    done = client.call("stock.picking", "button_validate", pickings)
    if done is not True:  # Odoo asks whether to send text messages
        client.call("confirm.stock.sms", "dont_send_sms", [done["res_id"]])
    return partner, product, order


def _wizards(client, action: str, about: tuple[int, int, int]) -> list[int]:
    """Two complaints about the same goods, or one, each with its form filled in."""
    partner, product, order = about
    company = client.call("sale.order", "read", [order], ["company_id"])[0]
    vals = {
        "name": "Panes broke",
        "description": "<p>They broke.</p>",
        "partner_id": partner,
        "company_id": company["company_id"][0],
        "aftersales_order_id": order,
        "aftersales_product_id": product,
        "complaint_channel": "letter",
    }
    tickets = client.call("helpdesk.ticket", "create", [vals, vals])
    client.call("helpdesk.ticket", "action_make_complaint", tickets)
    client.call("helpdesk.ticket", "write", tickets, {"partner_email": "a@example.com"})
    # at night whoever registers says whether it can wait
    client.call("helpdesk.ticket", "action_rate_normal", tickets)
    client.call("helpdesk.ticket", "action_register", tickets)
    if action == "replacement":
        tickets = tickets[:1] * 2
    wizards = []
    for ticket in tickets:
        form = client.call("helpdesk.ticket", f"action_complaint_{action}", [ticket])
        wizards.append(form["res_id"])
        lines = client.call(
            "aftersales.complaint.goods.line",
            "search",
            [("wizard_id", "=", form["res_id"])],
        )
        client.call(
            "aftersales.complaint.goods.line", "write", lines, {"quantity": WANTED}
        )
    return wizards


@pytest.mark.parametrize(
    ("action", "model", "refusal"),
    [
        ("return", "stock.move", "at most 3"),
        ("replacement", "sale.order.line", "replaced"),
    ],
)
def test_the_second_worker_is_told_and_takes_nothing(web, action, model, refusal):
    """Seven of ten once, not twice; whoever comes second reads why."""
    clients = [web(), web()]
    for _run in range(RUNS):
        about = _delivered(clients[0])
        wizards = _wizards(clients[0], action, about)
        start = threading.Barrier(2)

        def begin(client, wizard: int, start=start) -> str:
            start.wait(timeout=60)
            try:
                client.call("aftersales.complaint.goods", "action_begin", [wizard])
            except OdooError as err:
                return str(err)
            return "begun"

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(begin, clients, wizards))
        assert "begun" in results
        results.remove("begun")
        assert refusal in results[0]
        domain = (
            [("origin_returned_move_id", "!=", False)]
            if action == "return"
            else [("order_id.complaint_id", "!=", False)]
        )
        rows = clients[0].call(
            model,
            "search_read",
            [*domain, ("product_id", "=", about[1])],
            ["product_uom_qty"],
        )
        assert [row["product_uom_qty"] for row in rows] == [WANTED]
