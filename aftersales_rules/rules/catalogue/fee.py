"""Sample and mould fees: when is a fee given back (O14).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_fee_agreement.py``; what the rules say
is ``data/packs/default.json``.

Money is in the currency in which the fee was charged, days are calendar days in the
company's time zone.
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
    quantity,
    ratio,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec


class MouldFeeFacts(FactModel):
    """What is known of an agreement on a fee (O14)."""

    currency: str | None = text(
        _("Currency"), help=_("Currency in which the fee was charged."), advice=FIXED
    )
    refund_amount: Decimal | None = money(
        _("To be refunded"), help=_("Part of the fee, taxes excluded."), advice=FIXED
    )
    agreed_quantity: Decimal | None = quantity(
        _("Agreed quantity"),
        help=_("In the unit of the agreement."),
        advice=Advice(less=_("agree on a quantity of %(after)s")),
    )
    delivered_quantity: Decimal | None = quantity(
        _("Delivered quantity"),
        help=_(
            "Of the customer's later orders, returns subtracted, in the unit of the "
            "agreement."
        ),
        advice=Advice(more=_("deliver %(distance)s more")),
    )
    delivered_share: Decimal | None = ratio(
        _("Delivered share"),
        help=_("Delivered quantity to agreed quantity."),
        advice=Advice(more=_("deliver %(after)s of the agreed quantity")),
    )
    reached_on: date | None = date_fact(
        _("Reached on"),
        help=_("The day on which the agreed quantity was delivered."),
        advice=FIXED,
    )
    days_left: int | None = integer(
        _("Days left"),
        unit=_("days"),
        help=_(
            "To the last day of the agreement, from the day the quantity was reached, "
            "else from today; negative once it passed."
        ),
        advice=Advice(more=_("extend the agreement by %(distance)s")),
    )
    refunded: bool | None = boolean(
        _("Refunded already"),
        help=_("A credit note was prepared, or the fee was credited by hand."),
        advice=FIXED,
    )
    fee_paid: bool | None = boolean(
        _("Fee paid"),
        help=_("Every invoice of the fee is posted and paid."),
        advice=Advice(to={"yes": _("pay the fee")}),
    )


class MouldFeeOutcome(OutcomeModel):
    effect: str = choice(
        _("Effect"),
        {
            "refund": _("Prepare the credit note"),
            "wait": _("Wait for the payment of the fee"),
            "keep": _("Not yet"),
            "expire": _("No refund"),
        },
    )


MOULD_FEE_REFUND = DecisionSpec(
    name="mould_fee_refund",
    label=_("Refund of a sample or mould fee"),
    help=_("Is a fee given back for what the customer took since? (O14)"),
    hit_policy="first",
    facts=MouldFeeFacts,
    outcome=MouldFeeOutcome,
    stake="refund_amount",
    levels={"refund": "good", "wait": "warn", "expire": "bad"},
)

REGISTRY.add(MOULD_FEE_REFUND)
