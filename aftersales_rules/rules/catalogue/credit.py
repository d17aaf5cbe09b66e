"""Credit decisions: may an order go on, may it be delivered (O1–O5).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_credit_facts.py``; what the rules
say is ``data/packs/default.json``.

All money is in the currency of the order's company, all dates and times in the
company's time zone.
"""

from datetime import date, time
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
    time_fact,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec

TIERS = {
    "key": _("Key"),
    "regular": _("Regular"),
    "low_volume": _("Low volume"),
    "unstable": _("Unstable"),
}
"""Customer tiers of O4, from the most to the least trusted."""

ORDER_KINDS = {
    "standard": _("Standard"),
    "engineering": _("Engineering"),
}

HOLD_CAUSES = {
    "over_limit": _("Credit limit exceeded"),
    "overdue": _("Overdue debt"),
    "broken_promise": _("Payment promise broken"),
    "no_guarantee": _("No guarantor or payment date"),
    "promise_too_late": _("Promised payment date too late"),
    "no_arrears": _("No delivery on arrears for this customer"),
    "balance": _("Balance not paid"),
}
"""What a hold may be opened for; one hold per gate and cause."""

EFFECTS = {"hold": _("Hold"), "release": _("Release")}


class CreditFacts(FactModel):
    """What is known of an order when its credit is judged (O1–O4)."""

    currency: str | None = text(
        _("Currency"),
        help=_("Currency of the company; all money is in it."),
        advice=FIXED,
    )
    order_kind: str | None = choice(_("Order kind"), ORDER_KINDS, advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"),
        help=_("Total of the order, taxes included."),
        advice=Advice(less=_("reduce the order by %(distance)s")),
    )
    paid_amount: Decimal | None = money(
        _("Paid"),
        help=_("Money received for this order: paid invoices and online payments."),
        advice=Advice(more=_("pay %(distance)s more")),
    )
    unpaid_amount: Decimal | None = money(
        _("Still to pay"),
        help=_("Order amount less what was paid."),
        advice=Advice(less=_("pay %(distance)s more")),
    )
    paid_share: Decimal | None = ratio(
        _("Share paid"),
        help=_("Paid part of the order amount."),
        advice=Advice(more=_("pay %(distance)s more"), of="order_amount"),
    )
    exposure: Decimal | None = money(
        _("Exposure"),
        help=_(
            "Open receivables, other orders confirmed and not yet invoiced, "
            "and this order, each amount once."
        ),
        advice=Advice(less=_("pay %(distance)s more")),
    )
    receivable: Decimal | None = money(
        _("Open receivables"),
        help=_("Posted and unpaid, less payments and credit notes not matched."),
        advice=Advice(less=_("pay %(distance)s more")),
    )
    uninvoiced: Decimal | None = money(
        _("Other orders not invoiced"),
        help=_("Confirmed orders of the customer that go on, not yet invoiced."),
        advice=Advice(less=_("reduce other orders by %(distance)s")),
    )
    order_exposure: Decimal | None = money(
        _("This order not invoiced"),
        help=_("What this order adds to the exposure."),
        advice=Advice(less=_("reduce the order by %(distance)s")),
    )
    credit_limit: Decimal | None = money(
        _("Credit limit"),
        help=_("Granted limit in force, else the limit of the customer in Odoo."),
        advice=Advice(
            more=_("raise the credit limit to %(after)s"),
            set=_("grant a credit limit of %(after)s"),
            floor="exposure",
        ),
    )
    limit_excess: Decimal | None = money(
        _("Over the limit by"),
        help=_("Exposure less credit limit, if positive."),
        advice=Advice(less=_("pay %(distance)s more")),
    )
    overdue_amount: Decimal | None = money(
        _("Overdue amount"),
        help=_("Receivables past their due date."),
        advice=Advice(less=_("pay %(distance)s of what is overdue")),
    )
    overdue_days: int | None = integer(
        _("Days overdue"),
        unit=_("days"),
        help=_("Age of the oldest receivable past its due date."),
        advice=Advice(less=_("pay what has been due for more than %(after)s")),
    )
    broken_promise_days: int | None = integer(
        _("Days since a broken promise"),
        unit=_("days"),
        help=_(
            "Days since the oldest promised payment date of the customer that "
            "passed without full payment of a delivered order."
        ),
        advice=Advice(
            clear=_("pay for the delivered orders whose promised date has passed")
        ),
    )
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    has_guarantor: bool | None = boolean(
        _("Guarantor named"),
        help=_("Somebody of the business side answers for the payment."),
        advice=Advice(to={"yes": _("name a guarantor")}),
    )
    promised_date: date | None = date_fact(
        _("Promised payment date"),
        advice=Advice(
            less=_("agree on %(after)s as the payment date"),
            more=_("agree on %(after)s as the payment date"),
            set=_("agree on a payment date, such as %(after)s"),
        ),
    )
    promise_days: int | None = integer(
        _("Days until the promised payment"),
        unit=_("days"),
        help=_("From today to the promised date; negative once it passed."),
        advice=Advice(
            less=_("agree on a payment date in %(after)s"),
            more=_("agree on a payment date in %(after)s"),
            set=_("agree on a payment date in %(after)s"),
        ),
    )


