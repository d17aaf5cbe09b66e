# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_complaint import ComplaintCase


class ReturnCase(ComplaintCase):
    """A customer who got ten panes, and complains of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode(
            "off", "credit_hold", "shipment_release", "shipping_day", "transfer_release"
        )
        cls.stock_up(cls.goods)
        cls.delivery = cls.new_delivered(10)
        cls.order = cls.delivery.sale_id
        cls.complaint = cls.new_registered(
            aftersales_picking_id=cls.delivery.id, aftersales_product_id=cls.goods.id
        )

    @classmethod
    def new_delivered(cls, quantity, lot=None, **values):
        """A delivery that has arrived."""
        values.setdefault("partner", cls.customer)
        order = cls.new_order(**values)
        order.order_line.product_uom_qty = quantity
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = quantity
            move.picked = True
        picking.button_validate()
        assert picking.state == "done"
        return picking

    @classmethod
    def new_registered(cls, **values):
        complaint = cls.new_complaint(**values)
        complaint._complaint_set_state("registered")
        return complaint

    @classmethod
    def receive(cls, picking):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.with_user(cls.warehouse_user).button_validate()
        assert picking.state == "done"

    @classmethod
    def begin_return(cls, quantity, user=None, complaint=None, picking=None, lot=None):
        picking = picking or cls.delivery
        complaint = complaint or cls.complaint
        return complaint.with_user(user or cls.agent)._complaint_create_return(
            picking, {picking.move_ids: quantity}, lot=lot
        )


@tagged("post_install", "-at_install")
class TestComplaintReturn(ReturnCase):
    """Goods come back through Odoo's return, and stay linked to the complaint (C15)."""

    def test_return_is_odoos_own_and_linked_both_ways(self):
        returned = self.begin_return(3)
        self.assertEqual(returned.return_id, self.delivery)
        self.assertEqual(returned.picking_type_code, "incoming")
        self.assertEqual(returned.move_ids.product_uom_qty, 3)
        self.assertEqual(
            returned.move_ids.origin_returned_move_id, self.delivery.move_ids
        )
        self.assertEqual(returned.complaint_id, self.complaint)
        self.assertEqual(self.complaint.complaint_picking_ids, returned)
        self.assertIn(returned.name, self.complaint.message_ids[:1].body)
        self.assertIn(
            self.complaint.display_name, " ".join(returned.message_ids.mapped("body"))
        )

    def test_after_sales_needs_no_right_on_stock(self):
        """The agent begins it and reads how far it is, and can open no transfer."""
        returned = self.begin_return(3)
        self.assertFalse(returned.with_user(self.agent).has_access("read"))
        shown = self.complaint.with_user(self.agent).complaint_goods
        self.assertIn(returned.name, shown)
        self.assertIn("Ready", shown)
        self.assertNotIn("href", shown)
        self.agent.group_ids |= self.env.ref("stock.group_stock_user")
        self.assertIn(
            f"/odoo/stock.picking/{returned.id}",
            self.complaint.with_user(self.agent).complaint_goods,
        )

    def test_only_after_sales_begins_one(self):
        for user in (self.warehouse_user, self.salesperson, self.technician):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.begin_return(1, user=user)
        self.assertFalse(self.complaint.complaint_picking_ids)

    def test_no_more_comes_back_than_was_delivered(self):
        """Whatever is on its way or back counts, of this complaint and of others."""
        self.receive(self.begin_return(4))
        other = self.new_registered(aftersales_picking_id=self.delivery.id)
        self.begin_return(5, complaint=other)
        with self.assertRaisesRegex(UserError, "at most 1 Units can come back"):
            self.begin_return(2)
        with self.assertRaisesRegex(UserError, "Enter the quantity"):
            self.begin_return(0)
        other.complaint_picking_ids.action_cancel()
        self.assertEqual(self.begin_return(6).move_ids.product_uom_qty, 6)

    def test_what_is_not_delivered_does_not_come_back(self):
        order = self.new_confirmed(partner=self.customer)
        with self.assertRaisesRegex(UserError, "is not delivered yet"):
            self.begin_return(1, picking=order.picking_ids)

    def test_goods_of_another_delivery_are_refused(self):
        other = self.new_delivered(2)
        with self.assertRaisesRegex(UserError, f"is not on {self.delivery.name}"):
            self.complaint._complaint_create_return(self.delivery, {other.move_ids: 1})

    def test_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= company
        complaint = self.new_complaint(company_id=company.id, partner_id=False)
        complaint._complaint_set_state("registered")
        with self.assertRaisesRegex(UserError, "belongs to another company"):
            complaint._complaint_create_return(
                self.delivery, {self.delivery.move_ids: 1}
            )

    def test_before_registration_and_after_the_end_nothing_comes_back(self):
        fresh = self.new_complaint(aftersales_picking_id=self.delivery.id)
        with self.assertRaisesRegex(UserError, "Register it first"):
            self.begin_return(1, complaint=fresh)
        self.complaint._complaint_set_state("refused")
        with self.assertRaisesRegex(UserError, "is over"):
            self.begin_return(1)

    def test_only_the_lot_that_is_recalled_comes_back(self):
        product = self.new_product("Pane", is_storable=True, tracking="lot")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in ("A", "B")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 5, lot_id=lot
            )
        delivery = self.new_delivered(10, product=product)
        with self.assertRaisesRegex(UserError, "at most 5"):
            self.begin_return(6, picking=delivery, lot=lots[1])
        returned = self.begin_return(4, picking=delivery, lot=lots[1])
        self.assertEqual(returned.move_ids.move_line_ids.lot_id, lots[1])
        self.assertEqual(returned.move_ids.quantity, 4)
        self.receive(returned)
        self.assertEqual(returned.move_ids.move_line_ids.lot_id, lots[1])

    def test_backorder_of_a_return_stays_with_the_complaint(self):
        returned = self.begin_return(4)
        returned.move_ids.quantity = 1
        returned.move_ids.picked = True
        returned.with_user(self.warehouse_user)._action_done()
        rest = self.complaint.complaint_picking_ids - returned
        self.assertEqual(rest.backorder_id, returned)
        self.assertEqual(rest.move_ids.product_uom_qty, 3)

    def test_the_complaint_is_told_when_the_goods_are_back(self):
        returned = self.begin_return(4)
        self.receive(returned)
        self.assertIn("is received", self.complaint.message_ids[:1].body)

    def test_an_open_return_keeps_the_complaint_open(self):
        def missing():
            return " ".join(text for _key, text in self.complaint._complaint_missing())

        self.assertNotIn("Return", missing())
        returned = self.begin_return(4)
        self.assertIn(f"Return {returned.name} is not finished (Ready)", missing())
        self.receive(returned)
        self.assertNotIn(returned.name, missing())

    def test_links_are_made_by_after_sales_only(self):
        """Costs follow from the link: the warehouse does not set it."""
        returned = self.begin_return(1)
        other = self.new_registered()
        with self.assertRaisesRegex(AccessError, "after-sales staff"):
            returned.with_user(self.warehouse_user).complaint_id = other
        copied = (
            returned.with_user(self.warehouse_user)
            .with_context(default_complaint_id=other.id)
            .copy()
        )
        self.assertFalse(copied.complaint_id)
        both = self.new_user(
            "both", "aftersales_rules.group_complaint_user,stock.group_stock_user"
        )
        copied.with_user(both).complaint_id = other
        self.assertEqual(copied.complaint_id, other)
        with self.assertRaisesRegex(UserError, "is no complaint"):
            copied.with_user(both).complaint_id = self.new_ticket()
