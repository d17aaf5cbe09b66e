# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_USER, ENDED, INTERNAL
from .aftersales_complaint_routing import ACTIVITY


class AftersalesComplaint(models.AbstractModel):
    """Somebody takes a complaint, or forwards it by hand with a reason (C4, C5)."""

    _inherit = "aftersales.complaint"

    complaint_may_handle = fields.Boolean(
        compute="_compute_complaint_may_handle", groups=INTERNAL
    )

    @api.depends("complaint_state", "complaint_department_id", "user_id")
    @api.depends_context("uid")
    def _compute_complaint_may_handle(self):
        for complaint in self:
            complaint.complaint_may_handle = (
                complaint.is_complaint and complaint._is_complaint_handler()
            )

    def _is_complaint_handler(self):
        """After-sales staff, and people of the department that it was given to."""
        self.ensure_one()
        if self.env.su or self.env.user.has_group(COMPLAINT_USER):
            return True
        complaint = self.sudo()  # sudo: which department deals with it
        staff = complaint.complaint_department_id._get_staff(
            complaint.company_id._aftersales_now().date()
        )
        return self.env.user in staff | complaint.user_id

    def action_take(self):
        """I deal with it (C7: the time to the first contact counts from here)."""
        self._check_complaint_handler()
        for complaint in self:
            if complaint.complaint_state in ENDED:
                raise UserError(
                    self.env._("%(name)s has ended.", name=complaint.display_name)
                )
        complaints = self.sudo()  # sudo: checked just now
        complaints.activity_unlink([ACTIVITY])
        complaints.write({"user_id": self.env.uid})
        complaints.message_subscribe(self.env.user.partner_id.ids)
        return True

    def action_forward(self):
        """Ask for department, person and reason."""
        self.ensure_one()
        self._check_complaint_handler()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Forward"),
            "res_model": "aftersales.complaint.forward",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_complaint_id": self.id},
        }

    def _forward_complaint(self, department, user, reason):
        """Forward by hand, with a reason; the rules do not move it any more."""
        self.ensure_one()
        self._check_complaint_handler()
        complaint = self.sudo()  # sudo: checked just now
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        if complaint.complaint_state in ENDED:
            raise UserError(self.env._("%(name)s has ended.", name=self.display_name))
        department = department.sudo().exists()
        if not department or department.company_id != complaint.company_id:
            raise UserError(
                self.env._(
                    "Choose a department of %(company)s.",
                    company=complaint.company_id.name,
                )
            )
        absent = user.browse()
        if not user:
            user, absent = complaint._get_complaint_recipient(department)
        if user.sudo().share or complaint.company_id not in user.sudo().company_ids:
            raise UserError(
                self.env._(
                    "%(user)s does not work for %(company)s.",
                    user=user.sudo().name,
                    company=complaint.company_id.name,
                )
            )
        self._send_to_department(department, user, reason=reason, absent_id=absent.id)
        complaint._complaint_note_forwarded()

    def _check_complaint_handler(self):
        """After-sales staff, and people of the department that it was given to."""
        if self.env.su or self.env.user.has_group(COMPLAINT_USER):
            self._check_complaint()
            return
        self.check_access("read")
        for complaint in self:
            if not complaint._is_complaint_handler():
                raise AccessError(
                    self.env._(
                        "%(name)s is dealt with by %(department)s. Its people and "
                        "after-sales staff may do this.",
                        name=complaint.display_name,
                        # sudo: the department's name
                        department=complaint.sudo().complaint_department_id.name
                        or self.env._("no department yet"),
                    )
                )
