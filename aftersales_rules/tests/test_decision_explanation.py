# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_rules import RulesCase


@tagged("post_install", "-at_install")
class TestDecisionExplanation(RulesCase):
    def explain(self, role="reader", record=None, **facts):
        record = record or self.record(self.decide(**facts))
        return record.with_user(self.users[role]).get_explanation()

    def test_a_held_order_is_explained_in_figures_and_words(self):
        shown = self.explain(
            overdue_days=5, overdue_amount=Decimal("1240.5"), has_guarantor=True
        )
        json.dumps(shown)  # everything crosses the wire
        self.assertFalse(shown["failure"])
        self.assertEqual(shown["result_label"], "Hold")
        self.assertEqual(shown["effect_level"], "bad")
        self.assertEqual(shown["subject"], "Dealer")
        [match] = shown["matches"]
        self.assertEqual(match["reason"], "Overdue for 5 days.")
        self.assertEqual(match["remedy"], "The customer pays 1,240.50 USD.")
        self.assertEqual(match["outcome"], "Hold: Overdue debt")
        self.assertEqual(match["requirement"], "O1, O3")
        facts = {fact["name"]: fact for fact in shown["facts"]}
        self.assertEqual(facts["overdue_amount"]["text"], "1,240.50 USD")
        self.assertEqual(facts["overdue_amount"]["value"], "1240.50")
        self.assertFalse(facts["overdue_amount"]["is_used"])
        self.assertEqual(facts["has_guarantor"]["choices"][0], ["yes", "yes"])
        [limit] = [
            each for each in shown["thresholds"] if each["name"] == "overdue_days_max"
        ]
        self.assertEqual((limit["value"], limit["text"]), ("3", "3 days"))
        self.assertEqual(limit["rules"], ["hold_overdue"])

    def test_every_rule_shows_its_first_failing_condition(self):
        shown = self.explain(overdue_days=5, has_guarantor=True)
        overdue, unsecured = shown["rules"]
        self.assertTrue(overdue["decided"])
        self.assertFalse(overdue["first_failing"])
        self.assertFalse(unsecured["matched"])
        self.assertEqual(unsecured["first_failing"], 1)
        self.assertEqual(unsecured["valid"], "until 12/31/2030")
        self.assertEqual(
            [each["holds"] for each in unsecured["conditions"]],
            [True, False, False, False],
        )

    def test_who_may_not_read_a_decision_gets_no_explanation(self):
        record = self.record()
        for role in ("portal", "public"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.explain(role, record)
