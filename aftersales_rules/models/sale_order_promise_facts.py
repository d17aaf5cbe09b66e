# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Facts about what quotations promise, and the rules' answer to them (O17)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import models

from ..rules import QuotationPromiseFacts
from .aftersales_earliest import Earliest
from .aftersales_promise_request import PromiseTerms
from .sale_order_urgency import to_decimal


@dataclass
class LinePrice:
    """How far a line's price is from the list price of its product."""

    product: models.BaseModel
    quantity: float
    below: Decimal
    above: Decimal


@dataclass
class PromiseJudgement:
    """What the rules say of one order, and what they saw."""

    order: models.BaseModel
    decision: object
    enforced: bool
    prices: list
    earliest: Earliest
    is_agreed: bool
    causes: set = field(default_factory=set)
    record: models.BaseModel | None = None

    def get_terms(self):
        return PromiseTerms.of(self.order, self.prices, self.causes)


def gather_promises(orders, is_changed=False):
    """Judge what these orders promise.

    :param orders: `sale.order`, as superuser
    :param bool is_changed: whether orders are looked at that were judged before
    :rtype: dict[sale.order, PromiseJudgement]
    """
    dated = orders.filtered("commitment_date")
    dates = {}
    if is_changed:
        # once it is confirmed, what was launched for it would pass for supply
        for order in dated.filtered(lambda order: order.state == "sale"):
            day = _get_recorded_earliest(order)
            if day:
                dates[order.id] = Earliest(day)
    rest = dated.filtered(lambda order: order.id not in dates)
    if rest:
        dates.update(orders.env["aftersales.earliest"]._get(rest))
    return {order: _judge(order, dates.get(order.id) or Earliest()) for order in orders}


def _get_recorded_earliest(order):
    decision = order._get_promise_decision()
    text = decision and decision._get_decision().facts.get("earliest_date")
    return date.fromisoformat(text) if text else None


def _judge(order, earliest):
    env = order.env
    company = order.company_id
    _version_id, compiled = env["aftersales.version"]._get_current(company)
    today = company._aftersales_now().date()

    def decide(facts):
        decision = compiled.decide("quotation_promise", facts, on=today)
        outcomes = decision.outcomes
        if any(outcome["promise"] == "stands" for outcome in outcomes):
            return decision, set()
        return decision, {outcome["cause"] for outcome in outcomes}

    prices = get_line_prices(order)
    facts = _get_facts(order, prices, earliest)
    decision, causes = decide(facts)
    agreed = order._get_agreed_terms() if causes else None
    is_agreed = False
    if agreed:
        # judged without what the supervisor agreed to: the yes holds if nothing is
        # left to say
        rest = _get_uncovered(order, agreed, facts, prices, earliest)
        _decision, uncovered = decide(rest)
        if not uncovered:
            is_agreed = True
            decision, causes = decide(facts.model_copy(update={"supervisor_yes": True}))
    return PromiseJudgement(
        order,
        decision,
        company._aftersales_mode("quotation_promise") == "enforce",
        prices,
        earliest,
        is_agreed,
        causes,
    )


def _get_facts(order, prices, earliest):
    lowest = max(prices, key=lambda price: price.below, default=None)
    highest = max(prices, key=lambda price: price.above, default=None)
    promised = order._get_promised_day()
    engineering = order.order_kind == "engineering"
    company = order.company_id
    facts = QuotationPromiseFacts(
        currency=company.currency_id.name,
        order_kind=order.order_kind or "standard",
        order_amount=to_decimal(
            order._get_amount_company_currency(), company.currency_id.decimal_places
        ),
        price_below=lowest.below if lowest else None,
        price_below_product=_get_name(lowest) if lowest and lowest.below else None,
        price_above=highest.above if highest else None,
        price_above_product=_get_name(highest) if highest and highest.above else None,
        promised_date=promised,
        earliest_date=earliest.day if promised else None,
        days_before_earliest=(
            (earliest.day - promised).days if earliest.day and promised else None
        ),
        # looked up where it counts: it costs a query
        has_contract=(
            bool(order.signed_on or order.contract_attachment_ids)
            if engineering
            else None
        ),
        supervisor_yes=False,
    )
    return order.env["aftersales.extension"]._complete_one(
        "quotation_promise", order, facts
    )


def _get_name(price):
    return price.product.with_context(display_default_code=False).display_name


def _get_uncovered(order, agreed, facts, prices, earliest):
    """The facts without the prices, date and contract that were agreed to."""
    now = PromiseTerms.of(order, prices, ())
    same_currency = agreed.currency_id == now.currency_id
    left = [
        price
        for price in prices
        if not same_currency
        or not agreed.covers_price(
            str(price.product.id), now.products[str(price.product.id)]
        )
    ]
    rest = _get_facts(order, left, earliest)
    update = {}
    if agreed.covers_date(now):
        update["days_before_earliest"] = None
    if same_currency and agreed.covers_contract(now, order.currency_id):
        update["has_contract"] = True if facts.has_contract is not None else None
    return rest.model_copy(update=update)


def get_line_prices(order):
    """Deviation of each line from the list price of its product.

    Discounts on the whole order lower every line in proportion.
    """
    goods, reduction, total = [], 0.0, 0.0
    for line in order.order_line:
        if line.display_type or line.is_downpayment or not line.product_id:
            continue
        subtotal = line.price_unit * line.product_uom_qty * (1 - line.discount / 100.0)
        if subtotal < 0 or line._is_global_discount():
            reduction += subtotal
        elif _is_priced_by_list(line):
            goods.append(line)
            total += subtotal
    share = max(1.0 + reduction / total, 0.0) if total else 1.0
    prices, zero = [], Decimal(0)
    for line in goods:
        listed = _get_list_price(line)
        if listed <= 0:
            continue
        offered = line.price_unit * (1 - line.discount / 100.0) * share
        off = to_decimal((offered - listed) / listed, 4)
        quantity = line.product_uom_id._compute_quantity(
            line.product_uom_qty, line.product_id.product_tmpl_id.uom_id, round=False
        )
        prices.append(
            LinePrice(line.product_id, quantity, max(-off, zero), max(off, zero))
        )
    return prices


def _is_priced_by_list(line):
    if line.product_uom_qty <= 0 or line.is_expense or line._is_delivery():
        return False
    if line._is_replacement():
        return False  # the complaint promised it for nothing
    # what a combination costs is said by the combination
    template = line.product_id.product_tmpl_id
    return template.type != "combo" and not line.combo_item_id


def _get_list_currency_id(template):
    company = template.company_id
    return company.currency_id.id if company else company._get_list_currency_id()


def _get_list_price(line):
    """List price of a line's product in the line's unit and currency."""
    order, product = line.order_id, line.product_id
    company = order.company_id
    with_extra = line.env["product.template.attribute.value"]._get_templates_with_extra
    product = product.with_company(company)
    # what a variant has from its template is computed for each one; this is asked for
    # every line of every confirmed order
    template = product.product_tmpl_id
    if (
        template.id not in with_extra()
        and line.product_uom_id == template.uom_id
        and order.currency_id.id == _get_list_currency_id(template)
    ):
        price = template.list_price
    else:
        price = product.with_context(
            **line._get_product_price_context()
        )._price_compute(
            "list_price",
            uom=line.product_uom_id,
            currency=order.currency_id,
            company=company,
            date=order.date_order,
        )[product.id]
    position = order.fiscal_position_id
    if not position:
        return price
    taxes = product.taxes_id._filter_taxes_by_company(company)
    return product._get_tax_included_unit_price_from_price(
        price, product_taxes=taxes, fiscal_position=position
    )
