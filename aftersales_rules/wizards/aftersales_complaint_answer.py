# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..models.aftersales_complaint_verdict import VERDICTS


class AftersalesComplaintAnswer(models.TransientModel):
    """Accept, refuse or reopen a complaint, with a word (C8).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.complaint.answer"
    _description = "Accept or Refuse a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    note = fields.Text("How It Goes On")
    reason = fields.Text()

    def action_answer(self):
        self.ensure_one()
        if self.verdict == "accepted":
            self.complaint_id._accept_complaint(self.note)
        elif self.verdict == "refused":
            self.complaint_id._refuse_complaint(self.reason)
        else:
            self.complaint_id._reopen_complaint(self.reason)
        return {"type": "ir.actions.act_window_close"}
