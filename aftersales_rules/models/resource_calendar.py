# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        # EXTENDS 'resource'
        result = super().write(vals)
        if "tz" in vals:
            self.env.registry.clear_cache()  # of companies' time zones
        self.env["aftersales.clock.job"]._queue_calendars(self)
        return result
