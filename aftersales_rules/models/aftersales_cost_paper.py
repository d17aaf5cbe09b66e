# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_USER
from .aftersales_cost import COST_ACCOUNTANT


class AftersalesCostPaper(models.AbstractModel):
    """Sources of costs that people file under a complaint: bills, expenses, hours (L9).

    After-sales staff and accountants for service costs say to which complaint a paper
    belongs. One whose cost was pulled stays with its complaint until that cost is
    cancelled.
    """

    _name = "aftersales.cost.paper"
    _description = "Paper of a Service Cost"
    _inherit = ["aftersales.complaint.link", "aftersales.cost.source"]

    @api.model
    def _get_cost_told(self):
        """Fields whose change may change the cost."""
        return {"complaint_id"}

    def write(self, vals):
        if "complaint_id" in vals:
            self._check_cost_relink(vals["complaint_id"])
        result = super().write(vals)
        if not self._get_cost_told().isdisjoint(vals):
            # sudo: whoever writes papers need not see complaints
            self.sudo().filtered("complaint_id")._queue_cost_check()
        return result

    def unlink(self):
        self.sudo().filtered("complaint_id")._queue_cost_check()  # sudo: as in write
        return super().unlink()

    def _check_complaint_link_right(self):
        # whoever enters what was spent may say what for
        if not any(
            self.env.user.has_group(group)
            for group in (COMPLAINT_USER, COST_ACCOUNTANT)
        ):
            raise AccessError(
                self.env._(
                    "After-sales staff and accountants for service costs say to which "
                    "complaint this belongs."
                )
            )

    def _check_cost_relink(self, complaint_id):
        """Refuse to take a paper away from the complaint that has its cost."""
        # sudo: as in write
        linked = self.sudo().filtered(
            lambda paper: paper.complaint_id and paper.complaint_id.id != complaint_id
        )
        if not linked:
            return
        for paper, cost in self.env["aftersales.cost"]._get_pulled(linked).items():
            raise UserError(
                self.env._(
                    "%(paper)s was pulled as service cost “%(cost)s”. Cancel that cost "
                    "first.",
                    paper=paper.display_name,
                    cost=cost.display_name,
                )
            )
