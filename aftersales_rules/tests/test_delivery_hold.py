# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestDeliveryHold(AftersalesCase):
    """What a customer in arrears has ordered does not leave (O2–O4, U4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.with_company(cls.company).credit_limit = 10000.0
        cls.stock_up(cls.goods)
        cls.warehouse_user.group_ids += cls.env.ref("stock.group_stock_manager")

    def new_delivery(self, amount=100.0, quantity=1, **values):
        """A confirmed order that goes on, and its transfer, ready to leave."""
        order = self.new_order(amount, **values)
        order.order_line.write({"product_uom_qty": quantity, "price_unit": amount})
        order.action_confirm()
        self.run_queue()
        self.assertGoesOn(order)
        self.assertFalse(order.hold_state)
        return order, order.picking_ids

    def fall_behind(self, **values):
        """The customer comes into arrears after the order was confirmed."""
        return self.new_invoice(200.0, days_overdue=10, **values)

    def ready(self, pickings):
        pickings.action_assign()
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        return pickings.with_user(self.warehouse_user)

    def assertRefused(self, result):
        self.assertEqual(result["tag"], "display_notification")
        return result["params"]["message"]

    # ------------------------------------------------------------------ the refusal

    def test_delivery_of_a_customer_in_good_standing_leaves(self):
        _order, picking = self.new_delivery()
        self.assertIs(self.ready(picking).button_validate(), True)
        self.assertEqual(picking.state, "done")

    def test_delivery_in_arrears_stays_and_says_why(self):
        """The hold is kept with its reason, so that a controller can release it."""
        order, picking = self.new_delivery()
        self.fall_behind()
        message = self.assertRefused(self.ready(picking).button_validate())
        self.assertIn(picking.name, message)
        self.assertIn("200.00", message)
        self.assertIn(self.controller.name, message)
        self.assertEqual(picking.state, "assigned")
        self.assertEqual(self.open_causes(order, "shipment"), ["overdue"])
        self.assertEqual(picking.hold_state, "held")
        notice = str(picking.with_user(self.warehouse_user).hold_notice)
        self.assertIn("Overdue debt", notice)
        self.assertIn(picking, picking.search([("hold_state", "=", "held")]))
        self.assertNotIn(picking, picking.search([("hold_state", "=", False)]))
        self.assertEqual(order.activity_ids.user_id, self.controller)

    def test_payment_lets_it_leave_and_the_warehouse_is_told(self):
        self.warehouse.pack_user_id = self.warehouse_user
        order, picking = self.new_delivery()
        debt = self.fall_behind()
        self.ready(picking).button_validate()
        self.pay(debt)
        self.assertFalse(order.hold_state)
        self.assertEqual(picking.activity_ids.user_id, self.warehouse_user)
        self.assertIs(self.ready(picking).button_validate(), True)
        self.assertEqual(picking.state, "done")

    def test_released_delivery_leaves(self):
        order, picking = self.new_delivery()
        self.fall_behind()
        self.ready(picking).button_validate()
        order.hold_ids.with_user(self.controller)._release("Director agreed")
        self.assertIs(self.ready(picking).button_validate(), True)

    def test_over_the_limit_nothing_leaves(self):
        order, picking = self.new_delivery(900.0)
        self.partner.credit_limit = 500.0
        self.assertRefused(self.ready(picking).button_validate())
        self.assertEqual(self.open_causes(order, "shipment"), ["over_limit"])

    def test_scanner_that_finishes_moves_is_stopped(self):
        """move._action_done judges, too: there is no side door."""
        _order, picking = self.new_delivery()
        self.fall_behind()
        moves = self.ready(picking).move_ids
        with self.assertRaisesRegex(UserError, "may not leave"):
            moves._action_done()
        with self.assertRaisesRegex(UserError, "may not leave"):
            self.ready(picking)._action_done()
        self.assertEqual(picking.state, "assigned")

    def test_context_of_a_client_opens_no_door(self):
        order, picking = self.new_delivery()
        self.fall_behind()
        for value in ([order.id], {"ids": [order.id]}, True, order.id):
            picking_with = self.ready(picking).with_context(
                aftersales_judged=value,
                aftersales_delivery_judged=value,
                skip_backorder=True,
                skip_sanity_check=True,
                cancel_backorder=True,
                button_validate_picking_ids=picking.ids,
            )
            self.assertRefused(picking_with.button_validate())
            self.assertEqual(picking.state, "assigned")

    def test_gate_that_observes_lets_leave_and_records(self):
        self.set_mode("observe", "shipment_release")
        order, picking = self.new_delivery()
        self.fall_behind()
        self.assertIs(self.ready(picking).button_validate(), True)
        self.assertEqual(picking.state, "done")
        decision = order.decision_ids.filtered(lambda d: d.event == "deliver")
        self.assertEqual((decision.mode, decision.result), ("observe", "hold"))

    def test_gate_switched_off_lets_leave_what_was_held(self):
        order, picking = self.new_delivery()
        self.fall_behind()
        self.ready(picking).button_validate()
        self.set_mode("off", "shipment_release")
        self.assertIs(self.ready(picking).button_validate(), True)
        self.run_cron("ir_cron_recheck")
        self.assertEqual(order.hold_ids.close_kind, "gate_off")

    # --------------------------------------------------- what is and is not stopped

    def test_only_the_last_step_of_three_is_stopped(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, _picking = self.new_delivery()
        self.fall_behind()
        for _step in ("pick", "pack"):
            picking = order.picking_ids.filtered(
                lambda p: p.state in ("assigned", "confirmed")
            )
            self.assertEqual(len(picking), 1)
            self.assertFalse(picking.hold_state)
            self.assertIs(self.ready(picking).button_validate(), True)
        ship = order.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        self.assertRefused(self.ready(ship).button_validate())
        self.assertEqual(ship.hold_state, "held")
        self.assertEqual(order.picking_ids.filtered("hold_state"), ship)

    def test_returns_of_a_customer_in_arrears_come_in(self):
        order, picking = self.new_delivery()
        self.ready(picking).button_validate()
        self.fall_behind()
        self.env["aftersales.gate"]._judge_credit(
            order, "change", gates=("procurement", "shipment")
        )
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.assertFalse(back.hold_state)
        self.assertIs(self.ready(back).button_validate(), True)
        self.assertEqual(back.state, "done")

    def test_backorder_is_judged_again(self):
        order, picking = self.new_delivery(100.0, quantity=5)
        self.ready(picking)
        picking.move_ids.quantity = 2
        wizard = picking.with_user(self.warehouse_user).button_validate()
        self.env[wizard["res_model"]].with_user(self.warehouse_user).with_context(
            **wizard["context"]
        ).create({}).process()
        self.assertEqual(picking.state, "done")
        backorder = order.picking_ids - picking
        self.fall_behind()
        self.assertRefused(self.ready(backorder).button_validate())
        self.assertEqual(backorder.hold_state, "held")

    def test_of_several_transfers_the_free_ones_leave(self):
        """Validated together from the list: the user is told which stay."""
        _order, held = self.new_delivery()
        good = self.new_customer("Good", credit_limit=10000.0)
        _other, free = self.new_delivery(partner=good)
        self.fall_behind()
        both = self.ready(held | free)
        message = self.assertRefused(both.button_validate())
        self.assertIn(held.name, message)
        self.assertNotIn(free.name, message)
        self.assertEqual(free.state, "done")
        self.assertEqual(held.state, "assigned")

    def test_goods_added_to_the_transfer_by_hand_are_held_as_well(self):
        """A move without an order line belongs to the order of its transfer."""
        order, picking = self.new_delivery()
        self.fall_behind()
        self.ready(picking).button_validate()
        self.assertTrue(order.hold_state)
        self.env["stock.move"].create(
            {
                "product_id": self.goods.id,
                "product_uom_qty": 1,
                "picking_id": picking.id,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
            }
        )
        picking.move_ids.filtered("sale_line_id").write({"sale_line_id": False})
        self.assertRefused(self.ready(picking).button_validate())
        with self.assertRaisesRegex(UserError, "may not leave"):
            self.ready(picking).move_ids._action_done()

    def test_delivery_to_a_sister_company_is_held_like_any(self):
        """Its goods go to the inter-company transit location."""
        transit = self.env.ref("stock.stock_location_inter_company")
        transit.active = True
        self.partner.with_company(self.company).property_stock_customer = transit
        order, picking = self.new_delivery()
        self.assertEqual(picking.location_dest_id, transit)
        self.fall_behind()
        self.assertRefused(self.ready(picking).button_validate())
        self.assertTrue(order.hold_state)

    def test_transfer_without_an_order_is_nobodys_business(self):
        self.fall_behind()
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "partner_id": self.partner.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        self.assertIs(self.ready(picking).button_validate(), True)

    def test_due_deliveries_are_judged_before_somebody_packs_them(self):
        order, picking = self.new_delivery()
        self.fall_behind()
        self.assertFalse(picking.hold_state)
        self.run_cron("ir_cron_judge_due")
        self.assertEqual(picking.hold_state, "held")
        count = len(order.decision_ids)
        self.run_cron("ir_cron_judge_due")
        self.assertEqual(len(order.decision_ids), count, "nothing new, nothing kept")

    def test_interrupted_check_of_due_deliveries_goes_on_where_it_stopped(self):
        """With time for one order a run, every due order still gets its turn."""
        due = self.new_confirmed(100.0) | self.new_confirmed(110.0)
        due |= self.new_confirmed(120.0)
        self.assertFalse(any(due.mapped("hold_state")))
        self.new_invoice(50.0, days_overdue=10)
        self.patch(
            self.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0
        )
        gate = self.env["aftersales.gate"]
        seen = []
        self.patch(
            self.registry["aftersales.gate"],
            "_recheck",
            lambda self, orders, gates=(): seen.extend(orders.ids),
        )
        for _run in range(3):
            gate._cron_judge_due(batch=1)
        self.assertLessEqual(set(due.ids), set(seen))

    # -------------------------------------------------------------- make to order

    def new_made_to_order(self):
        mto = self.warehouse.mto_pull_id.route_id
        mto.active = True
        manufacture = self.warehouse.manufacture_pull_id.route_id
        product = self.new_product(
            "Curved glass",
            is_storable=True,
            route_ids=[Command.set((mto | manufacture).ids)],
        )
        component = self.new_product("Sheet glass", is_storable=True)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "bom_line_ids": [
                    Command.create({"product_id": component.id, "product_qty": 2})
                ],
            }
        )
        return product

    def get_productions(self, product):
        return self.env["mrp.production"].search([("product_id", "=", product.id)])

    def test_made_to_order_is_not_made_while_held(self):
        product = self.new_made_to_order()
        self.partner.credit_limit = 1000.0
        order = self.new_confirmed(1500.0, product=product)
        self.assertHeld(order, "over_limit")
        self.assertFalse(self.get_productions(product))
        order.hold_ids.with_user(self.controller)._release("go")
        production = self.get_productions(product)
        self.assertEqual(len(production), 1)
        self.assertEqual(production.product_qty, 1)

    def test_growth_on_hold_is_not_merged_into_the_production_that_runs(self):
        product = self.new_made_to_order()
        self.partner.credit_limit = 1000.0
        order = self.new_confirmed(900.0, product=product)
        order.order_line.write({"product_uom_qty": 3, "price_unit": 900.0})
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")
        self.assertEqual(sum(self.get_productions(product).mapped("product_qty")), 1)
        self.partner.credit_limit = 5000.0
        self.run_queue()
        self.assertEqual(sum(self.get_productions(product).mapped("product_qty")), 3)

    def test_kit_is_held_and_delivered_by_its_parts(self):
        kit = self.new_product("Mounting set")
        parts = self.new_product("Bolt", is_storable=True)
        self.stock_up(parts)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": parts.id, "product_qty": 4})
                ],
            }
        )
        self.partner.credit_limit = 1000.0
        order = self.new_confirmed(1500.0, product=kit)
        self.assertHeld(order, "over_limit")
        self.partner.credit_limit = 2000.0
        self.run_queue()
        self.assertEqual(order.picking_ids.move_ids.product_id, parts)
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 4)
        self.fall_behind()
        self.assertRefused(self.ready(order.picking_ids).button_validate())
