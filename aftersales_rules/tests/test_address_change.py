# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models.aftersales_address_change import ChangeDetails
from .common_transfer import TransferCase


@tagged("post_install", "-at_install")
class TestAddressChange(TransferCase):
    """A new delivery address is acknowledged in the warehouse before goods leave."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.old, cls.new, cls.third = (
            cls.env["res.partner"].create(
                {
                    "name": name,
                    "parent_id": cls.partner.id,
                    "type": "delivery",
                    "street": street,
                    "city": "Town",
                }
            )
            for name, street in (
                ("Old site", "Old Street 1"),
                ("New site", "New Street 2"),
                ("Third site", "Third Street 3"),
            )
        )

    def moved(self, **values):
        """An order whose address changed, and its transfer."""
        order, picking = self.new_delivery(partner_shipping_id=self.old.id, **values)
        self.change(order)
        return order, picking

    def change(self, order, partner=None, user=None):
        details = ChangeDetails("phone", "Ms Buyer", "Site not ready")
        order = order.with_user(user or self.salesperson)
        return order._change_address(partner or self.new, details)

    def acknowledge(self, picking, user=None):
        return picking.with_user(
            user or self.warehouse_user
        ).action_acknowledge_address()

    # ----------------------------------------------------------------- registering

    def test_changed_address_is_kept_with_old_and_new(self):
        order, picking = self.moved()
        change = order.address_change_ids
        self.assertIn("Old Street 1", change.old_address)
        self.assertIn("New Street 2", change.new_address)
        self.assertEqual(
            (change.channel, change.requested_by, change.reason, change.user_id),
            ("phone", "Ms Buyer", "Site not ready", self.salesperson),
        )
        self.assertTrue(change.is_pending)
        self.assertEqual(change.search([("is_pending", "=", True)]), change)
        self.assertEqual(order.partner_shipping_id, self.new)
        self.assertEqual(picking.partner_id, self.new, "the transfer goes there")
        self.assertEqual(picking.move_ids.partner_id, self.new)
        self.assertFalse(picking.activity_ids, "nobody is asked to do it by hand")
        for record in (order, picking):
            self.assertIn("New Street 2", str(record.message_ids[0].body))

    def test_wizard_registers_the_change(self):
        order, _picking = self.new_delivery(partner_shipping_id=self.old.id)
        wizard = Form(
            self.env["aftersales.address.change.wizard"]
            .with_user(self.salesperson)
            .with_context(default_order_id=order.id)
        )
        self.assertEqual(wizard.requested_by, self.partner.name)
        wizard.partner_id = self.new
        wizard.channel = "fax"
        wizard.save().action_change()
        self.assertEqual(order.address_change_ids.channel, "fax")
        with self.assertRaisesRegex(UserError, "already"):
            self.change(order)

    def test_address_that_somebody_just_writes_is_registered(self):
        order, picking = self.new_delivery(partner_shipping_id=self.old.id)
        order.with_user(self.salesperson).partner_shipping_id = self.new
        self.assertEqual(order.address_change_ids.channel, "other")
        self.assertEqual(picking.address_change_id, order.address_change_ids)

    def test_another_customer_brings_another_address(self):
        """Odoo derives the delivery address from the customer."""
        order, picking = self.new_delivery(partner_shipping_id=self.old.id)
        other = self.new_customer("Other dealer", street="Far Street 9")
        order.partner_id = other
        self.assertEqual(order.partner_shipping_id, other)
        self.assertIn("Far Street 9", picking.address_change_id.new_address)

    def test_corrected_contact_is_a_new_address(self):
        order, picking = self.new_delivery(partner_shipping_id=self.old.id)
        self.old.street = "Old Street 1b"
        change = picking.address_change_id
        self.assertEqual(change.order_id, order)
        self.assertIn("Old Street 1,", change.old_address)
        self.assertIn("Old Street 1b", change.new_address)
        self.assertRefused(self.ready(picking).button_validate())
        self.old.write({"street": "Old Street 1b", "phone": "123"})
        self.assertEqual(len(order.address_change_ids), 1, "nothing changed")

    def test_moved_company_takes_its_contacts_along(self):
        """The address of a contact follows its company past write()."""
        self.partner.street = "Head Street 1"
        buyer = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner.id, "type": "contact"}
        )
        _order, picking = self.new_delivery(partner_shipping_id=buyer.id)
        self.partner.street = "Head Street 2"
        self.assertIn("Head Street 2", picking.address_change_id.new_address)

    def test_quotation_and_delivered_order_are_simply_edited(self):
        quotation = self.new_order(partner_shipping_id=self.old.id)
        quotation.partner_shipping_id = self.new
        self.assertFalse(quotation.address_change_ids)
        with self.assertRaisesRegex(UserError, "simply edited"):
            self.change(quotation, self.third)
        order, picking = self.new_delivery(partner_shipping_id=self.old.id)
        self.validate(picking)
        order.partner_shipping_id = self.new
        self.assertEqual(len(order.address_change_ids), 1)
        self.assertFalse(order.address_change_id, "there is nothing to acknowledge")
        self.assertEqual(picking.partner_id, self.old, "what was shipped stays")

    def test_transfer_sent_elsewhere_by_hand_stays(self):
        order, picking = self.new_delivery(partner_shipping_id=self.old.id)
        picking.partner_id = self.third
        self.change(order)
        self.assertEqual(picking.partner_id, self.third)
        self.assertTrue(picking.address_change_id)

    # ------------------------------------------------------------------ the warehouse

    def test_goods_do_not_leave_for_an_address_nobody_acknowledged(self):
        order, picking = self.moved()
        self.assertEqual(self.transfer_causes(picking), ["address_change"])
        message = self.assertRefused(self.ready(picking).button_validate())
        for text in ("Old Street 1", "New Street 2", "acknowledges"):
            self.assertIn(text, message)
        notice = str(picking.with_user(self.warehouse_user).address_notice)
        self.assertRegex(notice, "(?s)<del.*Old Street 1.*New Street 2.*Ms Buyer")
        self.assertFalse(picking.has_hold_notice, "it is said once")
        self.assertIn(picking, picking.search([("address_change_id", "!=", False)]))
        self.assertTrue(self.acknowledge(picking))
        self.assertEqual(self.transfer_causes(picking), [])
        done = picking.address_acknowledgement_ids
        self.assertEqual(done.user_id, self.warehouse_user)
        self.assertEqual(done.change_id, order.address_change_ids)
        self.assertFalse(picking.address_change_id or order.address_change_id)
        self.assertNotIn(picking, picking.search([("address_change_id", "!=", False)]))
        self.assertIn(
            self.warehouse_user.name,
            str(picking.with_user(self.warehouse_user).address_notice),
        )
        self.validate(picking)

    def test_second_change_is_acknowledged_by_itself(self):
        """What the screen showed is what is acknowledged, and nothing newer."""
        order, picking = self.moved()
        first = picking.address_change_id
        self.change(order, self.third)
        second = picking.address_change_id
        self.assertNotEqual(first, second)
        self.assertIn("Old Street 1", second.old_address, "the last one known")
        hold = picking.hold_ids.filtered(lambda hold: hold.state == "open")
        self.assertIn("Third Street 3", hold.reason)
        seen = picking.with_context(aftersales_seen_address_change=first.id)
        with self.assertRaisesRegex(UserError, "changed again.*Third Street 3"):
            self.acknowledge(seen)
        self.acknowledge(picking.with_context(aftersales_seen_address_change=second.id))
        self.assertFalse(order.address_change_id)
        self.change(order, self.new)
        self.assertIn("Third Street 3", picking.address_change_id.old_address)

    def test_every_open_transfer_is_acknowledged(self):
        order, picking = self.new_delivery(quantity=5, partner_shipping_id=self.old.id)
        self.ready(picking)
        picking.move_ids.quantity = 2
        picking._action_done()
        backorder = order.picking_ids - picking
        order.order_line.copy({"order_id": order.id})
        backorder.printed = True
        order.order_line[-1].product_uom_qty += 1
        self.change(order)
        pending = order.picking_ids.filtered("address_change_id")
        self.assertEqual(pending, order.picking_ids - picking)
        for transfer in pending:
            self.assertTrue(order.address_change_id)
            self.acknowledge(transfer)
        self.assertFalse(order.address_change_id)

    def test_new_transfer_inherits_what_nobody_acknowledged(self):
        order, picking = self.moved()
        picking.printed = True  # so that more goods get a transfer of their own
        order.order_line.product_uom_qty = 3
        new = order.picking_ids - picking
        self.assertEqual(len(new), 1)
        self.assertEqual(self.transfer_causes(new), ["address_change"])
        self.acknowledge(picking)
        self.assertRefused(self.ready(new).button_validate())

    def test_backorder_inherits_the_acknowledgement_as_well(self):
        order, picking = self.moved(quantity=5)
        self.acknowledge(picking)
        self.ready(picking)
        picking.move_ids.quantity = 2
        picking.with_user(self.warehouse_user)._action_done()
        backorder = order.picking_ids - picking
        self.assertFalse(backorder.address_change_id)
        self.validate(backorder)

    def test_change_before_any_transfer_shows_on_the_first_one(self):
        """A held order has no transfer yet, but its papers may be out already."""
        self.set_mode("enforce", "credit_hold")
        order = self.new_confirmed(5000.0, partner_shipping_id=self.old.id)
        self.assertHeld(order, "over_limit")
        self.change(order)
        self.partner.credit_limit = 10000.0
        self.run_queue()
        self.assertEqual(order.picking_ids.partner_id, self.new)
        self.assertEqual(self.transfer_causes(order.picking_ids), ["address_change"])

    def test_of_three_steps_the_last_is_acknowledged(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, pick = self.new_delivery(partner_shipping_id=self.old.id)
        self.change(order)
        self.assertFalse(pick.address_change_id)
        self.validate(pick)
        pack = order.picking_ids - pick
        self.validate(pack)
        ship = order.picking_ids - pick - pack
        self.assertEqual(ship.partner_id, self.new)
        self.assertEqual(self.transfer_causes(ship), ["address_change"])
        self.assertRefused(self.ready(ship).button_validate())
        self.acknowledge(ship)
        self.validate(ship)

    def test_gate_that_observes_shows_the_address_and_lets_leave(self):
        self.set_mode("observe", "transfer_release")
        order, picking = self.moved()
        self.assertTrue(picking.address_notice)
        self.assertFalse(picking.hold_state)
        self.acknowledge(picking)
        with self.assertRaises(UserError):
            picking.unlink()
        self.validate(picking)
        self.assertEqual(order.decision_ids.result, "hold")

    # ------------------------------------------------------------------------ rights

    def test_only_the_warehouse_of_the_company_acknowledges(self):
        _order, picking = self.moved()
        company = self.env["res.company"].create({"name": "Sister"})
        foreign = self.new_user(
            "fwh",
            "stock.group_stock_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        portal = self.new_user("por", "base.group_portal")
        for user in (
            self.salesperson,
            self.controller,
            self.admin,
            foreign,
            portal,
        ):
            with self.assertRaises(AccessError, msg=user.login):
                self.acknowledge(picking, user)
        self.assertTrue(picking.address_change_id)
        with self.assertRaisesRegex(UserError, "no new address"):
            self.acknowledge(picking)
            self.acknowledge(picking)

    def test_nobody_writes_around_the_acknowledgement(self):
        order, picking = self.moved()
        change = order.address_change_ids
        manager = self.new_user(
            "mgr", "stock.group_stock_manager,sales_team.group_sale_manager"
        )
        for user in (self.warehouse_user, self.salesperson, manager):
            with self.assertRaises(AccessError):
                picking.with_user(user).write({"address_acknowledged_id": change.id})
            with self.assertRaises(AccessError):
                order.with_user(user).write({"address_change_id": False})
            with self.assertRaises(UserError):
                change.with_user(user).write({"new_address": "Here"})
            with self.assertRaises(UserError):
                change.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.env["aftersales.address.acknowledgement"].with_user(user).create(
                    {"change_id": change.id, "picking_id": picking.id}
                )
        with self.assertRaisesRegex(UserError, "audit trail"):
            change.sudo().write({"new_address": "Here"})
        order.with_context(disable_cancel_warning=True).action_cancel()
        with self.assertRaisesRegex(UserError, "is kept"):
            order.unlink()

    def test_context_of_a_client_names_no_channel(self):
        order, _picking = self.new_delivery(partner_shipping_id=self.old.id)
        order.with_context(
            aftersales_change_details={"channel": "letter", "requested_by": "X"}
        ).partner_shipping_id = self.new
        self.assertEqual(order.address_change_ids.channel, "other")

    def test_changes_are_read_by_company_and_by_owner(self):
        order, _picking = self.moved()
        change = order.address_change_ids
        colleague = self.new_user("col", "sales_team.group_sale_salesman")
        self.assertFalse(change.with_user(colleague).search([("id", "=", change.id)]))
        for user in (self.salesperson, self.warehouse_user, self.controller):
            found = change.with_user(user).search([("id", "=", change.id)])
            self.assertEqual(found, change)
            self.assertTrue(found.read(["new_address", "is_pending", "display_name"]))
