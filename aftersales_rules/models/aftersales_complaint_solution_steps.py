# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint_solution import COMPLAINT_USER, OPEN
from .guarded_fields import check_state


class AftersalesComplaintSolution(models.Model):
    """The steps of a solution: proposed, answered, carried out (C11)."""

    _inherit = "aftersales.complaint.solution"

    # -------------------------------------------------------------------- actions

    def _check_may_act(self):
        """People of After-Sales who may write the complaint."""
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(
                self.env._("Only people of After-Sales work on solutions.")
            )
        self.complaint_id.check_access("write")

    def action_propose(self):
        """The customer is told; from now on the answer counts."""
        self._check_may_act()
        check_state(self, "draft")
        self.complaint_id._check_complaint()
        for solution in self:
            others = solution.complaint_id.complaint_solution_ids.filtered(
                lambda other: other.state in ("proposed", "agreed")
            )
            if others - solution:
                raise UserError(
                    self.env._(
                        "%(name)s is still open. Note the customer's answer, or "
                        "withdraw it, before the next is proposed.",
                        name=(others - solution)[0].display_name,
                    )
                )
        # sudo: written by the buttons only
        self.sudo().write(
            {
                "state": "proposed",
                "proposed_at": fields.Datetime.now(),
                "proposed_by_id": self.env.uid,
            }
        )
        self._judge_approval()
        self.complaint_id._complaint_happened("proposed")
        return True

    def action_open_answer(self):
        """Ask what the customer said."""
        self.ensure_one()
        self._check_may_act()
        check_state(self, "proposed")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer's Answer"),
            "res_model": "aftersales.solution.answer",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_solution_id": self.id},
        }

    def _note_answer(self, answer, text=False, by=False, at=None):
        """Keep what the customer answered.

        :param answer: accepted, refused or counter
        """
        self.ensure_one()
        self._check_may_act()
        check_state(self, "proposed")
        if answer not in dict(self._fields["customer_answer"].selection):
            raise UserError(self.env._("Choose what the customer answered."))
        text = (text or "").strip()
        if answer != "accepted" and not text:
            raise UserError(
                self.env._("Write what the customer wants instead, or why not.")
            )
        now = fields.Datetime.now()
        at = at or now
        if at > now:
            raise UserError(self.env._("The answer cannot be of a time to come."))
        # sudo: written by the buttons only
        self.sudo().write(
            {
                "state": "agreed" if answer == "accepted" else "declined",
                "customer_answer": answer,
                "customer_answer_text": text,
                "customer_answer_by": by,
                "customer_answer_at": at,
                "answer_logged_by_id": self.env.uid,
            }
        )
        if answer == "accepted":
            self.complaint_id._complaint_happened("agreed", at=at)
            self._judge_approval()
            self._ask_if_needed()
            self.complaint_id._complaint_start_execution()
        else:
            self._withdraw_asked()

    def action_withdraw(self):
        """Take a solution back that is not wanted any more."""
        self._check_may_act()
        check_state(self, *OPEN)
        self.sudo().state = "withdrawn"  # sudo: written by the buttons only
        self._withdraw_asked()
        return True

    def action_carry_out(self):
        """What was agreed is done; not before it may be."""
        self._check_may_act()
        self._judge_approval()
        for solution in self:
            problems = solution._get_obstacles()
            if problems:
                raise UserError("\n".join(problems))
        # sudo: written by the buttons only
        self.sudo().write(
            {
                "state": "carried_out",
                "carried_out_at": fields.Datetime.now(),
                "carried_out_by_id": self.env.uid,
            }
        )
        self.complaint_id._complaint_happened("carried_out")
        return True

    def _get_obstacles(self):
        """Why the solution may not be carried out yet, and who can change that."""
        self.ensure_one()
        if self.state == "carried_out":
            return [self.env._("%(name)s is carried out.", name=self.display_name)]
        if self.state in ("declined", "withdrawn"):
            return [
                self.env._(
                    "%(name)s is off the table: make the next proposal.",
                    name=self.display_name,
                )
            ]
        problems = []
        if self.state == "draft":
            problems.append(
                self.env._(
                    "%(name)s is not proposed to the customer yet.",
                    name=self.display_name,
                )
            )
        elif self.state == "proposed":
            problems.append(
                self.env._(
                    "%(customer)s has not accepted %(name)s yet: note the answer with "
                    "“Customer's Answer”.",
                    customer=self.partner_id.display_name or self.env._("The customer"),
                    name=self.display_name,
                )
            )
        return problems + self._get_approval_obstacles()

    def action_open(self):
        """Open the solution, from a list inside the complaint."""
        self.ensure_one()
        return self._get_records_action(name=self.display_name)
