# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_order_urgency = fields.Selection(
        related="company_id.aftersales_mode_order_urgency",
        readonly=False,
        required=True,
    )
    aftersales_mode_quotation_promise = fields.Selection(
        related="company_id.aftersales_mode_quotation_promise",
        readonly=False,
        required=True,
    )
