# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock'
        # Everything that lets goods leave comes through here: one transfer, many,
        # a batch, a scanner.
        self.picking_id._check_not_held(self)
        return super()._action_done(cancel_backorder=cancel_backorder)

    def _filter_leaving_customer(self):
        """Moves that take sold goods out of the door.

        Not returns, and not the internal steps of a pick-pack-ship delivery.
        """
        return self.filtered(
            lambda move: move.location_dest_id.usage == "customer"
            and move.location_id.usage != "customer"
            and move.state not in ("done", "cancel")
            and move.sale_line_id
        )
