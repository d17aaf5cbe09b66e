# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_complaint_solution import VisitCase


@tagged("post_install", "-at_install")
class TestComplaintReissue(VisitCase):
    """A dissatisfied customer's complaint starts again, linked, once (C13)."""

    def test_dissatisfied_starts_again_as_the_next_round(self):
        order = self.new_confirmed(100.0, partner=self.customer)
        complaint = self.new_accepted(
            aftersales_order_id=order.id,
            aftersales_product_id=self.goods.id,
            complaint_safety=True,
            complaint_contact_name="Ms Li",
        )
        complaint.message_subscribe(self.customer.ids)
        self.new_settled(complaint)
        self.send_feedback(complaint)
        first = self.visit(complaint, "first")
        following = self.log(first, "no", "The second pane is loose")
        self.assertRecordValues(
            following,
            [
                {
                    "is_complaint": True,
                    "complaint_round": 2,
                    "complaint_origin_id": complaint.id,
                    "partner_id": self.customer.id,
                    "aftersales_order_id": order.id,
                    "aftersales_product_id": self.goods.id,
                    "complaint_safety": True,
                    "complaint_contact_name": "Ms Li",
                    "complaint_channel": "phone",
                    "name": complaint.name,
                }
            ],
        )
        self.assertIn("second pane is loose", following.description)
        self.assertIn("Three panes broke", following.description)
        self.assertEqual(
            following.complaint_received_at, complaint.complaint_satisfied_at
        )
        self.assertIn(following.complaint_state, ("registered", "forwarded"))
        self.assertNotEqual(following.complaint_number, complaint.complaint_number)
        self.assertEqual(following.complaint_registered_by_id, self.agent)
        self.assertIn(self.customer, following.message_partner_ids)
        self.assertFalse(following.complaint_solution_ids)
        self.assertEqual(complaint.complaint_state, "reissued")
        self.assertTrue(complaint.stage_id.closed)
        self.assertEqual(
            complaint.complaint_visit_ids.mapped("state"), ["done", "cancelled"]
        )
        self.assertFalse(complaint.complaint_visit_ids.activity_ids)

    def test_reissued_once(self):
        complaint = self.new_fed_back()
        following = self.log(self.visit(complaint, "first"), "no", "Still loose")
        self.assertEqual(complaint._complaint_reissue("again"), following)
        self.assertEqual(complaint.complaint_next_ids, following)
        with self.assertRaisesRegex(UserError, "still being dealt with"):
            complaint.with_user(self.agent).action_reissue_complaint()

    def test_dissatisfied_already_when_asked_for_the_feedback(self):
        complaint = self.new_settled()
        with self.assertRaisesRegex(UserError, "Write what"):
            self.send_feedback(complaint, is_satisfied="no")
        action = self.send_feedback(
            complaint, is_satisfied="no", reason="Two panes are missing"
        )
        following = self.env["helpdesk.ticket"].browse(action["res_id"])
        self.assertEqual(following.complaint_origin_id, complaint)
        self.assertFalse(complaint.complaint_feedback_at)
        self.assertFalse(complaint.complaint_visit_ids)

    def test_a_closed_complaint_is_reissued_as_well(self):
        complaint = self.new_fed_back()
        self.log(self.visit(complaint, "first"))
        self.log(self.visit(complaint, "last"))
        action = complaint.with_user(self.agent).action_reissue_complaint()
        self.assertEqual(action["context"]["default_is_satisfied"], "no")
        wizard = (
            self.env["aftersales.complaint.feedback"]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({"reason": "Broke again"})
        )
        wizard.action_send()
        self.assertEqual(complaint.complaint_state, "reissued")
        self.assertEqual(complaint.complaint_next_ids.complaint_round, 2)

    def test_third_round(self):
        complaint = self.new_fed_back()
        second = self.log(self.visit(complaint, "first"), "no", "Loose")
        second.sudo().complaint_state = "accepted"
        self.new_settled(second)
        third_action = self.send_feedback(second, is_satisfied="no", reason="Loose")
        third = self.env["helpdesk.ticket"].browse(third_action["res_id"])
        self.assertEqual(third.complaint_round, 3)
        self.assertEqual(third.complaint_origin_id.complaint_origin_id, complaint)

    def test_events_happen_in_the_order_of_the_procedure(self):
        """Clocks and others hang on these events."""
        happened = []
        mixin = type(self.env["helpdesk.ticket"])
        original = mixin._complaint_happened

        def listen(complaints, event, at=None):
            happened.append(event)
            return original(complaints, event, at=at)

        self.patch(mixin, "_complaint_happened", listen)
        complaint = self.new_fed_back()
        self.log(self.visit(complaint, "first"))
        self.log(self.visit(complaint, "last"))
        procedure = [
            each
            for each in happened
            if each
            in (
                "proposed",
                "agreed",
                "approval_asked",
                "approved",
                "carried_out",
                "feedback_sent",
                "return_visit",
                "closed",
            )
        ]
        self.assertEqual(
            procedure,
            [
                "proposed",
                "agreed",
                "approval_asked",
                "approved",
                "carried_out",
                "feedback_sent",
                "return_visit",
                "return_visit",
                "closed",
            ],
        )
        self.assertLessEqual(complaint.complaint_feedback_at, datetime.now())
