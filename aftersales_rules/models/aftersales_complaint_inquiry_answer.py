# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timezone

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from ..rules.catalogue.investigation import JUDGEMENTS
from .aftersales_complaint import COMPLAINT_USER
from .aftersales_complaint_inquiry import EXAMINATION_KINDS
from .guarded_fields import check_state


class AftersalesComplaintInquiry(models.Model):
    """How a question is answered, taken back, and asked again (C9, C10, U6)."""

    _inherit = "aftersales.complaint.inquiry"

    def action_answer(self):
        """Give the answer for good (C10, U6)."""
        self._check_may_answer()
        for inquiry in self:
            missing = inquiry._get_missing()
            if missing:
                raise UserError(
                    self.env._("Still missing: %(names)s.", names=", ".join(missing))
                )
        # sudo: the state is written by the actions only
        answered = self.sudo()
        answered._own_files()
        answered.write(
            {
                "state": "answered",
                "answered_by_id": self.env.uid,
                "answered_at": fields.Datetime.now(),
            }
        )
        answered._finish()
        answered.complaint_id._complaint_take_answers(answered)
        return True

    def _get_missing(self):
        """Labels of what an answer of this kind must say."""
        self.ensure_one()
        needed = ["answer"]
        if self.kind in EXAMINATION_KINDS:
            needed.append("fault_found")
        if self.kind == "cause":
            needed += ["cause", "cause_category", "countermeasure"]
        if self.kind == "responsibility" and self.department_kind == "quality":
            needed.append("responsible_department_id")
        labels = self.fields_get(needed, ["string"])
        return [
            labels[name]["string"]
            for name in needed
            if not self[name]
            or (isinstance(self[name], str) and not self[name].strip())
        ]

    def _own_files(self):
        """Copies of files of other documents, as those could be changed there."""
        for inquiry in self:
            foreign = inquiry.answer_file_ids.filtered(
                lambda file, owner=inquiry: (file.res_model, file.res_id)
                != (owner._name, owner.id)
            )
            copies = self.env["ir.attachment"]
            for file in foreign:
                copies |= file.copy({"res_model": self._name, "res_id": inquiry.id})
            if foreign:
                inquiry.answer_file_ids = inquiry.answer_file_ids - foreign | copies

    def _finish(self):
        """Nothing is left to do about these questions."""
        self.activity_unlink(["aftersales_rules.mail_activity_inquiry"])

    def action_withdraw(self):
        """Nobody needs the answer any more: after-sales takes the question back."""
        self._check_may_ask()
        check_state(self, "asked")
        # sudo: the state is written by the actions only
        withdrawn = self.sudo()
        withdrawn.write({"state": "withdrawn", "withdrawn_by_id": self.env.uid})
        withdrawn._finish()
        withdrawn.complaint_id._complaint_withdraw_inquiries(withdrawn)
        return True

    def action_ask_again(self):
        """Ask once more, as an answer never changes."""
        self.ensure_one()
        self._check_may_ask()
        check_state(self, "answered", "withdrawn")
        return {
            **self.complaint_id.action_complaint_ask(),
            "context": {
                "default_complaint_id": self.complaint_id.id,
                "default_previous_id": self.id,
                "default_kind": self.kind,
                "default_department_id": self.department_id.id,
                "default_user_id": self.user_id.id,
                "default_question": self.question,
            },
        }

    def _check_may_ask(self):
        self.check_access("read")
        if not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(
                self.env._("Questions are asked and taken back by after-sales.")
            )

    def action_view_complaint(self):
        """Open the complaint, for those who work with complaints."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": self.complaint_id.id,
            "views": [(False, "form")],
        }

    def _get_judgement(self):
        """What an answered examination says: a key of JUDGEMENTS; None if nothing."""
        self.ensure_one()
        if self.state != "answered":
            return None
        found = {"yes": "fault", "no": "no_fault", "unclear": "unclear"}.get(
            self.fault_found
        )
        if found in ("fault", "no_fault") and self.cause_category == "customer":
            found = "misuse"
        assert found is None or found in JUDGEMENTS
        return found

    def _tell_department(self):
        """Put the question on the list of the person asked, or of the manager.

        Who is away is replaced by their deputy, who may not answer by a colleague who
        may. Where nobody may, the complaint says so.
        """
        for inquiry in self:
            now = inquiry.company_id._aftersales_now()
            user = inquiry._find_answerer(now.date())
            if not user:
                inquiry.complaint_id._message_log(
                    body=self.env._(
                        "Nobody of %(department)s can answer %(inquiry)s. An "
                        "administrator makes its people investigators.",
                        department=inquiry.department_id.name,
                        inquiry=inquiry.name,
                    )
                )
                continue
            due = inquiry.due_at.replace(tzinfo=timezone.utc).astimezone(now.tzinfo)
            inquiry.with_context(lang=user.lang or self.env.lang).activity_schedule(
                "aftersales_rules.mail_activity_inquiry",
                date_deadline=due.date(),
                user_id=user.id,
                note=plaintext2html(inquiry.question),
            )

    def _find_answerer(self, day):
        """Who has the question on their list on a day; empty if nobody may answer."""
        self.ensure_one()
        department = self.department_id
        asked = self.user_id or department.manager_id
        acting = self.env["aftersales.absence"]._stand_in(asked, day)[asked]
        for user in (acting, asked, *department.member_ids):
            if user.active and self._is_answerer(user):
                return user
        return asked.browse()
