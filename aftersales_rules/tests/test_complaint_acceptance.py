# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_complaint_handling import NOON, HandlingCase


@tagged("post_install", "-at_install")
class TestComplaintAcceptance(HandlingCase):
    """The sales manager accepts or refuses; a refusal goes to the customer (C8)."""

    def answer(self, action, user, **values):
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
        )
        for name, value in values.items():
            wizard[name] = value
        wizard.save().action_answer()

    def refuse(self, complaint, user=None, reason="The guarantee has ended."):
        user = user or self.sales_manager
        action = complaint.with_user(user).action_open_refuse()
        self.answer(action, user, reason=reason)

    def letters(self, complaint):
        return complaint.message_ids.filtered(
            lambda m: self.customer in m.partner_ids | m.notified_partner_ids
        )

    # ------------------------------------------------------------------- accept

    def test_accepted_with_how_it_goes_on(self):
        complaint = self.new_registered()
        manager = complaint.with_user(self.sales_manager)
        self.assertTrue(manager.complaint_may_accept)
        action = manager.action_open_accept()
        self.answer(action, self.sales_manager, note="Send somebody tomorrow")
        self.assertEqual(complaint.complaint_state, "accepted")
        self.assertEqual(complaint.complaint_accepted_at, NOON)
        self.assertEqual(complaint.complaint_accepted_by_id, self.sales_manager)
        verdict = complaint.complaint_verdict_ids
        self.assertEqual(
            (verdict.verdict, verdict.note, verdict.user_id),
            ("accepted", "Send somebody tomorrow", self.sales_manager),
        )

    def test_who_leads_sales_accepts_without_being_a_complaint_manager(self):
        leader = self.new_user("leader", "sales_team.group_sale_salesman")
        self.departments["sales"].manager_id = leader
        complaint = self.new_registered()
        complaint.message_subscribe(leader.partner_id.ids)
        complaint.with_user(leader).action_accept()
        self.assertEqual(complaint.complaint_accepted_by_id, leader)

    def test_the_deputy_of_the_sales_manager_accepts(self):
        today = self.company._aftersales_now().date()
        self.env["aftersales.absence"].create(
            {
                "user_id": self.sales_manager.id,
                "deputy_id": self.agent.id,
                "date_from": today,
                "date_to": today,
            }
        )
        complaint = self.new_registered()
        complaint.with_user(self.agent).action_accept()
        self.assertEqual(complaint.complaint_state, "accepted")

    def test_others_do_not_decide_and_read_who_does(self):
        complaint = self.new_registered()
        agent = complaint.with_user(self.agent)
        self.assertFalse(agent.complaint_may_accept)
        for act in (agent.action_accept, agent.action_open_refuse):
            with self.assertRaisesRegex(AccessError, r"sales manager \(ar_smgr"):
                act()
        with self.assertRaises(AccessError):
            agent._refuse_complaint("x")

    def test_not_before_it_is_registered_and_not_twice(self):
        complaint = self.new_complaint()
        manager = complaint.with_user(self.sales_manager)
        with self.assertRaisesRegex(UserError, "once it is registered"):
            manager.action_accept()
        with self.assertRaisesRegex(UserError, "once it is registered"):
            manager._refuse_complaint("x")
        self.register(complaint)
        manager.action_accept()
        with self.assertRaisesRegex(UserError, "“Accepted”"):
            manager.action_accept()

    def test_it_is_not_closed_before_it_is_accepted(self):
        complaint = self.new_registered()
        self.assertIn("accepted", dict(complaint._complaint_missing()))
        complaint.with_user(self.sales_manager).action_accept()
        self.assertNotIn("accepted", dict(complaint._complaint_missing()))

    # ------------------------------------------------------------------- refuse

    def test_a_refusal_goes_to_the_customer_and_ends_it(self):
        complaint = self.new_registered()
        self.refuse(complaint)
        self.assertEqual(complaint.complaint_state, "refused")
        letter = self.letters(complaint)
        self.assertEqual(len(letter), 1)
        self.assertIn(complaint.complaint_number, letter.subject)
        self.assertIn("The guarantee has ended.", letter.body)
        self.assertFalse(letter.is_internal)
        verdict = complaint.complaint_verdict_ids
        self.assertEqual(
            (verdict.verdict, verdict.note, verdict.customer_told),
            ("refused", "The guarantee has ended.", "email"),
        )
        self.assertFalse(self.tasks(complaint, self.agent, "forwarded"))

    def test_the_customer_reads_it_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("aftersales_rules.mail_template_complaint_refused")
        template.with_context(
            lang="zh_CN"
        ).subject = "您的投诉 {{ object.complaint_number }}"
        self.customer.lang = "zh_CN"
        complaint = self.new_registered()
        self.refuse(complaint)
        self.assertEqual(
            self.letters(complaint).subject, f"您的投诉 {complaint.complaint_number}"
        )

    def test_a_customer_without_address_is_called(self):
        self.customer.email = False
        complaint = self.new_registered(partner_email=False)
        self.refuse(complaint)
        self.assertEqual(complaint.complaint_verdict_ids.customer_told, "call")
        task = self.tasks(complaint, complaint.user_id, "refused")
        self.assertIn("The guarantee has ended.", task.note)

    def test_an_address_on_the_ticket_is_enough(self):
        complaint = self.new_registered(
            partner_id=False, partner_email="jo@else.example", partner_name="Jo"
        )
        self.refuse(complaint)
        mail = self.mails(complaint).filtered(
            lambda mail: mail.email_to == "jo@else.example"
        )
        self.assertIn("The guarantee has ended.", mail.body_html)

    def test_a_refusal_needs_a_reason(self):
        complaint = self.new_registered().with_user(self.sales_manager)
        with self.assertRaisesRegex(UserError, "reason"):
            complaint._refuse_complaint(" ")
        self.assertEqual(complaint.complaint_state, "forwarded")

    def test_a_refusal_ends_what_waits(self):
        complaint = self.new_registered(complaint_safety=True)
        self.refuse(complaint)
        self.assertTrue(complaint.complaint_alert_ids.ended_at)
        self.assertFalse(self.tasks(complaint, self.gm, "alert"))

    # ------------------------------------------------------------------- reopen

    def test_a_manager_reopens_it_with_a_reason(self):
        complaint = self.new_registered()
        self.refuse(complaint)
        with self.assertRaises(AccessError):
            complaint.with_user(self.agent).action_open_reopen()
        action = complaint.with_user(self.sales_manager).action_open_reopen()
        self.answer(action, self.sales_manager, reason="New photos came")
        self.assertEqual(complaint.complaint_state, "forwarded")
        self.assertFalse(complaint.complaint_refusal_reason)
        self.assertEqual(
            complaint.complaint_verdict_ids.mapped("verdict"), ["reopened", "refused"]
        )
        complaint.with_user(self.sales_manager).action_accept()

    def test_only_a_refused_one_is_reopened(self):
        complaint = self.new_registered().with_user(self.sales_manager)
        with self.assertRaisesRegex(UserError, "not refused"):
            complaint._reopen_complaint("x")

    def test_the_trail_is_kept(self):
        complaint = self.new_registered()
        self.refuse(complaint)
        verdict = complaint.complaint_verdict_ids.sudo()
        with self.assertRaises(UserError):
            verdict.write({"note": "another"})
        with self.assertRaises(UserError):
            verdict.unlink()
