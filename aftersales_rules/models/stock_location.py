# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _is_with_customer(self):
        """Whether goods here have left us: a customer has them, or a sister company
        that bought them (their way leads over the inter-company transit)."""
        self.ensure_one()
        return self.usage == "customer" or (
            self.usage == "transit" and not self.company_id
        )

    def _get_with_customer_domain(self):
        return fields.Domain("usage", "=", "customer") | (
            fields.Domain("usage", "=", "transit")
            & fields.Domain("company_id", "=", False)
        )
