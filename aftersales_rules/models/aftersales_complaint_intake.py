# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Intake: a ticket becomes a complaint with one click, or by rule (C1).

How it works: when a ticket is created, the rules (decision ``complaint_intake``) say
from its channel, category and words whether it is a complaint. What happens to it then
is in ``aftersales_complaint_registration.py``.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules.catalogue.complaint_intake import COMPLAINT_INTAKE, ComplaintIntakeFacts
from .aftersales_complaint import INTERNAL

FROM_CUSTOMER = ("email", "portal")
"""Channels on which the ticket is made of what the customer wrote."""

_DEMANDS = ("compensation", "safety", "publicity")
_DEFECTS = (
    "quantity",
    "delivery_time",
    "transport_damage",
    "construction",
    "product_quality",
    "sales_service",
    "maintenance_service",
)


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_intake_decision_id = fields.Many2one(
        "aftersales.decision",
        "Decision on Intake",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        index="btree_not_null",
        prefetch="complaint",
    )
    complaint_intake_hint = fields.Text(
        "Looks like a Complaint",
        compute="_compute_complaint_intake_hint",
        groups=INTERNAL,
        help="Why the rules would make it a complaint, or did.",
    )

    @api.model
    def _get_complaint_follows(self):
        # EXTENDS aftersales.complaint
        return super()._get_complaint_follows() | {"complaint_intake_decision_id"}

    # ------------------------------------------------------------- by rule

    def _complaint_take_in(self):
        """Let the rules say which of these new tickets are complaints (C1)."""
        # sudo: every ticket is judged, whoever creates it; portal users among them
        tickets = self.sudo()._filter_complaint_intake()
        if not tickets:
            return
        facts = tickets._complaint_gather_intake()
        answers = self.env["aftersales.gate"]._ask(
            COMPLAINT_INTAKE,
            [
                (ticket, facts[ticket.id], ticket.complaint_intake_decision_id)
                for ticket in tickets
            ],
            "intake",
            result="kind",
            ordinary="ticket",
        )
        made = tickets.browse()
        for answer in answers:
            if answer.is_news:
                answer.subject.complaint_intake_decision_id = answer.record
            if answer.outcome.get("kind") == "complaint":
                made |= answer.subject
        made._complaint_make()

    def _filter_complaint_intake(self):
        """New tickets that the rules are asked about; a helpdesk leaves out its own."""
        return self.filtered(
            lambda ticket: not ticket.is_complaint
            and ticket.company_id._aftersales_mode(COMPLAINT_INTAKE.name) != "off"
        )

    def _complaint_gather_intake(self):
        """Facts of new tickets, in a constant number of queries.

        :rtype: dict[int, ComplaintIntakeFacts]
        """
        found = {}
        for company in self.company_id:
            tickets = self.filtered(
                lambda ticket, own=company: ticket.company_id == own
            )
            texts = [(ticket.name, ticket.description) for ticket in tickets]
            words = self.env["aftersales.keyword"]._find(company, texts)
            found.update(zip(tickets.ids, words, strict=True))
        buyers = self._complaint_find_buyers()
        return {
            ticket.id: ticket._prepare_intake_facts(
                found[ticket.id],
                (ticket.commercial_partner_id.id, ticket.company_id.id) in buyers,
            )
            for ticket in self
        }

    def _complaint_find_buyers(self):
        """Customers to whom a company sold: (commercial partner id, company id)."""
        self.env["sale.order"].flush_model(["partner_id", "company_id", "state"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        # whether there is one, without counting the orders of years
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT customer, company
                      FROM unnest(%s::int[]) customer, unnest(%s::int[]) company
                     WHERE EXISTS (SELECT FROM sale_order o
                                     JOIN res_partner p ON p.id = o.partner_id
                                    WHERE p.commercial_partner_id = customer
                                      AND o.company_id = company
                                      AND o.state = 'sale')
                    """,
                    self.commercial_partner_id.ids,
                    self.company_id.ids,
                )
            )
        )

    def _prepare_intake_facts(self, words, is_buyer):
        self.ensure_one()
        channel = self.complaint_channel or self._complaint_guess_channel()
        listed = dict.fromkeys(word for topic in words.values() for word in topic)
        return ComplaintIntakeFacts.of(
            channel=channel or None,
            category_is_complaints=self._has_complaint_category(),
            from_customer=channel in FROM_CUSTOMER,
            customer_has_orders=is_buyer,
            complaint_words=len(words.get("complaint", ())),
            demand_words=sum(len(words.get(topic, ())) for topic in _DEMANDS),
            defect_words=sum(len(words.get(topic, ())) for topic in _DEFECTS),
            words_found=", ".join(listed)[:200] or None,
        )

    def _complaint_guess_channel(self):
        """The channel that the helpdesk itself noted, if any (extend)."""
        return False

    def _has_complaint_category(self):
        """Whether the helpdesk filed it among complaints (extend)."""
        return False

    @api.depends("complaint_intake_decision_id", "is_complaint")
    @api.depends_context("lang")
    def _compute_complaint_intake_hint(self):
        for ticket in self:
            # sudo: whoever may read the ticket may read why it is, or looks like one
            decision = ticket.sudo().complaint_intake_decision_id
            says = decision.result == "complaint"
            ticket.complaint_intake_hint = says and decision.reason_display

    def _complaint_make(self, vals=None):
        # EXTENDS aftersales.complaint: how it came in is known from the ticket
        for ticket in self.sudo():  # sudo: as for the other fields of this step
            if not ticket.is_complaint and not ticket.complaint_channel:
                ticket.complaint_channel = ticket._complaint_guess_channel()
        return super()._complaint_make(vals)
