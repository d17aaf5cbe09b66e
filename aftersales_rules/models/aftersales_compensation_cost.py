# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .aftersales_compensation import HOLDING
from .aftersales_cost_source import SourceRow


class AftersalesCompensation(models.Model):
    """What is paid is a service cost of the complaint, each document once (L9, L10)."""

    _inherit = "aftersales.compensation"

    # --------------------------------------------------------- a source of costs

    @api.model
    def _find_cost_sources(self, complaints):
        return self.search(
            [("complaint_id", "in", complaints.ids), ("state", "in", HOLDING)]
        )

    @api.model
    def _get_cost_kind(self):
        return self.env._("Compensation")

    def _get_cost_document(self):
        self.ensure_one()
        return self._get_document() or self

    def _get_cost_rows(self):
        rows = {}
        for each in self:
            if each.state not in HOLDING:
                continue
            entry, lines = each._get_entry(), each._get_cost_lines()
            is_booked = each.state == "booked"
            blocked = ""
            if not is_booked:
                blocked = self.env._(
                    "%(document)s is not in the books yet. Confirm it first.",
                    document=each.document_name or each.display_name,
                )
            rows[each] = SourceRow(
                complaint=each.complaint_id,
                name=self.env._(
                    "Compensation, %(solution)s",
                    solution=each.solution_id.display_name,
                ),
                document=each.document_name or "",
                date=entry.date or each.prepared_at.date(),
                currency=each.currency_id,
                amount=sum(lines.mapped("amount_currency"))
                if is_booked
                else each.amount,
                company_amount=each.company_amount,
                account=lines[:1].account_id,
                move_line=lines[:1],
                cost_type="compensation",
                analytic=lines[:1].analytic_distribution or None,
                blocked=blocked,
            )
        return rows
