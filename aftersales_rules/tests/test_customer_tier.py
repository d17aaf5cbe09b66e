# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_credit import CreditCase


@tagged("post_install", "-at_install")
class TestCustomerTier(CreditCase):
    """Key, regular, low volume, unstable: from a year of sales, or by hand (O4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_threshold("key_sales_min", "12000")
        cls.set_threshold("regular_sales_min", "1000")

    def new_sales(self, amount, *months_ago, partner=None, move_type="out_invoice"):
        for months in months_ago:
            day = self.today - relativedelta(months=months)
            self.new_invoice(
                amount,
                partner=partner,
                move_type=move_type,
                days_overdue=(self.today - day).days,
            )

    def derive(self, **kwargs):
        self.env.flush_all()
        with self.crons_commit():
            self.env["res.partner"]._cron_customer_tier(**kwargs)

    def assertTier(self, tier, partner=None):
        partner = partner or self.partner
        self.assertEqual(partner.customer_tier_rule, tier)
        self.assertEqual(partner.customer_tier, tier)

    # ------------------------------------------------------------- by rule

    def test_key(self):
        self.new_sales(1500.0, *range(9))
        self.derive()
        self.assertTier("key")

    def test_regular(self):
        self.new_sales(300.0, *range(4))
        self.derive()
        self.assertTier("regular")

    def test_low_volume(self):
        self.new_sales(200.0, *range(4))
        self.derive()
        self.assertTier("low_volume")

    def test_unstable(self):
        self.new_sales(5000.0, 0, 1, 11)
        self.derive()
        self.assertTier("unstable")

    def test_new_customer_has_none(self):
        self.new_sales(5000.0, 0, 1, 2)
        self.derive()
        self.assertTier(False)

    def test_credit_notes_lower_the_sales(self):
        self.new_sales(300.0, *range(4))
        self.new_sales(250.0, 1, move_type="out_refund")
        self.derive()
        self.assertTier("low_volume")

    def test_contacts_buy_for_their_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner.id}
        )
        self.new_sales(150.0, *range(4))
        self.new_sales(150.0, *range(4), partner=contact)
        self.derive()
        self.assertTier("regular")
        self.assertEqual(contact.customer_tier, "regular")

    def test_sales_of_a_year_ago_are_over(self):
        self.new_sales(5000.0, 12, 13, 14, 15)
        self.derive()
        self.assertTier("unstable")

    def test_months_are_at_most_twelve(self):
        """Also when the year touches thirteen months of the calendar."""
        for days in (*range(0, 365, 30), 364):
            self.new_invoice(1.0, days_overdue=days)
        [facts] = self.partner._gather_tier_facts(self.company, self.today).values()
        self.assertEqual(facts.active_months, 12)

    def test_invoice_of_next_month_is_no_sale_yet(self):
        self.new_sales(300.0, *range(4))
        self.new_invoice(
            5000.0,
            invoice_date=self.today + relativedelta(months=1),
            invoice_date_due=self.today + relativedelta(months=1),
        )
        [facts] = self.partner._gather_tier_facts(self.company, self.today).values()
        self.assertEqual((facts.sales_12_months, facts.active_months), (1200, 4))

    def test_draft_and_cancelled_invoices_are_no_sales(self):
        self.new_sales(300.0, *range(4))
        for move in self.env["account.move"].search(
            [("partner_id", "=", self.partner.id)]
        )[:2]:
            move.button_draft()
        self.derive()
        self.assertTier("unstable")

    def test_tier_goes_with_the_last_invoice(self):
        """Nothing stays of sales that were all taken back."""
        self.new_sales(300.0, *range(4))
        self.derive()
        self.assertTier("regular")
        self.env["account.move"].search(
            [("partner_id", "=", self.partner.id)]
        ).button_draft()
        self.derive()
        self.assertTier(False)

    # ------------------------------------------------------------- by hand

    def test_by_hand_counts_instead(self):
        self.new_sales(300.0, *range(4))
        self.partner.customer_tier_manual = "unstable"
        self.derive()
        self.assertEqual(self.partner.customer_tier_rule, "regular")
        self.assertEqual(self.partner.customer_tier, "unstable")
        self.partner.customer_tier_manual = False
        self.assertEqual(self.partner.customer_tier, "regular")

    def test_by_hand_only_by_a_controller(self):
        self.controller.group_ids |= self.env.ref("base.group_partner_manager")
        self.partner.with_user(self.controller).customer_tier_manual = "key"
        self.assertEqual(self.partner.customer_tier, "key")
        manager = self.new_user(
            "tier_manager", "sales_team.group_sale_manager,base.group_partner_manager"
        )
        for name in ("customer_tier_manual", "customer_tier_rule"):
            partners = self.env["res.partner"].with_user(manager)
            attempts = {
                "write": lambda name=name: self.partner.with_user(manager).write(
                    {name: "key"}
                ),
                "create": lambda name=name, partners=partners: partners.create(
                    {"name": "New", name: "key"}
                ),
                "context": lambda name=name, partners=partners: partners.with_context(
                    **{f"default_{name}": "key"}
                ).create({"name": "New"}),
            }
            for way, attempt in attempts.items():
                with self.subTest(way, field=name), self.assertRaises(AccessError):
                    attempt()
        with self.assertRaises(AccessError):
            self.partner.with_user(self.controller).customer_tier_rule = "key"

    def test_set_by_hand_lets_the_delivery_go(self):
        """A changed tier is an event for the gates."""
        self.controller.group_ids |= self.env.ref("base.group_partner_manager")
        self.set_mode("enforce")
        self.partner.customer_tier_manual = "unstable"
        order = self.new_confirmed(100.0)
        self.assertEqual(self.open_causes(order, "shipment"), ["no_arrears"])
        self.partner.with_user(self.controller).customer_tier_manual = "regular"
        self.run_queue()
        self.assertEqual(self.open_causes(order, "shipment"), [])

    # --------------------------------------------------------- the companies

    def test_each_company_has_its_own(self):
        second = self.env["res.company"].create({"name": "Second"})
        self.new_sales(300.0, *range(4))
        self.derive()
        self.assertTier("regular")
        self.assertFalse(self.partner.with_company(second).customer_tier)
        self.partner.with_company(second).customer_tier_manual = "key"
        self.assertEqual(self.partner.customer_tier, "regular")
        self.assertEqual(self.partner.with_company(second).customer_tier, "key")

    # -------------------------------------------------------------- the cron

    def test_change_is_recorded_once(self):
        self.new_sales(300.0, *range(4))
        domain = [("decision", "=", "customer_tier"), ("res_id", "=", self.partner.id)]
        decisions = self.env["aftersales.decision"]
        self.derive()
        self.assertEqual(decisions.search(domain).result, "regular")
        self.derive()
        self.assertEqual(decisions.search_count(domain), 1)
        self.new_sales(12000.0, *range(9))
        self.derive()
        self.assertEqual(
            sorted(decisions.search(domain).mapped("result")), ["key", "regular"]
        )

    def new_regulars(self, number):
        partners = self.env["res.partner"].concat(
            *(self.new_customer(f"Regular {i}") for i in range(number))
        )
        for partner in partners:
            self.new_sales(300.0, *range(4), partner=partner)
        return partners

    def test_batches_cover_everybody(self):
        partners = self.new_regulars(5)
        self.derive(batch=2)
        self.assertEqual(partners.mapped("customer_tier"), ["regular"] * 5)

    def test_goes_on_where_it_was_when_time_is_up(self):
        """However short the time that a cron gets, everybody has their turn."""
        partners = self.new_regulars(5)
        self.env.flush_all()
        for _run in range(20):
            with patch.object(
                self.env.registry["ir.cron"],
                "_commit_progress",
                lambda cron, processed=0, *, remaining=None, deactivate=False: (
                    0.0 if processed else 1.0
                ),
            ):
                self.env["res.partner"]._cron_customer_tier(batch=2)
            self.env.flush_all()
        self.assertEqual(partners.mapped("customer_tier"), ["regular"] * 5)

    def test_queries_do_not_grow_with_the_number_of_customers(self):
        partners = self.new_regulars(6)

        def count(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partners._derive_tier(self.company)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(partners[:1])
        self.assertLessEqual(count(partners[2:]), count(partners[1:2]) + 4)
        self.assertEqual(count(partners), count(partners[:1]), "nothing to write")
