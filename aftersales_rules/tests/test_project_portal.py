# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from datetime import timedelta

from odoo import Command, http
from odoo.tests import HttpCase, tagged

from .common_project import ProjectCase


@tagged("post_install", "-at_install")
class TestProjectPortal(ProjectCase, HttpCase):
    """Dealers file registrations on the portal and follow them (O13)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.uk")
        cls.buyer = cls.env["res.partner"].create(
            {"name": "Bea", "parent_id": cls.partner.id, "email": "bea@example.com"}
        )
        cls.dealer = cls.env["res.users"].create(
            {
                "name": "Bea",
                "login": "ar_bea",
                "password": "ar_bea_password",
                "partner_id": cls.buyer.id,
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )

    def setUp(self):
        super().setUp()
        self.authenticate("ar_bea", "ar_bea_password")

    def file(self, csrf=True, **values):
        data = {
            "name": "Riverside Hotel",
            "end_customer": "Riverside Ltd",
            "street": "5 Mill Lane",
            "zip": "BS1",
            "city": "Bristol",
            "country_id": str(self.env.ref("base.uk").id),
            "date_from": str(self.today),
            "date_to": str(self.today + timedelta(days=30)),
            "product_1": str(self.goods.id),
            "quantity_1": "250",
            **values,
        }
        if csrf:
            data["csrf_token"] = http.Request.csrf_token(self)
        return self.url_open("/my/registrations/new", data=data)

    def get_filed(self):
        return self.project_model.search(
            [("commercial_partner_id", "=", self.partner.id)]
        )

    def test_filed_on_the_portal(self):
        """It is filed for the dealer's company, and duty managers are told."""
        page = self.file(quantity_2="12.5", product_2=str(self.goods.id))
        self.assertEqual(page.status_code, 200)
        project = self.get_filed()
        self.assertRecordValues(
            project,
            [
                {
                    "state": "filed",
                    "partner_id": self.partner.id,
                    "filed_by_id": self.dealer.id,
                    "company_id": self.company.id,
                    "name": "Riverside Hotel",
                    "date_to": self.today + timedelta(days=30),
                }
            ],
        )
        self.assertEqual(project.line_ids.mapped("quantity"), [250.0, 12.5])
        self.assertIn(self.manager, project.activity_ids.user_id)
        self.assertTrue(page.url.endswith(f"/my/registrations/{project.id}?filed=1"))
        self.assertIn("Your registration has reached us", page.text)
        self.assertIn("In review", page.text)

    def test_followed_on_the_portal(self):
        """The answer and its reason are there, and the dealer is written to."""
        self.file()
        project = self.get_filed()
        project.with_user(self.manager).action_sign_off()
        self.assertEqual(project.message_ids[0].partner_ids, self.buyer)
        page = self.url_open("/my/registrations")
        self.assertIn("Accepted", page.text)
        self.assertIn(project.number, page.text)
        self.file(name="Second")
        second = self.get_filed() - project
        second.with_user(self.manager)._refuse("We supply it ourselves")
        page = self.url_open(f"/my/registrations/{second.id}")
        self.assertIn("We supply it ourselves", page.text)

    def test_each_field_says_what_is_wrong(self):
        """Nothing is written, what was typed stays, and the field is named."""
        for values, label, message in (
            ({"name": " "}, "Project", "fill this in"),
            ({"end_customer": ""}, "End customer", "fill this in"),
            ({"street": "x" * 201}, "Street", "At most 200"),
            ({"city": ""}, "City", "fill this in"),
            ({"zip": "9" * 25}, "Postcode", "At most 24"),
            ({"country_id": "999999999"}, "Country", "from the list"),
            ({"country_id": "GB"}, "Country", "from the list"),
            ({"date_from": "soon"}, "From", "choose a day"),
            ({"date_to": "2026-02-31"}, "To", "choose a day"),
            ({"date_to": "9999-12-31"}, "To", "within 10 years"),
            ({"date_to": "0001-01-01"}, "To", "within 10 years"),
            (
                {"date_to": str(self.today - timedelta(days=1))},
                "To",
                "before it starts",
            ),
            (
                {
                    "date_from": str(self.today - timedelta(days=9)),
                    "date_to": str(self.today - timedelta(days=1)),
                },
                "To",
                "This day is over",
            ),
            ({"product_1": ""}, "Product 1", "from the list"),
            ({"product_1": "", "quantity_1": ""}, "Product 1", "at least one product"),
            ({"product_1": str(self.service.id)}, "Product 1", "from the list"),
            ({"product_1": "1 OR 1=1"}, "Product 1", "from the list"),
            ({"quantity_1": "0"}, "Quantity 1", "above zero"),
            ({"quantity_1": "-5"}, "Quantity 1", "above zero"),
            ({"quantity_1": "nan"}, "Quantity 1", "above zero"),
            ({"quantity_1": "inf"}, "Quantity 1", "above zero"),
            ({"quantity_1": "1e99"}, "Quantity 1", "above zero"),
            ({"quantity_3": "7"}, "Product 3", "from the list"),
            ({"note": "x" * 2001}, "Note", "At most 2000"),
        ):
            with self.subTest(values=str(values)[:60]):
                page = self.file(**values)
                self.assertEqual(page.status_code, 200)
                found = re.search(
                    r'name="registration_errors">(.*?)</div>', page.text, re.DOTALL
                )
                self.assertTrue(found, page.text[:300])
                self.assertIn(f"{label}:", found[1])
                self.assertIn(message, found[1])
                self.assertIn("is-invalid", page.text)
                if "end_customer" not in values:
                    self.assertIn("Riverside Ltd", page.text)
        self.assertFalse(self.get_filed())

    def test_nothing_sent_chooses_dealer_state_or_company(self):
        """What the form does not offer is left alone."""
        other = self.env["res.company"].create({"name": "Other"})
        self.file(
            partner_id=str(self.rival.id),
            state="running",
            company_id=str(other.id),
            user_id=str(self.manager.id),
            number="PR/X",
        )
        project = self.get_filed()
        self.assertEqual(project.state, "filed")
        self.assertEqual(project.company_id, self.company)
        self.assertNotEqual(project.number, "PR/X")

    def test_what_is_typed_is_shown_as_text(self):
        """Markup in a name is not carried out, neither on the page nor in the list."""
        self.file(name="<script>alert(1)</script>")
        project = self.get_filed()
        for url in ("/my/registrations", f"/my/registrations/{project.id}"):
            page = self.url_open(url)
            self.assertNotIn("<script>alert(1)", page.text)
            self.assertIn("&lt;script&gt;alert(1)", page.text)
        page = self.file(name="<script>alert(2)</script>", city="")
        self.assertNotIn("<script>alert(2)", page.text)

    def test_a_form_from_elsewhere_is_refused(self):
        """Without the token of the session nothing is filed."""
        page = self.file(csrf=False)
        self.assertEqual(page.status_code, 400)
        self.assertFalse(self.get_filed())

    def test_nobody_reads_the_registration_of_another_dealer(self):
        other = self.new_running(partner_id=self.rival.id, name="Secret tower")
        for url in ("/my/registrations", f"/my/registrations/{other.id}"):
            page = self.url_open(url)
            self.assertNotIn("Secret tower", page.text)

    def test_visitors_have_to_log_in(self):
        self.logout()
        for url in ("/my/registrations", "/my/registrations/new"):
            page = self.url_open(url)
            self.assertIn("/web/login", page.url)

    def test_home_of_the_portal_leads_there(self):
        page = self.url_open("/my/home")
        self.assertIn('href="/my/registrations"', page.text)
        page = self.url_open("/my/registrations/new")
        self.assertIn("Glass insulator", page.text)
        self.assertNotIn("Planning", page.text, "services are not registered")
