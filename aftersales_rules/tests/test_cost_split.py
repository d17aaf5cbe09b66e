# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_cost import CostCase


class SplitCase(CostCase):
    """The rules are off: each test says who bears a cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", "cost_liability")
        cls.foreign = cls.env["res.currency"].create(
            {"name": "XFC", "symbol": "X", "rounding": 0.01}
        )
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.foreign.id,
                "company_id": cls.company.id,
                "name": "2026-01-01",
                "rate": 3.0,
            }
        )

    @classmethod
    def new_borne(cls, bearer, amount=100.0, **values):
        """A cost and who bears it, as if the rules had said so."""
        if bearer == "dealer":
            values.setdefault("dealer_id", cls.dealer.id)
        if bearer == "carrier":
            values.setdefault("carrier_id", cls.carrier.id)
        cost = cls.new_cost(amount, **values)
        cost.write({"bearer": bearer, "treatment": cost._cost_usual_treatment(bearer)})
        return cost

    def assert_shares(self, cost, *expected):
        """Each share as bearer and amount, in order; they make up the cost."""
        found = [(share.bearer, share.amount) for share in cost.share_ids]
        self.assertEqual(found, list(expected))
        total = sum(share.company_amount for share in cost.share_ids)
        self.assertAlmostEqual(total, cost.company_amount, places=6)

    def split(self, cost, *shares):
        """Enter shares as the accountant: dicts of values."""
        cost.with_user(self.accountant).write(
            {"share_ids": [Command.clear(), *map(Command.create, shares)]}
        )


@tagged("post_install", "-at_install")
class TestCostSplit(SplitCase):
    """One cost, several bearers: to the last cent, in both currencies (L8)."""

    def test_a_cost_that_nobody_split_has_one_share_that_follows_it(self):
        """Amount, bearer, who is charged and department are those of the cost."""
        cost = self.new_borne("dealer")
        self.assert_shares(cost, ("dealer", 100.0))
        share = cost.share_ids
        self.assertEqual(share.partner_id, self.dealer)
        self.assertEqual(share.treatment, "recharge")
        cost.with_user(self.agent).amount = 80.0
        cost.write({"bearer": "company", "treatment": "manufacturing"})
        self.assertEqual(cost.share_ids, share)
        self.assert_shares(cost, ("company", 80.0))
        self.assertFalse(share.partner_id)
        self.assertEqual(share.department_id, self.departments["production"])

    def test_shares_by_percentage_amount_and_rest(self):
        """60 % of 99.99, 20.00, and what is left: 59.99 + 20.00 + 20.00."""
        cost = self.new_borne("company", 99.99)
        self.split(
            cost,
            {"bearer": "company", "percent": 60.0},
            {"bearer": "dealer", "partner_id": self.dealer.id, "fixed_amount": 20.0},
            {"bearer": "carrier", "partner_id": self.carrier.id},
        )
        self.assertTrue(cost.is_split)
        self.assert_shares(
            cost, ("company", 59.99), ("dealer", 20.0), ("carrier", 20.0)
        )
        self.assertEqual(
            cost.share_ids.mapped("treatment"), ["manufacturing", "recharge", "claim"]
        )
        # who has done it, and how, stays in the history
        message = cost.message_ids[0]
        self.assertEqual(message.author_id, self.accountant.partner_id)
        self.assertIn("Dealer (Dealer Ltd) $&nbsp;20.00", message.body)

    def test_a_foreign_cost_adds_up_in_both_currencies(self):
        """100.00 at 3 for one are 33.33: thirds of both are exact."""
        cost = self.new_borne(
            "company",
            100.0,
            currency_id=self.foreign.id,
            date=fields.Date.to_date("2026-02-01"),
        )
        self.assertEqual(cost.company_amount, 33.33)
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "dealer", "partner_id": self.dealer.id},
            {"bearer": "carrier", "partner_id": self.carrier.id},
        )
        self.assertEqual(cost.share_ids.mapped("amount"), [33.34, 33.33, 33.33])
        self.assertEqual(cost.share_ids.mapped("company_amount"), [11.11, 11.11, 11.11])

    def test_what_does_not_add_up_is_refused_with_the_amounts(self):
        """Over 100 %, over the amount, too little, and both at once."""
        cost = self.new_borne("company")
        dealer = {"bearer": "dealer", "partner_id": self.dealer.id}
        for message, shares in (
            (
                r"110 % together",
                [{"bearer": "company", "percent": 60.0}, {**dealer, "percent": 50.0}],
            ),
            (
                r"110\.00.* and the cost is .*100\.00.*Lower a share",
                [
                    {"bearer": "company", "fixed_amount": 60.0},
                    {**dealer, "fixed_amount": 50.0},
                ],
            ),
            (
                r"90\.00.* takes the rest",
                [
                    {"bearer": "company", "fixed_amount": 60.0},
                    {**dealer, "percent": 30.0},
                ],
            ),
            (
                r"Share 2 has a percentage and an amount",
                [
                    {"bearer": "company"},
                    {**dealer, "percent": 30.0, "fixed_amount": 5.0},
                ],
            ),
            (
                r"Share 2 must have the sign",
                [{"bearer": "company"}, {**dealer, "fixed_amount": -5.0}],
            ),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(UserError, message),
                self.env.cr.savepoint(),
            ):
                self.split(cost, *shares)
        self.assertFalse(cost.is_split)
        self.assert_shares(cost, ("company", 100.0))

    def test_a_later_amount_is_split_in_the_same_way(self):
        """60 % and 40 % stay 60 % and 40 %."""
        cost = self.new_borne("company")
        self.split(
            cost,
            {"bearer": "company", "percent": 60.0},
            {"bearer": "dealer", "partner_id": self.dealer.id, "percent": 40.0},
        )
        cost.with_user(self.agent).amount = 33.33
        self.assert_shares(cost, ("company", 20.0), ("dealer", 13.33))

    def test_a_split_that_no_longer_fits_blocks(self):
        """60.00 were given away of 50.00: it says so, and nobody can review it."""
        cost = self.new_borne("company")
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "dealer", "partner_id": self.dealer.id, "fixed_amount": 60.0},
        )
        cost.with_user(self.agent).amount = 50.0
        self.assertIn("60.00", cost.split_problem)
        self.assertEqual(cost.block_text, cost.split_problem)
        with self.assertRaisesRegex(UserError, "Lower a share"):
            cost.with_user(self.accountant).action_review()

    def test_shares_are_entered_on_the_form(self):
        """What each comes to is shown while it is entered, and is what is saved."""
        cost = self.new_borne("company", 99.99)
        cost.with_user(self.accountant).action_split()
        with Form(cost.with_user(self.accountant)) as form:
            with form.share_ids.new() as share:
                share.bearer = "dealer"
                share.partner_id = self.dealer
                share.percent = 33.3333
                self.assertEqual(share.treatment, "recharge")
            with form.share_ids.edit(1) as share:
                self.assertEqual(share.amount, 33.33)
            with form.share_ids.edit(0) as share:
                self.assertEqual(share.amount, 66.66)
                share.percent = 80.0
            self.assertIn("113.3333 %", form.split_problem)
            with form.share_ids.edit(0) as share:
                share.percent = 50.0
            self.assertIn("takes the rest", form.split_problem)
            self.assertEqual(form.split_left, 16.67)
            with form.share_ids.edit(0) as share:
                share.percent = 0.0
            self.assertFalse(form.split_problem)
            self.assertEqual(form.split_left, 0.0)
        self.assert_shares(cost, ("company", 66.66), ("dealer", 33.33))

    def test_a_cost_is_entered_with_its_shares(self):
        """They are kept, and checked, as if they had been entered later."""
        values = {
            "name": "Crane",
            "amount": 90.0,
            "cost_type": "repair",
            "complaint_id": self.complaint.id,
        }
        costs = self.env["aftersales.cost"].with_user(self.accountant)
        shares = [
            Command.create({"bearer": "company"}),
            Command.create(
                {"bearer": "dealer", "partner_id": self.dealer.id, "percent": 40.0}
            ),
        ]
        cost = costs.create({**values, "share_ids": shares})
        self.assertTrue(cost.is_split)
        self.assert_shares(cost, ("company", 54.0), ("dealer", 36.0))
        shares[0] = Command.create({"bearer": "company", "percent": 10.0})
        with self.assertRaisesRegex(UserError, "takes the rest"):
            costs.create({**values, "share_ids": shares})
        with self.assertRaises(AccessError):
            costs.with_user(self.agent).create({**values, "share_ids": shares})

    def test_undoing_a_split_gives_one_share_again(self):
        """The rules' bearer bears all of it."""
        cost = self.new_borne("company")
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "dealer", "partner_id": self.dealer.id, "percent": 50.0},
        )
        cost.with_user(self.accountant).action_unsplit()
        self.assertFalse(cost.is_split)
        self.assert_shares(cost, ("company", 100.0))

    def test_a_split_is_no_way_around_the_reason_of_an_overrule(self):
        """One share for another bearer is an overrule, and needs its reason."""
        cost = self.new_borne("company")
        with self.assertRaisesRegex(UserError, "Overrule the bearer"):
            self.split(cost, {"bearer": "dealer", "partner_id": self.dealer.id})

    def test_a_treatment_fits_its_bearer(self):
        """Nothing of the dealer's is manufacturing cost."""
        cost = self.new_borne("company")
        with self.assertRaisesRegex(ValidationError, "Choose “Recharged by invoice”"):
            self.split(
                cost,
                {"bearer": "company"},
                {"bearer": "dealer", "treatment": "manufacturing", "percent": 5.0},
            )

    def test_only_accountants_split(self):
        """After-sales sees the shares; nobody writes what is worked out."""
        cost = self.new_borne("company")
        values = {"bearer": "dealer", "percent": 10.0, "cost_id": cost.id}
        share = cost.share_ids
        for user in (self.agent, self.reader, self.sales_manager):
            with self.subTest(user.login):
                share.with_user(user).read(["bearer", "amount"])
                with self.assertRaises(AccessError):
                    share.with_user(user).percent = 50.0
                with self.assertRaises(AccessError):
                    share.with_user(user).create(values)
                with self.assertRaises(AccessError):
                    share.with_user(user).unlink()
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_split()
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_unsplit()
                with self.assertRaises(AccessError):
                    cost.with_user(user).write({"share_ids": [Command.clear()]})
        accountant = share.with_user(self.accountant)
        for vals in (
            {"amount": 1.0},
            {"company_amount": 1.0},
            {"surplus": 1.0},
            {"cost_id": self.new_borne("company").id},
            {"company_id": self.company.id},
            {"state": "posted"},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                accountant.write(vals)
        with self.assertRaises(AccessError):
            accountant.create({**values, "amount": 3.0})
        with self.assertRaises(AccessError):
            cost.with_user(self.accountant).is_split = True

    def test_forged_defaults_change_no_share(self):
        """What a client sends as defaults does not fill in what is worked out."""
        cost = self.new_borne("company")
        forged = self.accountant.with_context()
        cost.with_user(forged).with_context(
            default_amount=7.0, default_surplus=9.0, aftersales_splitting=True
        ).write(
            {
                "share_ids": [
                    Command.create(
                        {
                            "bearer": "dealer",
                            "partner_id": self.dealer.id,
                            "percent": 25.0,
                        }
                    )
                ]
            }
        )
        self.assert_shares(cost, ("company", 75.0), ("dealer", 25.0))
        self.assertEqual(cost.share_ids.mapped("surplus"), [0.0, 0.0])
        self.env["aftersales.cost.share"].with_user(self.accountant).with_context(
            aftersales_splitting=True
        ).create({"cost_id": cost.id, "bearer": "carrier", "percent": 5.0})
        self.assert_shares(cost, ("company", 70.0), ("dealer", 25.0), ("carrier", 5.0))

    def test_what_is_posted_is_not_split_any_more(self):
        """It stands in the books as it is."""
        cost = self.new_borne("company")
        cost.with_user(self.accountant).action_review()
        cost.state = "posted"
        accountant = cost.with_user(self.accountant)
        for action in (
            accountant.action_split,
            accountant.action_unsplit,
            accountant.share_ids.unlink,
            lambda: accountant.share_ids.write({"percent": 50.0}),
            lambda: self.split(cost, {"bearer": "company"}),
        ):
            with self.assertRaisesRegex(UserError, "stays as it is"):
                action()

    def test_a_credit_note_is_split_like_its_bill(self):
        """-10.00 in thirds, and nothing is lost."""
        cost = self.new_cost(
            -10.0,
            source_model="res.partner",
            source_id=self.dealer.id,
            source_company_amount=-10.0,
        )
        cost.write({"bearer": "company", "treatment": "manufacturing"})
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "dealer", "partner_id": self.dealer.id},
            {"bearer": "carrier", "partner_id": self.carrier.id},
        )
        self.assert_shares(
            cost, ("company", -3.34), ("dealer", -3.33), ("carrier", -3.33)
        )

    def test_many_costs_are_shared_out_in_as_many_queries_as_few(self):
        """No query per cost."""
        costs = [self.new_borne("company", 10.0 + n) for n in range(24)]
        few = self.env["aftersales.cost"].union(*costs[:4])
        many = self.env["aftersales.cost"].union(*costs[4:])

        def count(part):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            part.write({"bearer": "dealer", "treatment": "recharge"})
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        self.assertEqual(count(few), count(many))
