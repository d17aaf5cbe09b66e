# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock'
        done = super()._action_done(cancel_backorder=cancel_backorder)
        if done.sale_line_id:
            self.env["aftersales.fee.agreement"]._queue_delivered(done.sale_line_id)
        return done
