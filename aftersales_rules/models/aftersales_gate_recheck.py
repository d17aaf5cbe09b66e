# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When the gates judge again: before a commit, and by cron.

How it works: events that come many to a transaction (payments, price changes) are
queued and judged once, before the transaction commits. The crons are the net under
the events; they work in batches and go on where they were interrupted.
"""

import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .aftersales_gate import GATE_DECISIONS, ORDER_GATES

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.credit_queue"
DUE_PARAMETER = "aftersales_rules.judge_due_after_order_id"
RECHECK_PARAMETER = "aftersales_rules.recheck_after_partner_id"
"""Where an interrupted re-check goes on; removed with the addon."""

RECHECK_TRIES = 5

RECHECK_BATCH = 2000
"""Orders per batch of the re-check; bounds memory and the length of a transaction."""


class AftersalesGate(models.AbstractModel):
    _inherit = "aftersales.gate"

    # --------------------------------------------------------------- the queue

    @api.model
    def _queue_orders(self, orders, event):
        """Judge these orders once more before the transaction commits."""
        queued = self._get_queue()["orders"]
        for order in orders:
            if queued.get(order.id) != "confirm":
                queued[order.id] = event

    @api.model
    def _queue_customers(self, keys):
        """Re-check what is held of these customers before the commit.

        :param keys: commercial partner id, company id
        """
        self._get_queue()["customers"].update(keys)

    @api.model
    def _queue_kinds(self, quotations):
        """Decide the kind of these quotations before the commit (O6)."""
        self._get_queue()["kinds"].update(quotations.ids)

    def _get_queue(self):
        precommit = self.env.cr.precommit
        if _QUEUE not in precommit.data:
            precommit.data[_QUEUE] = {"orders": {}, "customers": set(), "kinds": set()}
            precommit.add(self.env(context={})["aftersales.gate"]._run_queue)
        return precommit.data[_QUEUE]

    def _forget_queued(self, orders):
        queue = self.env.cr.precommit.data.get(_QUEUE)
        if queue:
            queue["kinds"].difference_update(orders.ids)
            for order in orders:
                queue["orders"].pop(order.id, None)

    def _run_queue(self):
        queue = self.env.cr.precommit.data.pop(_QUEUE, None)
        if not queue or not any(queue.values()):
            return
        try:
            with self.env.cr.savepoint():
                if queue["kinds"]:
                    self._run_queued_kinds(queue["kinds"])
                self._run_queued(queue["orders"], queue["customers"])
        except OperationalError:
            # two workers, one customer: the request runs again
            raise
        except Exception:
            # The payment or change that brought us here must not be lost because a
            # re-check failed; the cron looks again.
            _logger.exception("Re-check of held orders failed; left to the cron")
            self.env.ref("aftersales_rules.ir_cron_recheck").sudo()._trigger()

    def _run_queued(self, events, customers):
        orders = self.env["sale.order"].sudo().browse(events).exists()
        orders = orders.filtered(lambda order: order.state == "sale")
        for event, same in orders.grouped(lambda order: events[order.id]).items():
            self._judge_credit(same, event)
            if event == "change":
                # an order that shrank makes room for another one
                customers = customers | same._get_credit_keys()
        if customers:
            held = self._get_held_orders(customers)
            # what was paid can be taken back: engineering orders are looked at
            # whether they are held or not
            held |= self._get_engineering_orders(customers)
            self._judge_credit(held - orders, "recheck")

    def _run_queued_kinds(self, ids):
        orders = self.env["sale.order"].sudo().browse(ids).exists()
        orders.filtered(
            lambda order: order.state in ("draft", "sent")
        )._decide_order_kind("change")

    @api.model
    def _get_held_orders(self, customers):
        partner_ids = [partner_id for partner_id, _company_id in customers]
        holds = (
            self.env["aftersales.hold"]
            .sudo()
            .search([("state", "=", "open"), ("partner_id", "in", partner_ids)])
        )
        return holds.filtered(
            lambda hold: (hold.partner_id.id, hold.company_id.id) in customers
        ).order_id

    # --------------------------------------------------------------------- crons

    @api.model
    def _cron_recheck(self, batch=RECHECK_BATCH):
        """Judge held orders again, as a net under the events.

        Goes through customers in batches, commits each one, and after an
        interruption goes on where it was. Running it twice, or in two workers, does
        no harm: judging twice gives the same holds.
        """
        after = self._get_position(RECHECK_PARAMETER)
        tries = RECHECK_TRIES
        while True:
            orders, reached, remaining = self._get_recheck_batch(after, batch)
            try:
                self._recheck(orders)
                self._set_position(RECHECK_PARAMETER, reached)
                time_left = self.env["ir.cron"]._commit_progress(
                    len(orders), remaining=remaining
                )
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # an order of one of these customers was confirmed just now
                tries -= 1
                if not tries:
                    raise
                self.env.cr.rollback()
                continue
            after, tries = reached, RECHECK_TRIES
            if not remaining or not time_left:
                break

    # Where a cron goes on is kept in SQL: written through the ORM, a parameter empties
    # the caches of all workers, here after every batch. Nobody else reads these.

    def _get_position(self, name):
        rows = self.env.execute_query(
            SQL("SELECT value FROM ir_config_parameter WHERE key = %s", name)
        )
        return int(rows[0][0]) if rows else 0

    def _set_position(self, name, record_id):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)
                ON CONFLICT (key) DO UPDATE SET value = excluded.value
                """,
                name,
                str(record_id),
            )
        )

    def _get_recheck_batch(self, after, batch):
        """Held orders of the next customers.

        :return: orders, the last partner id among them, number of orders left
        """
        groups = (
            self.env["aftersales.hold"]
            .sudo()
            ._read_group(
                [("state", "=", "open"), ("partner_id.id", ">", after)],
                ["partner_id"],
                ["order_id:recordset"],
            )
        )
        groups.sort(key=lambda group: group[0].id)
        orders = self.env["sale.order"].sudo()
        ids, taken = [], 0
        for partner, partner_orders in groups:
            if ids and len(ids) + len(partner_orders) > batch:
                break
            ids += partner_orders.ids
            after = partner.id
            taken += 1
        remaining = sum(len(held) for _partner, held in groups[taken:])
        return orders.browse(ids), (after if remaining else 0), remaining

    @api.model
    def _cron_judge_due(self, batch=RECHECK_BATCH):
        """Judge orders whose goods leave soon, so that the warehouse sees it in time.

        What became overdue since the order was confirmed shows on the transfer
        before somebody packs it, and not only when they validate it.
        """
        # sudo: a cron looks at all companies
        companies = self.env["res.company"].sudo()._search_all()
        enforcing = companies.filtered(
            lambda company: company._aftersales_mode("shipment_release") == "enforce"
        )
        transfers = (
            self.env["stock.picking"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "in", enforcing.ids),
                    ("picking_type_code", "=", "outgoing"),
                    ("state", "in", ("confirmed", "waiting", "assigned")),
                    (
                        "scheduled_date",
                        "<",
                        fields.Datetime.add(fields.Datetime.now(), days=1),
                    ),
                    ("sale_id.state", "=", "sale"),
                    ("sale_id.hold_state", "in", (False, "production")),
                ],
                ["sale_id"],
            )
        )
        after = self._get_position(DUE_PARAMETER)
        # from where the last run stopped, round to there again
        ids = sorted((order.id for [order] in transfers), key=lambda i: (i <= after, i))
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ids))
        for start in range(0, len(ids), batch):
            orders = self.env["sale.order"].sudo().browse(ids[start : start + batch])
            self._recheck(orders.exists(), gates=("shipment",))
            self._set_position(DUE_PARAMETER, orders.ids[-1])
            if not progress(len(orders)):
                break

    def _recheck(self, orders, gates=ORDER_GATES):
        try:
            with self.env.cr.savepoint():
                for gate in gates:
                    self._close_all(
                        self._filter_not_enforced(orders, gate), "gate_off", gate
                    )
                self._judge_credit(orders, "recheck", gates)
        except OperationalError:
            raise
        except Exception:
            # One order that cannot go on (say, a product without a route) must not
            # keep the others waiting: judge them one by one, and name it.
            if len(orders) == 1:
                _logger.exception("Re-check of %s failed", orders.name)
                return
            for order in orders:
                self._recheck(order, gates)

    def _filter_not_enforced(self, orders, gate):
        return orders.filtered(
            lambda order: order.company_id._aftersales_mode(GATE_DECISIONS[gate])
            != "enforce"
        )
