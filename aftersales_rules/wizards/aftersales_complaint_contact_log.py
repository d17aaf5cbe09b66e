# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..models.aftersales_complaint_contact import CONTACT_KINDS


class AftersalesComplaintContactLog(models.TransientModel):
    """Log a contact with the customer: a call, a visit, an e-mail (C7)."""

    _name = "aftersales.complaint.contact.log"
    _description = "Log a Contact about a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    kind = fields.Selection(
        [item for item in CONTACT_KINDS if item[0] != "message"],
        required=True,
        default="call",
    )
    contacted_at = fields.Datetime(
        "When", required=True, default=lambda self: fields.Datetime.now()
    )
    is_reached = fields.Boolean(
        "Spoke with the Customer",
        default=True,
        help="Without this it was an attempt, and the time goes on.",
    )
    note = fields.Text("What Was Said", required=True)

    def action_log(self):
        """Keep it; the deadlines that it meets are stopped."""
        self.ensure_one()
        self.complaint_id._check_complaint()
        self.complaint_id._complaint_log_contact(
            self.kind, self.contacted_at, self.is_reached, self.note
        )
        return {"type": "ir.actions.act_window_close"}
