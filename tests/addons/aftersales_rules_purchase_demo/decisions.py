# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may be decided about a purchase order, and a fact more about sales orders.

Only names, types and words: what they are at the moment is gathered in the models, and
what follows from them is said by rules, which are data.
"""

from decimal import Decimal

from odoo.addons.aftersales_rules.rules import (
    CREDIT_HOLD,
    FIXED,
    REGISTRY,
    Advice,
    DecisionSpec,
    FactModel,
    OutcomeModel,
    _,
    choice,
    integer,
    money,
    text,
)


class PurchaseFacts(FactModel):
    """What is known of a purchase order when somebody wants to confirm it."""

    currency: str | None = text(
        _("Currency"), help=_("Currency of the company; all money is in it.")
    )
    purchase_amount: Decimal | None = money(
        _("Purchase amount"),
        help=_("Total of the purchase order, taxes included."),
        # how a person moves it: the explanation offers it as a way to another answer
        advice=Advice(less=_("make the order %(distance)s smaller")),
    )
    vendor_complaints: int | None = integer(
        _("Open quality complaints"),
        unit=_("complaints"),
        help=_("Open complaints about the quality of products bought from the vendor."),
        advice=Advice(less=_("settle %(distance)s")),
    )
    vendor_orders: int | None = integer(
        _("Earlier orders"),
        unit=_("orders"),
        help=_("Purchase orders that were confirmed with the vendor before."),
        advice=FIXED,  # nobody can move the past, so it is not offered
    )


class PurchaseOutcome(OutcomeModel):
    """Hold for a cause; where no rule matches, the order is confirmed."""

    effect: str = choice(_("Effect"), {"hold": _("Hold")})
    cause: str | None = choice(
        _("Cause"),
        {
            "purchase_amount": _("Large purchase"),
            "vendor_quality": _("Open quality complaints"),
            "new_vendor": _("New vendor"),
        },
        default=None,
    )


PURCHASE_RELEASE = REGISTRY.add(
    DecisionSpec(
        "purchase_release",
        _("Purchase release"),
        PurchaseFacts,
        PurchaseOutcome,
        # all rules that match, not only the first: the buyer sees every reason at once
        hit_policy="collect",
        help=_("Is a purchase order confirmed, or does it wait for a manager?"),
        stake="purchase_amount",
        prevails=("hold",),
        levels={"hold": "bad", "none": "good"},
    )
)


class CreditFactsOfPurchase(FactModel):
    """What a customer's credit hold may look at as well, as many also sell to us."""

    vendor_payable: Decimal | None = money(
        _("What we owe them"),
        help=_("Open vendor bills of the same partner, less refunds not matched."),
        advice=FIXED,
    )


REGISTRY.extend(CREDIT_HOLD.name, CreditFactsOfPurchase)
