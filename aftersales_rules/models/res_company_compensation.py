# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_compensation_tax_id = fields.Many2one(
        "account.tax",
        "Tax on Compensation",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        ondelete="restrict",
        help="On credit notes that compensate customers (L10); what was agreed "
        "includes it. Empty: none, as damages are no supply.",
        prefetch="aftersales",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_compensation_tax_id = fields.Many2one(
        related="company_id.aftersales_compensation_tax_id", readonly=False
    )
