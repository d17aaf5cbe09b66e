# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

from PIL import Image

from odoo import Command, http
from odoo.tests import HttpCase, tagged

from ..controllers.photo_upload import FILES_MAX, photo_type
from .common_complaint import ComplaintCase

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 64


def picture(kind="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(stream, kind)
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestComplaintPortal(ComplaintCase, HttpCase):
    """Customers complain on the portal, with photos, about their own orders (C1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", "credit_hold", "production_release", "shipment_release")
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Bea",
                "parent_id": cls.customer.id,
                "email": "bea@glassworks.example",
            }
        )
        cls.portal_user = cls.env["res.users"].create(
            {
                "name": "Bea",
                "login": "ar_bea_complains",
                "password": "ar_bea_complains",
                "partner_id": cls.buyer.id,
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )
        cls.order = cls.new_confirmed(300.0, partner=cls.customer)
        cls.foreign = cls.new_confirmed(300.0, partner=cls.partner)

    def setUp(self):
        super().setUp()
        self.authenticate("ar_bea_complains", "ar_bea_complains")

    def send(self, csrf=True, photos=(), **values):
        data = {"text": "Three panes broke.", **values}
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        files = [("photos", (name, content, kind)) for name, content, kind in photos]
        return self.url_open("/my/complaints/new", data=data, files=files or None)

    def sent(self):
        return self.env["helpdesk.ticket"].search(
            [("partner_id", "=", self.buyer.id)], order="id"
        )

    def test_sent_with_order_product_and_photos(self):
        page = self.url_open("/my/complaints/new")
        self.assertIn(self.order.name, page.text)
        self.assertNotIn(self.foreign.name, page.text)
        page = self.send(
            about=f"line_{self.order.order_line.id}",
            title="Broken panes",
            quantity="2,5",
            phone="030 77",
            safety="1",
            photos=[
                ("C:\\fakepath\\one.png", picture(), "image/png"),
                ("two.jpg", JPEG, "application/x-msdownload"),
            ],
        )
        self.assertEqual(page.status_code, 200)
        ticket = self.sent()
        self.assertIn(f"/my/ticket/{ticket.id}", page.url)
        self.assertRecordValues(
            ticket,
            [
                {
                    "name": "Broken panes",
                    "is_complaint": True,
                    "complaint_state": "intake",
                    "complaint_channel": "portal",
                    "complaint_contact_name": "Bea",
                    "complaint_contact_phone": "030 77",
                    "complaint_quantity": 2.5,
                    "complaint_safety": True,
                    "complaint_compensation_asked": False,
                    "aftersales_order_id": self.order.id,
                    "aftersales_product_id": self.goods.id,
                    "company_id": self.company.id,
                    # safety and quality: handed on at once, by the rules
                    "user_id": self.inspector.id,
                }
            ],
        )
        self.assertEqual(
            sorted(ticket.attachment_ids.mapped(lambda a: (a.name, a.mimetype))),
            [("one.png", "image/png"), ("two.jpg", "image/jpeg")],
        )
        self.assertIn(self.buyer, ticket.message_partner_ids)
        ticket.with_user(self.agent).action_register()
        self.assertTrue(ticket.complaint_number)

    def test_from_the_page_of_an_order(self):
        page = self.url_open(f"/my/orders/{self.order.id}")
        self.assertIn(f"/my/complaints/new?order_id={self.order.id}", page.text)
        page = self.url_open(f"/my/complaints/new?order_id={self.order.id}")
        chosen = f'value="order_{self.order.id}" selected="selected"'
        self.assertIn(chosen, page.text)
        self.send(about=f"order_{self.order.id}")
        self.assertEqual(self.sent().aftersales_order_id, self.order)
        self.assertFalse(self.sent().aftersales_product_id)

    def test_orders_of_others_are_refused(self):
        for about in (
            f"order_{self.foreign.id}",
            f"line_{self.foreign.order_line.id}",
            f"line_{self.order.id + 10**6}",
            "order_1 OR 1=1",
            "nonsense",
        ):
            with self.subTest(about):
                page = self.send(about=about)
                self.assertIn("choose one from the list", page.text)
        self.assertFalse(self.sent())
        page = self.url_open(f"/my/complaints/new?order_id={self.foreign.id}")
        self.assertNotIn(f"order_{self.foreign.id}", page.text)

    def test_nothing_else_can_be_set(self):
        """What the form does not ask for is what it would be without."""
        self.send(
            is_complaint="",
            complaint_severity="general",
            complaint_state="closed",
            complaint_number="CP/1",
            complaint_damage_amount="1",
            partner_id=str(self.partner.id),
            user_id=str(self.agent.id),
            company_id="999",
            team_id="1",
            aftersales_order_id=str(self.foreign.id),
        )
        self.assertRecordValues(
            self.sent(),
            [
                {
                    "complaint_state": "intake",
                    "complaint_number": False,
                    "complaint_damage_amount": 0.0,
                    "partner_id": self.buyer.id,
                    "user_id": False,
                    "company_id": self.company.id,
                    "aftersales_order_id": False,
                }
            ],
        )

    def test_each_field_says_what_is_wrong(self):
        """Nothing is written, and what was typed stays."""
        big = b"%PDF-" + b"0" * (10 * 1024 * 1024)
        svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
        cases = (
            ({"text": "  "}, "tell us what happened"),
            ({"text": "x" * 10_001}, "At most 10000"),
            ({"title": "x" * 121}, "At most 120"),
            ({"phone": "1" * 41}, "At most 40"),
            ({"quantity": "many"}, "enter a number"),
            ({"quantity": "-1"}, "enter a number"),
            ({"quantity": "1e9"}, "enter a number"),
            ({"quantity": "٣"}, "enter a number"),
            ({"photos": [("a.svg", svg, "image/png")]}, "neither a photo"),
            ({"photos": [("a.png", b"<script>", "image/png")]}, "neither a photo"),
            ({"photos": [("a.exe", b"MZ", "image/png")]}, "neither a photo"),
            ({"photos": [("a.pdf", big, "application/pdf")]}, "larger than 10 MB"),
            (
                {"photos": [(f"{n}.jpg", JPEG, "image/jpeg") for n in range(9)]},
                f"At most {FILES_MAX} files",
            ),
        )
        for values, message in cases:
            with self.subTest(str(values)[:60]):
                page = self.send(**{"title": "Kept", **values})
                self.assertEqual(page.status_code, 200)
                self.assertIn(message, page.text)
        self.assertIn("Kept", page.text)
        self.assertFalse(self.sent())

    def test_a_form_of_another_site_is_refused(self):
        self.assertEqual(self.send(csrf=False).status_code, 400)
        self.assertFalse(self.sent())

    def test_not_more_than_so_many_a_day(self):
        self.env["helpdesk.ticket"].create(
            [
                {
                    "name": "X",
                    "description": "x",
                    "partner_id": self.buyer.id,
                    "complaint_channel": "portal",
                }
            ]
            * 25
        )
        self.assertIn("call us", self.send().text)
        self.assertEqual(len(self.sent()), 25)

    def test_customers_only(self):
        self.authenticate(None, None)
        page = self.url_open("/my/complaints/new")
        self.assertIn("/web/login", page.url)

    def test_the_customer_reads_the_ticket_and_nothing_we_note(self):
        self.send()
        ticket = self.sent()
        page = self.url_open(f"/my/ticket/{ticket.id}")
        self.assertIn("Three panes broke.", page.text)
        as_customer = ticket.with_user(self.portal_user)
        self.assertEqual(as_customer.read(["name"])[0]["name"], ticket.name)
        with self.assertRaises(Exception) as caught:
            as_customer.read(["complaint_contact_phone"])
        self.assertIn("complaint_contact_phone", str(caught.exception))

    def test_what_a_file_is_follows_from_its_bytes(self):
        self.assertEqual(photo_type(picture("PNG")[:16]), "image/png")
        self.assertEqual(photo_type(picture("JPEG")[:16]), "image/jpeg")
        self.assertEqual(photo_type(b"RIFF0000WEBPVP8 "), "image/webp")
        self.assertEqual(photo_type(b"\0\0\0\x18ftypheic\0\0\0\0"), "image/heic")
        for head in (b"", b"GIF89a", b"<html>", b"\0\0\0\x18ftypmp42", b"RIFF0000WAVE"):
            self.assertIsNone(photo_type(head), head)
