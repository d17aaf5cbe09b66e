# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_cost_books import BooksCase


@tagged("post_install", "-at_install")
class TestCostPostingChecks(BooksCase):
    """Posted once, by accountants, and only what nothing keeps back (L8)."""

    # ------------------------------------------------------------- once only

    def test_posting_again_says_who_did_it_and_does_nothing(self):
        """From the posting and from the queue."""
        cost = self.new_reviewed("company")
        posting = self.post(cost)
        moves = self.env["account.move"].search_count([])
        for action in (posting.action_post(), self._as_accountant(cost).action_post()):
            message = action["params"]["message"]
            self.assertIn(posting.name, message)
            self.assertIn(self.accountant.name, message)
            self.assertIn(posting.move_ids.name, message)
        self.assertEqual(self.env["account.move"].search_count([]), moves)

    def test_the_buttons_of_a_posting_open_it_no_second_time(self):
        """Its form is on the screen: the way back would name it twice."""
        reload = {"type": "ir.actions.client", "tag": "soft_reload"}
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        self.assertIs(posting.action_preview(), True)
        self.assertIs(posting.action_post(), True)
        self.assertEqual(posting.action_post()["params"]["next"], reload)
        queue = self._as_accountant(cost).action_post()
        self.assertEqual(queue["params"]["next"]["res_id"], posting.id)
        self.assertEqual(self.reverse(posting), {"type": "ir.actions.act_window_close"})
        again = self.new_posting(cost)
        self.company.aftersales_cost_manufacturing_account_id = self.accounts["expense"]
        self.assertEqual(again.action_post()["params"]["next"], reload)
        self.assertEqual(again.action_discard()["target"], "main")

    def test_a_preview_names_accounts_with_their_codes(self):
        """Also for those whom Odoo shows names only, as they do not read the books."""
        reader = self.env.ref("account.group_account_readonly")
        self.accountant.group_ids -= reader
        posting = self.new_posting(self.new_reviewed("company"))
        account = posting.preview_ids.account_id[:1]
        line = posting.preview_ids.filtered(lambda each: each.account_id == account)
        self.assertEqual(line.account_title, f"{account.code} {account.name}")

    def test_a_cost_is_in_one_draft_only(self):
        """Who selects it again is told where it is; the same selection opens it."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        self.assertEqual(self.new_posting(cost), posting)
        other = self.new_reviewed("company")
        with self.assertRaisesRegex(UserError, posting.name):
            self._as_accountant(cost | other).action_post()
        self._as_accountant(cost).action_leave_posting()
        self.assertFalse(posting.preview_ids)
        both = self.new_posting(cost | other)
        self.assertEqual(both.cost_ids, cost | other)
        both.action_discard()
        self.assertFalse((cost | other).posting_id)

    def test_what_has_changed_since_the_preview_is_shown_again_first(self):
        """An account was changed meanwhile: nothing is posted unseen."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        self.company.aftersales_cost_manufacturing_account_id = self.accounts["expense"]
        action = posting.action_post()
        self.assertEqual(posting.state, "draft")
        self.assertIn("changed since the preview", action["params"]["message"])
        self.assertIn(self.accounts["expense"], posting.preview_ids.account_id)
        posting.action_post()
        self.assertEqual(posting.state, "posted")

    def test_a_cost_that_is_changed_leaves_the_draft(self):
        """It has to be reviewed again."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        cost.with_user(self.agent).amount = 50.0
        self.assertEqual(cost.state, "draft")
        self.assertFalse(cost.posting_id)
        with self.assertRaisesRegex(UserError, "is empty"):
            posting.action_post()

    # --------------------------------------------------------- what keeps it back

    def test_an_archived_account_is_named_with_its_setting(self):
        """Before anything is written."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        self.accounts["manufacturing"].active = False
        with self.assertRaisesRegex(
            UserError, "Manufacturing Cost.*archived.*settings"
        ):
            posting.action_post()
        self.assertIn("archived", cost.block_text)

    def test_an_archived_tax_is_named(self):
        """Of recharges; journal entries need none."""
        self.post(self.new_reviewed("company"))
        cost = self.new_reviewed("dealer")
        self.tax.active = False
        with self.assertRaisesRegex(UserError, "VAT 10 is archived"):
            self.new_posting(cost)

    def test_an_archived_dealer_is_named(self):
        cost = self.new_reviewed("dealer")
        self.dealer.active = False
        with self.assertRaisesRegex(UserError, "Dealer Ltd is archived"):
            self.new_posting(cost)

    def test_a_locked_period_is_named_with_the_next_open_day(self):
        """Whatever the lock is."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        self.company.fiscalyear_lock_date = self.today
        with self.assertRaisesRegex(UserError, "is locked") as caught:
            posting.action_post()
        self.assertIn("next open day", str(caught.exception))
        posting.date = self.today + timedelta(days=1)
        posting.action_preview()
        posting.action_post()
        self.assertEqual(posting.move_ids.date, self.today + timedelta(days=1))

    def test_the_sales_lock_stops_invoices_only(self):
        self.company.sale_lock_date = self.today
        self.post(self.new_reviewed("company"))
        with self.assertRaisesRegex(UserError, "is locked in journal"):
            self.new_posting(self.new_reviewed("dealer"))

    def test_nothing_undecided_or_unreviewed_is_posted(self):
        """Joint inspections first (L4); drafts are reviewed first."""
        draft = self.new_borne("company")
        with self.assertRaisesRegex(UserError, "Only reviewed costs"):
            self.new_posting(draft)

    def test_only_accountants_post(self):
        """After-sales, readers and plain accounting do not."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        plain = self.new_user("billing", "account.group_account_invoice")
        for user in (self.agent, self.reader, self.sales_manager, plain):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_post()
                with self.assertRaises(AccessError):
                    posting.with_user(user).action_post()
                with self.assertRaises(AccessError):
                    posting.with_user(user).action_preview()

    def test_nobody_writes_what_follows(self):
        """State, costs and trail follow from the buttons."""
        cost = self.new_reviewed("company")
        posting = self.new_posting(cost)
        for vals in ({"state": "posted"}, {"name": "x"}, {"preview_digest": "x"}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                posting.write(vals)
        with self.assertRaises(AccessError):
            self._as_accountant(cost).posting_id = False
        with self.assertRaises(AccessError):
            self._as_accountant(cost).share_ids.standing_entry_id = False
        posting.action_post()
        with self.assertRaises(UserError):
            posting.date = self.today - timedelta(days=3)
        with self.assertRaises(UserError):
            posting.unlink()
        with self.assertRaises(UserError):
            cost.entry_ids.sudo().write({"company_amount": 1.0})
        with self.assertRaises(AccessError):
            posting.move_ids.with_user(self.accountant).write(
                {"cost_posting_id": False}
            )

    def _as_accountant(self, records):
        return records.with_user(self.accountant)

    def test_the_accountant_posts_with_billing_rights_alone(self):
        """No superuser writes entries: they are the accountant's own."""
        move = self.post(self.new_reviewed("company")).move_ids
        self.assertEqual(move.create_uid, self.accountant)
