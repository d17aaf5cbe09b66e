# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which manufacturing orders wait for which deposit (O6, O7).

How it works: a manufacturing order belongs to the sales orders of its sale line, of
its stock references (which procurement hands down through every level) and of its
source document, and to those of the manufacturing orders that it feeds. If one of
them is on hold before production, it waits: stored on the manufacturing order when
it is made or when the hold opens, and taken away when the hold closes.
"""

import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

DECISION = "production_release"
LINKS = {"origin", "sale_line_id", "reference_ids"}
"""Fields that say for which sales orders something is made."""


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    _sale_line_idx = models.Index("(sale_line_id) WHERE sale_line_id IS NOT NULL")
    _origin_idx = models.Index("(origin) WHERE origin IS NOT NULL")

    # ------------------------------------------------------------------- links

    def _get_engineering_orders(self):
        """Engineering orders that these are made for; one query for all.

        :return: by manufacturing order, the orders that go on and those on hold
        :rtype: dict[mrp.production, dict[str, sale.order]]
        """
        orders = self.env["sale.order"].sudo()
        links = {production: {"free": orders, "held": orders} for production in self}
        if not self.ids:
            return links
        self._flush_links()
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE fed (id, by_id) AS (
                    SELECT id, id FROM mrp_production WHERE id = ANY(%(ids)s)
                    UNION
                    SELECT fed.id, parent.id
                      FROM fed
                      JOIN mrp_production child ON child.id = fed.by_id
                      JOIN mrp_production_group_rel rel
                        ON rel.child_group_id = child.production_group_id
                      JOIN mrp_production parent
                        ON parent.production_group_id = rel.parent_group_id
                ), link (id, order_id) AS (
                    SELECT fed.id, line.order_id
                      FROM fed
                      JOIN mrp_production production ON production.id = fed.by_id
                      JOIN sale_order_line line ON line.id = production.sale_line_id
                    UNION
                    SELECT fed.id, sale.sale_id
                      FROM fed
                      JOIN stock_reference_production_rel rel
                        ON rel.production_id = fed.by_id
                      JOIN stock_reference_sale_rel sale
                        ON sale.reference_id = rel.reference_id
                    UNION
                    SELECT fed.id, sale.id
                      FROM fed
                      JOIN mrp_production production ON production.id = fed.by_id
                      JOIN sale_order sale
                        ON sale.state = 'sale'
                       AND sale.order_kind = 'engineering'
                       AND sale.company_id = production.company_id
                       AND sale.name = ANY(
                           regexp_split_to_array(production.origin, '\\s*,\\s*'))
                )
                SELECT link.id, sale.id, hold.is_held
                  FROM link
                  JOIN sale_order sale ON sale.id = link.order_id
                  CROSS JOIN LATERAL (
                       SELECT EXISTS (
                           SELECT FROM aftersales_hold hold
                            WHERE hold.order_id = sale.id
                              AND hold.gate = 'production'
                              AND hold.state = 'open') AS is_held) hold
                 WHERE sale.state = 'sale'
                   AND (sale.order_kind = 'engineering' OR hold.is_held)
                 ORDER BY sale.id
                """,
                ids=self.ids,
            )
        )
        by_id = {production.id: links[production] for production in self}
        for production_id, order_id, is_held in rows:
            if production_id in by_id:
                link = by_id[production_id]
                link["held" if is_held else "free"] |= orders.browse(order_id)
        return links

    def _flush_links(self):
        """Write what the queries of this file read."""
        self.flush_model([*LINKS, "company_id", "production_group_id"])
        self.env["sale.order"].flush_model(
            ["company_id", "name", "order_kind", "state"]
        )
        self.env["aftersales.hold"].flush_model(["gate", "order_id", "state"])

    @api.model
    def _get_of_orders(self, orders):
        """Manufacturing orders of these sales orders, on every level.

        :rtype: dict[sale.order, mrp.production]
        """
        found = {order: self.browse() for order in orders}
        if not orders:
            return found
        self._flush_links()
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE made (order_id, id) AS (
                    (SELECT line.order_id, production.id
                       FROM sale_order_line line
                       JOIN mrp_production production
                         ON production.sale_line_id = line.id
                      WHERE line.order_id = ANY(%(ids)s)
                     UNION
                     SELECT sale.sale_id, rel.production_id
                       FROM stock_reference_sale_rel sale
                       JOIN stock_reference_production_rel rel
                         ON rel.reference_id = sale.reference_id
                      WHERE sale.sale_id = ANY(%(ids)s)
                     UNION
                     SELECT sale.id, production.id
                       FROM sale_order sale
                       JOIN mrp_production production
                         ON production.company_id = sale.company_id
                        AND (production.origin = sale.name
                             -- several source documents, typed by hand
                             OR (production.origin LIKE '%%,%%'
                                 AND production.state IN ('draft', 'confirmed')
                                 AND sale.name = ANY(regexp_split_to_array(
                                     production.origin, '\\s*,\\s*'))))
                      WHERE sale.id = ANY(%(ids)s))
                    UNION
                    SELECT made.order_id, child.id
                      FROM made
                      JOIN mrp_production parent ON parent.id = made.id
                      JOIN mrp_production_group_rel rel
                        ON rel.parent_group_id = parent.production_group_id
                      JOIN mrp_production child
                        ON child.production_group_id = rel.child_group_id
                )
                SELECT order_id, id FROM made ORDER BY id
                """,
                ids=orders.ids,
            )
        )
        for order_id, production_id in rows:
            found[orders.browse(order_id)] |= self.browse(production_id)
        every = self.concat(*found.values())
        return {
            # without a common prefetch each order would read its own
            order: productions.with_prefetch(every._ids)
            for order, productions in found.items()
        }

    # ----------------------------------------------------------------- waiting

    def _filter_enforced(self):
        return self.filtered(
            lambda production: production.company_id._aftersales_mode(DECISION)
            == "enforce"
        )

    def _filter_waiting(self):
        """Those that may not go on before a deposit is there."""
        # sudo: who works in production reads neither orders nor holds
        waiting = self.sudo().filtered(
            lambda production: production.deposit_state == "waiting"
            and production.state not in ("done", "cancel")
        )
        waiting = waiting._filter_enforced()
        if not waiting:
            return self.browse()
        links = waiting._get_engineering_orders()
        return self.filtered(
            lambda production: production in waiting
            and links[production.sudo()]["held"]
        )

    def _is_standard(self):
        """Whether it is plainly made for standard orders; from what is in the cache.

        Procurement has just read all of this, and what it makes for a standard order
        shall cost nothing.
        """
        self.ensure_one()
        orders = self._get_sold_orders()
        if not orders or any(
            order.order_kind == "engineering" or order.hold_state == "production"
            for order in orders
        ):
            return False
        sources = {*orders.mapped("name"), self.name}
        sources.update(self.move_dest_ids.raw_material_production_id.mapped("name"))
        named = {name.strip() for name in (self.origin or "").split(",")}
        return named <= sources | {""}

    def _follow_orders(self):
        """Wait for the deposit of the orders these are for, or get their priority."""
        productions = self.sudo()._filter_enforced()
        productions = productions.filtered(
            lambda production: production.state in ("draft", "confirmed")
            and (production.deposit_state or not production._is_standard())
        )
        if not productions:
            return
        for production, orders in productions._get_engineering_orders().items():
            if orders["held"]:
                production._wait_for(orders["held"])
            elif production.deposit_state:
                production._go_on()
            elif orders["free"] and production.priority != "1":
                production.priority = "1"

    def _wait_for(self, orders):
        """Put what has not started on the list of those that wait."""
        values = {"deposit_state": "waiting", "deposit_order_id": orders[:1].id}
        starred = self.filtered(
            lambda production: production.priority == "1"
            and not production.deposit_state
            and not any(order._goes_first() for order in production._get_sold_orders())
        )
        # the star is for those whose deposit is there
        starred.write({**values, "priority": "0"})
        (self - starred).write(values)

    @api.model
    def _hold_orders(self, orders):
        """What of these orders has not started waits from now on."""
        for order, productions in self.sudo()._get_of_orders(orders).items():
            waiting = productions.filtered(
                lambda production: production.state in ("draft", "confirmed")
                and not production.deposit_state
            )
            waiting._wait_for(order)
            confirmed = waiting.filtered(lambda p: p.state == "confirmed")
            if confirmed:
                confirmed._message_log_batch(
                    {
                        production.id: self.env._(
                            "Confirmed already, but not started: it waits again, as "
                            "the deposit of %(order)s is missing.",
                            order=order.name,
                        )
                        for production in confirmed
                    }
                )

    def _remember_confirmation(self):
        """Somebody wants these confirmed: once the deposit is there."""
        # sudo: the field follows from what was asked for and is nobody's to write
        drafts = self.sudo().filtered(
            lambda production: production.state == "draft"
            and not production.confirm_on_deposit
        )
        drafts.confirm_on_deposit = True

    # ------------------------------------------------------------------ going on

    @api.model
    def _resume_orders(self, orders, is_cancelled=False):
        """Production of these orders goes on, unless another one holds it."""
        found = self.sudo()._get_of_orders(orders)
        waiting = self.sudo().concat(*found.values()).filtered("deposit_state")
        free = waiting._go_on(is_cancelled=is_cancelled)
        if not is_cancelled:
            for order, productions in found.items():
                (productions & free)._tell_planner(order)

    def _go_on(self, is_cancelled=False):
        """Let go on what no order holds any more.

        :return: what goes on
        """
        if not self:
            return self
        links = self._get_engineering_orders()
        free = self.browse()
        for production, orders in links.items():
            if not orders["held"]:
                free |= production
            elif production.deposit_order_id not in orders["held"]:
                production.deposit_order_id = orders["held"][:1]
        to_confirm = free.filtered(
            lambda production: production.confirm_on_deposit
            and production.state == "draft"
            and (
                not is_cancelled
                or any(order.state == "sale" for order in production._get_sold_orders())
            )
        )
        values = {
            "deposit_state": False,
            "deposit_order_id": False,
            "confirm_on_deposit": False,
        }
        urgent = free._filter_enforced().filtered(
            lambda production: links[production]["free"] and production.priority != "1"
        )
        # with the rest: the components' moves follow a priority, one write is enough
        urgent.write({**values, "priority": "1"})
        (free - urgent).write(values)
        to_confirm._confirm_safely()
        return free

    def _goes_first(self):
        # EXTENDS 'aftersales_rules': engineering orders whose deposit is there (O7)
        self.ensure_one()
        if super()._goes_first():
            return True
        production = self.sudo()._filter_enforced()
        if not production or production.deposit_state:
            return False
        orders = production._get_engineering_orders()[production]
        return bool(orders["free"]) and not orders["held"]

    def _confirm_safely(self):
        """Confirm; one that cannot be confirmed keeps neither the others nor the
        payment that brought us here."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self.action_confirm()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if len(self) > 1:
                for production in self:
                    production._confirm_safely()
                return
            _logger.warning("%s could not be confirmed: %s", self.name, error)
            self.invalidate_recordset()
            self._message_log(
                body=self.env._(
                    "The deposit is there, but confirming failed: %(error)s",
                    error=error if isinstance(error, UserError) else "",
                )
            )

    def _tell_planner(self, order):
        """The deposit is there: notes, and one to-do for the planner (O7)."""
        if not self:
            return
        gate = self.env["aftersales.gate"]._in_staff_language(order)
        body = gate.env._("%(order)s: production may start.", order=order.name)
        self._message_log_batch({production.id: body for production in self})
        first = self[0]
        warehouse = first.picking_type_id.warehouse_id
        user = first.user_id or warehouse.production_user_id
        if user:
            env = self.with_context(lang=user.lang or self.env.lang).env
            first.with_context(mail_activity_quick_update=True).activity_schedule(
                "aftersales_rules.mail_activity_produce",
                user_id=user.id,
                note=env._(
                    "%(order)s may go to production (manufacturing orders: %(count)s).",
                    order=order.name,
                    count=len(self),
                ),
            )
