# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Decide with the version in force, record what is news: once, for every decision."""

from dataclasses import dataclass

from odoo import api, models

from .aftersales_gate import BULK_MIN


@dataclass
class Answer:
    """What the rules say about one record.

    ``outcome`` is what to apply: empty where the gate only observes and where no rule
    matched. ``record`` is the decision kept for it: the new one if it says something
    new, else the one from before.
    """

    subject: models.BaseModel
    decision: object
    record: models.BaseModel
    mode: str
    is_news: bool

    @property
    def outcome(self):
        return (self.mode == "enforce" and self.decision.outcome) or {}


class AftersalesGate(models.AbstractModel):
    _inherit = "aftersales.gate"

    @api.model
    def _ask(
        self,
        spec,
        questions,
        event,
        result="none",
        always=False,
        says=None,
        ordinary=None,
    ):
        """Ask one decision about records, and keep what is news (R3, R10).

        An answer is news if it says something else than the decision before.

        :param spec: the `DecisionSpec`
        :param questions: (record with a `company_id`, its facts, its decision before
            or an empty recordset) of each; no query here depends on their number
        :param str event: what made us ask
        :param result: the outcome field that the decision's *result* shows, where its
            value is one of named choices; "none" without a match
        :param always: keep each answer, as a person asked for it
        :param says: what a decision says, to compare; outcomes, rule and reason
        :param ordinary: the result that needs no record as a first answer, where
            nearly everything that is asked about gets it
        :return: an `Answer` for each question whose company asks at all, in order
        """
        says = says or _says
        answers, fresh = [], []
        versions = self.env["aftersales.version"]
        for subject, facts, before in self._complete_questions(spec, questions):
            # sudo: everybody is judged by the rules, only some may read them
            company = subject.sudo().company_id
            mode = company._aftersales_mode(spec.name)
            if mode == "off":
                continue
            _version, compiled = versions._get_current(company)
            decision = compiled.decide(
                spec.name,
                facts,
                on=company._aftersales_now().date(),
                bulk=len(questions) >= BULK_MIN,
            )
            before = before.sudo()
            answer = Answer(subject, decision, before, mode, False)
            if before:
                is_news = says(before._get_decision()) != says(decision)
            else:
                said = (decision.outcome or {}).get(result)
                is_news = ordinary is None or said != ordinary
            answer.is_news = always or is_news
            answers.append(answer)
            if answer.is_news:
                fresh.append(answer)
        if fresh:
            records = self.env["aftersales.decision"]._record(
                [self._prepare_answer(answer, event, result) for answer in fresh]
            )
            for answer, record in zip(fresh, records, strict=True):
                answer.record = record.sudo()
        return answers

    def _complete_questions(self, spec, questions):
        """The questions with the facts that other addons gave the decision (R9)."""
        completed = self.env["aftersales.extension"]._complete(
            spec.name, [(subject, facts) for subject, facts, _before in questions]
        )
        return [
            (subject, facts, before)
            for (subject, _facts, before), facts in zip(
                questions, completed, strict=True
            )
        ]

    def _prepare_answer(self, answer, event, result):
        subject = answer.subject.sudo()  # sudo: names of what was judged
        partner = None
        if subject._name == "sale.order":
            order = subject  # who owes is the invoice's partner
        else:
            order = "order_id" in subject._fields and subject.order_id
            partner = "partner_id" in subject._fields and subject.partner_id
        return {
            "decision": answer.decision,
            "company": subject.company_id,
            "order": order or None,
            "partner": partner or None,
            "res_model": subject._name,
            "res_id": subject.id,
            "name": not order and subject.display_name,
            "event": event,
            "mode": answer.mode,
            "result": (answer.decision.outcome or {}).get(result) or "none",
        }


def _says(decision):
    return decision.outcomes, decision.rule, decision.reason
