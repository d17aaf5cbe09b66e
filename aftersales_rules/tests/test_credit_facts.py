# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import timedelta
from decimal import Decimal

from odoo import Command, fields
from odoo.tests import tagged

from .common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestExposure(CreditCase):
    """Open receivables + confirmed and not invoiced + this order, each once (O1)."""

    def test_quotation_counts_itself_once(self):
        order = self.new_order(250.0)
        self.assertFacts(
            order, exposure=250.0, order_exposure=250.0, uninvoiced=0.0, receivable=0.0
        )

    def test_confirmed_order_counts_itself_once(self):
        order = self.new_confirmed(250.0)
        self.assertFacts(order, exposure=250.0, order_exposure=250.0, uninvoiced=0.0)

    def test_other_confirmed_orders_count_quotations_and_cancelled_do_not(self):
        self.new_confirmed(100.0)
        self.new_order(1000.0)
        self.new_confirmed(500.0)._action_cancel()
        self.new_confirmed(70.0, partner=self.other)
        self.assertFacts(self.new_order(10.0), uninvoiced=100.0, exposure=110.0)

    def test_order_on_hold_before_procurement_does_not_count(self):
        self.set_mode("enforce")
        held = self.new_confirmed(1500.0)
        self.assertHeld(held, "over_limit")
        self.assertFacts(self.new_order(10.0), uninvoiced=0.0, exposure=10.0)

    def test_each_step_of_an_invoice(self):
        """Draft, posted, half paid, paid, credit-noted, reset: owed once throughout."""
        order = self.new_confirmed(1000.0)
        invoice = order._create_invoices()
        self.assertFacts(order, exposure=1000.0, order_exposure=1000.0, receivable=0.0)
        self.assertFacts(self.new_order(1.0), uninvoiced=1000.0)
        invoice.action_post()
        self.assertFacts(order, exposure=1000.0, order_exposure=0.0, receivable=1000.0)
        self.assertFacts(self.new_order(1.0), uninvoiced=0.0, receivable=1000.0)
        self.pay(invoice, 400.0)
        self.assertFacts(order, exposure=600.0, paid_amount=400.0, unpaid_amount=600.0)
        self.pay(invoice)
        self.assertFacts(order, exposure=0.0, paid_share=1.0, unpaid_amount=0.0)

    def test_invoice_reset_to_draft_or_cancelled_is_an_open_order_again(self):
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        invoice.button_draft()
        self.assertFacts(order, exposure=1000.0, order_exposure=1000.0, receivable=0.0)
        invoice.button_cancel()
        self.assertFacts(order, exposure=1000.0, order_exposure=1000.0, receivable=0.0)

    def test_payment_of_an_invoice_taken_back(self):
        """Odoo calls the invoice paid as long as the payment is in draft."""
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        invoice.invoice_date_due = self.today - timedelta(days=2)
        payment = self.pay(invoice)
        self.assertFacts(order, exposure=0.0, paid_share=1.0, overdue_days=0)
        payment.action_draft()
        self.assertEqual(invoice.payment_state, "paid")
        unpaid = {
            "exposure": 1000.0,
            "receivable": 1000.0,
            "paid_share": 0.0,
            "overdue_days": 2,
            "overdue_amount": 1000.0,
        }
        self.assertFacts(order, **unpaid)
        payment.action_cancel()
        self.assertFacts(order, **unpaid)

    def test_credit_note_taken_back(self):
        order = self.new_confirmed(1000.0)
        refund = self.credit_note(self.invoice_order(order), match=True)
        refund.button_draft()
        self.assertFacts(
            order,
            receivable=1000.0,
            order_exposure=0.0,
            exposure=1000.0,
            paid_share=0.0,
        )

    def test_credit_note_of_an_invoice(self):
        """What is credited is to be invoiced again; cancelling the order ends it."""
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        refund = self.credit_note(invoice, post=False)
        self.assertFacts(order, exposure=1000.0, receivable=1000.0, order_exposure=0.0)
        refund.action_post()
        self.assertFacts(
            order,
            exposure=1000.0,
            receivable=0.0,
            order_exposure=1000.0,
            paid_share=0.0,
        )
        self.match(invoice, refund)
        self.assertFacts(
            order,
            exposure=1000.0,
            receivable=0.0,
            order_exposure=1000.0,
            paid_share=0.0,
        )
        order._action_cancel()
        self.assertFacts(self.new_order(1.0), exposure=1.0)

    def test_price_reduction_by_credit_note_is_not_owed_twice(self):
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        self.credit_note(invoice, amount=300.0, match=True)
        self.assertFacts(
            order,
            receivable=700.0,
            order_exposure=300.0,
            exposure=1000.0,
            paid_amount=0.0,
        )

    def test_discount_on_the_invoice_leaves_nothing_to_invoice(self):
        order = self.new_confirmed(1000.0)
        invoice = order._create_invoices()
        invoice.invoice_line_ids.price_unit = 900.0
        invoice.action_post()
        self.assertFacts(order, order_exposure=0.0, exposure=900.0)

    def test_invoice_over_the_order_never_makes_it_negative(self):
        order = self.new_confirmed(1000.0)
        order.order_line.product_uom_qty = 2
        invoice = order._create_invoices()
        invoice.invoice_line_ids.write({"price_unit": 3000.0, "quantity": 1})
        invoice.action_post()
        self.assertFacts(order, order_exposure=0.0, receivable=3000.0)

    def test_partial_invoice(self):
        product = self.new_product("Metered", type="service", invoice_policy="delivery")
        order = self.new_confirmed(0.0, product=product)
        order.order_line.write({"product_uom_qty": 10, "price_unit": 50.0})
        order.order_line.qty_delivered = 4
        self.invoice_order(order)
        self.assertFacts(order, receivable=200.0, order_exposure=300.0, exposure=500.0)

    def test_taxes_are_part_of_what_is_owed(self):
        tax = self.env["account.tax"].create(
            {"name": "Ten", "amount": 10.0, "type_tax_use": "sale"}
        )
        order = self.new_order(100.0)
        order.order_line.tax_ids = tax
        order.action_confirm()
        self.assertFacts(order, order_amount=110.0, exposure=110.0)
        invoice = self.invoice_order(order)
        self.assertFacts(order, exposure=110.0, receivable=110.0)
        self.pay(invoice, 55.0)
        self.assertFacts(order, exposure=55.0, paid_share=0.5)

    def test_down_payment_then_final_invoice(self):
        """Exposure and share paid at each step."""
        order = self.new_confirmed(1000.0)
        deposit = self.down_payment_invoice(order, 300.0)
        steps = [("draft deposit", 0.0, 1000.0, 0.0)]
        self.check_step(order, *steps[-1])
        deposit.action_post()
        self.check_step(order, "posted deposit", 300.0, 700.0, 0.0)
        self.pay(deposit, 100.0)
        self.check_step(order, "deposit paid in part", 200.0, 700.0, 0.1)
        self.pay(deposit)
        self.check_step(order, "deposit paid", 0.0, 700.0, 0.3)
        final = order._create_invoices(final=True)
        self.check_step(order, "draft final", 0.0, 700.0, 0.3)
        final.action_post()
        self.check_step(order, "posted final", 700.0, 0.0, 0.3)
        self.pay(final, 350.0)
        self.check_step(order, "final half paid", 350.0, 0.0, 0.65)
        self.pay(final)
        self.check_step(order, "all paid", 0.0, 0.0, 1.0)
        final.button_draft()
        # Odoo keeps the payments matched with an invoice that is reset to draft
        self.check_step(order, "final reset", -700.0, 700.0, 1.0)
        final.button_cancel()
        self.check_step(order, "final cancelled", -700.0, 700.0, 0.3)

    def test_down_payment_credit_noted_and_cancelled(self):
        order = self.new_confirmed(1000.0)
        deposit = self.down_payment_invoice(order, 300.0)
        deposit.action_post()
        refund = self.credit_note(deposit)
        self.check_step(order, "credited", 0.0, 1000.0, 0.0)
        self.match(deposit, refund)
        self.check_step(order, "matched", 0.0, 1000.0, 0.0)
        refund.button_draft()
        refund.button_cancel()
        self.check_step(order, "credit note cancelled", 300.0, 700.0, 0.0)
        deposit.button_draft()
        self.check_step(order, "deposit reset", 0.0, 1000.0, 0.0)
        deposit.button_cancel()
        self.check_step(order, "deposit cancelled", 0.0, 1000.0, 0.0)

    def check_step(self, order, step, receivable, own, share):
        with self.subTest(step):
            self.assertFacts(
                order,
                receivable=receivable,
                order_exposure=own,
                exposure=receivable + own,
                paid_share=share,
            )
            self.assertFacts(self.new_order(1.0), uninvoiced=own)

    def test_deposit_of_a_reopened_quotation_is_not_owed_twice(self):
        order = self.new_confirmed(1000.0)
        deposit = self.down_payment_invoice(order, 300.0)
        deposit.action_post()
        order._action_cancel()
        order.action_draft()
        self.assertFacts(order, receivable=300.0, order_exposure=700.0, exposure=1000.0)

    def test_invoice_over_two_orders(self):
        first, second = self.new_confirmed(600.0), self.new_confirmed(400.0)
        invoice = (first | second)._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self.pay(invoice, 250.0)
        self.assertFacts(first, paid_amount=150.0, paid_share=0.25, exposure=750.0)
        self.assertFacts(second, paid_amount=100.0, paid_share=0.25, exposure=750.0)
        self.pay(invoice)
        self.assertFacts(first, paid_share=1.0, exposure=0.0)

    def test_child_contacts_and_their_company_are_one_debtor(self):
        buyer, site = self.env["res.partner"].create(
            [
                {"name": "Buyer", "parent_id": self.partner.id},
                {"name": "Site", "parent_id": self.partner.id, "type": "invoice"},
            ]
        )
        self.new_invoice(100.0, partner=buyer)
        self.new_confirmed(50.0, partner=site)
        self.new_payment(30.0, partner=buyer)
        order = self.new_order(10.0, partner=buyer)
        self.assertEqual(order.partner_invoice_id, site)
        self.assertFacts(
            order, receivable=70.0, uninvoiced=50.0, exposure=130.0, credit_limit=1000.0
        )
        self.assertFacts(self.new_order(10.0), receivable=70.0, uninvoiced=50.0)

    def test_subsidiary_is_a_debtor_of_its_own(self):
        branch = self.new_customer(
            "Branch", credit_limit=77.0, parent_id=self.partner.id
        )
        self.new_invoice(100.0)
        order = self.new_order(10.0, partner=branch)
        self.assertFacts(order, exposure=10.0, credit_limit=77.0)

    def test_debt_is_that_of_the_invoice_partner(self):
        payer = self.new_customer("Payer", credit_limit=500.0)
        self.new_invoice(100.0)
        self.new_invoice(40.0, partner=payer, days_overdue=5)
        order = self.new_order(10.0, partner_invoice_id=payer.id)
        self.assertFacts(
            order,
            exposure=50.0,
            credit_limit=500.0,
            overdue_days=5,
            overdue_amount=40.0,
        )
        order.action_confirm()
        self.assertFacts(self.new_order(1.0), uninvoiced=0.0, receivable=100.0)
        self.assertFacts(self.new_order(1.0, partner=payer), uninvoiced=10.0)

    def test_company_of_ours_as_customer(self):
        """Orders billed to another company of the same database."""
        sister = self.env["res.company"].create({"name": "Sister"})
        self.new_invoice(40.0, partner=sister.partner_id)
        order = self.new_order(10.0, partner_invoice_id=sister.partner_id.id)
        self.assertFacts(order, exposure=50.0)

    def test_journal_entry_of_a_contact_counts(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner.id}
        )
        receivable = self.partner.property_account_receivable_id
        income = self.env["account.account"].search(
            [("account_type", "=", "income")], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": self.today - timedelta(days=9),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": contact.id,
                            "debit": 80.0,
                        }
                    ),
                    Command.create({"account_id": income.id, "credit": 80.0}),
                ],
            }
        )
        self.assertFacts(self.new_order(10.0), exposure=10.0)
        entry.action_post()
        self.assertFacts(
            self.new_order(10.0), exposure=90.0, overdue_amount=80.0, overdue_days=9
        )

    def test_payment_without_journal_entry_lowers_the_debt(self):
        self.new_invoice(100.0)
        payment = self.new_payment(60.0, entry=False)
        self.assertFalse(payment.move_id)
        self.assertEqual(payment.state, "in_process")
        self.assertFacts(self.new_order(10.0), receivable=40.0, exposure=50.0)
        payment.action_cancel()
        self.assertFacts(self.new_order(10.0), receivable=100.0)

    def test_money_paid_out_without_journal_entry_raises_it(self):
        self.new_payment(60.0)
        self.new_payment(-60.0, entry=False)
        self.assertFacts(self.new_order(10.0), receivable=0.0, exposure=10.0)

    def test_zero_amount_order(self):
        order = self.new_confirmed(0.0)
        self.assertFacts(
            order, order_amount=0.0, paid_share=1.0, unpaid_amount=0.0, exposure=0.0
        )

    def test_negative_order_owes_nothing_and_frees_nothing(self):
        order = self.new_order(-100.0)
        self.assertFacts(order, paid_share=1.0, unpaid_amount=0.0, exposure=0.0)
        order.action_confirm()
        self.assertFacts(order, paid_share=1.0, unpaid_amount=0.0, exposure=0.0)
        self.assertFacts(self.new_order(10.0), uninvoiced=0.0, exposure=10.0)

    def test_several_orders_at_once_are_each_base_plus_own(self):
        orders = self.new_order(100.0) | self.new_order(200.0)
        self.new_invoice(50.0)
        gathered = self.env["aftersales.credit.facts"]._gather(orders)
        first, second = (gathered[order.id] for order in orders)
        self.assertEqual(first.facts().exposure, Decimal("150.00"))
        self.assertEqual(second.facts().exposure, Decimal("250.00"))
        self.assertEqual(second.facts(committed=100.0).exposure, Decimal("350.00"))
        self.assertEqual(second.facts(committed=100.0).uninvoiced, Decimal("100.00"))

    def test_limit_excess(self):
        self.assertFacts(self.new_order(1250.5), limit_excess=250.5)
        self.assertFacts(self.new_order(1000.0), limit_excess=0.0)
        self.assertFacts(self.new_order(1.0, partner=self.other), limit_excess=None)


