# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .aftersales_complaint import ENDED

_READER = "aftersales_rules.group_complaint_reader"


class AftersalesComplaint(models.AbstractModel):
    """Costs that are pulled for a complaint (L9)."""

    _inherit = "aftersales.complaint"

    complaint_costs_at = fields.Datetime(
        "Costs Pulled", readonly=True, copy=False, groups=_READER, prefetch="complaint"
    )

    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {"complaint_costs_at"}

    def _complaint_touch_costs(self):
        """Write the rows that two people who pull at once collide on."""
        # sudo: follows from the button
        self.sudo().complaint_costs_at = fields.Datetime.now()
        self.flush_recordset(["complaint_costs_at"])

    def action_pull_costs(self):
        """Choose what bills, goods and people have cost for these complaints."""
        return self.env["aftersales.cost.pull"]._open(self)

    @api.model
    def action_pull_all_costs(self):
        """The same for whatever is not over, or has got something new since."""
        self.env["aftersales.cost"]._check_may_pull(self)
        complaints = self.search(
            [
                ("is_complaint", "=", True),
                ("company_id", "in", self.env.companies.ids),
                ("complaint_state", "not in", ENDED),
            ]
        )
        if not complaints:
            raise UserError(self.env._("There is no open complaint."))
        return self.env["aftersales.cost.pull"]._open(complaints, only_new=True)
