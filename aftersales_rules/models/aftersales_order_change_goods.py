# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where the goods of a suspended order go, and how they come back (O10).

How it works: every open move of the order gives back what it has reserved. What earlier
steps have brought for it (picked, or made to order) moves by a real internal transfer
to the warehouse's location of suspended orders, lot by lot; the new move remembers for
which one (``suspended_move_id``). To resume, it goes back to where it came from, and
the waiting move finds it there; what nobody needs any more goes to stock.
"""

from collections import defaultdict

from odoo import models
from odoo.tools import SQL


class AftersalesOrderChange(models.Model):
    _inherit = "aftersales.order.change"

    def _compute_has_suspended_goods(self):
        # Shown on a screen, which reads it anew each time; depending on transfers, it
        # would make each stock move of anybody look for changes of orders.
        for change in self:
            # sudo: sales need not be allowed to read moves
            change.has_suspended_goods = bool(change.sudo()._get_goods())

    # ---------------------------------------------------------------- setting apart

    def _suspend_goods(self):
        """Leave nothing reserved and set apart what was picked or made.

        Called again when more arrives; only what is not set apart yet is moved.

        :return: the new transfers
        """
        self.ensure_one()
        # sudo: whoever registers a change need not be allowed to move goods
        change = self.sudo()
        # what was on its way back stays where it is
        back = change._get_moves().filtered(
            lambda m: m.location_id == m._get_suspended_location()
        )
        back.filtered(lambda m: m.state not in ("done", "cancel"))._action_cancel()
        moves = change.order_id._get_open_moves()
        moves.picked = False
        self._lock_quants(moves)
        moves._do_unreserve()
        goods = defaultdict(float)
        # what a supplier ships never lies in a warehouse of ours
        for move in moves.filtered(lambda m: m._get_suspending_warehouse()):
            arrived = self._get_arrived(move)
            for key, quantity in arrived.items():
                goods[move, key] += quantity
        return change._move_goods(
            [
                (move, key, quantity, move._get_suspended_location())
                for (move, key), quantity in goods.items()
            ]
        )

    def _lock_quants(self, moves):
        """Be alone with what is reserved, or have Odoo run the request again.

        Odoo passes over a quant that somebody else is at work on, and gives back on a
        new one of its own: the reservation would stay. So a picker who validates at
        this moment makes us wait and look again, by the usual retry.
        """
        self.env["stock.move.line"].flush_model(
            ["move_id", "product_id", "location_id"]
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT quant.id
                  FROM stock_quant quant
                  JOIN stock_move_line line ON line.product_id = quant.product_id
                                           AND line.location_id = quant.location_id
                 WHERE line.move_id = ANY(%s)
                   FOR NO KEY UPDATE OF quant NOWAIT
                """,
                moves.ids,
            )
        )

    def _get_arrived(self, move):
        """What earlier steps have brought for a move, not set apart yet.

        :return: quantities in the unit of the product, by location, lot, package, owner
        """
        if not any(origin.state == "done" for origin in move.move_orig_ids):
            return {}  # nothing was picked or made for it: it was reserved only
        arrived = move._get_available_move_lines(set(), set())
        own = move.suspending_move_ids.filtered(lambda m: m.state != "cancel")
        apart = move._get_suspended_location()
        for line in own.move_line_ids:
            sign = -1 if line.move_id.location_dest_id == apart else 1
            place = line.location_id if sign < 0 else line.location_dest_id
            key = (place, line.lot_id, line.package_id, line.owner_id)
            arrived[key] = arrived.get(key, 0.0) + sign * line.quantity_product_uom
        needed, result = move.product_qty, {}
        for key, quantity in arrived.items():
            taken = min(quantity, needed)
            if move.product_id.uom_id.compare(taken, 0.0) > 0:
                result[key] = taken
                needed -= taken
        return result

    # ------------------------------------------------------------------ coming back

    def _get_moves(self):
        """Moves of all changes of this order, to the location and back."""
        changes = self.order_id.order_change_ids
        return changes.picking_ids.move_ids.filtered(lambda m: m.suspended_move_id)

    def _get_goods(self):
        """What of the order is set apart, or on its way there.

        :return: quantities by move, and by (place, origin, lot, package, owner)
        """
        goods = defaultdict(float)
        for move in self._get_moves().filtered(lambda m: m.state != "cancel"):
            apart = move._get_suspended_location()
            coming = move.location_dest_id == apart
            for line in move.move_line_ids:
                lot = (line.lot_id, line.package_id, line.owner_id)
                # where it came from is where it goes back to
                origin = line.location_id if coming else move._get_origin_location(line)
                key = (move.suspended_move_id, origin, *lot)
                goods[key] += (1 if coming else -1) * line.quantity_product_uom
        return {
            key: quantity
            for key, quantity in goods.items()
            if key[0].product_id.uom_id.compare(quantity, 0.0) > 0
        }

    def _bring_back(self, to_stock=False):
        """Move goods back to where they waited, or to stock.

        :return: the new transfers
        """
        self.ensure_one()
        pending = self._get_moves().filtered(
            lambda m: m.state not in ("done", "cancel")
            and m.location_dest_id == m._get_suspended_location()
        )
        plan = []
        for line in pending.move_line_ids:
            # it never left: only what is to go to the shelf has a way to go
            move = line.move_id.suspended_move_id
            stock = move._get_suspending_warehouse().lot_stock_id
            if to_stock and not line.location_id._child_of(stock):
                key = (line.location_id, line.lot_id, line.package_id, line.owner_id)
                plan.append((move, key, line.quantity_product_uom, stock))
        pending.picked = False
        pending._action_cancel()
        needed = {}
        for (move, origin, *lot), quantity in self._get_goods().items():
            apart = move._get_suspended_location()
            stock = move._get_suspending_warehouse().lot_stock_id
            key = (apart, *lot)
            open_ = not to_stock and move.state not in ("done", "cancel")
            need = needed.setdefault(move, move.product_qty if open_ else 0.0)
            back = min(quantity, need)
            needed[move] -= back
            if move.product_id.uom_id.compare(back, 0.0) > 0:
                plan.append((move, key, back, origin))
            if move.product_id.uom_id.compare(quantity - back, 0.0) > 0:
                plan.append((move, key, quantity - back, stock))
        return self._move_goods(plan)

    # ----------------------------------------------------------------- the transfers

    def _move_goods(self, plan):
        """Make internal transfers and reserve exactly these goods for them.

        :param plan: (move they belong to, (location, lot, package, owner), quantity
            in the unit of the product, where to)
        """
        self.ensure_one()
        lines = defaultdict(list)
        for move, key, quantity, destination in plan:
            lines[move._get_suspending_warehouse(), move, key[0], destination].append(
                (key, quantity)
            )
        pickings = self.env["stock.picking"]
        by_picking = defaultdict(list)
        for (warehouse, move, source, destination), parts in lines.items():
            by_picking[warehouse, source, destination].append((move, parts))
        for (warehouse, source, destination), parts in by_picking.items():
            pickings |= self._make_transfer(warehouse, source, destination, parts)
        return pickings

    def _make_transfer(self, warehouse, source, destination, parts):
        picking_type = warehouse.int_type_id
        if not picking_type.active:
            picking_type.active = True  # else nobody sees the transfer
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": source.id,
                "location_dest_id": destination.id,
                "company_id": self.company_id.id,
                "origin": self.order_id.name,
                "order_change_id": self.id,
                "user_id": False,
            }
        )
        for origin, lots in parts:
            move = self.env["stock.move"].create(
                {
                    "picking_id": picking.id,
                    "product_id": origin.product_id.id,
                    "product_uom": origin.product_id.uom_id.id,
                    "product_uom_qty": sum(quantity for _key, quantity in lots),
                    "location_id": source.id,
                    "location_dest_id": destination.id,
                    "company_id": self.company_id.id,
                    "origin": self.order_id.name,
                    "suspended_move_id": origin.id,
                }
            )
            move._action_confirm(merge=False)
            move.move_line_ids.unlink()  # what it reserved by itself may be another's
            for (location, lot, package, owner), quantity in lots:
                move._update_reserved_quantity(
                    quantity, location, lot, package, owner, strict=True
                )
            for line in move.move_line_ids:
                line.result_package_id = line.package_id
            if move.product_uom.compare(move.quantity, move.product_uom_qty) < 0:
                # somebody counted less meanwhile
                move.product_uom_qty = move.quantity
            move._recompute_state()
        empty = picking.move_ids.filtered(lambda m: not m.quantity)
        empty._action_cancel()
        return picking
