# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import InsufficientPrivilege

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models import aftersales_seal
from .common_rules import RulesCase


@tagged("post_install", "-at_install")
class TestKeeper(RulesCase):
    """Who deletes what the audit trail names reads why not, and what instead (R10)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seals = cls.env["aftersales.seal"]
        cls.order = cls.env["sale.order"].create(
            {"partner_id": cls.customer.id, "company_id": cls.company.id}
        )

    def by(self, user, **item):
        """A decision that came about by what a user did."""
        values = {
            "decision": self.decide(overdue_days=5, has_guarantor=True),
            "company": self.company,
            "event": "confirm",
            "mode": "observe",
            "result": "hold",
            "partner": self.customer,
            **item,
        }
        return self.env["aftersales.decision"].with_user(user)._record([values]).sudo()

    def seal(self):
        with patch.object(aftersales_seal, "REST", timedelta(days=-1)):
            for name in self.seals._get_trail():
                while self.seals._seal_batch(name):
                    pass
        self.assertSealed()

    def assertSealed(self):
        self.env.invalidate_all()
        self.assertEqual(self.seals.search([])._find_tampering(), [])

    def assertKept(self, record, *words):
        """Neither an administrator nor the system deletes it, by whatever context."""
        for context in ({}, {"_force_unlink": True, "force_delete": True}):
            for who in (record, record.with_user(self.users["system"]).sudo()):
                with self.assertRaises(UserError) as caught:
                    who.with_context(**context).unlink()
                for word in (record.display_name, *words):
                    self.assertIn(word, str(caught.exception))
        self.assertTrue(record.exists())

    def test_who_brought_a_decision_about_is_archived(self):
        """Nothing but the author of the record names them."""
        user = new_test_user(self.env, "gone", groups="base.group_user")
        record = self.by(user)
        self.assertEqual(record.create_uid, user)
        self.seal()
        self.assertKept(user, "Decision", "Archive the user instead")
        user.active = False
        self.assertEqual(record.create_uid, user)
        self.assertFalse(record.get_explanation()["failure"])
        self.assertSealed()

    def test_who_published_rules_is_archived(self):
        user = self.users["admin"]
        self.versions.with_user(user)._publish_again(
            self.company, "Five", overdue_days_max=5
        )
        self.assertKept(user, "Published Rules", "Archive the user instead")

    def test_who_granted_or_asked_for_something_is_archived(self):
        """Records that are no trail of their own, but say who decided."""
        user = new_test_user(self.env, "granted", groups="base.group_user")
        limit = self.env["aftersales.credit.limit"].create(
            {"partner_id": self.customer.id, "amount": 5, "company_id": self.company.id}
        )
        limit.flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_credit_limit SET approved_by_id = %s WHERE id = %s",
            [user.id, limit.id],
        )
        self.assertKept(user, "Archive the user instead")

    def test_who_did_nothing_is_deleted(self):
        """Also a salesperson: that one is somebody else tomorrow."""
        user = new_test_user(self.env, "fresh", groups="base.group_user")
        self.customer.user_id = user
        self.customer.aftersales_care_user_id = user
        user.unlink()
        self.assertFalse(user.exists())

    def test_who_made_a_record_is_not_forgotten_below_the_orm_either(self):
        user = new_test_user(self.env, "sql", groups="base.group_user")
        record = self.by(user)
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(InsufficientPrivilege),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("DELETE FROM res_users WHERE id = %s", [user.id])
        self.assertEqual(record.create_uid, user)

    def test_a_company_about_which_something_was_decided_is_archived(self):
        self.by(self.env.user)
        self.assertKept(self.company, "Decision", "Archive the company instead")

    def test_a_company_with_sealed_rules_is_archived(self):
        """Its versions would go with it, and the seals would miss them."""
        company = self.env["res.company"].create({"name": "Empty"})
        self.versions._get_current(company)
        keeper = self.env["aftersales.keeper"]
        self.assertFalse(keeper._find_keepers(company)[company.id])
        self.seal()
        self.assertKept(company, "Published Rules", "Archive the company instead")
        company.active = False
        self.assertSealed()

    def test_a_customer_who_was_judged_is_archived(self):
        self.by(self.env.user)
        self.assertKept(self.customer, "Decision", "Archive the contact instead")
        other = self.env["res.partner"].create({"name": "Nobody"})
        other.unlink()
        self.assertFalse(other.exists())

    def test_a_quotation_goes_and_what_was_decided_about_it_stays(self):
        """As without the addon: only the link is emptied, which no seal covers."""
        record = self.by(self.env.user, order=self.order)
        kept = record.read(["payload", "facts", "reason", "document_name", "res_id"])
        name = record.display_name
        self.seal()
        self.order.unlink()
        self.assertFalse(self.order.exists())
        self.env.invalidate_all()
        self.assertFalse(record.order_id)
        self.assertEqual(
            record.read(["payload", "facts", "reason", "document_name", "res_id"]), kept
        )
        self.assertEqual(record.display_name, name)
        shown = record.get_explanation()
        self.assertFalse(shown["failure"] or shown["document"])
        self.assertEqual(record.action_replay()["params"]["type"], "success")
        self.assertSealed()

    def test_an_order_that_others_refer_to_stays_cancelled(self):
        """A problem of its delivery was reported, whoever deletes it past the rest."""
        kind = self.env["stock.picking.type"].search(
            [("code", "=", "outgoing"), ("company_id", "=", self.company.id)], limit=1
        )
        picking = self.env["stock.picking"].create({"picking_type_id": kind.id})
        with patch.object(
            type(picking), "_get_delivered_orders", lambda picking: self.order
        ):
            self.env["aftersales.logistics.exception"].create(
                {"picking_id": picking.id, "kind": "late"}
            )
        self.assertKept(self.order, "Leave it cancelled instead")

    def test_a_ticket_with_a_sealed_trail_is_archived(self):
        """A complaint that was not registered yet, whose deadline was told of."""
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "Broken", "description": "Broken", "company_id": self.company.id}
        )
        ticket.complaint_channel = "letter"
        ticket._complaint_make()
        clock = self.env["aftersales.clock"].search(
            [("complaint_id", "=", ticket.id)], limit=1
        ) or self.env["aftersales.clock"].create(
            {
                "complaint_id": ticket.id,
                "company_id": self.company.id,
                "kind": "registration",
                "counting": "clock_time",
                "started_at": fields.Datetime.now(),
            }
        )
        self.assertFalse(ticket.complaint_number)
        self.env["aftersales.clock.notice"]._insert(
            [
                {
                    "clock_id": clock.id,
                    "kind": "warning",
                    "user_id": self.env.uid,
                    "due_at": fields.Datetime.now(),
                    "told_at": fields.Datetime.now(),
                }
            ]
        )
        self.seal()
        self.assertKept(ticket, "Archive it instead")
        self.assertSealed()

    def test_a_plain_ticket_is_deleted(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "How?", "description": "How?", "company_id": self.company.id}
        )
        ticket.unlink()
        self.assertFalse(ticket.exists())

    def test_links_that_may_be_emptied_keep_nothing(self):
        """Copies of other fields, salespeople, carriers: they change in daily work."""
        for name in ("sale.order", "res.partner", "res.company", "helpdesk.ticket"):
            for model, field in self.env["aftersales.keeper"]._get_links(name):
                with self.subTest(field=str(field), model=model._name):
                    self.assertIn(field.ondelete, ("restrict", "cascade"))

    def test_many_kinds_are_counted(self):
        """A message that a person can read, however much there is."""
        user = self.users["admin"]
        self.by(user)
        self.versions.with_user(user)._publish_again(
            self.company, "Six", overdue_days_max=6
        )
        names = [
            f"aftersales.{each}"
            for each in ("clock", "cost", "draft", "hold", "release")
        ]
        keeper = type(self.env["aftersales.keeper"])
        with patch.object(keeper, "_find_keepers", lambda *a: {user.id: set(names)}):
            self.assertKept(user, " and 1 more")

    def test_one_look_for_many_records(self):
        """Two hundred quotations are deleted as quickly as two."""
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "order_line": [Command.clear()],
                }
            ]
            * 40
        )
        self.env.flush_all()
        keeper = self.env["aftersales.keeper"]
        counts = []
        for some in (orders[:2], orders):
            before = self.env.cr.sql_log_count
            self.assertFalse(any(keeper._find_keepers(some).values()))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)
