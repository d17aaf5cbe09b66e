# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is behind the facts of orders, transfers and customers (O1–O17)."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

_MONEY = {
    "order_amount": "amount_total",
    "paid_amount": "_of_payments",
    "unpaid_amount": "_of_payments",
    "paid_share": "_of_payments",
}
_ORDER = {
    "order_kind": "order_kind",
    "tier": "partner_invoice_id.commercial_partner_id.customer_tier",
    "order_amount": "amount_total",
}
_CREDIT = {
    **_ORDER,
    **_MONEY,
    "exposure": "_of_exposure",
    "receivable": "_of_receivables",
    "uninvoiced": "_of_other_orders",
    "order_exposure": "amount_uninvoiced",
    "credit_limit": "_of_limit",
    "limit_excess": "_of_exposure",
    "overdue_amount": "_of_overdue",
    "overdue_days": "_of_overdue",
    "broken_promise_days": "_of_broken_promises",
    "has_guarantor": "guarantor_id",
    "promised_date": "promised_payment_date",
    "promise_days": "promised_payment_date",
}
_SOURCES = {
    "credit_hold": _CREDIT,
    "shipment_release": _CREDIT,
    "customer_tier": {
        "sales_12_months": "_of_sales",
        "active_months": "_of_sales",
        "customer_months": "_of_first_sale",
    },
    "shipping_day": {
        "due_in_days": "picking_ids.scheduled_date",
        "unpaid_amount": "_of_payments",
        "on_terms": "_of_terms",
    },
    "transfer_release": {
        "order_suspended": "_of_suspension",
        "suspended_on": "_of_suspension",
        "suspended_by": "_of_suspension",
        "suspended_reason": "_of_suspension",
        "address_change_open": "_of_address",
        "address_before": "_of_address",
        "address_after": "_of_address",
        "inspection_missing": "_of_inspections",
        "uninspected_lots": "_of_inspections",
        "inspection_gaps": "_of_inspections",
    },
    "order_kind": {
        "order_amount": "amount_total",
        "order_quantity": "order_line.product_uom_qty",
        "has_project": "aftersales_project_id",
        "has_engineering_product": "order_line.product_id.is_engineering",
    },
    "production_release": {
        "order_kind": "order_kind",
        "order_amount": "amount_total",
        "paid_amount": "_of_payments",
        "paid_share": "_of_payments",
        "deposit_missing": "_of_payments",
        "production_started": "mrp_production_ids.state",
    },
    "mould_fee_refund": {
        "refund_amount": "amount",
        "agreed_quantity": "quantity",
        "delivered_quantity": "_of_deliveries",
        "delivered_share": "_of_deliveries",
        "reached_on": "reached_on",
        "days_left": "date_to",
        "refunded": "refund_ids.state",
        "fee_paid": "_of_fee_invoices",
    },
    "order_urgency": {
        **_ORDER,
        "days_until_wanted": "urgency_wanted_date",
        "days_before_earliest": "urgency_wanted_date",
        "urgent_orders": "_of_urgent_orders",
        "urgent_share": "_of_urgent_orders",
    },
    "quotation_promise": {
        "order_kind": "order_kind",
        "order_amount": "amount_total",
        "price_below": "order_line.price_unit",
        "price_below_product": "order_line.price_unit",
        "price_above": "order_line.price_unit",
        "price_above_product": "order_line.price_unit",
        "promised_date": "commitment_date",
        "earliest_date": "order_line.product_id",
        "days_before_earliest": "commitment_date",
        "has_contract": "contract_attachment_ids",
        "supervisor_yes": "promise_request_ids.state",
    },
    "project_conflict": dict.fromkeys(
        (
            "project",
            "dealer",
            "same_party",
            "same_site",
            "same_product",
            "quantity_ratio",
            "overlap_days",
        ),
        "_of_registrations",
    ),
    "project_period": {"days_left": "date_to"},
    "logistics_exception": {
        "exception_kind": "kind",
        "order_kind": "order_id.order_kind",
        "order_amount": "order_id.amount_total",
        "tier": "order_id.partner_invoice_id.commercial_partner_id.customer_tier",
        "days_late": "noticed_at",
        "damaged_share": "line_ids.quantity",
    },
}
_DOCUMENTS = {
    **dict.fromkeys(_SOURCES, ("sale.order",)),
    "customer_tier": ("res.partner",),
    "transfer_release": ("stock.picking",),
    "mould_fee_refund": ("aftersales.fee.agreement",),
    "project_conflict": ("sale.order", "aftersales.project"),
    "project_period": ("aftersales.project",),
    "logistics_exception": ("aftersales.logistics.exception",),
}


