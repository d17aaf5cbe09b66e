# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timezone
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_credit import CreditCase


class CutOffCase(CreditCase):
    """A company in China; all moments are in its local time.

    Days: Wednesday 18, Friday 20, Monday 23 November 2026.
    """

    ZONE = "Asia/Shanghai"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "shipping_day")
        cls.company.resource_calendar_id.tz = cls.ZONE
        cls.other.email = "dealer@example.com"
        cls.reminder_model = cls.env["aftersales.payment.reminder"]

    @classmethod
    def to_utc(cls, moment, zone=None):
        local = datetime.fromisoformat(moment).replace(
            tzinfo=ZoneInfo(zone or cls.ZONE)
        )
        return local.astimezone(timezone.utc).replace(tzinfo=None)

    def at(self, moment, zone=None):
        """Stop the clock at a local moment."""
        return self.freeze(self.to_utc(moment, zone))

    def new_due(self, moment="2026-11-18 10:00", amount=100.0, **values):
        """A confirmed order whose transfer is scheduled for a local moment."""
        values.setdefault("partner", self.other)
        with self.at("2026-11-16 09:00"):
            order = self.new_confirmed(amount, **values)
            order.picking_ids.scheduled_date = self.to_utc(moment)
            self.env.flush_all()
        return order

    def run_cron(self, moment, zone=None):
        with self.at(moment, zone), self.crons_commit():
            self.reminder_model._cron_cut_off()
            self.env.flush_all()

    def get_due(self, order, zone=None):
        """Local moment of an order's transfer."""
        moment = order.picking_ids.scheduled_date.replace(tzinfo=timezone.utc)
        local = moment.astimezone(ZoneInfo(zone or self.ZONE))
        return local.strftime("%Y-%m-%d %H:%M")

    def get_results(self, order):
        decisions = order.decision_ids.filtered(
            lambda decision: decision.decision == "shipping_day"
        )
        return sorted(decisions.mapped("result"))

    def get_mails(self, order):
        """Notifications to the customer by e-mail."""
        return order.message_ids.notification_ids.filtered(
            lambda notice: notice.res_partner_id == order.partner_id
            and notice.notification_type == "email"
        )

    def get_state(self, orders):
        """All that the cut-off may change."""
        self.env.invalidate_all()
        reminders = self.reminder_model.search([])
        return (
            [self.get_due(order) for order in orders],
            [self.get_results(order) for order in orders],
            [order.message_ids.ids for order in orders],
            [order.picking_ids.message_ids.ids for order in orders],
            reminders.ids,
            reminders.line_ids.mapped(lambda line: (line.order_id.id, line.sent_at)),
            reminders.activity_ids.ids,
        )


