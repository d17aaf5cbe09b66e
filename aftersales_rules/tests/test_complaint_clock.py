# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_clock import ClockCase, utc


@tagged("post_install", "-at_install")
class TestClockEvents(ClockCase):
    """What starts a clock, what stops it, and what it says of it (C1, C5–C7)."""

    def test_registration_counts_from_receipt_in_working_time(self):
        complaint = self.complaint_at("2026-03-02 11:45")
        clock = self.clock(complaint, "registration", "running")
        self.assertDue(clock, "2026-03-02 13:15")  # over lunch
        self.assertEqual(clock.user_id, self.env.user)
        self.happen(complaint, "2026-03-02 13:10", "registered")
        self.assertEqual(clock.state, "done")
        self.assertEqual(clock.done_at, utc("2026-03-02 13:10"))
        self.assertEqual(clock.used_minutes, 25)
        self.assertEqual(clock.stop_display, "Registered")

    def test_done_late_says_how_late_in_working_time(self):
        complaint = self.complaint_at("2026-03-02 16:40")
        clock = self.clock(complaint, "registration")
        self.assertDue(clock, "2026-03-03 08:10")
        self.happen(complaint, "2026-03-03 09:00", "registered")
        self.assertEqual((clock.state, clock.late_minutes), ("late", 50))
        self.assertTrue(clock.is_overdue)

    def test_after_hours_clocks_start_with_the_next_working_hour(self):
        complaint = self.complaint_at("2026-03-06 22:00")  # Friday night (C6)
        clock = self.clock(complaint, "registration")
        self.assertEqual(clock.runs_from, utc("2026-03-09 08:00"))
        self.assertDue(clock, "2026-03-09 08:30")
        facts = clock.decision_id._get_decision().facts
        self.assertIs(facts["after_hours"], True)

    def test_urgent_ones_run_around_the_clock(self):
        complaint = self.complaint_at("2026-03-06 22:00")
        complaint.sudo().complaint_urgency = "urgent"
        self.happen(complaint, "2026-03-06 22:05", "registered")
        clock = self.clock(complaint, "forwarding")
        self.assertDue(clock, "2026-03-06 22:35")
        self.assertEqual(clock.decision_id.rule, "deadline_forwarding_urgent")

    def test_forwarding_then_first_contact(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        self.happen(complaint, "2026-03-02 09:10", "registered")
        forwarding = self.clock(complaint, "forwarding", "running")
        self.assertDue(forwarding, "2026-03-02 09:40")
        self.happen(complaint, "2026-03-02 09:30", "forwarded")
        self.assertEqual(forwarding.state, "done")
        with self.at("2026-03-02 10:00"):
            complaint.user_id = self.agent
        contact = self.clock(complaint, "first_contact", "running")
        self.assertDue(contact, "2026-03-02 12:00")
        self.assertEqual(contact.user_id, self.agent)
        self.assertEqual(
            self.kinds(complaint), ["first_contact", "report"], "no visit is needed"
        )

    def test_stricter_products_have_four_hours(self):
        self.goods.complaint_profile = "strict"
        complaint = self.complaint_at(
            "2026-03-02 09:00", aftersales_product_id=self.goods.id
        )
        self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
        self.assertDue(self.clock(complaint, "first_contact"), "2026-03-02 14:00")

    def test_a_visit_has_a_clock_as_soon_as_it_is_needed(self):
        complaint = self.complaint_at("2026-03-02 09:00", complaint_visit_needed=True)
        self.happen(complaint, "2026-03-02 09:05", "registered")
        self.assertNotIn("site_visit", self.kinds(complaint))
        self.happen(complaint, "2026-03-06 10:00", "assigned")
        clock = self.clock(complaint, "site_visit", "running")
        self.assertDue(clock, "2026-03-09 10:00")  # no work at the weekend
        with self.at("2026-03-06 11:00"):
            complaint.complaint_visit_needed = False
        self.assertEqual(clock.state, "cancelled")

    def test_major_counts_from_receipt_around_the_clock(self):
        complaint = self.complaint_at("2026-03-07 15:00")  # Saturday
        complaint.sudo().complaint_severity = "major"
        self.happen(complaint, "2026-03-07 15:10", "classified")
        clock = self.clock(complaint, "major_handover", "running")
        self.assertEqual(clock.started_at, utc("2026-03-07 15:00"))
        self.assertDue(clock, "2026-03-07 15:30")
        self.assertEqual(clock.user_id, self.gm)
        self.happen(complaint, "2026-03-07 15:20", "acknowledged")
        self.assertEqual(clock.state, "done")

    def test_clocks_that_are_asked_about_together_each_get_their_own_answer(self):
        """One complaint, four questions, four times to react."""
        complaint = self.complaint_at("2026-03-02 09:00")
        complaint.sudo().complaint_severity = "major"
        self.happen(complaint, "2026-03-02 09:00", "registered")
        complaint = complaint.sudo()
        clocks = complaint.complaint_clock_ids._filter_open()
        before = {clock.kind: clock.due_at for clock in clocks}
        self.assertLess(1, len(set(before.values())))
        with self.at("2026-03-02 09:05"):
            complaint._complaint_allow_clocks(clocks, "complaint")
        self.assertEqual({clock.kind: clock.due_at for clock in clocks}, before)

    def test_major_by_mistake_needs_no_general_manager(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        complaint.sudo().complaint_severity = "major"
        self.happen(complaint, "2026-03-02 09:01", "classified")
        complaint.sudo().complaint_severity = "general"
        self.happen(complaint, "2026-03-02 09:02", "classified")
        self.clock(complaint, "major_handover", "cancelled")
        complaint.sudo().complaint_severity = "major"
        self.happen(complaint, "2026-03-02 09:03", "classified")
        self.clock(complaint, "major_handover", "running")

    def test_from_solution_to_the_last_return_visit(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
        self.happen(complaint, "2026-03-02 10:00", "contacted", "accepted")
        self.assertDue(self.clock(complaint, "solution"), "2026-03-04 17:00")
        self.assertDue(self.clock(complaint, "report"), "2026-03-05 17:00")
        self.happen(complaint, "2026-03-03 10:00", "proposed", "agreed")
        self.happen(complaint, "2026-03-05 11:00", "carried_out")
        self.clock(complaint, "report", "done")
        feedback = self.clock(complaint, "feedback", "running")
        self.assertDue(feedback, "2026-03-05 17:00")  # the same day
        with self.at("2026-03-05 15:00"):
            complaint._complaint_plan_visits()
        self.happen(complaint, "2026-03-05 15:00", "feedback_sent")
        self.assertEqual(feedback.state, "done")
        first, second = (
            self.clock(complaint, f"return_visit_{number}") for number in (1, 2)
        )
        self.assertDue(first, "2026-03-10 17:00")
        self.assertDue(second, "2026-03-12 17:00")
        visits = complaint.complaint_visit_ids.sorted("planned_on")
        self.happen(complaint, "2026-03-09 09:00", "return_visit")
        self.assertEqual(first.state, "running", "that was an extra visit")
        visits[0].state = "done"
        self.happen(complaint, "2026-03-10 09:00", "return_visit")
        self.assertEqual((first.state, second.state), ("done", "running"))
        visits[1].state = "done"
        self.happen(complaint, "2026-03-13 09:00", "return_visit")
        self.assertEqual((second.state, second.late_minutes), ("late", 60))

    def test_what_is_done_does_not_start_again(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
        self.happen(complaint, "2026-03-02 10:00", "contacted", "assigned")
        contacts = complaint.complaint_clock_ids.filtered(
            lambda clock: clock.kind == "first_contact"
        )
        self.assertEqual(contacts.mapped("state"), ["done"])

    def test_an_end_ends_all_clocks(self):
        for event in ("refused", "reissued", "closed"):
            complaint = self.complaint_at("2026-03-02 09:00")
            self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
            self.happen(complaint, "2026-03-02 10:00", event)
            self.assertEqual(self.kinds(complaint), [])
            self.clock(complaint, "first_contact", "cancelled")

    def test_a_batch_asks_a_constant_number_of_queries(self):
        def register(number):
            tickets = self.env["helpdesk.ticket"].concat(
                *(self.complaint_at("2026-03-02 09:00") for _each in range(number))
            )
            self.run_queue()
            self.env.invalidate_all()
            tickets.mapped("partner_id.name")
            before = self.env.cr.sql_log_count
            self.happen(tickets, "2026-03-02 09:00", "registered")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        register(1)
        few, many = register(2), register(12)
        self.assertLessEqual(many, few + 4)


@tagged("post_install", "-at_install")
class TestClockStops(ClockCase):
    """Calls, messages, visits and stages (C7)."""

    def setUp(self):
        super().setUp()
        self.complaint = self.complaint_at("2026-03-02 09:00")
        self.complaint.user_id = self.agent
        self.happen(self.complaint, "2026-03-02 09:00", "registered", "assigned")
        self.contact = self.clock(self.complaint, "first_contact", "running")

    def log(self, text, **values):
        with self.at(text):
            wizard = (
                self.env["aftersales.complaint.contact.log"]
                .with_user(values.pop("user", self.agent))
                .create({"complaint_id": self.complaint.id, "note": "Hello", **values})
            )
            return wizard.action_log()

    def test_a_logged_call(self):
        self.log("2026-03-02 10:30")
        self.assertEqual(self.contact.state, "done")
        self.assertEqual(self.contact.contact_id.note, "Hello")
        self.assertEqual(self.contact.contact_id.user_id, self.agent)
        self.assertEqual(self.contact.stop_display, f"Call, {self.agent.name}")

    def test_an_attempt_stops_nothing(self):
        self.log("2026-03-02 10:30", is_reached=False)
        self.assertEqual(self.contact.state, "running")
        self.assertEqual(len(self.complaint.complaint_contact_ids), 1)

    def test_a_call_of_an_hour_ago_counts_when_it_was(self):
        self.log("2026-03-02 11:30", contacted_at=utc("2026-03-02 10:45"))
        self.assertEqual(self.contact.done_at, utc("2026-03-02 10:45"))
        with self.assertRaisesRegex(UserError, "still to come"):
            self.log("2026-03-02 11:30", contacted_at=utc("2026-03-02 12:45"))

    def test_a_visit_stops_both(self):
        with self.at("2026-03-02 09:30"):
            self.complaint.sudo().complaint_state = "accepted"
            self.complaint.complaint_visit_needed = True
        self.log("2026-03-02 10:30", kind="visit")
        self.assertEqual(self.contact.state, "done")
        visit = self.clock(self.complaint, "site_visit", "done")
        self.assertEqual(visit.contact_id, self.complaint.complaint_contact_ids)

    def test_others_log_nothing(self):
        other = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_user")
        with self.assertRaises(AccessError):
            self.log("2026-03-02 10:30", user=other)
        with self.assertRaises(AccessError):
            self.complaint.with_user(other).action_log_contact()
        self.assertEqual(self.contact.state, "running")

    def test_a_logged_contact_stays_as_it_is(self):
        self.log("2026-03-02 10:30")
        contact = self.complaint.complaint_contact_ids
        for user in (self.agent, self.gm):
            with self.assertRaisesRegex(UserError, "audit trail"):
                contact.with_user(user).write({"note": "Never called"})
            with self.assertRaisesRegex(UserError, "audit trail"):
                contact.with_user(user).unlink()

    def test_a_message_to_the_customer(self):
        with self.at("2026-03-02 11:00"):
            message = self.complaint.with_user(self.agent).message_post(
                body="We are on it",
                partner_ids=self.customer.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(self.contact.state, "done")
        self.assertEqual(self.contact.message_id, message)
        self.assertEqual(self.contact.stop_display, "Message to the customer")

    def test_a_message_to_a_follower_of_the_customer(self):
        colleague = self.env["res.partner"].create(
            {"name": "Anna", "parent_id": self.customer.id, "email": "a@x.example"}
        )
        self.complaint.message_subscribe(colleague.ids)
        with self.at("2026-03-02 11:00"):
            self.complaint.with_user(self.agent).message_post(
                body="We are on it",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(self.contact.state, "done")

    def test_notes_and_automatic_messages_are_no_contact(self):
        self.complaint.message_subscribe(self.customer.ids)
        with self.at("2026-03-02 11:00"):
            self.complaint.with_user(self.agent).message_post(
                body="Between us", subtype_xmlid="mail.mt_note", message_type="comment"
            )
            self.complaint.message_post(
                body="We have received your ticket",
                partner_ids=self.customer.ids,
                message_type="auto_comment",
                subtype_xmlid="mail.mt_comment",
            )
        self.assertEqual(self.contact.state, "running")

    def test_a_stage_that_counts_as_contact(self):
        stage = self.env["helpdesk.ticket.stage"].create(
            {"name": "Called", "complaint_event": "contacted", "company_id": False}
        )
        with self.at("2026-03-02 11:00"):
            self.complaint.with_user(self.agent).stage_id = stage
        self.assertEqual(self.contact.state, "done")
        self.assertEqual(self.contact.stop_display, "Stage “Called”")

    def test_a_plain_ticket_has_no_clocks(self):
        """Teams without complaints notice nothing."""
        stage = self.env["helpdesk.ticket.stage"].create(
            {"name": "Called", "complaint_event": "contacted", "company_id": False}
        )
        ticket = self.new_ticket()
        ticket.stage_id = stage
        ticket.message_post(body="Hello", partner_ids=self.customer.ids)
        self.assertFalse(ticket.complaint_clock_ids)

    # ----------------------------------------------------------------- waiting

    def wait(self, text, reason="Photos"):
        with self.at(text):
            self.env["aftersales.complaint.wait"].with_user(self.agent).create(
                {"complaint_id": self.complaint.id, "reason": reason}
            ).action_wait()

    def test_waiting_for_the_customer(self):
        self.happen(self.complaint, "2026-03-02 10:00", "accepted")
        solution = self.clock(self.complaint, "solution")
        self.assertDue(solution, "2026-03-04 17:00")
        self.wait("2026-03-02 11:00")
        self.assertEqual(solution.state, "paused")
        self.assertFalse(solution.due_at)
        self.assertFalse(solution.next_at)
        self.assertEqual(solution.pause_ids.reason, "Photos")
        self.assertEqual(self.contact.state, "running", "that one does not wait")
        self.assertEqual(self.complaint.complaint_waiting_for, "Photos")
        with self.at("2026-03-05 09:00"):
            self.complaint.with_user(self.agent).action_customer_answered()
        self.assertEqual(solution.state, "running")
        # the ends of Monday, Tuesday and Wednesday did not count
        self.assertDue(solution, "2026-03-09 17:00")
        self.assertFalse(self.complaint.complaint_waiting_at)
        self.assertEqual(
            solution.change_ids.mapped("cause"), ["pause", "resume"], "kept"
        )
        with self.assertRaisesRegex(UserError, "does not wait"):
            self.complaint.with_user(self.agent).action_customer_answered()

    def test_an_answer_of_the_customer_ends_the_waiting(self):
        self.happen(self.complaint, "2026-03-02 10:00", "accepted")
        self.wait("2026-03-02 11:00")
        with self.at("2026-03-02 15:00"):
            self.complaint.message_post(
                body="Here they are", author_id=self.customer.id, message_type="email"
            )
        self.assertFalse(self.complaint.complaint_waiting_at)
        solution = self.clock(self.complaint, "solution", "running")
        self.assertDue(solution, "2026-03-04 17:00")

    def test_what_starts_while_we_wait_waits_too(self):
        self.wait("2026-03-02 11:00")
        self.happen(self.complaint, "2026-03-02 12:00", "accepted")
        self.clock(self.complaint, "solution", "paused")

    def test_what_was_overdue_stays_overdue(self):
        self.happen(self.complaint, "2026-03-02 10:00", "accepted")
        self.wait("2026-03-05 09:00")
        solution = self.clock(self.complaint, "solution", "paused")
        self.assertDue(solution, "2026-03-04 17:00")
        with self.at("2026-03-05 10:00"):
            solution.invalidate_recordset()
            self.assertTrue(solution.is_overdue)
            self.assertEqual(solution.bucket, "1_overdue")


@tagged("post_install", "-at_install")
class TestClockChanges(ClockCase):
    """Working hours, ratings and rules that change under a running clock."""

    def setUp(self):
        super().setUp()
        self.complaint = self.complaint_at("2026-03-02 16:00")
        self.happen(self.complaint, "2026-03-02 16:00", "registered", "assigned")
        self.contact = self.clock(self.complaint, "first_contact", "running")
        self.assertDue(self.contact, "2026-03-03 09:00")
        self.addCleanup(self.env.cr.precommit.data.clear)

    def recompute(self, text="2026-03-02 16:30"):
        self.run_queue()
        with self.at(text):
            self.run_cron("ir_cron_clock_recompute")

    def test_a_holiday_moves_what_is_due(self):
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "date_from": utc("2026-03-03 00:00"),
                "date_to": utc("2026-03-03 23:59"),
            }
        )
        self.recompute()
        self.assertDue(self.contact, "2026-03-04 09:00")
        self.assertEqual(self.contact.change_ids.cause, "calendar")
        self.assertEqual(self.contact.change_ids.due_before, utc("2026-03-03 09:00"))
        self.assertEqual(self.contact.change_ids.due_after, utc("2026-03-04 09:00"))
        leave.unlink()
        self.recompute()
        self.assertDue(self.contact, "2026-03-03 09:00")
        self.assertFalse(self.env["aftersales.clock.job"].search([]))

    def test_other_hours_move_what_is_due(self):
        tuesday = self.calendar.attendance_ids.filtered(
            lambda line: line.dayofweek == "1" and line.hour_from == 8
        )
        tuesday.hour_from = 10
        self.recompute()
        self.assertDue(self.contact, "2026-03-03 11:00")

    def test_another_time_zone_moves_what_is_due(self):
        self.calendar.tz = "America/New_York"
        self.recompute()
        # 16:00 in Berlin is 10:00 in New York
        self.assertDue(self.contact, "2026-03-02 18:00")

    def test_another_calendar_moves_what_is_due(self):
        self.company.resource_calendar_id = self.new_calendar("UTC", "UTC")
        self.recompute()
        self.assertEqual(self.contact.due_at, utc("2026-03-02 18:00"))

    def test_absence_of_one_person_moves_nothing(self):
        resource = self.env["resource.resource"].create(
            {"name": "Anna", "calendar_id": self.calendar.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "date_from": utc("2026-03-03 00:00"),
                "date_to": utc("2026-03-03 23:59"),
            }
        )
        self.run_queue()
        self.assertFalse(self.env["aftersales.clock.job"].search([]))

    def test_holidays_of_other_companies_move_nothing(self):
        """Odoo counts leaves without a calendar for all companies; we do not."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Their holiday",
                "company_id": other.id,
                "calendar_id": False,
                "date_from": utc("2026-03-03 00:00"),
                "date_to": utc("2026-03-03 23:59"),
            }
        ).company_id = other
        self.run_queue()
        self.contact._set_moments("calendar")
        self.assertDue(self.contact, "2026-03-03 09:00")

    def test_what_is_done_does_not_move(self):
        self.happen(self.complaint, "2026-03-02 16:10", "contacted")
        self.calendar.attendance_ids.filtered(lambda a: a.dayofweek == "1").unlink()
        self.recompute()
        self.assertDue(self.contact, "2026-03-03 09:00")
        self.assertFalse(self.contact.change_ids)

    def test_a_threshold_moves_open_clocks_only(self):
        registration = self.clock(self.complaint, "registration", "done")
        due = registration.due_at
        self.set_threshold("clock_contact_minutes", "30")
        self.set_threshold("clock_registration_minutes", "60")
        self.recompute()
        self.assertDue(self.contact, "2026-03-02 16:30")
        self.assertEqual(self.contact.change_ids.cause, "rules")
        self.assertEqual(self.contact.minutes, 30)
        self.assertIn("30 minutes", self.contact.reason)
        self.assertEqual(registration.due_at, due)

    def test_urgent_from_now_on(self):
        self.complaint.sudo().complaint_urgency = "urgent"
        self.happen(self.complaint, "2026-03-02 16:10", "classified")
        self.assertDue(self.contact, "2026-03-02 18:00")
        self.assertEqual(self.contact.change_ids.cause, "complaint")
        self.assertEqual(self.contact.decision_id.rule, "deadline_contact_urgent")

    def test_received_earlier_than_thought(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        clock = self.clock(complaint, "registration", "running")
        with self.at("2026-03-02 09:10"):
            complaint.complaint_received_at = utc("2026-03-02 08:00")
        self.assertDue(clock, "2026-03-02 08:30")

    def test_two_changes_one_walk(self):
        for _change in range(2):
            self.calendar.attendance_ids[0].hour_to -= 0.5
            self.run_queue()
        jobs = self.env["aftersales.clock.job"]
        self.assertEqual(jobs.search_count([]), 2)
        with self.at("2026-03-02 16:30"):
            self.assertEqual(jobs._take_batch(1000)[1], 0)
        self.assertEqual(jobs.search_count([]), 0)

    def test_a_walk_goes_on_where_it_was(self):
        self.calendar.attendance_ids.filtered(
            lambda line: line.dayofweek == "1" and line.hour_from == 8
        ).hour_from = 10
        self.run_queue()
        jobs = self.env["aftersales.clock.job"]
        taken, left = jobs._take_batch(1)
        self.assertEqual(taken, 1)
        self.assertGreater(left, 0)
        self.assertTrue(jobs.search([]).after_id)
        while left:
            taken, left = jobs._take_batch(1)
        self.assertDue(self.contact, "2026-03-03 11:00")


@tagged("post_install", "-at_install")
class TestClockGate(ClockCase):
    """Off, observe, enforce; and who may read and write."""

    def test_off_has_no_clocks(self):
        self.set_mode("off", "complaint_deadline")
        complaint = self.complaint_at("2026-03-02 09:00")
        self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
        self.assertFalse(complaint.complaint_clock_ids)

    def test_observed_clocks_run_and_are_shown(self):
        self.set_mode("observe", "complaint_deadline")
        complaint = self.complaint_at("2026-03-02 09:00")
        clock = self.clock(complaint, "registration", "running")
        self.assertEqual(clock.decision_id.mode, "observe")

    def test_nobody_writes_or_deletes_a_clock(self):
        clock = self.clock(self.complaint_at("2026-03-02 09:00"), "registration")
        model = self.env["aftersales.clock"]
        for user in (self.agent, self.sales_manager, self.gm):
            with self.assertRaises(AccessError):
                clock.with_user(user).write({"due_at": utc("2027-03-02 09:00")})
            with self.assertRaisesRegex(UserError, "are kept"):
                clock.with_user(user).unlink()
            with self.assertRaises(AccessError):
                model.with_user(user).create(
                    {
                        "complaint_id": clock.complaint_id.id,
                        "company_id": self.company.id,
                        "kind": "solution",
                        "counting": "work_time",
                        "started_at": utc("2026-03-02 09:00"),
                    }
                )
        with self.assertRaisesRegex(UserError, "are kept"):
            clock.unlink()

    def test_who_reads_clocks(self):
        clock = self.clock(self.complaint_at("2026-03-02 09:00"), "registration")
        self.assertTrue(clock.with_user(self.agent).read(["due_at", "remaining"]))
        for user in (self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                clock.with_user(user).read(["due_at"])

    def test_investigators_see_what_is_theirs(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
        clock = self.clock(complaint, "first_contact")
        mine = self.env["aftersales.clock"].with_user(self.inspector)
        self.assertFalse(mine.search([]))
        with self.at("2026-03-02 09:10"):
            complaint.user_id = self.inspector
            self.assertIn(clock, mine.search([]))
            self.env.invalidate_all()
            row = clock.with_user(self.inspector).read(
                ["remaining", "complaint_name", "partner_id", "reason", "severity"]
            )[0]
        self.assertEqual(row["remaining"], "1 h 50 min left")
        self.assertEqual(row["complaint_name"], complaint.name)
        with self.assertRaises(AccessError):
            clock.with_user(self.inspector).write({"user_id": self.agent.id})

    def test_clocks_of_another_company(self):
        clock = self.clock(self.complaint_at("2026-03-02 09:00"), "registration")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user(
            "str",
            "aftersales_rules.group_complaint_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        mine = self.env["aftersales.clock"].with_user(stranger).search([])
        self.assertNotIn(clock, mine)
        with self.assertRaises(AccessError):
            clock.with_user(stranger).read(["due_at"])

    def test_what_follows_is_not_written(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        with self.assertRaisesRegex(AccessError, "complaint_waiting_at"):
            complaint.with_user(self.agent).write(
                {"complaint_waiting_at": utc("2026-03-02 09:00")}
            )

    # ---------------------------------------------------------------- dashboard

    def test_due_now_is_grouped_and_searched_alike(self):
        complaints = [
            self.complaint_at("2026-03-02 09:00"),
            self.complaint_at("2026-03-02 10:30"),
            self.complaint_at("2026-03-02 09:00", complaint_visit_needed=True),
        ]
        self.happen(complaints[2], "2026-03-02 10:00", "registered", "assigned")
        clocks = self.env["aftersales.clock"].concat(
            *(self.clock(complaint, "registration") for complaint in complaints[:2]),
            self.clock(complaints[2], "site_visit"),
        )
        with self.at("2026-03-02 10:50"):
            clocks.invalidate_recordset()
            self.assertEqual(
                clocks.mapped("bucket"), ["1_overdue", "2_soon", "3_today"]
            )
            self.assertEqual(
                clocks.mapped("remaining"),
                ["1 h 20 min overdue", "10 min left", "23 h 10 min left"],
            )
            domain = [("id", "in", clocks.ids)]
            groups = clocks.with_user(self.agent)._read_group(
                domain, ["bucket"], ["id:recordset"], order="bucket"
            )
            self.assertEqual([found for _bucket, found in groups], list(clocks))
            for bucket, found in groups:
                same = clocks.search(domain + [("bucket", "=", bucket)])
                self.assertEqual(same, found)
            overdue = clocks.search(domain + [("is_overdue", "=", True)])
            self.assertEqual(overdue, clocks[0])
            action = clocks[0].with_user(self.agent).action_open_complaint()
            self.assertEqual(action["res_id"], complaints[0].id)

    def test_the_form_says_what_is_due_next(self):
        complaint = self.complaint_at("2026-03-02 09:00").with_user(self.agent)
        with self.at("2026-03-02 09:20"):
            self.env.invalidate_all()
            self.assertEqual(complaint.complaint_next_bucket, "2_soon")
            self.assertIn("Registration: due", complaint.complaint_next_text)
            self.assertIn("10 min left", complaint.complaint_next_text)
        with self.at("2026-03-02 09:31"):
            self.env.invalidate_all()
            self.assertEqual(complaint.complaint_next_bucket, "1_overdue")

    def test_owner_follows_the_complaint(self):
        complaint = self.complaint_at("2026-03-02 09:00")
        self.happen(complaint, "2026-03-02 09:00", "registered", "assigned")
        clock = self.clock(complaint, "first_contact")
        complaint.user_id = self.marketing
        self.assertEqual(clock.user_id, self.marketing)
        self.happen(complaint, "2026-03-02 09:10", "contacted")
        complaint.user_id = self.agent
        self.assertEqual(clock.user_id, self.marketing, "what is done keeps its owner")

    def test_without_any_working_hour_it_counts_around_the_clock(self):
        self.calendar.attendance_ids.unlink()
        complaint = self.complaint_at("2026-03-07 22:00")
        clock = self.clock(complaint, "registration")
        self.assertEqual(clock.due_at - clock.started_at, timedelta(minutes=30))
