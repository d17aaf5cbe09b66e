# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesAddressAcknowledgement(models.Model):
    """Who in the warehouse acknowledged a new address, for which transfer (O11)."""

    _name = "aftersales.address.acknowledgement"
    _description = "Address Acknowledgement"
    _inherit = ["aftersales.immutable"]
    _order = "id desc"
    _rec_name = "picking_id"

    change_id = fields.Many2one(
        "aftersales.address.change",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users",
        "Acknowledged by",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    at = fields.Datetime("Acknowledged on", required=True, readonly=True)
