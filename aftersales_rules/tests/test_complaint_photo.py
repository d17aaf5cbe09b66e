# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from .common_investigation import InvestigationCase, new_photo


@tagged("post_install", "-at_install")
class TestComplaintPhotoRequest(InvestigationCase):
    """Photos and the faulty piece are asked from the customer (C9)."""

    photo_values = {"name": "a.jpg", "raw": new_photo(), "mimetype": "image/jpeg"}

    def ask(self, complaint):
        complaint.with_user(self.agent).action_complaint_ask_photos()
        return complaint.complaint_photo_request_ids.sorted("id")[-1:]

    def test_the_customer_gets_a_mail_with_the_link(self):
        complaint = self.new_accepted()
        request = self.ask(complaint)
        self.assertEqual(request.asked_by_id, self.agent)
        self.assertEqual(request.asked_how, "email")
        self.assertTrue(request.piece_wanted)
        message = complaint.message_ids[0]
        self.assertIn(self.customer, message.notified_partner_ids)
        self.assertIn(f"/my/complaint/{complaint.id}/photos", message.body)
        self.assertIn(complaint.access_token, message.body)
        self.assertEqual(complaint.complaint_state, "investigation")

    def test_asked_once_at_a_time(self):
        complaint = self.new_accepted()
        request = self.ask(complaint)
        with self.assertRaisesRegex(UserError, "asked already"):
            self.ask(complaint)
        request.with_user(self.agent).action_withdraw()
        self.assertEqual(self.ask(complaint).state, "asked")
        self.assertEqual(len(complaint.complaint_photo_request_ids), 2)

    def test_without_address_somebody_calls(self):
        self.customer.email = False
        complaint = self.new_accepted(partner_email=False)
        action = complaint.with_user(self.agent).action_complaint_ask_photos()
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual(complaint.complaint_photo_request_ids.asked_how, "other")
        self.assertIn("/photos?access_token=", complaint.message_ids[0].body)

    def test_piece_and_photos_end_the_request(self):
        complaint = self.new_accepted()
        request = self.ask(complaint)
        complaint._complaint_receive_photos([self.photo_values])
        self.assertEqual(request.state, "asked", "the piece is not here yet")
        self.assertEqual(request.photo_count, 1)
        complaint.with_user(self.agent).action_complaint_piece_received()
        self.assertEqual(request.state, "received")
        with self.assertRaisesRegex(UserError, "here already"):
            complaint.with_user(self.agent).action_complaint_piece_received()

    def test_returned_goods_are_the_piece(self):
        picking = self.deliver(3)
        complaint = self.new_accepted()
        back = complaint._complaint_create_return(
            picking, {picking.move_ids: 1}, lot=self.lot
        )
        self.assertFalse(complaint._complaint_find_pieces())
        self.run_queue()
        back.move_ids.picked = True
        back.with_user(self.warehouse_user).button_validate()
        self.assertEqual(complaint._complaint_find_pieces(), {complaint.id})
        self.run_queue()
        self.assertTrue(self.asked(complaint, "test"), "the piece is tested")

    def test_who_may_ask_and_what_is_kept(self):
        complaint = self.new_accepted()
        for user in (self.foreman, self.salesperson):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_complaint_ask_photos()
        request = self.ask(complaint)
        with self.assertRaises(AccessError):
            request.with_user(self.agent).write({"state": "received"})
        with self.assertRaises(AccessError):
            request.with_user(self.agent).create({"complaint_id": complaint.id})
        with self.assertRaises(AccessError):
            request.with_user(self.foreman).action_withdraw()
        with self.assertRaises(UserError):
            request.unlink()


