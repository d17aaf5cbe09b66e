# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_cost_source import CostSourceCase


@tagged("post_install", "-at_install")
class TestCostBill(CostSourceCase):
    """Vendors' bills as service costs: the line as it was booked, each once (L9)."""

    def test_a_bill_line_becomes_a_cost_as_it_was_booked(self):
        """Amount, account, day and number are those of the journal item."""
        bill = self.new_bill(250.0, ref="F-77")
        cost = self.pull()
        self.assertEqual(cost.amount, 250.0)
        self.assertEqual(cost.company_amount, 250.0)
        self.assertEqual(cost.expense_account_id, self.freight)
        self.assertEqual(cost.source_move_line_id, bill.invoice_line_ids)
        self.assertEqual(cost.complaint_id, self.complaint)
        self.assertEqual(cost.date, bill.invoice_date)
        self.assertEqual(cost.document, bill.name)
        self.assertIn(bill.name, cost.source_name)
        self.assertEqual(cost.cost_type, "transport", "“Air freight” says so")
        self.assertEqual(cost.state, "draft")
        self.assertEqual(cost.create_uid, self.agent)
        self.assertIn(cost.display_name, bill.message_ids[0].body)

    def test_deducted_taxes_are_no_cost(self):
        """100 with 20 % tax on a bill are a cost of 100."""
        tax = self.env["account.tax"].create(
            {"name": "20 %", "amount": 20.0, "type_tax_use": "purchase"}
        )
        self.new_bill(100.0, line={"tax_ids": [Command.set(tax.ids)]})
        self.assertEqual(self.pull().amount, 100.0)

    def test_a_foreign_bill_keeps_both_amounts_to_the_cent(self):
        """33.33 booked at 3 to one are 11.11, whatever the rate is today."""
        currency = self.env["res.currency"].create(
            {"name": "XFC", "symbol": "X", "rounding": 0.01}
        )
        day = fields.Date.context_today(self.complaint)
        self.env["res.currency.rate"].create(
            [
                {"currency_id": currency.id, "name": "2020-01-01", "rate": 3.0},
                {"currency_id": currency.id, "name": day, "rate": 7.0},
            ]
        )
        self.new_bill(33.33, currency_id=currency.id, invoice_date="2026-01-05")
        cost = self.pull()
        self.assertEqual((cost.amount, cost.currency_id), (33.33, currency))
        self.assertEqual(cost.company_amount, 11.11)

    def test_a_credit_note_lowers_the_cost(self):
        """A bill reversed in part is a negative cost of the same complaint."""
        bill = self.new_bill(250.0)
        self.pull()
        reversal = bill._reverse_moves([{"invoice_date": bill.invoice_date}])
        self.assertEqual(reversal.invoice_line_ids.complaint_id, self.complaint)
        reversal.invoice_line_ids.price_unit = 50.0
        reversal.action_post()
        self.assertEqual(self.pull().amount, -50.0)

    def test_the_source_analytics_are_kept(self):
        """Posting takes the cost from there in analytic accounting, too."""
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        account = self.env["account.analytic.account"].create(
            {"name": "North", "plan_id": plan.id}
        )
        self.new_bill(10.0, line={"analytic_distribution": {str(account.id): 100}})
        self.assertEqual(
            self.pull().source_analytic_distribution, {str(account.id): 100}
        )

    def test_a_bill_is_pulled_once_whoever_tries(self):
        """The second is told who pulled it; the first dialog does nothing again."""
        self.new_bill(250.0)
        mine, theirs = self.open_pull(), self.open_pull(self.accountant)
        mine.action_pull()
        with self.assertRaisesRegex(
            UserError, "a service cost already: Air freight, pulled by ar_agent"
        ):
            theirs.action_pull()
        with self.assertRaisesRegex(UserError, "pulled already"):
            mine.action_pull()
        again = self.open_pull()
        self.assertFalse(again.line_ids.chosen)
        self.assertEqual(again.line_ids.cost_id.amount, 250.0)
        with self.assertRaisesRegex(UserError, "Tick what"):
            again.action_pull()
        self.assertEqual(len(self.complaint.complaint_cost_ids), 1)

    def test_a_cancelled_cost_frees_its_document(self):
        """It may be pulled again; then the cancelled one stays cancelled."""
        self.new_bill(250.0)
        first = self.pull()
        first.with_user(self.agent).action_cancel()
        second = self.pull()
        self.assertNotEqual(first, second)
        with self.assertRaisesRegex(UserError, "a service cost already"):
            first.with_user(self.agent).action_reopen()

    def test_what_is_not_posted_waits(self):
        """A draft bill is shown, with the reason, and cannot be pulled."""
        bill = self.new_bill(250.0, post=False)
        line = self.open_pull().line_ids
        self.assertTrue(line.is_blocked)
        self.assertIn("not posted", line.note)
        line.chosen = True
        with self.assertRaisesRegex(UserError, "not posted"):
            line.wizard_id.with_user(self.agent).action_pull()
        bill.action_post()
        self.assertEqual(self.pull().amount, 250.0)

    def test_goods_bought_into_stock_are_no_cost_yet(self):
        """Their cost comes with the transfer that takes them out again."""
        self.new_bill(90.0, line={"product_id": self.pane.id})
        line = self.open_pull().line_ids
        self.assertTrue(line.is_blocked)
        self.assertIn("bought into stock", line.note)

    def test_the_type_that_people_chose_is_remembered(self):
        """The next bill for the same product is guessed as the last was corrected."""
        crane = self.new_product("Crane", type="service")
        self.new_bill(10.0, line={"product_id": crane.id, "name": "Crane"})
        wizard = self.open_pull()
        self.assertEqual(wizard.line_ids.cost_type, "other")
        wizard.line_ids.cost_type = "repair"
        wizard.action_pull()
        self.assertEqual(self.complaint.complaint_cost_ids.cost_type, "repair")
        self.new_bill(20.0, line={"product_id": crane.id, "name": "Crane"})
        types = self.open_pull().line_ids.filtered(lambda line: not line.cost_id)
        self.assertEqual(types.cost_type, "repair")

    def test_several_complaints_are_pulled_at_once(self):
        """The dialog of a list has the documents of each, and pulls to each."""
        other = self.new_complaint()
        self.new_bill(10.0)
        self.new_bill(20.0, line={"complaint_id": other.id})
        costs = self.pull(complaint=self.complaint | other)
        self.assertEqual(
            {cost.complaint_id: cost.amount for cost in costs},
            {self.complaint: 10.0, other: 20.0},
        )
        self.new_bill(30.0, line={"complaint_id": other.id})
        action = (
            self.env["helpdesk.ticket"].with_user(self.agent).action_pull_all_costs()
        )
        wizard = self.env["aftersales.cost.pull"].browse(action["res_id"])
        self.assertEqual(wizard.line_ids.mapped("company_amount"), [30.0])

    def test_pulling_many_costs_no_more_queries_a_line(self):
        """Rows of bills are read in batches: twenty more lines, no more queries."""

        def count(lines):
            self.env["account.move.line"].search(
                [("complaint_id", "=", self.complaint.id)]
            ).complaint_id = False
            bill = self.new_bill(*[5.0] * lines)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.env["aftersales.cost"]._get_source_rows(self.complaint)
            self.env["aftersales.cost"]._get_pulled(rows)
            self.assertEqual(set(rows), set(bill.invoice_line_ids))
            return self.env.cr.sql_log_count - before

        few, many = count(5), count(25)
        self.assertLessEqual(many, few + 2)


