# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import api, models

from odoo.addons.aftersales_rules.rules import CREDIT_HOLD

ADDON = "aftersales_rules_purchase_demo"


class AftersalesExtension(models.AbstractModel):
    _inherit = "aftersales.extension"

    @api.model
    def _get_addons(self):
        return {**super()._get_addons(), ADDON: f"{ADDON}/data/packs"}

    @api.model
    def _gather_facts(self, decision, records):
        facts = super()._gather_facts(decision, records)
        if decision == CREDIT_HOLD.name:
            for order_id, payable in self._gather_payables(records).items():
                facts.setdefault(order_id, {})["vendor_payable"] = payable
        return facts

    @api.model
    def _gather_payables(self, orders):
        """What each company owes the customers of orders; one query a company."""
        payables = {}
        for company, same in orders.grouped("company_id").items():
            # sudo: everybody is judged by these figures, only some may read them
            lines = self.env["account.move.line"].sudo()
            partners = same.partner_invoice_id.commercial_partner_id
            groups = lines._read_group(
                self._get_payables(partners, company),
                ["partner_id"],
                ["amount_residual:sum"],
            )
            owed = dict.fromkeys(partners, 0.0)
            for partner, residual in groups:
                owed[partner.commercial_partner_id] -= residual
            digits = company.currency_id.decimal_places
            for order in same:
                amount = owed[order.partner_invoice_id.commercial_partner_id]
                # exact: facts are decimals, never floats
                payables[order.id] = Decimal(f"{max(amount, 0.0):.{digits}f}")
        return payables

    @api.model
    def _get_payables(self, partners, company):
        """Domain of what a company owes partners."""
        return [
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "=", "liability_payable"),
            ("partner_id", "child_of", partners.ids),
            ("company_id", "=", company.id),
            ("reconciled", "=", False),
        ]
