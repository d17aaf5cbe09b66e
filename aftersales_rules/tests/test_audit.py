# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import gzip
from datetime import timedelta
from decimal import Decimal

from freezegun import freeze_time
from psycopg2.errors import InsufficientPrivilege, RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.aftersales_seal import from_ranges, to_ranges
from ..rules import CREDIT_HOLD, CreditFacts
from .common_rules import TODAY, RulesCase, tiny_pack


@tagged("post_install", "-at_install")
class TestAudit(RulesCase):
    """What nobody may change shows when it was changed all the same (R10)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seals = cls.env["aftersales.seal"]
        cls.audits = cls.env["aftersales.audit"]
        cls.records = cls.judge(0) | cls.judge(4) | cls.judge(9)

    @classmethod
    def judge(cls, days):
        facts = CreditFacts.of(
            overdue_days=days, order_amount=Decimal(100), currency="USD"
        )
        decision = cls.version._get_compiled().decide(CREDIT_HOLD.name, facts, on=TODAY)
        record = cls.env["aftersales.decision"]._record(
            [
                {
                    "decision": decision,
                    "company": cls.company,
                    "event": "confirm",
                    "mode": "enforce",
                    "partner": cls.customer,
                    "result": "hold",
                }
            ]
        )
        cls.tamper(
            "UPDATE aftersales_decision SET create_date = %s WHERE id = %s",
            fields.Datetime.now() - timedelta(hours=1),
            record.id,
        )
        return record

    @classmethod
    def tamper(cls, query, *parameters):
        """What somebody does who owns the database."""
        cls.env.flush_all()
        cls.env.cr.execute("SET LOCAL session_replication_role = replica")
        cls.env.cr.execute(query, parameters)
        cls.env.cr.execute("SET LOCAL session_replication_role = origin")
        cls.env.invalidate_all()

    def seal(self):
        while self.seals._seal_batch("aftersales.decision"):
            pass
        return self.seals.search([("model", "=", "aftersales.decision")])

    def check(self):
        return self.audits._check_seals(self.seals.search([]))

    # ------------------------------------------------------- below the ORM

    def test_sql_changes_and_deletes_nothing(self):
        """The trigger stops whoever gets past the ORM."""
        table = "aftersales_decision"
        for query in (
            f"UPDATE {table} SET reason = 'x' WHERE id = %s",
            f"UPDATE {table} SET facts = '{{}}' WHERE id = %s",
            f"DELETE FROM {table} WHERE id = %s",
            "UPDATE aftersales_version SET pack = '{}' WHERE id = %s",
        ):
            with (
                self.subTest(query=query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(InsufficientPrivilege),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [self.records[0].id])
                self.env.cr.execute(query, [self.version.id])

    def test_merged_customers_and_deleted_orders_are_followed(self):
        """Odoo's own merging of contacts and deleting of documents goes on."""
        other = self.env["res.partner"].create({"name": "Other"})
        self.env.cr.execute(
            "UPDATE aftersales_decision SET partner_id = %s WHERE id = %s",
            [other.id, self.records[0].id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.records[0].partner_id, other)
        self.assertTrue(self.check().is_fine)

    def test_every_model_of_the_trail_has_its_trigger(self):
        self.env.cr.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname = 'aftersales_immutable'"
        )
        tables = {row[0] for row in self.env.cr.fetchall()}
        trail = {self.env[name]._table for name in self.seals._get_trail()}
        self.assertLessEqual(trail | {"aftersales_seal", "aftersales_audit"}, tables)

    # --------------------------------------------------------------- seals

    def test_what_has_come_to_rest_is_sealed_once(self):
        fresh = self.judge(1)
        self.tamper(
            "UPDATE aftersales_decision SET create_date = now() AT TIME ZONE 'UTC'"
            " WHERE id = %s",
            fresh.id,
        )
        seals = self.seal()
        ids = {each for seal in seals for each in from_ranges(seal.ranges)}
        self.assertLessEqual(set(self.records.ids), ids)
        self.assertNotIn(fresh.id, ids)
        self.assertEqual(sum(seals.mapped("count")), len(ids))
        self.assertFalse(self.seals._seal_batch("aftersales.decision"))

    def test_a_record_that_comes_late_is_sealed_too(self):
        """A longer transaction commits a lower number after a higher one."""
        late = self.records[1]
        covered = [each for each in self.records.ids if each != late.id]
        self.seals._insert(
            [
                {
                    "number": self.seals.search([], limit=1).number + 1,
                    "model": "aftersales.decision",
                    "columns": "decision",
                    "ranges": to_ranges(covered),
                    "first_id": covered[0],
                    "last_id": covered[-1],
                    "count": len(covered),
                    "digest": "0",
                    "sealed_at": fields.Datetime.now(),
                }
            ]
        )
        seals = self.seal()
        self.assertIn(
            late.id, {each for seal in seals[:-1] for each in from_ranges(seal.ranges)}
        )

    def test_an_untouched_trail_is_in_order(self):
        self.seal()
        audit = self.check()
        self.assertTrue(audit.is_fine, audit.findings)
        self.assertIn("in order", audit.summary)

    def test_a_changed_record_shows(self):
        self.seal()
        self.tamper(
            "UPDATE aftersales_decision SET reason = 'Paid' WHERE id = %s",
            self.records[1].id,
        )
        audit = self.check()
        self.assertFalse(audit.is_fine)
        self.assertIn("something was changed", audit.findings)
        admin = self.users["admin"].partner_id
        told = admin.activity_ids.filtered(lambda a: "differs" in a.summary)
        # of a type of ours, so that nothing of it stays when the addon goes
        self.assertEqual(
            told.activity_type_id, self.env.ref("aftersales_rules.mail_activity_audit")
        )

    def test_a_removed_record_shows(self):
        self.seal()
        gone = self.records[2].id
        self.tamper("DELETE FROM aftersales_decision WHERE id = %s", gone)
        self.assertIn(f"{gone} are gone", self.check().findings)

    def test_a_record_put_in_between_shows(self):
        """Copied under an old number, long after the seal."""
        gap = self.env["aftersales.decision"].search([], order="id", limit=1).id - 1
        self.seal()
        self.tamper(
            "UPDATE aftersales_decision SET id = %s WHERE id = %s",
            -abs(gap),
            self.judge(3).id,
        )
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            self.assertIn("were added", self.check().findings)

    def test_a_rewritten_seal_shows_in_the_next_one(self):
        self.seal()
        self.judge(5)
        self.seal()
        seal = self.seals.search([("model", "=", "aftersales.decision")])[1]
        self.tamper(
            "UPDATE aftersales_seal SET digest = %s WHERE id = %s", "f" * 64, seal.id
        )
        self.assertIn("does not follow", self.check().findings)

    def test_seals_cannot_be_taken_away_from_the_end(self):
        self.seal()
        self.assertTrue(self.check().is_fine)
        last = self.seals.search([], limit=1)
        number = last.number
        self.tamper("DELETE FROM aftersales_seal WHERE id = %s", last.id)
        self.assertIn(f"Seal {number} is not", self.check().findings)

    def test_records_that_change_places_show(self):
        """What one decision said stands under another's number, and the other way."""
        self.seal()
        one, other = self.records[:2].ids
        for before, after in ((one, -1), (other, one), (-1, other)):
            self.tamper(
                "UPDATE aftersales_decision SET id = %s WHERE id = %s", after, before
            )
        self.assertIn("something was changed", self.check().findings)

    def test_nothing_of_a_seal_changes(self):
        """Not what it covers, not when it was made, not into something unreadable."""
        self.seal()
        seal = self.seals.search([("model", "=", "aftersales.decision")], limit=1)
        for column, value in (
            ("sealed_at", "2020-01-01"),
            ("count", seal.count + 1),
            ("first_id", seal.first_id - 1),
            ("last_id", seal.last_id + 1000),
            ("columns", "decision"),
            ("columns", "x"),
            ("columns", ""),
            ("model", "aftersales.release"),
            ("model", "res.users"),
            ("model", "no.model"),
            ("ranges", str(seal.first_id)),
            ("ranges", "x"),
            ("ranges", ""),
            ("ranges", "1-99999999999999"),
            ("number", seal.number + 5),
            ("previous_digest", "0"),
            ("digest", "0"),
        ):
            with self.subTest(column=column, value=value):
                self.env.cr.execute("SAVEPOINT tampered")
                self.tamper(
                    f"UPDATE aftersales_seal SET {column} = %s WHERE id = %s",
                    value,
                    seal.id,
                )
                self.assertFalse(self.check().is_fine)
                self.env.cr.execute("ROLLBACK TO SAVEPOINT tampered")
                self.env.invalidate_all()

    def test_a_guard_that_is_taken_away_shows(self):
        """Who owns the database can switch triggers off; the night tells."""
        table = "aftersales_decision"
        for query in (
            f"ALTER TABLE {table} DISABLE TRIGGER aftersales_immutable",
            f"DROP TRIGGER aftersales_immutable ON {table}",
            f"DROP TRIGGER aftersales_immutable_all ON {table}",
        ):
            with self.subTest(query=query):
                self.env.cr.execute("SAVEPOINT guarded")
                self.env.cr.execute(query)
                self.assertIn("aftersales_decision", self.check().findings)
                self.env.cr.execute("ROLLBACK TO SAVEPOINT guarded")

    def test_a_column_that_an_addon_took_along_is_no_tampering(self):
        """Fields of others on our records are not sealed, and may go."""
        columns = self.seals._get_columns("aftersales.decision")
        self.assertIn("payload", columns)
        self.assertIn("create_date", columns)
        field = self.env["aftersales.decision"]._fields["event"]
        self.patch(field, "_modules", ("another_addon",))
        self.assertNotIn("event", self.seals._get_columns("aftersales.decision"))

    def test_ranges(self):
        for ids in ([], [1], [1, 2, 3], [1, 3, 4, 5, 9]):
            text = to_ranges(ids)
            self.assertEqual(from_ranges(text) if text else [], ids)

    # -------------------------------------------------------------- replay

    def test_decisions_repeat_to_the_same_bytes(self):
        audit = self.audits._repeat(self.records)
        self.assertTrue(audit.is_fine)
        self.assertEqual(audit.checked, 3)
        self.tamper(
            "UPDATE aftersales_decision SET payload = replace(payload, '9', '8')"
            " WHERE id = %s",
            self.records[2].id,
        )
        self.assertFalse(self.audits._repeat(self.records).is_fine)

    def test_a_decision_that_cannot_be_read_any_more_shows(self):
        for value in ("x", "{}", "[]", '{"decision": 1}'):
            with self.subTest(value=value):
                self.tamper(
                    "UPDATE aftersales_decision SET payload = %s WHERE id = %s",
                    value,
                    self.records[2].id,
                )
                self.assertFalse(self.audits._repeat(self.records).is_fine)

    def test_findings_name_nobody(self):
        """The trail of all companies is read by administrators of each."""
        self.tamper(
            "UPDATE aftersales_decision SET payload = replace(payload, '9', '8')"
            " WHERE id = %s",
            self.records[2].id,
        )
        findings = self.audits._repeat(self.records).findings
        self.assertNotIn(self.customer.name, findings)
        self.assertIn(str(self.records[2].id), findings)

    def test_all_seals_are_checked_where_none_was_chosen(self):
        self.seal()
        seals = self.seals.with_user(self.users["admin"])
        message = seals.action_verify()["params"]["message"]
        self.assertIn(f"{len(seals.search([]))} seals", message)

    # ------------------------------------------------------------- archive

    def test_old_decisions_go_to_a_file_and_the_seal_still_holds(self):
        self.company.aftersales_keep_months = 12
        for record in self.records[:2]:
            self.tamper(
                "UPDATE aftersales_decision SET create_date ="
                " create_date - interval '2 years' WHERE id = %s",
                record.id,
            )
        self.seal()
        self.run_cron("ir_cron_archive")
        self.assertEqual(self.records.exists(), self.records[2])
        archive = self.env["aftersales.archive"].search([])
        self.assertEqual(sum(archive.mapped("count")), 2)
        audit = self.check()
        self.assertTrue(audit.is_fine, audit.findings)

    def test_without_the_setting_everything_stays(self):
        self.tamper(
            "UPDATE aftersales_decision SET create_date ="
            " create_date - interval '9 years'"
        )
        self.seal()
        self.run_cron("ir_cron_archive")
        self.assertEqual(self.records.exists(), self.records)

    def archive(self, *records):
        self.company.aftersales_keep_months = 12
        for record in records or self.records:
            self.tamper(
                "UPDATE aftersales_decision SET create_date ="
                " create_date - interval '2 years' WHERE id = %s",
                record.id,
            )
        self.seal()
        self.run_cron("ir_cron_archive")
        return self.env["aftersales.archive"].search([], limit=1)

    def test_archiving_twice_is_archiving_once(self):
        archive = self.archive()
        self.run_cron("ir_cron_archive")
        self.assertEqual(self.env["aftersales.archive"].search([]), archive)

    def test_decisions_in_use_stay(self):
        """What a trial run, a hold or another record points at is not archived."""
        draft = self.env["aftersales.draft"].with_company(self.company).create({})
        self.env["aftersales.trial"].create(
            {
                "draft_id": draft.id,
                "sample": "one",
                "decision_id": self.records[0].id,
            }
        )
        self.archive()
        self.assertEqual(self.records.exists(), self.records[0])

    def test_a_company_keeps_what_another_one_archives(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.tamper(
            "UPDATE aftersales_decision SET company_id = %s, version_id = %s"
            " WHERE id = %s",
            other.id,
            self.versions._publish(other, tiny_pack(), {}, "Tiny").id,
            self.records[0].id,
        )
        self.archive()
        self.assertEqual(self.records.exists(), self.records[0])
        self.assertTrue(self.check().is_fine)

    def test_a_file_of_the_archive_that_was_changed_shows(self):
        archive = self.archive()
        self.assertTrue(self.check().is_fine)
        content = gzip.decompress(archive.attachment_id.raw)
        for raw in (
            gzip.compress(content.replace(b"hold", b"none")),
            gzip.compress(content.splitlines()[0]),
            gzip.compress(b"x"),
            b"x",
            b"",
            archive.attachment_id.raw[:-20],
        ):
            with self.subTest(raw=raw[:20]):
                archive.attachment_id.raw = raw
                self.assertFalse(self.check().is_fine)

    def test_the_file_of_the_archive_is_not_deleted(self):
        archive = self.archive()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(RestrictViolation),
            self.env.cr.savepoint(),
        ):
            archive.attachment_id.unlink()

    def run_cron(self, name):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"aftersales_rules.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_the_night_runs_through(self):
        for name in ("ir_cron_seal", "ir_cron_audit"):
            self.run_cron(name)
        kinds = self.audits.search([], limit=2).mapped("kind")
        self.assertEqual(set(kinds), {"seals", "replay"})

    # --------------------------------------------------------------- roles

    def test_only_administrators_of_the_rules_look(self):
        self.seal()
        seals = self.seals.search([])
        seals.with_user(self.users["admin"]).action_verify()
        for role in ("reader", "system", "accountant"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                seals.with_user(self.users[role]).action_verify()
            for model in ("aftersales.seal", "aftersales.audit", "aftersales.archive"):
                self.assertFalse(
                    self.env[model].with_user(self.users[role]).has_access("read")
                )
