# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCommon

from .common_complaint import ComplaintCase


@tagged("post_install", "-at_install")
class TestKeyword(ComplaintCase):
    """The list of words that the administrator keeps (C1, C2)."""

    def find(self, *texts):
        return self.env["aftersales.keyword"]._find(self.company, texts)

    def test_both_languages_are_there(self):
        english, chinese = self.find(
            "We want a refund, the glass is broken.", "玻璃破裂，要求赔偿！"
        )
        self.assertEqual(set(english), {"compensation", "product_quality"})
        self.assertEqual(set(chinese), {"compensation", "product_quality"})

    def test_a_change_of_the_list_counts_at_once(self):
        self.assertEqual(self.find("It wobbles"), [{}])
        word = self.env["aftersales.keyword"].create(
            {"name": "wobbles", "topic": "product_quality"}
        )
        self.assertEqual(self.find("It wobbles"), [{"product_quality": ("wobbles",)}])
        word.active = False
        self.assertEqual(self.find("It wobbles"), [{}])

    def test_words_of_another_company_do_not_count(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        self.env["aftersales.keyword"].create(
            {"name": "wobbles", "topic": "safety", "company_id": other.id}
        )
        self.assertEqual(self.find("It wobbles"), [{}])

    def test_no_word_twice_and_none_without_letters(self):
        keyword = self.env["aftersales.keyword"]
        with self.assertRaisesRegex(ValidationError, "cannot be found"):
            keyword.create({"name": "!!!", "topic": "safety"})
        keyword.create({"name": "Wobbles", "topic": "safety"})
        with (
            self.assertRaises(Exception) as caught,
            self.env.cr.savepoint(),
            self.assertLogs("odoo.sql_db", "ERROR"),
        ):
            keyword.create({"name": "ＷＯＢＢＬＥＳ", "topic": "safety"})
            self.env.flush_all()
        self.assertEqual(caught.exception.pgcode, "23505")

    def test_who_keeps_the_list(self):
        word = {"name": "wobbles", "topic": "safety"}
        keyword = self.env["aftersales.keyword"]
        with self.assertRaises(AccessError):
            keyword.with_user(self.agent).create(word)
        keyword.with_user(self.admin).create(word)

    def test_an_upgrade_leaves_the_list_and_brings_back_what_is_missing(self):
        changed = self.env.ref("aftersales_rules.keyword_safety_12")
        changed.name = "hurting"
        self.env.ref("aftersales_rules.keyword_safety_13").unlink()
        rule = self.env.ref("aftersales_rules.aftersales_hold_company_rule")
        rule.domain_force = "[(1, '=', 1)]"
        tables = self.env["aftersales.table"]
        tables._load("data/tables/aftersales.keyword.csv")
        tables._load("security/tables/ir.rule.csv")
        self.assertEqual(changed.name, "hurting")
        self.assertEqual(rule.domain_force, "[(1, '=', 1)]")
        back = self.env.ref("aftersales_rules.keyword_safety_13")
        self.assertEqual((back.name, back.topic), ("accident", "safety"))
        marks = self.env["ir.model.data"].search(
            [
                ("module", "=", "aftersales_rules"),
                ("model", "in", ("aftersales.keyword", "ir.rule")),
            ]
        )
        self.assertGreater(len(marks), 400)
        self.assertTrue(all(marks.mapped("noupdate")))


@tagged("post_install", "-at_install")
class TestIntakeRule(ComplaintCase, MailCommon):
    """A ticket becomes a complaint by its channel, category or words (C1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel_email = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_channel_email")
        cls.channel_other = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_channel_other")

    def ticket(self, text="<p>Hello</p>", channel=None, **values):
        channel = channel or self.channel_email
        return self.new_ticket(
            name="Question", description=text, channel_id=channel.id, **values
        )

    def decisions(self, ticket):
        return self.env["aftersales.decision"].search(
            [
                ("res_model", "=", ticket._name),
                ("res_id", "=", ticket.id),
                ("decision", "=", "complaint_intake"),
            ]
        )

    def test_words_of_a_complaint(self):
        """The reason names the words, and the ticket keeps it."""
        ticket = self.ticket("<p>This is a <b>comp</b>laint.</p>")
        self.assertTrue(ticket.is_complaint)
        self.assertEqual(ticket.complaint_channel, "email")
        self.assertIn("complaint", ticket.complaint_intake_hint)
        self.assertEqual(self.decisions(ticket).result, "complaint")
        self.assertEqual(self.decisions(ticket).mode, "enforce")

    def test_an_ordinary_ticket_leaves_no_trace(self):
        ticket = self.ticket("<p>What are your opening hours?</p>")
        self.assertFalse(ticket.is_complaint)
        self.assertFalse(ticket.complaint_intake_hint)
        self.assertFalse(self.decisions(ticket))

    def test_internal_tickets_are_not_judged_by_words(self):
        """A note of a colleague on no channel of customers is none."""
        ticket = self.ticket("<p>Print complaint forms</p>", self.channel_other)
        self.assertFalse(ticket.is_complaint)

    def test_words_of_a_defect_count_from_customers_with_orders(self):
        text = "<p>Two panes are broken and cracked.</p>"
        self.assertFalse(self.ticket(text).is_complaint)
        self.new_confirmed(100.0, partner=self.customer)
        self.assertTrue(self.ticket(text).is_complaint)
        self.assertFalse(self.ticket("<p>One is broken.</p>").is_complaint)
        self.set_threshold("intake_defect_words_min", "1")
        self.assertTrue(self.ticket("<p>One is broken.</p>").is_complaint)

    def test_category_or_one_above_it(self):
        category = self.env["helpdesk.ticket.category"]
        parent = category.create({"name": "Trouble", "aftersales_is_complaints": True})
        child = category.create({"name": "Glass", "parent_id": parent.id})
        plain = category.create({"name": "Questions"})
        self.assertTrue(
            self.ticket(channel=self.channel_other, category_id=child.id).is_complaint
        )
        self.assertFalse(self.ticket(category_id=plain.id).is_complaint)

    def test_observed_says_so_and_does_nothing(self):
        self.set_mode("observe", "complaint_intake")
        ticket = self.ticket("<p>This is a complaint.</p>")
        self.assertFalse(ticket.is_complaint)
        self.assertFalse(ticket.complaint_state)
        self.assertIn("complaint", ticket.complaint_intake_hint)
        self.assertEqual(self.decisions(ticket).mode, "observe")
        ticket.with_user(self.agent).action_make_complaint()
        self.assertTrue(ticket.is_complaint)

    def test_off_asks_nothing(self):
        self.set_mode("off", "complaint_intake")
        ticket = self.ticket("<p>This is a complaint.</p>")
        self.assertFalse(ticket.is_complaint)
        self.assertFalse(self.decisions(ticket))

    def test_a_team_without_complaints(self):
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Intranet", "aftersales_no_complaints": True}
        )
        ticket = self.ticket("<p>This is a complaint.</p>", team_id=team.id)
        self.assertFalse(ticket.is_complaint)
        self.assertFalse(self.decisions(ticket))

    def test_many_tickets_take_as_many_queries_as_one(self):
        """Facts of a hundred are gathered at once."""
        values = {
            "name": "Question",
            "description": "<p>This is a complaint.</p>",
            "channel_id": self.channel_email.id,
            "company_id": self.company.id,
        }
        self.set_mode("observe", "complaint_intake")

        def gather(count):
            partners = self.env["res.partner"].create(
                [{"name": f"Buyer {number}"} for number in range(count)]
            )
            tickets = self.env["helpdesk.ticket"].create(
                [{**values, "partner_id": partner.id} for partner in partners]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            tickets._complaint_gather_intake()
            return self.env.cr.sql_log_count - before

        gather(2)
        self.assertEqual(gather(3), gather(60))

    def test_mail_that_complains(self):
        """The gateway makes the ticket; sender and channel are known."""
        alias = self.env["mail.alias"].create(
            {
                "alias_name": "complain",
                "alias_model_id": self.env.ref(
                    "helpdesk_mgmt.model_helpdesk_ticket"
                ).id,
                "alias_domain_id": self.company.alias_domain_id.id,
                "alias_contact": "everyone",
                "alias_defaults": f"{{'company_id': {self.company.id}}}",
            }
        )
        mail = "\n".join(
            [
                "From: Office <office@glassworks.example>",
                f"To: {alias.alias_full_name}",
                "Subject: Panes",
                "Message-Id: <panes-1@glassworks.example>",
                "Content-Type: text/html; charset=utf-8",
                "",
                "<p>We have a complaint: three panes broke.</p>",
            ]
        )
        with patch.object(type(self.env["mail.mail"]), "send"):
            ticket_id = self.env["mail.thread"].message_process(False, mail)
        ticket = self.env["helpdesk.ticket"].browse(ticket_id)
        self.assertRecordValues(
            ticket,
            [
                {
                    "is_complaint": True,
                    "complaint_state": "intake",
                    "complaint_channel": "email",
                    "partner_id": self.customer.id,
                    "complaint_read_back_state": "written",
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestRegistration(ComplaintCase):
    """From intake to a line in the register, with a number (C1)."""

    def missing(self, complaint):
        return [key for key, _text in complaint._complaint_registration_missing()]

    def test_everything_that_is_missing_is_said_at_once(self):
        complaint = self.new_complaint(
            description="<p><br></p>", partner_id=False, complaint_channel=False
        )
        self.assertEqual(
            self.missing(complaint),
            ["customer", "contact", "channel", "about", "read_back"],
        )
        with self.assertRaises(UserError) as caught:
            complaint.with_user(self.agent).action_register()
        for word in ("Who complains", "How to reach", "channel", "about", "Read the"):
            self.assertIn(word, str(caught.exception))
            self.assertIn(word, complaint.complaint_registration_todo)
        self.assertFalse(complaint.complaint_number)
        self.assertEqual(complaint.complaint_state, "intake")

    def test_registered_with_number_time_and_person(self):
        complaint = self.new_complaint()
        agent = complaint.with_user(self.agent)
        agent.action_confirm_read_back()
        agent.action_register()
        year = self.company._aftersales_now().year
        self.assertRegex(complaint.complaint_number, rf"^CP/{year}/\d{{5}}$")
        self.assertEqual(
            complaint.complaint_state, "forwarded", "by the rules, at once"
        )
        self.assertEqual(complaint.complaint_registered_by_id, self.agent)
        self.assertTrue(complaint.complaint_registered_at)
        self.assertFalse(complaint.complaint_registration_todo)
        number = complaint.complaint_number
        agent.action_register()
        self.assertEqual(complaint.complaint_number, number, "once only")

    def test_what_was_read_back_is_kept_and_compared(self):
        complaint = self.new_complaint(description="<p>Three panes broke.</p>")
        agent = complaint.with_user(self.agent)
        self.assertEqual(complaint.complaint_read_back_state, "needed")
        agent.action_confirm_read_back()
        self.assertEqual(complaint.complaint_read_back_text, "Three panes broke.")
        self.assertEqual(complaint.complaint_read_back_by_id, self.agent)
        agent.description = "<p>Four panes broke.</p>"
        self.assertEqual(complaint.complaint_read_back_state, "changed")
        with self.assertRaisesRegex(UserError, "read it to the customer again"):
            agent.action_register()
        agent.action_confirm_read_back()
        agent.action_register()
        self.assertEqual(complaint.complaint_read_back_text, "Four panes broke.")
        trail = "".join(complaint.message_ids.mapped("body"))
        self.assertIn("Three panes broke.", trail)
        self.assertIn("Four panes broke.", trail)

    def test_written_complaints_need_no_reading_back(self):
        complaint = self.new_complaint(complaint_channel="letter")
        self.assertEqual(complaint.complaint_read_back_state, "written")
        complaint.with_user(self.agent).action_register()
        self.assertTrue(complaint.complaint_number)

    def test_nothing_is_read_back_of_an_empty_text(self):
        complaint = self.new_complaint(description="<p> </p>")
        with self.assertRaisesRegex(UserError, "nothing to read back"):
            complaint.with_user(self.agent).action_confirm_read_back()

    def test_what_was_closed_is_open_again_as_a_complaint(self):
        ticket = self.new_ticket()
        ticket.stage_id = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        ticket.with_user(self.agent).action_make_complaint()
        self.assertFalse(ticket.closed)
        self.assertFalse(ticket.closed_date)
        self.assertEqual(ticket.complaint_state, "intake")

    def test_a_plate_is_enough_to_be_about(self):
        complaint = self.new_complaint(
            description="<p></p>", complaint_plate="AB 123", complaint_channel="fax"
        )
        self.assertEqual(self.missing(complaint), [])
        self.assertEqual(complaint.complaint_about, "AB 123")

    def test_who_may_register(self):
        complaint = self.new_complaint()
        helpdesk = self.new_user("hd2", "helpdesk_mgmt.group_helpdesk_user")
        for user in (helpdesk, self.technician):
            for method in ("action_register", "action_confirm_read_back"):
                with self.assertRaises(AccessError):
                    getattr(complaint.with_user(user), method)()
        with self.assertRaisesRegex(UserError, "not a complaint"):
            self.new_ticket().with_user(self.agent).action_register()

    def test_nothing_is_received_in_the_future(self):
        complaint = self.new_complaint()
        with self.assertRaisesRegex(ValidationError, "later than now"):
            complaint.complaint_received_at = fields.Datetime.now() + timedelta(hours=1)

    def test_what_it_is_about_is_read_for_many_at_once(self):
        """The register shows it in a list."""
        for count in range(8):
            self.new_complaint(
                aftersales_product_id=self.new_product(f"Pane {count}").id,
                aftersales_order_id=self.new_order().id,
                complaint_plate=f"AB {count}",
            )
        found = self.env["helpdesk.ticket"].search(
            [("complaint_plate", "=like", "AB _")], order="id"
        )

        def count(complaints):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(complaints.mapped("complaint_about")))
            return self.env.cr.sql_log_count - before

        count(found[:1])
        self.assertEqual(count(found[:2]), count(found))

    def test_what_registration_writes_is_written_by_nobody(self):
        complaint = self.new_complaint().with_user(self.agent)
        for name, value in (
            ("complaint_read_back_text", "Fine"),
            ("complaint_registered_at", "2026-01-01 00:00:00"),
            ("complaint_intake_decision_id", False),
        ):
            with self.assertRaisesRegex(AccessError, name):
                complaint.write({name: value})

    def test_numbers_by_company_and_year(self):
        """Each company counts for itself; a new year starts at one."""
        other = self.env["res.company"].create({"name": "Other Works"})
        first = self.new_complaint(complaint_channel="letter")
        second = self.new_complaint(complaint_channel="letter")
        foreign = self.new_complaint(
            complaint_channel="letter", company_id=other.id, partner_id=False
        )
        (first | second).complaint_registered_at = "2030-12-31 12:00:00"
        foreign.complaint_registered_at = "2030-12-31 12:00:00"
        (first | second | foreign)._complaint_assign_numbers()
        self.assertEqual(
            (first | second | foreign).mapped("complaint_number"),
            ["CP/2030/00001", "CP/2030/00002", "CP/2030/00001"],
        )
        late = self.new_complaint(complaint_channel="letter")
        late.complaint_registered_at = "2031-01-01 12:00:00"
        late._complaint_assign_numbers()
        self.assertEqual(late.complaint_number, "CP/2031/00001")

    def test_the_year_is_that_of_the_company(self):
        """In Shanghai it is next year already."""
        self.company.partner_id.tz = "Asia/Shanghai"
        complaint = self.new_complaint(complaint_channel="letter")
        complaint.complaint_registered_at = "2029-12-31 20:00:00"
        complaint._complaint_assign_numbers()
        self.assertEqual(complaint.complaint_number, "CP/2030/00001")

    def test_what_has_a_number_stays_where_it_is(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        complaint = self.new_complaint(complaint_channel="letter")
        complaint.action_register()
        with self.assertRaisesRegex(UserError, "stays there"):
            complaint.company_id = other
        with self.assertRaisesRegex(UserError, "stays there"):
            complaint.unlink()

    def test_a_list_is_registered_as_a_whole_or_not_at_all(self):
        good = self.new_complaint(complaint_channel="letter")
        bad = self.new_complaint(partner_id=False, complaint_channel="letter")
        with self.assertRaisesRegex(UserError, "Who complains"):
            (good | bad).with_user(self.agent).action_register()
        self.assertFalse(good.complaint_number)
