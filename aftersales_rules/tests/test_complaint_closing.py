# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_complaint_solution import SolutionCase


@tagged("post_install", "-at_install")
class TestComplaintClosing(SolutionCase):
    """Closed when the procedure is complete, else with what is missing (C13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        cls.progress = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_in_progress")

    def new_complete(self):
        complaint = self.new_settled()
        agent = complaint.with_user(self.agent)
        agent._complaint_send_feedback("Done", "phone")
        complaint.complaint_visit_ids.filtered(lambda v: v.kind == "first").with_user(
            self.agent
        )._log("yes", "5", "phone")
        # written behind the back of the procedure, which would close it now
        complaint.complaint_visit_ids.filtered(lambda v: v.kind == "last").write(
            {"state": "done", "is_satisfied": "yes"}
        )
        return complaint

    def test_everything_missing_is_listed_at_once(self):
        complaint = self.new_accepted()
        with self.assertRaises(UserError) as caught:
            complaint.with_user(self.agent).action_close_complaint()
        text = str(caught.exception)
        self.assertIn("No solution was agreed and carried out", text)
        self.assertIn("not fed back to marketing", text)
        self.assertEqual(complaint.complaint_state, "accepted")
        html = str(complaint.with_user(self.agent).complaint_missing_html)
        self.assertIn("not fed back to marketing", html)

    def test_each_step_that_is_missing(self):
        complaint = self.new_accepted()

        def keys():
            return [key for key, _text in complaint._complaint_missing()]

        def text_of(key):
            return dict(complaint._complaint_missing())[key]

        self.assertIn("solution", keys())
        solution = self.propose(complaint)
        self.assertIn("has not accepted", text_of("solution"))
        self.accept(solution)
        self.approve(solution)
        self.assertIn("not carried out", text_of("solution"))
        solution.with_user(self.agent).action_carry_out()
        self.assertNotIn("solution", keys())
        self.assertIn("feedback", keys())
        complaint.with_user(self.agent)._complaint_send_feedback("Done", "phone")
        self.assertNotIn("feedback", keys())
        self.assertEqual(keys().count("visit"), 2)
        complaint.complaint_satisfied = "no"
        self.assertIn("satisfied", keys())

    def test_complete_closes_and_takes_the_stage_along(self):
        complaint = self.new_complete()
        complaint.with_user(self.agent).action_close_complaint()
        self.assertEqual(complaint.complaint_state, "closed")
        self.assertEqual(complaint.stage_id, self.done)
        self.assertTrue(complaint.complaint_closed_at)
        with self.assertRaisesRegex(UserError, "closed already"):
            complaint.with_user(self.agent).action_close_complaint()

    def test_dragging_the_ticket_to_a_closed_stage_is_the_same(self):
        complaint = self.new_accepted()
        with self.assertRaisesRegex(UserError, "not complete"):
            complaint.with_user(self.agent).stage_id = self.done
        self.assertFalse(complaint.stage_id.closed)
        complete = self.new_complete()
        complete.with_user(self.agent).stage_id = self.done
        self.assertEqual(complete.complaint_state, "closed")
        with self.assertRaisesRegex(UserError, "not complete"):
            (complaint | self.new_ticket()).sudo().write({"stage_id": self.done.id})

    def test_helpdesk_staff_of_others_close_none(self):
        complaint = self.new_complete()
        helpdesk = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_user")
        with self.assertRaises(AccessError):
            complaint.with_user(helpdesk).stage_id = self.done
        with self.assertRaises(AccessError):
            complaint.with_user(helpdesk).action_close_complaint()

    def test_other_tickets_close_as_ever(self):
        ticket = self.new_ticket()
        helpdesk = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_user")
        ticket.with_user(helpdesk).stage_id = self.done
        self.assertEqual(ticket.stage_id, self.done)
        ticket.with_user(helpdesk).stage_id = self.progress
        with self.assertRaisesRegex(UserError, "not a complaint"):
            ticket.with_user(self.agent).action_close_complaint()

    def test_under_observe_it_warns_and_closes(self):
        self.set_mode("observe", "complaint_closing")
        complaint = self.new_accepted()
        action = complaint.with_user(self.agent).action_close_complaint()
        self.assertIn("not fed back", action["params"]["message"])
        self.assertEqual(complaint.complaint_state, "closed")
        decision = complaint.complaint_closing_decision_id
        self.assertEqual((decision.mode, decision.result), ("observe", "keep_open"))
        dragged = self.new_accepted()
        dragged.with_user(self.agent).stage_id = self.done
        self.assertEqual(dragged.complaint_state, "closed")

    def test_switched_off_it_closes(self):
        self.set_mode("off", "complaint_closing")
        complaint = self.new_accepted()
        self.assertIs(complaint.with_user(self.agent).action_close_complaint(), True)
        self.assertFalse(complaint.complaint_closing_decision_id)

    def test_a_refused_complaint_needs_nothing_more(self):
        complaint = self.new_accepted()
        complaint._complaint_set_state("refused")
        complaint.with_user(self.agent).action_close_complaint()
        self.assertEqual(complaint.complaint_state, "closed")
        self.assertIn("refused", complaint.complaint_closing_decision_id.reason_display)

    def test_reopened_by_a_manager_only(self):
        complaint = self.new_complete()
        complaint.with_user(self.agent).action_close_complaint()
        with self.assertRaisesRegex(AccessError, "complaint manager opens it again"):
            complaint.with_user(self.agent).stage_id = self.progress
        complaint.with_user(self.sales_manager).stage_id = self.progress
        self.assertEqual(complaint.complaint_state, "followup")
        self.assertFalse(complaint.complaint_closed_at)

    def test_many_are_closed_together(self):
        complaints = self.new_complete() | self.new_complete()
        complaints.with_user(self.agent).action_close_complaint()
        self.assertEqual(complaints.mapped("complaint_state"), ["closed", "closed"])
        other = self.new_complete()
        lacking = self.new_accepted()
        with self.assertRaises(UserError) as caught:
            (other | lacking).with_user(self.agent).action_close_complaint()
        self.assertIn(lacking.display_name, str(caught.exception))
        self.assertNotIn(other.display_name, str(caught.exception))
        self.assertEqual(other.complaint_state, "followup")
