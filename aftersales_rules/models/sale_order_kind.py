# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Standard or engineering: what kind of order it is, by rule or by hand (O6)."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules import OrderKindFacts
from .sale_order import INTERNAL

DECISION = "order_kind"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_kind_manual = fields.Selection(
        selection=lambda self: self._selection_of_fact("order_kind"),
        string="Kind by Hand",
        copy=False,
        tracking=True,
        help="Counts instead of what the rules say. Empty: the rules decide. Making an "
        "engineering order a standard one lifts its deposit and its balance, so that "
        "it needs the authority to release the order.",
        groups=INTERNAL,
    )
    order_kind_reason = fields.Char(
        string="Why by Hand",
        copy=False,
        tracking=True,
        help="Why the kind was set by hand.",
        groups=INTERNAL,
    )
    order_kind_amount = fields.Float(
        string="Kind by Hand up to",
        copy=False,
        readonly=True,
        prefetch=False,  # looked at where somebody set the kind, not with every order
        help="Amount in company currency up to which somebody made it a standard "
        "order; beyond it the rules decide again.",
        groups=INTERNAL,
    )
    order_kind_why = fields.Text(
        string="Why This Kind", compute="_compute_order_kind_why", groups=INTERNAL
    )

    @api.depends_context("lang")
    @api.depends("order_kind", "order_kind_manual", "order_kind_reason")
    def _compute_order_kind_why(self):
        for order in self:
            order.order_kind_why = order._get_kind_reason()

    def _get_kind_reason(self):
        """Why the order is of its kind, for people."""
        self.ensure_one()
        if self.order_kind_manual:
            return self.env._(
                "Set by hand: %(reason)s", reason=self.order_kind_reason or ""
            )
        if self.order_kind != "engineering":
            return self.env._("No rule makes it an engineering order.")
        # sudo: whoever may read the order may read why it is of this kind
        decision = self.sudo().decision_ids.filtered(
            lambda record: record.decision == DECISION
        )[:1]
        return decision.reason_display or ""

    # ----------------------------------------------------------------- by rule

    def _filter_kind_by_rule(self):
        """Quotations whose kind may change with their lines; enforced only, so that
        an observing company has nothing to pay for while it types."""
        return self.filtered(
            lambda order: order.state in ("draft", "sent")
            and order.company_id._aftersales_mode(DECISION) == "enforce"
        )

    def _prepare_kind_facts(self):
        self.ensure_one()
        currency = self.company_id.currency_id
        goods = self.order_line.filtered(
            lambda line: not line.display_type
            and line.product_id.product_tmpl_id.type == "consu"
        )
        return OrderKindFacts.of(
            currency=currency.name,
            order_amount=Decimal(
                f"{self._get_amount_company_currency():.{currency.decimal_places}f}"
            ),
            order_quantity=Decimal(f"{sum(goods.mapped('product_uom_qty')):.6f}"),
            has_project=self._has_registered_project(),
            has_engineering_product=any(
                self.order_line.product_id.product_tmpl_id.mapped("is_engineering")
            ),
        )

    def _decide_kind(self):
        """What the rules say now.

        :return: the kind, the decision
        :rtype: tuple[str, Decision]
        """
        self.ensure_one()
        company = self.company_id
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        decision = compiled.decide(
            DECISION,
            self.env["aftersales.extension"]._complete_one(
                DECISION, self, self._prepare_kind_facts()
            ),
            on=company._aftersales_now().date(),
            # asked at every confirmation, and nearly always to no effect
            bulk=True,
        )
        outcome = decision.outcome or {}
        return outcome.get("kind", "standard"), decision

    def _decide_order_kind(self, event):
        """Give these orders the kind that the rules say; recorded if it says anything.

        :param str event: confirm or change
        """
        news = []
        for order in self:
            mode = order.company_id._aftersales_mode(DECISION)
            if mode == "off" or order.order_kind_manual == "engineering":
                continue
            kind, decision = order._decide_kind()
            if order.order_kind_manual and not order._has_outgrown_kind(kind):
                continue
            if kind == (order.order_kind or "standard"):
                continue
            if mode == "enforce":
                order.order_kind = kind
            elif kind == "standard" or order._is_kind_recorded(kind):
                continue
            news.append((order, kind, decision, mode))
        if news:
            self.env["aftersales.decision"]._record(
                [
                    {
                        "decision": decision,
                        "company": order.company_id,
                        "order": order,
                        "res_model": order._name,
                        "res_id": order.id,
                        "event": event,
                        "mode": mode,
                        "result": kind,
                    }
                    for order, kind, decision, mode in news
                ]
            )

    def _is_kind_recorded(self, kind):
        """Whether the last thing that was recorded is the same already."""
        before = self.decision_ids.filtered(lambda record: record.decision == DECISION)
        return before[:1].result == kind

    def _has_outgrown_kind(self, kind):
        """End a "standard" by hand that somebody gave to a smaller order."""
        self.ensure_one()
        amount = self._get_amount_company_currency()
        currency = self.company_id.currency_id
        if (
            kind == "standard"
            or currency.compare_amounts(amount, self.order_kind_amount) <= 0
        ):
            return False
        self._message_log(
            body=self.env._(
                "The order is larger than when it was made a standard order by hand; "
                "the rules decide its kind again."
            )
        )
        self.write(
            {
                "order_kind_manual": False,
                "order_kind_reason": False,
                "order_kind_amount": 0.0,
            }
        )
        return True

    # ----------------------------------------------------------------- by hand

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        orders = super().create(vals_list)
        by_hand = orders.filtered("order_kind_manual")
        if by_hand:
            by_hand._set_kind_by_hand({})
        return orders

    def write(self, vals):
        # EXTENDS 'sale'
        if {"order_kind_manual", "order_kind_reason"}.isdisjoint(vals):
            return super().write(vals)
        before = {order: order.order_kind for order in self}
        result = super().write(vals)
        if "order_kind_amount" not in vals:
            self._set_kind_by_hand(before)
        return result

    def _set_kind_by_hand(self, before):
        """Take over what was set by hand, or return to the rules.

        Who makes an engineering order a standard one lets it be produced without a
        deposit and delivered unpaid: that takes the authority to release it.
        """
        for order in self:
            manual = order.order_kind_manual
            if manual and not (order.order_kind_reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(order)s: say why its kind is set by hand.", order=order.name
                    )
                )
            by_rule = "standard"
            if order.company_id._aftersales_mode(DECISION) == "enforce":
                by_rule, _decision = order._decide_kind()
            kind = manual or by_rule
            eased = kind == "standard" and "engineering" in (
                by_rule,
                before.get(order),
            )
            if eased and not self.env.su:
                self.env["aftersales.release.authority"]._check_may_release(order)
            # sudo: the kind follows from what was just checked
            order.sudo().write(
                {
                    "order_kind": kind,
                    # what was within the rules stays so only as long as it is
                    "order_kind_amount": order._get_amount_company_currency()
                    if eased
                    else 0.0,
                }
            )
        self._queue_recheck("change")
