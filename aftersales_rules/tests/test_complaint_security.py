# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Attacks on complaints by people who may do something, but not this."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_complaint_solution import SolutionCase


@tagged("post_install", "-at_install")
class TestComplaintSecurity(SolutionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_manager = cls.new_user(
            "smgr2", "aftersales_rules.group_complaint_manager"
        )

    # ---------------------------------------------------------------- out of sight

    def test_a_complaint_is_not_archived(self):
        complaint = self.new_accepted()
        for user in (self.agent, self.gm):
            with self.assertRaisesRegex(UserError, "stays in sight"):
                complaint.with_user(user).active = False

    def test_a_mistake_is_archived_by_a_manager(self):
        complaint = self.new_complaint()
        with self.assertRaisesRegex(AccessError, "complaint manager"):
            complaint.with_user(self.agent).action_archive()
        complaint.with_user(self.sales_manager).action_archive()
        self.assertFalse(complaint.active)
        self.assertFalse(complaint.complaint_clock_ids._filter_open())

    # ------------------------------------------------------------ less than it is

    def test_what_made_it_major_is_taken_back_by_a_manager(self):
        """A tick less would else do what saying otherwise needs a manager for (C3)."""
        complaint = self.new_accepted(
            severity="major",
            complaint_compensation_asked=True,
            complaint_damage_amount=90000.0,
        )
        agents = complaint.with_user(self.agent)
        for vals in (
            {"complaint_compensation_asked": False},
            {"complaint_damage_amount": 1.0},
        ):
            with self.assertRaisesRegex(UserError, "complaint manager takes back"):
                agents.write(vals)
        agents.complaint_damage_amount = 95000.0
        complaint.with_user(self.sales_manager).complaint_compensation_asked = False
        self.assertFalse(complaint.complaint_compensation_asked)

    def test_at_intake_a_slip_is_corrected(self):
        complaint = self.new_complaint(complaint_safety=True)
        complaint.with_user(self.agent).complaint_safety = False
        self.assertFalse(complaint.complaint_safety)

    # ---------------------------------------------------------------- own proposals

    def _ask(self, solution, user=None):
        self.departments["sales"].manager_id = self.second_manager
        if not solution.approval_ids.filtered(lambda each: each.state == "asked"):
            solution.with_user(user or self.agent).action_ask_approval()
        return solution.approval_ids.filtered(lambda each: each.state == "asked")

    def test_whoever_wrote_the_terms_does_not_approve_them(self):
        """Also if a colleague pressed every button."""
        solution = self.propose(
            user=self.second_manager, is_proposed=False, cost_estimate=900.0
        )
        solution.with_user(self.agent).action_propose()
        asked = self._ask(solution)
        with self.assertRaisesRegex(AccessError, "your own proposal"):
            asked.with_user(self.second_manager).action_approve()

    def test_whoever_raised_the_amount_does_not_approve_it(self):
        solution = self.propose(cost_estimate=900.0)
        self._ask(solution)
        solution.with_user(self.second_manager).cost_estimate = 950.0
        asked = self._ask(solution)
        with self.assertRaisesRegex(AccessError, "your own proposal"):
            asked.with_user(self.second_manager).action_approve()
        with self.assertRaises(AccessError):
            solution.with_user(self.second_manager).terms_by_id = self.agent
        asked.with_user(self.gm).action_approve()
        self.assertEqual(solution.approval_state, "approved")

    def test_a_deputy_does_not_approve_what_the_absent_proposed(self):
        solution = self.propose(user=self.second_manager, cost_estimate=900.0)
        asked = self._ask(solution)
        self.env["aftersales.absence"].with_user(self.second_manager).create(
            {"deputy_id": self.marketing.id}
        )
        self.assertFalse(asked.with_user(self.marketing).may_decide)
        with self.assertRaisesRegex(AccessError, "for whom you stand in"):
            asked.with_user(self.marketing).action_approve()
        self.assertNotIn(self.marketing.name, asked.approver_names)
        asked.with_user(self.gm).action_approve()

    # --------------------------------------------------------- in somebody's name

    def test_nobody_makes_themselves_deputy_of_the_general_manager(self):
        absences = self.env["aftersales.absence"]
        for deputy in (self.sales_manager, self.second_manager):
            with self.assertRaisesRegex(AccessError, "general manager"):
                absences.with_user(self.sales_manager).create(
                    {"user_id": self.gm.id, "deputy_id": deputy.id}
                )
        entered = absences.with_user(self.gm).create({"deputy_id": self.inspector.id})
        for vals in ({"deputy_id": self.sales_manager.id}, {"date_to": "2099-01-01"}):
            with self.assertRaisesRegex(AccessError, "general manager"):
                entered.with_user(self.sales_manager).write(vals)
        with self.assertRaisesRegex(AccessError, "general manager"):
            entered.with_user(self.sales_manager).unlink()

    def test_nobody_makes_themselves_anybody_s_deputy(self):
        absences = self.env["aftersales.absence"].with_user(self.sales_manager)
        with self.assertRaisesRegex(AccessError, "cannot do so yourself"):
            absences.create(
                {
                    "user_id": self.second_manager.id,
                    "deputy_id": self.sales_manager.id,
                }
            )
        entered = absences.create(
            {"user_id": self.second_manager.id, "deputy_id": self.agent.id}
        )
        with self.assertRaisesRegex(AccessError, "cannot do so yourself"):
            entered.deputy_id = self.sales_manager

    def test_a_complaint_manager_does_not_lead_the_management(self):
        management = self.departments["management"].with_user(self.sales_manager)
        with self.assertRaisesRegex(AccessError, "management"):
            management.manager_id = self.sales_manager
        with self.assertRaisesRegex(AccessError, "management"):
            management.kind = "sales"
        with self.assertRaisesRegex(AccessError, "management"):
            self.departments["sales"].with_user(self.sales_manager).kind = "management"
        with self.assertRaisesRegex(AccessError, "management"):
            management.copy()
        management.with_user(self.gm).name = "Board"

    # ------------------------------------------------------------ other companies

    def test_a_complaint_names_nothing_of_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": sister.id}
        )
        complaint = self.new_accepted()
        with self.assertRaisesRegex(ValidationError, "another company"):
            complaint.with_user(self.agent).aftersales_order_id = order
        with self.assertRaisesRegex(UserError, "stays there"):
            self.new_complaint().company_id = sister

    def test_nothing_is_copied_from_a_customer_elsewhere(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        stranger = self.env["res.partner"].create(
            {"name": "Secret", "phone": "+49 555 000", "company_id": sister.id}
        )
        ticket = self.new_ticket(partner_id=stranger.id, partner_name="Ann")
        ticket.with_user(self.agent).action_make_complaint()
        self.assertFalse(ticket.complaint_contact_phone)

    def test_wizards_tell_nothing_of_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        complaint = self.new_accepted(company_id=sister.id)
        solution = self.solutions.create(
            {"complaint_id": complaint.id, "proposal": "Hush money"}
        )
        visit = self.env["aftersales.complaint.visit"].create(
            {"complaint_id": complaint.id}
        )
        for model, vals, name in (
            (
                "aftersales.solution.answer",
                {
                    "solution_id": solution.id,
                    "answer": "refused",
                    "answered_by": "x",
                },
                "proposal",
            ),
            (
                "aftersales.visit.log",
                {
                    "visit_id": visit.id,
                    "satisfaction": "1",
                    "is_satisfied": "no",
                    "contact_name": "x",
                },
                "phone",
            ),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                wizard = self.env[model].with_user(self.agent).create(vals)
                self.env.invalidate_all()
                wizard.read([name])

    def test_saying_otherwise_tells_nothing_of_another_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        complaint = self.new_accepted(company_id=sister.id)
        complaint._overrule_complaint("severity", "major", "A secret")
        values = {
            "complaint_id": complaint.id,
            "subject": "severity",
            "reason": "x",
        }
        wizards = self.env["aftersales.complaint.overrule.wizard"]
        self.assertIn("A secret", wizards.create(values).said)
        mine = wizards.with_user(self.agent).create(values)
        self.env.invalidate_all()
        self.assertFalse(mine.said)

    def test_rows_of_a_recall_are_made_on_the_server(self):
        lines = self.env["aftersales.complaint.recall.wizard.line"]
        with self.assertRaisesRegex(AccessError, "follow from"):
            lines.with_user(self.agent).create({"wizard_id": 1, "move_id": 1})

    # ---------------------------------------------------------------- investigators

    def test_investigators_read_no_breakage_of_customers(self):
        for model in ("aftersales.breakage", "aftersales.breakage.agreement"):
            records = self.env[model]
            self.assertFalse(records.with_user(self.technician).has_access("read"))
            self.assertTrue(records.with_user(self.inspector).has_access("read"))

    # ------------------------------------------------------------------ the form

    def test_the_form_changes_no_record_of_what_was_done(self):
        """x2many commands of the ticket's form go through the guards of each model."""
        solution = self.propose(cost_estimate=900.0)
        complaint = solution.complaint_id
        self._ask(solution)
        self.env["aftersales.complaint.overrule.wizard"].with_user(self.agent).create(
            {
                "complaint_id": complaint.id,
                "subject": "urgency",
                "urgency_value": "urgent",
                "reason": "He shouts",
            }
        ).action_overrule()
        tried = 0
        mine = complaint.with_user(self.gm)
        for name, field in complaint._fields.items():
            ours = field.comodel_name and field.comodel_name.startswith("aftersales.")
            if field.type != "one2many" or not ours:
                continue
            child = complaint[name][:1]
            if not child:
                continue
            for command in (
                Command.update(child.id, {"company_id": self.company.id}),
                Command.delete(child.id),
                Command.unlink(child.id),
                Command.clear(),
                Command.create({"state": "approved", "company_id": self.company.id}),
            ):
                with (
                    self.subTest(field=name, command=command),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    mine.write({name: [command]})
                    self.env.flush_all()
                tried += 1
        self.assertGreater(tried, 14)
