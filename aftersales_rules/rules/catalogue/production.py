"""Production decisions: what kind of order it is, may it be made (O6–O8).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_gate_production.py`` and
``models/sale_order_kind.py``; what the rules say is ``data/packs/default.json``.

All money is in the currency of the order's company.
"""

from decimal import Decimal

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    money,
    quantity,
    ratio,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .credit import ORDER_KINDS

PRODUCTION_CAUSES = {"deposit": _("Deposit missing")}


class OrderKindFacts(FactModel):
    """What is known of an order when its kind is decided (O6)."""

    currency: str | None = text(_("Currency"), advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"),
        help=_("Total of the order, taxes included."),
        advice=Advice(less=_("reduce the order by %(distance)s")),
    )
    order_quantity: Decimal | None = quantity(
        _("Quantity of goods"),
        help=_("Sum over the lines of the order, services not counted."),
        advice=Advice(less=_("order %(distance)s less")),
    )
    has_project: bool | None = boolean(
        _("Registered project"),
        help=_("A signed-off project is on the order."),
        advice=Advice(
            to={
                "yes": _("put a registered project on the order"),
                "no": _("take the project off the order"),
            }
        ),
    )
    has_engineering_product: bool | None = boolean(
        _("Engineering product"),
        help=_("At least one product of the order is marked as engineering product."),
        advice=Advice(to={"no": _("take the engineering products off the order")}),
    )


class OrderKindOutcome(OutcomeModel):
    kind: str = choice(_("Order kind"), ORDER_KINDS)


class ProductionFacts(FactModel):
    """What is known of an order when its production is judged (O6)."""

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
    paid_share: Decimal | None = ratio(
        _("Share paid"),
        help=_("Paid part of the order amount."),
        advice=Advice(more=_("pay %(distance)s more"), of="order_amount"),
    )
    deposit_missing: Decimal | None = money(
        _("Missing to the deposit"),
        help=_("What is still to be paid until the deposit is complete."),
        advice=Advice(less=_("pay %(distance)s more")),
    )
    production_started: bool | None = boolean(
        _("Production has started"),
        help=_("A manufacturing order of this order is in progress or done."),
        advice=FIXED,
    )


class ProductionOutcome(OutcomeModel):
    """Hold, let go on with a warning, or release."""

    effect: str = choice(
        _("Effect"),
        {"hold": _("Hold"), "warn": _("Warn"), "release": _("Release")},
    )
    cause: str | None = choice(_("Cause"), PRODUCTION_CAUSES, default=None)


ORDER_KIND = DecisionSpec(
    name="order_kind",
    label=_("Order kind"),
    help=_("Is it a standard order, or an engineering order? (O6–O8)"),
    hit_policy="first",
    facts=OrderKindFacts,
    outcome=OrderKindOutcome,
    stake="order_amount",
)
PRODUCTION_RELEASE = DecisionSpec(
    name="production_release",
    label=_("Deposit before production"),
    help=_("May the manufacturing orders of an engineering order go on? (O6, O7)"),
    hit_policy="first",
    facts=ProductionFacts,
    outcome=ProductionOutcome,
    stake="order_amount",
    levels={"hold": "bad", "warn": "warn", "release": "good"},
)

for _spec in (ORDER_KIND, PRODUCTION_RELEASE):
    REGISTRY.add(_spec)
REGISTRY.reads("deposit_share", "competing_days")
