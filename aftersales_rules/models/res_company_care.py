# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

_MODES = "_selection_aftersales_mode"


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_breakage_liability = fields.Selection(
        _MODES, "Breakage liability", default="observe", required=True
    )
    aftersales_mode_customer_care = fields.Selection(
        _MODES, "Customer care", default="observe", required=True
    )
    aftersales_mode_service_survey = fields.Selection(
        _MODES, "Survey after service", default="observe", required=True
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_breakage_liability = fields.Selection(
        related="company_id.aftersales_mode_breakage_liability",
        readonly=False,
        required=True,
    )
    aftersales_mode_customer_care = fields.Selection(
        related="company_id.aftersales_mode_customer_care",
        readonly=False,
        required=True,
    )
    aftersales_mode_service_survey = fields.Selection(
        related="company_id.aftersales_mode_service_survey",
        readonly=False,
        required=True,
    )
