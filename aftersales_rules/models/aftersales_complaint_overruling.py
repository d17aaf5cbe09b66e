# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A person says otherwise than the rules, with a reason; and takes it back (C2).

The rules go on being asked: their answer stands beside the person's. What a person
said stays in force until it is taken back, whatever the rules find later.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from .aftersales_complaint import COMPLAINT_MANAGER, COMPLAINT_USER, ENDED, INTERNAL
from .aftersales_complaint_classification import SUBJECTS

_BY_NAME = {subject.name: subject for subject in SUBJECTS}


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_type_overrule_id = fields.Many2one(
        "aftersales.complaint.overrule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_quality_overrule_id = fields.Many2one(
        "aftersales.complaint.overrule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_severity_overrule_id = fields.Many2one(
        "aftersales.complaint.overrule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_urgency_overrule_id = fields.Many2one(
        "aftersales.complaint.overrule",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_overrule_ids = fields.One2many(
        "aftersales.complaint.overrule",
        "complaint_id",
        "Overrules",
        readonly=True,
        groups=INTERNAL,
    )
    complaint_type_said = fields.Text(
        "About the Type", compute="_compute_complaint_said", groups=INTERNAL
    )
    complaint_quality_said = fields.Text(
        "About the Quality", compute="_compute_complaint_said", groups=INTERNAL
    )
    complaint_severity_said = fields.Text(
        "About the Severity", compute="_compute_complaint_said", groups=INTERNAL
    )
    complaint_urgency_said = fields.Text(
        "About the Urgency", compute="_compute_complaint_said", groups=INTERNAL
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_overrule_ids",
            *(subject.overrule_field for subject in SUBJECTS),
        }

    # ------------------------------------------------------------- what is said

    @api.depends_context("lang")
    @api.depends(
        *(subject.rule_field for subject in SUBJECTS),
        *(subject.decision_field for subject in SUBJECTS),
        *(subject.overrule_field for subject in SUBJECTS),
    )
    def _compute_complaint_said(self):
        for complaint in self:
            for subject in SUBJECTS:
                complaint[subject.said_field] = complaint._get_complaint_said(subject)

    def _get_complaint_said(self, subject):
        """What the rules say of a subject, and what a person said instead."""
        # sudo: whoever reads the complaint may read why it is what it is
        complaint = self.sudo()
        lines = []
        overrule = complaint[subject.overrule_field]
        if overrule:
            lines.append(
                self.env._(
                    "%(user)s said so on %(when)s: %(reason)s",
                    user=overrule.user_id.name,
                    when=format_datetime(self.env, overrule.done_at, dt_format="short"),
                    reason=overrule.reason,
                )
            )
        decision = complaint[subject.decision_field]
        if decision:
            value = complaint[subject.rule_field]
            labels = dict(
                complaint._fields[subject.rule_field]._description_selection(self.env)
            )
            words = {
                "value": labels.get(value, self.env._("nothing")),
                "reason": decision.with_env(complaint.env).reason_display or "",
            }
            if decision.mode == "enforce":
                lines.append(self.env._("Rules: %(value)s. %(reason)s", **words))
            else:
                lines.append(
                    self.env._("The rules would say: %(value)s. %(reason)s", **words)
                )
        return "\n".join(lines)

    # --------------------------------------------------------------- overruling

    def action_overrule(self):
        """Ask for the value and the reason; which one says the context.

        ``complaint_subject`` is a wish of the screen; it is checked when carried out.
        """
        self.ensure_one()
        self._check_complaint()
        subject = self._get_complaint_subject(self.env.context.get("complaint_subject"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Say Otherwise"),
            "res_model": "aftersales.complaint.overrule.wizard",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.id,
                "default_subject": subject.name,
                f"default_{subject.name}_value": self[subject.field],
            },
        }

    def action_take_back_overrule(self):
        """Let the rules decide again, with a reason."""
        action = self.action_overrule()
        action["name"] = self.env._("Let the Rules Decide")
        action["context"]["default_is_back"] = True
        return action

    @api.model
    def _get_complaint_subject(self, name):
        if name not in _BY_NAME:
            raise UserError(self.env._("Say what you want to say otherwise."))
        return _BY_NAME[name]

    def _overrule_complaint(self, name, value, reason):
        """Put a person's value in force, and keep it beside the rule's (C2)."""
        self.ensure_one()
        self._check_complaint()
        subject = self._get_complaint_subject(name)
        allowed = dict(self._fields[subject.field]._description_selection(self.env))
        if value not in allowed:
            raise UserError(self.env._("Choose what it is."))
        if value == self[subject.field] and self[subject.overrule_field]:
            raise UserError(
                self.env._(
                    "%(value)s is what a person said already.", value=allowed[value]
                )
            )
        self._check_overruling(subject, value)
        overrule = self._keep_overrule(subject, "overrule", value, reason)
        self._put_in_force(subject, overrule, value)

    def _take_back_overrule(self, name, reason):
        """Let what the rules say be in force again."""
        self.ensure_one()
        self._check_complaint()
        subject = self._get_complaint_subject(name)
        if not self[subject.overrule_field]:
            raise UserError(self.env._("Nobody has overruled the rules here."))
        mode = self.sudo().company_id._aftersales_mode(subject.spec.name)
        value = self.sudo()[subject.rule_field] if mode == "enforce" else False
        self._check_overruling(subject, value)
        self._keep_overrule(subject, "back", value, reason)
        self._put_in_force(subject, self.env["aftersales.complaint.overrule"], value)

    def _check_overruling(self, subject, value):
        """Who may: after-sales; making a major complaint less takes a manager."""
        if self.complaint_state in ENDED:
            raise UserError(
                self.env._(
                    "%(name)s has ended; what it was does not change any more.",
                    name=self.display_name,
                )
            )
        eased = subject.name == "severity" and self.complaint_severity == "major"
        if (
            eased
            and value != "major"
            and not self.env.su
            and not self.env.user.has_group(COMPLAINT_MANAGER)
        ):
            raise AccessError(
                self.env._(
                    "A major complaint is made a general one by a complaint manager "
                    "only. Ask one of them: %(names)s.",
                    names=self._get_complaint_managers_text(),
                )
            )

    def _get_complaint_managers_text(self):
        # sudo: who can help is no secret, the list of users may be
        managers = self.env.ref(COMPLAINT_MANAGER).sudo().all_user_ids
        company = self.sudo().company_id
        names = managers.filtered(
            lambda user: user.active and not user.share and company in user.company_ids
        ).mapped("name")
        return ", ".join(names[:5]) or self.env._("nobody is one yet")

    def _keep_overrule(self, subject, kind, value, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        complaint = self.sudo()  # sudo: the trail holds what the rules said
        decision = complaint[subject.decision_field]
        rules = self.env["aftersales.complaint.overrule"]
        rule_value = complaint[subject.rule_field]
        known = dict(rules._fields["rule"]._description_selection(self.env))
        return rules._insert(
            [
                {
                    "complaint_id": self.id,
                    "company_id": complaint.company_id.id,
                    "kind": kind,
                    "subject": subject.name,
                    "rule_value": rule_value,
                    "value": value,
                    "before_value": self[subject.field],
                    "differs": kind == "overrule"
                    and bool(rule_value)
                    and rule_value != value,
                    "rule": decision.rule if decision.rule in known else False,
                    "decision_id": decision.id,
                    "reason": reason,
                    "user_id": self.env.uid,
                    "done_at": fields.Datetime.now(),
                    "department_id": complaint.complaint_department_id.id,
                }
            ]
        ).with_env(self.env)

    def _put_in_force(self, subject, overrule, value):
        """Write a value that was just checked, and let follow what follows."""
        complaint = self.sudo()  # sudo: checked by whoever calls
        before = complaint._get_complaint_values()
        complaint.write({subject.overrule_field: overrule.id, subject.field: value})
        if complaint._get_complaint_values() != before:
            complaint._note_major(before)
            complaint._complaint_happened("classified")
        complaint._complaint_judge("changed")
        self._log_overrule(subject)

    def _log_overrule(self, subject):
        labels = dict(self._fields[subject.field]._description_selection(self.env))
        label = self._fields[subject.field]._description_string(self.env)
        # sudo: the note quotes the trail just made
        last = self.sudo().complaint_overrule_ids[:1]
        words = {
            "what": label,
            "value": labels.get(self[subject.field], self.env._("nothing")),
            "reason": last.reason,
        }
        if last.kind == "back":
            body = self.env._(
                "%(what)s by the rules again: %(value)s. %(reason)s", **words
            )
        else:
            body = self.env._("%(what)s by hand: %(value)s. %(reason)s", **words)
        self.sudo()._message_log(body=body)

    def action_why_overrule(self):
        """The trail of what people said otherwise about this complaint."""
        self.ensure_one()
        self._check_complaint(COMPLAINT_USER)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Overrules"),
            "res_model": "aftersales.complaint.overrule",
            "view_mode": "list,form",
            "domain": [("complaint_id", "=", self.id)],
        }
