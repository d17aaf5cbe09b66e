# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.translate import code_translations

from ..models import aftersales_version, aftersales_version_shipped
from .common_rules import TODAY, RulesCase, tiny_pack

LOGGER = "odoo.addons.aftersales_rules.models.aftersales_version_shipped"


@tagged("post_install", "-at_install")
class TestVersion(RulesCase):
    def test_every_company_has_rules_from_the_start(self):
        """Installed or created later: version 1 holds the default rules."""
        companies = self.env["res.company"].with_context(active_test=False).search([])
        for company in companies:
            self.assertTrue(company.aftersales_version_id, company.name)
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self.assertRecordValues(
            branch.aftersales_version_id,
            [{"number": 1, "pack_name": "default", "published_by_id": self.env.uid}],
        )

    def test_current_version_costs_no_query_when_the_company_is_read(self):
        self.versions._get_current(self.company)
        with self.assertQueryCount(0):
            version_id, compiled = self.versions._get_current(self.company)
        self.assertEqual(version_id, self.version.id)
        self.assertEqual(compiled.version, self.version.version_hash)

    def test_current_version_for_everybody(self):
        """Also a customer on the portal is judged by the rules."""
        for role, user in self.users.items():
            with self.subTest(role):
                found, _compiled = self.versions.with_user(user)._get_current(
                    self.company.with_user(user)
                )
                self.assertEqual(found, self.version.id)

    def test_company_without_rules_gets_the_default_ones_when_asked(self):
        self.company._set_aftersales_version(self.versions)
        version_id, compiled = self.versions._get_current(self.company)
        self.assertEqual(compiled.pack.name, "default")
        self.assertEqual(self.company.aftersales_version_id.id, version_id)

    def test_publishing_numbers_and_signs(self):
        """The next number, who, what, and a hash that follows the content."""
        user = self.users["admin"]
        values = {"overdue_days_max": 5}
        changed = self.versions.with_user(user)._publish(
            self.company, tiny_pack(), values, "5 days"
        )
        back = self.versions._publish(self.company, tiny_pack(), {}, "Back")
        self.assertRecordValues(
            self.version + changed + back,
            [
                {"number": 2, "note": "Tiny", "is_current": False},
                {"number": 3, "note": "5 days", "is_current": False},
                {"number": 4, "note": "Back", "is_current": True},
            ],
        )
        self.assertEqual(changed.published_by_id, user)
        self.assertEqual(back.version_hash, self.version.version_hash)
        self.assertNotEqual(changed.version_hash, self.version.version_hash)
        self.assertEqual(
            changed.thresholds, '{"first_payment_min":"0.3","overdue_days_max":"5"}'
        )
        self.assertEqual(back.name, "Version 4")

    def test_old_versions_go_on_deciding_as_they_did(self):
        facts = self.decide(overdue_days=4).facts
        self.versions._publish(self.company, tiny_pack(), {"overdue_days_max": 5}, "5")
        aftersales_version._COMPILED.clear()
        old = self.version._get_compiled()
        model = old.registry.get("credit_hold").facts
        again = old.decide("credit_hold", model(**facts), on=TODAY)
        self.assertEqual(again.rule, "hold_overdue")
        self.assertEqual(self.decide(overdue_days=4).rule, "hold_unsecured")

    def test_bad_packs_and_values_are_refused_whole(self):
        unknown = tiny_pack(
            rules=[{"name": "x", "decision": "credit_hodl", "outcome": {}}]
        )
        cases = [
            (unknown, {}, "rules[0].decision: unknown decision 'credit_hodl'"),
            (tiny_pack(), {"overdue_days_max": 366}, "overdue_days_max"),
            (tiny_pack(), {"overdue": 3}, "overdue"),
        ]
        for pack, values, message in cases:
            with self.subTest(message):
                with self.assertRaises(ValidationError) as caught:
                    self.versions._publish(self.company, pack, values, "bad")
                self.assertIn(message, str(caught.exception))
        self.assertEqual(self.company.aftersales_version_id, self.version)

    @mute_logger("odoo.sql_db")
    def test_numbers_are_given_once(self):
        vals = {name: self.version[name] for name in ("pack", "thresholds", "number")}
        vals |= {"company_id": self.company.id, "pack_name": "x", "note": "x"}
        vals |= {"version_hash": "x", "published_at": self.version.published_at}
        vals |= {"published_by_id": self.env.uid}
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.versions._insert([vals])

    def test_only_publishing_moves_the_pointer_of_a_company(self):
        """An administrator cannot go back to an old version past the history."""
        old = self.versions.search([("company_id", "=", self.company.id)])[-1]
        for user in (self.env.user, self.users["system"]):
            for company in (self.company.with_user(user), self.company.sudo()):
                with self.assertRaises(UserError):
                    company.write({"aftersales_version_id": old.id})
        self.assertEqual(self.company.aftersales_version_id, self.version)

    # ------------------------------------------------------ upgrades

    def _ship(self, pack):
        return patch.object(
            aftersales_version_shipped, "_load_default_pack", lambda: pack
        )

    def test_upgrade_leaves_companies_with_the_shipped_rules_alone(self):
        with self._ship(tiny_pack()):
            self.versions._publish_default_packs()
        self.assertEqual(self.company.aftersales_version_id, self.version)

    def test_upgrade_leaves_own_packs_alone(self):
        with self._ship(tiny_pack(name="other")):
            self.versions._publish_default_packs()
        self.assertEqual(self.company.aftersales_version_id, self.version)

    def test_upgrade_keeps_the_thresholds_that_a_company_set(self):
        """Set values stay, untouched ones follow the new default."""
        values = {"overdue_days_max": 5}
        self.versions._publish(self.company, tiny_pack(), values, "5 days")
        thresholds = [spec.model_dump() for spec in tiny_pack().thresholds]
        thresholds[0]["default"] = 10
        thresholds[1]["default"] = "0.4"
        with self._ship(tiny_pack(label="New", thresholds=thresholds)):
            self.versions._publish_default_packs()
        version_id, compiled = self.versions._get_current(self.company)
        self.assertEqual(self.versions.browse(version_id).number, 4)
        self.assertEqual(
            dict(compiled.thresholds),
            {"overdue_days_max": 5, "first_payment_min": Decimal("0.4")},
        )

    def _ship_default(self, days):
        thresholds = [spec.model_dump() for spec in tiny_pack().thresholds]
        thresholds[0]["default"] = days
        with self._ship(tiny_pack(label=f"{days} days", thresholds=thresholds)):
            self.versions._publish_default_packs()
        return self.versions._get_current(self.company)[1].thresholds[
            "overdue_days_max"
        ]

    def test_upgrade_keeps_a_set_number_that_was_the_default_for_a_while(self):
        """A release came to agree with the company; the next one changes nothing."""
        self.versions._publish(self.company, tiny_pack(), {"overdue_days_max": 5}, "5")
        self.assertEqual([self._ship_default(days) for days in (5, 10, 7)], [5, 5, 5])

    def test_upgrade_moves_a_number_that_follows_each_time(self):
        """Whether nobody ever set it, or somebody has gone back to the default."""
        self.assertEqual([self._ship_default(days) for days in (5, 5, 10)], [5, 5, 10])
        self.versions._publish_again(self.company, "8", overdue_days_max=8)
        self.versions._publish_again(self.company, "Back", overdue_days_max=10)
        self.assertEqual(self._ship_default(12), 12)

    def test_upgrade_drops_values_that_are_no_longer_allowed_and_says_so(self):
        values = {"overdue_days_max": 300}
        self.versions._publish(self.company, tiny_pack(), values, "300 days")
        thresholds = [spec.model_dump() for spec in tiny_pack().thresholds]
        thresholds[0]["maximum"] = 30
        with self._ship(tiny_pack(thresholds=thresholds)):
            self.versions._publish_default_packs()
        version = self.company.aftersales_version_id
        self.assertEqual(version._get_compiled().thresholds["overdue_days_max"], 3)
        self.assertIn("overdue_days_max", version.note)

    def _own_rules(self, **changes):
        """The company changes a rule of the shipped ones."""
        with self._ship(tiny_pack()):
            rules = [rule.model_dump() for rule in tiny_pack().rules]
            rules[0] |= changes
            self.versions._publish(self.company, tiny_pack(rules=rules), {}, "Own")
        return rules

    def test_upgrade_adds_new_rules_to_those_that_a_company_has_changed(self):
        """Own rules stay, what the release brings beside them comes in."""
        self._own_rules(label="Our overdue debt")
        rules = [rule.model_dump() for rule in tiny_pack().rules]
        rules[1]["label"] = "No security at all"
        rules.append({**rules[1], "name": "third", "sequence": 40})
        with self._ship(tiny_pack(rules=rules)):
            self.versions._publish_default_packs()
            self.versions._publish_default_packs()
        version = self.company.aftersales_version_id
        self.assertEqual(version.number, 4)
        self.assertEqual(
            [rule.label for rule in version._get_compiled().pack.rules],
            ["Our overdue debt", "No security at all", "No security at all"],
        )

    def test_upgrade_keeps_what_both_have_changed_and_says_so(self):
        """Nobody's own rule is overwritten by a release."""
        self._own_rules(label="Our overdue debt")
        rules = [rule.model_dump() for rule in tiny_pack().rules]
        rules[0]["label"] = "Their overdue debt"
        with self._ship(tiny_pack(rules=rules)):
            self.versions._publish_default_packs()
        version = self.company.aftersales_version_id
        self.assertEqual(
            version._get_compiled().pack.rules[0].label, "Our overdue debt"
        )
        self.assertIn("hold_overdue", version.note)

    def test_upgrade_leaves_rules_that_would_no_longer_fit_together(self):
        """A threshold that an own rule needs is gone in the release."""
        rules = self._own_rules(label="Our overdue debt")
        before = self.company.aftersales_version_id
        thresholds = [spec.model_dump() for spec in tiny_pack().thresholds[1:]]
        shipped = tiny_pack(rules=rules[1:], thresholds=thresholds)
        with self._ship(shipped), self.assertLogs(LOGGER, "WARNING") as logs:
            self.versions._publish_default_packs()
        self.assertEqual(self.company.aftersales_version_id, before)
        self.assertIn("stay as they are", logs.output[0])

    # -------------------------------------------------- immutability

    def test_nobody_changes_a_published_version(self):
        """Neither a superuser nor any context key gets past it."""
        rule = self.version.rule_ids[:1]
        environments = [
            {"su": True},
            {"su": True, "context": {"_force_unlink": True, "force_delete": True}},
            {"su": True, "context": {"install_mode": True, "aftersales_publish": True}},
            {"user": self.users["admin"].id},
            {"user": self.users["system"].id},
        ]
        for environment in environments:
            for record in (self.version, rule):
                record = record.with_env(self.env(**environment))
                with self.subTest(record=record, environment=environment):
                    with self.assertRaises(UserError):
                        record.write({"company_id": self.env.company.id})
                    with self.assertRaises(UserError):
                        record.unlink()
                    with self.assertRaises(UserError):
                        record.copy()
                    with self.assertRaises(AccessError):
                        record.create({"company_id": self.company.id})
                    with self.assertRaises(UserError):
                        record.update({"company_id": self.env.company.id})
                    result = record.load(["company_id/.id"], [[str(self.company.id)]])
                    self.assertFalse(result["ids"])
        with self.assertRaises(UserError):
            self.version.sudo().rule_ids = [(5, 0, 0)]

    # ---------------------------------------------------- reading

    def test_roles(self):
        """Whoever works with orders reads; nobody else does; none changes."""
        readers = {"reader", "salesman", "controller", "admin", "warehouse"}
        readers |= {"accountant", "planner"}
        for role, user in self.users.items():
            for record in (self.version, self.version.rule_ids):
                with self.subTest(role=role, model=record._name):
                    record = record.with_user(user)
                    self.assertEqual(record.has_access("read"), role in readers)
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(record.has_access(operation))

    def test_other_companies_are_not_seen(self):
        user = self.users["admin"]
        seen = self.versions.with_user(user).search([])
        self.assertEqual(seen.company_id, self.company)
        seen = self.env["aftersales.rule"].with_user(user).search([])
        self.assertEqual(seen.company_id, self.company)

    def test_current_filter(self):
        domain = [("company_id", "=", self.company.id), ("is_current", "=", True)]
        self.assertEqual(self.versions.search(domain), self.version)
        rules = self.env["aftersales.rule"].search(domain)
        self.assertEqual(rules, self.version.rule_ids)
        domain[1] = ("is_current", "=", False)
        self.assertEqual(self.versions.search(domain).mapped("number"), [1])

    def test_version_is_found_by_its_number_and_its_note(self):
        domain = [("company_id", "=", self.company.id)]
        for name, number in (("Version 2", 2), ("1", 1), ("Tiny", 2)):
            with self.subTest(name):
                found = self.versions.name_search(name, domain, operator="ilike")
                self.assertEqual(
                    self.versions.browse(id_ for id_, _name in found).mapped("number"),
                    [number],
                )

    def test_rules_read_as_sentences(self):
        overdue, unsecured = self.version.rule_ids.with_user(self.users["reader"])
        self.assertRecordValues(
            overdue + unsecured,
            [
                {
                    "decision": "credit_hold",
                    "sequence": 20,
                    "label": "Overdue debt",
                    "display_name": "Overdue debt",
                    "requirement": "O1, O3",
                    "conditions": "Days overdue > Longest overdue debt (3 days)",
                    "outcome": "Effect: Hold, Cause: Overdue debt",
                    "reason": "Overdue for ‹Days overdue›.",
                    "remedy": "The customer pays ‹Overdue amount›.",
                },
                {
                    "decision": "credit_hold",
                    "sequence": 30,
                    "label": "No security",
                    "display_name": "No security",
                    "requirement": "",
                    "conditions": "Order amount between 0.00 USD and 100,000.00 USD\n"
                    "at least one of: Customer tier is one of: Unstable; "
                    "Share paid < First payment (30%); Guarantor named is not set",
                    "outcome": "Effect: Hold, Cause: No guarantor or payment date",
                    "reason": "‹Share paid› is paid, 30% is needed.",
                    "remedy": "",
                },
            ],
        )

    def test_rules_read_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        terms = {
            "Days overdue": "逾期天数",
            "days": "天",
            "Effect": "结果",
            "Hold": "挂起",
            "Cause": "原因",
            "Overdue debt": "逾期欠款",
        }
        get_terms = code_translations.get_python_translations

        def translations(addon, lang):
            ours = addon == "aftersales_rules" and lang == "zh_CN"
            return terms if ours else get_terms(addon, lang)

        rule = self.version.rule_ids[0].with_context(lang="zh_CN")
        with patch.object(code_translations, "get_python_translations", translations):
            self.assertEqual(rule.label, "逾期欠款")
            self.assertEqual(rule.conditions, "逾期天数 > 最长逾期 (3 天)")
            self.assertEqual(rule.outcome, "结果: 挂起, 原因: 逾期欠款")
            self.assertEqual(rule.reason, "已逾期 ‹逾期天数›。")

    def test_version_shows_its_thresholds(self):
        html = str(self.version.threshold_html)
        for text in (
            "Longest overdue debt",
            "3 days",
            "Older debts hold orders.",
            "30%",
        ):
            self.assertIn(text, html)
