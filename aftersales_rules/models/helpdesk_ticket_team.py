# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class HelpdeskTicketTeam(models.Model):
    _inherit = "helpdesk.ticket.team"

    aftersales_no_complaints = fields.Boolean(
        "No Complaints by Rule",
        help="The rules make no complaints of this team's tickets. A person still can.",
    )
