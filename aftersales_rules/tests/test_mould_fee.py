# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestMouldFee(AftersalesCase):
    """Sample and mould fees are given back once, for what was taken since (O14)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", *cls.all_gates())
        cls.set_mode("enforce", "mould_fee_refund")
        cls.today = cls.company._aftersales_now().date()
        cls.mould = cls.new_product(
            "Mould", type="service", is_refundable_fee=True, invoice_policy="order"
        )
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.accountant = cls.new_user("acc", "account.group_account_user")
        cls.stock_up(cls.goods, 10000)
        cls.agreements = cls.env["aftersales.fee.agreement"]

    def new_fee_order(self, amount=1200.0, paid=True, taxes=(), **values):
        """A confirmed and invoiced order of the mould."""
        order = self.new_order(amount, product=self.mould, **values)
        order.order_line.tax_ids = [Command.set([tax.id for tax in taxes])]
        order.action_confirm()
        invoice = self.invoice_order(order)
        if paid:
            self.pay(invoice)
        return order

    def new_agreement(self, quantity=100.0, order=None, user=None, **values):
        order = order or self.new_fee_order()
        return self.agreements.with_user(user or self.env.user).create(
            {
                "partner_id": order.partner_id.commercial_partner_id.id,
                "order_line_id": order.order_line[:1].id,
                "product_id": self.goods.id,
                "quantity": quantity,
                "user_id": self.salesperson.id,
                **values,
            }
        )

    def new_running(self, quantity=100.0, **values):
        agreement = self.new_agreement(quantity, **values)
        agreement.action_start()
        return agreement

    def deliver(self, quantity, unit=None, **values):
        """A confirmed order of the goods, all of it delivered."""
        order = self.new_order(1.0, **values)
        line = order.order_line
        line.product_uom_qty = quantity
        if unit:
            line.product_uom_id = unit
        order.action_confirm()
        for picking in order.picking_ids:
            picking.move_ids.picked = True
            picking.button_validate()
        self.run_queue()
        # what a screen does when it is opened again
        self.agreements.invalidate_model(["delivered_quantity", "progress"])
        return order

    def give_back(self, order, quantity):
        """A return of a part of a delivery."""
        picking = order.picking_ids[:1]
        wizard = Form(
            self.env["stock.return.picking"].with_context(
                active_id=picking.id, active_model="stock.picking"
            )
        ).save()
        wizard.product_return_moves.quantity = quantity
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.picked = True
        back.button_validate()
        self.run_queue()

    # ------------------------------------------------------------------- progress

    def test_progress_alone_is_not_recorded_again(self):
        """Each delivery is judged; the trail keeps what says something else."""
        agreement = self.new_running(100)
        self.deliver(20)
        self.deliver(30)
        decisions = self.env["aftersales.decision"].search(
            [("res_model", "=", agreement._name), ("res_id", "=", agreement.id)]
        )
        self.assertEqual(len(decisions), 1)
        self.assertEqual(decisions.partner_id, self.partner)

    def test_what_is_delivered_counts(self):
        """Sixty of a hundred: not yet. Forty more: the draft credit note is there."""
        agreement = self.new_running(100)
        self.deliver(60)
        self.assertEqual(agreement.delivered_quantity, 60)
        self.assertEqual(agreement.progress, 60)
        self.assertEqual(agreement.state, "running")
        self.deliver(40)
        self.assertEqual(agreement.state, "refunded")
        self.assertEqual(agreement.reached_on, self.today)
        note = agreement.refund_ids
        self.assertRecordValues(
            note,
            [
                {
                    "state": "draft",
                    "move_type": "out_refund",
                    "amount_untaxed": 1200.0,
                    "partner_id": self.partner.id,
                    "fee_agreement_id": agreement.id,
                }
            ],
        )
        self.assertIn(self.accountant, note.activity_ids.user_id)
        self.assertEqual(
            note.reversed_entry_id, agreement.order_line_id.invoice_lines.move_id
        )
        decision = self.env["aftersales.decision"].search(
            [("res_model", "=", agreement._name), ("res_id", "=", agreement.id)],
            limit=1,
        )
        self.assertEqual(decision.result, "refund")
        self.assertIn("100 of 100", decision.reason_display)

    def test_the_note_is_the_share_of_the_fee_with_its_tax_and_account(self):
        """Half of 1,200 with 20 % tax: 600 and 120, on the account of the fee."""
        tax = self.env["account.tax"].create({"name": "20", "amount": 20})
        account = self.env["account.account"].create(
            {"name": "Moulds", "code": "400999", "account_type": "income_other"}
        )
        self.mould.property_account_income_id = account
        order = self.new_fee_order(taxes=[tax])
        agreement = self.new_running(10, order=order, amount=600)
        self.deliver(10)
        note = agreement.refund_ids
        self.assertRecordValues(
            note,
            [{"amount_untaxed": 600.0, "amount_tax": 120.0, "amount_total": 720.0}],
        )
        self.assertEqual(note.invoice_line_ids.account_id, account)
        self.assertEqual(note.invoice_line_ids.tax_ids, tax)
        self.assertEqual(note.invoice_line_ids.product_id, self.mould)
        note.action_post()
        self.assertEqual(order.order_line.qty_to_invoice, 0, "not charged again")

    def test_the_note_is_in_the_currency_of_the_fee(self):
        """A fee of 100 of another currency is given back as 100 of it."""
        currency = self.env["res.currency"].create(
            {
                "name": "XTF",
                "symbol": "X",
                "rounding": 0.01,
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 4.0})],
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "XTF", "currency_id": currency.id}
        )
        order = self.new_fee_order(100.0, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, currency)
        agreement = self.new_running(5, order=order)
        self.assertEqual(agreement.currency_id, currency)
        self.assertEqual(agreement.amount, 100)
        self.deliver(5)
        note = agreement.refund_ids
        self.assertEqual(note.currency_id, currency)
        self.assertEqual(note.amount_untaxed, 100)
        self.assertEqual(note.amount_untaxed_signed, -25.0)

    def test_a_fee_in_two_invoices_comes_back_to_the_cent(self):
        """100.00 of 300.00 charged as 200.00 and 100.00: 66.67 and 33.33."""
        order = self.new_fee_order(100.0, paid=False)
        line = order.order_line
        line.product_uom_qty = 3
        self.invoice_order(order)
        for invoice in order.invoice_ids:
            self.pay(invoice)
        agreement = self.new_running(1, order=order, amount=100)
        self.assertEqual(agreement.fee_amount, 300)
        self.deliver(1)
        lines = agreement.refund_ids.invoice_line_ids
        self.assertEqual(sorted(lines.mapped("price_subtotal")), [33.33, 66.67])
        self.assertEqual(agreement.refund_ids.amount_untaxed, 100)
        self.assertFalse(agreement.refund_ids.reversed_entry_id)

    def test_quantities_are_counted_in_the_unit_of_the_agreement(self):
        """Eight dozens are 96 pieces; a hundred pieces are 8.33 dozens."""
        agreement = self.new_running(100)
        dozens = self.new_running(9, product_uom_id=self.dozen.id)
        self.deliver(8, unit=self.dozen)
        self.assertEqual(agreement.delivered_quantity, 96)
        self.assertEqual(dozens.delivered_quantity, 8)
        self.assertEqual(agreement.state, "running")
        self.deliver(4)
        self.assertEqual(agreement.state, "refunded")
        self.assertAlmostEqual(dozens.delivered_quantity, 8.33, 2)
        self.assertEqual(dozens.state, "running")

    def test_returns_are_subtracted(self):
        """Ninety and thirty back are sixty; a later fifty reach the hundred."""
        agreement = self.new_running(100)
        order = self.deliver(90)
        self.give_back(order, 30)
        self.agreements.invalidate_model(["delivered_quantity"])
        self.assertEqual(agreement.delivered_quantity, 60)
        self.deliver(30)
        self.assertEqual(agreement.state, "running")
        self.deliver(10)
        self.assertEqual(agreement.state, "refunded")

    def test_a_category_counts_its_products(self):
        """Also of a category inside it; nothing in a unit that cannot be converted."""
        glass = self.env["product.category"].create({"name": "Glass"})
        inside = self.env["product.category"].create(
            {"name": "Inside", "parent_id": glass.id}
        )
        self.goods.categ_id = inside
        paste = self.new_product(
            "Paste",
            is_storable=True,
            categ_id=glass.id,
            uom_id=self.env.ref("uom.product_uom_kgm").id,
        )
        self.stock_up(paste, 1000)
        agreement = self.new_running(100, product_id=False, categ_id=glass.id)
        self.deliver(70)
        self.deliver(500, product=paste)
        self.assertEqual(agreement.delivered_quantity, 70)

    def test_only_later_orders_of_the_customer_count(self):
        """Contacts of the company are the customer; other customers are not."""
        early = self.deliver(500)
        early.date_order -= timedelta(days=3)
        agreement = self.new_running(100)
        self.deliver(500, partner=self.new_customer("Somebody else"))
        self.assertEqual(agreement.delivered_quantity, 0)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner.id}
        )
        self.deliver(30, partner=contact)
        self.assertEqual(agreement.delivered_quantity, 30)

    def test_goods_on_the_order_of_the_fee_do_not_count(self):
        order = self.new_order(1200.0, product=self.mould)
        order.order_line.copy(
            {"order_id": order.id, "product_id": self.goods.id, "product_uom_qty": 100}
        )
        order.action_confirm()
        self.pay(self.invoice_order(order))
        fee = order.order_line.filtered("product_id.is_refundable_fee")
        agreement = self.new_running(100, order=order, order_line_id=fee.id)
        for picking in order.picking_ids:
            picking.move_ids.picked = True
            picking.button_validate()
        self.run_queue()
        self.assertEqual(agreement.delivered_quantity, 0)
        self.assertEqual(agreement.state, "running")

    def test_delivered_quantity_written_by_hand_counts(self):
        """For services there is no transfer."""
        agreement = self.new_running(10, product_id=self.service.id)
        order = self.new_order(1.0, product=self.service)
        order.order_line.product_uom_qty = 10
        order.action_confirm()
        order.order_line.qty_delivered = 10
        self.run_queue()
        self.assertEqual(agreement.state, "refunded")

    # ------------------------------------------------------------ when it is given

    def test_an_unpaid_fee_waits_for_its_payment(self):
        """Reached in time, paid after the last day: it is given back by the cron."""
        order = self.new_fee_order(paid=False)
        agreement = self.new_running(10, order=order, date_to=self.today)
        self.deliver(10)
        self.assertEqual(agreement.state, "running")
        self.assertEqual(agreement.reached_on, self.today)
        self.assertFalse(agreement.refund_ids)
        with freeze_time(datetime.now() + timedelta(days=3)):
            self.run_cron("ir_cron_fee_refund")
            self.assertEqual(agreement.state, "running")
            self.pay(order.invoice_ids)
            self.run_cron("ir_cron_fee_refund")
        self.assertEqual(agreement.state, "refunded")
        self.assertEqual(len(agreement.refund_ids), 1)

    def test_after_the_last_day_nothing_is_given_back(self):
        """On the last day it is still in time."""
        agreement = self.new_running(10, date_to=self.today)
        self.deliver(9)
        self.run_cron("ir_cron_fee_refund")
        self.assertEqual(agreement.state, "running")
        with freeze_time(datetime.now() + timedelta(days=1)):
            self.run_cron("ir_cron_fee_refund")
        self.assertEqual(agreement.state, "expired")
        self.deliver(1)
        self.assertFalse(agreement.refund_ids)

    def test_the_share_is_a_threshold(self):
        self.set_threshold("mould_fee_share_min", "90 %")
        agreement = self.new_running(100)
        self.deliver(89)
        self.assertEqual(agreement.state, "running")
        self.deliver(1)
        self.assertEqual(agreement.state, "refunded")

    def test_what_was_reached_and_returned_is_not_reached(self):
        order = self.new_fee_order(paid=False)
        agreement = self.new_running(10, order=order)
        delivery = self.deliver(10)
        self.assertTrue(agreement.reached_on)
        self.give_back(delivery, 5)
        self.assertFalse(agreement.reached_on)

    def test_reached_before_it_was_started(self):
        """Starting looks at once."""
        agreement = self.new_agreement(10)
        self.deliver(10)
        self.assertFalse(agreement.refund_ids)
        agreement.action_start()
        self.assertEqual(agreement.state, "refunded")

    def test_observing_only_records(self):
        self.set_mode("observe", "mould_fee_refund")
        agreement = self.new_running(10)
        self.deliver(10)
        self.run_cron("ir_cron_fee_refund")
        self.run_cron("ir_cron_fee_refund")
        self.assertFalse(agreement.refund_ids)
        decisions = self.env["aftersales.decision"].search(
            [("res_model", "=", agreement._name), ("res_id", "=", agreement.id)]
        )
        self.assertEqual(decisions.mapped("result"), ["refund", "keep"])

    def test_a_delivery_costs_nothing_where_no_agreement_runs(self):
        order = self.new_confirmed(1.0)
        self.agreements._queue_delivered(order.order_line)
        with self.assertQueryCount(0):
            self.agreements._queue_delivered(order.order_line)

    # ------------------------------------------------------------------ never twice

    def test_never_twice(self):
        """More deliveries, the cron and a check by hand change nothing."""
        agreement = self.new_running(10)
        self.deliver(10)
        self.deliver(10)
        self.run_cron("ir_cron_fee_refund")
        with self.assertRaisesRegex(UserError, "not possible"):
            agreement.action_check()
        self.assertEqual(len(agreement.refund_ids), 1)

    def test_not_after_the_note_was_cancelled_or_deleted(self):
        """Accounting's no is a no, until somebody reopens it with a reason."""
        agreement = self.new_running(10)
        self.deliver(10)
        agreement.refund_ids.button_cancel()
        self.run_cron("ir_cron_fee_refund")
        self.deliver(10)
        self.assertEqual(agreement.refund_ids.mapped("state"), ["cancel"])
        other = self.new_running(10)
        self.assertEqual(other.state, "refunded")
        other.refund_ids.unlink()
        self.run_cron("ir_cron_fee_refund")
        self.assertFalse(other.refund_ids)
        self.assertEqual(other.state, "refunded")

    def test_reopened_with_a_reason_it_is_given_back_once_more(self):
        agreement = self.new_running(10)
        self.deliver(10)
        controller = agreement.with_user(self.controller)
        with self.assertRaisesRegex(UserError, "cancel it first"):
            controller._reopen("Wrong account")
        agreement.refund_ids.button_cancel()
        with self.assertRaisesRegex(UserError, "Write the reason"):
            controller._reopen("  ")
        action = controller.action_reopen()
        wizard = Form(
            self.env["aftersales.fee.reopen"]
            .with_user(self.controller)
            .with_context(**action["context"])
        )
        wizard.reason = "Wrong account"
        wizard.save().action_reopen()
        self.assertEqual(agreement.state, "running")
        self.assertEqual(agreement.reopened_by_id, self.controller)
        self.run_cron("ir_cron_fee_refund")
        self.assertEqual(agreement.state, "refunded")
        self.assertEqual(
            sorted(agreement.refund_ids.mapped("state")), ["cancel", "draft"]
        )

    def test_an_expired_one_is_reopened_with_a_later_day(self):
        agreement = self.new_running(10, date_to=self.today)
        with freeze_time(datetime.now() + timedelta(days=2)):
            self.run_cron("ir_cron_fee_refund")
            self.assertEqual(agreement.state, "expired")
            later = self.today + timedelta(days=30)
            agreement.with_user(self.controller)._reopen("Building is late", later)
            self.deliver(10)
        self.assertEqual(agreement.date_to, later)
        self.assertEqual(agreement.state, "refunded")

    def test_the_database_refuses_a_second_note_of_a_round(self):
        """The net under two transactions at once."""
        agreement = self.new_running(10)
        self.deliver(10)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env["account.move"].sudo().create(agreement._prepare_refund())

    def test_a_fee_credited_by_hand_is_not_given_back_again(self):
        """Reversed as a whole, or so far that less is left than was agreed."""
        order = self.new_fee_order()
        agreement = self.new_running(10, order=order, amount=900)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=order.invoice_ids.ids)
            .create({"journal_id": order.invoice_ids.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        note.invoice_line_ids.price_unit = 400
        note.action_post()
        self.deliver(10)
        self.assertFalse(agreement.refund_ids)
        self.assertEqual(agreement.state, "running")
        note.button_draft()
        note.invoice_line_ids.price_unit = 300
        note.action_post()
        self.run_cron("ir_cron_fee_refund")
        self.assertEqual(agreement.refund_ids.amount_untaxed, 900)

    # ------------------------------------------------------------- what is agreed

    def test_no_more_is_promised_than_was_charged(self):
        """Several agreements share a fee; cancelled ones make room."""
        order = self.new_fee_order(1000.0)
        first = self.new_running(10, order=order, amount=700)
        with (
            self.assertRaisesRegex(ValidationError, "of a fee of"),
            self.env.cr.savepoint(),
        ):
            self.new_agreement(20, order=order, amount=301)
        self.new_agreement(20, order=order, amount=300)
        with (
            self.assertRaisesRegex(ValidationError, "of a fee of"),
            self.env.cr.savepoint(),
        ):
            self.new_agreement(30, order=order, amount=1)
        first.action_cancel()
        self.new_agreement(30, order=order, amount=700)
        for amount in (0, -5):
            with self.assertRaisesRegex(ValidationError, "above zero"):
                self.new_agreement(10, amount=amount)

    def test_only_a_fee_of_the_customer(self):
        """Marked as a fee, charged to this customer; a line of order or invoice."""
        other = self.new_fee_order(partner=self.new_customer("Other"))
        with self.assertRaisesRegex(ValidationError, "was not charged to"):
            self.new_agreement(order_line_id=other.order_line.id)
        with self.assertRaisesRegex(ValidationError, "no sample or mould fee"):
            self.new_agreement(order=self.new_confirmed(5.0))
        with self.assertRaisesRegex(ValidationError, "Name the line"):
            self.new_agreement(order_line_id=False)
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            self.new_agreement(date_to=self.today - timedelta(days=1))

    def test_a_fee_charged_without_an_order(self):
        invoice = self.new_invoice(500.0)
        invoice.button_draft()
        invoice.invoice_line_ids.product_id = self.mould
        invoice.invoice_line_ids.tax_ids = False
        invoice.invoice_line_ids.price_unit = 500
        invoice.action_post()
        self.pay(invoice)
        agreement = self.new_running(
            10, order_line_id=False, invoice_line_id=invoice.invoice_line_ids.id
        )
        self.deliver(10)
        self.assertEqual(agreement.refund_ids.amount_untaxed, 500)

    # ----------------------------------------------------------------------- rights

    def test_salespersons_agree_and_start(self):
        order = self.new_fee_order()
        agreement = self.new_agreement(10, order=order, user=self.salesperson)
        self.assertRegex(agreement.name, r"^FA/\d{4}/\d{4}$")
        agreement.action_start()
        self.assertEqual(agreement.state, "running")
        self.assertEqual(agreement.progress, 0)
        action = agreement.action_check()
        decision = self.env["aftersales.decision"].browse(action["res_id"])
        self.assertIn("0 of 10", decision.reason_display)
        order = order.with_user(self.salesperson)
        self.assertEqual(order.fee_agreement_count, 1)
        self.assertTrue(order.has_refundable_fee)
        self.assertEqual(
            order.action_view_fee_agreements()["domain"], [("order_id", "=", order.id)]
        )
        self.assertEqual(self.partner.fee_agreement_count, 1)

    def test_a_delivery_by_the_warehouse_prepares_the_note(self):
        """Whoever delivers need not read agreements, orders or invoices."""
        agreement = self.new_running(10)
        order = self.new_order(1.0)
        order.order_line.product_uom_qty = 10
        order.action_confirm()
        picking = order.picking_ids.with_user(self.warehouse_user)
        picking.move_ids.picked = True
        picking.button_validate()
        self.run_queue()
        self.assertEqual(agreement.state, "refunded")

    def test_terms_and_state_cannot_be_written(self):
        agreement = self.new_running(10)
        for user in (self.salesperson, self.controller):
            mine = agreement.with_user(user)
            for values in (
                {"state": "refunded"},
                {"refund_round": 9},
                {"refund_ids": [Command.clear()]},
                {"quantity": 1},
                {"date_to": self.today},
                {"amount": 1},
            ):
                with (
                    self.subTest(user=user.login, values=values),
                    self.assertRaises(UserError),
                ):
                    mine.write(values)
        with self.assertRaisesRegex(UserError, "Only draft"):
            agreement.unlink()
        order = self.new_fee_order()
        values = agreement.copy_data({"order_line_id": order.order_line.id})[0]
        made = self.agreements.with_context(default_state="refunded").create(values)
        self.assertEqual(made.state, "draft")

    def test_the_link_of_a_credit_note_cannot_be_written(self):
        """Not by accounting either: an unlinked note could be prepared again."""
        agreement = self.new_running(10)
        self.deliver(10)
        note = agreement.refund_ids.with_user(self.accountant)
        for values in ({"fee_agreement_id": False}, {"fee_refund_round": 7}):
            with self.assertRaises(AccessError):
                note.write(values)
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(self.accountant).create(
                {"move_type": "out_refund", "fee_agreement_id": agreement.id}
            )

    def test_only_accounting_or_a_controller_reopens(self):
        agreement = self.new_running(10)
        self.deliver(10)
        agreement.refund_ids.button_cancel()
        portal = self.new_user("por", "base.group_portal")
        for user in (self.salesperson, self.warehouse_user, self.admin, portal):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                agreement.with_user(user)._reopen("Mine")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["aftersales.fee.reopen"].with_user(user).create(
                    {"agreement_id": agreement.id, "reason": "x"}
                )
        self.assertEqual(agreement.state, "refunded")
        manager = self.new_user("acm", "account.group_account_manager")
        agreement.with_user(manager)._reopen("Once more")
        self.assertEqual(agreement.state, "running")

    def test_others_see_nothing(self):
        """The portal nothing, a salesperson not those of others, no other company."""
        agreement = self.new_running(10)
        portal = self.new_user("por", "base.group_portal")
        with self.assertRaises(AccessError):
            agreement.with_user(portal).read(["name"])
        other = self.new_user("sal2", "sales_team.group_sale_salesman")
        self.assertFalse(
            self.agreements.with_user(other).search([("id", "=", agreement.id)])
        )
        company = self.env["res.company"].create({"name": "Other"})
        elsewhere = self.new_user(
            "else",
            "sales_team.group_sale_salesman_all_leads",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.assertFalse(
            self.agreements.with_user(elsewhere).search([("id", "=", agreement.id)])
        )
