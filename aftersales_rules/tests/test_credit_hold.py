# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestCreditHold(AftersalesCase):
    """Confirming is never refused; what is held waits and says why (O1–O3, U1)."""

    def test_order_within_the_limit_goes_on(self):
        order = self.new_confirmed(900.0)
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)

    def test_order_over_the_limit_is_confirmed_and_waits(self):
        order = self.new_confirmed(1500.0)
        self.assertHeld(order, "over_limit")
        self.assertEqual(order.hold_state, "procurement")
        self.assertIn("1,500.00", order.hold_ids.reason)
        self.assertIn("500.00", order.hold_ids.remedy)

    def test_second_order_is_held_when_both_are_over(self):
        self.new_confirmed(700.0)
        self.assertHeld(self.new_confirmed(700.0), "over_limit")

    def test_held_order_does_not_count_against_the_next(self):
        self.new_confirmed(1500.0)
        self.assertGoesOn(self.new_confirmed(900.0))

    def test_orders_confirmed_together_count_one_after_the_other(self):
        orders = self.new_order(600.0) | self.new_order(600.0) | self.new_order(300.0)
        orders.action_confirm()
        self.assertGoesOn(orders[0])
        self.assertHeld(orders[1], "over_limit")
        self.assertGoesOn(orders[2])

    def test_payment_of_overdue_invoice_lets_the_order_go_on(self):
        invoice = self.new_invoice(200.0, days_overdue=10)
        order = self.new_confirmed(100.0)
        self.assertHeld(order, "overdue")
        self.pay(invoice)
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)
        self.assertEqual(order.hold_ids.close_kind, "cause_ended")

    def test_raised_limit_lets_the_order_go_on(self):
        order = self.new_confirmed(1500.0)
        self.partner.credit_limit = 2000.0
        self.run_queue()
        self.assertGoesOn(order)

    def test_controller_releases_with_a_reason(self):
        order = self.new_confirmed(1500.0)
        hold = order.hold_ids.with_user(self.controller)
        with self.assertRaisesRegex(UserError, "Say why"):
            hold._release(" ")
        wizard = (
            self.env["aftersales.hold.release"]
            .with_user(self.controller)
            .create({"hold_ids": hold.ids, "reason": "Agreed with the director"})
        )
        wizard.action_release()
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)
        self.assertEqual(hold.close_kind, "released")
        self.assertEqual(hold.closed_by_id, self.controller)
        self.assertEqual(hold.release_id.reason, "Agreed with the director")

    def test_release_over_the_ceiling_is_refused(self):
        self.authority.ceiling = 1000.0
        order = self.new_confirmed(1500.0)
        with self.assertRaisesRegex(UserError, "over your ceiling"):
            order.hold_ids.with_user(self.controller)._release("please")
        self.assertHeld(order, "over_limit")

    def test_order_that_grows_is_held_for_the_change(self):
        order = self.new_confirmed(900.0)
        self.assertGoesOn(order)
        order.order_line.write({"product_uom_qty": 2, "price_unit": 900.0})
        self.assertEqual(self.open_causes(order), ["over_limit"])
        self.assertEqual(order.hold_state, "growth")
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 1)
        self.partner.credit_limit = 5000.0
        self.run_queue()
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 2)

    def test_observe_holds_nothing_and_records(self):
        self.set_mode("observe")
        order = self.new_confirmed(1500.0)
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)
        decision = order.decision_ids.filtered(lambda d: d.decision == "credit_hold")
        self.assertEqual(decision.mode, "observe")
        self.assertEqual(decision.result, "hold")

    def test_off_does_nothing(self):
        self.set_mode("off")
        order = self.new_confirmed(1500.0)
        self.assertFalse(order.decision_ids)
        self.assertTrue(order.picking_ids)

    def test_salesperson_reads_why(self):
        order = self.new_confirmed(1500.0).with_user(self.salesperson)
        notice = str(order.hold_notice)
        self.assertIn("1,500.00", notice)
        self.assertIn(self.controller.name, notice)
        self.assertIn("Credit limit exceeded", notice)
        action = order.action_why()
        decision = (
            self.env[action["res_model"]]
            .with_user(self.salesperson)
            .browse(action["res_id"])
        )
        self.assertIn("1,500.00", str(decision.explanation_html))

    def test_cancelling_closes_the_holds(self):
        order = self.new_confirmed(1500.0)
        order._action_cancel()
        self.assertEqual(order.hold_ids.close_kind, "cancelled")
        self.assertFalse(order.hold_state)

    def test_changed_threshold_has_held_orders_judged_again(self):
        """A new version triggers the re-check, which lets the order go on."""
        cron = self.env.ref("aftersales_rules.ir_cron_recheck")
        order = self.new_confirmed(1500.0)
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.set_threshold("limit_usage_max", "200 %")
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            triggers + 1,
        )
        self.env["aftersales.gate"]._recheck(order)
        self.assertGoesOn(order)

    def test_order_that_cannot_go_on_does_not_keep_others_waiting(self):
        """What fails while one order is procured (a missing route, say) is its own."""
        stuck, free = self.new_confirmed(1500.0), self.new_confirmed(1600.0)
        self.partner.credit_limit = 5000.0
        launch = type(self.env["sale.order"])._launch_released

        def fails_for_stuck(orders):
            if stuck in orders:
                raise ValueError("No rule has been found")
            return launch(orders)

        self.patch(type(self.env["sale.order"]), "_launch_released", fails_for_stuck)
        with self.assertLogs("odoo.addons.aftersales_rules", level="ERROR") as logs:
            self.env["aftersales.gate"]._recheck(stuck | free)
        self.assertIn(stuck.name, "".join(logs.output))
        self.assertGoesOn(free)
        self.assertHeld(stuck, "over_limit")
