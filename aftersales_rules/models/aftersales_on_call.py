# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AftersalesOnCall(models.Model):
    """Who is on call when: alerted of what is urgent outside working hours (C6)."""

    _name = "aftersales.on.call"
    _description = "On-Call Duty"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    department_id = fields.Many2one(
        "aftersales.department",
        check_company=True,
        ondelete="cascade",
        help="Empty: for complaints of all departments.",
    )
    user_id = fields.Many2one(
        "res.users",
        "On-Call Leader",
        required=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        ondelete="restrict",
        index=True,
    )
    date_from = fields.Datetime("From", required=True, index=True)
    date_to = fields.Datetime("To", required=True)
    note = fields.Char(help="How the person is reached, for example.")

    _period_check = models.Constraint(
        "CHECK(date_to > date_from)", "A duty ends after it has started."
    )

    @api.depends("user_id", "date_from")
    def _compute_display_name(self):
        for duty in self:
            duty.display_name = f"{duty.user_id.name} {duty.date_from or ''}"

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for duty in self.sudo():  # sudo: companies of colleagues
            if duty.user_id.share or duty.company_id not in duty.user_id.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(company)s.",
                        user=duty.user_id.name,
                        company=duty.company_id.name,
                    )
                )

    @api.model
    def _get_on_duty(self, company, at, department=None):
        """Who is on call at a moment: by the roster, for a department first.

        :param at: naive in UTC
        :return: `res.users`; empty where the roster names nobody
        """
        # sudo: whoever receives a complaint at night need not read the roster
        duties = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("date_from", "<=", at),
                ("date_to", ">", at),
                (
                    "department_id",
                    "in",
                    [department.id, False] if department else [False],
                ),
            ],
            order="id",
        )
        own = duties.filtered("department_id") or duties
        return own.user_id.filtered("active").with_env(self.env)
