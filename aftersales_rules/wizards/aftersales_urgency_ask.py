# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AftersalesUrgencyAsk(models.TransientModel):
    """Ask for urgency on an order, with the reason and the wanted day (O9)."""

    _name = "aftersales.urgency.ask"
    _description = "Ask for Urgency"

    order_id = fields.Many2one("sale.order", required=True)
    motive = fields.Text(
        string="Why", required=True, help="The supervisor reads it; it is kept."
    )
    wanted_date = fields.Date(
        required=True, help="The day on which the customer wants the goods."
    )
    earliest_date = fields.Date(compute="_compute_earliest")
    earliest_note = fields.Text(compute="_compute_earliest")

    @api.depends("order_id")
    def _compute_earliest(self):
        for wizard in self:
            wizard.earliest_date = wizard.order_id.earliest_date
            wizard.earliest_note = wizard.order_id.earliest_note

    def action_ask(self):
        self.ensure_one()
        self.order_id._request_urgency(self.motive, self.wanted_date)
        return {"type": "ir.actions.act_window_close"}
