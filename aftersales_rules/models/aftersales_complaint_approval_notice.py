# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AftersalesComplaintApproval(models.Model):
    """Who is told that something is asked, and what was answered (U7)."""

    _inherit = "aftersales.complaint.approval"

    def _tell_approvers(self):
        """Put the question on the to-do lists of those who may answer it."""
        for approval in self.sudo():  # sudo: who asks need not assign activities
            complaint, authors = approval.complaint_id, approval._get_authors()
            quick = approval.with_context(mail_activity_quick_update=True)
            for user in complaint._get_complaint_approvers(approval.level, authors):
                quick.activity_schedule(
                    "aftersales_rules.mail_activity_complaint_approval",
                    user_id=user.id,
                    note=approval.reason_display,
                )
            complaint._message_log(
                body=self.env._(
                    "%(name)s: approval asked of %(names)s.",
                    name=approval.display_name,
                    names=complaint._get_approver_names(approval.level, authors),
                )
            )

    def _forget_activities(self):
        # sudo: those of the other approvers
        self.sudo().activity_unlink(
            ["aftersales_rules.mail_activity_complaint_approval"]
        )

    def _tell_answer(self, state):
        """Answer whoever asked, and keep it on the complaint."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        for approval in self.sudo():  # sudo: see above
            body = self.env._(
                "%(name)s: %(state)s by %(user)s. %(answer)s",
                name=approval.display_name,
                state=labels[state],
                user=self.env.user.name,
                answer=approval.answer or "",
            )
            complaint = approval.complaint_id
            complaint._message_log(body=body)
            told = approval.asked_by_id | complaint.user_id
            told = (told - self.env.user).filtered(
                lambda user: user.active and not user.share
            )
            if told:
                complaint.message_notify(
                    body=body,
                    subject=approval.display_name,
                    partner_ids=told.partner_id.ids,
                )
