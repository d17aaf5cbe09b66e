"""Who works on a complaint, and who is told at once (C4–C6).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts and resolves departments to people is
``models/aftersales_complaint_routing.py``; what the rules say is
``data/packs/default_complaint.json``.
"""

from ..facts import (
    FIXED,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .complaint import COMPLAINT_TYPES, DEPARTMENTS, SEVERITIES, URGENCIES
from .credit import TIERS

OFFICE_KINDS = {
    "head": _("Head office"),
    "branch": _("Branch"),
    "external": _("External office"),
}

RECIPIENTS = {
    "manager": _("Manager of the department"),
    "salesperson": _("Salesperson of the customer"),
    "office": _("Manager of the office"),
}
"""Whom a complaint goes to; where there is none, to the department's manager."""

ALERTED = {
    "management": _("General manager"),
    "on_call": _("On-call leader"),
    "manager": _("Manager of the department"),
}
"""Who is told at once."""


class ComplaintRoutingFacts(FactModel):
    """What is known when a complaint is routed (C4)."""

    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    quality_related: bool | None = boolean(_("Quality-related"), advice=FIXED)
    severity: str | None = choice(_("Severity"), SEVERITIES, advice=FIXED)
    urgency: str | None = choice(_("Urgency"), URGENCIES, advice=FIXED)
    office_kind: str | None = choice(
        _("Kind of office"),
        OFFICE_KINDS,
        help=_("Of the office that looks after the customer; not set if none does."),
        advice=FIXED,
    )
    after_hours: bool | None = boolean(_("Outside working hours"), advice=FIXED)
    installed: bool | None = boolean(_("Product installed"), advice=FIXED)
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    complaint_round: int | None = integer(
        _("Round of the complaint"),
        help=_("1, and one more each time it came back."),
        advice=FIXED,
    )


class ComplaintRoutingOutcome(OutcomeModel):
    department: str = choice(_("Department"), DEPARTMENTS)
    recipient: str = choice(_("Recipient"), RECIPIENTS, default="manager")
    at_once: bool = boolean(
        _("Hand on at once"),
        help=_("Before it is registered, and not only when it is."),
        default=False,
    )
    ask_quality: bool = boolean(_("Quality is asked"), default=False)
    ask_production: bool = boolean(_("Production is asked"), default=False)
    ask_technical: bool = boolean(_("Technical department is asked"), default=False)


COMPLAINT_ROUTING = DecisionSpec(
    name="complaint_routing",
    label=_("Routing of a complaint"),
    help=_("Which department and whom does the complaint go to? (C4, C5)"),
    hit_policy="first",
    facts=ComplaintRoutingFacts,
    outcome=ComplaintRoutingOutcome,
)


class ComplaintEscalationOutcome(OutcomeModel):
    alert: str = choice(_("Told at once"), ALERTED)
    minutes: int | None = integer(
        _("Acknowledged within"),
        unit=_("minutes"),
        help=_("From the receipt of the complaint, around the clock."),
        default=None,
    )


COMPLAINT_ESCALATION = DecisionSpec(
    name="complaint_escalation",
    label=_("Escalation of a complaint"),
    help=_("Who is told at once, whoever received the complaint? (C5, C6)"),
    hit_policy="collect",
    facts=ComplaintRoutingFacts,
    outcome=ComplaintEscalationOutcome,
    levels={"management": "bad", "on_call": "bad", "manager": "warn"},
)

for _spec in (COMPLAINT_ROUTING, COMPLAINT_ESCALATION):
    REGISTRY.add(_spec)
