# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesComplaintApprove(models.TransientModel):
    """A manager's word beside a yes or a no to a solution (U7).

    What the client sends is a wish: who may decide is checked by the approval.
    """

    _name = "aftersales.complaint.approve"
    _description = "Answer to a Solution"

    approval_ids = fields.Many2many(
        "aftersales.complaint.approval",
        "aftersales_complaint_approve_rel",
        "wizard_id",
        "approval_id",
        required=True,
        readonly=True,
    )
    verdict = fields.Selection(
        [("approve", "Approve"), ("refuse", "Refuse")], required=True, readonly=True
    )
    answer = fields.Text(
        help="Kept with your name; whoever proposed the solution reads it."
    )

    def action_answer(self):
        self.ensure_one()
        if self.verdict == "approve":
            self.approval_ids.action_approve(self.answer)
        else:
            if not (self.answer or "").strip():
                raise UserError(
                    self.env._("Say why, so that a better proposal can be made.")
                )
            self.approval_ids.action_refuse(self.answer)
        return {"type": "ir.actions.act_window_close"}
