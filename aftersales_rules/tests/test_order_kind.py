# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_production import ProductionCase


@tagged("post_install", "-at_install")
class TestOrderKind(ProductionCase):
    """Standard or engineering: by rule, or by hand with a reason (O6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_threshold("engineering_amount_min", "5000")
        cls.set_threshold("engineering_quantity_min", "50")
        cls.authority.ceiling = 9000.0

    def kind_decisions(self, order):
        return order.decision_ids.filtered(lambda d: d.decision == "order_kind")

    def assertKind(self, order, kind):
        self.run_queue()
        self.assertEqual(order.order_kind, kind)

    # ----------------------------------------------------------------- by rule

    def test_each_sign_alone_makes_an_engineering_order(self):
        """Amount, quantity, marked product, registered project; else standard."""
        self.assertKind(self.new_confirmed(4999.99), "standard")
        self.assertKind(self.new_confirmed(5000.0), "engineering")
        order = self.new_order(1.0)
        order.order_line.product_uom_qty = 50
        order.action_confirm()
        self.assertKind(order, "engineering")
        self.assertKind(self.new_confirmed(1.0, product=self.product), "engineering")
        order = self.new_order(1.0)
        model = self.env.registry["sale.order"]
        with patch.object(model, "_has_registered_project", lambda order: True):
            order.action_confirm()
        self.assertKind(order, "engineering")
        self.assertEqual(
            order.with_user(self.salesperson).order_kind_why,
            "A registered project is on the order.",
        )

    def test_quantity_counts_goods_over_all_lines_and_no_services(self):
        order = self.new_order(1.0, product=self.service)
        order.order_line.write({"product_uom_qty": 100, "price_unit": 1.0})
        order.order_line = [
            Command.create({"product_id": self.goods.id, "product_uom_qty": 25})
        ]
        self.assertKind(order, "standard")
        order.order_line = [
            Command.create({"product_id": self.part.id, "product_uom_qty": 25})
        ]
        self.assertKind(order, "engineering")

    def test_standard_orders_leave_no_decision(self):
        order = self.new_confirmed(100.0)
        self.run_queue()
        self.assertFalse(self.kind_decisions(order))
        self.assertIn("No rule", order.order_kind_why)

    def test_kind_follows_the_quotation_while_it_is_written(self):
        """Prices, quantities, products: decided before somebody else reads it."""
        order = self.new_order(100.0)
        self.assertKind(order, "standard")
        order.order_line.price_unit = 6000.0
        self.assertKind(order, "engineering")
        decision = self.kind_decisions(order)
        self.assertEqual(
            (decision.result, decision.rule), ("engineering", "kind_amount")
        )
        self.assertIn("6,000.00", order.order_kind_why)
        order.order_line.price_unit = 60.0
        self.assertKind(order, "standard")
        order.order_line.product_id = self.product
        self.assertKind(order, "engineering")

    def test_kind_is_decided_before_credit(self):
        """The rule for large unsecured orders is about standard ones only."""
        stranger = self.new_customer("Stranger")
        self.set_threshold("unsecured_order_max", "1000")
        large = self.new_confirmed(1500.0, partner=stranger)
        self.assertEqual(self.open_causes(large), ["no_guarantee"])
        order = self.new_confirmed(6000.0, partner=stranger)
        self.assertEqual(self.open_causes(order), [])
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])

    def test_confirmed_order_that_grows_becomes_engineering(self):
        order = self.new_confirmed(100.0)
        self.run_queue()
        self.assertFalse(order.hold_state)
        order.order_line.price_unit = 6000.0
        self.assertKind(order, "engineering")
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])

    def test_observing_gate_records_and_leaves_the_kind(self):
        self.set_mode("observe", "order_kind")
        order = self.new_confirmed(6000.0)
        self.assertKind(order, "standard")
        decision = self.kind_decisions(order)
        self.assertEqual((decision.result, decision.mode), ("engineering", "observe"))
        order.order_line.price_unit = 7000.0
        self.assertKind(order, "standard")
        self.assertEqual(len(self.kind_decisions(order)), 1, "nothing new is said")

    def test_gate_that_is_off_leaves_the_kind_to_people(self):
        self.set_mode("off", "order_kind")
        order = self.new_confirmed(6000.0)
        self.assertKind(order, "standard")
        self.assertFalse(self.kind_decisions(order))

    def test_copy_is_decided_anew(self):
        order = self.new_confirmed(6000.0)
        copy = order.copy()
        self.assertFalse(copy.order_kind_manual)
        copy.order_line.price_unit = 1.0
        self.assertKind(copy, "standard")

    def test_amount_is_compared_in_company_currency(self):
        other = self.env.ref("base.EUR")
        if other == self.company.currency_id:
            other = self.env.ref("base.USD")
        other.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": other.id, "company_id": self.company.id, "rate": 0.5}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": other.id}
        )
        self.assertKind(
            self.new_confirmed(2500.0, pricelist_id=pricelist.id), "engineering"
        )

    # ----------------------------------------------------------------- by hand

    def test_salesperson_makes_it_engineering_with_a_reason(self):
        order = self.new_order(100.0).with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "say why"):
            order.order_kind_manual = "engineering"
        order.write({"order_kind_manual": "engineering", "order_kind_reason": "Site A"})
        self.assertKind(order, "engineering")
        self.assertEqual(order.order_kind_why, "Set by hand: Site A")
        order.action_confirm()
        self.assertEqual(self.open_causes(order.sudo(), "production"), ["deposit"])

    def test_rules_do_not_overrule_what_was_set_by_hand(self):
        order = self.new_order(100.0)
        order.write({"order_kind_manual": "engineering", "order_kind_reason": "Site A"})
        order.order_line.price_unit = 10.0
        self.assertKind(order, "engineering")
        order.write({"order_kind_manual": False, "order_kind_reason": False})
        self.assertKind(order, "standard")

    def test_engineering_becomes_standard_only_with_authority(self):
        """It lifts deposit and balance: who may release it may do it (U2)."""
        order = self.new_engineering(6000.0)
        self.assertEqual(self.open_causes(order, "production"), ["deposit"])
        lighter = {"order_kind_manual": "standard", "order_kind_reason": "Old friend"}
        for user in (self.salesperson, self.admin, self.planner):
            with self.subTest(user.login), self.assertRaises(UserError):
                order.with_user(user).write(lighter)
        large = self.new_engineering(12000.0)
        with self.assertRaisesRegex(UserError, "ceiling"):
            large.with_user(self.controller).write(lighter)
        self.assertKind(order, "engineering")
        order.with_user(self.controller).write(lighter)
        self.assertKind(order, "standard")
        self.assertFalse(order.hold_state)
        self.assertProduces(self.productions(order), priority="0")

    def test_returning_to_the_rules_needs_the_authority_if_it_lifts_something(self):
        order = self.new_order(100.0)
        order.with_user(self.controller).write(
            {"order_kind_manual": "engineering", "order_kind_reason": "Doubtful"}
        )
        with self.assertRaises(AccessError):
            order.with_user(self.salesperson).write({"order_kind_manual": False})
        self.assertKind(order, "engineering")

    def test_standard_by_hand_ends_when_the_order_outgrows_it(self):
        """A small order made standard by hand is no cover for a large one."""
        order = self.new_order(100.0).with_user(self.salesperson)
        order.write({"order_kind_manual": "standard", "order_kind_reason": "Small"})
        self.assertKind(order, "standard")
        order.order_line.price_unit = 6000.0
        self.assertKind(order, "engineering")
        self.assertFalse(order.order_kind_manual)
        order.with_user(self.controller).write(
            {"order_kind_manual": "standard", "order_kind_reason": "Agreed"}
        )
        self.assertKind(order, "standard")
        order.order_line.price_unit = 5500.0
        self.assertKind(order, "standard")
        order.order_line.price_unit = 6001.0
        self.assertKind(order, "engineering")

    def test_standard_by_hand_at_creation_is_no_way_around(self):
        """What a client sends with a new order counts as setting it by hand."""
        values = {
            "partner_id": self.partner.id,
            "order_line": [
                Command.create({"product_id": self.product.id, "price_unit": 100.0})
            ],
        }
        model = self.env["sale.order"].with_user(self.salesperson)
        with self.assertRaises(AccessError):
            model.create(
                {**values, "order_kind_manual": "standard", "order_kind_reason": "x"}
            )
        for name, value in (
            ("order_kind", "standard"),
            ("order_kind_amount", 1e9),
            ("deposit_warning", False),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                model.create({**values, name: value})
            order = self.new_order(10.0).with_user(self.salesperson)
            with self.subTest(name), self.assertRaises(AccessError):
                order.write({name: value})

    def test_salesperson_sees_the_kind_on_the_form(self):
        order = self.new_order(100.0)
        with Form(order.with_user(self.salesperson)) as form:
            form.order_kind_manual = "engineering"
            form.order_kind_reason = "Site A"
        self.assertKind(order, "engineering")
