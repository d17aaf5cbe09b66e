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

    # ---------------------------------------------------------------- what if

    def attempt(self, role="reader", record=None, facts=None, thresholds=None, **kw):
        record = record or self.record(self.decide(overdue_days=5, **kw))
        return record.with_user(self.users[role]).try_values(facts, thresholds)

    def test_another_value_gives_another_answer(self):
        tried = self.attempt(facts={"overdue_days": "3"}, has_guarantor=True)
        self.assertEqual(tried["faults"], [])
        self.assertTrue(tried["changed"])
        self.assertEqual(tried["result_label"], "Nothing stands against it")
        self.assertEqual(tried["effect_level"], "good")
        self.assertFalse(tried["rules"][0]["matched"])
        tried = self.attempt(thresholds={"overdue_days_max": "5"}, has_guarantor=True)
        self.assertTrue(tried["changed"])
        [limit] = [
            each for each in tried["thresholds"] if each["name"] == "overdue_days_max"
        ]
        self.assertEqual(limit["text"], "5 days")
        tried = self.attempt(facts={"overdue_days": 4}, has_guarantor=True)
        self.assertFalse(tried["changed"])
        self.assertEqual(tried["result_label"], "Hold")
        self.assertEqual(tried["matches"][0]["reason"], "Overdue for 4 days.")

    def test_bad_values_are_named_and_the_recorded_ones_count(self):
        tried = self.attempt(
            facts={
                "overdue_days": "many",
                "tier": "gold",
                "paid_share": "0.5",
                "has_guarantor": {"a": 1},
                "no_such": "1",
                "order_amount": float("nan"),
                "promised_date": "2026-02-30",
                "unpaid_amount": True,
                "exposure": "9" * 5000,
            },
            thresholds={"overdue_days_max": "400", "first_payment_min": "", "x": []},
        )
        json.dumps(tried)
        faults = {
            (each["kind"], each["name"]): each["text"] for each in tried["faults"]
        }
        self.assertEqual(len(faults), 12)
        self.assertIn(
            "“many” is no value of “Days overdue”", faults["fact", "overdue_days"]
        )
        self.assertIn("Key, Regular", faults["fact", "tier"])
        self.assertIn("50 %", faults["fact", "paid_share"])
        self.assertIn("0 to 365", faults["threshold", "overdue_days_max"])
        self.assertLess(len(faults["fact", "exposure"]), 200)
        self.assertFalse(tried["changed"])
        for nonsense in ([], "x", 5):
            with self.subTest(nonsense):
                tried = self.attempt(facts=nonsense, thresholds=nonsense)
                self.assertEqual(len(tried["faults"]), 2)
