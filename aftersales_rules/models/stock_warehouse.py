# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    pack_user_id = fields.Many2one(
        "res.users",
        string="Told to Pack",
        domain="[('share', '=', False)]",
        help="Gets a to-do when the money for a held delivery has arrived and nobody "
        "is responsible for the transfer (O5).",
    )
