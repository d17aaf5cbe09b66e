# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .aftersales_cost import UNPOSTED

_COST_FACTS = {
    "aftersales_product_id",
    "complaint_carrier_id",
    "complaint_dealer_id",
    "complaint_negotiated_amount",
    "complaint_office_id",
    "complaint_responsible_department_id",
    "complaint_sales_manager_id",
    "partner_id",
}


class AftersalesComplaint(models.AbstractModel):
    """Shares of unposted costs follow what the complaint says (L7, L8)."""

    _inherit = "aftersales.complaint"

    def _complaint_changed(self, names):
        result = super()._complaint_changed(names)
        if not _COST_FACTS.isdisjoint(names):
            # sudo: costs follow, whoever works on the complaint
            costs = self.sudo().complaint_cost_ids
            costs.filtered(lambda cost: cost.state in UNPOSTED)._cost_settle()
        return result
