# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_complaint_handling import HandlingCase


@tagged("post_install", "-at_install")
class TestComplaintClassification(HandlingCase):
    """What a complaint is, by rule, on every relevant change, with the reason (C2)."""

    def values(self, complaint):
        return (
            complaint.complaint_type,
            complaint.complaint_quality_related,
            complaint.complaint_severity,
            complaint.complaint_urgency,
        )

    def new_delivery_problem(self, kind):
        self.stock_up(self.goods)
        self.partner.with_company(self.company).credit_limit = 100000.0
        order = self.new_confirmed(100.0)
        return self.env["aftersales.logistics.exception"].create(
            {"picking_id": order.picking_ids.id, "kind": kind}
        )

    # ------------------------------------------------------------------ by rule

    def test_a_complaint_is_classified_when_it_is_made(self):
        complaint = self.new_complaint()
        self.assertEqual(self.values(complaint), ("other", "no", "general", "normal"))
        self.assertIn("No word of the keyword list", complaint.complaint_type_said)
        self.assertTrue(complaint.complaint_severity_said.startswith("Rules: General."))

    def test_each_decision_is_recorded_with_its_reason(self):
        complaint = self.new_complaint(complaint_safety=True)
        kinds = {
            "complaint_type": "other",
            "complaint_severity": "major",
            "complaint_urgency": "urgent",
        }
        for name, result in kinds.items():
            decision = self.decisions(complaint, name)
            self.assertEqual(decision.result, result)
            self.assertEqual((decision.mode, decision.event), ("enforce", "intake"))
            self.assertEqual(decision, complaint[f"{name}_decision_id"])
            self.assertIn(complaint.display_name, decision.display_name)
        self.assertEqual(
            complaint.complaint_severity_decision_id.reason_display,
            "Safety is involved.",
        )

    def test_type_in_force_is_a_fact_of_severity_and_both_of_urgency(self):
        complaint = self.new_complaint(complaint_safety=True)
        severity = complaint.complaint_severity_decision_id._get_decision()
        self.assertEqual(severity.facts["complaint_type"], "other")
        self.assertIs(severity.facts["quality_related"], False)
        urgency = complaint.complaint_urgency_decision_id._get_decision()
        self.assertEqual(urgency.facts["severity"], "major")

    def test_words_of_the_customer_are_facts_in_chinese_and_english(self):
        self.keywords("product_quality", "glarf", "玻璃碎花")
        complaint = self.new_complaint(
            description="<p>One is <b>Glarf</b>, 另一块玻璃碎花了。</p>"
        )
        self.assertEqual(
            (complaint.complaint_type, complaint.complaint_quality_related),
            ("product_quality", "yes"),
        )
        facts = complaint.complaint_type_decision_id._get_decision().facts
        words = facts["product_quality_words"].split(", ")
        self.assertEqual(sorted(map(str.casefold, words)), ["glarf", "玻璃碎花"])
        self.assertIn("Rules: Product quality.", complaint.complaint_type_said)
        complaint.description = "<p>A mistake.</p>"
        self.run_queue()
        self.assertEqual(complaint.complaint_type, "other")

    def test_words_make_it_major_and_urgent(self):
        self.keywords("safety", "glarf")
        complaint = self.new_complaint(name="Somebody is glarf")
        self.assertEqual(
            (complaint.complaint_severity, complaint.complaint_urgency),
            ("major", "urgent"),
        )
        self.assertIn("speaks of safety: glarf", complaint.complaint_severity_said)

    def test_facts_are_what_is_known(self):
        order = self.new_order(700.0, partner=self.customer)
        self.goods.product_tmpl_id.complaint_profile = "strict"
        self.customer.customer_tier_manual = "key"
        complaint = self.new_complaint(
            aftersales_order_id=order.id,
            aftersales_product_id=self.goods.id,
            complaint_damage_amount=50.5,
            complaint_installed=True,
        )
        facts = complaint.complaint_severity_decision_id._get_decision().facts
        self.assertEqual(facts["order_amount"], "700")
        self.assertEqual(facts["damage_amount"], "50.5")
        self.assertEqual(facts["tier"], "key")
        self.assertEqual(facts["product_profile"], "strict")
        self.assertIs(facts["installed"], True)
        self.assertEqual(facts["complaint_round"], 1)
        kind = complaint.complaint_type_decision_id._get_decision().facts
        self.assertIs(kind["has_order"] and kind["has_product"], True)
        self.assertIs(kind["has_lot"], False)

    def test_damage_nobody_named_is_not_known(self):
        """Zero would be a statement."""
        complaint = self.new_complaint()
        facts = complaint.complaint_severity_decision_id._get_decision().facts
        self.assertIsNone(facts["damage_amount"])

    def test_damage_at_the_threshold_is_major_and_the_threshold_is_the_users(self):
        complaint = self.new_complaint(complaint_damage_amount=9999.99)
        self.assertEqual(complaint.complaint_severity, "general")
        complaint.complaint_damage_amount = 10000.0
        self.run_queue()
        self.assertEqual(complaint.complaint_severity, "major")
        self.set_threshold("complaint_major_damage", "20000")
        other = self.new_complaint(complaint_damage_amount=10000.0)
        self.assertEqual(other.complaint_severity, "general")

    def test_a_delivery_problem_that_is_handed_on_is_classified(self):
        """It becomes a complaint and goes the way of every one."""
        problem = self.new_delivery_problem("damaged")
        problem.action_make_complaint()
        complaint = problem.ticket_id
        self.assertTrue(complaint.is_complaint)
        self.run_queue()
        self.assertEqual(complaint.complaint_type, "transport_damage")
        self.assertIn("damaged on the way", complaint.complaint_type_said)

    def test_changes_are_judged_once_before_the_commit(self):
        complaint = self.new_complaint()
        complaint.complaint_strong_feeling = True
        complaint.complaint_compensation_asked = True
        self.assertEqual(complaint.complaint_severity, "general")
        self.run_queue()
        self.assertEqual(complaint.complaint_severity, "major")
        records = self.decisions(complaint, "complaint_severity")
        self.assertEqual(records.mapped("result"), ["major", "general"])
        self.assertEqual(records[0].event, "complaint")

    def test_a_form_that_was_saved_shows_what_follows(self):
        complaint = self.new_complaint().with_user(self.agent)
        [shown] = complaint.web_save(
            {"complaint_safety": True},
            {"complaint_severity": {}, "complaint_urgency": {}},
        )
        self.assertEqual(
            (shown["complaint_severity"], shown["complaint_urgency"]),
            ("major", "urgent"),
        )

    def test_what_says_nothing_new_is_not_recorded_again(self):
        complaint = self.new_complaint()
        before = self.env["aftersales.decision"].search_count([])
        complaint.name = "About our second order"
        self.run_queue()
        self.assertEqual(self.env["aftersales.decision"].search_count([]), before)

    def test_other_tickets_are_not_judged(self):
        ticket = self.new_ticket()
        ticket.name = "Another name"
        self.run_queue()
        self.assertFalse(ticket.complaint_type)
        self.assertFalse(self.decisions(ticket, "complaint_type"))

    def test_an_ended_complaint_keeps_what_it_was(self):
        complaint = self.new_complaint()
        complaint.sudo().complaint_state = "closed"
        complaint.complaint_safety = True
        self.run_queue()
        self.assertEqual(complaint.complaint_severity, "general")

    def test_whoever_reads_why_reads_all_rules(self):
        complaint = self.new_complaint(complaint_safety=True)
        action = complaint.with_user(self.agent).action_why_complaint_severity()
        decision = self.env["aftersales.decision"].with_user(self.agent)
        decision = decision.browse(action["res_id"])
        self.assertIn("Safety is involved.", decision.explanation_html)
        self.assertIn("Compensation asked for", decision.explanation_html)

    # ----------------------------------------------------------- observe and off

    def test_observing_records_and_shows_and_applies_nothing(self):
        self.set_mode("observe", "complaint_type", "complaint_severity")
        complaint = self.new_complaint(complaint_safety=True)
        self.assertFalse(complaint.complaint_type)
        self.assertFalse(complaint.complaint_severity)
        self.assertEqual(complaint.complaint_severity_rule, "major")
        self.assertEqual(
            complaint.complaint_severity_said,
            "The rules would say: Major. Safety is involved.",
        )
        decision = self.decisions(complaint, "complaint_severity")
        self.assertEqual((decision.mode, decision.result), ("observe", "major"))

    def test_switched_off_asks_nothing(self):
        self.set_mode("off", "complaint_type", "complaint_severity")
        complaint = self.new_complaint(complaint_safety=True)
        self.assertFalse(self.decisions(complaint, "complaint_severity"))
        self.assertFalse(complaint.complaint_severity_said)
        with self.assertRaisesRegex(UserError, "No rule has looked"):
            complaint.with_user(self.agent).action_why_complaint_severity()

    def test_a_fresh_company_observes(self):
        company = self.env["res.company"].create({"name": "New"})
        for name in ("type", "severity", "urgency", "routing", "escalation"):
            self.assertEqual(company[f"aftersales_mode_complaint_{name}"], "observe")

    # ---------------------------------------------------------------- guarding

    def test_what_the_rules_say_is_written_by_nobody(self):
        complaint = self.new_complaint().with_user(self.agent)
        for name, value in (
            ("complaint_type", "quantity"),
            ("complaint_type_rule", "quantity"),
            ("complaint_severity_overrule_id", 1),
            ("complaint_major_since", "2026-01-01"),
            ("complaint_after_hours", True),
            ("complaint_urgency_rating", "urgent"),
            ("complaint_forwarded_at", "2026-01-01"),
            ("complaint_accepted_at", "2026-01-01"),
            ("complaint_refusal_reason", "no"),
        ):
            with self.assertRaisesRegex(AccessError, name):
                complaint.write({name: value})

    def test_many_complaints_take_no_more_queries_than_two(self):
        """No query depends on the number of complaints."""
        order = self.new_order(700.0, partner=self.customer)

        def count(number):
            tickets = self.env["helpdesk.ticket"]
            for _each in range(number):
                tickets |= self.new_ticket(aftersales_order_id=order.id)
            tickets.sudo().write(
                {
                    "is_complaint": True,
                    "complaint_state": "intake",
                    "complaint_received_at": self.now,
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            self.env["aftersales.version"]._get_current(self.company)
            before = self.env.cr.sql_log_count
            tickets.sudo()._complaint_classify("made")
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        few = count(2)
        self.assertLessEqual(count(20), few + 4)


@tagged("post_install", "-at_install")
class TestComplaintOverrule(HandlingCase):
    """A person says otherwise, with a reason; both are kept and reported (C2)."""

    def say(self, complaint, subject, value, user=None, reason="The customer said so"):
        action = (
            complaint.with_user(user or self.agent)
            .with_context(complaint_subject=subject)
            .action_overrule()
        )
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user or self.agent)
            .with_context(**action["context"])
        )
        wizard[f"{subject}_value"] = value
        wizard.reason = reason
        wizard.save().action_overrule()

    def take_back(self, complaint, subject, user=None, reason="I was wrong"):
        action = (
            complaint.with_user(user or self.agent)
            .with_context(complaint_subject=subject)
            .action_take_back_overrule()
        )
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user or self.agent)
            .with_context(**action["context"])
        )
        wizard.reason = reason
        wizard.save().action_overrule()

    def test_what_a_person_says_is_in_force_beside_what_the_rules_say(self):
        complaint = self.new_complaint()
        self.say(complaint, "type", "quantity")
        self.assertEqual(complaint.complaint_type, "quantity")
        self.assertEqual(complaint.complaint_type_rule, "other")
        overrule = complaint.complaint_overrule_ids
        self.assertEqual(
            (overrule.rule_value, overrule.value, overrule.user_id, overrule.rule),
            ("other", "quantity", self.agent, "type_other"),
        )
        self.assertTrue(overrule.differs)
        self.assertIn("The customer said so", complaint.complaint_type_said)
        self.assertIn("Rules: Other.", complaint.complaint_type_said)
        self.assertIn(
            "Complaint Type by hand: Quantity. The customer said so",
            self.notes(complaint),
        )

    def test_the_rules_go_on_being_asked(self):
        complaint = self.new_complaint()
        self.say(complaint, "severity", "general")
        complaint.complaint_safety = True
        self.run_queue()
        self.assertEqual(complaint.complaint_severity, "general")
        self.assertEqual(complaint.complaint_severity_rule, "major")

    def test_what_a_person_says_is_a_fact_of_what_follows(self):
        complaint = self.new_complaint()
        self.say(complaint, "quality", "yes")
        facts = complaint.complaint_severity_decision_id._get_decision().facts
        self.assertFalse(facts["quality_related"], "kept as it was decided")
        routing = complaint.complaint_routing_decision_id._get_decision()
        self.assertIs(routing.facts["quality_related"], True)
        self.assertEqual(routing.outcome["department"], "quality")

    def test_taken_back_the_rules_decide_again(self):
        complaint = self.new_complaint()
        self.say(complaint, "type", "quantity")
        self.take_back(complaint, "type")
        self.assertEqual(complaint.complaint_type, "other")
        self.assertFalse(complaint.complaint_type_overrule_id)
        self.assertEqual(
            complaint.complaint_overrule_ids.mapped("kind"), ["back", "overrule"]
        )
        with self.assertRaisesRegex(UserError, "Nobody has overruled"):
            complaint.with_user(self.agent)._take_back_overrule("type", "again")

    def test_a_major_complaint_is_eased_by_a_manager_only(self):
        complaint = self.new_complaint(complaint_safety=True)
        with self.assertRaisesRegex(AccessError, "complaint manager"):
            self.say(complaint, "severity", "general")
        self.say(complaint, "severity", "general", user=self.sales_manager)
        self.assertEqual(complaint.complaint_severity, "general")
        self.assertFalse(complaint.complaint_major_since)

    def test_taking_back_what_made_it_major_eases_it_too(self):
        complaint = self.new_complaint()
        self.say(complaint, "severity", "major")
        self.assertEqual(complaint.complaint_severity, "major")
        with self.assertRaisesRegex(AccessError, "complaint manager"):
            self.take_back(complaint, "severity")
        self.take_back(complaint, "severity", user=self.sales_manager)
        self.assertEqual(complaint.complaint_severity, "general")

    def test_others_overrule_nothing(self):
        complaint = self.new_complaint()
        for user in (self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                complaint.with_user(user)._overrule_complaint("type", "other", "x")
        model = self.env["aftersales.complaint.overrule"]
        with self.assertRaises(AccessError):
            model.with_user(self.gm).create({"complaint_id": complaint.id})

    def test_a_reason_and_a_real_value_are_demanded(self):
        complaint = self.new_complaint().with_user(self.agent)
        with self.assertRaisesRegex(UserError, "reason"):
            complaint._overrule_complaint("type", "quantity", "  ")
        with self.assertRaisesRegex(UserError, "Choose"):
            complaint._overrule_complaint("type", "major", "x")
        with self.assertRaisesRegex(UserError, "Say what"):
            complaint._overrule_complaint("state", "closed", "x")

    def test_the_trail_is_kept(self):
        complaint = self.new_complaint()
        self.say(complaint, "urgency", "urgent")
        overrule = complaint.complaint_overrule_ids.sudo()
        with self.assertRaises(UserError):
            overrule.write({"reason": "another"})
        with self.assertRaises(UserError):
            overrule.unlink()

    def test_by_hand_also_where_the_rules_only_observe(self):
        self.set_mode("observe", "complaint_severity")
        complaint = self.new_complaint()
        self.say(complaint, "severity", "major")
        self.assertEqual(complaint.complaint_severity, "major")
        self.take_back(complaint, "severity", user=self.sales_manager)
        self.assertFalse(complaint.complaint_severity)

    def test_the_report_counts_by_rule(self):
        """Its words are those of the rule, in the language of the reader."""
        for _each in range(2):
            self.say(self.new_complaint(), "type", "quantity")
        model = self.env["aftersales.complaint.overrule"].with_user(self.sales_manager)
        [(rule, count)] = model._read_group(
            [("complaint_id.partner_id", "=", self.customer.id)], ["rule"], ["__count"]
        )
        self.assertEqual((rule, count), ("type_other", 2))
        labels = dict(model._fields["rule"]._description_selection(model.env))
        self.assertEqual(labels["type_other"], "Of another kind")
        self.env["res.lang"]._activate_lang("zh_CN")
        chinese = model.with_context(lang="zh_CN")
        labels = dict(chinese._fields["rule"]._description_selection(chinese.env))
        self.assertEqual(labels["type_other"], "其他")

    def test_overrules_of_another_company_are_not_read(self):
        complaint = self.new_complaint()
        self.say(complaint, "urgency", "urgent")
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.new_user(
            "foreign",
            "aftersales_rules.group_complaint_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        model = self.env["aftersales.complaint.overrule"].with_user(foreign)
        self.assertFalse(model.search([("complaint_id", "=", complaint.id)]))
