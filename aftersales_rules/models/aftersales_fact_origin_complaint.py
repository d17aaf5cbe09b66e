# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is behind the facts of complaints, service costs and customer care (C, L)."""

from odoo import api, models

_WORDS = "description"
_GRADES = {
    "complaint_type": "complaint_type",
    "quality_related": "complaint_quality_related",
    "severity": "complaint_severity",
    "urgency": "complaint_urgency",
}
_TICKET = {
    "installed": "complaint_installed",
    "complaint_round": "complaint_round",
    "tier": "commercial_partner_id.customer_tier",
    "channel": "complaint_channel",
    "after_hours": "complaint_received_at",
}
_EXAMINED = {
    "misuse": "complaint_misuse",
    "installed": "complaint_installed",
    "final_judgement": "complaint_final_judgement",
    "test_result": "_of_examinations",
    "joint_inspection": "_of_examinations",
}
_ROUTING = {
    **_GRADES,
    "office_kind": "complaint_office_id.kind",
    **{name: _TICKET[name] for name in ("after_hours", "installed", "tier")},
    "complaint_round": "complaint_round",
}
_SOURCES = {
    "complaint_intake": {
        "channel": "complaint_channel",
        "category_is_complaints": "category_id",
        "from_customer": "complaint_channel",
        "customer_has_orders": "_of_customer_orders",
        "complaint_words": _WORDS,
        "demand_words": _WORDS,
        "defect_words": _WORDS,
        "words_found": _WORDS,
    },
    "complaint_type": {
        "channel": "complaint_channel",
        "category": "category_id",
        "quantity_words": _WORDS,
        "delivery_time_words": _WORDS,
        "transport_damage_words": _WORDS,
        "construction_words": _WORDS,
        "product_quality_words": _WORDS,
        "sales_service_words": _WORDS,
        "maintenance_service_words": _WORDS,
        "delivery_problem": "logistics_exception_ids.kind",
        "has_order": "aftersales_order_id",
        "has_product": "aftersales_product_id",
        "has_lot": "aftersales_lot_id",
        "installed": "complaint_installed",
        "product_profile": "aftersales_product_id.complaint_profile",
        "complaint_round": "complaint_round",
    },
    "complaint_severity": {
        "complaint_type": "complaint_type",
        "quality_related": "complaint_quality_related",
        "compensation_asked": "complaint_compensation_asked",
        "safety": "complaint_safety",
        "damage_amount": "complaint_damage_amount",
        "unsolvable": "complaint_unsolvable",
        "strong_feeling": "complaint_strong_feeling",
        "compensation_words": _WORDS,
        "safety_words": _WORDS,
        "publicity_words": _WORDS,
        "installed": "complaint_installed",
        "product_profile": "aftersales_product_id.complaint_profile",
        "tier": "commercial_partner_id.customer_tier",
        "order_kind": "aftersales_order_id.order_kind",
        "order_amount": "aftersales_order_id.amount_total",
        "delivery_severity": "logistics_exception_ids.severity",
        "complaint_round": "complaint_round",
    },
    "complaint_urgency": {
        "complaint_type": "complaint_type",
        "severity": "complaint_severity",
        "rating": "complaint_urgency_rating",
        "after_hours": "complaint_received_at",
        "safety": "complaint_safety",
        "urgent_words": _WORDS,
        "safety_words": _WORDS,
        "installed": "complaint_installed",
        "tier": "commercial_partner_id.customer_tier",
    },
    "complaint_routing": _ROUTING,
    "complaint_escalation": _ROUTING,
    "complaint_deadline": {
        **_GRADES,
        "said_to_wait": "complaint_urgency_rating",
        "strict_product": "aftersales_product_id.complaint_profile",
        "visit_needed": "complaint_visit_needed",
        "after_hours": "complaint_received_at",
        "channel": "complaint_channel",
        "tier": "commercial_partner_id.customer_tier",
        "complaint_round": "complaint_round",
    },
    "investigation_path": {
        "complaint_type": "complaint_type",
        "quality_related": "complaint_quality_related",
        "severity": "complaint_severity",
        **_EXAMINED,
        "lot": "aftersales_lot_id",
        "stock_quantity": "_of_lot_stock",
        "stock_places": "_of_lot_stock",
        "stock_inspection": "_of_examinations",
        "delivered_quantity": "_of_lot_deliveries",
        "recall_open_quantity": "_of_lot_deliveries",
        "recalled": "complaint_recall_ids.quantity",
        "photos": "_of_photos",
        "evidence_asked": "complaint_photo_request_ids.state",
        "piece_returned": "complaint_picking_ids.state",
        "piece_unavailable": "complaint_piece_unavailable",
        "preliminary_judgement": "_of_examinations",
    },
    "solution_approval": {
        "complaint_type": "complaint_id.complaint_type",
        "severity": "complaint_id.complaint_severity",
        "is_quality_related": "complaint_id.complaint_quality_related",
        "tier": "complaint_id.commercial_partner_id.customer_tier",
        "order_amount": "complaint_id.aftersales_order_id.amount_total",
        "damage_amount": "complaint_id.complaint_damage_amount",
        "compensation": "compensation_amount",
        "cost_estimate": "cost_estimate",
        "cost_so_far": "_of_solutions",
        "solution_round": "complaint_id.complaint_solution_ids.number",
        "complaint_round": "complaint_id.complaint_round",
    },
    "complaint_closing": {
        "complaint_type": "complaint_type",
        "severity": "complaint_severity",
        "is_refused": "complaint_state",
        "is_complete": "complaint_missing_html",
        "missing_steps": "complaint_missing_html",
    },
    "breakage_liability": {
        "product": "aftersales_product_id",
        "year": "complaint_breakage_date",
        "spontaneous": "complaint_spontaneous_breakage",
        "confirmed": "complaint_breakage_confirmed_at",
        "in_service": "_of_breakage",
        "failed": "_of_breakage",
        "rate": "_of_breakage",
        "agreed_limit": "_of_breakage_agreements",
    },
    "cost_liability": {
        "cost_type": "cost_type",
        "amount": "amount",
        "worked_by": "worked_by",
        "complaint_type": "complaint_id.complaint_type",
        "quality_related": "complaint_id.complaint_quality_related",
        "severity": "complaint_id.complaint_severity",
        "misuse": "complaint_id.complaint_misuse",
        "installed": "complaint_id.complaint_installed",
        "test_result": "_of_examinations",
        "joint_inspection": "_of_examinations",
        "final_judgement": "complaint_id.complaint_final_judgement",
        "breakage_liability": "complaint_id.complaint_breakage_liability",
        "fault_party": "complaint_id.complaint_fault_party",
        "dealer_known": "dealer_id",
        "dealer_result": "complaint_id.complaint_supervision_ids.result",
        "dealer_overdue_days": "complaint_id.complaint_supervision_ids.deadline",
        "carrier_known": "carrier_id",
        "sales_manager_known": "sales_manager_id",
        "negotiated": "complaint_id.complaint_negotiated_amount",
        "negotiated_amount": "complaint_id.complaint_negotiated_amount",
    },
    "customer_care": {
        "tier": "partner_id.customer_tier",
        "has_contact": "partner_id.aftersales_care_user_id",
        "dissatisfied": "contact_ids.satisfied",
    },
    "service_survey": {
        "tier": "partner_id.customer_tier",
        "has_email": "partner_id.email",
        "from_complaint": "complaint_id",
        "days_since_survey": "_of_surveys",
    },
}
_DOCUMENTS = {
    **dict.fromkeys(_SOURCES, ("helpdesk.ticket",)),
    "solution_approval": ("aftersales.complaint.solution",),
    "cost_liability": ("aftersales.cost",),
    "customer_care": ("aftersales.care.plan",),
    "service_survey": ("repair.order",),
}


