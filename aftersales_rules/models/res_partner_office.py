# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    aftersales_office_id = fields.Many2one(
        "aftersales.office",
        "Branch or Office",
        company_dependent=True,
        groups="base.group_user",
        help="Whose manager gets this customer's complaints.",
    )
