# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, http
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common_complaint_solution import SolutionCase


@tagged("post_install", "-at_install")
class TestComplaintStatus(SolutionCase, HttpCase):
    """The customer sees a plain status and says whether all is well (C12, C13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Bea",
                "parent_id": cls.customer.id,
                "email": "bea@glassworks.example",
            }
        )
        cls.portal_user = cls.env["res.users"].create(
            {
                "name": "Bea",
                "login": "ar_bea",
                "password": "ar_bea_password",
                "partner_id": cls.buyer.id,
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )
        cls.stranger = cls.env["res.users"].create(
            {
                "name": "Sam",
                "login": "ar_sam",
                "password": "ar_sam_password",
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )

    def page(self, complaint):
        self.authenticate("ar_bea", "ar_bea_password")
        return self.url_open(f"/my/ticket/{complaint.id}").text

    def mails(self, complaint):
        return complaint.message_ids.filtered(
            lambda m: "/rate/" in m.body and "satisfied" in m.body
        )

    def rate(self, complaint, value, feedback="", user="ar_bea"):
        self.authenticate(user, f"{user}_password")
        token = complaint._rating_get_access_token()
        self.assertIn("submit_feedback", self.url_open(f"/rate/{token}/{value}").text)
        return self.url_open(
            f"/rate/{token}/submit_feedback",
            data={
                "rate": str(value),
                "feedback": feedback,
                "csrf_token": http.Request.csrf_token(self),
            },
        )

    # ----------------------------------------------------------------------- status

    def test_steps_in_plain_words(self):
        complaint = self.new_accepted(partner_id=self.buyer.id)
        present = {}
        for state in ("intake", "forwarded", "investigation", "solution", "execution"):
            complaint.complaint_state = state
            status = complaint._get_complaint_status()
            present[state] = [s["name"] for s in status["steps"] if s["is_present"]]
        self.assertEqual(
            present,
            {
                "intake": ["Received"],
                "forwarded": ["Being examined"],
                "investigation": ["Being examined"],
                "solution": ["Proposal made"],
                "execution": ["Being carried out"],
            },
        )

    def test_the_page_shows_the_step_and_nothing_internal(self):
        complaint = self.new_accepted("major", partner_id=self.buyer.id)
        self.propose(
            complaint, proposal="SECRET-PANES", compensation_amount=987.65
        ).with_user(self.agent).action_ask_approval()
        page = self.page(complaint)
        self.assertIn("Proposal made", page)
        self.assertNotIn("Stage:", page, "the helpdesk's stage is another matter")
        self.assertIn("tell us what you think of our proposal", page)
        self.assertIn(complaint.complaint_number, page)
        for secret in (
            "SECRET-PANES",
            "987.65",
            "general manager",
            "approval",
            "Major",
            self.gm.name,
        ):
            self.assertNotIn(secret, page)

    def test_an_ordinary_ticket_looks_as_ever(self):
        ticket = self.new_ticket(partner_id=self.buyer.id)
        page = self.page(ticket)
        self.assertIn("Communication history", page)
        self.assertIn("Stage:", page)
        self.assertNotIn("Your complaint", page)
        self.assertNotIn("/rate/", page)

    def test_a_complaint_is_not_closed_from_the_portal(self):
        """Not even under observe: helpdesk_mgmt asks nobody whose ticket it is."""
        self.set_mode("observe", "complaint_closing")
        complaint = self.new_accepted(partner_id=self.buyer.id)
        self.assertNotIn("/ticket/close", self.page(complaint))
        done = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.url_open(f"/ticket/close?ticket_id={complaint.id}&stage_id={done.id}")
        self.assertEqual(complaint.complaint_state, "accepted")
        self.assertFalse(complaint.stage_id.closed)
        ticket = self.new_ticket(partner_id=self.buyer.id)
        self.url_open(f"/ticket/close?ticket_id={ticket.id}&stage_id={done.id}")
        self.assertTrue(ticket.stage_id.closed)

    def test_refused_and_reissued_are_said(self):
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        following = complaint.with_user(self.agent)._complaint_dissatisfied(
            "Loose", "phone"
        )
        page = self.page(complaint)
        self.assertIn("we look into it again", page)
        self.assertIn(f"/my/ticket/{following.id}", page)
        refused = self.new_accepted(partner_id=self.buyer.id)
        refused._complaint_set_state("refused")
        self.assertIn("could not accept your complaint", self.page(refused))

    # ----------------------------------------------------------------------- rating

    def test_asked_after_carrying_out_and_after_closing(self):
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        mail = self.mails(complaint)
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.notified_partner_ids | mail.partner_ids, self.buyer)
        self.assertIn(complaint._rating_get_access_token(), mail.body)
        self.set_mode("off", "complaint_closing")
        complaint.with_user(self.agent).action_close_complaint()
        self.assertEqual(len(self.mails(complaint)), 2)

    def test_not_asked_by_mail_where_the_company_does_not_want_it(self):
        self.company.aftersales_ask_satisfaction = False
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        self.assertFalse(self.mails(complaint))
        self.assertIn("Are you satisfied", self.page(complaint))

    def test_without_an_address_somebody_asks(self):
        self.buyer.email = False
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        self.assertFalse(self.mails(complaint))
        bodies = " ".join(complaint.message_ids.mapped("body"))
        self.assertIn("please ask by phone", bodies)

    def test_a_good_rating_from_the_portal(self):
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        page = self.page(complaint)
        token = complaint._rating_get_access_token()
        self.assertIn(f"/rate/{token}/5", page)
        self.assertEqual(self.rate(complaint, 5, "Well done").status_code, 200)
        self.assertEqual(complaint.rating_ids.rating, 5)
        self.assertRecordValues(
            complaint,
            [{"complaint_satisfied": "yes", "complaint_satisfied_how": "portal"}],
        )
        self.assertFalse(complaint.complaint_visit_ids)
        self.assertIn("Thank you for telling us", self.page(complaint))

    def test_a_low_rating_makes_somebody_call(self):
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        self.rate(complaint, 1, "The second pane is loose")
        self.assertEqual(complaint.complaint_satisfied, "no")
        visit = complaint.complaint_visit_ids
        self.assertRecordValues(
            visit,
            [{"kind": "extra", "state": "planned", "user_id": self.agent.id}],
        )
        self.assertIn("second pane is loose", visit.motive)
        self.assertEqual(visit.activity_ids.user_id, self.agent)
        self.assertEqual(complaint.complaint_state, "followup", "a person decides")
        self.rate(complaint, 1, "Really")
        self.assertEqual(len(complaint.complaint_visit_ids), 1)
        self.assertIn("customer is dissatisfied", self.missing(complaint))

    def missing(self, complaint):
        return " ".join(text for _key, text in complaint._complaint_missing())

    def test_the_threshold_says_what_is_low(self):
        self.set_threshold("satisfied_rating_min", "4")
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        self.rate(complaint, 3)
        self.assertEqual(complaint.complaint_satisfied, "no")

    def test_strangers_rate_nothing(self):
        complaint = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        token = complaint._rating_get_access_token()
        self.authenticate("ar_sam", "ar_sam_password")
        page = self.url_open(f"/rate/{token}/1")
        self.assertNotIn("submit_feedback", page.text)
        page = self.url_open(f"/my/ticket/{complaint.id}")
        self.assertFalse(page.url.endswith(str(complaint.id)))
        self.assertNotIn("Are you satisfied", page.text)

    def test_no_rating_counts_for_another_complaint_or_from_a_reader(self):
        mine = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        other = self.new_settled(self.new_accepted(partner_id=self.buyer.id))
        token = mine._rating_get_access_token()
        with self.assertRaisesRegex(AccessError, "link in the mail"):
            other.with_user(self.agent).rating_apply(1, token=token)
        other.sudo().rating_apply(1, token=token)
        self.assertFalse(other.complaint_satisfied)
        self.assertFalse(other.complaint_visit_ids)
        mine.message_subscribe(self.technician.partner_id.ids)
        with self.assertRaises(AccessError):
            mine.with_user(self.technician).rating_apply(5, token=token)
        self.assertFalse(mine.complaint_satisfied)

    def test_an_ordinary_ticket_is_rated_as_ever(self):
        ticket = self.new_ticket(partner_id=self.buyer.id)
        self.rate(ticket, 1)
        self.assertEqual(ticket.rating_ids.rating, 1)
        self.assertFalse(ticket.complaint_satisfied)
