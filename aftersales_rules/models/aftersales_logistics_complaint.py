# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AftersalesLogisticsException(models.Model):
    """A delivery problem that is handed on goes the way of every complaint (C2, C4)."""

    _inherit = "aftersales.logistics.exception"

    def action_make_complaint(self):
        is_new = not self.sudo().ticket_id
        result = super().action_make_complaint()
        if is_new:
            # sudo: who reports a problem need not work with complaints
            ticket = self.sudo().ticket_id
            # the rules on intake may have made it one before the problem was linked
            if ticket.is_complaint:
                ticket._complaint_happened("changed")
            else:
                ticket._complaint_make({"complaint_channel": "other"})
        return result
