# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common_project import ProjectCase


@tagged("post_install", "-at_install")
class TestProject(ProjectCase):
    """The life of a project registration: who may do what, and when it ends (O13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer_user = cls.env["res.users"].create(
            {
                "name": "Dealer's Buyer",
                "login": "ar_dealer_buyer",
                "partner_id": cls.env["res.partner"]
                .create({"name": "Buyer", "parent_id": cls.partner.id})
                .id,
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )
        cls.partner.user_id = cls.salesperson

    # ------------------------------------------------------------- its life

    def test_filed_and_signed_off(self):
        """From the salesperson's draft to a running registration."""
        project = self.new_project(user=self.salesperson)
        self.assertEqual(project.state, "draft")
        self.assertEqual(project.user_id, self.salesperson)
        self.assertEqual(project.commercial_partner_id, self.partner)
        self.assertRegex(project.number, r"^PR/\d{4}/\d{4}$")
        project.action_file()
        self.assertEqual(project.state, "filed")
        self.assertEqual(project.filed_by_id, self.salesperson)
        self.assertIn(self.manager, project.sudo().activity_ids.user_id)
        project.with_user(self.manager).action_sign_off()
        self.assertEqual(project.state, "running")
        self.assertEqual(project.decided_by_id, self.manager)
        self.assertFalse(project.sudo().activity_ids)
        self.assertIn("accepted", project.sudo().message_ids[0].body)
        self.assertEqual(project.sudo().message_ids[0].partner_ids, self.partner)

    def test_refused_with_a_reason_and_filed_again(self):
        """The dealer reads the reason; corrected, it is filed once more."""
        project = self.new_project(user=self.salesperson)
        project.action_file()
        as_manager = project.with_user(self.manager)
        action = as_manager.action_refuse()
        wizard = Form(
            self.env["aftersales.project.answer"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        wizard.reason = "The site is ours"
        wizard.save().action_answer()
        self.assertEqual(project.state, "refused")
        self.assertEqual(project.refusal_reason, "The site is ours")
        self.assertIn("The site is ours", project.sudo().message_ids[0].body)
        project.action_draft()
        project.name = "Another wing"
        project.action_file()
        self.assertEqual(project.state, "filed")
        self.assertFalse(project.refusal_reason)

    def test_extended_with_a_new_day_and_a_reason(self):
        project = self.new_running(date_to=self.today)
        later = self.today + timedelta(days=30)
        action = project.with_user(self.manager).action_extend()
        wizard = Form(
            self.env["aftersales.project.answer"]
            .with_user(self.manager)
            .with_context(**action["context"])
        )
        wizard.reason, wizard.date_to = "Building is late", later
        wizard.save().action_answer()
        self.assertEqual(project.date_to, later)
        self.assertEqual(project.extended_by_id, self.manager)
        self.assertEqual(project.extension_reason, "Building is late")
        self.assertIn("Building is late", project.message_ids[0].body)
        for day in (later, later - timedelta(days=1), False):
            with self.assertRaisesRegex(UserError, "extend it to a later day"):
                project.with_user(self.manager)._extend(day, "No")
        with self.assertRaisesRegex(UserError, "Write the reason"):
            project.with_user(self.manager)._extend(later + timedelta(days=1), "  ")

    def test_each_action_wants_its_state(self):
        """Nothing is skipped, whoever asks."""
        steps = {
            "draft": ["action_sign_off", "action_close", "action_draft"],
            "filed": ["action_file"],
            "running": ["action_file", "action_sign_off", "action_draft"],
            "closed": ["action_file", "action_sign_off", "action_draft"],
        }
        projects = {
            "draft": self.new_project(),
            "filed": self.new_project(),
            "running": self.new_running(),
            "closed": self.new_running(),
        }
        projects["filed"].action_file()
        projects["closed"].action_close()
        for state, actions in steps.items():
            project = projects[state].with_user(self.manager)
            for action in actions:
                with (
                    self.subTest(state=state, action=action),
                    self.assertRaisesRegex(UserError, "is not possible"),
                ):
                    getattr(project, action)()
            with self.assertRaisesRegex(UserError, "is not possible"):
                project._refuse("x") if state != "filed" else project._extend(
                    self.today, "x"
                )
            self.assertEqual(project.state, state)

    def test_nothing_is_filed_without_a_product(self):
        project = self.new_project(line_ids=[])
        with self.assertRaisesRegex(UserError, "name at least one product"):
            project.action_file()

    def test_what_ended_is_not_signed_off(self):
        project = self.new_project(date_to=self.today - timedelta(days=1))
        project.action_file()
        with self.assertRaisesRegex(UserError, "correct the period"):
            project.with_user(self.manager).action_sign_off()

    def test_period_and_lines_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "before it starts"):
            self.new_project(date_to=self.today - timedelta(days=11))
        with self.assertRaisesRegex(ValidationError, "above zero"):
            self.new_project(quantity=0)
        category = self.env["product.category"].create({"name": "Any"})
        for line in (
            {"quantity": 1},
            {"product_id": self.goods.id, "categ_id": category.id},
        ):
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.new_project(line_ids=[Command.create(line)])

    def test_numbers_run_per_company(self):
        """Each company counts its own registrations."""
        other = self.env["res.company"].create({"name": "Other"})
        first, second = self.new_project(), self.new_project()
        theirs = self.new_project(company_id=other.id)
        self.assertEqual(int(second.number[-4:]), int(first.number[-4:]) + 1)
        self.assertEqual(theirs.number[-4:], "0001")

    # --------------------------------------------------------------- rights

    def test_only_a_duty_manager_decides(self):
        """Neither the salesperson nor a supervisor, controller or rules admin."""
        project = self.new_project(user=self.salesperson)
        project.action_file()
        running = self.new_running()
        supervisor = self.new_user("sup", "aftersales_rules.group_supervisor")
        later = running.date_to + timedelta(days=5)
        for user in (
            self.salesperson,
            supervisor,
            self.controller,
            self.admin,
            self.warehouse_user,
            self.dealer_user,
        ):
            mine, his = project.with_user(user), running.with_user(user)
            for call in (
                mine.action_sign_off,
                mine.action_refuse,
                his.action_extend,
                lambda mine=mine: mine._refuse("No"),
                lambda his=his: his._extend(later, "Yes"),
            ):
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    call()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["aftersales.project.answer"].with_user(user).create(
                    {"answer": "refuse", "reason": "x", "project_ids": project.ids}
                )
        self.assertEqual(project.state, "filed")
        self.assertEqual(running.state, "running")

    def test_state_cannot_be_written(self):
        """No field opens what an action guards, also not with defaults."""
        project = self.new_project(user=self.salesperson)
        for values in (
            {"state": "running"},
            {"decided_by_id": self.manager.id},
            {"number": "PR/1"},
            {"warned_for": self.today},
            {"conflict_ids": [Command.clear()]},
        ):
            for user in (self.salesperson, self.manager):
                with self.subTest(values=values), self.assertRaises(UserError):
                    project.with_user(user).write(values)
        made = self.new_project(user=self.salesperson, state="running")
        by_default = (
            self.project_model.with_user(self.salesperson)
            .with_context(default_state="running")
            .create(project.copy_data()[0])
        )
        self.assertEqual({made.state, by_default.state}, {"draft"})

    def test_terms_change_in_draft_only(self):
        """What was signed off stays as it was: header, lines, deletion."""
        project = self.new_project(user=self.salesperson)
        project.action_file()
        for values in (
            {"street": "6 Mill Lane"},
            {"date_to": self.today + timedelta(days=999)},
            {"line_ids": [Command.update(project.line_ids.id, {"quantity": 9})]},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "draft only"):
                project.write(values)
        with self.assertRaisesRegex(UserError, "draft only"):
            project.line_ids.quantity = 9
        with self.assertRaisesRegex(UserError, "draft only"):
            project.line_ids.unlink()
        with self.assertRaisesRegex(UserError, "draft only"):
            project.line_ids.copy({"project_id": project.id})
        with self.assertRaisesRegex(UserError, "Only draft"):
            project.unlink()
        project.user_id = self.salesperson  # who looks after it may change

    def test_portal_sees_its_own_company_and_writes_nothing(self):
        """A dealer reads what the dealer's company filed, nobody else's."""
        mine = self.new_running()
        other = self.new_running(partner_id=self.rival.id, name="Elsewhere")
        portal = self.project_model.with_user(self.dealer_user)
        self.assertEqual(portal.search([("id", "in", (mine | other).ids)]), mine)
        self.assertEqual(
            self.env["aftersales.project.line"]
            .with_user(self.dealer_user)
            .search([("project_id", "in", (mine | other).ids)]),
            mine.line_ids,
        )
        with self.assertRaises(AccessError):
            other.with_user(self.dealer_user).read(["name"])
        with self.assertRaises(AccessError):
            mine.with_user(self.dealer_user).name = "Mine"
        with self.assertRaises(AccessError):
            mine.with_user(self.dealer_user).action_close()
        with self.assertRaises(AccessError):
            self.new_project(user=self.dealer_user)
        with self.assertRaises(AccessError):
            mine.with_user(self.dealer_user).read(["conflict_ids"])
        with self.assertRaises(AccessError):
            self.env["aftersales.project.conflict"].with_user(self.dealer_user).search(
                []
            )

    def test_salespersons_see_their_own_and_nobodys(self):
        """As with sales orders."""
        other_user = self.new_user("sal2", "sales_team.group_sale_salesman")
        mine = self.new_project(user_id=self.salesperson.id)
        theirs = self.new_project(user_id=other_user.id)
        nobodys = self.new_project(user_id=False)
        every = mine | theirs | nobodys
        seen = self.project_model.with_user(self.salesperson).search(
            [("id", "in", every.ids)]
        )
        self.assertEqual(seen, mine | nobodys)
        self.assertEqual(every.with_user(self.manager).mapped("state"), ["draft"] * 3)

    def test_companies_do_not_mix(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.new_project(company_id=other.id)
        with self.assertRaises(AccessError):
            theirs.with_user(self.manager).read(["name"])

    def test_duty_managers_of_the_company_are_told(self):
        """Not those of another company, not archived ones."""
        other = self.env["res.company"].create({"name": "Other"})
        elsewhere = new_test_user(
            self.env,
            login="ar_elsewhere",
            groups="aftersales_rules.group_duty_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        project = self.new_project()
        project.action_file()
        self.assertIn(self.manager, project.activity_ids.user_id)
        self.assertNotIn(elsewhere, project.activity_ids.user_id)

    # ----------------------------------------------------------------- cron

    def test_expires_the_day_after_its_last_day(self):
        """On the last day it still runs."""
        project = self.new_running(date_to=self.today)
        self.run_cron("ir_cron_project_period")
        self.assertEqual(project.state, "running")
        with freeze_time(datetime.now() + timedelta(days=1)):
            self.run_cron("ir_cron_project_period")
        self.assertEqual(project.state, "expired")
        bodies = "".join(project.message_ids.mapped("body"))
        self.assertIn("has passed", bodies)
        decision = self.env["aftersales.decision"].search(
            [("res_model", "=", "aftersales.project"), ("res_id", "=", project.id)],
            limit=1,
        )
        self.assertEqual(decision.result, "expire")

    def test_expires_by_the_day_of_its_company(self):
        """At 23:00 UTC it is tomorrow already in Shanghai, and today in New York."""
        project = self.new_running(date_to=self.today)
        calendar = self.company.resource_calendar_id
        evening = datetime.combine(self.today, datetime.min.time()).replace(hour=23)
        for zone, state in (
            ("America/New_York", "running"),
            ("Asia/Shanghai", "expired"),
        ):
            calendar.tz = zone
            with freeze_time(evening):
                self.run_cron("ir_cron_project_period")
            self.assertEqual(project.state, state, zone)

    def test_the_salesperson_is_warned_once(self):
        """So many days before as the threshold says, and again after an extension."""
        project = self.new_running(date_to=self.today + timedelta(days=15))
        self.run_cron("ir_cron_project_period")
        self.assertFalse(project.activity_ids)
        with freeze_time(datetime.now() + timedelta(days=1)):
            self.run_cron("ir_cron_project_period")
            self.run_cron("ir_cron_project_period")
        self.assertEqual(project.activity_ids.user_id, self.salesperson)
        self.assertEqual(len(project.activity_ids), 1)
        self.assertIn("14 days", project.activity_ids.note)
        self.assertEqual(project.activity_ids.date_deadline, project.date_to)
        project.with_user(self.manager)._extend(self.today + timedelta(days=20), "Late")
        self.assertFalse(project.activity_ids)
        self.set_threshold("project_warning_days", "20")
        self.run_cron("ir_cron_project_period")
        self.assertEqual(len(project.activity_ids), 1)

    def test_an_expired_registration_is_extended(self):
        project = self.new_running(date_to=self.today)
        with freeze_time(datetime.now() + timedelta(days=1)):
            self.run_cron("ir_cron_project_period")
            project.with_user(self.manager)._extend(
                self.today + timedelta(days=9), "Goes on"
            )
        self.assertEqual(project.state, "running")
