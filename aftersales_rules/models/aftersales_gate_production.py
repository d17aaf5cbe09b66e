# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The gate before production: an engineering order is made against a deposit (O6, O7).

How it works: judged with the credit gates, on the same money facts, for engineering
orders only. What is on hold is the order; which manufacturing orders wait for it is
in ``mrp_production_deposit.py``.
"""

from decimal import ROUND_UP, Decimal

from odoo import api, models

from ..rules import ProductionFacts

DECISION = "production_release"


class AftersalesGate(models.AbstractModel):
    _inherit = "aftersales.gate"

    @api.model
    def _asks_production(self, order, standing):
        """Engineering orders with goods that are not delivered yet."""
        if any(hold.gate == "production" for hold in standing.holds[order.id]):
            return True
        return (
            order.order_kind == "engineering"
            and order.delivery_status != "full"
            and any(line.product_id.type == "consu" for line in order.order_line)
        )

    def _prepare_production_facts(self, order, facts, standing):
        """From the money facts of the order: is its deposit there?"""
        _version_id, compiled = self.env["aftersales.version"]._get_current(
            order.company_id
        )
        deposit = compiled.thresholds.get("deposit_share") or Decimal(0)
        missing = Decimal(0)
        if facts.paid_share < deposit:
            digits = order.company_id.currency_id.decimal_places
            missing = (facts.order_amount * deposit - facts.paid_amount).quantize(
                Decimal(1).scaleb(-digits), ROUND_UP
            )
        return ProductionFacts.of(
            currency=facts.currency,
            order_kind=facts.order_kind,
            order_amount=facts.order_amount,
            paid_amount=facts.paid_amount,
            paid_share=facts.paid_share,
            deposit_missing=max(missing, Decimal(0)),
            production_started=standing.has_started(order),
        )

    # ------------------------------------------------------------------ applying

    def _is_new_warning(self, judgement):
        """Whether the money went missing, or came, while production runs."""
        return (
            judgement.gate == "production"
            and bool(judgement.warning) != judgement.order.deposit_warning
        )

    def _apply_warning(self, judgement):
        """Production runs on a missing deposit: tell the controllers, stop nothing."""
        order = judgement.order
        order.deposit_warning = bool(judgement.warning)
        if not judgement.warning:
            return
        who_can = self.env["aftersales.release.authority"]._get_who_can(order)
        gate = self._in_staff_language(order)
        note = gate.env._(
            "Production has started, and the deposit is missing: %(reason)s",
            reason=judgement.warning.reason,
        )
        order._schedule_hold_activities(who_can[order], note)
        order._message_log(body=note)

    def _hold_production(self, holds):
        """Manufacturing orders of what was just put on hold wait."""
        orders = holds.filtered(lambda hold: hold.gate == "production").order_id
        if orders:
            self.env["mrp.production"]._hold_orders(orders)

    def _resume_production(self, orders, kind):
        """No hold before production is left on these orders."""
        if orders:
            self.env["mrp.production"]._resume_orders(
                orders, is_cancelled=kind == "cancelled"
            )

    # ------------------------------------------------------------------- events

    @api.model
    def _get_engineering_orders(self, customers):
        """Engineering orders in work whose money may have been taken back.

        :param customers: commercial partner id, company id
        """
        companies = self.env["res.company"].browse({key[1] for key in customers})
        companies = companies.filtered(
            lambda company: company._aftersales_mode(DECISION) == "enforce"
        )
        orders = self.env["sale.order"].sudo()
        if not companies:
            return orders
        partner_ids = [partner_id for partner_id, _company_id in customers]
        found = orders.search(
            [
                ("state", "=", "sale"),
                ("order_kind", "=", "engineering"),
                ("company_id", "in", companies.ids),
                ("delivery_status", "not in", ("full",)),
                ("partner_invoice_id.commercial_partner_id", "in", partner_ids),
            ]
        )
        return found.filtered(lambda order: order._get_credit_keys() <= customers)
