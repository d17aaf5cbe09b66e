# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import io
from datetime import date

import openpyxl

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_complaint import ComplaintCase


@tagged("post_install", "-at_install")
class TestRegister(ComplaintCase):
    """The register as a list and as a spreadsheet (C1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.export = cls.env.ref("base.group_allow_export")
        cls.marketing.group_ids = [Command.link(cls.export.id)]
        cls.complaint = cls.new_complaint(
            complaint_channel="letter",
            name="=cmd|' /C calc'!A0",
            complaint_contact_name="Ms Pane",
            complaint_plate="B-GW 77",
            aftersales_product_id=cls.goods.id,
        )
        cls.complaint.action_register()
        cls.unregistered = cls.new_complaint(complaint_channel="letter")

    def rows(self, **values):
        wizard = (
            self.env["aftersales.complaint.register"]
            .with_user(self.marketing)
            .create(values)
        )
        action = wizard.action_export()
        self.assertIn(f"/{wizard.id}/file", action["url"])
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.file)))
        return list(book.active.iter_rows())

    def test_a_line_for_each_registered_complaint(self):
        rows = self.rows()
        titles = [cell.value for cell in rows[0]]
        lines = [dict(zip(titles, row, strict=True)) for row in rows[1:]]
        numbers = [line["Complaint Number"].value for line in lines]
        self.assertIn(self.complaint.complaint_number, numbers)
        self.assertEqual(len(numbers), len(set(numbers)))
        line = lines[numbers.index(self.complaint.complaint_number)]
        self.assertEqual(line["Came by"].value, "Letter")
        self.assertEqual(line["Contact Person"].value, "Ms Pane")
        self.assertEqual(line["About"].value, f"{self.goods.display_name} · B-GW 77")
        self.assertEqual(line["Step"].value, "Forwarded")
        self.assertEqual(
            line["Registered"].value.date(), self.company._aftersales_now().date()
        )

    def test_what_customers_write_is_no_formula(self):
        cells = [cell for row in self.rows() for cell in row]
        risky = [cell for cell in cells if str(cell.value).startswith("=cmd")]
        self.assertTrue(risky)
        self.assertEqual({cell.data_type for cell in risky}, {"s"})

    def test_period_and_open_only(self):
        with self.assertRaisesRegex(UserError, "No complaint"):
            self.rows(date_from=date(2020, 1, 1), date_to=date(2020, 12, 31))
        with self.assertRaisesRegex(UserError, "before it starts"):
            self.rows(date_from=date(2020, 1, 2), date_to=date(2020, 1, 1))
        before = len(self.rows(is_open_only=True))
        self.complaint._complaint_set_state("refused")
        with self.subTest("ended ones are left out"):
            if before == 2:
                with self.assertRaisesRegex(UserError, "No complaint"):
                    self.rows(is_open_only=True)
            else:
                self.assertEqual(len(self.rows(is_open_only=True)), before - 1)

    def test_export_is_a_right_of_its_own(self):
        wizard = self.env["aftersales.complaint.register"]
        self.agent.group_ids = [Command.unlink(self.export.id)]
        self.assertFalse(self.agent.has_group("base.group_allow_export"))
        with self.assertRaisesRegex(AccessError, "Export"):
            wizard.with_user(self.agent).create({}).action_export()
        with self.assertRaises(AccessError):
            wizard.with_user(self.technician).create({})

    def test_the_list_shows_what_was_registered(self):
        action = self.env.ref("aftersales_rules.helpdesk_ticket_register_action")
        found = (
            self.env["helpdesk.ticket"]
            .with_user(self.marketing)
            .search([("complaint_number", "!=", False)])
        )
        self.assertEqual(action.domain, "[('complaint_number', '!=', False)]")
        self.assertIn(self.complaint, found)
        self.assertNotIn(self.unregistered, found)
