# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from .aftersales_gate import Judged


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_done(self, cancel_backorder=False):
        # EXTENDS 'stock'
        # Everything that lets goods leave comes through here: one transfer, many,
        # a batch, a scanner.
        self._check_may_leave()
        return super()._action_done(cancel_backorder=cancel_backorder)

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
        """Judge the orders whose goods are about to leave.

        Judged now, because much may have happened since they were confirmed.

        :return: ids of the orders, for the rest of the call
        :rtype: Judged
        """
        judged = Judged.of(self.env, "aftersales_leaving_judged")
        # sudo: warehouse staff need not be able to read orders
        orders = self.sudo()._filter_leaving_customer()._get_sold_orders()
        orders = orders.filtered(
            lambda order: order.state == "sale" and order.id not in judged
        )
        if orders:
            self.env["aftersales.gate"]._judge_credit(
                orders, "deliver", gates=("shipment",)
            )
        return Judged({*judged, *orders.ids})

    def _check_may_leave(self):
        """Refuse to let goods of held orders leave (O2–O4)."""
        self._judge_leaving()
        refusal = self._get_refusal()
        if refusal:
            raise UserError(refusal)

    def _get_refusal(self):
        """Why, what would unblock it, and who can, in plain text; empty if free."""
        lines = []
        # sudo: warehouse staff need not be able to read orders
        leaving = self.sudo()._filter_leaving_customer()
        for order in leaving._get_sold_orders()._filter_held("shipment"):
            moves = leaving.filtered(
                lambda move, order=order: order in move._get_sold_orders()
            )
            names = moves.picking_id.mapped("name") or moves.mapped("display_name")
            lines.append(
                self.env._(
                    "%(transfer)s (%(order)s) may not leave.",
                    transfer=", ".join(names),
                    order=order.name,
                )
            )
            for hold in order._get_open_holds("shipment"):
                text = hold._get_texts()
                lines.append(f"• {text['cause']}: {text['reason']}")
                if text["remedy"]:
                    lines.append(
                        self.env._(
                            "What releases it: %(remedy)s", remedy=text["remedy"]
                        )
                    )
            lines.append(
                self.env["aftersales.release.authority"]._who_can_text(
                    order.company_id, order._get_amount_company_currency()
                )
            )
        return "\n".join(lines)
