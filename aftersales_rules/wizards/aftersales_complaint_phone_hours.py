# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules.catalogue.complaint import URGENCIES


class AftersalesComplaintPhone(models.TransientModel):
    """At night whoever takes the call asks whether it can wait (C6)."""

    _inherit = "aftersales.complaint.phone"

    is_after_hours = fields.Boolean(compute="_compute_is_after_hours")
    urgency_rating = fields.Selection(
        lambda self: self.env["helpdesk.ticket"]._complaint_selection(URGENCIES),
        "Can It Wait?",
        help="Urgent: the on-call leader is alerted at once. Not urgent: it waits for "
        "the next working hour.",
    )

    @api.depends("company_id", "received_at")
    def _compute_is_after_hours(self):
        for form in self:
            form.is_after_hours = not form.company_id._is_aftersales_working()

    def _make_complaint(self):
        ticket = super()._make_complaint()
        if self.urgency_rating:
            ticket._rate_complaint(self.urgency_rating)
        return ticket
