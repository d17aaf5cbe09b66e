"""Urgency and promises: what needs a supervisor, and what goes by itself (O9, O17).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/sale_order_urgency.py`` and
``models/sale_order_promise.py``; what the rules say is ``data/packs/default.json``.

All money is in the currency of the order's company, all dates in its time zone.
"""

from datetime import date
from decimal import Decimal

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    date_fact,
    integer,
    money,
    ratio,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .credit import ORDER_KINDS, TIERS

PROMISE_CAUSES = {
    "price_low": _("Price below the allowed band"),
    "price_high": _("Price above the allowed band"),
    "date": _("Promised earlier than production can make"),
    "contract": _("Signed contract missing"),
}
"""What a quotation may need the supervisor's yes for."""


class OrderUrgencyFacts(FactModel):
    """An order that somebody asks to treat as urgent (O9)."""

    currency: str | None = text(_("Currency"), advice=FIXED)
    order_kind: str | None = choice(_("Order kind"), ORDER_KINDS, advice=FIXED)
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"),
        help=_("Total of the order, taxes included."),
        advice=Advice(less=_("reduce the order by %(distance)s")),
    )
    days_until_wanted: int | None = integer(
        _("Days until the wanted date"),
        unit=_("days"),
        help=_("From today to the date that the customer wants."),
        advice=Advice(
            less=_("ask again in %(distance)s"),
            more=_("agree on a date %(distance)s later"),
        ),
    )
    days_before_earliest: int | None = integer(
        _("Days before the earliest date"),
        unit=_("days"),
        help=_(
            "How much earlier than production can make; negative: wanted later "
            "than that."
        ),
        advice=Advice(less=_("agree on a date %(distance)s later")),
    )
    urgent_orders: int | None = integer(
        _("Urgent orders of the week"),
        unit=_("orders"),
        help=_("Orders made urgent in the last seven days, without this one."),
        advice=FIXED,
    )
    urgent_share: Decimal | None = ratio(
        _("Share of urgent orders"),
        help=_(
            "Orders made urgent in the last seven days, of the orders confirmed in "
            "them; this one is counted on both sides."
        ),
        advice=FIXED,
    )


class OrderUrgencyOutcome(OutcomeModel):
    approval: str = choice(
        _("Approval"),
        {
            "automatic": _("Approved by rule"),
            "supervisor": _("A supervisor decides"),
            "refused": _("Refused by rule"),
        },
    )


class QuotationPromiseFacts(FactModel):
    """What a quotation promises, before it goes out and when it is confirmed (O17)."""

    currency: str | None = text(_("Currency"), advice=FIXED)
    order_kind: str | None = choice(_("Order kind"), ORDER_KINDS, advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"), help=_("Total of the order, taxes included."), advice=FIXED
    )
    price_below: Decimal | None = ratio(
        _("Below list price"),
        help=_(
            "The line that is furthest below the list price of its product, discount "
            "included; 0 if none is."
        ),
        advice=Advice(
            less=_("raise the price to no more than %(after)s below list price")
        ),
    )
    price_below_product: str | None = text(
        _("Product furthest below list price"), advice=FIXED
    )
    price_above: Decimal | None = ratio(
        _("Above list price"),
        help=_(
            "The line that is furthest above the list price of its product; 0 if "
            "none is."
        ),
        advice=Advice(
            less=_("lower the price to no more than %(after)s above list price")
        ),
    )
    price_above_product: str | None = text(
        _("Product furthest above list price"), advice=FIXED
    )
    promised_date: date | None = date_fact(
        _("Promised date"),
        help=_("The delivery date on the order."),
        advice=Advice(more=_("promise %(after)s")),
    )
    earliest_date: date | None = date_fact(
        _("Earliest date"),
        help=_(
            "The first working day that stock, lead times and planned load allow; "
            "of a confirmed order as it was at its confirmation."
        ),
        advice=FIXED,
    )
    days_before_earliest: int | None = integer(
        _("Days before the earliest date"),
        unit=_("days"),
        help=_(
            "How much earlier than production can make the order is promised; not "
            "set without a promised date."
        ),
        advice=Advice(less=_("promise a date %(distance)s later")),
    )
    has_contract: bool | None = boolean(
        _("Signed contract attached"),
        help=_("A signed contract is attached, or the customer signed online."),
        advice=Advice(to={"yes": _("attach the signed contract")}),
    )
    supervisor_yes: bool | None = boolean(
        _("Supervisor's yes"),
        help=_("A supervisor agreed to these prices, dates and quantities, or worse."),
        advice=Advice(to={"yes": _("get the supervisor's yes")}),
    )


class QuotationPromiseOutcome(OutcomeModel):
    """The promise stands, or needs the supervisor's yes for a cause."""

    promise: str = choice(
        _("Promise"),
        {
            "stands": _("Within the rules"),
            "needs_yes": _("Needs the supervisor's yes"),
        },
    )
    cause: str | None = choice(
        _("What is outside the rules"), PROMISE_CAUSES, default=None
    )


ORDER_URGENCY = DecisionSpec(
    name="order_urgency",
    label=_("Urgent order"),
    help=_("Who decides that an order is urgent? (O9)"),
    hit_policy="first",
    facts=OrderUrgencyFacts,
    outcome=OrderUrgencyOutcome,
    stake="order_amount",
    levels={"automatic": "good", "supervisor": "warn", "refused": "bad"},
)
QUOTATION_PROMISE = DecisionSpec(
    name="quotation_promise",
    label=_("Promise to the customer"),
    help=_("May this price and date be promised without asking a supervisor? (O17)"),
    hit_policy="collect",
    facts=QuotationPromiseFacts,
    outcome=QuotationPromiseOutcome,
    stake="order_amount",
    levels={"stands": "good", "needs_yes": "warn", "none": "good"},
)

for _spec in (ORDER_URGENCY, QUOTATION_PROMISE):
    REGISTRY.add(_spec)
