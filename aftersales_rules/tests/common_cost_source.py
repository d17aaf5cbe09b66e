# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Documents that service costs are pulled from: bills, deliveries, repairs."""

from odoo import Command, fields

from .common_cost import CostCase


class CostSourceCase(CostCase):
    """A registered complaint, panes in stock, and accounts to look at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode(
            "off",
            "credit_hold",
            "shipment_release",
            "shipping_day",
            "transfer_release",
            "solution_approval",
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Crane Hire"})
        cls.freight = cls.new_account("626100", "Freight")
        cls.variation = cls.new_account("603900", "Stock Variation of Panes")
        cls.stock_account = cls.new_account(
            "310900", "Panes in Stock", account_type="asset_current"
        )
        cls.stock_account.account_stock_variation_id = cls.variation
        cls.category = cls.env["product.category"].create(
            {
                "name": "Panes",
                "property_valuation": "periodic",
                "property_cost_method": "standard",
                "property_stock_valuation_account_id": cls.stock_account.id,
            }
        )
        cls.pane = cls.new_product(
            "Pane", is_storable=True, standard_price=40.0, categ_id=cls.category.id
        )
        cls.stock_up(cls.pane)
        cls.complaint._complaint_set_state("registered")

    @classmethod
    def new_account(cls, code, name, account_type="expense"):
        return cls.env["account.account"].create(
            {"code": code, "name": name, "account_type": account_type}
        )

    @classmethod
    def new_bill(cls, *amounts, post=True, move_type="in_invoice", **values):
        """A vendor's bill with one line on *Freight* for each amount, and no tax."""
        line = values.pop("line", {})
        values.setdefault("invoice_date", fields.Date.context_today(cls.complaint))
        bill = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.vendor.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Air freight",
                            "quantity": 1,
                            "price_unit": amount,
                            "account_id": cls.freight.id,
                            "tax_ids": [Command.clear()],
                            "complaint_id": cls.complaint.id,
                            **line,
                        }
                    )
                    for amount in amounts
                ],
                **values,
            }
        )
        if post:
            bill.action_post()
        return bill

    def open_pull(self, user=None, complaint=None):
        """The dialog, as somebody opens it on the complaint."""
        complaint = complaint or self.complaint
        user = user or self.agent
        action = complaint.with_user(user).action_pull_costs()
        return self.env[action["res_model"]].with_user(user).browse(action["res_id"])

    def pull(self, user=None, complaint=None):
        """What is ticked in the dialog, pulled; the latest first."""
        wizard = self.open_pull(user, complaint)
        action = wizard.action_pull()
        costs = self.env["aftersales.cost"].search(action["domain"])
        return costs.sorted(lambda cost: cost.id)

    @classmethod
    def finish(cls, picking):
        """Everything of a transfer is done."""
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.button_validate()
        assert picking.state == "done"
        return picking

    @classmethod
    def new_sent(cls, quantity=2, product=None):
        """A replacement for nothing that has left."""
        product = product or cls.pane
        order = cls.complaint._complaint_create_replacement(
            {product: quantity}, confirm=True
        )
        cls.finish(order.picking_ids)
        return order

    @classmethod
    def new_repaired(cls, *parts):
        """A repair that is done, with parts: (product, quantity)."""
        repair = cls.complaint._complaint_create_repair(cls.pane, 1)
        for product, quantity in parts:
            cls.env["stock.move"].create(
                {
                    "repair_id": repair.id,
                    "repair_line_type": "add",
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                }
            )
        repair._action_repair_confirm()
        repair.action_assign()
        repair.action_repair_start()
        for move in repair.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        repair.action_repair_end()
        assert repair.state == "done"
        return repair
