# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import itertools

from odoo import Command
from odoo.tests import Form, tagged

from ..models.aftersales_gate import get_judged, judged_within
from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestHoldFlows(AftersalesCase):
    """Every way of confirming ends in a confirmed order, held or not (U1)."""

    references = itertools.count()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", cls.company.id)], limit=1
        )
        if not cls.provider:
            cls.provider = cls.env["payment.provider"].search(
                [("code", "!=", False)], limit=1
            )
        cls.provider.write({"state": "test", "is_published": True})
        cls.method = (
            cls.env["payment.method"]
            .with_context(active_test=False)
            .search([("code", "=", "unknown")], limit=1)
        )

    def test_what_was_judged_is_not_judged_again_within(self):
        """A savepoint of another addon amid procurement changes nothing."""
        order = self.new_order()
        order.action_confirm()
        decisions = order.decision_ids
        with judged_within(self.env, orders=order.ids):
            with self.env.cr.savepoint():
                order.order_line._action_launch_stock_rule()
            order.order_line._action_launch_stock_rule()
            with judged_within(self.env, orders=[0], transfers=[1]):
                self.assertEqual(get_judged(self.env), {0, order.id})
            self.assertEqual(get_judged(self.env), {order.id})
        self.assertEqual(order.decision_ids, decisions)
        self.assertFalse(get_judged(self.env) or get_judged(self.env, "transfers"))

    def new_transaction(self, orders, amount=None, state="done"):
        """An online payment of these orders."""
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"AR {orders.ids} {next(self.references)}",
                "amount": sum(orders.mapped("amount_total"))
                if amount is None
                else amount,
                "currency_id": orders.currency_id.id,
                "partner_id": orders.partner_id.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.set(orders.ids)],
            }
        )
        if state == "done":
            transaction._set_done()
        elif state == "pending":
            transaction._set_pending()
        return transaction

    # -------------------------------------------------------------- online payment

    def test_order_paid_online_goes_on_although_over_the_limit(self):
        """What is paid in full is not a credit matter."""
        order = self.new_order(1500.0)
        self.new_transaction(order)._post_process()
        self.run_queue()
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)

    def test_order_paid_in_part_online_is_confirmed_and_held(self):
        """A prepayment confirms the order; the rest is a credit matter."""
        order = self.new_order(3000.0, require_payment=True, prepayment_percent=0.2)
        transaction = self.new_transaction(order, 600.0)
        transaction._post_process()
        self.run_queue()
        self.assertTrue(transaction.is_post_processed)
        self.assertTrue(transaction.payment_id)
        self.assertHeld(order, "over_limit")

    def test_second_online_payment_lets_the_held_order_go_on(self):
        order = self.new_order(3000.0, require_payment=True, prepayment_percent=0.2)
        self.new_transaction(order, 600.0)._post_process()
        self.run_queue()
        self.assertHeld(order, "over_limit")
        self.new_transaction(order, 2400.0)._post_process()
        self.run_queue()
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)

    def test_pending_payment_confirms_nothing_and_holds_nothing(self):
        order = self.new_order(1500.0)
        transaction = self.new_transaction(order, state="pending")
        transaction._post_process()
        self.run_queue()
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.hold_ids)
        order.action_confirm()
        self.assertHeld(order, "over_limit")
        transaction._set_done()
        transaction._post_process()
        self.run_queue()
        self.assertGoesOn(order)

    def test_one_payment_of_several_held_orders_frees_them_all(self):
        """One transaction, three orders: each counts its share."""
        orders = (
            self.new_order(1500.0) | self.new_order(1600.0) | self.new_order(1700.0)
        )
        orders.action_confirm()
        for order in orders:
            self.assertHeld(order, "over_limit")
        self.new_transaction(orders)._post_process()
        self.run_queue()
        for order in orders:
            self.assertGoesOn(order)
            self.assertTrue(order.picking_ids)

    def test_several_payments_are_processed_together(self):
        """Half of the batch is held, none of it raises."""
        paid = self.new_order(1500.0) | self.new_order(1600.0)
        part = self.new_order(3000.0, require_payment=True, prepayment_percent=0.2)
        transactions = self.env["payment.transaction"]
        for order in paid:
            transactions |= self.new_transaction(order)
        transactions |= self.new_transaction(part, 600.0)
        transactions._post_process()
        self.run_queue()
        for order in paid:
            self.assertGoesOn(order)
        self.assertHeld(part, "over_limit")
        self.assertTrue(all(transactions.mapped("is_post_processed")))

    def test_automatic_invoice_of_a_held_order_is_made(self):
        """Paid in part online: the down payment is invoiced though the order waits."""
        self.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", True)
        order = self.new_order(3000.0, require_payment=True, prepayment_percent=0.2)
        self.new_transaction(order, 600.0).with_context(
            skip_sale_auto_invoice_send=True
        )._post_process()
        self.run_queue()
        self.assertHeld(order, "over_limit")
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(order.invoice_ids.amount_total, 600.0)

    def test_payment_that_is_cancelled_holds_the_unprocured_order_again(self):
        """The money is gone before anything was committed: the next check sees it."""
        order = self.new_confirmed(1500.0)
        invoice = self.invoice_order(order)
        payment = self.pay(invoice)
        self.assertGoesOn(order)
        payment.action_draft()
        payment.action_cancel()
        self.run_queue()
        # what already went on is not stopped in the middle; its goods are
        self.run_cron("ir_cron_judge_due")
        self.assertEqual(self.open_causes(order, "shipment"), ["over_limit"])

    # ------------------------------------------------------------- many, imported

    def test_mass_confirmation_of_mixed_orders_never_refuses(self):
        """Thirty orders of three customers: confirmed all, held where they must be."""
        rich = self.new_customer("Rich", credit_limit=100000.0)
        free = self.new_customer("Unlimited")
        orders = self.env["sale.order"]
        for number in range(10):
            orders |= self.new_order(150.0)
            orders |= self.new_order(150.0 + number, partner=rich)
            orders |= self.new_order(150.0, partner=free, product=self.service)
        orders.action_confirm()
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        own = orders.filtered(lambda order: order.partner_id == self.partner)
        self.assertEqual(len(own._filter_held("procurement")), 4, "6 × 150 fit in 1000")
        self.assertFalse((orders - own)._filter_held("procurement"))

    def test_salesperson_confirms_several_from_the_list(self):
        orders = self.new_order(600.0) | self.new_order(600.0)
        orders.with_user(self.salesperson).action_confirm()
        self.assertGoesOn(orders[0])
        self.assertHeld(orders[1], "over_limit")

    def test_imported_quotation_is_confirmed_and_held(self):
        """Import through load(), as the client does, then confirm."""
        result = (
            self.env["sale.order"]
            .with_user(self.salesperson)
            .load(
                [
                    "partner_id/.id",
                    "order_line/product_id/.id",
                    "order_line/product_uom_qty",
                    "order_line/price_unit",
                ],
                [[str(self.partner.id), str(self.goods.id), "1", "1500"]],
            )
        )
        self.assertTrue(result["ids"], result["messages"])
        order = self.env["sale.order"].browse(result["ids"])
        order.action_confirm()
        self.assertHeld(order, "over_limit")

    def test_import_cannot_set_what_follows_from_holds(self):
        """A column of the file is a client's wish, not a fact."""
        order = self.new_confirmed(1500.0)
        for name, value in (("hold_state", ""), ("amount_uninvoiced", "0")):
            result = (
                self.env["sale.order"]
                .with_user(self.salesperson)
                .load([".id", name], [[str(order.id), value]])
            )
            self.assertFalse(result["ids"])
            self.assertIn("cannot be set", result["messages"][0]["message"])
        self.assertHeld(order, "over_limit")

    def test_order_created_in_state_sale_is_held_as_a_whole(self):
        """Nothing of it was committed before: the order is held, not its growth."""
        order = self.new_order(1500.0, state="sale")
        self.run_queue()
        self.assertHeld(order, "over_limit")
        self.assertEqual(order.hold_state, "procurement")
        self.assertFalse(order.hold_ids.is_growth)

    def test_order_created_in_state_sale_goes_on_within_the_limit(self):
        order = self.new_order(900.0, state="sale")
        self.run_queue()
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)
        self.assertTrue(order.decision_ids)

    def test_state_written_directly_is_judged_like_a_confirmation(self):
        """write({'state': 'sale'}) goes past action_confirm, not past the gate."""
        order = self.new_order(1500.0, product=self.service)
        order.write({"state": "sale"})
        self.run_queue()
        self.assertHeld(order, "over_limit")
        self.assertEqual(order.hold_state, "procurement")

    def test_quotation_template_with_confirmation(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Standard",
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.goods.id, "product_uom_qty": 20})
                ],
            }
        )
        self.env.user.group_ids += self.env.ref(
            "sale_management.group_sale_order_template"
        )
        form = Form(self.env["sale.order"])
        form.partner_id = self.partner
        form.sale_order_template_id = template
        order = form.save()
        self.assertEqual(order.amount_untaxed, 2000.0)
        order.action_confirm()
        self.assertHeld(order, "over_limit")

    # -------------------------------------------------- cancel, copy, delete, lock

    def test_cancelled_order_confirmed_again_is_judged_anew(self):
        order = self.new_confirmed(1500.0)
        order._action_cancel()
        self.assertFalse(order.hold_state)
        self.assertFalse(order.activity_ids)
        order.action_draft()
        self.partner.credit_limit = 2000.0
        order.action_confirm()
        self.assertGoesOn(order)
        order._action_cancel()
        order.action_draft()
        self.partner.credit_limit = 500.0
        order.action_confirm()
        self.assertEqual(self.open_causes(order), ["over_limit"])
        self.assertEqual(order.hold_state, "procurement")

    def test_cancelled_order_makes_room_for_a_held_one(self):
        """What no longer counts lets the next one go on, without waiting for a cron."""
        first = self.new_confirmed(700.0)
        second = self.new_confirmed(700.0)
        self.run_queue()
        self.assertHeld(second, "over_limit")
        first._action_cancel()
        self.run_queue()
        self.assertGoesOn(second)
        self.assertTrue(second.picking_ids)

    def test_order_that_shrinks_makes_room_for_a_held_one(self):
        first = self.new_confirmed(700.0)
        second = self.new_confirmed(700.0)
        self.run_queue()
        first.order_line.price_unit = 200.0
        self.run_queue()
        self.assertGoesOn(second)

    def test_copy_starts_clean(self):
        order = self.new_order(
            1500.0,
            guarantor_id=self.salesperson.id,
            promised_payment_date="2030-01-01",
        )
        order.action_confirm()
        self.assertTrue(order.hold_ids)
        copy = order.copy()
        self.assertFalse(copy.hold_ids)
        self.assertFalse(copy.hold_state)
        self.assertFalse(copy.decision_ids)
        self.assertFalse(copy.guarantor_id)
        self.assertFalse(copy.promised_payment_date)
        self.assertEqual(copy.amount_uninvoiced, 0.0)

    def test_locked_order_goes_on_when_released_and_stays_locked(self):
        self.env["res.config.settings"].create(
            {"group_auto_done_setting": True}
        ).execute()
        order = self.new_order(1500.0)
        order.with_user(self.salesperson).action_confirm()
        self.assertTrue(order.locked)
        self.assertHeld(order, "over_limit")
        order.hold_ids.with_user(self.controller)._release("fine")
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)
        self.assertTrue(order.locked)

    # -------------------------------------------------------------------- growth

    def test_growth_by_price_holds_and_shrinking_back_frees(self):
        order = self.new_confirmed(900.0)
        order.order_line.price_unit = 1200.0
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")
        order.order_line.price_unit = 950.0
        self.run_queue()
        self.assertFalse(order.hold_state)
        self.assertEqual(order.hold_ids.close_kind, "cause_ended")

    def test_growth_by_a_new_line_is_held_and_then_procured_once(self):
        order = self.new_confirmed(900.0)
        other = self.new_product("Wall covering", is_storable=True)
        order.write(
            {
                "order_line": [
                    Command.create(
                        {
                            "product_id": other.id,
                            "product_uom_qty": 3,
                            "price_unit": 100.0,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ]
            }
        )
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")
        self.assertEqual(order.picking_ids.move_ids.product_id, self.goods)
        self.partner.credit_limit = 2000.0
        self.run_queue()
        moves = order.picking_ids.move_ids.filtered(lambda m: m.product_id == other)
        self.assertEqual(moves.mapped("product_uom_qty"), [3.0])

    def test_growth_taken_back_procures_nothing_more(self):
        order = self.new_confirmed(400.0)
        order.order_line.write({"product_uom_qty": 5, "price_unit": 400.0})
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")
        order.order_line.write({"product_uom_qty": 1, "price_unit": 400.0})
        self.run_queue()
        self.assertFalse(order.hold_state)
        moves = order.picking_ids.move_ids
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 1)

    def test_held_order_that_shrinks_below_the_limit_goes_on(self):
        order = self.new_confirmed(1500.0)
        order.order_line.price_unit = 500.0
        self.run_queue()
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)

    def test_held_order_that_grows_more_stays_held_as_a_whole(self):
        order = self.new_confirmed(1500.0)
        order.order_line.write(
            {"product_uom_qty": 2, "price_unit": order.order_line.price_unit}
        )
        self.run_queue()
        self.assertHeld(order, "over_limit")
        self.assertEqual(order.hold_state, "procurement")
        self.assertIn("3,000.00", order._get_open_holds().reason)

    def test_order_confirmed_with_the_gate_off_that_grows_is_growth(self):
        """It had gone on; only the change waits."""
        self.set_mode("off")
        order = self.new_confirmed(900.0)
        self.set_mode("enforce")
        order.order_line.write(
            {"product_uom_qty": 2, "price_unit": order.order_line.price_unit}
        )
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")

    # ------------------------------------------------------------------- invoices

    def test_down_payment_of_a_held_order_can_be_invoiced_and_paid(self):
        order = self.new_confirmed(3000.0)
        self.assertHeld(order, "over_limit")
        invoice = self.down_payment(order, 2500.0)
        self.assertEqual(invoice.payment_state in ("paid", "in_payment"), True)
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)

    # -------------------------------------------------------------------- telling

    def test_controllers_are_told_once_and_the_task_ends_with_the_hold(self):
        second = self.new_user("con2", "aftersales_rules.group_credit_controller")
        self.env["aftersales.release.authority"].create(
            {"user_id": second.id, "company_id": self.company.id, "ceiling": 9000.0}
        )
        order = self.new_confirmed(1500.0)
        self.assertEqual(order.activity_ids.user_id, self.controller | second)
        self.assertEqual(len(order.activity_ids), 2)
        order.order_line.price_unit = 1600.0
        self.run_queue()
        order.with_user(self.salesperson).action_request_release()
        self.assertEqual(len(order.activity_ids), 2, "once each")
        self.partner.credit_limit = 5000.0
        self.run_queue()
        self.assertFalse(order.activity_ids)

    def test_one_decision_per_gate_and_confirmation(self):
        self.set_mode("off", "quotation_promise")
        order = self.new_confirmed(900.0)
        self.run_queue()
        self.assertEqual(
            sorted(order.decision_ids.mapped("decision")),
            ["credit_hold", "shipment_release"],
        )
        held = self.new_confirmed(1500.0)
        self.run_queue()
        self.assertEqual(held.decision_ids.mapped("decision"), ["credit_hold"])

    def test_failed_recheck_keeps_the_payment(self):
        """A fault of ours never costs a payment; the cron looks again."""
        order = self.new_confirmed(1500.0)
        invoice = self.new_invoice(100.0)

        def fail(*_args, **_kwargs):
            raise ValueError("broken")

        self.patch(self.env.registry["aftersales.gate"], "_run_queued", fail)
        trigger_count = self.env["ir.cron.trigger"].search_count([])
        with self.assertLogs("odoo.addons.aftersales_rules", "ERROR"):
            self.pay(invoice)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertHeld(order, "over_limit")
        self.assertGreater(self.env["ir.cron.trigger"].search_count([]), trigger_count)
