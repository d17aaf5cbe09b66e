# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesComplaintForward(models.TransientModel):
    """Forward a complaint by hand, with a reason (C5).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.complaint.forward"
    _description = "Forward a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    company_id = fields.Many2one(related="complaint_id.company_id")
    department_id = fields.Many2one(
        "aftersales.department",
        required=True,
        domain="[('company_id', '=', company_id)]",
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Empty: the manager of the department, or who stands in today.",
    )
    reason = fields.Text(required=True)

    def action_forward(self):
        self.ensure_one()
        self.complaint_id._forward_complaint(
            self.department_id, self.user_id, self.reason
        )
        return {"type": "ir.actions.act_window_close"}
