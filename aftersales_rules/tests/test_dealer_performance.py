# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_cost import CostCase


@tagged("post_install", "-at_install")
class TestDealerPerformance(CostCase):
    """What dealers make of what they are asked, and what they are charged (L3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env["aftersales.dealer.performance"]
        cls.complaint.sudo().write(
            {"complaint_state": "accepted", "complaint_type": "construction"}
        )
        cls.today = cls.company._aftersales_now().date()

    def ask(self, result=None, dealer=None, due=3, done=None):
        """A request that is due in so many days, and was done so many days ago."""
        request = self.env["aftersales.dealer.supervision"].create(
            {
                "complaint_id": self.complaint.id,
                "dealer_id": (dealer or self.dealer).id,
                "task": "Hang it again",
                "deadline": self.today + timedelta(days=due),
                "result_note": "See the photos",
                "handled_on": done is not None and self.today - timedelta(days=done),
            }
        )
        if result:
            getattr(request, f"action_{result}")()
        return request

    def get_counts(self, *names, dealer=None):
        [row] = self.report._read_group(
            [("dealer_id", "=", (dealer or self.dealer).id)],
            [],
            [f"{name}:sum" for name in names],
        )
        return row

    def test_asked_handled_badly_and_late(self):
        """Four requests and one that was withdrawn, each counted where it belongs."""
        self.ask("handled", done=0)
        self.ask("handled", due=-5, done=2)
        self.ask("badly_handled", done=0)
        self.ask(due=-1)
        self.ask("withdraw")
        self.assertEqual(
            self.get_counts(
                "asked", "judged", "handled", "badly_handled", "not_handled", "late"
            ),
            (4, 3, 2, 1, 0, 2),
        )

    def test_rates_are_of_what_was_judged(self):
        """Two of three put right, one of three in time; who is not done yet is open."""
        self.ask("handled", done=0)
        self.ask("handled", due=-5, done=2)
        self.ask("not_handled")
        self.ask()
        [(handled, in_time)] = self.report._read_group(
            [("dealer_id", "=", self.dealer.id)],
            [],
            ["handled_rate:avg", "in_time_rate:avg"],
        )
        self.assertAlmostEqual(handled, 2 / 3, 6)
        self.assertAlmostEqual(in_time, 1 / 3, 6)

    def test_the_last_day_is_in_time(self):
        """A deadline of today is not late before tomorrow."""
        self.ask(due=0)
        self.assertEqual(self.get_counts("asked", "late"), (1, 0))

    def test_contacts_count_for_their_company(self):
        """Whoever of the dealer was asked, the dealer is one."""
        fitter = self.env["res.partner"].create(
            {"name": "Fitter", "parent_id": self.dealer.id}
        )
        self.ask("handled", dealer=fitter, done=0)
        self.assertEqual(self.get_counts("asked", "handled"), (1, 1))

    def test_what_a_dealer_was_charged(self):
        """A cost counts once it is in the books, and no longer when taken back."""
        self.ask("not_handled")
        cost = self.new_cost(250.0)
        cost = cost.with_user(self.accountant)
        cost.action_review()
        self.assertEqual(cost.bearer, "dealer")
        self.assertEqual(self.get_counts("recharged"), (0.0,))
        posting = cost.env["aftersales.cost.posting"].browse(
            cost.action_post()["res_id"]
        )
        posting.action_post()
        self.assertEqual(self.get_counts("asked", "recharged"), (1, 250.0))
        row = self.report.search([("cost_id", "=", cost.id)])
        self.assertEqual(row.action_open_origin()["res_model"], "aftersales.cost")
        posting._reverse("Wrong dealer", fields.Date.context_today(posting))
        self.assertEqual(self.get_counts("asked", "recharged"), (1, 0.0))

    def test_who_reads_it(self):
        """After-sales and accountants; a salesperson does not."""
        request = self.ask()
        for user in (self.agent, self.accountant, self.reader):
            row = self.report.with_user(user).search([("asked", "=", 1)])
            self.assertIn(request, row.supervision_id, user.login)
        with self.assertRaises(AccessError):
            self.report.with_user(self.salesperson).search([])

    def test_only_ones_own_companies(self):
        """What a dealer did for a company that one does not work for is not there."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        complaint = self.new_complaint(company_id=company.id)
        complaint.sudo().complaint_state = "accepted"
        request = self.env["aftersales.dealer.supervision"].create(
            {
                "complaint_id": complaint.id,
                "dealer_id": self.dealer.id,
                "task": "Hang it again",
            }
        )
        self.assertEqual(request.company_id, company)
        found = self.report.with_user(self.accountant).search([])
        self.assertNotIn(request, found.supervision_id)
