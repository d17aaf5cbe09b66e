# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_purchase_release = fields.Selection(
        related="company_id.aftersales_mode_purchase_release",
        readonly=False,
        required=True,
    )
