# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common import AftersalesCase


@tagged("post_install", "-at_install")
class TestCostAccounts(AftersalesCase):
    """Accounts for service costs: as set, else as the chart has them (L8)."""

    @classmethod
    def new_company(cls, chart, country=None):
        company = cls.env["res.company"].create(
            {
                "name": f"Company {chart}",
                "country_id": country and cls.env.ref(country).id,
            }
        )
        cls.env.user.company_ids |= company
        if chart:
            cls.env["account.chart.template"].try_loading(
                chart, company=company, install_demo=False
            )
        return company

    def assert_found(self, company, **codes):
        accounts = company._get_cost_accounts()
        found = {
            kind: accounts[kind].with_company(company).code or "" for kind in codes
        }
        for kind, code in codes.items():
            with self.subTest(kind=kind):
                # charts fill up codes with zeros to their own length
                self.assertEqual(found[kind].rstrip("0"), code.rstrip("0"))
                self.assertEqual(accounts[kind].company_ids[:1] or company, company)

    def test_the_generic_chart(self):
        """Manufacturing is the cost of production, all else the expenses."""
        company = self.new_company("generic_coa")
        self.assert_found(
            company,
            manufacturing="1104",
            expense="6000",
            hand="6000",
            labour="6300",
            compensation="6000",
            income="4500",
            surplus="4500",
            employee="",
            claim="",
        )
        self.assertEqual(company._get_cost_journal().code, "MISC")
        self.assertEqual(company._get_cost_journal().company_id, company)

    def test_the_chart_of_small_chinese_enterprises(self):
        """制造费用 and 其他应收款 have their own accounts."""
        self.assert_found(
            self.new_company("cn", "base.cn"),
            manufacturing="4101",
            expense="560101",
            hand="560101",
            labour="5601",
            compensation="5711",
            employee="1221",
            claim="1221",
            income="5051",
            surplus="5051",
        )

    def test_the_chart_of_chinese_enterprises(self):
        """The same under other codes."""
        self.assert_found(
            self.new_company("cn_large_bis", "base.cn"),
            manufacturing="5101",
            expense="6601",
            hand="6601",
            compensation="6711",
            employee="1221",
            income="6051",
        )

    def test_a_chinese_chart_that_no_template_made(self):
        """Found by code and type: 5101 was revenue once, and is not taken then."""
        company = self.new_company(None, "base.cn")
        accounts = self.env["account.account"].with_company(company)
        accounts.create(
            {
                "code": "510101",
                "name": "主营业务收入",
                "account_type": "income",
                "company_ids": company.ids,
            }
        )
        self.assert_found(company, manufacturing="", expense="")
        made = accounts.create(
            {
                "code": "4101",
                "name": "制造费用",
                "account_type": "expense_direct_cost",
                "company_ids": company.ids,
            }
        )
        self.assertEqual(company._get_cost_account("manufacturing"), made)

    def test_what_is_set_counts_and_stands_in_for_what_depends_on_it(self):
        """Costs by hand and compensation follow the service expense."""
        company = self.new_company("generic_coa")
        rent = self.env.ref(f"account.{company.id}_expense_rent")
        company.aftersales_cost_expense_account_id = rent
        for kind in ("expense", "hand", "compensation"):
            self.assertEqual(company._get_cost_account(kind), rent)

    def test_an_archived_account_is_nobodys_proposal(self):
        """It is not found, and the message names the setting."""
        company = self.new_company("generic_coa")
        found = company._get_cost_account("manufacturing")
        found.active = False
        self.assertFalse(company._get_cost_account("manufacturing"))
        self.assertIn(
            "Manufacturing Cost",
            company._cost_account_problem("manufacturing", self.env["account.account"]),
        )
        company.aftersales_cost_manufacturing_account_id = found
        self.assertIn(
            "is archived", company._cost_account_problem("manufacturing", found)
        )

    def test_find_from_chart_fills_what_is_empty(self):
        """What somebody has chosen stays."""
        company = self.new_company("generic_coa")
        rent = self.env.ref(f"account.{company.id}_expense_rent")
        company.aftersales_cost_labour_account_id = rent
        settings = self.env["res.config.settings"].with_company(company).create({})
        self.assertIn("1104", settings.aftersales_cost_manufacturing_found)
        settings.action_find_cost_accounts()
        self.assertEqual(company.aftersales_cost_labour_account_id, rent)
        self.assertEqual(
            company.aftersales_cost_manufacturing_account_id,
            self.env.ref(f"account.{company.id}_cost_of_production"),
        )
        self.assertFalse(company.aftersales_cost_employee_account_id)

    def test_the_tax_of_recharges(self):
        """Chosen, else the company's, or none."""
        company = self.new_company("generic_coa")
        self.assertEqual(company._get_cost_tax(), company.account_sale_tax_id)
        other = company.account_sale_tax_id.copy()
        company.aftersales_cost_tax_id = other
        self.assertEqual(company._get_cost_tax(), other)
        company.aftersales_cost_taxed = False
        self.assertFalse(company._get_cost_tax())
