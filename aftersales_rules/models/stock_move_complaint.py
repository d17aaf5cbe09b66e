# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_complaint_returnable(self, lot=None):
        """What may still come back of a delivered move, in its own unit."""
        self.ensure_one()
        delivered = self.quantity
        back = self.returned_move_ids.filtered(lambda move: move.state != "cancel")
        if lot:
            lines = self.move_line_ids.filtered(lambda line: line.lot_id == lot)
            delivered = self.product_id.uom_id._compute_quantity(
                sum(lines.mapped("quantity_product_uom")), self.product_uom
            )
            # of a return that is open it is not sure yet which lot comes
            done = back.filtered(lambda move: move.state == "done")
            other = sum(
                line.quantity_product_uom
                for line in done.move_line_ids
                if line.lot_id != lot
            )
            delivered += self.product_id.uom_id._compute_quantity(
                other, self.product_uom
            )
        returned = sum(
            move.product_uom._compute_quantity(
                move.quantity if move.state == "done" else move.product_uom_qty,
                self.product_uom,
            )
            for move in back
        )
        return max(self.product_uom.round(delivered - returned), 0.0)
