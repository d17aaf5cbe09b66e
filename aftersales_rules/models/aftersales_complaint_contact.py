# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

CONTACT_KINDS = [
    ("call", "Call"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("message", "Message"),
    ("other", "Other"),
]


class AftersalesComplaintContact(models.Model):
    """A contact with the customer about a complaint; stays as it was logged (C7)."""

    _name = "aftersales.complaint.contact"
    _inherit = "aftersales.immutable"
    _description = "Contact about a Complaint"
    _order = "contacted_at desc, id desc"

    complaint_id = fields.Many2one(
        "helpdesk.ticket", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(CONTACT_KINDS, required=True, readonly=True)
    contacted_at = fields.Datetime("When", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, ondelete="restrict"
    )
    is_reached = fields.Boolean("Reached", readonly=True)
    note = fields.Text("What Was Said", readonly=True)

    @api.depends("kind", "contacted_at", "user_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for contact in self:
            # sudo: the name of a colleague
            contact.display_name = (
                f"{kinds.get(contact.kind)}, {contact.user_id.sudo().name}"
            )
