# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_cost_liability import LiabilityCase


@tagged("post_install", "-at_install")
class TestDealerSupervision(LiabilityCase):
    """Dealers put their construction right, under our supervision (L3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.new_case("construction", "no")
        cls.today = cls.company._aftersales_now().date()

    def sent(self, supervision):
        """Mails to the dealer about this request."""
        return self.env["mail.mail"].search(
            [
                ("model", "=", supervision._name),
                ("res_id", "=", supervision.id),
                ("recipient_ids", "in", self.dealer.ids),
            ]
        )

    # ----------------------------------------------------------------------- asking

    def test_after_sales_asks_with_one_form(self):
        """Dealer and deadline are filled in; whoever asked has it on their list."""
        self.complaint.complaint_dealer_id = self.dealer
        self.set_threshold("dealer_supervision_days", "5")
        action = self.complaint.with_user(self.agent).action_complaint_ask_dealer()
        form = Form(
            self.env[action["res_model"]]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertEqual(form.dealer_id, self.dealer)
        self.assertEqual(form.deadline, self.today + timedelta(days=5))
        form.task = "Seal the frame anew"
        supervision = form.save()
        self.assertRegex(supervision.name, r"^DS/\d{4}/\d+")
        self.assertEqual(supervision.asked_by_id, self.agent)
        self.assertEqual(supervision.company_id, self.company)
        self.assertEqual(supervision.result, "open")
        activity = supervision.activity_ids
        self.assertEqual(activity.user_id, self.agent)
        self.assertEqual(activity.date_deadline, supervision.deadline)
        body = self.complaint.message_ids[:1].body
        self.assertIn("Seal the frame anew", body)

    def test_the_dealer_is_written_to(self):
        supervision = self.ask_dealer()
        supervision.with_user(self.agent).action_send()
        mail = self.sent(supervision)
        self.assertEqual(len(mail), 1)
        self.assertIn("Seal the frame anew", mail.body_html)
        self.assertIn("Glassworks Ltd", mail.body_html)
        self.assertTrue(supervision.mailed_at)

    def test_without_an_address_it_says_so(self):
        self.dealer.email = False
        supervision = self.ask_dealer()
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            supervision.with_user(self.agent).action_send()
        self.assertFalse(supervision.mailed_at)

    def test_nothing_is_asked_before_registration_or_after_the_end(self):
        fresh = self.new_complaint()
        with self.assertRaisesRegex(UserError, "not registered"):
            self.ask_dealer(fresh)
        with self.assertRaisesRegex(UserError, "Say which complaint"):
            self.env["aftersales.dealer.supervision"].create(
                {"dealer_id": self.dealer.id, "task": "x"}
            )
        with self.assertRaisesRegex(UserError, "not a complaint"):
            self.ask_dealer(self.new_ticket())

    def test_a_dealer_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Sister"})
        foreign = self.dealer.copy({"company_id": company.id})
        with self.assertRaises(ValidationError):
            self.ask_dealer(dealer_id=foreign.id)

    # ---------------------------------------------------------------------- judging

    def test_it_is_judged_once_with_what_shows_it(self):
        supervision = self.ask_dealer().with_user(self.agent)
        with self.assertRaisesRegex(UserError, "write what the dealer made of it"):
            supervision.action_badly_handled()
        supervision.result_note = "The frame leaks again."
        supervision.action_badly_handled()
        self.assertEqual(supervision.result, "badly_handled")
        self.assertEqual(supervision.judged_by_id, self.agent)
        self.assertFalse(supervision.activity_ids)
        self.assertIn("Badly handled", self.complaint.message_ids[:1].body)
        with self.assertRaisesRegex(UserError, "stays as it was judged"):
            supervision.action_handled()
        with self.assertRaisesRegex(UserError, "stays as it was judged"):
            supervision.result_note = "It is fine."
        with self.assertRaises(AccessError):
            supervision.action_reopen()
        supervision.with_user(self.sales_manager).action_reopen()
        self.assertEqual(supervision.result, "open")
        self.assertTrue(supervision.activity_ids)

    def test_days_late_are_counted_to_the_day_it_was_done(self):
        supervision = self.ask_dealer(days=-10)
        supervision.handled_on = self.today - timedelta(days=8)
        supervision.action_handled()
        self.assertEqual(supervision.days_late, 2)
        in_time = self.ask_dealer(days=3)
        in_time.action_handled()
        self.assertEqual((in_time.days_late, in_time.handled_on), (0, self.today))
        never = self.ask_dealer(days=-4, result_note="Nobody came.")
        never.action_not_handled()
        self.assertEqual((never.days_late, never.handled_on), (4, False))

    def test_it_cannot_be_done_tomorrow(self):
        supervision = self.ask_dealer()
        supervision.handled_on = self.today + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "still to come"):
            supervision.action_handled()

    def test_withdrawn_nothing_is_held_against_the_dealer(self):
        supervision = self.ask_dealer(days=-30)
        cost = self.new_judged()
        self.assertEqual(cost.bearer, "dealer")
        supervision.with_user(self.agent).action_withdraw()
        self.run_queue()
        self.assertEqual(cost.bearer, "company")
        self.assertFalse(supervision.is_overdue)

    def test_the_worst_of_several_counts(self):
        """Asked again and handled then: it had to be asked twice."""
        first = self.ask_dealer(result_note="Leaks again.")
        first.action_badly_handled()
        second = self.ask_dealer()
        second.action_handled()
        self.assertEqual((first | second)._get_worst(), first)
        self.assertEqual(self.new_judged().bearer, "dealer")

    def test_closing_waits_for_the_judgement(self):
        supervision = self.ask_dealer()
        keys = [key for key, _text in self.complaint._complaint_missing()]
        self.assertIn("supervision", keys)
        supervision.action_handled()
        keys = [key for key, _text in self.complaint._complaint_missing()]
        self.assertNotIn("supervision", keys)

    # -------------------------------------------------------------------- reminding

    def test_a_late_dealer_is_reminded_once(self):
        late, in_time = self.ask_dealer(days=-1), self.ask_dealer(days=0)
        self.run_cron("ir_cron_dealer_supervision")
        self.run_cron("ir_cron_dealer_supervision")
        self.assertEqual(len(self.sent(late)), 1)
        self.assertFalse(self.sent(in_time))
        self.assertTrue(late.reminded_at)
        told = self.env["mail.message"].search(
            [
                ("model", "=", late._name),
                ("res_id", "=", late.id),
                ("notified_partner_ids", "in", self.agent.partner_id.ids),
            ]
        )
        bodies = [body for body in told.mapped("body") if "by e-mail" in body]
        self.assertEqual(len(bodies), 1)

    def test_overdue_is_found(self):
        late, in_time = self.ask_dealer(days=-1), self.ask_dealer(days=0)
        found = self.env["aftersales.dealer.supervision"].search(
            [("is_overdue", "=", True), ("id", "in", (late | in_time).ids)]
        )
        self.assertEqual(found, late)
        self.assertEqual((late.is_overdue, in_time.is_overdue), (True, False))

    def test_the_days_go_by_without_anybody_doing_anything(self):
        """The scheduled action finds that the dealer has become too late."""
        supervision = self.ask_dealer(days=-3)
        cost = self.new_judged()
        self.assertEqual(cost.bearer, "undecided")
        self.env.cr.execute(
            "UPDATE aftersales_dealer_supervision SET deadline = deadline - 1"
            " WHERE id = %s",
            [supervision.id],
        )
        self.env.invalidate_all()
        self.run_cron("ir_cron_cost_liability")
        self.assertEqual(cost.bearer, "dealer")

    # ---------------------------------------------------------------- performance

    def test_the_contact_shows_how_the_dealer_does(self):
        contact = self.env["res.partner"].create(
            {"name": "Eva", "parent_id": self.dealer.id}
        )
        self.ask_dealer(dealer_id=contact.id).action_handled()
        self.ask_dealer(result_note="Leaks.").action_badly_handled()
        self.ask_dealer().action_withdraw()
        dealer = self.dealer.with_user(self.agent)
        self.assertEqual(dealer.aftersales_supervision_count, 2)
        self.assertEqual(dealer.aftersales_supervision_failed, 1)
        action = dealer.action_view_aftersales_supervision()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(len(found), 3)
        with self.assertRaises(AccessError):
            self.dealer.with_user(self.salesperson).action_view_aftersales_supervision()

    # -------------------------------------------------------------------- guarding

    def test_only_after_sales_supervises(self):
        supervision = self.ask_dealer()
        for user in (self.reader, self.accountant, self.inspector, self.salesperson):
            own = supervision.with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    own.result_note = "x"
                for name in ("send", "handled", "withdraw", "reopen", "not_handled"):
                    with self.assertRaises(AccessError):
                        getattr(own, f"action_{name}")()
                with self.assertRaises(AccessError):
                    own.create(
                        {
                            "complaint_id": self.complaint.id,
                            "dealer_id": self.dealer.id,
                            "task": "x",
                        }
                    )
        supervision.with_user(self.reader).read(["result", "task"])

    def test_nobody_writes_what_follows(self):
        supervision = self.ask_dealer().with_user(self.agent)
        for vals in (
            {"result": "handled"},
            {"days_late": 9},
            {"judged_by_id": self.gm.id},
            {"asked_by_id": self.gm.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                supervision.write(vals)
        with self.assertRaisesRegex(UserError, "asked already"):
            supervision.dealer_id = self.carrier
        forged = (
            self.env["aftersales.dealer.supervision"]
            .with_user(self.agent)
            .with_context(default_result="not_handled", default_asked_by_id=self.gm.id)
            .create(
                {
                    "complaint_id": self.complaint.id,
                    "dealer_id": self.dealer.id,
                    "task": "x",
                }
            )
        )
        self.assertEqual((forged.result, forged.asked_by_id), ("open", self.agent))
        with self.assertRaises(UserError):
            forged.unlink()
        with self.assertRaises(UserError):
            forged.copy()

    def test_files_of_a_judgement_stay(self):
        """Evidence is the request's own; what was judged keeps its files."""
        file = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create({"name": "leak.jpg", "raw": b"picture"})
        )
        supervision = self.ask_dealer().with_user(self.agent)
        supervision.evidence_ids = [Command.link(file.id)]
        self.assertEqual(
            (file.res_model, file.res_id), (supervision._name, supervision.id)
        )
        supervision.result_note = "Leaks."
        supervision.action_not_handled()
        with self.assertRaises(UserError):
            supervision.evidence_ids = [Command.clear()]
        with self.assertRaises(AccessError):
            file.unlink()

    def test_other_companies_do_not_see_it(self):
        supervision = self.ask_dealer()
        company = self.env["res.company"].create({"name": "Sister"})
        other = self.new_user(
            "sis",
            "aftersales_rules.group_complaint_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        with self.assertRaises(AccessError):
            supervision.with_user(other).action_handled()
        self.assertFalse(supervision.with_user(other).search([]))
