# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.investigation import ASKED_DEPARTMENTS


class AftersalesComplaintAsk(models.TransientModel):
    """Ask quality, production or technical about a complaint (C9, C10).

    What the client sends is a wish: who may ask is checked when it is carried out.
    """

    _name = "aftersales.complaint.ask"
    _description = "Ask a Department about a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    company_id = fields.Many2one(related="complaint_id.company_id")
    previous_id = fields.Many2one(
        "aftersales.complaint.inquiry", "Asks Again", readonly=True
    )
    kind = fields.Selection(
        selection=lambda self: self.env["aftersales.complaint.inquiry"]
        ._fields["kind"]
        ._description_selection(self.env),
        string="What Is Wanted",
        required=True,
        default="cause",
    )
    department_id = fields.Many2one(
        "aftersales.department",
        required=True,
        domain=lambda self: [("kind", "in", list(ASKED_DEPARTMENTS))],
    )
    user_id = fields.Many2one(
        "res.users",
        "Person",
        domain="['|', ('id', 'in', person_ids), ('id', '=', manager_id)]",
        help="Leave it empty to ask the department.",
    )
    person_ids = fields.Many2many(related="department_id.member_ids")
    manager_id = fields.Many2one(related="department_id.manager_id")
    question = fields.Text(required=True)
    due_at = fields.Datetime(
        "Due",
        required=True,
        compute="_compute_due_at",
        store=True,
        readonly=False,
        precompute=True,
    )
    photo_ids = fields.Many2many(
        "ir.attachment",
        string="Files to Send Along",
        compute="_compute_photo_ids",
        store=True,
        readonly=False,
        precompute=True,
        help="The photos of the complaint; add others, or take some away.",
    )

    @api.depends("complaint_id")
    def _compute_due_at(self):
        for wizard in self:
            wizard.due_at = (
                wizard.complaint_id and wizard.complaint_id._complaint_get_due(1)
            )

    @api.depends("complaint_id")
    def _compute_photo_ids(self):
        for wizard in self:
            wizard.photo_ids = wizard.complaint_id._complaint_get_photos()

    def action_ask(self):
        self.ensure_one()
        complaint = self.complaint_id
        complaint._complaint_check_investigable()
        self.photo_ids.check_access("read")
        department = self.department_id
        if department.company_id != complaint.company_id:
            raise UserError(
                self.env._(
                    "%(department)s belongs to another company.",
                    department=department.name,
                )
            )
        if department.kind not in ASKED_DEPARTMENTS:
            raise UserError(
                self.env._("Quality, production and technical departments are asked.")
            )
        people = department.member_ids | department.manager_id
        if self.user_id and self.user_id not in people:
            raise UserError(
                self.env._(
                    "%(user)s does not belong to %(department)s.",
                    user=self.user_id.name,
                    department=department.name,
                )
            )
        if self.due_at <= fields.Datetime.now() - timedelta(minutes=1):
            raise UserError(self.env._("The answer is due in the past."))
        if self.previous_id and self.previous_id.complaint_id != complaint:
            raise UserError(self.env._("The earlier question is of another complaint."))
        complaint._complaint_ask(
            self.kind,
            department,
            self.question,
            user=self.user_id,
            due_at=self.due_at,
            files=self.photo_ids,
            previous=self.previous_id,
        )
        return {"type": "ir.actions.act_window_close"}
