# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import re
from decimal import Decimal
from html import unescape
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..rules import Decision, Registry
from .common_rules import RulesCase, tiny_pack


@tagged("post_install", "-at_install")
class TestDecision(RulesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._make_order(cls.users["salesman"])

    @classmethod
    def _make_order(cls, user):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": user.id,
            }
        )

    # -------------------------------------------------------- recording

    def test_a_decision_is_kept_exactly(self):
        decision = self.decide(
            overdue_days=5, overdue_amount=Decimal("0.10"), has_guarantor=True
        )
        address = self.env["res.partner"].create(
            {"name": "Invoices", "parent_id": self.customer.id, "type": "invoice"}
        )
        record = self.record(decision, order=self.order, partner=address)
        self.assertRecordValues(
            record,
            [
                {
                    "decision": "credit_hold",
                    "event": "confirm",
                    "mode": "observe",
                    "company_id": self.company.id,
                    "order_id": self.order.id,
                    "res_model": "sale.order",
                    "res_id": self.order.id,
                    "partner_id": self.customer.id,
                    "version_id": self.version.id,
                    "rule": "hold_overdue",
                    "result": "hold",
                    "reason": "Overdue for 5 days.",
                    "create_uid": self.env.uid,
                }
            ],
        )
        self.assertIn(record.engine, ("durable_rules", "plain"))
        self.assertEqual(json.loads(record.facts)["overdue_amount"], "0.1")
        self.assertEqual(
            json.loads(record.outcomes), [{"effect": "hold", "cause": "overdue"}]
        )
        self.assertEqual(Decision.from_bytes(record.payload), decision)
        self.assertEqual(record.display_name, f"Credit hold: {self.order.name}")

    def test_a_hundred_decisions_are_one_insert(self):
        self.record(count=2)
        self.env.flush_all()
        with self.assertQueryCount(1):
            records = self.record(count=100)
            self.env.flush_all()
        self.assertEqual(len(records), 100)
        self.assertFalse(self.env["aftersales.decision"]._record([]))

    def test_whoever_causes_a_decision_is_named(self):
        """Also a customer who confirms on the portal, without any right here."""
        for role in ("portal", "public", "salesman"):
            with self.subTest(role):
                env = self.env(user=self.users[role].id)
                record = self.record().with_env(env)
                values = {
                    "decision": self.decide(overdue_days=5),
                    "company": self.company.with_env(env),
                    "event": "confirm",
                    "mode": "observe",
                    "result": "hold",
                    "order": self.order.with_env(env),
                }
                record = env["aftersales.decision"]._record([values])
                self.assertEqual(record.sudo().create_uid, self.users[role])
                self.assertFalse(record.env.su)
                self.assertEqual(record.sudo().partner_id, self.customer)

    def test_a_decision_names_the_version_that_made_it(self):
        """Also when the rules changed between deciding and recording."""
        decision = self.decide(overdue_days=4)
        self.versions._publish(self.company, tiny_pack(), {"overdue_days_max": 5}, "5")
        self.assertEqual(self.record(decision).version_id, self.version)
        other = self.env["res.company"].create({"name": "Wall coverings"})
        with self.assertRaises(ValueError):
            self.record(decision, company=other)

    def test_a_context_puts_nothing_into_a_record(self):
        env = self.env(context={"default_order_id": self.order.id, "default_rule": "x"})
        values = {
            "decision": self.decide(order_amount=Decimal(200000)),
            "company": self.company,
            "event": "cron",
            "mode": "enforce",
            "result": "none",
        }
        record = env["aftersales.decision"]._record([values])
        self.assertRecordValues(
            record,
            [{"order_id": False, "partner_id": False, "rule": False, "res_id": 0}],
        )
        self.assertEqual(record.reason_display, "No rule matched.")
        self.assertFalse(record.rule_label)
        self.assertEqual(record.display_name, "Credit hold")

    # ----------------------------------------------------- immutability

    def test_nobody_changes_a_decision(self):
        record = self.record(order=self.order)
        environments = [
            {"su": True},
            {"su": True, "context": {"_force_unlink": True, "aftersales_record": True}},
            *({"user": user.id} for user in self.users.values()),
        ]
        vals = {name: record[name] for name in ("payload", "facts", "reason", "event")}
        vals |= {"decision": "credit_hold", "mode": "observe", "result": "none"}
        for environment in environments:
            with self.subTest(environment=environment):
                own = record.with_env(self.env(**environment))
                with self.assertRaises(UserError):
                    own.write({"reason": "He is a friend."})
                with self.assertRaises(UserError):
                    own.unlink()
                with self.assertRaises(UserError):
                    own.copy()
                with self.assertRaises(AccessError):
                    own.create(vals)
                with self.assertRaises(UserError):
                    own.browse().web_save(vals, {})
                with self.assertRaises(UserError):
                    own.web_save({"reason": "x"}, {})
        self.assertEqual(record.reason, "Overdue for 5 days.")

    # ------------------------------------------------------------ rights

    def test_roles(self):
        """Who works with orders reads decisions; the salesperson his own."""
        mine = self.record(order=self.order)
        foreign = self.record(order=self._make_order(self.users["controller"]))
        nobodys = self.record(order=self._make_order(self.env["res.users"]))
        his_customer = self.env["res.partner"].create(
            {"name": "His", "user_id": self.users["salesman"].id}
        )
        not_his = his_customer.copy({"user_id": self.users["controller"].id})
        tier = self.record(partner=his_customer)
        foreign_tier = self.record(partner=not_his)
        both = mine + foreign + nobodys + tier + foreign_tier
        own = mine + nobodys + tier
        seen = {
            "employee": None,
            "reader": both,
            "salesman": own,
            "controller": both,
            "admin": both,
            "warehouse": both,
            "accountant": both,
            "planner": both,
            "system": None,
            "portal": None,
            "public": None,
        }
        for role, expected in seen.items():
            with self.subTest(role):
                model = self.env["aftersales.decision"].with_user(self.users[role])
                if expected is None:
                    with self.assertRaises(AccessError):
                        model.search([])
                    with self.assertRaises(AccessError):
                        mine.with_env(model.env).action_replay()
                    with self.assertRaises(AccessError):
                        mine.with_env(model.env).action_open_document()
                else:
                    found = model.search([("id", "in", both.ids)])
                    self.assertEqual(set(found.ids), set(expected.ids))
        with self.assertRaises(AccessError):
            foreign.with_user(self.users["salesman"]).action_replay()

    def test_other_companies_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Wall coverings"})
        self.versions._publish(other, tiny_pack(), {}, "Tiny")
        record = self.record(self.decide(other, overdue_days=5), company=other)
        with self.assertRaises(AccessError):
            record.with_user(self.users["controller"]).read(["reason"])

    # ------------------------------------------------------- explaining

    def _text(self, html):
        """What a person reads."""
        return " ".join(unescape(re.sub("<[^>]*>", " ", str(html))).split())

    def test_explanation_for_every_reader(self):
        """Also without accounting rights: reasons, values, each condition."""
        decision = self.decide(overdue_days=5, has_guarantor=True, tier="key")
        record = self.record(decision, order=self.order)
        for role in ("salesman", "warehouse", "reader"):
            with self.subTest(role):
                html = record.with_user(self.users[role]).explanation_html
                text = self._text(html)
                for expected in (
                    "Overdue debt Overdue for 5 days.",
                    "What releases it: The customer pays not set.",
                    "Days overdue 5 days",
                    "Order amount 1,000.00 USD",
                    "Days overdue > Longest overdue debt (3 days)",
                    "seen: 5 days; needed: > 3 days",
                    "seen: not set; needed: < 30%",
                    "Did not match",
                    "Decided",
                    "O1, O3",
                    "Version 2",
                ):
                    self.assertIn(expected, text)
                self.assertEqual(
                    record.with_user(self.users[role]).rule_label, "Overdue debt"
                )

    def test_explanation_says_by_how_much(self):
        decision = self.decide(overdue_days=1, paid_share=Decimal("0.5"))
        text = self._text(self.record(decision, result="none").explanation_html)
        self.assertIn("seen: 1 days; needed: > 3 days; off by 2 days", text)
        self.assertIn("Guarantor named is not set", text)

    def test_explanation_escapes_what_people_wrote(self):
        decision = self.decide(overdue_days=5, currency="<b>X</b>")
        html = str(self.record(decision).explanation_html)
        self.assertNotIn("<b>X</b>", html)
        self.assertIn("&lt;b&gt;X&lt;/b&gt;", html)

    def test_explanation_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        terms = {
            "Days overdue": "逾期天数",
            "not set": "未设置",
            "Credit hold": "信用挂起",
        }
        get_terms = code_translations.get_python_translations

        def translations(addon, lang):
            ours = addon == "aftersales_rules" and lang == "zh_CN"
            return terms if ours else get_terms(addon, lang)

        record = self.record(order=self.order).with_context(lang="zh_CN")
        with patch.object(code_translations, "get_python_translations", translations):
            self.assertEqual(record.rule_label, "逾期欠款")
            self.assertIn("已逾期", record.reason_display)
            self.assertEqual(record.display_name, f"信用挂起: {self.order.name}")
            text = self._text(record.explanation_html)
            self.assertIn("逾期天数 > 最长逾期", text)
            self.assertIn("客户支付", text)
            self.assertIn("未设置", text)
            self.assertNotIn("Days overdue", text)

    def test_a_decision_of_rules_that_are_gone_still_reads(self):
        """An addon was uninstalled: the reason as recorded, and no error."""
        record = self.record(self.decide(overdue_days=5))
        extension = self.registry["aftersales.extension"]
        with patch.object(extension, "_get_registry", lambda _self: Registry()):
            self.assertEqual(record.reason_display, "Overdue for 5 days.")
            self.assertIn("no longer knows", str(record.explanation_html))
            with self.assertRaisesRegex(UserError, "cannot be repeated"):
                record.action_replay()

    def test_a_fact_of_an_addon_that_is_gone_stays_as_recorded(self):
        """No rule of ours looks at it: explained, and repeated to the same bytes."""
        content = json.loads(self.decide(overdue_days=5).to_bytes())
        content["facts"]["left_behind"] = "1"
        record = self.record(Decision.from_bytes(json.dumps(content)))
        self.assertIn("Overdue for 5 days.", record.reason_display)
        self.assertIn("left_behind", str(record.explanation_html))
        self.assertEqual(record.action_replay()["params"]["type"], "success")

    def test_a_fact_that_was_declared_later_changes_nothing(self):
        """An addon came: what was decided before is repeated to the same bytes."""
        content = json.loads(self.decide(overdue_days=5).to_bytes())
        del content["facts"]["credit_limit"]
        record = self.record(Decision.from_bytes(json.dumps(content)))
        self.assertEqual(record.action_replay()["params"]["type"], "success")

    def test_events_read_as_words(self):
        for event, words in (
            ("confirm", "Confirmation"),
            ("from_abroad", "from_abroad"),
        ):
            self.assertEqual(self.record(event=event).event_display, words)

    # --------------------------------------------------------- actions

    def test_replay_gives_the_same_answer_after_the_rules_changed(self):
        record = self.record(order=self.order).with_user(self.users["salesman"])
        self.versions._publish(self.company, tiny_pack(), {"overdue_days_max": 9}, "9")
        params = record.action_replay()["params"]
        self.assertEqual(params["type"], "success")

    def test_replay_shows_a_difference(self):
        content = json.loads(self.decide(overdue_days=5).to_bytes())
        content["facts"]["overdue_days"] = 2
        record = self.record(Decision.from_bytes(json.dumps(content)))
        params = record.action_replay()["params"]
        self.assertEqual(params["type"], "danger")
        self.assertIn("Recorded: Overdue for 5 days.", params["message"])

    def test_document_opens(self):
        action = self.record(order=self.order).action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("sale.order", self.order.id)
        )
        with self.assertRaises(UserError):
            self.record().action_open_document()
