"""Who bears a service cost (L1–L7).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_cost_liability.py``; what the rules say is
``data/packs/default_cost.json``.

Amounts are in the currency of the company.
"""

from decimal import Decimal

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
    money,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .breakage import BREAKAGE_LIABILITIES
from .complaint import COMPLAINT_TYPES, SEVERITIES
from .investigation import EXAMINATIONS, JUDGEMENTS

COST_TYPES = {
    "repair": _("Repair"),
    "replacement": _("Replacement"),
    "transport": _("Transport"),
    "packaging": _("Packaging"),
    "travel": _("Travel"),
    "lodging": _("Lodging"),
    "allowance": _("Allowance"),
    "compensation": _("Compensation"),
    "other": _("Other"),
}
"""What a service cost was spent on (L5, L6, L10)."""

WORKED_BY = {
    "sales_manager": _("The sales manager's people"),
    "company": _("Other people of the company"),
    "dealer": _("The dealer"),
}
"""Who did the work that a cost was spent on (L6)."""

BEARERS = {
    "company": _("Company"),
    "dealer": _("Dealer"),
    "customer": _("Customer"),
    "sales_manager": _("Sales manager"),
    "carrier": _("Carrier"),
    "undecided": _("Not decided yet"),
}
"""Who bears a cost (L1); as long as nobody can say, nothing is posted (L4)."""

TREATMENTS = {
    "manufacturing": _("Manufacturing cost"),
    "expense": _("Service expense"),
    "recharge": _("Recharged by invoice"),
    "receivable": _("Receivable from the employee"),
    "claim": _("Claim on the carrier"),
    "none": _("Not posted"),
}
"""What the books make of a cost (L5, L6, L8)."""

TREATMENTS_OF = {
    "company": ("manufacturing", "expense"),
    "dealer": ("recharge",),
    "customer": ("recharge",),
    "sales_manager": ("receivable",),
    "carrier": ("claim",),
    "undecided": ("none",),
}
"""Which treatments a bearer allows; the first is the usual one."""

FAULT_PARTIES = {
    "company": _("Company"),
    "dealer": _("Dealer"),
    "customer": _("Customer"),
    "carrier": _("Carrier"),
    "unknown": _("Not known yet"),
}
"""Whose fault a complaint is, as far as people have found out (L2)."""

DEALER_RESULTS = {
    "open": _("Asked, not done yet"),
    "handled": _("Handled"),
    "badly_handled": _("Badly handled"),
    "not_handled": _("Not handled"),
}
"""What a dealer made of what it was asked to do under our supervision (L3)."""


class LiabilityFacts(FactModel):
    """What is known of a service cost and of its complaint (L1)."""

    currency: str | None = text(
        _("Currency"),
        help=_("Currency of the company; all money is in it."),
        advice=FIXED,
    )
    cost_type: str | None = choice(_("Cost type"), COST_TYPES, advice=FIXED)
    amount: Decimal | None = money(_("Amount of the cost"), advice=FIXED)
    worked_by: str | None = choice(
        _("Work done by"), WORKED_BY, help=_("Whose people did the work."), advice=FIXED
    )
    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    quality_related: bool | None = boolean(
        _("Quality-related"),
        help=_("As classified, or as a person has overruled it."),
        advice=FIXED,
    )
    severity: str | None = choice(_("Severity"), SEVERITIES, advice=FIXED)
    misuse: bool | None = boolean(
        _("Misuse is known"),
        help=_("Ticked, or the final judgement says so."),
        advice=FIXED,
    )
    installed: bool | None = boolean(
        _("Already installed"),
        help=_("The product was built in when it failed."),
        advice=FIXED,
    )
    test_result: str | None = choice(
        _("Test of the piece"),
        EXAMINATIONS,
        help=_("Of the returned piece."),
        advice=FIXED,
    )
    joint_inspection: str | None = choice(
        _("Joint inspection"),
        EXAMINATIONS,
        help=_("With the customer, where the product is built in."),
        advice=FIXED,
    )
    final_judgement: str | None = choice(_("Final judgement"), JUDGEMENTS, advice=FIXED)
    breakage_liability: str | None = choice(
        _("Liability by breakage rate"), BREAKAGE_LIABILITIES, advice=FIXED
    )
    fault_party: str | None = choice(
        _("Whose fault"),
        FAULT_PARTIES,
        help=_("As after-sales has found out."),
        advice=FIXED,
    )
    dealer_known: bool | None = boolean(
        _("Dealer is named"),
        help=_("There is somebody to charge as dealer."),
        advice=Advice(to={"yes": _("name the dealer")}),
    )
    carrier_known: bool | None = boolean(
        _("Carrier is named"),
        help=_("There is somebody to charge as carrier."),
        advice=Advice(to={"yes": _("name the carrier")}),
    )
    sales_manager_known: bool | None = boolean(
        _("Sales manager is named"),
        help=_("There is somebody to charge as sales manager."),
        advice=Advice(to={"yes": _("name the sales manager")}),
    )
    dealer_result: str | None = choice(
        _("Dealer's work"),
        DEALER_RESULTS,
        help=_("What the dealer made of it; the worst, if asked more than once."),
        advice=FIXED,
    )
    dealer_overdue_days: int | None = integer(
        _("Dealer overdue"),
        unit=_("days"),
        help=_("Since the deadline of the oldest open request to the dealer."),
        advice=FIXED,
    )
    negotiated: bool | None = boolean(
        _("Price is negotiated"),
        help=_("The customer has agreed to an amount."),
        advice=Advice(to={"yes": _("agree with the customer on what they pay")}),
    )
    negotiated_amount: Decimal | None = money(
        _("Negotiated amount"), help=_("What the customer pays in total."), advice=FIXED
    )


class LiabilityOutcome(OutcomeModel):
    bearer: str = choice(_("Bearer"), BEARERS)
    treatment: str = choice(_("Treatment"), TREATMENTS)
    inspection_first: bool = boolean(
        _("Inspection first"),
        help=_("Nobody says otherwise, and nothing is posted, before it has a result."),
        default=False,
    )


COST_LIABILITY = DecisionSpec(
    name="cost_liability",
    label=_("Cost liability"),
    help=_("Who bears a service cost, and what do the books make of it? (L1–L7)"),
    hit_policy="first",
    facts=LiabilityFacts,
    outcome=LiabilityOutcome,
    stake="amount",
    levels={"undecided": "warn"},
)

REGISTRY.add(COST_LIABILITY)
REGISTRY.reads("dealer_supervision_days")
