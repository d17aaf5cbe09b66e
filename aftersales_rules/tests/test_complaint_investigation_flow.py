# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tests import tagged

from .common_investigation import InvestigationCase


@tagged("post_install", "-at_install")
class TestInvestigationFlow(InvestigationCase):
    """All rules of complaints together, from the register to the recall (C2–C11)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode(
            "enforce",
            *(
                name
                for name in cls.all_gates()
                if name.startswith(("complaint", "investigation", "solution"))
            ),
        )

    def test_quality_complaint_from_register_to_recall(self):
        self.put(5)
        self.deliver(2)
        complaint = self.new_complaint(
            name="Panes cracked",
            description="<p>Product quality: the panes are cracked.</p>",
            aftersales_product_id=self.pane.id,
            aftersales_lot_id=self.lot.id,
        ).with_user(self.agent)
        complaint.action_confirm_read_back()
        complaint.action_register()
        self.run_queue()
        self.assertEqual(complaint.complaint_quality_related, "yes")
        self.assertFalse(complaint.complaint_inquiry_ids, "not accepted yet")
        complaint.with_user(self.sales_manager).action_accept()
        self.run_queue()
        inspection = self.asked(complaint, "inspection")
        self.assertEqual(inspection.department_id, self.departments["quality"])
        self.assertEqual(complaint.complaint_state, "investigation")
        self.answer(inspection, "yes")
        self.assertEqual(complaint.complaint_step, "recall")
        self.assertEqual(len(self.asked(complaint, "cause")), 2)
        wizard = complaint.action_complaint_next_step()
        self.env[wizard["res_model"]].with_user(self.agent).browse(
            wizard["res_id"]
        ).action_recall()
        self.run_queue()
        self.assertEqual(complaint.complaint_recall_ids.quantity, 2)
        self.assertEqual(complaint.complaint_step, "settle")
        action = complaint.action_complaint_next_step()
        self.assertEqual(action["res_model"], "aftersales.complaint.solution")

    def test_clocks_wait_while_photos_are_awaited(self):
        complaint = self.new_accepted()
        complaint.with_user(self.agent).action_complaint_ask_photos()
        self.assertTrue(complaint.complaint_waiting_at)
        self.assertIn("Photos", complaint.complaint_waiting_for)
        self.assertLessEqual(complaint.complaint_waiting_at, fields.Datetime.now())
        complaint.complaint_photo_request_ids.with_user(self.agent).action_withdraw()
        self.assertFalse(complaint.complaint_waiting_at)
