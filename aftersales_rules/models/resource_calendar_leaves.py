# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """A holiday was entered, moved or taken back: deadlines move (C6)."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'resource'
        leaves = super().create(vals_list)
        leaves._queue_clocks()
        return leaves

    def write(self, vals):
        # EXTENDS 'resource'
        self._queue_clocks()
        result = super().write(vals)
        self._queue_clocks()
        return result

    def unlink(self):
        # EXTENDS 'resource'
        self._queue_clocks()
        return super().unlink()

    def _queue_clocks(self):
        """Holidays of all only; absences of one person move no deadline."""
        general = self.filtered(lambda leave: not leave.resource_id)
        if not general:
            return
        job = self.env["aftersales.clock.job"]
        everywhere = general.filtered(lambda leave: not leave.calendar_id)
        if everywhere:
            if all(leave.company_id for leave in everywhere):
                job._queue(everywhere.company_id, "calendar")
            else:
                job._queue_calendars(general.calendar_id.browse())
        calendars = general.calendar_id
        if calendars:
            job._queue_calendars(calendars)
