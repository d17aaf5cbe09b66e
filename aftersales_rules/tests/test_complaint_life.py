# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_complaint_solution import VisitCase


@tagged("post_install", "-at_install")
class TestComplaintLife(VisitCase):
    """From the call to the last return visit, each step by whom it belongs to."""

    def new_registered(self, **values):
        complaint = self.new_complaint(user_id=self.agent.id, **values)
        agent = complaint.with_user(self.agent)
        agent.action_confirm_read_back()
        agent.action_register()
        self.run_queue()
        return complaint

    def keys(self, complaint):
        return [key for key, _text in complaint._complaint_missing()]

    def settle(self, complaint, approver, **values):
        solution = self.propose(complaint, **values)
        self.accept(solution)
        with self.assertRaisesRegex(UserError, "waits for an approval"):
            solution.with_user(self.agent).action_carry_out()
        self.approve(solution, approver)
        solution.with_user(self.agent).action_carry_out()
        return solution

    def test_a_general_complaint(self):
        complaint = self.new_registered(
            name="Wrong invoice address", description="<p>Please correct it.</p>"
        )
        self.assertEqual(complaint.complaint_severity, "general")
        complaint.with_user(self.sales_manager).action_accept()
        self.assertEqual(complaint.complaint_state, "accepted")
        solution = self.settle(complaint, self.sales_manager)
        self.assertEqual(solution.approval_level, "manager")
        self.send_feedback(complaint)
        self.log(self.visit(complaint, "first"))
        self.log(self.visit(complaint, "last"))
        self.assertEqual(complaint.complaint_state, "closed")
        self.assertFalse(self.keys(complaint))
        running = complaint.complaint_clock_ids.filtered(
            lambda clock: clock.state in ("running", "paused")
        )
        self.assertFalse(running)

    def test_a_major_complaint_goes_through_the_general_manager(self):
        complaint = self.new_registered(
            complaint_compensation_asked=True, complaint_safety=True
        )
        self.assertEqual(complaint.complaint_severity, "major")
        complaint.with_user(self.gm).action_accept()
        solution = self.settle(complaint, self.gm, compensation_amount=1800)
        self.assertEqual(solution.approval_level, "general_manager")
        self.assertEqual(solution.approval_ids.decided_by_id, self.gm)
        self.send_feedback(complaint)
        following = self.log(self.visit(complaint, "first"), "no", "Broke again")
        self.run_queue()
        self.assertEqual(following.sudo().complaint_severity, "major")
        self.assertEqual(following.sudo().complaint_round, 2)
        self.assertTrue(following.sudo().complaint_clock_ids)
        self.assertEqual(complaint.complaint_state, "reissued")
