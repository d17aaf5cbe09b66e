# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from decimal import Decimal

from odoo import api, models

from odoo.addons.aftersales_rules.models.aftersales_complaint import ENDED

from ..decisions import PurchaseFacts


class AftersalesPurchaseFacts(models.AbstractModel):
    """Gathers what rules may look at; the number of orders costs no queries."""

    _name = "aftersales.purchase.facts"
    _description = "Facts of Purchase Orders"

    @api.model
    def _gather(self, orders):
        """Facts of purchase orders.

        :rtype: dict[purchase.order, PurchaseFacts]
        """
        # sudo: the rules look at everything, whoever confirms
        orders = orders.sudo()
        vendors = orders.partner_id.commercial_partner_id
        complaints = {
            vendor: len(found)
            for vendor, found in self._get_complaints(vendors).items()
        }
        facts = {}
        for company, same in orders.grouped("company_id").items():
            earlier = self._count_earlier_orders(vendors, company)
            for order in same:
                vendor = order.partner_id.commercial_partner_id
                facts[order] = PurchaseFacts.of(
                    currency=company.currency_id.name,
                    purchase_amount=self._get_amount(order),
                    vendor_complaints=complaints.get(vendor, 0),
                    vendor_orders=earlier.get(vendor, 0),
                )
        return facts

    @api.model
    def _get_amount(self, order):
        """The total in company currency, exact."""
        currency = order.company_id.currency_id
        amount = order.currency_id._convert(
            order.amount_total, currency, order.company_id, order.date_order
        )
        return Decimal(f"{amount:.{currency.decimal_places}f}")

    @api.model
    def _get_complaints(self, vendors):
        """Open complaints about the quality of what vendors sell us, by vendor."""
        sellers = self.env["product.supplierinfo"].sudo()  # sudo: as in _gather
        sold = defaultdict(set)
        for seller in sellers.search([("partner_id", "child_of", vendors.ids)]):
            vendor = seller.partner_id.commercial_partner_id
            sold[seller.product_tmpl_id].add(vendor)
        tickets = self.env["helpdesk.ticket"].sudo()  # sudo: as in _gather
        products = self.env["product.template"].concat(*sold).product_variant_ids
        found = defaultdict(tickets.browse)
        for ticket in tickets.search(
            [
                ("is_complaint", "=", True),
                ("complaint_quality_related", "=", "yes"),
                ("complaint_state", "not in", ENDED),
                ("aftersales_product_id", "in", products.ids),
            ]
        ):
            for vendor in sold[ticket.aftersales_product_id.product_tmpl_id]:
                found[vendor] |= ticket
        return found

    @api.model
    def _count_earlier_orders(self, vendors, company):
        orders = self.env["purchase.order"].sudo()  # sudo: as in _gather
        domain = self._get_earlier(vendors, company)
        groups = orders._read_group(domain, ["partner_id"], ["__count"])
        counts = defaultdict(int)
        for partner, count in groups:
            counts[partner.commercial_partner_id] += count
        return counts

    @api.model
    def _get_earlier(self, vendors, company):
        """Domain of confirmed orders of vendors."""
        return [
            ("partner_id", "child_of", vendors.ids),
            ("company_id", "=", company.id),
            ("state", "=", "purchase"),
        ]
