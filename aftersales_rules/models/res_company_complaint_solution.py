# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_solution_approval = fields.Selection(
        "_selection_aftersales_mode",
        "Approval of solutions",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_closing = fields.Selection(
        "_selection_aftersales_mode",
        "Closing of complaints",
        default="observe",
        required=True,
    )
    aftersales_ask_satisfaction = fields.Boolean(
        "Ask Customers Whether They Are Satisfied",
        default=True,
        help="When a complaint's solution is carried out and when it is closed, the "
        "customer gets a mail with three faces to choose from (C12, C13).",
        prefetch="aftersales",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_solution_approval = fields.Selection(
        related="company_id.aftersales_mode_solution_approval",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_closing = fields.Selection(
        related="company_id.aftersales_mode_complaint_closing",
        readonly=False,
        required=True,
    )
    aftersales_ask_satisfaction = fields.Boolean(
        related="company_id.aftersales_ask_satisfaction", readonly=False
    )
