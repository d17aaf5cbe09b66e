# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Registration: from a complaint at intake to a line in the register (C1).

How it works: what was said and not written is read back to the customer. Once
everything that registration needs is there, ``action_register`` gives the complaint
its number; until then the form lists what is missing.
"""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext, plaintext2html

from .aftersales_complaint import INTERNAL

WRITTEN = ("email", "fax", "letter", "portal")
"""Channels on which the customer's own words are there to be read."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_received_at = fields.Datetime(tracking=True)
    complaint_read_back_text = fields.Text(
        "Text Read Back",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="The words that the customer confirmed, as they were then.",
        prefetch="complaint",
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
        return super()._get_complaint_follows() | {"complaint_read_back_text"}

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
