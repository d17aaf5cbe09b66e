# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What service costs do to the books, worked out by hand in both charts (L1–L8).

Each test spends money first, as a vendor's bill, so that the end shows whether it was
moved or counted twice: the account it was spent on is empty again, and whoever bears
the cost has it.
"""

from odoo import Command, fields
from odoo.tests import tagged

from .common_books import CHINESE, BooksCase, ChineseCompany


@tagged("post_install", "-at_install")
class TestCostBooks(BooksCase):
    """In the generic chart: sales and purchases are taxed at 15 percent."""

    tax = {
        1000.00: 150.00,
        333.33: 50.00,  # 49.9995
        500.00: 75.00,
        350.00: 52.50,
        33.33: 5.00,  # 4.9995
        66.60: 9.99,
        1250.00: 187.50,
    }
    storno = False
    """Whether a refund lowers the side of its invoice, instead of filling the other."""

    # ------------------------------------------------------------- the company

    def test_a_repair_of_poor_quality_is_manufacturing_cost(self):
        """From the workshop's bill to production: relieved there, carried here (L5)."""
        purchase_tax = self.company.account_purchase_tax_id
        line = self.spend(
            1000.00,
            centre="workshop",
            line={"tax_ids": [Command.set(purchase_tax.ids)]},
        )
        tax = self.tax[1000.00]
        self.assertLedger(expense=1000.00, tax_in=tax, payable=-1000.00 - tax)
        cost = self.pull(self.new_quality_complaint(), line)
        cost.sudo().cost_type = "repair"
        entry = self.post(cost)
        self.assertEqual(entry.move_type, "entry")
        self.assertLines(
            entry,
            ("manufacturing", 1000.00, 0.00, "production"),
            ("expense", 0.00, 1000.00, "workshop"),
        )
        self.assertLedger(manufacturing=1000.00, tax_in=tax, payable=-1000.00 - tax)
        self.assertCentres(production=-1000.00)

    def test_each_of_the_four_types_is_manufacturing_cost(self):
        """Repair, replacement, transport and packaging, and nothing else (L5, L6)."""
        complaint = self.new_quality_complaint()
        self.spend(210.00)
        costs = self.env["aftersales.cost"]
        for amount, cost_type in (
            (10.00, "repair"),
            (20.00, "replacement"),
            (30.00, "transport"),
            (40.00, "packaging"),
            (50.00, "travel"),
            (60.00, "other"),
        ):
            costs += self.new_cost(
                amount, complaint, cost_type=cost_type, worked_by="company"
            )
        self.post(costs)
        # 10 + 20 + 30 + 40 = 100 become manufacturing cost; 50 + 60 = 110 are service
        # expense, where they stand already: 210 - 100
        self.assertLedger(manufacturing=100.00, expense=110.00, payable=-210.00)
        self.assertCentres(production=-100.00, aftersales=-110.00)

    def test_what_a_supplier_gives_back_lowers_the_cost(self):
        """A credit note of 200.00 on the 1,000.00 leaves 800.00 of manufacturing."""
        complaint = self.new_quality_complaint()
        costs = self.pull(complaint, self.spend(1000.00))
        costs += self.pull(complaint, self.spend(-200.00))
        self.assertEqual(costs.mapped("company_amount"), [1000.00, -200.00])
        costs.sudo().cost_type = "repair"
        self.post(costs)
        self.assertLedger(manufacturing=800.00, payable=-800.00)
        self.assertCentres(production=-800.00)

    # ------------------------------------------------------- dealers and customers

    def test_what_a_dealer_caused_is_charged_with_tax(self):
        """The freight is off our books; the dealer owes it, and we owe the tax (L2)."""
        complaint = self.new_of_type(
            "quantity",
            complaint_fault_party="dealer",
            complaint_dealer_id=self.dealer.id,
        )
        cost = self.pull(complaint, self.spend(333.33, "freight", centre="sales"))
        cost.sudo().cost_type = "transport"
        invoice = self.post(cost)
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(invoice.partner_id, self.dealer)
        tax = self.tax[333.33]
        self.assertLines(
            invoice,
            ("receivable", 333.33 + tax, 0.00, "", self.dealer),
            ("freight", 0.00, 333.33, "sales"),
            ("tax_out", 0.00, tax),
        )
        self.assertLedger(receivable=333.33 + tax, tax_out=-tax, payable=-333.33)
        self.assertCentres()

    def test_a_customer_pays_what_was_negotiated_and_the_company_the_rest(self):
        """300.00 and 250.00 were spent, 500.00 agreed: 50.00 stay with us (L7)."""
        self.spend(550.00)
        complaint = self.new_of_type("product_quality", complaint_misuse=True)
        complaint.complaint_negotiated_amount = 500.00
        day = fields.Date.context_today(complaint)
        costs = self.new_cost(300.00, complaint, name="First", date=day)
        costs += self.new_cost(250.00, complaint, name="Second", date=day)
        moves = self.post(costs)
        tax = self.tax[500.00]
        self.assertLines(
            moves.filtered(lambda move: move.move_type == "out_invoice"),
            ("receivable", 500.00 + tax, 0.00, "", self.customer),
            ("expense", 0.00, 300.00),
            ("expense", 0.00, 200.00),
            ("tax_out", 0.00, tax),
        )
        self.assertLines(
            moves.filtered(lambda move: move.move_type == "entry"),
            ("manufacturing", 50.00, 0.00, "production"),
            ("expense", 0.00, 50.00),
        )
        self.assertLedger(
            receivable=500.00 + tax,
            tax_out=-tax,
            manufacturing=50.00,
            payable=-550.00,
        )

    def test_what_was_negotiated_above_the_cost_is_income(self):
        """300.00 were spent, 350.00 agreed: 50.00 are earned (L7)."""
        self.spend(300.00)
        complaint = self.new_of_type("product_quality", complaint_misuse=True)
        complaint.complaint_negotiated_amount = 350.00
        invoice = self.post(self.new_cost(300.00, complaint))
        tax = self.tax[350.00]
        self.assertLedger(
            receivable=350.00 + tax, tax_out=-tax, surplus=-50.00, payable=-300.00
        )
        self.assertEqual(invoice.amount_untaxed, 350.00)

    # ---------------------------------------------------- employees and carriers

    def test_what_the_sales_managers_people_spent_on_the_way_they_owe(self):
        """Travel, lodging and allowance of three days: 120 + 80.50 + 50 (L6)."""
        self.spend(250.50)
        complaint = self.new_quality_complaint(
            complaint_sales_manager_id=self.sales_manager.id
        )
        costs = self.env["aftersales.cost"]
        for amount, cost_type in (
            (120.00, "travel"),
            (80.50, "lodging"),
            (50.00, "allowance"),
        ):
            costs += self.new_cost(
                amount, complaint, cost_type=cost_type, worked_by="sales_manager"
            )
        entry = self.post(costs)
        person = self.sales_manager.partner_id
        self.assertEqual(entry.move_type, "entry")
        self.assertLedger(employee=250.50, payable=-250.50)
        owed = entry.line_ids.filtered(
            lambda line: line.account_id == self.accounts["employee"]
        )
        self.assertEqual(owed.partner_id, person)
        self.assertEqual(sum(owed.mapped("debit")), 250.50)
        self.assertCentres()

    def test_what_a_carrier_broke_the_carrier_gives_back(self):
        """A vendor's refund of 400.00, set off against the carrier's bills (L2).

        Damages are no supply: there is no tax on them.
        """
        complaint = self.new_of_type(
            "transport_damage",
            complaint_fault_party="carrier",
            complaint_carrier_id=self.carrier.id,
        )
        cost = self.pull(complaint, self.spend(400.00, centre="workshop"))
        cost.sudo().cost_type = "replacement"
        refund = self.post(cost)
        self.assertEqual(refund.move_type, "in_refund")
        if self.storno:  # red, on the side of the bill
            rows = (
                ("payable", 0.00, -400.00, "", self.carrier),
                ("expense", -400.00, 0.00, "workshop"),
            )
        else:
            rows = (
                ("payable", 400.00, 0.00, "", self.carrier),
                ("expense", 0.00, 400.00, "workshop"),
            )
        self.assertLines(refund, *rows)
        # 400.00 owed to the workshop, 400.00 that the carrier owes
        self.assertLedger()
        self.assertCentres()

    def test_a_claim_in_an_entry_is_owed_by_the_carrier(self):
        """If the setting says so: no document of a vendor, but a receivable."""
        self.company.aftersales_cost_claim_as = "entry"
        self.spend(400.00)
        complaint = self.new_of_type(
            "transport_damage",
            complaint_fault_party="carrier",
            complaint_carrier_id=self.carrier.id,
        )
        entry = self.post(self.new_cost(400.00, complaint))
        # generic: the carrier's receivable account; Chinese: other receivables
        self.assertLines(
            entry,
            ("employee", 400.00, 0.00, "", self.carrier),
            ("expense", 0.00, 400.00),
        )

    # ------------------------------------------------------ splits and currencies

    def test_a_cost_of_three_bearers_is_booked_to_the_cent(self):
        """A third each of 100.00: 33.33, 33.33, and 33.34 for the last."""
        self.spend(100.00)
        cost = self.new_cost(100.00, self.new_quality_complaint())
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
                            "percent": 33.33,
                        }
                    ),
                    Command.create(
                        {
                            "bearer": "carrier",
                            "treatment": "claim",
                            "partner_id": self.carrier.id,
                            "percent": 33.33,
                        }
                    ),
                    Command.create(
                        {
                            "bearer": "company",
                            "treatment": "manufacturing",
                            "department_id": self.departments["production"].id,
                            "analytic_distribution": self.on("production"),
                        }
                    ),
                ]
            }
        )
        moves = self.post(cost)
        self.assertEqual(
            sorted(moves.mapped("move_type")), ["entry", "in_refund", "out_invoice"]
        )
        tax = self.tax[33.33]
        # 100.00 to the workshop, less 33.33 that the carrier gives back
        self.assertLedger(
            receivable=33.33 + tax,
            tax_out=-tax,
            manufacturing=33.34,
            payable=-100.00 + 33.33,
        )
        self.assertCentres(production=-33.34)

    def test_a_bill_in_another_currency_is_moved_at_what_it_was_booked(self):
        """1,000.00 at 0.8 to the unit are 1,250.00; today's rate does not matter."""
        foreign, rate = self.new_currency(0.8)
        line = self.spend(1000.00, currency_id=foreign.id)
        self.assertLedger(expense=1250.00, payable=-1250.00)
        cost = self.pull(self.new_quality_complaint(), line)
        cost.sudo().cost_type = "repair"
        rate.rate = 0.5
        entry = self.post(cost)
        self.assertEqual((cost.amount, cost.company_amount), (1000.00, 1250.00))
        self.assertLines(
            entry,
            ("manufacturing", 1250.00, 0.00, "production"),
            ("expense", 0.00, 1250.00),
        )
        self.assertEqual(
            sorted(entry.line_ids.mapped("amount_currency")), [-1000.00, 1000.00]
        )
        self.assertEqual(entry.line_ids.currency_id, foreign)
        self.assertLedger(manufacturing=1250.00, payable=-1250.00)

    def test_a_foreign_cost_is_charged_in_the_money_of_the_company(self):
        """Exactly what it relieves: 1,250.00 and the tax, not 1,000.00 of the other."""
        foreign, _rate = self.new_currency(0.8)
        line = self.spend(1000.00, currency_id=foreign.id)
        complaint = self.new_of_type(
            "quantity",
            complaint_fault_party="dealer",
            complaint_dealer_id=self.dealer.id,
        )
        invoice = self.post(self.pull(complaint, line))
        tax = self.tax[1250.00]
        self.assertEqual(invoice.currency_id, self.company.currency_id)
        self.assertLedger(receivable=1250.00 + tax, tax_out=-tax, payable=-1250.00)

    # ---------------------------------------------------------- taking it back

    def test_a_reversal_leaves_what_was_spent_and_may_be_posted_again(self):
        """Four bearers, posted, reversed, posted: the books of one posting."""
        self.spend(600.00)
        costs = self.new_costs_of_four_bearers()
        self.review(costs)
        posting = self.put_into_books(costs)
        self.assertLedger(**self.books_of_four_bearers())
        posting.with_user(self.accountant)._reverse(
            "Wrong month", fields.Date.context_today(posting)
        )
        self.assertLedger(expense=600.00, payable=-600.00)
        self.assertCentres()
        self.assertEqual(set(costs.mapped("state")), {"reviewed"})
        open_items = posting.move_ids.line_ids.filtered(
            lambda line: line.account_id.reconcile and not line.reconciled
        )
        self.assertFalse(open_items, "nobody owes what was taken back")
        self.put_into_books(costs)
        self.assertLedger(**self.books_of_four_bearers())

    def test_all_bearers_at_once(self):
        """One posting, five documents, and nothing is left on the expense account."""
        self.spend(600.00)
        costs = self.new_costs_of_four_bearers()
        self.review(costs)
        posting = self.put_into_books(costs)
        self.assertEqual(
            sorted(posting.move_ids.mapped("move_type")),
            ["entry", "entry", "in_refund", "out_invoice"],
        )
        self.assertLedger(**self.books_of_four_bearers())
        self.assertCentres(production=-333.40)

    def new_costs_of_four_bearers(self):
        """333.40 company, 66.60 dealer, 120.00 sales manager, 80.00 carrier: 600.00."""
        quality = self.new_quality_complaint(
            complaint_sales_manager_id=self.sales_manager.id
        )
        dealers = self.new_of_type(
            "quantity",
            complaint_fault_party="dealer",
            complaint_dealer_id=self.dealer.id,
        )
        carriers = self.new_of_type(
            "transport_damage",
            complaint_fault_party="carrier",
            complaint_carrier_id=self.carrier.id,
        )
        return (
            self.new_cost(333.40, quality)
            + self.new_cost(66.60, dealers)
            + self.new_cost(
                120.00, quality, cost_type="travel", worked_by="sales_manager"
            )
            + self.new_cost(80.00, carriers)
        )

    def books_of_four_bearers(self):
        """After 600.00 were spent: 333.40 + 66.60 + 120.00 + 80.00 are taken off."""
        tax = self.tax[66.60]
        owed = {"manufacturing": 333.40, "receivable": 66.60 + tax, "employee": 120.00}
        return {**owed, "tax_out": -tax, "payable": -600.00 + 80.00}


@tagged("post_install", "-at_install")
class TestCostBooksChinese(TestCostBooks, ChineseCompany):
    """In the Chinese chart: 13 percent, 制造费用, red figures for what goes back."""

    accounts_of_chart = CHINESE
    tax = {
        1000.00: 130.00,
        333.33: 43.33,  # 43.3329
        500.00: 65.00,
        350.00: 45.50,
        33.33: 4.33,  # 4.3329
        66.60: 8.66,  # 8.658
        1250.00: 162.50,
    }
    storno = True

    def test_the_company_has_the_chinese_chart(self):
        """Or all of the above would have been shown of another one."""
        self.assertEqual(self.company.chart_template, "cn")
        self.assertEqual(self.company.currency_id.name, "CNY")
        self.assertTrue(self.company.account_storno)
