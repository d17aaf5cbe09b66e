# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who approves a solution: event → facts → decide → record → apply (C11).

How it works: a solution is judged when it is made, when its amounts change and when
the complaint is classified anew. Where the rules enforce, the level is written on it,
and it waits for an ``aftersales.complaint.approval``. An approval covers what was asked
and nothing worse.
"""

from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue import SOLUTION_APPROVAL, SolutionFacts
from ..rules.catalogue.solution import APPROVAL_LEVELS
from .guarded_fields import check_state

RANKS = {level: rank for rank, level in enumerate(APPROVAL_LEVELS)}


class AftersalesComplaintSolution(models.Model):
    _inherit = "aftersales.complaint.solution"

    approval_level = fields.Selection(
        "_selection_approval_level",
        "Needs Approval of",
        readonly=True,
        copy=False,
        tracking=True,
        help="As the rules say. Empty while they only observe.",
    )
    approval_state = fields.Selection(
        [
            ("not_needed", "Not needed"),
            ("needed", "To be asked for"),
            ("asked", "Asked"),
            ("approved", "Approved"),
            ("refused", "Refused"),
        ],
        "Approval",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    approval_ids = fields.One2many(
        "aftersales.complaint.approval",
        "solution_id",
        "Approvals",
        readonly=True,
        copy=False,
    )
    decision_id = fields.Many2one(
        "aftersales.decision",
        "Decision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    reason_display = fields.Text("The Rules Say", compute="_compute_reason_display")
    is_observed = fields.Boolean(compute="_compute_reason_display")
    waits_for = fields.Char("Waits for", compute="_compute_waits_for")

    @api.model
    def _selection_approval_level(self):
        term = self.env["aftersales.text"]._term
        return [(value, term(label)) for value, label in APPROVAL_LEVELS.items()]

    @api.depends("decision_id")
    @api.depends_context("lang")
    def _compute_reason_display(self):
        for solution in self:
            # sudo: who reads the solution may read why it needs a yes
            decision = solution.sudo().decision_id
            solution.reason_display = decision.reason_display
            solution.is_observed = decision.mode == "observe"

    @api.depends("approval_state", "approval_level", "state")
    @api.depends_context("lang")
    def _compute_waits_for(self):
        for solution in self:
            is_open = solution.state in ("draft", "proposed", "agreed")
            words = solution._get_approval_obstacles() if is_open else []
            solution.waits_for = " ".join(words)

    # ------------------------------------------------------------ facts, decision

    def _judge_approval(self, event="complaint"):
        """Ask the rules who approves these solutions, and let that stand."""
        # sudo: judged on orders, tiers and earlier costs that the person need not see
        solutions = self.sudo().filtered(
            lambda solution: solution.state in ("draft", "proposed", "agreed")
        )
        if not solutions:
            return
        costs = solutions._get_costs_so_far()
        questions = [
            (
                solution,
                solution._get_approval_facts(costs[solution]),
                solution.decision_id,
            )
            for solution in solutions
        ]
        gate = self.env["aftersales.gate"]
        answers = {
            answer.subject: answer
            for answer in gate._ask(SOLUTION_APPROVAL, questions, event, "level")
        }
        for solution in solutions:
            solution._apply_level(answers.get(solution))

    def _get_costs_so_far(self):
        """What was spent on each complaint before, its earlier rounds included."""
        complaints = self.complaint_id
        chains = {complaint: complaint for complaint in complaints}
        older = complaints.complaint_origin_id
        while older:
            for complaint, chain in chains.items():
                chains[complaint] = chain | chain.complaint_origin_id
            older = older.complaint_origin_id - older
        every = complaints.concat(*chains.values())
        spent = defaultdict(float)
        groups = self._read_group(
            [("complaint_id", "in", every.ids), ("state", "=", "carried_out")],
            ["complaint_id"],
            ["cost_estimate:sum", "compensation_company_amount:sum"],
        )
        for complaint, cost, compensation in groups:
            spent[complaint] = cost + compensation
        return {
            solution: sum(spent[each] for each in chains[solution.complaint_id])
            for solution in self
        }

    def _get_approval_facts(self, cost_so_far):
        self.ensure_one()
        complaint, company = self.complaint_id, self.company_id
        order = complaint.aftersales_order_id
        partner = complaint.partner_id.commercial_partner_id
        quality = complaint.complaint_quality_related
        return SolutionFacts.of(
            currency=company.currency_id.name,
            complaint_type=complaint.complaint_type or None,
            severity=complaint.complaint_severity or None,
            is_quality_related=quality == "yes" if quality else None,
            tier=partner.with_company(company).customer_tier or None,
            order_amount=_money(order._get_amount_company_currency())
            if order
            else None,
            damage_amount=_money(complaint.complaint_damage_amount)
            if complaint.complaint_damage_amount
            else None,
            compensation=_money(self.compensation_company_amount),
            cost_estimate=_money(self.cost_estimate),
            cost_so_far=_money(cost_so_far),
            solution_round=self.number,
            complaint_round=complaint.complaint_round or 1,
        )

    # ---------------------------------------------------------------------- apply

    def _apply_level(self, answer):
        """Write what the rules say, if they enforce; see what covers it already."""
        self.ensure_one()
        if answer and self.decision_id != answer.record:
            self.decision_id = answer.record
        level = answer.outcome.get("level", False) if answer else False
        if self.approval_level != level:
            self.approval_level = level
        self._refresh_approval()

    def _refresh_approval(self):
        """What the approvals say of the solution as it stands."""
        for solution in self.sudo():  # sudo: the state follows
            state = solution._get_approval_state()
            if solution.approval_state != state:
                solution.approval_state = state

    def _get_approval_state(self):
        level = self.approval_level
        asked = self.approval_ids.filtered(lambda each: each.state == "asked")
        if not level or level == "not_needed":
            asked._withdraw()
            return level or False
        if any(
            each.state == "approved" and each._covers(self)
            for each in self.approval_ids
        ):
            asked._withdraw()
            return "approved"
        if asked:
            if asked._is_about(self):
                return "asked"
            # what the approvers were asked is not what is proposed now
            asked._withdraw()
            self._ask_approval()
            return "asked"
        last = self.approval_ids.sorted("id")[-1:]
        if last.state == "refused" and last._is_about(self):
            return "refused"
        return "needed"

    # ---------------------------------------------------------------------- ask

    def action_ask_approval(self):
        """Put the solution into the approvers' queue."""
        self._check_may_act()
        check_state(self, "draft", "proposed", "agreed")
        self._judge_approval("manual")
        for solution in self:
            if solution.approval_state in ("needed", "refused"):
                continue
            raise UserError(solution._get_no_need())
        self._ask_approval()
        return True

    def _get_no_need(self):
        if self.approval_state == "approved":
            return self.env._("%(name)s is approved already.", name=self.display_name)
        if self.approval_state == "asked":
            return self.env._(
                "%(names)s are asked already.",
                names=self.complaint_id._get_approver_names(self.approval_level),
            )
        return self.env._("%(name)s needs no approval.", name=self.display_name)

    def _ask_if_needed(self):
        self.filtered(lambda each: each.approval_state == "needed")._ask_approval()

    def _ask_approval(self):
        approvals = self.env["aftersales.complaint.approval"]
        for solution in self:
            approvals |= approvals._ask_for(solution)
        self._refresh_approval()
        approvals._tell_approvers()
        self.complaint_id._complaint_happened("approval_asked")

    def _withdraw_asked(self):
        # sudo: the trail is written by the buttons only
        self.sudo().approval_ids.filtered(
            lambda each: each.state == "asked"
        )._withdraw()
        self._refresh_approval()

    def _get_approval_obstacles(self):
        """Why the approval is missing, and whose it is."""
        self.ensure_one()
        state = self.approval_state
        if not state or state in ("not_needed", "approved"):
            return []
        solution = self.sudo()  # sudo: who reads it may read whom it waits for
        names = solution.complaint_id._get_approver_names(
            solution.approval_level, solution._get_authors()
        )
        level = dict(self._fields["approval_level"]._description_selection(self.env))
        words = {
            "name": self.display_name,
            "level": level[self.approval_level],
            "names": names,
        }
        if state == "needed":
            return [
                self.env._(
                    "%(name)s needs an approval (%(level)s). Press “Ask for Approval”; "
                    "can approve: %(names)s.",
                    **words,
                )
            ]
        if state == "asked":
            return [
                self.env._(
                    "%(name)s waits for an approval (%(level)s). Can approve: "
                    "%(names)s.",
                    **words,
                )
            ]
        last = solution.approval_ids.sorted("id")[-1:]
        return [
            self.env._(
                "%(name)s was refused by %(user)s: %(answer)s Change it and ask "
                "again, or make another proposal.",
                name=self.display_name,
                user=last.decided_by_id.name,
                answer=last.answer,
            )
        ]

    def action_why(self):
        """Open the decision about this solution (R4)."""
        self.ensure_one()
        self.check_access("read")
        if not self.decision_id:
            raise UserError(
                self.env._("No rule has looked at %(name)s.", name=self.display_name)
            )
        return self.decision_id._action_explain()


def _money(amount):
    return Decimal(str(amount))
