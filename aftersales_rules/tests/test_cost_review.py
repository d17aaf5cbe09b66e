# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_cost_split import SplitCase


class ReviewCase(SplitCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Cost centers"})
        cls.projects = cls.env["account.analytic.plan"].create({"name": "Projects"})
        cls.workshop, cls.service_center, cls.project = [
            cls.env["account.analytic.account"].create(
                {"name": name, "plan_id": plan.id, "company_id": False}
            )
            for name, plan in (
                ("Workshop", cls.plan),
                ("Service", cls.plan),
                ("Tower", cls.projects),
            )
        ]

    def review(self, costs):
        return costs.with_user(self.accountant).action_review()


@tagged("post_install", "-at_install")
class TestCostReview(ReviewCase):
    """Finance reviews who bears a cost and which department carries it (L8)."""

    # ------------------------------------------------------------- department

    def test_the_department_follows_the_treatment(self):
        """Manufacturing cost is carried by production, all else by after-sales."""
        self.assertEqual(
            self.new_borne("company").department_id, self.departments["production"]
        )
        self.assertEqual(
            self.new_borne("company", cost_type="travel").department_id,
            self.departments["aftersales"],
        )

    def test_the_department_that_was_named_as_responsible_carries_it(self):
        """Also if it is named after the cost was entered (C10)."""
        cost = self.new_borne("company")
        self.complaint.complaint_responsible_department_id = self.departments[
            "technical"
        ]
        self.assertEqual(cost.department_id, self.departments["technical"])
        self.assertEqual(cost.share_ids.department_id, self.departments["technical"])

    def test_what_a_person_has_entered_stays_until_they_empty_it(self):
        """Proposals do not overwrite people."""
        cost = self.new_borne("company")
        accountant = cost.with_user(self.accountant)
        accountant.department_id = self.departments["quality"]
        cost.write({"bearer": "company", "treatment": "expense"})
        self.assertEqual(cost.department_id, self.departments["quality"])
        accountant.department_id = False
        self.assertEqual(cost.department_id, self.departments["aftersales"])
        entered = self.new_borne("company", department_id=self.departments["sales"].id)
        self.assertEqual(entered.department_id, self.departments["sales"])
        with self.assertRaises(AccessError):
            accountant.has_own_department = True

    def test_without_a_department_it_is_blocked(self):
        """The message says where departments are set up."""
        self.env["aftersales.department"].search([]).active = False
        cost = self.new_borne("company")
        self.assertIn("No department carries", cost.block_text)
        with self.assertRaisesRegex(UserError, "Choose one"):
            self.review(cost)

    # --------------------------------------------------------------- analytic

    def test_analytic_comes_from_the_department_and_odoos_models(self):
        """The department fills its plan; models by product fill the others."""
        self.departments["production"].analytic_distribution = {
            str(self.workshop.id): 100.0
        }
        product = self.new_product("Pane")
        self.env["account.analytic.distribution.model"].create(
            [
                {
                    "product_id": product.id,
                    "analytic_distribution": {str(self.project.id): 100.0},
                },
                # the plan of the department is taken already
                {"analytic_distribution": {str(self.service_center.id): 100.0}},
            ]
        )
        cost = self.new_borne("company", product_id=product.id)
        both = {str(self.workshop.id): 100.0, str(self.project.id): 100.0}
        self.assertEqual(cost.analytic_distribution, both)
        self.assertEqual(cost.share_ids.analytic_distribution, both)

    def test_a_model_for_the_dealer_applies_to_what_the_dealer_bears(self):
        """Odoo's models look at whoever is charged."""
        self.env["account.analytic.distribution.model"].create(
            {
                "partner_id": self.dealer.id,
                "analytic_distribution": {str(self.project.id): 100.0},
            }
        )
        self.assertEqual(
            self.new_borne("dealer").analytic_distribution,
            {str(self.project.id): 100.0},
        )
        self.assertFalse(self.new_borne("carrier").analytic_distribution)

    def test_a_model_for_accounts_looks_at_the_account_of_the_entry(self):
        """That of manufacturing cost, and not that of service expenses."""
        accounts = [
            self.env["account.account"].create(
                {"name": name, "code": code, "account_type": "expense"}
            )
            for name, code in (("Workshop", "7901000"), ("Service", "7902000"))
        ]
        self.company.aftersales_cost_manufacturing_account_id = accounts[0]
        self.company.aftersales_cost_expense_account_id = accounts[1]
        self.env["account.analytic.distribution.model"].create(
            {
                "account_prefix": "7901",
                "analytic_distribution": {str(self.project.id): 100.0},
            }
        )
        self.assertEqual(
            self.new_borne("company").analytic_distribution,
            {str(self.project.id): 100.0},
        )
        self.assertFalse(
            self.new_borne("company", cost_type="travel").analytic_distribution
        )

    def test_a_share_by_hand_gets_its_own_distribution(self):
        """That of the dealer for the dealer's share, as long as nothing is entered."""
        self.env["account.analytic.distribution.model"].create(
            {
                "partner_id": self.dealer.id,
                "analytic_distribution": {str(self.project.id): 100.0},
            }
        )
        cost = self.new_borne("company")
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "dealer", "partner_id": self.dealer.id, "percent": 50.0},
        )
        self.assertFalse(cost.share_ids[0].analytic_distribution)
        self.assertEqual(
            cost.share_ids[1].analytic_distribution, {str(self.project.id): 100.0}
        )

    def test_a_mandatory_plan_is_filled_before_the_review(self):
        """It says which plan, for which part, and how much is missing."""
        self.plan.write(
            {
                "applicability_ids": [
                    Command.create(
                        {"business_domain": "general", "applicability": "mandatory"}
                    )
                ]
            }
        )
        cost = self.new_borne("company")
        accountant = cost.with_user(self.accountant)
        self.assertIn("“Cost centers” must be given to 100 %", cost.block_text)
        accountant.analytic_distribution = {str(self.workshop.id): 40.0}
        with self.assertRaisesRegex(UserError, "given to 40 %"):
            self.review(cost)
        accountant.analytic_distribution = {
            str(self.workshop.id): 40.0,
            f"{self.service_center.id},{self.project.id}": 60.0,
        }
        self.assertFalse(cost.block_text)
        # the plan is for journal entries: an invoice to the dealer needs none
        self.assertFalse(self.new_borne("dealer").block_text)

    def test_a_distribution_that_the_books_cannot_use_is_refused(self):
        """Over the network anything may come."""
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["account.analytic.account"].create(
            {"name": "Theirs", "plan_id": self.plan.id, "company_id": other.id}
        )
        gone = self.project.copy()
        gone_id = gone.id
        gone.unlink()
        cost = self.new_borne("company").with_user(self.accountant)
        for message, value in (
            ("names no analytic accounts", {"abc": 100.0}),
            ("another company", {str(foreign.id): 100.0}),
            ("deleted", {str(gone_id): 100.0}),
            ("between 0 and 100", {str(self.workshop.id): 140.0}),
        ):
            with (
                self.subTest(message),
                self.assertRaisesRegex(ValidationError, message),
            ):
                cost.analytic_distribution = value

    def test_an_analytic_account_that_is_deleted_later_blocks(self):
        """The books could not use it; it says for which part."""
        cost = self.new_borne("company")
        lost = self.project.copy()
        cost.with_user(self.accountant).analytic_distribution = {str(lost.id): 100.0}
        self.assertFalse(cost.block_text)
        lost.unlink()
        self.env.invalidate_all()
        self.assertIn("is deleted. Choose another", cost.block_text)

    # ----------------------------------------------------------------- review

    def test_a_reviewed_cost_says_by_whom(self):
        """And a second review is no error."""
        cost = self.new_borne("company")
        self.review(cost)
        self.assertEqual(cost.state, "reviewed")
        self.assertEqual(cost.reviewed_by_id, self.accountant)
        self.assertTrue(cost.reviewed_at)
        self.review(cost)
        self.assertEqual(cost.state, "reviewed")

    def test_only_accountants_review(self):
        """Neither after-sales nor a manager of it, nor a reader."""
        cost = self.new_borne("company")
        for user in (self.agent, self.sales_manager, self.reader):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_review()
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_unreview()
                cost.with_user(user).read(["block_text", "is_blocked", "split_left"])

    def test_what_is_not_decided_is_blocked(self):
        """Joint inspections and unknown bearers wait."""
        cost = self.new_cost()
        self.assertIn("Nobody bears it yet", cost.block_text)
        with self.assertRaisesRegex(UserError, "Nobody bears it yet"):
            self.review(cost)
        self.assertEqual(cost.share_ids.bearer, "undecided")

    def test_a_split_does_not_decide_what_is_undecided(self):
        """The dealer pays half while nobody knows: it still cannot be reviewed."""
        cost = self.new_cost()
        self.split(
            cost,
            {"bearer": "company"},
            {"bearer": "dealer", "partner_id": self.dealer.id, "percent": 50.0},
        )
        with self.assertRaisesRegex(UserError, "Nobody bears it yet"):
            self.review(cost)

    def test_whoever_is_charged_is_named(self):
        """A dealer's cost without a dealer is blocked, and says what to enter."""
        cost = self.new_cost()
        cost.write({"bearer": "carrier", "treatment": "claim"})
        self.assertIn("Enter who it is", cost.block_text)
        cost.carrier_id = self.carrier
        self.assertFalse(cost.block_text)
        self.assertEqual(cost.share_ids.partner_id, self.carrier)

    def test_of_many_the_ready_ones_are_reviewed(self):
        """A notice names the others, and why."""
        ready = self.new_borne("company") | self.new_borne("dealer")
        blocked = self.new_cost(name="Crane")
        notice = self.review(ready | blocked)
        self.assertEqual(set(ready.mapped("state")), {"reviewed"})
        self.assertEqual(blocked.state, "draft")
        self.assertIn("2 costs are reviewed", notice["params"]["message"])
        self.assertIn("Crane: Nobody bears it yet", notice["params"]["message"])
        with self.assertRaisesRegex(UserError, "Crane: Nobody bears it yet"):
            self.review(blocked | self.new_cost())

    def test_what_is_changed_is_reviewed_again(self):
        """Amount, department, split, and what the rules say; a note is not."""
        cost = self.new_borne("company")
        accountant = cost.with_user(self.accountant)
        agent = cost.with_user(self.agent)
        for change in (
            lambda: agent.write({"amount": 120.0}),
            lambda: accountant.write({"department_id": self.departments["sales"].id}),
            lambda: accountant.write(
                {"analytic_distribution": {str(self.workshop.id): 100.0}}
            ),
            lambda: cost.write({"bearer": "company", "treatment": "expense"}),
            lambda: self.split(
                cost,
                {"bearer": "company"},
                {"bearer": "dealer", "partner_id": self.dealer.id, "percent": 5.0},
            ),
            lambda: accountant.share_ids[1].write({"percent": 6.0}),
        ):
            self.review(cost)
            self.assertEqual(cost.state, "reviewed")
            change()
            self.assertEqual(cost.state, "draft")
            self.assertFalse(cost.reviewed_by_id)
        self.review(cost)
        agent.note = "Paid in cash"
        self.assertEqual(cost.state, "reviewed")

    def test_a_review_is_taken_back(self):
        """Until it is posted."""
        cost = self.new_borne("company")
        self.review(cost)
        cost.with_user(self.accountant).action_unreview()
        self.assertEqual(cost.state, "draft")
        self.review(cost)
        cost.state = "posted"
        with self.assertRaisesRegex(UserError, "Reverse its posting"):
            cost.with_user(self.accountant).action_unreview()
        with self.assertRaisesRegex(UserError, "already"):
            self.review(cost)

    def test_nothing_incomplete_becomes_reviewed(self):
        """Not even by code: what is reviewed adds up."""
        cost = self.new_borne("company")
        cost.share_ids.amount = 99.0
        with self.assertRaisesRegex(ValidationError, "do not add up"):
            cost.state = "reviewed"

    def test_blocked_costs_are_found(self):
        """The filters of the queue: blocked, ready to review."""
        ready = self.new_borne("company")
        blocked = self.new_cost()
        costs = self.env["aftersales.cost"].with_user(self.accountant)
        domain = [("id", "in", (ready | blocked).ids)]
        self.assertEqual(costs.search([*domain, ("is_blocked", "=", True)]), blocked)
        self.assertEqual(costs.search([*domain, ("is_blocked", "=", False)]), ready)
        self.assertEqual(costs.search([*domain, ("is_blocked", "!=", True)]), ready)

    def test_many_are_reviewed_in_as_many_queries_as_few(self):
        """No query per cost."""
        costs = [self.new_borne("company", 10.0 + n) for n in range(24)]
        few = self.env["aftersales.cost"].union(*costs[:4])
        many = self.env["aftersales.cost"].union(*costs[4:])
        self.review(self.new_borne("company") | self.new_borne("company"))

        def count(part):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.review(part)
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        self.assertEqual(count(few), count(many))

    # ------------------------------------------------------------- duplicates

    def test_what_may_have_been_entered_twice_is_shown(self):
        """Same complaint, type, amount, date and document; it is no error."""
        cost = self.new_cost(30.0, document="T 17")
        twin = self.new_cost(30.0, document="t 17 ")
        self.assertEqual(cost.duplicate_ids, twin)
        self.assertEqual(twin.duplicate_ids, cost)
        for values in (
            {"document": "T 18"},
            {"amount": 31.0},
            {"cost_type": "travel"},
            {"date": fields.Date.to_date("2026-01-05")},
            {"complaint": self.new_complaint()},
        ):
            with self.subTest(values=values):
                other = self.new_cost(**{"amount": 30.0, "document": "T 17", **values})
                self.assertFalse(other.duplicate_ids)
        action = cost.with_user(self.agent).action_open_duplicates()
        self.assertEqual(action["res_model"], "aftersales.cost")
        twin.with_user(self.agent).action_cancel()
        cost.invalidate_recordset(["duplicate_ids"])
        self.assertFalse(cost.duplicate_ids)

    def test_another_company_sees_nothing_of_it(self):
        """Costs, shares and their doors keep to the company."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "acc_other",
            "aftersales_rules.group_cost_accountant",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        cost = self.new_borne("company").with_user(stranger)
        for door in (
            cost.action_review,
            cost.action_unreview,
            cost.action_split,
            cost.action_unsplit,
            cost.action_open_duplicates,
            lambda: cost.share_ids.with_user(stranger).read(["amount"]),
            lambda: cost.env["aftersales.cost.share"].create(
                {"cost_id": cost.id, "bearer": "company"}
            ),
        ):
            with self.assertRaises(AccessError):
                door()
