"""Investigation of a complaint: what is looked at next (C9, C10, C14).

Place in event → facts → decide → record → apply: fact and outcome models only.
What gathers the facts is ``models/aftersales_complaint_investigation.py``; what the
rules say is ``data/packs/default_complaint_investigation.json``.

Quantities are in the unit of the product. Stock and deliveries are those of one lot in
one company; without a lot they are unknown, which is not the same as none.
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
        help=_("After-sales has ticked that the customer caused it."),
        advice=FIXED,
    )
    installed: bool | None = boolean(
        _("Already installed"),
        help=_("The product was built in when it failed."),
        advice=FIXED,
    )
    lot: str | None = text(
        _("Lot"), help=_("Lot or serial number of the goods."), advice=FIXED
    )
    stock_quantity: Decimal | None = quantity(
        _("Stock of the same lot"),
        help=_(
            "On hand in all internal locations of the company, without what came back "
            "for this complaint; unknown without a lot."
        ),
        advice=FIXED,
    )
    stock_places: int | None = integer(
        _("Places with stock"),
        help=_("Locations that hold stock of the lot."),
        advice=FIXED,
    )
    stock_inspection: str | None = choice(
        _("Inspection of the stock"),
        EXAMINATIONS,
        help=_("Whether the same fault was found in the stock of the lot."),
        advice=FIXED,
    )
    delivered_quantity: Decimal | None = quantity(
        _("Delivered of the same lot"),
        help=_("To all customers, returned goods not counted."),
        advice=FIXED,
    )
    recall_open_quantity: Decimal | None = quantity(
        _("Delivered and not on its way back"),
        help=_("Delivered of the lot, less what open return transfers bring back."),
        advice=FIXED,
    )
    recalled: bool | None = boolean(
        _("Recall started"),
        help=_("Somebody has decided what is taken back."),
        advice=Advice(to={"yes": _("start the recall")}),
    )
    photos: int | None = integer(
        _("Photos"),
        help=_("Pictures of the fault that came with the complaint."),
        advice=Advice(more=_("add photos: %(after)s altogether")),
    )
    evidence_asked: bool | None = boolean(
        _("Photos and piece asked for"),
        help=_("The customer was asked and has not sent everything yet."),
        advice=Advice(to={"yes": _("ask for photos and the faulty piece")}),
    )
    piece_returned: bool | None = boolean(
        _("Faulty piece is here"),
        help=_("Marked, or received with a return transfer."),
        advice=Advice(to={"yes": _("receive the faulty piece")}),
    )
    piece_unavailable: bool | None = boolean(
        _("Faulty piece cannot be had"),
        help=_("The customer cannot send it, because it is built in or thrown away."),
        advice=Advice(to={"yes": _("mark that the faulty piece cannot be had")}),
    )
    preliminary_judgement: str | None = choice(
        _("Preliminary judgement"),
        EXAMINATIONS,
        help=_("From the photos."),
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
    final_judgement: str | None = choice(
        _("Final judgement"),
        JUDGEMENTS,
        help=_("Of the joint inspection, or else of the test."),
        advice=FIXED,
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
