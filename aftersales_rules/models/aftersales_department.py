# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..rules.catalogue.complaint import DEPARTMENTS
from .aftersales_complaint import GENERAL_MANAGER


class AftersalesDepartment(models.Model):
    """Who deals with complaints: a department of the company or of one office (C4)."""

    _name = "aftersales.department"
    _description = "Department for Complaints"
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        "_selection_kind",
        string="Function",
        required=True,
        help="What the rules call it when they say who deals with a complaint.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    office_id = fields.Many2one(
        "aftersales.office",
        "Branch or Office",
        check_company=True,
        index=True,
        ondelete="restrict",
        help="Deals with the complaints of this office's customers. Empty: with those "
        "of all customers whose office has no such department.",
    )
    manager_id = fields.Many2one(
        "res.users",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="restrict",
        index=True,
    )
    member_ids = fields.Many2many(
        "res.users",
        "aftersales_department_member_rel",
        "department_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    on_call_id = fields.Many2one(
        "res.users",
        "On-Call Leader",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="restrict",
        help="Alerted at once when something urgent comes in outside working hours.",
    )
    team_id = fields.Many2one(
        "helpdesk.ticket.team",
        "Helpdesk Team",
        ondelete="restrict",
        help="The team that gets the ticket when a complaint is forwarded here.",
    )

    @api.model
    def _selection_kind(self):
        term = self.env["aftersales.text"]._term
        return [(value, term(label)) for value, label in DEPARTMENTS.items()]

    @api.constrains("company_id", "manager_id", "member_ids", "on_call_id")
    def _check_people(self):
        for department in self.sudo():  # sudo: companies of colleagues
            people = department.manager_id | department.member_ids
            for user in people | department.on_call_id:
                if department.company_id not in user.company_ids or user.share:
                    raise ValidationError(
                        self.env._(
                            "%(user)s does not work for %(company)s and cannot belong "
                            "to department %(department)s.",
                            user=user.name,
                            company=department.company_id.name,
                            department=department.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        departments = super().create(vals_list)
        departments._check_management()
        return departments

    def write(self, vals):
        self._check_management()
        result = super().write(vals)
        self._check_management()
        return result

    def unlink(self):
        self._check_management()
        return super().unlink()

    def _check_management(self):
        """Who leads the management acts as general manager, so that nobody but these
        and administrators say who it is (C5, C10).
        """
        user = self.env.user
        if (
            self.env.su
            or user.has_group(GENERAL_MANAGER)
            or user.has_group("aftersales_rules.group_rules_admin")
            or "management" not in self.mapped("kind")
        ):
            return
        raise AccessError(
            self.env._(
                "The management is set up by a general manager or an administrator."
            )
        )

    @api.model
    def _find(self, company, kind, office=None):
        """The department of an office, else the company's own; may be empty.

        :param kind: key of `rules.catalogue.complaint.DEPARTMENTS`
        """
        found = self.sudo().search(  # sudo: whoever reports need not read departments
            [
                ("company_id", "=", company.id),
                ("kind", "=", kind),
                ("office_id", "in", [office.id if office else False, False]),
            ]
        )
        return (found.filtered("office_id") or found)[:1]
