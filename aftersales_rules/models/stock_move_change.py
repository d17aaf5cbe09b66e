# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Moves of suspended orders, and of their goods set apart (O10)."""

from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    suspended_move_id = fields.Many2one(
        "stock.move",
        string="Suspended Move",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The move of a suspended order whose goods this one sets apart or brings "
        "back.",
    )
    suspending_move_ids = fields.One2many(
        "stock.move", "suspended_move_id", readonly=True
    )

    def _get_suspending_warehouse(self):
        """The warehouse whose location of suspended orders the goods go to."""
        self.ensure_one()
        move = self.suspended_move_id or self
        return move.picking_type_id.warehouse_id or move.location_id.warehouse_id

    def _get_suspended_location(self):
        return self._get_suspending_warehouse()._get_suspended_location()

    def _get_origin_location(self, line):
        """Where goods waited before they were set apart.

        :param line: a `stock.move.line` that brings them back
        """
        self.ensure_one()
        apart = self._get_suspended_location()
        before = self.suspended_move_id.suspending_move_ids.filtered(
            lambda m: m.state != "cancel" and m.location_dest_id == apart
        ).move_line_ids.filtered(
            lambda other: (other.lot_id, other.package_id, other.owner_id)
            == (line.lot_id, line.package_id, line.owner_id)
        )
        return before[:1].location_id

    def _prepare_merge_moves_distinct_fields(self):
        # EXTENDS 'stock'
        return [*super()._prepare_merge_moves_distinct_fields(), "suspended_move_id"]

    def _filter_suspended(self):
        """Moves that deliver orders whose goods are kept back; no returns."""
        # sudo: warehouse staff need not be able to read orders
        moves = self.sudo()
        orders = moves.sale_line_id.order_id.filtered("suspension_id")
        orders = orders.filtered(lambda order: order._is_suspended())
        if not orders:
            return self.browse()
        suspended = moves.filtered(
            lambda move: move._get_sold_orders() & orders
            and not move.location_id._is_with_customer()
        )
        return self & suspended.with_env(self.env)

    def _action_assign(self, force_qty=False):
        # EXTENDS 'stock'
        # Nothing is reserved for a suspended order, whoever asks: a scheduler, a
        # picker, goods that arrive.
        moves = self - self._filter_suspended()
        return super(StockMove, moves)._action_assign(force_qty=force_qty)

    def _skip_push(self):
        # EXTENDS 'stock'
        # What comes back is delivered by the move that waits for it, not by a new one.
        return bool(self.suspended_move_id) or super()._skip_push()

    def _prepare_move_split_vals(self, qty):
        # EXTENDS 'stock'
        vals = super()._prepare_move_split_vals(qty)
        if self.suspended_move_id:
            vals["suspended_move_id"] = self.suspended_move_id.id
        return vals

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock'
        done = super()._action_done(cancel_backorder=cancel_backorder)
        # sudo: warehouse staff need not be able to read orders
        moves = done.sudo()
        back = moves.suspended_move_id.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        if back:
            # what came back is reserved where it waited
            back._action_assign()
        arrived = moves.move_dest_ids._filter_suspended()
        for order in arrived._get_sold_orders().filtered("suspension_id"):
            # picked or made while the order is suspended
            order.suspension_id._suspend_goods()
        return done
