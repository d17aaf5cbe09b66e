# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .common import AftersalesCase

_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kg"
    "AAAABJRU5ErkJggg=="
)


class PromiseCase(AftersalesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "quotation_promise")
        cls.supervisor = cls.new_user("sup", "aftersales_rules.group_supervisor")
        cls.duty_manager = cls.new_user("dut", "aftersales_rules.group_duty_manager")
        cls.today = cls.company._aftersales_now().date()

    def new_quotation(self, amount=100.0, **values):
        order = self.new_order(amount, **values).with_user(self.salesperson)
        self.env.flush_all()
        return order

    def get_causes(self, order):
        decision = order.sudo()._get_promise_decision()
        if not decision:
            return []
        outcomes = decision._get_decision().outcomes
        return [outcome.get("cause") for outcome in outcomes if outcome.get("cause")]

    def assertAsked(self, order):
        """Sending gives the dialog with the reasons instead of the mail."""
        action = order.action_quotation_send()
        self.assertEqual(action["res_model"], "aftersales.promise.ask")
        self.assertEqual(order.state, "draft")
        return (
            self.env["aftersales.promise.ask"]
            .with_user(order.env.user)
            .with_context(**action["context"])
            .create({"motive": "They buy every month"})
        )

    def assertSends(self, order):
        action = order.action_quotation_send()
        self.assertEqual(action["res_model"], "mail.compose.message")

    def agree(self, order, user=None, answer="All right"):
        request = order._get_pending_promise()
        request.with_user(user or self.supervisor).action_approve(answer)
        return request


