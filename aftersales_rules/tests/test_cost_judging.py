# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common_cost_liability import LiabilityCase


@tagged("post_install", "-at_install")
class TestCostJudging(LiabilityCase):
    """When the rules are asked who bears a cost, and who says what they look at."""

    # ------------------------------------------------------------- when it is asked

    def test_a_change_of_the_cost_is_judged_once(self):
        cost = self.new_judged()
        before = self.decisions(cost)
        cost.name = "Repair in the works"
        self.run_queue()
        self.assertEqual(self.decisions(cost), before)
        cost.cost_type = "travel"
        cost.worked_by = "sales_manager"
        self.run_queue()
        self.assertEqual(len(self.decisions(cost) - before), 1)

    def decisions(self, cost):
        return self.env["aftersales.decision"].search(
            [("res_model", "=", "aftersales.cost"), ("res_id", "=", cost.id)]
        )

    def test_what_is_posted_stays(self):
        cost = self.new_judged()
        cost.sudo().state = "posted"
        before = self.decisions(cost)
        self.complaint.complaint_misuse = True
        self.run_queue()
        self.assertEqual(cost.bearer, "company")
        self.assertEqual(self.decisions(cost), before)

    def test_what_was_reviewed_is_reviewed_again_if_somebody_else_bears_it(self):
        cost = self.new_judged()
        cost.write({"state": "reviewed", "reviewed_by_id": self.accountant.id})
        self.complaint.complaint_severity = "major"
        self.run_queue()
        self.assertEqual(cost.state, "reviewed")
        self.complaint.complaint_misuse = True
        self.run_queue()
        self.assertEqual((cost.state, cost.bearer), ("draft", "customer"))
        self.assertFalse(cost.reviewed_by_id)
        bodies = "".join(cost.message_ids.mapped("body"))
        self.assertIn("reviewed again", bodies)

    def test_a_new_threshold_is_applied_by_the_next_run(self):
        complaint = self.new_case("construction", "no")
        self.ask_dealer(complaint, days=-2)
        cost = self.new_judged(complaint=complaint)
        self.assertEqual(cost.bearer, "undecided")
        self.set_threshold("dealer_overdue_days_max", "1")
        self.run_cron("ir_cron_cost_liability")
        self.assertBorne(cost, "dealer", "recharge", "cost_dealer_late")

    def test_observed_the_answer_stands_beside_and_a_person_says(self):
        self.set_mode("observe", "cost_liability")
        cost = self.new_judged()
        self.assertFalse(cost.bearer)
        self.assertEqual(cost.rule_bearer, "company")
        self.assertIn("The rules would say: Company.", cost.liability_reason)
        [(key, text)] = cost._cost_blocks()[cost]
        self.assertEqual(key, "bearer")
        self.assertIn("Nobody bears it yet", text)

    def test_one_cost_that_cannot_be_judged_does_not_keep_the_others(self):
        """What people were doing is saved, and the scheduled action asks again."""
        bad, good = self.new_cost(), self.new_cost()
        model = type(self.env["aftersales.cost"])
        real = model._get_liability_facts

        def fail(costs):
            if bad in costs:
                raise ValueError("no facts")
            return real(costs)

        logger = "odoo.addons.aftersales_rules.models.aftersales_cost_liability"
        with (
            patch.object(model, "_get_liability_facts", fail),
            self.assertLogs(logger, "ERROR"),
        ):
            self.run_queue()
        self.assertEqual((bad.bearer, good.bearer), (False, "company"))
        self.run_cron("ir_cron_cost_liability")
        self.assertEqual(bad.bearer, "company")

    def test_switched_off_nothing_is_asked(self):
        self.set_mode("off", "cost_liability")
        cost = self.new_judged()
        self.assertFalse(cost.liability_decision_id or cost.rule_bearer)

    def test_many_costs_need_no_more_queries_than_few(self):
        """Judging forty costs of ten complaints takes as many as four of two."""
        complaints = [self.new_case("construction", "no") for _each in range(12)]
        for complaint in complaints:
            self.ask_dealer(complaint)
        few, many = (
            self.env["aftersales.cost"].union(
                *(self.new_cost(complaint=each) for each in asked for _ in range(count))
            )
            for asked, count in ((complaints[:2], 2), (complaints[2:], 4))
        )
        self.env.cr.precommit.data.pop("aftersales_rules.cost_queue", None)

        def count(costs):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            costs._cost_judge("cron")
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        self.assertEqual((len(few), len(many)), (4, 40))
        self.assertLessEqual(count(many), count(few) + 2)

    # ------------------------------------------------------------------- guarding

    def test_after_sales_says_whose_fault_it_is_and_nobody_else(self):
        self.complaint.with_user(self.agent).complaint_fault_party = "carrier"
        helpdesk = self.new_user("hd", "helpdesk_mgmt.group_helpdesk_manager")
        for user in (self.accountant, self.inspector, helpdesk):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.complaint.with_user(user).complaint_fault_party = "dealer"
        tickets = self.env["helpdesk.ticket"].with_user(helpdesk)
        values = {"name": "x", "description": "x", "company_id": self.company.id}
        with self.assertRaises(AccessError):
            tickets.create({**values, "complaint_fault_party": "dealer"})
        forged = tickets.with_context(default_complaint_fault_party="dealer")
        self.assertFalse(forged.create(values).sudo().complaint_fault_party)

    def test_nobody_of_another_company_is_charged(self):
        company = self.env["res.company"].create({"name": "Sister"})
        foreign = self.dealer.copy({"company_id": company.id})
        for name in ("complaint_dealer_id", "complaint_carrier_id"):
            with self.subTest(name), self.assertRaises(ValidationError):
                self.complaint[name] = foreign
        stranger = self.new_user(
            "str", "base.group_user", company_id=company.id, company_ids=company.ids
        )
        with self.assertRaises(ValidationError):
            self.complaint.complaint_sales_manager_id = stranger

    def test_the_form_says_who_bears_it_and_what_to_do(self):
        """As finance opens it; the dialog of the ticket too, for after-sales."""
        self.complaint.complaint_fault_party = "carrier"
        form = Form(self.new_judged().with_user(self.accountant))
        self.assertEqual(form.bearer, "undecided")
        self.assertIn("names the carrier", form.liability_remedy)
        ticket = Form(
            self.complaint.with_user(self.agent), "helpdesk_mgmt.ticket_view_form"
        )
        self.assertEqual(ticket.complaint_sales_manager_hint, self.sales_manager.name)
        ticket.complaint_carrier_id = self.carrier
        ticket.save()
        self.run_queue()
        self.assertEqual(self.complaint.complaint_cost_ids.bearer, "carrier")

    def test_nobody_writes_what_the_rules_said(self):
        cost = self.new_judged()
        for vals in ({"waits_inspection": False}, {"overrule_id": False}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                cost.with_user(self.accountant).write(vals)
