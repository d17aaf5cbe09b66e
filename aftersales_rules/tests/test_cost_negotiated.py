# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_cost_split import SplitCase


@tagged("post_install", "-at_install")
class TestCostNegotiated(SplitCase):
    """What the customer bears is charged as negotiated, in total (L7)."""

    def setUp(self):
        super().setUp()
        self.today = fields.Date.context_today(self.complaint)

    def customers(self, amount, day=0, **values):
        """A cost that the customer bears."""
        values.setdefault("date", self.today - timedelta(days=10 - day))
        return self.new_borne("customer", amount, **values)

    def agree(self, amount):
        self.complaint.complaint_negotiated_amount = amount

    def post(self, cost):
        """Reviewed, and as if posted."""
        cost.with_user(self.accountant).action_review()
        cost.state = "posted"

    def assert_charged(self, *expected):
        """Per cost: what the customer is charged, what is kept, and the surplus."""
        for cost, charged, kept, surplus in expected:
            by_bearer = cost.share_ids.grouped("bearer")
            empty = cost.share_ids.browse()
            with self.subTest(cost.name):
                self.assertEqual(
                    [
                        by_bearer.get("customer", empty).company_amount,
                        by_bearer.get("company", empty).company_amount,
                        by_bearer.get("customer", empty).surplus,
                    ],
                    [charged, kept, surplus],
                )
                self.assertAlmostEqual(
                    sum(cost.share_ids.mapped("amount")), cost.amount
                )

    def parts(self, cost):
        """Its shares as values."""
        return [
            (share.bearer, share.company_amount, share.surplus)
            for share in cost.share_ids
        ]

    def test_without_an_agreement_it_is_blocked(self):
        """It says what to enter, and where; then it can be reviewed."""
        cost = self.customers(80.0)
        self.assertIn("Enter what was agreed", cost.block_text)
        with self.assertRaisesRegex(UserError, "Negotiated Amount"):
            cost.with_user(self.accountant).action_review()
        self.agree(80.0)
        self.assertFalse(cost.block_text)
        cost.with_user(self.accountant).action_review()
        self.assert_charged((cost, 80.0, 0.0, 0.0))
        self.assertEqual(cost.share_ids.partner_id, self.customer.commercial_partner_id)

    def test_what_is_above_stays_with_the_company(self):
        """100 agreed for 80 and 50: 80, and 20 of the second (by date)."""
        later, first = self.customers(50.0, day=5), self.customers(80.0, day=1)
        self.agree(100.0)
        self.assert_charged((first, 80.0, 0.0, 0.0), (later, 20.0, 30.0, 0.0))
        # a repair that the company bears is manufacturing cost (L5)
        self.assertEqual(later.share_ids[1].treatment, "manufacturing")
        self.assertEqual(later.share_ids[0].treatment, "recharge")
        self.assertEqual(later.department_id, self.departments["aftersales"])
        self.assertEqual(
            later.share_ids[1].department_id, self.departments["production"]
        )
        self.assertFalse(later.block_text)

    def test_what_is_missing_is_charged_with_the_last(self):
        """200 agreed for 80 and 50: 70 more with the second."""
        first, later = self.customers(80.0, day=1), self.customers(50.0, day=5)
        self.agree(200.0)
        self.assert_charged((first, 80.0, 0.0, 0.0), (later, 50.0, 0.0, 70.0))

    def test_what_is_posted_counts(self):
        """90 of 100 are charged: 10 of the next, and nothing of the one after it."""
        self.agree(100.0)
        first = self.customers(90.0, day=9)
        self.assert_charged((first, 90.0, 0.0, 10.0))
        # the surplus was charged as well
        self.post(first)
        self.assert_charged((self.customers(30.0, day=1), 0.0, 30.0, 0.0))
        self.agree(130.0)
        second = self.complaint.complaint_cost_ids - first
        self.assert_charged((second, 30.0, 0.0, 0.0))

    def test_a_new_cost_puts_a_reviewed_surplus_back(self):
        """The surplus belongs to the last cost: the first is reviewed again."""
        self.agree(100.0)
        first = self.customers(60.0, day=1)
        first.with_user(self.accountant).action_review()
        second = self.customers(30.0, day=2)
        self.assert_charged((first, 60.0, 0.0, 0.0), (second, 30.0, 0.0, 10.0))
        self.assertEqual(first.state, "draft")

    def test_an_older_cost_that_comes_later_is_filled_first(self):
        """The reviewed one is left with less, and is reviewed again."""
        self.agree(60.0)
        first = self.customers(60.0, day=5)
        first.with_user(self.accountant).action_review()
        older = self.customers(20.0, day=1)
        self.assert_charged((first, 40.0, 20.0, 0.0), (older, 20.0, 0.0, 0.0))
        self.assertEqual(first.state, "draft")

    def test_review_and_posting_in_any_order_change_nothing(self):
        """The last is reviewed and posted first: nobody's part moves."""
        for agreed in (100.0, 200.0):
            with self.subTest(agreed=agreed):
                self.complaint = self.new_complaint()
                self.agree(agreed)
                costs = [
                    self.customers(amount, day, complaint_id=self.complaint.id)
                    for day, amount in enumerate((50.0, 40.0, 30.0))
                ]
                before = [self.parts(cost) for cost in costs]
                for cost in reversed(costs):
                    cost.with_user(self.accountant).action_review()
                    self.assertEqual([self.parts(each) for each in costs], before)
                self.assertEqual({cost.state for cost in costs}, {"reviewed"})
                for cost in reversed(costs):
                    cost.state = "posted"
                    self.assertEqual([self.parts(each) for each in costs], before)
                self.assertEqual({cost.state for cost in costs}, {"posted"})
                for cost in costs:
                    cost.state = "reviewed"
                    self.assertEqual([self.parts(each) for each in costs], before)
                self.assertEqual({cost.state for cost in costs}, {"reviewed"})

    def test_a_cancelled_cost_makes_room(self):
        """So does one that somebody else bears."""
        self.agree(100.0)
        first, second = self.customers(80.0, day=1), self.customers(50.0, day=2)
        third = self.customers(40.0, day=3)
        self.assert_charged((second, 20.0, 30.0, 0.0), (third, 0.0, 40.0, 0.0))
        first.with_user(self.agent).action_cancel()
        self.assert_charged((second, 50.0, 0.0, 0.0), (third, 40.0, 0.0, 10.0))
        second.write({"bearer": "company", "treatment": "manufacturing"})
        self.assert_charged((third, 40.0, 0.0, 60.0))

    def test_a_deleted_cost_makes_room(self):
        """A draft that was a mistake leaves its part to the others."""
        self.agree(100.0)
        first, second = self.customers(80.0, day=1), self.customers(50.0, day=2)
        self.assert_charged((second, 20.0, 30.0, 0.0))
        first.with_user(self.agent).unlink()
        self.assert_charged((second, 50.0, 0.0, 50.0))

    def test_a_foreign_cost_is_divided_in_both_currencies(self):
        """300.00 at 3 for one are 100.00: of 40.00 agreed, 120.00 are charged."""
        self.agree(40.0)
        cost = self.customers(300.0, currency_id=self.foreign.id)
        self.assertEqual(cost.company_amount, 100.0)
        self.assert_charged((cost, 40.0, 60.0, 0.0))
        self.assertEqual(cost.share_ids.mapped("amount"), [120.0, 180.0])

    def test_what_an_accountant_splits_counts_first(self):
        """By hand the customer bears 70: of 100 agreed, 30 are left for the other."""
        self.agree(100.0)
        other = self.customers(80.0, day=1)
        cost = self.new_borne("company", 140.0)
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "customer", "percent": 50.0},
        )
        self.assert_charged((other, 30.0, 50.0, 0.0))
        self.assertFalse(cost.block_text)
        self.agree(50.0)
        self.assertIn("charge $\xa020.00 more", cost.block_text.replace("$ ", "$\xa0"))
        self.assertFalse(other.block_text)
        self.assert_charged((other, 0.0, 80.0, 0.0))

    def test_a_surplus_goes_to_a_split_cost_too(self):
        """There is no other cost to charge it with."""
        self.agree(100.0)
        cost = self.new_borne("company", 140.0)
        self.split(cost, {"bearer": "company"}, {"bearer": "customer", "percent": 50.0})
        self.assertEqual(cost.share_ids.mapped("surplus"), [0.0, 30.0])

    def test_a_split_cost_of_the_customer_keeps_what_was_worked_out(self):
        """Pressing Split takes over 20 of 50, and the rest for the company."""
        self.agree(20.0)
        cost = self.customers(50.0)
        cost.with_user(self.accountant).action_split()
        self.assert_charged((cost, 20.0, 30.0, 0.0))
        self.assertEqual(cost.share_ids.mapped("fixed_amount"), [20.0, 0.0])
        self.assertFalse(cost.block_text)

    def test_complaints_do_not_share_agreements(self):
        """What was agreed on one complaint says nothing of another."""
        self.agree(100.0)
        other = self.new_complaint()
        theirs = self.customers(50.0, complaint_id=other.id)
        mine = self.customers(50.0)
        self.assert_charged((mine, 50.0, 0.0, 50.0), (theirs, 50.0, 0.0, 0.0))
        self.assertTrue(theirs.block_text)
