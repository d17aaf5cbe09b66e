# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesProjectAnswer(models.TransientModel):
    """Refuse or extend registrations, with a reason (O13).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.project.answer"
    _description = "Answer to a Project Registration"

    project_ids = fields.Many2many("aftersales.project", required=True)
    answer = fields.Selection(
        [("refuse", "Refuse"), ("extend", "Extend")], required=True, readonly=True
    )
    date_to = fields.Date("New Last Day")
    reason = fields.Text(required=True)

    def action_answer(self):
        self.ensure_one()
        if self.answer == "refuse":
            self.project_ids._refuse(self.reason)
        else:
            self.project_ids._extend(self.date_to, self.reason)
        return {"type": "ir.actions.act_window_close"}