class HoldOutcome(OutcomeModel):
    """Hold for a cause, or release whatever the other rules say."""

    effect: str = choice(_("Effect"), EFFECTS)
    cause: str | None = choice(_("Cause"), HOLD_CAUSES, default=None)


class CustomerTierFacts(FactModel):
    """Sales to a commercial partner over the last twelve months (O4)."""

    currency: str | None = text(_("Currency"), advice=FIXED)
    sales_12_months: Decimal | None = money(
        _("Sales of 12 months"),
        help=_("Posted customer invoices less credit notes, taxes excluded."),
        advice=Advice(more=_("sell %(distance)s more in twelve months")),
    )
    active_months: int | None = integer(
        _("Months with sales"),
        unit=_("months"),
        help=_("Number of the last twelve months with an invoice."),
        advice=Advice(more=_("sell in %(distance)s more")),
    )
    customer_months: int | None = integer(
        _("Customer for"),
        unit=_("months"),
        help=_("Full months since the first invoice."),
        advice=FIXED,
    )


class CustomerTierOutcome(OutcomeModel):
    tier: str = choice(_("Customer tier"), TIERS)


class ShippingDayFacts(FactModel):
    """An order due for shipping, seen at a moment of the day (O5)."""

    currency: str | None = text(_("Currency"), advice=FIXED)
    due_in_days: int | None = integer(
        _("Due in"),
        unit=_("days"),
        help=_("From today to the scheduled shipping day; 0 is today."),
        advice=Advice(more=_("move the shipping day back by %(distance)s")),
    )
    unpaid_amount: Decimal | None = money(
        _("Still to pay"), advice=Advice(less=_("pay %(distance)s more"))
    )
    local_time: time | None = time_fact(
        _("Local time"), help=_("Time of day in the company's time zone."), advice=FIXED
    )
    on_terms: bool | None = boolean(
        _("Delivered on agreed credit"),
        help=_(
            "The customer has a credit limit, or a guarantor and a promised "
            "payment date are on the order."
        ),
        advice=Advice(
            to={
                "yes": _(
                    "grant a credit limit, or agree on a guarantor and a payment date"
                )
            }
        ),
    )


class ShippingDayOutcome(OutcomeModel):
    action: str = choice(
        _("Action"),
        {
            "ship": _("Ship as planned"),
            "remind": _("Remind the salesperson"),
            "postpone": _("Move to the next shipping day"),
        },
    )


CREDIT_HOLD = DecisionSpec(
    name="credit_hold",
    label=_("Credit hold"),
    help=_("May a confirmed order be procured: picked, bought, made? (O1–O3)"),
    hit_policy="collect",
    facts=CreditFacts,
    outcome=HoldOutcome,
    stake="order_amount",
    prevails=("release", "hold"),
    levels={"hold": "bad", "release": "good", "none": "good"},
)
SHIPMENT_RELEASE = DecisionSpec(
    name="shipment_release",
    label=_("Delivery on arrears"),
    help=_("May the goods of an order leave with money still owed? (O2–O4)"),
    hit_policy="collect",
    facts=CreditFacts,
    outcome=HoldOutcome,
    stake="order_amount",
    prevails=("release", "hold"),
    levels={"hold": "bad", "release": "good", "none": "good"},
)
CUSTOMER_TIER = DecisionSpec(
    name="customer_tier",
    label=_("Customer tier"),
    help=_("How far a customer is trusted, from a year of sales. (O4)"),
    hit_policy="first",
    facts=CustomerTierFacts,
    outcome=CustomerTierOutcome,
    levels={"key": "good", "regular": "good", "low_volume": "warn", "unstable": "bad"},
)
SHIPPING_DAY = DecisionSpec(
    name="shipping_day",
    label=_("Daily cut-off"),
    help=_("Does an order due today ship, or wait for its money? (O5)"),
    hit_policy="first",
    facts=ShippingDayFacts,
    outcome=ShippingDayOutcome,
    levels={"ship": "good", "remind": "warn", "postpone": "bad"},
)

for _spec in (CREDIT_HOLD, SHIPMENT_RELEASE, CUSTOMER_TIER, SHIPPING_DAY):
    REGISTRY.add(_spec)
