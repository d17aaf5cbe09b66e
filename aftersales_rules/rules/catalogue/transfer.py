"""The transfer gate: may this one transfer leave? (O10, O11, O16)

Place in event → facts → decide → record → apply: fact and outcome models only.
Facts are gathered by ``stock.picking._get_transfer_facts``, each by the feature that
knows it; what a feature has nothing to say about stays unknown and matches no rule.

Judged is the last step of a delivery only, never a return, and only a transfer that
one of the features concerns.
"""

from datetime import date

from ..facts import (
    FIXED,
    Advice,
    FactModel,
    OutcomeModel,
    boolean,
    choice,
    date_fact,
    integer,
    text,
)
from ..i18n import _
from ..registry import REGISTRY, DecisionSpec
from .credit import EFFECTS

TRANSFER_CAUSES = {
    "suspended": _("Order suspended"),
    "address_change": _("New address not acknowledged"),
    "inspection": _("Final inspection missing"),
}
"""What a transfer may be held for; one hold per transfer and cause."""


class TransferFacts(FactModel):
    """What is known of a transfer that is to leave for a customer."""

    order_suspended: bool | None = boolean(
        _("Order suspended"),
        help=_("A change or cancellation of the order is registered and not settled."),
        advice=Advice(to={"no": _("settle the change of the order")}),
    )
    suspended_on: date | None = date_fact(_("Suspended on"), advice=FIXED)
    suspended_by: str | None = text(
        _("Asked for by"),
        help=_("Who asked for the change or cancellation."),
        advice=FIXED,
    )
    suspended_reason: str | None = text(_("Reason of the change"), advice=FIXED)
    address_change_open: bool | None = boolean(
        _("New address not acknowledged"),
        help=_("Nobody in the warehouse has acknowledged the new address yet."),
        advice=Advice(to={"no": _("have the warehouse acknowledge the new address")}),
    )
    address_before: str | None = text(_("Old address"), advice=FIXED)
    address_after: str | None = text(_("New address"), advice=FIXED)
    inspection_missing: bool | None = boolean(
        _("Final inspection missing"),
        help=_("A product that needs it has no recorded pass for its lot."),
        advice=Advice(to={"no": _("inspect the goods and record the pass")}),
    )
    uninspected_lots: int | None = integer(
        _("Lots without a pass"),
        unit=_("lots"),
        help=_("Lots, or quantities without a lot, that no inspection has passed."),
        advice=Advice(less=_("inspect %(distance)s")),
    )
    inspection_gaps: str | None = text(
        _("Goods without a pass"), help=_("Products and lots, by name."), advice=FIXED
    )


class TransferOutcome(OutcomeModel):
    """Hold for a cause, or release whatever the other rules say."""

    effect: str = choice(_("Effect"), EFFECTS)
    cause: str | None = choice(_("Cause"), TRANSFER_CAUSES, default=None)


TRANSFER_RELEASE = DecisionSpec(
    name="transfer_release",
    label=_("Transfer release"),
    help=_(
        "May this transfer leave: order not suspended, address acknowledged, goods "
        "inspected? (O10, O11, O16)"
    ),
    hit_policy="collect",
    facts=TransferFacts,
    outcome=TransferOutcome,
    levels={"hold": "bad", "release": "good", "none": "good"},
)

REGISTRY.add(TRANSFER_RELEASE)
