# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From a checked draft to rules in force, on its day, with others' changes (R3)."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules import (
    PackError,
    compile_pack,
    find_problems,
    finding_text,
    load_pack,
    merge_packs,
)
from .aftersales_draft import RULES_ADMIN
from .threshold_values import to_text


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    def _check_publishable(self):
        """Refuse a draft that is not right, or that says nothing of why (R6).

        :raise UserError: with what is wrong
        """
        self.ensure_one()
        if self.error_count:
            raise UserError(
                self.env._(
                    "“%(draft)s” has %(count)s errors and cannot be published. See "
                    "the page Checks for each, and what to change.",
                    draft=self.name,
                    count=self.error_count,
                )
            )
        if not (self.note or "").strip():
            raise UserError(
                self.env._(
                    "Write under “What Changes, and Why” what an auditor should read "
                    "a year from now."
                )
            )
        base = self.sudo().base_version_id  # sudo: as every judged document does
        if (self._get_pack().canonical, self._get_value_texts()) == (
            base.pack,
            json.loads(base.thresholds),
        ) and not self.is_behind:
            raise UserError(
                self.env._(
                    "“%(draft)s” changes nothing of %(version)s.",
                    draft=self.name,
                    version=base.name,
                )
            )

    def _get_value_texts(self):
        """Threshold values as versions store them."""
        values = self._get_values(self._get_pack())
        return {name: to_text(value) for name, value in values.items()}

    def _publish_or_schedule(self):
        today = self.sudo().company_id._aftersales_now().date()  # sudo: its time zone
        if self.effective_from and self.effective_from > today:
            self._set_state("scheduled")
            return
        self._publish()

    def _publish(self):
        """Make a version of the draft, on top of the rules in force.

        :raise UserError: if others changed the same things otherwise meanwhile
        """
        self.ensure_one()
        draft = self.sudo()  # sudo: whoever may publish was checked by the buttons
        versions = self.env["aftersales.version"]
        company = draft.company_id
        current = company.aftersales_version_id
        pack = draft._get_pack()
        values = draft._get_values(pack)
        if current != draft.base_version_id:
            pack, values = draft._merge(current, pack, values)
        version = versions._publish(
            company,
            pack,
            values,
            draft.note,
            effective_from=draft.effective_from,
            author_id=draft.author_id.id,
            approved_by_id=draft.approved_by_id.id,
        )
        draft.write(
            {
                "state": "published",
                "version_id": version.id,
                "published_by_id": self.env.uid,
            }
        )

    def _merge(self, current, pack, values):
        """Put what this draft changed on top of a later version."""
        base = self.base_version_id
        merged = merge_packs(
            _side(load_pack(base.pack), base),
            (pack, {name: to_text(value) for name, value in values.items()}),
            _side(load_pack(current.pack), current),
        )
        if merged.conflicts:
            raise UserError(
                self.env._(
                    "%(version)s has changed the same things in the meantime: "
                    "%(names)s. Take up the changes of %(version)s, decide which of "
                    "the two should count, and publish again.",
                    version=current.name,
                    names=", ".join(
                        self._get_conflict_label(pack, conflict)
                        for conflict in merged.conflicts
                    ),
                )
            )
        # read again: a merged pack is checked like any other
        self.threshold_values = json.dumps(dict(merged.values))
        try:
            result = load_pack(merged.pack.canonical)
            compiled = compile_pack(
                result,
                self.env["aftersales.extension"]._get_registry(),
                thresholds=self._get_values(result),
            )
        except PackError as err:
            raise ValidationError(str(err)) from err
        self._check_merged(compiled, current)
        return result, dict(compiled.thresholds)

    def _check_merged(self, compiled, current):
        """Refuse what is wrong only together with what was published meanwhile (R6)."""
        wrong = [
            problem
            for problem in find_problems(compiled, on=self._get_first_day())
            if problem.severity == "error"
        ]
        if not wrong:
            return
        translate = self.env["aftersales.text"]._term
        raise UserError(
            self.env._(
                "Together with what %(version)s has changed in the meantime:\n"
                "%(problems)s\nTake up the changes of %(version)s, mend it, and "
                "publish again.",
                version=current.name,
                problems="\n".join(
                    finding_text(compiled, problem, self.env.lang, translate)
                    for problem in wrong
                ),
            )
        )

    def _get_conflict_label(self, pack, conflict):
        items = pack.rules if conflict.kind == "rule" else pack.thresholds
        for item in items:
            if item.name == conflict.name:
                return item.label_in(self.env.lang)
        return conflict.name

    def action_take_up(self):
        """Put this draft's changes on top of the rules in force, to go on writing.

        What both changed stands as it is in force now; the draft's own text of it is
        kept in the log of the draft.
        """
        self._check_author()
        self.check_access("write")
        for draft in self.filtered("is_behind"):
            draft = draft.sudo()  # sudo: content follows from this button
            current = draft.company_id.aftersales_version_id
            pack = draft._get_pack()
            mine = (pack, draft._get_value_texts())
            base = draft.base_version_id
            merged = merge_packs(
                _side(load_pack(base.pack), base),
                mine,
                _side(load_pack(current.pack), current),
            )
            if merged.conflicts:
                draft.message_post(
                    body=self.env._(
                        "Changed by %(version)s as well, which stands now: %(names)s. "
                        "What this draft said of it is attached.",
                        version=current.name,
                        names=", ".join(
                            draft._get_conflict_label(pack, conflict)
                            for conflict in merged.conflicts
                        ),
                    ),
                    attachments=[("draft.json", pack.to_json().encode())],
                )
            draft.write(
                {
                    "base_version_id": current.id,
                    "content": merged.pack.canonical,
                    "threshold_values": json.dumps(dict(merged.values)),
                    "revision": draft.revision + 1,
                    "state": "draft",
                    "approved_by_id": False,
                    "approved_at": False,
                    "checked_by_id": False,
                    "checked_at": False,
                    "findings": False,
                }
            )
            draft._find_faults()

    # ------------------------------------------------------- second person

    def _ask_second_person(self):
        """Tell the other administrators of the rules that somebody must look."""
        group = self.env.ref(RULES_ADMIN)
        for draft in self:
            # sudo: who administers rules is no secret to one who does
            others = group.sudo().all_user_ids.filtered(
                lambda user, draft=draft: draft.company_id in user.company_ids
                and user not in draft.author_id | draft.writer_ids
                and not user._is_superuser()
            )
            if not others:
                raise UserError(
                    self.env._(
                        "%(company)s wants a second person for its rules, and there is "
                        "no other administrator of the rules. A system administrator "
                        "can name one.",
                        company=draft.company_id.name,
                    )
                )
            for user in others:
                draft.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=self.env._("Rules to approve"),
                    note=draft.note,
                )

    # ---------------------------------------------------------------- cron

    @api.model
    def _cron_publish_scheduled(self):
        """Publish the drafts whose day has come; safe to run twice."""
        due = self.search([("state", "=", "scheduled")], order="effective_from, id")
        for draft in due:
            today = draft.company_id._aftersales_now().date()
            if draft.effective_from and draft.effective_from > today:
                continue
            try:
                with self.env.cr.savepoint():
                    draft.with_user(draft.author_id)._publish()
            except (UserError, ValidationError) as err:
                draft._set_state("draft")
                draft.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=draft.author_id.id,
                    summary=self.env._("Rules could not come into force"),
                    note=str(err),
                )
            self.env["ir.cron"]._commit_progress(1)


