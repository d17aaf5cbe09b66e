# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_complaint import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintPhone(ComplaintCase):
    """Somebody has a customer on the phone (C1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", "credit_hold", "production_release", "shipment_release")
        cls.glass = cls.new_product("Pane", is_storable=True, tracking="lot")
        cls.lot = cls.env["stock.lot"].create(
            {"name": "LOT-4711", "product_id": cls.glass.id}
        )
        cls.order = cls.new_order(
            300.0,
            partner=cls.customer,
            product=cls.glass,
            client_order_ref="PO 88-X",
        )
        cls.order.action_confirm()
        cls.env["stock.quant"]._update_available_quantity(
            cls.glass, cls.warehouse.lot_stock_id, 10, lot_id=cls.lot
        )
        picking = cls.order.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking.button_validate()
        cls.invoice = cls.invoice_order(cls.order)

    def callers(self, text, user=None, company=None):
        finder = self.env["aftersales.complaint.caller"].with_user(user or self.agent)
        return finder._find(text, company or self.company)

    def found(self, text, **kwargs):
        return [
            caller.partner
            for caller in self.callers(text, **kwargs)
            if caller.partner == self.customer
        ]

    def test_found_by_whatever_the_caller_says(self):
        earlier = self.new_complaint(
            complaint_channel="letter", complaint_plate="京A·12 345"
        )
        earlier.action_register()
        cases = {
            "glasswor": "Name",
            "office@glass": "E-mail: office@glassworks.example",
            "+49 30 123456": "Phone: +49 30 123456",
            "0049 (0)30/12-34-56": "Phone: +49 30 123456",
            "030 123456": "Phone: +49 30 123456",
            "30123": "Phone: +49 30 123456",
            self.order.name: f"Order: {self.order.name}",
            self.order.name.lower(): f"Order: {self.order.name}",
            "PO 88-X": f"Order: {self.order.name}",
            self.invoice.name: f"Invoice: {self.invoice.name}",
            "lot-4711": "Lot/serial number: LOT-4711",
            "京A12345": "Plate or equipment: 京A·12 345",
            earlier.complaint_number: f"Complaint: {earlier.complaint_number}",
        }
        for text, reason in cases.items():
            with self.subTest(text):
                callers = self.callers(text)
                mine = [each for each in callers if each.partner == self.customer]
                self.assertEqual(len(mine), 1, callers)
                self.assertIn(reason, mine[0].reasons)

    def test_a_number_noted_without_its_country(self):
        local = self.new_customer("Local Ltd", phone="(030) 99 88 77")
        callers = self.callers("+49 30 998877")
        self.assertEqual([caller.partner for caller in callers], [local])

    def test_the_phone_of_an_earlier_complaint(self):
        self.new_complaint(complaint_contact_phone="0171 / 555 666")
        (caller,) = self.callers("0171555666")
        self.assertEqual(caller.partner, self.customer)
        self.assertEqual(caller.reasons, ["Phone in a complaint: 0171 / 555 666"])

    def test_too_little_finds_nothing(self):
        for text in (None, "", "  ", "gl", "%%%", "___"):
            with self.subTest(text):
                self.assertFalse(self.found(text))
        self.customer.name = "玻璃厂"
        self.assertTrue(self.found("玻璃"))

    def test_the_exact_number_comes_first(self):
        for number in range(3):
            self.new_customer(f"A {self.order.name} Works {number}")
        self.assertEqual(self.callers(self.order.name)[0].partner, self.customer)

    def test_other_companies_find_nothing_of_ours(self):
        """Neither their documents nor their own customers are shown."""
        other = self.env["res.company"].create({"name": "Other Works"})
        user = self.new_user(
            "other",
            "aftersales_rules.group_complaint_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.customer.company_id = self.company
        for text in (self.order.name, "LOT-4711", self.invoice.name, "+49 30 123456"):
            with self.subTest(text):
                self.assertFalse(self.callers(text, user=user, company=other))

    def test_a_form_sent_for_another_company_shows_nothing_of_it(self):
        """A client may send any company, customer and order."""
        other = self.env["res.company"].create({"name": "Other Works"})
        user = self.new_user(
            "other",
            "aftersales_rules.group_complaint_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        form = (
            self.env["aftersales.complaint.phone"]
            .with_user(user)
            .new(
                {
                    "company_id": self.company.id,
                    "partner_id": self.customer.id,
                    "order_id": self.order.id,
                    "search_text": "LOT-4711",
                    "lot_number": "NOT-THERE",
                    "invoice_number": self.invoice.name,
                }
            )
        )
        self.assertFalse(form.matches)
        self.assertFalse(form.last_orders)
        self.assertFalse(form.open_complaints)
        self.assertFalse(form.order_product_ids)
        self.assertIn(self.invoice.name, form.number_hint)

    def test_queries_do_not_grow_with_what_is_found(self):
        self.callers("Zebra")
        self.new_customer("Zebra 0", phone="1")

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(self.callers("Zebra"))
            return self.env.cr.sql_log_count - before

        one = count()
        for number in range(1, 8):
            self.new_customer(f"Zebra {number}", phone=str(number))
        self.assertEqual(count(), one)

    # ------------------------------------------------------------------- the form

    def form(self, user=None):
        model = self.env["aftersales.complaint.phone"].with_user(user or self.agent)
        return Form(model)

    def test_from_the_call_to_the_register(self):
        """A person without rights in sales and stock takes the call."""
        complaint = self.new_complaint(name="Earlier one")
        form = self.form()
        form.search_text = "lot-4711"
        self.assertEqual(form.matches[0]["id"], self.customer.id)
        self.assertIn("Lot/serial number: LOT-4711", form.matches[0]["lines"][0])
        form.partner_id = self.customer
        self.assertEqual(form.contact_phone, "+49 30 123456")
        self.assertEqual(form.lot_number, "LOT-4711")
        self.assertEqual(form.order_id, self.order)
        self.assertEqual(form.product_id, self.glass)
        self.assertEqual([row["id"] for row in form.last_orders], self.order.ids)
        self.assertEqual([row["id"] for row in form.open_complaints], complaint.ids)
        form.contact_name = "Ms Pane"
        form.text = "Three panes broke.\nNobody was near."
        form.safety = True
        form.damage_amount = 250.0
        form.quantity = 3
        form.is_read_back = True
        wizard = form.save()
        action = wizard.action_register()
        ticket = self.env["helpdesk.ticket"].browse(action["res_id"])
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": "Three panes broke.",
                    "is_complaint": True,
                    "complaint_channel": "phone",
                    "partner_id": self.customer.id,
                    "complaint_contact_name": "Ms Pane",
                    "aftersales_order_id": self.order.id,
                    "aftersales_product_id": self.glass.id,
                    "aftersales_lot_id": self.lot.id,
                    "complaint_safety": True,
                    "complaint_damage_amount": 250.0,
                    "complaint_quantity": 3.0,
                    "complaint_registered_by_id": self.agent.id,
                    "complaint_read_back_by_id": self.agent.id,
                    "channel_id": self.env.ref(
                        "helpdesk_mgmt.helpdesk_ticket_channel_phone"
                    ).id,
                }
            ],
        )
        self.assertTrue(ticket.complaint_number)
        self.assertIn("Nobody was near.", ticket.complaint_read_back_text)

    def test_the_only_one_found_shows_at_once_what_they_bought(self):
        """Picking the order picks its customer, too."""
        form = self.form()
        form.search_text = "glasswor"
        self.assertEqual([row["id"] for row in form.last_orders], self.order.ids)
        form.search_text = "glassworzzz"
        self.assertFalse(form.last_orders)
        form.search_text = "glasswor"
        form.order_id = self.order
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.order_id, self.order)

    def test_what_was_typed_before_stays(self):
        """Except for the documents of another customer."""
        form = self.form()
        form.plate = "AB 1"
        form.lot_number = "LOT-4711"
        form.invoice_number = self.invoice.name
        form.order_id = self.order
        form.partner_id = self.customer
        self.assertEqual((form.plate, form.order_id), ("AB 1", self.order))
        self.assertEqual(form.invoice_number, self.invoice.name)
        form.partner_id = self.partner
        self.assertEqual((form.plate, form.lot_number), ("AB 1", "LOT-4711"))
        self.assertFalse(form.order_id)
        self.assertFalse(form.invoice_number)

    def test_saved_and_registered_later(self):
        form = self.form()
        form.contact_name = "Mr Unknown"
        form.contact_phone = "0171 1"
        form.text = "It leaks"
        action = form.save().action_save()
        ticket = self.env["helpdesk.ticket"].browse(action["res_id"])
        self.assertTrue(ticket.is_complaint)
        self.assertFalse(ticket.complaint_number)
        self.assertEqual(ticket.complaint_contact_name, "Mr Unknown")
        self.assertIn("read", ticket.complaint_registration_todo.lower())

    def test_all_that_is_missing_is_said_and_nothing_is_kept(self):
        before = self.env["helpdesk.ticket"].search_count([])
        wizard = self.env["aftersales.complaint.phone"].with_user(self.agent)
        empty = wizard.create({"contact_email": "nonsense", "lot_number": "NOPE"})
        with self.assertRaises(UserError) as caught:
            empty.action_save()
        for word in ("Write down", "Choose the customer", "nonsense", "NOPE"):
            self.assertIn(word, str(caught.exception))
        unread = wizard.create(
            {"partner_id": self.customer.id, "text": "It leaks", "channel": "phone"}
        )
        with (
            self.assertRaisesRegex(UserError, "Read the text back"),
            self.env.cr.savepoint(),
        ):
            unread.action_register()
        self.env.invalidate_all()
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)

    def test_who_takes_calls(self):
        for user in (self.technician, self.salesperson):
            with self.assertRaises(AccessError):
                self.env["aftersales.complaint.phone"].with_user(user).create({})

    def test_not_for_a_company_one_does_not_work_in(self):
        other = self.env["res.company"].create({"name": "Other Works"})
        wizard = self.env["aftersales.complaint.phone"].with_user(self.agent)
        form = wizard.create(
            {"company_id": other.id, "partner_id": self.customer.id, "text": "x"}
        )
        with self.assertRaisesRegex(AccessError, "Other Works"):
            form.action_save()
