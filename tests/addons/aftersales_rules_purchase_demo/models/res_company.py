# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # By its name it is the mode of the decision: it shows in the list of gates, and
    # whoever changes it is kept with the versions of the rules.
    aftersales_mode_purchase_release = fields.Selection(
        "_selection_aftersales_mode",
        "Purchase release",
        default="observe",
        required=True,
    )
