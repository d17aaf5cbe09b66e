# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_order_urgency = fields.Selection(
        "_selection_aftersales_mode", "Urgent orders", default="observe", required=True
    )
