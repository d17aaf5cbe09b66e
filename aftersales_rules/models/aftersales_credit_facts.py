# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from functools import partial

from odoo import api, models
from odoo.tools import SQL

from ..rules import CreditFacts
from .aftersales_order_received import Received

_NOTHING = SQL("")
_DEBTORS = SQL("(SELECT id, partner_id AS commercial_partner_id FROM debtor)")
_RECEIVABLE_ACCOUNTS = SQL(
    "ARRAY(SELECT id FROM account_account WHERE account_type = 'asset_receivable')"
)


_ORDER_FIELDS = (
    "amount_uninvoiced",
    "company_id",
    "currency_id",
    "delivery_status",
    "hold_state",
    "partner_invoice_id",
    "promised_payment_date",
    "state",
)
"""Of orders, what the balances are read from."""


@dataclass
class Balance:
    """What a commercial partner owes one company, in its currency."""

    receivable: float = 0.0
    overdue: float = 0.0
    oldest_due: date | None = None
    uninvoiced: float = 0.0
    limit: float | None = None
    odoo_limit: float | None = None
    tier: str | None = None
    promised_order_ids: list[int] = field(default_factory=list)
    oldest_broken_promise: date | None = None


@dataclass
class Owed:
    """What the balances' query found."""

    debtor_ids: dict[int, int] = field(default_factory=dict)
    """Commercial partner of each partner that is invoiced."""
    balances: dict[tuple[int, int], Balance] = field(default_factory=dict)
    """By commercial partner and company."""
    moneyed: list[int] = field(default_factory=list)
    """Those of the orders that may have been paid for, if in part."""


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
    # adding zero: a rounded -0.001 is 0, not -0
    return Decimal(f"{amount:.{digits}f}") + 0


def _share(paid: float, total: float, digits: int) -> Decimal:
    """Paid part of a total, never rounded up: half is paid once half is there."""
    whole = _decimal(total, digits)
    if whole <= 0:
        return Decimal(1)  # nothing to pay
    return (_decimal(paid, digits) / whole).quantize(Decimal("0.0001"), ROUND_DOWN)


def _get_company_value(partners, terms, name):
    """What a company-dependent field says, as stored, in the company of `partners`."""
    stored = terms[name] or {}
    company_key = str(partners.env.company.id)
    if company_key in stored:
        return stored[company_key]
    return partners._fields[name].get_company_dependent_fallback(partners)


def _today_of(table: str, today: dict[int, date]) -> SQL:
    """The day that it is at the company of a row of this table, as an expression."""
    days = [SQL("%s::date", day) for day in today.values()]
    if len(set(today.values())) == 1:
        return days[0]  # cheaper to plan, and usual
    return SQL(
        "CASE %s %s END",
        SQL.identifier(table, "company_id"),
        SQL(" ").join(
            SQL("WHEN %s THEN %s", company_id, day)
            for company_id, day in zip(today, days, strict=True)
        ),
    )


