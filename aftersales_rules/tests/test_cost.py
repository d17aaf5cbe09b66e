# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_cost import CostCase


@tagged("post_install", "-at_install")
class TestCost(CostCase):
    """Service costs: what can be entered, by whom, and what stays as it is (L9)."""

    def test_after_sales_enters_a_cost_of_a_complaint(self):
        """It belongs to the company of its complaint, in that currency."""
        cost = (
            self.env["aftersales.cost"]
            .with_user(self.agent)
            .create({"complaint_id": self.complaint.id, "name": "Taxi", "amount": 12.5})
        )
        self.assertEqual(cost.company_id, self.company)
        self.assertEqual(cost.currency_id, self.company.currency_id)
        self.assertEqual(cost.company_amount, 12.5)
        self.assertEqual(cost.state, "draft")
        self.assertEqual(cost.partner_id, self.customer)

    def test_a_foreign_cost_counts_at_the_rate_of_its_day(self):
        """100 at 0.5 to the company's unit are 200."""
        currency = self.env["res.currency"].create(
            {"name": "XFC", "symbol": "X", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.5,
            }
        )
        cost = self.new_cost(
            100.0, currency_id=currency.id, date=fields.Date.to_date("2026-02-01")
        )
        self.assertEqual(cost.company_amount, 200.0)

    def test_nobody_writes_what_follows(self):
        """State, bearer and source follow from buttons, rules and documents."""
        cost = self.new_cost()
        for vals in (
            {"state": "posted"},
            {"bearer": "dealer"},
            {"company_amount": 1.0},
            {"source_model": "account.move.line", "source_id": 1},
            {"complaint_id": self.new_complaint().id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                cost.with_user(self.accountant).write(vals)
        forged = (
            self.env["aftersales.cost"]
            .with_user(self.agent)
            .with_context(default_state="posted", default_bearer="dealer")
            .create({"complaint_id": self.complaint.id, "name": "x", "amount": 1.0})
        )
        self.assertEqual(forged.state, "draft")

    def test_an_amount_is_positive(self):
        """What was spent is positive, and not nothing."""
        for amount in (0.0, -5.0):
            with self.subTest(amount=amount), self.assertRaises(ValidationError):
                self.new_cost(amount)

    def test_a_cancelled_cost_stays_and_can_be_taken_up_again(self):
        """It is no cost any more, and cannot be edited."""
        cost = self.new_cost().with_user(self.agent)
        cost.action_cancel()
        self.assertEqual(cost.state, "cancelled")
        with self.assertRaisesRegex(UserError, "stays as it is"):
            cost.amount = 3.0
        cost.action_reopen()
        self.assertEqual(cost.state, "draft")

    def test_an_accountant_enters_a_cost_too(self):
        """Who accounts for costs need not handle the complaint."""
        costs = self.env["aftersales.cost"].with_user(self.accountant)
        values = {"complaint_id": self.complaint.id, "name": "Taxi", "amount": 12.5}
        self.assertEqual(costs.create(values).company_id, self.company)
        with self.assertRaises(AccessError):
            costs.with_user(self.reader).create(values)
        with self.assertRaises(UserError):
            costs.create({**values, "complaint_id": self.new_ticket().id})

    def test_a_reader_only_reads(self):
        """Readers of complaints see costs and enter none."""
        cost = self.new_cost()
        cost.with_user(self.reader).read(["name", "amount"])
        with self.assertRaises(AccessError):
            cost.with_user(self.reader).amount = 3.0
        with self.assertRaises(AccessError):
            cost.with_user(self.reader).action_cancel()

    def test_a_plain_ticket_has_no_costs(self):
        """Only complaints cost anything."""
        ticket = self.new_ticket()
        with self.assertRaises(UserError):
            self.new_cost(complaint=ticket)
