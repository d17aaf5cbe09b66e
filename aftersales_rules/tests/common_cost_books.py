# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of a test about postings: accounts, and costs that are reviewed."""

from odoo import fields

from .test_cost_split import SplitCase


class BooksCase(SplitCase):
    """A company whose accounts for service costs are set, each to another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = {
            kind: cls.new_account(f"Z{number}00", name, account_type)
            for number, (kind, name, account_type) in enumerate(
                [
                    ("manufacturing", "Manufacturing Cost", "expense_direct_cost"),
                    ("expense", "Service Expense", "expense"),
                    ("hand", "Freight Paid", "expense"),
                    ("labour", "Wages", "expense"),
                    ("compensation", "Compensation", "expense"),
                    ("employee", "Owed by Employees", "asset_current"),
                    ("claim", "Claims", "asset_current"),
                    ("income", "Income from Recharges", "income_other"),
                    ("surplus", "Charged above Cost", "income_other"),
                ],
                1,
            )
        }
        for kind, account in cls.accounts.items():
            cls.company[f"aftersales_cost_{kind}_account_id"] = account
        cls.accounts["vat"] = cls.new_account("Z1000", "VAT", "liability_current")
        cls.tax = cls.env["account.tax"].create(
            {"name": "VAT 10", "amount": 10, "type_tax_use": "sale"}
        )
        (
            cls.tax.invoice_repartition_line_ids | cls.tax.refund_repartition_line_ids
        ).filtered(
            lambda line: line.repartition_type == "tax"
        ).account_id = cls.accounts["vat"]
        cls.company.aftersales_cost_tax_id = cls.tax
        cls.today = fields.Date.context_today(cls.company)

    @classmethod
    def new_account(cls, code, name, account_type):
        return cls.env["account.account"].create(
            {"code": code, "name": name, "account_type": account_type}
        )

    def new_reviewed(self, bearer, amount=100.0, **values):
        cost = self.new_borne(bearer, amount, **values)
        self.review(cost)
        return cost

    def review(self, costs):
        costs.with_user(self.accountant).action_review()
        self.assertEqual(set(costs.mapped("state")), {"reviewed"})

    def new_posting(self, costs):
        """A draft with its preview, as the accountant gets it from the queue."""
        action = costs.with_user(self.accountant).action_post()
        return (
            self.env["aftersales.cost.posting"]
            .browse(action["res_id"])
            .with_user(self.accountant)
        )

    def post(self, costs):
        posting = self.new_posting(costs)
        posting.action_post()
        self.assertEqual(posting.state, "posted")
        return posting

    def reverse(self, posting, reason="Wrong party", moves=None, date=None):
        wizard = (
            self.env["aftersales.cost.reverse"]
            .with_user(self.accountant)
            .create(
                {
                    "posting_id": posting.id,
                    "reason": reason,
                    "date": date or self.today,
                    "whole": moves is None,
                    "move_ids": moves and moves.ids,
                }
            )
        )
        return wizard.action_reverse()

    def assert_books(self, move, *expected):
        """The journal items: account, debit, credit."""
        found = [(line.account_id, line.debit, line.credit) for line in move.line_ids]
        wanted = [
            (self.accounts.get(account, account), debit, credit)
            for account, debit, credit in expected
        ]
        self.assertCountEqual(found, wanted)

    def assert_previewed(self, posting, previewed):
        """What was shown is what was written."""
        found = [
            (
                line.account_id.id,
                line.partner_id.id,
                line.debit,
                line.credit,
                line.analytic_distribution or {},
            )
            for line in posting.move_ids.line_ids
        ]
        self.assertCountEqual(found, previewed)

    def read_preview(self, posting):
        return [
            (
                line.account_id.id,
                line.partner_id.id,
                line.debit,
                line.credit,
                line.analytic_distribution or {},
            )
            for line in posting.preview_ids
        ]
