"""Deadlines of complaints: how long may what take, and how is it counted? (C5–C7, C12)

Place in event → facts → decide → record → apply: fact and outcome models only. What
gathers the facts is ``models/aftersales_complaint_clock.py``; what the rules say is
``data/packs/default_complaint_clock.json``; the moments that follow from an outcome
are computed by ``rules/deadline.py``.
"""

from decimal import Decimal

from ..deadline import COUNTINGS
from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
    ratio,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .complaint import CHANNELS, COMPLAINT_TYPES, SEVERITIES, URGENCIES
from .credit import TIERS

CLOCK_KINDS = {
    "registration": _("Registration"),
    "forwarding": _("Forwarding"),
    "major_handover": _("Major: general manager"),
    "first_contact": _("First contact"),
    "site_visit": _("Site visit"),
    "solution": _("Solution proposal"),
    "report": _("Solved, or reported to marketing"),
    "feedback": _("Feedback to marketing"),
    "return_visit_1": _("First return visit"),
    "return_visit_2": _("Last return visit"),
}
"""What has a deadline; one clock of a kind runs on a complaint at a time."""


class ComplaintDeadlineFacts(FactModel):
    """What is known of a complaint when one of its clocks starts or changes."""

    clock: str | None = choice(
        _("Clock"), CLOCK_KINDS, help=_("What is to be done in time."), advice=FIXED
    )
    severity: str | None = choice(_("Severity"), SEVERITIES, advice=FIXED)
    urgency: str | None = choice(
        _("Urgency"),
        URGENCIES,
        help=_("Unknown as long as neither a rule nor a person has rated it."),
        advice=FIXED,
    )
    said_to_wait: bool | None = boolean(
        _("A person said it can wait"),
        help=_("Whoever took it in rated it not urgent, or overruled the rules so."),
        advice=Advice(to={"yes": _("say that it can wait")}),
    )
    complaint_type: str | None = choice(
        _("Complaint type"), COMPLAINT_TYPES, advice=FIXED
    )
    quality_related: bool | None = boolean(_("Quality-related"), advice=FIXED)
    strict_product: bool | None = boolean(
        _("Stricter product profile"),
        help=_("The product of the complaint belongs to the stricter profile."),
        advice=FIXED,
    )
    visit_needed: bool | None = boolean(
        _("Visit needed"),
        advice=Advice(
            to={
                "yes": _("mark that a visit is needed"),
                "no": _("mark that no visit is needed"),
            }
        ),
    )
    after_hours: bool | None = boolean(
        _("Received outside working hours"),
        help=_("By the working hours of the company."),
        advice=FIXED,
    )
    channel: str | None = choice(_("Channel"), CHANNELS, advice=FIXED)
    tier: str | None = choice(_("Customer tier"), TIERS, advice=FIXED)
    complaint_round: int | None = integer(
        _("Round of the complaint"),
        help=_("1, and one more each time it came back."),
        advice=FIXED,
    )


class ComplaintDeadlineOutcome(OutcomeModel):
    """So many minutes or days, counted in one of five ways."""

    counting: str = choice(
        _("Counted as"),
        COUNTINGS,
        help=_("Minutes count for the first three, days for the last two."),
    )
    minutes: int | None = integer(_("Minutes"), unit=_("minutes"), default=None)
    days: int | None = integer(
        _("Days"),
        unit=_("days"),
        help=_("0 is the end of the same working day."),
        default=None,
    )
    warn_share: Decimal = ratio(
        _("Warn after"),
        help=_("Part of the time used after which the person is warned."),
    )
    escalate_after: int | None = integer(
        _("General manager after"),
        unit=_("minutes"),
        help=_("How long after it was due the general manager is told as well."),
        default=None,
    )
    pausable: bool = boolean(
        _("Pauses for the customer"),
        help=_("Time does not count while we wait for the customer."),
    )


COMPLAINT_DEADLINE = DecisionSpec(
    name="complaint_deadline",
    label=_("Deadlines of complaints"),
    help=_("How long may each step of a complaint take? (C5–C7, C12, C13)"),
    hit_policy="first",
    facts=ComplaintDeadlineFacts,
    outcome=ComplaintDeadlineOutcome,
)

REGISTRY.add(COMPLAINT_DEADLINE)
