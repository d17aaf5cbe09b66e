# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    aftersales_order_id = fields.Many2one(
        "sale.order",
        "Order",
        index="btree_not_null",
        groups="base.group_user",
        help="The order that the complaint is about.",
    )
    aftersales_picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        index="btree_not_null",
        groups="base.group_user",
        help="The delivery that the complaint is about.",
    )
    aftersales_product_id = fields.Many2one(
        "product.product", "Product", index="btree_not_null", groups="base.group_user"
    )
    aftersales_lot_id = fields.Many2one(
        "stock.lot",
        "Lot/Serial Number",
        index="btree_not_null",
        groups="base.group_user",
    )
    logistics_exception_ids = fields.One2many(
        "aftersales.logistics.exception",
        "ticket_id",
        "Delivery Problems",
        readonly=True,
        groups="base.group_user",
    )
