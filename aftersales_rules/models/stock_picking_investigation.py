# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        # EXTENDS 'stock': the faulty piece may be among what came back (C9)
        result = super()._action_done()
        # sudo: warehouse staff need not be able to read complaints
        back = self.sudo().filtered(
            lambda picking: picking.state == "done" and picking.complaint_id
        )
        recalled = back.complaint_id.complaint_recall_ids.return_id
        complaints = (back - recalled).complaint_id
        if complaints:
            complaints._complaint_receive(piece=True)
        return result
