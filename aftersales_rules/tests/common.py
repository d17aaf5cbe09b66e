# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of a credit test, as an offer to integrators.

Creators have defaults, so that a test names only what it is about.
"""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user

GATES = (
    "credit_hold",
    "order_kind",
    "production_release",
    "shipment_release",
    "shipping_day",
)
"""What `set_mode` sets unless a test says otherwise."""


class AftersalesCase(TransactionCase):
    """A company with customers, products, money and people in their roles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company=cls.company, install_demo=False
            )
        cls.company.account_use_credit_limit = True
        cls.set_mode("enforce")
        cls.tax_free = {"tax_ids": [Command.clear()]}
        cls.bank_journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.salesperson = cls.new_user("sal", "sales_team.group_sale_salesman")
        cls.controller = cls.new_user("con", "aftersales_rules.group_credit_controller")
        cls.admin = cls.new_user("adm", "aftersales_rules.group_rules_admin")
        cls.warehouse_user = cls.new_user("whu", "stock.group_stock_user")
        cls.authority = cls.env["aftersales.release.authority"].create(
            {
                "user_id": cls.controller.id,
                "company_id": cls.company.id,
                "ceiling": 10000.0,
            }
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.service = cls.new_product("Planning", type="service")
        cls.goods = cls.new_product("Glass insulator", is_storable=True)
        cls.partner = cls.new_customer("Dealer", credit_limit=1000.0)

    @classmethod
    def new_user(cls, login, groups, **values):
        values.setdefault("company_id", cls.company.id)
        values.setdefault("company_ids", [Command.set(cls.company.ids)])
        # an invitation to each of them would take half of the time
        context = {"no_reset_password": True}
        return new_test_user(
            cls.env, login=f"ar_{login}", groups=groups, context=context, **values
        )

    @classmethod
    def set_mode(cls, mode, *names, company=None):
        company = company or cls.company
        if not names and mode == "off":
            names = [
                name.removeprefix("aftersales_mode_")
                for name in company._fields
                if name.startswith("aftersales_mode_")
            ]
        # at once: each change of modes publishes a version
        company.write({f"aftersales_mode_{name}": mode for name in names or GATES})

    @classmethod
    def all_gates(cls):
        """The decisions that have a mode, those of other addons among them."""
        prefix = "aftersales_mode_"
        fields = cls.company._fields
        return [name.removeprefix(prefix) for name in fields if name.startswith(prefix)]

    @classmethod
    def set_threshold(cls, name, value, company=None):
        threshold = cls.env["aftersales.threshold"].search(
            [
                ("name", "=", name),
                ("company_id", "=", (company or cls.company).id),
            ]
        )
        threshold.value = value
        return threshold

    @classmethod
    def new_product(cls, name, **values):
        values.setdefault("list_price", 100.0)
        values.setdefault("invoice_policy", "order")
        values.setdefault("taxes_id", [Command.clear()])
        return cls.env["product.product"].create({"name": name, **values})

    @classmethod
    def new_customer(cls, name, credit_limit=0.0, company=None, **values):
        partner = cls.env["res.partner"].create(
            {"name": name, "is_company": True, **values}
        )
        partner.with_company(company or cls.company).credit_limit = credit_limit
        return partner

    @classmethod
    def new_order(cls, amount=100.0, partner=None, product=None, **values):
        """A quotation of one line that totals `amount`."""
        partner = partner or cls.partner
        product = product or cls.goods
        values.setdefault("user_id", cls.salesperson.id)
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def new_confirmed(cls, amount=100.0, **values):
        order = cls.new_order(amount, **values)
        order.action_confirm()
        return order

    @classmethod
    def new_invoice(
        cls, amount, partner=None, days_overdue=None, move_type="out_invoice", **values
    ):
        """A posted invoice without an order."""
        today = fields.Date.today()
        due = today - timedelta(days=days_overdue) if days_overdue else today
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or cls.partner).id,
                "invoice_date": due,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Earlier delivery",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def invoice_order(cls, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    @classmethod
    def pay(cls, invoice, amount=None):
        """Register a payment of an invoice and reconcile it."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "journal_id": cls.bank_journal.id,
                    **({"amount": amount} if amount is not None else {}),
                }
            )
        )
        payment = wizard._create_payments()
        cls.run_queue()
        return payment

    @classmethod
    def down_payment(cls, order, amount):
        """A posted and paid down-payment invoice."""
        wizard = cls.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": amount,
            }
        )
        invoice = wizard._create_invoices(order)
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        cls.pay(invoice)
        return invoice

    @classmethod
    def run_queue(cls):
        """Do what happens before a commit."""
        cls.env.flush_all()
        cls.env.cr.precommit.run()

    def run_cron(self, name):
        """Run a scheduled action of the addon, its commits kept inside the test."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"aftersales_rules.{name}").method_direct_trigger()
        self.env.invalidate_all()

    @classmethod
    def stock_up(cls, product, quantity=100.0):
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity
        )

    @classmethod
    def get_facts(cls, order):
        """Facts of one order as the gate sees them, with its own amount counted."""
        return cls.env["aftersales.credit.facts"]._gather(order)[order.id].facts()

    def open_causes(self, order, gate="procurement"):
        return sorted(order._get_open_holds(gate).mapped("cause"))

    def assertHeld(self, order, *causes):
        self.assertEqual(self.open_causes(order), sorted(causes))
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.picking_ids, "a held order procures nothing")

    def assertGoesOn(self, order):
        self.assertEqual(self.open_causes(order), [])
        self.assertEqual(order.state, "sale")
