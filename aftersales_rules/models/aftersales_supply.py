# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import fields

from .aftersales_working_time import WorkingTime

DEPTH_MAX = 12
"""Levels of bills of materials that are looked into."""

OPEN_MOVES = ("waiting", "confirmed", "partially_available", "assigned")


class Supply:
    """What a warehouse has, gets and could get, read in batch."""

    def __init__(self, model, company, warehouse):
        self.env = model.env
        self.company = company
        self.warehouse = warehouse
        self.zone = ZoneInfo(company._get_aftersales_zone())
        self.now = fields.Datetime.now()
        self.on_hand = defaultdict(float)
        self.events = defaultdict(lambda: defaultdict(float))
        self.own = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
        self.boms = {}
        self.rules = {}
        self.backlog = {}
        self.working = WorkingTime(self.env, self.now)

    # ------------------------------------------------------------------- reading

    def gather(self, needs):
        """Read products of the orders and of their bills, level by level."""
        products = self.env["product.product"].union(
            *[product for need in needs.values() for product in need]
        )
        everything = level = products
        for _depth in range(DEPTH_MAX):
            self.boms.update(
                self.env["mrp.bom"]._bom_find(level, company_id=self.company.id)
            )
            found = self.env["mrp.bom"].union(
                *[self.boms[product] for product in level if self.boms.get(product)]
            )
            level = found.bom_line_ids.product_id - everything
            if not level:
                break
            everything |= level
        self._read_stock(everything.filtered("is_storable"))
        self._read_own(needs)
        self._read_backlog()

    def _read_stock(self, products):
        if not products:
            return
        located = products.with_context(
            warehouse_id=self.warehouse.id, allowed_company_ids=self.company.ids
        )
        in_stock, coming, leaving = located._get_domain_locations()
        same = [("product_id", "in", products.ids)]
        for product, quantity in self.env["stock.quant"]._read_group(
            in_stock & fields.Domain(same), ["product_id"], ["quantity:sum"]
        ):
            self.on_hand[product] = quantity
        opened = fields.Domain(same) & fields.Domain("state", "in", OPEN_MOVES)
        moves = self.env["stock.move"].with_context(tz="UTC")
        made = fields.Domain("production_id", "!=", False)
        for sign, located_moves in ((1, coming & ~made), (-1, leaving)):
            for product, day, quantity in moves._read_group(
                located_moves & opened,
                ["product_id", "date:day"],
                ["product_qty:sum"],
            ):
                # what is late comes today at the earliest
                moment = max(_to_datetime(day), self.now)
                self.events[product][moment] += sign * quantity

        self._read_made(coming & made & opened)

    def _read_made(self, domain):
        """What is being made: not before its lead time, if nobody has started it.

        Odoo plans backwards from the date of the order, also into the past.
        """
        moves = self.env["stock.move"].search_fetch(
            domain, ["product_id", "product_qty", "date", "production_id"]
        )
        for move in moves:
            production = move.production_id
            earliest = self.now
            if production.state in ("draft", "confirmed"):
                earliest += timedelta(days=production.bom_id.produce_delay)
            moment = max(_to_datetime(move.date), earliest)
            self.events[move.product_id][moment] += move.product_qty

    def _read_own(self, needs):
        """What confirmed orders take themselves: it must not stand in their way."""
        ids = [order._origin.id for order in needs if order.state == "sale"]
        if not ids:
            return
        _quants, _coming, leaving = (
            self.env["product.product"]
            .with_context(
                warehouse_id=self.warehouse.id, allowed_company_ids=self.company.ids
            )
            ._get_domain_locations()
        )
        own = fields.Domain("sale_line_id.order_id", "in", ids)
        opened = fields.Domain("state", "in", OPEN_MOVES)
        moves = self.env["stock.move"].search_fetch(
            own & opened & leaving,
            ["product_id", "product_qty", "date", "sale_line_id"],
        )
        for move in moves:
            moment = max(_to_datetime(move.date), self.now)
            order_id = move.sale_line_id.order_id.id
            self.own[order_id][move.product_id][moment] += move.product_qty

    def _read_backlog(self):
        """Hours that each work centre still has to do, planned and not done."""
        centres = self.env["mrp.workcenter"].union(
            *[bom.operation_ids.workcenter_id for bom in self.boms.values() if bom]
        )
        if not centres:
            return
        for centre, expected, done in self.env["mrp.workorder"]._read_group(
            [
                ("workcenter_id", "in", centres.ids),
                ("state", "in", ("blocked", "ready", "progress")),
                (
                    "production_id.state",
                    "in",
                    ("confirmed", "progress", "to_close"),
                ),
            ],
            ["workcenter_id"],
            ["duration_expected:sum", "duration:sum"],
        ):
            self.backlog[centre] = max(expected - done, 0.0) / 60.0

    # ----------------------------------------------------------------- answering

    def get_rules(self, product):
        """The chain of rules that would fill the warehouse's stock."""
        key = (product.route_ids, product.categ_id)
        if key not in self.rules:
            self.rules[key] = product._get_rules_from_location(
                self.warehouse.lot_stock_id
            )
        return self.rules[key]

    def get_free_from(self, centre):
        """When a work centre is through with what is planned already."""
        return self.working.add_hours(
            self.now, self.backlog.get(centre, 0.0), centre.resource_id
        )

    def get_delivery_days(self):
        """Days from stock to the door, and Odoo's safety days for sales."""
        rules = self.warehouse.delivery_route_id.rule_ids
        return sum(rules.mapped("delay")) + self.company.security_lead

    def to_day(self, moment):
        """The working day of the company on which something can leave."""
        local = moment.replace(tzinfo=timezone.utc).astimezone(self.zone)
        calendar = self.company.resource_calendar_id
        return self.working.get_working_day(local, calendar)


def _to_datetime(value):
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime.combine(value, time.min)