class AftersalesFactOrigin(models.AbstractModel):
    _inherit = "aftersales.fact.origin"

    @api.model
    def _fact_sources(self):
        own = {decision: {**facts} for decision, facts in _SOURCES.items()}
        return {**super()._fact_sources(), **own}

    @api.model
    def _fact_documents(self):
        return {**super()._fact_documents(), **_DOCUMENTS}

    # --------------------------------------------------------------------- money

    def _of_payments(self, decision, order):
        """The invoices of an order; before there are any, its online payments."""
        if order.invoice_ids:
            text = self.env._("Invoices of %(order)s", order=order.name)
            return self._records(order.invoice_ids, text)
        if order.transaction_ids:
            text = self.env._("Online payments for %(order)s", order=order.name)
            return self._records(order.transaction_ids, text)
        return self._field(order, "amount_total")

    def _of_receivables(self, decision, order, late=False):
        customer = _debtor(decision, order)
        domain = [
            ("partner_id", "child_of", customer.id),
            ("company_id", "=", decision.company_id.id),
            ("account_id.account_type", "=", "asset_receivable"),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", "!=", 0),
        ]
        text = self.env._("What %(customer)s owes", customer=customer.display_name)
        if late:
            today = fields.Date.to_string(_today(decision))
            domain.append(("date_maturity", "<", today))
            text = self.env._(
                "What %(customer)s owes and should have paid",
                customer=customer.display_name,
            )
        return self._search("account.move.line", domain, text)

    def _of_overdue(self, decision, order):
        return self._of_receivables(decision, order, late=True)

    def _of_exposure(self, decision, order):
        """The debts; the orders that count too are behind facts of their own."""
        origin = self._of_receivables(decision, order)
        origin["text"] = self.env._(
            "What %(customer)s owes, and orders not invoiced yet",
            customer=_debtor(decision, order).display_name,
        )
        return origin

    def _of_other_orders(self, decision, order):
        customer = _debtor(decision, order)
        return self._search(
            "sale.order",
            [
                ("partner_invoice_id", "child_of", customer.id),
                ("company_id", "=", decision.company_id.id),
                ("state", "=", "sale"),
                ("amount_uninvoiced", "!=", 0),
                ("hold_state", "!=", "procurement"),
                ("id", "!=", order.id),
            ],
            self.env._(
                "Other orders of %(customer)s not invoiced",
                customer=customer.display_name,
            ),
        )

    def _of_limit(self, decision, order):
        """Granted limits, else the limit of the customer in Odoo."""
        customer = _debtor(decision, order)
        # sudo: whether there is one decides what is opened, with the reader's rights
        granted = (
            self.env["aftersales.credit.limit"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", customer.id),
                    ("company_id", "=", decision.company_id.id),
                    ("state", "=", "approved"),
                ]
            )
        )
        if not granted:
            return self._field(
                customer.with_company(decision.company_id), "credit_limit"
            )
        text = self.env._(
            "Credit limits granted to %(customer)s", customer=customer.display_name
        )
        return self._records(granted, text)

    def _of_terms(self, decision, order):
        if order.guarantor_id:
            return self._field(order, "guarantor_id")
        return self._of_limit(decision, order)

    def _of_broken_promises(self, decision, order):
        customer = _debtor(decision, order)
        return self._search(
            "sale.order",
            [
                ("partner_invoice_id", "child_of", customer.id),
                ("company_id", "=", decision.company_id.id),
                ("state", "=", "sale"),
                (
                    "promised_payment_date",
                    "<",
                    fields.Date.to_string(_today(decision)),
                ),
                ("delivery_status", "in", ("partial", "full")),
            ],
            self.env._(
                "Delivered orders of %(customer)s whose promised payment date passed",
                customer=customer.display_name,
            ),
        )

    # --------------------------------------------------------------------- sales

    def _of_sales(self, decision, customer):
        since = _today(decision) - relativedelta(months=12)
        return self._find_invoices(
            decision,
            customer,
            self.env._(
                "Invoices and credit notes of %(customer)s of twelve months",
                customer=customer.display_name,
            ),
            ("invoice_date", ">", fields.Date.to_string(since)),
        )

    def _of_first_sale(self, decision, customer):
        return self._find_invoices(
            decision,
            customer,
            self.env._(
                "Invoices and credit notes of %(customer)s",
                customer=customer.display_name,
            ),
        )

    def _find_invoices(self, decision, customer, text, *more):
        return self._search(
            "account.move",
            [
                ("commercial_partner_id", "=", customer.commercial_partner_id.id),
                ("company_id", "=", decision.company_id.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                *more,
            ],
            text,
        )

    def _of_deliveries(self, decision, agreement):
        """Later orders of the customer with the goods agreed on."""
        goods = (
            [("product_id", "=", agreement.product_id.id)]
            if agreement.product_id
            else [("product_id.categ_id", "child_of", agreement.categ_id.id)]
        )
        return self._search(
            "sale.order.line",
            [
                ("state", "=", "sale"),
                ("company_id", "=", agreement.company_id.id),
                ("order_partner_id", "child_of", agreement.partner_id.id),
                ("qty_delivered", "!=", 0),
                ("order_id", "!=", agreement.order_id.id),
                ("order_id.date_order", ">=", str(agreement.date_from)),
                *goods,
            ],
            self.env._(
                "Delivered to %(customer)s since %(day)s",
                customer=agreement.partner_id.display_name,
                day=format_date(self.env, agreement.date_from),
            ),
        )

    def _of_fee_invoices(self, decision, agreement):
        invoices = agreement._get_fee_lines("out_invoice").move_id
        text = self.env._("Invoices of the fee %(fee)s", fee=agreement.display_name)
        return self._records(invoices, text) or self._field(agreement, "order_id")

    # -------------------------------------------------------------------- orders

    def _of_urgent_orders(self, decision, order):
        week = fields.Datetime.now() - timedelta(days=7)
        return self._search(
            "sale.order",
            [
                ("company_id", "=", decision.company_id.id),
                ("id", "!=", order.id),
                ("urgency_state", "=", "approved"),
                ("urgent_since", ">=", fields.Datetime.to_string(week)),
            ],
            self.env._("Orders made urgent in the last seven days"),
        )

    def _of_registrations(self, decision, document):
        """The registration that was compared; of old decisions all that run."""
        # sudo: as above
        conflicts = self.env["aftersales.project.conflict"].sudo()
        conflict = conflicts.search([("decision_id", "=", decision.id)], limit=1)
        if conflict:
            return self._field(conflict.project_id, "name")
        return self._search(
            "aftersales.project",
            [
                ("company_id", "=", decision.company_id.id),
                ("state", "=", "running"),
            ],
            self.env._("Running registrations"),
        )

    # ----------------------------------------------------------------- transfers

    def _of_suspension(self, decision, picking):
        change = picking._get_suspension()
        text = self.env._("Change of the order that was asked for")
        return self._records(change, text) or self._field(
            picking, "sale_id.suspension_id"
        )

    def _of_address(self, decision, picking):
        change = picking._get_pending_address_change()
        text = self.env._("Change of the delivery address")
        return self._records(change, text) or self._field(
            picking, "sale_id.address_change_ids.new_address"
        )

    def _of_inspections(self, decision, picking):
        text = self.env._("Inspections for %(transfer)s", transfer=picking.name)
        return self._records(picking.inspection_ids, text) or self._field(
            picking, "move_line_ids.lot_id"
        )


def _debtor(decision, order):
    return decision.partner_id or order.partner_invoice_id.commercial_partner_id


def _today(decision):
    """The day that it is now at the company: origins are opened as they are now."""
    return decision.company_id._aftersales_now().date()
