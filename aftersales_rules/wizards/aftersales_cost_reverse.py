# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models


class AftersalesCostReverse(models.TransientModel):
    """Take a posting of service costs back, with date and reason (L8).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.cost.reverse"
    _description = "Reverse a Posting of Service Costs"

    posting_id = fields.Many2one(
        "aftersales.cost.posting", required=True, readonly=True
    )
    date = fields.Date("Booked on", required=True, default=fields.Date.context_today)
    reason = fields.Text(required=True)
    whole = fields.Boolean("The whole posting", default=True)
    standing_move_ids = fields.Many2many(
        "account.move", compute="_compute_standing_move_ids"
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Only These Documents",
        compute="_compute_move_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', standing_move_ids)]",
    )

    @api.depends("posting_id")
    def _compute_standing_move_ids(self):
        for wizard in self:
            wizard.standing_move_ids = wizard.posting_id._get_standing().move_id

    @api.depends("whole")
    def _compute_move_ids(self):
        for wizard in self:
            if wizard.whole:
                wizard.move_ids = [Command.clear()]

    def action_reverse(self):
        """Reverse; the posting behind the dialog shows its reversals."""
        self.ensure_one()
        moves = None if self.whole else self.move_ids
        self.posting_id._reverse(self.reason, self.date, moves)
        return {"type": "ir.actions.act_window_close"}
