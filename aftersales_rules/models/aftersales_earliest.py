# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The earliest day on which an order can be delivered, from Odoo's own facts (O9).

How it works: what an order needs is looked for in the warehouse's forecast (what is
on hand, what comes in, what other orders take). What is short is made or bought: the
lead times of the rules that would supply it, its components first, and the work
centres' planned load before the own operations. Everything is read for all orders of
a warehouse at once in ``aftersales_supply.py``; ``_Plan`` walks through one order.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from odoo import api, models
from odoo.tools import format_date

from .aftersales_supply import DEPTH_MAX, Supply


@dataclass(frozen=True)
class Earliest:
    """The day, what it follows from, and whether all of it is known."""

    day: date | None = None
    note: str = ""
    is_known: bool = True


class AftersalesEarliest(models.AbstractModel):
    _name = "aftersales.earliest"
    _description = "Earliest Delivery"

    @api.model
    def _get(self, orders):
        """When each order could leave at the earliest.

        :param orders: `sale.order`, also ones that are not saved yet
        :rtype: dict[int | NewId, Earliest]
        """
        # sudo: sales reads what stock, bills of materials, vendors and work centres
        # add up to, without being allowed to open them
        orders = orders.sudo()
        result = {order.id: Earliest() for order in orders}
        groups = orders.filtered("warehouse_id").grouped(
            lambda order: (order.company_id, order.warehouse_id)
        )
        for (company, warehouse), same in groups.items():
            needs = {order: self._get_needs(order) for order in same}
            needs = {order: need for order, need in needs.items() if need}
            if not needs:
                continue
            supply = Supply(self.sudo().with_company(company), company, warehouse)
            supply.gather(needs)
            for order, need in needs.items():
                result[order.id] = _Plan(supply, order).get_earliest(need)
        return result

    @api.model
    def _get_needs(self, order):
        """What an order still has to deliver: quantity and lead time by product."""
        needs = {}
        for line in order.order_line:
            product = line.product_id
            if line.display_type or product.type != "consu":
                continue
            open_qty = line.product_uom_qty - line.qty_delivered
            if line.product_uom_id.compare(open_qty, 0) <= 0:
                continue
            quantity = line.product_uom_id._compute_quantity(
                open_qty, product.uom_id, round=False
            )
            had, lead = needs.get(product, (0.0, 0.0))
            needs[product] = (had + quantity, max(lead, line.customer_lead))
        return needs


