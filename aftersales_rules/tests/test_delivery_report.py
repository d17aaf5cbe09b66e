# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestDeliveryReport(AftersalesCase):
    """How many deliveries leave on the promised day (O9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off")
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.stock_up(cls.goods, 1000)
        cls.supervisor = cls.new_user("sup", "aftersales_rules.group_supervisor")

    def deliver(self, promised, done, **values):
        """An order that is promised and delivered at these moments (UTC)."""
        with freeze_time(done):
            order = self.new_order(10.0, commitment_date=promised, **values)
            order.action_confirm()
            order.picking_ids.move_ids.picked = True
            order.picking_ids._action_done()
            self.env.flush_all()
        return order

    def get_rows(self, orders, user=None):
        report = self.env["aftersales.delivery.report"]
        if user:
            report = report.with_user(user)
        return report.search([("order_id", "in", orders.ids)])

    def get_rate(self, orders, group):
        return dict(
            self.env["aftersales.delivery.report"]._read_group(
                [("order_id", "in", orders.ids)], [group], ["on_time_rate:avg"]
            )
        )

    def test_the_promised_day_counts_not_the_hour(self):
        """Promised for noon, delivered in the evening of that day: on time."""
        order = self.deliver(datetime(2026, 3, 5, 4), datetime(2026, 3, 5, 14))
        row = self.get_rows(order)
        self.assertEqual((row.date_promised, row.date_done), (date(2026, 3, 5),) * 2)
        self.assertEqual((row.result, row.days_late), ("on_time", 0))

    def test_the_day_is_that_of_the_company(self):
        """Half past four in the afternoon in London is the next day in Shanghai."""
        order = self.deliver(datetime(2026, 3, 5, 4), datetime(2026, 3, 5, 16, 30))
        row = self.get_rows(order)
        self.assertEqual(row.date_done, date(2026, 3, 6))
        self.assertEqual((row.result, row.days_late), ("late", 1))

    def test_without_a_promise_the_planned_day_counts(self):
        """What Odoo planned when it was confirmed: its lead time from then."""
        self.goods.sale_delay = 2
        with freeze_time(datetime(2026, 3, 2, 4)):
            order = self.new_order(10.0)
            order.action_confirm()
        with freeze_time(datetime(2026, 3, 7, 4)):
            order.picking_ids.scheduled_date = datetime(2026, 3, 9, 4)
            order.picking_ids.move_ids.picked = True
            order.picking_ids._action_done()
        row = self.get_rows(order)
        self.assertEqual(row.date_promised, date(2026, 3, 4))
        self.assertEqual(row.days_late, 3)

    def test_rate_by_month_customer_and_urgency(self):
        """Three of four in March, none of one in April."""
        early = datetime(2026, 3, 3, 4)
        other = self.new_customer("Other", credit_limit=1000.0)
        march = self.env["sale.order"].concat(
            *[self.deliver(datetime(2026, 3, 10, 4), early) for _each in range(3)]
        )
        late = self.deliver(datetime(2026, 3, 1, 4), early, partner=other)
        april = self.deliver(datetime(2026, 4, 1, 4), datetime(2026, 4, 9, 4))
        orders = march | late | april
        months = self.get_rate(orders, "date_done:month")
        self.assertEqual(months, {date(2026, 3, 1): 0.75, date(2026, 4, 1): 0.0})
        self.assertEqual(self.get_rate(orders, "partner_id")[other], 0.0)
        late._request_urgency("Late already", self.company._aftersales_now().date())
        late.urgency_request_ids.with_user(self.supervisor).action_approve()
        self.assertEqual(
            self.get_rate(orders, "urgency"), {"urgent": 0.0, "normal": 0.75}
        )
        self.assertEqual(self.get_rate(orders, "categ_id"), {self.goods.categ_id: 0.6})

    def test_transfers_are_counted_once(self):
        """Two lines on one transfer are two rows and one transfer."""
        with freeze_time(datetime(2026, 3, 3, 4)):
            order = self.new_order(10.0, commitment_date=datetime(2026, 3, 3, 4))
            order.order_line.copy({"order_id": order.id, "price_unit": 5.0})
            order.action_confirm()
            order.picking_ids.move_ids.picked = True
            order.picking_ids._action_done()
        self.assertEqual(len(self.get_rows(order)), 2)
        [[count]] = self.env["aftersales.delivery.report"]._read_group(
            [("order_id", "=", order.id)], [], ["picking_id:count_distinct"]
        )
        self.assertEqual(count, 1)

    def test_only_what_reached_the_customer_counts(self):
        """Neither an open transfer, nor a pick, nor a return."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.new_order(10.0)
        order.action_confirm()
        pick = order.picking_ids
        pick.move_ids.picked = True
        pick._action_done()
        self.assertFalse(self.get_rows(order))
        ship = order.picking_ids - pick
        ship.move_ids.picked = True
        ship._action_done()
        self.assertEqual(self.get_rows(order).picking_id, ship)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=ship.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        back = wizard._create_return()
        back.move_ids.picked = True
        back._action_done()
        self.assertEqual(len(self.get_rows(order)), 1)

    def test_who_reads_what(self):
        """Salespeople their own, leaders all, other companies nothing."""
        order = self.deliver(datetime(2026, 3, 5, 4), datetime(2026, 3, 5, 5))
        colleague = self.new_user("col", "sales_team.group_sale_salesman")
        self.assertTrue(self.get_rows(order, self.salesperson))
        self.assertFalse(self.get_rows(order, colleague))
        self.assertTrue(self.get_rows(order, self.supervisor))
        manager = self.new_user("man", "stock.group_stock_manager")
        self.assertTrue(self.get_rows(order, manager))
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "str",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.get_rows(order, stranger))
        with self.assertRaises(AccessError):
            self.get_rows(order, self.warehouse_user)
