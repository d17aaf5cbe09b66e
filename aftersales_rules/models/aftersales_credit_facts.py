# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ..rules import CreditFacts


@dataclass
class Balance:
    """What a commercial partner owes one company, in its currency."""

    receivable: float = 0.0
    overdue: float = 0.0
    oldest_due: date | None = None
    uninvoiced: float = 0.0
    limit: float | None = None
    promised_order_ids: list[int] = field(default_factory=list)
    oldest_broken_promise: date | None = None


@dataclass
class OrderCredit:
    """Money facts of one order; the exposure is completed when it is judged.

    Orders of one customer are judged one after the other, and each one that may go
    on adds to the exposure of the next (`decided` of the gate).
    """

    order_id: int
    key: tuple[int, int]
    base: float
    own: float
    amount: float
    limit: float | None
    digits: int
    values: dict

    def facts(self, committed: float = 0.0) -> CreditFacts:
        """Facts of this order.

        :param committed: company currency; orders of the same customer that were
            let through in the same batch, and so are not in ``base``
        """
        exposure = round(self.base + committed + self.own, self.digits)
        excess = None
        if self.limit is not None:
            excess = _decimal(max(exposure - self.limit, 0.0), self.digits)
        return CreditFacts.of(
            exposure=_decimal(exposure, self.digits),
            uninvoiced=_decimal(self.values["uninvoiced"] + committed, self.digits),
            limit_excess=excess,
            **{k: v for k, v in self.values.items() if k != "uninvoiced"},
        )


def _decimal(amount: float, digits: int) -> Decimal:
    return Decimal(f"{amount:.{digits}f}")


