# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    inspection_required = fields.Boolean(
        "Final Inspection",
        tracking=True,
        help="Each lot leaves only with a recorded pass of the final inspection; "
        "without lots, each quantity. For a kit, set it on its components.",
    )
    inspection_characteristic_ids = fields.One2many(
        "aftersales.inspection.characteristic",
        "product_tmpl_id",
        "Characteristics",
        copy=True,
        help="What is measured or looked at in each final inspection.",
    )
    is_engineering = fields.Boolean(
        string="Engineering Product",
        help="An order with this product is an engineering order: it is produced "
        "against a deposit and delivered when it is paid in full (O6).",
    )
