# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import tagged

from .common_cost_liability import LiabilityCase


@tagged("post_install", "-at_install")
class TestCostLiability(LiabilityCase):
    """Who bears a service cost, by rule, with the reason (L1–L7)."""

    # --------------------------------------------------------------- product quality

    def test_quality_is_the_company_s_and_manufacturing_cost(self):
        """Repair, replacement, transport and packaging; nothing else (L4, L5, L6)."""
        for cost_type, treatment in (
            ("repair", "manufacturing"),
            ("replacement", "manufacturing"),
            ("transport", "manufacturing"),
            ("packaging", "manufacturing"),
            ("travel", "expense"),
            ("lodging", "expense"),
            ("allowance", "expense"),
            ("compensation", "expense"),
            ("other", "expense"),
        ):
            with self.subTest(cost_type):
                cost = self.new_judged(cost_type=cost_type, worked_by="company")
                self.assertBorne(cost, "company", treatment)
                self.assertFalse(cost._cost_blocks()[cost])

    def test_a_decision_is_kept_and_says_why(self):
        cost = self.new_judged()
        decision = cost.liability_decision_id
        self.assertEqual(
            (decision.decision, decision.mode, decision.result, decision.event),
            ("cost_liability", "enforce", "company", "cost"),
        )
        self.assertEqual(decision.res_model, "aftersales.cost")
        self.assertEqual(
            cost.liability_reason,
            "The company bears what product quality costs. Repair borne by the "
            "company is manufacturing cost.",
        )
        action = cost.with_user(self.accountant).action_why_liability()
        self.assertEqual(action["res_id"], decision.id)
        decision.with_user(self.accountant).read(["explanation_html"])

    def test_the_reason_speaks_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        cost = self.new_judged().with_context(lang="zh_CN")
        self.assertIn("产品质量", cost.liability_reason)

    def test_installed_without_a_clear_fault_waits_for_a_joint_inspection(self):
        """No bearer before the inspection, and nobody says otherwise (L4)."""
        self.complaint.complaint_installed = True
        cost = self.new_judged()
        self.assertBorne(cost, "undecided", "none", "cost_piece_awaited")
        self.examine(self.complaint, "test", "no")
        self.assertBorne(cost, "undecided", "none", "cost_joint_needed")
        self.assertTrue(cost.waits_inspection)
        [(key, text)] = cost._cost_blocks()[cost]
        self.assertEqual(key, "inspection")
        self.assertIn("joint inspection", text)
        self.assertIn("After-sales asks quality inspection", text)
        inquiry = self.complaint._complaint_ask(
            "joint", self.departments["quality"], "Look together."
        )
        self.run_queue()
        self.assertBorne(cost, "undecided", "none", "cost_joint_asked")
        inquiry = inquiry.with_user(self.inspector)
        inquiry.write({"answer": "Broken edge.", "fault_found": "yes"})
        inquiry.action_answer()
        self.run_queue()
        self.assertBorne(cost, "company", "manufacturing", "cost_quality")
        self.assertFalse(cost.waits_inspection)
        self.assertFalse(cost._cost_blocks()[cost])

    def test_a_piece_that_is_being_tested_decides_whether_it_waits(self):
        self.complaint.complaint_installed = True
        self.complaint._complaint_ask("test", self.departments["quality"], "Look?")
        cost = self.new_judged()
        self.assertBorne(cost, "undecided", "none", "cost_piece_tested")

    def test_not_installed_needs_no_joint_inspection(self):
        self.examine(self.complaint, "test", "unclear")
        cost = self.new_judged()
        self.assertBorne(cost, "company", "manufacturing", "cost_quality_unclear")
        self.assertIn("Unclear", cost.liability_reason)

    # ----------------------------------------------- quantity, delivery, transport

    def test_delivery_is_the_company_s_unless_somebody_caused_it(self):
        """Quantity, delivery time and transport damage (L2)."""
        for kind in ("quantity", "delivery_time", "transport_damage"):
            with self.subTest(kind):
                complaint = self.new_case(kind, "no")
                cost = self.new_judged(complaint=complaint)
                self.assertBorne(cost, "company", "manufacturing", "cost_delivery")
                complaint.complaint_fault_party = "dealer"
                self.run_queue()
                self.assertBorne(cost, "undecided", "none", "cost_dealer_unnamed")
                self.assertIn("names the dealer", cost.liability_remedy)
                complaint.complaint_dealer_id = self.dealer
                self.run_queue()
                self.assertBorne(cost, "dealer", "recharge", "cost_dealer")
                self.assertEqual(cost._cost_partner("dealer"), self.dealer)
                complaint.complaint_fault_party = "carrier"
                self.run_queue()
                self.assertBorne(cost, "undecided", "none", "cost_carrier_unnamed")
                cost.carrier_id = self.carrier
                self.run_queue()
                self.assertBorne(cost, "carrier", "claim", "cost_carrier")

    def test_the_carrier_of_the_transfer_is_charged_unless_another_is_named(self):
        self.stock_up(self.goods)
        self.partner.with_company(self.company).credit_limit = 100000.0
        picking = self.new_confirmed(100.0).picking_ids
        picking.aftersales_carrier_id = self.carrier
        complaint = self.new_case(
            "transport_damage",
            "no",
            aftersales_picking_id=picking.id,
            complaint_fault_party="carrier",
        )
        cost = self.new_judged(complaint=complaint)
        self.assertBorne(cost, "carrier", "claim")
        self.assertEqual(cost._cost_partner("carrier"), self.carrier)
        self.assertEqual(complaint.complaint_carrier_hint, "Carrier Ltd")
        other = self.carrier.copy({"name": "Other Freight"})
        complaint.complaint_carrier_id = other
        self.assertEqual(cost._cost_partner("carrier"), other)

    def test_who_ordered_for_somebody_else_is_the_dealer(self):
        order = self.new_order(partner=self.dealer)
        complaint = self.new_case("quantity", "no", aftersales_order_id=order.id)
        self.assertEqual(complaint.complaint_dealer_found_id, self.dealer)
        own = self.new_order(partner=self.customer)
        complaint.aftersales_order_id = own
        self.assertFalse(complaint.complaint_dealer_found_id)

    def test_a_fault_that_is_not_known_yet_keeps_it_open(self):
        complaint = self.new_case("transport_damage", "no")
        complaint.complaint_fault_party = "unknown"
        cost = self.new_judged(complaint=complaint)
        self.assertBorne(cost, "undecided", "none", "cost_fault_unknown")
        self.assertEqual([key for key, _ in cost._cost_blocks()[cost]], ["bearer"])

    # ---------------------------------------------------------------- construction

    def test_a_dealer_that_fails_bears_all_costs(self):
        """Asked: open; badly or not handled: the dealer's; handled: ours (L3)."""
        complaint = self.new_case("construction", "no")
        costs = self.new_cost(complaint=complaint)
        costs |= self.new_cost(
            complaint=complaint, cost_type="travel", worked_by="sales_manager"
        )
        costs |= self.new_cost(complaint=complaint, cost_type="compensation")
        self.run_queue()
        self.assertBorne(costs[0], "company", "manufacturing", "cost_construction")
        self.assertIn("7 days are usual", costs[0].liability_remedy)
        supervision = self.ask_dealer(complaint)
        self.run_queue()
        self.assertEqual(set(costs.mapped("bearer")), {"undecided"})
        self.assertEqual(self.rule(costs[0]), "cost_dealer_working")
        supervision.result_note = "The frame leaks again."
        supervision.with_user(self.agent).action_badly_handled()
        self.run_queue()
        for cost in costs:
            self.assertBorne(cost, "dealer", "recharge", "cost_dealer_failed")
            self.assertIn("Badly handled", cost.liability_reason)
            self.assertEqual(cost._cost_partner("dealer"), self.dealer)
        supervision.with_user(self.sales_manager).action_reopen()
        supervision.with_user(self.agent).action_handled()
        self.run_queue()
        self.assertBorne(costs[0], "company", "manufacturing")
        self.assertBorne(costs[1], "sales_manager", "receivable")
        self.assertBorne(costs[2], "company", "expense")

    def test_a_dealer_that_is_too_late_counts_as_not_handling(self):
        """Later than the threshold, which is three days (L3)."""
        complaint = self.new_case("construction", "no")
        supervision = self.ask_dealer(complaint, days=-3)
        cost = self.new_judged(complaint=complaint)
        self.assertBorne(cost, "undecided", "none", "cost_dealer_working")
        supervision.deadline -= timedelta(days=1)
        self.run_queue()
        self.assertBorne(cost, "dealer", "recharge", "cost_dealer_late")
        self.assertIn("4 days late", cost.liability_reason)

    def test_only_the_dealer_that_failed_is_charged(self):
        """Another dealer, named on the cost, is not charged for it (L3)."""
        complaint = self.new_case("construction", "no")
        supervision = self.ask_dealer(complaint)
        supervision.result_note = "Nothing was done."
        supervision.action_not_handled()
        other = self.dealer.copy({"name": "Other Dealer"})
        cost = self.new_judged(complaint=complaint, dealer_id=other.id)
        self.assertBorne(cost, "company", "manufacturing")
        cost.dealer_id = False
        self.run_queue()
        self.assertBorne(cost, "dealer", "recharge")

    # ------------------------------------------------------- sales manager, customer

    def test_travel_of_the_sales_manager_s_people_is_the_sales_manager_s(self):
        """Of anybody else it is service expense (L6)."""
        for cost_type in ("travel", "lodging", "allowance"):
            with self.subTest(cost_type):
                cost = self.new_judged(cost_type=cost_type, worked_by="sales_manager")
                self.assertBorne(cost, "sales_manager", "receivable")
                self.assertEqual(
                    cost._cost_partner("sales_manager"), self.sales_manager.partner_id
                )
                cost.worked_by = "dealer"
                self.run_queue()
                self.assertBorne(cost, "company", "expense", "cost_company_travel")

    def test_without_a_sales_manager_it_says_what_to_fill_in(self):
        self.departments["sales"].unlink()
        cost = self.new_judged(cost_type="travel", worked_by="sales_manager")
        self.assertBorne(cost, "undecided", "none", "cost_sales_manager_unnamed")
        cost.sales_manager_id = self.gm
        self.run_queue()
        self.assertBorne(cost, "sales_manager", "receivable")
        self.assertEqual(cost._cost_partner("sales_manager"), self.gm.partner_id)

    def test_a_repair_of_the_sales_manager_s_people_is_the_company_s(self):
        cost = self.new_judged(cost_type="repair", worked_by="sales_manager")
        self.assertBorne(cost, "company", "manufacturing")

    def test_what_the_customer_caused_is_charged_to_the_customer(self):
        """Compensation is not: it was paid to the customer (L7, L10)."""
        cost, paid = self.new_cost(), self.new_cost(cost_type="compensation")
        self.complaint.complaint_misuse = True
        self.run_queue()
        self.assertBorne(cost, "customer", "recharge", "cost_customer")
        self.assertIn("Negotiated Amount", cost.liability_remedy)
        self.assertBorne(paid, "company", "expense", "cost_compensation_kept")
        self.complaint.complaint_negotiated_amount = 80.0
        self.run_queue()
        self.assertBorne(cost, "customer", "recharge", "cost_customer_agreed")
        self.assertIn("80.00 USD", cost.liability_reason)

    def test_what_is_no_matter_of_quality_is_charged_to_the_customer(self):
        for kind in ("other", "maintenance_service", "product_quality"):
            with self.subTest(kind):
                cost = self.new_judged(complaint=self.new_case(kind, "no"))
                self.assertBorne(cost, "customer", "recharge", "cost_not_quality")
        cost.complaint_id.complaint_fault_party = "company"
        self.run_queue()
        self.assertEqual(cost.bearer, "company")
        service = self.new_judged(complaint=self.new_case("sales_service", "no"))
        self.assertBorne(service, "company", "manufacturing", "cost_manufacturing")

    def test_breakage_over_the_agreed_rate_is_the_company_s(self):
        """Also where it was no matter of quality (C19)."""
        complaint = self.new_case("other", "no", complaint_breakage_liability="company")
        cost = self.new_judged(complaint=complaint)
        self.assertBorne(cost, "company", "manufacturing", "cost_breakage")
        other = self.new_judged(complaint=complaint, cost_type="travel")
        self.assertBorne(other, "company", "expense", "cost_breakage_expense")

    def test_a_complaint_that_nobody_classified_decides_nothing(self):
        cost = self.new_judged(complaint=self.new_case(False, False))
        self.assertBorne(cost, "undecided", "none", "cost_unclassified")
