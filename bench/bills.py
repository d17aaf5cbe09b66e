"""Products of three-level bills and orders of them; runs inside Odoo, in a worker."""

from __future__ import annotations

from odoo import Command

LINES = 20


def make_products(env) -> list[int]:
    """Twenty products, each with a bill of three levels, all of them made to order."""
    warehouse = env["stock.warehouse"].search([], limit=1)
    to_order = warehouse.manufacture_pull_id.route_id
    mto = env.ref("stock.route_warehouse0_mto")
    mto.active = True
    to_order |= mto
    raw = _product(env, "Raw", env["stock.route"])
    env["stock.quant"]._update_available_quantity(raw, warehouse.lot_stock_id, 1e7)
    products = []
    for number in range(LINES):
        part = raw
        for level in ("Blank", "Disc", "Tower"):
            made = _product(env, f"{level} {number}", to_order)
            env["mrp.bom"].create(
                {
                    "product_tmpl_id": made.product_tmpl_id.id,
                    "bom_line_ids": [
                        Command.create({"product_id": part.id, "product_qty": 2})
                    ],
                }
            )
            part = made
        products.append(part.id)
    return products


def _product(env, name, routes):
    return env["product.product"].create(
        {
            "name": name,
            "is_storable": True,
            "list_price": 100.0,
            "invoice_policy": "order",
            "taxes_id": [Command.clear()],
            "route_ids": [Command.set(routes.ids)],
        }
    )


def make_quotations(env, products: list[int], number: int, **values) -> list[int]:
    """Quotations of all these products, one line each."""
    partner = env["res.partner"].create(
        {"name": "Builder", "is_company": True, "credit_limit": 1e9}
    )
    return (
        env["sale.order"]
        .create(
            [
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create({"product_id": product, "product_uom_qty": 1})
                        for product in products
                    ],
                    **values,
                }
                for _each in range(number)
            ]
        )
        .ids
    )


def pay_deposits(env, orders) -> None:
    """Invoice and pay half of each order; the payment waits for the commit's re-check."""
    for order in orders:
        wizard = env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 50,
            }
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
