# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..rules.catalogue.complaint import CHANNELS


class HelpdeskTicketChannel(models.Model):
    _inherit = "helpdesk.ticket.channel"

    aftersales_channel = fields.Selection(
        lambda self: self.env["helpdesk.ticket"]._complaint_selection(CHANNELS),
        "Meaning for Complaints",
        help="How a ticket of this channel came in, as the rules for complaints know "
        "it. Web, e-mail and phone are known already.",
    )
