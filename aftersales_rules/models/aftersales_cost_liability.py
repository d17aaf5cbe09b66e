# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who bears a service cost, by rule (L1–L7).

How it works: whatever is said of a cost or of its complaint queues it; before the
transaction commits the facts of all queued costs are gathered, a constant number of
queries for any number, and the rules answer. Enforced, their answer is in force unless
a person has said otherwise (``aftersales_cost_overruling.py``); observed, it stands
beside what finance says. What is posted is not judged any more.
"""

import logging
from collections import defaultdict

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.liability import COST_LIABILITY
from .aftersales_cost import UNPOSTED

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.cost_queue"
BATCH = 1000
"""Costs of one transaction of the scheduled action."""

_VALUES = ("rule_bearer", "rule_treatment", "bearer", "treatment", "waits_inspection")


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    waits_inspection = fields.Boolean(
        "Waits for Joint Inspection",
        readonly=True,
        copy=False,
        help="The rules want an inspection together with the customer first. Nobody "
        "overrules that, and nothing is posted before.",
    )
    liability_reason = fields.Text(
        "Why", compute="_compute_liability_texts", compute_sudo=True
    )
    liability_remedy = fields.Text(
        "What to Do", compute="_compute_liability_texts", compute_sudo=True
    )

    @api.model
    def _get_cost_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_cost_follows() | {"waits_inspection"}

    # ------------------------------------------------------------------ the queue

    def _cost_queue(self):
        # EXTENDS 'aftersales_rules'
        result = super()._cost_queue()
        if self.ids:
            self._get_cost_queue()["costs"].update(self.ids)
        return result

    @api.model
    def _queue_costs_of(self, complaints):
        """Judge the unposted costs of these complaints before the commit, once."""
        self._get_cost_queue()["complaints"].update(complaints.ids)

    def _get_cost_queue(self):
        precommit = self.env.cr.precommit
        if _QUEUE not in precommit.data:
            precommit.data[_QUEUE] = {"costs": set(), "complaints": set()}
            precommit.add(self.env(context={})["aftersales.cost"]._run_cost_queue)
        return precommit.data[_QUEUE]

    def _forget_cost_queued(self):
        """These are being judged now."""
        queue = self.env.cr.precommit.data.get(_QUEUE)
        if queue:
            queue["costs"].difference_update(self.ids)

    @api.model
    def _run_cost_queue(self):
        """Judge what is queued, now; call it before looking at who bears what."""
        queue = self.env.cr.precommit.data.pop(_QUEUE, None)
        if not queue or not any(queue.values()):
            return
        # sudo: everybody's deeds are followed by the rules
        model = self.sudo().with_context(active_test=False)
        costs = model.browse(sorted(queue["costs"])).exists()
        others = model.browse()
        if queue["complaints"]:
            others = model.search(
                [
                    ("complaint_id", "in", list(queue["complaints"])),
                    ("state", "in", UNPOSTED),
                ],
                order="id",
            )
        for asked, event in ((costs, "cost"), (others - costs, "complaint")):
            asked._cost_judge_safely(event)

    def _cost_judge_safely(self, event):
        """Judge these; what fails must not undo what people were doing."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._cost_judge(event)
        except OperationalError:
            # two workers, one cost: the request runs again
            raise
        except Exception:
            # one cost must not keep the others waiting; the cron asks again
            if len(self) == 1:
                _logger.exception("Service cost %s: liability not judged", self.id)
                return
            for cost in self:
                cost._cost_judge_safely(event)

    def web_read(self, specification):
        # EXTENDS 'web': a form that has just been saved shows what follows from it
        self._run_cost_queue()
        return super().web_read(specification)

    @api.model
    def _cron_cost_liability(self, batch=BATCH):
        """Judge all unposted costs again: days went by, rules or thresholds changed.

        Safe to run twice: an answer that says nothing new is neither kept nor written.
        """
        # sudo: a cron looks at all companies
        ids = self.sudo().search([("state", "in", UNPOSTED)], order="id").ids
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ids))
        for start in range(0, len(ids), batch):
            part = ids[start : start + batch]
            self.sudo().browse(part).exists()._cost_judge_safely("cron")
            if not progress(len(part)):
                break

    # -------------------------------------------------------------------- judging

    def _cost_judge(self, event):
        """Ask the rules who bears these, keep what is news, apply what is enforced.

        No query depends on the number of costs.
        """
        # sudo: judged by all that is known of the complaint, whoever enters the cost
        costs = self.sudo().filtered(
            lambda cost: cost.state in UNPOSTED
            and cost.company_id._aftersales_mode(COST_LIABILITY.name) != "off"
        )
        self._forget_cost_queued()
        if not costs:
            return
        facts = costs._get_liability_facts()
        answers = self.env["aftersales.gate"]._ask(
            COST_LIABILITY,
            [(cost, facts[cost], cost.liability_decision_id) for cost in costs],
            event,
            result="bearer",
        )
        same = defaultdict(costs.browse)
        for answer in answers:
            cost = answer.subject
            if answer.is_news:
                # the row of the decision differs from cost to cost; written in bulk
                cost.with_context(
                    mail_notrack=True
                ).liability_decision_id = answer.record.id
            values = cost._get_liability_values(answer)
            if values != tuple(cost[name] for name in _VALUES):
                same[values] |= cost
        for values, changed in same.items():
            changed._put_liability(dict(zip(_VALUES, values, strict=True)))
        costs._share_out_to_others()

    def _share_out_to_others(self):
        """The same bearer, but another dealer, carrier or sales manager is named."""
        moved = self.filtered(
            lambda cost: not cost.is_split
            and len(cost.share_ids) == 1
            and cost.share_ids.bearer == cost.bearer
            and cost.share_ids.partner_id != cost._cost_partner(cost.bearer)
        )
        if moved:
            moved._cost_settling()._cost_share_out()

    def _get_liability_values(self, answer):
        """What the rules say, and what is in force, as ``_VALUES``."""
        said = answer.decision.outcome or {}
        bearer, treatment = self.bearer, self.treatment
        if answer.mode == "enforce" and not self.overrule_id:
            bearer = said.get("bearer", False)
            treatment = said.get("treatment", False)
        return (
            said.get("bearer", False),
            said.get("treatment", False),
            bearer,
            treatment,
            bool(answer.outcome.get("inspection_first")),
        )

    def _put_liability(self, vals):
        """Write who bears these; what was reviewed otherwise is reviewed again."""
        in_force = (vals["bearer"], vals["treatment"])
        moved = self.filtered(lambda cost: (cost.bearer, cost.treatment) != in_force)
        stale = moved.filtered(lambda cost: cost.state == "reviewed")
        first = moved.filtered(lambda cost: not cost.bearer)
        # what a cost begins with is no change; the decision says why it is so
        (first | (self - moved)).with_context(mail_notrack=True).write(vals)
        (moved - first).write(vals)
        stale._cost_back_to_review()

    def _cost_back_to_review(self):
        """Somebody else bears these now: finance looks at them once more."""
        # the review may have been taken back by what was just written
        reviewed = self.filtered(lambda cost: cost.state == "reviewed")
        reviewed.write(
            {"state": "draft", "reviewed_by_id": False, "reviewed_at": False}
        )
        for cost in self:
            lang = cost.complaint_id.user_id.lang or cost.company_id.partner_id.lang
            env = cost.with_context(lang=lang or self.env.lang).env
            cost._message_log(
                body=env._(
                    "Who bears it has changed after the review, so it is reviewed "
                    "again. %(reason)s",
                    reason=cost.with_env(env).liability_reason or "",
                )
            )

    # ----------------------------------------------------------------- what is said

    @api.depends_context("lang")
    @api.depends(
        "liability_decision_id",
        "rule_bearer",
        "overrule_id",
        "bearer",
        "treatment",
    )
    def _compute_liability_texts(self):
        bearers = dict(self._fields["bearer"]._description_selection(self.env))
        for cost in self:
            decision = cost.liability_decision_id
            texts = decision and decision._get_all_rendered() or []
            lines = []
            if cost.overrule_id:
                lines.append(cost.overrule_id._get_said())
            if decision:
                words = {
                    "bearer": bearers.get(cost.rule_bearer, self.env._("nobody")),
                    "reason": decision.reason_display or "",
                }
                if decision.mode == "enforce":
                    lines.append(
                        self.env._("Rules: %(bearer)s. %(reason)s", **words)
                        if cost.overrule_id
                        else words["reason"]
                    )
                else:
                    lines.append(
                        self.env._(
                            "The rules would say: %(bearer)s. %(reason)s", **words
                        )
                    )
            cost.liability_reason = "\n".join(lines)
            cost.liability_remedy = not cost.overrule_id and "\n".join(
                text.remedy for text in texts if text.remedy
            )

    def action_why_liability(self):
        """Open the decision about who bears it, with its explanation (R4)."""
        self.ensure_one()
        self.check_access("read")
        decision = self.liability_decision_id
        if not decision:
            raise UserError(
                self.env._(
                    "No rule has looked at “%(cost)s” yet.", cost=self.display_name
                )
            )
        return decision._action_explain()

    def _cost_blocks(self):
        # EXTENDS 'aftersales_rules': an inspection comes before whatever people said
        blocks = super()._cost_blocks()
        for cost in self:
            if cost.waits_inspection and cost.state in UNPOSTED:
                others = [each for each in blocks[cost] if each[0] != "bearer"]
                text = cost._cost_undecided_text()
                blocks[cost] = [("inspection", text), *others]
        return blocks

    def _cost_undecided_text(self):
        """Why nobody bears it yet, and what has to happen."""
        # OVERRIDES 'aftersales_rules': what the rules, or a person, wait for
        if self.waits_inspection or (
            self.bearer == "undecided"
            and self.rule_bearer == "undecided"
            and not self.overrule_id
        ):
            # sudo: whoever sees the cost sees why it waits
            texts = self.sudo().liability_decision_id._get_all_rendered()
            words = [word for text in texts for word in (text.reason, text.remedy)]
            said = " ".join(filter(None, words))
            if said:
                return said
        if self.overrule_id and self.bearer == "undecided":
            return self.env._(
                "%(user)s has kept open who bears it: %(reason)s",
                user=self.sudo().overrule_id.user_id.name,  # sudo: a colleague's name
                reason=self.sudo().overrule_id.reason,
            )
        return self.env._(
            "Nobody bears it yet. An accountant for service costs or a complaint "
            "manager says who does, with “Say Who Bears It”."
        )
