# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestGateMode(AftersalesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("observe")

    def open_gates(self, user=None):
        gates = self.env["aftersales.gate.mode"].with_user(user or self.admin)
        return gates.search(gates.action_open()["domain"])

    def get_gate(self, name, user=None):
        return self.open_gates(user).filtered(lambda gate: gate.decision == name)

    def test_a_rules_administrator_switches_a_gate_without_system_rights(self):
        """Who tunes the rules need not be the administrator of Odoo (U9)."""
        self.assertFalse(self.admin.has_group("base.group_system"))
        self.get_gate("credit_hold").mode = "enforce"
        self.assertEqual(self.company._aftersales_mode("credit_hold"), "enforce")
        self.assertEqual(self.company._aftersales_mode("shipping_day"), "observe")
        version = self.company.aftersales_version_id
        self.assertEqual(version.note, "Gate “Credit hold”: Observe → Enforce")
        self.assertEqual(version.published_by_id, self.admin)

    def test_every_mode_of_the_company_has_a_row(self):
        modes = {name for name in self.company._fields if "aftersales_mode_" in name}
        rows = {f"aftersales_mode_{gate.decision}" for gate in self.open_gates()}
        self.assertEqual(rows, modes)

    def test_a_row_says_what_the_gate_would_have_held(self):
        """Before a gate is enforced, its effect is there to be seen (R7)."""
        before = self.get_gate("credit_hold")
        self.new_confirmed(100)
        self.new_confirmed(90000)
        after = self.get_gate("credit_hold")
        self.assertEqual(after.judged_count - before.judged_count, 2)
        self.assertEqual(after.held_count - before.held_count, 1)
        found = self.env["aftersales.decision"].search(
            after.action_open_decisions()["domain"]
        )
        self.assertEqual(len(found), after.judged_count)

    def test_nobody_else_switches_a_gate(self):
        row = self.get_gate("credit_hold")
        for user in (self.salesperson, self.controller, self.warehouse_user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["aftersales.gate.mode"].with_user(user).action_open()
            with self.subTest(user.login), self.assertRaises(AccessError):
                row.with_user(user).write({"mode": "off"})
        self.assertEqual(self.company._aftersales_mode("credit_hold"), "observe")

    def test_a_row_cannot_be_pointed_at_another_company_or_gate(self):
        row = self.get_gate("credit_hold")
        other = self.env["res.company"].create({"name": "Other Factory"})
        with self.assertRaises(AccessError):
            row.write({"company_id": other.id, "mode": "enforce"})
        with self.assertRaises(AccessError):
            row.write({"decision": "shipping_day"})
        with self.assertRaises(AccessError):
            row.create(
                {"company_id": other.id, "decision": "credit_hold", "mode": "off"}
            )
        self.assertEqual(other._aftersales_mode("credit_hold"), "observe")

    def test_gates_of_a_company_that_is_not_ones_own_stay(self):
        row = self.get_gate("credit_hold")
        other = self.env["res.company"].create({"name": "Other Factory"})
        row.sudo().flush_recordset()
        self.env.cr.execute(
            "UPDATE aftersales_gate_mode SET company_id = %s WHERE id = %s",
            [other.id, row.id],
        )
        row.invalidate_recordset()
        with self.assertRaises(AccessError):
            row.mode = "enforce"
        self.assertEqual(other._aftersales_mode("credit_hold"), "observe")
