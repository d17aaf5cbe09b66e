# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_complaint_solution import SolutionCase


@tagged("post_install", "-at_install")
class TestComplaintApproval(SolutionCase):
    """Who approves a solution is a rule; managers have a queue of it (C11, U7)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approvals = cls.env["aftersales.complaint.approval"]

    def new_asked(self, complaint=None, user=None, **values):
        solution = self.propose(complaint, user=user, **values)
        solution.with_user(user or self.agent).action_ask_approval()
        return solution.approval_ids

    def away(self, user, deputy):
        today = self.company._aftersales_now().date()
        self.env["aftersales.absence"].create(
            {
                "user_id": user.id,
                "deputy_id": deputy.id,
                "date_from": today,
                "date_to": today,
            }
        )

    # ----------------------------------------------------------------------- level

    def test_level_follows_from_compensation_and_severity(self):
        self.assertEqual(self.propose().approval_level, "manager")
        self.assertEqual(
            self.propose(compensation_amount=0.01).approval_level, "general_manager"
        )
        self.assertEqual(
            self.propose(self.new_accepted("major")).approval_level, "general_manager"
        )
        self.set_threshold("compensation_manager_max", "100")
        self.assertEqual(
            self.propose(compensation_amount=100).approval_level, "manager"
        )
        solution = self.propose(compensation_amount=100.01)
        self.assertEqual(solution.approval_level, "general_manager")
        self.assertIn("100.01", solution.with_user(self.agent).reason_display)
        action = solution.with_user(self.agent).action_why()
        decision = self.env["aftersales.decision"].browse(action["res_id"])
        html = str(decision.with_user(self.agent).explanation_html)
        self.assertIn("Compensation", html)

    def test_graver_complaint_goes_higher(self):
        """Classified as major after the manager said yes: the GM is asked as well."""
        approval = self.new_asked()
        solution = approval.solution_id
        self.approve(solution)
        self.assertEqual(solution.approval_state, "approved")
        solution.complaint_id.complaint_severity = "major"
        solution.complaint_id._complaint_happened("classified")
        self.assertEqual(solution.approval_level, "general_manager")
        self.assertEqual(solution.approval_state, "needed")

    def test_asked_when_the_customer_accepts(self):
        solution = self.propose()
        self.assertEqual(solution.approval_state, "needed")
        self.assertIn("Ask for Approval", solution.with_user(self.agent).waits_for)
        self.accept(solution)
        self.assertEqual(solution.approval_state, "asked")
        self.assertIn("Can approve: ar_smgr", solution.with_user(self.agent).waits_for)
        self.assertEqual(self.asked_of(solution.approval_ids), self.sales_manager)

    def test_the_next_proposal_is_agreed_and_approved_as_well_before_it_is_sent(self):
        """What was carried out before says nothing about it."""
        complaint = self.new_settled()
        self.assertFalse(complaint._complaint_get_carry_out_blockers())
        solution = self.propose(complaint)
        self.accept(solution)
        blockers = " ".join(complaint._complaint_get_carry_out_blockers())
        self.assertIn("waits for an approval", blockers)
        self.approve(solution)
        self.assertFalse(complaint._complaint_get_carry_out_blockers())

    # --------------------------------------------------------------------- covering

    def test_an_approval_covers_what_was_asked_and_nothing_worse(self):
        solution = self.new_asked(compensation_amount=100).solution_id
        self.approve(solution, self.gm)
        agent = solution.with_user(self.agent)
        agent.compensation_amount = 90
        self.assertEqual(solution.approval_state, "approved")
        agent.compensation_amount = 0
        self.assertEqual(solution.approval_level, "manager")
        self.assertEqual(solution.approval_state, "approved", "a GM's yes is enough")
        agent.compensation_amount = 101
        self.assertEqual(solution.approval_state, "needed")
        agent.compensation_amount = 100
        self.assertEqual(solution.approval_state, "approved")
        agent.cost_estimate = 301
        self.assertEqual(solution.approval_state, "needed")
        agent.cost_estimate = 300
        agent.proposal = "Thirty new panes"
        self.assertEqual(solution.approval_state, "needed")

    def test_costs_that_rise_after_approval_stop_it(self):
        solution = self.propose()
        self.accept(solution)
        self.approve(solution)
        solution.with_user(self.agent).cost_estimate = 9000
        with self.assertRaisesRegex(UserError, "needs an approval"):
            solution.with_user(self.agent).action_carry_out()

    def test_what_changes_while_asked_is_asked_again(self):
        approval = self.new_asked()
        solution = approval.solution_id
        solution.with_user(self.agent).cost_estimate = 400
        self.assertEqual(approval.state, "withdrawn")
        self.assertFalse(approval.activity_ids)
        again = solution.approval_ids - approval
        self.assertEqual((again.state, again.cost_estimate), ("asked", 400))
        self.assertEqual(solution.approval_state, "asked")
        with self.assertRaisesRegex(UserError, "decided already"):
            approval.with_user(self.sales_manager).action_approve()

    def test_refused_with_words(self):
        approval = self.new_asked()
        action = approval.with_user(self.sales_manager).action_refuse()
        self.assertEqual(action["res_model"], "aftersales.complaint.approve")
        wizard = (
            self.env["aftersales.complaint.approve"]
            .with_user(self.sales_manager)
            .with_context(**action["context"])
            .create({})
        )
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_answer()
        wizard.answer = "Too dear"
        wizard.action_answer()
        solution = approval.solution_id
        self.assertEqual(solution.approval_state, "refused")
        self.assertRecordValues(
            approval,
            [
                {
                    "state": "refused",
                    "answer": "Too dear",
                    "decided_by_id": self.sales_manager.id,
                    "deputy_for_id": False,
                }
            ],
        )
        self.accept(solution)
        with self.assertRaisesRegex(UserError, "Too dear"):
            solution.with_user(self.agent).action_carry_out()
        solution.with_user(self.agent).action_ask_approval()
        self.assertEqual(solution.approval_state, "asked", "it may be asked again")

    # ------------------------------------------------------------------ who may

    def test_only_whose_it_is(self):
        manager = self.new_user("m2", "aftersales_rules.group_complaint_manager")
        approval = self.new_asked()
        for user in (self.agent, manager, self.marketing):
            with self.assertRaisesRegex(AccessError, "ar_smgr"):
                approval.with_user(user).action_approve("Yes")
            self.assertFalse(approval.with_user(user).may_decide)
            self.assertIn("Can approve", approval.with_user(user).refusal)
        for user in (self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                approval.with_user(user).action_approve("Yes")
        self.assertEqual(approval.state, "asked")
        approval.with_user(self.gm).action_approve("Yes")
        self.assertEqual(approval.granted_level, "general_manager")

    def test_a_department_manager_does_not_approve_for_the_general_manager(self):
        approval = self.new_asked(compensation_amount=10)
        self.assertEqual(self.asked_of(approval), self.gm)
        with self.assertRaisesRegex(AccessError, "ar_gm"):
            approval.with_user(self.sales_manager).action_approve("Yes")

    def test_who_leads_general_management_is_asked(self):
        """Others with the right may decide; nobody bothers them with it."""
        other = self.new_user("owner", "aftersales_rules.group_general_manager")
        approval = self.new_asked(compensation_amount=500)
        self.assertIn(self.gm.name, approval.approver_names)
        self.assertNotIn(other.name, approval.approver_names)
        approval.with_user(other).action_approve("Fine")
        self.assertEqual(approval.state, "approved")

    def test_nobody_approves_the_own_proposal(self):
        """Except the general manager, above whom there is nobody."""
        approval = self.new_asked(user=self.sales_manager)
        self.assertEqual(self.asked_of(approval), self.gm, "the next one up is asked")
        with self.assertRaisesRegex(AccessError, "own proposal"):
            approval.with_user(self.sales_manager).action_approve("Yes")
        approval = self.new_asked(user=self.gm)
        approval.with_user(self.gm).action_approve("Yes")
        self.assertEqual(approval.state, "approved")

    def test_whoever_asked_is_an_author_as_well(self):
        solution = self.propose(user=self.agent)
        solution.with_user(self.sales_manager).action_ask_approval()
        with self.assertRaisesRegex(AccessError, "own proposal"):
            solution.approval_ids.with_user(self.sales_manager).action_approve("Yes")

    def test_the_deputy_of_whoever_is_away(self):
        self.away(self.gm, self.marketing)
        approval = self.new_asked(compensation_amount=10)
        self.assertEqual(self.asked_of(approval), self.marketing)
        self.assertEqual(approval.approver_names, self.marketing.name)
        approval.with_user(self.marketing).action_approve("Yes")
        self.assertRecordValues(
            approval,
            [
                {
                    "state": "approved",
                    "decided_by_id": self.marketing.id,
                    "deputy_for_id": self.gm.id,
                    "granted_level": "general_manager",
                }
            ],
        )

    def test_a_deputy_does_not_approve_the_own_proposal(self):
        self.away(self.sales_manager, self.agent)
        approval = self.new_asked()
        self.assertEqual(self.asked_of(approval), self.gm)
        with self.assertRaisesRegex(AccessError, "own proposal"):
            approval.with_user(self.agent).action_approve("Yes")

    def test_nobody_makes_themselves_deputy_of_another(self):
        today = self.company._aftersales_now().date()
        absences = self.env["aftersales.absence"].with_user(self.agent)
        values = {"deputy_id": self.agent.id, "date_from": today, "date_to": today}
        with self.assertRaises(AccessError):
            absences.create({"user_id": self.gm.id, **values})
        own = absences.create(
            {**values, "user_id": self.agent.id, "deputy_id": self.marketing.id}
        )
        with self.assertRaises(AccessError):
            own.write({"user_id": self.gm.id, "deputy_id": self.agent.id})
            own.flush_recordset()

    def test_without_a_department_any_complaint_manager(self):
        complaint = self.new_accepted()
        complaint.complaint_department_id = False
        manager = self.new_user("m2", "aftersales_rules.group_complaint_manager")
        approval = self.new_asked(complaint)
        self.assertIn(manager, self.asked_of(approval))
        approval.with_user(manager).action_approve("Yes")
        self.assertEqual(approval.state, "approved")
        self.assertFalse(approval.activity_ids, "nobody else has it on the list")

    # ------------------------------------------------------------------- the trail

    def test_the_trail_is_not_written(self):
        approval = self.new_asked()
        for user in (self.agent, self.sales_manager, self.gm):
            with self.assertRaises(AccessError):
                approval.with_user(user).write({"state": "approved"})
            with self.assertRaises(AccessError):
                approval.with_user(user).copy()
            with self.assertRaisesRegex(UserError, "kept"):
                approval.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.approvals.with_user(user).create(
                    {
                        "solution_id": approval.solution_id.id,
                        "complaint_id": approval.complaint_id.id,
                        "company_id": self.company.id,
                        "level": "manager",
                        "state": "approved",
                        "granted_level": "general_manager",
                        "proposal": "x",
                        "asked_by_id": user.id,
                        "asked_at": fields.Datetime.now(),
                    }
                )
        with self.assertRaisesRegex(UserError, "kept"):
            approval.unlink()

    def test_who_asked_is_told(self):
        approval = self.new_asked()
        self.approve(approval.solution_id, answer="Good work")
        complaint = approval.complaint_id
        notice = self.env["mail.message"].search(
            [
                ("model", "=", complaint._name),
                ("res_id", "=", complaint.id),
                ("partner_ids", "in", self.agent.partner_id.ids),
            ],
            limit=1,
        )
        self.assertIn("Good work", notice.body)
        self.assertNotIn(self.customer, notice.partner_ids)
        bodies = complaint.message_ids.filtered(lambda m: "Good work" in m.body)
        self.assertTrue(all(bodies.mapped("is_internal")), "not for the portal")

    def test_asked_once(self):
        approval = self.new_asked()
        with self.assertRaisesRegex(UserError, "ar_smgr"):
            approval.solution_id.with_user(self.agent).action_ask_approval()
        self.approve(approval.solution_id)
        with self.assertRaisesRegex(UserError, "approved already"):
            approval.solution_id.with_user(self.agent).action_ask_approval()

    # ---------------------------------------------------------------------- queue

    def test_the_queue_shows_what_matters(self):
        order = self.new_confirmed(800.0, partner=self.customer)
        self.customer.customer_tier_manual = "key"
        complaint = self.new_accepted(aftersales_order_id=order.id)
        self.new_settled(complaint, cost_estimate=300, compensation_amount=20)
        approval = self.new_asked(complaint, cost_estimate=100, compensation_amount=5)
        seen = approval.with_user(self.gm)
        self.assertRecordValues(
            seen,
            [
                {
                    "partner_id": self.customer.id,
                    "tier": "key",
                    "order_id": order.id,
                    "order_amount": 800,
                    "compensation": 5,
                    "cost_estimate": 100,
                    "cost_so_far": 320,
                    "cost_in_all": 425,
                    "solution_number": 2,
                    "complaint_severity": "general",
                    "may_decide": True,
                    "approver_names": self.gm.name,
                }
            ],
        )
        self.assertIn("general manager decides", seen.reason_display)
        self.assertEqual(len(seen.solution_ids), 2)
        with Form(seen) as form:
            self.assertIn("Three panes broke", form.complaint_text)

    def test_cost_counts_earlier_rounds_of_the_complaint(self):
        first = self.new_settled()
        second = self.new_accepted()
        second.complaint_origin_id = first
        third = self.new_accepted()
        third.complaint_origin_id = second
        self.assertEqual(self.new_asked(third).cost_so_far, 300)

    def test_the_queue_is_one_s_own(self):
        mine = self.new_asked()
        gms = self.new_asked(compensation_amount=1)
        both = mine | gms

        def queue(user):
            return self.approvals.with_user(user).search(
                [("may_decide", "=", True), ("id", "in", both.ids)]
            )

        self.assertEqual(queue(self.sales_manager), mine)
        self.assertEqual(queue(self.gm), both)
        self.assertFalse(queue(self.agent))

    def test_the_queue_costs_no_more_for_many(self):
        names = ["may_decide", "tier", "order_amount", "cost_so_far", "cost_in_all"]

        def read(approvals):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            approvals.with_user(self.gm).read(names)
            return self.cr.sql_log_count - before

        some = self.approvals.concat(*(self.new_asked() for _n in range(3)))
        many = some.concat(*(self.new_asked() for _n in range(9)))
        read(some)
        self.assertLessEqual(read(many), read(some) + 1)

    def test_other_company_decides_nothing(self):
        approval = self.new_asked(compensation_amount=1)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user(
            "stranger",
            "aftersales_rules.group_general_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            approval.with_user(stranger).action_approve("Yes")
        self.assertNotIn(stranger, self.asked_of(approval))
        self.assertTrue(
            fields.Datetime.now() - approval.asked_at < timedelta(minutes=5)
        )