@tagged("post_install", "-at_install")
class TestCutOff(CutOffCase):
    """Unpaid by the cut-off: the next shipping day (O5)."""

    def test_unpaid_order_moves_to_the_next_day(self):
        order = self.new_due()
        self.run_cron("2026-11-18 15:29")
        self.assertEqual(self.get_due(order), "2026-11-18 10:00")
        self.run_cron("2026-11-18 15:30")
        self.assertEqual(self.get_due(order), "2026-11-19 10:00")
        for record in (order, order.picking_ids):
            texts = " ".join(str(body) for body in record.message_ids.mapped("body"))
            self.assertRegex(texts, r"100\.00\b.* was not paid by 15:30")

    def test_time_is_that_of_the_company(self):
        """15:30 in China is 07:30 UTC; 15:30 UTC would be the next day there."""
        order = self.new_due()
        with self.freeze("2026-11-18 07:29:00"), self.crons_commit():
            self.reminder_model._cron_cut_off()
        self.assertEqual(self.get_due(order), "2026-11-18 10:00")
        with self.freeze("2026-11-18 07:30:00"), self.crons_commit():
            self.reminder_model._cron_cut_off()
        self.assertEqual(self.get_due(order), "2026-11-19 10:00")

    def test_due_today_is_today_in_the_company(self):
        """Just after and just before local midnight."""
        early = self.new_due("2026-11-18 00:05")
        late = self.new_due("2026-11-18 23:55")
        tomorrow = self.new_due("2026-11-19 00:05")
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_due(early), "2026-11-19 00:05")
        self.assertEqual(self.get_due(late), "2026-11-19 23:55")
        self.assertEqual(self.get_due(tomorrow), "2026-11-19 00:05")
        self.assertEqual(self.get_results(tomorrow), [])

    def test_what_should_have_left_before_moves_too(self):
        order = self.new_due("2026-11-12 10:00")
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_due(order), "2026-11-19 10:00")

    def test_weekend_is_no_shipping_day(self):
        order = self.new_due("2026-11-20 10:00")
        self.run_cron("2026-11-20 16:00")
        self.assertEqual(self.get_due(order), "2026-11-23 10:00")

    def test_public_holiday_is_no_shipping_day(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": self.to_utc("2026-11-23 00:00"),
                "date_to": self.to_utc("2026-11-24 23:59"),
            }
        )
        order = self.new_due("2026-11-20 10:00")
        self.run_cron("2026-11-20 16:00")
        self.assertEqual(self.get_due(order), "2026-11-25 10:00")

    def test_absence_of_one_person_is_no_holiday(self):
        person = self.env["resource.resource"].create(
            {"name": "Packer", "calendar_id": self.company.resource_calendar_id.id}
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Sick",
                "calendar_id": self.company.resource_calendar_id.id,
                "resource_id": person.id,
                "date_from": self.to_utc("2026-11-19 00:00"),
                "date_to": self.to_utc("2026-11-19 23:59"),
            }
        )
        order = self.new_due()
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_due(order), "2026-11-19 10:00")

    def test_company_without_working_hours_ships_every_day(self):
        self.company.resource_calendar_id.attendance_ids.unlink()
        order = self.new_due("2026-11-20 10:00")
        self.run_cron("2026-11-20 16:00")
        self.assertEqual(self.get_due(order), "2026-11-21 10:00")

    def test_local_time_is_kept_when_the_clocks_change(self):
        self.company.resource_calendar_id.tz = "Europe/Berlin"
        order = self.new_due("2026-11-18 10:00")
        order.picking_ids.scheduled_date = self.to_utc(
            "2026-10-23 10:00", "Europe/Berlin"
        )
        self.run_cron("2026-10-23 16:00", "Europe/Berlin")
        self.assertEqual(self.get_due(order, "Europe/Berlin"), "2026-10-26 10:00")

    def test_paid_orders_ship(self):
        order = self.new_due()
        with self.at("2026-11-18 15:00"):
            self.pay(self.invoice_order(order))
        online = self.new_due()
        self.new_transaction(100.0, online)
        self.run_cron("2026-11-18 16:00")
        for paid in (order, online):
            self.assertEqual(self.get_due(paid), "2026-11-18 10:00")
            self.assertEqual(self.get_results(paid), [])

    def test_part_paid_order_does_not(self):
        order = self.new_due()
        self.new_transaction(99.99, order)
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_due(order), "2026-11-19 10:00")

    def test_orders_on_agreed_credit_ship(self):
        on_limit = self.new_due(partner=self.partner)
        promised = self.new_due(
            guarantor_id=self.salesperson.id, promised_payment_date="2026-11-20"
        )
        unsecured = self.new_due(promised_payment_date="2026-11-20")
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_due(on_limit), "2026-11-18 10:00")
        self.assertEqual(self.get_due(promised), "2026-11-18 10:00")
        self.assertEqual(self.get_due(unsecured), "2026-11-19 10:00")

    def test_only_what_can_still_leave_moves(self):
        cancelled = self.new_due()
        cancelled._action_cancel()
        done = self.new_due()
        self.stock_up(self.goods)
        done.picking_ids.action_assign()
        done.picking_ids.move_ids.picked = True
        done.picking_ids.button_validate()
        before = self.get_state(cancelled | done)
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_state(cancelled | done), before)

    def test_every_transfer_of_the_order_moves(self):
        order = self.new_due()
        first = order.picking_ids
        second = first.copy({"scheduled_date": self.to_utc("2026-11-17 08:00")})
        second.move_ids.sale_line_id = order.order_line
        second.action_confirm()
        self.assertEqual(second.sale_id, order)
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(
            (first | second).mapped("scheduled_date"),
            [self.to_utc("2026-11-19 10:00"), self.to_utc("2026-11-19 08:00")],
        )

    def test_times_are_thresholds(self):
        self.set_threshold("cut_off_time", "11:00")
        order = self.new_due()
        self.run_cron("2026-11-18 11:00")
        self.assertEqual(self.get_due(order), "2026-11-19 10:00")

    def test_running_again_changes_nothing(self):
        orders = self.new_due() | self.new_due(partner=self.partner)
        for moment in ("2026-11-18 14:00", "2026-11-18 15:30"):
            self.run_cron(moment)
            before = self.get_state(orders)
            self.run_cron(moment)
            self.assertEqual(self.get_state(orders), before)
            self.run_cron(moment[:-1] + "9")
            self.assertEqual(self.get_state(orders), before)
        self.assertEqual(self.get_results(orders[0]), ["postpone", "remind"])

    def test_unpaid_again_the_next_day(self):
        order = self.new_due()
        for day in (18, 19):
            self.run_cron(f"2026-11-{day} 14:30")
            self.run_cron(f"2026-11-{day} 16:00")
        self.assertEqual(self.get_due(order), "2026-11-20 10:00")
        self.assertEqual(self.get_results(order), ["postpone"] * 2 + ["remind"] * 2)
        self.assertEqual(len(self.reminder_model.search([])), 2)

    def test_observe_records_once_a_day_and_changes_nothing(self):
        self.set_mode("observe", "shipping_day")
        self.company.aftersales_remind_customers = True
        order = self.new_due()
        due, _results, *rest = self.get_state(order)
        for moment in ("14:00", "14:10", "15:30", "15:40", "23:50"):
            self.run_cron(f"2026-11-18 {moment}")
        self.assertEqual(self.get_state(order), (due, [["postpone", "remind"]], *rest))
        self.assertEqual(set(order.decision_ids.mapped("mode")), {"observe"})
        self.run_cron("2026-11-19 00:10")
        self.run_cron("2026-11-19 16:00")
        self.assertEqual(self.get_results(order), ["postpone", "postpone", "remind"])

    def test_off_records_nothing(self):
        self.set_mode("off", "shipping_day")
        order = self.new_due()
        before = self.get_state(order)
        self.run_cron("2026-11-18 16:00")
        self.assertEqual(self.get_state(order), before)

    def test_queries_do_not_grow_with_what_is_not_due(self):
        self.new_due()

        def count():
            self.run_cron("2026-11-18 14:30")
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.run_cron("2026-11-18 14:30")
            return self.env.cr.sql_log_count - before

        few = count()
        for _i in range(5):
            self.new_due("2026-11-25 10:00")
        self.assertEqual(count(), few)


