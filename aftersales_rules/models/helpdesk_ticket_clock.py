# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

_BY_PEOPLE = ("comment", "email_outgoing")
"""Kinds of messages that somebody wrote; acknowledgements by the system are none."""


class HelpdeskTicket(models.Model):
    """What OCA's tickets tell the clocks of a complaint: messages and stages (C7)."""

    _inherit = "helpdesk.ticket"

    def write(self, vals):
        stages = {ticket: ticket.stage_id for ticket in self if "stage_id" in vals}
        result = super().write(vals)
        # sudo: whether it is a complaint; also who may not know is judged by it
        moved = self.filtered(
            lambda ticket: ticket in stages
            and stages[ticket] != ticket.stage_id
            and ticket.sudo().is_complaint
        )
        if moved:
            moved._complaint_stage_reached()
        return result

    def _complaint_stage_reached(self):
        """A stage may count as something that happened."""
        for stage, tickets in self.grouped("stage_id").items():
            event = stage.sudo().complaint_event  # sudo: how stages are set up
            if not event:
                continue
            # sudo: clocks follow from the stage, whoever moves the ticket
            running = tickets.sudo().complaint_clock_ids._filter_open()
            tickets._complaint_happened(event)
            for ticket in tickets:
                running._note_stop(ticket.sudo(), stage_id=stage.id)

    def _message_post_after_hook(self, message, msg_vals):
        # EXTENDS 'mail'
        result = super()._message_post_after_hook(message, msg_vals)
        # sudo: as in write
        if len(self) == 1 and self.sudo().is_complaint:
            self._complaint_message_posted(message.sudo())
        return result

    def _complaint_message_posted(self, message):
        """A message to the customer is a contact; one from the customer an answer."""
        complaint = self.sudo()  # sudo: who the customer is, and its clocks
        customer = complaint.partner_id.commercial_partner_id
        author = message.author_id
        if customer and author.commercial_partner_id == customer:
            if complaint.complaint_waiting_at:
                self._complaint_happened("resumed")
            return
        if (
            message.message_type not in _BY_PEOPLE
            or not author.user_ids.filtered(lambda user: not user.share)
            or not self._is_complaint_message_to_customer(message, customer)
        ):
            return
        running = complaint.complaint_clock_ids._filter_open()
        self._complaint_happened("contacted", message.date)
        running._note_stop(complaint, message_id=message.id)

    def _is_complaint_message_to_customer(self, message, customer):
        complaint = self.sudo()  # sudo: as above
        if complaint.partner_email and complaint.partner_email in (
            message.outgoing_email_to or ""
        ):
            return True
        recipients = message.partner_ids
        if not message.is_internal and not message.subtype_id.internal:
            subtype = message.subtype_id
            recipients |= complaint.message_follower_ids.filtered(
                lambda follower: subtype in follower.subtype_ids
            ).partner_id
        return bool(customer) and customer in recipients.commercial_partner_id
