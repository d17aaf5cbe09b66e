"""Project registrations: who may sell to a site, and until when (O13).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_project_gate.py`` and
``models/aftersales_project.py``; what the rules say is ``data/packs/default.json``.

Days are calendar days in the company's time zone.
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
    ratio,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec

CONFLICT_KINDS = {
    "site": _("Same site"),
    "product": _("Same product in a similar quantity"),
}
"""In what two parties compete."""


class ProjectConflictFacts(FactModel):
    """An order, or a new registration, beside a running registration (O13)."""

    project: str | None = text(
        _("Registration"),
        help=_("Number and name of the running registration."),
        advice=FIXED,
    )
    dealer: str | None = text(
        _("Registered by"),
        help=_("The dealer of the running registration."),
        advice=FIXED,
    )
    same_party: bool | None = boolean(
        _("Same party"),
        help=_("The customer is the dealer of the registration."),
        advice=FIXED,
    )
    same_site: bool | None = boolean(
        _("Same site"),
        help=_(
            "The address or the name of the project is the same, apart from case, "
            "blanks, width of the characters and punctuation."
        ),
        advice=FIXED,
    )
    same_product: bool | None = boolean(
        _("Same product"),
        help=_("A product of the registration, or one of a registered category."),
        advice=FIXED,
    )
    quantity_ratio: Decimal | None = ratio(
        _("Quantity to registered quantity"),
        help=_(
            "Of the same product, in the same unit; of several the one nearest "
            "to 100 %."
        ),
        advice=FIXED,
    )
    overlap_days: int | None = integer(
        _("Days in common"),
        unit=_("days"),
        help=_(
            "Days of the registered period between the order and its promised delivery."
        ),
        advice=FIXED,
    )


class ProjectConflictOutcome(OutcomeModel):
    effect: str = choice(
        _("Effect"),
        {"conflict": _("Conflict"), "no_conflict": _("No conflict")},
    )
    kind: str | None = choice(_("Kind of conflict"), CONFLICT_KINDS, default=None)


class ProjectPeriodFacts(FactModel):
    """A running registration, seen on a day (O13)."""

    days_left: int | None = integer(
        _("Days left"),
        unit=_("days"),
        help=_("From today to the last day of the period; negative once it passed."),
        advice=Advice(more=_("extend the registration by %(distance)s")),
    )


class ProjectPeriodOutcome(OutcomeModel):
    action: str = choice(
        _("Action"),
        {
            "keep": _("Goes on"),
            "warn": _("Warn the salesperson"),
            "expire": _("Expires"),
        },
    )


PROJECT_CONFLICT = DecisionSpec(
    name="project_conflict",
    label=_("Project conflict"),
    help=_("Does an order of another party compete with a running registration? (O13)"),
    hit_policy="first",
    facts=ProjectConflictFacts,
    outcome=ProjectConflictOutcome,
    levels={"conflict": "bad", "no_conflict": "good"},
)
PROJECT_PERIOD = DecisionSpec(
    name="project_period",
    label=_("Period of a registration"),
    help=_("Does a registration go on, end soon, or expire? (O13)"),
    hit_policy="first",
    facts=ProjectPeriodFacts,
    outcome=ProjectPeriodOutcome,
    levels={"keep": "good", "warn": "warn", "expire": "bad"},
)

for _spec in (PROJECT_CONFLICT, PROJECT_PERIOD):
    REGISTRY.add(_spec)
