# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.aftersales_rules.tests.common_cost_source import CostSourceCase


@tagged("post_install", "-at_install")
class TestCostTimesheet(CostSourceCase):
    """Hours as service costs: at hourly cost, each line once (L9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plan = cls.env["account.analytic.plan"].browse(
            int(
                cls.env["ir.config_parameter"]
                .sudo()
                .get_param("analytic.project_plan", 0)
            )
        ) or cls.env["account.analytic.plan"].create({"name": "Projects"})
        cls.analytic = cls.env["account.analytic.account"].create(
            {"name": "Service", "plan_id": plan.id, "company_id": cls.company.id}
        )
        cls.project = cls.env["project.project"].create(
            {
                "name": "Service",
                "account_id": cls.analytic.id,
                "allow_timesheets": True,
                "company_id": cls.company.id,
            }
        )
        cls.employee = cls.env["hr.employee"].create(
            {
                "name": "Anna",
                "user_id": cls.agent.id,
                "company_id": cls.company.id,
                "hourly_cost": 30.0,
            }
        )

    @classmethod
    def new_hours(cls, hours=2.0, **values):
        values.setdefault("complaint_id", cls.complaint.id)
        values.setdefault("employee_id", cls.employee.id)
        return cls.env["account.analytic.line"].create(
            {
                "name": "Cutting panes",
                "project_id": cls.project.id,
                "unit_amount": hours,
                "date": "2026-03-02",
                **values,
            }
        )

    def test_hours_cost_what_they_cost_an_hour(self):
        """Two hours at 30; no account of their own, and the project in analytics."""
        line = self.new_hours()
        cost = self.pull()
        self.assertEqual((cost.amount, cost.company_amount), (60.0, 60.0))
        self.assertFalse(cost.expense_account_id)
        self.assertFalse(cost.source_move_line_id)
        self.assertEqual(
            cost.source_analytic_distribution, {str(self.analytic.id): 100}
        )
        self.assertEqual(cost.date, line.date)
        self.assertEqual(cost.cost_type, "repair")
        self.assertEqual((cost.worked_by, cost.worked_user_id), ("company", self.agent))
        self.assertIn("Anna", cost.name)
        self.assertIn("Cutting panes", cost.name)
        self.assertEqual(line.source_cost_count, 1)
        opened = line.action_view_source_costs()
        self.assertEqual(opened["res_id"], cost.id)

    def test_hours_without_an_hourly_cost_say_so(self):
        """Nothing is pulled at nothing."""
        self.employee.hourly_cost = 0.0
        self.new_hours()
        row = self.open_pull().line_ids
        self.assertTrue(row.is_blocked)
        self.assertIn("no hourly cost", row.note)

    def test_other_analytic_items_are_no_hours(self):
        """An item without a project is not offered."""
        self.env["account.analytic.line"].create(
            {
                "name": "Adjustment",
                "account_id": self.analytic.id,
                "amount": -50.0,
                "complaint_id": self.complaint.id,
            }
        )
        self.assertEqual(
            self.env["aftersales.cost"]._get_source_rows(self.complaint), {}
        )

    def test_hours_that_are_corrected_are_noticed(self):
        """Three hours instead of two: the accountant takes 90."""
        line = self.new_hours()
        cost = self.pull()
        line.unit_amount = 3.0
        self.run_queue()
        self.assertTrue(cost.source_changed)
        cost.with_user(self.accountant)._settle_source(True)
        self.assertEqual(cost.amount, 90.0)
        self.assertFalse(cost.source_changed)

    def test_hours_that_are_deleted_are_noticed(self):
        line = self.new_hours()
        cost = self.pull()
        line.unlink()
        self.run_queue()
        self.assertTrue(cost.source_changed)
        self.assertIn("not there any more", cost.source_change)

    def test_hours_of_the_sales_managers_people_are_known(self):
        """Whoever belongs to the sales department works for its manager (L6)."""
        self.departments["sales"].member_ids |= self.agent
        self.new_hours()
        cost = self.pull()
        self.assertEqual(cost.worked_by, "sales_manager")
        self.assertEqual(cost.sales_manager_id, self.sales_manager)

    def test_who_links_hours(self):
        """One's own hours, and only as after-sales or accountant."""
        group = "hr_timesheet.group_hr_timesheet_user"
        worker = self.new_user("wrk", group)
        self.env["hr.employee"].create(
            {"name": "Wim", "user_id": worker.id, "company_id": self.company.id}
        )

        def vals(**more):
            project = self.project.id
            return {"name": "x", "project_id": project, "unit_amount": 1.0, **more}

        Line = self.env["account.analytic.line"].with_user(worker)
        with self.assertRaises(AccessError):
            Line.create(vals(complaint_id=self.complaint.id))
        mine = Line.with_context(default_complaint_id=self.complaint.id).create(vals())
        self.assertFalse(mine.sudo().complaint_id)
        self.agent.group_ids |= self.env.ref(group)
        own = (
            self.env["account.analytic.line"]
            .with_user(self.agent)
            .create(vals(complaint_id=self.complaint.id))
        )
        self.assertEqual(own.complaint_id, self.complaint)
        cost = self.pull(self.accountant).with_user(self.accountant)
        self.assertEqual(cost.action_open_source()["res_id"], own.id)

    def test_hours_with_a_cost_stay_with_their_complaint(self):
        line = self.new_hours()
        self.pull()
        with self.assertRaisesRegex(UserError, "Cancel that cost first"):
            line.complaint_id = False

    def test_hours_are_read_in_batches(self):
        """Twenty lines need no more queries than four."""

        def count(lines):
            rows = self.env["account.analytic.line"].concat(
                *(self.new_hours(1.0) for _each in range(lines))
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.env["aftersales.cost"]._get_source_rows(self.complaint)
            self.assertEqual(len(found), lines)
            queries = self.env.cr.sql_log_count - before
            rows.complaint_id = False
            return queries

        few, many = count(4), count(20)
        self.assertLessEqual(many, few + 2)
