# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Compensation that is agreed and approved, and an accountant who pays it."""

from odoo.tests import Form

from .common_complaint_solution import SolutionCase
from .common_cost import CostCase


class CompensationCase(CostCase, SolutionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.env["account.account"]
        cls.account = accounts.create(
            {"name": "Goodwill", "code": "669900", "account_type": "expense"}
        )
        cls.company.aftersales_cost_compensation_account_id = cls.account
        # nobody but the accountant of the test is told
        cls.env.ref("aftersales_rules.group_cost_accountant").user_ids = cls.accountant

    @classmethod
    def new_agreed(cls, amount=500.0, **values):
        """A solution with compensation that the customer has accepted."""
        solution = cls.propose(compensation_amount=amount, **values)
        solution.with_user(cls.agent)._note_answer("accepted")
        return solution

    @classmethod
    def new_approved(cls, amount=500.0, **values):
        """The same, approved by the general manager."""
        solution = cls.new_agreed(amount, **values)
        asked = solution.approval_ids.filtered(lambda each: each.state == "asked")
        asked.with_user(cls.gm).action_approve("Yes")
        return solution

    def prepare(self, solution, kind="credit_note", amount=None, user=None):
        """Press the button, fill in the dialog, and get the draft."""
        user = user or self.accountant
        action = solution.with_user(user).action_pay_compensation()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
        )
        wizard.kind = kind
        if amount is not None:
            wizard.amount = amount
        shown = wizard.save().action_prepare()
        return self.env[shown["res_model"]].browse(shown["res_id"]).with_user(user)

    def cost_of(self, solution):
        return solution.complaint_id.complaint_cost_ids.filtered(
            lambda cost: cost.state != "cancelled"
        )

    def balances(self, entry):
        """Debit (+) and credit (-) of an entry, by account."""
        found = {}
        for line in entry.line_ids:
            found[line.account_id] = found.get(line.account_id, 0.0) + line.balance
        return {account: round(balance, 2) for account, balance in found.items()}
