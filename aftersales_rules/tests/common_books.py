# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A company's books, as an accountant reads them: by account, party, department.

Accounts are named by what they are; which account of a chart that is, stands here once
for each chart, chosen by hand. So a test says what it expects in the words of its
charts, and does not ask the code under test.
"""

from collections import defaultdict
from unittest import SkipTest

from odoo import Command, fields
from odoo.tests import TransactionCase

from .common_cost import CostCase

GENERIC = {
    # What production costs stands among the assets in this chart, as being made.
    "manufacturing": "cost_of_production",
    "expense": "expense",
    "freight": "expense_sales",
    "receivable": "receivable",
    "employee": "receivable",
    "payable": "payable",
    "tax_in": "tax_paid",
    "tax_out": "tax_received",
    "surplus": "other_income",
}
CHINESE = {
    "manufacturing": "l10n_cn_account_4101",  # 制造费用
    "expense": "l10n_cn_account_560101",  # 商品维修费
    "freight": "l10n_cn_account_5601",  # 销售费用
    "receivable": "l10n_cn_common_account_1122",  # 应收账款
    "employee": "l10n_cn_common_account_1221",  # 其他应收款
    "payable": "l10n_cn_common_account_2202",  # 应付账款
    "tax_in": "l10n_cn_common_account_2221",  # 应交税费, both ways
    "tax_out": "l10n_cn_common_account_2221",
    "surplus": "l10n_cn_account_5051",  # 其他业务收入
}


class ChineseCompany(TransactionCase):
    """Behind a case of the addon: its company is a new one, with the Chinese chart."""

    chart = "cn"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chart = cls.env["account.chart.template"]
        if cls.chart not in chart._get_chart_template_mapping(get_all=True):
            raise SkipTest("the Chinese chart of accounts (l10n_cn) is not installed")
        company = cls.env["res.company"].create(
            {
                "name": "上海玻璃",
                "country_id": cls.env.ref("base.cn").id,
                "currency_id": cls.env.ref("base.CNY").id,
            }
        )
        chart.try_loading(cls.chart, company=company, install_demo=False)
        warehouses = cls.env["stock.warehouse"]
        if not warehouses.search_count([("company_id", "=", company.id)]):
            warehouses.create({"code": "SH", "company_id": company.id})
        cls.env.user.company_ids += company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=company.ids)
        )


class BooksCase(CostCase):
    """Costs of every kind, and what the books say before and after."""

    accounts_of_chart = GENERIC

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        chart = cls.env["account.chart.template"].with_company(cls.company)
        cls.accounts = {
            name: chart.ref(xmlid) for name, xmlid in cls.accounts_of_chart.items()
        }
        home = cls.company.account_fiscal_country_id
        (cls.dealer | cls.carrier | cls.customer).write({"country_id": home.id})
        cls.workshop = cls.env["res.partner"].create(
            {"name": "Repair Shop", "is_company": True, "country_id": home.id}
        )
        plan = cls.env["account.analytic.plan"].create({"name": "Cost Centres"})
        cls.centres = {
            name: cls.env["account.analytic.account"].create(
                {"name": name, "plan_id": plan.id, "company_id": cls.company.id}
            )
            for name in ("production", "aftersales", "sales", "workshop")
        }
        for name in ("production", "aftersales", "sales"):
            cls.departments[name].analytic_distribution = cls.on(name)
        cls.before = cls.balances()

    @classmethod
    def on(cls, centre):
        """All of it on one cost centre."""
        return {str(cls.centres[centre].id): 100.0}

    # -------------------------------------------------------- complaints and costs

    @classmethod
    def new_of_type(cls, kind, is_quality=False, **values):
        """An accepted complaint of a type; what after-sales found out comes last."""
        complaint = cls.new_complaint()
        complaint.write(
            {
                "complaint_number": f"CP/{complaint.id}",
                "complaint_state": "accepted",
                "complaint_severity": "general",
                "complaint_type": kind,
                "complaint_quality_related": "yes" if is_quality else "no",
                **values,
            }
        )
        return complaint

    @classmethod
    def new_quality_complaint(cls, **values):
        """Of the product's quality, nothing built in: the company is liable (L4)."""
        return cls.new_of_type("product_quality", is_quality=True, **values)

    @classmethod
    def spend(cls, amount, account="expense", partner=None, centre=None, **values):
        """A vendor's bill over an amount, without tax; gives its line."""
        line = {
            "name": "Work on site",
            "quantity": 1,
            "price_unit": abs(amount),
            "account_id": cls.accounts[account].id,
            "tax_ids": [Command.clear()],
            **values.pop("line", {}),
        }
        if centre:
            line["analytic_distribution"] = cls.on(centre)
        bill = cls.env["account.move"].create(
            {
                "move_type": "in_invoice" if amount > 0 else "in_refund",
                "partner_id": (partner or cls.workshop).id,
                "invoice_date": fields.Date.context_today(cls.workshop),
                "invoice_line_ids": [Command.create(line)],
                **values,
            }
        )
        bill.action_post()
        return bill.invoice_line_ids

    @classmethod
    def new_currency(cls, rate):
        """A foreign currency with cents, and its rate since long ago."""
        currency = cls.env["res.currency"].create(
            {"name": "XFC", "symbol": "X", "rounding": 0.01}
        )
        values = {"name": "2020-01-01", "rate": rate, "company_id": cls.company.id}
        rates = cls.env["res.currency.rate"]
        return currency, rates.create({"currency_id": currency.id, **values})

    def pull(self, complaint, line):
        """The service cost that a line of a bill becomes."""
        line.sudo().complaint_id = complaint
        return self.env["aftersales.cost"].with_user(self.accountant)._pull([line])

    # ------------------------------------------------------------- into the books

    def review(self, costs, user=None):
        self.run_queue()
        costs.with_user(user or self.accountant).action_review()
        self.assertEqual(set(costs.mapped("state")), {"reviewed"}, costs.mapped("name"))

    def post(self, costs, user=None):
        """Review and post; gives the documents."""
        self.review(costs.filtered(lambda cost: cost.state == "draft"), user)
        return self.put_into_books(costs, user).move_ids

    def put_into_books(self, costs, user=None):
        """A posting of reviewed costs, posted."""
        costs = costs.with_user(user or self.accountant)
        action = costs.action_post()
        posting = costs.env[action["res_model"]].browse(action["res_id"])
        posting.action_post()
        self.assertEqual(posting.state, "posted")
        self.assertEqual(set(costs.mapped("state")), {"posted"})
        return posting.with_env(self.env)

    # ---------------------------------------------------------- reading the books

    @classmethod
    def balances(cls):
        """What stands on each account of the company, posted."""
        cls.env.flush_all()
        rows = cls.env["account.move.line"]._read_group(
            [("company_id", "=", cls.company.id), ("parent_state", "=", "posted")],
            ["account_id"],
            ["balance:sum"],
        )
        return dict(rows)

    def assertLedger(self, **expected):
        """By how much each account has changed; no other account has."""
        changes = defaultdict(float)
        for account, balance in self.balances().items():
            changes[account] += balance - self.before.get(account, 0.0)
        wanted = defaultdict(float)
        for name, balance in expected.items():
            wanted[self.accounts[name]] += balance

        def shown(books):
            return {
                account.display_name: f"{balance:.2f}"
                for account, balance in books.items()
                if round(balance, 2)
            }

        self.assertEqual(shown(changes), shown(wanted))

    def assertCentres(self, **expected):
        """What each cost centre carries: a cost is below zero, as Odoo has it."""
        self.env.flush_all()
        found = {
            name: sum(
                self.env["account.analytic.line"]
                .search([("auto_account_id", "=", centre.id)])
                .mapped("amount")
            )
            for name, centre in self.centres.items()
        }
        self.assertEqual(
            {name: f"{each:.2f}" for name, each in found.items() if round(each, 2)},
            {name: f"{each:.2f}" for name, each in expected.items() if each},
        )

    def assertLines(self, move, *expected):
        """Exactly these lines, in any order.

        Each is (account, debit, credit), and may go on with a cost centre and, on
        accounts of people, the partner: ``("receivable", 115.0, 0.0, "", dealer)``.
        """
        names = {account.id: account for account in self.accounts.values()}

        def wanted(account, debit, credit, centre="", partner=None):
            return (
                self.accounts[account].id,
                f"{debit:.2f}",
                f"{credit:.2f}",
                centre and str(self.on(centre)),
                partner.name if partner else "",
            )

        def found(line):
            account = line.account_id
            of_people = (
                account.account_type in ("asset_receivable", "liability_payable")
                or account == self.accounts["employee"]
            )
            distribution = line.analytic_distribution or {}
            return (
                account.id,
                f"{line.debit:.2f}",
                f"{line.credit:.2f}",
                str({key: float(part) for key, part in distribution.items()})
                if distribution
                else "",
                line.partner_id.name if of_people else "",
            )

        self.assertEqual(len(move), 1, move)
        lines = move.line_ids.filtered(lambda line: line.balance)
        self.assertEqual(
            sorted(map(found, lines)),
            sorted(wanted(*row) for row in expected),
            {account.id: account.display_name for account in names.values()},
        )
        self.assertEqual(move.state, "posted")
