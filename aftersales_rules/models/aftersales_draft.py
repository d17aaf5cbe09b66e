# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules that are being written: from draft over checked to published (R3, R6).

How it works: a draft starts as a copy of the rules in force and belongs to one
company. Whatever is written puts it back to *draft*; checking finds what does not fit
together; publishing makes a version of it, at once or on a day to come, and asks a
second person where the company wants one. If the rules in force have moved on in the
meantime, what the draft changed is put on top of them.
"""

import json

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rules import (
    RulesError,
    compile_pack,
    find_problems,
    load_pack,
)
from .guarded_fields import (
    check_follows,
    check_state,
    on_clean_context,
    split_own,
)
from .threshold_values import read_values

RULES_ADMIN = "aftersales_rules.group_rules_admin"
STATES = [
    ("draft", "Draft"),
    ("checked", "Checked"),
    ("waiting", "Waits for a Second Person"),
    ("scheduled", "Scheduled"),
    ("published", "Published"),
    ("discarded", "Discarded"),
]
OPEN = ("draft", "checked", "waiting", "scheduled")
_FOLLOWS = {
    "company_id",
    "base_version_id",
    "content",
    "threshold_values",
    "revision",
    "state",
    "author_id",
    "writer_ids",
    "checked_by_id",
    "checked_at",
    "approved_by_id",
    "approved_at",
    "published_by_id",
    "version_id",
    "findings",
    "faults",
    "error_count",
    "warning_count",
}
"""What follows from the editor and the buttons."""
_OWN = ("name", "decision", "note", "effective_from")
"""What its author says of a draft."""


class AftersalesDraft(models.Model):
    _name = "aftersales.draft"
    _description = "Draft of Rules"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(required=True, default=lambda self: self._default_name())
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    decision = fields.Selection(
        "_selection_decision",
        "Decision Table",
        help="The table that is opened first. Others can be changed as well.",
    )
    base_version_id = fields.Many2one(
        "aftersales.version",
        "Based on",
        readonly=True,
        index=True,
        ondelete="cascade",
        help="The rules that the draft started from.",
    )
    content = fields.Text("Rules", readonly=True)
    threshold_values = fields.Text(readonly=True)
    revision = fields.Integer(
        readonly=True,
        default=0,
        required=True,
        help="Counts each saving, so that two people do not write over each other.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, index=True, tracking=True
    )
    note = fields.Text("What Changes, and Why", tracking=True)
    effective_from = fields.Date(
        "In Force from",
        tracking=True,
        help="Empty: as soon as it is published. A day to come: it is published then.",
    )
    author_id = fields.Many2one(
        "res.users", "Author", readonly=True, ondelete="restrict"
    )
    writer_ids = fields.Many2many(
        "res.users",
        "aftersales_draft_writer_rel",
        "draft_id",
        "user_id",
        string="Written by",
        readonly=True,
        copy=False,
        help="None of them can be the second person.",
    )
    checked_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    checked_at = fields.Datetime("Checked on", readonly=True)
    approved_by_id = fields.Many2one(
        "res.users", "Second Person", readonly=True, ondelete="restrict"
    )
    approved_at = fields.Datetime("Approved on", readonly=True)
    published_by_id = fields.Many2one(
        "res.users", "Published by", readonly=True, ondelete="restrict"
    )
    version_id = fields.Many2one(
        "aftersales.version",
        "Published as",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    faults = fields.Text(readonly=True, help="What keeps it from being used at all.")
    findings = fields.Text(readonly=True, help="What does not fit together.")
    error_count = fields.Integer("Errors", readonly=True)
    warning_count = fields.Integer("Warnings", readonly=True)
    is_behind = fields.Boolean(
        "Rules Have Moved on", compute="_compute_is_behind", compute_sudo=True
    )

    @api.model
    def _default_name(self):
        day = fields.Date.context_today(self)
        return self.env._("Draft of %(day)s", day=day)

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()

    @api.depends("base_version_id", "company_id.aftersales_version_id", "state")
    def _compute_is_behind(self):
        for draft in self:
            current = draft.company_id.aftersales_version_id
            base = draft.base_version_id  # none before it is saved for the first time
            draft.is_behind = draft.state in OPEN and bool(base) and base != current

    # ---------------------------------------------------------- its content

    @api.model_create_multi
    def create(self, vals_list):
        self._check_author()
        if not self.env.su:
            for vals in vals_list:
                check_follows(self, vals, _FOLLOWS - {"company_id"})
        versions = self.env["aftersales.version"]
        values, others = [], []
        for vals in vals_list:
            company = self.env["res.company"].browse(
                vals.get("company_id") or self.env.company.id
            )
            if company not in self.env.companies:
                raise AccessError(
                    self.env._("You do not work for %(company)s.", company=company.name)
                )
            vals, rest = split_own(self, vals, _OWN, {"company_id"})
            others.append(rest)
            vals = {**vals, "company_id": company.id, "author_id": self.env.uid}
            if "content" not in vals:
                version = versions.browse(versions._get_current(company)[0]).sudo()
                vals |= {
                    "base_version_id": version.id,
                    "content": version.pack,
                    "threshold_values": version.thresholds,
                }
            values.append(vals)
        # sudo: content and base follow from the rules in force; the author was checked
        records = on_clean_context(self).sudo()
        drafts = super(AftersalesDraft, records).create(values).with_env(self.env)
        for draft, vals in zip(drafts, others, strict=True):
            if vals:
                draft.write(vals)
        return drafts

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, _FOLLOWS)
            if {"effective_from", "name", "note"} & set(vals):
                check_state(self, "draft", "checked")
        return super().write(vals)

    def unlink(self):
        for draft in self:
            if draft.state not in ("draft", "checked", "discarded"):
                # not @api.ondelete: that one is skipped for a context key
                # pylint: disable=no-raise-unlink
                raise UserError(
                    self.env._(
                        "“%(draft)s” was handed in or published and is kept.",
                        draft=draft.name,
                    )
                )
        return super().unlink()

    def _check_author(self):
        """Only who administers the rules writes them, by whatever door."""
        if not self.env.su and not self.env.user.has_group(RULES_ADMIN):
            raise AccessError(
                self.env._(
                    "Only an administrator of the rules writes drafts and publishes "
                    "them."
                )
            )

    def _get_pack(self):
        """The pack as it is written; raises `PackError` with all faults."""
        self.ensure_one()
        return load_pack(self.content)

    def _get_values(self, pack):
        """Threshold values, typed; of new thresholds the default."""
        return read_values(pack, json.loads(self.threshold_values or "{}"))

    def _get_compiled(self):
        """What this draft would decide with; raises `PackError` with all faults."""
        pack = self._get_pack()
        registry = self.env["aftersales.extension"]._get_registry()
        return compile_pack(pack, registry, thresholds=self._get_values(pack))

    def _save(self, content, values, revision):
        """Keep what was written, also what is not right yet: nothing is lost.

        :param Mapping content: the whole pack
        :param Mapping values: threshold values as JSON
        :param int revision: the one that the writer has seen
        :raise UserError: if somebody else has saved in between, or it is handed in
        """
        self.ensure_one()
        self._check_author()
        self.check_access("write")
        check_state(self, "draft", "checked")
        # whoever saves at the same moment meets in this row and is run again
        self.flush_recordset(["revision"])
        self.env.cr.execute(
            "SELECT revision FROM aftersales_draft WHERE id = %s FOR UPDATE", [self.id]
        )
        if self.env.cr.fetchone()[0] != revision:
            raise UserError(
                self.env._(
                    "Somebody has saved “%(draft)s” since you opened it. Open it again "
                    "to see their changes.",
                    draft=self.name,
                )
            )
        text = json.dumps(content, ensure_ascii=False)
        vals = {
            "content": text,
            "threshold_values": json.dumps(values, ensure_ascii=False),
            "revision": revision + 1,
            "state": "draft",
            "checked_at": False,
            "checked_by_id": False,
            "findings": False,
            "approved_by_id": False,
            "approved_at": False,
            "writer_ids": [Command.link(self.env.uid)],
        }
        self.sudo().write(vals)  # sudo: content follows from the editor
        self._find_faults()

    def _save_values(self, values):
        """Change nothing but values of thresholds, as their own screen does.

        :param Mapping values: as versions store them, by name
        """
        stored = json.loads(self.threshold_values or "{}")
        self._save(json.loads(self.content), stored | values, self.revision)

    def _find_faults(self):
        """Note what keeps the draft from being used at all.

        :return: the compiled pack, or None
        """
        self.ensure_one()
        try:
            compiled = self._get_compiled()
            faults = self._get_lost_thresholds(compiled)
        except RulesError as err:
            compiled = None
            faults = [
                {"path": fault.path, "code": fault.code, "text": str(fault)}
                for fault in err.faults
            ]
        # sudo: follows from the content
        self.sudo().write(
            {
                "faults": json.dumps(faults, ensure_ascii=False) if faults else False,
                "error_count": len(faults),
                "warning_count": 0,
            }
        )
        return None if faults else compiled

    def _get_lost_thresholds(self, compiled):
        """Thresholds in force that programs read themselves and the draft lacks."""
        base = self.sudo().base_version_id  # sudo: as every judged document does
        lost = [
            spec
            for spec in load_pack(base.pack).thresholds
            if spec.name in compiled.registry.read_thresholds
            and spec.name not in compiled.thresholds
        ]
        return [
            {
                "path": "thresholds",
                "code": "lost_threshold",
                "text": self.env._(
                    "“%(threshold)s” cannot be taken out: the program itself uses it, "
                    "whether rules do or not.",
                    threshold=spec.label_in(self.env.lang),
                ),
            }
            for spec in lost
        ]

    # ------------------------------------------------------------- checking

    def action_check(self):
        """Look for everything that is wrong with the rules as a whole (R6)."""
        self._check_author()
        check_state(self, "draft", "checked")
        for draft in self:
            compiled = draft._find_faults()
            if compiled is None:
                continue
            problems = find_problems(compiled, on=draft._get_first_day())
            known = draft._get_known_problems()
            found = [
                {**problem.as_dict(), "is_new": finding_key(problem) not in known}
                for problem in problems
            ]
            errors = sum(each["severity"] == "error" for each in found)
            # sudo: follows from the content
            draft.sudo().write(
                {
                    "findings": json.dumps(found, ensure_ascii=False),
                    "error_count": errors,
                    "warning_count": sum(
                        each["severity"] == "warning" and each["is_new"]
                        for each in found
                    ),
                    "state": "draft" if errors else "checked",
                    "checked_by_id": self.env.uid,
                    "checked_at": fields.Datetime.now(),
                }
            )

    def _get_first_day(self):
        """The day from which on these rules would count."""
        today = self.sudo().company_id._aftersales_now().date()  # sudo: its time zone
        return max(self.effective_from or today, today)

    def _get_known_problems(self):
        """What is wrong with the rules in force already, to tell what is new."""
        version = self.sudo().base_version_id  # sudo: as every judged document does
        try:
            problems = find_problems(version._get_compiled(), on=self._get_first_day())
        except RulesError:
            return set()
        return {finding_key(problem) for problem in problems}

    # ----------------------------------------------------------- publishing

    def action_publish(self):
        """Make these the rules in force, now or from their day on (R3).

        :raise UserError: saying what is missing and who can do it
        """
        self._check_author()
        check_state(self, "draft", "checked")
        for draft in self:
            draft.action_check()
            draft._check_publishable()
            draft._hand_in()

    def _hand_in(self):
        """Ask the second person where the company wants one, else go on."""
        self.ensure_one()
        company = self.sudo().company_id  # sudo: its setting only
        if company.aftersales_second_person and not self.approved_by_id:
            self._set_state("waiting")
            self._ask_second_person()
        else:
            self._publish_or_schedule()

    def action_approve(self):
        """Say as a second person that these rules may come into force."""
        self._check_author()
        check_state(self, "waiting")
        for draft in self:
            if self.env.user in draft.author_id | draft.writer_ids:
                raise UserError(
                    self.env._(
                        "You wrote “%(draft)s”. Another administrator of the rules has "
                        "to approve it.",
                        draft=draft.name,
                    )
                )
            # sudo: follows from this button
            draft.sudo().write(
                {"approved_by_id": self.env.uid, "approved_at": fields.Datetime.now()}
            )
            draft.activity_feedback(["mail.mail_activity_data_todo"])
            draft._publish_or_schedule()

    def action_edit_again(self):
        """Take it back to be written on."""
        self._check_author()
        check_state(self, "checked", "waiting", "scheduled")
        self.sudo().write({"approved_by_id": False, "approved_at": False})
        self._set_state("draft")
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_discard(self):
        """Keep the draft, but as one that never comes into force."""
        self._check_author()
        check_state(self, *OPEN)
        self._set_state("discarded")
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _set_state(self, state):
        self.sudo().write({"state": state})  # sudo: follows from the buttons


def finding_key(problem):
    """What makes two findings the same, whatever example they give."""
    return problem.code, problem.decision, problem.rule, problem.others, problem.detail
