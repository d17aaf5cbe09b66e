# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of a decision, and the one screen that every *Why?* opens."""

from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestDecisionAftermath(AftersalesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        customer = cls.new_customer("Over", credit_limit=50.0)
        cls.order = cls.new_confirmed(partner=customer)
        cls.hold = cls.order.hold_ids

    def aftermath(self, decision=None):
        decision = decision or self.hold.decision_id
        return decision.with_user(self.salesperson).get_explanation()["aftermath"]

    def test_an_open_hold_names_who_can_release_it(self):
        authority = self.env["aftersales.release.authority"]
        text = authority._who_can_text(
            self.order.company_id, self.order._get_amount_company_currency()
        )
        self.assertEqual(self.aftermath(), [text])
        self.assertIn(self.controller.name, text)

    def test_a_released_hold_says_by_whom_and_why(self):
        self.hold._close("released", reason="Transfer seen at the bank")
        [line] = self.aftermath()
        self.assertRegex(line, "released by .+, .+: Transfer seen at the bank$")
        self.assertIn(self.env.user.name, line)

    def test_a_hold_whose_cause_ended_says_so(self):
        self.hold._close("cause_ended")
        [line] = self.aftermath()
        self.assertRegex(line, "^No longer on hold – .*: The cause ended, ")

    def test_a_decision_that_holds_nothing_has_no_aftermath(self):
        released = self.new_confirmed(partner=self.new_customer("Fine", 10000.0))
        self.assertTrue(released.decision_ids)
        for decision in released.decision_ids:
            self.assertEqual(self.aftermath(decision), [])

    def test_every_why_of_an_order_opens_the_wide_screen(self):
        """Order, hold and decision open the same record in the same dialog."""
        decision = self.hold.decision_id
        for action in (
            self.order.action_why(),
            self.hold.action_why(),
            decision._action_explain(),
        ):
            self.assertEqual(action["res_model"], decision._name)
            self.assertEqual(action["res_id"], decision.id)
            self.assertEqual(action["target"], "new")
            self.assertEqual(action["context"], {"dialog_size": "extra-large"})

    def test_the_screen_is_the_first_thing_on_the_form(self):
        arch = self.env["aftersales.decision"].get_view(view_type="form")["arch"]
        before = arch[: arch.index('<widget name="aftersales_explanation"')]
        self.assertNotIn("<field", before)
