# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_complaint import ComplaintCase

TODAY = date(2026, 11, 18)
"""A Wednesday."""


class CareCase(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "customer_care", "service_survey")
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Week", "tz": "UTC"}
        )
        cls.caretaker = cls.new_user("care", "aftersales_rules.group_complaint_user")
        cls.env["res.partner"].search([]).sudo().write({"customer_tier_manual": False})
        cls.customer.with_company(cls.company).write(
            {"customer_tier_manual": "key", "user_id": cls.salesperson.id}
        )
        cls.frozen = freeze_time("2026-11-18 10:00:00")
        cls.frozen.start()
        cls.addClassCleanup(cls.frozen.stop)

    @classmethod
    def travel(cls, day):
        return freeze_time(f"{day} 10:00:00")

    def plan_all(self):
        self.env["aftersales.care.plan"].search([]).looked_at = False
        self.run_cron("ir_cron_care_plan")

    @classmethod
    def contacts(cls, kind=None, state="planned", partner=None):
        domain = [
            ("partner_id", "=", (partner or cls.customer).id),
            ("state", "=", state),
        ]
        if kind:
            domain.append(("kind", "=", kind))
        return cls.env["aftersales.care.contact"].search(domain)

    def log(self, contact, user=None, notes="All is well.", **values):
        contact = contact.with_user(user or self.caretaker)
        contact.write({"notes": notes, **values})
        contact.action_done()


