"""Spontaneous breakage in service: is the company liable (C19).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_complaint_breakage.py``; what the
rules say is ``data/packs/default_complaint_breakage.json``.
"""

from decimal import Decimal

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    quantity,
    ratio,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec

BREAKAGE_LIABILITIES = {
    "company": _("Company liable"),
    "within": _("Within the agreed rate"),
    "open": _("Not decided by the rate"),
}
"""What the breakage rate says of who is liable."""


class BreakageFacts(FactModel):
    """Breakage of one product at one customer in the year of a complaint (C19)."""

    product: str | None = text(_("Product"), advice=FIXED)
    # text: a year is no amount, and is not written with a comma
    year: str | None = text(
        _("Year"),
        help=_("Calendar year of the breakage, in the company's time zone."),
        advice=FIXED,
    )
    spontaneous: bool | None = boolean(
        _("Spontaneous breakage"),
        help=_("The glass broke in service without an outer cause."),
        advice=FIXED,
    )
    confirmed: bool | None = boolean(
        _("Fault confirmed"),
        help=_("The breakage of this complaint is confirmed."),
        advice=Advice(to={"yes": _("confirm the breakage")}),
    )
    in_service: Decimal | None = quantity(
        _("Quantity in service"),
        help=_("Installed in this year and before; unknown if nothing is recorded."),
        advice=FIXED,
    )
    failed: Decimal | None = quantity(
        _("Broken this year"),
        help=_("Confirmed by complaints, and entered from customers' reports."),
        advice=FIXED,
    )
    rate: Decimal | None = ratio(
        _("Breakage rate"),
        help=_("Broken this year of the quantity in service."),
        advice=FIXED,
    )
    agreed_limit: Decimal | None = ratio(
        _("Agreed rate"),
        help=_(
            "Agreed with the customer, or for the product; not set if nothing was "
            "agreed."
        ),
        advice=Advice(
            more=_("agree on a rate of %(after)s"),
            set=_("agree on a rate of %(after)s"),
        ),
    )


class BreakageOutcome(OutcomeModel):
    liability: str = choice(_("Liability"), BREAKAGE_LIABILITIES)


BREAKAGE_LIABILITY = DecisionSpec(
    name="breakage_liability",
    label=_("Breakage liability"),
    help=_("Does the breakage rate in service make the company liable? (C19)"),
    hit_policy="first",
    facts=BreakageFacts,
    outcome=BreakageOutcome,
    levels={"company": "bad", "within": "good"},
)

REGISTRY.add(BREAKAGE_LIABILITY)
REGISTRY.reads("breakage_rate_max")