@tagged("post_install", "-at_install")
class TestReminder(CutOffCase):
    """Before the cut-off the salesperson gets the list, once a day (O5)."""

    def get_reminders(self):
        return self.reminder_model.search([])

    def test_list_of_the_unpaid_orders_due_today(self):
        first = self.new_due(amount=100.0)
        second = self.new_due("2026-11-17 10:00", amount=250.0)
        self.new_transaction(50.0, second)
        self.new_due("2026-11-19 10:00")
        self.new_due(partner=self.partner)
        self.run_cron("2026-11-18 13:59")
        self.assertFalse(self.get_reminders())
        self.run_cron("2026-11-18 14:00")
        reminder = self.get_reminders()
        self.assertEqual(reminder.user_id, self.salesperson)
        self.assertEqual(str(reminder.day), "2026-11-18")
        self.assertEqual(
            {line.order_id: line.amount for line in reminder.line_ids},
            {first: 100.0, second: 200.0},
        )
        activity = reminder.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        for text in (first.name, second.name, "100.00", "200.00"):
            self.assertIn(text, str(activity.note))
        self.assertFalse(self.get_mails(first), "customers only when asked for")

    def test_once_a_day(self):
        self.new_due()
        for moment in ("14:00", "14:10", "15:20"):
            self.run_cron(f"2026-11-18 {moment}")
        reminder = self.get_reminders()
        self.assertEqual(len(reminder), 1)
        self.assertEqual(len(reminder.line_ids), 1)
        self.assertEqual(len(reminder.activity_ids), 1)

    def test_each_salesperson_their_own(self):
        colleague = self.new_user("cut_colleague", "sales_team.group_sale_salesman")
        mine = self.new_due()
        theirs = self.new_due(user_id=colleague.id)
        nobodys = self.new_due(user_id=False)
        self.run_cron("2026-11-18 14:00")
        lists = {r.user_id: r.line_ids.order_id for r in self.get_reminders()}
        self.assertEqual(
            lists,
            {
                self.salesperson: mine,
                colleague: theirs,
                self.env["res.users"]: nobodys,
            },
        )
        seen = self.reminder_model.with_user(colleague).search([])
        self.assertEqual(seen.line_ids.order_id, theirs | nobodys)

    def test_order_that_becomes_due_later_joins_the_list(self):
        self.new_due()
        self.run_cron("2026-11-18 14:00")
        late = self.new_due()
        self.run_cron("2026-11-18 14:30")
        reminder = self.get_reminders()
        self.assertIn(late, reminder.line_ids.order_id)
        self.assertEqual(len(reminder.activity_ids), 1)

    def test_paid_after_the_reminder_ships(self):
        order = self.new_due()
        self.run_cron("2026-11-18 14:00")
        self.new_transaction(100.0, order)
        self.run_cron("2026-11-18 15:30")
        self.assertEqual(self.get_due(order), "2026-11-18 10:00")
        self.assertEqual(self.get_results(order), ["remind"])

    def test_first_run_after_the_cut_off_moves_without_reminder(self):
        order = self.new_due()
        self.run_cron("2026-11-18 16:00")
        self.assertFalse(self.get_reminders())
        self.assertEqual(self.get_results(order), ["postpone"])

    def test_salesperson_writes_to_the_customers_once(self):
        order = self.new_due()
        self.run_cron("2026-11-18 14:00")
        reminder = self.get_reminders().with_user(self.salesperson)
        self.assertEqual(reminder.unsent_count, 1)
        with self.at("2026-11-18 14:05"):
            reminder.action_message_customers()
        self.assertEqual(len(self.get_mails(order)), 1)
        self.assertEqual(reminder.unsent_count, 0)
        self.assertFalse(reminder.activity_ids, "done")
        with self.assertRaisesRegex(UserError, "has been written to"):
            reminder.action_message_customers()
        self.run_cron("2026-11-18 14:30")
        self.assertEqual(len(self.get_mails(order)), 1)

    def test_customers_are_written_to_at_once_where_the_company_wants_it(self):
        self.company.aftersales_remind_customers = True
        order = self.new_due()
        self.run_cron("2026-11-18 14:00")
        self.run_cron("2026-11-18 14:10")
        mail = self.get_mails(order)
        self.assertEqual(len(mail), 1)
        self.assertIn(order.name, mail.mail_message_id.subject)
        reminder = self.get_reminders().with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "has been written to"):
            reminder.action_message_customers()

    def test_nobody_else_writes_to_them(self):
        order = self.new_due()
        self.run_cron("2026-11-18 14:00")
        reminder = self.get_reminders()
        colleague = self.new_user("cut_colleague", "sales_team.group_sale_salesman")
        portal = self.new_user("cut_portal", "base.group_portal")
        for user in (colleague, self.warehouse_user, portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                reminder.with_user(user).action_message_customers()
        self.assertFalse(self.get_mails(order))

    def test_lists_are_not_edited(self):
        self.new_due()
        self.run_cron("2026-11-18 14:00")
        reminder = self.get_reminders().with_user(self.salesperson)
        with self.assertRaises(AccessError):
            reminder.day = "2026-11-19"
        with self.assertRaises(AccessError):
            reminder.line_ids.sent_at = False
        with self.assertRaises(AccessError):
            reminder.unlink()


@tagged("post_install", "-at_install")
class TestCutOffOfSeveralCompanies(CutOffCase):
    """Each company its own hour, mode and working days."""

    NEW_YORK = "America/New_York"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.env["res.company"].create({"name": "Overseas"})
        cls.second.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Overseas", "company_id": cls.second.id, "tz": cls.NEW_YORK}
        )
        cls.set_mode("off", company=cls.second)
        cls.set_mode("enforce", "shipping_day", company=cls.second)
        cls.env.user.company_ids |= cls.second

    def new_second_due(self, moment):
        env = self.env(
            context={**self.env.context, "allowed_company_ids": self.second.ids}
        )
        with self.at("2026-11-16 09:00"):
            order = env["sale.order"].create(
                {
                    "partner_id": self.other.id,
                    "company_id": self.second.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": self.goods.id,
                                "price_unit": 100.0,
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
            )
            order.action_confirm()
            order.picking_ids.scheduled_date = self.to_utc(moment, self.NEW_YORK)
            self.env.flush_all()
        return order

    def test_each_at_its_own_hour(self):
        here = self.new_due("2026-11-18 10:00")
        there = self.new_second_due("2026-11-18 10:00")
        self.run_cron("2026-11-18 15:30")
        self.assertEqual(self.get_due(here), "2026-11-19 10:00")
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-18 10:00")
        self.run_cron("2026-11-18 15:29", self.NEW_YORK)
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-18 10:00")
        self.run_cron("2026-11-18 15:30", self.NEW_YORK)
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-19 10:00")
        self.assertEqual(self.get_due(here), "2026-11-19 10:00")

    def test_each_in_its_own_mode(self):
        self.set_mode("observe", "shipping_day")
        here = self.new_due("2026-11-18 10:00")
        there = self.new_second_due("2026-11-18 10:00")
        self.run_cron("2026-11-18 16:00", self.NEW_YORK)
        self.assertEqual(self.get_due(here), "2026-11-18 10:00")
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-19 10:00")

    def test_each_with_its_own_holidays(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Thanksgiving",
                "calendar_id": self.second.resource_calendar_id.id,
                "company_id": self.second.id,
                "date_from": self.to_utc("2026-11-26 00:00", self.NEW_YORK),
                "date_to": self.to_utc("2026-11-26 23:59", self.NEW_YORK),
            }
        )
        here = self.new_due("2026-11-25 10:00")
        there = self.new_second_due("2026-11-25 10:00")
        self.run_cron("2026-11-25 16:00")
        self.run_cron("2026-11-25 16:00", self.NEW_YORK)
        self.assertEqual(self.get_due(here), "2026-11-26 10:00")
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-27 10:00")

    def new_two_due(self):
        """Two orders, due at an hour that is past the cut-off in both companies."""
        for company in (self.company, self.second):
            self.set_threshold("reminder_time", "00:30", company=company)
            self.set_threshold("cut_off_time", "01:00", company=company)
        return (
            self.new_due("2026-11-18 10:00"),
            self.new_second_due("2026-11-18 10:00"),
        )

    def test_every_company_has_its_turn_however_short_the_time(self):
        here, there = self.new_two_due()
        with self.at("2026-11-18 16:00"), self.crons_commit() as commit:
            commit.side_effect = lambda *args, **kwargs: 0.0
            self.reminder_model._cron_cut_off()
        self.assertEqual(self.get_due(here), "2026-11-19 10:00")
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-19 10:00")

    def test_one_that_fails_does_not_stop_the_other(self):
        here, there = self.new_two_due()
        judge = type(self.reminder_model)._judge_shipping_day

        def fail_here(model, company):
            judge(model, company)
            if company == self.company:
                raise ValueError("broken")

        with (
            patch.object(
                self.env.registry[self.reminder_model._name],
                "_judge_shipping_day",
                fail_here,
            ),
            self.assertLogs("odoo.addons.aftersales_rules", "ERROR") as logs,
        ):
            self.run_cron("2026-11-18 16:00")
        self.assertIn(self.company.name, logs.output[0])
        self.assertEqual(self.get_due(here), "2026-11-18 10:00", "nothing by halves")
        self.assertEqual(self.get_due(there, self.NEW_YORK), "2026-11-19 10:00")
