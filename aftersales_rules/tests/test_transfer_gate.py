# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_transfer import TransferCase


@tagged("post_install", "-at_install")
class TestTransferGate(TransferCase):
    """One transfer is held for a cause of its own; the others leave (U4)."""

    def setUp(self):
        super().setUp()
        self.told = {}
        test = self

        def concerned(pickings):
            return pickings.filtered(
                lambda p: p.id in test.told or p.sudo().transfer_held
            )

        def facts(pickings):
            return {picking: test.told.get(picking.id, {}) for picking in pickings}

        model = self.registry["stock.picking"]
        self.patch(model, "_filter_transfer_concerned", concerned)
        self.patch(model, "_get_transfer_facts", facts)

    def tell(self, pickings, event="change", **facts):
        """A feature learns something about transfers and has them judged."""
        for picking in pickings:
            self.told[picking.id] = facts
        pickings._judge_transfers(event)

    def missing(self, pickings):
        self.tell(pickings, inspection_missing=True, inspection_gaps="Glass: LOT2")

    # ------------------------------------------------------------------ holding

    def test_held_transfer_stays_and_says_why(self):
        order, picking = self.new_delivery()
        self.missing(picking)
        self.assertEqual(self.transfer_causes(picking), ["inspection"])
        self.assertEqual(picking.hold_state, "held")
        message = self.assertRefused(self.ready(picking).button_validate())
        for text in (picking.name, order.name, "LOT2", "Quality inspection"):
            self.assertIn(text, message)
        self.assertNotIn(self.controller.name, message, "no controller waives it")
        self.assertEqual(picking.state, "assigned")
        notice = str(picking.with_user(self.warehouse_user).hold_notice)
        self.assertIn("Final inspection missing", notice)
        why = picking.with_user(self.warehouse_user).action_why()
        record = self.env["aftersales.decision"].browse(why["res_id"])
        self.assertEqual(record.decision, "transfer_release")
        self.assertEqual(
            (record.res_model, record.res_id), ("stock.picking", picking.id)
        )

    def test_order_of_a_held_transfer_shows_it(self):
        """For information: the order itself goes on, and nobody can release it."""
        order, picking = self.new_delivery()
        self.missing(picking)
        self.assertEqual(order.hold_state, "shipment")
        self.assertFalse(order._filter_held("shipment"))
        notice = str(order.with_user(self.salesperson).hold_notice)
        self.assertIn(picking.name, notice)
        self.assertIn("Final inspection missing", notice)
        for user in (self.salesperson, self.controller):
            seen = order.with_user(user)
            self.assertFalse(seen.may_release_hold or seen.may_ask_release)
        self.assertFalse(order.activity_ids, "no controller is told")

    def test_other_transfers_of_the_order_leave(self):
        order, picking = self.new_delivery(quantity=5)
        self.ready(picking)
        picking.move_ids.quantity = 2
        picking._action_done()
        backorder = order.picking_ids - picking
        self.missing(backorder)
        self.assertEqual(backorder.hold_state, "held")
        again, other = self.new_delivery()
        self.assertFalse(again.hold_state)
        self.validate(other)

    def test_everything_that_holds_is_said_in_one_message(self):
        self.set_mode("enforce", "shipment_release")
        order, picking = self.new_delivery()
        self.new_invoice(200.0, days_overdue=10)
        self.tell(
            picking,
            order_suspended=True,
            suspended_by="Mr Dealer",
            suspended_reason="Other colour",
            address_change_open=True,
            address_before="Old Street",
            address_after="New Street",
            inspection_missing=True,
            inspection_gaps="Glass: LOT1",
        )
        message = self.assertRefused(self.ready(picking).button_validate())
        for text in (
            "Overdue debt",
            self.controller.name,
            "Mr Dealer",
            "Old Street",
            "New Street",
            "LOT1",
        ):
            self.assertIn(text, message)
        self.assertEqual(
            self.transfer_causes(picking), ["address_change", "inspection", "suspended"]
        )
        # the money is released, the rest is not
        releasable = order._get_open_holds("shipment")
        action = order.with_user(self.controller).action_release_hold()
        self.assertEqual(action["context"]["default_hold_ids"][0][2], releasable.ids)
        releasable.with_user(self.controller)._release("Director agreed")
        message = self.assertRefused(self.ready(picking).button_validate())
        self.assertNotIn("Overdue debt", message)
        self.assertIn("New Street", message)

    def test_hold_ends_with_its_cause(self):
        order, picking = self.new_delivery()
        self.missing(picking)
        self.tell(picking, inspection_missing=False)
        self.assertEqual(self.transfer_causes(picking), [])
        self.assertEqual(picking.hold_ids.close_kind, "cause_ended")
        self.assertFalse(picking.hold_state or order.hold_state)
        self.validate(picking)

    def test_lower_method_refuses_as_well(self):
        """A scanner or a batch that finishes moves meets the same gate."""
        _order, picking = self.new_delivery()
        self.told[picking.id] = {"inspection_missing": True, "uninspected_lots": 1}
        moves = self.ready(picking).move_ids
        with self.assertRaisesRegex(UserError, "may not leave"):
            moves._action_done()
        self.assertEqual(picking.state, "assigned")

    def test_transfer_is_judged_again_when_it_is_validated(self):
        """A cause that nobody reported is found, and the hold is kept."""
        _order, picking = self.new_delivery()
        self.ready(picking)
        self.told[picking.id] = {"inspection_missing": True, "uninspected_lots": 1}
        self.assertRefused(picking.with_user(self.warehouse_user).button_validate())
        self.assertEqual(self.transfer_causes(picking), ["inspection"])

    # ------------------------------------------------------------------- whom not

    def test_ordinary_transfer_costs_no_query_and_no_record(self):
        order, picking = self.new_delivery()
        self.ready(picking)
        self.env.flush_all()
        picking.move_ids._judge_leaving()  # what validating reads anyway
        with self.assertQueryCount(0):
            self.env["aftersales.gate"]._judge_transfers(picking, "deliver")
        self.assertFalse(order.decision_ids)

    def test_thirty_transfers_take_as_many_queries_as_three(self):
        pickings = self.env["stock.picking"]
        for _each in range(33):
            pickings |= self.new_delivery()[1]
        for picking in pickings:
            self.told[picking.id] = {"inspection_missing": False}
        counts = []
        for some in (pickings[:3], pickings[3:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["aftersales.gate"]._judge_transfers(some, "recheck")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_only_the_last_step_of_three_is_held(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, _pick = self.new_delivery()
        for _step in ("pick", "pack"):
            picking = order.picking_ids.filtered(lambda p: p.state == "assigned")
            self.missing(picking)
            self.assertFalse(picking.hold_ids)
            self.validate(picking)
        ship = order.picking_ids.filtered(lambda p: p.state == "assigned")
        self.missing(ship)
        self.assertEqual(self.transfer_causes(ship), ["inspection"])

    def test_returns_and_transfers_without_an_order_are_nobodys_business(self):
        _order, picking = self.new_delivery()
        self.validate(picking)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        alone = picking.copy({"sale_id": False})
        alone.move_ids.write({"sale_line_id": False})
        alone.reference_ids = [Command.clear()]
        alone.action_confirm()
        self.missing(back | alone)
        self.assertFalse((back | alone).hold_ids)

    # ---------------------------------------------------------------------- modes

    def test_gate_that_observes_records_once_and_lets_leave(self):
        self.set_mode("observe", "transfer_release")
        order, picking = self.new_delivery()
        self.missing(picking)
        self.missing(picking)
        self.assertFalse(picking.hold_ids)
        decision = order.decision_ids
        self.assertEqual((decision.mode, decision.result), ("observe", "hold"))
        self.validate(picking)
        self.assertEqual(order.decision_ids, decision, "it said nothing new")

    def test_gate_that_is_off_asks_nobody(self):
        self.set_mode("off", "transfer_release")
        order, picking = self.new_delivery()
        self.missing(picking)
        self.assertFalse(picking.hold_ids or order.decision_ids)
        self.validate(picking)

    def test_gate_switched_off_lets_leave_what_was_held(self):
        order, picking = self.new_delivery()
        self.missing(picking)
        self.set_mode("observe", "transfer_release")
        self.run_cron("ir_cron_recheck")
        self.assertEqual(picking.hold_ids.close_kind, "gate_off")
        self.assertFalse(order.hold_state)
        self.validate(picking)

    def test_gate_switched_off_before_the_net_came_lets_leave_too(self):
        _order, picking = self.new_delivery()
        self.missing(picking)
        self.set_mode("off", "transfer_release")
        self.assertFalse(picking._get_transfer_holds())
        self.validate(picking)
        self.assertEqual(picking.hold_ids.close_kind, "gate_off")

    def test_cancelled_transfer_is_held_no_more(self):
        order, picking = self.new_delivery()
        self.missing(picking)
        picking.action_cancel()
        self.assertEqual(picking.hold_ids.close_kind, "cancelled")
        self.assertFalse(picking.transfer_held or order.hold_state)
        with self.assertRaisesRegex(UserError, "its holds are kept"):
            picking.unlink()

    def test_cancelled_order_holds_no_transfer(self):
        order, picking = self.new_delivery()
        self.missing(picking)
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(set(picking.hold_ids.mapped("state")), {"closed"})

    # --------------------------------------------------------------------- rights

    def test_nobody_releases_what_must_be_settled(self):
        order, picking = self.new_delivery()
        self.missing(picking)
        for user in (self.controller, self.admin, self.salesperson):
            with self.assertRaisesRegex(UserError, "not released but settled"):
                picking.hold_ids.with_user(user)._release("Let it go")
            with self.assertRaisesRegex(UserError, "not released but settled"):
                picking.hold_ids.with_user(user).action_release()
        with self.assertRaisesRegex(UserError, "Quality inspection"):
            order.with_user(self.controller).action_release_hold()
        self.assertEqual(self.transfer_causes(picking), ["inspection"])

    def test_no_flag_opens_the_gate(self):
        _order, picking = self.new_delivery()
        self.missing(picking)
        manager = self.new_user("whm", "stock.group_stock_manager")
        for user in (self.warehouse_user, manager, self.controller, self.admin):
            with self.assertRaises(AccessError):
                picking.with_user(user).write({"transfer_held": False})
            with self.assertRaises(AccessError):
                picking.with_user(user).write({"hold_ids": [Command.clear()]})
        for value in (picking.ids, {"ids": picking.ids}, True):
            pickings = self.ready(picking).with_context(
                aftersales_transfers_judged=value, aftersales_leaving_judged=value
            )
            self.assertRefused(pickings.button_validate())

    def test_portal_user_reads_no_hold_of_a_transfer(self):
        _order, picking = self.new_delivery()
        self.missing(picking)
        portal = self.new_user("por", "base.group_portal")
        with self.assertRaises(AccessError):
            picking.hold_ids.with_user(portal).read(["cause"])
        with self.assertRaises(AccessError):
            picking.with_user(portal).read(["hold_state"])
