# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_investigation import InvestigationCase, new_photo


@tagged("post_install", "-at_install")
class TestComplaintMisuse(InvestigationCase):
    """Not the product's fault: explain, repair, train, and negotiate the cost (C14)."""

    def guide(self, complaint, **values):
        return (
            self.env["aftersales.complaint.guidance"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "kind": "explanation",
                    "notes": "Do not clean it with acid.",
                    **values,
                }
            )
        )

    def negotiate(self, complaint, user=None, **values):
        file = (
            self.env["ir.attachment"]
            .with_user(user or self.agent)
            .create({"name": "agreement.jpg", "raw": new_photo()})
        )
        wizard = (
            self.env["aftersales.complaint.negotiate"]
            .with_user(user or self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "amount": 120.0,
                    "agreed_with": "Ms Weber",
                    "document_ids": [Command.link(file.id)],
                    **values,
                }
            )
        )
        wizard.action_negotiate()

    def test_misuse_that_is_known_leads_to_guidance(self):
        self.put(5)
        complaint = self.new_accepted(complaint_misuse=True)
        self.assertEqual(complaint.complaint_step, "guide")
        self.assertFalse(complaint.complaint_inquiry_ids, "stock is not inspected")
        action = complaint.with_user(self.agent).action_complaint_next_step()
        self.assertEqual(action["res_model"], "aftersales.complaint.guidance")
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        form.notes = "Do not clean it with acid."
        guidance = form.save()
        self.assertEqual(guidance.complaint_id, complaint)
        self.assertEqual(guidance.user_id, self.agent)

    def test_ticking_misuse_asks_the_rules_again(self):
        complaint = self.new_accepted()
        complaint.with_user(self.agent).complaint_misuse = True
        self.run_queue()
        self.assertEqual(complaint.complaint_step, "guide")

    def test_training_names_the_operators_and_is_kept(self):
        guidance = self.guide(self.new_accepted(), kind="training")
        with self.assertRaisesRegex(UserError, "operators"):
            guidance.action_record()
        guidance.operators = "A. Weber, B. Kurz"
        guidance.action_record()
        self.assertEqual(guidance.recorded_by_id, self.agent)
        with self.assertRaises(UserError):
            guidance.notes = "Something else"
        with self.assertRaises(UserError):
            guidance.unlink()
        with self.assertRaises(UserError):
            guidance.sudo().unlink()

    def test_draft_may_be_thrown_away(self):
        guidance = self.guide(self.new_accepted())
        with self.assertRaises(AccessError):
            guidance.write({"state": "recorded"})
        guidance.unlink()
        self.assertFalse(guidance.exists())

    def test_who_may_record_guidance(self):
        complaint = self.new_accepted()
        for user in (self.foreman, self.salesperson):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["aftersales.complaint.guidance"].with_user(user).create(
                    {"complaint_id": complaint.id, "notes": "X"}
                )

    def test_negotiated_amount_with_the_agreement(self):
        complaint = self.new_accepted()
        self.negotiate(complaint)
        self.assertEqual(complaint.complaint_negotiated_amount, 120)
        self.assertEqual(complaint.complaint_negotiated_by_id, self.agent)
        self.assertEqual(complaint.complaint_negotiated_with, "Ms Weber")
        document = complaint.complaint_agreement_ids
        self.assertEqual(
            (document.res_model, document.res_id), (complaint._name, complaint.id)
        )
        self.negotiate(complaint, amount=100.0)
        self.assertEqual(complaint.complaint_negotiated_amount, 100)

    def test_what_cannot_be_negotiated(self):
        complaint = self.new_accepted()
        with self.assertRaisesRegex(UserError, "Enter the amount"):
            self.negotiate(complaint, amount=0.0)
        with self.assertRaisesRegex(UserError, "Attach the agreement"):
            self.negotiate(complaint, document_ids=[])
        with self.assertRaises(AccessError):
            self.negotiate(complaint, user=self.foreman)
        self.assertFalse(complaint.complaint_negotiated_amount)

    def test_guidance_is_missing_before_closing(self):
        def missing():
            return {key for key, _text in complaint._complaint_missing()}

        complaint = self.new_accepted(complaint_misuse=True)
        self.assertIn("guidance", missing())
        guidance = self.guide(complaint)
        self.assertIn("guidance", missing(), "a draft is no record")
        guidance.action_record()
        self.assertNotIn("guidance", missing())
