# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import AftersalesCase

SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPortal(AftersalesCase, HttpCase):
    """What the customer sees of a hold: that the order is being reviewed (U1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.users"].create(
            {
                "name": "Buyer",
                "login": "ar_buyer",
                "password": "ar_buyer_password",
                "partner_id": cls.partner.id,
                "group_ids": [Command.set([cls.env.ref("base.group_portal").id])],
            }
        )

    def sign(self, order):
        token = order._portal_ensure_token()
        response = self.url_open(
            f"/my/orders/{order.id}/accept?access_token={token}",
            data=json.dumps({"params": {"name": "Buyer", "signature": SIGNATURE}}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()

    def new_quotation(self, amount):
        order = self.new_order(amount, require_signature=True, require_payment=False)
        order.action_quotation_sent()
        self.run_queue()
        return order

    def test_signed_order_over_the_limit_is_accepted_and_held(self):
        """The signature is never refused; the visitor is not even logged in."""
        order = self.new_quotation(1500.0)
        answer = self.sign(order)
        self.assertNotIn("error", answer)
        self.assertNotIn("error", answer["result"])
        self.env.invalidate_all()
        self.assertTrue(order.signature)
        self.assertHeld(order, "over_limit")
        self.assertEqual(order.activity_ids.user_id, self.controller)

    def test_signed_order_within_the_limit_goes_on(self):
        order = self.new_quotation(500.0)
        self.assertNotIn("error", self.sign(order)["result"])
        self.env.invalidate_all()
        self.assertGoesOn(order)
        self.assertTrue(order.picking_ids)

    def test_portal_page_is_neutral(self):
        """In review, and not a word of limits, debts, controllers."""
        order = self.new_quotation(1500.0)
        self.sign(order)
        self.env.invalidate_all()
        for url in (
            order.get_portal_url(),
            f"/my/orders/{order.id}",
            "/my/orders",
        ):
            if "access_token" not in url:
                self.authenticate("ar_buyer", "ar_buyer_password")
            page = self.url_open(url)
            self.assertEqual(page.status_code, 200)
            text = page.text.lower()
            for word in (
                "credit limit",
                "exposure",
                "overdue",
                "on hold",
                self.controller.name.lower(),
            ):
                self.assertNotIn(word, text)
            if f"orders/{order.id}" in url:
                self.assertIn("being reviewed", text)

    def test_order_that_is_not_held_has_no_notice(self):
        order = self.new_quotation(500.0)
        self.sign(order)
        self.env.invalidate_all()
        page = self.url_open(order.get_portal_url())
        self.assertNotIn("being reviewed", page.text)

    def test_customer_reads_nothing_of_our_judgement_by_rpc(self):
        """Portal users may read their orders; not what we think of their credit."""
        order = self.new_quotation(1500.0)
        order.message_subscribe(self.partner.ids)
        self.sign(order)
        self.env.invalidate_all()
        mine = order.with_user(self.customer)
        self.assertEqual(mine.read(["state"])[0]["state"], "sale")
        for name in (
            "hold_state",
            "hold_ids",
            "hold_notice",
            "decision_ids",
            "amount_uninvoiced",
            "guarantor_id",
            "promised_payment_date",
            "may_release_hold",
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                mine.read([name])
            self.assertNotIn(name, mine.fields_get())
        with self.assertRaises(AccessError):
            mine.search([("hold_state", "!=", False)])
        partner = self.partner.with_user(self.customer)
        for name in ("customer_tier", "customer_tier_manual", "credit_limit_ids"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                partner.read([name])
        messages = (
            self.env["mail.message"]
            .with_user(self.customer)
            .search([("model", "=", "sale.order"), ("res_id", "=", order.id)])
        )
        for message in messages:
            self.assertNotIn("imit", message.body or "")
            self.assertNotIn("On hold", message.body or "")
