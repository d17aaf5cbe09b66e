# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_project_conflict = fields.Selection(
        "_selection_aftersales_mode",
        "Project conflict",
        default="observe",
        required=True,
    )
    aftersales_mode_mould_fee_refund = fields.Selection(
        "_selection_aftersales_mode",
        "Refund of sample and mould fees",
        default="observe",
        required=True,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_project_conflict = fields.Selection(
        related="company_id.aftersales_mode_project_conflict",
        readonly=False,
        required=True,
    )
    aftersales_mode_mould_fee_refund = fields.Selection(
        related="company_id.aftersales_mode_mould_fee_refund",
        readonly=False,
        required=True,
    )
