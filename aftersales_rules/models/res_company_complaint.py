# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_complaint_type = fields.Selection(
        "_selection_aftersales_mode",
        "Type of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_severity = fields.Selection(
        "_selection_aftersales_mode",
        "Severity of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_urgency = fields.Selection(
        "_selection_aftersales_mode",
        "Urgency of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_routing = fields.Selection(
        "_selection_aftersales_mode",
        "Routing of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_escalation = fields.Selection(
        "_selection_aftersales_mode",
        "Escalation of complaints",
        default="observe",
        required=True,
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_complaint_type = fields.Selection(
        related="company_id.aftersales_mode_complaint_type",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_severity = fields.Selection(
        related="company_id.aftersales_mode_complaint_severity",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_urgency = fields.Selection(
        related="company_id.aftersales_mode_complaint_urgency",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_routing = fields.Selection(
        related="company_id.aftersales_mode_complaint_routing",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_escalation = fields.Selection(
        related="company_id.aftersales_mode_complaint_escalation",
        readonly=False,
        required=True,
    )
