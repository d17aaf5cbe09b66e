# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a draft or a version changes, on the form of each (R3)."""

import json

from odoo import api, fields, models

from ..rules import RulesError, load_pack, merge_packs
from .aftersales_draft import OPEN


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    changes_html = fields.Html(
        "Changes", compute="_compute_changes_html", sanitize=False
    )

    @api.depends("pack", "thresholds", "number")
    @api.depends_context("lang")
    def _compute_changes_html(self):
        comparisons = self.env["aftersales.comparison"]
        for version in self:
            before = version._get_previous()
            if not before:
                version.changes_html = self.env["ir.qweb"]._render(
                    "aftersales_rules.comparison_none"
                )
                continue
            version.changes_html = comparisons._render(
                comparisons._compare(before._get_side(), version._get_side())
            )

    def _get_previous(self):
        """The version that this one took the place of."""
        self.ensure_one()
        return self.search(
            [("company_id", "=", self.company_id.id), ("number", "<", self.number)],
            order="number desc",
            limit=1,
        )

    def _get_side(self):
        """These rules as one side of a comparison."""
        self.ensure_one()
        try:
            pack = self._get_compiled().pack
        except RulesError:  # rules of an addon that is gone
            pack = load_pack(self.pack)
        return self.env["aftersales.comparison"]._get_side(
            self.name, pack, json.loads(self.thresholds), self.company_id
        )

    def action_compare(self):
        """Put this version beside another one of its company."""
        self.ensure_one()
        self.check_access("read")
        current = self.sudo().company_id.aftersales_version_id  # sudo: its pointer
        before, after = self._get_previous(), self
        if not before and current != self:
            before, after = self, current
        return self.env["aftersales.compare"]._open(
            {
                "company_id": self.company_id.id,
                "before_version_id": before.id,
                "after_version_id": after.id,
            }
        )


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    changes_html = fields.Html(
        "Changes", compute="_compute_changes_html", sanitize=False
    )
    effect_html = fields.Html(
        "Changes of the Rules in Force",
        compute="_compute_effect_html",
        sanitize=False,
        help="What its publication would change, on top of what others have published "
        "since it was started.",
    )

    @api.depends("content", "threshold_values", "base_version_id", "name")
    @api.depends_context("lang")
    def _compute_changes_html(self):
        comparisons = self.env["aftersales.comparison"]
        for draft in self:
            if not draft.base_version_id:  # before it is saved for the first time
                draft.changes_html = False
                continue
            try:
                comparison = draft._compare_with(draft.sudo().base_version_id)
            except RulesError:
                draft.changes_html = self.env["ir.qweb"]._render(
                    "aftersales_rules.comparison_impossible"
                )
                continue
            draft.changes_html = comparisons._render(comparison)

    @api.depends("content", "threshold_values", "is_behind", "name")
    @api.depends_context("lang")
    def _compute_effect_html(self):
        comparisons = self.env["aftersales.comparison"]
        for draft in self:
            draft.effect_html = False
            if draft.state not in OPEN or not draft.is_behind:
                continue
            # sudo: as every judged document does
            current = draft.sudo().company_id.aftersales_version_id
            try:
                after, conflicts = draft._get_merged_side(current)
            except (RulesError, ValueError):  # the page of its own changes says so
                continue
            comparison = comparisons._compare(current._get_side(), after)
            draft.effect_html = comparisons._render(
                comparison | {"conflicts": conflicts, "version": current.name}
            )

    def _get_side(self):
        """What the draft says as one side of a comparison.

        :raise PackError: if it is no pack of rules at all
        """
        self.ensure_one()
        return self.env["aftersales.comparison"]._get_side(
            self.name,
            self._get_pack(),
            json.loads(self.threshold_values or "{}"),
            self.company_id,
        )

    def _compare_with(self, version, decision=None):
        """What the draft changes of a version."""
        return self.env["aftersales.comparison"]._compare(
            version._get_side(), self._get_side(), decision
        )

    def _get_merged_side(self, current):
        """What would be in force once the draft is published, and what both changed.

        :raise RulesError, ValueError: if the draft cannot be used as it is
        """
        base = self.sudo().base_version_id  # sudo: as every judged document does
        pack = self._get_pack()
        merged = merge_packs(
            (load_pack(base.pack), json.loads(base.thresholds)),
            (pack, self._get_value_texts()),
            (load_pack(current.pack), json.loads(current.thresholds)),
        )
        side = self.env["aftersales.comparison"]._get_side(
            self.name, merged.pack, merged.values, self.company_id
        )
        labels = [self._get_conflict_label(pack, each) for each in merged.conflicts]
        return side, labels

    def action_compare(self):
        """Put the draft beside any version of its company."""
        self.ensure_one()
        self.check_access("read")
        # sudo: the pointer of the company
        current = self.sudo().company_id.aftersales_version_id
        return self.env["aftersales.compare"]._open(
            {
                "company_id": self.company_id.id,
                "before_version_id": current.id,
                "draft_id": self.id,
                "decision": False,
            }
        )
