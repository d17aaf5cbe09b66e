"""Investigation of a complaint: what is looked at next (C9, C10, C14).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_complaint_investigation.py``; what the
rules say is ``data/packs/default_complaint_investigation.json``.

Quantities are in the unit of the product. Stock and deliveries are those of one lot in
one company; without a lot they are unknown, which is not the same as none.
"""

from decimal import Decimal

from ..facts import (
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    integer,
    quantity,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .complaint import COMPLAINT_TYPES, SEVERITIES

JUDGEMENTS = {
    "fault": _("Fault found"),
    "no_fault": _("No fault found"),
    "misuse": _("Caused by the customer"),
    "unclear": _("Unclear"),
}
"""What an examination can say."""

EXAMINATIONS = {"asked": _("Asked"), **JUDGEMENTS}
"""An examination from the question to its answer; not set as long as nobody asked."""

STEPS = {
    "none": _("Nothing to investigate"),
    "wait": _("Wait for an answer"),
    "inspect_stock": _("Inspect the stock of the lot"),
    "ask_photos_and_piece": _("Ask for photos and the faulty piece"),
    "judge_photos": _("Judge the photos"),
    "test_piece": _("Test the returned piece"),
    "joint_inspection": _("Joint inspection with the customer"),
    "recall": _("Recall what was delivered"),
    "settle": _("Propose a settlement"),
    "guide": _("Explain, repair and train"),
}
"""What can be done next about a complaint."""

ASKED_DEPARTMENTS = {
    "quality": _("Quality inspection"),
    "production": _("Production"),
    "technical": _("Technical"),
}
"""Who examines; the answer of each is a part of its own (U6)."""


class InvestigationFacts(FactModel):
    """What is known of the goods that a complaint is about (C9)."""

    complaint_type: str | None = choice(_("Complaint type"), COMPLAINT_TYPES)
    quality_related: bool | None = boolean(
        _("Quality-related"), help=_("As classified, or as a person has overruled it.")
    )
    severity: str | None = choice(_("Severity"), SEVERITIES)
    misuse: bool | None = boolean(
        _("Misuse is known"),
        help=_("After-sales has ticked that the customer caused it."),
    )
    installed: bool | None = boolean(
        _("Already installed"), help=_("The product was built in when it failed.")
    )
    lot: str | None = text(_("Lot"), help=_("Lot or serial number of the goods."))
    stock_quantity: Decimal | None = quantity(
        _("Stock of the same lot"),
        help=_(
            "On hand in all internal locations of the company, without what came back "
            "for this complaint; unknown without a lot."
        ),
    )
    stock_places: int | None = integer(
        _("Places with stock"), help=_("Locations that hold stock of the lot.")
    )
    stock_inspection: str | None = choice(
        _("Inspection of the stock"),
        EXAMINATIONS,
        help=_("Whether the same fault was found in the stock of the lot."),
    )
    delivered_quantity: Decimal | None = quantity(
        _("Delivered of the same lot"),
        help=_("To all customers, returned goods not counted."),
    )
    recall_open_quantity: Decimal | None = quantity(
        _("Delivered and not on its way back"),
        help=_("Delivered of the lot, less what open return transfers bring back."),
    )
    recalled: bool | None = boolean(
        _("Recall started"), help=_("Somebody has decided what is taken back.")
    )
    photos: int | None = integer(
        _("Photos"), help=_("Pictures of the fault that came with the complaint.")
    )
    evidence_asked: bool | None = boolean(
        _("Photos and piece asked for"),
        help=_("The customer was asked and has not sent everything yet."),
    )
    piece_returned: bool | None = boolean(
        _("Faulty piece is here"), help=_("Marked, or received with a return transfer.")
    )
    piece_unavailable: bool | None = boolean(
        _("Faulty piece cannot be had"),
        help=_("The customer cannot send it, because it is built in or thrown away."),
    )
    preliminary_judgement: str | None = choice(
        _("Preliminary judgement"), EXAMINATIONS, help=_("From the photos.")
    )
    test_result: str | None = choice(
        _("Test of the piece"), EXAMINATIONS, help=_("Of the returned piece.")
    )
    joint_inspection: str | None = choice(
        _("Joint inspection"),
        EXAMINATIONS,
        help=_("With the customer, where the product is built in."),
    )
    final_judgement: str | None = choice(
        _("Final judgement"),
        JUDGEMENTS,
        help=_("Of the joint inspection, or else of the test."),
    )


class InvestigationOutcome(OutcomeModel):
    step: str = choice(_("Next step"), STEPS)
    department: str | None = choice(
        _("Department asked"), ASKED_DEPARTMENTS, default=None
    )
    ask_cause: bool = boolean(
        _("Ask for the cause"),
        help=_("Production and technical are asked for cause and countermeasure."),
        default=False,
    )
    due_days: int | None = integer(
        _("Answer within"),
        unit=_("working days"),
        help=_("Working days until the answer, or what was asked for, is expected."),
        default=None,
    )


INVESTIGATION_PATH = DecisionSpec(
    name="investigation_path",
    label=_("Investigation path"),
    help=_("What is looked at next about a complaint? (C9, C14)"),
    hit_policy="first",
    facts=InvestigationFacts,
    outcome=InvestigationOutcome,
)

REGISTRY.add(INVESTIGATION_PATH)
