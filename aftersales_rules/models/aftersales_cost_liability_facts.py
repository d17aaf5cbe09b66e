# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the rules look at when they say who bears a service cost (L1–L7)."""

from decimal import Decimal

from odoo import models

from ..rules.catalogue.liability import LiabilityFacts

COMPLAINT_FACTS = {
    "partner_id",
    "complaint_type",
    "complaint_quality_related",
    "complaint_severity",
    "complaint_misuse",
    "complaint_installed",
    "complaint_final_judgement",
    "complaint_breakage_liability",
    "complaint_fault_party",
    "complaint_dealer_id",
    "complaint_carrier_id",
    "complaint_sales_manager_id",
    "complaint_negotiated_amount",
    "complaint_office_id",
    "aftersales_order_id",
    "aftersales_picking_id",
}
"""Fields of a complaint that decide who bears its costs."""

_EVENTS = {"changed", "classified", "inquiry_asked", "inquiry_answered", "reopened"}
"""What happens to a complaint that may change who bears its costs."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    def _complaint_changed(self, names):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_changed(names)
        if not COMPLAINT_FACTS.isdisjoint(names):
            self.env["aftersales.cost"]._queue_costs_of(self)
        return result

    def _complaint_happened(self, event, at=None):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_happened(event, at=at)
        if event in _EVENTS:
            self.env["aftersales.cost"]._queue_costs_of(self)
        return result

    def web_read(self, specification):
        # EXTENDS 'web': costs that were just entered on the complaint show who pays
        self.env["aftersales.cost"]._run_cost_queue()
        return super().web_read(specification)

    def _get_liability_facts(self):
        """What all costs of each of these complaints have in common, by complaint."""
        return {
            complaint: {
                "currency": complaint.company_id.currency_id.name,
                "complaint_type": complaint.complaint_type or None,
                "quality_related": complaint._is_quality_related(),
                "severity": complaint.complaint_severity or None,
                "misuse": complaint._complaint_is_misuse(),
                "installed": complaint.complaint_installed,
                "final_judgement": complaint.complaint_final_judgement or None,
                "breakage_liability": complaint.complaint_breakage_liability or None,
                "fault_party": complaint.complaint_fault_party or None,
                **complaint._get_examination_facts(),
                **complaint._get_negotiation_facts(),
            }
            for complaint in self
        }

    def _get_examination_facts(self):
        """The test of the piece and the joint inspection, as far as there are any."""
        found = self._complaint_get_examinations()
        names = ("test_result", "joint_inspection")
        return {name: found[name] for name in names if found.get(name)}

    def _get_negotiation_facts(self):
        currency = self.company_id.currency_id
        amount = self.complaint_negotiated_amount
        if currency.is_zero(amount):
            return {"negotiated": False}
        return {"negotiated": True, "negotiated_amount": _money(amount, currency)}


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    def _get_liability_facts(self):
        """Facts of each of these costs; the number of queries does not grow."""
        common = self.complaint_id._get_liability_facts()
        days = {
            company: company._aftersales_now().date() for company in self.company_id
        }
        return {
            cost: LiabilityFacts.of(
                cost_type=cost.cost_type or None,
                amount=_money(cost.company_amount, cost.company_id.currency_id),
                worked_by=cost.worked_by or None,
                carrier_known=bool(cost._cost_partner("carrier")),
                sales_manager_known=bool(cost._cost_partner("sales_manager")),
                **common[cost.complaint_id],
                **cost._get_dealer_facts(days[cost.company_id]),
            )
            for cost in self
        }

    def _get_dealer_facts(self, day):
        """Who would be charged as dealer, and what that dealer made of it (L3)."""
        dealer = self._cost_partner("dealer")
        supervisions = self.complaint_id.complaint_supervision_ids.filtered(
            lambda each: each.dealer_id.commercial_partner_id == dealer
        )
        facts = {"dealer_known": bool(dealer)}
        worst = supervisions._get_worst()
        if worst:
            facts["dealer_result"] = worst.result
        late = [
            (day - each.deadline).days for each in supervisions if each.result == "open"
        ]
        if late:
            facts["dealer_overdue_days"] = max(0, *late)
        return facts

    def _cost_partner(self, bearer):
        # EXTENDS 'aftersales_rules': whom the complaint names, or what it tells
        partner = super()._cost_partner(bearer)
        if partner or bearer not in ("dealer", "carrier", "sales_manager"):
            return partner
        complaint = self.sudo().complaint_id  # sudo: as above
        found = complaint[f"complaint_{bearer}_found_id"]
        if bearer == "sales_manager":
            return found.partner_id
        return found.commercial_partner_id


def _money(amount, currency):
    return Decimal(f"{amount or 0.0:.{currency.decimal_places}f}")
