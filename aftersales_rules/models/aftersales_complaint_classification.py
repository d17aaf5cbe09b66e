# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What kind of complaint it is, how grave and how urgent, by rule (C2, C3, C6).

How it works: whatever is said of a complaint ends in ``_complaint_judge``, which asks
the decisions one after the other, as the answer of one is a fact of the next, then
routes and escalates. When that is asked is in ``aftersales_complaint_judging.py``.

Beside each value in force stands what the rules say, which goes on being asked when a
person has said otherwise (``aftersales_complaint_overruling.py``).
"""

from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.complaint import COMPLAINT_TYPES, SEVERITIES, URGENCIES
from ..rules.catalogue.complaint_classification import (
    COMPLAINT_SEVERITY,
    COMPLAINT_TYPE,
    COMPLAINT_URGENCY,
    ComplaintSeverityFacts,
    ComplaintTypeFacts,
    ComplaintUrgencyFacts,
)
from .aftersales_complaint import ENDED, INTERNAL

TYPE_TOPICS = (
    "quantity",
    "delivery_time",
    "transport_damage",
    "construction",
    "product_quality",
    "sales_service",
    "maintenance_service",
)
"""Topics of the keyword list that speak for a type; fact ``<topic>_words``."""

YES_NO = {True: "yes", False: "no"}


class Known(NamedTuple):
    """What is found out for all complaints at once, before they are judged."""

    words: dict
    after_hours: bool


class Subject(NamedTuple):
    """One thing that the rules say of a complaint and a person may overrule."""

    name: str
    spec: object
    outcome: str

    @property
    def field(self):
        """What is in force."""
        return "complaint_quality_related" if self.is_quality else self.in_force

    @property
    def is_quality(self):
        return self.name == "quality"

    @property
    def in_force(self):
        return f"complaint_{self.name}"

    @property
    def rule_field(self):
        return f"complaint_{self.name}_rule"

    @property
    def overrule_field(self):
        return f"complaint_{self.name}_overrule_id"

    @property
    def said_field(self):
        return f"complaint_{self.name}_said"

    @property
    def decision_field(self):
        return f"{self.spec.name}_decision_id"

    def value_of(self, outcome):
        value = outcome.get(self.outcome, False)
        return YES_NO.get(value) if self.is_quality and outcome else value


SUBJECTS = (
    Subject("type", COMPLAINT_TYPE, "complaint_type"),
    Subject("quality", COMPLAINT_TYPE, "quality_related"),
    Subject("severity", COMPLAINT_SEVERITY, "severity"),
    Subject("urgency", COMPLAINT_URGENCY, "urgency"),
)
"""In the order in which they are asked for."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_type_rule = fields.Selection(
        lambda self: self._complaint_selection(COMPLAINT_TYPES),
        "Type by Rule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_quality_rule = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Quality Related by Rule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_severity_rule = fields.Selection(
        lambda self: self._complaint_selection(SEVERITIES),
        "Severity by Rule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_urgency_rule = fields.Selection(
        lambda self: self._complaint_selection(URGENCIES),
        "Urgency by Rule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_type_decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_severity_decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_urgency_decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_major_since = fields.Datetime(
        "Major Since",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="The receipt, if it was major from the beginning; else when it became so. "
        "The time to hand it on counts from here.",
        prefetch="complaint",
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_major_since",
            *(subject.rule_field for subject in SUBJECTS),
            *(subject.decision_field for subject in SUBJECTS),
        }

    # ---------------------------------------------------------------- judging

    def _complaint_judge(self, event, at=None):
        """Ask the rules what these complaints are, and let follow what follows.

        No query depends on the number of complaints.

        :param at: when what we are asked for happened, naive in UTC; now if left out
        """
        # sudo: complaints are judged by what is known, whoever says it; the order and
        # the customer's tier are not everybody's to read
        complaints = self.sudo().filtered(
            lambda complaint: complaint.is_complaint
            and complaint.complaint_state not in ENDED
        )
        complaints._forget_complaint_queued()
        if not complaints:
            return
        changed = complaints._complaint_classify(event)
        if changed:
            changed._complaint_happened("classified", at)
        complaints._complaint_follow_up(event, at)

    def _complaint_follow_up(self, event, at=None):
        """What is decided once it is known what the complaints are; extended."""

    def _complaint_classify(self, event):
        """Ask type, severity and urgency; give the values in force.

        :return: complaints of which a value in force changed
        """
        known = self._get_complaint_known()
        before = {complaint: complaint._get_complaint_values() for complaint in self}
        for spec, prepare in (
            (COMPLAINT_TYPE, self._prepare_type_facts),
            (COMPLAINT_SEVERITY, self._prepare_severity_facts),
            (COMPLAINT_URGENCY, self._prepare_urgency_facts),
        ):
            subjects = [subject for subject in SUBJECTS if subject.spec == spec]
            answers = self.env["aftersales.gate"]._ask(
                spec,
                [
                    (
                        complaint,
                        prepare(complaint, known[complaint.id]),
                        complaint[subjects[0].decision_field],
                    )
                    for complaint in self
                ],
                _EVENT_NAMES.get(event, "complaint"),
                subjects[0].outcome,
            )
            for answer in answers:
                answer.subject._take_complaint_answer(answer, subjects)
        changed = self.filtered(
            lambda complaint: complaint._get_complaint_values() != before[complaint]
        )
        for complaint in changed:
            complaint._note_major(before[complaint])
        return changed

    def _take_complaint_answer(self, answer, subjects):
        """Keep what the rules say; it is in force unless a person says otherwise."""
        outcome = answer.decision.outcome or {}
        vals = {subjects[0].decision_field: answer.record.id}
        for subject in subjects:
            vals[subject.rule_field] = subject.value_of(outcome)
            if answer.outcome and not self[subject.overrule_field]:
                vals[subject.field] = subject.value_of(outcome)
        fresh = {
            name: value
            for name, value in vals.items()
            if (self[name].id if name.endswith("_id") else self[name]) != value
        }
        if fresh:
            self.write(fresh)

    def _get_complaint_values(self):
        return tuple(self[subject.field] for subject in SUBJECTS)

    def _note_major(self, before):
        """Since when it is major; what was less before counts from now on."""
        severity = before[SUBJECTS.index(_SEVERITY)]
        if severity == self.complaint_severity:
            return
        since = False
        if self.complaint_severity == "major":
            since = severity and fields.Datetime.now() or self.complaint_received_at
        self.complaint_major_since = since

    # ------------------------------------------------------------------ facts

    def _get_complaint_known(self):
        """Words and working hours; no query depends on the number of complaints.

        :rtype: dict[int, Known]
        """
        words = self._get_complaint_words()
        resting = {
            company: not company._is_aftersales_working() for company in self.company_id
        }
        return {
            complaint.id: Known(words[complaint.id], resting[complaint.company_id])
            for complaint in self
        }

    def _get_complaint_words(self):
        """Words of the keyword list found in each complaint, by topic.

        :rtype: dict[int, dict[str, str]]
        """
        words = {}
        for company, complaints in self.grouped("company_id").items():
            texts = [
                (complaint.name, complaint.description) for complaint in complaints
            ]
            found = self.env["aftersales.keyword"]._find(company, texts)
            for complaint, topics in zip(complaints, found, strict=True):
                words[complaint.id] = {
                    topic: ", ".join(each) for topic, each in topics.items() if each
                }
        return words

    def _get_delivery_problem(self):
        """The delivery problem that became this complaint; maybe empty."""
        return self.logistics_exception_ids[:1]

    def _get_complaint_tier(self):
        partner = self.commercial_partner_id.with_company(self.company_id)
        return partner.customer_tier or None

    def _prepare_type_facts(self, complaint, known):
        return ComplaintTypeFacts.of(
            channel=complaint.complaint_channel or None,
            category=complaint.category_id.name or None,
            **{f"{topic}_words": known.words.get(topic) for topic in TYPE_TOPICS},
            delivery_problem=complaint._get_delivery_problem().kind or None,
            has_order=bool(complaint.aftersales_order_id),
            has_product=bool(complaint.aftersales_product_id),
            has_lot=bool(complaint.aftersales_lot_id),
            installed=complaint.complaint_installed,
            product_profile=complaint._get_complaint_profile(),
            complaint_round=complaint.complaint_round,
        )

    def _prepare_severity_facts(self, complaint, known):
        order = complaint.aftersales_order_id
        currency = complaint.company_id.currency_id
        return ComplaintSeverityFacts.of(
            currency=currency.name,
            complaint_type=complaint.complaint_type or None,
            quality_related=complaint._is_quality_related(),
            compensation_asked=complaint.complaint_compensation_asked,
            safety=complaint.complaint_safety,
            damage_amount=_money(complaint.complaint_damage_amount, currency)
            if complaint.complaint_damage_amount
            else None,
            unsolvable=complaint.complaint_unsolvable,
            strong_feeling=complaint.complaint_strong_feeling,
            compensation_words=known.words.get("compensation"),
            safety_words=known.words.get("safety"),
            publicity_words=known.words.get("publicity"),
            installed=complaint.complaint_installed,
            product_profile=complaint._get_complaint_profile(),
            tier=complaint._get_complaint_tier(),
            order_kind=order and (order.order_kind or "standard") or None,
            order_amount=_money(order._get_amount_company_currency(), currency)
            if order
            else None,
            delivery_severity=complaint._get_delivery_problem().severity or None,
            complaint_round=complaint.complaint_round,
        )

    def _prepare_urgency_facts(self, complaint, known):
        return ComplaintUrgencyFacts.of(
            complaint_type=complaint.complaint_type or None,
            severity=complaint.complaint_severity or None,
            rating=complaint.complaint_urgency_rating or None,
            after_hours=known.after_hours,
            safety=complaint.complaint_safety,
            urgent_words=known.words.get("urgent"),
            safety_words=known.words.get("safety"),
            installed=complaint.complaint_installed,
            tier=complaint._get_complaint_tier(),
        )

    def _is_quality_related(self):
        """True, False, or None as long as nobody and no rule has said so."""
        return {"yes": True, "no": False}.get(self.complaint_quality_related)

    def _get_complaint_profile(self):
        """How strictly complaints about the product are handled (C7)."""
        return self.aftersales_product_id.complaint_profile or "standard"

    # ------------------------------------------------------------------- why

    def _action_complaint_why(self, decision):
        """Open one decision about this complaint, with its explanation (R4)."""
        self.ensure_one()
        self.check_access("read")
        if not decision:
            raise UserError(
                self.env._(
                    "No rule has looked at %(name)s yet.", name=self.display_name
                )
            )
        return decision.with_env(self.env)._action_explain()

    def action_why_complaint_type(self):
        return self._action_complaint_why(self.complaint_type_decision_id)

    def action_why_complaint_severity(self):
        return self._action_complaint_why(self.complaint_severity_decision_id)

    def action_why_complaint_urgency(self):
        return self._action_complaint_why(self.complaint_urgency_decision_id)


_SEVERITY = next(subject for subject in SUBJECTS if subject.name == "severity")
_EVENT_NAMES = {"made": "intake", "registered": "register"}
"""How the decision calls what happened."""


def _money(amount, currency):
    return Decimal(f"{amount or 0.0:.{currency.decimal_places}f}")
