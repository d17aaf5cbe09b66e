# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of a test about who bears service costs."""

from datetime import timedelta

from .common_cost import CostCase


class LiabilityCase(CostCase):
    """Costs of a complaint whose facts are set by hand; only liability is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", *cls.all_gates())
        cls.set_mode("enforce", "cost_liability")
        cls.complaint = cls.new_case()

    @classmethod
    def new_case(cls, kind="product_quality", quality="yes", **values):
        """An accepted complaint of a type."""
        complaint = cls.new_complaint(user_id=cls.agent.id)
        for state in ("registered", "forwarded", "accepted"):
            complaint._complaint_set_state(state)
        complaint.write(
            {
                "complaint_type": kind,
                "complaint_quality_related": quality,
                **values,
            }
        )
        cls.run_queue()
        return complaint

    @classmethod
    def new_judged(cls, *args, **values):
        cost = cls.new_cost(*args, **values)
        cls.run_queue()
        return cost

    @classmethod
    def examine(cls, complaint, kind, found):
        """Quality inspection has answered a question on the complaint."""
        inquiry = complaint._complaint_ask(kind, cls.departments["quality"], "Look?")
        inquiry = inquiry.with_user(cls.inspector)
        inquiry.write({"answer": "We looked at it.", "fault_found": found})
        inquiry.action_answer()
        cls.run_queue()

    @classmethod
    def ask_dealer(cls, complaint=None, days=7, **values):
        """The dealer is asked to put it right until some days from now."""
        complaint = complaint or cls.complaint
        day = complaint.company_id._aftersales_now().date()
        return cls.env["aftersales.dealer.supervision"].create(
            {
                "complaint_id": complaint.id,
                "dealer_id": cls.dealer.id,
                "task": "Seal the frame anew",
                "deadline": day + timedelta(days=days),
                "asked_by_id": cls.agent.id,
                **values,
            }
        )

    def rule(self, cost):
        return cost.liability_decision_id.rule

    def assertBorne(self, cost, bearer, treatment, rule=None):
        self.assertEqual((cost.bearer, cost.treatment), (bearer, treatment))
        self.assertEqual((cost.rule_bearer, cost.rule_treatment), (bearer, treatment))
        if rule:
            self.assertEqual(self.rule(cost), rule)
