# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The way through a change of rules: where it starts, and what comes next (U9)."""

from odoo import api, fields, models
from odoo.tools.misc import format_date

from .aftersales_draft import RULES_ADMIN
from .aftersales_text import threshold_names


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    can_approve = fields.Boolean(compute="_compute_can_approve")
    next_step = fields.Char("What Comes Next", compute="_compute_next_step")

    @api.depends("state", "author_id", "writer_ids")
    @api.depends_context("uid")
    def _compute_can_approve(self):
        is_admin = self.env.user.has_group(RULES_ADMIN)
        for draft in self:
            writers = draft.author_id | draft.writer_ids
            draft.can_approve = (
                is_admin and draft.state == "waiting" and self.env.user not in writers
            )

    @api.depends("state", "error_count", "effective_from", "version_id", "can_approve")
    @api.depends_context("lang", "uid")
    def _compute_next_step(self):
        for draft in self:
            draft.next_step = draft._get_next_step()

    def _get_next_step(self):
        """One sentence for whoever looks at a draft for the first time."""
        self.ensure_one()
        if not self._origin.id:
            return self.env._(
                "Save the draft: the rules in force open below as a table, for you to "
                "change. Nothing counts before it is published."
            )
        if self.state == "draft" and self.error_count:
            return self.env._("Mend what the page Checks names, and check again.")
        if self.state == "waiting":
            if self.can_approve:
                return self.env._(
                    "%(author)s asks you to look at it and to approve it.",
                    author=self.author_id.name,
                )
            return self.env._(
                "Another administrator of the rules was asked to approve it."
            )
        if self.state == "scheduled":
            return self.env._(
                "Comes into force by itself on %(day)s.",
                day=format_date(self.env, self.effective_from),
            )
        if self.state == "published":
            return self.env._(
                "Published as %(version)s.", version=self.version_id.display_name
            )
        texts = {
            "draft": self.env._(
                "Change the table, check it, try it on real orders. Nothing counts "
                "before it is published."
            ),
            "checked": self.env._(
                "Nothing stands against it. Try it on real orders, and publish it."
            ),
            "discarded": self.env._("Given up; it never comes into force."),
        }
        return texts[self.state]

    def _start(self, decision=None, rule=None):
        """Open a draft at a table, and at a rule of it.

        A draft of one's own that nobody has touched yet will do.

        :param str decision: technical name of the table that is opened first
        :param str rule: technical name of the rule that the editor goes to
        """
        self._check_author()
        draft = self.search(
            [
                ("author_id", "=", self.env.uid),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "draft"),
                ("revision", "=", 0),
                ("note", "=", False),
                (
                    "base_version_id",
                    "=",
                    # sudo: which version is in force, nothing else of the company
                    self.env.company.sudo().aftersales_version_id.id,
                ),
            ],
            limit=1,
        )
        if not draft:
            draft = self.create({"decision": decision})
        elif decision:
            draft.decision = decision
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.draft",
            "res_id": draft.id,
            "views": [(False, "form")],
            "context": {"aftersales_decision": decision, "aftersales_rule": rule},
        }


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    summary = fields.Char("What Changed, in Short", compute="_compute_summary")

    @api.depends("note")
    @api.depends_context("lang")
    def _compute_summary(self):
        """The note may have a line for each of twenty changes; a list has one."""
        for version in self:
            lines = (version.note or "").splitlines()
            version.summary = lines[0] if lines else ""
            if len(lines) > 1:
                version.summary = self.env._(
                    "%(first)s, and %(count)s more",
                    first=lines[0],
                    count=len(lines) - 1,
                )

    def action_change_rules(self):
        """Start a draft of these rules, which are in force."""
        self.ensure_one()
        self.check_access("read")
        return self.env["aftersales.draft"].with_company(self.company_id)._start()


class AftersalesRule(models.Model):
    _inherit = "aftersales.rule"

    def action_change_rules(self):
        """Start a draft of the rules in force, whatever rules are selected."""
        self.check_access("read")
        return self.env["aftersales.draft"]._start()

    def action_change_rule(self):
        """Start a draft, open at this rule."""
        self.ensure_one()
        self.check_access("read")
        drafts = self.env["aftersales.draft"].with_company(self.company_id)
        return drafts._start(self.decision, self.name)


class AftersalesThreshold(models.Model):
    _inherit = "aftersales.threshold"

    def action_draft_change(self):
        """Start a draft, open at the first rule that looks at this threshold."""
        self.ensure_one()
        self.check_access("read")
        drafts = self.env["aftersales.draft"].with_company(self.company_id)
        for rule in self._get_compiled().pack.rules:
            if self.name in threshold_names(rule):
                return drafts._start(rule.decision, rule.name)
        return drafts._start()
