# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_production import ProductionCase


@tagged("post_install", "-at_install")
class TestProductionGate(ProductionCase):
    """An engineering order is made once its deposit is there (O6, O7, U3)."""

    # ------------------------------------------------------------------ it waits

    def test_engineering_order_without_deposit_waits(self):
        """Deliveries are planned, nothing is made, and people read what is missing."""
        order = self.new_engineering()
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])
        self.assertEqual(order.hold_state, "production")
        self.assertTrue(order.picking_ids)
        production = self.productions(order)
        self.assertWaits(production)
        self.assertEqual(production.deposit_order_id, order)
        self.assertEqual(production.deposit_missing, 500.0)
        self.assertEqual(set(production.move_raw_ids.mapped("state")), {"draft"})
        notice = str(production.with_user(self.planner).deposit_notice)
        for text in (order.name, "500.00", self.controller.name, "confirmed by itself"):
            self.assertIn(text, notice)
        decision = order.decision_ids.filtered(
            lambda record: record.decision == "production_release"
        )
        self.assertEqual((decision.result, decision.mode), ("hold", "enforce"))

    def test_standard_order_is_made_without_a_question(self):
        self.product.is_engineering = False
        order = self.new_engineering()
        self.assertProduces(self.productions(order), priority="0")
        self.assertNotIn("production_release", order.decision_ids.mapped("decision"))
        self.assertFalse(order.hold_state)

    def test_engineering_order_of_services_waits_for_nothing(self):
        order = self.new_order(1000.0, product=self.service)
        order.write({"order_kind_manual": "engineering", "order_kind_reason": "Site"})
        order.action_confirm()
        self.assertEqual(order.order_kind, "engineering")
        self.assertFalse(order._get_open_holds("production"))

    def test_gate_that_observes_records_and_stops_nothing(self):
        self.set_mode("observe", "production_release")
        order = self.new_engineering()
        self.assertProduces(self.productions(order), priority="0")
        decision = order.decision_ids.filtered(
            lambda record: record.decision == "production_release"
        )
        self.assertEqual((decision.result, decision.mode), ("hold", "observe"))
        self.assertFalse(order._get_open_holds("production"))

    def test_gate_that_is_off_asks_nothing(self):
        self.set_mode("off", "production_release")
        order = self.new_engineering()
        self.assertProduces(self.productions(order), priority="0")
        self.assertNotIn("production_release", order.decision_ids.mapped("decision"))

    def test_gate_switched_off_lets_go_what_waited(self):
        order = self.new_engineering()
        self.set_mode("off", "production_release")
        self.assertFalse(self.productions(order)._filter_waiting())
        self.run_cron("ir_cron_recheck")
        hold = order.hold_ids.filtered(lambda hold: hold.gate == "production")
        self.assertEqual(hold.close_kind, "gate_off")
        self.assertProduces(self.productions(order), priority="0")

    def test_held_credit_and_missing_deposit_wait_together(self):
        """Nothing is procured; once credit is there, production still waits."""
        self.partner.with_company(self.company).credit_limit = 100.0
        order = self.new_engineering()
        self.assertHeld(order, "over_limit")
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])
        order._get_open_holds("procurement").with_user(self.controller)._release("Ok")
        self.assertTrue(order.picking_ids)
        self.assertWaits(self.productions(order))

    # ------------------------------------------------------------ the money comes

    def test_deposit_releases_at_once_and_sets_priority(self):
        """Down-payment invoice, registered payment: confirmed and starred (O7)."""
        order = self.new_engineering()
        self.warehouse.production_user_id = self.planner
        production = self.productions(order)
        self.down_payment(order, 500.0)
        self.assertProduces(production)
        self.assertEqual(self.open_causes(order, "production"), [])
        hold = order.hold_ids.filtered(lambda hold: hold.gate == "production")
        self.assertEqual(hold.close_kind, "cause_ended")
        self.assertFalse(production.deposit_order_id)
        self.assertEqual(production.activity_ids.user_id, self.planner)
        self.assertFalse(production.deposit_notice)

    def test_part_of_the_deposit_is_not_enough(self):
        """What is missing shrinks on the manufacturing order as well."""
        order = self.new_engineering()
        production = self.productions(order)
        self.down_payment(order, 200.0)
        self.assertWaits(production)
        production.invalidate_recordset()
        self.assertEqual(production.deposit_missing, 300.0)
        self.down_payment(order, 300.0)
        self.assertProduces(production)

    def test_online_payment_of_the_deposit_releases(self):
        """A customer on the portal pays; their rights are not asked for."""
        order = self.new_engineering()
        provider = self.env["payment.provider"].search(
            [("code", "=", "demo"), ("company_id", "=", self.company.id)], limit=1
        )
        provider.write({"state": "test", "journal_id": self.bank_journal.id})
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": 500.0,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "reference": "deposit online",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        transaction._set_done()
        self.run_queue()
        self.assertProduces(self.productions(order))
        transaction._post_process()
        self.run_queue()
        self.assertProduces(self.productions(order))

    def test_deposit_before_confirmation_starts_production(self):
        order = self.new_engineering(confirm=False)
        self.down_payment(order, 500.0)
        order.action_confirm()
        self.assertProduces(self.productions(order))

    def test_deposit_in_another_currency_counts_at_its_value(self):
        euro = self.env.ref("base.EUR")
        if euro == self.company.currency_id:
            euro = self.env.ref("base.USD")
        euro.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "company_id": self.company.id, "rate": 0.5}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": euro.id}
        )
        order = self.new_engineering(pricelist_id=pricelist.id)
        production = self.productions(order)
        self.assertEqual(production.deposit_missing, 1000.0)
        self.down_payment(order, 500.0)
        self.assertProduces(production)

    def test_later_manufacturing_orders_get_the_priority_too(self):
        order = self.new_engineering()
        self.down_payment(order, 500.0)
        later = self.new_production(origin=order.name)
        self.assertEqual(later.priority, "1")
        self.assertFalse(later.deposit_state)

    def test_a_threshold_says_how_much_the_deposit_is(self):
        self.set_threshold("deposit_share", "30 %")
        order = self.new_engineering()
        self.assertEqual(self.productions(order).deposit_missing, 300.0)
        self.down_payment(order, 300.0)
        self.assertProduces(self.productions(order))

    def test_one_cent_short_is_short(self):
        """Shares are never rounded in the customer's favour, and the cent is named."""
        order = self.new_engineering(100.01, quantity=1)
        production = self.productions(order)
        self.down_payment(order, 50.0)
        self.assertWaits(production)
        production.invalidate_recordset()
        self.assertEqual(production.deposit_missing, 0.01)

    # ----------------------------------------------------- a person lets it go on

    def test_controller_releases_with_a_reason(self):
        order = self.new_engineering()
        order._get_open_holds("production").with_user(self.controller)._release("Bank")
        self.assertProduces(self.productions(order))
        self.env["aftersales.gate"]._judge_credit(order, "change")
        self.assertEqual(self.open_causes(order, "production"), [])

    def test_nobody_else_releases(self):
        """Planner, salesperson, warehouse: neither a method nor a field opens it."""
        order = self.new_engineering()
        production = self.productions(order)
        hold = order._get_open_holds("production")
        for user in (self.planner, self.salesperson, self.warehouse_user):
            with self.subTest(user.login):
                with self.assertRaises(UserError):
                    hold.with_user(user)._release("Please")
                for values in (
                    {"deposit_state": False},
                    {"confirm_on_deposit": True},
                    {"deposit_order_id": False},
                ):
                    with self.assertRaises(AccessError):
                        production.with_user(user).write(values)
        self.assertWaits(production)

    def test_planner_asks_for_release_without_seeing_the_order(self):
        order = self.new_engineering()
        production = self.productions(order).with_user(self.planner)
        result = production.action_request_deposit_release()
        self.assertIn(order.name, result["params"]["message"])
        message = order.message_ids.filtered(
            lambda message: self.controller.name in (message.body or "")
        )
        self.assertIn("Release asked", message[:1].body)
        with self.assertRaises(AccessError):
            self.productions(order).with_user(
                self.warehouse_user
            ).action_request_deposit_release()

    def test_controller_releases_from_the_manufacturing_order(self):
        order = self.new_engineering()
        self.controller.group_ids += self.env.ref("mrp.group_mrp_user")
        production = self.productions(order).with_user(self.controller)
        self.assertTrue(production.may_release_deposit)
        action = production.action_release_deposit()
        wizard = self.env["aftersales.hold.release"].with_user(self.controller)
        wizard = wizard.with_context(**action["context"]).create({"reason": "Bank"})
        self.assertTrue(wizard.can_include_shipment)
        wizard.action_release()
        self.assertProduces(self.productions(order))

    # -------------------------------------------------------------- buttons and nets

    def test_buttons_answer_why_and_what_would_help(self):
        order = self.new_engineering()
        production = self.productions(order).with_user(self.planner)
        for button in (
            "action_confirm",
            "button_plan",
            "action_plan_with_components_availability",
            "action_start",
            "button_mark_done",
        ):
            with self.subTest(button):
                message = self.assertToldToWait(getattr(production, button)())
                for text in (production.name, order.name, "500.00", "Can release it"):
                    self.assertIn(text, message)
        self.assertWaits(production)

    def test_fields_and_moves_do_not_go_past_the_buttons(self):
        """What a client writes, and what a scanner finishes, is refused."""
        order = self.new_engineering()
        production = self.productions(order)
        as_planner = production.with_user(self.planner)
        for state in ("confirmed", "progress", "to_close", "done"):
            with self.subTest(state), self.assertRaisesRegex(UserError, "deposit"):
                as_planner.write({"state": state})
        with self.assertRaisesRegex(UserError, "deposit"):
            as_planner.write({"qty_producing": 1})
        for moves in (production.move_raw_ids, production.move_finished_ids):
            with self.assertRaisesRegex(UserError, "deposit"):
                moves.with_user(self.planner)._action_done()
        self.assertWaits(production)

    def test_context_of_a_client_opens_no_door(self):
        order = self.new_engineering()
        production = self.productions(order).with_user(self.planner)
        context = {
            "aftersales_judged": [order.id],
            "skip_backorder": True,
            "skip_consumption": True,
            "mo_ids_to_backorder": production.ids,
        }
        self.assertToldToWait(production.with_context(**context).action_confirm())
        self.assertToldToWait(production.with_context(**context).button_mark_done())
        self.assertWaits(production)

    def test_it_cannot_be_taken_from_its_order(self):
        order = self.new_engineering()
        production = self.productions(order)
        production = production.with_user(self.planner)
        production.write({"sale_line_id": False, "reference_ids": [Command.clear()]})
        self.assertWaits(production)
        with self.assertRaisesRegex(UserError, "cannot be taken"):
            production.write({"origin": "Showroom"})

    def test_work_orders_do_not_start(self):
        workcenter = self.env["mrp.workcenter"].create({"name": "Furnace"})
        self.product.bom_ids.operation_ids = [
            Command.create({"name": "Melt", "workcenter_id": workcenter.id})
        ]
        order = self.new_engineering()
        workorder = self.productions(order).workorder_ids
        self.assertToldToWait(workorder.with_user(self.planner).button_start())
        with self.assertRaisesRegex(UserError, "deposit"):
            workorder.with_user(self.planner).write({"state": "progress"})
        with self.assertRaisesRegex(UserError, "deposit"):
            workorder.with_user(self.planner).button_finish()
        self.down_payment(order, 500.0)
        workorder.with_user(self.planner).button_start()
        self.assertEqual(workorder.state, "progress")

    def test_of_several_the_free_ones_are_confirmed(self):
        order = self.new_engineering()
        held = self.productions(order)
        free = self.new_production()
        message = self.assertToldToWait(
            (held | free).with_user(self.planner).action_confirm()
        )
        self.assertNotIn(free.name, message)
        self.assertEqual(free.state, "confirmed")
        self.assertWaits(held)

    # --------------------------------------------------------------- made by hand

    def test_manufacturing_order_by_hand_is_held_too(self):
        """By source document, order line or reference, also entered later."""
        order = self.new_engineering()
        line, reference = order.order_line, order.stock_reference_ids
        for values in (
            {"origin": order.name},
            {"origin": f"OP/0001, {order.name}"},
            {"sale_line_id": line.id},
            {"reference_ids": [Command.set(reference.ids)]},
        ):
            with self.subTest(list(values)[0]):
                production = self.new_production(**values)
                self.assertWaits(production)
                later = self.new_production()
                self.assertFalse(later.deposit_state)
                later.with_user(self.planner).write(values)
                self.assertWaits(later)
        self.assertFalse(self.new_production(origin="Showroom").deposit_state)

    def test_by_hand_it_is_confirmed_with_the_deposit_only_if_somebody_tried(self):
        order = self.new_engineering()
        tried = self.new_production(origin=order.name)
        tried.with_user(self.planner).action_confirm()
        left = self.new_production(origin=order.name)
        self.down_payment(order, 500.0)
        self.assertProduces(tried)
        self.assertEqual((left.state, left.deposit_state), ("draft", False))

    def test_copy_of_a_waiting_one_waits(self):
        order = self.new_engineering()
        self.assertWaits(self.productions(order).copy())

    # ------------------------------------------------------------ levels and kits

    def test_every_level_waits_and_every_level_gets_priority(self):
        """Nothing of a three-level bill is made, then all of it is."""
        shell = self.new_made("Shell, fired", {self.part: 1})
        disc = self.new_made("Disc", {shell: 1})
        tower = self.new_made("Tower set", {disc: 3}, is_engineering=True)
        order = self.new_engineering(product=tower)
        self.assertEqual(self.productions(order).product_id, tower)
        self.assertWaits(self.productions(order))
        self.down_payment(order, 500.0)
        made = self.productions(order)
        self.assertEqual(made.product_id, tower | disc | shell)
        self.assertProduces(made)

    def test_components_of_a_kit_wait(self):
        kit = self.new_made(
            "Kit", {self.product: 2}, bom_type="phantom", route_ids=[], taxes_id=[]
        )
        order = self.new_engineering(product=kit)
        self.assertEqual(order.order_kind, "standard", "the kit is not marked")
        order = self.new_engineering(product=kit, confirm=False)
        order.write({"order_kind_manual": "engineering", "order_kind_reason": "Site"})
        order.action_confirm()
        self.assertWaits(self.productions(order))
        self.assertEqual(self.productions(order).product_id, self.product)
        self.down_payment(order, 500.0)
        self.assertProduces(self.productions(order))

    def test_production_for_a_chain_of_warehouses_waits(self):
        """Pick, pack, ship: the product is made to order for the first step."""
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self.new_engineering()
        self.assertWaits(self.productions(order))
        self.down_payment(order, 500.0)
        self.assertProduces(self.productions(order))

    # ------------------------------------------------------ several orders, one MO

    def test_quantity_of_a_free_order_is_not_put_on_one_that_waits(self):
        """Nor the other way round, nor together with another one that waits."""
        held = self.new_engineering()
        other = self.new_engineering(partner=self.new_customer("Other", 1e6))
        paid = self.new_engineering(confirm=False)
        self.down_payment(paid, 500.0)
        paid.action_confirm()
        waiting = self.productions(held)
        self.assertWaits(waiting)
        self.assertWaits(self.productions(other))
        self.assertProduces(self.productions(paid))
        self.assertEqual(
            [self.productions(each).product_qty for each in (held, other, paid)],
            [2, 2, 2],
        )
        self.assertFalse(waiting & self.productions(other))

    def new_reordered(self):
        product = self.new_made(
            "Stock string",
            {self.part: 7},
            route_ids=[Command.set(self.manufacture.ids)],
        )
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": product.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "product_min_qty": 0,
                "product_max_qty": 0,
                "trigger": "auto",
            }
        )
        return product

    def test_reordering_rule_does_not_fill_up_one_that_waits(self):
        """An order of the same product that may go on gets its own."""
        product = self.new_reordered()
        product.is_engineering = True
        held = self.new_engineering(product=product, quantity=5)
        waiting = self.productions(held)
        self.assertWaits(waiting)
        product.is_engineering = False
        free = self.new_engineering(product=product, quantity=3)
        self.assertEqual(free.order_kind, "standard")
        made = self.productions(free)
        self.assertProduces(made, priority="0")
        self.assertEqual((waiting.product_qty, made.product_qty), (5, 3))

    def test_order_that_waits_does_not_fill_up_one_that_may_go_on(self):
        product = self.new_reordered()
        free = self.new_engineering(product=product, quantity=3)
        made = self.productions(free)
        self.assertProduces(made, priority="0")
        product.is_engineering = True
        held = self.new_engineering(product=product, quantity=5)
        self.assertWaits(self.productions(held))
        self.assertEqual(made.product_qty, 3)
        self.assertEqual(self.productions(held).product_qty, 5)

    def test_scheduler_confirms_nothing_that_waits(self):
        """The scheduler runs over all reordering rules and raises nothing."""
        product = self.new_reordered()
        product.is_engineering = True
        held = self.new_engineering(product=product, quantity=5)
        self.env["stock.rule"].run_scheduler(company_id=self.company.id)
        self.assertWaits(self.productions(held))

    def test_production_for_two_orders_waits_for_both(self):
        first, second = self.new_engineering(), self.new_engineering()
        both = self.productions(first) | self.productions(second)
        both.with_user(self.planner).action_merge()
        merged = self.productions(first)
        self.assertEqual(merged, self.productions(second))
        merged.with_user(self.planner).action_confirm()
        self.assertWaits(merged)
        self.assertEqual(merged.deposit_orders, f"{first.name}, {second.name}")
        self.assertEqual(merged.deposit_missing, 1000.0)
        self.down_payment(first, 500.0)
        self.assertWaits(merged)
        self.assertEqual(merged.deposit_order_id, second)
        self.down_payment(second, 500.0)
        self.assertProduces(merged)

    def test_what_waits_is_not_merged_with_what_may_go_on(self):
        held = self.productions(self.new_engineering())
        free = self.new_production()
        with self.assertRaisesRegex(UserError, "cannot be merged"):
            (held | free).with_user(self.planner).action_merge()

    def test_parts_of_a_split_one_wait_and_go_on_together(self):
        order = self.new_engineering(quantity=4)
        production = self.productions(order)
        parts = production._split_productions({production: [1, 3]})
        self.assertEqual(len(parts), 2)
        self.assertWaits(parts)
        self.down_payment(order, 500.0)
        self.assertFalse(any(parts.mapped("deposit_state")))
        self.assertEqual(set(parts.mapped("priority")), {"1"})

    # --------------------------------------------------------- the money goes again

    def test_payment_taken_back_before_the_start_holds_again(self):
        order = self.new_engineering()
        invoice = self.down_payment(order, 500.0)
        production = self.productions(order)
        self.assertProduces(production)
        invoice.line_ids.remove_move_reconcile()
        self.run_queue()
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])
        self.assertWaits(production, state="confirmed")
        self.assertEqual(production.priority, "0")
        self.assertIn("before the money was taken back", str(production.deposit_notice))
        self.assertToldToWait(production.with_user(self.planner).action_start())
        self.assertToldToWait(production.with_user(self.planner).button_mark_done())
        self.down_payment(order, 500.0)
        self.assertProduces(production)

    def test_payment_cancelled_after_the_start_only_warns(self):
        """Nothing is stopped; the controller gets a to-do, people read a banner."""
        order = self.new_engineering()
        invoice = self.down_payment(order, 500.0)
        production = self.productions(order)
        production.action_start()
        self.assertEqual(production.state, "progress")
        order.activity_ids.unlink()
        invoice.line_ids.remove_move_reconcile()
        self.run_queue()
        self.assertEqual(self.open_causes(order, "production"), [])
        self.assertEqual(production.state, "progress")
        self.assertFalse(production.deposit_state)
        self.assertTrue(order.deposit_warning)
        self.assertEqual(order.activity_ids.user_id, self.controller)
        self.assertIn("has started already", str(production.deposit_notice))
        decision = order.decision_ids.filtered(
            lambda record: record.decision == "production_release"
        )
        self.assertEqual(decision[:1].result, "warn")
        count = len(decision)
        self.partner._queue_credit_recheck(self.company)
        self.run_queue()
        self.assertEqual(
            len(
                order.decision_ids.filtered(
                    lambda record: record.decision == "production_release"
                )
            ),
            count,
            "a warning that is known is not repeated",
        )
        self.down_payment(order, 500.0)
        self.assertFalse(order.deposit_warning)

    def test_order_that_grows_beyond_its_deposit_waits_again(self):
        order = self.new_engineering()
        self.down_payment(order, 500.0)
        production = self.productions(order)
        line = order.order_line.filtered(lambda line: line.product_id == self.product)
        line.product_uom_qty = 4
        self.run_queue()
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])
        self.assertEqual(
            set(self.productions(order).mapped("deposit_state")), {"waiting"}
        )
        self.assertEqual(sum(self.productions(order).mapped("product_qty")), 4)
        self.assertIn(production, self.productions(order))

    def test_cancelled_order_holds_nothing_any_more(self):
        order = self.new_engineering()
        by_hand = self.new_production(origin=order.name)
        order._action_cancel()
        hold = order.hold_ids.filtered(lambda hold: hold.gate == "production")
        self.assertEqual(hold.close_kind, "cancelled")
        self.assertFalse(by_hand.deposit_state)
        self.assertEqual(by_hand.state, "draft")
        self.assertFalse(self.productions(order).filtered("deposit_state"))

    def test_order_that_becomes_standard_by_rule_goes_on(self):
        order = self.new_engineering(confirm=False)
        self.product.is_engineering = False
        self.set_threshold("engineering_amount_min", "900")
        order.action_confirm()
        self.assertWaits(self.productions(order))
        order.order_line.price_unit = 100.0
        self.run_queue()
        self.assertEqual(order.order_kind, "standard")
        self.assertProduces(self.productions(order), priority="0")

    def test_production_that_cannot_be_confirmed_does_not_undo_the_payment(self):
        order = self.new_engineering()
        production = self.productions(order)
        other = self.new_engineering()
        model = self.env.registry["stock.move"]
        original = model._action_confirm
        refusal = "No work center"

        def confirm(moves, *args, **kwargs):
            if production in moves.raw_material_production_id:
                raise UserError(refusal)
            return original(moves, *args, **kwargs)

        self.patch(model, "_action_confirm", confirm)
        with self.assertLogs("odoo.addons.aftersales_rules", "WARNING"):
            self.down_payment(order, 500.0)
        self.assertEqual(self.open_causes(order, "production"), [])
        self.assertEqual((production.state, production.deposit_state), ("draft", False))
        self.assertIn("No work center", str(production.message_ids.mapped("body")))
        self.down_payment(other, 500.0)
        self.assertProduces(self.productions(other))

    # ------------------------------------------------------------------------ cost

    def count_links(self, order):
        """How often confirming asks the database for whom something is made."""
        model = self.env.registry["mrp.production"]
        original, asked = model._get_engineering_orders, []

        def count(productions):
            asked.append(productions)
            return original(productions)

        with patch.object(model, "_get_engineering_orders", count):
            order.action_confirm()
        return len(asked)

    def test_what_is_made_for_a_standard_order_costs_no_query(self):
        """Three levels, twenty manufacturing orders or one: nothing is looked up."""
        shell = self.new_made("Shell, fired", {self.part: 1})
        disc = self.new_made("Disc", {shell: 1})
        order = self.new_engineering(product=disc, confirm=False)
        self.assertEqual(self.count_links(order), 0)
        self.assertEqual(self.productions(order).product_id, disc | shell)
        self.assertProduces(self.productions(order), priority="0")
        self.assertGreater(self.count_links(self.new_engineering(confirm=False)), 0)

    # ------------------------------------------------------------------- companies

    def test_other_company_is_not_asked(self):
        """A gate is a company's own."""
        self.assertEqual(
            self.env["res.company"]
            .create({"name": "New"})
            ._aftersales_mode("production_release"),
            "observe",
        )

    def test_planner_finds_what_waits_and_for_whom(self):
        order = self.new_engineering()
        production = self.productions(order)
        model = self.env["mrp.production"].with_user(self.planner)
        self.assertIn(production, model.search([("deposit_state", "=", "waiting")]))
        groups = model.web_read_group(
            [("id", "=", production.id)], ["deposit_order_id"], ["__count"]
        )
        self.assertIn(order.name, str(groups))
        form = Form(production.with_user(self.planner))
        self.assertEqual(form.deposit_missing, 500.0)
