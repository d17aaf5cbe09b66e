"""Delivery problems: who is told, and how grave is it (O12).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_logistics_exception.py``; what the
rules say is ``data/packs/default.json``.
"""

from decimal import Decimal

from ..facts import (
    FIXED,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
    money,
    ratio,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .credit import ORDER_KINDS, TIERS

EXCEPTION_KINDS = {
    "late": _("Late"),
    "lost": _("Lost"),
    "damaged": _("Damaged"),
    "other": _("Other"),
}
"""What can go wrong on the way to the customer."""

SEVERITIES = {"general": _("General"), "major": _("Major")}


class LogisticsFacts(FactModel):
    """What is known of a delivery problem when it is reported (O12)."""

    currency: str | None = text(
        _("Currency"),
        help=_("Currency of the company; all money is in it."),
        advice=FIXED,
    )
    exception_kind: str | None = choice(
        _("Kind of problem"), EXCEPTION_KINDS, advice=FIXED
    )
    order_kind: str | None = choice(_("Order kind"), ORDER_KINDS, advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"), help=_("Total of the order, taxes included."), advice=FIXED
    )
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    days_late: int | None = integer(
        _("Days late"),
        unit=_("days"),
        help=_("From the promised day to the day the problem was noticed."),
        advice=FIXED,
    )
    damaged_share: Decimal | None = ratio(
        _("Share affected"),
        help=_(
            "Quantity lost or damaged of the quantity on the transfer; unknown as "
            "long as nobody entered quantities."
        ),
        advice=FIXED,
    )


class LogisticsOutcome(OutcomeModel):
    severity: str = choice(_("Severity"), SEVERITIES)
    inform_customer: bool = boolean(
        _("Inform the customer"),
        help=_("The salesperson is always informed; is the customer as well?"),
    )


LOGISTICS_EXCEPTION = DecisionSpec(
    name="logistics_exception",
    label=_("Delivery problem"),
    help=_("How grave is a problem on the way, and is the customer told? (O12)"),
    hit_policy="first",
    facts=LogisticsFacts,
    outcome=LogisticsOutcome,
    stake="order_amount",
    levels={"general": "warn", "major": "bad"},
)

REGISTRY.add(LOGISTICS_EXCEPTION)
