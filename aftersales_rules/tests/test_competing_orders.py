# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestCompetingOrders(AftersalesCase):
    """Orders for the same product, what is free and who goes short (O15)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.duty_manager = cls.new_user("dut", "aftersales_rules.group_duty_manager")
        cls.partner.credit_limit = 100000.0
        cls.now = fields.Datetime.now().replace(microsecond=0)

    def confirm(self, quantity, days, product=None, **values):
        """A confirmed order of so many, promised in so many days."""
        order = self.new_order(
            1.0,
            product=product,
            commitment_date=self.now + timedelta(days=days),
            **values,
        )
        order.order_line.product_uom_qty = quantity
        order.action_confirm()
        return order

    def receive(self, quantity, days, product=None):
        move = self.env["stock.move"].create(
            {
                "product_id": (product or self.goods).id,
                "product_uom_qty": quantity,
                "date": self.now + timedelta(days=days),
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "picking_type_id": self.warehouse.in_type_id.id,
            }
        )
        move._action_confirm(merge=False)
        return move

    def get_rows(self, product=None):
        demands = self.env["aftersales.competing.demand"]
        demands.invalidate_model()  # nothing tells it that the orders changed
        return demands.with_user(self.duty_manager).search(
            [("product_id", "=", (product or self.goods).id)]
        )

    def get_row(self, order):
        return self.get_rows(order.order_line.product_id).filtered(
            lambda row: row.order_id == order
        )

    def test_balance_and_shortage_by_date(self):
        """Ten there, eight come in on day 5: 6, 7, 4 and 3 are wanted.

        Day 1: 10 - 6 = 4 left. Day 3: 4 - 7 = -3, three short until day 5.
        Day 6: -3 + 8 - 4 = 1 left. Day 9: 1 - 3 = -2, two short, nothing comes.
        """
        self.stock_up(self.goods, 10)
        self.receive(8, 5)
        orders = [
            self.confirm(quantity, days)
            for quantity, days in ((6, 1), (7, 3), (4, 6), (3, 9))
        ]
        rows = [self.get_row(order) for order in orders]
        self.assertEqual([row.balance for row in rows], [4, -3, 1, -2])
        self.assertEqual([row.shortage for row in rows], [0, 3, 0, 2])
        self.assertEqual(
            [row.covered_date for row in rows],
            [False, self.now + timedelta(days=5), False, False],
        )
        self.assertEqual([row.competitors for row in rows], [3, 3, 3, 3])
        self.assertEqual(rows[0].next_date, self.now + timedelta(days=5))

    def test_short_order_is_covered_by_a_later_receipt(self):
        """Two receipts: the second one is what covers the second order."""
        self.receive(5, 2)
        self.receive(5, 8)
        first, second = self.confirm(5, 1), self.confirm(4, 1)
        self.assertEqual(self.get_row(first).covered_date, self.now + timedelta(days=2))
        self.assertEqual(
            self.get_row(second).covered_date, self.now + timedelta(days=8)
        )

    def test_free_is_what_nobody_has_reserved(self):
        """Ten on hand and six reserved: four are free."""
        self.stock_up(self.goods, 10)
        order = self.confirm(6, 1)
        self.confirm(1, 2).picking_ids.do_unreserve()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(set(self.get_rows().mapped("free_qty")), {4})

    def test_window_of_the_rules_decides_who_competes(self):
        """Two weeks by default; a changed threshold counts at once."""
        near, far = self.confirm(1, 1), self.confirm(1, 20)
        self.assertEqual(self.get_row(near).competitors, 0)
        self.assertEqual(near.with_user(self.duty_manager).competing_count, 0)
        self.set_threshold("competing_days", "19")
        self.assertEqual(self.get_row(near).competitors, 1)
        near.invalidate_recordset()
        self.assertEqual(near.with_user(self.duty_manager).competing_count, 1)
        action = near.with_user(self.duty_manager).action_view_competing()
        shown = self.env["aftersales.competing.demand"].search(action["domain"])
        self.assertEqual(shown.order_id, near | far)

    def test_order_that_waits_wants_its_goods_too(self):
        """A held order has no transfer yet and counts from its lines, in its unit."""
        poor = self.new_customer("Poor", credit_limit=1.0)
        self.stock_up(self.goods, 20)
        held = self.new_order(
            50.0, partner=poor, commitment_date=self.now + timedelta(days=1)
        )
        held.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        held.action_confirm()
        self.assertHeld(held, "over_limit")
        other = self.confirm(9, 2)
        self.assertEqual(self.get_row(held).quantity, 12)
        self.assertEqual(self.get_row(held).balance, 8)
        self.assertEqual(self.get_row(other).shortage, 1)

    def test_each_step_of_a_delivery_counts_once(self):
        """Pick and ship of one order want the goods once."""
        self.warehouse.delivery_steps = "pick_ship"
        self.stock_up(self.goods, 10)
        order = self.confirm(4, 1)
        self.confirm(3, 2)
        self.assertEqual(self.get_row(order).mapped("quantity"), [4])
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        self.assertEqual(len(order.picking_ids), 2)
        self.assertEqual(self.get_row(order).mapped("quantity"), [4])

    def test_what_production_takes_counts_before(self):
        """A manufacturing order for stock takes eight of ten."""
        self.stock_up(self.goods, 10)
        made = self.new_product("Made", is_storable=True)
        bom = self.env["mrp.bom"].create(
            {
                "product_tmpl_id": made.product_tmpl_id.id,
                "bom_line_ids": [
                    Command.create({"product_id": self.goods.id, "product_qty": 8})
                ],
            }
        )
        production = self.env["mrp.production"].create(
            {"product_id": made.id, "product_qty": 1, "bom_id": bom.id}
        )
        production.action_confirm()
        order = self.confirm(5, 3)
        self.assertEqual(self.get_row(order).shortage, 3)
        wanted = self.confirm(1, 40, product=made)
        self.assertEqual(self.get_row(wanted).balance, 0, "the one that is being made")

    def test_delivered_and_cancelled_orders_want_nothing(self):
        self.stock_up(self.goods, 10)
        done, cancelled = self.confirm(1, 1), self.confirm(1, 1)
        done.picking_ids.move_ids.picked = True
        done.picking_ids._action_done()
        cancelled.with_context(disable_cancel_warning=True).action_cancel()
        self.assertFalse(self.get_rows())

    def test_variants_of_a_family_compete_as_a_family(self):
        """Another size of the same product is another product of the family."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [
                    Command.create({"name": "S"}),
                    Command.create({"name": "L"}),
                ],
            }
        )
        template = self.env["product.template"].create(
            {
                "name": "Pane",
                "is_storable": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        small, large = template.product_variant_ids
        order = self.confirm(1, 1, product=small)
        self.confirm(1, 2, product=large)
        row = self.get_row(order)
        self.assertEqual((row.competitors, row.family_competitors), (0, 1))

    def test_reserved_lot_is_named(self):
        """One lot reserved for an order is shown with it."""
        lotted = self.new_product("Lotted", is_storable=True, tracking="lot")
        lot = self.env["stock.lot"].create(
            {"name": "L1", "product_id": lotted.id, "company_id": self.company.id}
        )
        self.env["stock.quant"]._update_available_quantity(
            lotted, self.warehouse.lot_stock_id, 5, lot_id=lot
        )
        order = self.confirm(2, 1, product=lotted)
        self.assertEqual(self.get_row(order).lot_id, lot)

    def test_only_duty_managers_of_the_company_read_it(self):
        order = self.confirm(1, 1)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "str",
            "aftersales_rules.group_duty_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        demands = self.env["aftersales.competing.demand"]
        domain = [("order_id", "=", order.id)]
        self.assertFalse(demands.with_user(stranger).search(domain))
        for user in (self.salesperson, self.controller):
            with self.assertRaises(AccessError):
                demands.with_user(user).search(domain)
            with self.assertRaises(AccessError):
                order.with_user(user).read(["competing_count"])

    def test_many_rows_take_as_many_queries_as_few(self):
        """Balances are computed by the database, not row by row."""

        def count():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.get_rows().mapped("shortage")
            return self.env.cr.sql_log_count - before

        self.confirm(1, 1)
        count()
        few = count()
        for days in range(8):
            self.confirm(1, days)
        self.assertEqual(len(self.get_rows()), 9)
        self.assertEqual(count(), few)

    def test_date_is_the_promised_one(self):
        """Without a promise it is the one that Odoo planned."""
        order = self.new_order(1.0)
        order.action_confirm()
        move = order.picking_ids.move_ids
        self.assertEqual(self.get_row(order).date, move.date_deadline)
        order.commitment_date = datetime(2030, 1, 1, 12)
        self.assertEqual(self.get_row(order).date, datetime(2030, 1, 1, 12))