class _Plan:
    """The way of one order to its earliest day."""

    def __init__(self, supply, order):
        self.supply = supply
        self.env = order.env
        self.own = supply.own.get(order._origin.id, {})
        self.used = defaultdict(float)
        self.is_known = True

    def get_earliest(self, needs):
        supply = self.supply
        ready = []
        for product, (quantity, lead) in needs.items():
            moment, text = self._get_ready(product, quantity, 0)
            if moment is None:
                self.is_known = False
                moment = supply.now + timedelta(days=lead)
                text = self.env._(
                    "customer lead time of %(days)d days, as nothing says how it is "
                    "supplied",
                    days=lead,
                )
            moment += timedelta(days=supply.get_delivery_days())
            ready.append((supply.to_day(moment), product, text))
        ready.sort(key=lambda item: item[0], reverse=True)
        lines = [
            f"{product.display_name}: {format_date(self.env, day)}, {text}"
            for day, product, text in ready[:5]
        ]
        if len(ready) > 5:
            lines.append(
                self.env._("and %(count)d more, earlier", count=len(ready) - 5)
            )
        return Earliest(ready[0][0], "\n".join(lines), self.is_known)

    def _get_ready(self, product, quantity, depth):
        """When so much of a product is in stock, and why then; None if unknown."""
        supply = self.supply
        bom = supply.boms.get(product)
        if bom and bom.type == "phantom" and depth < DEPTH_MAX:
            return self._get_components_ready(product, bom, quantity, depth)
        if not product.is_storable:
            return None if depth == 0 else supply.now, ""
        wanted = quantity + self.used[product]
        self.used[product] = wanted
        levels = self._get_free_levels(product)
        covered = [
            moment
            for moment, free in levels
            if product.uom_id.compare(free, wanted) >= 0
        ]
        if covered and covered[0] == supply.now:
            return supply.now, self.env._("from stock")
        best, why = None, ""
        if covered:
            best, why = covered[0], self.env._("more comes in by then")
        # make or buy what is short now, or wait for what comes and make the rest
        before, after = dict(self.used), dict(self.used)
        for moment, free in dict.fromkeys((levels[0], levels[-1])):
            short = min(wanted - max(free, 0.0), quantity)
            if product.uom_id.compare(short, 0) <= 0:
                continue
            self.used = defaultdict(float, before)
            made, text = self._get_supplied(product, bom, short, depth)
            if made and (best is None or max(made, moment) < best):
                best, why, after = max(made, moment), text, self.used
        self.used = defaultdict(float, after)
        return best, why

    def _get_free_levels(self, product):
        """From when on how much stays free for good, by moment, never less later."""
        supply = self.supply
        changes = dict(supply.events.get(product, {}))
        for moment, quantity in self.own.get(product, {}).items():
            changes[moment] = changes.get(moment, 0.0) + quantity
        balance = supply.on_hand[product]
        steps = [(supply.now, balance)]
        for moment in sorted(changes):
            balance += changes[moment]
            if moment == supply.now:
                steps = []
            steps.append((moment, balance))
        lowest, levels = balance, []
        for moment, level in reversed(steps):
            lowest = min(lowest, level)
            levels.append((moment, lowest))
        return levels[::-1]

    def _get_supplied(self, product, bom, quantity, depth):
        """When a short product could be made or bought, and how."""
        rules = self.supply.get_rules(product)
        actions = set(rules.mapped("action"))
        if bom and ("manufacture" in actions or "buy" not in actions):
            return self._get_made(product, bom, rules, quantity, depth)
        seller = product._select_seller(quantity=None)
        if seller:
            return self._get_bought(product, rules, seller)
        return None, ""

    def _get_made(self, product, bom, rules, quantity, depth):
        supply = self.supply
        start = supply.now
        if depth < DEPTH_MAX:
            start, _text = self._get_components_ready(product, bom, quantity, depth)
        if start is None:
            start = supply.now + timedelta(days=bom.days_to_prepare_mo)
        rules = rules.filtered(lambda rule: rule.action != "buy")
        days = self._get_rule_days(product, rules, bom=bom, days_to_order=0)
        if "manufacture" not in rules.mapped("action"):
            days += bom.produce_delay
        by_lead = start + timedelta(days=days)
        by_load, centre = self._get_operations_done(product, bom, quantity, start)
        if by_load > by_lead:
            return by_load, self.env._(
                "made, after what is planned at %(centre)s", centre=centre.name
            )
        if start > supply.now:
            return by_lead, self.env._(
                "made in %(days)d days, components on %(day)s",
                days=days,
                day=format_date(self.env, supply.to_day(start)),
            )
        return by_lead, self.env._("made in %(days)d days", days=days)

    def _get_operations_done(self, product, bom, quantity, start):
        """When the last operation is done, each after its work centre is free."""
        supply = self.supply
        done, slowest = start, None
        wanted = product.uom_id._compute_quantity(
            quantity, bom.product_uom_id, round=False
        )
        for operation in bom.operation_ids:
            if operation._skip_operation_line(product):
                continue
            centre = operation.workcenter_id
            timed = operation.with_context(
                product=product, quantity=wanted, unit=bom.product_uom_id
            )
            begin = max(done, supply.get_free_from(centre))
            done = supply.working.add_hours(
                begin, timed.time_total / 60.0, centre.resource_id
            )
            slowest = centre
        return done, slowest

    def _get_components_ready(self, product, bom, quantity, depth):
        """When everything of a bill of materials is there."""
        supply = self.supply
        wanted = product.uom_id._compute_quantity(
            quantity, bom.product_uom_id, round=False
        )
        factor = wanted / (bom.product_qty or 1.0)
        latest, text = supply.now, self.env._("from stock")
        for line in bom.bom_line_ids:
            component = line.product_id
            if line._skip_bom_line(product) or component.type != "consu":
                continue
            needed = line.product_uom_id._compute_quantity(
                line.product_qty * factor, component.uom_id, round=False
            )
            moment, why = self._get_ready(component, needed, depth + 1)
            if moment is None:
                return None, ""
            if moment > latest:
                latest, text = moment, f"{component.display_name}: {why}"
        return latest, text

    def _get_bought(self, product, rules, seller):
        rules = rules.filtered(lambda rule: rule.action != "manufacture")
        days = self._get_rule_days(product, rules, supplierinfo=seller)
        if "buy" not in rules.mapped("action"):
            days += seller.delay
        return self.supply.now + timedelta(days=days), self.env._(
            "bought from %(vendor)s in %(days)d days",
            vendor=seller.partner_id.name,
            days=days,
        )

    def _get_rule_days(self, product, rules, **values):
        """What the rules themselves add up to, as Odoo's scheduler counts it."""
        if not rules:
            return 0
        delays, _words = rules.with_context(
            bypass_delay_description=True, bypass_global_horizon_days=True
        )._get_lead_days(product, **values)
        return delays["total_delay"]
