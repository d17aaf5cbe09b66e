# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.aftersales_rules.tests.common_cost_source import CostSourceCase


@tagged("post_install", "-at_install")
class TestCostExpense(CostSourceCase):
    """Employees' expenses as service costs: as they were booked, each once (L9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.travel = cls.new_account("625100", "Travel")
        cls.tax = cls.env["account.tax"].create(
            {"name": "Receipt 20 %", "amount": 20.0, "type_tax_use": "purchase"}
        )
        cls.hotel = cls.env["product.product"].create(
            {
                "name": "Hotel",
                "type": "service",
                "can_be_expensed": True,
                "standard_price": 0.0,
                "property_account_expense_id": cls.travel.id,
                "supplier_taxes_id": [Command.set(cls.tax.ids)],
            }
        )
        cls.employee = cls.new_employee(cls.agent, "Anna")

    @classmethod
    def new_employee(cls, user, name):
        return cls.env["hr.employee"].create(
            {
                "name": name,
                "user_id": user.id,
                "company_id": cls.company.id,
                "work_contact_id": user.partner_id.id,
            }
        )

    @classmethod
    def new_expense(cls, amount=120.0, post=True, **values):
        """A receipt of an employee, tax included, approved and posted."""
        values.setdefault("complaint_id", cls.complaint.id)
        expense = cls.env["hr.expense"].create(
            {
                "name": "Hotel Hamburg",
                "employee_id": cls.employee.id,
                "product_id": cls.hotel.id,
                "total_amount_currency": amount,
                "date": "2026-03-02",
                **values,
            }
        )
        if post:
            cls.post(expense)
        return expense

    @classmethod
    def post(cls, expense):
        expense.action_submit()
        if expense.state != "approved":
            expense._do_approve(check=False)
        if expense.payment_mode == "own_account":
            expense._post_without_wizard()
        else:
            expense.action_post()
        assert expense.account_move_id, expense.state

    def test_an_expense_costs_what_was_booked_without_its_tax(self):
        """120 with 20 % tax included: 100 on the travel account."""
        expense = self.new_expense()
        cost = self.pull()
        self.assertEqual(len(cost), 1, "its receipt is not offered as a bill, too")
        self.assertEqual((cost.amount, cost.company_amount), (100.0, 100.0))
        self.assertEqual(cost.expense_account_id, self.travel)
        item = cost.source_move_line_id
        self.assertEqual((item.move_id, item.balance), (expense.account_move_id, 100.0))
        self.assertEqual(cost.cost_type, "lodging")
        self.assertEqual(cost.source_model, "hr.expense")
        self.assertIn("Expense", cost.source_name)
        self.assertEqual(expense.source_cost_count, 1)
        self.assertEqual(expense.account_move_id.source_cost_count, 1)

    def test_the_receipt_is_no_second_cost(self):
        """Even if somebody names the complaint on the receipt itself."""
        expense = self.new_expense()
        expense.account_move_id.invoice_line_ids.complaint_id = self.complaint
        lines = self.open_pull().line_ids
        self.assertEqual(lines.mapped("source_model"), ["hr.expense"])

    def test_two_expenses_in_one_receipt_are_two_costs(self):
        """Each with its own item of the entry."""
        both = self.new_expense(60.0, post=False) | self.new_expense(90.0, post=False)
        both.action_submit()
        both.filtered(lambda each: each.state != "approved")._do_approve(check=False)
        both._post_without_wizard()
        self.assertEqual(len(both.account_move_id), 1)
        costs = self.pull()
        self.assertEqual(sorted(costs.mapped("amount")), [50.0, 75.0])
        self.assertEqual(len(costs.source_move_line_id), 2)

    def test_what_the_company_paid_is_pulled_alike(self):
        """The item of its payment is where the cost stands."""
        self.new_expense(payment_mode="company_account", vendor_id=self.vendor.id)
        cost = self.pull()
        self.assertEqual(cost.amount, 100.0)
        self.assertEqual(cost.expense_account_id, self.travel)

    def test_what_is_not_posted_waits(self):
        """It is shown, with the reason."""
        expense = self.new_expense(post=False)
        line = self.open_pull().line_ids
        self.assertTrue(line.is_blocked)
        self.assertEqual(line.company_amount, 100.0)
        self.assertIn("no posted entry", line.note)
        self.post(expense)
        self.assertEqual(self.pull().amount, 100.0)

    def test_travel_of_the_sales_managers_people_is_known(self):
        """Whoever belongs to the sales department works for its manager (L6)."""
        self.new_expense()
        self.assertEqual(self.pull().worked_by, "company")
        seller = self.new_employee(self.salesperson, "Sam")
        self.departments["sales"].member_ids |= self.salesperson
        self.new_expense(employee_id=seller.id)
        cost = self.pull()
        self.assertEqual(cost.worked_by, "sales_manager")
        self.assertEqual(cost.worked_user_id, self.salesperson)
        self.assertEqual(cost.sales_manager_id, self.sales_manager)

    def test_a_reversed_entry_is_noticed(self):
        """The expense has no entry any more; the cost waits for an accountant."""
        expense = self.new_expense()
        cost = self.pull()
        expense.account_move_id._reverse_moves(
            [{"invoice_date": "2026-03-09"}], cancel=True
        )
        self.run_queue()
        self.assertTrue(cost.source_changed)
        (text,) = [text for key, text in cost._cost_blocks()[cost] if key == "source"]
        self.assertIn("no posted entry", text)

    def test_an_entry_reset_to_draft_is_noticed_and_settled_by_posting_it(self):
        expense = self.new_expense()
        cost = self.pull()
        expense.account_move_id.button_draft()
        self.run_queue()
        self.assertTrue(cost.source_changed)
        expense.account_move_id.action_post()
        self.run_queue()
        self.assertFalse(cost.source_changed)

    def test_who_links_an_expense(self):
        """Employees file expenses; what for is said by after-sales or accountants."""
        employee = self.new_user("emp", "base.group_user")
        own = self.new_employee(employee, "Ed")
        vals = {
            "name": "Taxi",
            "employee_id": own.id,
            "product_id": self.hotel.id,
            "total_amount_currency": 10.0,
        }
        Expense = self.env["hr.expense"].with_user(employee)
        with self.assertRaises(AccessError):
            Expense.create({**vals, "complaint_id": self.complaint.id})
        mine = Expense.with_context(default_complaint_id=self.complaint.id).create(vals)
        self.assertFalse(mine.sudo().complaint_id)
        with self.assertRaises(AccessError):
            mine.complaint_id = self.complaint
        with self.assertRaises(AccessError):
            mine.with_user(self.accountant).read(["name"])
        bookkeeper = self.new_user(
            "bok", "aftersales_rules.group_cost_accountant,account.group_account_user"
        )
        mine.with_user(bookkeeper).complaint_id = self.complaint
        self.assertEqual(mine.sudo().complaint_id, self.complaint)

    def test_the_accountant_opens_the_expense_and_its_papers(self):
        """What was spent on a complaint is read by who reviews its costs."""
        expense = self.new_expense()
        self.env["ir.attachment"].create(
            {
                "name": "receipt.pdf",
                "raw": b"%PDF-1.7",
                "res_model": "hr.expense",
                "res_id": expense.id,
            }
        )
        cost = self.pull(self.accountant).with_user(self.accountant)
        opened = cost.action_open_source()
        self.assertEqual(
            (opened["res_model"], opened["res_id"]), ("hr.expense", expense.id)
        )
        self.assertIn("receipt.pdf", cost.source_files)

    def test_an_expense_with_a_cost_stays_with_its_complaint(self):
        expense = self.new_expense()
        self.pull()
        with self.assertRaisesRegex(UserError, "Cancel that cost first"):
            expense.complaint_id = False
