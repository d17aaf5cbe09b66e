# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_cost_books import BooksCase


@tagged("post_install", "-at_install")
class TestCostReversal(BooksCase):
    """A correction reverses and posts again, and everything of it is kept (L8)."""

    def balance(self, kind):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.accounts[kind].id),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def test_a_reversed_posting_leaves_nothing_and_can_be_posted_again(self):
        """The trail has three rows: posted, taken back, posted."""
        cost = self.new_reviewed("company")
        posting = self.post(cost)
        first = posting.move_ids
        self.reverse(posting, "Dealer's fault")
        self.assertEqual(posting.state, "reversed")
        self.assertEqual(cost.state, "reviewed")
        self.assertEqual(self.balance("manufacturing"), 0)
        self.assertEqual(self.balance("hand"), 0)
        again = self.post(cost)
        self.assertNotEqual(again, posting)
        self.assertEqual(self.balance("manufacturing"), 100)
        trail = cost.entry_ids.sorted("id")
        self.assertEqual(trail.mapped("kind"), ["posted", "reversed", "posted"])
        self.assertEqual(trail.mapped("round"), [1, 1, 2])
        self.assertEqual(trail[1].reverses_id, trail[0])
        self.assertEqual(trail[1].reason, f"Reversal of {first.name}: Dealer's fault")
        self.assertEqual(trail.mapped("is_standing"), [False, False, True])
        self.assertEqual(sum(trail.mapped("company_amount")), 100)

    def test_invoices_get_a_credit_note_that_settles_them(self):
        """Nothing is left to pay on either."""
        cost = self.new_reviewed("dealer")
        posting = self.post(cost)
        invoice = posting.move_ids
        self.reverse(posting)
        note = posting.move_ids - invoice
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.state, "posted")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(self.balance("hand"), 0)

    def test_a_vendor_refund_is_taken_back_by_a_bill(self):
        posting = self.post(self.new_reviewed("carrier"))
        refund = posting.move_ids
        self.reverse(posting)
        self.assertEqual((posting.move_ids - refund).move_type, "in_invoice")
        self.assertEqual(refund.amount_residual, 0)

    def test_one_document_of_many_can_be_reversed(self):
        """The others stay; only its costs wait again."""
        company, dealer = self.new_reviewed("company"), self.new_reviewed("dealer")
        posting = self.post(company | dealer)
        invoice = posting.move_ids.filtered(lambda move: move.is_invoice())
        self.reverse(posting, moves=invoice)
        self.assertEqual(dealer.state, "reviewed")
        self.assertEqual(company.state, "posted")
        self.assertEqual(posting.state, "posted")
        with self.assertRaisesRegex(UserError, "any more"):
            self.reverse(posting, moves=invoice)

    def test_a_part_of_a_split_cost_is_posted_again_alone(self):
        """What still stands is not booked twice, and pins the split."""
        cost = self.new_borne("company")
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
        invoice = posting.move_ids.filtered(lambda move: move.is_invoice())
        self.reverse(posting, moves=invoice)
        self.assertTrue(cost.is_partly_posted)
        self.assertEqual(
            self.env["aftersales.cost"].search([("is_partly_posted", "=", True)]), cost
        )
        with self.assertRaises(UserError):
            cost.with_user(self.accountant).action_unreview()
        with self.assertRaises(UserError):
            cost.with_user(self.accountant).action_cancel()
        again = self.post(cost)
        self.assertFalse(cost.is_partly_posted)
        self.assertEqual(again.move_ids.mapped("amount_untaxed"), [60])
        self.assertEqual(self.balance("hand"), -100)

    def test_what_was_settled_without_an_entry_is_taken_back_too(self):
        cost = self.new_reviewed(
            "company",
            cost_type="travel",
            expense_account_id=self.accounts["expense"].id,
        )
        posting = self.post(cost)
        self.reverse(posting)
        self.assertEqual(cost.state, "reviewed")
        self.assertEqual(posting.state, "reversed")

    def test_a_reversal_in_accounting_is_recognised(self):
        """Odoo's own button, by somebody without a role for service costs."""
        cost = self.new_reviewed("company")
        posting = self.post(cost)
        billing = self.new_user("billing", "account.group_account_invoice")
        self.reverse_in_accounting(posting.move_ids, billing)
        self.assertEqual(cost.state, "reviewed")
        self.assertEqual(posting.state, "reversed")
        self.assertIn("Wrong month", cost.entry_ids[0].reason)

    def test_a_draft_reversal_counts_once_it_is_posted(self):
        cost = self.new_reviewed("dealer")
        invoice = self.post(cost).move_ids
        note = invoice._reverse_moves()
        self.assertEqual(cost.state, "posted")
        note.invoice_date = self.today
        note._post(soft=False)
        self.assertEqual(cost.state, "reviewed")

    def test_a_credit_for_a_part_of_an_invoice_is_no_reversal(self):
        """A goodwill of 30 leaves the cost in the books."""
        cost = self.new_reviewed("dealer")
        note = self.post(cost).move_ids._reverse_moves()
        note.invoice_line_ids.price_unit = 30
        note.invoice_date = self.today
        note._post(soft=False)
        self.assertEqual(cost.state, "posted")

    def test_a_reversal_is_not_reversed(self):
        """It would put the costs into the books without a posting."""
        posting = self.post(self.new_reviewed("company"))
        first = posting.move_ids
        self.reverse(posting)
        for move in (posting.move_ids - first, first):
            with (
                self.subTest(move=move.name),
                self.assertRaisesRegex(UserError, "cannot be reversed again"),
            ):
                move._reverse_moves(cancel=True)

    def reverse_in_accounting(self, moves, user):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(user)
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create(
                {
                    "journal_id": moves.journal_id.id,
                    "date": self.today,
                    "reason": "Wrong month",
                }
            )
        )
        wizard.refund_moves()
        wizard.new_move_ids.filtered(lambda move: move.state == "draft")._post(False)

    def test_entries_are_not_taken_away_behind_the_posting(self):
        """No reset to draft, no cancelling, no deleting: Reverse instead."""
        manager = self.new_user("books", "account.group_account_manager")
        posting = self.post(self.new_reviewed("company") | self.new_reviewed("dealer"))
        for move in posting.move_ids.with_user(manager):
            with self.subTest(move=move.name):
                for call in (
                    move.button_draft,
                    move.button_cancel,
                    move.unlink,
                    move.with_context(force_delete=True).unlink,
                ):
                    with self.assertRaisesRegex(UserError, "Reverse"):
                        call()
                with self.assertRaisesRegex(UserError, "Reverse"):
                    move.write({"state": "draft"})

    def test_what_was_posted_stays_on_its_account(self):
        """Odoo lets accounting change accounts of posted items; not of these."""
        manager = self.new_user("books", "account.group_account_manager")
        move = self.post(self.new_reviewed("company")).move_ids
        debit = move.line_ids.filtered("debit").with_user(manager)
        with self.assertRaisesRegex(UserError, "holds service costs"):
            debit.account_id = self.accounts["expense"]
        debit.account_id = self.accounts["manufacturing"]  # no change
        debit.name = "Other words"

    def test_locked_periods_and_reasons(self):
        """The day of a reversal is checked like that of a posting."""
        posting = self.post(self.new_reviewed("company"))
        self.company.fiscalyear_lock_date = self.today
        with self.assertRaisesRegex(UserError, "is locked"):
            self.reverse(posting)
        with self.assertRaisesRegex(UserError, "reason"):
            self.reverse(posting, reason="  ")
        self.reverse(posting, date=self.today + timedelta(days=1))
        self.assertEqual(posting.state, "reversed")

    def test_only_accountants_reverse(self):
        posting = self.post(self.new_reviewed("company"))
        for user in (self.agent, self.reader):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    posting.with_user(user).action_open_reverse()
                with self.assertRaises(AccessError):
                    posting.with_user(user)._reverse("x", self.today)

    def test_a_draft_is_discarded_and_not_reversed(self):
        posting = self.new_posting(self.new_reviewed("company"))
        with self.assertRaisesRegex(UserError, "Discard"):
            posting.action_open_reverse()
