# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesComplaintNegotiate(models.TransientModel):
    """Enter what the customer has agreed to pay, with the document (C14)."""

    _name = "aftersales.complaint.negotiate"
    _description = "Negotiated Amount of a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    currency_id = fields.Many2one(related="complaint_id.company_id.currency_id")
    amount = fields.Monetary(required=True, help="What the customer pays.")
    agreed_on = fields.Date(required=True, default=fields.Date.context_today)
    agreed_with = fields.Char(required=True, help="Who agreed for the customer.")
    document_ids = fields.Many2many(
        "ir.attachment",
        string="Agreement",
        help="The signed agreement, or the e-mail in which the customer agrees.",
    )
    note = fields.Text()

    def action_negotiate(self):
        self.ensure_one()
        self.complaint_id._complaint_negotiate(
            self.amount, self.agreed_on, self.agreed_with, self.document_ids, self.note
        )
        return {"type": "ir.actions.act_window_close"}
