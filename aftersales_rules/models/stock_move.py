# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from .aftersales_gate import get_judged


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock'
        # Everything that lets goods leave comes through here: one transfer, many,
        # a batch, a scanner.
        self._check_may_leave()
        # ... and everything that consumes components or puts out products.
        (self.raw_material_production_id | self.production_id)._check_may_go_on()
        result = super()._action_done(cancel_backorder=cancel_backorder)
        self._close_ended_transfer_holds()
        return result

    def _action_cancel(self):
        # EXTENDS 'stock'
        result = super()._action_cancel()
        self._close_ended_transfer_holds()
        return result

    def _close_ended_transfer_holds(self):
        """Close holds of transfers that are cancelled, or left with the gate off."""
        # sudo: warehouse staff may not close holds
        held = self.sudo().picking_id.filtered("transfer_held")
        for state, kind in (("cancel", "cancelled"), ("done", "gate_off")):
            ended = held.filtered(lambda picking, state=state: picking.state == state)
            self.env["aftersales.gate"]._close_transfer_holds(
                ended._get_transfer_holds(any_mode=True), kind
            )

    def _assign_picking_post_process(self, new=False):
        # EXTENDS 'stock'
        result = super()._assign_picking_post_process(new=new)
        if new:
            # a new transfer of an order whose change nobody has dealt with yet
            # sudo: whoever causes it need not be able to read orders
            self.sudo().picking_id._judge_transfers("change")
        return result

    def _filter_leaving_customer(self):
        """Moves that take sold goods out of the door.

        Not returns, and not the internal steps of a pick-pack-ship delivery.
        """
        return self.filtered(
            lambda move: move.state not in ("done", "cancel")
            and move.location_dest_id._is_with_customer()
            and not move.location_id._is_with_customer()
            and move._get_sold_orders()
        )

    def _get_sold_orders(self):
        """Orders that these moves deliver.

        A move that somebody added to the transfer of an order, or whose order line
        was taken off, counts with its transfer.
        """
        orders = self.env["sale.order"]
        for move in self:
            orders |= (
                move.sale_line_id.order_id
                or move.picking_id.sale_id
                or move.reference_ids.sale_ids
            )
        return orders

    def _judge_leaving(self):
        """Judge the orders and the transfers whose goods are about to leave.

        Judged now, because much may have happened since they were confirmed.

        :return: what has been judged, for the rest of the call (``judged_within``)
        :rtype: dict[str, list[int]]
        """
        judged = get_judged(self.env, "leaving")
        transfers = get_judged(self.env, "transfers")
        # sudo: warehouse staff need not be able to read orders
        leaving = self.sudo()._filter_leaving_customer()
        orders = leaving._get_sold_orders()
        orders = orders.filtered(
            lambda order: order.state == "sale" and order.id not in judged
        )
        gate = self.env["aftersales.gate"]
        if orders:
            gate._judge_credit(orders, "deliver", gates=("shipment",))
        pickings = leaving.picking_id.filtered(lambda p: p.id not in transfers)
        if pickings:
            gate._judge_transfers(pickings, "deliver")
        return {"leaving": orders.ids, "transfers": pickings.ids}

    def _check_may_leave(self):
        """Refuse to let goods of held orders and held transfers leave (O2–O4, O10)."""
        self._judge_leaving()
        refusal = self._get_refusal()
        if refusal:
            raise UserError(refusal)

    def _get_refusal(self):
        """Why, what would unblock it, and who can, in plain text; empty if free."""
        # sudo: warehouse staff need not be able to read orders
        leaving = self.sudo()._filter_leaving_customer()
        held = leaving._get_sold_orders()._filter_held("shipment")
        lines = []
        for order in held:
            moves = leaving.filtered(
                lambda move, order=order: order in move._get_sold_orders()
            )
            names = moves.picking_id.mapped("name") or moves.mapped("display_name")
            lines += self._get_refusal_lines(
                ", ".join(names), order, order._get_open_holds("shipment")
            )
            lines.append(
                self.env["aftersales.release.authority"]._who_can_text(
                    order.company_id, order._get_amount_company_currency()
                )
            )
        for picking, holds in (
            leaving.picking_id._get_transfer_holds().grouped("picking_id").items()
        ):
            lines += self._get_refusal_lines(picking.name, holds.order_id, holds)
        return "\n".join(lines)

    def _get_refusal_lines(self, transfer, orders, holds):
        lines = [
            self.env._(
                "%(transfer)s (%(order)s) may not leave.",
                transfer=transfer,
                order=", ".join(orders.mapped("name")),
            )
        ]
        for hold in holds:
            text = hold._get_texts()
            lines.append(f"• {text['cause']}: {text['reason']}")
            if text["remedy"]:
                lines.append(
                    self.env._("What releases it: %(remedy)s", remedy=text["remedy"])
                )
            if text["who"]:
                lines.append(text["who"])
        return lines
