# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where the goods of a lot are: in stock, and with which customers (C9)."""

from collections import defaultdict
from dataclasses import dataclass

from odoo import models


@dataclass
class LotDelivery:
    """What one stock move took of a lot to a customer, in the unit of the product."""

    move: models.BaseModel
    lot: models.BaseModel
    delivered: float
    returned: float = 0.0
    """Came back, of this lot."""
    returning: float = 0.0
    """On its way back with open return transfers."""

    @property
    def with_customer(self):
        return max(self.delivered - self.returned, 0.0)

    @property
    def open(self):
        """With the customer, and nothing brings it back yet."""
        return max(self.delivered - self.returned - self.returning, 0.0)


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _get_company_stock(self, company):
        """Stock on hand of these lots in all internal locations of a company.

        :return: for each lot a list of (location, quantity), most first
        :rtype: dict
        """
        # sudo: how much there is of a lot decides what is investigated, whoever asks
        groups = (
            self.env["stock.quant"]
            .sudo()
            ._read_group(
                [
                    ("lot_id", "in", self.ids),
                    ("location_id.usage", "=", "internal"),
                    ("company_id", "=", company.id),
                ],
                ["lot_id", "location_id"],
                ["quantity:sum"],
                having=[("quantity:sum", ">", 0)],
            )
        )
        stock = defaultdict(list)
        for lot, location, quantity in groups:
            stock[lot.id].append((location, quantity))
        return {lot: sorted(stock[lot.id], key=lambda pair: -pair[1]) for lot in self}

    def _get_lot_deliveries(self, company):
        """What a company delivered of these lots to customers, and what came back.

        Open returns count for the deliveries they return, as far as the lot of their
        lines is this one or not known yet. Four queries for any number of lots.

        :return: for each lot a list of `LotDelivery`, oldest first
        :rtype: dict
        """
        # sudo: deliveries to all customers, for those who handle one complaint
        lines = self.env["stock.move.line"].sudo()
        delivered = lines._read_group(
            [
                ("lot_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("state", "=", "done"),
                ("location_dest_id.usage", "=", "customer"),
                ("location_id.usage", "!=", "customer"),
            ],
            ["lot_id", "move_id"],
            ["quantity_product_uom:sum"],
        )
        found = {
            (lot.id, move.id): LotDelivery(move, lot, quantity)
            for lot, move, quantity in delivered
        }
        self._add_returns(found)
        by_lot = defaultdict(list)
        for (lot_id, _move_id), delivery in found.items():
            by_lot[lot_id].append(delivery)
        return {
            lot: sorted(
                by_lot[lot.id], key=lambda found: (found.move.date, found.move.id)
            )
            for lot in self
        }

    def _add_returns(self, found):
        """Subtract what came back, and note what is on its way."""
        moves = self.env["stock.move"].sudo()  # sudo: as above
        returns = moves.search_fetch(
            [
                ("origin_returned_move_id", "in", [move for _lot, move in found]),
                ("state", "!=", "cancel"),
                ("location_dest_id.usage", "!=", "customer"),
            ],
            ["origin_returned_move_id", "state", "product_qty"],
            order="id",
        )
        of_lots = defaultdict(float)
        reserved = defaultdict(float)
        for move, lot, quantity in (
            self.env["stock.move.line"]
            .sudo()
            ._read_group(
                [("move_id", "in", returns.ids)],
                ["move_id", "lot_id"],
                ["quantity_product_uom:sum"],
            )
            if returns
            else ()
        ):
            of_lots[move.id, lot.id] += quantity
            reserved[move.id] += quantity
        of_moves = defaultdict(list)
        for (_lot_id, move_id), delivery in found.items():
            of_moves[move_id].append(delivery)
        for move in returns:
            unknown = max(move.product_qty - reserved[move.id], 0.0)
            for delivery in of_moves[move.origin_returned_move_id.id]:
                quantity = of_lots[move.id, delivery.lot.id]
                if move.state == "done":
                    delivery.returned += quantity
                    continue
                # no lot on it yet: it may bring back this one
                taken = min(unknown, max(delivery.open - quantity, 0.0))
                delivery.returning += quantity + taken
                unknown -= taken
