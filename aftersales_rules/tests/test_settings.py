# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..models import res_config_settings
from ..rules import EngineStatus
from .common_rules import RulesCase

GATES = ("credit_hold", "shipment_release", "shipping_day")


@tagged("post_install", "-at_install")
class TestSettings(RulesCase):
    def test_a_new_company_only_observes(self):
        """A fresh install changes no behaviour (R7)."""
        for gate in GATES:
            self.assertEqual(self.company._aftersales_mode(gate), "observe")

    def test_what_is_no_gate_is_observed(self):
        self.assertEqual(self.company._aftersales_mode("customer_tier"), "observe")

    def test_mode_costs_no_query_when_the_company_is_read(self):
        self.company._aftersales_mode("credit_hold")
        for user in (self.users["employee"], self.users["portal"]):
            with self.assertQueryCount(0):
                self.company.with_user(user)._aftersales_mode("credit_hold")

    def test_switching_a_gate_is_kept_with_the_versions(self):
        """Who switched what, in a record that nobody can change (R10)."""
        system = self.users["system"]
        company = self.company.with_user(system)
        company.write(
            {
                "aftersales_mode_credit_hold": "enforce",
                "aftersales_mode_shipping_day": "observe",
            }
        )
        version = self.company.aftersales_version_id
        self.assertRecordValues(
            version,
            [
                {
                    "number": 3,
                    "note": "Gate “Credit hold”: Observe → Enforce",
                    "published_by_id": system.id,
                    "version_hash": self.version.version_hash,
                }
            ],
        )
        self.assertEqual(self.company._aftersales_mode("credit_hold"), "enforce")
        self.company.aftersales_mode_credit_hold = "enforce"
        self.company.name = "New name"
        self.assertEqual(self.company.aftersales_version_id, version)

    def test_settings_page(self):
        system = self.users["system"]
        system.group_ids |= self.env.ref("aftersales_rules.group_rules_admin")
        with Form(self.env["res.config.settings"].with_user(system)) as settings:
            self.assertEqual(settings.aftersales_mode_shipment_release, "observe")
            self.assertEqual(settings.aftersales_version_id, self.version)
            settings.aftersales_mode_shipment_release = "off"
        settings.save().execute()
        self.assertEqual(self.company._aftersales_mode("shipment_release"), "off")
        self.assertEqual(self.company._aftersales_mode("credit_hold"), "observe")

    def test_settings_are_for_administrators(self):
        for role in ("reader", "salesman", "controller", "admin", "portal"):
            with self.subTest(role):
                user = self.users[role]
                with self.assertRaises(AccessError):
                    self.env["res.config.settings"].with_user(user).create({})
                with self.assertRaises(AccessError):
                    self.company.with_user(user).write(
                        {"aftersales_mode_credit_hold": "off"}
                    )

    def test_the_engine_in_use_is_named(self):
        rows = [
            (EngineStatus("durable_rules", ""), "durable-rules decides."),
            (
                EngineStatus("plain", "No module named 'durable'"),
                "The built-in evaluator decides, with the same answers, because "
                "durable-rules cannot be used on this server: "
                "No module named 'durable'",
            ),
        ]
        for status, text in rows:
            with (
                self.subTest(status.name),
                patch.object(res_config_settings, "engine_status", lambda s=status: s),
            ):
                settings = self.env["res.config.settings"].create({})
                self.assertEqual(settings.aftersales_engine, text)
