# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL


@dataclass
class Received:
    """Money received for an order, in its currency."""

    amount: float = 0.0
    unbooked: float = 0.0
    """The part that came online a moment ago and is no payment yet: until it is one,
    no receivable shows it."""


class AftersalesOrderReceived(models.AbstractModel):
    """Reads the money received for any number of orders in one query (O1, O3).

    `sale.order.amount_paid` sees online payments only, and invoices do not know which
    order a down payment was for.
    """

    _name = "aftersales.order.received"
    _description = "Money Received for Orders"

    @api.model
    def _get_received(self, orders):
        """Money received for each order, in the currency of the order, each once.

        Counted are the paid part of invoices (down payments among them), less credit
        notes paid out, and online payments as far as no invoice has taken
        them up. An authorized payment is not money yet.

        :rtype: dict[int, Received]
        """
        if not orders:
            return {}
        self._flush_for_received()
        received = defaultdict(Received)
        for order_id, currency_id, day, amount, unbooked in self.env.execute_query(
            self._received_query(orders)
        ):
            order = self.env["sale.order"].sudo().browse(order_id)
            if currency_id != order.currency_id.id:
                currency = self.env["res.currency"].browse(currency_id)
                amount, unbooked = (
                    currency._convert(value, order.currency_id, order.company_id, day)
                    for value in (amount, unbooked)
                )
            received[order_id].amount += amount
            received[order_id].unbooked += unbooked
        for order_id, money in received.items():
            currency = self.env["sale.order"].sudo().browse(order_id).currency_id
            money.amount = currency.round(money.amount)
        return received

    def _flush_for_received(self):
        flush = {
            "account.move": [
                "amount_residual",
                "amount_residual_signed",
                "amount_total",
                "amount_total_signed",
                "currency_id",
                "invoice_date",
                "matched_payment_ids",
                "move_type",
                "state",
            ],
            "account.move.line": [
                "account_id",
                "amount_residual_currency",
                "display_type",
                "matching_number",
                "move_id",
                "parent_state",
                "price_total",
                "sale_line_ids",
            ],
            "account.payment": [
                "amount",
                "amount_company_currency_signed",
                "currency_id",
                "move_id",
                "state",
            ],
            "payment.transaction": [
                "amount",
                "currency_id",
                "last_state_change",
                "operation",
                "payment_id",
                "sale_order_ids",
                "source_transaction_id",
                "state",
            ],
            "sale.order": ["amount_total"],
            "sale.order.line": ["order_id"],
        }
        for model, names in flush.items():
            self.env[model].flush_model(names)

    def _received_query(self, orders):
        return SQL(
            """
            WITH RECURSIVE part AS MATERIALIZED (
                -- what invoices ask for each order; those reset to draft among them,
                -- as their payments stay matched with them
                SELECT so_line.order_id, line.move_id, SUM(line.price_total) AS amount
                  FROM sale_order_line so_line
                  JOIN sale_order_line_invoice_rel rel
                    ON rel.order_line_id = so_line.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE so_line.order_id = ANY(%(orders)s)
                   AND line.parent_state <> 'cancel'
                 GROUP BY so_line.order_id, line.move_id
            ),
            online AS (
                -- online payments of these orders with their captures and refunds
                SELECT DISTINCT tx.id AS root_id, tx.id
                  FROM sale_order_transaction_rel link
                  JOIN payment_transaction tx ON tx.id = link.transaction_id
                 WHERE link.sale_order_id = ANY(%(orders)s)
                   AND tx.source_transaction_id IS NULL
                   AND tx.operation IS DISTINCT FROM 'validation'
                 UNION ALL
                SELECT online.root_id, child.id
                  FROM online
                  JOIN payment_transaction child
                    ON child.source_transaction_id = online.id
            ),
            free AS MATERIALIZED (
                -- what of them no invoice has taken up
                SELECT online.root_id, SUM(money.amount) AS amount,
                       SUM(money.amount) FILTER (WHERE tx.payment_id IS NULL)
                       AS unbooked
                  FROM online
                  JOIN payment_transaction tx ON tx.id = online.id
                  LEFT JOIN account_payment payment ON payment.id = tx.payment_id
                  CROSS JOIN LATERAL (
                       SELECT CASE
                       WHEN payment.id IS NULL THEN tx.amount
                       WHEN payment.state IN ('draft', 'canceled', 'rejected') THEN 0
                       WHEN payment.move_id IS NOT NULL THEN (
                            SELECT -COALESCE(SUM(line.amount_residual_currency), 0)
                              FROM account_move_line line
                              JOIN account_account account
                                ON account.id = line.account_id
                             WHERE line.move_id = payment.move_id
                               AND line.parent_state = 'posted'
                               AND account.account_type = 'asset_receivable')
                       WHEN EXISTS (
                            SELECT
                              FROM account_move__account_payment link
                              JOIN account_move invoice ON invoice.id = link.invoice_id
                             WHERE link.payment_id = payment.id
                               AND invoice.state <> 'cancel')
                       THEN 0
                       ELSE tx.amount END AS amount
                       ) money
                 WHERE tx.state = 'done'
                   -- a payment captured in parts is the sum of its captures
                   AND NOT EXISTS (
                       SELECT
                         FROM payment_transaction capture
                        WHERE capture.source_transaction_id = tx.id
                          AND capture.operation IS DISTINCT FROM 'refund'
                          AND capture.state IN ('done', 'cancel'))
                 GROUP BY online.root_id
            )
            SELECT part.order_id, move.currency_id, move.invoice_date,
                   part.amount
                 * CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END
                 * LEAST(1, (move.amount_total - move.amount_residual
                             - COALESCE(undone.amount, 0)
                             + COALESCE(registered.amount, 0))
                            / NULLIF(move.amount_total, 0)),
                   0.0
              FROM part
              JOIN account_move move ON move.id = part.move_id
              LEFT JOIN LATERAL (
                   -- matched, but no money: the payment is reset to draft, or one of
                   -- invoice and credit note is
                   SELECT SUM(CASE WHEN partial.debit_move_id = term.id
                                   THEN partial.debit_amount_currency
                                   ELSE partial.credit_amount_currency END) AS amount
                     FROM account_move_line term
                     JOIN account_partial_reconcile partial
                       ON partial.debit_move_id = term.id
                       OR partial.credit_move_id = term.id
                     JOIN account_move_line other
                       ON other.id = CASE WHEN partial.debit_move_id = term.id
                                          THEN partial.credit_move_id
                                          ELSE partial.debit_move_id END
                    WHERE term.move_id = move.id
                      AND term.matching_number IS NOT NULL
                      AND (other.parent_state = 'draft'
                           OR (move.state = 'draft'
                               AND other.display_type = 'payment_term'))
                   ) undone ON TRUE
              LEFT JOIN LATERAL (
                   -- registered payments that have no journal entry of their own, in
                   -- the currency of the invoice; one for several invoices is shared
                   -- by what is open on them
                   SELECT SUM(
                          CASE WHEN payment.currency_id = move.currency_id
                               THEN payment.amount
                               ELSE ABS(payment.amount_company_currency_signed
                                        * move.amount_total
                                        / NULLIF(move.amount_total_signed, 0))
                          END
                        * move.amount_residual_signed / NULLIF(together.residual, 0)
                          ) AS amount
                     FROM account_move__account_payment link
                     JOIN account_payment payment ON payment.id = link.payment_id
                     JOIN LATERAL (
                          SELECT SUM(other.amount_residual_signed) AS residual
                            FROM account_move__account_payment same
                            JOIN account_move other ON other.id = same.invoice_id
                           WHERE same.payment_id = payment.id
                             AND other.state <> 'cancel'
                          ) together ON TRUE
                    WHERE link.invoice_id = move.id
                      AND payment.move_id IS NULL
                      AND (payment.state = 'in_process'
                           -- validated by hand; the bank statement, when it comes,
                           -- is matched with the invoice itself
                           OR (payment.state = 'paid'
                               AND move.amount_residual = move.amount_total))
                   ) registered ON TRUE
             WHERE move.amount_total <> 0
            UNION ALL
            SELECT link.sale_order_id, tx.currency_id, tx.last_state_change::date,
                   free.amount * share.part, COALESCE(free.unbooked, 0) * share.part
              FROM free
              JOIN payment_transaction tx ON tx.id = free.root_id
              JOIN sale_order_transaction_rel link ON link.transaction_id = tx.id
              JOIN sale_order sale ON sale.id = link.sale_order_id
              CROSS JOIN LATERAL (
                   -- one payment for several orders is shared by their amounts
                   SELECT COALESCE(
                          GREATEST(sale.amount_total, 0)
                        / NULLIF(SUM(GREATEST(other.amount_total, 0)), 0),
                          1.0 / NULLIF(COUNT(*), 0)) AS part
                     FROM sale_order_transaction_rel together
                     JOIN sale_order other ON other.id = together.sale_order_id
                    WHERE together.transaction_id = tx.id
                   ) share
             WHERE link.sale_order_id = ANY(%(orders)s)
            """,
            orders=orders.ids,
        )
