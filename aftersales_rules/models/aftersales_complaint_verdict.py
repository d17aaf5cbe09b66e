# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

VERDICTS = [
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("reopened", "Reopened"),
]


class AftersalesComplaintVerdict(models.Model):
    """A complaint was accepted, refused or reopened: by whom, and why (C8)."""

    _name = "aftersales.complaint.verdict"
    _inherit = ["aftersales.immutable"]
    _description = "Acceptance of a Complaint"
    _order = "id desc"
    _rec_name = "verdict"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    note = fields.Text(
        readonly=True, help="How it proceeds, or why it is refused or reopened."
    )
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, ondelete="restrict"
    )
    done_at = fields.Datetime("On", required=True, readonly=True)
    customer_told = fields.Selection(
        [("email", "By e-mail"), ("call", "To be called")],
        "Customer Told",
        readonly=True,
        help="How the customer learns of a refusal.",
    )
