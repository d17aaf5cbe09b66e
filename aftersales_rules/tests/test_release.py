# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestRelease(AftersalesCase):
    """A person lets go on in spite of a rule, within their limits (U2, R10)."""

    def release(self, order, user=None, reason="Agreed", **terms):
        """Through the wizard, as the client does it."""
        user = user or self.controller
        wizard = (
            self.env["aftersales.hold.release"]
            .with_user(user)
            .create(
                {
                    "hold_ids": [Command.set(order._get_open_holds().ids)],
                    "reason": reason,
                    **terms,
                }
            )
        )
        wizard.action_release()
        self.run_queue()
        return order.env["aftersales.release"].search([("order_id", "=", order.id)])

    # ------------------------------------------------------------------- limits

    def test_hold_returns_after_the_last_day(self):
        """Until a date: the delivery is held again once that day is over."""
        with freeze_time("2026-03-02 10:00:00"):
            debt = self.new_invoice(200.0, days_overdue=10)
            order = self.new_confirmed(100.0)
            self.assertHeld(order, "overdue")
            self.release(order, valid_until=date(2026, 3, 5), include_shipment=True)
            self.assertFalse(order.hold_state)
            self.assertTrue(order.picking_ids)
        with freeze_time("2026-03-05 10:00:00"):
            self.run_cron("ir_cron_judge_due")
            self.assertFalse(order.hold_state)
        with freeze_time("2026-03-06 10:00:00"):
            self.run_cron("ir_cron_judge_due")
            self.assertEqual(self.open_causes(order, "shipment"), ["overdue"])
            self.pay(debt)
            self.assertFalse(order.hold_state)

    def test_hold_returns_when_the_order_outgrows_the_release(self):
        order = self.new_confirmed(1500.0)
        self.release(order, amount=2000.0)
        self.assertGoesOn(order)
        order.order_line.price_unit = 1999.0
        self.run_queue()
        self.assertFalse(order._get_open_holds("procurement"))
        order.order_line.price_unit = 2001.0
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")
        self.assertEqual(self.open_causes(order), ["over_limit"])

    def test_without_an_amount_the_present_one_counts(self):
        order = self.new_confirmed(1500.0)
        release = self.release(order)
        self.assertEqual(release.amount, 1500.0)
        order.order_line.price_unit = 1500.01
        self.run_queue()
        self.assertEqual(order.hold_state, "growth")

    def test_release_covers_its_cause_only(self):
        """Released for the limit; a debt that comes later holds."""
        order = self.new_confirmed(1500.0)
        self.release(order, amount=5000.0)
        self.new_invoice(10.0, days_overdue=20)
        order.order_line.price_unit = 1600.0
        self.run_queue()
        self.assertEqual(self.open_causes(order), ["overdue"])

    def test_release_of_procurement_leaves_the_delivery_to_its_own_gate(self):
        order = self.new_confirmed(1500.0)
        self.release(order)
        self.assertEqual(order.hold_state, "shipment")
        self.release(order)
        self.assertFalse(order.hold_state)

    def test_release_may_include_the_delivery(self):
        order = self.new_confirmed(1500.0)
        releases = self.release(order, include_shipment=True)
        self.assertEqual(sorted(releases.mapped("gate")), ["procurement", "shipment"])
        self.assertFalse(order.hold_state)

    def test_two_causes_are_released_at_once(self):
        self.new_invoice(200.0, days_overdue=10)
        order = self.new_confirmed(1500.0)
        self.assertHeld(order, "over_limit", "overdue")
        first = order.hold_ids.filtered(lambda hold: hold.cause == "overdue")
        first.with_user(self.controller)._release("one of two")
        self.assertHeld(order, "over_limit")
        order2 = self.new_confirmed(1500.0)
        self.release(order2, include_shipment=True)
        self.assertGoesOn(order2)
        self.assertFalse(order2.hold_state)
        self.assertEqual(len(order2.picking_ids), 1, "procured once")
        self.assertEqual(set(order2.hold_ids.mapped("close_kind")), {"released"})
        self.assertTrue(all(order2.hold_ids.mapped("release_id")))

    def test_several_orders_are_released_at_once(self):
        orders = self.new_order(1500.0) | self.new_order(1600.0)
        orders.action_confirm()
        wizard = (
            self.env["aftersales.hold.release"]
            .with_user(self.controller)
            .create(
                {
                    "hold_ids": [Command.set(orders._get_open_holds().ids)],
                    "reason": "Both",
                }
            )
        )
        self.assertEqual(wizard.order_count, 2)
        wizard.action_release()
        for order in orders:
            self.assertGoesOn(order)

    # ----------------------------------------------------------------- refusals

    def test_terms_that_release_nothing_are_refused(self):
        order = self.new_confirmed(1500.0)
        for terms, message in (
            ({"valid_until": date(2020, 1, 1)}, "that day is over"),
            ({"amount": 1400.0}, "nothing would"),
            ({"amount": 10001.0}, "over your ceiling"),
            ({"reason": "  "}, "Say why"),
            ({"amount": -5.0}, "nothing would"),
        ):
            with self.subTest(terms=terms), self.assertRaisesRegex(UserError, message):
                self.release(order, **terms)
        self.assertHeld(order, "over_limit")

    def test_ceiling_is_that_of_the_person(self):
        self.authority.ceiling = 1499.99
        order = self.new_confirmed(1500.0)
        with self.assertRaisesRegex(UserError, "over your ceiling"):
            self.release(order)
        self.authority.ceiling = 1500.0
        self.release(order)
        self.assertGoesOn(order)

    def test_one_order_over_the_ceiling_releases_none(self):
        self.authority.ceiling = 1550.0
        orders = self.new_order(1500.0) | self.new_order(1600.0)
        orders.action_confirm()
        with self.assertRaisesRegex(UserError, "over your ceiling"):
            orders._get_open_holds().with_user(self.controller).sudo(False)._release(
                "Both"
            )
        for order in orders:
            self.assertHeld(order, "over_limit")

    def test_controller_without_authority_releases_nothing(self):
        other = self.new_user("con3", "aftersales_rules.group_credit_controller")
        order = self.new_confirmed(1500.0)
        with self.assertRaisesRegex(UserError, "no release authority"):
            self.release(order, user=other)

    def test_archived_authority_counts_no_more(self):
        self.authority.active = False
        order = self.new_confirmed(1500.0)
        with self.assertRaisesRegex(UserError, "no release authority"):
            self.release(order)
        self.assertFalse(order.activity_ids)

    def test_substitute_acts_on_the_days_of_absence_only(self):
        substitute = self.new_user("sub", "aftersales_rules.group_credit_controller")
        self.authority.write(
            {
                "substitute_id": substitute.id,
                "absent_from": date(2026, 3, 2),
                "absent_to": date(2026, 3, 6),
            }
        )
        for day, may in (
            ("2026-03-01", False),
            ("2026-03-02", True),
            ("2026-03-06", True),
            ("2026-03-07", False),
        ):
            with self.subTest(day=day), freeze_time(f"{day} 12:00:00"):
                order = self.new_confirmed(1500.0)
                if may:
                    release = self.release(order, user=substitute)
                    self.assertEqual(release[0].authority_id, self.authority)
                    self.assertEqual(release[0].user_id, substitute)
                else:
                    with self.assertRaisesRegex(UserError, "no release authority"):
                        self.release(order, user=substitute)
                order._action_cancel()

    def test_substitute_is_told_instead_of_the_absent_controller(self):
        substitute = self.new_user("sub", "aftersales_rules.group_credit_controller")
        self.authority.write(
            {
                "substitute_id": substitute.id,
                "absent_from": date(2026, 3, 2),
                "absent_to": date(2026, 3, 6),
            }
        )
        with freeze_time("2026-03-03 12:00:00"):
            order = self.new_confirmed(1500.0)
        self.assertEqual(order.activity_ids.user_id, substitute)

    def test_controller_of_another_company_releases_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user(
            "str",
            "aftersales_rules.group_credit_controller",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.env["aftersales.release.authority"].create(
            {"user_id": stranger.id, "company_id": other.id, "ceiling": 99999.0}
        )
        order = self.new_confirmed(1500.0)
        with self.assertRaises(AccessError):
            self.release(order, user=stranger)
        with self.assertRaises(AccessError):
            order.hold_ids.with_user(stranger).with_context(
                allowed_company_ids=[self.company.id]
            )._release("mine")
        self.assertHeld(order, "over_limit")

    def test_ceiling_counts_in_company_currency(self):
        """An order in a weak currency is not larger than it is."""
        currency = self.env["res.currency"].create(
            {"name": "WEK", "symbol": "W", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": 100.0,
                "currency_id": currency.id,
                "company_id": self.company.id,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "W", "currency_id": currency.id}
        )
        order = self.new_order(150000.0, pricelist_id=pricelist.id)
        order.action_confirm()
        self.assertHeld(order, "over_limit")
        release = self.release(order)
        self.assertEqual(release.amount, 1500.0)
        self.assertGoesOn(order)

    def test_closed_hold_is_released_no_more(self):
        order = self.new_confirmed(1500.0)
        hold = order.hold_ids
        self.release(order)
        with self.assertRaisesRegex(UserError, "closed already"):
            hold.with_user(self.controller)._release("again")

    # -------------------------------------------------------------- audit trail

    def test_holds_and_releases_are_an_audit_trail(self):
        """Not even a superuser edits or deletes them."""
        order = self.new_confirmed(1500.0)
        release = self.release(order)[:1]
        hold = order.hold_ids.filtered("release_id")
        records = (hold, release, order.decision_ids[:1])
        for record in records:
            for context in ({}, {"_force_unlink": True, "force_delete": True}):
                record = record.sudo().with_context(**context)
                with self.subTest(model=record._name), self.assertRaises(UserError):
                    record.write({"reason": "nothing happened"})
                with self.subTest(model=record._name), self.assertRaises(UserError):
                    record.unlink()
                with self.subTest(model=record._name), self.assertRaises(UserError):
                    record.with_user(self.admin).copy()

    def test_observed_order_can_be_deleted_as_ever_and_its_decision_stays(self):
        """Observing changes no behaviour (R7), and loses no record (R10)."""
        self.set_mode("observe")
        order = self.new_confirmed(1500.0)
        decision = order.decision_ids.filtered(lambda d: d.decision == "credit_hold")
        name, facts = order.name, decision.facts
        order._action_cancel()
        order.unlink()
        decision.invalidate_recordset()
        self.assertFalse(decision.order_id)
        self.assertEqual((decision.document_name, decision.facts), (name, facts))
        self.assertIn(name, decision.display_name)

    def test_order_with_holds_is_not_deleted(self):
        order = self.new_confirmed(1500.0)
        order._action_cancel()
        manager = self.new_user("man", "sales_team.group_sale_manager")
        for user in (self.env.user, manager):
            with self.assertRaisesRegex(UserError, "holds are kept"):
                order.with_user(user).unlink()
