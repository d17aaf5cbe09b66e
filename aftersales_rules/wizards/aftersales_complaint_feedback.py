# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.aftersales_complaint_feedback import HOW


class AftersalesComplaintFeedback(models.TransientModel):
    """Is the customer satisfied? Then marketing is told, else it starts again (C12).

    What may be done is checked by the complaint.
    """

    _name = "aftersales.complaint.feedback"
    _description = "Feedback of a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    is_satisfied = fields.Selection(
        [("yes", "Yes"), ("no", "No")], "The Customer Is Satisfied", required=True
    )
    how = fields.Selection(HOW, "Said by", required=True, default="phone")
    text = fields.Text(
        "Result",
        compute="_compute_text",
        store=True,
        readonly=False,
        precompute=True,
        help="What marketing reads and the register keeps.",
    )
    reason = fields.Text(
        "What Is Wrong", help="The next round of the complaint starts with it."
    )

    @api.depends("complaint_id")
    def _compute_text(self):
        for wizard in self:
            done = wizard.complaint_id.complaint_solution_ids.filtered(
                lambda solution: solution.state == "carried_out"
            )
            wizard.text = done[:1].proposal

    def action_send(self):
        self.ensure_one()
        complaint = self.complaint_id
        if self.is_satisfied == "yes":
            complaint._complaint_send_feedback(self.text, self.how)
            return {"type": "ir.actions.act_window_close"}
        if complaint.complaint_state not in ("followup", "closed"):
            complaint._check_complaint_settled()
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write what the customer is dissatisfied with."))
        following = complaint._complaint_dissatisfied(reason, self.how)
        return following._get_records_action(name=self.env._("Next Round"))
