# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_cost import CostCase


@tagged("post_install", "-at_install")
class TestCostReport(CostCase):
    """What complaints cost, who bears it, and how much of it is manufacturing cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["aftersales.cost.report"]

    def new_shared(self, *parts, **values):
        """A cost whose shares are given as (bearer, treatment, amount)."""
        amount = sum(part[2] for part in parts)
        cost = self.new_cost(amount, **values)
        cost._cost_changed({"created"})
        self.env.flush_all()
        cost.share_ids.unlink()
        self.env["aftersales.cost.share"].create(
            [
                {
                    "cost_id": cost.id,
                    "bearer": bearer,
                    "treatment": treatment,
                    "amount": part,
                    "company_amount": part,
                }
                for bearer, treatment, part in parts
            ]
        )
        return cost

    def get_rows(self, costs, user=None):
        report = self.report.with_user(user) if user else self.report
        return report.search([("cost_id", "in", costs.ids)])

    def read_group(self, costs, groupby, *measures):
        return self.report._read_group(
            [("cost_id", "in", costs.ids)], [groupby] if groupby else [], measures
        )

    def test_a_cost_counts_once_however_often_it_is_split(self):
        """Three shares are three rows; the sum is the cost, the count is one."""
        cost = self.new_shared(
            ("company", "manufacturing", 60.0),
            ("dealer", "recharge", 30.0),
            ("carrier", "claim", 10.0),
        )
        [(amount, costs, rows)] = self.read_group(
            cost, "", "cost:sum", "cost_id:count_distinct", "__count"
        )
        self.assertEqual((amount, costs, rows), (100.0, 1, 3))
        self.assertEqual(
            dict(self.read_group(cost, "bearer", "cost:sum")),
            {"company": 60.0, "dealer": 30.0, "carrier": 10.0},
        )

    def test_a_cost_that_waits_for_its_review_counts_too(self):
        """Before the review there may be no share; the cost is there all the same."""
        cost = self.new_cost(70.0)
        row = self.get_rows(cost)
        self.assertEqual((row.cost, row.state, row.cost_id), (70.0, "draft", cost))
        self.assertEqual(row.recharged, 0.0)
        self.assertEqual(row.borne, 70.0)

    def test_what_was_cancelled_is_no_cost(self):
        """It stays on the complaint as a trail, and counts for nothing."""
        cost = self.new_cost(70.0)
        cost.action_cancel()
        self.assertFalse(self.get_rows(cost))

    def test_the_manufacturing_share_is_that_of_the_sums(self):
        """90 of 100 and 0 of 900: 9 %, and not the average of 90 % and 0 %."""
        small = self.new_shared(
            ("company", "manufacturing", 90.0), ("dealer", "recharge", 10.0)
        )
        large = self.new_shared(("customer", "recharge", 900.0))
        [(rate, made)] = self.read_group(
            small | large, "", "manufacturing_rate:avg", "manufacturing:sum"
        )
        self.assertEqual((round(rate, 10), made), (0.09, 90.0))

    def test_month_type_product_and_complaint_are_at_hand(self):
        """Each row says what it is a cost of; a product of its own goes first."""
        other = self.new_product("Frame")
        self.complaint.aftersales_product_id = self.goods
        self.complaint.sudo().write(
            {"complaint_type": "transport_damage", "complaint_severity": "major"}
        )
        march = self.new_cost(10.0, date=date(2026, 3, 31), cost_type="transport")
        april = self.new_cost(
            20.0, date=date(2026, 4, 1), cost_type="packaging", product_id=other.id
        )
        both = march | april
        self.assertEqual(
            dict(self.read_group(both, "product_id", "cost:sum")),
            {self.goods: 10.0, other: 20.0},
        )
        self.assertEqual(
            dict(self.read_group(both, "date:month", "cost:sum")),
            {date(2026, 3, 1): 10.0, date(2026, 4, 1): 20.0},
        )
        self.assertEqual(
            dict(self.read_group(both, "cost_type", "cost:sum")),
            {"transport": 10.0, "packaging": 20.0},
        )
        self.assertEqual(
            self.read_group(both, "complaint_type", "cost:sum"),
            [("transport_damage", 30.0)],
        )
        self.assertEqual(
            self.read_group(both, "complaint_severity", "cost:sum"), [("major", 30.0)]
        )
        self.assertEqual(self.get_rows(both).customer_id, self.customer)

    def test_the_department_of_the_share_goes_first(self):
        """A split names a department of its own for a part of the cost."""
        production, quality = (
            self.departments[kind] for kind in ("production", "quality")
        )
        cost = self.new_shared(
            ("company", "manufacturing", 60.0),
            ("company", "expense", 40.0),
            department_id=production.id,
        )
        cost.share_ids[1].department_id = quality
        self.assertEqual(
            dict(self.read_group(cost, "department_id", "cost:sum")),
            {production: 60.0, quality: 40.0},
        )

    def test_only_ones_own_companies(self):
        """The costs of a company that one does not work for are not there."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        complaint = self.new_complaint(company_id=company.id)
        cost = self.new_cost(10.0, complaint=complaint)
        self.assertEqual(cost.company_id, company)
        self.assertTrue(self.get_rows(cost))
        self.assertFalse(self.get_rows(cost, self.accountant))

    def test_who_reads_it(self):
        """Accountants and who works with complaints; a salesperson does not."""
        cost = self.new_cost(10.0)
        for user in (self.accountant, self.agent, self.gm, self.reader):
            self.assertEqual(self.get_rows(cost, user).cost, 10.0, user.login)
        with self.assertRaises(AccessError):
            self.get_rows(cost, self.salesperson)

    def test_a_row_opens_its_cost(self):
        """From each number of the report to what it is made of."""
        cost = self.new_cost(10.0)
        action = self.get_rows(cost, self.accountant).action_open_cost()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("aftersales.cost", cost.id)
        )


