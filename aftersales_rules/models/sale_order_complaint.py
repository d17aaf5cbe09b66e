# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import AccessError


class SaleOrder(models.Model):
    """Orders that replace goods for a complaint (C15)."""

    _name = "sale.order"
    _inherit = ["sale.order", "aftersales.complaint.link"]

    def _check_complaint_link_right(self):
        # a replacement costs nothing and is promised outside the list prices: an order
        # becomes one by the complaint's button only
        raise AccessError(
            self.env._("A replacement is begun on the complaint; no order becomes one.")
        )
