# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesOffice(models.Model):
    """A branch or external office, whose manager gets its customers' cases (C4)."""

    _name = "aftersales.office"
    _description = "Branch or Office"
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [
            ("head", "Head office"),
            ("branch", "Branch"),
            ("external", "External office"),
        ],
        required=True,
        default="branch",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    manager_id = fields.Many2one(
        "res.users", domain="[('share', '=', False)]", ondelete="restrict"
    )
    department_ids = fields.One2many(
        "aftersales.department", "office_id", string="Departments"
    )
