# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a trial found: counts before and after, and each document that changes (R5)."""

from odoo import api, fields, models

from ..rules import Decision, RulesError
from .aftersales_draft import RULES_ADMIN


class AftersalesTrialAnswers(models.AbstractModel):
    """What the rules in force say, and the draft, in the words of their decision."""

    _name = "aftersales.trial.answers"
    _description = "Answers of a Trial Run"

    trial_id = fields.Many2one(
        "aftersales.trial", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="trial_id.company_id", store=True)
    company_currency_id = fields.Many2one(related="trial_id.company_currency_id")
    decision = fields.Char()
    before_result = fields.Selection("_selection_result", required=True)
    after_result = fields.Selection("_selection_result", required=True)
    before_answer = fields.Char("Now", compute="_compute_answers")
    after_answer = fields.Char("With the Draft", compute="_compute_answers")

    @api.model
    def _selection_result(self):
        return self.env["aftersales.decision"]._selection_result()

    @api.depends("decision", "before_result", "after_result")
    @api.depends_context("lang")
    def _compute_answers(self):
        decisions = self.env["aftersales.decision"]
        for record in self:
            for side in ("before", "after"):
                record[f"{side}_answer"] = decisions._get_answer_text(
                    record.decision, record[f"{side}_result"]
                )


class AftersalesTrialCount(models.Model):
    """So many documents went from one answer to another."""

    _name = "aftersales.trial.count"
    _inherit = ["aftersales.trial.answers"]
    _description = "Before and After of a Trial Run"
    _order = "decision, before_result, after_result"

    decision = fields.Selection("_selection_decision", required=True)
    number = fields.Integer("Documents", required=True)
    amount = fields.Monetary(
        "Money at Stake", currency_field="company_currency_id", required=True
    )
    differs = fields.Boolean(compute="_compute_differs")

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_recorded_decision_selection()

    @api.depends("before_result", "after_result")
    def _compute_differs(self):
        for count in self:
            count.differs = count.before_result != count.after_result


class AftersalesTrialChange(models.Model):
    """A document that would fare differently, with both explanations."""

    _name = "aftersales.trial.change"
    _inherit = ["aftersales.trial.answers"]
    _description = "Change of a Trial Run"
    _order = "is_same_answer, amount desc, id"

    decision_id = fields.Many2one(
        "aftersales.decision", "Decision", required=True, ondelete="cascade"
    )
    decision = fields.Selection(related="decision_id.decision", string="Table")
    document_name = fields.Char(compute="_compute_document_name", string="Document")
    partner_id = fields.Many2one(related="decision_id.partner_id")
    is_same_answer = fields.Boolean(
        "Only the Rule Differs",
        help="Another rule would decide, and say the same.",
    )
    amount = fields.Monetary("At Stake", currency_field="company_currency_id")
    before_payload = fields.Text(required=True)
    after_payload = fields.Text(required=True)
    before_reason = fields.Text("Why Now", compute="_compute_reasons")
    after_reason = fields.Text("Why with the Draft", compute="_compute_reasons")
    before_html = fields.Html(compute="_compute_explanations", sanitize=False)
    after_html = fields.Html(compute="_compute_explanations", sanitize=False)

    @api.depends("decision_id")
    def _compute_document_name(self):
        for change in self:
            record = change.decision_id
            # sudo: names of documents whose decisions one may read
            change.document_name = (
                record.sudo().order_id.name
                or record.document_name
                or record.sudo().partner_id.name
            )

    @api.depends("decision_id")
    def _compute_display_name(self):
        for change in self:
            change.display_name = (
                change.document_name or change.decision_id.display_name
            )

    @api.depends("before_payload", "after_payload")
    @api.depends_context("lang")
    def _compute_reasons(self):
        packs = {}
        for change in self:
            for side in ("before", "after"):
                change[f"{side}_reason"] = change._render(side, packs)

    def _get_side(self, side, packs):
        """The compiled rules and the decision of a side; raises `RulesError`."""
        trial = self.trial_id
        key = (trial.id, side)
        if key not in packs:
            # sudo: rules by which everybody is judged
            version = trial.sudo().base_version_id
            packs[key] = (
                version._get_compiled() if side == "before" else trial._get_compiled()
            )
        return packs[key], Decision.from_bytes(self[f"{side}_payload"])

    def _render(self, side, packs):
        try:
            compiled, decision = self._get_side(side, packs)
            matches = compiled.render(
                decision, self.env.lang, self.env["aftersales.text"]._term
            )
        except RulesError as err:
            return str(err)
        return "\n".join(match.reason for match in matches) or self[f"{side}_answer"]

    @api.depends("before_payload", "after_payload")
    @api.depends_context("lang")
    def _compute_explanations(self):
        packs = {}
        for change in self:
            for side, label in (
                ("before", change.sudo().trial_id.base_version_id.name),
                ("after", change.trial_id.draft_id.name),
            ):
                values = {
                    "result": change[f"{side}_answer"],
                    "version": label,
                    "engine": False,
                    "recorded_reason": change[f"{side}_reason"],
                }
                try:
                    values |= self.env["aftersales.decision"]._explain(
                        *change._get_side(side, packs)
                    )
                except RulesError as err:
                    values["failure"] = str(err)
                change[f"{side}_html"] = self.env["ir.qweb"]._render(
                    "aftersales_rules.decision_explanation", values
                )

    def action_open_document(self):
        """Open what the decision was about."""
        self.ensure_one()
        return self.decision_id.action_open_document()


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    trial_ids = fields.One2many(
        "aftersales.trial", "draft_id", "Trial Runs", copy=False, groups=RULES_ADMIN
    )

    def action_try(self):
        """Choose what to try the draft on."""
        self.ensure_one()
        self._check_author()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try the Draft"),
            "res_model": "aftersales.trial",
            "views": [(False, "form")],
            "context": {
                "default_draft_id": self.id,
                "default_decision": self.decision,
            },
        }
