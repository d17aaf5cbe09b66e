# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Products made to order, and engineering orders for them."""

from odoo import Command

from .common import AftersalesCase


class ProductionCase(AftersalesCase):
    """A customer whose credit is no question, and what is made for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.with_company(cls.company).credit_limit = 10_000_000.0
        cls.authority.ceiling = 10_000_000.0
        cls.planner = cls.new_user("pla", "mrp.group_mrp_user")
        mto = cls.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        cls.manufacture = cls.warehouse.manufacture_pull_id.route_id
        cls.to_order = mto | cls.manufacture
        cls.part = cls.new_product("Glass shell", is_storable=True)
        cls.product = cls.new_made("Insulator string", {cls.part: 7})
        cls.product.is_engineering = True

    @classmethod
    def new_made(cls, name, parts, **values):
        """A product made to order from these parts."""
        bom_type = values.pop("bom_type", "normal")
        values.setdefault("route_ids", [Command.set(cls.to_order.ids)])
        product = cls.new_product(name, is_storable=True, **values)
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": bom_type,
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts.items()
                ],
            }
        )
        return product

    @classmethod
    def new_engineering(cls, amount=1000.0, confirm=True, quantity=2, **values):
        """An engineering order, by its product, of this total."""
        values.setdefault("product", cls.product)
        order = cls.new_order(amount, **values)
        order.order_line.write(
            {"product_uom_qty": quantity, "price_unit": amount / quantity}
        )
        if confirm:
            order.action_confirm()
            cls.run_queue()
        return order

    @classmethod
    def productions(cls, order):
        """Everything that is made for an order, on every level."""
        found = cls.env["mrp.production"]._get_of_orders(order)[order]
        return found.filtered(lambda production: production.state != "cancel")

    def new_production(self, product=None, quantity=1, **values):
        """A manufacturing order made by hand."""
        return self.env["mrp.production"].create(
            {
                "product_id": (product or self.product).id,
                "product_qty": quantity,
                **values,
            }
        )

    def assertWaits(self, productions, state="draft"):
        self.assertTrue(productions)
        self.assertEqual(set(productions.mapped("deposit_state")), {"waiting"})
        self.assertEqual(set(productions.mapped("state")), {state})

    def assertProduces(self, productions, priority="1"):
        self.assertTrue(productions)
        self.assertEqual(set(productions.mapped("deposit_state")), {False})
        self.assertEqual(set(productions.mapped("state")), {"confirmed"})
        self.assertEqual(set(productions.mapped("priority")), {priority})

    def assertToldToWait(self, result):
        """A button answers with a notification; it gives what it says."""
        self.assertEqual(result["tag"], "display_notification")
        self.assertTrue(result["params"]["sticky"])
        return result["params"]["message"]
