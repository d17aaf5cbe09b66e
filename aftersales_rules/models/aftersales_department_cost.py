# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .aftersales_cost_department import check_distribution


class AftersalesDepartment(models.Model):
    """Where the books put what a department carries (L8)."""

    _name = "aftersales.department"
    _inherit = ["aftersales.department", "analytic.mixin"]

    @api.constrains("analytic_distribution", "company_id")
    def _check_analytic_distribution(self):
        check_distribution(self)
