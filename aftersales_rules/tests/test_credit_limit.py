# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCreditLimit(CreditCase):
    """A limit on application: who asked, who approved, from–to (O2)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit_model = cls.env["aftersales.credit.limit"]

    def new_limit(self, amount=5000.0, user=None, partner=None, **values):
        return self.limit_model.with_user(user or self.salesperson).create(
            {"partner_id": (partner or self.partner).id, "amount": amount, **values}
        )

    def new_approved(self, amount=5000.0, **values):
        limit = self.new_limit(amount, **values)
        limit.action_request()
        limit.with_user(self.controller).action_approve()
        return limit

    # ------------------------------------------------------------ its life

    def test_requested_and_approved(self):
        limit = self.new_limit(motive="Twelve years without a late payment")
        self.assertEqual(limit.state, "draft")
        self.assertTrue(limit.name.strip("/"))
        limit.action_request()
        self.assertEqual(limit.state, "requested")
        self.assertEqual(limit.requested_by_id, self.salesperson)
        self.assertTrue(limit.requested_at)
        self.assertEqual(limit.sudo().activity_ids.user_id, self.controller)
        limit.with_user(self.controller).action_approve()
        self.assertEqual(limit.state, "approved")
        self.assertEqual(limit.approved_by_id, self.controller)
        self.assertTrue(limit.approved_at)
        self.assertFalse(limit.sudo().activity_ids)

    def test_refused(self):
        limit = self.new_limit()
        limit.action_request()
        limit.with_user(self.controller).action_refuse()
        self.assertEqual(limit.state, "refused")
        self.assertEqual(limit.approved_by_id, self.controller)
        self.assertFacts(self.new_order(), credit_limit=1000.0)

    def test_ended(self):
        limit = self.new_approved()
        limit.with_user(self.controller).action_end()
        self.assertEqual(limit.state, "ended")
        self.assertFacts(self.new_order(), credit_limit=1000.0)

    def test_each_action_wants_its_state(self):
        steps = {
            "draft": ["action_approve", "action_refuse", "action_end"],
            "requested": ["action_request", "action_end"],
            "approved": ["action_request", "action_approve", "action_refuse"],
            "refused": [
                "action_request",
                "action_approve",
                "action_refuse",
                "action_end",
            ],
        }
        limits = {
            "draft": self.new_limit(),
            "requested": self.new_limit(),
            "approved": self.new_approved(),
            "refused": self.new_limit(),
        }
        limits["requested"].action_request()
        limits["refused"].action_request()
        limits["refused"].with_user(self.controller).action_refuse()
        for state, actions in steps.items():
            limit = limits[state].with_user(self.controller)
            for action in actions:
                with (
                    self.subTest(state=state, action=action),
                    self.assertRaisesRegex(UserError, "is not possible"),
                ):
                    getattr(limit, action)()
            self.assertEqual(limit.state, state)

    # -------------------------------------------------------------- by whom

    def test_only_a_controller_decides(self):
        limit = self.new_limit()
        limit.action_request()
        rules_admin = self.admin
        # AccessError is a UserError
        for user in (self.salesperson, rules_admin, self.warehouse_user):
            for action in ("action_approve", "action_refuse"):
                with (
                    self.subTest(user=user.login, action=action),
                    self.assertRaises(UserError),
                ):
                    getattr(limit.with_user(user), action)()
        self.assertEqual(limit.state, "requested")
        granted = self.new_approved()
        for user in (self.salesperson, rules_admin, self.warehouse_user):
            with self.assertRaises(UserError):
                granted.with_user(user).action_end()

    def test_readers_may_not_apply(self):
        with self.assertRaises(AccessError):
            self.new_limit(user=self.warehouse_user)
        limit = self.new_limit()
        with self.assertRaises(AccessError):
            limit.with_user(self.warehouse_user).action_request()

    def test_portal_and_public_see_nothing(self):
        self.new_approved()
        portal = self.new_user("limit_portal", "base.group_portal")
        for user in (portal, self.env.ref("base.public_user")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.limit_model.with_user(user).search([])

    def test_ceiling(self):
        limit = self.new_limit(10000.01)
        limit.action_request()
        self.assertFalse(limit.sudo().activity_ids, "nobody may approve so much")
        for action in ("action_approve", "action_refuse"):
            with self.assertRaisesRegex(UserError, "over your ceiling"):
                getattr(limit.with_user(self.controller), action)()
        self.authority.ceiling = 10000.01
        limit.with_user(self.controller).action_approve()
        self.assertEqual(limit.state, "approved")

    def test_controller_without_authority(self):
        self.authority.unlink()
        limit = self.new_limit(1.0)
        limit.action_request()
        with self.assertRaisesRegex(UserError, "over your ceiling"):
            limit.with_user(self.controller).action_approve()

    def test_substitute_approves_while_the_controller_is_away(self):
        substitute = self.new_user(
            "limit_sub", "aftersales_rules.group_credit_controller"
        )
        limit = self.new_limit()
        limit.action_request()
        with self.assertRaisesRegex(UserError, "over your ceiling"):
            limit.with_user(substitute).action_approve()
        self.authority.write(
            {
                "substitute_id": substitute.id,
                "absent_from": self.today - timedelta(days=1),
                "absent_to": self.today,
            }
        )
        limit.with_user(substitute).action_approve()
        self.assertEqual(limit.approved_by_id, substitute)

    def test_several_at_once_all_or_none(self):
        small, large = self.new_limit(10.0), self.new_limit(99999.0)
        (small | large).action_request()
        with self.assertRaisesRegex(UserError, "over your ceiling"):
            (small | large).with_user(self.controller).action_approve()
        self.assertEqual((small | large).mapped("state"), ["requested"] * 2)

    # ------------------------------------------------- nothing to be faked

    def test_fields_of_the_decision_cannot_be_written(self):
        limit = self.new_limit()
        limit.action_request()
        fakes = {
            "state": "approved",
            "approved_by_id": self.controller.id,
            "approved_at": "2026-01-01 00:00:00",
            "requested_by_id": self.controller.id,
            "requested_at": "2026-01-01 00:00:00",
            "name": "Other",
        }
        partner_manager = self.env.ref("base.group_partner_manager")
        for user in (self.salesperson, self.controller):
            user.group_ids |= partner_manager
            for name, value in fakes.items():
                with self.subTest(user=user.login, field=name):
                    with self.assertRaisesRegex(UserError, "Use Request"):
                        limit.with_user(user).write({name: value})
                    with self.assertRaisesRegex(UserError, "Use Request"):
                        self.partner.with_user(user).write(
                            {
                                "credit_limit_ids": [
                                    Command.update(limit.id, {name: value})
                                ]
                            }
                        )
        self.assertEqual(limit.state, "requested")

    def test_an_application_starts_as_a_draft_however_it_is_filed(self):
        fakes = {
            "state": "approved",
            "approved_by_id": self.controller.id,
            "approved_at": "2026-01-01 00:00:00",
            "requested_by_id": self.controller.id,
            "requested_at": "2026-01-01 00:00:00",
        }
        approved = self.new_approved()
        context = {f"default_{name}": value for name, value in fakes.items()}
        model = self.limit_model.with_user(self.salesperson)
        vals = {"partner_id": self.partner.id, "amount": 7000.0}
        filed = {
            "values": model.create({**vals, **fakes}),
            "context": model.with_context(**context).create(vals),
            "copy": approved.with_user(self.salesperson).copy(),
            "copy with values": approved.with_user(self.salesperson).copy(fakes),
        }
        for way, limit in filed.items():
            with self.subTest(way):
                self.assertEqual(limit.state, "draft")
                self.assertFalse(limit.approved_by_id or limit.approved_at)
                self.assertFalse(limit.requested_by_id or limit.requested_at)
        self.assertEqual(len({limit.name for limit in filed.values()}), len(filed))

    def test_terms_change_in_draft_only(self):
        limit = self.new_limit()
        limit.write({"amount": 6000.0, "date_to": self.today})
        limit.action_request()
        terms = {
            "amount": 9000.0,
            "partner_id": self.other.id,
            "company_id": self.company.id,
            "date_from": self.today,
            "date_to": False,
        }
        for user in (self.salesperson, self.controller):
            for name, value in terms.items():
                with (
                    self.subTest(user=user.login, field=name),
                    self.assertRaisesRegex(UserError, "in draft only"),
                ):
                    limit.with_user(user).write({name: value})
        self.assertEqual(limit.amount, 6000.0)

    def test_only_drafts_are_deleted(self):
        self.new_limit().unlink()
        limit = self.new_approved()
        for context in ({}, {"_force_unlink": True}):
            for user in (self.salesperson, self.controller):
                with (
                    self.subTest(user=user.login, context=context),
                    self.assertRaisesRegex(UserError, "Only draft"),
                ):
                    limit.with_user(user).with_context(**context).unlink()

    def test_impossible_terms(self):
        for values in (
            {"amount": 0.0},
            {"amount": -1.0},
            {"date_from": self.today, "date_to": self.today - timedelta(days=1)},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.new_limit(**values)

    def test_contact_of_a_company_has_no_limit_of_its_own(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner.id}
        )
        with self.assertRaisesRegex(ValidationError, self.partner.name):
            self.new_limit(partner=contact)

    # ------------------------------------------------------ which one counts

    def test_granted_limit_counts_instead_of_that_of_odoo(self):
        self.new_approved(500.0)
        self.assertFacts(self.new_order(), credit_limit=500.0)

    def test_granted_limit_counts_where_limits_of_odoo_do_not(self):
        self.company.account_use_credit_limit = False
        self.new_approved(500.0)
        self.assertFacts(self.new_order(), credit_limit=500.0)

    def test_the_highest_of_several_counts(self):
        self.new_approved(500.0)
        self.new_approved(800.0)
        self.new_approved(700.0)
        self.assertFacts(self.new_order(), credit_limit=800.0)

    def test_draft_and_requested_ones_do_not_count(self):
        self.new_limit()
        self.new_limit().action_request()
        self.assertFacts(self.new_order(), credit_limit=1000.0)

    def test_in_force_from_the_first_to_the_last_day(self):
        def day(days):
            return self.today + timedelta(days=days)

        cases = [
            (day(0), False, True),
            (day(0), day(0), True),
            (day(-9), day(0), True),
            (day(-9), day(-1), False),
            (day(1), False, False),
            (day(1), day(9), False),
        ]
        for date_from, date_to, in_force in cases:
            with self.subTest(date_from=date_from, date_to=date_to):
                partner = self.new_customer("Limited")
                limit = self.new_approved(
                    500.0, partner=partner, date_from=date_from, date_to=date_to
                )
                self.assertFacts(
                    self.new_order(partner=partner),
                    credit_limit=500.0 if in_force else None,
                )
                self.assertEqual(limit.is_in_force, in_force)
                for value in (True, False):
                    found = self.limit_model.search([("is_in_force", "=", value)])
                    self.assertEqual(limit in found, in_force == value)

    def test_in_force_by_the_day_of_the_company(self):
        self.company.resource_calendar_id.tz = "Pacific/Kiritimati"  # UTC+14
        tomorrow = self.today + timedelta(days=1)
        limit = self.new_approved(500.0, date_from=tomorrow)
        noon = fields.Datetime.to_datetime(self.today).replace(hour=12)
        with self.freeze(noon):
            limit.invalidate_recordset()
            self.assertFacts(self.new_order(), credit_limit=500.0)
            self.assertTrue(limit.is_in_force)
            self.assertIn(limit, self.limit_model.search([("is_in_force", "=", True)]))
            self.assertNotIn(
                limit, self.limit_model.search([("is_in_force", "=", False)])
            )

    def test_held_order_goes_on_when_a_limit_is_granted_and_not_when_it_ends(self):
        self.set_mode("enforce")
        order = self.new_confirmed(1500.0)
        self.assertHeld(order, "over_limit")
        limit = self.new_approved(2000.0)
        self.run_queue()
        self.assertGoesOn(order)
        limit.with_user(self.controller).action_end()
        self.run_queue()
        self.assertGoesOn(order)
        self.assertHeld(self.new_confirmed(1.0), "over_limit")

    def test_person_of_another_company_sees_none(self):
        second = self.env["res.company"].create({"name": "Second"})
        stranger = self.new_user(
            "limit_stranger",
            "aftersales_rules.group_credit_controller",
            company_id=second.id,
            company_ids=[Command.set(second.ids)],
        )
        limit = self.new_limit()
        limit.action_request()
        self.assertFalse(self.limit_model.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            limit.with_user(stranger).action_approve()
