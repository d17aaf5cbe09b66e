"""How a company would use the addons that ours is measured beside."""

from __future__ import annotations


def use_exceptions(env) -> None:
    """Five rules out of sale_exception's own: three in Python, two as domains."""
    rules = env["exception.rule"].with_context(active_test=False)
    shipped = env.ref("sale_exception.exception_partner_sale_warning") | env.ref(
        "sale_exception.exception_product_sale_warning"
    )
    rules.search([]).active = False
    shipped.active = True
    # as in the addon's demonstration data
    domains = {
        "No order lines": "[('order_line', '=', False)]",
        "No free order": "[('amount_total', '=', 0)]",
    }
    rules.create(
        [
            {
                "name": name,
                "description": name,
                "model": "sale.order",
                "exception_type": "by_domain",
                "domain": domain,
            }
            for name, domain in domains.items()
        ]
    )
    rules.create(
        {
            "name": "No dumping",
            "description": "A product is sold cheaper than his cost.",
            "model": "sale.order.line",
            "code": "failed = obj.product_id.standard_price != 0"
            " and obj.product_id.standard_price > obj.price_unit",
        }
    )


def use_financial_risk(env) -> None:
    """A limit that nobody reaches, over orders and open and unpaid invoices."""
    customers = env["res.partner"].search([("name", "like", "Customer ")])
    customers.write(
        {
            "credit_limit": 1e12,
            "risk_sale_order_include": True,
            "risk_invoice_open_include": True,
            "risk_invoice_unpaid_include": True,
        }
    )


USE = {"sale_exception": use_exceptions, "sale_financial_risk": use_financial_risk}