class AftersalesFactOrigin(models.AbstractModel):
    _inherit = "aftersales.fact.origin"

    @api.model
    def _fact_sources(self):
        own = {decision: {**facts} for decision, facts in _SOURCES.items()}
        return {**super()._fact_sources(), **own}

    @api.model
    def _fact_documents(self):
        return {**super()._fact_documents(), **_DOCUMENTS}

    def _of_customer_orders(self, decision, ticket):
        customer = ticket.commercial_partner_id
        if not customer:
            return self._field(ticket, "partner_id")
        return self._search(
            "sale.order",
            [
                ("partner_id", "child_of", customer.id),
                ("company_id", "=", decision.company_id.id),
                ("state", "=", "sale"),
            ],
            self.env._("Orders of %(customer)s", customer=customer.display_name),
        )

    def _of_examinations(self, decision, document):
        """What departments were asked about the goods, and their answers."""
        is_complaint = document._name == "helpdesk.ticket"
        complaint = document if is_complaint else document.complaint_id
        return self._field(complaint, "complaint_inquiry_ids.fault_found")

    def _of_lot_stock(self, decision, complaint):
        lot = complaint.aftersales_lot_id
        if not lot:
            return self._field(complaint, "aftersales_lot_id")
        return self._search(
            "stock.quant",
            [
                ("lot_id", "=", lot.id),
                ("location_id.usage", "=", "internal"),
                ("company_id", "=", decision.company_id.id),
            ],
            self.env._("Stock of lot %(lot)s", lot=lot.name),
        )

    def _of_lot_deliveries(self, decision, complaint):
        lot = complaint.aftersales_lot_id
        if not lot:
            return self._field(complaint, "aftersales_lot_id")
        return self._search(
            "stock.move.line",
            [
                ("lot_id", "=", lot.id),
                ("company_id", "=", decision.company_id.id),
                ("state", "=", "done"),
                ("location_dest_id.usage", "=", "customer"),
                ("location_id.usage", "!=", "customer"),
            ],
            self.env._("Deliveries of lot %(lot)s", lot=lot.name),
        )

    def _of_photos(self, decision, complaint):
        return self._search(
            "ir.attachment",
            complaint._complaint_photo_domain(),
            self.env._("Photos of %(complaint)s", complaint=complaint.display_name),
        )

    def _of_solutions(self, decision, solution):
        """What was carried out already, earlier rounds of the complaint included."""
        complaint, rounds = solution.complaint_id, solution.complaint_id
        while complaint.complaint_origin_id - rounds:
            complaint = complaint.complaint_origin_id
            rounds |= complaint
        return self._records(
            rounds.complaint_solution_ids,
            self.env._(
                "Solutions of %(complaint)s",
                complaint=solution.complaint_id.display_name,
            ),
        )

    def _of_breakage(self, decision, complaint):
        product = complaint.aftersales_product_id
        if not product:
            return self._field(complaint, "aftersales_product_id")
        return self._search(
            "aftersales.breakage",
            [
                ("product_id", "=", product.id),
                ("partner_id", "=", complaint.commercial_partner_id.id),
                ("company_id", "=", decision.company_id.id),
            ],
            self.env._("Breakage of %(product)s", product=product.display_name),
        )

    def _of_breakage_agreements(self, decision, complaint):
        product = complaint.aftersales_product_id
        return self._search(
            "aftersales.breakage.agreement",
            [
                "|",
                ("product_tmpl_id", "=", product.product_tmpl_id.id),
                ("partner_id", "=", complaint.commercial_partner_id.id),
            ],
            self.env._(
                "Agreed breakage rates of %(product)s", product=product.display_name
            ),
        )

    def _of_surveys(self, decision, repair):
        customer = repair.partner_id.commercial_partner_id
        return self._search(
            "aftersales.care.contact",
            [
                ("kind", "=", "survey"),
                ("state", "!=", "cancelled"),
                ("company_id", "=", decision.company_id.id),
                ("partner_id", "=", customer.id),
            ],
            self.env._("Surveys of %(customer)s", customer=customer.display_name),
        )
