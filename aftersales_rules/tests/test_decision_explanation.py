# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.aftersales_decision_explanation import WAYS_UP_TO
from ..rules import Decision, Fault, PackError, load_pack
from .common_rules import RulesCase, tiny_pack


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

    # --------------------------------------------------------- what must hold

    def test_trying_writes_nothing(self):
        """Whatever is tried: no statement but SELECT reaches the database."""
        record = self.record(self.decide(overdue_days=5)).with_user(
            self.users["reader"]
        )
        self.env.flush_all()
        before = self.env["aftersales.decision"].sudo().search_count([])
        statements = []
        execute = type(self.env.cr).execute

        def listen(cr, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", listen):
            record.get_explanation()
            record.try_values({"overdue_days": "3"}, {"overdue_days_max": "4"})
            record.get_ways({"overdue_days": "9"}, {})
            self.env.flush_all()
        self.assertTrue(statements)
        for statement in statements:
            self.assertRegex(statement.strip(), r"(?is)^(select|with|values)\b")
        self.assertEqual(
            self.env["aftersales.decision"].sudo().search_count([]), before
        )
        version = record.sudo().version_id
        self.assertEqual(json.loads(version.thresholds)["overdue_days_max"], "3")

    def test_a_decision_that_no_addon_declares_any_more_says_so(self):
        """What was recorded is shown, and trying says why it cannot."""
        record = self.record()
        payload = {**json.loads(record.payload), "decision": "bygone"}
        gone = Decision.from_bytes(json.dumps(payload))
        with patch.object(type(record), "_get_decision", return_value=gone):
            shown = record.get_explanation()
            tried = record.try_values({"overdue_days": "1"}, {})
            self.assertEqual(record.get_ways(), [])
        self.assertTrue(shown["failure"])
        self.assertEqual(shown["recorded_reason"], "Overdue for 5 days.")
        self.assertEqual(shown["rules"], [])
        self.assertEqual(shown["result_label"], "Hold")
        self.assertTrue(tried["failure"])
        self.assertFalse(tried["changed"])
        self.assertEqual(tried["result_label"], "Hold")
        self.assertEqual(set(tried) - set(shown), {"faults", "changed"})

    def test_a_fact_that_no_addon_declares_any_more_is_shown_as_it_was(self):
        """No rule looks at it: the rest is explained and tried as ever."""
        record = self.record()
        payload = json.loads(record.payload)
        payload["facts"]["moon_phase"] = "full"
        gone = Decision.from_bytes(json.dumps(payload))
        with patch.object(type(record), "_get_decision", return_value=gone):
            shown = record.get_explanation()
            tried = record.try_values({"overdue_days": "1", "moon_phase": "new"}, {})
        self.assertFalse(shown["failure"])
        self.assertEqual(shown["facts"][-1]["text"], "full")
        self.assertFalse(shown["facts"][-1]["can_try"])
        self.assertEqual([fault["name"] for fault in tried["faults"]], ["moon_phase"])
        self.assertTrue(tried["changed"])

    def test_a_rule_that_is_gone_from_the_pack_is_a_failure_too(self):
        record = self.record()
        with patch.object(
            type(record),
            "_get_compiled",
            side_effect=PackError(Fault("rules[0]", "x", "no such fact")),
        ):
            self.assertIn("no such fact", record.get_explanation()["failure"])
            self.assertIn("no such fact", record.try_values()["failure"])

    def test_dates_and_words_are_the_readers(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["res.lang"]._activate_lang("de_DE")
        record = self.record(
            self.decide(overdue_days=5, promised_date=date(2026, 3, 9))
        )
        facts = {
            lang: {
                fact["name"]: fact["text"]
                for fact in record.with_context(lang=lang).get_explanation()["facts"]
            }
            for lang in ("en_US", "de_DE")
        }
        self.assertEqual(facts["en_US"]["promised_date"], "03/09/2026")
        self.assertEqual(facts["de_DE"]["promised_date"], "09.03.2026")
        shown = record.with_context(lang="zh_CN").get_explanation()
        self.assertEqual(shown["matches"][0]["label"], "逾期欠款")
        self.assertFalse(shown["lang_note"])
        shown = record.with_context(lang="de_DE").get_explanation()
        self.assertIn("English only", shown["lang_note"])
        self.assertFalse(record.get_explanation()["lang_note"])

    def test_a_release_by_a_person_is_shown_as_such(self):
        record = self.record(result="waived")
        shown = record.get_explanation()
        self.assertEqual(shown["result_label"], "Released by a person")
        self.assertEqual(shown["effect_level"], "good")
        tried = record.try_values({"overdue_days": "1"}, {})
        self.assertEqual(tried["result_label"], "Nothing stands against it")

    def test_the_number_of_queries_does_not_grow(self):
        """Neither with what is behind the figures nor with what was decided since."""
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        record = self.record(order=order)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            record.get_explanation()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        self.env["sale.order"].create(
            [
                {"partner_id": self.customer.id, "company_id": self.company.id}
                for _number in range(10)
            ]
        ).action_confirm()
        self.record(order=order, count=20)
        self.assertLessEqual(count(), few)
        self.assertLess(few, 40)

    def test_large_tables_give_their_ways_when_asked(self):
        many = tiny_pack()
        rules = [
            many.rules[0].model_copy(update={"name": f"hold_{number}"})
            for number in range(WAYS_UP_TO + 1)
        ]
        pack = many.model_copy(update={"rules": tuple(rules)})
        self.versions._publish(self.company, load_pack(pack.to_json()), {}, "Many")
        record = self.record(self.decide(overdue_days=5))
        shown = record.get_explanation()
        self.assertTrue(shown["ways_later"])
        self.assertEqual(shown["ways"], [])
        ways = record.get_ways({"overdue_days": "6"}, {})
        self.assertEqual(ways[0]["goal"], "Nothing stands against it")
        self.assertIn("pay what has been due for more than 3 days", ways[0]["texts"])

    def test_sliders_reach_past_every_limit(self):
        shown = self.explain(overdue_days=50, order_amount=Decimal("1234.50"))
        facts = {fact["name"]: fact for fact in shown["facts"]}
        days, amount = facts["overdue_days"], facts["order_amount"]
        self.assertEqual((days["min"], days["max"], days["step"]), ("0", "100", "1"))
        self.assertGreaterEqual(Decimal(amount["max"]), 100_000)
        self.assertEqual(facts["paid_share"]["max"], "100 %")
        self.assertEqual(facts["tier"]["max"], "")
        self.assertTrue(facts["paid_share"]["can_try"])
        self.assertFalse(facts["exposure"]["can_try"])
        limits = {each["name"]: each for each in shown["thresholds"]}
        self.assertEqual(limits["first_payment_min"]["max"], "100 %")
        self.assertEqual(limits["overdue_days_max"]["min"], "0")
