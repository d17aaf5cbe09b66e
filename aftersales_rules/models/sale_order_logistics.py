# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    logistics_exception_ids = fields.One2many(
        "aftersales.logistics.exception",
        "order_id",
        "Delivery Problems",
        readonly=True,
        groups="base.group_user",
    )
