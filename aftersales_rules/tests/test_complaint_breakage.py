# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .test_complaint_return import ReturnCase


class BreakageCase(ReturnCase):
    """Panes whose breakage is watched; ten are delivered, more entered by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "breakage_liability")
        cls.goods.aftersales_breakage = True
        cls.year = cls.company._aftersales_now().year

    @classmethod
    def enter(cls, kind, quantity, year=None, partner=None, product=None, **values):
        return cls.env["aftersales.breakage.entry"].create(
            {
                "kind": kind,
                "quantity": quantity,
                "product_id": (product or cls.goods).id,
                "partner_id": (partner or cls.customer).id,
                "date": date(year or cls.year, 6, 30),
                **values,
            }
        )

    @classmethod
    def agree(cls, rate, partner=None, product=None, **values):
        return cls.env["aftersales.breakage.agreement"].create(
            {
                "rate_max": rate,
                "partner_id": partner and partner.id,
                "product_tmpl_id": product and product.product_tmpl_id.id,
                "date_from": date(cls.year - 1, 1, 1),
                **values,
            }
        )

    def get_row(self, year=None, partner=None):
        return self.env["aftersales.breakage"].search(
            [
                ("product_id", "=", self.goods.id),
                ("partner_id", "=", (partner or self.customer).id),
                ("year", "=", str(year or self.year)),
            ]
        )

    @classmethod
    def new_broken(cls, quantity=3, confirmed=True, **values):
        values = {
            "aftersales_product_id": cls.goods.id,
            "complaint_quantity": quantity,
            "complaint_spontaneous_breakage": True,
            **values,
        }
        complaint = cls.new_registered(**values)
        complaint.sudo().complaint_type = "product_quality"
        if confirmed:
            complaint.with_user(cls.sales_manager).action_confirm_breakage()
            cls.run_queue()
        return complaint


@tagged("post_install", "-at_install")
class TestBreakageRate(BreakageCase):
    """Installed and broken quantities per product, customer and year (C19)."""

    def test_deliveries_less_returns_are_installed(self):
        self.new_delivered(5)
        self.receive(self.begin_return(3))
        row = self.get_row()
        self.assertEqual((row.installed, row.in_service, row.failed), (12, 12, 0))
        self.assertEqual(row.rate, 0)

    def test_years_add_up_in_service(self):
        self.enter("installed", 100, self.year - 2)
        self.enter("failed", 1, self.year - 1)
        rows = [self.get_row(self.year - ago) for ago in (2, 1, 0)]
        self.assertEqual([row.installed for row in rows], [100, 0, 10])
        self.assertEqual([row.in_service for row in rows], [100, 100, 110])
        self.assertEqual([row.failed for row in rows], [0, 1, 0])
        self.assertAlmostEqual(rows[1].rate, 0.01)

    def test_what_is_entered_counts_instead_of_deliveries(self):
        """Of that year only; two entries of a year add up."""
        self.enter("installed", 60)
        self.enter("installed", 40)
        self.assertEqual(self.get_row().installed, 100)

    def test_year_is_that_of_the_company(self):
        """What arrives at New Year in Shanghai counts for the new year."""
        self.company.partner_id.tz = "Asia/Shanghai"
        line = self.delivery.move_line_ids
        line.date = datetime(self.year - 1, 12, 31, 17, 0)
        self.assertEqual(self.get_row().installed, 10)
        line.date = datetime(self.year - 1, 12, 31, 15, 0)
        self.assertEqual(self.get_row(self.year - 1).installed, 10)

    def test_the_customer_is_the_one_of_the_order(self):
        """Not the building site that the goods went to."""
        site = self.new_customer("Site")
        self.new_delivered(4, partner_shipping_id=site.id)
        self.assertEqual(self.get_row().installed, 14)
        self.assertFalse(self.get_row(partner=site))

    def test_only_watched_products_are_counted(self):
        other = self.new_product("Frame", is_storable=True)
        self.stock_up(other)
        self.new_delivered(4, product=other)
        rows = self.env["aftersales.breakage"].search([])
        self.assertEqual(rows.product_id, self.goods)

    def test_ids_are_of_rows_and_stay(self):
        """A row that is opened again is the same one."""
        self.enter("installed", 7, self.year - 1)
        rows = self.env["aftersales.breakage"].search([])
        self.assertEqual(len(set(rows.ids)), len(rows))
        for row in rows:
            self.assertEqual(
                self.env["aftersales.breakage"].search([("id", "=", row.id)]), row
            )

    def test_product_and_customer_before_product_before_all(self):
        """What was agreed more precisely counts, while it is in force."""
        self.enter("installed", 1000)
        row = self.get_row()
        self.assertFalse(row.is_agreed)
        self.assertAlmostEqual(row.limit_rate, 0.0002)
        self.agree(0.001, product=self.goods)
        self.agree(0.5, partner=self.partner, product=self.goods)
        self.assertAlmostEqual(self.get_row().agreed_rate, 0.001)
        self.agree(0.002, partner=self.customer)
        self.assertAlmostEqual(self.get_row().agreed_rate, 0.002)
        both = self.agree(0.003, partner=self.customer, product=self.goods)
        self.assertAlmostEqual(self.get_row().limit_rate, 0.003)
        both.date_to = date(self.year - 1, 12, 31)
        self.assertAlmostEqual(self.get_row().limit_rate, 0.002)

    def test_over_the_limit_is_found(self):
        breakage = self.env["aftersales.breakage"]
        over = [("is_over", "=", True)]
        self.enter("installed", 1000)
        self.assertFalse(breakage.search(over))
        self.enter("failed", 1)
        self.assertEqual(breakage.search(over), self.get_row())
        self.assertTrue(self.get_row().is_over)
        agreement = self.agree(0.01, partner=self.customer)
        self.assertFalse(breakage.search(over))
        self.assertEqual(breakage.search([("is_over", "=", False)]), self.get_row())
        agreement.rate_max = 0.0005
        self.assertEqual(breakage.search(over), self.get_row())

    def test_the_product_shows_it(self):
        self.enter("installed", 1000)
        self.enter("failed", 2)
        template = self.goods.product_tmpl_id
        self.assertAlmostEqual(template.aftersales_breakage_rate, 0.002)
        action = template.with_user(self.agent).action_view_aftersales_breakage()
        found = self.env["aftersales.breakage"].search(action["domain"])
        self.assertEqual(found, self.get_row())
        with self.assertRaises(AccessError):
            template.with_user(self.salesperson).action_view_aftersales_breakage()

    def test_agreement_names_whom_or_what(self):
        with self.assertRaisesRegex(ValidationError, "Name a customer or a product"):
            self.agree(0.1)

    def test_who_enters_figures(self):
        """Managers and inspectors; after-sales reads; nobody else."""
        for user in (self.sales_manager, self.inspector):
            entry = self.enter("failed", 1)
            entry.with_user(user).quantity = 2
        for user in (self.agent, self.technician, self.salesperson):
            with self.subTest(user.login), self.assertRaises(AccessError):
                entry.with_user(user).quantity = 3
        self.assertEqual(entry.with_user(self.agent).quantity, 2)
        agreement = self.agree(0.1, partner=self.customer)
        with self.assertRaises(AccessError):
            agreement.with_user(self.inspector).rate_max = 0.2
        agreement.with_user(self.sales_manager).rate_max = 0.2

    def test_other_companies_do_not_see_it(self):
        company = self.env["res.company"].create({"name": "Sister"})
        other = self.new_user(
            "sister",
            "aftersales_rules.group_complaint_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.enter("failed", 1)
        self.agree(0.1, partner=self.customer)
        for model in ("breakage", "breakage.entry", "breakage.agreement"):
            with self.subTest(model):
                records = self.env[f"aftersales.{model}"]
                self.assertTrue(records.search([]))
                self.assertFalse(records.with_user(other).search([]))


@tagged("post_install", "-at_install")
class TestComplaintBreakage(BreakageCase):
    """Confirmed breakage counts, and says who is liable (C19)."""

    def test_over_the_rate_the_company_is_liable(self):
        self.enter("installed", 10000)
        first = self.new_broken(2)
        self.assertEqual(first.complaint_breakage_liability, "within")
        self.assertEqual(first.complaint_breakage_rate, 0.0002)
        self.assertEqual(first.complaint_breakage_in_service, 10000)
        second = self.new_broken(1)
        self.assertEqual(second.complaint_breakage_liability, "company")
        self.assertIn("3 of 10,000 broke", second.complaint_breakage_reason)
        self.assertEqual(
            first.complaint_breakage_liability, "company", "judged again with it"
        )
        decision = second.complaint_breakage_decision_id
        self.assertEqual((decision.event, decision.result), ("complaint", "company"))
        action = second.with_user(self.agent).action_breakage_why()
        self.assertEqual(action["res_id"], decision.id)

    def test_what_was_agreed_counts(self):
        self.enter("installed", 1000)
        complaint = self.new_broken(1)
        self.assertEqual(complaint.complaint_breakage_liability, "company")
        agreement = self.agree(0.001, partner=self.customer)
        self.run_queue()
        self.assertEqual(complaint.complaint_breakage_liability, "within")
        self.assertAlmostEqual(complaint.complaint_breakage_limit, 0.001)
        agreement.unlink()
        self.run_queue()
        self.assertEqual(complaint.complaint_breakage_liability, "company")

    def test_an_entry_judges_again(self):
        complaint = self.new_broken(1)
        self.assertEqual(complaint.complaint_breakage_liability, "open")
        self.assertIn("fewer than", complaint.complaint_breakage_reason)
        self.enter("installed", 100000)
        self.run_queue()
        self.assertEqual(complaint.complaint_breakage_liability, "within")

    def test_the_daily_run_sees_deliveries_and_thresholds(self):
        complaint = self.new_broken(1)
        self.stock_up(self.goods, 200)
        self.new_delivered(200)
        self.assertEqual(complaint.complaint_breakage_liability, "open")
        self.run_cron("ir_cron_complaint_breakage")
        self.assertEqual(complaint.complaint_breakage_liability, "company")
        decisions = self.env["aftersales.decision"].search_count([])
        self.run_cron("ir_cron_complaint_breakage")
        self.assertEqual(
            self.env["aftersales.decision"].search_count([]), decisions, "no news"
        )
        self.set_threshold("breakage_rate_max", "1 %")
        self.run_cron("ir_cron_complaint_breakage")
        self.assertEqual(complaint.complaint_breakage_liability, "within")

    def test_unconfirmed_and_other_causes_decide_nothing(self):
        self.enter("installed", 10000)
        complaint = self.new_broken(confirmed=False)
        complaint.complaint_breakage_date = date(self.year, 1, 2)
        self.assertEqual(complaint.complaint_breakage_liability, "open")
        self.assertIn("not confirmed", complaint.complaint_breakage_reason)
        complaint.complaint_spontaneous_breakage = False
        self.assertIn("not break spontaneously", complaint.complaint_breakage_reason)
        self.assertEqual(self.get_row().failed, 0)

    def test_observing_shows_and_applies_nothing(self):
        self.set_mode("observe", "breakage_liability")
        self.enter("installed", 1000)
        complaint = self.new_broken(1)
        self.assertFalse(complaint.complaint_breakage_liability)
        self.assertEqual(complaint.complaint_breakage_decision_id.result, "company")
        self.assertIn("1 of 1,000", complaint.complaint_breakage_reason)
        self.set_mode("off", "breakage_liability")
        self.assertFalse(self.new_broken(1).complaint_breakage_decision_id)

    def test_breakage_of_last_year_counts_there(self):
        self.enter("installed", 500, self.year - 1)
        complaint = self.new_broken(
            2, complaint_breakage_date=date(self.year - 1, 12, 30)
        )
        self.assertEqual(complaint.complaint_breakage_in_service, 500)
        self.assertAlmostEqual(self.get_row(self.year - 1).rate, 0.004)
        self.assertEqual(self.get_row().failed, 0)

    def test_without_a_date_it_is_the_day_of_the_complaint(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        complaint = self.new_broken(
            1, complaint_received_at=datetime(self.year - 1, 12, 31, 17, 0)
        )
        self.assertEqual(complaint.complaint_breakage_date, date(self.year, 1, 1))

    def test_confirmed_quantity_does_not_change_with_the_text(self):
        complaint = self.new_broken(3)
        complaint.complaint_quantity = 300
        self.assertEqual(self.get_row().failed, 3)

    def test_taken_back_it_counts_no_more(self):
        self.enter("installed", 1000)
        first, second = self.new_broken(1), self.new_broken(1)
        second.with_user(self.sales_manager).action_withdraw_breakage()
        self.run_queue()
        self.assertEqual(self.get_row().failed, 1)
        self.assertEqual(second.complaint_breakage_liability, "open")
        self.assertIn("counts no more", second.message_ids[:1].body)
        self.assertEqual(first.complaint_breakage_liability, "company")
        with self.assertRaisesRegex(UserError, "is not confirmed"):
            second.with_user(self.sales_manager).action_withdraw_breakage()

    def test_each_breakage_counts_once(self):
        """Not again in the next round of the same complaint."""
        complaint = self.new_broken(1)
        with self.assertRaisesRegex(UserError, "counted already"):
            complaint.with_user(self.sales_manager).action_confirm_breakage()
        again = self.new_broken(confirmed=False)
        again.sudo().complaint_origin_id = complaint
        with self.assertRaisesRegex(UserError, "counted already"):
            again.with_user(self.sales_manager).action_confirm_breakage()
        again.sudo().complaint_breakage_date = date(self.year, 1, 1)
        self.assertNotIn("not confirmed", again.complaint_breakage_reason)

    def test_refused_complaints_do_not_count(self):
        complaint = self.new_broken(1)
        complaint._complaint_set_state("refused")
        self.assertEqual(self.get_row().failed, 0)

    def test_what_is_missing_is_listed(self):
        complaint = self.new_broken(
            0, confirmed=False, aftersales_product_id=False
        ).with_user(self.sales_manager)
        with self.assertRaisesRegex(UserError, "fill in Product, Affected Quantity"):
            complaint.action_confirm_breakage()
        complaint.write(
            {
                "aftersales_product_id": self.new_product("Frame").id,
                "complaint_quantity": 1,
            }
        )
        with self.assertRaisesRegex(UserError, "Tick “Watch Breakage”"):
            complaint.action_confirm_breakage()
        complaint.sudo().complaint_type = "delivery_time"
        with self.assertRaisesRegex(UserError, "type of .* is another one"):
            complaint.action_confirm_breakage()
        complaint.complaint_spontaneous_breakage = False
        with self.assertRaisesRegex(UserError, "not marked as spontaneous"):
            complaint.action_confirm_breakage()

    def test_the_final_test_confirms_and_denies(self):
        """What is tested need not be confirmed once more by a person."""
        complaint = self.new_broken(2, confirmed=False)
        complaint.sudo().complaint_final_judgement = "fault"
        self.assertEqual(self.get_row().failed, 2)
        self.assertTrue(complaint.complaint_breakage_confirmed_at)
        self.env.invalidate_all()
        complaint.sudo().complaint_final_judgement = "misuse"
        self.assertFalse(complaint.complaint_breakage_confirmed_at)
        self.run_queue()
        self.env.invalidate_all()
        self.assertEqual(self.get_row().failed, 0)
        complaint.complaint_quantity = 0
        complaint.sudo().complaint_final_judgement = "fault"
        self.assertFalse(complaint.complaint_breakage_confirmed_at)
        self.assertIn("fill in Affected Quantity", complaint.message_ids[:1].body)

    def test_who_confirms(self):
        """Managers, and inspectors who work on complaints; not every agent."""
        complaint = self.new_broken(confirmed=False)
        for user in (self.agent, self.inspector, self.salesperson):
            with self.subTest(user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_confirm_breakage()
        self.inspector.group_ids |= self.env.ref(
            "aftersales_rules.group_complaint_user"
        )
        complaint.with_user(self.inspector).action_confirm_breakage()
        self.assertEqual(complaint.complaint_breakage_confirmed_by_id, self.inspector)
        with self.assertRaises(AccessError):
            complaint.with_user(self.agent).action_withdraw_breakage()
        with self.assertRaises(AccessError):
            complaint.with_user(self.sales_manager).complaint_breakage_quantity = 9

    def test_many_are_judged_in_as_many_queries_as_few(self):
        self.enter("installed", 100000)
        few = self.env["helpdesk.ticket"].union(
            *(self.new_broken(1) for _index in range(2))
        )
        many = few.union(*(self.new_broken(1) for _index in range(8)))
        counts = []
        for complaints in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            complaints._complaint_judge_breakage("recheck")
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
