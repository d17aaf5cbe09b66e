# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from decimal import Decimal

from odoo import fields, models


class AftersalesPromiseRequest(models.Model):
    """A price, date or missing contract that a supervisor is asked to agree to (O17).

    The yes is for what the order said then: ``terms`` keeps it, line by line, and what
    gets worse later is not covered.
    """

    _name = "aftersales.promise.request"
    _description = "Promise Request"
    _inherit = ["aftersales.approval.request"]
    _activity_type = "aftersales_rules.mail_activity_promise"

    promised_date = fields.Date(readonly=True)
    earliest_date = fields.Date(
        readonly=True,
        help="The earliest day that production could make when it was asked.",
    )
    terms = fields.Text(
        readonly=True, help="What the yes covers: prices, quantities, date, amount."
    )

    def _after_decision(self):
        # sudo: the order's state follows from requests, whoever decides
        self.sudo().order_id._refresh_promise()

    def _get_terms(self):
        """What a supervisor agreed to, or nothing."""
        return PromiseTerms.load(self.terms) if self else None


class PromiseTerms:
    """What an order promises, as one can compare it with a later state.

    Prices by product: how far below or above its list price the worst line is, and
    how much is sold off the list price.
    """

    def __init__(self, currency_id, amount, promised, causes, products):
        self.currency_id = currency_id
        self.amount = amount
        self.promised = promised
        self.causes = causes
        self.products = products

    @classmethod
    def of(cls, order, prices, causes):
        products = {}
        for price in prices:
            had = products.setdefault(
                str(price.product.id),
                {"quantity": 0.0, "off_list": 0.0, "below": "0", "above": "0"},
            )
            had["quantity"] += price.quantity
            if price.below or price.above:
                had["off_list"] += price.quantity
            had["below"] = str(max(Decimal(had["below"]), price.below))
            had["above"] = str(max(Decimal(had["above"]), price.above))
        promised = order._get_promised_day()
        return cls(
            order.currency_id.id,
            order.amount_total,
            promised.isoformat() if promised else None,
            sorted(causes),
            products,
        )

    def dump(self):
        return json.dumps(vars(self), sort_keys=True)

    @classmethod
    def load(cls, text):
        return cls(**json.loads(text))

    def covers_price(self, product, now):
        """Whether a product's prices are no worse than what was agreed to."""
        then = self.products.get(product)
        return bool(then) and (
            Decimal(now["below"]) <= Decimal(then["below"])
            and Decimal(now["above"]) <= Decimal(then["above"])
            and now["off_list"] <= then["off_list"] + 1e-6
        )

    def covers_date(self, now):
        """Whether no more is promised, and no earlier, than was agreed to."""
        if "date" not in self.causes or not (self.promised and now.promised):
            return False
        return now.promised >= self.promised and all(
            product in self.products
            and values["quantity"] <= self.products[product]["quantity"] + 1e-6
            for product, values in now.products.items()
        )

    def covers_contract(self, now, currency):
        return (
            "contract" in self.causes
            and currency.compare_amounts(now.amount, self.amount) <= 0
        )
