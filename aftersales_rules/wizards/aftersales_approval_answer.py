# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

_REQUESTS = [
    ("aftersales.urgency.request", "Urgency Request"),
    ("aftersales.promise.request", "Promise Request"),
]


class AftersalesApprovalAnswer(models.TransientModel):
    """A supervisor's word beside a yes or a no.

    What the client sends is a wish: who may decide is checked by the request.
    """

    _name = "aftersales.approval.answer"
    _description = "Answer a Request"

    res_model = fields.Selection(
        _REQUESTS, "Kind of Request", required=True, readonly=True
    )
    res_id = fields.Integer("Request ID", required=True, readonly=True)
    verdict = fields.Selection(
        [("approve", "Approve"), ("refuse", "Refuse")], required=True, readonly=True
    )
    answer = fields.Text(
        string="Reason", help="Kept with your name; the salesperson reads it."
    )

    def action_answer(self):
        self.ensure_one()
        request = self.env[self.res_model].browse(self.res_id).exists()
        if self.verdict == "approve":
            request.action_approve(self.answer)
        else:
            if not (self.answer or "").strip():
                raise UserError(self.env._("Say why, so that sales can act on it."))
            request.action_refuse(self.answer)
        return {"type": "ir.actions.act_window_close"}
