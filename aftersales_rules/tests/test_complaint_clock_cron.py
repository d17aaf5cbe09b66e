# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_clock import ClockCase, utc


@tagged("post_install", "-at_install")
class TestClockNotices(ClockCase):
    """Warned before, told after, once each (C5, C7, C12)."""

    def setUp(self):
        super().setUp()
        self.complaint = self.complaint_at("2026-03-02 09:00")
        with self.at("2026-03-02 09:00"):
            self.complaint.user_id = self.agent
        self.complaint.sudo().complaint_department_id = self.departments["sales"]
        self.happen(self.complaint, "2026-03-02 09:00", "registered")
        self.happen(self.complaint, "2026-03-02 09:00", "forwarded", "assigned")
        self.contact = self.clock(self.complaint, "first_contact", "running")
        self.assertDue(self.contact, "2026-03-02 11:00")

    def tell(self, text):
        with self.at(text):
            self.run_cron("ir_cron_clock_tell")

    def todo(self, user):
        return self.complaint.activity_ids.filtered(
            lambda activity: activity.user_id == user
        )

    def told(self, kind):
        notices = self.contact.notice_ids.filtered(lambda n: n.kind == kind)
        return notices.user_id

    def test_nothing_before_its_time(self):
        self.tell("2026-03-02 10:29")
        self.assertFalse(self.contact.notice_ids)

    def test_owner_is_warned_when_three_quarters_are_used(self):
        self.tell("2026-03-02 10:30")
        self.assertEqual(self.told("warning"), self.agent)
        todo = self.todo(self.agent)
        self.assertEqual(len(todo), 1)
        self.assertIn("Due soon: First contact", todo.summary)
        self.assertIn("120 minutes", todo.note)
        self.assertFalse(self.todo(self.sales_manager))

    def test_overdue_goes_to_the_manager_and_later_to_the_general_manager(self):
        self.tell("2026-03-02 10:30")
        self.tell("2026-03-02 11:01")
        self.assertEqual(self.told("overdue"), self.agent | self.sales_manager)
        self.assertEqual(len(self.todo(self.agent)), 1, "one to-do, not two")
        self.assertIn("Overdue: First contact", self.todo(self.agent).summary)
        self.tell("2026-03-02 15:59")
        self.assertFalse(self.told("escalation"))
        self.tell("2026-03-02 16:00")  # four working hours later
        self.assertEqual(self.told("escalation"), self.gm)
        self.assertFalse(self.contact.next_at)
        self.assertIn("Told:", self.complaint.message_ids[0].body)

    def test_nobody_is_told_twice(self):
        for _run in range(3):
            self.tell("2026-03-02 10:40")
        self.assertEqual(len(self.contact.notice_ids), 1)
        for _run in range(3):
            self.tell("2026-03-02 11:10")
        self.assertEqual(len(self.contact.notice_ids), 3)

    def test_a_long_stop_of_the_server_skips_the_warning(self):
        self.tell("2026-03-02 16:30")
        self.assertFalse(self.told("warning"))
        self.assertEqual(self.told("overdue"), self.agent | self.sales_manager)
        self.assertEqual(self.told("escalation"), self.gm)

    def test_who_is_away_has_a_deputy(self):
        self.env["aftersales.absence"].create(
            {
                "user_id": self.agent.id,
                "deputy_id": self.marketing.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-05",
            }
        )
        self.tell("2026-03-02 10:30")
        self.assertEqual(self.told("warning"), self.marketing)

    def test_major_goes_to_the_general_manager_at_once(self):
        self.complaint.sudo().complaint_severity = "major"
        self.happen(self.complaint, "2026-03-02 09:10", "classified", "acknowledged")
        self.tell("2026-03-02 11:00")
        self.assertEqual(self.told("escalation"), self.gm)

    def test_what_is_done_leaves_the_lists(self):
        self.tell("2026-03-02 11:01")
        self.assertTrue(self.complaint.activity_ids)
        self.happen(self.complaint, "2026-03-02 11:05", "contacted")
        self.assertFalse(self.complaint.activity_ids)
        self.assertEqual(len(self.contact.notice_ids), 2, "what was told is kept")
        self.tell("2026-03-02 17:00")
        self.assertFalse(self.told("escalation"))

    def test_an_observed_clock_tells_nobody(self):
        self.set_mode("observe", "complaint_deadline")
        self.tell("2026-03-02 16:30")
        self.assertFalse(self.contact.notice_ids)
        self.assertFalse(self.complaint.activity_ids)
        self.assertFalse(self.contact.next_at, "and nobody is told of it later")

    def test_warned_again_when_it_is_due_at_another_time(self):
        self.tell("2026-03-02 10:30")
        self.set_threshold("clock_contact_minutes", "240")
        self.run_queue()
        with self.at("2026-03-02 10:35"):
            self.run_cron("ir_cron_clock_recompute")
        self.assertDue(self.contact, "2026-03-02 14:00")
        self.tell("2026-03-02 12:00")
        self.assertEqual(len(self.contact.notice_ids), 2)

    def test_not_solved_is_reported_to_marketing(self):
        report = self.clock(self.complaint, "report", "running")
        self.assertDue(report, "2026-03-05 17:00")
        self.tell("2026-03-05 16:59")
        self.assertFalse(self.complaint.complaint_reported_at)
        self.tell("2026-03-05 17:00")
        self.assertEqual(self.complaint.complaint_reported_at, utc("2026-03-05 17:00"))
        told = report.notice_ids.filtered(lambda notice: notice.kind == "report")
        self.assertEqual(told.user_id, self.marketing)
        self.assertIn("not solved", told.activity_id.summary)
        self.assertEqual(report.state, "running", "it is still to be solved")

    def test_the_report_goes_by_mail_too(self):
        self.marketing.notification_type = "email"
        before = self.env["mail.mail"].sudo().search([])
        self.tell("2026-03-05 17:00")
        mails = self.env["mail.mail"].sudo().search([]) - before
        self.assertIn(self.marketing.partner_id, mails.recipient_ids)

    def test_one_mail_for_all_that_is_overdue(self):
        self.sales_manager.notification_type = "email"
        second = self.complaint_at("2026-03-02 09:00")
        second.sudo().complaint_department_id = self.departments["sales"]
        self.happen(second, "2026-03-02 09:00", "registered", "assigned")
        before = self.env["mail.mail"].sudo().search([])
        self.tell("2026-03-02 11:01")
        mails = (self.env["mail.mail"].sudo().search([]) - before).filtered(
            lambda mail: self.sales_manager.partner_id in mail.recipient_ids
        )
        self.assertEqual(len(mails), 1)
        # of the second one nobody was told of its forwarding either
        self.assertEqual(mails.subject, "2 deadlines are overdue")
        for complaint in (self.complaint, second):
            self.assertIn(complaint.display_name, mails.body_html)

    def test_a_notice_stays(self):
        self.tell("2026-03-02 10:30")
        notice = self.contact.notice_ids
        with self.assertRaisesRegex(UserError, "audit trail"):
            notice.with_user(self.gm).unlink()
        with self.assertRaises(UserError):
            notice.write({"user_id": self.gm.id})

    def test_summaries_are_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang = "fr_FR"
        clock = self.contact
        self.assertEqual(
            clock._get_summary("warning", self.agent),
            clock.with_context(lang="fr_FR")._get_summary("warning", self.agent),
        )

    def test_many_clocks_need_few_queries(self):
        def run(number, text):
            complaints = self.env["helpdesk.ticket"].concat(
                *(self.complaint_at(text) for _each in range(number))
            )
            clocks = complaints.complaint_clock_ids
            self.assertEqual(len(clocks), number)
            return clocks

        def tell(clocks, text):
            clocks.next_at = utc(text)
            self.env.flush_all()
            self.env.invalidate_all()
            self.set_mode("observe", "complaint_deadline")
            self.run_queue()
            before = self.env.cr.sql_log_count
            with self.at(text):
                self.env["aftersales.clock"]._take_due(100)._tell()
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few, many = run(2, "2026-03-03 09:00"), run(15, "2026-03-03 09:00")
        tell(few, "2026-03-03 10:00")
        self.assertLessEqual(
            tell(many, "2026-03-03 10:00"), tell(few, "2026-03-03 10:01") + 3
        )