class AftersalesCreditFacts(models.AbstractModel):
    """Gathers the facts of credit decisions for any number of orders (O1–O4).

    How it works: one query for what customers owe; one for what was paid, if any of
    the orders was invoiced or paid online; and the orders themselves through the
    ORM's prefetch. The number of queries does not depend on the number of orders.
    Everything is read with sudo: a salesperson's decision rests on receivables that
    they may not open, and sees figures only.
    """

    _name = "aftersales.credit.facts"
    _description = "Credit Facts"

    @api.model
    def _gather(self, orders, in_turn=()):
        """Money facts of each order, in the currency of its company.

        :param orders: `sale.order`, of any company, currency and customer
        :param in_turn: those whose customers no other transaction may judge meanwhile
        :rtype: dict[int, OrderCredit]
        """
        orders = orders.sudo()
        today = {c.id: c._aftersales_now().date() for c in orders.company_id}
        owed = self._get_balances(orders, today, in_turn)
        balances = owed.balances
        promised = orders.browse(
            {i for b in balances.values() for i in b.promised_order_ids}
        )
        received = self.env["aftersales.order.received"]._get_received(
            orders.browse(owed.moneyed) | promised
        )
        self._find_broken_promises(balances, promised, received)
        result = {}
        for order in orders:
            key = (owed.debtor_ids[order.partner_invoice_id.id], order.company_id.id)
            money = received.get(order.id) or Received()
            # zero may also mean: older than the addon, and not filled in yet
            own = order.state == "sale" and order.amount_uninvoiced
            if not own:
                own = order._get_amount_open()
            result[order.id] = self._prepare_order_credit(
                order,
                key,
                balances[key],
                money.amount,
                max(own - money.unbooked, 0.0),
                today[order.company_id.id],
            )
        return result

    def _prepare_order_credit(self, order, key, balance, paid, own, today):
        company = order.company_id
        currency = company.currency_id
        digits = currency.decimal_places
        convert = order._convert_to_company
        if order.currency_id == currency:
            convert = float  # the usual case, five times per order
        amount = convert(order.amount_total)
        # in the currency of the order, so that a fully paid order is fully paid
        # whatever happened to the rate since
        unpaid = order.currency_id.round(order.amount_total - paid)
        own = convert(own)
        limit = balance.limit
        if limit is None and company.account_use_credit_limit:
            # 0 means no limit, as in Odoo's own warning
            limit = balance.odoo_limit or None
        overdue = currency.compare_amounts(balance.overdue, 0.0) > 0
        broken = balance.oldest_broken_promise
        promise = order.promised_payment_date
        return OrderCredit(
            order_id=order.id,
            key=key,
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
                "paid_share": _share(
                    paid, order.amount_total, order.currency_id.decimal_places
                ),
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
                "tier": balance.tier or None,
                "has_guarantor": bool(order.guarantor_id),
                "promised_date": promise or None,
                "promise_days": (promise - today).days if promise else None,
            },
        )

    # -------------------------------------------------------------- what is owed

    def _get_balances(self, orders, today, in_turn):
        """One query: receivables, other orders, limits, tiers, promises.

        Orders on hold before procurement are not counted: nothing of them has been
        committed. The orders being judged are not counted either; the caller adds
        each one once.

        :rtype: Owed
        """
        self._flush_for_balances(orders)
        turn = _NOTHING
        if in_turn:
            # along with the query, as each statement costs a way there and back
            keys = {(o.partner_invoice_id.id, o.company_id.id) for o in in_turn}
            query = self.env["aftersales.credit.account"]._turn_query(keys, _DEBTORS)
            turn = SQL(", turn AS (%s)", query)
        rows = self.env.execute_query(self._balances_query(orders, today, turn=turn))
        if any(row[0] == "reset" for row in rows):
            query = self._balances_query(
                orders, today, self._reset_entries(sorted(today))
            )
            rows = self.env.execute_query(query)
        owed = self._prepare_owed(orders, rows)
        balances, missing = owed.balances, []
        for (
            kind,
            partner_id,
            company_id,
            currency_id,
            amount,
            overdue,
            day,
            ids,
            _terms,
        ) in rows:
            if kind == "moneyed":
                owed.moneyed = ids or []
            balance = balances.get((partner_id, company_id))
            if balance is None:
                continue
            company = self.env["res.company"].browse(company_id)
            if kind == "receivable":
                balance.receivable = amount
                balance.overdue = overdue or 0.0
                balance.oldest_due = day
            elif kind == "limit":
                balance.limit = amount
            elif kind == "promise":
                balance.promised_order_ids = ids
            elif kind == "order":
                balance.uninvoiced += self._to_company(
                    amount or 0.0, currency_id, company, today[company_id]
                )
                missing += [(balance, order_id) for order_id in ids or ()]
        self._add_old_orders(missing)
        return owed

    def _prepare_owed(self, orders, rows):
        """Who owes for the orders, with an empty balance for each of them."""
        owed = Owed()
        terms = {}
        for kind, partner_id, _company, contact_id, *_figures, row_terms in rows:
            if kind == "contact":
                owed.debtor_ids[contact_id] = partner_id
                if contact_id == partner_id:
                    terms[partner_id] = row_terms
        for order in orders:
            company = order.company_id
            debtor_id = owed.debtor_ids[order.partner_invoice_id.id]
            if (debtor_id, company.id) in owed.balances:
                continue
            partners = orders.env["res.partner"].with_company(company)
            value = partial(_get_company_value, partners, terms[debtor_id])
            owed.balances[debtor_id, company.id] = Balance(
                odoo_limit=value("credit_limit"),
                tier=value("customer_tier_manual") or value("customer_tier_rule"),
            )
        return owed

    def _flush_for_balances(self, orders):
        flush = {
            "account.move.line": [
                "account_id",
                "amount_residual",
                "company_id",
                "date",
                "date_maturity",
                "matching_number",
                "parent_state",
                "partner_id",
                "reconciled",
            ],
            "account.payment": [
                "amount_company_currency_signed",
                "company_id",
                "date",
                "move_id",
                "partner_id",
                "partner_type",
                "state",
            ],
            "res.partner": [
                "commercial_partner_id",
                "credit_limit",
                "customer_tier_manual",
                "customer_tier_rule",
            ],
            "payment.transaction": ["sale_order_ids"],
            "sale.order.line": ["invoice_lines", "order_id"],
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
        if self._is_pending_elsewhere(orders):
            self.env["sale.order"].flush_model(_ORDER_FIELDS)

    def _is_pending_elsewhere(self, orders):
        """Whether orders have changes that the query must see.

        It leaves out the orders that are judged, and what these will have to write
        is written once, when everything that hangs on their confirmation is done.
        """
        if any(order.promised_payment_date for order in orders):
            return True  # their own broken promise counts
        judged = set(orders.ids)
        for name in _ORDER_FIELDS:
            field = orders._fields[name]
            pending = {*self.env.records_to_compute(field)._ids}
            pending.update(self.env._field_dirty.get(field, ()))
            if not pending <= judged:
                return True
        return False

    def _reset_entries(self, company_ids):
        """Part of the balances: Odoo keeps a document that is reset to draft matched,
        but it pays nothing. Left out where there is none, as it is slow to plan."""
        return SQL(
            """
                 UNION ALL
                SELECT debtor.partner_id, matched.company_id,
                       CASE WHEN partial.debit_move_id = matched.id
                            THEN partial.amount ELSE -partial.amount END,
                       COALESCE(matched.date_maturity, matched.date), matched.id
                  FROM debtor
                  JOIN account_move_line draft ON draft.partner_id = debtor.id
                  JOIN account_partial_reconcile partial
                    ON partial.debit_move_id = draft.id
                    OR partial.credit_move_id = draft.id
                  JOIN account_move_line matched
                    ON matched.id = CASE WHEN partial.debit_move_id = draft.id
                                         THEN partial.credit_move_id
                                         ELSE partial.debit_move_id END
                 WHERE draft.parent_state = 'draft'
                   AND draft.matching_number IS NOT NULL
                   AND matched.company_id = ANY(%(companies)s)
                   AND matched.parent_state = 'posted'
                   AND matched.account_id = ANY(%(receivable_accounts)s)
            """,
            companies=company_ids,
            receivable_accounts=_RECEIVABLE_ACCOUNTS,
        )

    def _balances_query(self, orders, today, reset_entries=_NOTHING, turn=_NOTHING):
        company_ids = sorted(today)
        return SQL(
            """
            WITH debtor AS MATERIALIZED (
                -- the commercial partner owes what its contacts owe
                SELECT id, commercial_partner_id AS partner_id,
                       jsonb_build_object(
                           'credit_limit', credit_limit,
                           'customer_tier_manual', customer_tier_manual,
                           'customer_tier_rule', customer_tier_rule) AS terms
                  FROM res_partner
                 WHERE commercial_partner_id = ANY(ARRAY(
                       SELECT commercial_partner_id FROM res_partner
                        WHERE id = ANY(%(contacts)s)))
            )%(turn)s,
            entry AS (
                SELECT debtor.partner_id, line.company_id,
                       line.amount_residual AS amount,
                       COALESCE(line.date_maturity, line.date) AS due, line.id
                  FROM debtor
                  JOIN account_move_line line ON line.partner_id = debtor.id
                 WHERE line.company_id = ANY(%(companies)s)
                   AND line.account_id = ANY(%(receivable_accounts)s)
                   AND line.reconciled IS NOT TRUE
                   AND line.parent_state = 'posted'
                   AND line.amount_residual <> 0
                %(reset_entries)s
                 UNION ALL
                -- payments whose journal entry comes with the bank statement
                SELECT debtor.partner_id, payment.company_id,
                       -payment.amount_company_currency_signed,
                       payment.date, NULL
                  FROM debtor
                  JOIN account_payment payment ON payment.partner_id = debtor.id
                 WHERE payment.company_id = ANY(%(companies)s)
                   AND payment.move_id IS NULL
                   AND payment.state = 'in_process'
                   AND payment.partner_type = 'customer'
            ),
            debt AS (
                SELECT entry.*, entry.due < %(entry_day)s AS is_late,
                       -- unmatched payments and credit notes pay the oldest debts
                       -- first: what is left of the debts up to this one
                       SUM(GREATEST(entry.amount, 0)) OVER (
                           PARTITION BY entry.partner_id, entry.company_id
                               ORDER BY entry.due, entry.id)
                     + SUM(LEAST(entry.amount, 0)) OVER (
                           PARTITION BY entry.partner_id, entry.company_id)
                       AS uncovered
                  FROM entry
            )
            SELECT 'receivable', partner_id, company_id, NULL::int,
                   SUM(amount),
                   SUM(amount) FILTER (WHERE amount < 0 OR is_late),
                   MIN(due) FILTER (WHERE amount > 0 AND is_late AND uncovered > 0),
                   NULL::int[], NULL::jsonb
              FROM debt
             GROUP BY partner_id, company_id
            UNION ALL
            SELECT 'order', debtor.partner_id, total.company_id, total.currency_id,
                   total.amount, NULL, NULL, total.unfilled, NULL
              FROM debtor
                   -- summed per contact: from the index alone, already in order
              JOIN LATERAL (
                   SELECT sale.company_id, sale.currency_id,
                          SUM(sale.amount_uninvoiced) AS amount,
                          array_agg(sale.id)
                              FILTER (WHERE sale.amount_uninvoiced IS NULL)
                          AS unfilled
                     FROM sale_order sale
                    WHERE sale.partner_invoice_id = debtor.id
                      AND sale.company_id = ANY(%(companies)s)
                      AND sale.state = 'sale'
                      AND sale.amount_uninvoiced IS DISTINCT FROM 0
                      AND sale.hold_state IS DISTINCT FROM 'procurement'
                      AND sale.id <> ALL(%(orders)s)
                    GROUP BY sale.company_id, sale.currency_id
                   ) total ON TRUE
            UNION ALL
            SELECT 'promise', debtor.partner_id, sale.company_id, NULL,
                   NULL, NULL, NULL, array_agg(sale.id), NULL
              FROM debtor
              JOIN sale_order sale ON sale.partner_invoice_id = debtor.id
             WHERE sale.company_id = ANY(%(companies)s)
               AND sale.state = 'sale'
               AND sale.promised_payment_date IS NOT NULL
               AND sale.promised_payment_date < %(sale_day)s
               AND sale.delivery_status IN ('partial', 'full')
             GROUP BY debtor.partner_id, sale.company_id
            UNION ALL
            SELECT 'limit', granted.partner_id, granted.company_id, NULL,
                   MAX(granted.amount), NULL, NULL, NULL, NULL
              FROM aftersales_credit_limit granted
             WHERE granted.partner_id = ANY(ARRAY(SELECT partner_id FROM debtor))
               AND granted.company_id = ANY(%(companies)s)
               AND granted.state = 'approved'
               AND granted.date_from <= %(limit_day)s
               AND (granted.date_to IS NULL OR granted.date_to >= %(limit_day)s)
             GROUP BY granted.partner_id, granted.company_id
            UNION ALL
            SELECT 'contact', partner_id, NULL, id, NULL, NULL, NULL, NULL, terms
              FROM debtor
             WHERE id = partner_id OR id = ANY(%(contacts)s)
            UNION ALL
            SELECT 'reset', partner_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL
              FROM debtor
             WHERE EXISTS (
                   SELECT
                     FROM account_move_line line
                    WHERE line.partner_id = debtor.id
                      AND line.parent_state = 'draft'
                      AND line.matching_number IS NOT NULL)
            UNION ALL
            SELECT 'moneyed', NULL, NULL, NULL, NULL, NULL, NULL,
                   ARRAY(SELECT so_line.order_id
                           FROM sale_order_line so_line
                           JOIN sale_order_line_invoice_rel rel
                             ON rel.order_line_id = so_line.id
                          WHERE so_line.order_id = ANY(%(orders)s))
                || ARRAY(SELECT sale_order_id
                           FROM sale_order_transaction_rel
                          WHERE sale_order_id = ANY(%(orders)s)),
                   NULL
            """,
            contacts=orders.partner_invoice_id.ids,
            companies=company_ids,
            entry_day=_today_of("entry", today),
            sale_day=_today_of("sale", today),
            limit_day=_today_of("granted", today),
            orders=orders.ids,
            receivable_accounts=_RECEIVABLE_ACCOUNTS,
            reset_entries=reset_entries,
            turn=turn,
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

    def _find_broken_promises(self, balances, promised, received):
        for balance in balances.values():
            for order in promised.browse(balance.promised_order_ids):
                money = received.get(order.id) or Received()
                unpaid = order.amount_total - money.amount
                if order.currency_id.compare_amounts(unpaid, 0.0) <= 0:
                    continue
                oldest = balance.oldest_broken_promise
                if not oldest or order.promised_payment_date < oldest:
                    balance.oldest_broken_promise = order.promised_payment_date
