# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A person says who bears a service cost, with a reason; and takes it back (L1).

The rules go on being asked: their answer stands beside the person's. What a person
said stays in force until it is taken back, whatever the rules find later.
"""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..rules.catalogue.liability import COST_LIABILITY, TREATMENTS_OF
from .aftersales_complaint import COMPLAINT_MANAGER
from .aftersales_cost import COST_ACCOUNTANT, UNPOSTED


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    overrule_id = fields.Many2one(
        "aftersales.cost.overrule",
        "Overruled by a Person",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    overrule_ids = fields.One2many(
        "aftersales.cost.overrule", "cost_id", "Overrules", readonly=True
    )

    def _get_cost_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_cost_follows() | {"overrule_ids"}

    def action_overrule(self):
        """Ask who bears these costs, and why; for one or for many at once."""
        self._check_may_overrule()
        return self._open_overruling(self.env._("Say Who Bears It"), is_back=False)

    def action_take_back_overrule(self):
        """Let the rules decide again, with a reason."""
        self._check_may_overrule()
        self._check_overruled()
        return self._open_overruling(self.env._("Let the Rules Decide"), is_back=True)

    def _open_overruling(self, name, is_back):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "aftersales.cost.overrule.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_cost_ids": [fields.Command.set(self.ids)],
                "default_is_back": is_back,
                "default_bearer": len(self) == 1 and self.bearer,
                "default_treatment": len(self) == 1 and self.treatment,
            },
        }

    def action_view_overrules(self):
        """The trail of what people said otherwise about this cost."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Overrules"),
            "res_model": "aftersales.cost.overrule",
            "view_mode": "list,form",
            "domain": [("cost_id", "=", self.id)],
        }

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        for cost in self:
            if cost.sudo().overrule_ids:  # sudo: whether there is a trail
                # pylint: disable=no-raise-unlink
                raise UserError(
                    self.env._(
                        "“%(cost)s” is kept: a person has said who bears it. Cancel it "
                        "instead.",
                        cost=cost.display_name,
                    )
                )
        return super().unlink()

    # ------------------------------------------------------------------- checking

    def _check_may_overrule(self):
        """Finance and complaint managers may, for what is not in the books.

        Public methods call this first: they can be called over the network.
        """
        user = self.env.user
        groups = (COST_ACCOUNTANT, COMPLAINT_MANAGER)
        if not self.env.su and not any(user.has_group(group) for group in groups):
            raise AccessError(
                self.env._(
                    "Who bears a cost is said by an accountant for service costs or "
                    "a complaint manager."
                )
            )
        if not self:
            raise UserError(self.env._("Choose the costs first."))
        self.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for cost in self:
            if cost.state not in UNPOSTED:
                raise UserError(
                    self.env._(
                        "“%(cost)s” is %(state)s, so who bears it stays. Reverse its "
                        "posting first.",
                        cost=cost.display_name,
                        state=labels[cost.state],
                    )
                )

    def _check_overruled(self):
        for cost in self:
            if not cost.overrule_id:
                raise UserError(
                    self.env._(
                        "“%(cost)s”: nobody has overruled the rules here.",
                        cost=cost.display_name,
                    )
                )

    def _check_bearer(self, bearer, treatment):
        """Whether these may be borne so.

        :return: the treatment; the usual one of the bearer if none is given
        """
        labels = dict(self._fields["bearer"]._description_selection(self.env))
        names = dict(self._fields["treatment"]._description_selection(self.env))
        if bearer not in TREATMENTS_OF:
            raise UserError(self.env._("Say who bears it."))
        treatment = treatment or TREATMENTS_OF[bearer][0]
        if treatment not in TREATMENTS_OF[bearer]:
            raise UserError(
                self.env._(
                    "What “%(bearer)s” bears cannot be “%(treatment)s”.",
                    bearer=labels[bearer],
                    treatment=names.get(treatment, treatment),
                )
            )
        for cost in self:
            if cost.waits_inspection and bearer != "undecided":
                raise UserError(
                    self.env._(
                        "“%(cost)s” cannot be decided yet: %(reason)s",
                        cost=cost.display_name,
                        reason=cost._cost_undecided_text(),
                    )
                )
        return treatment

    # ------------------------------------------------------------------- carrying out

    def _overrule_bearer(self, bearer, treatment, reason):
        """Put a person's answer in force, and keep it beside the rule's (L1)."""
        self._check_may_overrule()
        # what the rules say now, not what they said before the last change
        self._run_cost_queue()
        treatment = self._check_bearer(bearer, treatment)
        for cost in self:
            if cost.overrule_id and (cost.bearer, cost.treatment) == (
                bearer,
                treatment,
            ):
                raise UserError(
                    self.env._(
                        "“%(cost)s”: that is what a person said already.",
                        cost=cost.display_name,
                    )
                )
        answers = dict.fromkeys(self, (bearer, treatment))
        self._keep_cost_overrules("overrule", answers, reason)

    def _take_back_bearer(self, reason):
        """Let what the rules say be in force again."""
        self._check_may_overrule()
        self._check_overruled()
        self._run_cost_queue()
        answers = {}
        for cost in self.sudo():  # sudo: the mode of the company is no secret
            enforced = cost.company_id._aftersales_mode(COST_LIABILITY.name)
            said = (cost.rule_bearer, cost.rule_treatment)
            answers[cost] = said if enforced == "enforce" else (False, False)
        self._keep_cost_overrules("back", answers, reason)

    def _keep_cost_overrules(self, kind, answers, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        # sudo: trail and bearer are written by this step only, which was checked
        costs = self.sudo()
        known = dict(
            self.env["aftersales.cost.overrule"]
            ._fields["rule"]
            ._description_selection(self.env)
        )
        trail = self.env["aftersales.cost.overrule"]._insert(
            [
                {
                    "cost_id": cost.id,
                    "complaint_id": cost.complaint_id.id,
                    "company_id": cost.company_id.id,
                    "kind": kind,
                    "rule_bearer": cost.rule_bearer,
                    "rule_treatment": cost.rule_treatment,
                    "bearer": answers[cost][0],
                    "treatment": answers[cost][1],
                    "before_bearer": cost.bearer,
                    "before_treatment": cost.treatment,
                    "differs": kind == "overrule"
                    and bool(cost.rule_bearer)
                    and (cost.rule_bearer, cost.rule_treatment) != answers[cost],
                    "rule": cost.liability_decision_id.rule
                    if cost.liability_decision_id.rule in known
                    else False,
                    "decision_id": cost.liability_decision_id.id,
                    "company_amount": cost.company_amount,
                    "reason": reason,
                    "user_id": self.env.uid,
                    "done_at": fields.Datetime.now(),
                }
                for cost in costs
            ]
        )
        for cost, record in zip(costs, trail, strict=True):
            cost._put_overrule(record)

    def _put_overrule(self, record):
        is_stale = self.state == "reviewed"
        bearers = dict(self._fields["bearer"]._description_selection(self.env))
        words = {
            "bearer": bearers.get(record.bearer, self.env._("nobody")),
            "reason": record.reason,
        }
        self.write(
            {
                "overrule_id": record.id if record.kind == "overrule" else False,
                "bearer": record.bearer,
                "treatment": record.treatment,
            }
        )
        if record.kind == "back":
            body = self.env._("By the rules again: %(bearer)s. %(reason)s", **words)
        else:
            body = self.env._("Borne, by hand: %(bearer)s. %(reason)s", **words)
        self._message_log(body=body)
        if is_stale:
            self._cost_back_to_review()
