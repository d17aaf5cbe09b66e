# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.aftersales_rules.models.aftersales_cost_source import SourceRow


class AccountAnalyticLine(models.Model):
    """Hours of employees as service costs (L9).

    A timesheet has no entry of its own: wages are booked as a whole. Its cost stands on
    the account for labour in the settings of service costs, and in analytic accounting
    on its project.
    """

    _name = "account.analytic.line"
    _inherit = [
        "account.analytic.line",
        "aftersales.cost.paper",
        "aftersales.cost.trace",
    ]

    @api.model
    def _get_cost_told(self):
        return super()._get_cost_told() | {
            "amount",
            "unit_amount",
            "project_id",
            *self._get_plan_fnames(),
        }

    @api.model
    def _find_cost_sources(self, complaints):
        return self.search(
            [("complaint_id", "in", complaints.ids), ("project_id", "!=", False)]
        )

    @api.model
    def _get_cost_kind(self):
        return self.env._("Timesheet")

    def _get_traced_sources(self):
        return {line: line for line in self}

    def _get_cost_rows(self):
        lines = self.filtered(
            lambda line: line.complaint_id
            and line.project_id
            and not line.currency_id.is_zero(line.unit_amount)
        )
        none = self.env["account.move.line"]
        workers = {}
        for company, same in lines.grouped("company_id").items():
            users = same.employee_id.user_id
            known = self.env["aftersales.cost"]._get_worker_values(company, users)
            workers |= {
                line: known.get(line.employee_id.user_id, {"worked_by": "company"})
                for line in same
            }
        rows = {}
        for line in lines:
            worthless = line.currency_id.is_zero(line.amount)
            rows[line] = SourceRow(
                complaint=line.complaint_id,
                name=self.env._(
                    "%(employee)s, %(hours)s h: %(task)s",
                    employee=line.employee_id.name,
                    hours=f"{line.unit_amount:g}",
                    task=line.name
                    if line.name not in (False, "/")
                    else line.task_id.name or line.project_id.name,
                ),
                document=line.task_id.name or line.project_id.name,
                date=line.date,
                currency=line.currency_id,
                amount=-line.amount,
                company_amount=-line.amount,
                account=none.account_id,
                move_line=none,
                cost_type="repair",
                analytic=line._get_analytic_distribution(),
                blocked=self.env._(
                    "%(employee)s has no hourly cost. Enter it on the employee, and "
                    "the hours again.",
                    employee=line.employee_id.name,
                )
                if worthless
                else "",
                suggested=not worthless,
                note=line.project_id.name,
                values=workers[line],
            )
        return rows
