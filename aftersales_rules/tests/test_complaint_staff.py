# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common_complaint import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintStaff(ComplaintCase):
    """Departments are represented by people who are there (C4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.new_complaint()
        cls.today = cls.company._aftersales_now().date()

    def away(self, user, deputy, days=0):
        self.env["aftersales.absence"].create(
            {
                "user_id": user.id,
                "deputy_id": deputy.id,
                "date_from": self.today + timedelta(days=days),
                "date_to": self.today + timedelta(days=days + 1),
            }
        )

    def leader(self, kind="quality"):
        return self.complaint._get_complaint_leader(kind)

    def test_the_manager_leads(self):
        self.assertEqual(self.leader(), self.inspector)
        self.assertEqual(self.leader("management"), self.gm)

    def test_deputies_of_deputies_lead_while_people_are_away(self):
        self.away(self.inspector, self.technician)
        self.away(self.technician, self.foreman)
        self.assertEqual(self.leader(), self.foreman)
        self.away(self.foreman, self.inspector)
        self.assertEqual(self.leader(), self.inspector, "in a circle nobody gets lost")

    def test_an_absence_of_another_day_changes_nothing(self):
        self.away(self.inspector, self.technician, days=1)
        self.assertEqual(self.leader(), self.inspector)

    def test_whoever_has_left_is_represented_by_a_member(self):
        self.departments["quality"].member_ids = [Command.link(self.technician.id)]
        self.inspector.active = False
        self.assertEqual(self.leader(), self.technician)
        self.assertEqual(
            self.complaint._get_complaint_staff("quality"), self.technician
        )

    def test_staff_is_everybody_leader_first_each_once(self):
        department = self.departments["quality"]
        department.member_ids = [
            Command.set((self.foreman | self.technician | self.inspector).ids)
        ]
        self.away(self.foreman, self.technician)
        staff = self.complaint._get_complaint_staff("quality")
        self.assertEqual(staff[0], self.inspector)
        self.assertEqual(sorted(staff.ids), sorted((staff[0] | self.technician).ids))

    def test_department_of_the_office_of_the_customer(self):
        office = self.env["aftersales.office"].create({"name": "North"})
        self.departments["quality"].copy(
            {"office_id": office.id, "manager_id": self.foreman.id}
        )
        self.complaint.complaint_office_id = office
        self.assertEqual(self.leader(), self.foreman)

    def test_nobody_where_no_department_is_set_up(self):
        self.assertFalse(self.leader("finance"))
        self.assertFalse(self.complaint._get_complaint_staff("finance"))

    def test_people_without_rights_on_departments_are_answered(self):
        """Whoever reports a delivery problem needs the right person all the same."""
        complaint = self.complaint.with_user(self.warehouse_user)
        self.assertEqual(complaint._get_complaint_leader("quality"), self.inspector)
        self.assertEqual(complaint._get_complaint_leader("quality").env.su, False)
