# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_complaint_deadline = fields.Selection(
        "_selection_aftersales_mode",
        "Deadlines of complaints",
        default="observe",
        required=True,
    )

    def write(self, vals):
        # EXTENDS 'base'
        result = super().write(vals)
        if "resource_calendar_id" in vals:
            self.env["aftersales.clock.job"]._queue(self, "calendar")
        return result

    def _set_aftersales_version(self, version) -> None:
        # pylint: disable=missing-return
        before = self.aftersales_version_id
        super()._set_aftersales_version(version)
        if before and before.version_hash != version.version_hash:
            self.env["aftersales.clock.job"]._queue(self, "rules")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_complaint_deadline = fields.Selection(
        related="company_id.aftersales_mode_complaint_deadline",
        readonly=False,
        required=True,
    )