@tagged("post_install", "-at_install")
class TestCostReportBooks(CostCase):
    """What is charged to others, and what of it came back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["aftersales.cost.report"]
        cls.departments["production"].analytic_distribution = False
        cls.complaint.sudo().write(
            {
                "complaint_state": "accepted",
                "complaint_type": "product_quality",
                "complaint_fault_party": "dealer",
                "complaint_dealer_id": cls.dealer.id,
            }
        )

    def post(self, costs):
        """Through review and posting, as an accountant does."""
        costs = costs.with_user(self.accountant)
        costs.action_review()
        posting = costs.env["aftersales.cost.posting"].browse(
            costs.action_post()["res_id"]
        )
        posting.action_post()
        return posting.with_env(self.env)

    def get_sums(self, costs):
        [sums] = self.report._read_group(
            [("cost_id", "in", costs.ids)],
            [],
            ["cost:sum", "recharged:sum", "recovered:sum", "borne:sum"],
        )
        return tuple(round(each, 2) for each in sums)

    def pay(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount})._create_payments()

    def test_recharged_when_posted_recovered_when_paid(self):
        """100 to the dealer and 15 % tax: of 115 gross, 46 paid are 40 of the cost."""
        self.company.account_sale_tax_id = self.env["account.tax"].create(
            {"name": "15 %", "amount": 15.0, "type_tax_use": "sale"}
        )
        cost = self.new_cost(100.0)
        self.assertEqual(self.get_sums(cost), (100.0, 0.0, 0.0, 100.0))
        move = self.post(cost).move_ids
        self.assertEqual(move.amount_total, 115.0)
        self.assertEqual(self.get_sums(cost), (100.0, 100.0, 0.0, 0.0))
        self.pay(move, 46.0)
        self.assertEqual(self.get_sums(cost), (100.0, 100.0, 40.0, 0.0))
        self.pay(move, 69.0)
        self.assertEqual(self.get_sums(cost), (100.0, 100.0, 100.0, 0.0))

    def test_one_invoice_of_two_costs_is_paid_in_proportion(self):
        """60 of 120 gross are half of each cost, whichever line they were for."""
        self.company.aftersales_cost_taxed = False
        costs = self.new_cost(30.0) | self.new_cost(90.0)
        self.pay(self.post(costs).move_ids, 60.0)
        rows = self.report.search([("cost_id", "in", costs.ids)], order="cost")
        self.assertEqual(rows.mapped("recovered"), [15.0, 45.0])
        self.assertEqual(rows.mapped("outstanding"), [15.0, 45.0])

    def test_a_reversed_posting_counts_for_nothing(self):
        """Reversing balances the invoice, and nothing was recovered by that."""
        cost = self.new_cost(100.0)
        posting = self.post(cost)
        posting.with_user(self.accountant)._reverse("Wrong dealer", posting.date)
        self.assertEqual(self.get_sums(cost), (100.0, 0.0, 0.0, 100.0))

    def test_posted_again_it_counts_once(self):
        """Reverse and repost: two invoices, one cost, charged once."""
        cost = self.new_cost(100.0)
        posting = self.post(cost)
        posting.with_user(self.accountant)._reverse("Wrong day", posting.date)
        self.post(cost)
        self.assertEqual(self.get_sums(cost), (100.0, 100.0, 0.0, 0.0))

    def test_an_employee_pays_back(self):
        """What a sales manager owes stands on an account of its own."""
        account = self.env["account.account"].create(
            {
                "name": "Due from employees",
                "code": "122199",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        self.company.aftersales_cost_employee_account_id = account
        self.complaint.sudo().complaint_fault_party = False
        self.complaint.sudo().complaint_sales_manager_id = self.sales_manager
        cost = self.new_cost(
            80.0, cost_type="lodging", worked_by="sales_manager", name="Hotel"
        )
        self.post(cost)
        self.assertEqual(cost.bearer, "sales_manager")
        owed = cost.share_ids.standing_entry_id.line_id
        self.assertEqual((owed.account_id, owed.balance), (account, 80.0))
        paid = self.env["account.move"].create(
            {
                "journal_id": self.bank_journal.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": owed.partner_id.id,
                            "credit": 20.0,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.bank_journal.default_account_id.id,
                            "debit": 20.0,
                        }
                    ),
                ],
            }
        )
        paid.action_post()
        (owed | paid.line_ids.filtered("credit")).reconcile()
        self.assertEqual(self.get_sums(cost), (80.0, 80.0, 20.0, 0.0))

    def test_what_the_company_bears_is_not_recharged(self):
        """Manufacturing cost stays with the company, and is 1 of 1."""
        self.complaint.sudo().complaint_fault_party = False
        cost = self.new_cost(50.0)
        self.post(cost)
        self.assertEqual(self.get_sums(cost), (50.0, 0.0, 0.0, 50.0))
        row = self.report.search([("cost_id", "=", cost.id)])
        self.assertEqual(
            (row.bearer, row.manufacturing, row.manufacturing_rate),
            ("company", 50.0, 1.0),
        )
