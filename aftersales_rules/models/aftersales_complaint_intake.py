# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Intake: from a ticket that came in to a line in the complaint register (C1).

How it works: a ticket becomes a complaint with one click, or because the rules
(decision ``complaint_intake``) say so from its channel, category and words when it is
created. The complaint is registered by ``action_register`` once everything that
registration needs is there; what was said and not written is read back to the customer
before that.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext, plaintext2html

from ..rules.catalogue.complaint_intake import COMPLAINT_INTAKE, ComplaintIntakeFacts
from .aftersales_complaint import INTERNAL

WRITTEN = ("email", "fax", "letter", "portal")
"""Channels on which the customer's own words are there to be read."""
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

    complaint_received_at = fields.Datetime(tracking=True)
    complaint_read_back_text = fields.Text(
        "Text Read Back",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="The words that the customer confirmed, as they were then.",
    )
    complaint_read_back_state = fields.Selection(
        [
            ("needed", "To be read back"),
            ("changed", "Changed since it was read back"),
            ("confirmed", "Confirmed by the customer"),
            ("written", "Written by the customer"),
        ],
        compute="_compute_complaint_read_back_state",
        groups=INTERNAL,
    )
    complaint_intake_decision_id = fields.Many2one(
        "aftersales.decision",
        "Decision on Intake",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        index="btree_not_null",
    )
    complaint_intake_hint = fields.Text(
        "Looks like a Complaint",
        compute="_compute_complaint_intake_hint",
        groups=INTERNAL,
        help="Why the rules would make it a complaint, or did.",
    )
    complaint_about = fields.Char(
        "About", compute="_compute_complaint_about", groups=INTERNAL
    )
    complaint_registration_todo = fields.Html(
        "Before It Is Registered",
        compute="_compute_complaint_registration_todo",
        sanitize=False,
        groups=INTERNAL,
    )

    @api.model
    def _get_complaint_follows(self):
        # EXTENDS aftersales.complaint
        return super()._get_complaint_follows() | {
            "complaint_read_back_text",
            "complaint_intake_decision_id",
        }

    @api.constrains("complaint_received_at")
    def _check_complaint_received_at(self):
        now = fields.Datetime.now()
        for complaint in self.sudo():  # sudo: a moment that the user has just written
            received = complaint.complaint_received_at
            if received and received > max(now, complaint.create_date or now):
                raise ValidationError(
                    self.env._(
                        "%(complaint)s cannot be received later than now.",
                        complaint=complaint.display_name,
                    )
                )

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
        groups = self.env["sale.order"]._read_group(
            [
                ("state", "=", "sale"),
                ("company_id", "in", self.company_id.ids),
                (
                    "partner_id.commercial_partner_id",
                    "in",
                    self.commercial_partner_id.ids,
                ),
            ],
            ["partner_id", "company_id"],
        )
        return {
            (partner.commercial_partner_id.id, company.id)
            for partner, company in groups
        }

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

    # ------------------------------------------------------- what it is about

    @api.depends(
        "aftersales_order_id",
        "complaint_invoice_id",
        "aftersales_picking_id",
        "aftersales_product_id",
        "aftersales_lot_id",
        "complaint_plate",
    )
    def _compute_complaint_about(self):
        for ticket in self:
            ticket.complaint_about = " · ".join(ticket._complaint_get_about()) or False

    def _complaint_get_about(self):
        """Names of what the complaint is about."""
        self.ensure_one()
        ticket = self.sudo()  # sudo: names of documents that the complaint names
        return [
            name
            for name in (
                ticket.aftersales_order_id.name,
                ticket.complaint_invoice_id.name,
                ticket.aftersales_picking_id.name,
                ticket.aftersales_product_id.display_name,
                ticket.aftersales_lot_id.name,
                ticket.complaint_plate,
            )
            if name
        ]

    def _complaint_get_text(self):
        """What the customer says, as it is read to them."""
        self.ensure_one()
        return html2plaintext(self.description or "").strip()

    # ------------------------------------------------------------- reading back

    @api.depends(
        "description",
        "complaint_channel",
        "complaint_read_back_at",
        "complaint_read_back_text",
    )
    def _compute_complaint_read_back_state(self):
        for ticket in self:
            ticket.complaint_read_back_state = ticket._complaint_get_read_back_state()

    def _complaint_get_read_back_state(self):
        self.ensure_one()
        if self.complaint_read_back_at:
            same = self.complaint_read_back_text == self._complaint_get_text()
            return "confirmed" if same else "changed"
        return "written" if self.complaint_channel in WRITTEN else "needed"

    def action_confirm_read_back(self):
        """The text was read to the customer, who confirmed it."""
        self._check_complaint()
        for complaint in self:
            text = complaint._complaint_get_text()
            if not text:
                raise UserError(
                    self.env._(
                        "%(complaint)s: there is nothing to read back yet. Write down "
                        "what the customer says first.",
                        complaint=complaint.display_name,
                    )
                )
            # sudo: written by this step only
            complaint.sudo().write(
                {
                    "complaint_read_back_at": fields.Datetime.now(),
                    "complaint_read_back_by_id": self.env.uid,
                    "complaint_read_back_text": text,
                }
            )
            complaint._message_log(
                body=Markup("%s<blockquote>%s</blockquote>")
                % (
                    self.env._("Read back to the customer and confirmed:"),
                    plaintext2html(text),
                )
            )
        return True

    # -------------------------------------------------------------- registering

    def _complaint_registration_missing(self):
        """What keeps one complaint out of the register; topics extend this.

        :return: (key, text) of each thing missing; the text says what to do
        """
        self.ensure_one()
        complaint = self.sudo()  # sudo: the customer's name, phone and address
        partner = complaint.partner_id
        said = complaint._complaint_get_text()
        read_back = complaint._complaint_get_read_back_state()
        checks = [
            (
                "customer",
                not partner and not complaint.complaint_contact_name,
                self.env._("Who complains: choose the customer or enter a name."),
            ),
            (
                "contact",
                not any(
                    (
                        complaint.complaint_contact_phone,
                        complaint.partner_email,
                        partner.phone,
                        partner.email,
                    )
                ),
                self.env._("How to reach them: enter a phone number or an e-mail."),
            ),
            (
                "channel",
                not complaint.complaint_channel,
                self.env._("How it came in: choose a channel."),
            ),
            (
                "about",
                not said and not complaint._complaint_get_about(),
                self.env._(
                    "What it is about: name the order, invoice, product, lot, plate "
                    "or equipment, or write down what the customer says."
                ),
            ),
            (
                "read_back",
                read_back == "needed",
                self.env._(
                    "Read the text back to the customer and press Read Back when it "
                    "is confirmed."
                ),
            ),
            (
                "read_back_again",
                read_back == "changed",
                self.env._(
                    "The text was changed since it was read back: read it to the "
                    "customer again."
                ),
            ),
        ]
        return [(key, text) for key, is_missing, text in checks if is_missing]

    @api.depends(
        "complaint_state",
        "partner_id",
        "partner_email",
        "description",
        "complaint_contact_name",
        "complaint_contact_phone",
        "complaint_channel",
        "complaint_about",
        "complaint_read_back_state",
    )
    @api.depends_context("lang")
    def _compute_complaint_registration_todo(self):
        for complaint in self:
            missing = (
                complaint._complaint_registration_missing()
                if complaint.complaint_state == "intake"
                else []
            )
            complaint.complaint_registration_todo = missing and Markup(
                "<ul class='mb-0 ps-3'>%s</ul>"
            ) % Markup("").join(Markup("<li>%s</li>") % text for _key, text in missing)

    def action_register(self):
        """Put complaints into the register: each gets its number (C1)."""
        self._check_complaint()
        fresh = self.filtered(lambda complaint: complaint.complaint_state == "intake")
        problems = []
        for complaint in fresh:
            missing = complaint._complaint_registration_missing()
            problems += [
                self.env._(
                    "%(complaint)s cannot be registered yet:",
                    complaint=complaint.display_name,
                ),
                *(f"- {text}" for _key, text in missing),
            ] * bool(missing)
        if problems:
            raise UserError("\n".join(problems))
        fresh._complaint_register()
        return True

    def _complaint_register(self):
        """Number, step and event of complaints at intake, whose checks were made."""
        # sudo: written by this step only
        self.sudo().write(
            {
                "complaint_registered_at": fields.Datetime.now(),
                "complaint_registered_by_id": self.env.uid,
            }
        )
        self._complaint_assign_numbers()
        self._complaint_set_state("registered")
        if self:
            self._complaint_happened("registered")
