# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Money around an order: currencies, payments of every kind, and an oracle.

The oracle reads the same facts as `aftersales.credit.facts` by plain ORM loops, one
record after the other, and shares no code with it.
"""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests.common import freeze_time

from .common import AftersalesCase


class CreditCase(AftersalesCase):
    """Orders that go on whatever they owe, so that facts are all that is tested."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off")
        # Nobody reads the order as PDF that comes with the mail about each payment.
        cls.env["mail.template"].search([]).report_template_ids = False
        cls.today = fields.Date.today()
        cls.other = cls.new_customer("Other dealer")

    # ------------------------------------------------------------------ time

    @classmethod
    @contextmanager
    def freeze(cls, moment):
        """Stop the clock, that of records included, at a naive UTC moment."""
        moment = fields.Datetime.to_datetime(moment)
        with freeze_time(moment), patch.object(cls.env.cr, "now", lambda: moment):
            yield

    @classmethod
    def crons_commit(cls):
        """Let a cron commit its batches without ending the test's transaction.

        :return: a context manager giving the mock of `_commit_progress`
        """

        def commit_progress(cron, processed=0, *, remaining=None, deactivate=False):
            cls.run_queue()
            return float("inf")

        return patch.object(
            cls.env.registry["ir.cron"],
            "_commit_progress",
            autospec=True,
            side_effect=commit_progress,
        )

    # -------------------------------------------------------------- creators

    @classmethod
    def new_currency(cls, name, rate, days_ago=400, company=None):
        """An active currency of which one unit of company currency buys `rate`."""
        currency = cls.env.ref(f"base.{name}")
        currency.active = True
        cls.set_rate(currency, rate, days_ago, company)
        return currency

    @classmethod
    def set_rate(cls, currency, rate, days_ago=0, company=None):
        cls.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "company_id": (company or cls.company).id,
                "name": cls.today - timedelta(days=days_ago),
                "rate": rate,
            }
        )

    @classmethod
    def new_pricelist(cls, currency, company=None):
        return cls.env["product.pricelist"].create(
            {
                "name": currency.name,
                "currency_id": currency.id,
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def new_payment(cls, amount, partner=None, entry=True, **values):
        """A payment that is matched with nothing; negative: paid out.

        :param bool entry: whether it has a journal entry; without, as in a database
            where the entry comes with the bank statement
        """
        values = {
            "amount": abs(amount),
            "payment_type": "inbound" if amount >= 0 else "outbound",
            "partner_type": "customer",
            "partner_id": (partner or cls.partner).id,
            "journal_id": cls.bank_journal.id,
            **values,
        }
        if entry:
            payment = cls.env["account.payment"].create(values)
        else:
            with cls.payments_without_entry():
                payment = cls.env["account.payment"].create(values)
        payment.action_post()
        cls.env.flush_all()
        return payment

    @classmethod
    def payments_without_entry(cls):
        """Payments made meanwhile get their entry with the bank statement only."""
        return patch.object(
            cls.env.registry["account.move"],
            "_get_invoice_in_payment_state",
            lambda move: "in_payment",
        )

    @classmethod
    def pay_without_entry(cls, invoices, amount=None, **values):
        if amount is not None:
            values["amount"] = amount
        with cls.payments_without_entry():
            return (
                cls.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=invoices.ids)
                .create(
                    {
                        "journal_id": cls.bank_journal.id,
                        "group_payment": True,
                        **values,
                    }
                )
                ._create_payments()
            )

    @classmethod
    def credit_note(cls, invoice, amount=None, post=True, match=False):
        """Reverse an invoice, or a part of it, as the button on it does."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if amount is not None:
            refund.invoice_line_ids.filtered("quantity")[0].price_unit = amount
        if post:
            refund.action_post()
        if match:
            cls.match(invoice, refund)
        return refund

    @classmethod
    def match(cls, *moves):
        """Reconcile what is open on these entries."""
        moves = cls.env["account.move"].concat(*moves)
        moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and not line.reconciled
        ).reconcile()

    @classmethod
    def down_payment_invoice(cls, order, amount):
        """A draft down-payment invoice."""
        wizard = cls.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        return wizard._create_invoices(order)

    @classmethod
    def get_provider(cls, company):
        provider = cls.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", company.id)], limit=1
        )
        if provider.state != "test":
            provider.write({"state": "test", "journal_id": cls.bank_journal.id})
        return provider

    @classmethod
    def new_transaction(cls, amount, orders, state="done", process=True, **values):
        """An online payment, as the demo provider reports it."""
        provider = cls.get_provider(orders.company_id[:1])
        transaction = cls.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": cls.env.ref("payment.payment_method_unknown").id,
                "amount": amount,
                "currency_id": orders.currency_id[:1].id,
                "partner_id": orders.partner_id[:1].id,
                "operation": "online_redirect",
                "reference": cls.env["payment.transaction"]._compute_reference("demo"),
                "sale_order_ids": [Command.set(orders.ids)],
                **values,
            }
        )
        if state == "done":
            transaction._set_done()
        elif state == "authorized":
            transaction._set_authorized()
        elif state == "pending":
            transaction._set_pending()
        if process and state == "done":
            transaction._post_process()
        cls.env.flush_all()
        return transaction

    # ----------------------------------------------------------- assertions

    def assertFacts(self, order, **expected):
        """Compare facts of an order; amounts may be given as numbers."""
        self.env.flush_all()
        facts = self.get_facts(order)
        seen = {name: getattr(facts, name) for name in expected}
        for name, value in seen.items():
            if value is not None and isinstance(expected[name], (int, float)):
                seen[name] = type(expected[name])(value)
        self.assertEqual(seen, expected)

    # --------------------------------------------------------------- oracle

    def oracle(self, order):
        """Facts of one order in a database with one currency, the slow way.

        :rtype: dict[str, float | int | None]
        """
        order = order.sudo()
        debtor = order.partner_invoice_id.commercial_partner_id
        debts, credits = self._oracle_debts(debtor, order.company_id)
        receivable = sum(amount for _due, amount in debts) - credits
        open_debts = []
        for due, amount in sorted(debts, key=lambda debt: debt[0]):
            taken = min(amount, credits)
            credits -= taken
            if amount - taken > 0.004:
                open_debts.append((due, amount - taken))
        late = [(due, amount) for due, amount in open_debts if due < self.today]
        others = self.env["sale.order"].search(
            [("state", "=", "sale"), ("company_id", "=", order.company_id.id)]
        )
        uninvoiced = sum(
            self._oracle_uninvoiced(other)
            for other in others - order
            if other.partner_invoice_id.commercial_partner_id == debtor
            and other.hold_state != "procurement"
        )
        own = self._oracle_uninvoiced(order)
        paid = self._oracle_paid(order)
        return {
            "receivable": round(receivable, 2),
            "uninvoiced": round(uninvoiced, 2),
            "order_exposure": round(own, 2),
            "exposure": round(receivable + uninvoiced + own, 2),
            "overdue_amount": round(sum(amount for _due, amount in late), 2),
            "overdue_days": (self.today - late[0][0]).days if late else 0,
            "paid_amount": round(paid, 2),
            "unpaid_amount": round(max(order.amount_total - paid, 0.0), 2),
        }

    def _oracle_debts(self, debtor, company):
        debts, credits = [], 0.0
        for line in self.env["account.move.line"].search(
            [("company_id", "=", company.id), ("parent_state", "=", "posted")]
        ):
            if (
                line.account_id.account_type != "asset_receivable"
                or line.partner_id.commercial_partner_id != debtor
            ):
                continue
            left = line.balance
            for partial in line.matched_credit_ids:
                if partial.credit_move_id.parent_state == "posted":
                    left -= partial.amount
            for partial in line.matched_debit_ids:
                if partial.debit_move_id.parent_state == "posted":
                    left += partial.amount
            if left > 0.004:
                debts.append((line.date_maturity or line.date, left))
            elif left < -0.004:
                credits -= left
        for payment in self.env["account.payment"].search(
            [("company_id", "=", company.id), ("state", "=", "in_process")]
        ):
            if payment.move_id or payment.partner_id.commercial_partner_id != debtor:
                continue
            if payment.payment_type == "inbound":
                credits += payment.amount
            else:
                debts.append((payment.date, payment.amount))
        return debts, credits

    def _oracle_uninvoiced(self, order):
        """Total less what posted invoices took; 0 once all is invoiced."""
        signs = {"out_invoice": 1, "out_refund": -1}
        posted, complete = 0.0, bool(order.order_line)
        for line in order.order_line.filtered(lambda line: not line.display_type):
            quantity = 0.0
            for invoice_line in line.invoice_lines:
                if invoice_line.parent_state == "posted":
                    sign = signs[invoice_line.move_id.move_type]
                    posted += sign * invoice_line.price_total
                    quantity += sign * invoice_line.quantity
            if not line.is_downpayment and quantity < line.product_uom_qty:
                complete = False
        return 0.0 if complete else max(order.amount_total - posted, 0.0)

    def _oracle_paid(self, order):
        """Share of invoices settled by what is posted, and free online money."""
        signs = {"out_invoice": 1, "out_refund": -1}
        paid = 0.0
        for move in order.order_line.invoice_lines.move_id:
            if move.state == "cancel" or not move.amount_total:
                continue
            own = sum(
                line.price_total
                for line in move.invoice_line_ids
                if line.sale_line_ids.order_id == order
            )
            terms = move.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
            matched = [(p.credit_move_id, p) for p in terms.matched_credit_ids]
            matched += [(p.debit_move_id, p) for p in terms.matched_debit_ids]
            settled = sum(
                partial.amount
                for line, partial in matched
                if line.parent_state == "posted"
                and (move.state == "posted" or line.move_id.move_type == "entry")
            )
            paid += signs[move.move_type] * own * min(1.0, settled / move.amount_total)
        for transaction in order.transaction_ids:
            if transaction.state != "done":
                continue
            free = transaction.amount
            for line in transaction.payment_id.move_id.line_ids:
                free -= sum(line.matched_debit_ids.mapped("amount"))
            paid += free
        return paid
