# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from freezegun import freeze_time

from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestGateCost(AftersalesCase):
    """What a gate may cost, and that what saves a query does not cost the answer."""

    def count_judging(self, orders):
        """Queries that judging takes when these orders are confirmed."""
        self.env.flush_all()
        self.env.invalidate_all()
        for order in orders:
            # what confirming has read before the gate comes
            order.read(["name", "state"])
            order.order_line.mapped("product_id.type")
        orders.currency_id.mapped("name")
        self.company.read(["name"])
        before = self.env.cr.sql_log_count
        self.env["aftersales.gate"]._judge_credit(orders, "confirm")
        return self.env.cr.sql_log_count - before

    def test_judging_takes_few_queries_for_any_number_of_orders(self):
        """Currency, balances with the turn, decisions: for one order or ten."""
        self.count_judging(self.new_order(1.0))  # versions and modes get cached
        one = self.count_judging(self.new_order(1.0))
        customers = [self.new_customer(f"D{n}", credit_limit=100) for n in range(10)]
        ten = self.env["sale.order"].concat(
            *[self.new_order(1.0, partner=partner) for partner in customers]
        )
        self.assertEqual(one, 3)
        self.assertEqual(self.count_judging(ten), 3)

    def count_confirming(self, order):
        """Queries of confirming an order, with what is left for the commit."""
        self.run_queue()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        order.action_confirm()
        self.run_queue()
        return self.env.cr.sql_log_count - before

    def test_confirming_a_plain_order_takes_two_queries_more(self):
        """What is owed, and the decision; with the gates off nothing at all."""
        counts = {}
        for mode in ("off", "observe", "enforce"):
            self.set_mode(mode, *self.all_gates())
            for _each in range(2):  # versions and modes get cached
                order = self.new_order(100.0, product=self.service)
                counts[mode] = self.count_confirming(order)
        self.assertEqual(counts["observe"] - counts["off"], 2)
        self.assertEqual(counts["enforce"] - counts["off"], 2)

    def count_rechecking(self, orders):
        """Queries that a re-check takes which changes nothing."""
        self.run_queue()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["aftersales.gate"]._recheck(orders)
        return self.env.cr.sql_log_count - before

    def test_rechecking_takes_as_many_queries_for_thirty_orders_as_for_three(self):
        """Holds are read for the batch, not order by order."""
        customers = [self.new_customer(f"R{n}", credit_limit=1) for n in range(3)]
        few, many = (
            self.env["sale.order"].concat(
                *[
                    self.new_confirmed(100.0, partner=partner, product=self.service)
                    for partner in customers
                    for _each in range(count)
                ]
            )
            for count in (1, 10)
        )
        self.count_rechecking(few)  # versions and modes get cached
        self.assertEqual(len((few | many)._filter_held("procurement")), 33)
        self.assertEqual(self.count_rechecking(many), self.count_rechecking(few))

    def test_pending_changes_of_other_orders_are_counted(self):
        """What the transaction has not written yet about other orders still counts."""
        other = self.new_confirmed(100.0)
        order = self.new_order(50.0)
        other.order_line.price_unit = 300.0
        self.assertEqual(self.get_facts(order).exposure, 350)

    def test_changed_limit_counts_at_once(self):
        """A limit that was written and not flushed decides already."""
        order = self.new_order(50.0)
        self.get_facts(order)
        self.partner.credit_limit = 77.0
        self.assertEqual(self.get_facts(order).credit_limit, 77)

    def test_contact_is_judged_with_its_company(self):
        """Limit and debtor of an order of a contact are those of the company."""
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner.id}
        )
        self.env.invalidate_all()
        order = self.new_order(50.0, partner=contact)
        self.assertEqual(self.get_facts(order).credit_limit, 1000)
        self.assertEqual(order._get_credit_keys(), {(self.partner.id, self.company.id)})

    def test_held_order_is_never_read_as_free(self):
        """Hold state and open holds say the same from the moment a hold opens."""
        order = self.new_confirmed(5000.0)
        self.assertTrue(order._get_open_holds("procurement"))
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertTrue(order._get_open_holds("procurement"))
        order.hold_ids.sudo()._close("cause_ended")
        self.assertFalse(order._get_open_holds())

    @freeze_time("2026-03-02 23:30:00")
    def test_local_time_follows_the_working_hours_at_once(self):
        """Another time zone of the calendar, or another calendar, is seen at once."""
        calendar = self.company.resource_calendar_id
        calendar.tz = "UTC"
        self.assertEqual(self.company._aftersales_now().date().day, 2)
        calendar.tz = "Asia/Shanghai"
        self.assertEqual(self.company._aftersales_now().date().day, 3)
        self.company.resource_calendar_id = calendar.copy({"tz": "America/New_York"})
        self.assertEqual(self.company._aftersales_now().hour, 18)

    @freeze_time("2026-03-02 23:30:00")
    def test_local_time_follows_the_address_without_working_hours(self):
        """Without working hours the zone of the company's address counts."""
        self.company.resource_calendar_id = False
        self.company.partner_id.tz = "Asia/Tokyo"
        self.assertEqual(self.company._aftersales_now().hour, 8)
        self.company.partner_id.tz = False
        self.assertEqual(
            self.company._aftersales_now().replace(tzinfo=None),
            datetime(2026, 3, 2, 23, 30),
        )
