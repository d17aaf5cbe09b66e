"""Fills a database without the addon: customers, years of orders, quotations to confirm.

A few orders and one invoice are made through the ORM and then multiplied in SQL, which
takes seconds. Runs inside Odoo, in a worker; see ``worker.py``.

Customers: one *large* one with thousands of earlier confirmed orders, *small* ones with
exactly ten, and *others* among whom the rest is shared. All are within their credit limit
and have paid and open invoices, so that every order passes after everything was looked at.
"""

from __future__ import annotations

from odoo import Command

SALES_GROUPS = (
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_invoice",
)


def populate(env, sizes: dict) -> dict:
    """Make the data; return where it is, to be kept in ``bench.layout``."""
    company = env.company
    env["account.chart.template"].try_loading(
        "generic_coa", company=company, install_demo=False
    )
    company.account_use_credit_limit = True
    user = env["res.users"].create(
        {
            "name": "Bench Salesperson",
            "login": "bench",
            "group_ids": [
                Command.link(env.ref(group).id)
                for group in (*SALES_GROUPS, "base.group_user")
            ],
        }
    )
    products = {kind: _products(env, kind) for kind in ("service", "goods")}
    # A price list, as the form view of an order would have set; no taxes.
    model = env["res.partner"].create(
        {"name": "Model", "is_company": True, "credit_limit": 1e9}
    )
    drafts = {kind: _order(env, model, products[kind], user) for kind in products}
    earlier = {kind: _order(env, model, products[kind], user) for kind in products}
    for order in earlier.values():
        order.action_confirm()
    invoice = _invoice(env, model, products["service"])
    env.flush_all()
    cloner = Cloner(env.cr)
    partners = cloner.clone(
        "res_partner",
        model.id,
        [{"name": f"Customer {n:05}"} for n in range(sizes["partners"])],
        {"commercial_partner_id": "own", "complete_name": "name"},
    )
    layout = {
        "large": partners[0],
        "small": partners[1 : 1 + sizes["small"]],
        "user_id": user.id,
    }
    owners = [partners[0]] * sizes["large_orders"]
    owners += [p for p in layout["small"] for _n in range(sizes["small_orders"])]
    others = partners[1 + sizes["small"] :]
    owners += [others[n % len(others)] for n in range(sizes["orders"] - len(owners))]
    for number, kind in enumerate(products):
        _orders(cloner, earlier[kind], owners[number::2], f"OLD-{kind}")
    layout["drafts"] = _quotations(cloner, drafts, layout, sizes)
    owners = [p for p in partners for _n in range(sizes["invoices"])]
    owners += [layout["large"]] * (sizes["large_invoices"] - sizes["invoices"])
    _invoices(cloner, invoice, owners)
    env.cr.execute("SELECT count(*) FROM sale_order WHERE state = 'sale'")
    layout["confirmed"] = env.cr.fetchone()[0]
    return layout


def _products(env, kind):
    values = {"type": "service"} if kind == "service" else {"is_storable": True}
    products = env["product.product"].create(
        [
            {
                "name": f"{kind.title()} {number}",
                "list_price": 100.0,
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
                **values,
            }
            for number in range(3)
        ]
    )
    if kind == "goods":
        stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
        for product in products:
            env["stock.quant"]._update_available_quantity(product, stock, 1e6)
    return products


def _order(env, partner, products, user):
    return env["sale.order"].create(
        {
            "partner_id": partner.id,
            "user_id": user.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": 1})
                for product in products
            ],
        }
    )


def _invoice(env, partner, products):
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_line_ids": [
                Command.create({"product_id": products[0].id, "quantity": 1})
            ],
        }
    )
    invoice.action_post()
    return invoice


def _orders(cloner, order, owners, prefix):
    """Clones of an order with its lines, one per owner, in this order."""
    rows = [
        {
            "name": f"{prefix}-{number:06}",
            "partner_id": owner,
            "partner_invoice_id": owner,
            "partner_shipping_id": owner,
            "access_token": None,
        }
        for number, owner in enumerate(owners)
    ]
    if not rows:
        return []
    ids = cloner.clone("sale_order", order.id, rows)
    for line in order.order_line:
        cloner.clone(
            "sale_order_line",
            line.id,
            [
                {"order_id": order_id, "order_partner_id": owner}
                for order_id, owner in zip(ids, owners, strict=True)
            ],
        )
    return ids


