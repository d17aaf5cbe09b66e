# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_cost_liability = fields.Selection(
        "_selection_aftersales_mode",
        "Liability for service costs",
        default="observe",
        required=True,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_cost_liability = fields.Selection(
        related="company_id.aftersales_mode_cost_liability",
        readonly=False,
        required=True,
    )
