# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_complaint_solution import VisitCase

MONDAY = "2026-11-23 09:00:00"


@tagged("post_install", "-at_install")
class TestComplaintVisit(VisitCase):
    """Satisfied: marketing is told, visits follow; dissatisfied: it starts again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visits = cls.env["aftersales.complaint.visit"]

    # -------------------------------------------------------------------- feedback

    def test_marketing_is_told_of_a_satisfied_customer(self):
        complaint = self.new_settled()
        self.marketing.lang = "en_US"
        self.send_feedback(complaint, how="visit")
        self.assertRecordValues(
            complaint,
            [
                {
                    "complaint_satisfied": "yes",
                    "complaint_satisfied_how": "visit",
                    "complaint_feedback_by_id": self.agent.id,
                    "complaint_feedback_text": "Three new panes",
                    "complaint_state": "followup",
                }
            ],
        )
        activity = complaint.activity_ids.filtered(
            lambda a: a.activity_type_id
            == self.env.ref("aftersales_rules.mail_activity_complaint_feedback")
        )
        self.assertEqual(activity.user_id, self.marketing)
        mail = self.env["mail.message"].search(
            [
                ("model", "=", complaint._name),
                ("res_id", "=", complaint.id),
                ("partner_ids", "in", self.marketing.partner_id.ids),
            ]
        )
        self.assertEqual(len(mail), 1)
        self.assertIn("Three new panes", mail.body)
        self.assertIn(complaint.complaint_number, mail.subject)
        self.assertNotIn(self.customer, mail.partner_ids | mail.notified_partner_ids)

    def test_once_and_not_before_it_is_settled(self):
        complaint = self.new_accepted()
        with self.assertRaisesRegex(UserError, "not settled.*No solution was agreed"):
            self.send_feedback(complaint)
        settled = self.new_fed_back()
        with self.assertRaisesRegex(UserError, "already"):
            self.send_feedback(settled)
        with self.assertRaisesRegex(UserError, "already"):
            settled.with_user(self.agent)._complaint_send_feedback("x", "phone")

    def test_without_a_marketing_department_it_is_said(self):
        self.departments["marketing"].active = False
        complaint = self.new_fed_back()
        bodies = " ".join(complaint.message_ids.mapped("body"))
        self.assertIn("Nobody is in the marketing department", bodies)
        self.assertTrue(complaint.complaint_feedback_at)

    def test_only_after_sales_feeds_back(self):
        complaint = self.new_settled()
        helpdesk = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_user")
        for user in (helpdesk, self.technician):
            with self.assertRaises(AccessError):
                complaint.with_user(user).action_send_feedback()
        for name in ("complaint_satisfied", "complaint_feedback_text"):
            with self.assertRaisesRegex(AccessError, name):
                complaint.with_user(self.agent).write({name: "yes"})
        with self.assertRaises(AccessError):
            complaint.with_user(self.agent).write(
                {"complaint_feedback_at": "2026-11-22 10:00:00"}
            )

    # ---------------------------------------------------------------------- planning

    @freeze_time(MONDAY)
    def test_visits_on_the_fifth_and_the_seventh_day(self):
        """The fifth day is a Saturday: what falls on a day off is done after it."""
        self.keep_office_hours()
        complaint = self.new_fed_back()
        self.assertEqual(
            {v.kind: str(v.planned_on) for v in complaint.complaint_visit_ids},
            {"first": "2026-11-30", "last": "2026-11-30"},
        )
        self.set_threshold("clock_return_visit_1_days", "2")
        other = self.new_fed_back()
        self.assertEqual(str(self.visit(other, "first").planned_on), "2026-11-25")
        visit = self.visit(other, "first")
        self.assertEqual(visit.user_id, self.agent)
        self.assertEqual(visit.activity_ids.user_id, self.agent)
        self.assertEqual(visit.activity_ids.date_deadline, visit.planned_on)

    @freeze_time(MONDAY)
    def test_each_return_visit_stops_its_clock(self):
        """Due on the day for which the visit is planned, a working day."""
        self.keep_office_hours()
        complaint = self.new_fed_back()

        def states():
            clocks = complaint.complaint_clock_ids.filtered(
                lambda c: c.kind.startswith("return_visit")
            )
            return clocks.sorted("kind").mapped("state")

        first, last = self.visit(complaint, "first"), self.visit(complaint, "last")
        due = {
            c.kind: c.due_at.date() for c in complaint.complaint_clock_ids if c.due_at
        }
        self.assertEqual(due["return_visit_1"], first.planned_on)
        self.assertEqual(due["return_visit_2"], last.planned_on)
        extra = self.visits.with_user(self.agent).create({"complaint_id": complaint.id})
        self.log(extra)
        self.assertEqual(states(), ["running", "running"])
        self.log(first)
        self.assertEqual(states(), ["done", "running"])
        self.log(last)
        self.assertEqual(states(), ["done", "done"])

    @freeze_time(MONDAY)
    def test_put_off_and_handed_on(self):
        visit = self.visit(self.new_fed_back(), "first")
        visit.with_user(self.agent).write(
            {"planned_on": "2026-12-02", "user_id": self.marketing.id}
        )
        self.assertEqual(len(visit.activity_ids), 1)
        self.assertEqual(visit.activity_ids.user_id, self.marketing)
        self.assertEqual(str(visit.activity_ids.date_deadline), "2026-12-02")
        self.assertFalse(visit.is_late)
        with freeze_time("2026-12-03 09:00:00"):
            visit.invalidate_recordset(["is_late"])
            self.assertTrue(visit.is_late)

    def test_an_extra_visit_by_hand(self):
        complaint = self.new_fed_back()
        made = self.visits.with_user(self.agent).create(
            {"complaint_id": complaint.id, "motive": "Look at the frames"}
        )
        self.assertEqual((made.kind, made.state), ("extra", "planned"))
        self.assertEqual(made.company_id, self.company)
        with self.assertRaisesRegex(AccessError, "kind"):
            self.visits.with_user(self.agent).create(
                {"complaint_id": complaint.id, "kind": "last"}
            )
        forged = self.visits.with_user(self.agent).with_context(
            default_kind="last", default_state="done", default_is_satisfied="yes"
        )
        visit = forged.create({"complaint_id": complaint.id})
        self.assertEqual((visit.kind, visit.state), ("extra", "planned"))
        self.assertFalse(visit.is_satisfied)

    # ---------------------------------------------------------------------- logging

    def test_satisfied_at_the_last_visit_closes(self):
        complaint = self.new_fed_back()
        self.log(self.visit(complaint, "first"))
        self.assertEqual(complaint.complaint_state, "followup")
        self.assertFalse(complaint.stage_id.closed)
        self.log(self.visit(complaint, "last"), said="All fine")
        self.assertEqual(complaint.complaint_state, "closed")
        self.assertTrue(complaint.stage_id.closed)
        self.assertEqual(complaint.complaint_closed_by_id, self.agent)
        self.assertTrue(complaint.closed_date)
        self.assertRecordValues(
            self.visit(complaint, "last"),
            [
                {
                    "state": "done",
                    "done_by_id": self.agent.id,
                    "channel": "phone",
                    "satisfaction": "5",
                    "is_satisfied": "yes",
                    "said": "All fine",
                }
            ],
        )

    def test_what_is_missing_keeps_it_open_after_the_last_visit(self):
        complaint = self.new_fed_back()
        self.log(self.visit(complaint, "last"))
        self.assertEqual(complaint.complaint_state, "followup")
        body = complaint.message_ids.filtered(lambda m: "Before it is closed" in m.body)
        self.assertIn("is not logged", body.body)
        self.assertTrue(body.is_internal)

    def test_under_observe_nothing_closes_by_itself(self):
        self.set_mode("observe", "complaint_closing")
        complaint = self.new_fed_back()
        self.log(self.visit(complaint, "first"))
        self.log(self.visit(complaint, "last"))
        self.assertEqual(complaint.complaint_state, "followup")
        self.assertEqual(complaint.complaint_closing_decision_id.result, "may_close")

    def test_the_dialog_takes_the_threshold(self):
        visit = self.visit(self.new_fed_back(), "first")
        action = visit.with_user(self.agent).action_log()
        form = Form(
            self.env["aftersales.visit.log"]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        form.satisfaction = "3"
        self.assertEqual(form.is_satisfied, "yes")
        form.satisfaction = "2"
        self.assertEqual(form.is_satisfied, "no")
        form.said = "Still rattles"
        following = form.save().action_log()
        self.assertEqual(
            self.env["helpdesk.ticket"].browse(following["res_id"]).complaint_round, 2
        )

    def test_logged_once_and_completely(self):
        complaint = self.new_fed_back()
        visit = self.visit(complaint, "first").with_user(self.agent)
        with self.assertRaisesRegex(UserError, "whether the customer is satisfied"):
            visit._log("perhaps", "5", "phone")
        with self.assertRaisesRegex(UserError, "how you spoke"):
            visit._log("yes", "5", "telepathy")
        with self.assertRaisesRegex(UserError, "dissatisfied with"):
            visit._log("no", "1", "phone")
        self.log(visit)
        with self.assertRaisesRegex(UserError, "Done"):
            self.log(visit)
        with self.assertRaisesRegex(UserError, "Done"):
            visit.planned_on = visit.planned_on + timedelta(days=3)

    def test_the_log_is_not_forged_and_kept(self):
        visit = self.visit(self.new_fed_back(), "last")
        for name, value in {
            "state": "done",
            "is_satisfied": "yes",
            "said": "All fine",
            "kind": "extra",
        }.items():
            with self.assertRaisesRegex(AccessError, name):
                visit.with_user(self.agent).write({name: value})
        with self.assertRaisesRegex(UserError, "kept"):
            visit.with_user(self.agent).unlink()
        for user in (self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                visit.with_user(user).read(["said"])
            with self.assertRaises(AccessError):
                self.log(visit, user=user)