@tagged("post_install", "-at_install")
class TestCostBillLink(CostSourceCase):
    """Bills and complaints, linked both ways (L9)."""

    def test_the_bill_names_its_complaint_for_all_lines(self):
        """An accountant names it once, and opens the costs from the bill."""
        bill = self.new_bill(10.0, 20.0, line={"complaint_id": False})
        bill = bill.with_user(self.accountant)
        self.assertFalse(bill.complaint_id)
        bill.complaint_id = self.complaint
        self.assertEqual(bill.invoice_line_ids.complaint_id, self.complaint)
        costs = self.pull(self.accountant)
        self.assertEqual(sum(costs.mapped("amount")), 30.0)
        self.assertEqual(bill.source_cost_count, 2)
        action = bill.action_view_source_costs()
        self.assertEqual(
            self.env["aftersales.cost"].search(action["domain"]), costs.sorted()
        )
        opened = costs[0].with_user(self.accountant).action_open_source()
        self.assertEqual((opened["res_model"], opened["res_id"]), (bill._name, bill.id))

    def test_the_form_of_a_bill_takes_a_complaint(self):
        """Typed in the header it stands on the lines at once, and is saved."""
        user = self.accountant
        with Form(
            self.env["account.move"]
            .with_user(user)
            .with_context(default_move_type="in_invoice")
        ) as form:
            form.partner_id = self.vendor
            form.invoice_date = fields.Date.context_today(self.complaint)
            with form.invoice_line_ids.new() as line:
                line.name = "Crane"
                line.price_unit = 12.0
                line.tax_ids.clear()
            form.complaint_id = self.complaint
        self.assertEqual(form.record.invoice_line_ids.complaint_id, self.complaint)

    def test_a_bill_with_a_cost_stays_with_its_complaint(self):
        """Taking it away would leave a cost without its document."""
        bill = self.new_bill(10.0)
        cost = self.pull()
        with self.assertRaisesRegex(UserError, "Cancel that cost first"):
            bill.invoice_line_ids.complaint_id = self.new_complaint()
        cost.with_user(self.agent).action_cancel()
        bill.invoice_line_ids.complaint_id = False
        self.assertFalse(bill.complaint_id)

    def test_who_links_a_bill(self):
        """After-sales and accountants for service costs; others are told so."""
        invoicing = self.new_user("inv", "account.group_account_invoice")
        bill = self.new_bill(10.0, line={"complaint_id": False})
        with self.assertRaisesRegex(AccessError, "After-sales staff and accountants"):
            bill.invoice_line_ids.with_user(invoicing).write(
                {"complaint_id": self.complaint.id}
            )
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(invoicing).create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.vendor.id,
                    "invoice_line_ids": [
                        Command.create({"name": "x", "complaint_id": self.complaint.id})
                    ],
                }
            )
        own = (
            self.env["account.move"]
            .with_user(invoicing)
            .with_context(default_complaint_id=self.complaint.id)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.vendor.id,
                    "invoice_line_ids": [Command.create({"name": "x"})],
                }
            )
        )
        self.assertFalse(own.sudo().invoice_line_ids.complaint_id)

    def test_a_ticket_or_another_company_is_no_complaint_of_a_bill(self):
        """Both are refused in words."""
        bill = self.new_bill(10.0, line={"complaint_id": False})
        with self.assertRaisesRegex(UserError, "is no complaint"):
            bill.invoice_line_ids.complaint_id = self.new_ticket()
        company = self.env["res.company"].create({"name": "Other"})
        other = self.new_complaint(company_id=company.id)
        with self.assertRaisesRegex(UserError, "different companies"):
            bill.invoice_line_ids.complaint_id = other