@tagged("post_install", "-at_install")
class TestComplaintPhotoPortal(InvestigationCase, HttpCase):
    """The customer uploads, with the link or logged in; nobody else (C9)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.new_accepted()
        cls.complaint._portal_ensure_token()
        cls.url = f"/my/complaint/{cls.complaint.id}/photos"
        cls.photo = new_photo()

    def get(self, token=True, **params):
        url = self.url
        if token:
            url += f"?access_token={self.complaint.access_token}"
        return self.url_open(url, **params)

    def send(self, files, token=None, csrf=True):
        data = {"access_token": token or self.complaint.access_token}
        if csrf:
            data["csrf_token"] = (
                self.get().text.split('name="csrf_token" value="')[1].split('"')[0]
            )
        return self.url_open(
            self.url,
            data=data,
            files=[("photos", (name, content, kind)) for name, content, kind in files],
        )

    def count(self):
        self.env.invalidate_all()
        return self.complaint.complaint_photo_count

    def test_upload_with_the_link(self):
        self.assertIn("Please send us photos", self.get().text)
        page = self.send(
            [
                ("front.jpg", self.photo, "image/jpeg"),
                ("label.png", new_photo((0, 0, 0)), "image/png"),
            ]
        )
        self.assertIn("Thank you", page.text)
        self.assertEqual(self.count(), 2)
        message = self.complaint.message_ids.filtered("attachment_ids")
        self.assertEqual(message.author_id, self.customer)
        self.assertEqual(message.attachment_ids, self.complaint.complaint_photo_ids)
        self.assertIn(
            "label.png",
            self.complaint.complaint_photo_ids.mapped("name"),
            "named as the customer did",
        )

    def test_nothing_but_photos(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
        for name, content in (
            ("photo.jpg", b"MZ not a photo" * 300),
            ("photo.jpg", svg * 50),
            ("empty.jpg", b""),
        ):
            with self.subTest(content=content[:10]):
                page = self.send(
                    [
                        ("good.jpg", self.photo, "image/jpeg"),
                        (name, content, "image/jpeg"),
                    ]
                )
                self.assertIn("Nothing was stored", page.text)
                self.assertEqual(self.count(), 0)

    def test_too_many(self):
        files = [(f"{n}.jpg", self.photo, "image/jpeg") for n in range(9)]
        self.assertIn("At most 8", self.send(files).text)
        self.assertEqual(self.count(), 0)

    def test_nothing_chosen(self):
        self.assertIn("choose at least one", self.send([("", b"", "image/jpeg")]).text)

    def test_wrong_token_and_strangers_are_sent_away(self):
        files = [("front.jpg", self.photo, "image/jpeg")]
        self.send(files, token="0" * 36)
        self.assertEqual(self.count(), 0)
        self.assertNotIn("Panes broke", self.get(token=False).text)
        new_test_user(
            self.env, "stranger@x.example", "base.group_portal", password="stranger@x"
        )
        self.authenticate("stranger@x.example", "stranger@x")
        self.assertNotIn("Panes broke", self.get(token=False).text)

    def test_csrf_is_checked(self):
        answer = self.send([("front.jpg", self.photo, "image/jpeg")], csrf=False)
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.count(), 0)

    def test_own_customer_logged_in_needs_no_link(self):
        user = new_test_user(
            self.env, "office@g.example", "base.group_portal", password="office@g.x"
        )
        user.partner_id.parent_id = self.customer
        self.authenticate("office@g.example", "office@g.x")
        self.assertIn("Panes broke", self.get(token=False).text)

    def test_ticket_page_leads_to_the_upload(self):
        url = f"/my/ticket/{self.complaint.id}/{self.complaint.access_token}"
        self.assertNotIn("Upload Photos", self.url_open(url).text)
        self.complaint.with_user(self.agent).action_complaint_ask_photos()
        page = self.url_open(url).text
        self.assertIn("We need photos that show the fault", page)
        self.assertIn(f"{self.url}?access_token=", page)

    def test_page_says_nothing_internal(self):
        self.complaint.complaint_strong_feeling = True
        self.put(5)
        self.complaint._complaint_happened("changed")
        self.run_queue()
        page = self.get().text
        for word in ("CQ/", "L-0815", "strong", "Inspect"):
            with self.subTest(word=word):
                self.assertNotIn(word, page)

    def test_finished_complaint_takes_no_more(self):
        self.complaint._complaint_set_state("refused")
        self.assertIn("finished", self.get().text)
        self.assertNotIn('type="file"', self.get().text)

    def test_ticket_that_is_no_complaint(self):
        ticket = self.new_ticket()
        ticket._portal_ensure_token()
        page = self.url_open(
            f"/my/complaint/{ticket.id}/photos?access_token={ticket.access_token}"
        )
        self.assertNotIn('type="file"', page.text)
