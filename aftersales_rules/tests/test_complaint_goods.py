# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_complaint_return import ReturnCase


class GoodsCase(ReturnCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("observe", "solution_approval")

    def open_wizard(self, action, user=None, complaint=None):
        complaint = (complaint or self.complaint).with_user(user or self.agent)
        result = getattr(complaint, f"action_complaint_{action}")()
        return (
            self.env[result["res_model"]]
            .with_user(user or self.agent)
            .browse(result["res_id"])
        )

    def begin(self, action, quantity, user=None, **values):
        wizard = self.open_wizard(action, user)
        wizard.line_ids[:1].quantity = quantity
        wizard.write(values)
        wizard.action_begin()
        return wizard


@tagged("post_install", "-at_install")
class TestComplaintGoods(GoodsCase):
    """What comes back, is repaired and is sent again is chosen on one screen (C15)."""

    def test_rows_are_what_the_customer_got(self):
        """With the quantity that the complaint names, and no more than is left."""
        self.complaint.complaint_quantity = 4
        line = self.open_wizard("return").line_ids
        self.assertEqual(line.product_id, self.goods)
        self.assertEqual(line.transfer, self.delivery.name)
        self.assertEqual((line.available, line.quantity), (10, 4))
        self.begin_return(8)
        line = self.open_wizard("return").line_ids
        self.assertEqual((line.available, line.quantity), (2, 2))
        self.begin_return(2)
        with self.assertRaisesRegex(UserError, "No goods are known"):
            self.open_wizard("return")

    def test_order_or_customer_and_product_are_enough(self):
        later = self.new_delivered(3)
        self.complaint.aftersales_picking_id = False
        rows = self.open_wizard("return").line_ids
        self.assertEqual(set(rows.mapped("transfer")), {self.delivery.name, later.name})
        self.complaint.aftersales_order_id = later.sale_id
        self.assertEqual(self.open_wizard("return").line_ids.transfer, later.name)
        stranger = self.new_registered(
            partner_id=self.partner.id, aftersales_product_id=self.goods.id
        )
        with self.assertRaisesRegex(UserError, "No goods are known"):
            self.open_wizard("return", complaint=stranger)

    def test_the_agent_begins_a_return_on_the_screen(self):
        wizard = self.open_wizard("return")
        with Form(wizard) as form:
            with form.line_ids.edit(0) as line:
                line.quantity = 2
        result = wizard.action_begin()
        returned = self.complaint.complaint_picking_ids
        self.assertEqual(returned.move_ids.product_uom_qty, 2)
        self.assertEqual(result["params"]["message"], returned.name)

    def test_whoever_may_open_it_gets_it_opened(self):
        both = self.new_user(
            "both", "aftersales_rules.group_complaint_user,stock.group_stock_user"
        )
        wizard = self.open_wizard("return", both)
        result = wizard.action_begin()
        self.assertEqual(result["res_id"], self.complaint.complaint_picking_ids.id)

    def test_a_second_click_begins_nothing(self):
        wizard = self.begin("return", 1)
        with self.assertRaisesRegex(UserError, "begun already"):
            wizard.action_begin()
        self.assertEqual(len(self.complaint.complaint_picking_ids), 1)

    def test_rows_are_not_forged(self):
        """Whoever calls over the network may enter quantities, and nothing else."""
        other = self.new_delivered(5, partner=self.partner)
        wizard = self.open_wizard("return")
        for vals in (
            {"complaint_id": self.complaint.id},
            {"action": "replacement"},
            {"is_done": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                wizard.write(vals)
        with self.assertRaises(AccessError):
            wizard.line_ids.move_id = other.move_ids
        with self.assertRaises(AccessError):
            wizard.line_ids = [Command.create({"product_id": self.service.id})]
        wizard.line_ids.sudo().move_id = other.move_ids
        wizard.line_ids.quantity = 1
        with self.assertRaisesRegex(AccessError, "did not go to the customer"):
            wizard.action_begin()

    def test_only_after_sales_opens_it(self):
        for action in ("return", "repair", "replacement"):
            for user in (self.warehouse_user, self.salesperson, self.technician):
                with self.subTest(action, user=user.login):
                    with self.assertRaises(AccessError):
                        self.open_wizard(action, user)

    # -------------------------------------------------------------------- repairs

    def test_repair_is_a_draft_for_the_workshop(self):
        returned = self.begin_return(2)
        self.complaint.sudo().complaint_quality_related = "yes"
        self.begin("repair", 2)
        repair = self.complaint.complaint_repair_ids
        self.assertEqual(repair.state, "draft")
        self.assertEqual(repair.product_id, self.goods)
        self.assertEqual(repair.product_qty, 2)
        self.assertEqual(repair.partner_id, self.customer)
        self.assertEqual(repair.picking_id, returned)
        self.assertTrue(repair.under_warranty, "a matter of quality")
        self.assertIn("broke by themselves", repair.internal_notes)
        self.assertIn(repair.name, self.complaint.with_user(self.agent).complaint_goods)
        with self.assertRaisesRegex(UserError, f"{repair.name} repairs"):
            self.begin("repair", 1)

    def test_a_repair_of_misuse_is_not_under_warranty(self):
        self.complaint.sudo().complaint_quality_related = "no"
        self.begin("repair", 1)
        self.assertFalse(self.complaint.complaint_repair_ids.under_warranty)

    def test_the_complaint_is_told_when_it_is_repaired(self):
        self.begin("repair", 1)
        repair = self.complaint.complaint_repair_ids
        self.assertIn("goods", dict(self.complaint._complaint_missing()))
        repair.action_validate()
        repair.action_repair_start()
        repair.with_user(self.warehouse_user).action_repair_end()
        self.assertEqual(repair.state, "done")
        self.assertIn(f"Repaired: {repair.name}", self.complaint.message_ids[:1].body)
        self.assertNotIn("goods", dict(self.complaint._complaint_missing()))

    # --------------------------------------------------------------- replacements

    def test_replacement_is_an_order_that_costs_nothing(self):
        """A quotation by the agent; the salesperson is asked to confirm it."""
        self.begin("replacement", 3)
        order = self.complaint.complaint_replacement_ids
        self.assertEqual((order.state, order.amount_total), ("draft", 0.0))
        self.assertEqual(order.order_line.product_uom_qty, 3)
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.origin, self.complaint.display_name)
        self.assertEqual(order.activity_ids.user_id, self.salesperson)
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.amount_total, 0.0, "the list price does not come back")
        self.assertFalse(order.with_user(self.agent).has_access("read"))

    def test_the_manager_has_it_delivered_at_once(self):
        with self.assertRaisesRegex(AccessError, "complaint manager or the salesp"):
            self.begin("replacement", 3, confirm_order=True)
        self.begin("replacement", 3, self.sales_manager, confirm_order=True)
        order = self.complaint.complaint_replacement_ids
        self.assertEqual(order.state, "sale")
        picking = order.picking_ids
        self.assertEqual(picking.move_ids.product_uom_qty, 3)
        self.assertIn("goods", dict(self.complaint._complaint_missing()))
        self.receive(picking)
        self.assertIn("has left", self.complaint.message_ids[:1].body)
        self.assertNotIn("goods", dict(self.complaint._complaint_missing()))

    def test_nothing_is_given_away_before_it_is_agreed_and_approved(self):
        """Whoever tries reads what is missing, and who can help (C11)."""
        self.set_mode("enforce", "solution_approval")
        self.complaint._complaint_set_state("accepted")
        with self.assertRaisesRegex(UserError, "Propose one first"):
            self.begin("replacement", 3)
        solution = self.env["aftersales.complaint.solution"].with_user(self.agent)
        solution = solution.create(
            {
                "complaint_id": self.complaint.id,
                "proposal": "Three new panes",
                "cost_estimate": 300.0,
            }
        )
        solution.action_propose()
        with self.assertRaisesRegex(UserError, "has not accepted"):
            self.begin("replacement", 3)
        solution._note_answer("accepted")
        with self.assertRaisesRegex(UserError, "approv"):
            self.begin("replacement", 3)
        self.assertFalse(self.complaint.complaint_replacement_ids)
        asked = solution.sudo().approval_ids
        asked.with_user(self.gm).action_approve("Yes")
        self.begin("replacement", 3)
        self.assertTrue(self.complaint.complaint_replacement_ids)

    def test_a_replacement_owes_nothing_at_the_gates(self):
        """Not held for old debts, nor for its price, however strict the gates are."""
        self.set_mode("enforce", "credit_hold", "shipment_release", "quotation_promise")
        self.new_invoice(5000.0, partner=self.customer, days_overdue=60)
        self.begin("replacement", 3, self.sales_manager, confirm_order=True)
        order = self.complaint.complaint_replacement_ids
        self.assertGoesOn(order)
        self.assertFalse(order.promise_state)
        self.receive(order.picking_ids)

    def test_nothing_else_travels_free_on_a_replacement(self):
        """What was added by hand is judged like any other promise."""
        self.set_mode("enforce", "quotation_promise")
        self.begin("replacement", 3)
        order = self.complaint.complaint_replacement_ids.with_user(self.salesperson)
        order.order_line.product_uom_qty = 4
        order.action_confirm()
        self.assertEqual(order.promise_state, "requested")

    def test_no_more_is_replaced_than_was_delivered(self):
        self.begin("replacement", 8)
        with self.assertRaisesRegex(UserError, "got 10 Units.*8 are replaced"):
            self.begin("replacement", 3)
        self.complaint.complaint_replacement_ids._action_cancel()
        self.begin("replacement", 3)

    def test_no_order_becomes_a_replacement_by_hand(self):
        order = self.new_order()
        line = order.order_line
        with self.assertRaisesRegex(AccessError, "begun on the complaint"):
            order.with_user(self.salesperson).complaint_id = self.complaint
        with self.assertRaises(AccessError):
            line.with_user(self.salesperson).complaint_replaced_qty = 5
        forged = line.with_user(self.salesperson).with_context(
            default_complaint_replaced_qty=5
        )
        self.assertFalse(
            forged.create(
                {"order_id": order.id, "product_id": self.goods.id}
            ).complaint_replaced_qty
        )
        self.assertFalse(
            order.with_user(self.salesperson)
            .with_context(default_complaint_id=self.complaint.id)
            .copy()
            .complaint_id
        )

    def test_without_a_customer_nothing_is_sent(self):
        complaint = self.new_registered(
            partner_id=False, aftersales_product_id=self.goods.id
        )
        with self.assertRaisesRegex(UserError, "Say who the customer is"):
            complaint._complaint_create_replacement({self.goods: 1})
