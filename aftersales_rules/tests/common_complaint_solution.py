# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Complaints that are accepted, and solutions for them."""

from .common_complaint import ComplaintCase


class SolutionCase(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aftersales.absence"].search([]).unlink()
        cls.solutions = cls.env["aftersales.complaint.solution"]
        # one general manager, whoever else the database knows
        general = cls.env.ref("aftersales_rules.group_general_manager")
        managers = cls.env.ref("aftersales_rules.group_complaint_manager")
        (general | managers).user_ids = [(5,)]
        general.user_ids = cls.gm
        managers.user_ids = cls.sales_manager

    @classmethod
    def new_accepted(cls, severity="general", **values):
        """A complaint that waits for a solution."""
        values.setdefault("user_id", cls.agent.id)
        complaint = cls.new_complaint(**values)
        complaint.write(
            {
                "complaint_number": f"CP/{complaint.id}",
                "complaint_state": "accepted",
                "complaint_severity": severity,
                "complaint_type": "product_quality",
                "complaint_department_id": cls.departments["sales"].id,
            }
        )
        return complaint

    @classmethod
    def propose(cls, complaint=None, user=None, is_proposed=True, **values):
        complaint = complaint or cls.new_accepted()
        values.setdefault("proposal", "Three new panes")
        values.setdefault("cost_estimate", 300.0)
        solution = cls.solutions.with_user(user or cls.agent).create(
            {"complaint_id": complaint.id, **values}
        )
        if is_proposed:
            solution.action_propose()
        return solution.with_env(cls.env)

    def accept(self, solution, user=None):
        solution.with_user(user or self.agent)._note_answer("accepted")

    def approve(self, solution, user=None, answer="Yes"):
        asked = solution.approval_ids.filtered(lambda a: a.state == "asked")
        asked.with_user(user or self.sales_manager).action_approve(answer)

    def new_settled(self, complaint=None, **values):
        """A complaint whose solution is carried out."""
        solution = self.propose(complaint, **values)
        self.accept(solution)
        self.approve(
            solution,
            self.gm if solution.approval_level == "general_manager" else None,
        )
        solution.with_user(self.agent).action_carry_out()
        return solution.complaint_id

    def asked_of(self, record):
        return record.activity_ids.user_id


class VisitCase(SolutionCase):
    """Complaints whose result is fed back, with their return visits."""

    def keep_office_hours(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Monday to Friday",
                "company_id": self.company.id,
                "tz": "UTC",
            }
        )

    def send_feedback(self, complaint, user=None, **values):
        user = user or self.agent
        action = complaint.with_user(user).action_send_feedback()
        wizard = (
            self.env["aftersales.complaint.feedback"]
            .with_user(user)
            .with_context(**action["context"])
            .create({"is_satisfied": "yes", **values})
        )
        return wizard.action_send()

    def new_fed_back(self, **values):
        complaint = self.new_settled(**values)
        self.send_feedback(complaint)
        return complaint

    def log(self, visit, is_satisfied="yes", said=False, user=None):
        return visit.with_user(user or self.agent)._log(
            is_satisfied, "5" if is_satisfied == "yes" else "1", "phone", said
        )

    def visit(self, complaint, kind):
        return complaint.complaint_visit_ids.filtered(
            lambda v: v.kind == kind and v.state != "cancelled"
        )
