"""Is a new ticket a complaint? (C1)

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_complaint_intake.py``; what the rules
say is ``data/packs/default_complaint_intake.json``.
"""

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .complaint import CHANNELS

TICKET_KINDS = {"complaint": _("Complaint"), "ticket": _("Another ticket")}
"""What a ticket can be."""


class ComplaintIntakeFacts(FactModel):
    """What is known of a ticket when it is created (C1)."""

    channel: str | None = choice(
        _("Channel"), CHANNELS, help=_("How the ticket came in."), advice=FIXED
    )
    category_is_complaints: bool | None = boolean(
        _("Category of complaints"),
        help=_("The category of the ticket, or one above it, is marked so."),
        advice=Advice(to={"yes": _("give the ticket a category of complaints")}),
    )
    from_customer: bool | None = boolean(
        _("Written by the customer"),
        help=_("It came by e-mail or over the portal, so the words are theirs."),
        advice=FIXED,
    )
    customer_has_orders: bool | None = boolean(
        _("Customer has orders"),
        help=_("The sender is a contact to whom something was sold."),
        advice=FIXED,
    )
    complaint_words: int | None = integer(
        _("Words that complain"),
        unit=_("words"),
        help=_("How many different keywords of the topic “Complaint” it contains."),
        advice=FIXED,
    )
    demand_words: int | None = integer(
        _("Words that demand or warn"),
        unit=_("words"),
        help=_("Keywords about compensation, safety or publicity."),
        advice=FIXED,
    )
    defect_words: int | None = integer(
        _("Words of a defect"),
        unit=_("words"),
        help=_(
            "Keywords about quantity, delivery time, damage, installation, quality "
            "or service."
        ),
        advice=FIXED,
    )
    words_found: str | None = text(
        _("Keywords found"),
        help=_("As they stand in the list of keywords."),
        advice=FIXED,
    )


class ComplaintIntakeOutcome(OutcomeModel):
    kind: str = choice(_("The ticket is"), TICKET_KINDS)


COMPLAINT_INTAKE = DecisionSpec(
    name="complaint_intake",
    label=_("Complaint intake"),
    help=_("Is a new ticket a complaint, by its channel, category and words? (C1)"),
    hit_policy="first",
    facts=ComplaintIntakeFacts,
    outcome=ComplaintIntakeOutcome,
)

REGISTRY.add(COMPLAINT_INTAKE)
