# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Contacts with the customer stop clocks, waiting pauses them (C7, C9)."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import COMPLAINT_READER, ENDED


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_contact_ids = fields.One2many(
        "aftersales.complaint.contact",
        "complaint_id",
        "Contacts",
        readonly=True,
        groups=COMPLAINT_READER,
    )
    complaint_waiting_at = fields.Datetime(
        "Waiting Since",
        readonly=True,
        copy=False,
        groups=COMPLAINT_READER,
        help="Since when we wait for the customer.",
        prefetch="complaint",
    )
    complaint_waiting_for = fields.Char(
        "Waiting for",
        readonly=True,
        copy=False,
        groups=COMPLAINT_READER,
        prefetch="complaint",
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_contact_ids",
            "complaint_waiting_at",
            "complaint_waiting_for",
        }

    # ------------------------------------------------------------------- waiting

    def _complaint_pause_clocks(self, at):
        for complaint in self:
            if not complaint.complaint_waiting_at:
                complaint.complaint_waiting_at = at
        for reason, same in self.grouped("complaint_waiting_for").items():
            same.complaint_clock_ids._pause(at, reason)

    def _complaint_resume_clocks(self, at):
        waiting = self.filtered("complaint_waiting_at")
        if waiting:
            waiting.write(
                {"complaint_waiting_at": False, "complaint_waiting_for": False}
            )
            waiting.complaint_clock_ids._resume(at)

    # ------------------------------------------------------------------- actions

    def action_log_contact(self):
        """Ask what was spoken with the customer, or seen on site (C7)."""
        self.ensure_one()
        self._check_complaint()
        return self._complaint_open_wizard(
            "aftersales.complaint.contact.log", self.env._("Log a Contact")
        )

    def action_wait_for_customer(self):
        """Ask what we wait for; clocks that may stand still do so."""
        self.ensure_one()
        self._check_complaint()
        return self._complaint_open_wizard(
            "aftersales.complaint.wait", self.env._("Waiting for the Customer")
        )

    def _complaint_open_wizard(self, model, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def action_customer_answered(self):
        """The customer has answered; the clocks go on."""
        self._check_complaint()
        for complaint in self:
            if not complaint.complaint_waiting_at:
                raise UserError(
                    self.env._(
                        "%(complaint)s does not wait for the customer.",
                        complaint=complaint.display_name,
                    )
                )
        self._complaint_happened("resumed")
        return True

    def _complaint_wait(self, reason):
        """Wait for the customer from now on."""
        for complaint in self:
            if complaint.complaint_state in ENDED:
                raise UserError(
                    self.env._(
                        "%(complaint)s has ended; nothing waits any more.",
                        complaint=complaint.display_name,
                    )
                )
        # sudo: checked by whoever calls; this field is written here only
        self.sudo().complaint_waiting_for = reason
        self._complaint_happened("waiting")

    def _complaint_log_contact(self, kind, at, is_reached, note):
        """Keep a contact with the customer, and let it stop what it stops."""
        now = fields.Datetime.now()
        at = at or now
        if at > now + timedelta(minutes=1):
            raise UserError(
                self.env._("A contact that is still to come is not logged.")
            )
        # sudo: contacts are kept by this step only; who may is checked by its caller
        complaints = self.sudo()
        contacts = self.env["aftersales.complaint.contact"]._insert(
            [
                {
                    "complaint_id": complaint.id,
                    "kind": kind,
                    "contacted_at": at,
                    "is_reached": is_reached,
                    "note": note,
                    "user_id": self.env.uid,
                }
                for complaint in complaints
            ]
        )
        open_clocks = complaints.complaint_clock_ids._filter_open()
        if is_reached:
            self._complaint_happened("visited" if kind == "visit" else "contacted", at)
        for contact in contacts:
            open_clocks._note_stop(contact.complaint_id, contact_id=contact.id)
        return contacts
