# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.aftersales_rules.models.aftersales_cost_guess import guess_cost_type
from odoo.addons.aftersales_rules.models.aftersales_cost_source import SourceRow


class HrExpense(models.Model):
    """Employees' expenses as service costs (L9).

    The cost stands where the entry of the expense has put it, whoever has paid: on the
    account of the item of that entry which belongs to the expense, taxes aside.
    """

    _name = "hr.expense"
    _inherit = ["hr.expense", "aftersales.cost.paper", "aftersales.cost.trace"]

    @api.model
    def _get_cost_told(self):
        return super()._get_cost_told() | {"account_move_id"}

    @api.model
    def _find_cost_sources(self, complaints):
        return self.search(
            [
                ("complaint_id", "in", complaints.ids),
                "|",
                ("approval_state", "=", False),
                ("approval_state", "!=", "refused"),
            ]
        )

    @api.model
    def _get_cost_kind(self):
        return self.env._("Expense")

    def _get_traced_sources(self):
        return {expense: expense for expense in self}

    def _get_cost_rows(self):
        expenses = self.filtered("complaint_id")
        workers = self._get_cost_workers(expenses)
        rows = {}
        for expense in expenses:
            items = expense._get_cost_items()
            posted = expense.account_move_id.state == "posted" and bool(items)
            company_amount = (
                sum(items.mapped("balance"))
                if posted
                else expense.total_amount - expense.tax_amount
            )
            currency = items.currency_id if posted else expense.currency_id
            amount = (
                sum(items.mapped("amount_currency"))
                if posted
                else expense.untaxed_amount_currency
            )
            rows[expense] = SourceRow(
                complaint=expense.complaint_id,
                name=expense.name.split("\n")[0],
                document=expense.account_move_id.name if posted else "",
                date=expense.date or expense.create_date.date(),
                currency=currency,
                amount=amount,
                company_amount=company_amount,
                account=items.account_id if posted else expense.account_id,
                move_line=items[:1] if posted else items.browse(),
                cost_type=guess_cost_type(
                    f"{expense.name} {expense.product_id.name or ''}"
                ),
                analytic=items[:1].analytic_distribution
                if posted
                else expense.analytic_distribution,
                blocked=""
                if posted
                else self.env._(
                    "“%(expense)s” of %(employee)s has no posted entry yet, so nothing "
                    "stands in the books.",
                    expense=expense.name,
                    employee=expense.employee_id.name,
                ),
                suggested=posted,
                note=expense.employee_id.name,
                values=workers.get(expense, {}),
            )
        return rows

    def _get_cost_items(self):
        """The items of the entry that are this expense itself: no tax, no debt."""
        self.ensure_one()
        return self.account_move_id.line_ids.filtered(
            lambda line: line.expense_id == self
            and line.display_type == "product"
            and not line.tax_line_id
            and line.account_id.account_type
            not in ("liability_payable", "asset_receivable")
        )

    @api.model
    def _get_cost_workers(self, expenses):
        """Whose people spent it: those of the sales manager bear it themselves (L6)."""
        values = {}
        for company, same in expenses.grouped("company_id").items():
            users = same.employee_id.user_id
            known = self.env["aftersales.cost"]._get_worker_values(company, users)
            for expense in same:
                values[expense] = known.get(
                    expense.employee_id.user_id, {"worked_by": "company"}
                )
        return values
