# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount
from odoo.tools.sql import column_exists, create_column

from ..rules import CREDIT_HOLD
from .aftersales_gate import GATE_DECISIONS, get_judged, judged_within
from .guarded_fields import check_follows

INTERNAL = "base.group_user"
"""Customers read their orders on the portal and over RPC; what we think of their
credit is not for them."""

_RECHECK_FIELDS = {
    "aftersales_project_id",
    "guarantor_id",
    "promised_payment_date",
    "partner_invoice_id",
    "payment_term_id",
    "currency_id",
}


_GATE_ORDER = tuple(GATE_DECISIONS)
"""Gates in the order in which an order comes to them."""


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_kind = fields.Selection(
        selection=lambda self: self._selection_of_fact("order_kind"),
        default="standard",
        copy=False,
        tracking=True,
        help="Engineering: a large project order, produced against a deposit and "
        "delivered when it is paid in full. Follows from the rules unless it is set "
        "by hand.",
    )
    guarantor_id = fields.Many2one(
        "res.users",
        copy=False,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Who of the business side answers for the payment when goods leave "
        "with money still owed (O3).",
        groups=INTERNAL,
    )
    promised_payment_date = fields.Date(
        copy=False,
        tracking=True,
        help="When the customer promised to pay what is still owed (O3).",
        groups=INTERNAL,
    )
    amount_uninvoiced = fields.Monetary(
        string="Not Invoiced",
        compute="_compute_amount_uninvoiced",
        compute_sudo=True,
        store=True,
        help="Confirmed and not yet on a posted invoice; part of the exposure.",
        groups=INTERNAL,
    )
    hold_ids = fields.One2many(
        "aftersales.hold",
        "order_id",
        string="Holds",
        readonly=True,
        groups=INTERNAL,
    )
    hold_state = fields.Selection(
        [
            ("procurement", "On hold"),
            ("growth", "Change on hold"),
            ("production", "Waits for deposit"),
            ("shipment", "Delivery on hold"),
        ],
        string="Hold",
        compute="_compute_hold_state",
        compute_sudo=True,
        store=True,
        help="On hold: nothing is picked, bought or made. Change on hold: what was "
        "added after the order went on is not. Waits for deposit: its manufacturing "
        "orders wait. Delivery on hold: the goods do not leave.",
        groups=INTERNAL,
    )
    hold_notice = fields.Html(compute="_compute_hold_notice", groups=INTERNAL)
    has_hold_notice = fields.Boolean(compute="_compute_hold_notice", groups=INTERNAL)
    may_release_hold = fields.Boolean(
        compute="_compute_may_release_hold", groups=INTERNAL
    )
    may_ask_release = fields.Boolean(
        compute="_compute_may_release_hold", groups=INTERNAL
    )
    deposit_warning = fields.Boolean(
        readonly=True,
        copy=False,
        help="Production has started although the deposit is missing.",
        groups=INTERNAL,
        prefetch="aftersales",
    )
    decision_ids = fields.One2many(
        "aftersales.decision", "order_id", readonly=True, groups=INTERNAL
    )

    _credit_exposure_idx = models.Index(
        # everything that the exposure sums up and nothing else: thousands of orders,
        # no table access and no condition to look at
        "(partner_invoice_id, company_id, currency_id) INCLUDE (amount_uninvoiced, id) "
        "WHERE state = 'sale' AND amount_uninvoiced IS DISTINCT FROM 0 "
        "AND hold_state IS DISTINCT FROM 'procurement'"
    )
    _promised_idx = models.Index(
        "(partner_invoice_id, promised_payment_date) "
        "WHERE state = 'sale' AND promised_payment_date IS NOT NULL"
    )
    _engineering_idx = models.Index(
        "(partner_invoice_id, company_id) "
        "WHERE state = 'sale' AND order_kind = 'engineering'"
    )
    _hold_state_idx = models.Index("(hold_state) WHERE hold_state IS NOT NULL")

    def _auto_init(self):
        # Installing on a database with years of orders rewrites none of them (U10):
        # a column that exists is neither computed nor filled for old rows. The open
        # amounts follow by cron; a missing kind means standard, a missing hold none.
        for name, column_type in (
            ("amount_uninvoiced", "numeric"),
            ("hold_state", "varchar"),
            ("order_kind", "varchar"),
        ):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, column_type)
        return super()._auto_init()

    def _init_column(self, column_name):
        if column_name == "order_kind":
            return None
        return super()._init_column(column_name)

    @api.model
    def _selection_of_fact(self, name):
        text = self.env["aftersales.text"]
        choices = CREDIT_HOLD.fact_fields[name].choices
        return [(value, text._term(label)) for value, label in choices.items()]

    # -------------------------------------------------------------------- money

    @api.depends(
        "state",
        "amount_total",
        "invoice_status",
        "order_line.qty_invoiced",
        "order_line.amount_invoiced",
    )
    def _compute_amount_uninvoiced(self):
        amounts = self._get_amount_uninvoiced()
        for order in self:
            order.amount_uninvoiced = amounts[order]

    def _get_amount_uninvoiced(self):
        """What is confirmed and on no posted invoice, in the order's currency.

        :rtype: dict[sale.order, float]
        """
        return {
            order: order._get_amount_open() if order.state == "sale" else 0.0
            for order in self
        }

    def _get_amount_open(self):
        """What is on no posted invoice, whatever the state of the order."""
        self.ensure_one()
        amount = self.amount_total
        lines = self.order_line
        # stored figures first: most orders that are judged have no invoice yet
        if any(line.qty_invoiced or line.untaxed_amount_invoiced for line in lines):
            if self.invoice_status == "invoiced" and all(
                line.qty_invoiced == line.qty_invoiced_posted for line in lines
            ):
                # nothing more will be invoiced, be it for less than ordered
                return 0.0
            amount -= self.amount_invoiced
        return max(self.currency_id.round(amount), 0.0)

    @api.model
    def _cron_fill_amount_uninvoiced(self, batch=500):
        """Compute the open amount of orders older than the addon, in batches."""
        progress = self.env["ir.cron"]._commit_progress
        # SQL: a search cannot tell "not computed" from zero
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM sale_order "
                "WHERE state = 'sale' AND amount_uninvoiced IS NULL ORDER BY id"
            )
        )
        ids = [order_id for [order_id] in rows]
        field = self._fields["amount_uninvoiced"]
        progress(remaining=len(ids))
        for start in range(0, len(ids), batch):
            orders = self.sudo().browse(ids[start : start + batch]).exists()
            self.env.add_to_compute(field, orders)
            orders.flush_recordset(["amount_uninvoiced"])
            if not progress(len(orders)):
                break

    def _convert_to_company(self, amount):
        """An amount in the order's currency, in its company's, at today's rate."""
        self.ensure_one()
        company = self.company_id
        if self.currency_id == company.currency_id:
            return amount
        return self.currency_id._convert(
            amount, company.currency_id, company, company._aftersales_now().date()
        )

    def _get_amount_company_currency(self):
        """Total of the order in the currency of its company."""
        self.ensure_one()
        return self._convert_to_company(self.amount_total)

    def _get_credit_keys(self):
        """Whose credit these orders use: commercial partner id, company id.

        :rtype: set[tuple[int, int]]
        """
        # sudo: whoever confirms or cancels need not be allowed to read the debtor
        return {
            (order.partner_invoice_id.commercial_partner_id.id, order.company_id.id)
            for order in self.sudo()
        }

    # ----------------------------------------------------------------- the gates

    def _action_confirm(self):
        # EXTENDS 'sale'
        # Confirming is never refused: what is held becomes a confirmed order that
        # waits before procurement.
        self.env["aftersales.gate"]._judge_credit(self, "confirm")
        with judged_within(self.env, orders=self.ids):
            return super()._action_confirm()

    def _judge_before_procurement(self):
        """Judge confirmed orders whose procurement is about to be launched."""
        judged = get_judged(self.env)
        orders = self.filtered(lambda order: order.id not in judged)
        if orders:
            self.env["aftersales.gate"]._judge_credit(orders, "change")

    def _get_open_holds(self, gate=None):
        """Open holds of these orders, at one gate or all."""
        # sudo: whoever moves the order on needs to know, whatever they may read
        # hold_state tells without a query of its own that there are none
        held = self.sudo().filtered("hold_state")
        # filtered() forgets the batch: without it each order reads its own holds
        held = held.with_prefetch(self._prefetch_ids)
        return held.hold_ids.filtered(
            lambda hold: hold.state == "open" and gate in (None, hold.gate)
        )

    def _filter_held(self, gate):
        """Orders that an enforced gate stops; one query for all of them."""
        decision = GATE_DECISIONS[gate]
        return self.filtered(
            lambda order: order._get_open_holds(gate)
            and order.company_id._aftersales_mode(decision) == "enforce"
        )

    def _launch_released(self):
        """Launch procurement as if these orders were confirmed now."""
        for order in self.filtered(lambda order: order.state == "sale"):
            # A locked order is skipped by the procurement of sale_stock; when it was
            # confirmed it was not locked yet, and now counts as then.
            locked = order.locked
            if locked:
                order.locked = False
            order.order_line._action_launch_stock_rule()
            if locked:
                order.locked = True

    def _queue_recheck(self, event):
        """Have these orders judged again before the transaction commits."""
        if event == "change":
            quotations = self._filter_kind_by_rule()
            if quotations:
                self.env["aftersales.gate"]._queue_kinds(quotations)
        self.env["aftersales.gate"]._queue_orders(
            self.filtered(lambda order: order.state == "sale"), event
        )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        for vals in vals_list:
            self._check_gate_fields(vals)
        # A client may send any context; what it fills in counts as well.
        self._check_gate_fields(
            {
                key.removeprefix("default_"): value
                for key, value in self.env.context.items()
                if key.startswith("default_")
            }
        )
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'sale'
        self._check_gate_fields(vals)
        confirmed = self.browse()
        if vals.get("state") == "sale":
            confirmed = self.filtered(lambda order: order.state != "sale")
        result = super().write(vals)
        if confirmed:
            # An import may write the state and go past `_action_confirm`; where that
            # follows, it takes the order out of the queue.
            confirmed._queue_recheck("confirm")
        if not _RECHECK_FIELDS.isdisjoint(vals):
            self._queue_recheck("change")
        return result

    @api.model
    def _check_gate_fields(self, vals):
        forbidden = {
            "order_kind",
            "order_kind_amount",
            "deposit_warning",
            "hold_state",
            "hold_ids",
            "decision_ids",
            "amount_uninvoiced",
            # whose money it is, is for the payment to say
            "transaction_ids",
        }
        check_follows(self, vals, forbidden)

    def _action_cancel(self):
        # EXTENDS 'sale'
        result = super()._action_cancel()
        self.env["aftersales.gate"]._close_all(
            self.filtered(lambda order: order.state == "cancel"), "cancelled"
        )
        # what no longer counts makes room for other orders of the customer
        self.env["aftersales.gate"]._queue_customers(self._get_credit_keys())
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        # sudo: the audit trail counts, whether the user may read it or not
        for order in self.sudo():
            if order.hold_ids:
                raise UserError(
                    self.env._(
                        "%(order)s was on hold, and its holds are kept. Leave it "
                        "cancelled instead of deleting it.",
                        order=order.name,
                    )
                )

    # ------------------------------------------------------------------- screens

    @api.depends("hold_ids.state", "hold_ids.gate")
    def _compute_hold_state(self):
        for order in self:
            states = {
                # a held transfer shows as delivery: it stops no other one
                "growth"
                if hold.is_growth
                else {"transfer": "shipment"}.get(hold.gate, hold.gate)
                for hold in order.hold_ids
                if hold.state == "open"
            }
            order.hold_state = next(
                (
                    state
                    for state in ("procurement", "growth", "production", "shipment")
                    if state in states
                ),
                False,
            )

    @api.depends_context("uid", "lang")
    @api.depends("hold_ids.state", "hold_ids.reason", "amount_total")
    def _compute_hold_notice(self):
        """What the blocked person reads: why, what unblocks it, who can (U1)."""
        self.hold_notice = False
        self.has_hold_notice = False
        for order in self.filtered("hold_state"):
            # sudo: everybody who may read the order may read why it waits
            holds = order._get_open_holds()
            # a suspended order says so in a notice of its own, with Resume
            holds = holds.filtered(lambda hold: hold.cause != "suspended")
            if not holds:
                continue
            order.has_hold_notice = True
            # what comes first in the life of the order first
            holds = holds.sorted(lambda hold: _GATE_ORDER.index(hold.gate))
            company = order.company_id.sudo()
            authority = self.env["aftersales.release.authority"]
            amount = order._get_amount_company_currency()
            order.hold_notice = self.env["ir.qweb"]._render(
                "aftersales_rules.hold_notice",
                {
                    "order": order,
                    "holds": holds,
                    "texts": {hold: hold._get_texts() for hold in holds},
                    "who": holds._filter_releasable()
                    and authority._who_can_text(company, amount),
                    "amount": format_amount(self.env, amount, company.currency_id),
                },
            )

    @api.depends_context("uid", "allowed_company_ids")
    @api.depends("hold_state", "hold_ids.state")
    def _compute_may_release_hold(self):
        may = self.env.user.has_group("aftersales_rules.group_credit_controller")
        for order in self:
            releasable = bool(order._get_open_holds()._filter_releasable())
            order.may_release_hold = may and releasable
            order.may_ask_release = not may and releasable

    def _prepare_deposit_notice(self):
        """What those who make the order read: why it waits, and who can help (U3)."""
        self.ensure_one()
        return {
            "name": self.name,
            "texts": [hold._get_texts() for hold in self._get_open_holds("production")],
            "who": self.env["aftersales.release.authority"]._who_can_text(
                self.company_id, self._get_amount_company_currency()
            ),
        }

    def _get_deposit_warning(self):
        """What those who make the order read while it is made without a deposit."""
        self.ensure_one()
        decision = self.decision_ids.filtered(
            lambda record: record.decision == GATE_DECISIONS["production"]
        )[:1]
        return f"{self.name}: {decision.reason_display}"

    def action_why(self):
        """Open the last decision about this order, with its explanation (R4).

        Of an order on hold the one that holds it, whatever was looked at since.
        """
        self.ensure_one()
        self.check_access("read")
        holding = self._get_open_holds().decision_id
        decision = self.env["aftersales.decision"].search(
            [("id", "in", holding.ids)] if holding else [("order_id", "=", self.id)],
            limit=1,
            order="id desc",
        )
        if not decision:
            raise UserError(
                self.env._(
                    "No rule has looked at %(order)s yet. That happens when it is "
                    "confirmed, if the credit gate of %(company)s is not off.",
                    order=self.name,
                    company=self.company_id.name,
                )
            )
        return decision._action_explain(self.env._("Why? %(order)s", order=self.name))

    def action_view_decisions(self):
        self.ensure_one()
        self.env["aftersales.decision"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decisions of %(order)s", order=self.name),
            "res_model": "aftersales.decision",
            "view_mode": "list,form",
            "domain": [("order_id", "=", self.id)],
        }

    def action_request_release(self):
        """Tell those who can release the order that its salesperson asks for it."""
        self.check_access("write")
        return self._ask_for_release()

    def _ask_for_release(self):
        authority = self.env["aftersales.release.authority"]
        for order in self:
            if not order._get_open_holds()._filter_releasable():
                continue
            company = order.company_id.sudo()
            amount = order._get_amount_company_currency()
            today = company._aftersales_now().date()
            users = authority._who_can(company, amount, today)
            if not users:
                raise UserError(authority._who_can_text(company, amount))
            order._schedule_hold_activities(
                users, self.env._("%(user)s asks for release.", user=self.env.user.name)
            )
            order.message_post(
                body=self.env._(
                    "Release asked from %(names)s.",
                    names=", ".join(users.mapped("name")),
                ),
                partner_ids=users.partner_id.ids,
            )
        return True

    def action_release_hold(self):
        """Open the release wizard for all open holds of these orders."""
        self.check_access("read")
        holds = self._get_open_holds()
        if not holds:
            raise UserError(self.env._("Nothing is on hold here."))
        # what can only be settled stays; alone it says so itself
        holds = holds._filter_releasable() or holds
        return holds.sudo(False).action_release()

    def _check_release_terms(self, authority, valid_until, amount):
        """Refuse terms that the authority does not cover or that release nothing."""
        self.ensure_one()
        company = self.company_id
        currency = company.currency_id
        if valid_until and valid_until < company._aftersales_now().date():
            raise UserError(
                self.env._("Valid until %(day)s: that day is over.", day=valid_until)
            )
        if not amount:
            return
        own = self._get_amount_company_currency()
        if currency.compare_amounts(amount, own) < 0:
            raise UserError(
                self.env._(
                    "Up to %(amount)s: %(order)s is larger (%(own)s), so nothing would "
                    "be released.",
                    amount=format_amount(self.env, amount, currency),
                    order=self.name,
                    own=format_amount(self.env, own, currency),
                )
            )
        if currency.compare_amounts(amount, authority.ceiling) > 0:
            raise UserError(
                self.env._(
                    "Up to %(amount)s is over your ceiling of %(ceiling)s.",
                    amount=format_amount(self.env, amount, currency),
                    ceiling=format_amount(self.env, authority.ceiling, currency),
                )
            )

    def _prepare_release_vals(self, holds, authority, terms, include_shipment):
        self.ensure_one()
        common = {
            **terms,
            "order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_invoice_id.commercial_partner_id.id,
            "user_id": self.env.uid,
            "authority_id": authority.id,
            "ceiling": authority.ceiling,
        }
        vals_list = [
            {**common, "gate": hold.gate, "cause": hold.cause} for hold in holds
        ]
        if include_shipment:
            vals_list.append({**common, "gate": "shipment", "cause": False})
        return vals_list

    def _schedule_hold_activities(self, users, note=False):
        """Put the order on the to-do list of these controllers, once each."""
        activity_type = self.env.ref("aftersales_rules.mail_activity_hold")
        # sudo: whoever confirms the order need not be allowed to assign activities
        orders = self.sudo().with_context(mail_activity_quick_update=True)
        present = {
            order: order.activity_ids.filtered(
                lambda activity: activity.activity_type_id == activity_type
            ).user_id
            for order in orders
        }
        for user in users:
            missing = orders.filtered(
                lambda order, user=user: user not in present[order]
            )
            missing.activity_schedule(
                "aftersales_rules.mail_activity_hold", user_id=user.id, note=note
            )
