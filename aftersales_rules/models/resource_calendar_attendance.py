# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    """Working hours changed: deadlines are worked out again (C6)."""

    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'resource'
        attendances = super().create(vals_list)
        attendances._queue_clocks()
        return attendances

    def write(self, vals):
        # EXTENDS 'resource'
        self._queue_clocks()
        result = super().write(vals)
        if "calendar_id" in vals:
            self._queue_clocks()
        return result

    def unlink(self):
        # EXTENDS 'resource'
        self._queue_clocks()
        return super().unlink()

    def _queue_clocks(self):
        calendars = self.calendar_id
        if calendars:
            self.env["aftersales.clock.job"]._queue_calendars(calendars)
