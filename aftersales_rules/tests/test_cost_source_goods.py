# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tests import tagged

from .common_cost_source import CostSourceCase


@tagged("post_install", "-at_install")
class TestCostGoods(CostSourceCase):
    """Goods that left for a complaint, where their value stands in the books (L9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.production_account = cls.new_account("611100", "Cost of Production")
        cls.repairs = cls.env["stock.picking.type"].search(
            [
                ("code", "=", "repair_operation"),
                ("warehouse_id", "=", cls.warehouse.id),
            ]
        )
        cls.production = cls.repairs.default_location_dest_id
        cls.seal = cls.new_product(
            "Seal", is_storable=True, standard_price=7.5, categ_id=cls.category.id
        )
        cls.stock_up(cls.seal)

    def test_a_replacement_costs_what_it_was_worth(self):
        """Two panes at 40, booked as stock variation by the closing."""
        order = self.new_sent(2)
        cost = self.pull()
        self.assertEqual(cost.amount, 80.0)
        self.assertEqual(cost.cost_type, "replacement")
        self.assertEqual(cost.product_id, self.pane)
        self.assertEqual(cost.expense_account_id, self.variation)
        self.assertFalse(cost.source_move_line_id)
        self.assertEqual(cost.document, order.picking_ids.name)
        accountant = order.with_user(self.accountant).sudo()
        self.assertEqual(accountant.source_cost_count, 1)
        self.assertEqual(order.picking_ids.source_cost_count, 1)

    def test_the_closing_books_it_where_we_say(self):
        """Odoo's own closing debits the account that the cost names, by its value."""
        self.company.account_stock_valuation_id = self.stock_account
        closing = self.company.action_close_stock_valuation(auto_post=True)
        self.new_sent(2)
        cost = self.pull()
        closing = self.company.action_close_stock_valuation(auto_post=True)
        entry = self.env["account.move"].browse(closing["res_id"])
        line = entry.line_ids.filtered(
            lambda line: line.account_id == cost.expense_account_id
        )
        self.assertEqual(line.balance, cost.company_amount)

    def test_without_variation_account_it_is_the_expense_of_the_company(self):
        """As the closing falls back to it."""
        self.stock_account.account_stock_variation_id = False
        self.company.expense_account_id = self.freight
        self.new_sent()
        self.assertEqual(self.pull().expense_account_id, self.freight)

    def test_without_any_account_it_is_not_pulled(self):
        """The row says what is missing, and where."""
        self.stock_account.account_stock_variation_id = False
        self.company.expense_account_id = False
        self.new_sent()
        line = self.open_pull().line_ids
        self.assertTrue(line.is_blocked)
        self.assertIn("product category", line.note)

    def test_what_is_not_storable_was_an_expense_when_it_was_bought(self):
        """Its own expense account, whatever the closing does."""
        tape = self.new_product(
            "Tape",
            is_storable=False,
            standard_price=3.0,
            categ_id=self.category.id,
            property_account_expense_id=self.freight.id,
        )
        self.new_sent(4, tape)
        cost = self.pull()
        self.assertEqual(cost.amount, 12.0)
        self.assertEqual(cost.expense_account_id, self.freight)

    def test_a_replacement_that_was_invoiced_stands_in_cost_of_sales(self):
        """Perpetual valuation: the invoice for nothing has made an expense of it."""
        sold = self.new_account("601900", "Cost of Panes Sold")
        self.category.property_valuation = "real_time"
        self.pane.property_account_expense_id = sold
        order = self.new_sent(2)
        cost = self.pull()
        self.assertEqual(cost.expense_account_id, self.variation, "not invoiced yet")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(
            invoice.line_ids.filtered(lambda line: line.account_id == sold).balance,
            80.0,
        )
        cost._check_sources()
        self.assertEqual(cost.expense_account_id, sold)
        self.assertEqual(cost.source_move_line_id.account_id, sold)
        self.assertFalse(cost.source_changed, "the money is the same")

    def test_repair_parts_with_an_entry_of_their_own(self):
        """Perpetual valuation: debit cost of production, each part its own item."""
        self.category.property_valuation = "real_time"
        self.production.valuation_account_id = self.production_account
        repair = self.new_repaired((self.seal, 2), (self.seal, 2), (self.pane, 1))
        costs = self.pull()
        self.assertEqual(sorted(costs.mapped("amount")), [15.0, 15.0, 40.0])
        self.assertEqual(costs.expense_account_id, self.production_account)
        self.assertEqual(set(costs.mapped("cost_type")), {"repair"})
        items = costs.source_move_line_id
        self.assertEqual(len(items), 3, "no item stands for two parts")
        self.assertEqual(items.move_id, repair.move_ids.account_move_id)
        for cost in costs:
            self.assertEqual(cost.source_move_line_id.balance, cost.amount)
        self.assertEqual(repair.source_cost_count, 3)

    def test_repair_parts_under_periodic_valuation(self):
        """The closing reclassifies what went to a location with an account."""
        self.production.valuation_account_id = self.production_account
        self.new_repaired((self.seal, 4))
        cost = self.pull()
        self.assertEqual(cost.amount, 30.0)
        self.assertEqual(cost.expense_account_id, self.production_account)
        self.assertFalse(cost.source_move_line_id)

    def test_goods_that_came_back_are_for_people_to_decide(self):
        """Offered as a negative cost, and not ticked."""
        order = self.new_sent(2)
        self.complaint.aftersales_picking_id = order.picking_ids
        returned = self.complaint._complaint_create_return(
            self.new_delivered(3), {self.delivered.move_ids: 3}
        )
        self.finish(returned)
        lines = {line.company_amount: line for line in self.open_pull().line_ids}
        self.assertEqual(set(lines), {80.0, -120.0})
        self.assertTrue(lines[80.0].chosen)
        self.assertFalse(lines[-120.0].chosen)
        self.assertIn("as good as new", lines[-120.0].note)
        lines[-120.0].chosen = True
        lines[80.0].wizard_id.action_pull()
        self.assertEqual(
            sorted(self.complaint.complaint_cost_ids.mapped("amount")), [-120.0, 80.0]
        )

    def new_delivered(self, quantity):
        """A delivery of panes that the customer paid for."""
        order = self.new_order(partner=self.customer, product=self.pane)
        order.order_line.product_uom_qty = quantity
        order.action_confirm()
        self.delivered = self.finish(order.picking_ids)
        return self.delivered

    def test_what_has_not_left_costs_nothing_yet(self):
        """An open delivery is not in the dialog; goods without a value neither."""
        self.complaint._complaint_create_replacement({self.pane: 1}, confirm=True)
        free = self.new_product("Gift", is_storable=True, standard_price=0.0)
        self.stock_up(free)
        self.new_sent(1, free)
        rows = self.env["aftersales.cost"]._get_source_rows(self.complaint)
        self.assertEqual(rows, {})

    def test_goods_are_read_in_batches(self):
        """Ten parts need no more queries than two, but for the products."""

        def count(parts):
            complaint = self.complaint
            repair = self.new_repaired(*[(self.seal, 1)] * parts)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.env["aftersales.cost"]._get_source_rows(complaint)
            self.assertEqual(len(rows), parts)
            queries = self.env.cr.sql_log_count - before
            repair.complaint_id = False
            return queries

        few, many = count(2), count(12)
        self.assertLessEqual(many, few + 2)

    def test_the_day_is_that_of_the_transfer(self):
        """Costs stand in the month in which the goods left."""
        order = self.new_sent()
        order.picking_ids.move_ids.date = "2026-03-04 10:00:00"
        self.assertEqual(self.pull().date, fields.Date.to_date("2026-03-04"))
