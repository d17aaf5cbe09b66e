# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import time

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common_rules import RulesCase


@tagged("post_install", "-at_install")
class TestRulesPath(RulesCase):
    """The way through a change of rules: where it starts, and what comes next (U9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "aftersales_rules.group_rules_admin"
        cls.second = new_test_user(
            cls.env, "path_second", group, company_id=cls.company.id
        )
        cls.author = new_test_user(
            cls.env, "path_author", group, company_id=cls.company.id
        )
        cls.version = cls.env["aftersales.version"]._publish_default(cls.company)

    def start(self, **values):
        drafts = self.env["aftersales.draft"].with_user(self.author)
        return drafts.with_company(self.company).create(values)

    def change(self, draft, name, value):
        draft._save_values({name: value})

    def open(self, action):
        self.assertEqual(action["res_model"], "aftersales.draft")
        return self.env["aftersales.draft"].browse(action["res_id"])

    def test_changing_the_rules_in_force_starts_a_draft_of_them(self):
        """One that nobody has touched is gone on with, not a second one made."""
        version = self.version.with_user(self.author)
        draft = self.open(version.action_change_rules())
        self.assertEqual(draft.base_version_id, self.version)
        self.assertEqual(draft.author_id, self.author)
        self.assertEqual(self.open(version.action_change_rules()), draft)
        self.change(draft.with_user(self.author), "overdue_days_max", "5")
        self.assertNotEqual(self.open(version.action_change_rules()), draft)

    def test_a_draft_that_is_not_saved_yet_says_to_save_it(self):
        drafts = self.env["aftersales.draft"].with_user(self.author)
        with Form(drafts.with_company(self.company)) as form:
            self.assertIn("Save the draft", form.next_step)
            self.assertFalse(form.is_behind)
            form.note = "Agreed"
        self.assertIn("Change the table", form.record.next_step)

    def test_a_rule_leads_to_its_row(self):
        rule = self.version.rule_ids.filtered(lambda each: each.name == "order_overdue")
        action = rule.with_user(self.author).action_change_rule()
        self.assertEqual(self.open(action).decision, "credit_hold")
        self.assertEqual(
            action["context"],
            {"aftersales_decision": "credit_hold", "aftersales_rule": "order_overdue"},
        )
        again = rule.with_user(self.author).action_change_rules()
        self.assertEqual(self.open(again), self.open(action))

    def test_rules_are_found_by_what_they_are_called(self):
        """By a person who reads Chinese as well; signs of the search count as such."""
        self.env["res.lang"]._activate_lang("zh_CN")
        rules = self.env["aftersales.rule"].with_user(self.users["reader"])
        wanted = self.version.rule_ids.filtered(
            lambda each: each.name == "order_overdue"
        )
        for lang, words in (("en_US", "overdue DEBT"), ("zh_CN", "应收账款逾期")):
            found = rules.with_context(lang=lang).search(
                [("label", "ilike", words), ("version_id", "=", self.version.id)]
            )
            self.assertIn(wanted, found)
            self.assertNotIn("order_over_limit", found.mapped("name"))
        self.assertFalse(rules.search([("label", "ilike", "o%e")]))

    def test_a_threshold_leads_to_the_rule_that_looks_at_it(self):
        """To try a value before it counts."""
        threshold = self.env["aftersales.threshold"].search(
            [("company_id", "=", self.company.id), ("name", "=", "overdue_days_max")]
        )
        action = threshold.with_user(self.author).action_draft_change()
        self.assertEqual(action["context"]["aftersales_rule"], "order_overdue")
        with self.assertRaisesRegex(AccessError, "administrator of the rules"):
            threshold.with_user(self.users["reader"]).action_draft_change()

    def test_what_was_taken_up_counts_as_not_checked(self):
        draft = self.start(name="Five days", note="Agreed")
        self.change(draft, "overdue_days_max", "5")
        draft.action_check()
        self.env["aftersales.version"]._publish_again(
            self.company, "Meanwhile", cut_off_time=time(16)
        )
        draft.action_take_up()
        self.assertFalse(draft.shown_findings["is_checked"])

    def test_who_only_reads_rules_starts_no_draft(self):
        reader = self.users["reader"]
        for start in (
            self.version.with_user(reader).action_change_rules,
            self.version.rule_ids[:1].with_user(reader).action_change_rule,
            self.env["aftersales.rule"].with_user(reader).action_change_rules,
        ):
            with self.assertRaisesRegex(AccessError, "administrator of the rules"):
                start()

    def test_the_second_person_may_approve_and_the_author_may_not(self):
        self.company.aftersales_second_person = True
        draft = self.start(name="Five days", note="Agreed")
        self.assertIn("Change the table", draft.next_step)
        self.change(draft, "overdue_days_max", "5")
        draft.action_check()
        self.assertIn("publish it", draft.next_step)
        draft.action_publish()
        self.assertFalse(draft.can_approve)
        self.assertIn("was asked to approve", draft.next_step)
        other = draft.with_user(self.second)
        self.assertTrue(other.can_approve)
        self.assertIn(f"{self.author.name} asks you", other.next_step)
        other.action_approve()
        self.assertEqual(draft.state, "published")
        self.assertEqual(
            draft.next_step, f"Published as {draft.version_id.display_name}."
        )

    def test_a_finding_names_its_table_and_its_rule(self):
        """So that the page leads to the row."""
        draft = self.start(name="Nonsense", note="Wrong")
        content = json.loads(draft.content)
        rule = next(
            each for each in content["rules"] if each["name"] == "order_overdue"
        )
        rule["conditions"] += [
            {
                "fact": "overdue_days",
                "op": "<",
                "operand": {"threshold": "overdue_days_max"},
            }
        ]
        draft._save(content, json.loads(draft.threshold_values), draft.revision)
        self.assertFalse(draft.shown_findings["is_checked"])
        draft.action_check()
        [error] = [
            finding
            for group in draft.shown_findings["groups"]
            for finding in group["findings"]
            if finding["severity"] == "error"
        ]
        self.assertEqual(
            (error["decision"], error["rule"]), ("credit_hold", "order_overdue")
        )
        self.assertIn("can never fire", error["text"])
        self.assertIn("Mend", draft.next_step)

    def test_a_list_of_versions_says_a_long_note_in_short(self):
        version = self.env["aftersales.version"].new({"note": "One\nTwo\nThree"})
        self.assertEqual(version.summary, "One, and 2 more")

    def test_a_trial_without_past_says_that_there_is_nothing_to_try_on(self):
        draft = self.start(name="Five days", note="Agreed")
        self.change(draft, "overdue_days_max", "5")
        trial = self.env["aftersales.trial"].create({"draft_id": draft.id})
        self.assertFalse(trial.summary)
        self.assertEqual(trial.sample_text, "Every table that changes, the last 1,000")
        trial.action_start()
        self.assertEqual(trial.summary, "Starts in a moment.")
        trial.sudo()._run_batch()
        self.assertEqual(trial.state, "done")
        self.assertIn("nothing to try it on", trial.summary)
