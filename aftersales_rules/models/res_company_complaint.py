# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta, timezone

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_complaint_type = fields.Selection(
        "_selection_aftersales_mode",
        "Type of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_severity = fields.Selection(
        "_selection_aftersales_mode",
        "Severity of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_urgency = fields.Selection(
        "_selection_aftersales_mode",
        "Urgency of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_routing = fields.Selection(
        "_selection_aftersales_mode",
        "Routing of complaints",
        default="observe",
        required=True,
    )
    aftersales_mode_complaint_escalation = fields.Selection(
        "_selection_aftersales_mode",
        "Escalation of complaints",
        default="observe",
        required=True,
    )

    def _is_aftersales_working(self, moment=None):
        """Whether the company works at a moment, by its working hours (C6).

        A company without working hours works around the clock.

        :param moment: naive in UTC; now if left out
        """
        self.ensure_one()
        # sudo: whether somebody works now is no secret
        calendar = self.sudo().resource_calendar_id
        if not calendar:
            return True
        start = (moment or fields.Datetime.now()).replace(tzinfo=timezone.utc)
        intervals = calendar._work_intervals_batch(start, start + timedelta(minutes=1))
        return bool(list(intervals[False]))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_mode_complaint_type = fields.Selection(
        related="company_id.aftersales_mode_complaint_type",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_severity = fields.Selection(
        related="company_id.aftersales_mode_complaint_severity",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_urgency = fields.Selection(
        related="company_id.aftersales_mode_complaint_urgency",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_routing = fields.Selection(
        related="company_id.aftersales_mode_complaint_routing",
        readonly=False,
        required=True,
    )
    aftersales_mode_complaint_escalation = fields.Selection(
        related="company_id.aftersales_mode_complaint_escalation",
        readonly=False,
        required=True,
    )
