# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesUrgencyRequest(models.Model):
    """An order that is asked to go before others, and what was decided (O9)."""

    _name = "aftersales.urgency.request"
    _description = "Urgency Request"
    _inherit = ["aftersales.approval.request"]
    _activity_type = "aftersales_rules.mail_activity_urgency"

    wanted_date = fields.Date(
        readonly=True, help="The day on which the customer wants the goods."
    )
    earliest_date = fields.Date(
        readonly=True,
        help="The earliest day that production could make when it was asked.",
    )
    is_by_rule = fields.Boolean(
        string="Decided by Rule", readonly=True, help="Nobody had to decide."
    )

    def _after_decision(self):
        # sudo: what the supervisor decided is carried out on orders and transfers
        # that they need not be allowed to write
        for request in self.sudo():
            request.order_id._set_urgency(request.state)
