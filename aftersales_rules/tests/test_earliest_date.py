# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import AftersalesCase

# a Monday, nine in the morning where the company is
MONDAY = datetime(2026, 3, 2, 9, 0)


@tagged("post_install", "-at_install")
class TestEarliestDate(AftersalesCase):
    """The earliest day that stock, lead times and load allow, worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frozen = freeze_time(MONDAY)
        frozen.start()
        cls.addClassCleanup(frozen.stop)
        cls.set_mode("observe")
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Eight to four, Monday to Friday",
                "tz": "UTC",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": str(day),
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.manufacture = cls.env.ref("mrp.route_warehouse0_manufacture")
        cls.sand = cls.new_product("Sand", is_storable=True)
        cls.window = cls.new_product(
            "Window", is_storable=True, route_ids=[Command.set(cls.manufacture.ids)]
        )
        cls.bom = cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.window.product_tmpl_id.id,
                "produce_delay": 3,
                "bom_line_ids": [
                    Command.create({"product_id": cls.sand.id, "product_qty": 2})
                ],
            }
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Quarry"})

    def get_earliest(self, product, quantity=1.0, **values):
        order = self.new_order(100.0, product=product, **values)
        order.order_line.product_uom_qty = quantity
        return order.earliest_date

    def assertWhy(self, order, text):
        self.assertIn(text, order.earliest_note)

    def sell_sand(self, days):
        self.sand.seller_ids = [
            Command.clear(),
            Command.create({"partner_id": self.vendor.id, "delay": days}),
        ]

    def receive(self, product, quantity, day):
        """A receipt that is expected on a day."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "date": datetime.combine(day, datetime.min.time()),
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
            }
        )
        move._action_confirm(merge=False)
        return move

    # --------------------------------------------------------------------- stock

    def test_free_stock_leaves_today(self):
        """What is on hand and nobody else's can go at once."""
        self.stock_up(self.goods, 5)
        self.assertEqual(self.get_earliest(self.goods, 5), date(2026, 3, 2))

    def test_taken_stock_is_not_free(self):
        """Another order's goods do not count; what comes in for all does."""
        self.stock_up(self.goods, 5)
        other = self.new_order(1.0)
        other.order_line.product_uom_qty = 4
        other.action_confirm()
        self.assertEqual(self.get_earliest(self.goods, 1), date(2026, 3, 2))
        self.receive(self.goods, 10, date(2026, 3, 12))
        order = self.new_order(1.0)
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.earliest_date, date(2026, 3, 12))
        self.assertWhy(order, "more comes in by then")

    def test_incoming_that_others_wait_for_is_taken(self):
        """Ten come in, nine are promised: two are never free of it."""
        self.receive(self.goods, 10, date(2026, 3, 12))
        other = self.new_order(1.0)
        other.order_line.product_uom_qty = 9
        other.action_confirm()
        self.assertEqual(self.get_earliest(self.goods, 1), date(2026, 3, 12))
        self.receive(self.goods, 1, date(2026, 3, 20))
        self.assertEqual(self.get_earliest(self.goods, 2), date(2026, 3, 20))

    def test_own_reservation_does_not_stand_in_the_way(self):
        """A confirmed order counts what it took itself as its own."""
        self.stock_up(self.goods, 5)
        order = self.new_order(1.0)
        order.order_line.product_uom_qty = 5
        order.action_confirm()
        self.assertEqual(order.earliest_date, date(2026, 3, 2))

    def test_unknown_supply_takes_the_customer_lead_time(self):
        """Nothing says how it is supplied: the lead time that sales promises."""
        self.goods.sale_delay = 4
        order = self.new_order(1.0)
        self.assertEqual(order.earliest_date, date(2026, 3, 6))
        self.assertWhy(order, "nothing says how it is supplied")
        self.assertFalse(self.env["aftersales.earliest"]._get(order)[order.id].is_known)

    def test_services_and_delivered_goods_need_no_date(self):
        """An order without goods to deliver has no earliest date."""
        self.assertFalse(self.get_earliest(self.service))

    def test_two_lines_of_one_product_share_the_stock(self):
        """Three and three are six, and five are there."""
        self.stock_up(self.goods, 5)
        self.receive(self.goods, 1, date(2026, 3, 5))
        order = self.new_order(1.0)
        order.order_line.product_uom_qty = 3
        order.order_line.copy({"order_id": order.id})
        self.assertEqual(order.earliest_date, date(2026, 3, 5))

    def test_units_are_converted(self):
        """A dozen is twelve; twelve are there, two dozen are not."""
        self.stock_up(self.goods, 12)
        self.goods.sale_delay = 9
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.new_order(1.0)
        order.order_line.product_uom_id = dozen
        self.assertEqual(order.earliest_date, date(2026, 3, 2))
        order.order_line.product_uom_qty = 2
        self.assertGreater(order.earliest_date, date(2026, 3, 2))

    # ---------------------------------------------------------------- production

    def test_components_in_stock_then_made(self):
        """Three days of production from Monday: Thursday."""
        self.stock_up(self.sand, 10)
        order = self.new_order(100.0, product=self.window)
        self.assertEqual(order.earliest_date, date(2026, 3, 5))
        self.assertWhy(order, "made in 3 days")

    def test_missing_component_is_bought_first(self):
        """Four days for the sand, three for the window: Monday a week later."""
        self.sell_sand(4)
        order = self.new_order(100.0, product=self.window)
        self.assertEqual(order.earliest_date, date(2026, 3, 9))
        self.assertWhy(order, "components on 03/06/2026")

    def test_unknown_component_takes_the_days_to_prepare(self):
        """Nobody sells it: the days that the bill of materials says."""
        self.bom.days_to_prepare_mo = 7
        self.assertEqual(self.get_earliest(self.window), date(2026, 3, 12))

    def test_only_what_is_short_is_made(self):
        """Two of three are there; the third needs two sand, and two there are."""
        self.stock_up(self.window, 2)
        self.stock_up(self.sand, 2)
        self.sell_sand(30)
        self.assertEqual(self.get_earliest(self.window, 3), date(2026, 3, 5))
        self.assertEqual(self.get_earliest(self.window, 4), date(2026, 4, 6))

    def test_kit_waits_for_its_parts(self):
        """A kit is there when its slowest part is."""
        kit = self.new_product("Kit", is_storable=True)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.goods.id, "product_qty": 1}),
                    Command.create({"product_id": self.sand.id, "product_qty": 3}),
                ],
            }
        )
        self.stock_up(self.goods, 1)
        self.sell_sand(2)
        self.assertEqual(self.get_earliest(kit), date(2026, 3, 4))

    def test_planned_load_of_the_work_centre_comes_before(self):
        """Forty hours are planned: a week of eight-hour days, then the own two."""
        self.bom.produce_delay = 0
        self.stock_up(self.sand, 100)
        centre = self.env["mrp.workcenter"].create(
            {"name": "Furnace", "resource_calendar_id": self.calendar.id}
        )
        self.bom.operation_ids = [
            Command.create(
                {"name": "Melt", "workcenter_id": centre.id, "time_cycle_manual": 120}
            )
        ]
        self.assertEqual(self.get_earliest(self.window), date(2026, 3, 2))
        busy = self.env["mrp.production"].create(
            {"product_id": self.window.id, "product_qty": 20, "bom_id": self.bom.id}
        )
        busy.action_confirm()
        self.assertEqual(sum(busy.workorder_ids.mapped("duration_expected")), 2400)
        order = self.new_order(100.0, product=self.window)
        order.order_line.product_uom_qty = 30
        # Monday 9:00 + 40 h is Monday 9:00; twenty come from the planned order,
        # ten are made in 20 h: 7 + 8 + 5 hours, Wednesday
        self.assertEqual(order.earliest_date, date(2026, 3, 11))
        self.assertWhy(order, "after what is planned at Furnace")

    def test_what_is_not_started_is_not_there_before_its_lead_time(self):
        """Odoo plans it to be done today; nobody has begun, so it takes three days."""
        self.stock_up(self.sand, 10)
        make_to_order = self.env.ref("stock.route_warehouse0_mto")
        make_to_order.active = True
        self.window.route_ids |= make_to_order
        order = self.new_order(100.0, product=self.window)
        order.action_confirm()
        production = order.stock_reference_ids.production_ids
        self.assertTrue(production)
        self.assertEqual(order.earliest_date, date(2026, 3, 5))

    def test_bills_that_contain_each_other_end(self):
        """A circle of components gives an answer, not an endless walk."""
        self.bom.bom_line_ids = [
            Command.create({"product_id": self.goods.id, "product_qty": 1})
        ]
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.sand.product_tmpl_id.id,
                "bom_line_ids": [
                    Command.create({"product_id": self.goods.id, "product_qty": 1})
                ],
            }
        )
        self.assertTrue(self.get_earliest(self.window))

    # ------------------------------------------------------------------ calendar

    def test_weekends_and_holidays_are_passed_over(self):
        """Saturday becomes Monday, and a closed Monday Tuesday."""
        self.stock_up(self.sand, 10)
        self.bom.produce_delay = 5
        self.assertEqual(self.get_earliest(self.window), date(2026, 3, 9))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 3, 9, 0, 0),
                "date_to": datetime(2026, 3, 9, 23, 59),
            }
        )
        self.assertEqual(self.get_earliest(self.window), date(2026, 3, 10))

    def test_safety_days_of_sales_are_added(self):
        """Odoo plans that much before the promised date."""
        self.stock_up(self.goods, 5)
        self.company.security_lead = 2
        self.assertEqual(self.get_earliest(self.goods), date(2026, 3, 4))

    # -------------------------------------------------------------------- orders

    def test_salesperson_takes_it_over_as_promise(self):
        """Without rights in stock or production; the promised day is that day."""
        self.stock_up(self.sand, 10)
        self.calendar.tz = "Asia/Shanghai"
        order = self.new_order(100.0, product=self.window)
        mine = order.with_user(self.salesperson)
        mine.action_take_earliest()
        self.assertEqual(mine._get_promised_day(), mine.earliest_date)
        self.assertEqual(order.commitment_date.hour, 4, "noon in Shanghai")

    def test_many_orders_take_as_many_queries_as_few(self):
        """Stock, bills and load are read for the batch."""
        self.stock_up(self.goods, 1)
        self.sell_sand(4)

        def make(count):
            return self.env["sale.order"].concat(
                *[
                    self.new_order(1.0, product=product)
                    for _each in range(count)
                    for product in (self.goods, self.window)
                ]
            )

        def count(orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.earliest"]._get(orders)
            return self.env.cr.sql_log_count - before

        few, many = make(1), make(12)
        count(few)
        self.assertEqual(count(many), count(few))
