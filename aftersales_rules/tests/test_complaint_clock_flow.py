# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import tagged

from .common_complaint_handling import NOON, HandlingCase

MINUTES = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestClockFlow(HandlingCase):
    """The procedure as people go through it, with all rules in force (C1–C8)."""

    def clock(self, complaint, kind):
        return complaint.complaint_clock_ids.filtered(lambda c: c.kind == kind)

    def states(self, complaint):
        return {clock.kind: clock.state for clock in complaint.complaint_clock_ids}

    def test_a_general_complaint(self):
        complaint = self.new_complaint()
        self.assertEqual(self.states(complaint), {"registration": "running"})
        self.set_clock(NOON + 10 * MINUTES)
        self.register(complaint)
        # the rules forward it, and somebody has it
        self.assertEqual(
            self.states(complaint),
            {
                "registration": "done",
                "forwarding": "done",
                "first_contact": "running",
                "report": "running",
            },
        )
        contact = self.clock(complaint, "first_contact")
        self.assertEqual(contact.user_id, complaint.user_id)
        self.assertEqual(contact.department_id, complaint.complaint_department_id)
        self.assertEqual(contact.due_at, NOON + 130 * MINUTES)
        self.set_clock(NOON + 60 * MINUTES)
        complaint.with_user(self.agent)._complaint_log_contact("call", False, True, "x")
        self.assertEqual(contact.state, "done")
        complaint.with_user(self.sales_manager).action_accept()
        self.assertEqual(self.clock(complaint, "solution").state, "running")

    def test_a_major_one_waits_for_the_general_manager(self):
        complaint = self.new_complaint(complaint_safety=True)
        handover = self.clock(complaint, "major_handover")
        self.assertEqual(handover.state, "running")
        self.assertEqual(handover.due_at, NOON + 30 * MINUTES)
        self.assertEqual(handover.user_id, self.gm)
        alert = complaint.complaint_alert_ids.filtered(
            lambda alert: alert.kind == "management"
        )
        self.assertEqual(alert.due_at, handover.due_at, "one time for both")
        self.register(complaint)
        self.assertEqual(handover.state, "running", "told is not acknowledged")
        self.set_clock(NOON + 40 * MINUTES)
        complaint.with_user(self.gm).action_acknowledge()
        self.assertEqual((handover.state, handover.late_minutes), ("late", 10))
        self.assertEqual(handover.done_by_id, self.gm)

    def test_an_acknowledgement_of_somebody_else_does_not_do(self):
        complaint = self.new_complaint(complaint_safety=True)
        complaint._complaint_happened("acknowledged")
        self.assertEqual(self.clock(complaint, "major_handover").state, "running")
