# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..rules import CREDIT_HOLD, CreditFacts
from .common_rules import TODAY, RulesCase


@tagged("post_install", "-at_install")
class TestTrial(RulesCase):
    """A draft is tried on what really happened, and nothing else happens (R5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["admin"]
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Dealer {number}"} for number in range(8)]
        )
        cls.records = cls.env["aftersales.decision"]
        # days overdue 0 to 7; from 4 on the rules in force hold
        for days, partner in enumerate(cls.partners):
            cls.records |= cls.judge(partner, days)
        cls.draft = (
            cls.env["aftersales.draft"]
            .with_user(cls.admin)
            .with_company(cls.company)
            .create({"note": "Later"})
        )
        cls.draft._save(
            json.loads(cls.draft.content),
            json.loads(cls.draft.threshold_values) | {"overdue_days_max": "5"},
            0,
        )

    @classmethod
    def judge(cls, partner, days):
        compiled = cls.version._get_compiled()
        facts = CreditFacts.of(
            overdue_days=days,
            order_amount=Decimal(100 * (days + 1)),
            currency="USD",
            paid_share=Decimal(1),
            has_guarantor=True,
        )
        decision = compiled.decide(CREDIT_HOLD.name, facts, on=TODAY)
        return cls.env["aftersales.decision"]._record(
            [
                {
                    "decision": decision,
                    "company": cls.company,
                    "event": "confirm",
                    "mode": "enforce",
                    "partner": partner,
                    "res_model": "res.partner",
                    "res_id": partner.id,
                    "name": partner.name,
                    "result": "hold" if decision.matched else "none",
                }
            ]
        )

    def run_trial(self, **values):
        trial = (
            self.env["aftersales.trial"]
            .with_user(self.admin)
            .create({"draft_id": self.draft.id, **values})
        )
        trial.action_start()
        self.run_cron()
        return trial

    def run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("aftersales_rules.ir_cron_run_trials").method_direct_trigger()
        self.env.invalidate_all()

    def test_it_shows_what_would_change_with_both_reasons(self):
        """Held from 4 days on, with the draft from 6: two of eight are let go."""
        trial = self.run_trial()
        self.assertRecordValues(
            trial, [{"state": "done", "total": 8, "done": 8, "changed": 2}]
        )
        self.assertRecordValues(
            trial.count_ids,
            [
                {"before_result": "hold", "after_result": "hold", "number": 2},
                {"before_result": "hold", "after_result": "none", "number": 2},
                {"before_result": "none", "after_result": "none", "number": 4},
            ],
        )
        gone = trial.count_ids.filtered("differs")
        self.assertEqual(gone.amount, 500 + 600)
        change = trial.change_ids[0]
        self.assertEqual(change.document_name, "Dealer 5")
        self.assertEqual(change.before_reason, "Overdue for 5 days.")
        self.assertEqual(change.before_answer, "Hold")
        self.assertEqual(change.after_answer, "Nothing stands against it")
        self.assertEqual(change.after_reason, "Nothing stands against it")
        self.assertIn("Overdue debt", change.before_html)
        self.assertIn("Did not match", change.after_html)

    def test_it_changes_nothing_else(self):
        """No decision, no version, no document is touched."""
        before = self.env["aftersales.decision"].search_count([])
        versions = self.versions.search_count([])
        self.run_trial()
        self.assertEqual(self.env["aftersales.decision"].search_count([]), before)
        self.assertEqual(self.versions.search_count([]), versions)
        self.assertEqual(self.company.aftersales_version_id, self.version)

    def test_only_the_last_facts_of_a_document_count(self):
        self.judge(self.partners[7], 0)
        trial = self.run_trial()
        self.assertEqual(trial.total, 8)
        self.assertNotIn("Dealer 7", trial.change_ids.mapped("document_name"))

    def test_samples(self):
        """The last ones, a period, a filter, one document."""
        today = fields.Date.context_today(self.env.user)
        cases = [
            ({"sample": "last", "sample_size": 3}, 3),
            (
                {
                    "sample": "period",
                    "date_from": today - timedelta(days=1),
                    "date_to": today + timedelta(days=1),
                },
                8,
            ),
            (
                {
                    "sample": "period",
                    "date_from": today - timedelta(days=9),
                    "date_to": today - timedelta(days=5),
                },
                0,
            ),
            ({"sample": "filter", "partner_id": self.partners[5].id}, 1),
            ({"sample": "filter", "result": "hold"}, 4),
            ({"sample": "one", "decision_id": self.records[4].id}, 1),
            ({"decision": "shipment_release"}, 0),
        ]
        for values, total in cases:
            with self.subTest(values=values):
                trial = self.run_trial(**values)
                self.assertEqual((trial.state, trial.total), ("done", total))

    def test_a_sample_that_says_nothing_is_refused(self):
        for values in (
            {"sample": "period"},
            {"sample": "one"},
            {"sample": "period", "date_from": "2026-02-01", "date_to": "2026-01-01"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.run_trial(**values)

    def test_it_goes_on_where_it_stopped_and_can_be_stopped(self):
        """Batches of the background job; a person's stop counts between two."""
        trial = self.env["aftersales.trial"].with_user(self.admin)
        trial = trial.create({"draft_id": self.draft.id})
        trial.action_start()
        job = trial.sudo()
        job._run_batch()
        self.assertEqual((job.state, job.total, job.done), ("running", 8, 0))
        trial.action_cancel()
        self.run_cron()
        self.assertEqual((trial.state, trial.done), ("cancelled", 0))
        trial.action_start()
        self.run_cron()
        self.assertEqual((trial.state, trial.done), ("done", 8))

    def test_a_trial_says_that_the_draft_has_changed_since(self):
        trial = self.run_trial()
        self.assertFalse(trial.is_outdated)
        self.draft._save(json.loads(self.draft.content), {"overdue_days_max": "6"}, 1)
        self.assertTrue(trial.is_outdated)
        self.assertEqual(trial.changed, 2)

    def test_a_draft_with_faults_is_not_tried(self):
        content = json.loads(self.draft.content)
        content["rules"][0]["conditions"][0]["fact"] = "overdu_days"
        self.draft._save(content, {}, 1)
        trial = self.env["aftersales.trial"].create({"draft_id": self.draft.id})
        with self.assertRaisesRegex(UserError, "overdue_days"):
            trial.action_start()

    def test_only_administrators_of_the_rules_try(self):
        trial = self.run_trial()
        for role in ("reader", "controller", "system"):
            user = self.users[role]
            with self.subTest(role=role):
                for name in ("start", "cancel"):
                    with self.assertRaises(AccessError):
                        getattr(trial.with_user(user), f"action_{name}")()
                with self.assertRaises(AccessError):
                    trial.with_user(user).read(["changed"])
                with self.assertRaises(AccessError):
                    trial.change_ids.with_user(user).read(["before_payload"])
        for vals in ({"state": "done"}, {"content": "{}"}, {"changed": 0}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                trial.write(vals)

    def test_its_queries_do_not_grow_with_the_sample(self):
        """One batch of eight costs as many queries as one of four."""
        counts = []
        for size in (4, 8):
            trial = self.env["aftersales.trial"].create(
                {"draft_id": self.draft.id, "sample_size": size}
            )
            trial.action_start()
            trial = trial.sudo()
            trial._run_batch()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            trial._run_batch()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)
