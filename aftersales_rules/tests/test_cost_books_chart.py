# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCostAccountsFound(TransactionCase):
    """Which accounts a chart proposes: what an accountant would choose in it (L8)."""

    def new_company(self, chart, country):
        company = self.env["res.company"].create(
            {"name": chart, "country_id": self.env.ref(country).id}
        )
        templates = self.env["account.chart.template"]
        if chart not in templates._get_chart_template_mapping(get_all=True):
            self.skipTest("the Chinese chart of accounts (l10n_cn) is not installed")
        templates.try_loading(chart, company=company, install_demo=False)
        return company

    def found(self, company, *kinds):
        return {
            kind: account.with_company(company).code.rstrip("0")
            if (account := company._get_cost_account(kind))
            else ""
            for kind in kinds
        }

    def test_small_chinese_enterprises(self):
        """4101 制造费用, 560101 商品维修费, 1221 其他应收款, 5711 营业外支出."""
        company = self.new_company("cn", "base.cn")
        self.assertEqual(
            self.found(company, "manufacturing", "expense", "employee", "compensation"),
            {
                "manufacturing": "4101",
                "expense": "560101",
                "employee": "1221",
                "compensation": "5711",
            },
        )

    def test_other_chinese_enterprises(self):
        """5101 制造费用; 4101 is 盈余公积 there, surplus reserve."""
        company = self.new_company("cn_large_bis", "base.cn")
        self.assertEqual(
            self.found(company, "manufacturing", "expense", "employee", "compensation"),
            {
                "manufacturing": "5101",
                "expense": "6601",
                "employee": "1221",
                "compensation": "6711",
            },
        )
        account = company._get_cost_account("manufacturing")
        self.assertEqual(account.account_type, "expense_direct_cost")

    def test_a_chinese_chart_of_ones_own(self):
        """Known by code and kind: 4101 of equity is passed over for 5101."""
        company = self.env["res.company"].create(
            {"name": "Own", "country_id": self.env.ref("base.cn").id}
        )
        accounts = self.env["account.account"].with_company(company)
        for code, name, kind in (
            ("4101", "盈余公积", "equity"),
            ("5101", "制造费用", "expense_direct_cost"),
            ("1221", "其他应收款", "asset_current"),
        ):
            accounts.create(
                {
                    "code": code,
                    "name": name,
                    "account_type": kind,
                    "company_ids": [Command.set(company.ids)],
                }
            )
        company.account_fiscal_country_id = self.env.ref("base.cn")
        self.assertEqual(
            self.found(company, "manufacturing", "employee"),
            {"manufacturing": "5101", "employee": "1221"},
        )
