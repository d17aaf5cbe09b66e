# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Transfers that deliver sold goods, and people of the warehouse."""

from .common import AftersalesCase


class TransferCase(AftersalesCase):
    """Customers in good standing: what keeps goods from leaving is not money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", "credit_hold", "shipment_release", "shipping_day")
        cls.set_mode("enforce", "transfer_release")
        cls.stock_up(cls.goods)

    @classmethod
    def new_delivery(cls, quantity=1, **values):
        """A confirmed order and its open transfers."""
        order = cls.new_order(**values)
        order.order_line.product_uom_qty = quantity
        order.action_confirm()
        return order, order.picking_ids

    def ready(self, pickings, user=None):
        pickings.action_assign()
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        return pickings.with_user(user or self.warehouse_user)

    def validate(self, pickings):
        """Validate as warehouse user and answer yes to a backorder."""
        result = self.ready(pickings).button_validate()
        self.assertIs(result, True)
        self.assertEqual(set(pickings.mapped("state")), {"done"})

    def assertRefused(self, result):
        """The goods stay, and a message says why.

        :return: the message
        """
        self.assertEqual(result["tag"], "display_notification")
        self.assertEqual(result["params"]["type"], "warning")
        self.assertTrue(result["params"]["sticky"])
        return result["params"]["message"]

    def transfer_causes(self, picking):
        holds = picking.hold_ids.filtered(lambda hold: hold.state == "open")
        self.assertEqual(holds.picking_id, picking if holds else holds.picking_id)
        self.assertEqual(bool(holds), picking.transfer_held)
        return sorted(holds.mapped("cause"))
