# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.aftersales_address_change import ChangeDetails
from .common_transfer import TransferCase


@tagged("post_install", "-at_install")
class TestOrderChange(TransferCase):
    """A change or cancellation stops the goods at once and sets them apart (O10)."""

    details = ChangeDetails("phone", "Ms Buyer", "Site not ready")

    def register(self, order, user=None, what=""):
        order = order.with_user(user or self.salesperson)
        return order._register_change(self.details, what).sudo(False)

    def cancel(self, order, user=None):
        order = order.with_user(user or self.salesperson)
        order._register_cancellation(self.details)
        return order.sudo().order_change_ids[:1]

    def resume(self, change, user=None):
        return change.with_user(user or self.salesperson).action_resume()

    def carry(self, pickings):
        """Warehouse staff carry out the internal transfers that they find ready."""
        for picking in pickings:
            self.assertEqual(picking.state, "assigned", picking.name)
            self.assertIs(
                picking.with_user(self.warehouse_user).button_validate(), True
            )
            self.assertEqual(picking.state, "done")

    def available(self, location, product=None, lot=None):
        """On hand at a location, and free."""
        quants = self.env["stock.quant"]._gather(
            product or self.goods, location, lot_id=lot, strict=True
        )
        return (
            sum(quants.mapped("quantity")),
            sum(quants.mapped("quantity")) - sum(quants.mapped("reserved_quantity")),
        )

    @property
    def apart(self):
        return self.warehouse.suspended_location_id

    def picked(self, quantity=3, **values):
        """An order whose goods are picked and wait for shipping."""
        self.warehouse.delivery_steps = "pick_ship"
        order, pick = self.new_delivery(quantity=quantity, **values)
        self.validate(pick)
        ship = order.picking_ids - pick
        self.assertEqual(ship.state, "assigned")
        return order, ship

    def is_set_apart(self, change):
        """What a screen that is opened now says."""
        change.invalidate_recordset(["has_suspended_goods"])
        return change.has_suspended_goods

    # ------------------------------------------------------------------ registering

    def test_registered_change_is_kept_and_the_salesperson_told(self):
        colleague = self.new_user("col", "sales_team.group_sale_salesman_all_leads")
        order, picking = self.new_delivery()
        change = self.register(order, colleague, what="Five instead of three")
        self.assertEqual(
            (change.kind, change.channel, change.requested_by, change.reason),
            ("change", "phone", "Ms Buyer", "Site not ready"),
        )
        self.assertEqual((change.user_id, change.state), (colleague, "suspended"))
        self.assertEqual(order.suspension_id, change)
        self.assertEqual(order.activity_ids.user_id, self.salesperson)
        message = order.message_ids.filtered(lambda m: "Five instead" in str(m.body))
        self.assertIn(self.salesperson.partner_id, message.partner_ids)
        notice = str(order.with_user(self.salesperson).suspension_notice)
        self.assertIn("Site not ready", notice)
        self.assertFalse(order.has_hold_notice, "it is said once")
        self.assertEqual(self.transfer_causes(picking), ["suspended"])
        hold = picking.hold_ids
        self.assertIn("Ms Buyer asked for it: Site not ready", hold.reason)

    def test_wizard_registers_a_change(self):
        order, _picking = self.new_delivery()
        wizard = Form(
            self.env["aftersales.order.change.wizard"]
            .with_user(self.salesperson)
            .with_context(default_order_id=order.id)
        )
        self.assertEqual(wizard.requested_by, self.partner.name)
        self.assertTrue(wizard.is_enforced)
        wizard.channel = "letter"
        wizard.reason = "Wrong size"
        wizard.save().action_register()
        self.assertEqual(order.suspension_id.channel, "letter")

    def test_quotation_and_missing_reason_are_refused(self):
        with self.assertRaisesRegex(UserError, "not confirmed"):
            self.register(self.new_order())
        order, _picking = self.new_delivery()
        with self.assertRaisesRegex(UserError, "Say why"):
            order._register_change(ChangeDetails("phone", "X", "  "))

    # -------------------------------------------------------------------- suspending

    def test_nothing_leaves_and_nothing_stays_reserved(self):
        order, picking = self.new_delivery(quantity=3)
        stock = self.warehouse.lot_stock_id
        on_hand, free = self.available(stock)
        self.register(order)
        self.assertEqual(self.available(stock), (on_hand, free + 3))
        message = self.assertRefused(self.ready(picking).button_validate())
        self.assertIn("suspended", message)
        self.assertIn(self.salesperson.name, message)
        self.assertFalse(self.apart, "nothing was picked, nothing is set apart")

    def test_transfer_that_a_picker_has_open_is_refused(self):
        """Picked and packed on the screen, validated after the change came in."""
        order, picking = self.new_delivery()
        opened = self.ready(picking)
        self.register(order)
        for move in opened.move_ids:
            move.quantity = 1
            move.picked = True
        self.assertRefused(opened.button_validate())
        with self.assertRaisesRegex(UserError, "may not leave"):
            opened.move_ids._action_done()

    def test_nobody_reserves_for_a_suspended_order(self):
        order, picking = self.new_delivery()
        self.register(order)
        picking.with_user(self.warehouse_user).action_assign()
        self.env["stock.rule"].run_scheduler()
        self.assertFalse(picking.move_ids.quantity)
        other, again = self.new_delivery()
        self.assertEqual(again.state, "assigned", other.name)

    def test_return_of_a_suspended_order_comes_in(self):
        order, picking = self.new_delivery(quantity=2)
        self.validate(picking)
        order.order_line.product_uom_qty = 3
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        self.assertEqual(back.state, "assigned")
        self.register(order)
        self.assertEqual(back.state, "assigned")
        self.validate(back)

    def test_transfer_made_while_suspended_is_held_as_well(self):
        order, picking = self.new_delivery()
        self.register(order)
        picking.printed = True
        order.order_line.product_uom_qty = 3
        new = order.picking_ids - picking
        self.assertEqual(self.transfer_causes(new), ["suspended"])
        self.assertFalse(new.move_ids.quantity)

    def test_picked_goods_are_set_apart_and_come_back(self):
        order, ship = self.picked()
        output = self.warehouse.wh_output_stock_loc_id
        self.assertFalse(self.apart)
        change = self.register(order)
        self.assertEqual(self.apart.location_id, self.warehouse.view_location_id)
        self.assertEqual(self.apart.company_id, self.company)
        out = change.picking_ids
        self.assertEqual(out.picking_type_code, "internal")
        self.assertEqual((out.location_id, out.location_dest_id), (output, self.apart))
        self.assertEqual(out.origin, order.name)
        self.assertNotIn(out, order.picking_ids, "it is no delivery of the order")
        self.carry(out)
        self.assertEqual(self.available(self.apart), (3, 3))
        self.assertEqual(self.available(output), (0, 0))
        self.assertTrue(self.is_set_apart(change))
        self.resume(change)
        self.assertEqual(
            (change.state, change.settled_by_id),
            (
                "resumed",
                self.salesperson,
            ),
        )
        self.assertFalse(order.suspension_id or order.activity_ids)
        self.assertEqual(self.transfer_causes(ship), [])
        back = change.picking_ids - out
        self.assertEqual(
            (back.location_id, back.location_dest_id), (self.apart, output)
        )
        self.carry(back)
        self.assertEqual(ship.state, "assigned", "reserved again where it waited")
        self.assertFalse(self.is_set_apart(change))
        self.validate(ship)
        self.assertEqual(order.order_line.qty_delivered, 3)

    def test_second_suspension_uses_the_same_location(self):
        order, _ship = self.picked()
        self.register(order)
        location = self.apart
        other, _again = self.picked(2)
        change = self.register(other)
        self.assertEqual(change.picking_ids.location_dest_id, location)

    def test_goods_nobody_carried_yet_stay_when_resumed(self):
        order, ship = self.picked()
        change = self.register(order)
        self.resume(change)
        self.assertEqual(change.picking_ids.state, "cancel")
        self.assertEqual(ship.state, "assigned")
        self.validate(ship)

    def test_goods_carried_in_part_come_back_in_part(self):
        """Two of three are apart when the order goes on; the third never left."""
        order, ship = self.picked(3)
        change = self.register(order)
        out = change.picking_ids
        out.move_ids.quantity = 2
        out.move_ids.picked = True
        out.with_user(self.warehouse_user)._action_done()
        rest = change.picking_ids - out
        self.assertEqual(rest.move_ids.suspended_move_id, ship.move_ids)
        self.assertEqual(self.available(self.apart), (2, 2))
        self.resume(change)
        self.assertEqual(rest.state, "cancel")
        self.assertEqual(ship.move_ids.quantity, 1)
        back = change.picking_ids.filtered(lambda p: p.state == "assigned")
        self.assertEqual(back.move_ids.product_qty, 2)
        self.carry(back)
        self.assertEqual(ship.move_ids.quantity, 3)
        self.validate(ship)

    def test_transfer_that_the_warehouse_cancels_leaves_the_goods_in_place(self):
        order, ship = self.picked()
        change = self.register(order)
        change.picking_ids.with_user(self.warehouse_user).action_cancel()
        self.assertFalse(self.is_set_apart(change))
        self.assertRefused(self.ready(ship).button_validate())
        self.resume(change)
        self.validate(ship)

    def test_suspended_again_while_the_goods_come_back(self):
        order, ship = self.picked()
        first = self.register(order)
        self.carry(first.picking_ids)
        self.resume(first)
        back = first.picking_ids.filtered(lambda p: p.state == "assigned")
        second = self.register(order)
        self.assertEqual(back.state, "cancel")
        self.assertFalse(second.picking_ids, "they are apart already")
        self.assertEqual(self.available(self.apart), (3, 3))
        self.resume(second)
        self.carry(second.picking_ids)
        self.assertEqual(ship.state, "assigned")
        self.validate(ship)

    def test_later_change_replaces_the_one_before(self):
        order, ship = self.picked()
        first = self.register(order)
        second = self.register(order)
        self.assertEqual((first.state, second.state), ("replaced", "suspended"))
        self.assertEqual(order.suspension_id, second)
        self.carry(first.picking_ids)
        self.assertFalse(second.picking_ids)
        with self.assertRaisesRegex(UserError, "settled already"):
            self.resume(first)
        self.resume(second)
        self.carry(second.picking_ids)
        self.validate(ship)

    def test_only_what_is_still_open_is_set_apart(self):
        """Part is delivered, part picked, part not even picked."""
        self.warehouse.delivery_steps = "pick_ship"
        order, pick = self.new_delivery(quantity=10)
        self.ready(pick)
        pick.move_ids.quantity = 6
        pick._action_done()
        ship = order.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        self.ready(ship)
        ship.move_ids.quantity = 2
        ship._action_done()
        change = self.register(order)
        self.assertEqual(change.picking_ids.move_ids.product_qty, 4)
        self.carry(change.picking_ids)
        self.assertEqual(self.available(self.apart), (4, 4))
        rest = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        self.assertFalse(any(rest.move_ids.mapped("quantity")))
        self.resume(change)
        self.carry(change.picking_ids.filtered(lambda p: p.state == "assigned"))
        for picking in rest:
            if picking.picking_type_code == "outgoing":
                self.assertEqual(picking.move_ids.quantity, 4)
        self.assertEqual(order.order_line.qty_delivered, 2)

    def test_picked_while_suspended_is_set_apart_too(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, pick = self.new_delivery(quantity=2)
        change = self.register(order)
        self.assertFalse(change.picking_ids)
        pick.move_ids.quantity = 2
        pick.move_ids.picked = True
        pick.with_user(self.warehouse_user).button_validate()
        self.assertEqual(pick.state, "done")
        self.carry(change.picking_ids)
        self.assertEqual(self.available(self.apart), (2, 2))
        self.resume(change)
        self.carry(change.picking_ids.filtered(lambda p: p.state == "assigned"))
        pack = order.picking_ids.filtered(lambda p: p.state == "assigned")
        self.assertEqual(pack.move_ids.quantity, 2)
        self.validate(pack)
        self.validate(order.picking_ids.filtered(lambda p: p.state == "assigned"))
        self.assertEqual(order.delivery_status, "full")

    def test_lots_come_back_as_the_same_lots(self):
        tracked = self.new_product("Sheet", is_storable=True, tracking="lot")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": tracked.id} for name in ("L1", "L2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                tracked, self.warehouse.lot_stock_id, 2, lot_id=lot
            )
        order, ship = self.picked(3, product=tracked)
        before = {line.lot_id: line.quantity for line in ship.move_line_ids}
        change = self.register(order)
        self.carry(change.picking_ids)
        for lot, quantity in before.items():
            self.assertEqual(self.available(self.apart, tracked, lot)[0], quantity)
        self.resume(change)
        self.carry(change.picking_ids.filtered(lambda p: p.state == "assigned"))
        self.assertEqual(
            {line.lot_id: line.quantity for line in ship.move_line_ids}, before
        )
        self.validate(ship)

    def test_packed_goods_stay_in_their_package(self):
        package = self.env["stock.package"].create({"name": "Box"})
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, pick = self.new_delivery(quantity=2)
        self.ready(pick)
        pick.move_line_ids.result_package_id = package
        pick.with_user(self.warehouse_user).button_validate()
        change = self.register(order)
        self.carry(change.picking_ids)
        self.assertEqual(package.location_id, self.apart)
        self.resume(change)
        self.carry(change.picking_ids.filtered(lambda p: p.state == "assigned"))
        pack = order.picking_ids.filtered(lambda p: p.state == "assigned")
        self.assertEqual(pack.move_line_ids.package_id, package)

    def test_parts_of_a_kit_are_set_apart(self):
        kit = self.new_product("Mounting set")
        bolt = self.new_product("Bolt", is_storable=True)
        self.stock_up(bolt)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": bolt.id, "product_qty": 4})
                ],
            }
        )
        order, ship = self.picked(2, product=kit)
        change = self.register(order)
        self.carry(change.picking_ids)
        self.assertEqual(self.available(self.apart, bolt), (8, 8))
        self.resume(change)
        self.carry(change.picking_ids.filtered(lambda p: p.state == "assigned"))
        self.validate(ship)
        self.assertEqual(order.order_line.qty_delivered, 2)

    def new_made_to_order(self):
        mto = self.warehouse.mto_pull_id.route_id
        mto.active = True
        manufacture = self.warehouse.manufacture_pull_id.route_id
        product = self.new_product(
            "Curved glass",
            is_storable=True,
            route_ids=[Command.set((mto | manufacture).ids)],
        )
        self.env["mrp.bom"].create({"product_tmpl_id": product.product_tmpl_id.id})
        return product

    def make(self, order):
        production = order.mrp_production_ids
        production.action_confirm()
        production.qty_producing = production.product_qty
        production.button_mark_done()
        self.assertEqual(production.state, "done")

    def test_goods_made_for_the_order_are_set_apart(self):
        """Made before the change, and made while the order is suspended."""
        product = self.new_made_to_order()
        stock = self.warehouse.lot_stock_id
        for made_first in (True, False):
            order, picking = self.new_delivery(quantity=2, product=product)
            if made_first:
                self.make(order)
                change = self.register(order)
            else:
                change = self.register(order)
                self.assertFalse(change.picking_ids)
                message = order.mrp_production_ids.message_ids[0]
                self.assertIn("Site not ready", str(message.body))
                self.make(order)
            self.carry(change.picking_ids)
            self.assertEqual(self.available(self.apart, product), (2, 2))
            self.resume(change)
            back = change.picking_ids.filtered(lambda p: p.state == "assigned")
            self.assertEqual(back.location_dest_id, stock)
            self.carry(back)
            self.assertEqual(picking.move_ids.quantity, 2)
            self.validate(picking)

    def test_goods_nobody_needs_any_more_go_to_stock(self):
        order, ship = self.picked(5)
        change = self.register(order)
        self.carry(change.picking_ids)
        ship.move_ids.product_uom_qty = 2
        self.resume(change)
        back = change.picking_ids.filtered(lambda p: p.state == "assigned")
        quantities = {p.location_dest_id: p.move_ids.product_qty for p in back}
        self.assertEqual(
            quantities,
            {
                self.warehouse.wh_output_stock_loc_id: 2,
                self.warehouse.lot_stock_id: 3,
            },
        )

    def test_goods_of_others_are_not_touched(self):
        """Two orders wait in the same place for the same product."""
        order, _ship = self.picked(3)
        other, waiting = self.picked(4)
        change = self.register(order)
        self.carry(change.picking_ids)
        self.assertEqual(waiting.move_ids.quantity, 4)
        self.validate(waiting)
        self.assertEqual(other.order_line.qty_delivered, 4)

    # -------------------------------------------------------------------- cancelling

    def test_cancelled_order_gives_its_goods_back_to_stock(self):
        order, ship = self.picked()
        stock = self.warehouse.lot_stock_id
        on_hand, free = self.available(stock)
        change = self.cancel(order)
        self.assertEqual((order.state, ship.state), ("cancel", "cancel"))
        self.assertEqual((change.kind, change.state), ("cancel", "cancelled"))
        self.assertEqual(change.channel, "phone")
        self.carry(change.picking_ids)
        self.assertEqual(self.available(self.apart), (3, 3))
        change.with_user(self.warehouse_user).action_return_to_stock()
        self.carry(change.picking_ids.filtered(lambda p: p.state == "assigned"))
        self.assertEqual(self.available(stock), (on_hand + 3, free + 3))
        self.assertEqual(self.available(self.apart), (0, 0))
        with self.assertRaisesRegex(UserError, "set apart"):
            change.with_user(self.warehouse_user).action_return_to_stock()

    def test_goods_of_a_cancelled_order_nobody_carried_go_straight_to_stock(self):
        order, _ship = self.picked()
        change = self.cancel(order)
        out = change.picking_ids
        change.with_user(self.salesperson).action_return_to_stock()
        self.assertEqual(out.state, "cancel")
        back = change.picking_ids - out
        self.assertEqual(back.location_id, self.warehouse.wh_output_stock_loc_id)
        self.carry(back)
        self.assertFalse(self.is_set_apart(change))

    def test_suspended_order_that_is_cancelled_in_the_end(self):
        order, _ship = self.picked()
        first = self.register(order)
        self.carry(first.picking_ids)
        second = self.cancel(order)
        self.assertEqual((first.state, second.state), ("cancelled", "cancelled"))
        self.assertFalse(second.picking_ids, "the goods are apart already")
        second.with_user(self.salesperson).action_return_to_stock()
        self.carry(second.picking_ids)
        self.assertEqual(self.available(self.apart), (0, 0))

    def test_order_cancelled_without_the_wizard_is_recorded(self):
        """By the button, an import, an API: Odoo cancels, the record says other."""
        order, _ship = self.picked()
        order.with_user(self.salesperson).action_cancel()
        change = order.order_change_ids
        self.assertEqual(
            (change.kind, change.channel, change.user_id),
            ("cancel", "other", self.salesperson),
        )
        self.assertEqual(change.picking_ids.location_dest_id, self.apart)
        quotation = self.new_order()
        quotation.action_cancel()
        self.assertFalse(quotation.order_change_ids)

    def test_locked_order_is_not_cancelled_and_nothing_is_kept(self):
        order, picking = self.new_delivery()
        order.locked = True
        with self.assertRaisesRegex(UserError, "locked"):
            self.cancel(order)
        self.assertFalse(order.order_change_ids)
        self.assertEqual(picking.state, "assigned")

    # ------------------------------------------------------------------------- modes

    def test_gate_that_observes_writes_down_and_moves_nothing(self):
        self.set_mode("observe", "transfer_release")
        order, ship = self.picked()
        change = self.register(order)
        self.assertFalse(change.picking_ids or ship.hold_ids or self.apart)
        self.assertEqual(ship.state, "assigned", "reserved as before")
        self.assertIn("no delivery is stopped", str(order.suspension_notice))
        self.assertEqual(order.decision_ids.result, "hold")
        self.validate(ship)

    def test_gate_that_does_not_enforce_records_only_what_is_registered(self):
        """Without the wizard a cancellation is what it is without this addon."""
        for mode in ("off", "observe"):
            self.set_mode(mode, "transfer_release")
            order, _picking = self.new_delivery()
            order.action_cancel()
            self.assertFalse(order.order_change_ids or order.activity_ids)
            order.unlink()
            other, _picking = self.new_delivery()
            self.assertEqual(self.cancel(other).channel, "phone")

    # ------------------------------------------------------------------------ rights

    def test_whoever_may_change_the_order_registers_and_resumes(self):
        order, _picking = self.new_delivery()
        colleague = self.new_user("own", "sales_team.group_sale_salesman")
        portal = self.new_user("por", "base.group_portal")
        for user in (colleague, self.warehouse_user, portal):
            with self.assertRaises(AccessError, msg=user.login):
                self.register(order, user)
            with self.assertRaises(AccessError, msg=user.login):
                self.cancel(order, user)
        change = self.register(order)
        for user in (colleague, self.warehouse_user, portal):
            with self.assertRaises(AccessError, msg=user.login):
                self.resume(change, user)
        supervisor = self.new_user("sup", "aftersales_rules.group_supervisor")
        self.resume(change, supervisor)
        self.assertEqual(change.settled_by_id, supervisor)

    def test_nobody_lifts_a_suspension_by_a_field(self):
        order, _ship = self.picked()
        change = self.register(order)
        manager = self.new_user(
            "mgr", "stock.group_stock_manager,sales_team.group_sale_manager"
        )
        for user in (manager, self.salesperson, self.controller):
            with self.assertRaises(AccessError):
                order.with_user(user).write({"suspension_id": False})
            with self.assertRaises(UserError):
                change.with_user(user).write({"state": "resumed"})
            with self.assertRaises(UserError):
                change.with_user(user).unlink()
        with self.assertRaisesRegex(UserError, "audit trail"):
            change.sudo().write({"reason": "Other"})
        with self.assertRaises(AccessError):
            change.picking_ids.with_user(manager).write({"order_change_id": False})
        self.cancel(order)
        with self.assertRaisesRegex(UserError, "is kept"):
            order.unlink()

    def test_changes_are_read_by_owner_warehouse_and_company(self):
        order, _picking = self.new_delivery()
        change = self.register(order)
        company = self.env["res.company"].create({"name": "Sister"})
        foreign = self.new_user(
            "for",
            "sales_team.group_sale_manager,stock.group_stock_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        colleague = self.new_user("col", "sales_team.group_sale_salesman")
        for user, seen in (
            (self.salesperson, True),
            (self.warehouse_user, True),
            (self.controller, True),
            (colleague, False),
            (foreign, False),
        ):
            found = change.with_user(user).search([("id", "=", change.id)])
            self.assertEqual(bool(found), seen, user.login)
            if found:
                found.read(["reason", "display_name", "has_suspended_goods"])

    def test_each_company_sets_apart_in_its_own_warehouse(self):
        company = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids += company
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)]
        )
        warehouse.delivery_steps = "pick_ship"
        company.aftersales_mode_transfer_release = "enforce"
        self.env["stock.quant"]._update_available_quantity(
            self.goods, warehouse.lot_stock_id, 5
        )
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        order = env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": company.id,
                "warehouse_id": warehouse.id,
                "user_id": self.env.uid,
                "order_line": [
                    Command.create({"product_id": self.goods.id, "tax_ids": []})
                ],
            }
        )
        order.action_confirm()
        pick = order.picking_ids
        pick.move_ids.quantity = 1
        pick.move_ids.picked = True
        pick.button_validate()
        change = order._register_change(self.details)
        self.assertEqual(
            change.picking_ids.location_dest_id, warehouse.suspended_location_id
        )
        self.assertEqual(warehouse.suspended_location_id.company_id, company)
        self.assertFalse(self.apart)
