# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_investigation import InvestigationCase


@tagged("post_install", "-at_install")
class TestComplaintRecall(InvestigationCase):
    """A faulty lot comes back from every customer who got it (C9)."""

    def open_recall(self, complaint, user=None):
        action = complaint.with_user(user or self.agent).action_complaint_recall()
        return (
            self.env[action["res_model"]]
            .with_user(user or self.agent)
            .browse(action["res_id"])
        )

    def test_every_delivery_of_the_lot_is_listed(self):
        rival = self.new_customer("Rival Glass")
        mine, theirs = self.deliver(3), self.deliver(2, partner=rival)
        self.deliver(9, self.new_lot("L-0816"))
        wizard = self.open_recall(self.new_accepted())
        lines = wizard.line_ids
        self.assertEqual(lines.mapped("delivery"), [mine.name, theirs.name])
        self.assertEqual(lines.mapped("quantity"), [3, 2])
        self.assertEqual(lines.mapped("customer"), ["Glassworks Ltd", "Rival Glass"])

    def test_chosen_deliveries_come_back_with_return_transfers(self):
        rival = self.new_customer("Rival Glass")
        mine, theirs = self.deliver(3), self.deliver(2, partner=rival)
        self.set_mode("observe", "investigation_path")
        complaint = self.new_accepted()
        wizard = self.open_recall(complaint)
        with Form(wizard) as form, form.line_ids.edit(0) as line:
            line.quantity = 1
        wizard.action_recall()
        recalls = complaint.complaint_recall_ids.sorted("id")
        self.assertEqual(recalls.picking_id, mine | theirs)
        self.assertEqual(sorted(recalls.mapped("quantity")), [1, 2])
        self.assertEqual(recalls.recalled_by_id, self.agent)
        for recall in recalls:
            back = recall.return_id
            self.assertEqual(back.return_id, recall.picking_id)
            self.assertEqual(back.location_id.usage, "customer")
            self.assertEqual(back.move_ids.product_uom_qty, recall.quantity)
            self.assertEqual(back.move_line_ids.lot_id, self.lot)
            self.assertEqual(back.complaint_id, complaint)
        self.assertTrue(complaint.complaint_recalled_at)
        order = theirs.sale_id
        self.assertNotified(order, self.salesperson)
        # what is on its way back is not called back twice
        again = self.open_recall(complaint)
        self.assertEqual(again.line_ids.mapped("quantity"), [2, 0])
        self.assertEqual(again.line_ids.mapped("back"), [1, 2])

    def test_returned_goods_count_as_back(self):
        picking = self.deliver(3)
        complaint = self.new_accepted()
        back = complaint._complaint_recall({picking.move_ids: 2}).return_id
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(back.state, "done")
        delivery = self.lot._get_lot_deliveries(self.company)[self.lot][0]
        self.assertEqual((delivery.returned, delivery.returning), (2, 0))
        self.assertEqual(delivery.open, 1)
        stock = self.lot._get_company_stock(self.company)[self.lot]
        self.assertEqual(sum(quantity for _place, quantity in stock), 2)

    def test_cancelled_return_is_open_again(self):
        picking = self.deliver(3)
        complaint = self.new_accepted()
        back = complaint._complaint_recall({picking.move_ids: 2}).return_id
        back.action_cancel()
        delivery = self.lot._get_lot_deliveries(self.company)[self.lot][0]
        self.assertEqual(delivery.open, 3)

    def test_no_more_than_is_open_and_nothing_of_others(self):
        picking = self.deliver(3)
        other = self.deliver(3, self.new_lot("L-0816"))
        complaint = self.new_accepted().with_user(self.agent)
        for quantities, message in (
            ({picking.move_ids: 4}, "between 0 and 3"),
            ({picking.move_ids: -1}, "between 0 and 3"),
            ({other.move_ids: 1}, "nothing of this lot"),
            ({}, "at least one delivery"),
        ):
            with (
                self.subTest(message=message),
                self.assertRaisesRegex(UserError, message),
            ):
                complaint._complaint_recall(quantities)
        self.assertFalse(complaint.complaint_recall_ids)

    def test_forged_line_recalls_nothing(self):
        """The dialog's lines come from the client: they are checked again."""
        self.deliver(3)
        other = self.deliver(3, self.new_lot("L-0816"))
        complaint = self.new_accepted()
        wizard = self.open_recall(complaint)
        with self.assertRaisesRegex(AccessError, "Only quantities"):
            wizard.line_ids.write({"move_id": other.move_ids.id})
        wizard.sudo().line_ids.write({"move_id": other.move_ids.id})
        with self.assertRaisesRegex(UserError, "nothing of this lot"):
            wizard.action_recall()

    def test_shared_delivery_of_two_lots(self):
        """Of one move with two lots only the faulty one is called back."""
        second = self.new_lot("L-0816")
        self.put(3)
        self.put(2, second)
        order = self.new_order(partner=self.customer, product=self.pane)
        order.order_line.product_uom_qty = 5
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.move_ids.move_line_ids.lot_id, self.lot | second)
        complaint = self.new_accepted()
        wizard = self.open_recall(complaint)
        self.assertEqual(wizard.line_ids.quantity, 3)
        wizard.action_recall()
        back = complaint.complaint_recall_ids.return_id
        self.assertEqual(back.move_line_ids.lot_id, self.lot)
        other = second._get_lot_deliveries(self.company)[second][0]
        self.assertEqual(other.open, 2)

    def test_who_may_call_back(self):
        self.deliver(3)
        complaint = self.new_accepted()
        for user in (self.inspector, self.foreman, self.warehouse_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.open_recall(complaint, user)
        self.open_recall(complaint).action_recall()
        recall = complaint.complaint_recall_ids
        for record in (recall.with_user(self.gm), recall.with_user(self.agent)):
            with self.assertRaises(AccessError):
                record.write({"quantity": 1})
            with self.assertRaises(UserError):
                record.unlink()
        with self.assertRaises(UserError):
            recall.unlink()

    def test_without_a_lot_nothing_can_be_called_back(self):
        complaint = self.new_accepted(lot=False)
        with self.assertRaisesRegex(UserError, "which lot"):
            self.open_recall(complaint)

    def test_recall_leads_to_the_settlement(self):
        self.put(5)
        self.deliver(2)
        complaint = self.new_accepted()
        self.answer(self.asked(complaint, "inspection"), "yes")
        action = complaint.with_user(self.agent).action_complaint_next_step()
        self.assertEqual(action["res_model"], "aftersales.complaint.recall.wizard")
        self.env[action["res_model"]].with_user(self.agent).browse(
            action["res_id"]
        ).action_recall()
        self.run_queue()
        self.assertEqual(complaint.complaint_step, "settle")

    def test_lot_figures_for_many_lots_in_few_queries(self):
        lots = self.env["stock.lot"]
        for number in range(8):
            lot = self.new_lot(f"Q-{number}")
            self.deliver(1, lot)
            lots |= lot

        def count(batch):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch._get_lot_deliveries(self.company)
            batch._get_company_stock(self.company)
            return self.env.cr.sql_log_count - before

        count(lots)
        self.assertLessEqual(count(lots), count(lots[:1]) + 1)

    def test_other_company_is_left_alone(self):
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.lot.company_id = False
        self.deliver(3)
        self.assertFalse(self.lot._get_lot_deliveries(other)[self.lot])
        self.assertTrue(self.lot._get_lot_deliveries(self.company)[self.lot])
