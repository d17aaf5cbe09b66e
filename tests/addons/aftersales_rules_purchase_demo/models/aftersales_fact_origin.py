# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.aftersales_rules.rules import CREDIT_HOLD

from ..decisions import PURCHASE_RELEASE


class AftersalesFactOrigin(models.AbstractModel):
    """What opens when somebody clicks on a figure of the explanation."""

    _inherit = "aftersales.fact.origin"

    @api.model
    def _fact_sources(self):
        sources = super()._fact_sources()
        credit = sources.get(CREDIT_HOLD.name, {})
        return {
            **sources,
            PURCHASE_RELEASE.name: {
                "purchase_amount": "amount_total",
                "vendor_complaints": "_of_vendor_complaints",
                "vendor_orders": "_of_vendor_orders",
            },
            CREDIT_HOLD.name: {**credit, "vendor_payable": "_of_payables"},
        }

    @api.model
    def _of_vendor_complaints(self, decision, order):
        vendor = order.partner_id.commercial_partner_id
        found = self.env["aftersales.purchase.facts"]._get_complaints(vendor)
        text = self.env._(
            "Open complaints about what %(vendor)s sells us", vendor=vendor.name
        )
        return self._records(found[vendor], text)

    @api.model
    def _of_vendor_orders(self, decision, order):
        vendor = order.partner_id.commercial_partner_id
        return self._search(
            "purchase.order",
            self.env["aftersales.purchase.facts"]._get_earlier(
                vendor, decision.company_id
            ),
            self.env._("Confirmed orders of %(vendor)s", vendor=vendor.name),
        )

    @api.model
    def _of_payables(self, decision, order):
        partner = order.partner_invoice_id.commercial_partner_id
        return self._search(
            "account.move.line",
            self.env["aftersales.extension"]._get_payables(
                partner, decision.company_id
            ),
            self.env._("Unpaid bills of %(vendor)s", vendor=partner.name),
        )
