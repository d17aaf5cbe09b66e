# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class HelpdeskTicketStage(models.Model):
    """A stage may count as something that happened to a complaint (C7)."""

    _inherit = "helpdesk.ticket.stage"

    complaint_event = fields.Selection(
        "_selection_complaint_event",
        "Counts as",
        groups="base.group_user",
        help="What happens to the deadlines of a complaint that reaches this stage.",
    )

    @api.model
    def _selection_complaint_event(self):
        labels = self.env["aftersales.clock"]._get_event_labels()
        return [
            (event, labels[event])
            for event in ("contacted", "visited", "waiting", "resumed")
        ]