@tagged("post_install", "-at_install")
class TestPromise(PromiseCase):
    """What a quotation promises, and the supervisor's yes (O17)."""

    # -------------------------------------------------------------------- price

    def test_price_within_the_band_goes_out(self):
        """Ten percent off is allowed, and nothing is recorded about it."""
        order = self.new_quotation(90.0)
        self.assertSends(order)
        self.assertFalse(order.promise_state)
        self.assertFalse(order.sudo()._get_promise_decision())

    def test_price_below_the_band_needs_a_yes(self):
        """The dialog says by how much, what helps and who can say yes."""
        order = self.new_quotation(75.0)
        wizard = self.assertAsked(order)
        self.assertEqual(order.promise_state, "open")
        self.assertIn("offered 25% below its list price", wizard.notice)
        self.assertIn("up to 10% is allowed", wizard.notice)
        self.assertIn(self.supervisor.name, wizard.notice)
        wizard.action_ask()
        self.assertEqual(order.promise_state, "requested")
        self.assertAsked(order)
        self.agree(order)
        self.assertEqual(order.promise_state, "approved")
        self.assertSends(order)

    def test_price_above_the_band_needs_a_yes(self):
        """Thirty percent above is allowed, more is not."""
        self.assertSends(self.new_quotation(130.0))
        order = self.new_quotation(131.0)
        self.assertAsked(order)
        self.assertEqual(self.get_causes(order), ["price_high"])

    def test_discount_counts(self):
        """List price less a discount of eleven percent is below the band."""
        order = self.new_quotation(100.0)
        order.order_line.discount = 11
        self.assertAsked(order)
        order.order_line.discount = 10
        self.env.flush_all()
        self.assertSends(order)

    def test_discount_on_the_whole_order_counts(self):
        """A reduction in a line of its own lowers every price."""
        order = self.new_quotation(100.0)
        wizard = self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.2,
            }
        )
        wizard.action_apply_discount()
        self.assertAsked(order)
        facts = order.sudo()._get_promise_decision()._get_decision().facts
        self.assertEqual(facts["price_below"], "0.2")

    def test_units_and_currencies_are_converted(self):
        """A dozen for a thousand of a currency at half the value: 500 for 1200."""
        dozen = self.env.ref("uom.product_uom_dozen")
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2020-01-01",
                "rate": 2.0,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Half", "currency_id": euro.id}
        )
        order = self.new_quotation(1.0, pricelist_id=pricelist.id)
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 2400.0
        self.env.flush_all()
        self.assertSends(order)
        order.order_line.price_unit = 1000.0
        self.assertAsked(order)
        facts = order.sudo()._get_promise_decision()._get_decision().facts
        self.assertEqual(facts["price_below"], "0.5833")

    def test_extra_price_of_a_variant_is_in_its_list_price(self):
        """100 and 50 for gold: 135 is ten percent off, 134 is more."""
        attribute = self.env["product.attribute"].create({"name": "Finish"})
        value = self.env["product.attribute.value"].create(
            {"name": "Gold", "attribute_id": attribute.id, "default_extra_price": 50.0}
        )
        template = self.env["product.template"].create(
            {
                "name": "Lamp",
                "list_price": 100.0,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(value.ids)],
                        }
                    )
                ],
            }
        )
        lamp = template.product_variant_ids
        self.assertSends(self.new_quotation(135.0, product=lamp))
        self.assertAsked(self.new_quotation(134.0, product=lamp))

    def test_extra_price_of_what_is_chosen_on_the_order_is_in_the_list_price(self):
        """A value that makes no variant counts, and so does its price from now on."""
        attribute = self.env["product.attribute"].create(
            {"name": "Engraving", "create_variant": "no_variant"}
        )
        names = ("None", "Large")
        attribute.value_ids = [Command.create({"name": name}) for name in names]
        template = self.env["product.template"].create(
            {
                "name": "Plate",
                "list_price": 100.0,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        large = template.attribute_line_ids.product_template_value_ids[1]

        def new_quotation(amount):
            order = self.new_quotation(amount, product=template.product_variant_ids)
            line = order.sudo().order_line
            line.product_no_variant_attribute_value_ids = large
            line.price_unit = amount
            self.env.flush_all()
            return order

        self.assertSends(new_quotation(95.0))
        large.price_extra = 50.0
        self.assertAsked(new_quotation(95.0))
        self.assertSends(new_quotation(135.0))
        self.assertAsked(new_quotation(134.0))
        large.price_extra = 0.0
        self.assertSends(new_quotation(95.0))

    def test_product_without_a_list_price_has_no_band(self):
        """Nothing to compare with: what is not known is not held against anybody."""
        special = self.new_product("Special", list_price=0.0)
        self.assertSends(self.new_quotation(5.0, product=special))

    # --------------------------------------------------------------------- date

    def test_date_before_the_earliest_needs_a_yes_or_the_earliest(self):
        """The dialog offers the earliest date; with it the quotation goes out."""
        self.goods.sale_delay = 20
        order = self.new_quotation(100.0)
        order.commitment_date = fields.Datetime.now() + timedelta(days=5)
        wizard = self.assertAsked(order)
        self.assertTrue(wizard.is_date)
        self.assertEqual(self.get_causes(order), ["date"])
        wizard.action_take_earliest()
        self.run_queue()
        self.assertFalse(order.promise_state)
        self.assertSends(order)

    # ----------------------------------------------------------------- contract

    def test_engineering_quotation_needs_its_contract(self):
        """Attached, it goes out; a standard quotation needs none."""
        order = self.new_quotation(100.0)
        order.write({"order_kind_manual": "engineering", "order_kind_reason": "Site"})
        self.assertAsked(order)
        self.assertEqual(self.get_causes(order), ["contract"])
        contract = order.env["ir.attachment"].create(
            {
                "name": "contract.pdf",
                "raw": b"signed",
                "res_model": "sale.order",
                "res_id": order.id,
            }
        )
        order.contract_attachment_ids = contract
        self.run_queue()
        self.assertSends(order)

    # --------------------------------------------------------- what a yes covers

    def test_yes_ends_when_the_promise_gets_worse(self):
        """A lower price or more of it is not covered, a better price is."""
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        self.agree(order)
        line = order.order_line
        line.price_unit = 80.0
        self.run_queue()
        self.assertEqual(order.promise_state, "approved")
        line.product_uom_qty = 2
        self.run_queue()
        self.assertEqual(order.promise_state, "open")
        line.product_uom_qty = 1
        self.run_queue()
        self.assertEqual(order.promise_state, "approved")
        line.price_unit = 74.0
        self.run_queue()
        self.assertEqual(order.promise_state, "open")
        self.assertAsked(order)

    def test_yes_for_one_product_is_none_for_another(self):
        """A line within the band may be added; one below it needs its own yes."""
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        self.agree(order)

        def add(price):
            order.write(
                {
                    "order_line": [
                        Command.create(
                            {"product_id": self.service.id, "price_unit": price}
                        )
                    ]
                }
            )
            self.run_queue()

        add(95.0)
        self.assertSends(order)
        add(75.0)
        self.assertAsked(order)

    def test_yes_for_a_date_ends_with_an_earlier_one(self):
        """Later is covered, earlier or more goods are not."""
        self.goods.sale_delay = 20
        order = self.new_quotation(100.0)
        now = fields.Datetime.now()
        order.commitment_date = now + timedelta(days=5)
        self.assertAsked(order).action_ask()
        self.agree(order)
        order.commitment_date = now + timedelta(days=6)
        self.run_queue()
        self.assertEqual(order.promise_state, "approved")
        order.commitment_date = now + timedelta(days=4)
        self.run_queue()
        self.assertEqual(order.promise_state, "open")

    def test_back_in_the_band_needs_no_yes_any_more(self):
        """The pending request is taken back by itself."""
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        request = order._get_pending_promise()
        order.order_line.price_unit = 95.0
        self.run_queue()
        self.assertFalse(order.promise_state)
        self.assertEqual(request.state, "withdrawn")
        self.assertFalse(request.activity_ids)

    def test_no_stays_no_until_something_changes(self):
        """The refusal is on the order with its reason; another price may be asked."""
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        request = order._get_pending_promise()
        request.with_user(self.supervisor).action_refuse("Not to this customer")
        self.assertEqual(order.promise_state, "refused")
        self.assertIn("Not to this customer", order.promise_notice)
        order.order_line.price_unit = 85.0
        self.run_queue()
        self.assertEqual(order.promise_state, "open")

    def test_request_keeps_who_when_and_for_what(self):
        """Amount, terms, reasons, both names and the answer."""
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        request = self.agree(order, answer="Once")
        self.assertEqual(request.amount, 75.0)
        self.assertEqual(request.requested_by_id, self.salesperson)
        self.assertEqual(request.motive, "They buy every month")
        self.assertEqual(request.decided_by_id, self.supervisor)
        self.assertEqual(request.answer, "Once")
        self.assertIn("25%", request.reason_display)
        self.assertIn('"below": "0.2500"', request.terms)

    # --------------------------------------------------------------- other doors

    def test_no_other_door_sends_it(self):
        """Marking as sent, writing the state, a composer and a template all ask."""
        order = self.new_quotation(75.0)
        action = order.action_quotation_sent()
        self.assertEqual(action["res_model"], "aftersales.promise.ask")
        with self.assertRaisesRegex(UserError, "supervisor's yes"):
            order.write({"state": "sent"})
        with self.assertRaises(UserError):
            order.with_context(mark_so_as_sent=True).message_post(body="Here")
        template = self.env.ref("sale.email_template_edi_sale")
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.salesperson)
            .create(
                {
                    "model": "sale.order",
                    "res_ids": repr(order.ids),
                    "template_id": template.id,
                    "composition_mode": "comment",
                }
            )
        )
        with self.assertRaises(UserError):
            composer.action_send_mail()
        with self.assertRaises(UserError):
            template.with_user(self.salesperson).send_mail(order.id)
        self.assertEqual(order.state, "draft")

    def test_several_quotations_at_once_name_those_to_ask_about(self):
        """The batch does not go out; the person reads which ones stand in the way."""
        orders = self.new_quotation(75.0) | self.new_quotation(100.0)
        action = orders.action_quotation_send()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn(orders[0].name, action["params"]["message"])
        self.assertNotIn(orders[1].name, action["params"]["message"])

    def test_observing_stops_nothing(self):
        """It goes out, and the decision says what would have happened."""
        self.set_mode("observe", "quotation_promise")
        order = self.new_quotation(75.0)
        self.assertSends(order)
        self.assertFalse(order.promise_state)
        decision = order.sudo()._get_promise_decision()
        self.assertEqual((decision.mode, decision.result), ("observe", "needs_yes"))
        self.assertSends(order)
        self.assertEqual(order.sudo()._get_promise_decision(), decision, "said once")

    def test_switched_off_nothing_is_judged(self):
        self.set_mode("off", "quotation_promise")
        order = self.new_quotation(75.0)
        self.assertSends(order)
        order.action_confirm()
        self.assertFalse(order.sudo()._get_promise_decision())

    # --------------------------------------------------------------- confirming

    def test_confirming_is_never_refused(self):
        """The order is confirmed, flagged and put before the supervisors."""
        order = self.new_quotation(75.0)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.picking_ids)
        self.assertEqual(order.promise_state, "requested")
        request = order._get_pending_promise()
        self.assertIn(self.supervisor, request.activity_ids.user_id)
        self.assertEqual(request.requested_by_id, self.salesperson)
        self.agree(order)
        self.assertEqual(order.promise_state, "approved")

    def test_confirming_after_a_no_tells_the_supervisor(self):
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        order._get_pending_promise().with_user(self.supervisor).action_refuse("No")
        order.action_confirm()
        self.assertEqual(order.promise_state, "requested")
        self.assertIn("said no", order._get_pending_promise().motive)

    def test_confirming_with_the_yes_asks_nobody_again(self):
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        self.agree(order)
        order.action_confirm()
        self.assertEqual(order.promise_state, "approved")
        self.assertEqual(len(order.promise_request_ids), 1)

    def test_early_date_stays_early_after_confirmation(self):
        """What the order itself launched does not pass for supply."""
        manufacture = self.env.ref("mrp.route_warehouse0_manufacture")
        make_to_order = self.env.ref("stock.route_warehouse0_mto")
        make_to_order.active = True
        made = self.new_product(
            "Made",
            is_storable=True,
            route_ids=[Command.set((manufacture | make_to_order).ids)],
        )
        self.stock_up(self.goods)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": made.product_tmpl_id.id,
                "produce_delay": 30,
                "bom_line_ids": [Command.create({"product_id": self.goods.id})],
            }
        )
        order = self.new_quotation(100.0, product=made)
        order.commitment_date = fields.Datetime.now() + timedelta(days=7)
        order.action_confirm()
        self.assertEqual(self.get_causes(order), ["date"])
        order.order_line.discount = 5
        self.run_queue()
        self.assertEqual(self.get_causes(order), ["date"])
        self.assertEqual(order.promise_state, "requested")

    def test_cancelling_takes_the_request_back(self):
        order = self.new_quotation(75.0)
        order.action_confirm()
        request = order._get_pending_promise()
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual(request.state, "withdrawn")
        self.assertFalse(order.promise_state)

    def test_import_of_confirmed_orders_is_flagged(self):
        """A state that is written goes past the buttons and is judged all the same."""
        order = self.new_quotation(75.0, state="sale")
        self.run_queue()
        self.assertEqual(order.promise_state, "requested")

    def test_payment_marks_as_sent_without_asking(self):
        """What no person of ours does is never stopped (a pending payment)."""
        order = self.new_quotation(75.0)
        order.sudo().action_quotation_sent()
        self.assertEqual(order.state, "sent")

    def test_plain_order_is_confirmed_with_no_extra_query(self):
        """Within the band, without a date: what is looked at has been read already."""
        self.set_mode("observe")

        def count(product):
            order = self.new_order(100.0, product=product)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.action_confirm()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        # procurement of goods reads things of its own: a service shows what it hides
        for product in (self.goods, self.service):
            counts = {}
            for mode in ("off", "enforce"):
                self.set_mode(mode, "quotation_promise")
                count(product)
                counts[mode] = count(product)
            with self.subTest(product=product.name):
                self.assertEqual(counts["enforce"], counts["off"])

    # -------------------------------------------------------------------- rights

    def test_only_supervisors_say_yes(self):
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        request = order._get_pending_promise()
        for user in (self.salesperson, self.controller, self.warehouse_user):
            with self.assertRaises(AccessError, msg=user.login):
                request.with_user(user).action_approve("x")
        own = self.new_quotation(75.0, user_id=self.supervisor.id)
        own = own.with_user(self.supervisor)
        self.assertAsked(own).action_ask()
        with self.assertRaises(AccessError):
            own._get_pending_promise().action_approve("Mine")
        self.agree(own, user=self.duty_manager)
        self.assertEqual(own.promise_state, "approved")

    def test_nothing_writable_gives_the_yes(self):
        order = self.new_quotation(75.0)
        self.assertAsked(order).action_ask()
        request = order._get_pending_promise()
        for user in (self.salesperson, self.supervisor, self.duty_manager):
            with self.assertRaises(AccessError):
                order.with_user(user).promise_state = "approved"
            with self.assertRaises(AccessError):
                order.with_user(user).write(
                    {"promise_request_ids": [Command.create({})]}
                )
            with self.assertRaises(AccessError):
                request.with_user(user).write({"terms": "{}"})
            with self.assertRaises(AccessError):
                request.with_user(user).unlink()


