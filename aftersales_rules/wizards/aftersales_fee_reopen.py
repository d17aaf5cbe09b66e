# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesFeeReopen(models.TransientModel):
    """Let a fee agreement run again, with a reason (O14).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.fee.reopen"
    _description = "Reopen a Fee Agreement"

    agreement_id = fields.Many2one(
        "aftersales.fee.agreement", required=True, readonly=True
    )
    date_to = fields.Date("New Last Day", help="Empty: as it was agreed.")
    reason = fields.Text(required=True)

    def action_reopen(self):
        self.ensure_one()
        self.agreement_id._reopen(self.reason, self.date_to)
        return {"type": "ir.actions.act_window_close"}