@tagged("post_install", "-at_install")
class TestOverdue(CreditCase):
    """How much is overdue, and since when (O3)."""

    def test_due_today_is_not_overdue(self):
        self.new_invoice(100.0)
        self.assertFacts(self.new_order(), overdue_amount=0.0, overdue_days=0)

    def test_due_yesterday_is(self):
        self.new_invoice(100.0, days_overdue=1)
        self.assertFacts(self.new_order(), overdue_amount=100.0, overdue_days=1)

    def test_the_oldest_debt_gives_the_age(self):
        self.new_invoice(100.0, days_overdue=5)
        self.new_invoice(50.0, days_overdue=12)
        self.new_invoice(10.0)
        self.assertFacts(self.new_order(), overdue_amount=150.0, overdue_days=12)

    def test_paid_invoice_is_not_overdue_and_a_part_paid_one_for_the_rest(self):
        self.pay(self.new_invoice(100.0, days_overdue=20))
        self.pay(self.new_invoice(100.0, days_overdue=7), 60.0)
        self.assertFacts(self.new_order(), overdue_amount=40.0, overdue_days=7)

    def test_unmatched_money_pays_the_oldest_debts_first(self):
        """Whatever form the money has."""
        for name, credit in {
            "payment": lambda: self.new_payment(120.0),
            "payment without entry": lambda: self.new_payment(120.0, entry=False),
            "credit note": lambda: self.new_invoice(120.0, move_type="out_refund"),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.new_invoice(100.0, days_overdue=20)
                self.new_invoice(50.0, days_overdue=10)
                self.new_invoice(500.0)
                credit()
                self.assertFacts(
                    self.new_order(),
                    overdue_amount=30.0,
                    overdue_days=10,
                    receivable=530.0,
                )
                savepoint.rollback()
                self.env.invalidate_all()

    def test_money_that_covers_all_overdue_debts(self):
        self.new_invoice(100.0, days_overdue=20)
        self.new_invoice(500.0)
        self.new_payment(100.0)
        self.assertFacts(
            self.new_order(), overdue_amount=0.0, overdue_days=0, receivable=500.0
        )
        self.new_payment(900.0)
        self.assertFacts(
            self.new_order(10.0), overdue_amount=0.0, receivable=-400.0, exposure=-390.0
        )

    def test_instalments_are_overdue_one_by_one(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "In three parts",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": share, "nb_days": d}
                    )
                    for share, d in ((30.0, 0), (30.0, 10), (40.0, 60))
                ],
            }
        )
        invoice = self.new_invoice(
            1000.0,
            days_overdue=15,
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self.assertFacts(
            self.new_order(),
            overdue_amount=600.0,
            overdue_days=15,
            receivable=1000.0,
        )
        self.pay(invoice, 300.0)
        self.assertFacts(self.new_order(), overdue_amount=300.0, overdue_days=5)
        self.pay(invoice, 300.0)
        self.assertFacts(
            self.new_order(), overdue_amount=0.0, overdue_days=0, receivable=400.0
        )

    def test_draft_and_cancelled_invoices_are_no_debt(self):
        self.new_invoice(100.0, days_overdue=5).button_draft()
        cancelled = self.new_invoice(100.0, days_overdue=5)
        cancelled.button_draft()
        cancelled.button_cancel()
        self.assertFacts(self.new_order(1.0), overdue_amount=0.0, exposure=1.0)

    def test_today_is_that_of_the_company(self):
        """Overdue begins when the day begins where the company is."""
        self.new_invoice(100.0)
        noon = fields.Datetime.to_datetime(self.today).replace(hour=12)
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"  # UTC+14
        with self.freeze(noon):
            self.assertFacts(self.new_order(), overdue_days=1, overdue_amount=100.0)
        self.company.resource_calendar_id.tz = "Etc/GMT+12"
        with self.freeze(noon):
            self.assertFacts(self.new_order(), overdue_days=0, overdue_amount=0.0)


@tagged("post_install", "-at_install")
class TestSharePaid(CreditCase):
    """Money received for an order, each payment once (O1)."""

    def test_share_is_never_rounded_up(self):
        order = self.new_confirmed(100000.0)
        invoice = self.invoice_order(order)
        self.pay(invoice, 49999.0)
        self.assertFacts(order, paid_share=0.4999)
        self.pay(invoice, 1.0)
        self.assertFacts(order, paid_share=0.5)
        self.pay(invoice, 49999.0)
        self.assertFacts(order, paid_share=0.9999, unpaid_amount=1.0)

    def test_payment_without_entry_registered_on_an_invoice(self):
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        payment = self.pay_without_entry(invoice, 400.0)
        self.assertFalse(payment.move_id)
        self.assertFacts(
            order, paid_amount=400.0, paid_share=0.4, receivable=600.0, exposure=600.0
        )
        payment.action_cancel()
        self.assertFacts(order, paid_amount=0.0, receivable=1000.0)

    def test_payment_without_entry_over_two_invoices_counts_once(self):
        first, second = self.new_confirmed(600.0), self.new_confirmed(400.0)
        invoices = self.invoice_order(first) | self.invoice_order(second)
        payment = self.pay_without_entry(invoices, 500.0)
        self.assertEqual(len(payment), 1)
        self.assertFacts(first, paid_amount=300.0, receivable=500.0)
        self.assertFacts(second, paid_amount=200.0)

    def test_validated_payment_without_entry_is_still_paid(self):
        order = self.new_confirmed(1000.0)
        payment = self.pay_without_entry(self.invoice_order(order))
        payment.action_validate()
        self.assertEqual(payment.state, "paid")
        self.assertFacts(order, paid_share=1.0)

    def test_online_payment_done(self):
        order = self.new_confirmed(1000.0)
        transaction = self.new_transaction(400.0, order)
        self.assertTrue(transaction.payment_id.move_id)
        self.assertFacts(order, paid_amount=400.0, paid_share=0.4, exposure=600.0)

    def test_online_payment_reconciled_with_the_invoice_counts_once(self):
        order = self.new_confirmed(1000.0)
        transaction = self.new_transaction(1000.0, order)
        invoice = self.invoice_order(order)
        self.assertFacts(order, paid_share=1.0, exposure=0.0)
        self.match(invoice, transaction.payment_id.move_id)
        self.assertFacts(order, paid_share=1.0, paid_amount=1000.0, exposure=0.0)

    def test_online_payment_half_taken_up_by_a_deposit_invoice(self):
        order = self.new_confirmed(1000.0)
        transaction = self.new_transaction(500.0, order)
        deposit = self.down_payment_invoice(order, 300.0)
        deposit.action_post()
        self.match(deposit, transaction.payment_id.move_id)
        self.assertFacts(order, paid_amount=500.0, exposure=500.0)

    def test_online_payment_taken_up_by_the_invoice_of_another_order(self):
        order, other = self.new_confirmed(1000.0), self.new_confirmed(1000.0)
        transaction = self.new_transaction(1000.0, order)
        self.match(self.invoice_order(other), transaction.payment_id.move_id)
        self.assertFacts(order, paid_share=0.0)
        self.assertFacts(other, paid_share=1.0)

    def test_authorized_and_pending_payments_are_not_money_yet(self):
        order = self.new_confirmed(1000.0)
        self.new_transaction(500.0, order, state="authorized")
        self.new_transaction(500.0, order, state="pending")
        self.assertFacts(order, paid_share=0.0, exposure=1000.0)

    def test_captures_of_an_authorized_payment_count_and_the_rest_does_not(self):
        order = self.new_confirmed(1000.0)
        whole = self.new_transaction(1000.0, order, state="authorized")
        capture = whole._create_child_transaction(600.0)
        capture._set_done()
        capture._post_process()
        self.assertFacts(order, paid_amount=600.0, exposure=400.0)
        void = whole._create_child_transaction(400.0)
        void._set_canceled()
        self.assertEqual(whole.state, "done")
        whole._post_process()
        self.assertFacts(order, paid_amount=600.0, exposure=400.0)
        self.match(self.invoice_order(order), capture.payment_id.move_id)
        self.assertFacts(order, paid_amount=600.0, exposure=400.0)

    def test_refund_lowers_the_share(self):
        order = self.new_confirmed(1000.0)
        transaction = self.new_transaction(1000.0, order)
        refund = transaction._create_child_transaction(300.0, is_refund=True)
        refund._set_done()
        refund._post_process()
        self.assertFacts(order, paid_amount=700.0, exposure=300.0)
        self.match(transaction.payment_id.move_id, refund.payment_id.move_id)
        self.assertFacts(order, paid_amount=700.0, exposure=300.0)

    def test_refund_after_invoicing(self):
        order = self.new_confirmed(1000.0)
        transaction = self.new_transaction(1000.0, order)
        invoice = self.invoice_order(order)
        self.match(invoice, transaction.payment_id.move_id)
        refund = transaction._create_child_transaction(300.0, is_refund=True)
        refund._set_done()
        refund._post_process()
        self.assertFacts(order, paid_amount=700.0, receivable=300.0)
        note = self.credit_note(invoice, amount=300.0)
        self.match(note, refund.payment_id.move_id)
        self.assertFacts(order, paid_amount=700.0, receivable=0.0)

    def test_one_online_payment_for_several_orders(self):
        orders = self.new_confirmed(600.0) | self.new_confirmed(200.0)
        self.new_transaction(400.0, orders)
        self.assertFacts(orders[0], paid_amount=300.0, paid_share=0.5)
        self.assertFacts(orders[1], paid_amount=100.0, paid_share=0.5)

    def test_online_payment_for_an_order_that_became_free(self):
        order = self.new_confirmed(100.0)
        self.new_transaction(100.0, order)
        order.order_line.price_unit = 0.0
        self.assertFacts(order, paid_amount=100.0, paid_share=1.0, unpaid_amount=0.0)

    def test_online_payment_for_several_free_orders(self):
        orders = self.new_confirmed(0.0) | self.new_confirmed(0.0)
        self.new_transaction(100.0, orders)
        self.assertFacts(orders[0], paid_amount=50.0)

    def test_online_payment_without_journal_entry(self):
        order = self.new_confirmed(1000.0)
        provider = self.get_provider(self.company)
        lines = provider.journal_id.inbound_payment_method_line_ids
        lines.payment_account_id = False
        with self.payments_without_entry():
            transaction = self.new_transaction(400.0, order)
        self.assertFalse(transaction.payment_id.move_id)
        self.assertFacts(order, paid_amount=400.0, exposure=600.0)
        deposit = self.down_payment_invoice(order, 400.0)
        deposit.matched_payment_ids = transaction.payment_id
        self.assertFacts(order, paid_amount=400.0, exposure=600.0)
        deposit.action_post()
        self.assertFacts(order, paid_amount=400.0, exposure=600.0)

    def test_cancelled_payment_of_an_online_transaction(self):
        order = self.new_confirmed(1000.0)
        transaction = self.new_transaction(400.0, order)
        transaction.payment_id.action_cancel()
        self.assertFacts(order, paid_amount=0.0, exposure=1000.0)

    def test_online_payment_counts_before_its_payment_record_exists(self):
        """The order is confirmed before post-processing makes the payment."""
        order = self.new_order(1500.0)
        transaction = self.new_transaction(750.0, order, process=False)
        self.assertFalse(transaction.payment_id)
        self.assertFacts(order, paid_share=0.5, exposure=750.0, order_exposure=750.0)
        transaction._post_process()
        self.assertFacts(order, paid_share=0.5, exposure=750.0)

    def test_credit_note_paid_out_lowers_the_share(self):
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        self.pay(invoice)
        note = self.credit_note(invoice, amount=200.0)
        self.assertFacts(order, paid_amount=1000.0)
        self.pay(note)
        self.assertFacts(order, paid_amount=800.0)

    def test_deposit_larger_than_the_final_invoice(self):
        order = self.new_confirmed(1000.0)
        deposit = self.down_payment_invoice(order, 600.0)
        deposit.action_post()
        self.pay(deposit)
        order.order_line.filtered(lambda line: not line.is_downpayment)[
            0
        ].price_unit = 400.0
        final = order._create_invoices(final=True)
        self.assertEqual(final.move_type, "out_refund")
        final.action_post()
        self.assertFacts(order, paid_amount=600.0, unpaid_amount=0.0)
        self.pay(final)
        self.assertFacts(order, paid_amount=400.0, paid_share=1.0)

    def test_write_off_settles_the_order(self):
        order = self.new_confirmed(1000.0)
        invoice = self.invoice_order(order)
        expense = self.env["account.account"].search(
            [("account_type", "=", "expense")], limit=1
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {
                "journal_id": self.bank_journal.id,
                "amount": 990.0,
                "payment_difference_handling": "reconcile",
                "writeoff_account_id": expense.id,
            }
        )._create_payments()
        self.assertFacts(order, paid_share=1.0, receivable=0.0)


@tagged("post_install", "-at_install")
class TestForeignCurrency(CreditCase):
    """Limits and exposure in company currency, shares in the order's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.new_currency("EUR", 0.5)
        cls.pricelist = cls.new_pricelist(cls.euro)

    def new_euro_order(self, amount, **values):
        order = self.new_order(amount, pricelist_id=self.pricelist.id, **values)
        order.order_line.price_unit = amount
        self.assertEqual(order.currency_id, self.euro)
        return order

    def test_order_counts_at_today_s_rate(self):
        order = self.new_euro_order(100.0)
        self.assertFacts(order, order_amount=200.0, exposure=200.0, currency="USD")
        order.action_confirm()
        self.set_rate(self.euro, 0.8)
        self.assertFacts(order, order_amount=125.0, exposure=125.0)
        self.assertFacts(self.new_order(1.0), uninvoiced=125.0)

    def test_paid_in_its_currency_after_the_rate_moved_is_paid(self):
        order = self.new_euro_order(333.33)
        order.action_confirm()
        invoice = self.invoice_order(order)
        self.assertFacts(order, receivable=666.66)
        self.set_rate(self.euro, 0.7)
        self.pay(invoice, 111.11)
        self.assertFacts(order, paid_share=0.3333)
        self.pay(invoice)
        self.assertFacts(order, paid_share=1.0, unpaid_amount=0.0, receivable=0.0)

    def test_deposit_and_final_invoice_across_rates(self):
        order = self.new_euro_order(1000.0)
        order.action_confirm()
        deposit = self.down_payment_invoice(order, 300.0)
        deposit.action_post()
        self.set_rate(self.euro, 0.25)
        self.pay(deposit)
        self.assertFacts(order, paid_share=0.3, order_exposure=2800.0)
        final = order._create_invoices(final=True)
        final.action_post()
        self.pay(final)
        self.assertFacts(order, paid_share=1.0, exposure=0.0)

    def test_paid_online_in_its_currency(self):
        order = self.new_euro_order(100.0)
        order.action_confirm()
        transaction = self.new_transaction(100.0, order)
        self.set_rate(self.euro, 0.9)
        self.assertFacts(order, paid_share=1.0, unpaid_amount=0.0)
        self.match(self.invoice_order(order), transaction.payment_id.move_id)
        self.assertFacts(order, paid_share=1.0, unpaid_amount=0.0)

    def test_payment_without_entry_in_company_currency(self):
        order = self.new_euro_order(100.0)
        order.action_confirm()
        invoice = self.invoice_order(order)
        payment = self.pay_without_entry(
            invoice, 100.0, currency_id=self.company.currency_id.id
        )
        self.assertFalse(payment.move_id)
        self.assertFacts(order, paid_share=0.5, receivable=100.0)

    def test_payment_without_entry_in_the_order_s_currency_after_the_rate_moved(self):
        order = self.new_euro_order(100.0)
        order.action_confirm()
        invoice = self.invoice_order(order)
        self.set_rate(self.euro, 0.9)
        self.pay_without_entry(invoice)
        self.assertFacts(order, paid_share=1.0, unpaid_amount=0.0)

    def test_invoice_in_another_currency_than_the_order(self):
        """Counted at the rate of the invoice's day."""
        order = self.new_confirmed(200.0)
        invoice = order._create_invoices()
        invoice.currency_id = self.euro
        invoice.invoice_line_ids.price_unit = 100.0
        invoice.action_post()
        self.pay(invoice)
        self.assertFacts(order, paid_share=1.0)

    def test_currency_without_decimals(self):
        yen = self.new_currency("JPY", 100.0)
        order = self.new_order(5.0, pricelist_id=self.new_pricelist(yen).id)
        order.order_line.price_unit = 12345.0
        order.action_confirm()
        self.assertFacts(order, exposure=123.45)
        self.pay(self.invoice_order(order))
        self.assertFacts(order, paid_share=1.0, exposure=0.0)


@tagged("post_install", "-at_install")
class TestSeveralCompanies(CreditCase):
    """Each company its own currency, limit, tier and debts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.second = cls.env["res.company"].create(
            {"name": "Second", "currency_id": cls.euro.id}
        )
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.second, install_demo=False
        )
        cls.second.currency_id = cls.euro
        cls.second.account_use_credit_limit = True
        cls.set_mode("off", company=cls.second)
        cls.env.user.company_ids |= cls.second
        cls.partner.with_company(cls.second).credit_limit = 50.0
        cls.partner.customer_tier_manual = "key"
        cls.partner.with_company(cls.second).customer_tier_manual = "unstable"

    def in_second(self):
        return self.env(
            context={
                **self.env.context,
                "allowed_company_ids": [self.second.id, self.company.id],
            }
        )

    def new_second_order(self, amount, **values):
        order = self.in_second()["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.second.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.service.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        self.assertEqual(order.currency_id, self.euro)
        return order

    def test_companies_do_not_see_each_other_s_debts(self):
        self.new_invoice(100.0, days_overdue=4)
        self.new_confirmed(10.0)
        here, there = self.new_order(1.0), self.new_second_order(2.0)
        self.assertFacts(
            here,
            exposure=111.0,
            credit_limit=1000.0,
            tier="key",
            overdue_days=4,
            currency="USD",
        )
        self.assertFacts(
            there,
            exposure=2.0,
            credit_limit=50.0,
            tier="unstable",
            overdue_days=0,
            currency="EUR",
        )
        there.action_confirm()
        self.assertFacts(self.new_second_order(5.0), exposure=7.0)
        self.assertFacts(here, exposure=111.0)

    def test_both_at_once_whatever_company_is_active(self):
        self.new_invoice(100.0)
        orders = self.new_order(1.0) | self.new_second_order(2.0)
        contexts = (
            [self.company.id],
            [self.second.id],
            [self.second.id, self.company.id],
        )
        for company_ids in contexts:
            with self.subTest(company_ids):
                self.env.invalidate_all()
                gathered = (
                    self.env["aftersales.credit.facts"]
                    .with_context(allowed_company_ids=company_ids)
                    ._gather(orders.with_context(allowed_company_ids=company_ids))
                )
                here, there = (gathered[order.id].facts() for order in orders)
                self.assertEqual(here.exposure, Decimal("101.00"))
                self.assertEqual(here.credit_limit, Decimal("1000.00"))
                self.assertEqual(here.tier, "key")
                self.assertEqual(there.exposure, Decimal("2.00"))
                self.assertEqual(there.credit_limit, Decimal("50.00"))
                self.assertEqual(there.tier, "unstable")

    def test_granted_limit_of_the_other_company_does_not_count(self):
        limit = self.env["aftersales.credit.limit"].create(
            {"partner_id": self.partner.id, "amount": 5000.0}
        )
        limit.sudo().write({"state": "approved"})
        self.assertFacts(self.new_order(1.0), credit_limit=5000.0)
        self.assertFacts(self.new_second_order(1.0), credit_limit=50.0)

    def test_companies_judged_together_are_each_on_their_own_day(self):
        """Here it is tomorrow already: a debt is overdue, a limit over; not there."""
        for company, tz in (
            (self.company, "Pacific/Kiritimati"),
            (self.second, "Etc/GMT+12"),
        ):
            company.resource_calendar_id.tz = tz
            self.new_invoice(100.0, company_id=company.id)
            self.env["aftersales.credit.limit"].sudo().create(
                {
                    "partner_id": self.partner.id,
                    "company_id": company.id,
                    "amount": 5000.0,
                    "date_from": self.today - timedelta(days=9),
                    "date_to": self.today,
                }
            ).state = "approved"
        orders = self.new_order(1.0) | self.new_second_order(1.0)
        noon = fields.Datetime.to_datetime(self.today).replace(hour=12)
        with self.freeze(noon):
            gathered = self.env["aftersales.credit.facts"]._gather(orders)
        here, there = (gathered[order.id].facts() for order in orders)
        self.assertEqual((here.overdue_days, there.overdue_days), (1, 0))
        self.assertEqual((here.overdue_amount, there.overdue_amount), (100, 0))
        self.assertEqual((here.credit_limit, there.credit_limit), (1000, 5000))

    def test_company_that_uses_no_limits(self):
        self.second.account_use_credit_limit = False
        self.assertFacts(self.new_second_order(1.0), credit_limit=None)
        self.assertFacts(self.new_order(1.0), credit_limit=1000.0)


@tagged("post_install", "-at_install")
class TestOtherFacts(CreditCase):
    """Limit, tier, guarantor, promise, kind."""

    def test_order_without_anything(self):
        self.assertFacts(
            self.new_order(partner=self.other),
            order_kind="standard",
            credit_limit=None,
            tier=None,
            has_guarantor=False,
            promised_date=None,
            promise_days=None,
            broken_promise_days=None,
        )

    def test_order_with_everything(self):
        self.partner.customer_tier_manual = "regular"
        promised = self.today + timedelta(days=2)
        self.assertFacts(
            self.new_order(
                order_kind="engineering",
                guarantor_id=self.salesperson.id,
                promised_payment_date=promised,
            ),
            order_kind="engineering",
            credit_limit=1000.0,
            tier="regular",
            has_guarantor=True,
            promised_date=promised,
            promise_days=2,
        )

    def test_limits_of_odoo_count_only_where_the_company_uses_them(self):
        self.company.account_use_credit_limit = False
        self.assertFacts(self.new_order(), credit_limit=None)

    def test_limit_of_the_commercial_entity_counts(self):
        child = self.env["res.partner"].create(
            {"name": "Child", "parent_id": self.partner.id}
        )
        self.assertFacts(self.new_order(partner=child), credit_limit=1000.0)

    def new_delivered(self, amount, days, **values):
        """An order delivered on a promise of payment, `days` ago or ahead."""
        order = self.new_confirmed(
            amount, promised_payment_date=self.today + timedelta(days=days), **values
        )
        self.stock_up(self.goods)
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(order.delivery_status, "full")
        return order

    def test_promise_is_broken_the_day_after(self):
        self.new_delivered(100.0, 0)
        self.assertFacts(self.new_order(), broken_promise_days=None)
        self.new_delivered(100.0, -1)
        self.new_delivered(100.0, -6)
        self.assertFacts(self.new_order(), broken_promise_days=6)

    def test_promise_of_the_order_itself(self):
        order = self.new_delivered(100.0, -3)
        self.assertFacts(order, broken_promise_days=3, promise_days=-3)

    def test_promise_kept(self):
        order = self.new_delivered(100.0, -3)
        invoice = self.invoice_order(order)
        self.assertFacts(self.new_order(), broken_promise_days=3)
        self.pay(invoice, 99.0)
        self.assertFacts(self.new_order(), broken_promise_days=3)
        self.pay(invoice)
        self.assertFacts(self.new_order(), broken_promise_days=None)

    def test_promise_kept_online(self):
        order = self.new_delivered(100.0, -3)
        self.new_transaction(100.0, order)
        self.assertFacts(self.new_order(), broken_promise_days=None)

    def test_promise_broken_again_when_the_payment_is_taken_back(self):
        order = self.new_delivered(100.0, -3)
        payment = self.pay(self.invoice_order(order))
        self.assertFacts(self.new_order(), broken_promise_days=None)
        payment.action_cancel()
        self.assertFacts(self.new_order(), broken_promise_days=3)

    def test_promise_of_goods_not_delivered_yet_is_not_broken(self):
        self.new_confirmed(100.0, promised_payment_date=self.today - timedelta(days=3))
        self.assertFacts(self.new_order(), broken_promise_days=None)

    def test_promise_of_another_customer(self):
        self.new_delivered(100.0, -3, partner=self.other)
        self.assertFacts(self.new_order(), broken_promise_days=None)


@tagged("post_install", "-at_install")
class TestOrdersOlderThanTheAddon(CreditCase):
    """Their open amount is not filled in by the installation (U10)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.new_currency("EUR", 0.5)
        cls.plain = cls.new_confirmed(100.0)
        cls.foreign = cls.new_confirmed(200.0, pricelist_id=cls.new_pricelist(euro).id)
        cls.foreign.order_line.price_unit = 200.0
        cls.deposit = cls.new_confirmed(1000.0)
        cls.down_payment(cls.deposit, 300.0)
        cls.done = cls.new_confirmed(50.0)
        cls.invoice_order(cls.done)
        cls.drafted = cls.new_confirmed(70.0)
        cls.drafted._create_invoices()
        cls.orders = cls.plain | cls.foreign | cls.deposit | cls.done | cls.drafted

    def forget(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET amount_uninvoiced = NULL WHERE id = ANY(%s)",
            [self.orders.ids],
        )
        self.env.invalidate_all()

    def get_all_facts(self):
        orders = self.orders | self.quotation
        gathered = self.env["aftersales.credit.facts"]._gather(orders)
        together = {order: gathered[order.id].facts() for order in orders}
        alone = {order: self.get_facts(order) for order in orders}
        return together, alone

    def test_facts_are_the_same(self):
        self.quotation = self.new_order(1.0)
        before = self.get_all_facts()
        self.assertEqual(before[1][self.quotation].uninvoiced, Decimal("1270.00"))
        self.forget()
        self.assertEqual(self.get_all_facts(), before)

    def test_cron_fills_them_once(self):
        before = dict(self.read_amounts())
        self.assertEqual(sorted(before.values()), [0.0, 70.0, 100.0, 200.0, 700.0])
        self.forget()
        with self.crons_commit():
            self.env["sale.order"]._cron_fill_amount_uninvoiced(batch=2)
        self.env.flush_all()
        self.assertEqual(dict(self.read_amounts()), before)
        with self.assertQueryCount(__system__=1), self.crons_commit():
            self.env["sale.order"]._cron_fill_amount_uninvoiced()

    def read_amounts(self):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id, amount_uninvoiced::float FROM sale_order WHERE id = ANY(%s)",
            [self.orders.ids],
        )
        return self.env.cr.fetchall()


