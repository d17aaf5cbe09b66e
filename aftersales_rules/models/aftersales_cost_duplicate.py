# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

_ALIKE = ("complaint_id", "cost_type", "currency_id", "amount", "date", "document")


class AftersalesCost(models.Model):
    """What looks as if it had been entered twice is shown, and not refused."""

    _inherit = "aftersales.cost"

    duplicate_ids = fields.Many2many(
        "aftersales.cost",
        string="Entered Twice?",
        compute="_compute_duplicate_ids",
        help="Other costs of the complaint with the same type, amount, date and "
        "document.",
    )

    @api.depends(*_ALIKE, "state")
    def _compute_duplicate_ids(self):
        others = self.search(
            [
                ("complaint_id", "in", self.complaint_id.ids),
                ("date", "in", list(set(self.mapped("date")) - {False})),
                ("state", "!=", "cancelled"),
            ]
        )
        alike = others.grouped(lambda cost: cost._get_likeness())
        for cost in self:
            found = alike.get(cost._get_likeness(), others.browse())
            cost.duplicate_ids = (
                self.browse() if cost.state == "cancelled" else found - cost._origin
            )

    def _get_likeness(self):
        """Equal for costs that look like one."""
        return (
            self.complaint_id.id or self.complaint_id._origin.id,
            self.cost_type,
            self.currency_id.id,
            self.currency_id.round(self.amount) if self.currency_id else self.amount,
            self.date,
            (self.document or "").strip().lower(),
        )

    def action_open_duplicates(self):
        """Compare with what looks the same."""
        self.ensure_one()
        self.check_access("read")
        return {
            **(self | self.duplicate_ids)._get_records_action(
                name=self.env._("Entered Twice?")
            ),
        }
