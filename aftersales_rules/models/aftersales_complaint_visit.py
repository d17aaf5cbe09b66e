# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .aftersales_complaint import COMPLAINT_USER
from .guarded_fields import check_follows, check_state, without_defaults

_FOLLOWS = {
    "company_id",
    "kind",
    "state",
    "done_at",
    "done_by_id",
    "channel",
    "contact_name",
    "satisfaction",
    "is_satisfied",
    "said",
}
"""What follows from the feedback and from logging the visit."""

VISIT_CHANNELS = [
    ("phone", "Phone call"),
    ("visit", "Visit"),
    ("email", "E-mail"),
    ("other", "Other"),
]
SATISFACTION = [
    ("1", "Very dissatisfied"),
    ("2", "Dissatisfied"),
    ("3", "Neither"),
    ("4", "Satisfied"),
    ("5", "Very satisfied"),
]


class AftersalesComplaintVisit(models.Model):
    """A call or visit after a complaint was settled: is the customer satisfied? (C13)

    Planned when the result goes to marketing, logged by whoever was there, kept for
    ever. What a dissatisfied customer says reissues the complaint.
    """

    _name = "aftersales.complaint.visit"
    _description = "Return Visit"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "planned_on, id"
    _mail_post_access = "read"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_complaint', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="complaint_id.partner_id", string="Customer")
    phone = fields.Char(compute="_compute_phone")
    kind = fields.Selection(
        [
            ("first", "First return visit"),
            ("last", "Last return visit"),
            ("extra", "Extra visit"),
        ],
        default="extra",
        required=True,
        readonly=True,
        copy=False,
    )
    planned_on = fields.Date(
        "Planned on",
        required=True,
        tracking=True,
        default=fields.Date.context_today,
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Assigned to",
        tracking=True,
        index=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    state = fields.Selection(
        [("planned", "Planned"), ("done", "Done"), ("cancelled", "Cancelled")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    is_late = fields.Boolean(compute="_compute_is_late")
    motive = fields.Text("Why", help="What the visit is about.")
    done_at = fields.Datetime("Done on", readonly=True, copy=False)
    done_by_id = fields.Many2one(
        "res.users", "Done by", readonly=True, copy=False, ondelete="restrict"
    )
    channel = fields.Selection(VISIT_CHANNELS, "How", readonly=True, copy=False)
    contact_name = fields.Char("Spoken with", readonly=True, copy=False)
    satisfaction = fields.Selection(SATISFACTION, readonly=True, copy=False)
    is_satisfied = fields.Selection(
        [("yes", "Satisfied"), ("no", "Dissatisfied")],
        "Satisfied",
        readonly=True,
        copy=False,
        tracking=True,
    )
    said = fields.Text("What the Customer Said", readonly=True, copy=False)

    # one of each for a complaint, whoever presses what how often
    _kind_uniq = models.UniqueIndex(
        "(complaint_id, kind) WHERE kind <> 'extra' AND state <> 'cancelled'",
        "This return visit is planned already.",
    )

    @api.depends("complaint_id", "planned_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for visit in self:
            # sudo: the number of the complaint whose visit the user may read
            complaint = visit.complaint_id.sudo()
            number = complaint.complaint_number or complaint.number or ""
            day = format_date(self.env, visit.planned_on) if visit.planned_on else ""
            visit.display_name = f"{number} {day}".strip()

    @api.depends("complaint_id")
    def _compute_phone(self):
        for visit in self:
            complaint, partner = visit.complaint_id, visit.partner_id
            visit.phone = complaint.complaint_contact_phone or partner.phone

    @api.depends("state", "planned_on")
    def _compute_is_late(self):
        for visit in self:
            today = (visit.company_id or self.env.company)._aftersales_now().date()
            is_due = visit.state == "planned" and visit.planned_on
            visit.is_late = bool(is_due and visit.planned_on < today)

    # ------------------------------------------------------------ making, changing

    @api.model_create_multi
    def create(self, vals_list):
        prepared = []
        for given in vals_list:
            check_follows(self, given, _FOLLOWS)
            vals = dict(given)
            complaint_id = vals.get("complaint_id") or self.env.context.get(
                "default_complaint_id"
            )
            complaint = self.env["helpdesk.ticket"].browse(complaint_id).exists()
            if not complaint:
                raise UserError(self.env._("Say which complaint the visit is for."))
            complaint._check_complaint()
            vals["company_id"] = complaint.company_id.id
            if not self.env.su:
                vals.update({"kind": "extra", "state": "planned"})
            prepared.append(vals)
        visits = super(
            AftersalesComplaintVisit, without_defaults(self, _FOLLOWS)
        ).create(prepared)
        visits = visits.with_env(self.env)
        visits._schedule()
        return visits

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, _FOLLOWS)
            if "complaint_id" in vals:
                raise UserError(self.env._("A visit stays with its complaint."))
            if {"planned_on", "user_id"} & set(vals):
                check_state(self, "planned")
        result = super().write(vals)
        if {"planned_on", "user_id"} & set(vals):
            self._forget_activities()
            self.filtered(lambda visit: visit.state == "planned")._schedule()
        return result

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(self.env._("Return visits are kept and cannot be deleted."))

    def _schedule(self):
        """Put the visits on the list of whoever makes them."""
        for visit in self.sudo():  # sudo: assigning is not everybody's right
            if visit.user_id and visit.state == "planned":
                visit.with_context(mail_activity_quick_update=True).activity_schedule(
                    "aftersales_rules.mail_activity_return_visit",
                    date_deadline=visit.planned_on,
                    user_id=visit.user_id.id,
                    note=visit.motive or False,
                )

    def _forget_activities(self):
        # sudo: those of colleagues
        self.sudo().activity_unlink(["aftersales_rules.mail_activity_return_visit"])

    def _cancel(self):
        """The complaint went on without them."""
        # sudo: written by the buttons only
        planned = self.sudo().filtered(lambda visit: visit.state == "planned")
        planned.write({"state": "cancelled"})
        planned._forget_activities()

    # -------------------------------------------------------------------- logging

    def _check_may_log(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(self.env._("Only people of After-Sales log visits."))
        self.complaint_id._check_complaint()
        check_state(self, "planned")

    def action_log(self):
        """Ask how it was."""
        self.ensure_one()
        self._check_may_log()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log Return Visit"),
            "res_model": "aftersales.visit.log",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_visit_id": self.id},
        }

    def action_view_complaint(self):
        self.ensure_one()
        return self.complaint_id._get_records_action(name=self.env._("Complaint"))

    def _log(self, is_satisfied, satisfaction, channel, said=False, contact=False):
        """Keep what the customer said, and do what follows from it.

        :param is_satisfied: yes or no
        :return: the complaint's next round, if there is one
        """
        self.ensure_one()
        self._check_may_log()
        said = (said or "").strip()
        if is_satisfied not in ("yes", "no") or satisfaction not in dict(SATISFACTION):
            raise UserError(self.env._("Say whether the customer is satisfied."))
        if channel not in dict(VISIT_CHANNELS):
            raise UserError(self.env._("Say how you spoke with the customer."))
        if is_satisfied == "no" and not said:
            raise UserError(self.env._("Write what the customer is dissatisfied with."))
        # sudo: written by this step only
        self.sudo().write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "done_by_id": self.env.uid,
                "channel": channel,
                "contact_name": contact,
                "satisfaction": satisfaction,
                "is_satisfied": is_satisfied,
                "said": said,
            }
        )
        self._forget_activities()
        complaint = self.complaint_id
        # an extra one is not what the procedure asks for, and stops no clock of it
        complaint._complaint_happened(
            "contacted" if self.kind == "extra" else "return_visit"
        )
        if is_satisfied == "no":
            complaint._complaint_note_satisfaction("no", channel)
            complaint._complaint_happened("dissatisfied")
            return complaint._complaint_reissue(said)
        if self.kind == "last":
            complaint._complaint_close_if_complete()
        return complaint.browse()
