# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_complaint_handling import NIGHT, NOON, HandlingCase

QUALITY = {"description": "<p>x</p>"}


@tagged("post_install", "-at_install")
class TestComplaintRouting(HandlingCase):
    """Complaints go to department, team and person, by rule and by hand (C4, C5)."""

    def quality(self, complaint):
        """Make it a matter of quality, as after-sales would."""
        complaint.with_user(self.agent)._overrule_complaint("quality", "yes", "seen")
        return complaint

    # ------------------------------------------------------------------ by rule

    def test_a_general_complaint_is_forwarded_when_it_is_registered(self):
        complaint = self.quality(self.new_complaint())
        self.assertFalse(complaint.complaint_department_id)
        self.register(complaint)
        self.assertEqual(complaint.complaint_state, "forwarded")
        self.assertEqual(complaint.complaint_department_id, self.departments["quality"])
        self.assertEqual(complaint.user_id, self.inspector)
        self.assertEqual(complaint.complaint_forwarded_at, NOON)
        forwarding = complaint.complaint_forwarding_ids
        self.assertTrue(forwarding.is_by_rule)
        self.assertFalse(forwarding.is_at_once)
        self.assertIn("goes to quality inspection", forwarding.reason_display)

    def test_a_major_complaint_is_handed_on_before_it_is_registered(self):
        complaint = self.new_complaint(complaint_safety=True)
        self.assertEqual(complaint.complaint_state, "intake")
        self.assertEqual(
            complaint.complaint_department_id, self.departments["aftersales"]
        )
        self.assertTrue(complaint.complaint_forwarding_ids.is_at_once)
        self.register(complaint)
        self.assertEqual(complaint.complaint_state, "forwarded")
        self.assertEqual(len(complaint.complaint_forwarding_ids), 1)

    def test_the_person_is_told_by_task_and_mail(self):
        self.inspector.email = "qi@example.com"
        complaint = self.register(self.quality(self.new_complaint()))
        task = self.tasks(complaint, self.inspector, "forwarded")
        self.assertIn("goes to quality inspection", task.note)
        mail = self.mails(complaint.complaint_forwarding_ids, self.inspector)
        self.assertIn("About our order", mail.subject)
        self.assertIn("Glassworks Ltd", mail.body_html)
        self.assertIn("Open the complaint", mail.body_html)
        self.assertTrue(
            complaint.with_user(self.inspector).has_access("read"),
            "the person reads the complaint, whatever rights in the helpdesk",
        )
        self.assertFalse(
            complaint.message_ids.filtered(
                lambda m: "goes to quality" in (m.body or "") and not m.is_internal
            ),
            "nothing of it is for the customer",
        )

    def test_the_team_of_the_department_gets_the_ticket(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Inspection"})
        self.departments["quality"].team_id = team
        complaint = self.register(self.quality(self.new_complaint()))
        self.assertEqual(complaint.team_id, team)
        self.assertEqual(complaint.user_id, self.inspector, "no member of the team")

    def test_who_is_away_is_represented(self):
        today = self.company._aftersales_now().date()
        self.env["aftersales.absence"].create(
            {
                "user_id": self.inspector.id,
                "deputy_id": self.technician.id,
                "date_from": today,
                "date_to": today,
            }
        )
        complaint = self.register(self.quality(self.new_complaint()))
        self.assertEqual(complaint.user_id, self.technician)
        self.assertEqual(complaint.complaint_forwarding_ids.absent_id, self.inspector)

    def test_customers_of_an_office_go_to_its_manager(self):
        manager = self.new_user("north", "aftersales_rules.group_complaint_user")
        office = self.env["aftersales.office"].create(
            {"name": "North", "kind": "branch", "manager_id": manager.id}
        )
        self.customer.with_company(self.company).aftersales_office_id = office
        complaint = self.new_registered()
        self.assertEqual(complaint.complaint_office_id, office)
        self.assertEqual(complaint.complaint_department_id, self.departments["sales"])
        self.assertEqual(complaint.user_id, manager)
        north = self.departments["sales"].copy({"office_id": office.id})
        other = self.new_registered()
        self.assertEqual(other.complaint_department_id, north)
        self.assertEqual(other.user_id, manager)

    def test_sales_matters_go_to_the_salesperson_of_the_customer(self):
        self.customer.user_id = self.salesperson
        complaint = self.new_complaint()
        complaint.with_user(self.agent)._overrule_complaint(
            "type", "sales_service", "x"
        )
        self.register(complaint)
        self.assertEqual(complaint.user_id, self.salesperson)
        self.salesperson.active = False
        other = self.new_complaint()
        other.with_user(self.agent)._overrule_complaint("type", "sales_service", "x")
        self.register(other)
        self.assertEqual(other.user_id, self.sales_manager)

    def test_departments_that_are_asked_as_well(self):
        complaint = self.quality(self.new_complaint())
        self.assertEqual(
            complaint._get_complaint_asked_departments(), ["production", "technical"]
        )
        self.assertIn("Asked as well", complaint.complaint_routing_said)
        self.assertEqual(self.new_complaint()._get_complaint_asked_departments(), [])

    def test_a_department_that_is_not_set_up_is_said(self):
        self.departments["quality"].active = False
        complaint = self.register(self.quality(self.new_complaint()))
        self.assertEqual(complaint.complaint_state, "registered")
        self.assertFalse(complaint.complaint_department_id)
        self.assertIn(
            "no department “Quality inspection” yet", complaint.complaint_routing_said
        )

    def test_a_changed_type_moves_it_until_people_have_taken_it_in_hand(self):
        complaint = self.new_registered()
        self.assertEqual(
            complaint.complaint_department_id, self.departments["aftersales"]
        )
        self.quality(complaint)
        self.assertEqual(complaint.complaint_department_id, self.departments["quality"])
        self.assertFalse(self.tasks(complaint, self.agent, "forwarded"))
        complaint.with_user(self.sales_manager).action_accept()
        complaint.with_user(self.agent)._overrule_complaint("quality", "no", "x")
        self.assertEqual(complaint.complaint_department_id, self.departments["quality"])
        self.assertIn("Rules: After-sales service.", complaint.complaint_routing_said)

    def test_who_took_it_in_the_department_keeps_it(self):
        self.departments["quality"].member_ids = [Command.link(self.technician.id)]
        complaint = self.register(self.quality(self.new_complaint()))
        complaint.with_user(self.technician).action_take()
        complaint.complaint_strong_feeling = True
        self.run_queue()
        self.assertEqual(complaint.complaint_severity, "major")
        self.assertEqual(complaint.user_id, self.technician)

    def test_many_are_routed_with_one_look_at_departments_and_absences(self):
        complaints = self.env["helpdesk.ticket"].concat(
            *(self.new_registered() for _each in range(4))
        )
        office = self.env["aftersales.office"].create({"name": "S", "kind": "branch"})
        complaints.sudo().complaint_office_id = office
        self.env["aftersales.complaint.forwarding"].flush_model()
        asked = []
        find = type(self.env["aftersales.department"])._find

        def spy(model, *args):
            asked.append(args)
            return find(model, *args)

        self.patch(type(self.env["aftersales.department"]), "_find", spy)
        self.run_queue()
        self.assertEqual(complaints.complaint_department_id, self.departments["sales"])
        self.assertEqual(len(asked), 1)

    def test_observing_moves_nothing(self):
        self.set_mode("observe", "complaint_routing")
        complaint = self.quality(self.new_complaint())
        user = complaint.user_id
        self.register(complaint)
        self.assertEqual(complaint.complaint_state, "registered")
        self.assertFalse(complaint.complaint_department_id)
        self.assertEqual(complaint.user_id, user)
        self.assertIn("would say: Quality", complaint.complaint_routing_said)
        self.assertFalse(complaint.activity_ids)

    # ------------------------------------------------------------------ by hand

    def test_forwarded_by_hand_it_stays_there(self):
        complaint = self.new_registered()
        complaint.with_user(self.agent)._forward_complaint(
            self.departments["technical"], self.env["res.users"], "They know glue"
        )
        self.assertEqual(complaint.user_id, self.technician)
        forwarding = complaint.complaint_forwarding_ids[0]
        self.assertEqual(
            (forwarding.reason, forwarding.by_id, forwarding.is_by_rule),
            ("They know glue", self.agent, False),
        )
        self.quality(complaint)
        self.assertEqual(
            complaint.complaint_department_id, self.departments["technical"]
        )

    def test_forwarding_by_hand_is_checked(self):
        complaint = self.new_registered()
        technical, nobody = self.departments["technical"], self.env["res.users"]
        with self.assertRaisesRegex(UserError, "reason"):
            complaint.with_user(self.agent)._forward_complaint(technical, nobody, " ")
        with self.assertRaises(AccessError):
            complaint.with_user(self.foreman)._forward_complaint(technical, nobody, "x")
        portal = self.new_user("portal", "base.group_portal")
        with self.assertRaisesRegex(UserError, "does not work for"):
            complaint.with_user(self.agent)._forward_complaint(technical, portal, "x")
        other = self.env["res.company"].create({"name": "Other"})
        foreign = technical.sudo().copy(
            {
                "company_id": other.id,
                "member_ids": False,
                "manager_id": self.new_user(
                    "om",
                    "base.group_user",
                    company_id=other.id,
                    company_ids=[Command.set(other.ids)],
                ).id,
            }
        )
        with self.assertRaisesRegex(UserError, "Choose a department"):
            complaint.with_user(self.agent)._forward_complaint(foreign, nobody, "x")

    def test_people_of_the_department_take_it_and_others_do_not(self):
        complaint = self.register(self.quality(self.new_complaint()))
        complaint.message_subscribe(self.foreman.partner_id.ids)
        with self.assertRaisesRegex(AccessError, "dealt with by Quality"):
            complaint.with_user(self.foreman).action_take()
        complaint.with_user(self.inspector).action_take()
        self.assertEqual(complaint.user_id, self.inspector)
        self.assertFalse(self.tasks(complaint, self.inspector, "forwarded"))

    def test_assigning_a_person_is_an_event(self):
        seen = []
        model = type(self.env["helpdesk.ticket"])
        happened = model._complaint_happened

        def spy(records, event, at=None):
            seen.append(event)
            return happened(records, event, at)

        self.patch(model, "_complaint_happened", spy)
        complaint = self.quality(self.new_complaint())
        seen.clear()
        self.register(complaint)
        self.assertEqual(seen, ["registered", "assigned", "forwarded"])
        seen.clear()
        complaint.with_user(self.agent).action_take()
        self.assertEqual(seen, ["assigned"])

    def test_the_rules_are_asked_after_everybody_has_seen_what_happened(self):
        """Clocks start before what stops them follows."""
        model = type(self.env["helpdesk.ticket"])
        first = next(
            each for each in model.__mro__ if "_complaint_happened" in vars(each)
        )
        self.assertEqual(
            first.__module__.rpartition(".")[2], "aftersales_complaint_judging"
        )


@tagged("post_install", "-at_install")
class TestComplaintEscalation(HandlingCase):
    """Major complaints and urgent ones at night are told at once (C5, C6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gm.email = "gm@example.com"

    def alerts(self, complaint, kind="management"):
        return complaint.complaint_alert_ids.filtered(lambda a: a.kind == kind)

    # ------------------------------------------------------------------- major

    def test_the_general_manager_is_told_by_task_and_mail(self):
        """Whoever received it: here somebody of another department."""
        complaint = self.new_complaint(complaint_safety=True)
        alert = self.alerts(complaint)
        self.assertEqual(alert.user_ids, self.gm)
        self.assertEqual(alert.told_at, NOON)
        self.assertEqual(alert.due_at, NOON + timedelta(minutes=30))
        task = self.tasks(complaint, self.gm, "alert")
        self.assertIn("acknowledges it within 30 minutes", task.note)
        mail = self.mails(alert, self.gm)
        self.assertIn("Glassworks Ltd", mail.subject)
        self.assertIn("is told at once", mail.body_html)
        self.assertIn("gm", mail.recipient_ids.email)
        self.assertIn("Told at once", self.notes(complaint))

    def test_the_thirty_minutes_count_from_the_receipt(self):
        received = NOON - timedelta(minutes=20)
        complaint = self.new_complaint(
            complaint_safety=True, complaint_received_at=received
        )
        self.assertEqual(
            complaint.complaint_alert_due_at, received + timedelta(minutes=30)
        )

    def test_what_becomes_major_later_counts_from_then(self):
        complaint = self.new_complaint(complaint_received_at=NOON - timedelta(days=3))
        complaint.complaint_compensation_asked = True
        self.run_queue()
        self.assertEqual(complaint.complaint_major_since, NOON)
        self.assertEqual(complaint.complaint_alert_due_at, NOON + timedelta(minutes=30))

    def test_told_once(self):
        complaint = self.new_complaint(complaint_safety=True)
        complaint.complaint_compensation_asked = True
        self.run_queue()
        self.register(complaint)
        self.assertEqual(len(complaint.complaint_alert_ids), 1)
        self.assertEqual(len(self.tasks(complaint, self.gm, "alert")), 1)
        self.assertEqual(len(self.mails(complaint.complaint_alert_ids)), 1)

    def test_the_deputy_is_told_while_the_general_manager_is_away(self):
        today = self.company._aftersales_now().date()
        self.env["aftersales.absence"].create(
            {
                "user_id": self.gm.id,
                "deputy_id": self.sales_manager.id,
                "date_from": today,
                "date_to": today,
            }
        )
        complaint = self.new_complaint(complaint_safety=True)
        self.assertEqual(self.alerts(complaint).user_ids, self.sales_manager)
        complaint.with_user(self.sales_manager).action_acknowledge()
        self.assertTrue(self.alerts(complaint).acknowledged_at)

    def test_without_a_department_the_group_is_told(self):
        self.departments["management"].active = False
        complaint = self.new_complaint(complaint_safety=True)
        self.assertIn(self.gm, self.alerts(complaint).user_ids)
        self.assertNotIn(
            self.env.ref("base.user_root"), self.alerts(complaint).user_ids
        )

    def test_acknowledging_ends_the_countdown(self):
        complaint = self.new_complaint(complaint_safety=True)
        manager = complaint.with_user(self.gm)
        self.assertTrue(manager.complaint_may_acknowledge)
        self.assertIn("has not acknowledged it yet", manager.complaint_alert_notice)
        self.set_clock(NOON + timedelta(minutes=10))
        manager.action_acknowledge()
        alert = self.alerts(complaint)
        self.assertEqual(alert.acknowledged_at, NOON + timedelta(minutes=10))
        self.assertEqual(alert.acknowledged_by_id, self.gm)
        self.assertFalse(alert.is_late)
        self.assertFalse(complaint.complaint_alert_due_at)
        self.assertFalse(complaint.complaint_alert_notice)
        self.assertFalse(self.tasks(complaint, self.gm, "alert"))
        with self.assertRaisesRegex(UserError, "Nothing about"):
            manager.action_acknowledge()

    def test_acknowledged_late_stays_late(self):
        complaint = self.new_complaint(complaint_safety=True)
        self.set_clock(NOON + timedelta(minutes=31))
        complaint.with_user(self.gm).action_acknowledge()
        self.assertTrue(self.alerts(complaint).is_late)

    def test_only_who_was_told_or_a_general_manager_acknowledges(self):
        complaint = self.new_complaint(complaint_safety=True)
        for user in (self.agent, self.sales_manager):
            self.assertFalse(complaint.with_user(user).complaint_may_acknowledge)
            with self.assertRaisesRegex(AccessError, "was told of"):
                complaint.with_user(user).action_acknowledge()
        other = self.new_user("gm2", "aftersales_rules.group_general_manager")
        complaint.with_user(other).action_acknowledge()
        self.assertEqual(self.alerts(complaint).acknowledged_by_id, other)

    def test_what_is_not_major_any_more_is_not_waited_for(self):
        complaint = self.new_complaint(complaint_safety=True)
        complaint.with_user(self.sales_manager)._overrule_complaint(
            "severity", "general", "A misunderstanding"
        )
        self.assertTrue(self.alerts(complaint).ended_at)
        self.assertFalse(self.tasks(complaint, self.gm, "alert"))
        complaint.with_user(self.agent)._overrule_complaint("severity", "major", "No")
        self.assertEqual(len(self.alerts(complaint)), 2, "told again")

    def test_an_alert_keeps_it_from_being_closed(self):
        complaint = self.new_complaint(complaint_safety=True)
        self.assertIn("acknowledged", dict(complaint._complaint_missing()))
        complaint.with_user(self.gm).action_acknowledge()
        self.assertNotIn("acknowledged", dict(complaint._complaint_missing()))

    def test_observing_tells_nobody(self):
        self.set_mode("observe", "complaint_escalation")
        complaint = self.new_complaint(complaint_safety=True)
        self.assertFalse(complaint.complaint_alert_ids)
        self.assertFalse(self.tasks(complaint, self.gm, "alert"))
        decision = self.decisions(complaint, "complaint_escalation")
        self.assertEqual((decision.mode, decision.result), ("observe", "management"))
        self.assertIn(
            "would say: The complaint is major", complaint.complaint_escalation_said
        )
        self.set_mode("enforce", "complaint_escalation")
        self.assertFalse(self.new_complaint().complaint_escalation_said)

    def test_no_context_keeps_an_alert_back(self):
        forged = {
            "default_acknowledged_at": "2026-01-01 00:00:00",
            "default_ended_at": "2026-01-01 00:00:00",
            "default_user_ids": [Command.clear()],
            "mail_activity_automation_skip": True,
            "aftersales_moment": "2026-01-01 00:00:00",
        }
        ticket = self.new_ticket(complaint_safety=True, name="x", description="x")
        self.assertFalse(ticket.is_complaint)
        ticket.with_user(self.agent).with_context(**forged).action_make_complaint()
        self.assertFalse(self.alerts(ticket).acknowledged_at)
        self.assertFalse(self.alerts(ticket).ended_at)
        self.assertEqual(self.alerts(ticket).user_ids, self.gm)
        self.assertTrue(self.tasks(ticket, self.gm, "alert"))
        self.assertTrue(self.mails(self.alerts(ticket), self.gm))
        self.assertEqual(ticket.complaint_forwarded_at, NOON)

    def test_alerts_are_made_and_changed_by_nobody(self):
        complaint = self.new_complaint(complaint_safety=True)
        alert = self.alerts(complaint).with_user(self.gm)
        with self.assertRaises(AccessError):
            alert.write({"due_at": False})
        with self.assertRaises(AccessError):
            alert.copy()
        with self.assertRaises(UserError):
            alert.sudo().unlink()

    # ----------------------------------------------------------------- at night

    def test_received_at_night_the_receiver_is_asked(self):
        self.set_clock(NIGHT)
        complaint = self.new_complaint()
        self.assertTrue(complaint.complaint_after_hours)
        self.assertEqual(complaint.complaint_urgency, "normal")
        self.assertFalse(complaint.complaint_alert_ids)
        self.assertFalse(
            self.new_complaint(complaint_received_at=NOON).complaint_after_hours
        )

    def test_rated_urgent_the_on_call_leader_is_alerted_at_once(self):
        self.departments["aftersales"].on_call_id = self.technician
        self.technician.email = "tec@example.com"
        self.set_clock(NIGHT)
        complaint = self.new_complaint()
        complaint.with_user(self.agent).action_rate_urgent()
        self.assertEqual(complaint.complaint_urgency, "urgent")
        self.assertEqual(complaint.complaint_rated_by_id, self.agent)
        alert = self.alerts(complaint, "on_call")
        self.assertEqual(alert.user_ids, self.technician)
        self.assertEqual(alert.due_at, NIGHT + timedelta(minutes=30))
        self.assertTrue(self.tasks(complaint, self.technician, "alert"))
        self.assertTrue(self.mails(alert, self.technician))
        complaint.with_user(self.technician).action_acknowledge()
        self.assertTrue(alert.acknowledged_at)

    def test_at_night_it_is_registered_with_a_rating_only(self):
        self.set_clock(NIGHT)
        complaint = self.new_complaint(complaint_channel="email")
        missing = complaint._complaint_registration_missing()
        self.assertIn("urgency", dict(missing))
        complaint.with_user(self.agent).action_rate_normal()
        complaint.with_user(self.agent).action_register()
        self.assertEqual(complaint.complaint_state, "forwarded")

    def test_by_day_no_rating_is_asked_for(self):
        """Also of what came at night."""
        complaint = self.new_complaint(complaint_received_at=NIGHT - timedelta(days=1))
        self.assertTrue(complaint.complaint_after_hours)
        missing = complaint._complaint_registration_missing()
        self.assertNotIn("urgency", dict(missing))

    def test_on_the_phone_at_night_the_rating_goes_along(self):
        self.departments["aftersales"].on_call_id = self.technician
        self.set_clock(NIGHT)
        form = self.env["aftersales.complaint.phone"].with_user(self.agent)
        form = form.create(
            {
                "partner_id": self.customer.id,
                "text": "The panes fall out of the frames.",
                "is_read_back": True,
                "received_at": NIGHT,
            }
        )
        self.assertTrue(form.is_after_hours)
        with self.assertRaisesRegex(UserError, "Nobody works now"):
            form.action_register()
        form.urgency_rating = "urgent"
        complaint = self.env["helpdesk.ticket"].browse(form.action_register()["res_id"])
        self.assertEqual(complaint.complaint_state, "forwarded")
        self.assertEqual(self.alerts(complaint, "on_call").user_ids, self.technician)

    def test_at_night_the_alert_waits_only_if_somebody_said_so(self):
        """Thirty minutes from receipt (C5), until the receiver says it can wait (C6).

        The list of alerts says no other time than the countdown.
        """
        self.set_clock(NIGHT)
        complaint = self.new_complaint(
            complaint_compensation_asked=True, complaint_received_at=NIGHT
        )
        alert = self.alerts(complaint)
        clock = complaint.complaint_clock_ids.filtered(
            lambda clock: clock.kind == "major_handover"
        )
        at_once = NIGHT + timedelta(minutes=30)
        self.assertEqual(alert.due_at, at_once)
        complaint.with_user(self.agent).action_rate_normal()
        self.assertGreater(clock.due_at, at_once)
        self.assertEqual(alert.due_at, clock.due_at)
        complaint.with_user(self.agent).action_rate_urgent()
        self.assertEqual(clock.due_at, at_once)
        self.assertEqual(alert.due_at, at_once)

    def test_rated_to_wait_nobody_is_alerted(self):
        self.set_clock(NIGHT)
        complaint = self.new_complaint()
        complaint.with_user(self.agent).action_rate_normal()
        self.assertEqual(complaint.complaint_urgency_rating, "normal")
        self.assertFalse(complaint.complaint_alert_ids)

    def test_the_roster_goes_before_the_department(self):
        self.departments["aftersales"].on_call_id = self.technician
        duties = self.env["aftersales.on.call"]
        for user, hours in ((self.foreman, 0), (self.inspector, -24)):
            duties.create(
                {
                    "user_id": user.id,
                    "company_id": self.company.id,
                    "date_from": NIGHT + timedelta(hours=hours - 2),
                    "date_to": NIGHT + timedelta(hours=hours + 10),
                }
            )
        self.set_clock(NIGHT)
        complaint = self.new_complaint()
        complaint.with_user(self.agent).action_rate_urgent()
        self.assertEqual(self.alerts(complaint, "on_call").user_ids, self.foreman)

    def test_with_nobody_on_call_the_general_manager_is_alerted(self):
        self.set_clock(NIGHT)
        complaint = self.new_complaint()
        complaint.with_user(self.agent).action_rate_urgent()
        self.assertEqual(self.alerts(complaint, "on_call").user_ids, self.gm)

    def test_who_was_just_told_is_not_told_twice(self):
        """Nobody is on call, so that the general manager is, for both reasons."""
        self.set_clock(NIGHT)
        complaint = self.new_complaint(complaint_safety=True)
        self.assertEqual(complaint.complaint_urgency, "urgent")
        alerts = complaint.complaint_alert_ids
        self.assertEqual(sorted(alerts.mapped("kind")), ["management", "on_call"])
        self.assertEqual(len(self.tasks(complaint, self.gm, "alert")), 1)
        self.assertEqual(len(self.mails(alerts)), 1)
        missing = complaint._complaint_registration_missing()
        self.assertNotIn("urgency", dict(missing), "it is urgent already")
        complaint.with_user(self.gm).action_acknowledge()
        self.assertTrue(all(alert.acknowledged_at for alert in alerts))
        self.assertFalse(self.tasks(complaint, self.gm, "alert"))

    def test_urgent_by_day_alerts_nobody(self):
        complaint = self.new_complaint()
        complaint.with_user(self.agent).action_rate_urgent()
        self.assertEqual(complaint.complaint_urgency, "urgent")
        self.assertFalse(complaint.complaint_alert_ids)

    def test_holidays_are_outside_working_hours(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": NOON.replace(hour=0),
                "date_to": NOON.replace(hour=23),
            }
        )
        self.assertTrue(self.new_complaint().complaint_after_hours)

    def test_a_company_without_working_hours_works_around_the_clock(self):
        self.company.resource_calendar_id = False
        self.set_clock(NIGHT)
        self.assertFalse(self.new_complaint().complaint_after_hours)

    def test_others_rate_nothing(self):
        complaint = self.new_complaint()
        with self.assertRaises(AccessError):
            complaint.with_user(self.technician).action_rate_urgent()
        with self.assertRaisesRegex(UserError, "not a complaint"):
            self.new_ticket().with_user(self.agent).action_rate_urgent()