def _quotations(cloner, drafts, layout, sizes):
    """Quotations to confirm: for the large customer, for small ones one each."""
    return {
        kind: {
            "large": _orders(
                cloner,
                order,
                [layout["large"]] * sizes["large_quotations"],
                f"LARGE-{kind}",
            ),
            "small": _orders(
                cloner,
                order,
                [
                    layout["small"][n % len(layout["small"])]
                    for n in range(sizes["small_quotations"])
                ],
                f"SMALL-{kind}",
            ),
        }
        for kind, order in drafts.items()
    }


def _invoices(cloner, invoice, owners):
    """Posted invoices: each customer's first is open and not due, the others paid."""
    seen, rows = set(), []
    for number, owner in enumerate(owners):
        residual = 0 if owner in seen else invoice.amount_total
        seen.add(owner)
        rows.append(
            {
                "name": f"OLD/{number:06}",
                "partner_id": owner,
                "commercial_partner_id": owner,
                "partner_shipping_id": owner,
                "payment_state": "not_paid" if residual else "paid",
                "amount_residual": residual,
                "amount_residual_signed": residual,
                "access_token": None,
            }
        )
    ids = cloner.clone("account_move", invoice.id, rows)
    for line in invoice.line_ids:
        receivable = line.account_id.account_type == "asset_receivable"
        cloner.clone(
            "account_move_line",
            line.id,
            [
                {
                    "move_id": move_id,
                    "move_name": row["name"],
                    "partner_id": row["partner_id"],
                    "reconciled": receivable and row["payment_state"] == "paid",
                    "amount_residual": row["amount_residual"] if receivable else 0,
                    "amount_residual_currency": (
                        row["amount_residual"] if receivable else 0
                    ),
                    "date_maturity": _due_later(line),
                }
                for move_id, row in zip(ids, rows, strict=True)
            ],
        )


def _due_later(line):
    return "2099-12-31" if line.account_id.account_type == "asset_receivable" else None


class Cloner:
    """Multiplies a row: all columns as they are, but those that are given."""

    def __init__(self, cr):
        self.cr = cr

    def clone(self, table, model_id, rows, linked=None):
        """One clone per row of values; ``linked`` columns repeat another or the id.

        :return: ids of the clones
        """
        cr = self.cr
        cr.execute(
            "SELECT column_name, format_type(a.atttypid, a.atttypmod)"
            "  FROM information_schema.columns c"
            "  JOIN pg_attribute a ON a.attrelid = c.table_name::regclass"
            "   AND a.attname = c.column_name"
            " WHERE table_schema = 'public' AND table_name = %s"
            "   AND is_generated = 'NEVER'",
            [table],
        )
        types = dict(cr.fetchall())
        cr.execute(
            f"SELECT nextval('{table}_id_seq') FROM generate_series(1, %s)", [len(rows)]
        )
        ids = [row[0] for row in cr.fetchall()]
        given = {name: [row[name] for row in rows] for name in rows[0]}
        for name, other in (linked or {}).items():
            given[name] = ids if other == "own" else given[other]
        given = {name: values for name, values in given.items() if name in types}
        given["id"] = ids
        kept = [name for name in types if name not in given]
        columns = ", ".join(f'"{name}"' for name in (*given, *kept))
        values = ", ".join(
            [f'new."{name}"' for name in given] + [f'model."{name}"' for name in kept]
        )
        arrays = ", ".join(f"%s::{types[name]}[]" for name in given)
        names = ", ".join(f'"{name}"' for name in given)
        cr.execute(
            f"INSERT INTO {table} ({columns}) SELECT {values}"
            f"  FROM {table} model, unnest({arrays}) AS new({names})"
            f" WHERE model.id = %s",
            [*given.values(), model_id],
        )
        return ids
