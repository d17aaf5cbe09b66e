# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the purchase to the last entry: books of whole stories, worked out by hand."""

from datetime import date

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common_books import CHINESE, BooksCase, ChineseCompany
from .common_complaint_solution import SolutionCase


@tagged("post_install", "-at_install")
class TestCostBooksCycle(BooksCase, SolutionCase):
    """Stock, compensation, partial reversals, months, taxes: the generic chart."""

    # ------------------------------------------------------------------- the stock

    def test_a_replacement_from_stock_ends_as_manufacturing_cost(self):
        """Two panes at 40.00 leave; the closing of the stock and the posting meet.

        Closing: debit stock variation 80.00, credit stock 80.00. Posting: debit
        manufacturing cost 80.00, credit stock variation 80.00. Nothing is left there.
        """
        self.set_mode("off")
        stock = self.company.account_stock_valuation_id
        self.accounts["stock"] = stock
        self.accounts["variation"] = stock.account_stock_variation_id
        self.assertTrue(stock.account_stock_variation_id)
        category = self.env["product.category"].create(
            {
                "name": "Panes",
                "property_valuation": "periodic",
                "property_cost_method": "standard",
                "property_stock_valuation_account_id": stock.id,
            }
        )
        pane = self.new_product(
            "Pane", is_storable=True, standard_price=40.0, categ_id=category.id
        )
        self.stock_up(pane)
        self.env.invalidate_all()
        self.company.action_close_stock_valuation(auto_post=True)
        type(self).before = self.balances()
        complaint = self.new_quality_complaint()
        order = complaint._complaint_create_replacement({pane: 2}, confirm=True)
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking.with_context(skip_sms=True).button_validate()
        self.assertEqual(picking.state, "done")
        cost = (
            self.env["aftersales.cost"]
            .with_user(self.accountant)
            ._pull([picking.move_ids])
        )
        self.set_mode("enforce", "cost_liability")
        self.assertEqual((cost.cost_type, cost.company_amount), ("replacement", 80.0))
        self.post(cost)
        self.company.action_close_stock_valuation(auto_post=True)
        self.assertLedger(stock=-80.00, manufacturing=80.00)

    # --------------------------------------------------------------- compensation

    def test_compensation_that_a_dealer_owes_ends_with_the_dealer(self):
        """150.00 credited to the customer, charged to the dealer; nothing is ours.

        15 percent of 150.00 are 22.50, of which we keep nothing either.
        """
        complaint = self.new_of_type(
            "quantity",
            complaint_fault_party="dealer",
            complaint_dealer_id=self.dealer.id,
        )
        cost = self.pay_compensation(complaint, 150.00)
        self.assertEqual((cost.bearer, cost.treatment), ("dealer", "recharge"))
        self.post(cost)
        owed = {self.customer: -150.00, self.dealer: 150.00 + self.tax_on_150}
        for partner, balance in owed.items():
            self.assertAlmostEqual(self.owed_by(partner), balance, 2, partner.name)
        self.assertLedger(receivable=self.tax_on_150, tax_out=-self.tax_on_150)

    tax_on_150 = 22.50

    def test_compensation_that_we_bear_is_service_expense_once(self):
        """150.00 credited to the customer are 150.00 of service expense, not 300.00."""
        cost = self.pay_compensation(self.new_quality_complaint(), 150.00)
        self.assertEqual((cost.bearer, cost.treatment), ("company", "expense"))
        self.post(cost)
        self.assertLedger(expense=150.00, receivable=-150.00)
        self.assertCentres(aftersales=-150.00)

    def pay_compensation(self, complaint, amount):
        """Agreed, approved and paid by a credit note; gives the service cost."""
        solution = self.propose(complaint, compensation_amount=amount)
        self.accept(solution)
        for asked in solution.approval_ids.filtered(lambda each: each.state == "asked"):
            manager = (
                self.gm
                if solution.approval_level == "general_manager"
                else self.sales_manager
            )
            asked.with_user(manager).action_approve("Yes")
        action = solution.with_user(self.accountant).action_pay_compensation()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )
        wizard.kind = "credit_note"
        shown = wizard.save().action_prepare()
        note = self.env[shown["res_model"]].browse(shown["res_id"])
        note.with_user(self.accountant).action_post()
        self.assertEqual((note.move_type, note.amount_total), ("out_refund", amount))
        self.run_queue()
        return complaint.complaint_cost_ids

    def owed_by(self, partner):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )
        return sum(lines.mapped("balance"))

    # ------------------------------------------------------ one part taken back only

    def test_one_document_taken_back_leaves_the_books_of_the_others(self):
        """100.00: 60.00 the dealer's, 40.00 ours. The dealer's invoice is reversed.

        The 60.00 stand where they were spent again; ours stay with production. Then
        the dealer's part is posted once more, and the books are as before.
        """
        self.spend(100.00)
        cost = self.new_cost(100.00, self.new_quality_complaint())
        self.split_with_dealer(cost, 60.00)
        self.review(cost)
        posting = self.put_into_books(cost)
        invoice = posting.move_ids.filtered(lambda m: m.move_type == "out_invoice")
        tax = self.tax_on_60
        together = {
            "receivable": 60.00 + tax,
            "tax_out": -tax,
            "manufacturing": 40.00,
            "payable": -100.00,
        }
        self.assertLedger(**together)
        posting.with_user(self.accountant)._reverse(
            "The dealer paid in cash", fields.Date.context_today(posting), invoice
        )
        self.assertLedger(expense=60.00, manufacturing=40.00, payable=-100.00)
        self.assertTrue(cost.is_partly_posted)
        self.put_into_books(cost)
        self.assertLedger(**together)
        standing = self.env["aftersales.cost.entry"].search(
            [("cost_id", "=", cost.id), ("is_standing", "=", True)]
        )
        self.assertEqual(sorted(standing.mapped("company_amount")), [40.00, 60.00])

    tax_on_60 = 9.00

    def split_with_dealer(self, cost, amount):
        self.run_queue()
        cost.with_user(self.accountant).write(
            {
                "share_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "bearer": "dealer",
                            "treatment": "recharge",
                            "partner_id": self.dealer.id,
                            "fixed_amount": amount,
                        }
                    ),
                    Command.create(
                        {
                            "bearer": "company",
                            "treatment": "manufacturing",
                            "department_id": self.departments["production"].id,
                        }
                    ),
                ]
            }
        )

    def test_an_agreement_lowered_after_one_document_was_taken_back(self):
        """What stands in the books is neither charged twice nor lost (L7, L8).

        550.00 spent, 500.00 agreed: 300.00 + 200.00 charged, 50.00 ours. The invoice
        is taken back and only 400.00 are agreed: 300.00 + 100.00 charged, 150.00 ours.
        """
        self.spend(550.00)
        complaint = self.new_of_type("product_quality", complaint_misuse=True)
        complaint.complaint_negotiated_amount = 500.00
        costs = self.new_cost(300.00, complaint) + self.new_cost(250.00, complaint)
        self.review(costs)
        posting = self.put_into_books(costs)
        invoice = posting.move_ids.filtered(lambda m: m.move_type == "out_invoice")
        posting.with_user(self.accountant)._reverse(
            "Agreed anew", fields.Date.context_today(posting), invoice
        )
        self.assertLedger(expense=500.00, manufacturing=50.00, payable=-550.00)
        complaint.complaint_negotiated_amount = 400.00
        self.run_queue()
        self.assertLedger(expense=500.00, manufacturing=50.00, payable=-550.00)
        # the 50.00 that stand pin the split of the second: they are taken back, too
        self.assertEqual(costs[1].share_ids.mapped("company_amount"), [200.00, 50.00])
        posting.with_user(self.accountant)._reverse(
            "Agreed anew", fields.Date.context_today(posting)
        )
        self.assertLedger(expense=550.00, payable=-550.00)
        self.run_queue()
        self.review(costs.filtered(lambda cost: cost.state == "draft"))
        self.put_into_books(costs)
        tax = self.tax_on_400
        self.assertLedger(
            receivable=400.00 + tax,
            tax_out=-tax,
            manufacturing=150.00,
            payable=-550.00,
        )

    tax_on_400 = 60.00

    # ------------------------------------------------------------ months and locks

    def test_posted_in_march_and_taken_back_in_april(self):
        """March is closed: it keeps the entry, April has the reversal."""
        with freeze_time("2026-03-30"):
            self.spend(100.00)
            cost = self.new_cost(100.00, self.new_quality_complaint())
            self.review(cost)
            posting = self.put_into_books(cost)
        with freeze_time("2026-04-10"):
            self.company.fiscalyear_lock_date = date(2026, 3, 31)
            with self.assertRaisesRegex(UserError, "locked"):
                posting.with_user(self.accountant)._reverse(
                    "Not ours", date(2026, 3, 31)
                )
            posting.with_user(self.accountant)._reverse("Not ours", date(2026, 4, 10))
        by_month = {
            month: sum(
                self.env["account.move.line"]
                .search(
                    [
                        ("account_id", "=", self.accounts["manufacturing"].id),
                        ("company_id", "=", self.company.id),
                        ("parent_state", "=", "posted"),
                        ("date", ">=", date(2026, month, 1)),
                        ("date", "<=", date(2026, month, 30)),
                    ]
                )
                .mapped("balance")
            )
            for month in (3, 4)
        }
        self.assertEqual(by_month, {3: 100.00, 4: -100.00})

    # ----------------------------------------------------------------------- taxes

    def test_a_dealer_abroad_is_charged_without_tax(self):
        """By the fiscal position: an export. The expense is relieved all the same."""
        abroad = self.env.ref("base.br")
        exports = self.env["account.tax"].create(
            {
                "name": "Export",
                "amount": 0.0,
                "type_tax_use": "sale",
                "country_id": self.company.account_fiscal_country_id.id,
                "company_id": self.company.id,
            }
        )
        position = self.env["account.fiscal.position"].create(
            {
                "name": "To Brazil",
                "auto_apply": True,
                "country_id": abroad.id,
                "company_id": self.company.id,
                "sequence": -1,
            }
        )
        exports.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.company.account_sale_tax_id.id)],
            }
        )
        self.dealer.country_id = abroad
        self.spend(100.00)
        complaint = self.new_of_type(
            "quantity",
            complaint_fault_party="dealer",
            complaint_dealer_id=self.dealer.id,
        )
        invoice = self.post(self.new_cost(100.00, complaint))
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual(invoice.invoice_line_ids.tax_ids, exports)
        self.assertLedger(receivable=100.00, payable=-100.00)

    def test_mandatory_cost_centres_of_invoices_are_asked_for_before_posting(self):
        """Or given: Odoo's own check of an invoice finds nothing to complain of."""
        plan = self.centres["sales"].plan_id
        self.env["account.analytic.applicability"].create(
            {
                "analytic_plan_id": plan.id,
                "business_domain": "invoice",
                "applicability": "mandatory",
                "company_id": self.company.id,
            }
        )
        complaint = self.new_of_type(
            "quantity",
            complaint_fault_party="dealer",
            complaint_dealer_id=self.dealer.id,
        )
        plain = self.pull(complaint, self.spend(100.00))
        given = self.pull(complaint, self.spend(100.00, centre="sales"))
        invoice = self.post(given)
        invoice.invoice_line_ids.with_context(
            validate_analytic=True
        )._validate_analytic_distribution()
        self.assertEqual(
            invoice.invoice_line_ids.analytic_distribution, self.on("sales")
        )
        self.departments["aftersales"].analytic_distribution = False
        plain.with_user(self.accountant).analytic_distribution = False
        self.run_queue()
        blocks = [key for key, _text in plain.sudo()._cost_blocks()[plain]]
        self.assertIn("analytic", blocks)


@tagged("post_install", "-at_install")
class TestCostBooksCycleChinese(TestCostBooksCycle, ChineseCompany):
    """The same with 13 percent and red figures."""

    accounts_of_chart = CHINESE
    tax_on_150 = 19.50
    tax_on_60 = 7.80
    tax_on_400 = 52.00

    def test_a_reversal_is_in_red(self):
        """Under storno a reversed entry is on its own sides, below zero."""
        self.spend(100.00)
        cost = self.new_cost(100.00, self.new_quality_complaint())
        self.review(cost)
        posting = self.put_into_books(cost)
        entry = posting.move_ids
        posting.with_user(self.accountant)._reverse(
            "Not ours", fields.Date.context_today(posting)
        )
        self.assertLines(
            entry.reversal_move_ids,
            ("manufacturing", -100.00, 0.00, "production"),
            ("expense", 0.00, -100.00),
        )
