# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who is responsible: named by quality, confirmed by the general manager (C10)."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_USER, GENERAL_MANAGER, INTERNAL

_ACTIVITY = "aftersales_rules.mail_activity_responsibility"


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    complaint_responsible_department_id = fields.Many2one(
        "aftersales.department",
        "Responsible Department",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        ondelete="restrict",
        help="Named by quality inspection with the answer to a question.",
        prefetch="complaint",
    )
    complaint_responsible_user_id = fields.Many2one(
        "res.users",
        "Responsible Person",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_named_by_id = fields.Many2one(
        "res.users",
        "Named by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_named_at = fields.Datetime(
        "Named", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_confirmed_by_id = fields.Many2one(
        "res.users",
        "Confirmed by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_confirmed_at = fields.Datetime(
        "Confirmed", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_may_confirm = fields.Boolean(
        compute="_compute_complaint_may_confirm", groups=COMPLAINT_USER
    )
    complaint_dispute_ids = fields.One2many(
        "aftersales.complaint.dispute",
        "complaint_id",
        "Disputes",
        copy=False,
        groups=INTERNAL,
    )

    def _get_complaint_follows(self):
        # EXTENDS 'aftersales_rules'
        return super()._get_complaint_follows() | {
            "complaint_responsible_department_id",
            "complaint_responsible_user_id",
            "complaint_named_by_id",
            "complaint_named_at",
            "complaint_confirmed_by_id",
            "complaint_confirmed_at",
        }

    @api.depends_context("uid")
    @api.depends("complaint_responsible_department_id", "complaint_confirmed_at")
    def _compute_complaint_may_confirm(self):
        for complaint in self:
            complaint.complaint_may_confirm = (
                bool(complaint.complaint_responsible_department_id)
                and not complaint.complaint_confirmed_at
                and complaint._complaint_is_confirmer()
            )

    def _complaint_is_confirmer(self):
        """The general manager, or who stands in for them today."""
        self.ensure_one()
        return self.env.user.has_group(
            GENERAL_MANAGER
        ) or self.env.user == self._get_complaint_leader("management")

    def _complaint_get_named(self, inquiry):
        """Whom an answer names; whoever is named anew is not confirmed yet."""
        if not inquiry.responsible_department_id:
            return {}
        return {
            "complaint_responsible_department_id": inquiry.responsible_department_id.id,
            "complaint_responsible_user_id": inquiry.responsible_user_id.id,
            "complaint_named_by_id": inquiry.answered_by_id.id,
            "complaint_named_at": inquiry.answered_at,
            "complaint_confirmed_by_id": False,
            "complaint_confirmed_at": False,
        }

    def _complaint_ask_confirmation(self):
        """Put it on the list of the general manager, or of who stands in."""
        for complaint in self.sudo():  # sudo: quality need not read the complaint
            leader = complaint._get_complaint_leader("management")
            complaint.activity_unlink([_ACTIVITY])
            if not leader or not complaint.with_user(leader).has_access("read"):
                # the button is there for any general manager all the same
                continue
            complaint.activity_schedule(
                _ACTIVITY,
                date_deadline=complaint.company_id._aftersales_now().date(),
                user_id=leader.id,
                note=complaint.complaint_responsible_department_id.name,
            )

    def action_confirm_responsibility(self):
        """The general manager agrees with whom quality inspection named (C10)."""
        self._check_complaint(COMPLAINT_USER)
        for complaint in self:
            if not self.env.su and not complaint._complaint_is_confirmer():
                raise AccessError(
                    self.env._(
                        "%(user)s confirms who is responsible, or whoever stands in "
                        "for the general manager.",
                        user=complaint._get_complaint_leader("management").name
                        or self.env._("The general manager"),
                    )
                )
            if not complaint.complaint_responsible_department_id:
                raise UserError(
                    self.env._(
                        "Quality inspection has not named anybody for %(name)s yet.",
                        name=complaint.display_name,
                    )
                )
            if complaint.complaint_confirmed_at:
                raise UserError(
                    self.env._(
                        "%(user)s has confirmed this already.",
                        user=complaint.complaint_confirmed_by_id.name,
                    )
                )
        # sudo: these fields are written by this step only
        self.sudo().write(
            {
                "complaint_confirmed_by_id": self.env.uid,
                "complaint_confirmed_at": fields.Datetime.now(),
            }
        )
        self.sudo().activity_unlink([_ACTIVITY])
        return True

    def action_complaint_ask_responsibility(self):
        """Ask quality inspection who is responsible, or ask once more (C10)."""
        self.ensure_one()
        self._complaint_check_investigable()
        department = self._get_complaint_department("quality")
        action = self.action_complaint_ask()
        action["context"].update(
            default_kind="responsibility",
            default_department_id=department.id,
            default_question=self.env._(
                "Which department and which person are responsible for the fault?"
            ),
        )
        return action

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        complaint = self.sudo()  # sudo: what is missing is told to whoever closes
        for dispute in complaint.complaint_dispute_ids:
            if dispute.state == "open":
                missing.append(
                    (
                        "dispute",
                        self.env._(
                            "The dispute “%(subject)s” is open. %(user)s coordinates "
                            "it and writes down how it is settled.",
                            subject=dispute.subject,
                            user=dispute.coordinator_id.name,
                        ),
                    )
                )
        if "fault" not in (
            complaint.complaint_final_judgement,
            complaint._complaint_get_examinations().get("stock_inspection"),
        ):
            return missing
        if not complaint.complaint_cause or not complaint.complaint_countermeasure:
            missing.append(
                (
                    "cause",
                    self.env._(
                        "The fault is confirmed, but cause and countermeasure are not "
                        "recorded. Ask production and technical."
                    ),
                )
            )
        if not complaint.complaint_responsible_department_id:
            missing.append(
                (
                    "responsible",
                    self.env._(
                        "Nobody is named as responsible. Ask quality inspection."
                    ),
                )
            )
        elif not complaint.complaint_confirmed_at:
            missing.append(
                (
                    "confirmed",
                    self.env._(
                        "The general manager has not confirmed who is responsible "
                        "(%(department)s).",
                        department=complaint.complaint_responsible_department_id.name,
                    ),
                )
            )
        return missing