@tagged("post_install", "-at_install")
class TestQueryCount(CreditCase):
    """The number of queries does not depend on the number of orders."""

    def count(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["aftersales.credit.facts"]._gather(orders)
        return self.env.cr.sql_log_count - before

    def test_flat_for_one_ten_and_a_hundred_orders(self):
        customers = [self.new_customer(f"C{i}", credit_limit=5.0) for i in range(100)]
        orders = self.env["sale.order"].concat(
            *(self.new_order(partner=partner) for partner in customers)
        )
        self.count(orders[:1])  # fills caches of the registry
        counts = [self.count(orders[:number]) for number in (1, 10, 100)]
        self.assertEqual(len(set(counts)), 1, counts)

    def test_flat_with_invoices_payments_promises_and_old_orders(self):
        def world(number):
            orders = self.env["sale.order"]
            for i in range(number):
                partner = self.new_customer(f"W{number}-{i}")
                order = self.new_confirmed(
                    partner=partner,
                    product=self.service,
                    promised_payment_date=self.today - timedelta(days=1),
                )
                self.pay(self.invoice_order(order), 50.0)
                old = self.new_confirmed(partner=partner, product=self.service)
                self.new_transaction(10.0, old)
                orders |= order | old
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE sale_order SET amount_uninvoiced = NULL, "
                "delivery_status = 'full' WHERE id = ANY(%s)",
                [orders.ids],
            )
            self.env.invalidate_all()
            return orders

        few, many = world(1), world(8)
        self.count(few)
        self.assertEqual(self.count(few), self.count(many))

    def test_flat_whatever_the_customer_has(self):
        order = self.new_order(product=self.service)
        self.count(order)
        before = self.count(order)
        for _i in range(12):
            self.new_confirmed(product=self.service)
            self.new_invoice(5.0, days_overdue=3)
            self.new_payment(1.0)
        self.assertEqual(self.count(order), before)

    def test_few_queries_when_the_order_is_in_memory(self):
        """What the gate adds to a confirmation: one, or two once money moved."""
        order = self.new_confirmed(product=self.service)
        self.get_facts(order)
        self.env.flush_all()
        with self.assertQueryCount(__system__=1):
            self.env["aftersales.credit.facts"]._gather(order)
        self.invoice_order(order)
        self.get_facts(order)
        self.env.flush_all()
        with self.assertQueryCount(__system__=2):
            self.env["aftersales.credit.facts"]._gather(order)


