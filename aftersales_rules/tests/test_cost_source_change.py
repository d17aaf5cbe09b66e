# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common_cost_source import CostSourceCase


@tagged("post_install", "-at_install")
class TestCostSourceChange(CostSourceCase):
    """Documents that change after their cost was pulled (L9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bill = cls.new_bill(250.0)
        cls.cost = cls.env["aftersales.cost"]._pull([cls.bill.invoice_line_ids])

    def source_blocks(self):
        return [
            text for key, text in self.cost._cost_blocks()[self.cost] if key == "source"
        ]

    def change_amount(self, amount):
        self.bill.button_draft()
        self.bill.invoice_line_ids.price_unit = amount
        self.bill.action_post()
        self.run_queue()

    def settle(self, decision, reason=False, user=None):
        wizard = (
            self.env["aftersales.cost.settle"]
            .with_user(user or self.accountant)
            .create({"cost_id": self.cost.id, "decision": decision, "reason": reason})
        )
        return wizard.action_settle()

    def test_an_unchanged_bill_blocks_nothing(self):
        self.assertEqual(self.source_blocks(), [])
        with self.assertRaisesRegex(UserError, "as it was pulled"):
            self.cost.with_user(self.accountant).action_settle_source()

    def test_a_bill_reset_to_draft_blocks_its_cost_until_it_is_posted_again(self):
        """Accountants get one activity, which goes away by itself."""
        self.bill.button_draft()
        self.run_queue()
        self.assertTrue(self.cost.source_changed)
        self.assertIn("not posted", self.source_blocks()[0])
        self.assertIn("not posted", self.cost.source_change)
        activity = self.cost.activity_ids
        self.assertIn(activity.user_id, self.cost._get_cost_accountants(self.company))
        self.bill.action_post()
        self.run_queue()
        self.assertFalse(self.cost.source_changed)
        self.assertFalse(self.cost.activity_ids)
        self.assertEqual(self.source_blocks(), [])

    def test_the_new_amount_is_taken(self):
        """Both amounts are named before, and the cost is as the bill after."""
        self.change_amount(300.0)
        (text,) = self.source_blocks()
        self.assertIn("300.00", text)
        self.assertIn("250.00", text)
        self.cost.with_user(self.accountant).action_settle_source()
        self.settle("take")
        self.assertEqual((self.cost.amount, self.cost.company_amount), (300.0, 300.0))
        self.assertFalse(self.cost.source_changed)
        self.assertFalse(self.cost.activity_ids)
        self.assertEqual(self.source_blocks(), [])

    def test_the_old_amount_is_kept_with_a_reason_until_the_next_change(self):
        """A change that was accepted once says nothing of the next one."""
        self.change_amount(300.0)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.settle("keep", "  ")
        self.settle("keep", "The rest was another site")
        self.assertEqual(self.cost.amount, 250.0)
        self.assertEqual(self.source_blocks(), [])
        self.assertFalse(self.cost.source_changed)
        self.assertIn("The rest was another site", self.cost.message_ids[0].body)
        self.change_amount(310.0)
        self.assertTrue(self.cost.source_changed)
        self.assertIn("310.00", self.source_blocks()[0])

    def test_a_cancelled_bill_gives_no_amount_to_take(self):
        """Keep it with a reason, or cancel the cost."""
        self.bill.button_draft()
        self.bill.button_cancel()
        self.run_queue()
        with self.assertRaisesRegex(UserError, "no amount to take"):
            self.settle("take")
        self.cost.with_user(self.accountant).action_cancel()
        self.assertEqual(self.source_blocks(), [])

    def test_a_deleted_bill_is_noticed(self):
        """The cost stays, says so, and opens nothing."""
        self.bill.button_draft()
        self.bill.with_context(force_delete=True).unlink()
        self.run_queue()
        self.assertTrue(self.cost.source_changed)
        self.assertIn("not there any more", self.source_blocks()[0])
        self.assertFalse(self.cost.source_move_line_id)
        with self.assertRaisesRegex(UserError, "not there any more"):
            self.cost.with_user(self.accountant).action_open_source()
        self.settle("keep", "Paid by card, bill was entered twice")
        self.assertEqual(self.source_blocks(), [])

    def test_another_account_is_taken_over(self):
        """Where the same money stands is no decision, while the cost is not posted."""
        other = self.new_account("626900", "Express Freight")
        self.bill.invoice_line_ids.account_id = other
        self.run_queue()
        self.assertEqual(self.cost.expense_account_id, other)
        self.assertFalse(self.cost.source_changed)

    def test_a_posted_cost_keeps_its_books(self):
        """It is flagged, and taken only after its posting was reversed."""
        self.cost.write({"state": "posted"})
        self.change_amount(300.0)
        self.assertTrue(self.cost.source_changed)
        self.assertEqual(self.cost.company_amount, 250.0)
        with self.assertRaisesRegex(UserError, "Reverse its posting"):
            self.settle("take")

    def test_who_settles(self):
        """After-sales sees it; accountants for service costs decide."""
        self.change_amount(300.0)
        self.assertIn("300.00", self.cost.with_user(self.agent).source_change)
        for user in (self.agent, self.reader):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.cost.with_user(user).action_settle_source()
                with self.assertRaises(AccessError):
                    self.settle("take", user=user)

    def test_what_changes_unseen_is_found_by_the_scheduled_action(self):
        """Stock that was corrected in the database, say."""
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = 200, amount_currency = 200,"
            " debit = 200 WHERE id = %s",
            [self.bill.invoice_line_ids.id],
        )
        self.env.invalidate_all()
        self.run_cron("ir_cron_cost_sources")
        self.assertTrue(self.cost.source_changed)

    def test_many_costs_are_compared_in_batches(self):
        """A list of costs with their blocks needs no more queries a cost."""

        def count(lines):
            bill = self.new_bill(*[5.0] * lines)
            costs = self.env["aftersales.cost"]._pull(list(bill.invoice_line_ids))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertFalse(costs._get_source_changes())
            return self.env.cr.sql_log_count - before

        few, many = count(3), count(23)
        self.assertLessEqual(many, few + 2)


@tagged("post_install", "-at_install")
class TestCostSourceFile(CostSourceCase, HttpCase):
    """The papers of a bill are opened from the cost (L9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bill = cls.new_bill(10.0)
        cls.paper, cls.other = cls.env["ir.attachment"].create(
            [
                {
                    "name": "bill.pdf",
                    "raw": b"%PDF-1.7 paper",
                    "res_model": "account.move",
                    "res_id": cls.bill.id,
                },
                {
                    "name": "secret.pdf",
                    "raw": b"%PDF-1.7 secret",
                    "res_model": "account.move",
                    "res_id": cls.new_bill(11.0).id,
                },
            ]
        )
        cls.cost = cls.env["aftersales.cost"]._pull([cls.bill.invoice_line_ids])
        for user in (cls.accountant, cls.agent, cls.salesperson):
            user.password = user.login

    def fetch(self, user, attachment):
        self.authenticate(user.login, user.login)
        return self.url_open(f"/aftersales/cost/{self.cost.id}/file/{attachment.id}")

    def test_the_accountant_opens_the_paper(self):
        """And no paper of another document through it."""
        shown = self.cost.with_user(self.accountant).source_files
        self.assertIn("bill.pdf", shown)
        answer = self.fetch(self.accountant, self.paper)
        self.assertEqual((answer.status_code, answer.content), (200, self.paper.raw))
        self.assertEqual(self.fetch(self.accountant, self.other).status_code, 404)

    def test_who_may_not_read_the_bill_opens_no_paper_of_it(self):
        """After-sales reads the cost and not the bill; sales not even the cost."""
        self.assertFalse(self.cost.with_user(self.agent).source_files)
        self.assertEqual(self.fetch(self.agent, self.paper).status_code, 404)
        self.assertEqual(self.fetch(self.salesperson, self.paper).status_code, 404)

    def test_names_of_files_are_shown_as_text(self):
        """A file may be called anything."""
        self.paper.name = "<img src=x onerror=alert(1)>.pdf"
        shown = self.cost.with_user(self.accountant).source_files
        self.assertNotIn("<img", shown)
