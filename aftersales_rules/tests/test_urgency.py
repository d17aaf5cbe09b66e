# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AftersalesCase
from .common_production import ProductionCase


@tagged("post_install", "-at_install")
class TestUrgency(AftersalesCase):
    """Urgent orders: who asks, who decides, and what goes first (O9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "order_urgency")
        cls.supervisor = cls.new_user("sup", "aftersales_rules.group_supervisor")
        cls.duty_manager = cls.new_user("dut", "aftersales_rules.group_duty_manager")
        cls.today = cls.company._aftersales_now().date()
        cls.soon = cls.today + timedelta(days=5)
        manufacture = cls.env.ref("mrp.route_warehouse0_manufacture")
        make_to_order = cls.env.ref("stock.route_warehouse0_mto")
        make_to_order.active = True
        routes = [Command.set((manufacture | make_to_order).ids)]
        cls.glass = cls.new_product("Glass", is_storable=True)
        cls.frame = cls.new_product("Frame", is_storable=True, route_ids=routes)
        cls.window = cls.new_product("Window", is_storable=True, route_ids=routes)
        cls.env["mrp.bom"].create(
            [
                {
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "bom_line_ids": [
                        Command.create({"product_id": part.id, "product_qty": 1})
                    ],
                }
                for product, part in ((cls.frame, cls.glass), (cls.window, cls.frame))
            ]
        )

    def ask(self, order, user=None, wanted=None, motive="The site stands still"):
        order = order.with_user(user or self.salesperson)
        return order._request_urgency(motive, wanted or self.soon)

    def get_productions(self, order):
        return order.stock_reference_ids.production_ids

    # ------------------------------------------------------------------- asking

    def test_asking_puts_it_before_the_supervisors(self):
        """They get an activity with the reason; the order shows that it was asked."""
        order = self.new_confirmed(100.0)
        request = self.ask(order)
        self.assertEqual(order.urgency_state, "requested")
        told = request.activity_ids.user_id
        self.assertIn(self.supervisor, told)
        self.assertIn(self.duty_manager, told)
        self.assertNotIn(self.salesperson, told)
        self.assertIn("The site stands still", request.activity_ids[0].note)
        self.assertEqual(order.picking_ids.priority, "0")

    def test_reason_and_day_are_needed(self):
        """No request without words, nor for a day that is over."""
        order = self.new_confirmed(100.0)
        with self.assertRaises(UserError):
            self.ask(order, motive=" ")
        with self.assertRaises(UserError):
            self.ask(order, wanted=self.today - timedelta(days=1))
        self.ask(order)
        with self.assertRaises(UserError):
            self.ask(order)

    def test_wizard_asks_for_the_salesperson(self):
        """The screen shows the earliest date and asks with the user's own rights."""
        order = self.new_confirmed(100.0)
        action = order.with_user(self.salesperson).action_request_urgency()
        wizard = (
            self.env["aftersales.urgency.ask"]
            .with_user(self.salesperson)
            .with_context(**action["context"])
            .create({"motive": "A fair", "wanted_date": self.soon})
        )
        self.assertTrue(wizard.earliest_date)
        wizard.action_ask()
        self.assertEqual(order.urgency_state, "requested")

    # ----------------------------------------------------------------- deciding

    def test_supervisor_approves_and_the_documents_go_first(self):
        """Manufacturing orders at every level and transfers get the star."""
        order = self.new_confirmed(100.0, product=self.window)
        productions = self.get_productions(order)
        self.assertEqual(productions.product_id, self.window | self.frame)
        request = self.ask(order)
        request.with_user(self.supervisor).action_approve("Agreed with the plant")
        self.assertEqual(order.urgency_state, "approved")
        self.assertEqual(set(productions.mapped("priority")), {"1"})
        self.assertEqual(set(order.picking_ids.mapped("priority")), {"1"})
        self.assertEqual(request.decided_by_id, self.supervisor)
        self.assertFalse(request.activity_ids)
        [message] = order.message_ids.filtered(
            lambda message: "Agreed with the plant" in message.body
        )
        self.assertIn(self.salesperson.partner_id, message.partner_ids)

    def test_what_is_made_later_goes_first_too(self):
        """Urgency given while the order waits counts once procurement is launched."""
        poor = self.new_customer("Poor", credit_limit=10.0)
        order = self.new_confirmed(100.0, partner=poor, product=self.window)
        self.assertHeld(order, "over_limit")
        self.ask(order).with_user(self.supervisor).action_approve()
        poor.credit_limit = 1000.0
        self.run_queue()
        self.assertGoesOn(order)
        self.assertEqual(set(self.get_productions(order).mapped("priority")), {"1"})
        self.assertEqual(set(order.picking_ids.mapped("priority")), {"1"})

    def test_urgency_of_a_quotation_counts_when_it_is_confirmed(self):
        """Asked and approved before: the documents are born with the star."""
        order = self.new_order(100.0, product=self.window)
        self.ask(order).with_user(self.supervisor).action_approve()
        order.action_confirm()
        self.assertEqual(set(self.get_productions(order).mapped("priority")), {"1"})
        self.assertEqual(set(order.picking_ids.mapped("priority")), {"1"})

    def test_each_step_of_a_delivery_goes_first(self):
        """The next step is made when the one before is done, and has the star."""
        self.warehouse.delivery_steps = "pick_ship"
        self.stock_up(self.goods)
        order = self.new_confirmed(100.0)
        self.ask(order).with_user(self.supervisor).action_approve()
        pick = order.picking_ids
        pick.move_ids.picked = True
        pick._action_done()
        ship = order.picking_ids - pick
        self.assertEqual(ship.mapped("priority"), ["1"])

    def test_withdrawing_takes_the_priority_back(self):
        """The salesperson withdraws; a finished transfer stays as it is."""
        order = self.new_confirmed(100.0, product=self.window)
        request = self.ask(order)
        request.with_user(self.supervisor).action_approve()
        order.with_user(self.salesperson).action_withdraw_urgency()
        self.assertEqual(order.urgency_state, "withdrawn")
        self.assertEqual(set(self.get_productions(order).mapped("priority")), {"0"})
        self.assertEqual(set(order.picking_ids.mapped("priority")), {"0"})
        self.ask(order)
        self.assertEqual(order.urgency_state, "requested", "it can be asked again")

    def test_refusing_needs_a_reason(self):
        """Without one the wizard opens; with one it is kept and told."""
        order = self.new_confirmed(100.0)
        request = self.ask(order).with_user(self.supervisor)
        action = request.action_refuse()
        self.assertEqual(action["res_model"], "aftersales.approval.answer")
        self.assertEqual(request.state, "requested")
        wizard = (
            self.env["aftersales.approval.answer"]
            .with_user(self.supervisor)
            .with_context(**action["context"])
        )
        with self.assertRaises(UserError):
            wizard.create({}).action_answer()
        wizard.create({"answer": "The line is full"}).action_answer()
        self.assertEqual(order.urgency_state, "refused")
        self.assertEqual(request.answer, "The line is full")
        self.assertEqual(order.picking_ids.priority, "0")

    def test_cancelling_the_order_withdraws_its_urgency(self):
        """A cancelled order waits for nobody."""
        order = self.new_confirmed(100.0)
        request = self.ask(order)
        order.with_user(self.salesperson).with_context(
            disable_cancel_warning=True
        ).action_cancel()
        self.assertEqual(request.state, "withdrawn")
        self.assertFalse(request.activity_ids)

    def test_an_order_that_somebody_was_asked_about_stays(self):
        """Neither a no nor a yes is forgotten by deleting what it was about."""
        for decide, told in (
            (lambda request: request.action_refuse("Too late"), "refused"),
            (lambda request: request.action_approve("Fine"), "withdrawn"),
            (lambda request: None, "withdrawn"),
        ):
            order = self.new_order(100.0)
            request = self.ask(order)
            decide(request.with_user(self.supervisor))
            for state in ("draft", "cancel"):
                self.assertEqual(order.state, state)
                with self.assertRaises(UserError) as caught:
                    order.with_context(_force_unlink=True).unlink()
                self.assertIn("(Urgency Request)", str(caught.exception))
                self.assertIn("Leave it cancelled", str(caught.exception))
                if state == "draft":
                    order.action_cancel()
            self.assertEqual(request.state, told)
            self.assertFalse(request.activity_ids)

    # -------------------------------------------------------------------- rights

    def test_only_supervisors_decide(self):
        """Not the salesperson, nor a controller, nor a warehouse user."""
        order = self.new_confirmed(100.0)
        request = self.ask(order)
        for user in (self.salesperson, self.controller, self.warehouse_user):
            with self.assertRaises(AccessError, msg=user.login):
                request.with_user(user).action_approve("x")
            with self.assertRaises(AccessError, msg=user.login):
                request.with_user(user).action_refuse("x")
        self.assertEqual(request.state, "requested")

    def test_a_supervisor_asks_another_supervisor(self):
        """One's own request is not one's own to approve; a duty manager's is."""
        order = self.new_confirmed(100.0)
        request = self.ask(order, user=self.supervisor)
        self.assertNotIn(self.supervisor, request.activity_ids.user_id)
        with self.assertRaises(AccessError):
            request.with_user(self.supervisor).action_approve()
        request.with_user(self.duty_manager).action_approve()
        other = self.new_confirmed(100.0)
        self.ask(other, user=self.duty_manager).action_approve()
        self.assertEqual(other.urgency_state, "approved")

    def test_nothing_writable_makes_an_order_urgent(self):
        """Neither the order's field nor the request can be written, by nobody."""
        order = self.new_confirmed(100.0)
        request = self.ask(order)
        for user in (self.salesperson, self.supervisor, self.duty_manager):
            with self.assertRaises(AccessError):
                order.with_user(user).urgency_state = "approved"
            with self.assertRaises(AccessError):
                order.with_user(user).with_context(
                    default_urgency_state="approved"
                ).copy({"urgency_state": "approved"})
            with self.assertRaises(AccessError):
                request.with_user(user).write({"state": "approved"})
            with self.assertRaises(AccessError):
                request.with_user(user).create(
                    {"order_id": order.id, "company_id": self.company.id}
                )
            with self.assertRaises(AccessError):
                request.with_user(user).unlink()

    def test_portal_can_neither_ask_nor_read(self):
        """A customer sees nothing of it, also over RPC."""
        portal = self.new_user("por", "base.group_portal", partner_id=self.partner.id)
        order = self.new_confirmed(100.0)
        request = self.ask(order)
        with self.assertRaises(AccessError):
            order.with_user(portal).action_request_urgency()
        with self.assertRaises(AccessError):
            request.with_user(portal).read(["state"])
        with self.assertRaises(AccessError):
            order.with_user(portal).read(["urgency_state"])

    def test_supervisor_of_another_company_does_not_decide(self):
        """A request belongs to its company."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "str",
            "aftersales_rules.group_duty_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        request = self.ask(self.new_confirmed(100.0))
        self.assertNotIn(stranger, request.activity_ids.user_id)
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_approve()

    # --------------------------------------------------------------------- rules

    def test_small_order_of_a_key_customer_is_urgent_by_rule(self):
        """Up to the threshold nobody has to decide; above it a supervisor does."""
        self.partner.customer_tier = "key"
        self.partner.credit_limit = 100000.0
        order = self.new_confirmed(100.0)
        request = self.ask(order)
        self.assertEqual(order.urgency_state, "approved")
        self.assertTrue(request.is_by_rule)
        self.assertFalse(request.decided_by_id)
        self.assertEqual(request.decision_id.result, "automatic")
        self.assertEqual(order.picking_ids.priority, "1")
        self.assertEqual(self.ask(self.new_confirmed(20000.0)).state, "requested")

    def test_far_off_is_refused_by_rule_with_the_reason(self):
        """The reason is that of the rule; observing, the supervisor is asked."""
        far = self.today + timedelta(days=60)
        order = self.new_confirmed(100.0)
        request = self.ask(order, wanted=far)
        self.assertEqual(order.urgency_state, "refused")
        self.assertIn("Wanted in 60 days", request.answer)
        self.set_mode("observe", "order_urgency")
        request = self.ask(order, wanted=far)
        self.assertEqual(order.urgency_state, "requested")
        self.assertEqual(request.decision_id.result, "refused")
        self.assertEqual(request.decision_id.mode, "observe")

    def test_share_of_urgent_orders_counts_the_week(self):
        """One urgent of four orders, this one of five: two fifths would be urgent."""
        self.set_threshold("urgent_orders_min", "1")
        past = fields.Datetime.now() - timedelta(days=30)
        self.env["sale.order"].search([("state", "=", "sale")]).date_order = past
        orders = [self.new_confirmed(1.0) for _each in range(5)]
        self.ask(orders[0]).with_user(self.supervisor).action_approve()
        request = self.ask(orders[1])
        facts = request.decision_id._get_decision().facts
        self.assertEqual(facts["urgent_orders"], 1)
        self.assertEqual(facts["urgent_share"], "0.4")
        self.assertEqual(request.decision_id.rule, "urgency_too_many")

    def test_switched_off_the_rules_are_not_asked(self):
        """A supervisor decides, nothing is recorded."""
        self.set_mode("off", "order_urgency")
        request = self.ask(self.new_confirmed(100.0))
        self.assertEqual(request.state, "requested")
        self.assertFalse(request.decision_id)


@tagged("post_install", "-at_install")
class TestUrgencyAndDeposit(ProductionCase):
    """Two reasons for one star: urgency (O9) and a deposit that is there (O7)."""

    def test_withdrawn_urgency_leaves_the_priority_of_the_deposit(self):
        """The engineering order's deposit gave the star, and keeps it."""
        supervisor = self.new_user("sup", "aftersales_rules.group_supervisor")
        order = self.new_engineering()
        productions = order.stock_reference_ids.production_ids
        self.assertEqual(set(productions.mapped("priority")), {"0"})
        today = self.company._aftersales_now().date()
        request = order._request_urgency("The site waits", today)
        request.with_user(supervisor).action_approve()
        self.assertEqual(set(productions.mapped("priority")), {"1"})
        order.action_withdraw_urgency()
        self.assertEqual(set(productions.mapped("priority")), {"0"})
        self.down_payment(order, 500.0)
        self.assertEqual(set(productions.mapped("priority")), {"1"})
        order._request_urgency("Still", today).with_user(supervisor).action_approve()
        order.action_withdraw_urgency()
        self.assertEqual(set(productions.mapped("priority")), {"1"})
