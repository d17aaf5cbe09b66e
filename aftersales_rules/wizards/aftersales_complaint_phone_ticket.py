# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize, plaintext2html

from ..models.aftersales_complaint import COMPLAINT_USER

TITLE_LENGTH = 80


class AftersalesComplaintPhone(models.TransientModel):
    """What was written during the call becomes a complaint (C1)."""

    _inherit = "aftersales.complaint.phone"

    def action_register(self):
        """Make the complaint and put it into the register."""
        ticket = self._make_complaint()
        ticket.action_register()
        return self._open(ticket)

    def action_save(self):
        """Make the complaint; it is registered later, from its form."""
        return self._open(self._make_complaint())

    def _open(self, ticket):
        return {
            "type": "ir.actions.act_window",
            "res_model": ticket._name,
            "res_id": ticket.id,
            "views": [(False, "form")],
            "name": self.env._("Complaint"),
        }

    def _make_complaint(self):
        self.ensure_one()
        if not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(self.env._("Only after-sales staff take in complaints."))
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "You do not work for %(company)s now.",
                    company=self.company_id.sudo().name,  # sudo: its name
                )
            )
        self._check_said()
        ticket = (
            self.env["helpdesk.ticket"]
            .with_company(self.company_id)
            .create(self._prepare_ticket_vals())
        )
        ticket._complaint_make()
        if self.is_read_back:
            ticket.action_confirm_read_back()
        return ticket

    def _check_said(self):
        """What a ticket cannot do without, all of it at once."""
        missing = []
        if not (self.text or "").strip():
            missing.append(self.env._("Write down what the customer says."))
        if not self.partner_id and not (self.contact_name or "").strip():
            missing.append(
                self.env._("Choose the customer, or enter the caller's name.")
            )
        if self.contact_email and not email_normalize(self.contact_email):
            missing.append(
                self.env._(
                    "“%(email)s” is no e-mail address.", email=self.contact_email
                )
            )
        if self.received_at and self.received_at > fields.Datetime.now():
            missing.append(self.env._("It cannot be received later than now."))
        if self.order_id and not self._get_order():
            missing.append(self.env._("The order belongs to another company."))
        if self.number_hint:
            missing.append(
                self.env._(
                    "%(hint)s Correct the number, or write it into the text.",
                    hint=self.number_hint,
                )
            )
        if missing:
            raise UserError("\n".join(missing))

    def _prepare_ticket_vals(self):
        """Values of the ticket; topics that ask more on the phone extend this."""
        text = self.text.strip()
        title = (self.title or "").strip() or text.splitlines()[0]
        if len(title) > TITLE_LENGTH:
            title = title[: TITLE_LENGTH - 1].rstrip() + "…"
        ticket = self.env["helpdesk.ticket"]
        return {
            "name": title,
            "description": plaintext2html(text),
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "partner_name": self.contact_name or self.partner_id.name,
            "partner_email": self.contact_email or False,
            "channel_id": ticket._get_helpdesk_channel(self.channel).id,
            "complaint_channel": self.channel,
            "complaint_received_at": self.received_at,
            "complaint_contact_name": self.contact_name,
            "complaint_contact_phone": self.contact_phone,
            "aftersales_order_id": self.order_id.id,
            "complaint_invoice_id": self._find_invoice().id,
            "aftersales_product_id": self.product_id.id,
            "aftersales_lot_id": self._find_lot().id,
            "complaint_plate": self.plate,
            "complaint_quantity": self.quantity,
            "complaint_compensation_asked": self.compensation_asked,
            "complaint_safety": self.safety,
            "complaint_strong_feeling": self.strong_feeling,
            "complaint_unsolvable": self.unsolvable,
            "complaint_installed": self.installed,
            "complaint_visit_needed": self.visit_needed,
            "complaint_damage_amount": self.damage_amount,
        }
