# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.guarded_fields import on_clean_context

LINES_MAX = 400
"""Rows of one dialog, the latest first; more are pulled in the next one."""


class AftersalesCostPull(models.TransientModel):
    """What bills, goods and people have cost for complaints, to choose from (L9).

    Its rows are made on the server; whoever fills it in ticks and corrects types only,
    and what is pulled is read from the documents anew.
    """

    _name = "aftersales.cost.pull"
    _description = "Pull Service Costs"

    line_ids = fields.One2many("aftersales.cost.pull.line", "wizard_id", "Documents")
    is_many = fields.Boolean(readonly=True)
    is_cut = fields.Boolean(readonly=True)
    is_done = fields.Boolean(readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(self.env._("Use “Pull Costs” on a complaint."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and set(vals) - {"line_ids"}:
            raise AccessError(self.env._("Only the documents are chosen here."))
        return super().write(vals)

    @api.model
    def _open(self, complaints, only_new=False):
        """Make the dialog for complaints.

        :param bool only_new: leave out what was pulled already
        """
        costs = self.env["aftersales.cost"]
        costs._check_may_pull(complaints)
        rows = costs._get_source_rows(complaints)
        pulled = costs._get_pulled(rows)
        if only_new:
            rows = {source: rows[source] for source in rows if source not in pulled}
        if not rows:
            raise UserError(
                self.env._(
                    "There is nothing to pull. Name the complaint on vendors' bills, "
                    "expenses or timesheets; returns, repairs and replacements that "
                    "were begun on the complaint come by themselves when they are done."
                )
            )
        shown = list(rows.items())[:LINES_MAX]
        # sudo: made for the user, who may not say which documents there are
        wizard = on_clean_context(self.sudo()).create(
            {
                "is_many": len({row.complaint for row in rows.values()}) > 1,
                "is_cut": len(rows) > LINES_MAX,
                "line_ids": [
                    fields.Command.create(
                        self._prepare_line(source, row, pulled.get(source))
                    )
                    for source, row in shown
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pull Costs"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _prepare_line(self, source, row, cost):
        return {
            "complaint_id": row.complaint.id,
            "source_model": source._name,
            "source_id": source.id,
            "kind": source._get_cost_kind(),
            "name": row.name,
            "document": row.document,
            "note": row.blocked or row.note,
            "date": row.date,
            "currency_id": row.currency.id,
            "amount": row.amount,
            "company_amount": row.company_amount,
            "cost_type": cost.cost_type if cost else row.cost_type,
            "cost_id": cost.id if cost else False,
            "is_pulled": bool(cost),
            "is_blocked": bool(row.blocked),
            "chosen": row.suggested and not row.blocked and not cost,
        }

    def action_pull(self):
        """Pull what is ticked, once."""
        self.ensure_one()
        self.check_access("write")
        if self.is_done:
            raise UserError(self.env._("These were pulled already."))
        lines = self.line_ids.filtered(lambda line: line.chosen and not line.cost_id)
        if not lines:
            raise UserError(self.env._("Tick what is to be pulled."))
        sources = {line: line._get_source() for line in lines}
        costs = self.env["aftersales.cost"]._pull(
            list(sources.values()),
            {source: line.cost_type for line, source in sources.items()},
        )
        # sudo: the flag that a second click stumbles over
        self.sudo().is_done = True
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Pulled Costs"),
            "res_model": "aftersales.cost",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", costs.ids)],
        }
        if len(costs) == 1:
            action |= {"view_mode": "form", "res_id": costs.id}
        return action
