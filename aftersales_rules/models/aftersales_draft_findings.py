# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is wrong with a draft, in words, and where to mend it (R6)."""

import json
from decimal import Decimal

from odoo import api, fields, models

from ..rules import Finding, RulesError, finding_text, parse_value


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    findings_html = fields.Html(
        "Checks", compute="_compute_findings_html", sanitize=False
    )

    @api.depends("faults", "findings", "content", "threshold_values")
    @api.depends_context("lang")
    def _compute_findings_html(self):
        for draft in self:
            draft.findings_html = self.env["ir.qweb"]._render(
                "aftersales_rules.draft_findings",
                {
                    "draft": draft,
                    "faults": json.loads(draft.faults or "[]"),
                    "groups": draft._get_finding_groups(),
                },
            )

    def _get_finding_groups(self):
        """Findings of the last check by decision, errors first.

        :rtype: list[dict]
        """
        self.ensure_one()
        stored = json.loads(self.findings or "[]")
        if not stored:
            return []
        try:
            compiled = self._get_compiled()
        except RulesError:
            return []
        text = self.env["aftersales.text"]
        decisions = dict(text._get_decision_selection())
        groups = {}
        for item in stored:
            finding = self._read_finding(compiled, item)
            label = decisions.get(finding.decision) or self.env._("Thresholds")
            groups.setdefault(label, []).append(
                {
                    "severity": item["severity"],
                    "is_new": item["is_new"],
                    "text": finding_text(compiled, finding, self.env.lang, text._term),
                }
            )
        order = ["error", "warning", "note"]
        return [
            {
                "label": label,
                "findings": sorted(
                    findings,
                    key=lambda each: (
                        order.index(each["severity"]),
                        not each["is_new"],
                    ),
                ),
            }
            for label, findings in groups.items()
        ]

    @api.model
    def _read_finding(self, compiled, item):
        """A finding of the core, as it was stored."""
        example = {}
        if item["decision"]:
            specs = compiled.registry.get(item["decision"]).fact_fields
            for name, value in item["example"].items():
                if isinstance(value, float):
                    value = Decimal(str(value))
                example[name] = (
                    value if value is None else parse_value(specs[name], value)
                )
        return Finding(
            code=item["code"],
            decision=item["decision"],
            rule=item["rule"],
            others=tuple(item["others"]),
            example=example,
            detail=item["detail"],
        )
