# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The sales manager accepts or refuses a complaint, and says how it goes on (C8).

A refusal has a reason, goes back to the customer in their language and ends the
complaint. A complaint manager can reopen it, with a reason.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_MANAGER, INTERNAL
from .aftersales_complaint_routing import BEFORE_ACCEPTANCE

ACTIVITY = "aftersales_rules.mail_activity_complaint_refused"
TEMPLATE = "aftersales_rules.mail_template_complaint_refused"

_FORWARDED = "aftersales_rules.mail_activity_complaint_forwarded"


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_verdict_ids = fields.One2many(
        "aftersales.complaint.verdict",
        "complaint_id",
        "Acceptance",
        readonly=True,
        groups=INTERNAL,
    )
    complaint_accepted_at = fields.Datetime(
        "Accepted on", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_accepted_by_id = fields.Many2one(
        "res.users",
        "Accepted by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_refusal_reason = fields.Text(
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="The customer reads it, too.",
        prefetch="complaint",
    )
    complaint_may_accept = fields.Boolean(
        compute="_compute_complaint_may_accept", groups=INTERNAL
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_verdict_ids",
            "complaint_accepted_at",
            "complaint_accepted_by_id",
            "complaint_refusal_reason",
        }

    @api.depends_context("uid")
    @api.depends("complaint_state", "complaint_office_id")
    def _compute_complaint_may_accept(self):
        for complaint in self:
            complaint.complaint_may_accept = (
                complaint.is_complaint and complaint._is_complaint_acceptor()
            )

    # ------------------------------------------------------------------ who may

    def _is_complaint_acceptor(self):
        """A complaint manager, or who leads sales for this customer today."""
        self.ensure_one()
        user = self.env.user
        # sudo: the company of a complaint that the user may read
        if self.sudo().company_id not in user.company_ids:
            return False
        return user.has_group(COMPLAINT_MANAGER) or user == (
            self._get_complaint_leader("sales")
        )

    def _check_complaint_acceptor(self):
        self.check_access("read")
        for complaint in self:
            # sudo: whether it is one; whoever decides need not work in the helpdesk
            if not complaint.sudo().is_complaint:
                raise UserError(
                    self.env._("%(name)s is no complaint.", name=complaint.display_name)
                )
            if not self.env.su and not complaint._is_complaint_acceptor():
                leader = complaint._get_complaint_leader("sales").sudo().name
                raise AccessError(
                    self.env._(
                        "%(name)s is accepted or refused by the sales manager "
                        "(%(leader)s) or by a complaint manager.",
                        name=complaint.display_name,
                        leader=leader or self.env._("not set up yet"),
                    )
                )

    # ------------------------------------------------------------------- actions

    def action_accept(self):
        """Accept at once; how it goes on can be written with “Accept with Note”."""
        self._accept_complaint(False)
        return True

    def action_open_accept(self):
        return self._open_complaint_answer("accepted", self.env._("Accept"))

    def action_open_refuse(self):
        return self._open_complaint_answer("refused", self.env._("Refuse"))

    def action_open_reopen(self):
        self._check_complaint(COMPLAINT_MANAGER)
        return self._open_complaint_answer("reopened", self.env._("Reopen"))

    def _open_complaint_answer(self, verdict, title):
        self.ensure_one()
        self._check_complaint_acceptor()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "aftersales.complaint.answer",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_complaint_id": self.id,
                "default_verdict": verdict,
            },
        }

    def _accept_complaint(self, note):
        self._check_complaint_acceptor()
        # sudo: checked just now; the step is written by this action only
        complaints = self.sudo()
        for complaint in complaints:
            if complaint.complaint_state not in ("registered", "forwarded"):
                raise UserError(complaint._get_not_now_text())
        complaints._complaint_set_state("accepted")
        complaints.write(
            {
                "complaint_accepted_at": fields.Datetime.now(),
                "complaint_accepted_by_id": self.env.uid,
            }
        )
        complaints._keep_verdict("accepted", note)
        self._complaint_happened("accepted")

    def _refuse_complaint(self, reason):
        self._check_complaint_acceptor()
        reason = self._check_complaint_reason(reason)
        complaints = self.sudo()  # sudo: as for accepting
        for complaint in complaints:
            if complaint.complaint_state == "intake":
                raise UserError(complaint._get_not_now_text())
        complaints._complaint_set_state("refused")
        complaints.complaint_refusal_reason = reason
        for complaint in complaints:
            told = complaint._tell_customer_refused(reason)
            complaint._keep_verdict("refused", reason, customer_told=told)
        complaints.activity_unlink([_FORWARDED])
        self._complaint_happened("refused")

    def _reopen_complaint(self, reason):
        """Take a refusal back; what the customer was told is not unsaid by it."""
        self._check_complaint(COMPLAINT_MANAGER)
        reason = self._check_complaint_reason(reason)
        complaints = self.sudo()  # sudo: as for accepting
        for complaint in complaints:
            if complaint.complaint_state != "refused":
                raise UserError(
                    self.env._("%(name)s is not refused.", name=complaint.display_name)
                )
        complaints._complaint_set_state("forwarded")
        complaints.write(
            {
                "complaint_refusal_reason": False,
                "complaint_accepted_at": False,
                "complaint_accepted_by_id": False,
            }
        )
        complaints.activity_unlink([ACTIVITY])
        complaints._keep_verdict("reopened", reason)
        self._complaint_happened("reopened")

    def _check_complaint_reason(self, reason):
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        return reason

    def _get_not_now_text(self):
        labels = dict(self._fields["complaint_state"]._description_selection(self.env))
        return self.env._(
            "%(name)s is at step “%(state)s”. A complaint is accepted or refused once "
            "it is registered.",
            name=self.display_name,
            state=labels[self.complaint_state],
        )

    def _keep_verdict(self, verdict, note, **values):
        self.env["aftersales.complaint.verdict"]._insert(
            [
                {
                    "complaint_id": complaint.id,
                    "company_id": complaint.company_id.id,
                    "verdict": verdict,
                    "note": (note or "").strip() or False,
                    "user_id": self.env.uid,
                    "done_at": fields.Datetime.now(),
                    **values,
                }
                for complaint in self
            ]
        )

    def _tell_customer_refused(self, reason):
        """Write to the customer in their language, or have them called (C8).

        :return: how the customer learns of it
        """
        self.ensure_one()
        template = self.env.ref(TEMPLATE)
        partner = self.partner_id
        if partner.email:
            self.with_context(lang=partner.lang or self.env.lang).with_user(
                self.env.user
            ).sudo().message_post_with_source(
                template,
                email_layout_xmlid="mail.mail_notification_light",
                partner_ids=partner.ids,
                subtype_xmlid="mail.mt_comment",
            )
            return "email"
        if self.partner_email:
            template.sudo().send_mail(
                self.id,
                email_values={"email_to": self.partner_email, "recipient_ids": []},
                email_layout_xmlid="mail.mail_notification_light",
            )
            return "email"
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            ACTIVITY,
            user_id=(self.user_id or self.env.user).id,
            note=self.env._(
                "%(customer)s has no e-mail address: call, and say why the complaint "
                "is refused: %(reason)s",
                customer=partner.display_name
                or self.complaint_contact_name
                or self.env._("The customer"),
                reason=reason,
            ),
        )
        return "call"

    def _complaint_missing(self):
        missing = super()._complaint_missing()
        complaint = self.sudo()  # sudo: whoever closes it reads what is missing
        if complaint.complaint_state in BEFORE_ACCEPTANCE:
            missing.append(
                ("accepted", self.env._("The sales manager has not accepted it."))
            )
        return missing
