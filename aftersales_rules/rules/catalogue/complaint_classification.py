"""What kind of complaint it is, how grave and how urgent (C2, C3, C6).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_complaint_classification.py``; what
the rules say is ``data/packs/default_complaint.json``.

Three decisions, one after the other: the type in force is a fact of the severity,
and both are facts of the urgency. "In force" is what the rules said, or what a
person said instead.

Words of the customer are facts as the administrator's keyword list finds them: one
text per topic with the words that were found, not set where none was.
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
from .complaint import CHANNELS, COMPLAINT_TYPES, SEVERITIES, URGENCIES
from .credit import ORDER_KINDS, TIERS
from .logistics import EXCEPTION_KINDS

PRODUCT_PROFILES = {"standard": _("Standard"), "strict": _("Strict")}
"""How strictly complaints about a product are handled (C7)."""

_FOUND = _("Words of the keyword list found in the complaint; not set if none.")


class ComplaintTypeFacts(FactModel):
    """What is known when the type of a complaint is asked for (C2)."""

    channel: str | None = choice(_("Channel"), CHANNELS, advice=FIXED)
    category: str | None = text(
        _("Category"),
        help=_("Category of the ticket, compared as a whole."),
        advice=FIXED,
    )
    quantity_words: str | None = text(
        _("Words about quantity"), help=_FOUND, advice=FIXED
    )
    delivery_time_words: str | None = text(
        _("Words about delivery time"), help=_FOUND, advice=FIXED
    )
    transport_damage_words: str | None = text(
        _("Words about transport damage"), help=_FOUND, advice=FIXED
    )
    construction_words: str | None = text(
        _("Words about construction"), help=_FOUND, advice=FIXED
    )
    product_quality_words: str | None = text(
        _("Words about product quality"), help=_FOUND, advice=FIXED
    )
    sales_service_words: str | None = text(
        _("Words about sales service"), help=_FOUND, advice=FIXED
    )
    maintenance_service_words: str | None = text(
        _("Words about maintenance service"), help=_FOUND, advice=FIXED
    )
    delivery_problem: str | None = choice(
        _("Delivery problem"),
        EXCEPTION_KINDS,
        help=_("Kind of the delivery problem that became this complaint."),
        advice=FIXED,
    )
    has_order: bool | None = boolean(
        _("Order named"), advice=Advice(to={"yes": _("name the order")})
    )
    has_product: bool | None = boolean(
        _("Product named"), advice=Advice(to={"yes": _("name the product")})
    )
    has_lot: bool | None = boolean(
        _("Lot or serial number named"),
        advice=Advice(to={"yes": _("name the lot or serial number")}),
    )
    installed: bool | None = boolean(_("Product installed"), advice=FIXED)
    product_profile: str | None = choice(
        _("Product profile"),
        PRODUCT_PROFILES,
        help=_("How strictly complaints about this product are handled."),
        advice=FIXED,
    )
    complaint_round: int | None = integer(
        _("Round of the complaint"),
        help=_("1, and one more each time it came back."),
        advice=FIXED,
    )


class ComplaintTypeOutcome(OutcomeModel):
    complaint_type: str = choice(_("Complaint type"), COMPLAINT_TYPES)
    quality_related: bool = boolean(
        _("Quality-related"),
        help=_("Whether the quality of the goods is in question."),
    )


COMPLAINT_TYPE = DecisionSpec(
    name="complaint_type",
    label=_("Type of a complaint"),
    help=_("What is the complaint about, and is it a matter of quality? (C2)"),
    hit_policy="first",
    facts=ComplaintTypeFacts,
    outcome=ComplaintTypeOutcome,
)


class ComplaintSeverityFacts(FactModel):
    """What is known when the severity of a complaint is asked for (C3)."""

    currency: str | None = text(
        _("Currency"),
        help=_("Currency of the company; all money is in it."),
        advice=FIXED,
    )
    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    quality_related: bool | None = boolean(_("Quality-related"), advice=FIXED)
    compensation_asked: bool | None = boolean(_("Compensation asked for"), advice=FIXED)
    safety: bool | None = boolean(_("Safety involved"), advice=FIXED)
    damage_amount: Decimal | None = money(
        _("Damage"),
        help=_("What the customer says the damage amounts to."),
        advice=FIXED,
    )
    unsolvable: bool | None = boolean(
        _("Cannot be solved in a short time"), advice=FIXED
    )
    strong_feeling: bool | None = boolean(_("Strong customer feeling"), advice=FIXED)
    compensation_words: str | None = text(
        _("Words about compensation"), help=_FOUND, advice=FIXED
    )
    safety_words: str | None = text(_("Words about safety"), help=_FOUND, advice=FIXED)
    publicity_words: str | None = text(
        _("Words about publicity"), help=_FOUND, advice=FIXED
    )
    installed: bool | None = boolean(_("Product installed"), advice=FIXED)
    product_profile: str | None = choice(
        _("Product profile"), PRODUCT_PROFILES, advice=FIXED
    )
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    order_kind: str | None = choice(_("Order kind"), ORDER_KINDS, advice=FIXED)
    order_amount: Decimal | None = money(
        _("Order amount"), help=_("Total of the order, taxes included."), advice=FIXED
    )
    delivery_severity: str | None = choice(
        _("Severity of the delivery problem"), SEVERITIES, advice=FIXED
    )
    complaint_round: int | None = integer(
        _("Round of the complaint"),
        help=_("1, and one more each time it came back."),
        advice=FIXED,
    )


class ComplaintSeverityOutcome(OutcomeModel):
    severity: str = choice(_("Severity"), SEVERITIES)


COMPLAINT_SEVERITY = DecisionSpec(
    name="complaint_severity",
    label=_("Severity of a complaint"),
    help=_("Is the complaint major? (C3)"),
    hit_policy="first",
    facts=ComplaintSeverityFacts,
    outcome=ComplaintSeverityOutcome,
    stake="damage_amount",
    levels={"general": "good", "major": "bad"},
)


class ComplaintUrgencyFacts(FactModel):
    """What is known when the urgency of a complaint is asked for (C6)."""

    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    severity: str | None = choice(_("Severity"), SEVERITIES, advice=FIXED)
    rating: str | None = choice(
        _("Rated by the receiver"),
        URGENCIES,
        help=_("What the person said who received the complaint."),
        advice=Advice(
            to={"normal": _("rate it as not urgent"), "urgent": _("rate it as urgent")}
        ),
    )
    after_hours: bool | None = boolean(
        _("Outside working hours"),
        help=_("Received when nobody works by the company's working hours."),
        advice=FIXED,
    )
    safety: bool | None = boolean(_("Safety involved"), advice=FIXED)
    urgent_words: str | None = text(_("Words about urgency"), help=_FOUND, advice=FIXED)
    safety_words: str | None = text(_("Words about safety"), help=_FOUND, advice=FIXED)
    installed: bool | None = boolean(_("Product installed"), advice=FIXED)
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)


class ComplaintUrgencyOutcome(OutcomeModel):
    urgency: str = choice(_("Urgency"), URGENCIES)


COMPLAINT_URGENCY = DecisionSpec(
    name="complaint_urgency",
    label=_("Urgency of a complaint"),
    help=_("Can the complaint wait for working hours? (C6)"),
    hit_policy="first",
    facts=ComplaintUrgencyFacts,
    outcome=ComplaintUrgencyOutcome,
    levels={"urgent": "bad"},
)

for _spec in (COMPLAINT_TYPE, COMPLAINT_SEVERITY, COMPLAINT_URGENCY):
    REGISTRY.add(_spec)
