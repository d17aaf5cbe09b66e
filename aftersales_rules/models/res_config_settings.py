# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules import engine_status


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_credit_hold = fields.Selection(
        related="company_id.aftersales_mode_credit_hold", readonly=False, required=True
    )
    aftersales_mode_order_kind = fields.Selection(
        related="company_id.aftersales_mode_order_kind", readonly=False, required=True
    )
    aftersales_mode_production_release = fields.Selection(
        related="company_id.aftersales_mode_production_release",
        readonly=False,
        required=True,
    )
    aftersales_mode_shipment_release = fields.Selection(
        related="company_id.aftersales_mode_shipment_release",
        readonly=False,
        required=True,
    )
    aftersales_mode_shipping_day = fields.Selection(
        related="company_id.aftersales_mode_shipping_day", readonly=False, required=True
    )
    aftersales_mode_transfer_release = fields.Selection(
        related="company_id.aftersales_mode_transfer_release",
        readonly=False,
        required=True,
    )
    aftersales_mode_logistics_exception = fields.Selection(
        related="company_id.aftersales_mode_logistics_exception",
        readonly=False,
        required=True,
    )
    aftersales_remind_customers = fields.Boolean(
        related="company_id.aftersales_remind_customers", readonly=False
    )
    aftersales_version_id = fields.Many2one(related="company_id.aftersales_version_id")
    aftersales_engine = fields.Char("Engine", compute="_compute_aftersales_engine")

    @api.depends_context("lang")
    def _compute_aftersales_engine(self):
        status = engine_status()
        if status.name == "durable_rules":
            text = self.env._("durable-rules decides.")
        else:
            text = self.env._(
                "The built-in evaluator decides, with the same answers, because "
                "durable-rules cannot be used on this server: %(detail)s",
                detail=status.detail,
            )
        for settings in self:
            settings.aftersales_engine = text
