# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Closing: only when the procedure is complete, else with what is missing (C13)."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue import COMPLAINT_CLOSING, ClosingFacts
from .aftersales_complaint import ENDED, INTERNAL
from .client_actions import RELOAD, notification


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_closed_at = fields.Datetime(
        "Complaint Closed",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_closed_by_id = fields.Many2one(
        "res.users",
        "Complaint Closed by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_closing_decision_id = fields.Many2one(
        "aftersales.decision",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_missing_html = fields.Html(
        "Missing", compute="_compute_complaint_missing_html", groups=INTERNAL
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_closed_at",
            "complaint_closed_by_id",
            "complaint_closing_decision_id",
        }

    @api.depends("complaint_state")
    @api.depends_context("lang")
    def _compute_complaint_missing_html(self):
        for complaint in self:
            steps = []
            if complaint.is_complaint and complaint.complaint_state not in ENDED:
                steps = [text for _key, text in complaint._complaint_missing()]
            complaint.complaint_missing_html = bool(steps) and self.env[
                "ir.qweb"
            ]._render("aftersales_rules.complaint_missing", {"steps": steps})

    # -------------------------------------------------------------------- deciding

    def _judge_closing(self, missing):
        """Ask the rules whether these complaints may be closed.

        :param missing: what is missing, by id
        :return: answers by complaint; none where the rules are switched off
        """
        questions = [
            (
                complaint,
                ClosingFacts.of(
                    complaint_type=complaint.complaint_type or None,
                    severity=complaint.complaint_severity or None,
                    is_refused=complaint.complaint_state == "refused",
                    is_complete=not missing[complaint.id],
                    missing_steps=len(missing[complaint.id]),
                ),
                complaint.complaint_closing_decision_id,
            )
            for complaint in self.sudo()  # sudo: judged on all that is known
        ]
        answers = self.env["aftersales.gate"]._ask(
            COMPLAINT_CLOSING, questions, "complaint", "closing"
        )
        for answer in answers:
            if answer.subject.complaint_closing_decision_id != answer.record:
                answer.subject.complaint_closing_decision_id = answer.record
        return {answer.subject.id: answer for answer in answers}

    def _complaint_check_closing(self):
        """Refuse to close what the rules keep open; under *observe* only warn.

        :return: what is missing and did not stop it, as texts
        """
        missing = {each.id: each._complaint_missing() for each in self}
        answers = self._judge_closing(missing)
        kept, warned = [], []
        for complaint in self:
            texts = [text for _key, text in missing[complaint.id]]
            answer = answers.get(complaint.id)
            decided = answer and answer.decision.outcome or {}
            if not texts or decided.get("closing") != "keep_open":
                continue
            found = warned if answer.mode == "observe" else kept
            found.append("\n".join([complaint.display_name, *texts]))
        if kept:
            raise UserError(
                self.env._(
                    "The procedure is not complete, so this stays open:\n%(list)s",
                    list="\n\n".join(kept),
                )
            )
        return warned

    # --------------------------------------------------------------------- closing

    def action_close_complaint(self):
        """Close the complaint, if nothing of the procedure is missing (C13)."""
        self._check_complaint()
        for complaint in self:
            if complaint.complaint_state in ("closed", "reissued"):
                raise UserError(
                    self.env._(
                        "%(complaint)s is closed already.",
                        complaint=complaint.display_name,
                    )
                )
        warned = self._complaint_check_closing()
        self._complaint_close()
        if not warned:
            return True
        return notification(
            "\n\n".join(warned),
            kind="warning",
            title=self.env._("Closed, though not complete"),
            sticky=True,
            then=RELOAD,
        )

    def _complaint_close(self):
        """Close for real: state, ticket, and those who wait for it."""
        self._complaint_set_state("closed")
        # sudo: written by this step only
        self.sudo().write(
            {
                "complaint_closed_at": fields.Datetime.now(),
                "complaint_closed_by_id": self.env.uid,
            }
        )
        self.sudo().complaint_visit_ids._cancel()
        self._complaint_end_ticket()
        self._complaint_happened("closed")

    def _complaint_close_if_complete(self):
        """Satisfied at the last visit: close, where the rules say so and enforce it."""
        for complaint in self:
            missing = complaint._complaint_missing()
            answers = complaint._judge_closing({complaint.id: missing})
            answer = answers.get(complaint.id)
            if answer and answer.outcome.get("closing") == "may_close":
                complaint._complaint_close()
            elif missing:
                texts = [text for _key, text in missing]
                complaint._message_log(
                    body=self.env._(
                        "The customer is satisfied at the last visit. Before it is "
                        "closed: %(missing)s",
                        missing=" ".join(texts),
                    )
                )

    def _complaint_reopen(self):
        """A closed complaint is taken up again."""
        self._complaint_set_state("followup")
        # sudo: written by this step only
        self.sudo().write(
            {"complaint_closed_at": False, "complaint_closed_by_id": False}
        )
        self._complaint_happened("reopened")