@tagged("post_install", "-at_install")
class TestPromisePortal(PromiseCase, HttpCase):
    """Customers are never stopped, what they confirm is flagged (O17)."""

    def test_customer_signs_on_the_portal(self):
        """Through the portal's own route: confirmed, flagged, nothing shown there."""
        order = self.new_order(75.0)
        order.sudo().action_quotation_sent()
        order.require_signature = True
        order.require_payment = False
        token = order._portal_ensure_token()
        self.env.flush_all()
        result = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {
                "access_token": token,
                "name": "A Customer",
                "signature": _PIXEL,
            },
        )
        self.assertTrue(result.get("force_refresh"), result)
        order.invalidate_recordset()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.promise_state, "requested")
        request = order._get_pending_promise()
        self.assertEqual(request.requested_by_id, self.salesperson)
        self.assertIn(self.supervisor, request.activity_ids.user_id)
        page = self.url_open(f"/my/orders/{order.id}?access_token={token}")
        self.assertNotIn("supervisor", page.text.lower())

    def test_customer_pays(self):
        """A payment confirms the order as it does in the online shop."""
        order = self.new_order(75.0, require_payment=True, require_signature=False)
        provider = self.env["payment.provider"].search([("code", "=", "demo")], limit=1)
        provider.state = "test"
        method = self.env.ref("payment_demo.payment_method_demo")
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": order.name,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        transaction._set_done()
        transaction._post_process()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.promise_state, "requested")
