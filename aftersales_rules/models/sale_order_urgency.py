# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Urgent orders: asked for, decided, and put before others (O9)."""

from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..rules import ORDER_URGENCY, OrderUrgencyFacts

INTERNAL = "base.group_user"


def to_decimal(value, digits):
    """An exact fact of a figure that Odoo keeps as a float."""
    return Decimal(f"{value:.{digits}f}") + 0


class SaleOrder(models.Model):
    _inherit = "sale.order"

    urgency_state = fields.Selection(
        [
            ("requested", "Urgency asked"),
            ("approved", "Urgent"),
            ("refused", "Urgency refused"),
            ("withdrawn", "Urgency withdrawn"),
        ],
        string="Urgency",
        readonly=True,
        copy=False,
        tracking=True,
        help="Urgent: its manufacturing orders and transfers go before others.",
        groups=INTERNAL,
    )
    urgent_since = fields.Datetime(
        readonly=True,
        copy=False,
        prefetch=False,  # searched for, and read with no order
        groups=INTERNAL,
    )
    urgency_request_ids = fields.One2many(
        "aftersales.urgency.request", "order_id", readonly=True, groups=INTERNAL
    )

    urgency_motive = fields.Text(compute="_compute_urgency_request", groups=INTERNAL)
    urgency_wanted_date = fields.Date(
        compute="_compute_urgency_request", groups=INTERNAL
    )
    may_decide_urgency = fields.Boolean(
        compute="_compute_urgency_request", groups=INTERNAL
    )

    _urgent_idx = models.Index(
        "(company_id, urgent_since) WHERE urgency_state = 'approved'"
    )

    @api.model
    def _check_gate_fields(self, vals):
        # EXTENDS 'aftersales_rules'
        result = super()._check_gate_fields(vals)
        forbidden = {"urgency_state", "urgent_since", "urgency_request_ids"}
        if not self.env.su and not forbidden.isdisjoint(vals):
            raise AccessError(
                self.env._("Whether an order is urgent is asked for and approved.")
            )
        return result

    @api.depends_context("uid")
    @api.depends("urgency_state", "urgency_request_ids.state")
    def _compute_urgency_request(self):
        for order in self:
            # sudo: everybody who may read the order may read what was asked for it
            request = order.sudo()._get_urgency_request()
            asked = request if order.urgency_state == "requested" else request.browse()
            order.urgency_motive = asked.motive
            order.urgency_wanted_date = asked.wanted_date
            order.may_decide_urgency = bool(asked) and asked._is_decider(self.env.user)

    # -------------------------------------------------------------------- asking

    def action_request_urgency(self):
        """Open the wizard that asks for urgency."""
        self.ensure_one()
        self._check_may_ask_urgency()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ask for Urgency"),
            "res_model": "aftersales.urgency.ask",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def _check_may_ask_urgency(self):
        self.check_access("write")
        for order in self:
            if order.state == "cancel":
                raise UserError(self.env._("%(order)s is cancelled.", order=order.name))
            if order.urgency_state in ("requested", "approved"):
                raise UserError(
                    self.env._(
                        "%(order)s is urgent already, or somebody has asked for it.",
                        order=order.name,
                    )
                )

    def _request_urgency(self, motive, wanted_date):
        """Ask for urgency; the rules say who decides.

        :return: the request, decided already where the rules enforce an answer
        :rtype: aftersales.urgency.request
        """
        self.ensure_one()
        self._check_may_ask_urgency()
        if not (motive or "").strip():
            raise UserError(self.env._("Say why the order is urgent."))
        today = self.company_id._aftersales_now().date()
        if not wanted_date or wanted_date < today:
            raise UserError(
                self.env._("Wanted on %(day)s: that day is over.", day=wanted_date)
            )
        earliest = self.env["aftersales.earliest"]._get(self)[self.id]
        record, answer = self._decide_urgency(wanted_date, earliest, today)
        requests = self.env["aftersales.urgency.request"]
        request = requests._ask(
            self,
            {
                "motive": motive,
                "wanted_date": wanted_date,
                "earliest_date": earliest.day,
                "is_by_rule": answer != "supervisor",
            },
            record,
        )
        if answer == "supervisor":
            # sudo: the state follows from requests
            self.sudo()._set_urgency("requested")
            request._tell_supervisors()
        else:
            state = "approved" if answer == "automatic" else "refused"
            request._decide(state, record.reason_display, by_rule=True)
        return request

    def _decide_urgency(self, wanted_date, earliest, today):
        """Ask the rules who decides; gives the record and the answer to apply."""
        company = self.company_id
        if company._aftersales_mode(ORDER_URGENCY.name) == "off":
            return self.env["aftersales.decision"], "supervisor"
        # sudo: counted over orders that the person need not see
        facts = self.sudo()._get_urgency_facts(wanted_date, earliest, today)
        before = self.env["aftersales.decision"]
        [answer] = self.env["aftersales.gate"]._ask(
            ORDER_URGENCY,
            [(self, facts, before)],
            "manual",
            result="approval",
            always=True,
        )
        return answer.record, answer.outcome.get("approval", "supervisor")

    def _get_urgency_facts(self, wanted_date, earliest, today):
        week = fields.Datetime.now() - timedelta(days=7)
        same_company = Domain("company_id", "=", self.company_id.id)
        others = same_company & Domain("id", "!=", self.id)
        urgent = self.search_count(
            others
            & Domain("urgency_state", "=", "approved")
            & Domain("urgent_since", ">=", week)
        )
        confirmed = self.search_count(
            others & Domain("state", "=", "sale") & Domain("date_order", ">=", week)
        )
        debtor = self.partner_invoice_id.commercial_partner_id
        early = earliest.day and (earliest.day - wanted_date).days
        return OrderUrgencyFacts(
            currency=self.company_id.currency_id.name,
            order_kind=self.order_kind or "standard",
            tier=debtor.with_company(self.company_id).customer_tier or None,
            order_amount=to_decimal(
                self._get_amount_company_currency(),
                self.company_id.currency_id.decimal_places,
            ),
            days_until_wanted=(wanted_date - today).days,
            days_before_earliest=early if earliest.day else None,
            urgent_orders=urgent,
            # orders made urgent before they are confirmed count on both sides
            urgent_share=to_decimal((urgent + 1) / (max(confirmed, urgent) + 1), 4),
        )

    # ------------------------------------------------------------------ deciding

    def _get_urgency_request(self):
        """The request that counts now."""
        if self.urgency_state not in ("requested", "approved"):
            return self.env["aftersales.urgency.request"]
        return self._get_open_urgency_requests()[:1]

    def action_approve_urgency(self):
        """Say yes from the order; checked on the request."""
        self.ensure_one()
        return self._get_pending_urgency().action_open_approve()

    def action_refuse_urgency(self):
        self.ensure_one()
        return self._get_pending_urgency().action_refuse()

    def action_withdraw_urgency(self):
        self.ensure_one()
        request = self._get_urgency_request()
        if not request:
            raise UserError(self.env._("Nobody asks for urgency here."))
        return request.action_withdraw()

    def _get_pending_urgency(self):
        request = self._get_urgency_request()
        if request.state != "requested":
            raise UserError(self.env._("Nobody asks for urgency here."))
        return request

    def _set_urgency(self, state):
        """Carry out what was decided (called under sudo)."""
        urgent = state == "approved"
        before = self.filtered(lambda order: order.urgency_state == "approved")
        self.write(
            {
                "urgency_state": state,
                "urgent_since": fields.Datetime.now() if urgent else False,
            }
        )
        if urgent or before:
            self._apply_priority()

    def _action_cancel(self):
        # EXTENDS 'sale'
        result = super()._action_cancel()
        ended = self.filtered(
            lambda order: order.state == "cancel"
            and order.urgency_state in ("requested", "approved")
        )
        if ended:
            # sudo: requests are written by their own methods only; who may cancel
            # the order takes its urgency back with it
            requests = ended.sudo()._get_open_urgency_requests()
            requests._decide("withdrawn", False)
        return result

    def _get_open_urgency_requests(self):
        return self.urgency_request_ids.filtered(
            lambda request: request.state in ("requested", "approved")
        )

    # ------------------------------------------------------------------ priority

    def _goes_first(self):
        """Whether the documents of an order are to go before others."""
        self.ensure_one()
        return self.urgency_state == "approved"

    def _apply_priority(self):
        """Give the open documents of these orders the priority that they ask for.

        A document that several orders share goes first if one of them does.
        """
        # sudo: sales decides, production and warehouse documents follow
        orders = self.sudo()
        productions = orders.stock_reference_ids.production_ids
        pickings = orders.picking_ids | productions.picking_ids
        productions._follow_order_priority()
        pickings._follow_order_priority()
