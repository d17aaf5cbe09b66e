# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_cost_liability import LiabilityCase


@tagged("post_install", "-at_install")
class TestCostOverrule(LiabilityCase):
    """A person says who bears a cost, with a reason, and takes it back (L1, R10)."""

    def overrule(self, costs, bearer, user=None, reason="As agreed.", **values):
        costs = costs.with_user(user or self.accountant)
        action = costs.action_overrule()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(costs.env.user)
            .with_context(**action["context"])
        )
        wizard.bearer = bearer
        for name, value in values.items():
            setattr(wizard, name, value)
        wizard.reason = reason
        wizard.save().action_overrule()

    def test_a_person_s_answer_stands_beside_the_rule_s(self):
        """Whatever the rules find later, it stays until it is taken back."""
        cost = self.new_judged()
        self.overrule(cost, "dealer", dealer_id=self.dealer, reason="Dealer agreed.")
        self.assertEqual((cost.bearer, cost.treatment), ("dealer", "recharge"))
        self.assertEqual(cost.rule_bearer, "company")
        self.assertEqual(cost._cost_partner("dealer"), self.dealer)
        self.assertIn("Dealer agreed.", cost.liability_reason)
        self.assertIn("Rules: Company.", cost.liability_reason)
        trail = cost.overrule_id
        self.assertEqual(
            (trail.rule_bearer, trail.bearer, trail.before_bearer, trail.rule),
            ("company", "dealer", "company", "cost_quality"),
        )
        self.assertEqual((trail.user_id, trail.differs), (self.accountant, True))
        self.complaint.complaint_misuse = True
        self.run_queue()
        self.assertEqual((cost.bearer, cost.rule_bearer), ("dealer", "customer"))
        action = cost.with_user(self.sales_manager).action_take_back_overrule()
        self.assertTrue(action["context"]["default_is_back"])
        self.back(cost, self.sales_manager)
        self.assertEqual((cost.bearer, cost.treatment), ("customer", "recharge"))
        self.assertEqual(cost.overrule_ids.mapped("kind"), ["back", "overrule"])
        self.assertFalse(cost.overrule_id)

    def back(self, cost, user, reason="A mistake."):
        self.env["aftersales.cost.overrule.wizard"].with_user(user).create(
            {
                "cost_ids": [Command.set(cost.ids)],
                "is_back": True,
                "reason": reason,
            }
        ).action_overrule()

    def test_taken_back_while_the_rules_observe_nobody_bears_it(self):
        self.set_mode("observe", "cost_liability")
        cost = self.new_judged()
        self.overrule(cost, "company", treatment="expense")
        self.assertEqual((cost.bearer, cost.treatment), ("company", "expense"))
        self.assertFalse(cost._cost_blocks()[cost])
        self.back(cost, self.accountant)
        self.assertFalse(cost.bearer)

    def test_the_company_chooses_its_treatment_others_have_none(self):
        cost = self.new_judged()
        self.overrule(cost, "company", treatment="expense")
        self.assertEqual((cost.bearer, cost.treatment), ("company", "expense"))
        self.overrule(cost, "customer")
        self.assertEqual((cost.bearer, cost.treatment), ("customer", "recharge"))
        with self.assertRaisesRegex(UserError, "cannot be"):
            cost._overrule_bearer("dealer", "manufacturing", "x")

    def test_many_at_once(self):
        costs = self.new_cost() | self.new_cost(50.0)
        self.run_queue()
        self.overrule(costs, "carrier", carrier_id=self.carrier)
        self.assertEqual(costs.mapped("bearer"), ["carrier", "carrier"])
        self.assertEqual(len(costs.overrule_ids), 2)

    def test_who_is_charged_has_to_be_named(self):
        cost = self.new_judged()
        with self.assertRaisesRegex(UserError, "say who is charged"):
            self.overrule(cost, "dealer")
        self.assertFalse(cost.overrule_ids)

    def test_a_joint_inspection_is_not_overruled(self):
        """Nobody decides before it has a result (L4)."""
        self.complaint.complaint_installed = True
        self.examine(self.complaint, "test", "unclear")
        cost = self.new_judged()
        with self.assertRaisesRegex(UserError, "joint inspection"):
            self.overrule(cost, "company", treatment="manufacturing")
        self.examine(self.complaint, "joint", "unclear")
        self.overrule(cost, "customer")
        self.assertEqual(cost.bearer, "customer")

    def test_an_earlier_overrule_does_not_pass_a_joint_inspection(self):
        cost = self.new_judged()
        self.overrule(cost, "customer")
        self.complaint.complaint_installed = True
        self.examine(self.complaint, "test", "no")
        self.assertEqual(cost.bearer, "customer")
        self.assertEqual(cost._cost_blocks()[cost][0][0], "inspection")

    def test_kept_open_by_a_person_it_is_blocked_with_their_reason(self):
        cost = self.new_judged()
        self.overrule(cost, "undecided", reason="The insurer decides first.")
        [(key, text)] = cost._cost_blocks()[cost]
        self.assertEqual(key, "bearer")
        self.assertIn("The insurer decides first.", text)

    def test_a_review_is_taken_back_by_an_overrule(self):
        cost = self.new_judged()
        cost.write({"state": "reviewed", "reviewed_by_id": self.accountant.id})
        self.overrule(cost, "customer")
        self.assertEqual(cost.state, "draft")

    def test_without_a_reason_or_twice_it_is_refused(self):
        cost = self.new_judged()
        with self.assertRaisesRegex(UserError, "Write the reason"):
            cost._overrule_bearer("customer", False, "  ")
        self.overrule(cost, "customer")
        with self.assertRaisesRegex(UserError, "said already"):
            self.overrule(cost, "customer")

    def test_what_is_posted_or_cancelled_stays(self):
        for state in ("posted", "cancelled"):
            cost = self.new_judged()
            cost.sudo().state = state
            with self.subTest(state), self.assertRaisesRegex(UserError, "stays"):
                cost.with_user(self.accountant).action_overrule()

    def test_only_finance_and_managers_overrule(self):
        """Also past the dialog, and with costs that are not theirs."""
        cost = self.new_judged()
        wizards = self.env["aftersales.cost.overrule.wizard"]
        for user in (self.agent, self.reader, self.inspector, self.salesperson):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_overrule()
                with self.assertRaises(AccessError):
                    cost.with_user(user).action_take_back_overrule()
                with self.assertRaises(AccessError):
                    wizards.with_user(user).create(
                        {
                            "cost_ids": [Command.set(cost.ids)],
                            "bearer": "customer",
                            "reason": "x",
                        }
                    ).action_overrule()
        self.overrule(cost, "customer", user=self.sales_manager)
        self.assertEqual(cost.bearer, "customer")

    def test_accountants_of_other_companies_see_and_change_nothing(self):
        cost = self.new_judged()
        self.overrule(cost, "customer")
        company = self.env["res.company"].create({"name": "Sister"})
        other = self.new_user(
            "sis",
            "aftersales_rules.group_cost_accountant",
            company_id=company.id,
            company_ids=company.ids,
        )
        with self.assertRaises(AccessError):
            cost.with_user(other).action_overrule()
        with self.assertRaises(AccessError):
            cost.with_user(other).action_why_liability()
        self.assertFalse(
            self.env["aftersales.cost.overrule"].with_user(other).search([])
        )
        wizards = self.env["aftersales.cost.overrule.wizard"].with_user(other)
        with self.assertRaises(AccessError):
            wizards.create({"cost_ids": [Command.set(cost.ids)], "reason": "x"})
        unsaved = wizards.new({"cost_ids": [Command.set(cost.ids)], "bearer": "dealer"})
        self.assertFalse(unsaved.said or unsaved.charged_name or unsaved.company_id)

    def test_the_trail_is_never_changed(self):
        cost = self.new_judged()
        self.overrule(cost, "customer")
        trail = cost.overrule_id
        with self.assertRaises(UserError):
            trail.reason = "Something else"
        with self.assertRaises(UserError):
            trail.unlink()
        with self.assertRaises(AccessError):
            trail.create({"reason": "x"})
        with self.assertRaises(UserError):
            cost.unlink()
