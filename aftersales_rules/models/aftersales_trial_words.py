# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a trial run tried and found, in a sentence each (R5)."""

from odoo import api, fields, models
from odoo.tools.misc import format_date, formatLang


class AftersalesTrial(models.Model):
    _inherit = "aftersales.trial"

    summary = fields.Char("What It Found", compute="_compute_summary")
    sample_text = fields.Char("Tried on What", compute="_compute_sample_text")

    @api.depends("state", "changed", "total", "done", "count_ids.amount")
    @api.depends_context("lang")
    def _compute_summary(self):
        for trial in self:
            trial.summary = trial._get_summary()

    def _get_summary(self):
        self.ensure_one()
        if self.state == "new":
            return False
        if self.state == "waiting":
            return self.env._("Starts in a moment.")
        if self.state == "done" and not self.total:
            return self.env._(
                "Nothing was decided yet by a table that this draft changes: there is "
                "nothing to try it on."
            )
        if not self.changed:
            return self.env._(
                "None of %(tried)s would be decided differently.",
                tried=self._format(self.done),
            )
        moved = self.count_ids.filtered("differs")
        return self.env._(
            "%(changed)s of %(tried)s would be decided differently; %(amount)s is at "
            "stake.",
            changed=self._format(self.changed),
            tried=self._format(self.done),
            amount=self.company_currency_id.format(sum(moved.mapped("amount"))),
        )

    @api.depends(
        "sample",
        "sample_size",
        "decision",
        "date_from",
        "date_to",
        "partner_id",
        "result",
        "decision_id",
    )
    @api.depends_context("lang")
    def _compute_sample_text(self):
        for trial in self:
            text = ", ".join(filter(None, trial._get_sample_parts()))
            trial.sample_text = text[:1].upper() + text[1:]

    def _get_sample_parts(self):
        self.ensure_one()
        if self.sample == "one":
            return [self.decision_id.display_name]
        tables = dict(self._selection_decision())
        parts = [tables.get(self.decision) or self.env._("every table that changes")]
        if self.sample == "last":
            parts.append(
                self.env._("the last %(count)s", count=self._format(self.sample_size))
            )
        if self.sample in ("period", "filter"):
            if self.date_from:
                day = format_date(self.env, self.date_from)
                parts.append(self.env._("from %(day)s", day=day))
            if self.date_to:
                day = format_date(self.env, self.date_to)
                parts.append(self.env._("until %(day)s", day=day))
        if self.sample == "filter":
            parts.append(self.partner_id.display_name)
            parts.append(dict(self._selection_result()).get(self.result))
        return parts

    def _format(self, number):
        return formatLang(self.env, number, digits=0)
