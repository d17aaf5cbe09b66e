"""Solutions of complaints: who approves them, and when a complaint may be closed.

Place in event → facts → decide → record → apply: fact and outcome models only
(C11–C13). What gathers the facts is ``models/aftersales_complaint_approval.py`` and
``models/aftersales_complaint_closing.py``; what the rules say is
``data/packs/default_complaint_solution.json``.
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
from .complaint import COMPLAINT_TYPES, SEVERITIES
from .credit import TIERS

APPROVAL_LEVELS = {
    "not_needed": _("No approval needed"),
    "manager": _("Department manager"),
    "general_manager": _("General manager"),
}
"""Who has to say yes to a solution, from the least to the most."""

CLOSINGS = {"may_close": _("May be closed"), "keep_open": _("Stays open")}


class SolutionFacts(FactModel):
    """What a proposed solution would cost, and for which complaint (C11)."""

    currency: str | None = text(
        _("Currency"),
        help=_("Currency of the company; all money is in it."),
        advice=FIXED,
    )
    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    severity: str | None = choice(_("Severity"), SEVERITIES, advice=FIXED)
    is_quality_related: bool | None = boolean(_("Quality-related"), advice=FIXED)
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"), help=_("Total of the order complained about."), advice=FIXED
    )
    damage_amount: Decimal | None = money(
        _("Damage"),
        help=_("What the customer says the damage amounts to."),
        advice=FIXED,
    )
    compensation: Decimal | None = money(
        _("Compensation"),
        help=_("What would be paid or credited to the customer."),
        advice=Advice(less=_("offer %(distance)s less")),
    )
    cost_estimate: Decimal | None = money(
        _("Estimated cost"),
        help=_("What carrying out the solution would cost, without compensation."),
        advice=Advice(less=_("plan %(distance)s less")),
    )
    cost_so_far: Decimal | None = money(
        _("Cost so far"),
        help=_(
            "Compensation and estimated cost of what was carried out already, "
            "earlier rounds of the complaint included."
        ),
        advice=FIXED,
    )
    solution_round: int | None = integer(
        _("Proposals"),
        unit=_("proposals"),
        help=_("How many solutions were proposed, with this one."),
        advice=FIXED,
    )
    complaint_round: int | None = integer(
        _("Complaint round"),
        unit=_("rounds"),
        help=_("1 for a new complaint, one more each time it is reissued."),
        advice=FIXED,
    )


class SolutionOutcome(OutcomeModel):
    level: str = choice(_("Approved by"), APPROVAL_LEVELS)


SOLUTION_APPROVAL = DecisionSpec(
    name="solution_approval",
    label=_("Approval of a solution"),
    help=_("Who has to approve a solution before it is carried out? (C11)"),
    hit_policy="first",
    facts=SolutionFacts,
    outcome=SolutionOutcome,
    stake="compensation",
    levels={"not_needed": "good", "manager": "warn", "general_manager": "warn"},
)


class ClosingFacts(FactModel):
    """How far a complaint has come when somebody closes it (C13)."""

    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    severity: str | None = choice(_("Severity"), SEVERITIES, advice=FIXED)
    is_refused: bool | None = boolean(
        _("Refused"), help=_("The complaint was not accepted."), advice=FIXED
    )
    is_complete: bool | None = boolean(
        _("Procedure complete"),
        help=_("No step of the procedure is missing."),
        advice=Advice(to={"yes": _("complete the procedure")}),
    )
    missing_steps: int | None = integer(
        _("Missing steps"),
        unit=_("steps"),
        help=_("Steps of the procedure that are not done."),
        advice=Advice(less=_("complete %(distance)s")),
    )


class ClosingOutcome(OutcomeModel):
    closing: str = choice(_("Closing"), CLOSINGS)


COMPLAINT_CLOSING = DecisionSpec(
    name="complaint_closing",
    label=_("Closing a complaint"),
    help=_("Is the procedure complete, so that the complaint may be closed? (C13)"),
    hit_policy="first",
    facts=ClosingFacts,
    outcome=ClosingOutcome,
    levels={"may_close": "good", "keep_open": "warn"},
)

REGISTRY.add(SOLUTION_APPROVAL)
REGISTRY.add(COMPLAINT_CLOSING)
REGISTRY.reads(
    "satisfied_rating_min",
    "clock_return_visit_1_days",
    "clock_return_visit_2_days",
)