@tagged("post_install", "-at_install")
class TestFactsAgainstOracle(CreditCase):
    """Random histories, each fact compared with the slow way."""

    SCENARIOS = 40
    STEPS = 5

    def test_random_histories(self):
        chance = random.Random(20190)
        for number in range(self.SCENARIOS):
            partner = self.new_customer(f"Random {number}")
            orders, invoices = [], []
            steps = [
                chance.choice(
                    (
                        "order",
                        "order",
                        "invoice",
                        "invoice",
                        "draft",
                        "deposit",
                        "pay",
                        "pay",
                        "advance",
                        "unbooked",
                        "refund",
                        "online",
                        "reset",
                        "loose",
                        "match",
                        "cancel",
                    )
                )
                for _i in range(self.STEPS)
            ]
            for step in ["order", *steps]:
                getattr(self, f"step_{step}")(chance, partner, orders, invoices)
            orders.append(self.new_order(33.33, partner=partner, product=self.service))
            orders = self.env["sale.order"].concat(*orders)
            self.env.flush_all()
            for order in orders.filtered(lambda order: order.state != "cancel"):
                with self.subTest(scenario=number, steps=steps, order=order.name):
                    facts = self.get_facts(order)
                    expected = self.oracle(order)
                    seen = {name: float(getattr(facts, name)) for name in expected}
                    self.assertEqual(seen, expected)

    def amount(self, chance):
        return chance.choice((10.0, 99.99, 0.01, 250.5, 1000.0))

    def step_order(self, chance, partner, orders, invoices):
        orders.append(
            self.new_confirmed(
                self.amount(chance), partner=partner, product=self.service
            )
        )

    def make_invoice(self, chance, orders):
        order = chance.choice(orders)
        if order.state != "sale" or order.invoice_status != "to invoice":
            return None
        invoice = order._create_invoices(final=True)
        due = self.today - timedelta(days=chance.randint(-10, 40))
        invoice.write(
            {
                "invoice_date": min(due, self.today),
                "invoice_payment_term_id": False,
                "invoice_date_due": due,
            }
        )
        return invoice

    def step_invoice(self, chance, partner, orders, invoices):
        invoice = self.make_invoice(chance, orders)
        if invoice:
            invoice.action_post()
            invoices.append(invoice)

    def step_draft(self, chance, partner, orders, invoices):
        self.make_invoice(chance, orders)

    def step_deposit(self, chance, partner, orders, invoices):
        order = chance.choice(orders)
        if order.state == "sale" and not order.invoice_ids:
            deposit = self.down_payment_invoice(
                order, round(order.amount_total * chance.choice((0.3, 0.5)), 2) or 0.01
            )
            deposit.action_post()
            invoices.append(deposit)

    def step_pay(self, chance, partner, orders, invoices):
        for invoice in chance.sample(invoices, len(invoices)):
            if invoice.state == "posted" and invoice.amount_residual:
                share = chance.choice((1.0, 1.0, 0.25, 0.5))
                amount = max(round(invoice.amount_residual * share, 2), 0.01)
                self.pay(invoice, amount)
                break

    def step_advance(self, chance, partner, orders, invoices):
        self.new_payment(self.amount(chance), partner=partner)

    def step_unbooked(self, chance, partner, orders, invoices):
        self.new_payment(self.amount(chance), partner=partner, entry=False)

    def step_loose(self, chance, partner, orders, invoices):
        self.new_invoice(
            self.amount(chance),
            partner=partner,
            days_overdue=chance.randint(0, 30),
            move_type=chance.choice(("out_invoice", "out_refund")),
        )

    def step_refund(self, chance, partner, orders, invoices):
        for invoice in chance.sample(invoices, len(invoices)):
            if invoice.state == "posted" and invoice.move_type == "out_invoice":
                self.credit_note(invoice, match=chance.random() < 0.5)
                invoices.remove(invoice)
                break

    def step_online(self, chance, partner, orders, invoices):
        order = chance.choice(orders)
        if order.state == "sale":
            self.new_transaction(self.amount(chance), order)

    def step_reset(self, chance, partner, orders, invoices):
        if invoices:
            invoice = invoices.pop(chance.randrange(len(invoices)))
            if not invoice.reversal_move_ids:
                invoice.button_draft()

    def step_match(self, chance, partner, orders, invoices):
        open_lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        open_lines.reconcile()

    def step_cancel(self, chance, partner, orders, invoices):
        chance.choice(orders)._action_cancel()
