# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import Form, tagged

from .common_cost_books import BooksCase


@tagged("post_install", "-at_install")
class TestCostPosting(BooksCase):
    """Each bearer's costs in the books, as the preview has shown them (L8)."""

    # ------------------------------------------------------------ each bearer

    def test_manufacturing_cost_is_debited_and_the_expense_relieved(self):
        """Repair for 100, paid as freight: the company bears it (L5)."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        previewed = self.read_preview(posting)
        self.assertFalse(posting.move_ids)
        posting.action_post()
        self.assertEqual(cost.state, "posted")
        move = posting.move_ids
        self.assertEqual(move.move_type, "entry")
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.date, self.today)
        self.assert_books(move, ("manufacturing", 100, 0), ("hand", 0, 100))
        self.assert_previewed(posting, previewed)

    def test_travel_of_other_people_is_service_expense(self):
        """L6: with the analytic distribution of the department that carries it."""
        plan = self.env["account.analytic.plan"].create({"name": "Cost centers"})
        center = self.env["account.analytic.account"].create(
            {"name": "Service", "plan_id": plan.id, "company_id": False}
        )
        distribution = {str(center.id): 100.0}
        self.departments["aftersales"].analytic_distribution = distribution
        cost = self.new_reviewed("company", 80.0, cost_type="travel")
        posting = self.new_posting(cost)
        previewed = self.read_preview(posting)
        posting.action_post()
        move = posting.move_ids
        self.assert_books(move, ("expense", 80, 0), ("hand", 0, 80))
        self.assert_previewed(posting, previewed)
        debit = move.line_ids.filtered("debit")
        self.assertEqual(debit.analytic_distribution, distribution)
        self.assertEqual(debit.analytic_line_ids.mapped("amount"), [-80.0])
        self.assertFalse((move.line_ids - debit).analytic_distribution)

    def test_a_dealer_gets_an_invoice_with_tax_that_relieves_the_expense(self):
        """100 and 10 % tax: receivable 110, expense −100, tax 10."""
        cost = self.new_reviewed("dealer")
        posting = self.new_posting(cost)
        previewed = self.read_preview(posting)
        posting.action_post()
        move = posting.move_ids
        self.assertEqual(move.move_type, "out_invoice")
        self.assertEqual(move.partner_id, self.dealer)
        self.assertEqual(move.state, "posted")
        self.assert_books(
            move,
            (self.dealer.property_account_receivable_id, 110, 0),
            ("hand", 0, 100),
            ("vat", 0, 10),
        )
        self.assert_previewed(posting, previewed)
        self.assertIn(cost.display_name, move.invoice_line_ids.name)
        self.assertIn(self.complaint.number, move.ref)

    def test_the_fiscal_position_of_the_dealer_changes_the_tax(self):
        """Abroad nothing is taxed."""
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        self.dealer.property_account_position_id = position
        move = self.post(self.new_reviewed("dealer")).move_ids
        self.assertEqual(move.fiscal_position_id, position)
        self.assertEqual(move.amount_total, 100)

    def test_taxes_in_the_price_still_relieve_exactly(self):
        """19 % in the price: the price is 118.99, the expense is relieved of 99.99."""
        self.tax.write({"amount": 19, "price_include_override": "tax_included"})
        move = self.post(self.new_reviewed("dealer", 99.99)).move_ids
        self.assertEqual(move.amount_untaxed, 99.99)
        self.assertEqual(move.amount_tax, 19.00)

    def test_recharges_may_be_income(self):
        """Then the cost stays where it stands."""
        self.company.aftersales_cost_recharge_as = "income"
        self.company.aftersales_cost_taxed = False
        move = self.post(self.new_reviewed("dealer")).move_ids
        self.assert_books(
            move,
            (self.dealer.property_account_receivable_id, 100, 0),
            ("income", 0, 100),
        )

    def test_a_customer_pays_what_was_agreed_above_the_cost(self):
        """L7: 80 spent, 100 agreed: 80 relieve the expense, 20 are income."""
        self.company.aftersales_cost_taxed = False
        self.complaint.complaint_negotiated_amount = 100.0
        cost = self.new_reviewed("customer", 80.0)
        move = self.post(cost).move_ids
        self.assertEqual(move.partner_id, self.customer)
        self.assert_books(
            move,
            (self.customer.property_account_receivable_id, 100, 0),
            ("hand", 0, 80),
            ("surplus", 0, 20),
        )

    def test_a_sales_manager_owes_it(self):
        """Debit of the employee with their name, credit of the expense (L6)."""
        cost = self.new_reviewed(
            "sales_manager", cost_type="travel", sales_manager_id=self.sales_manager.id
        )
        posting = self.new_posting(cost)
        previewed = self.read_preview(posting)
        posting.action_post()
        move = posting.move_ids
        self.assert_books(move, ("employee", 100, 0), ("hand", 0, 100))
        self.assertEqual(move.line_ids.partner_id, self.sales_manager.partner_id)
        self.assert_previewed(posting, previewed)

    def test_a_carrier_gets_a_vendor_refund(self):
        """Debit payable, credit of the expense; no tax unless one is set."""
        cost = self.new_reviewed("carrier", cost_type="transport")
        posting = self.new_posting(cost)
        previewed = self.read_preview(posting)
        posting.action_post()
        move = posting.move_ids
        self.assertEqual(move.move_type, "in_refund")
        self.assertEqual(move.partner_id, self.carrier)
        self.assertEqual(move.invoice_date, self.today)
        self.assertEqual(move.date, self.today)
        self.assert_books(
            move,
            (self.carrier.property_account_payable_id, 100, 0),
            ("hand", 0, 100),
        )
        self.assert_previewed(posting, previewed)

    def test_a_carrier_may_owe_a_claim_instead(self):
        """As the setting says."""
        self.company.aftersales_cost_claim_as = "entry"
        move = self.post(self.new_reviewed("carrier")).move_ids
        self.assert_books(move, ("claim", 100, 0), ("hand", 0, 100))
        self.assertEqual(move.line_ids.partner_id, self.carrier)

    def test_a_cost_where_it_belongs_is_posted_without_an_entry(self):
        """Entered by hand on the account of service expense already."""
        cost = self.new_reviewed(
            "company",
            cost_type="travel",
            expense_account_id=self.accounts["expense"].id,
        )
        posting = self.post(cost)
        self.assertFalse(posting.move_ids)
        self.assertEqual(posting.settled_count, 1)
        self.assertEqual(cost.state, "posted")
        self.assertTrue(cost.entry_ids.is_standing)

    def test_a_split_cost_lands_on_two_documents(self):
        """60 % dealer, 40 % company: the expense is relieved of all of it."""
        cost = self.new_borne("company", 99.99)
        self.split(
            cost,
            {
                "bearer": "dealer",
                "treatment": "recharge",
                "partner_id": self.dealer.id,
                "percent": 60,
            },
            {"bearer": "company", "treatment": "manufacturing"},
        )
        self.review(cost)
        posting = self.post(cost)
        relieved = posting.move_ids.line_ids.filtered(
            lambda line: line.account_id == self.accounts["hand"]
        )
        self.assertCountEqual(relieved.mapped("credit"), [59.99, 40.0])

    def test_foreign_money_keeps_its_amount_in_entries(self):
        """300 at 3 to the company's unit are 100."""
        cost = self.new_reviewed("company", 300.0, currency_id=self.foreign.id)
        posting = self.new_posting(cost)
        previewed = self.read_preview(posting)
        posting.action_post()
        move = posting.move_ids
        self.assert_books(move, ("manufacturing", 100, 0), ("hand", 0, 100))
        self.assertEqual(move.line_ids.currency_id, self.foreign)
        self.assertCountEqual(move.line_ids.mapped("amount_currency"), [300.0, -300.0])
        self.assert_previewed(posting, previewed)
        # the rate of another day does not change what is in the books
        self.env["res.currency.rate"].search(
            [("currency_id", "=", self.foreign.id)]
        ).rate = 5.0
        cost.invalidate_recordset()
        self.assertEqual(cost.company_amount, 100)

    # --------------------------------------------------------------- grouping

    def test_documents_come_together_as_the_setting_says(self):
        """Two complaints, one dealer: two invoices, or one."""
        other = self.new_complaint()
        for grouping, count in (("complaint", 2), ("bearer", 1), ("month", 1)):
            self.company.aftersales_cost_grouping = grouping
            costs = self.new_borne("dealer") | self.new_borne("dealer", complaint=other)
            self.review(costs)
            with self.subTest(grouping=grouping):
                posting = self.post(costs)
                self.assertEqual(len(posting.move_ids), count)
                self.assertEqual(sum(posting.move_ids.mapped("amount_untaxed")), 200)

    def test_costs_of_two_companies_are_two_postings(self):
        """Nobody posts across companies."""
        second = self.env["res.company"].create({"name": "Second"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", company=second, install_demo=False
        )
        self.env["aftersales.department"].create(
            {
                "name": "Production",
                "kind": "production",
                "company_id": second.id,
                "manager_id": self._join(self.foreman, second).id,
            }
        )
        self._join(self.accountant, second)
        other = self.new_complaint(company_id=second.id)
        costs = self.new_borne("company") | self.new_borne("company", complaint=other)
        accountant = costs.with_user(self.accountant).with_context(
            allowed_company_ids=[self.company.id, second.id]
        )
        accountant.action_review()
        self.assertEqual(
            costs.mapped("state"), ["reviewed"] * 2, costs.mapped("block_text")
        )
        accountant.action_post()
        self.assertEqual(costs.posting_id.company_id, self.company | second)
        costs.posting_id.with_user(self.accountant).with_context(
            allowed_company_ids=[self.company.id, second.id]
        ).action_post()
        moves = costs.entry_ids.move_id
        self.assertEqual(moves.company_id, self.company | second)
        own = second._get_cost_account("manufacturing")
        self.assertEqual(own.company_ids, second)
        self.assertIn(own, moves.line_ids.account_id)

    def _join(self, user, company):
        user.company_ids = [Command.link(company.id)]
        return user

    # ---------------------------------------------------------------- screens

    def test_the_screens_open_for_those_who_use_them(self):
        """Accountant, after-sales and reader, before and after posting."""
        cost = self.new_reviewed("dealer")
        posting = self.new_posting(cost)
        for step in ("draft", "posted"):
            for user in (self.accountant, self.agent, self.reader):
                with self.subTest(step=step, user=user.login):
                    form = Form(posting.with_user(user))
                    self.assertEqual(form.cost_count, 1)
                    self.assertEqual(form.amount_total, 100)
                    Form(cost.with_user(user))
            if step == "draft":
                posting.action_post()
        move = posting.move_ids.with_user(self.accountant)
        self.assertEqual(Form(move).service_cost_count, 1)
        self.assertEqual(move.action_view_service_costs()["res_id"], cost.id)
        self.assertEqual(
            cost.with_user(self.accountant).action_view_books()["res_id"], move.id
        )
        self.assertEqual(posting.action_view_moves()["res_id"], move.id)
        self.assertEqual(
            posting.action_view_costs()["domain"], [("id", "in", cost.ids)]
        )

    # ------------------------------------------------------------------ batch

    def test_many_costs_need_no_more_queries_for_the_plan(self):
        """Gathering and checking asks per batch, not per cost."""
        few = self.env["aftersales.cost"].union(
            *(self.new_borne("company") for _n in range(3))
        )
        many = self.env["aftersales.cost"].union(
            *(self.new_borne("dealer" if n % 2 else "company") for n in range(20))
        )
        self.review(few | many)
        counts = []
        for costs in (few, few, many):
            posting = self.env["aftersales.cost.posting"]._make(self.company, costs)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            posting._check_ready()
            posting._get_plan(posting._get_shares())
            counts.append(self.env.cr.sql_log_count - start)
            posting.action_discard()
        self.assertLessEqual(counts[2], counts[1] + 3)
