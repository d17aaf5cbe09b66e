# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rounds of a complaint's solutions, and who approves them (C11)."""

from odoo import fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import COMPLAINT_MANAGER, COMPLAINT_READER, GENERAL_MANAGER
from .aftersales_complaint_solution import OPEN

PROPOSABLE = ("accepted", "investigation", "solution", "execution", "followup")


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_solution_ids = fields.One2many(
        "aftersales.complaint.solution",
        "complaint_id",
        "Solutions",
        readonly=True,
        copy=False,
        groups=COMPLAINT_READER,
    )
    complaint_solution_last = fields.Integer(
        "Solutions So Far",
        readonly=True,
        copy=False,
        groups=COMPLAINT_READER,
        prefetch="complaint",
    )
    complaint_solution_notice = fields.Char(
        compute="_compute_complaint_solution_notice", groups=COMPLAINT_READER
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_solution_ids",
            "complaint_solution_last",
        }

    def _compute_complaint_solution_notice(self):
        for complaint in self:
            current = complaint._get_current_solution()
            words = current._get_obstacles() if current else []
            complaint.complaint_solution_notice = " ".join(words)

    # --------------------------------------------------------------------- rounds

    def _get_current_solution(self):
        """The solution that is on the table; may be empty."""
        self.ensure_one()
        solutions = self.complaint_solution_ids
        on_the_table = solutions.filtered(lambda s: s.state in ("proposed", "agreed"))
        return on_the_table or solutions.filtered(lambda s: s.state == "draft")[:1]

    def _check_complaint_proposable(self):
        """Nothing is proposed before the complaint is accepted, or after its end."""
        labels = dict(self._fields["complaint_state"]._description_selection(self.env))
        for complaint in self:
            state = complaint.complaint_state
            if state in PROPOSABLE:
                continue
            if state in ("intake", "registered", "forwarded"):
                raise UserError(
                    self.env._(
                        "%(complaint)s is not accepted yet. A complaint manager "
                        "accepts it before anything is proposed.",
                        complaint=complaint.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    "%(complaint)s is %(state)s: nothing is proposed for it.",
                    complaint=complaint.display_name,
                    state=labels[state],
                )
            )

    def action_next_solution(self):
        """Open the next proposal, filled in with what was proposed before."""
        self.ensure_one()
        self._check_complaint()
        self._check_complaint_proposable()
        context = {"default_complaint_id": self.id}
        draft = self.complaint_solution_ids.filtered(lambda s: s.state == "draft")
        if draft:
            return draft[0].action_open()
        last = self.complaint_solution_ids.sorted("number")[-1:]
        if last:
            context |= {
                "default_proposal": last.proposal,
                "default_cost_estimate": last.cost_estimate,
                "default_compensation_amount": last.compensation_amount,
                "default_compensation_currency_id": last.compensation_currency_id.id,
            }
        else:
            context["default_compensation_currency_id"] = self.complaint_currency_id.id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next Proposal"),
            "res_model": "aftersales.complaint.solution",
            "views": [(False, "form")],
            "context": context,
        }

    # ------------------------------------------------------------------ happening

    def _complaint_happened(self, event, at=None):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_happened(event, at=at)
        if event in ("changed", "classified", "assigned", "forwarded"):
            # graver, or another order: who approves may be another
            # sudo: whoever classifies need not see solutions
            solutions = self.sudo().complaint_solution_ids
            solutions.filtered(lambda s: s.state in OPEN)._judge_approval()
        elif event == "proposed":
            self._complaint_go_on("solution")
        elif event == "carried_out":
            self._complaint_go_on("followup")
        elif event in ("refused", "reissued", "closed"):
            self._complaint_drop_solutions()
        return result

    def _complaint_go_on(self, state):
        """Take the next step where the complaint is at work."""
        working = self.filtered(lambda c: c.sudo().complaint_state in PROPOSABLE)
        working._complaint_set_state(state)

    def _complaint_start_execution(self):
        """What is agreed and approved is being carried out."""
        for complaint in self.sudo():  # sudo: who approves need not write complaints
            solution = complaint._get_current_solution()
            if solution and not solution._get_obstacles():
                complaint._complaint_go_on("execution")

    def _complaint_drop_solutions(self):
        """The complaint ended: what is still open leads nowhere."""
        # sudo: the state follows
        solutions = self.sudo().complaint_solution_ids.filtered(
            lambda s: s.state in OPEN
        )
        solutions.write({"state": "withdrawn"})
        solutions._withdraw_asked()

    # ------------------------------------------------------------------- approving

    def _get_complaint_people(self, group):
        """Active people of a group who work for the complaint's company."""
        self.ensure_one()
        company = self.company_id
        # sudo: whoever asks need not read users and groups
        return (
            self.env.ref(group)
            .sudo()
            .all_user_ids.filtered(
                lambda user: user.active
                and not user.share
                and company in user.company_ids
            )
        )

    def _get_complaint_principals(self, level):
        """Whose approval it is, absent or not."""
        self.ensure_one()
        if level == "general_manager":
            bosses = self._get_complaint_people(GENERAL_MANAGER)
            # not all who have the right, an administrator for example, are asked
            return (
                self._get_complaint_department("management").manager_id & bosses
            ) or (bosses)
        managers = self._get_complaint_people(COMPLAINT_MANAGER)
        # sudo: departments of other offices
        return (self.sudo().complaint_department_id.manager_id & managers) or managers

    def _get_complaint_stand_ins(self, users):
        """Who acts for these people today."""
        company = self.company_id
        today = company._aftersales_now().date()
        return self.env["aftersales.absence"]._stand_in(users, today)

    def _get_complaint_approvers(self, level, authors=None):
        """Who is asked today: deputies instead of the absent, nobody for their own.

        :param authors: whose proposal it is
        """
        self.ensure_one()
        authors = authors or self.env["res.users"]
        principals = self._get_complaint_principals(level)
        # nor does a deputy answer what the absent proposed; general managers may
        own = principals & authors - self._get_complaint_people(GENERAL_MANAGER)
        acting = self._get_complaint_stand_ins(principals - own)
        approvers = self.env["res.users"].sudo().union(*acting.values())
        others = approvers - authors
        if others or level == "general_manager":
            return others or approvers
        return self._get_complaint_approvers("general_manager", authors)

    def _get_complaint_principal(self, level, user):
        """In whose name a person approves: their own, or that of someone absent.

        The general manager approves what a department manager does, too.
        """
        self.ensure_one()
        principals = self._get_complaint_principals(level)
        principals |= self._get_complaint_people(GENERAL_MANAGER)
        if user in principals:
            return user
        acting = self._get_complaint_stand_ins(principals)
        users = self.env["res.users"]
        return next((each for each, now in acting.items() if now == user), users)

    def _get_approver_names(self, level, authors=None):
        users = self._get_complaint_approvers(level, authors)
        return ", ".join(users.mapped("name")) or self.env._(
            "nobody yet: an administrator names a complaint manager"
        )

    # --------------------------------------------------------------------- missing

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        complaint = self.sudo()  # sudo: who may close it reads what is missing
        solutions = complaint.complaint_solution_ids
        current = complaint._get_current_solution()
        if current:
            text = " ".join(current._get_obstacles()) or self.env._(
                "%(name)s is agreed and not carried out.", name=current.display_name
            )
            missing.append(("solution", text))
        elif not solutions.filtered(lambda s: s.state == "carried_out"):
            missing.append(
                ("solution", self.env._("No solution was agreed and carried out."))
            )
        return missing