class AftersalesCreditFacts(models.AbstractModel):
    """Gathers the facts of credit decisions for any number of orders (O1–O4).

    How it works: one query for what customers owe, one for what was paid for the
    orders, and the orders themselves through the ORM's prefetch; the number of
    queries does not depend on the number of orders. Everything is read with sudo: a
    salesperson's decision rests on receivables that they may not open, and sees
    figures only.
    """

    _name = "aftersales.credit.facts"
    _description = "Credit Facts"

    @api.model
    def _gather(self, orders):
        """Money facts of each order, in the currency of its company.

        :param orders: `sale.order`, of any company, currency and customer
        :rtype: dict[int, OrderCredit]
        """
        orders = orders.sudo().with_context(active_test=False)
        debtor = {
            order: order.partner_invoice_id.commercial_partner_id for order in orders
        }
        keys = {(debtor[order].id, order.company_id.id) for order in orders}
        today = {c.id: c._aftersales_now().date() for c in orders.company_id}
        balances = self._get_balances(keys, orders, today)
        promised = orders.browse(
            {i for b in balances.values() for i in b.promised_order_ids}
        )
        paid = self._get_paid(orders | promised)
        self._find_broken_promises(balances, promised, paid)
        limits = self._get_odoo_limits(debtor)
        result = {}
        for order in orders:
            key = (debtor[order].id, order.company_id.id)
            result[order.id] = self._prepare_order_credit(
                order,
                debtor[order],
                balances[key],
                limits.get(key),
                paid.get(order.id, 0.0),
                today[order.company_id.id],
            )
        return result

    def _prepare_order_credit(self, order, partner, balance, odoo_limit, paid, today):
        company = order.company_id
        currency = company.currency_id
        digits = currency.decimal_places
        convert = order._convert_to_company
        amount = convert(order.amount_total)
        # in the currency of the order, so that a fully paid order is fully paid
        # whatever happened to the rate since
        unpaid = order.currency_id.round(order.amount_total - paid)
        share = Decimal(1)
        if not order.currency_id.is_zero(order.amount_total):
            share = Decimal(f"{paid / order.amount_total:.4f}")
        own = convert(
            order.amount_uninvoiced if order.state == "sale" else order.amount_total
        )
        limit = balance.limit if balance.limit is not None else odoo_limit
        overdue = currency.compare_amounts(balance.overdue, 0.0) > 0
        broken = balance.oldest_broken_promise
        promise = order.promised_payment_date
        return OrderCredit(
            order_id=order.id,
            key=(partner.id, company.id),
            base=balance.receivable + balance.uninvoiced,
            own=own,
            amount=amount,
            limit=limit,
            digits=digits,
            values={
                "currency": currency.name,
                "order_kind": order.order_kind or "standard",
                "order_amount": _decimal(amount, digits),
                "paid_amount": _decimal(convert(paid), digits),
                "unpaid_amount": _decimal(max(convert(unpaid), 0.0), digits),
                "paid_share": share,
                "receivable": _decimal(balance.receivable, digits),
                "uninvoiced": balance.uninvoiced,
                "order_exposure": _decimal(own, digits),
                "credit_limit": None if limit is None else _decimal(limit, digits),
                "overdue_amount": _decimal(max(balance.overdue, 0.0), digits),
                "overdue_days": (
                    (today - balance.oldest_due).days
                    if overdue and balance.oldest_due
                    else 0
                ),
                "broken_promise_days": (today - broken).days if broken else None,
                "tier": partner.with_company(company).customer_tier or None,
                "has_guarantor": bool(order.guarantor_id),
                "promised_date": promise or None,
                "promise_days": (promise - today).days if promise else None,
            },
        )

    # -------------------------------------------------------------- what is owed

    def _get_balances(self, keys, orders, today):
        """One query: receivables, other orders, granted limits, promises.

        Orders on hold before procurement are not counted: nothing of them has been
        committed. The orders being judged are not counted either; the caller adds
        each one once.
        """
        self._flush_for_balances()
        balances = {key: Balance() for key in keys}
        missing = []
        for row in self.env.execute_query(self._balances_query(keys, orders, today)):
            kind, partner_id, company_id, currency_id, amount, overdue, day, ids = row
            balance = balances.get((partner_id, company_id))
            if balance is None:
                continue
            company = self.env["res.company"].browse(company_id)
            if kind == "receivable":
                balance.receivable += amount or 0.0
                balance.overdue += overdue or 0.0
                balance.oldest_due = day
            elif kind == "payment":
                balance.receivable -= amount or 0.0
                balance.overdue -= amount or 0.0
            elif kind == "limit":
                balance.limit = max(amount, balance.limit or 0.0)
            elif kind == "promise":
                balance.promised_order_ids = ids
            elif kind == "order":
                balance.uninvoiced += self._to_company(
                    amount or 0.0, currency_id, company, today[company_id]
                )
                missing += [(balance, order_id) for order_id in ids or ()]
        self._add_old_orders(missing)
        return balances

    def _flush_for_balances(self):
        flush = {
            "account.move.line": [
                "account_id",
                "amount_residual",
                "company_id",
                "date_maturity",
                "parent_state",
                "partner_id",
                "reconciled",
            ],
            "account.payment": [
                "amount_company_currency_signed",
                "company_id",
                "move_id",
                "partner_id",
                "state",
            ],
            "sale.order": [
                "amount_uninvoiced",
                "company_id",
                "currency_id",
                "delivery_status",
                "hold_state",
                "partner_invoice_id",
                "promised_payment_date",
                "state",
            ],
            "aftersales.credit.limit": [
                "amount",
                "company_id",
                "date_from",
                "date_to",
                "partner_id",
                "state",
            ],
        }
        for model, names in flush.items():
            self.env[model].flush_model(names)

    def _balances_query(self, keys, orders, today):
        partner_ids = sorted({partner_id for partner_id, _company in keys})
        company_ids = sorted({company_id for _partner, company_id in keys})
        return SQL(
            """
            WITH day AS (
                SELECT * FROM unnest(%(companies)s::int[], %(days)s::date[])
                           AS d(company_id, today)
            ),
            debt AS (
                SELECT line.partner_id, line.company_id, line.amount_residual,
                       line.date_maturity, day.today,
                       -- unmatched payments and credit notes pay the oldest debts
                       SUM(line.amount_residual)
                           FILTER (WHERE line.amount_residual > 0) OVER debts
                     + SUM(line.amount_residual)
                           FILTER (WHERE line.amount_residual < 0) OVER customer
                       AS covered,
                       SUM(line.amount_residual)
                           FILTER (WHERE line.amount_residual > 0) OVER debts
                       AS piled
                  FROM account_move_line line
                  JOIN day ON day.company_id = line.company_id
                 WHERE line.account_id IN (
                           SELECT id FROM account_account
                            WHERE account_type = 'asset_receivable')
                   AND line.reconciled IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.partner_id = ANY(%(partners)s)
                WINDOW customer AS (PARTITION BY line.partner_id, line.company_id),
                       debts AS (PARTITION BY line.partner_id, line.company_id
                                     ORDER BY line.date_maturity, line.id)
            )
            SELECT 'receivable', partner_id, company_id, NULL::int,
                   SUM(amount_residual),
                   COALESCE(SUM(amount_residual) FILTER (
                       WHERE amount_residual > 0 AND date_maturity < today), 0)
                 + COALESCE(SUM(amount_residual) FILTER (
                       WHERE amount_residual < 0), 0),
                   MIN(date_maturity) FILTER (
                       WHERE amount_residual > 0 AND date_maturity < today
                         AND COALESCE(covered, piled) > 0),
                   NULL::int[]
              FROM debt
             GROUP BY partner_id, company_id
            UNION ALL
            SELECT 'payment', partner.commercial_partner_id, payment.company_id, NULL,
                   SUM(payment.amount_company_currency_signed), NULL, NULL, NULL
              FROM account_payment payment
              JOIN res_partner partner ON partner.id = payment.partner_id
             WHERE payment.move_id IS NULL
               AND payment.state = 'in_process'
               AND payment.partner_type = 'customer'
               AND partner.commercial_partner_id = ANY(%(partners)s)
               AND payment.company_id = ANY(%(companies)s)
             GROUP BY partner.commercial_partner_id, payment.company_id
            UNION ALL
            SELECT 'order', partner.commercial_partner_id, sale.company_id,
                   sale.currency_id, SUM(sale.amount_uninvoiced), NULL, NULL,
                   array_agg(sale.id) FILTER (WHERE sale.amount_uninvoiced IS NULL)
              FROM res_partner partner
              JOIN sale_order sale ON sale.partner_invoice_id = partner.id
             WHERE partner.commercial_partner_id = ANY(%(partners)s)
               AND sale.company_id = ANY(%(companies)s)
               AND sale.state = 'sale'
               AND sale.amount_uninvoiced IS DISTINCT FROM 0
               AND sale.hold_state IS DISTINCT FROM 'procurement'
               AND sale.id <> ALL(%(orders)s)
             GROUP BY partner.commercial_partner_id, sale.company_id, sale.currency_id
            UNION ALL
            SELECT 'promise', partner.commercial_partner_id, sale.company_id, NULL,
                   NULL, NULL, NULL, array_agg(sale.id)
              FROM res_partner partner
              JOIN sale_order sale ON sale.partner_invoice_id = partner.id
              JOIN day ON day.company_id = sale.company_id
             WHERE partner.commercial_partner_id = ANY(%(partners)s)
               AND sale.state = 'sale'
               AND sale.promised_payment_date < day.today
               AND sale.delivery_status IN ('partial', 'full')
             GROUP BY partner.commercial_partner_id, sale.company_id
            UNION ALL
            SELECT 'limit', granted.partner_id, granted.company_id, NULL,
                   MAX(granted.amount), NULL, NULL, NULL
              FROM aftersales_credit_limit granted
              JOIN day ON day.company_id = granted.company_id
             WHERE granted.partner_id = ANY(%(partners)s)
               AND granted.state = 'approved'
               AND granted.date_from <= day.today
               AND (granted.date_to IS NULL OR granted.date_to >= day.today)
             GROUP BY granted.partner_id, granted.company_id
            """,
            partners=partner_ids,
            companies=company_ids,
            days=[today[company_id] for company_id in company_ids],
            orders=orders.ids,
        )

    def _add_old_orders(self, missing):
        """Orders older than the addon, until the cron has filled their amount in."""
        if not missing:
            return
        orders = self.env["sale.order"].sudo().browse([i for _balance, i in missing])
        amounts = orders._get_amount_uninvoiced()
        for (balance, _order_id), order in zip(missing, orders, strict=True):
            balance.uninvoiced += order._convert_to_company(amounts[order])

    def _to_company(self, amount, currency_id, company, day):
        currency = self.env["res.currency"].browse(currency_id)
        return currency._convert(amount, company.currency_id, company, day)

    def _get_odoo_limits(self, debtor):
        """Limits that Odoo keeps on customers, where the company uses them."""
        limits = {}
        for order, partner in debtor.items():
            company = order.company_id
            if company.account_use_credit_limit:
                # 0 means no limit, as in Odoo's own warning
                limit = partner.with_company(company).credit_limit
                limits[partner.id, company.id] = limit or None
        return limits

    def _find_broken_promises(self, balances, promised, paid):
        for balance in balances.values():
            for order in promised.browse(balance.promised_order_ids):
                unpaid = order.amount_total - paid.get(order.id, 0.0)
                if order.currency_id.compare_amounts(unpaid, 0.0) <= 0:
                    continue
                oldest = balance.oldest_broken_promise
                if not oldest or order.promised_payment_date < oldest:
                    balance.oldest_broken_promise = order.promised_payment_date

    # -------------------------------------------------------------- what was paid

    def _get_paid(self, orders):
        """Money received for each order, in the currency of the order, each once.

        Counted are the paid part of posted invoices (down payments among them), less
        credit notes paid out, and online payments as far as no invoice has taken
        them up. An authorized payment is not money yet.

        :rtype: dict[int, float]
        """
        if not orders:
            return {}
        self.env["account.move"].flush_model(
            ["amount_residual", "amount_total", "currency_id", "state"]
        )
        self.env["account.move.line"].flush_model(
            ["move_id", "price_total", "amount_residual_currency"]
        )
        self.env["payment.transaction"].flush_model(["amount", "state", "payment_id"])
        self.env["account.payment"].flush_model(["state", "amount", "move_id"])
        self.env["sale.order.line"].flush_model(["order_id", "invoice_lines"])
        self.env["sale.order"].flush_model(["amount_total", "transaction_ids"])
        paid = defaultdict(float)
        for order_id, currency_id, day, amount in self.env.execute_query(
            self._paid_query(orders)
        ):
            order = self.env["sale.order"].sudo().browse(order_id)
            if currency_id != order.currency_id.id:
                amount = (
                    self.env["res.currency"]
                    .browse(currency_id)
                    ._convert(amount, order.currency_id, order.company_id, day)
                )
            paid[order_id] += amount
        for order_id in paid:
            currency = self.env["sale.order"].sudo().browse(order_id).currency_id
            paid[order_id] = currency.round(paid[order_id])
        return paid

    def _paid_query(self, orders):
        return SQL(
            """
            WITH part AS (
                SELECT so_line.order_id, line.move_id, SUM(line.price_total) AS amount
                  FROM sale_order_line so_line
                  JOIN sale_order_line_invoice_rel rel
                    ON rel.order_line_id = so_line.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE so_line.order_id = ANY(%(orders)s)
                   AND line.parent_state = 'posted'
                 GROUP BY so_line.order_id, line.move_id
            )
            SELECT part.order_id, move.currency_id, move.invoice_date,
                   part.amount
                 * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                 * LEAST(1, (move.amount_total - move.amount_residual
                             + COALESCE(registered.amount, 0)) / move.amount_total)
              FROM part
              JOIN account_move move ON move.id = part.move_id
              LEFT JOIN LATERAL (
                   -- registered payments that have no journal entry of their own
                   SELECT SUM(payment.amount) AS amount
                     FROM account_move__account_payment link
                     JOIN account_payment payment ON payment.id = link.payment_id
                    WHERE link.invoice_id = move.id
                      AND payment.move_id IS NULL
                      AND payment.state = 'in_process'
                      AND payment.currency_id = move.currency_id
                   ) registered ON TRUE
             WHERE move.amount_total <> 0
            UNION ALL
            SELECT link.sale_order_id, tx.currency_id, tx.last_state_change::date,
                   -- one payment for several orders is shared by their amounts
                   open.amount * sale.amount_total / NULLIF(shared.amount_total, 0)
              FROM sale_order_transaction_rel link
              JOIN sale_order sale ON sale.id = link.sale_order_id
              JOIN payment_transaction tx ON tx.id = link.transaction_id
              JOIN LATERAL (
                   SELECT SUM(other.amount_total) AS amount_total
                     FROM sale_order_transaction_rel together
                     JOIN sale_order other ON other.id = together.sale_order_id
                    WHERE together.transaction_id = tx.id
                   ) shared ON TRUE
              JOIN LATERAL (
                   -- what no invoice has taken up, less what was refunded
                   SELECT SUM(CASE
                          WHEN one.payment_id IS NULL THEN one.amount
                          WHEN payment.state IN ('draft', 'canceled', 'rejected')
                          THEN 0
                          WHEN payment.move_id IS NOT NULL THEN (
                               SELECT -COALESCE(SUM(line.amount_residual_currency), 0)
                                 FROM account_move_line line
                                 JOIN account_account account
                                   ON account.id = line.account_id
                                WHERE line.move_id = payment.move_id
                                  AND line.parent_state = 'posted'
                                  AND account.account_type = 'asset_receivable')
                          WHEN EXISTS (
                               SELECT FROM account_move__account_payment taken
                                WHERE taken.payment_id = payment.id)
                          THEN 0
                          ELSE one.amount END) AS amount
                     FROM payment_transaction one
                     LEFT JOIN account_payment payment
                       ON payment.id = one.payment_id
                    WHERE one.id = tx.id
                       OR (one.source_transaction_id = tx.id
                           AND one.operation = 'refund'
                           AND one.state = 'done')
                   ) open ON TRUE
             WHERE link.sale_order_id = ANY(%(orders)s)
               AND tx.state = 'done'
               AND tx.operation NOT IN ('validation', 'refund')
            """,
            orders=orders.ids,
        )
