# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..rules import REGISTRY
from .common_rules import RulesCase, tiny_pack


@tagged("post_install", "-at_install")
class TestDraft(RulesCase):
    """From draft over checked to published; nothing counts before (R3, R6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["admin"]
        cls.other = cls._make_user("admin2", "aftersales_rules.group_rules_admin")
        cls.drafts = cls.env["aftersales.draft"]

    def new_draft(self, user=None, **values):
        values.setdefault("note", "Debts count later")
        drafts = self.drafts.with_user(user or self.admin)
        return drafts.with_company(self.company).create(values)

    def edit(self, draft, change, values=None):
        """Let a function change the content and the values of a draft; save it."""
        content = json.loads(draft.content)
        numbers = json.loads(draft.threshold_values)
        change(content)
        draft._save(content, numbers | (values or {}), draft.revision)

    def label(self, text, name="hold_overdue"):
        def change(content):
            for rule in content["rules"]:
                if rule["name"] == name:
                    rule["label"] = text

        return change

    def let_a_program_read(self, threshold):
        REGISTRY.reads(threshold)
        self.addCleanup(REGISTRY._read.discard, threshold)

    def labels(self):
        pack = self.company.aftersales_version_id._get_compiled().pack
        return {rule.name: rule.label for rule in pack.rules}

    def run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "aftersales_rules.ir_cron_publish_scheduled"
            ).method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------ its life

    def test_a_draft_starts_as_what_is_in_force(self):
        draft = self.new_draft()
        self.assertEqual(draft.base_version_id, self.version)
        self.assertEqual(draft.content, self.version.pack)
        self.assertEqual(draft.author_id, self.admin)
        self.assertFalse(draft.is_behind)

    def test_published_it_is_in_force_and_tells_who_and_why(self):
        draft = self.new_draft()
        self.edit(draft, self.label("Old debt"), {"overdue_days_max": "7"})
        draft.action_check()
        self.assertEqual(draft.state, "checked")
        self.assertEqual(self.labels()["hold_overdue"], "Overdue debt")
        draft.action_publish()
        version = self.company.aftersales_version_id
        self.assertEqual(draft.version_id, version)
        self.assertRecordValues(
            version,
            [
                {
                    "note": "Debts count later",
                    "author_id": self.admin.id,
                    "published_by_id": self.admin.id,
                }
            ],
        )
        self.assertEqual(version._get_compiled().thresholds["overdue_days_max"], 7)
        self.assertEqual(self.labels()["hold_overdue"], "Old debt")

    def test_without_a_reason_nothing_is_published(self):
        draft = self.new_draft(note=False)
        self.edit(draft, self.label("Old debt"))
        with self.assertRaisesRegex(UserError, "auditor"):
            draft.action_publish()

    def test_a_draft_that_changes_nothing_is_not_published(self):
        with self.assertRaisesRegex(UserError, "changes nothing"):
            self.new_draft().action_publish()

    def test_what_is_not_right_yet_is_kept_and_told(self):
        """Nothing that was typed is lost, and nothing of it counts."""
        draft = self.new_draft()

        def change(content):
            content["rules"][0]["conditions"][0]["fact"] = "overdu_days"

        self.edit(draft, change)
        self.assertEqual(draft.error_count, 1)
        [fault] = draft.shown_findings["faults"]
        self.assertIn("overdue_days", fault["text"])
        rule = json.loads(draft.content)["rules"][0]
        self.assertEqual((fault["rule"], fault["label"]), (rule["name"], rule["label"]))
        with self.assertRaisesRegex(UserError, "1 errors"):
            draft.action_publish()
        self.assertEqual(draft.state, "draft")

    def test_rules_that_contradict_are_not_published(self):
        """More than a month and less than a day at once: it can never fire."""
        draft = self.new_draft()

        def change(content):
            content["rules"][0]["conditions"] = [
                {"fact": "overdue_days", "op": ">", "operand": 30},
                {"fact": "overdue_days", "op": "<", "operand": 1},
            ]

        self.edit(draft, change)
        with self.assertRaisesRegex(UserError, "errors"):
            draft.action_publish()
        self.assertTrue(draft.error_count)

    def test_saving_over_somebody_else_is_refused(self):
        draft = self.new_draft()
        self.edit(draft, self.label("One"))
        with self.assertRaisesRegex(UserError, "Somebody has saved"):
            draft._save(json.loads(draft.content), {}, 0)

    def test_a_change_after_the_check_needs_another_check(self):
        draft = self.new_draft()
        self.edit(draft, self.label("One"))
        draft.action_check()
        self.edit(draft, self.label("Two"))
        self.assertEqual(draft.state, "draft")

    # ------------------------------------------------- others in the meantime

    def test_what_others_published_meanwhile_stays(self):
        """Two people who change two things get both."""
        draft = self.new_draft()
        self.edit(draft, self.label("Old debt"))
        second = self.new_draft(self.other)
        self.edit(second, self.label("Nobody guarantees", "hold_unsecured"))
        second.action_publish()
        self.assertTrue(draft.is_behind)
        draft.action_publish()
        self.assertEqual(
            self.labels(),
            {"hold_overdue": "Old debt", "hold_unsecured": "Nobody guarantees"},
        )

    def test_a_conflict_names_the_rule_and_can_be_settled(self):
        draft = self.new_draft()
        self.edit(draft, self.label("Old debt"))
        second = self.new_draft(self.other)
        self.edit(second, self.label("Very old debt"))
        second.action_publish()
        with self.assertRaisesRegex(UserError, "Old debt"):
            draft.action_publish()
        draft.action_take_up()
        self.assertFalse(draft.is_behind)
        self.assertIn("Very old debt", draft.content)
        self.assertTrue(draft.message_ids.attachment_ids)

    def test_two_changes_that_only_together_make_no_sense_are_not_published(self):
        """Each is right by itself; on top of the other a rule could never fire."""
        draft = self.new_draft()

        def narrow(content):
            content["rules"][1]["conditions"] = [
                {"fact": "overdue_days", "op": ">=", "operand": 2},
                {
                    "fact": "overdue_days",
                    "op": "<",
                    "operand": {"threshold": "overdue_days_max"},
                },
            ]

        self.edit(draft, narrow)
        second = self.new_draft(self.other)
        self.edit(second, lambda content: None, {"overdue_days_max": "1"})
        second.action_publish()
        with self.assertRaisesRegex(
            UserError, "(?s)Version 3.*“No security” can never"
        ):
            draft.action_publish()
        self.assertEqual(self.company.aftersales_version_id, second.version_id)
        draft.action_take_up()
        draft.action_check()
        self.assertTrue(draft.error_count)

    # ------------------------------------------------- second person, its day

    def test_a_second_person_approves_who_wrote_none_of_it(self):
        self.company.aftersales_second_person = True
        draft = self.new_draft()
        self.edit(draft, self.label("Old debt"))
        draft.action_publish()
        self.assertEqual(draft.state, "waiting")
        self.assertIn(self.other, draft.sudo().activity_ids.user_id)
        with self.assertRaisesRegex(UserError, "You wrote"):
            draft.action_approve()
        with self.assertRaises(AccessError):
            draft.with_user(self.users["controller"]).action_approve()
        draft.with_user(self.other).action_approve()
        self.assertEqual(draft.state, "published")
        self.assertEqual(draft.version_id.approved_by_id, self.other)

    def test_who_changed_a_line_of_it_is_no_second_person(self):
        self.company.aftersales_second_person = True
        draft = self.new_draft()
        self.edit(draft.with_user(self.other), self.label("Old debt"))
        third = self._make_user("admin3", "aftersales_rules.group_rules_admin")
        draft.action_publish()
        with self.assertRaisesRegex(UserError, "You wrote"):
            draft.with_user(self.other).action_approve()
        draft.with_user(third).action_approve()
        self.assertEqual(draft.state, "published")

    def test_a_draft_for_a_day_to_come_is_published_then(self):
        day = self.company._aftersales_now().date() + timedelta(days=2)
        draft = self.new_draft(effective_from=day)
        self.edit(draft, self.label("Old debt"))
        draft.action_publish()
        self.assertEqual(draft.state, "scheduled")
        self.run_cron()
        self.assertEqual(draft.state, "scheduled")
        draft.sudo().effective_from = day - timedelta(days=2)
        self.run_cron()
        self.assertEqual(draft.state, "published")
        self.assertEqual(self.labels()["hold_overdue"], "Old debt")

    def test_a_scheduled_draft_that_no_longer_fits_comes_back_to_its_author(self):
        day = self.company._aftersales_now().date() + timedelta(days=2)
        draft = self.new_draft(effective_from=day)
        self.edit(draft, self.label("Old debt"))
        draft.action_publish()
        second = self.new_draft(self.other)
        self.edit(second, self.label("Very old debt"))
        second.action_publish()
        draft.sudo().effective_from = day - timedelta(days=2)
        self.run_cron()
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.sudo().activity_ids.user_id, self.admin)

    def test_a_scheduled_draft_that_cannot_be_read_stops_no_other(self):
        """Rules of an addon that is gone: their author is told, others go on."""
        day = self.company._aftersales_now().date() + timedelta(days=2)
        drafts = []
        for label in ("Old debt", "Very old debt"):
            draft = self.new_draft(effective_from=day)
            self.edit(draft, self.label(label))
            draft.action_publish()
            drafts.append(draft)
        broken, good = drafts
        broken.sudo().content = broken.content.replace("overdue_days", "gone_days")
        for draft in drafts:
            draft.sudo().effective_from = day - timedelta(days=2)
        self.run_cron()
        self.assertEqual(
            [draft.state for draft in drafts], ["draft", "published"], broken.faults
        )
        self.assertEqual(broken.sudo().activity_ids.user_id, self.admin)
        self.assertEqual(self.labels()["hold_overdue"], "Very old debt")
        self.assertEqual(good.version_id, self.company.aftersales_version_id)

    def test_an_old_version_comes_back_by_publishing_it_again(self):
        draft = self.new_draft()
        self.edit(draft, self.label("Old debt"))
        draft.action_publish()
        action = self.version.with_user(self.admin).action_roll_back()
        back = self.drafts.with_user(self.admin).browse(action["res_id"])
        back.action_publish()
        self.assertEqual(self.labels()["hold_overdue"], "Overdue debt")
        self.assertEqual(self.company.aftersales_version_id.number, 4)

    def test_a_threshold_that_a_program_reads_is_not_taken_out(self):
        """The rules may do without it, the code that asks for it may not."""
        draft = self.new_draft()

        def take_out(content):
            content["thresholds"] = content["thresholds"][:1]
            content["rules"][1]["conditions"] = content["rules"][1]["conditions"][:1]
            content["rules"][1]["reason"] = "A lot: {order_amount}."

        self.let_a_program_read("first_payment_min")
        self.edit(draft, take_out)
        with self.assertRaisesRegex(UserError, "1 errors"):
            draft.action_publish()
        self.assertIn("“First payment” cannot be taken out", draft.faults)

    def test_going_back_keeps_what_a_program_has_come_to_read(self):
        """A release that reads a new threshold does not stop the way back."""
        old = self.versions._publish(
            self.company,
            tiny_pack(
                thresholds=json.loads(self.version.pack)["thresholds"][:1],
                rules=json.loads(self.version.pack)["rules"][:1],
            ),
            {},
            "Small",
        )
        self.versions._publish(self.company, tiny_pack(), {}, "Full")
        self.let_a_program_read("first_payment_min")
        action = old.with_user(self.admin).action_roll_back()
        back = self.drafts.with_user(self.admin).browse(action["res_id"])
        back.action_publish()
        compiled = self.company.aftersales_version_id._get_compiled()
        self.assertIn("first_payment_min", compiled.thresholds)
        self.assertEqual(self.labels(), {"hold_overdue": "Overdue debt"})

    # ---------------------------------------------------------------- doors

    def test_only_administrators_of_the_rules_write(self):
        draft = self.new_draft()
        for role in ("reader", "controller", "system", "accountant"):
            user = self.users[role]
            with self.subTest(role=role):
                with self.assertRaises(AccessError):
                    self.new_draft(user)
                for name in ("check", "publish", "approve", "discard", "take_up"):
                    with self.assertRaises(AccessError):
                        getattr(draft.with_user(user), f"action_{name}")()
        with self.assertRaises(AccessError):
            self.version.with_user(self.users["reader"]).action_roll_back()

    def test_nobody_writes_what_follows(self):
        draft = self.new_draft()
        for vals in (
            {"state": "published"},
            {"content": "{}"},
            {"approved_by_id": self.other.id},
            {"writer_ids": [(5, 0, 0)]},
            {"company_id": self.env.company.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                draft.write(vals)
        with self.assertRaises(AccessError):
            self.new_draft(content="{}")
        forged = self.drafts.with_user(self.admin).with_context(
            default_content="{}", default_state="published"
        )
        made = forged.with_company(self.company).create({})
        self.assertEqual((made.state, made.content), ("draft", self.version.pack))

    def test_a_draft_of_another_company_is_neither_seen_nor_made(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.new_draft(company_id=other.id)

    # ----------------------------------------------------------- thresholds

    def threshold(self, name="overdue_days_max"):
        return (
            self.env["aftersales.threshold"]
            .with_user(self.admin)
            .search([("company_id", "=", self.company.id), ("name", "=", name)])
        )

    def test_a_threshold_takes_the_way_of_every_change(self):
        """Its draft tells who changed it, and when."""
        self.threshold().value = "9"
        version = self.company.aftersales_version_id
        draft = self.drafts.search([("version_id", "=", version.id)])
        self.assertEqual(draft.author_id, self.admin)
        self.assertEqual(version._get_compiled().thresholds["overdue_days_max"], 9)

    def test_a_threshold_waits_for_the_second_person_too(self):
        """Nobody gets past the second person by another screen."""
        self.company.aftersales_second_person = True
        threshold = self.threshold()
        threshold.value = "9"
        self.assertEqual(self.company.aftersales_version_id, self.version)
        self.env.invalidate_all()
        self.assertEqual(threshold.value, "3")
        self.assertIn("second person", threshold.message_ids[0].body)
        draft = self.drafts.search([("state", "=", "waiting")])
        draft.with_user(self.other).action_approve()
        self.assertEqual(threshold.value, "9")

    def test_a_threshold_that_puts_a_rule_out_of_work_says_so(self):
        """Between 2 and a threshold of 1 there is nothing; its history tells."""
        draft = self.new_draft()

        def change(content):
            content["rules"][0]["conditions"] = [
                {
                    "fact": "overdue_days",
                    "op": "between",
                    "operand": [2, {"threshold": "overdue_days_max"}],
                }
            ]

        self.edit(draft, change)
        draft.action_publish()
        threshold = self.threshold()
        threshold.value = "1"
        self.assertEqual(threshold.value, "1")
        self.assertIn("Overdue debt", "".join(threshold.message_ids.mapped("body")))
