# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules import find_problems, finding_text


class AftersalesVersion(models.Model):
    """What is wrong with the rules of a version as a whole, in words (R6).

    Asked when somebody looks, with the thresholds of the version and for the time
    from today on; it takes milliseconds.
    """

    _inherit = "aftersales.version"

    shown_findings = fields.Json("Checks", compute="_compute_shown_findings")

    @api.depends("pack", "thresholds")
    @api.depends_context("lang")
    def _compute_shown_findings(self):
        for version in self:
            version.shown_findings = {
                "is_checked": True,
                "faults": [],
                "groups": version._get_findings(),
            }

    def _get_findings(self):
        """Findings in the user's language, errors first, by decision.

        :rtype: list[dict]
        """
        self.ensure_one()
        compiled = self._get_compiled()
        text = self.env["aftersales.text"]
        decisions = dict(text._get_decision_selection())
        # sudo: the time zone of the company, nothing else of it
        today = self.sudo().company_id._aftersales_now().date()
        groups = {}
        for finding in find_problems(compiled, on=today):
            label = decisions.get(finding.decision) or self.env._("Thresholds")
            groups.setdefault(label, []).append(
                {
                    "severity": finding.severity,
                    "is_new": True,
                    "decision": finding.decision or "",
                    "rule": finding.rule or "",
                    "text": finding_text(compiled, finding, self.env.lang, text._term),
                }
            )
        order = ["error", "warning", "note"]
        return [
            {
                "label": label,
                "findings": sorted(
                    findings, key=lambda finding: order.index(finding["severity"])
                ),
            }
            for label, findings in groups.items()
        ]