def _with_read_thresholds(version, current):
    """The rules of an old version, with what a program has come to read since."""
    compiled = current._get_compiled()
    content = json.loads(version.pack)
    names = {threshold["name"] for threshold in content.get("thresholds", [])}
    added = [
        threshold
        for threshold in json.loads(current.pack).get("thresholds", [])
        if threshold["name"] in compiled.registry.read_thresholds - names
    ]
    if not added:
        return version.pack
    return json.dumps(
        {**content, "thresholds": [*content.get("thresholds", []), *added]},
        ensure_ascii=False,
    )


def _side(pack, version):
    return pack, json.loads(version.thresholds)


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_second_person = fields.Boolean(
        "Second Person for Rules",
        help="Rules come into force when another administrator of the rules has "
        "approved them.",
        prefetch="aftersales",
    )


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    def action_roll_back(self):
        """Start a draft with the rules of this old version (R3).

        It is checked and published like any other; the versions between stay.
        """
        self.ensure_one()
        drafts = self.env["aftersales.draft"]
        drafts._check_author()
        self.check_access("read")
        version = self.sudo()  # sudo: rules that one may read
        current = version.company_id.aftersales_version_id
        # sudo: content follows from the version; the author was checked
        draft = drafts.sudo().create(
            {
                "name": self.env._("Back to %(version)s", version=version.name),
                "company_id": version.company_id.id,
                "base_version_id": current.id,
                "content": _with_read_thresholds(version, current),
                "threshold_values": version.thresholds,
                "note": self.env._(
                    "Back to the rules of %(version)s (%(note)s)",
                    version=version.name,
                    note=version.summary,
                ),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.draft",
            "res_id": draft.id,
            "views": [(False, "form")],
        }