@tagged("post_install", "-at_install")
class TestCostPullDoors(CostSourceCase):
    """Who pulls, and what cannot be forged (L9)."""

    def test_who_pulls(self):
        """Readers, sales and the warehouse do not."""
        self.new_bill(10.0)
        for user in (self.reader, self.salesperson, self.warehouse_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).action_pull_costs()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["helpdesk.ticket"].with_user(user).action_pull_all_costs()
        self.assertTrue(self.pull(self.accountant))

    def test_dialog_and_rows_are_made_on_the_server(self):
        """Nobody brings their own dialog, rows or amounts."""
        self.new_bill(10.0)
        wizard = self.open_pull()
        agent = self.agent
        with self.assertRaises(AccessError):
            self.env["aftersales.cost.pull"].with_user(agent).create({})
        with self.assertRaises(AccessError):
            self.env["aftersales.cost.pull.line"].with_user(agent).create(
                {
                    "wizard_id": wizard.id,
                    "source_model": "account.move.line",
                    "source_id": 1,
                    "cost_type": "other",
                }
            )
        for vals in (
            {"amount": 1.0},
            {"source_id": 1},
            {"source_model": "res.users"},
            {"is_blocked": False},
            {"complaint_id": self.new_complaint().id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                wizard.line_ids.write(vals)
        with self.assertRaises(AccessError):
            wizard.write({"is_done": False})
        with self.assertRaises(AccessError):
            wizard.with_user(self.accountant).action_pull()
        with self.assertRaises(AccessError):
            wizard.line_ids.with_user(self.accountant).write({"chosen": True})

    def test_defaults_of_a_caller_fill_in_nothing(self):
        """A forged context makes no other cost of a bill."""
        self.new_bill(10.0)
        wizard = self.open_pull().with_context(
            default_state="posted",
            default_bearer="dealer",
            default_amount=99.0,
            default_note="forged",
            default_department_id=self.departments["sales"].id,
        )
        wizard.action_pull()
        cost = self.complaint.complaint_cost_ids
        self.assertEqual((cost.state, cost.amount), ("draft", 10.0))
        self.assertFalse(cost.note)
        self.assertNotEqual(cost.department_id, self.departments["sales"])

    def test_what_came_from_the_document_is_not_edited(self):
        """Amount, day and account are those of the document; the type is a guess."""
        self.new_bill(10.0)
        cost = self.pull().with_user(self.accountant)
        for vals in (
            {"amount": 11.0},
            {"date": "2020-01-01"},
            {"expense_account_id": self.variation.id},
        ):
            with self.subTest(vals=vals), self.assertRaisesRegex(UserError, "pulled"):
                cost.write(vals)
        for vals in (
            {"source_changed": True},
            {"source_accepted": "x"},
            {"source_analytic_distribution": {}},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                cost.write(vals)
        cost.cost_type = "packaging"
        self.assertEqual(cost.cost_type, "packaging")

    def test_after_sales_says_nothing_about_accounts(self):
        """Accountants say where a cost that was entered by hand stands."""
        cost = self.new_cost()
        with self.assertRaisesRegex(AccessError, "Accountants"):
            cost.with_user(self.agent).expense_account_id = self.freight
        with self.assertRaisesRegex(AccessError, "Accountants"):
            self.env["aftersales.cost"].with_user(self.agent).create(
                {
                    "complaint_id": self.complaint.id,
                    "name": "x",
                    "amount": 1.0,
                    "expense_account_id": self.freight.id,
                }
            )
        cost.with_user(self.accountant).expense_account_id = self.freight
        self.assertEqual(cost.expense_account_id, self.freight)

    def test_a_complaint_of_another_company_is_not_pulled(self):
        """Neither by whoever works elsewhere, nor through the dialog of all."""
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.new_complaint(company_id=company.id)
        with self.assertRaises(AccessError):
            foreign.with_user(self.agent).action_pull_costs()

    def test_nothing_to_pull_says_what_to_do(self):
        """An empty dialog helps nobody."""
        with self.assertRaisesRegex(UserError, "Name the complaint on vendors' bills"):
            self.complaint.with_user(self.agent).action_pull_costs()
        with self.assertRaisesRegex(UserError, "not a complaint"):
            self.new_ticket().with_user(self.agent).action_pull_costs()
