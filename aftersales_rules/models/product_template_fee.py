# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    is_refundable_fee = fields.Boolean(
        "Sample or Mould Fee",
        help="Charged to the customer, and given back once later orders reach an "
        "agreed quantity.",
        prefetch="aftersales",
    )
