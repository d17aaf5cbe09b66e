# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Books of companies whose money has no cents, or three decimals (L8)."""

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common_books import BooksCase


class CompanyWithMoneyOfItsOwn(TransactionCase):
    """Behind a case: its company is a new one, with the generic chart."""

    currency = "base.JPY"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create(
            {
                "name": "Abroad",
                "country_id": cls.env.ref("base.us").id,
            }
        )
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        company.currency_id = cls.env.ref(cls.currency)
        cls.env.user.company_ids += company
        cls.env = cls.env(
            context=dict(cls.env.context, allowed_company_ids=company.ids)
        )


@tagged("post_install", "-at_install")
class TestCostBooksYen(BooksCase, CompanyWithMoneyOfItsOwn):
    """Twice 33.33 percent of 100 yen are 67 yen: 34 and 33; 33 are left."""

    spent = 100
    thirds = (34, 33, 33)
    tax = 5  # 4.95

    def test_thirds_add_up_in_the_smallest_coin(self):
        """Dealer, carrier and company bear a third each, and the books say so."""
        self.spend(self.spent)
        cost = self.new_cost(self.spent, self.new_quality_complaint())
        self.run_queue()
        parties = [
            {"bearer": "company", "treatment": "manufacturing"},
            {"bearer": "carrier", "treatment": "claim", "partner_id": self.carrier.id},
            {"bearer": "dealer", "treatment": "recharge", "partner_id": self.dealer.id},
        ]
        department = self.departments["production"]
        parties[0]["department_id"] = department.id
        percents = (33.33, 33.33, 0)
        cost.with_user(self.accountant).write(
            {
                "share_ids": [
                    Command.clear(),
                    *(
                        Command.create({**party, "percent": percent})
                        for party, percent in zip(parties, percents, strict=True)
                    ),
                ]
            }
        )
        self.assertEqual(sum(cost.share_ids.mapped("amount")), self.spent)
        self.assertEqual(tuple(cost.share_ids.mapped("company_amount")), self.thirds)
        self.post(cost)
        ours, carriers, dealers = self.thirds
        self.assertLedger(
            manufacturing=ours,
            receivable=dealers + self.tax,
            tax_out=-self.tax,
            payable=-self.spent + carriers,
        )

    def test_foreign_cents_are_shared_in_whole_coins(self):
        """10.01 at 0.0073 to the unit are 1,371.2…, in parts of 5.01 and 5.00.

        At that rate they are 686.3… and 684.9…; together they are the whole, exactly.
        """
        foreign, _rate = self.new_currency(0.0073)
        line = self.spend(10.01, currency_id=foreign.id)
        cost = self.pull(self.new_quality_complaint(), line)
        self.assertEqual(cost.company_amount, line.balance)
        cost.with_user(self.accountant).write(
            {
                "share_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "bearer": "company",
                            "treatment": "manufacturing",
                            "department_id": self.departments["production"].id,
                            "percent": 50,
                        }
                    ),
                    Command.create(
                        {
                            "bearer": "sales_manager",
                            "treatment": "receivable",
                            "partner_id": self.sales_manager.partner_id.id,
                            "percent": 50,
                        }
                    ),
                ]
            }
        )
        moves = self.post(cost)
        coin = self.company.currency_id
        parts = cost.share_ids.mapped("company_amount")
        self.assertTrue(coin.is_zero(sum(parts) - line.balance), parts)
        shares = cost.share_ids
        self.assertEqual(sorted(shares.mapped("amount")), [5.00, 5.01])
        for share in shares:
            exact = share.amount / 0.0073
            self.assertLess(abs(share.company_amount - exact), coin.rounding * 1.001)
        for part in parts:
            self.assertEqual(coin.compare_amounts(part, coin.round(part)), 0)
        self.assertEqual(len(moves), 2)
        foreign_sum = sum(
            line.amount_currency for line in moves.line_ids if line.balance > 0
        )
        self.assertAlmostEqual(foreign_sum, 10.01, 2)
        left = self.balances()[self.accounts["expense"]] - self.before.get(
            self.accounts["expense"], 0.0
        )
        self.assertTrue(coin.is_zero(left), left)


@tagged("post_install", "-at_install")
class TestCostBooksDinar(TestCostBooksYen):
    """100.000 dinars in thirds are 33.330, 33.330 and 33.340; of that 15 percent."""

    currency = "base.KWD"
    spent = 100.0
    thirds = (33.33, 33.33, 33.34)
    tax = 5.001
