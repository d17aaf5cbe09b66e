# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_investigation import InvestigationCase, new_photo


@tagged("post_install", "-at_install")
class TestInvestigationPath(InvestigationCase):
    """The rules choose what is examined next, from real stock and answers (C9)."""

    def test_stock_of_the_lot_is_inspected_first(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf 2", "location_id": self.warehouse.lot_stock_id.id}
        )
        self.put(7)
        self.put(5, location=shelf)
        complaint = self.new_accepted()
        decisions = self.env["aftersales.decision"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(decisions.mapped("result"), ["wait", "inspect_stock"])
        self.assertIn("12", decisions[1].reason)
        self.assertIn("2 places", decisions[1].reason)
        inquiry = self.asked(complaint)
        self.assertEqual(inquiry.kind, "inspection")
        self.assertEqual(inquiry.department_id, self.departments["quality"])
        self.assertTrue(inquiry.by_rule)
        self.assertEqual(inquiry.lot_id, self.lot)
        self.assertIn("Shelf 2: 5 Units", inquiry.stock_note)
        self.assertEqual(complaint.complaint_state, "investigation")
        self.assertEqual(complaint.complaint_step, "wait", "it is asked once")
        self.assertEqual(len(complaint.complaint_inquiry_ids), 1)

    def test_only_stock_of_the_lot_and_company_counts(self):
        """Other lots, other companies, and goods at customers' are not stock."""
        other = self.env["res.company"].create({"name": "Other Ltd"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        self.lot.company_id = False
        self.put(3, location=warehouse.lot_stock_id)
        self.put(4, self.new_lot("L-0816"))
        self.deliver(2)
        complaint = self.new_accepted()
        self.assertEqual(complaint.complaint_step, "ask_photos_and_piece")
        self.assertFalse(complaint.complaint_inquiry_ids)

    def test_same_fault_in_stock_is_recalled(self):
        self.put(5)
        self.deliver(2)
        complaint = self.new_accepted()
        self.answer(self.asked(complaint), "yes")
        self.assertEqual(complaint.complaint_step, "recall")
        self.assertIn("2", complaint.complaint_path_reason)
        self.assertFalse(complaint.complaint_recall_ids, "a person calls back")

    def test_fault_without_deliveries_is_settled(self):
        self.put(5)
        complaint = self.new_accepted()
        self.answer(self.asked(complaint), "yes")
        self.assertEqual(complaint.complaint_step, "settle")

    def test_stock_without_the_fault_is_settled(self):
        self.put(5)
        complaint = self.new_accepted()
        self.answer(self.asked(complaint), "no")
        self.assertEqual(complaint.complaint_step, "settle")
        self.assertIn("does not show", complaint.complaint_path_reason)
        action = complaint.with_user(self.agent).action_complaint_next_step()
        self.assertEqual(action["res_model"], "aftersales.complaint.solution")
        self.assertEqual(action["context"]["default_complaint_id"], complaint.id)

    def test_without_stock_photos_then_piece_then_test(self):
        complaint = self.new_accepted()
        self.assertEqual(complaint.complaint_step, "ask_photos_and_piece")
        self.assertFalse(
            complaint.complaint_photo_request_ids, "nothing goes out by itself"
        )
        complaint.with_user(self.agent).action_complaint_next_step()
        self.run_queue()
        self.assertEqual(complaint.complaint_photo_request_ids.state, "asked")
        self.assertEqual(complaint.complaint_step, "wait")
        complaint._complaint_receive_photos(
            [{"name": "a.jpg", "raw": new_photo(), "mimetype": "image/jpeg"}]
        )
        self.run_queue()
        judging = self.asked(complaint, "photos")
        self.assertEqual(judging.question_file_ids.mapped("name"), ["a.jpg"])
        self.answer(judging, "unclear")
        self.assertEqual(complaint.complaint_preliminary_judgement, "unclear")
        self.assertFalse(complaint.complaint_final_judgement)
        self.assertEqual(complaint.complaint_step, "wait")
        complaint.with_user(self.agent).action_complaint_piece_received()
        self.run_queue()
        self.assertEqual(complaint.complaint_photo_request_ids.state, "received")
        self.answer(self.asked(complaint, "test"), "yes")
        self.assertEqual(complaint.complaint_final_judgement, "fault")
        self.assertEqual(complaint.complaint_preliminary_judgement, "unclear")
        self.assertEqual(complaint.complaint_step, "settle")

    def test_installed_and_no_clear_fault_is_inspected_jointly(self):
        complaint = self.new_accepted(complaint_installed=True)
        complaint.with_user(self.agent).action_complaint_piece_received()
        self.run_queue()
        self.answer(self.asked(complaint, "test"), "no")
        joint = self.asked(complaint, "joint")
        self.assertTrue(joint)
        self.answer(joint, "no")
        self.assertEqual(complaint.complaint_final_judgement, "no_fault")
        self.assertEqual(complaint.complaint_step, "settle")

    def test_piece_that_cannot_be_had(self):
        """The judgement from the photos stands."""
        complaint = self.new_accepted()
        self.attach(complaint)
        complaint.with_user(self.agent).complaint_piece_unavailable = True
        self.run_queue()
        self.answer(self.asked(complaint, "photos"), "yes")
        self.assertEqual(complaint.complaint_step, "settle")
        self.assertIn("photos stands", complaint.complaint_path_reason)

    def test_misuse_found_by_the_test_is_guidance(self):
        complaint = self.new_accepted()
        complaint.with_user(self.agent).action_complaint_piece_received()
        self.run_queue()
        self.answer(self.asked(complaint), "no", cause_category="customer")
        self.assertEqual(complaint.complaint_final_judgement, "misuse")
        self.assertEqual(complaint.complaint_step, "guide")

    def test_not_about_quality_is_not_examined(self):
        self.put(5)
        complaint = self.new_accepted(quality="no")
        self.assertEqual(complaint.complaint_step, "none")
        self.assertFalse(complaint.complaint_inquiry_ids)

    def test_small_pictures_of_mails_are_no_photos(self):
        complaint = self.new_accepted()
        self.attach(complaint, content=b"GIF89a" + b"0" * 100, name="logo.gif")
        complaint._complaint_happened("changed")
        self.run_queue()
        self.assertEqual(complaint.complaint_photo_count, 0)
        self.assertEqual(complaint.complaint_step, "ask_photos_and_piece")

    def test_before_acceptance_nothing_is_asked(self):
        self.put(5)
        complaint = self.new_complaint(
            aftersales_product_id=self.pane.id, aftersales_lot_id=self.lot.id
        )
        complaint._complaint_set_state("registered")
        complaint.complaint_quality_related = "yes"
        complaint._complaint_happened("classified")
        self.run_queue()
        self.assertEqual(complaint.complaint_step, "inspect_stock")
        self.assertFalse(complaint.complaint_inquiry_ids)
        complaint.with_user(self.agent).action_complaint_next_step()
        self.assertEqual(self.asked(complaint).asked_by_id, self.agent)

    def test_observed_nothing_is_asked_and_the_page_says_it(self):
        self.set_mode("observe", "investigation_path")
        self.put(5)
        complaint = self.new_accepted()
        self.assertFalse(complaint.complaint_step)
        self.assertEqual(complaint.complaint_path_step, "inspect_stock")
        self.assertFalse(complaint.complaint_inquiry_ids)
        self.assertEqual(complaint.complaint_path_decision_id.mode, "observe")
        complaint.with_user(self.agent).action_complaint_next_step()
        self.assertEqual(self.asked(complaint).kind, "inspection", "with one click")

    def test_off_no_rule_is_asked(self):
        self.set_mode("off", "investigation_path")
        complaint = self.new_accepted()
        self.assertFalse(complaint.complaint_path_decision_id)
        with self.assertRaisesRegex(UserError, "the gate is off"):
            complaint.with_user(self.agent).action_complaint_next_step()

    def test_threshold_of_stock(self):
        self.set_threshold("investigation_stock_min", "10")
        self.put(5)
        complaint = self.new_accepted()
        self.assertEqual(complaint.complaint_step, "ask_photos_and_piece")

    def test_next_step_judges_anew(self):
        """Stock that came in after the last event counts."""
        complaint = self.new_accepted()
        self.assertEqual(complaint.complaint_step, "ask_photos_and_piece")
        self.put(5)
        complaint.with_user(self.agent).action_complaint_next_step()
        self.assertEqual(self.asked(complaint).kind, "inspection")
        self.assertFalse(complaint.complaint_photo_request_ids)

    def test_no_department_is_said(self):
        self.departments["quality"].active = False
        self.put(5)
        complaint = self.new_accepted()
        self.assertFalse(complaint.complaint_inquiry_ids)
        with self.assertRaisesRegex(UserError, "no department"):
            complaint.with_user(self.agent).action_complaint_next_step()

    def test_department_of_the_office_is_asked(self):
        office = self.env["aftersales.office"].create(
            {"name": "North", "kind": "branch", "company_id": self.company.id}
        )
        local = self.departments["quality"].copy(
            {"name": "Quality North", "office_id": office.id}
        )
        self.put(5)
        complaint = self.new_accepted(complaint_office_id=office.id)
        self.assertEqual(self.asked(complaint).department_id, local)

    def test_due_at_the_end_of_working_days(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Office hours",
                "tz": "Europe/Berlin",
                "company_id": self.company.id,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": f"Day {day}",
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 17,
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        with freeze_time("2026-10-23 10:00:00"):  # a Friday, before winter time
            complaint = self.new_complaint()
            due = complaint._complaint_get_due(1)
        self.assertEqual(str(due), "2026-10-26 16:00:00")

    # ------------------------------------------------------------------ who may

    def test_who_may_take_the_next_step(self):
        complaint = self.new_accepted()
        for user in (self.inspector, self.technician, self.salesperson):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_complaint_next_step()
        complaint.with_user(self.agent).action_complaint_next_step()
        self.assertTrue(complaint.complaint_photo_request_ids)

    def test_nothing_is_examined_before_registration_or_after_the_end(self):
        complaint = self.new_complaint().with_user(self.agent)
        for action in ("next_step", "ask", "ask_photos", "recall", "guide"):
            with self.assertRaisesRegex(UserError, "not registered"):
                getattr(complaint, f"action_complaint_{action}")()
        ended = self.new_accepted()
        ended._complaint_set_state("refused")
        with self.assertRaisesRegex(UserError, "is over"):
            ended.with_user(self.agent).action_complaint_next_step()

    def test_what_follows_is_not_written(self):
        complaint = self.new_accepted()
        for name, value in (
            ("complaint_step", "settle"),
            ("complaint_final_judgement", "fault"),
            ("complaint_preliminary_judgement", "fault"),
            ("complaint_cause_category", "other"),
            ("complaint_responsible_department_id", self.departments["sales"].id),
            ("complaint_confirmed_by_id", self.gm.id),
            ("complaint_recalled_at", "2026-01-01 00:00:00"),
            ("complaint_negotiated_amount", 1.0),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(AccessError, name):
                complaint.with_user(self.gm).write({name: value})

    def test_why_opens_the_decision(self):
        self.put(5)
        complaint = self.new_accepted().with_user(self.agent)
        action = complaint.action_complaint_path_why()
        decision = self.env["aftersales.decision"].browse(action["res_id"])
        self.assertEqual(decision.decision, "investigation_path")
        explained = decision.with_user(self.agent).explanation_html
        self.assertIn("L-0815", explained)

    # ------------------------------------------------------------------ in batch

    def test_queries_do_not_grow_with_the_complaints(self):
        self.put(5)
        lots = [self.new_lot(f"B-{n}") for n in range(12)]
        for lot in lots:
            self.put(1, lot)
        self.set_mode("observe", "investigation_path")
        complaints = self.env["helpdesk.ticket"].concat(
            *(self.new_accepted(aftersales_lot_id=lot.id) for lot in lots)
        )

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._complaint_get_path_facts()
            return self.env.cr.sql_log_count - before

        count(complaints)
        self.assertLessEqual(count(complaints), count(complaints[:2]) + 2)
