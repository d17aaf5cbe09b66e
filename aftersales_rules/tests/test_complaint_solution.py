# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_complaint_solution import SolutionCase


@tagged("post_install", "-at_install")
class TestComplaintSolution(SolutionCase):
    """Solutions are proposed in rounds until the customer accepts; all stay (C11)."""

    def test_rounds_until_the_customer_accepts(self):
        complaint = self.new_accepted()
        first = self.propose(complaint, compensation_amount=50)
        self.assertEqual(complaint.complaint_state, "solution")
        first.with_user(self.agent)._note_answer("counter", "Wants five panes", "Ms Li")
        action = complaint.with_user(self.agent).action_next_solution()
        form = Form(
            self.solutions.with_user(self.agent).with_context(**action["context"])
        )
        self.assertEqual(form.proposal, "Three new panes")
        form.proposal = "Five new panes"
        second = form.save()
        second.action_propose()
        self.accept(second)
        self.assertRecordValues(
            complaint.complaint_solution_ids.sorted("number"),
            [
                {
                    "number": 1,
                    "state": "declined",
                    "customer_answer": "counter",
                    "customer_answer_text": "Wants five panes",
                    "customer_answer_by": "Ms Li",
                    "proposal": "Three new panes",
                },
                {
                    "number": 2,
                    "state": "agreed",
                    "customer_answer": "accepted",
                    "customer_answer_text": "",
                    "customer_answer_by": False,
                    "proposal": "Five new panes",
                },
            ],
        )
        self.assertEqual(second.answer_logged_by_id, self.agent)

    def test_next_proposal_opens_the_draft_that_is_there(self):
        complaint = self.new_accepted()
        draft = self.propose(complaint, is_proposed=False)
        action = complaint.with_user(self.agent).action_next_solution()
        self.assertEqual(action["res_id"], draft.id)

    def test_one_proposal_at_a_time(self):
        complaint = self.new_accepted()
        self.propose(complaint)
        other = self.propose(complaint, is_proposed=False)
        with self.assertRaisesRegex(UserError, "solution 1 is still open"):
            other.with_user(self.agent).action_propose()
        complaint.complaint_solution_ids.filtered(lambda s: s.number == 1).with_user(
            self.agent
        ).action_withdraw()
        other.with_user(self.agent).action_propose()
        self.assertEqual(other.state, "proposed")

    def test_nothing_is_proposed_before_the_complaint_is_accepted(self):
        complaint = self.new_complaint()
        with self.assertRaisesRegex(UserError, "not accepted yet"):
            self.propose(complaint)
        complaint.complaint_state = "closed"
        with self.assertRaisesRegex(UserError, "Closed: nothing is proposed"):
            self.propose(complaint)
        with self.assertRaisesRegex(UserError, "not a complaint"):
            self.propose(self.new_ticket())

    def test_a_refusal_says_why(self):
        solution = self.propose()
        with self.assertRaisesRegex(UserError, "Write what the customer wants"):
            solution.with_user(self.agent)._note_answer("refused", " ")
        with self.assertRaisesRegex(UserError, "time to come"):
            solution.with_user(self.agent)._note_answer(
                "accepted", at=fields.Datetime.now() + timedelta(days=1)
            )
        with self.assertRaisesRegex(UserError, "Choose"):
            solution.with_user(self.agent)._note_answer("maybe")

    def test_the_answer_is_noted_with_the_signed_paper(self):
        solution = self.propose()
        paper = (
            self.env["ir.attachment"]
            .with_user(self.agent)
            .create({"name": "signed.pdf", "datas": base64.b64encode(b"%PDF")})
        )
        action = solution.with_user(self.agent).action_open_answer()
        form = Form(
            self.env["aftersales.solution.answer"]
            .with_user(self.agent)
            .with_context(**action["context"])
        )
        self.assertEqual(form.proposal, "Three new panes")
        self.assertEqual(form.answered_by, "Glassworks Ltd")
        form.answer = "accepted"
        wizard = form.save()
        wizard.document_ids = [Command.link(paper.id)]
        wizard.action_note()
        self.assertEqual(solution.state, "agreed")
        self.assertEqual(solution.document_ids, paper)
        # on the solution, not among the files that the portal shows of the ticket
        self.assertEqual((paper.res_model, paper.res_id), (solution._name, solution.id))
        self.assertTrue(paper.with_user(self.gm).has_access("read"))

    # ------------------------------------------------------------------ carrying out

    def test_not_carried_out_before_the_customer_accepts(self):
        solution = self.propose()
        with self.assertRaisesRegex(UserError, "Glassworks Ltd has not accepted"):
            solution.with_user(self.agent).action_carry_out()
        draft = self.propose(is_proposed=False)
        with self.assertRaisesRegex(UserError, "not proposed"):
            draft.with_user(self.agent).action_carry_out()

    def test_not_carried_out_before_approval(self):
        """The message says whose approval is missing."""
        solution = self.propose()
        self.accept(solution)
        with self.assertRaisesRegex(
            UserError, "waits for an approval.*Can approve: ar_smgr"
        ):
            solution.with_user(self.agent).action_carry_out()
        self.assertEqual(solution.complaint_id.complaint_state, "solution")
        self.approve(solution)
        self.assertEqual(solution.complaint_id.complaint_state, "execution")
        solution.with_user(self.agent).action_carry_out()
        self.assertEqual(solution.state, "carried_out")
        self.assertEqual(solution.carried_out_by_id, self.agent)
        self.assertEqual(solution.complaint_id.complaint_state, "followup")
        with self.assertRaisesRegex(UserError, "is carried out"):
            solution.with_user(self.agent).action_carry_out()

    def test_under_observe_it_is_carried_out_and_the_rule_shown(self):
        self.set_mode("observe", "solution_approval")
        solution = self.propose(compensation_amount=500)
        self.assertFalse(solution.approval_level)
        self.assertTrue(solution.is_observed)
        self.assertEqual(
            (solution.decision_id.mode, solution.decision_id.result),
            ("observe", "general_manager"),
        )
        self.assertIn("500.00", solution.with_user(self.agent).reason_display)
        self.accept(solution)
        self.assertFalse(solution.approval_ids)
        solution.with_user(self.agent).action_carry_out()
        self.assertEqual(solution.state, "carried_out")

    def test_switched_off_the_rules_are_not_asked(self):
        self.set_mode("off", "solution_approval")
        solution = self.propose(compensation_amount=500)
        self.assertFalse(solution.decision_id)
        self.accept(solution)
        solution.with_user(self.agent).action_carry_out()
        self.assertEqual(solution.state, "carried_out")

    # ---------------------------------------------------------------------- guarding

    def test_what_follows_is_not_written(self):
        solution = self.propose(is_proposed=False)
        for name, value in {
            "state": "carried_out",
            "approval_state": "approved",
            "approval_level": "not_needed",
            "customer_answer": "accepted",
            "number": 7,
            "decision_id": False,
        }.items():
            with self.assertRaisesRegex(AccessError, name):
                solution.with_user(self.agent).write({name: value})
            with self.assertRaisesRegex(AccessError, name):
                self.propose(solution.complaint_id, is_proposed=False, **{name: value})
        forged = self.solutions.with_user(self.agent).with_context(
            default_state="agreed", default_approval_state="approved"
        )
        made = forged.create(
            {"complaint_id": solution.complaint_id.id, "proposal": "New panes"}
        )
        self.assertEqual(made.state, "draft")
        self.assertEqual(made.approval_state, "needed")

    def test_what_the_customer_accepted_stays(self):
        solution = self.propose()
        self.accept(solution)
        for vals in ({"proposal": "Nothing"}, {"compensation_amount": 1}):
            with self.assertRaisesRegex(UserError, "as the customer was told"):
                solution.with_user(self.agent).write(vals)
        solution.with_user(self.agent).cost_estimate = 250
        with self.assertRaisesRegex(UserError, "stays with its complaint"):
            solution.with_user(self.agent).complaint_id = self.new_accepted()

    def test_rounds_are_kept(self):
        solution = self.propose()
        for user in (self.agent, self.gm):
            with self.assertRaisesRegex(UserError, "Each round is kept"):
                solution.with_user(user).unlink()
        with self.assertRaisesRegex(UserError, "Each round is kept"):
            solution.with_context(force_delete=True).unlink()
        with self.assertRaisesRegex(UserError, "Next Proposal"):
            solution.copy()

    def test_only_after_sales_works_on_solutions(self):
        solution = self.propose()
        helpdesk = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_user")
        for user in (helpdesk, self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                solution.with_user(user).read(["proposal"])
            with self.assertRaises(AccessError):
                solution.with_user(user).action_carry_out()
            with self.assertRaises(AccessError):
                self.propose(solution.complaint_id, user=user)

    def test_amounts_are_not_below_zero(self):
        for name in ("cost_estimate", "compensation_amount"):
            with self.assertRaisesRegex(ValidationError, "below zero"):
                self.propose(**{name: -1})

    def test_compensation_counts_in_company_currency(self):
        euro = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search(
                [
                    (
                        "name",
                        "=",
                        "EUR" if self.company.currency_id.name != "EUR" else "USD",
                    )
                ]
            )
        )
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": fields.Date.today() - timedelta(days=1),
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.5,
            }
        )
        self.set_threshold("compensation_manager_max", "150")
        solution = self.propose(
            compensation_amount=100, compensation_currency_id=euro.id
        )
        self.assertEqual(solution.compensation_company_amount, 200)
        self.assertEqual(solution.approval_level, "general_manager")

    def test_other_company_sees_nothing(self):
        solution = self.propose()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user(
            "stranger",
            "aftersales_rules.group_general_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        found = self.solutions.with_user(stranger).search([("id", "=", solution.id)])
        self.assertFalse(found)

    def test_the_form_of_the_complaint_shows_what_it_waits_for(self):
        solution = self.propose()
        complaint = solution.complaint_id.with_user(self.agent)
        self.assertIn("has not accepted", complaint.complaint_solution_notice)
        with Form(complaint) as form:
            self.assertEqual(len(form.complaint_solution_ids), 1)

    def test_the_end_of_the_complaint_ends_open_solutions(self):
        solution = self.propose()
        solution.with_user(self.agent).action_ask_approval()
        solution.complaint_id._complaint_set_state("refused")
        solution.complaint_id._complaint_happened("refused")
        self.assertEqual(solution.state, "withdrawn")
        self.assertEqual(solution.approval_ids.state, "withdrawn")
        self.assertFalse(solution.approval_ids.activity_ids)
