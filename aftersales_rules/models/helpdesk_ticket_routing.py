# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class HelpdeskTicket(models.Model):
    """How OCA's helpdesk is told who deals with a complaint: team and user (C4)."""

    _inherit = "helpdesk.ticket"

    def _prepare_assignment_vals(self, department, user):
        vals = super()._prepare_assignment_vals(department, user)
        team = department.team_id
        if team and self.team_id != team:
            vals["team_id"] = team.id
        # Written together with the team: the helpdesk empties the person otherwise,
        # where they are no member of it.
        if "team_id" in vals or self.user_id != user:
            vals["user_id"] = user.id
        return vals
