# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_production import ProductionCase


@tagged("post_install", "-at_install")
class TestBalanceGate(ProductionCase):
    """An engineering order leaves when it is paid in full (O8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods.is_engineering = True
        cls.stock_up(cls.goods)
        cls.warehouse_user.group_ids += cls.env.ref("stock.group_stock_manager")

    def new_delivery(self, amount=1000.0, quantity=2, paid=0.0, **values):
        order = self.new_engineering(
            amount, quantity=quantity, product=self.goods, **values
        )
        if paid:
            self.down_payment(order, paid)
        return order, order.picking_ids

    def ready(self, pickings):
        pickings.action_assign()
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        return pickings.with_user(self.warehouse_user)

    def assertStays(self, result):
        self.assertEqual(result["tag"], "display_notification")
        return result["params"]["message"]

    def test_deposit_is_not_enough_to_leave(self):
        order, picking = self.new_delivery(paid=500.0)
        message = self.assertStays(self.ready(picking).button_validate())
        self.assertIn("500.00", message)
        self.assertIn("Balance not paid", message)
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(self.open_causes(order, "shipment"), ["balance"])
        with self.assertRaisesRegex(UserError, "may not leave"):
            self.ready(picking)._action_done()

    def test_balance_paid_lets_it_leave(self):
        order, picking = self.new_delivery(paid=500.0)
        self.ready(picking).button_validate()
        self.down_payment(order, 500.0)
        self.assertFalse(order.hold_state)
        self.assertIs(self.ready(picking).button_validate(), True)
        self.assertEqual(picking.state, "done")

    def test_small_rest_counts_as_paid(self):
        self.set_threshold("arrears_tolerance", "1")
        order, picking = self.new_delivery(paid=999.0)
        self.assertFalse(order.hold_state)
        self.assertIs(self.ready(picking).button_validate(), True)

    def test_neither_limit_nor_guarantor_nor_promise_stands_for_the_balance(self):
        """The customer has a limit; a guarantor and a date are named: it stays."""
        _order, picking = self.new_delivery(
            paid=500.0,
            guarantor_id=self.salesperson.id,
            promised_payment_date=fields.Date.today() + timedelta(days=1),
        )
        self.assertStays(self.ready(picking).button_validate())

    def test_of_a_customer_without_limit_only_the_balance_is_asked(self):
        """No guarantor is asked for: naming one would not help."""
        order, _picking = self.new_delivery(
            paid=500.0, partner=self.new_customer("Stranger")
        )
        self.assertEqual(self.open_causes(order, "shipment"), ["balance"])

    def test_standard_order_is_not_asked(self):
        self.goods.is_engineering = False
        order, picking = self.new_delivery()
        self.assertEqual(order.order_kind, "standard")
        self.assertIs(self.ready(picking).button_validate(), True)

    def test_controller_releases_the_delivery_with_a_reason(self):
        order, picking = self.new_delivery(paid=500.0)
        hold = order._get_open_holds("shipment")
        with self.assertRaises(UserError):
            hold.with_user(self.warehouse_user)._release("Truck is waiting")
        hold.with_user(self.controller)._release("Letter of credit seen")
        self.assertIs(self.ready(picking).button_validate(), True)

    def test_several_at_once_leave_as_far_as_they_are_paid(self):
        _first, paid = self.new_delivery(paid=1000.0)
        _second, unpaid = self.new_delivery(paid=500.0)
        message = self.assertStays(self.ready(paid | unpaid).button_validate())
        self.assertIn(unpaid.name, message)
        self.assertNotIn(paid.name, message)
        self.assertEqual((paid.state, unpaid.state), ("done", "assigned"))

    def test_batch_does_not_take_it_along(self):
        """A batch finishes its transfers below the button: refused there as well."""
        _first, paid = self.new_delivery(paid=1000.0)
        _second, unpaid = self.new_delivery(paid=500.0)
        with self.assertRaisesRegex(UserError, unpaid.name):
            self.ready(paid | unpaid)._action_done()
        if "stock.picking.batch" in self.env:
            batch = self.env["stock.picking.batch"].create(
                {"picking_ids": [(6, 0, (paid | unpaid).ids)]}
            )
            batch.action_confirm()
            self.ready(paid | unpaid)
            try:
                with self.env.cr.savepoint():
                    batch.with_user(self.warehouse_user).action_done()
            except UserError as refusal:
                self.assertIn(unpaid.name, str(refusal))
            self.assertNotEqual(unpaid.state, "done")

    def test_part_of_it_does_not_leave_either_nor_its_backorder(self):
        """What is unpaid is the order, not a transfer."""
        order, picking = self.new_delivery(paid=500.0, quantity=5)
        self.ready(picking)
        picking.move_ids.quantity = 2
        self.assertStays(picking.with_user(self.warehouse_user).button_validate())
        hold = order._get_open_holds("shipment")
        hold.with_user(self.controller)._release("First part", amount=1000.0)
        wizard = picking.with_user(self.warehouse_user).button_validate()
        self.env[wizard["res_model"]].with_user(self.warehouse_user).with_context(
            **wizard["context"]
        ).create({}).process()
        self.assertEqual(picking.state, "done")
        backorder = order.picking_ids - picking
        order.order_line.filtered("product_uom_qty")[:1].price_unit = 500.0
        self.run_queue()
        message = self.assertStays(self.ready(backorder).button_validate())
        self.assertIn(backorder.name, message)

    def test_only_the_last_of_three_steps_is_stopped(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, _picking = self.new_delivery(paid=500.0)
        for _step in ("pick", "pack"):
            picking = order.picking_ids.filtered(
                lambda p: p.state in ("assigned", "confirmed")
            )
            self.assertFalse(picking.hold_state)
            self.assertIs(self.ready(picking).button_validate(), True)
        ship = order.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        self.assertEqual(ship.hold_state, "held")
        self.assertStays(self.ready(ship).button_validate())

    def test_returns_are_never_stopped(self):
        """The payment is taken back, and the goods come back."""
        order, picking = self.new_delivery()
        invoice = self.down_payment(order, 1000.0)
        self.assertIs(self.ready(picking).button_validate(), True)
        invoice.line_ids.remove_move_reconcile()
        self.run_queue()
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.assertFalse(back.hold_state)
        self.assertIs(self.ready(back).button_validate(), True)

    def test_payment_taken_back_shows_on_the_transfer_at_once(self):
        order, picking = self.new_delivery()
        invoice = self.down_payment(order, 1000.0)
        self.assertFalse(picking.hold_state)
        invoice.line_ids.remove_move_reconcile()
        self.run_queue()
        picking.invalidate_recordset()
        self.assertEqual(picking.hold_state, "held")

    def test_gate_that_observes_lets_leave_and_records(self):
        self.set_mode("observe", "shipment_release")
        order, picking = self.new_delivery(paid=500.0)
        self.assertIs(self.ready(picking).button_validate(), True)
        decision = order.decision_ids.filtered(lambda d: d.event == "deliver")
        self.assertEqual((decision.mode, decision.result), ("observe", "hold"))
