# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is wrong with a draft, in words, and where to mend it (R6)."""

import json
import re
from decimal import Decimal

from odoo import api, fields, models

from ..rules import Finding, RulesError, parse_value

_RULE = re.compile(r"rules\[(\d+)\]")


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    shown_findings = fields.Json("Checks", compute="_compute_shown_findings")

    @api.depends("faults", "findings", "content", "threshold_values", "checked_at")
    @api.depends_context("lang")
    def _compute_shown_findings(self):
        for draft in self:
            draft.shown_findings = {
                "is_checked": bool(draft.checked_at),
                "faults": draft._get_shown_faults(),
                "groups": draft._get_finding_groups(),
            }

    def _get_shown_faults(self):
        """What keeps the draft from being used at all, and in which rule it is.

        :rtype: list[dict]
        """
        self.ensure_one()
        shown = []
        faults = json.loads(self.faults or "[]")
        rules = json.loads(self.content or "{}").get("rules", []) if faults else []
        for fault in faults:
            match = _RULE.match(fault["path"])
            place = int(match[1]) if match else len(rules)
            rule = rules[place] if place < len(rules) else {}
            text = fault["text"]
            if rule.get("name"):
                text = text.partition(": ")[2] or text
            shown.append(
                {
                    "text": text,
                    "decision": rule.get("decision") or "",
                    "rule": rule.get("name") or "",
                    "label": rule.get("label") or "",
                }
            )
        return shown

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
        return self.env["aftersales.text"]._group_findings(
            compiled,
            [(self._read_finding(compiled, item), item["is_new"]) for item in stored],
        )

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