@tagged("post_install", "-at_install")
class TestCareCadence(CareCase):
    """Calls and visits come as often as the tier says (C20)."""

    def test_a_key_customer_is_called_and_visited(self):
        self.plan_all()
        call, visit = self.contacts("call"), self.contacts("visit")
        for contact, days in ((call, 30), (visit, 90)):
            self.assertEqual(len(contact), 1)
            self.assertTrue(contact.is_by_rule)
            self.assertGreater(contact.planned_date, TODAY)
            # the first is spread over the time, and moved off a weekend
            self.assertLessEqual(contact.planned_date, TODAY + timedelta(days + 2))
            self.assertLess(contact.planned_date.weekday(), 5)
            self.assertEqual(contact.user_id, self.salesperson)
            activity = contact.activity_ids
            self.assertEqual(activity.user_id, self.salesperson)
            self.assertEqual(activity.date_deadline, contact.planned_date)
        plan = call.plan_id
        self.assertEqual((plan.contact_days, plan.visit_days), (30, 90))
        self.assertIn("every 30 days", plan.decision_id.reason_display)

    def test_planning_again_plans_nothing_twice(self):
        self.plan_all()
        planned = self.contacts()
        decisions = self.env["aftersales.decision"].search_count([])
        self.plan_all()
        self.assertEqual(self.contacts(), planned)
        self.assertEqual(self.env["aftersales.decision"].search_count([]), decisions)

    def test_the_next_one_counts_from_the_last(self):
        self.plan_all()
        first = self.contacts("call")
        with self.travel(first.planned_date):
            self.log(first, market_notes="A competitor offers 5% less.")
            self.assertEqual(
                (first.state, first.ended_on), ("done", first.planned_date)
            )
            self.assertEqual(first.done_by_id, self.caretaker)
            self.assertFalse(first.activity_ids)
            following = self.contacts("call")
            due = first.planned_date + timedelta(30)
            self.assertGreaterEqual(following.planned_date, due)
            self.assertLessEqual(following.planned_date, due + timedelta(2))
        self.assertEqual(len(self.contacts("visit")), 1)

    def test_a_call_that_just_came_moves_the_planned_one(self):
        """Whoever spoke with the customer today need not call in a week."""
        self.plan_all()
        planned = self.contacts("call")
        chance = self.env["aftersales.care.contact"].with_user(self.salesperson)
        chance = chance.create({"partner_id": self.customer.id, "notes": "They rang."})
        self.assertFalse(chance.is_by_rule)
        chance.action_done()
        self.assertEqual(self.contacts("call"), planned)
        self.assertEqual(planned.planned_date, TODAY + timedelta(30))
        self.assertEqual(planned.activity_ids.date_deadline, planned.planned_date)

    def test_what_is_overdue_stays_overdue(self):
        self.plan_all()
        call = self.contacts("call")
        late = call.planned_date + timedelta(20)
        with self.travel(late):
            self.plan_all()
            self.assertEqual(self.contacts("call"), call)
            self.assertLess(call.planned_date, late)
            self.assertTrue(call.is_late)
            self.assertIn(
                call, call.search([("is_late", "=", True)]), "the list finds it"
            )
            self.assertNotIn(call, call.search([("is_late", "=", False)]))

    def test_a_person_s_date_is_left_alone(self):
        self.plan_all()
        call = self.contacts("call")
        call.with_user(self.caretaker).planned_date = date(2027, 3, 1)
        self.assertFalse(call.is_by_rule)
        self.assertEqual(call.activity_ids.date_deadline, date(2027, 3, 1))
        self.plan_all()
        self.assertEqual(self.contacts("call"), call)
        self.assertEqual(call.planned_date, date(2027, 3, 1))

    def test_another_tier_is_another_cadence(self):
        """Longer: from the last one on. None: what the rules planned is cancelled."""
        self.plan_all()
        self.log(self.contacts("call"))
        self.assertEqual(self.contacts("call").planned_date, TODAY + timedelta(30))
        self.customer.customer_tier_manual = "regular"
        self.plan_all()
        day = TODAY + timedelta(60)
        self.assertGreaterEqual(self.contacts("call").planned_date, day)
        self.customer.customer_tier_manual = "low_volume"
        self.plan_all()
        self.assertFalse(self.contacts("visit"), "low volume is not visited")
        self.customer.customer_tier_manual = False
        self.plan_all()
        self.assertFalse(self.contacts())
        self.assertFalse(self.contacts(state="cancelled").activity_ids)

    def test_who_is_not_satisfied_is_called_soon(self):
        self.plan_all()
        self.log(self.contacts("visit"), satisfied="no", notes="They are angry.")
        self.assertLessEqual(
            self.contacts("call").planned_date, TODAY + timedelta(7 + 2)
        )
        self.assertEqual(self.contacts("call").plan_id.contact_days, 7)
        with freeze_time(f"{TODAY} 11:00:00"):
            self.log(self.contacts("call"), satisfied="yes")
        self.assertEqual(self.contacts("call").plan_id.contact_days, 30)
        self.assertEqual(self.contacts("call").planned_date, TODAY + timedelta(30))

    def test_without_a_tier_the_dedicated_contact_calls(self):
        """From the moment on when somebody is named."""
        self.plan_all()
        self.assertFalse(self.contacts(partner=self.partner))
        self.partner.with_user(self.controller).aftersales_care_user_id = self.caretaker
        call = self.contacts(partner=self.partner)
        self.assertEqual((call.kind, call.user_id), ("call", self.caretaker))
        self.partner.aftersales_care_user_id = self.agent
        self.assertEqual(call.user_id, self.agent)
        self.assertEqual(call.activity_ids.user_id, self.agent)
        self.assertEqual(call.with_user(self.agent).has_access("write"), True)

    def test_observing_plans_nothing_and_says_what_it_would(self):
        self.set_mode("observe", "customer_care")
        self.plan_all()
        self.assertFalse(self.contacts())
        customer = self.customer.with_user(self.caretaker)
        self.assertTrue(customer.aftersales_care_observed)
        self.assertIn("every 30 days", customer.aftersales_care_text)
        self.assertFalse(customer.aftersales_care_next)
        self.set_mode("enforce", "customer_care")
        self.plan_all()
        self.env.invalidate_all()
        self.assertEqual(
            customer.aftersales_care_next, min(self.contacts().mapped("planned_date"))
        )

    def test_off_asks_nothing(self):
        self.set_mode("off", "customer_care")
        self.plan_all()
        self.assertFalse(self.env["aftersales.care.plan"].search([]))

    def test_each_company_cares_for_itself(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        self.set_mode("enforce", "customer_care", company=sister)
        self.plan_all()
        self.assertEqual(self.contacts().company_id, self.company)
        self.customer.with_company(sister).customer_tier_manual = "regular"
        self.plan_all()
        calls = self.contacts("call")
        self.assertEqual(calls.company_id, self.company | sister)
        stranger = self.new_user(
            "sister",
            "aftersales_rules.group_complaint_user",
            company_id=sister.id,
            company_ids=[Command.set(sister.ids)],
        )
        seen = calls.with_user(stranger).search([("partner_id", "=", self.customer.id)])
        self.assertEqual(seen.company_id, sister)

    def test_the_run_goes_on_where_it_ended(self):
        """A plan is looked at once a day, however often the run is started."""
        self.plan_all()
        plans = self.env["aftersales.care.plan"].search([])
        self.assertEqual(set(plans.mapped("looked_at")), {TODAY})
        self.customer.customer_tier_manual = "low_volume"
        self.run_cron("ir_cron_care_plan")
        self.assertEqual(plans.contact_days, 30)
        with self.travel(TODAY + timedelta(1)):
            self.run_cron("ir_cron_care_plan")
        self.assertEqual(plans.contact_days, 180)

    def test_many_are_planned_in_as_many_queries_as_few(self):
        customers = self.env["res.partner"].concat(
            *(self.new_customer(f"C{n}") for n in range(12))
        )
        for customer in customers:
            customer.customer_tier_manual = "key"
        plans = self.env["aftersales.care.plan"]._open(self.company, customers)
        counts = []
        for part in (plans[:3], plans[3:]):
            part._plan_contacts("recheck")  # makes the contacts
        for part in (plans[:3], plans[3:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            part._plan_contacts("recheck")
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestCareContact(CareCase):
    """What was said is logged, and kept (C20)."""

    def setUp(self):
        super().setUp()
        self.plan_all()
        self.call = self.contacts("call")

    def test_without_words_nothing_is_done(self):
        with self.assertRaisesRegex(UserError, "write what was said"):
            self.log(self.call, notes="  ")
        self.assertEqual(self.call.state, "planned")

    def test_steps_are_not_written(self):
        contact = self.call.with_user(self.caretaker)
        for vals in (
            {"state": "done"},
            {"ended_on": TODAY},
            {"is_by_rule": False},
            {"plan_id": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                contact.write(vals)
        forged = contact.with_context(default_state="done", default_is_by_rule=True)
        made = forged.create({"partner_id": self.customer.id, "kind": "visit"})
        self.assertEqual((made.state, made.is_by_rule), ("planned", False))
        for vals in ({"kind": "visit"}, {"partner_id": self.partner.id}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "does not chan"):
                contact.write(vals)

    def test_what_was_logged_is_kept(self):
        self.log(self.call)
        contact = self.call.with_user(self.caretaker)
        with self.assertRaisesRegex(UserError, "stays as it is"):
            contact.notes = "Something else."
        with self.assertRaisesRegex(UserError, "Contacts are kept"):
            contact.unlink()
        with self.assertRaisesRegex(UserError, "is Done"):
            contact.action_done()
        with self.assertRaisesRegex(UserError, "is Done"):
            contact.action_cancel()
        own = contact.create({"partner_id": self.customer.id})
        own.unlink()

    def test_a_cancelled_call_is_planned_again_later(self):
        self.call.with_user(self.caretaker).action_cancel()
        self.assertEqual(self.call.state, "cancelled")
        self.assertEqual(self.contacts("call").planned_date, TODAY + timedelta(30))

    def test_a_person_is_called_at_their_company(self):
        person = self.env["res.partner"].create(
            {"name": "Ada", "parent_id": self.customer.id, "phone": "+49 1"}
        )
        contact = self.call.create({"partner_id": person.id})
        self.assertEqual(contact.partner_id, self.customer)
        self.assertEqual((contact.contact_id, contact.phone), (person, "+49 1"))
        self.assertEqual(contact.plan_id, self.call.plan_id)

    def test_who_sees_what(self):
        """After-sales everything, salespeople their customers, others their own."""
        other = self.new_user("sal2", "sales_team.group_sale_salesman")
        for user, right in (
            (self.caretaker, True),
            (self.salesperson, True),
            (other, False),
            (self.technician, False),
            (self.warehouse_user, False),
        ):
            with self.subTest(user.login):
                self.assertEqual(self.call.with_user(user).has_access("write"), right)
        self.call.user_id = self.technician
        self.log(self.call, self.technician)
        self.assertEqual(self.call.state, "done")

    def test_two_by_rule_are_impossible(self):
        """The index that two workers at once collide on."""
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.call.sudo().copy({"is_by_rule": True, "plan_id": self.call.plan_id.id})
            self.env.flush_all()

    def test_customer_form_shows_it(self):
        action = self.customer.with_user(self.salesperson).action_view_aftersales_care()
        found = self.env["aftersales.care.contact"].search(action["domain"])
        self.assertIn(self.call, found)
        with self.assertRaises(AccessError):
            self.customer.with_user(
                self.new_user("plain", "base.group_user")
            ).action_view_aftersales_care()

    def test_merged_customers_have_one_plan(self):
        """What was said with either of them stays, and counts."""
        double = self.new_customer("Glassworks Limited")
        double.aftersales_care_user_id = self.caretaker
        said = self.contacts("call", partner=double)
        self.log(said, notes="They moved.")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | double).ids, self.customer)
        self.env.invalidate_all()
        self.plan_all()
        self.assertEqual(said.partner_id, self.customer)
        self.assertEqual(said.plan_id, self.call.plan_id)
        self.assertEqual(said.plan_id.partner_id, self.customer)
        self.assertEqual(len(self.contacts("call")), 1)
        self.assertEqual(len(self.contacts("visit")), 1)

    def test_one_contact_for_each_service(self):
        persons = self.env["aftersales.care.person"].with_user(self.salesperson)
        vals = {
            "partner_id": self.customer.id,
            "service": "technical",
            "user_id": self.technician.id,
        }
        persons.create([vals, {**vals, "service": "complaints"}])
        self.assertEqual(len(self.customer.aftersales_care_person_ids), 2)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            persons.create(vals)
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestServiceSurvey(CareCase):
    """After a repair the customer is asked how satisfied they are (C20)."""

    def repair(self, partner=None, **values):
        repair = self.env["repair.order"].create(
            {
                "partner_id": (partner or self.customer).id,
                "product_id": self.goods.id,
                "company_id": self.company.id,
                **values,
            }
        )
        repair._action_repair_confirm()
        repair.action_repair_start()
        repair.with_user(self.warehouse_user).action_repair_end()
        self.assertEqual(repair.state, "done")
        return repair

    def surveys(self, partner=None):
        partner = (partner or self.customer).commercial_partner_id
        return self.env["aftersales.care.contact"].search(
            [("partner_id", "=", partner.id), ("kind", "=", "survey")]
        )

    def answer(self, survey, rate, feedback=None):
        """As Odoo's page does it, for whoever has the link."""
        token = survey._rating_get_access_token()
        survey.sudo().rating_apply(rate, token=token, feedback=feedback)

    def test_a_repair_asks_by_mail(self):
        repair = self.repair()
        survey = self.surveys()
        self.assertEqual((survey.state, survey.repair_id), ("sent", repair))
        self.assertEqual(survey.user_id, self.salesperson)
        mail = survey.message_ids.filtered("partner_ids")
        self.assertEqual(mail.partner_ids, self.customer)
        token = survey.rating_ids.access_token
        for rate in (1, 3, 5):
            self.assertIn(f"/rate/{token}/{rate}", mail.body)
        self.assertIn(repair.name, mail.body)
        decision = self.env["aftersales.decision"].search(
            [("res_model", "=", "repair.order"), ("res_id", "=", repair.id)]
        )
        self.assertEqual(
            (decision.decision, decision.result), ("service_survey", "send")
        )
        self.assertTrue(decision.with_user(self.agent).has_access("read"))

    def test_the_answer_is_kept(self):
        self.repair()
        survey = self.surveys()
        self.answer(survey, 5, "Quick and clean.")
        self.assertEqual((survey.state, survey.satisfied), ("done", "yes"))
        self.assertEqual(survey.notes, "Quick and clean.")
        self.assertFalse(survey.activity_ids)
        self.answer(survey, 1, "It broke again.")
        self.assertEqual((survey.state, survey.satisfied), ("done", "no"))

    def test_a_bad_answer_is_followed_up(self):
        self.plan_all()
        self.repair()
        self.answer(self.surveys(), 1, "It leaks.")
        activity = self.surveys().activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("It leaks.", activity.note)
        self.assertEqual(self.contacts("call").plan_id.contact_days, 7)
        self.assertLessEqual(self.contacts("call").planned_date, TODAY + timedelta(9))

    def test_nobody_else_answers(self):
        self.repair()
        survey = self.surveys()
        token = survey._rating_get_access_token()
        for user in (self.caretaker, self.salesperson):
            with self.assertRaisesRegex(AccessError, "with the link in the mail"):
                survey.with_user(user).rating_apply(5, token=token)
        with self.assertRaisesRegex(UserError, "is Waiting"):
            survey.with_user(self.caretaker).action_done()

    def test_not_asked_too_often(self):
        self.repair()
        self.repair()
        self.assertEqual(len(self.surveys()), 1)
        with self.travel(TODAY + timedelta(30)):
            self.repair()
        self.assertEqual(len(self.surveys()), 2)

    def test_several_finished_at_once_are_one_service(self):
        repairs = self.env["repair.order"].create(
            [
                {"partner_id": self.customer.id, "product_id": self.goods.id}
                for _index in range(3)
            ]
        )
        repairs._action_repair_confirm()
        repairs.action_repair_start()
        repairs.action_repair_end()
        self.assertEqual(len(self.surveys()), 1)

    def test_who_is_not_asked(self):
        """Without an address; or because a complaint asks itself."""
        silent = self.new_customer("Silent")
        self.repair(silent)
        self.assertFalse(self.surveys(silent))
        complaint = self.new_complaint()
        self.repair(complaint_id=complaint.id)
        self.assertFalse(self.surveys())

    def test_observing_sends_nothing(self):
        self.set_mode("observe", "service_survey")
        repair = self.repair()
        self.assertFalse(self.surveys())
        decision = self.env["aftersales.decision"].search(
            [("res_model", "=", "repair.order"), ("res_id", "=", repair.id)]
        )
        self.assertEqual((decision.mode, decision.result), ("observe", "send"))
        self.set_mode("off", "service_survey")
        repair = self.repair()
        self.assertFalse(
            decision.search(
                [("res_id", "=", repair.id), ("res_model", "=", "repair.order")]
            )
        )
