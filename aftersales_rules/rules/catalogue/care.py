"""Customer care: how often a customer is called and visited, and asked (C20).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_care_plan.py``; what the rules say is
``data/packs/default_complaint_care.json``.
"""

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .credit import TIERS

SURVEY_EFFECTS = {"send": _("Ask the customer"), "skip": _("Do not ask")}


class CustomerCareFacts(FactModel):
    """What is known of a customer when the next contacts are planned (C20)."""

    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    has_contact: bool | None = boolean(
        _("Dedicated contact named"),
        help=_("Somebody is responsible for the care of this customer."),
        advice=Advice(to={"yes": _("name a dedicated contact")}),
    )
    dissatisfied: bool | None = boolean(
        _("Dissatisfied"),
        help=_("The last answer of the customer, to a contact or a survey."),
        advice=FIXED,
    )


class CustomerCareOutcome(OutcomeModel):
    """The longest times between contacts; not set is never."""

    contact_days: int | None = integer(
        _("Days between calls"), unit=_("days"), default=None
    )
    visit_days: int | None = integer(
        _("Days between visits"), unit=_("days"), default=None
    )


CUSTOMER_CARE = DecisionSpec(
    name="customer_care",
    label=_("Customer care"),
    help=_("How often is a customer called and visited? (C20)"),
    hit_policy="first",
    facts=CustomerCareFacts,
    outcome=CustomerCareOutcome,
)


class ServiceSurveyFacts(FactModel):
    """What is known when a service is finished (C20)."""

    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    has_email: bool | None = boolean(
        _("Customer has an e-mail address"),
        advice=Advice(to={"yes": _("add an e-mail address")}),
    )
    from_complaint: bool | None = boolean(
        _("Belongs to a complaint"),
        help=_("The complaint asks the customer itself, when it is carried out."),
        advice=FIXED,
    )
    days_since_survey: int | None = integer(
        _("Days since the last survey"),
        unit=_("days"),
        help=_("Not set if the customer was never asked."),
        advice=Advice(more=_("wait %(distance)s")),
    )


class ServiceSurveyOutcome(OutcomeModel):
    effect: str = choice(_("Survey"), SURVEY_EFFECTS)


SERVICE_SURVEY = DecisionSpec(
    name="service_survey",
    label=_("Survey after service"),
    help=_("Is the customer asked how satisfied they are with a service? (C20)"),
    hit_policy="first",
    facts=ServiceSurveyFacts,
    outcome=ServiceSurveyOutcome,
)

REGISTRY.add(CUSTOMER_CARE)
REGISTRY.add(SERVICE_SURVEY)
