# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AftersalesPromiseAsk(models.TransientModel):
    """Why a quotation may not go out, and the way to a supervisor's yes (O17)."""

    _name = "aftersales.promise.ask"
    _description = "Ask for a Supervisor's Yes"

    order_id = fields.Many2one("sale.order", required=True)
    # with the user's own rights: anybody may name any order in a wizard
    notice = fields.Html(related="order_id.promise_notice", related_sudo=False)
    promise_state = fields.Selection(
        related="order_id.promise_state", related_sudo=False
    )
    is_date = fields.Boolean(compute="_compute_is_date")
    earliest_date = fields.Date(related="order_id.earliest_date", related_sudo=False)
    motive = fields.Text(
        string="Why", help="Why this customer should have it; the supervisor reads it."
    )

    @api.depends("order_id")
    def _compute_is_date(self):
        for wizard in self:
            promised = wizard.order_id and wizard.order_id._get_promised_day()
            earliest = wizard.earliest_date
            wizard.is_date = bool(promised and earliest and promised < earliest)

    def action_ask(self):
        self.ensure_one()
        self.order_id._ask_promise(self.motive)
        return {"type": "ir.actions.act_window_close"}

    def action_take_earliest(self):
        """Promise the earliest date instead of asking for the other one."""
        self.ensure_one()
        self.order_id.action_take_earliest()
        return {"type": "ir.actions.act_window_close"}
