# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Refunds of fees: event → facts → decide → record → apply.

How it works: a delivery or return of a customer with a running agreement queues that
customer; before the transaction commits the agreements are judged together. What is
due is written on the agreement first, so that of two transactions one fails with a
serialization error and is repeated; then the draft credit note is made. A unique index
on agreement and round is the net. The cron judges all, for payments and for days.
"""

import logging
from collections import defaultdict
from datetime import timezone
from decimal import Decimal

from psycopg2 import OperationalError

from odoo import Command, api, fields, models

from ..rules import MOULD_FEE_REFUND, MouldFeeFacts

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.fee_queue"
_SHARE_MAX = Decimal(1_000_000)


class AftersalesFeeAgreement(models.Model):
    _inherit = "aftersales.fee.agreement"

    # -------------------------------------------------------------------- events

    @api.model
    def _queue_delivered(self, order_lines):
        """Judge the agreements of these customers before the commit."""
        # sudo: whoever delivers need not read orders
        for line in order_lines.sudo():
            order = line.order_id
            company = order.company_id
            if not self._has_running(company.id):
                continue
            if company._aftersales_mode(MOULD_FEE_REFUND.name) == "off":
                continue
            data = self.env.cr.precommit.data
            if _QUEUE not in data:
                data[_QUEUE] = set()
                self.env.cr.precommit.add(self.env(context={})[self._name]._run_queue)
            key = (order.partner_id.commercial_partner_id.id, company.id)
            data[_QUEUE].add(key)

    def _run_queue(self):
        keys = self.env.cr.precommit.data.pop(_QUEUE, None)
        if not keys:
            return
        domain = fields.Domain.OR(
            [("partner_id", "=", partner_id), ("company_id", "=", company_id)]
            for partner_id, company_id in keys
        ) & fields.Domain("state", "=", "running")
        try:
            with self.env.cr.savepoint():
                self.sudo().search(domain)._judge("deliver")
        except OperationalError:
            # two workers, one agreement: the request runs again
            raise
        except Exception:
            # A delivery must not be lost because of a refund; the cron looks again.
            _logger.exception("Refunds of fees not judged; left to the cron")
            self.env.ref("aftersales_rules.ir_cron_fee_refund").sudo()._trigger()

    @api.model
    def _cron_refund(self, batch=100):
        """Judge all running agreements: fees that were paid since, days that passed."""
        # sudo: a cron looks at all companies
        running = self.sudo().search([("state", "=", "running")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(running))
        for start in range(0, len(running), batch):
            agreements = running[start : start + batch].exists()
            agreements.filtered(lambda each: each.state == "running")._judge("cron")
            if not progress(len(agreements)):
                break

    # --------------------------------------------------------------------- facts

    def _get_delivered(self):
        """What was delivered on later orders, in the unit of each agreement.

        :rtype: dict[aftersales.fee.agreement, float]
        """
        # sudo: of all orders of the customer, whoever took them
        agreements = self.sudo().filtered(
            lambda each: each.partner_id and each.date_from
        )
        if not agreements:
            return {}
        lines = self.env["sale.order.line"].sudo()
        categories = agreements.categ_id
        domain = fields.Domain(
            [
                ("state", "=", "sale"),
                ("company_id", "in", agreements.company_id.ids),
                (
                    "order_id.partner_id.commercial_partner_id",
                    "in",
                    agreements.partner_id.ids,
                ),
                ("qty_delivered", "!=", 0),
            ]
        ) & (
            fields.Domain("product_id", "in", agreements.product_id.ids)
            | fields.Domain("product_id.categ_id", "child_of", categories.ids)
        )
        rows = lines._read_group(
            domain,
            ["order_id", "product_id", "product_uom_id"],
            ["qty_delivered:sum"],
        )
        by_customer = defaultdict(list)
        for order, product, unit, quantity in rows:
            key = (order.partner_id.commercial_partner_id.id, order.company_id.id)
            by_customer[key].append((order, product, unit, quantity))
        return {
            agreement: agreement._sum_delivered(
                by_customer[agreement.partner_id.id, agreement.company_id.id]
            )
            for agreement in agreements
        }

    def _sum_delivered(self, rows):
        self.ensure_one()
        zone = self.company_id._aftersales_now().tzinfo
        total = 0.0
        for order, product, unit, quantity in rows:
            day = order.date_order.replace(tzinfo=timezone.utc).astimezone(zone).date()
            if order == self.order_id or day < self.date_from:
                continue
            if self.product_id and product != self.product_id:
                continue
            path = product.categ_id.parent_path or ""
            if self.categ_id and not path.startswith(self.categ_id.parent_path):
                continue
            if unit._has_common_reference(self.product_uom_id):
                total += unit._compute_quantity(
                    quantity, self.product_uom_id, round=False
                )
        return total

    def _get_fee_lines(self, *move_types):
        """Posted invoice lines of the fee."""
        self.ensure_one()
        lines = self.invoice_line_id or self.order_line_id.invoice_lines
        return lines.filtered(
            lambda line: line.move_id.state == "posted"
            and line.move_id.move_type in move_types
        )

    def _get_facts(self, delivered):
        self.ensure_one()
        today = self.company_id._aftersales_now().date()
        currency = self.currency_id
        charged = self._get_fee_lines("out_invoice")
        invoices = charged.move_id
        by_hand = self._get_fee_lines("out_refund").filtered(
            lambda line: not line.move_id.fee_agreement_id
        )
        left = sum(charged.mapped("price_subtotal")) - sum(
            by_hand.mapped("price_subtotal")
        )
        day = self.reached_on or today
        quantity, agreed = (Decimal(f"{x:.6f}") for x in (delivered, self.quantity))
        share = max(min(quantity / agreed, _SHARE_MAX), -_SHARE_MAX)
        return MouldFeeFacts.of(
            currency=currency.name,
            refund_amount=Decimal(f"{self.amount:.{currency.decimal_places}f}"),
            agreed_quantity=agreed.normalize() + 0,
            delivered_quantity=quantity.normalize() + 0,
            delivered_share=share.quantize(Decimal("0.0001")),
            reached_on=self.reached_on or None,
            days_left=(self.date_to - day).days if self.date_to else None,
            refunded=bool(self.refund_ids.filtered(lambda m: m.state != "cancel"))
            or "reversed" in invoices.mapped("payment_state")
            or (bool(by_hand) and currency.compare_amounts(left, self.amount) < 0),
            fee_paid=bool(invoices)
            and all(move.payment_state in _PAID for move in invoices),
        )

    # -------------------------------------------------------- decide, record, apply

    def _judge(self, event):
        """Judge running agreements; prepare what is due."""
        # sudo: whoever delivers need not read agreements and invoices
        agreements = self.sudo().filtered(
            lambda each: each.company_id._aftersales_mode(MOULD_FEE_REFUND.name)
            != "off"
        )
        delivered = agreements._get_delivered()
        last = self.env["aftersales.decision"]._get_last(
            MOULD_FEE_REFUND.name, agreements
        )
        none = self.env["aftersales.decision"]
        questions = [
            (
                agreement,
                agreement._get_facts(delivered.get(agreement, 0.0)),
                last.get(agreement.id, none),
            )
            for agreement in agreements
        ]
        for answer in self.env["aftersales.gate"]._ask(
            MOULD_FEE_REFUND,
            questions,
            event,
            result="effect",
            always=event == "manual",
            says=lambda decision: decision.rule,  # progress alone is no news
        ):
            effect = (answer.decision.outcome or {}).get("effect")
            answer.subject._apply(effect, answer.decision)

    def _apply(self, effect, decision):
        self.ensure_one()
        reached = effect in ("refund", "wait")
        if reached != bool(self.reached_on):
            today = self.company_id._aftersales_now().date()
            self.reached_on = today if reached else False
        if self.company_id._aftersales_mode(MOULD_FEE_REFUND.name) != "enforce":
            return
        if effect == "refund":
            self._refund(decision)
        elif effect == "expire":
            self.state = "expired"

    # ---------------------------------------------------------------- credit note

    def _refund(self, decision):
        """Prepare the draft credit note, once."""
        self.ensure_one()
        # First this row, at once: whoever comes second fails here and is repeated.
        self.state = "refunded"
        self.flush_recordset()
        company = self.company_id
        note = (
            self.env["account.move"]
            .with_company(company)
            .create(self._prepare_refund())
        )
        lang = company.partner_id.lang
        env = self.with_context(lang=lang).env if lang else self.env
        reason = env["aftersales.text"]._reason(company, decision)
        body = env._("%(agreement)s: %(reason)s", agreement=self.name, reason=reason)
        note._message_log(body=body)
        self._message_log(
            body=env._("Credit note prepared for accounting: %(reason)s", reason=reason)
        )
        note = note.with_context(mail_activity_quick_update=True)
        for user in self._get_accounting():
            note.activity_schedule(
                "aftersales_rules.mail_activity_fee_refund", user_id=user.id, note=body
            )
        return note

    def _get_accounting(self):
        """Who looks at the credit note: accounting, or those who make invoices."""
        self.ensure_one()
        for name in ("account.group_account_user", "account.group_account_manager"):
            users = (
                self.env.ref(name)
                .sudo()  # sudo: who decides is no secret, the list of users may be
                .all_user_ids.filtered(
                    lambda user: user.active
                    and not user.share
                    and self.company_id in user.company_ids
                )
            )
            if users:
                return users
        return self.env["res.users"]

    def _prepare_refund(self):
        self.ensure_one()
        lines = self._get_fee_lines("out_invoice")
        invoice = lines.move_id[:1]
        return {
            "move_type": "out_refund",
            "company_id": self.company_id.id,
            "partner_id": invoice.partner_id.id,
            "partner_shipping_id": invoice.partner_shipping_id.id,
            "journal_id": invoice.journal_id.id,
            "currency_id": self.currency_id.id,
            "fiscal_position_id": invoice.fiscal_position_id.id,
            "invoice_user_id": invoice.invoice_user_id.id,
            "invoice_origin": self.order_id.name or invoice.name,
            "ref": self.env._(
                "Refund of a fee, %(agreement)s, %(invoice)s",
                agreement=self.name,
                invoice=", ".join(lines.move_id.mapped("name")),
            ),
            "reversed_entry_id": invoice.id if len(lines.move_id) == 1 else False,
            "invoice_payment_term_id": False,
            "fee_agreement_id": self.id,
            "fee_refund_round": self.refund_round,
            "invoice_line_ids": [
                Command.create(values) for values in self._prepare_refund_lines(lines)
            ],
        }

    def _prepare_refund_lines(self, lines):
        """Each line's share; what rounding leaves goes to the last one.

        The lines are not linked to the order's: there the fee stays invoiced, or it
        would be charged again.
        """
        self.ensure_one()
        total = sum(lines.mapped("price_subtotal"))
        share = self.amount / total if total else 0.0
        gross = {
            line: line.price_unit * line.quantity * (1 - line.discount / 100)
            for line in lines
        }
        rest = self.currency_id.round(sum(gross.values()) * share)
        values = []
        for line in lines:
            part = self.currency_id.round(gross[line] * share)
            if line == lines[-1]:
                part = rest
            rest = self.currency_id.round(rest - part)
            values.append(
                {
                    "name": line.name,
                    "product_id": line.product_id.id,
                    "account_id": line.account_id.id,
                    "quantity": 1,
                    "product_uom_id": line.product_uom_id.id,
                    "price_unit": part,
                    "tax_ids": [Command.set(line.tax_ids.ids)],
                    "analytic_distribution": line.analytic_distribution,
                }
            )
        return values


_PAID = ("paid", "in_payment")
