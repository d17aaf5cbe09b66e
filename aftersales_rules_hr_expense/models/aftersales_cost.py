# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    @api.model
    def _get_source_models(self):
        return [*super()._get_source_models(), "hr.expense"]
