# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Credit gates: event → facts → decide → record → apply, for orders.

How it works: every event that may change what an order may do ends in
``_judge_credit``. It gathers facts for all orders at once, asks the rules order by
order (an order that goes on adds to the exposure of the next one of the same
customer), records the decisions, and where the gate enforces opens and closes holds.
When judging happens again is in ``aftersales_gate_recheck.py``.
"""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field

from odoo import api, fields, models

BULK_MIN = 32
"""From so many orders on the plain evaluator decides, which answers the same."""

GATE_DECISIONS = {
    "procurement": "credit_hold",
    "production": "production_release",
    "shipment": "shipment_release",
    "transfer": "transfer_release",
}
"""The decision that each gate asks for."""
ORDER_GATES = ("procurement", "production", "shipment")
"""Gates at which an order as a whole is judged, on its money."""


_JUDGED = "aftersales_rules.judged"


def get_judged(env, kind="orders"):
    """Ids of what has just been judged in this call, see ``judged_within``."""
    return env.cr.cache.get(_JUDGED, {}).get(kind, frozenset())


@contextmanager
def judged_within(env, **ids):
    """Within, what has just been judged is not judged again.

    It is kept beside the transaction, where no client can put anything. A savepoint
    that is rolled back forgets it, and the next step is judged again. The context would
    make Odoo find another environment at each step of a procurement.

    :param ids: ids by kind: ``orders``, ``leaving`` (orders whose goods leave) or
        ``transfers``
    """
    before = env.cr.cache.get(_JUDGED, {})
    env.cr.cache[_JUDGED] = {
        **before,
        **{kind: get_judged(env, kind).union(some) for kind, some in ids.items()},
    }
    try:
        yield
    finally:
        env.cr.cache[_JUDGED] = before


@dataclass
class Judgement:
    """One decision about one order, and what it asks for."""

    order: models.BaseModel
    gate: str
    decision: object
    enforced: bool
    goes_on: bool
    open_holds: models.BaseModel
    debtor_id: int
    causes: dict = field(default_factory=dict)
    warning: object = None
    waived: bool = False
    record: models.BaseModel | None = None

    @property
    def result(self):
        if self.causes:
            return "hold"
        if self.warning:
            return "warn"
        return "waived" if self.waived else "release"


class AftersalesGate(models.AbstractModel):
    _name = "aftersales.gate"
    _description = "Gates of Sales Orders"

    # ------------------------------------------------------------------- judging

    @api.model
    def _judge_credit(self, orders, event, gates=ORDER_GATES):
        """Judge confirmed orders and apply what the rules say (O1–O8).

        :param orders: `sale.order` in state sale
        :param str event: confirm, change, recheck or deliver
        :param gates: what to judge
        """
        # sudo: credit is judged on figures that the person need not see, and holds
        # are opened for whoever confirms, customers on the portal among them
        orders = orders.sudo()
        if event in ("confirm", "change"):
            # the kind is a fact of what follows
            orders._decide_order_kind(event)
        if event == "confirm":
            self._forget_queued(orders)
        orders = orders.filtered(
            lambda order: any(
                order.company_id._aftersales_mode(GATE_DECISIONS[gate]) != "off"
                for gate in gates
            )
        )
        if not orders:
            return
        judgements = self._decide(orders, event, gates)
        self._record(judgements, event)
        self._apply(judgements, event)

    def _filter_enforced(self, orders, gates):
        return orders.filtered(
            lambda order: any(
                order.company_id._aftersales_mode(GATE_DECISIONS[gate]) == "enforce"
                for gate in gates
            )
        )

    def _decide(self, orders, event, gates):
        # one transaction at a time judges a customer; a delivery adds nothing to the
        # exposure and waits for nobody
        in_turn = () if event == "deliver" else self._filter_enforced(orders, gates)
        credits = self.env["aftersales.credit.facts"]._gather(orders, in_turn)
        standing = _Standing(orders)
        going_on = {order for order in orders if standing.goes_on(order, event)}
        committed = defaultdict(float)
        for order in going_on:
            committed[credits[order.id].key] += credits[order.id].own
        judgements = []
        # orders that already go on first, then the oldest: who came first is served
        # first
        for order in orders.sorted(
            lambda order: (order not in going_on, order.date_order, order.id)
        ):
            credit = credits[order.id]
            own = credit.own if order in going_on else 0.0
            facts = credit.facts(committed[credit.key] - own)
            held = False
            if "procurement" in gates and self._asks_procurement(
                order, event, standing
            ):
                judgement = self._judge_one(
                    order, "procurement", facts, credit, standing, going_on
                )
                if judgement:
                    judgements.append(judgement)
                    held = bool(judgement.causes) and judgement.enforced
            elif standing.waits(order):
                held = True
            if order not in going_on and not held:
                committed[credit.key] += credit.own
            if "production" in gates and self._asks_production(order, standing):
                judgement = self._judge_one(
                    order,
                    "production",
                    self._prepare_production_facts(order, facts, standing),
                    credit,
                    standing,
                    going_on,
                )
                if judgement:
                    judgements.append(judgement)
            if "shipment" in gates and not held and self._ships(order, event):
                judgement = self._judge_one(
                    order, "shipment", facts, credit, standing, going_on
                )
                if judgement:
                    judgements.append(judgement)
        return judgements

    def _judge_one(self, order, gate, facts, credit, standing, going_on):
        company = order.company_id
        name = GATE_DECISIONS[gate]
        mode = company._aftersales_mode(name)
        if mode == "off":
            return None
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        today = company._aftersales_now().date()
        facts = standing.complete(name, order, facts)
        judgement = Judgement(
            order,
            gate,
            compiled.decide(name, facts, on=today, bulk=standing.is_bulk),
            enforced=mode == "enforce",
            goes_on=order in going_on,
            open_holds=standing.holds[order.id].filtered(lambda h: h.gate == gate),
            debtor_id=credit.key[0],
        )
        matches = judgement.decision.matched
        if any(match.outcome["effect"] == "release" for match in matches):
            return judgement
        for match in matches:
            cause = match.outcome.get("cause")
            if standing.get_releases(order)._covers(gate, cause, credit.amount, today):
                judgement.waived = True
            elif match.outcome["effect"] == "warn":
                judgement.warning = match
            else:
                judgement.causes.setdefault(cause, match)
        return judgement

    @api.model
    def _asks_procurement(self, order, event, standing):
        # A re-check never stops an order that already goes on; what is left of it
        # is judged again at delivery.
        return event in ("confirm", "change") or any(
            hold.gate == "procurement" for hold in standing.holds[order.id]
        )

    @api.model
    def _ships(self, order, event):
        if event == "confirm":
            templates = order.order_line.product_id.product_tmpl_id
            return "consu" in templates.mapped("type")
        return order.delivery_status in ("pending", "started", "partial")

    # ----------------------------------------------------------------- recording

    def _record(self, judgements, event):
        """Keep the decisions that say something new (R10)."""
        fresh = [j for j in judgements if self._is_news(j, event)]
        if not fresh:
            return
        records = self.env["aftersales.decision"]._record(
            [
                {
                    "decision": judgement.decision,
                    "company": judgement.order.company_id,
                    "order": judgement.order,
                    "res_model": judgement.order._name,
                    "res_id": judgement.order.id,
                    "event": event,
                    "mode": "enforce" if judgement.enforced else "observe",
                    "result": judgement.result,
                    "debtor_id": judgement.debtor_id,
                }
                for judgement in fresh
            ]
        )
        for judgement, record in zip(fresh, records, strict=True):
            judgement.record = record

    def _is_news(self, judgement, event):
        if event == "recheck":
            if not judgement.enforced:
                return False
            # a re-check that changes nothing leaves no trace
            before = {hold.cause: hold.reason for hold in judgement.open_holds}
            after = {cause: match.reason for cause, match in judgement.causes.items()}
            return before != after or self._is_new_warning(judgement)
        seen = self.env.cr.precommit.data.setdefault("aftersales_rules.recorded", {})
        key = (judgement.order.id, judgement.gate)
        if event == "change" and seen.get(key) == judgement.decision:
            return False
        seen[key] = judgement.decision
        return True

    # ------------------------------------------------------------------ applying

    def _apply(self, judgements, event):
        to_open, to_close = [], defaultdict(self.env["aftersales.hold"].sudo().browse)
        opened_orders = self.env["sale.order"].sudo()
        for judgement in judgements:
            if not judgement.enforced:
                continue
            order = judgement.order
            if self._is_new_warning(judgement):
                self._apply_warning(judgement)
            for hold in judgement.open_holds:
                match = judgement.causes.pop(hold.cause, None)
                if not match:
                    to_close[order] |= hold
                elif judgement.record and hold.reason != match.reason:
                    hold.write(
                        {
                            "reason": match.reason,
                            "remedy": match.remedy,
                            "decision_id": judgement.record.id,
                        }
                    )
            for cause, match in judgement.causes.items():
                opened_orders |= order
                to_open.append(self._prepare_hold_vals(judgement, cause, match, event))
        if to_open:
            if event == "deliver":
                # two transfers of one order validated at once open one hold
                enforced = self._filter_enforced(opened_orders, ("shipment",))
                self.env["aftersales.credit.account"]._serialize(
                    enforced._get_credit_keys()
                )
            holds = self.env["aftersales.hold"]._open(to_open)
            self._hold_production(holds)
            self._tell_opened(opened_orders, holds)
        if to_close:
            self._close(to_close, "cause_ended")

    def _prepare_hold_vals(self, judgement, cause, match, event):
        order = judgement.order
        return {
            "order_id": order.id,
            "company_id": order.company_id.id,
            "partner_id": judgement.debtor_id,
            "gate": judgement.gate,
            "cause": cause,
            "is_growth": judgement.gate == "procurement" and judgement.goes_on,
            "amount": order._get_amount_company_currency(),
            "reason": match.reason,
            "remedy": match.remedy,
            "decision_id": judgement.record.id,
            "opened_at": fields.Datetime.now(),
            "opened_by_id": self.env.uid,
            "opened_event": event,
        }

    def _close(self, holds_by_order, kind, reason=False, release=False):
        """Close holds and let go on what nothing holds any more."""
        orders = (
            self.env["sale.order"].sudo().browse([order.id for order in holds_by_order])
        )
        # whatever the mode is by now: what waited was not procured
        waited = orders.filtered(lambda order: order._get_open_holds("procurement"))
        stood = orders.filtered(lambda order: order._get_open_holds("production"))
        for holds in holds_by_order.values():
            holds._close(kind, reason=reason, release=release)
        self._resume_production(
            stood.filtered(lambda order: not order._get_open_holds("production")), kind
        )
        free = waited.filtered(lambda order: not order._get_open_holds("procurement"))
        self._tell_closed(holds_by_order, kind, reason)
        going_on = free.filtered(lambda order: order.state == "sale")
        if going_on:
            with judged_within(self.env, orders=going_on.ids):
                going_on._launch_released()
            self._judge_credit(going_on, "recheck", gates=("shipment",))

    @api.model
    def _close_all(self, orders, kind, gate=None):
        """Close every open hold of orders that need none any more, or of one gate."""
        holds = orders._get_open_holds(gate)
        if holds:
            self._close(dict(holds.grouped("order_id")), kind)

    # ------------------------------------------------------------------- telling

    def _tell_opened(self, orders, holds):
        who_can = self.env["aftersales.release.authority"]._get_who_can(orders)
        for users, same in orders.grouped(lambda order: who_can[order]).items():
            same._schedule_hold_activities(users)
        orders._message_log_batch(
            {
                order.id: self._in_staff_language(order)._get_holds_message(order_holds)
                for order, order_holds in holds.grouped("order_id").items()
            }
        )

    def _tell_closed(self, holds_by_order, kind, reason):
        orders = self.env["sale.order"].sudo().browse([o.id for o in holds_by_order])
        orders._message_log_batch(
            {
                order.id: self._in_staff_language(order)._get_holds_message(
                    holds, kind, reason
                )
                for order, holds in holds_by_order.items()
            }
        )
        done = orders.filtered(lambda order: not order.hold_state)
        done.activity_unlink(["aftersales_rules.mail_activity_hold"])
        shipment = [
            order
            for order, holds in holds_by_order.items()
            if kind == "cause_ended" and "shipment" in holds.mapped("gate")
        ]
        for order in done & self.env["sale.order"].concat(*shipment):
            order.picking_ids._tell_to_pack()

    def _in_staff_language(self, order):
        """This model in the language of those who read notes on the order.

        Who confirms may be a customer with another one, or a scheduled action with
        none.
        """
        lang = order.user_id.lang or order.company_id.partner_id.lang
        return self.with_context(lang=lang) if lang else self

    def _get_holds_message(self, holds, kind=None, reason=False):
        """What the chatter of an order says of opened or closed holds."""
        title = self.env._("On hold:")
        if kind:
            kinds = self.env["aftersales.hold"]._fields["close_kind"]
            label = dict(kinds._description_selection(self.env))[kind]
            title = self.env._("No longer on hold (%(kind)s):", kind=label)
        holds = holds.with_context(lang=self.env.lang)
        return self.env["ir.qweb"]._render(
            "aftersales_rules.hold_message",
            {
                "title": title,
                "texts": [hold._get_texts() for hold in holds],
                "reason": reason,
            },
        )


class _Standing:
    """Open holds and releases of a batch of orders, each read once."""

    def __init__(self, orders):
        self._orders = orders
        self._more = {}
        self._releases = None
        self._started = None
        self.is_bulk = len(orders) >= BULK_MIN
        self.holds = {order.id: order._get_open_holds() for order in orders}

    def complete(self, decision, order, facts):
        """The facts of an order with those of other addons, read once for all (R9)."""
        extension = order.env["aftersales.extension"]
        if decision not in self._more:
            self._more[decision] = extension._gather_facts(decision, self._orders)
        spec = extension._get_registry().get(decision)
        return spec.complete(facts, self._more[decision].get(order.id))

    def waits(self, order):
        """Whether nothing of the order has been committed yet."""
        return any(
            hold.gate == "procurement" and not hold.is_growth
            for hold in self.holds[order.id]
        )

    def goes_on(self, order, event):
        """Whether something of the order may have been committed already.

        An order that is made in state sale, by an import say, is seen for the first
        time through its lines: nothing has been decided or delivered.
        """
        if event == "confirm" or self.waits(order):
            return False
        return (
            event != "change"
            or bool(order.delivery_status)
            or bool(self.holds[order.id])
            or bool(order.decision_ids)
        )

    def has_started(self, order):
        """Whether anything of the order is being made or was made."""
        if self._started is None:
            engineering = self._orders.filtered(
                lambda order: order.order_kind == "engineering"
                or order.hold_state == "production"
            )
            made = order.env["mrp.production"].sudo()._get_of_orders(engineering)
            self._started = {
                order.id
                for order, productions in made.items()
                if any(p.state in ("progress", "to_close", "done") for p in productions)
            }
        return order.id in self._started

    def get_releases(self, order):
        """Releases of one order; read for the batch when the first one is needed."""
        if self._releases is None:
            releases = self._orders.env["aftersales.release"].search(
                [("order_id", "in", self._orders.ids)]
            )
            self._releases = releases.grouped("order_id")
        return self._releases.get(order, order.env["aftersales.release"])
