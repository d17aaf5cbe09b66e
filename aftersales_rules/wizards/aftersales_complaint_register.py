# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import io
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import xlsxwriter

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..models.aftersales_complaint import COMPLAINT_READER

EXPORT_GROUP = "base.group_allow_export"

COLUMNS = (
    ("complaint_number", 18),
    ("complaint_round", 8),
    ("complaint_received_at", 17),
    ("complaint_registered_at", 17),
    ("complaint_registered_by_id", 20),
    ("complaint_channel", 10),
    ("partner_id", 30),
    ("complaint_contact_name", 22),
    ("complaint_contact_phone", 18),
    ("complaint_about", 36),
    ("name", 40),
    ("complaint_type", 22),
    ("complaint_quality_related", 10),
    ("complaint_severity", 10),
    ("complaint_urgency", 10),
    ("complaint_department_id", 20),
    ("user_id", 20),
    ("complaint_state", 14),
    ("closed_date", 17),
)
"""A line of the register: fields of the complaint, and how wide they are shown."""


class AftersalesComplaintRegister(models.TransientModel):
    """The complaint register of a period as a spreadsheet (C1)."""

    _name = "aftersales.complaint.register"
    _description = "Export of the Complaint Register"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        "Registered from", required=True, default=lambda self: self._get_year_start()
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._get_today(), help="The last day"
    )
    is_open_only = fields.Boolean("Open Complaints Only")
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model
    def _get_today(self):
        return self.env.company._aftersales_now().date()

    @api.model
    def _get_year_start(self):
        return self._get_today().replace(month=1, day=1)

    def action_export(self):
        """Make the spreadsheet and hand it to the browser."""
        self.ensure_one()
        self._check_may_export()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it starts."))
        complaints = self._get_complaints()
        if not complaints:
            raise UserError(self.env._("No complaint was registered in this period."))
        self.write(
            {
                "file": base64.b64encode(self._make_sheet(complaints)),
                "file_name": f"complaint_register_{self.date_from}_{self.date_to}.xlsx",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/file"
            "?download=true&filename_field=file_name",
        }

    def _check_may_export(self):
        for group in (COMPLAINT_READER, EXPORT_GROUP):
            if not self.env.user.has_group(group):
                raise AccessError(
                    self.env._(
                        "Exporting the register needs the right “%(group)s”.",
                        group=self.env.ref(group).sudo().full_name,  # sudo: its name
                    )
                )

    def _get_complaints(self):
        """Registered in these days of the company, as far as the user may read them."""
        zone = ZoneInfo(self.company_id._get_aftersales_zone())
        start, end = (
            datetime.combine(day, time(), zone)
            .astimezone(timezone.utc)
            .replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1))
        )
        domain = Domain(
            [
                ("complaint_number", "!=", False),
                ("company_id", "=", self.company_id.id),
                ("complaint_registered_at", ">=", start),
                ("complaint_registered_at", "<", end),
            ]
        )
        if self.is_open_only:
            domain &= Domain(
                "complaint_state", "not in", ("refused", "reissued", "closed")
            )
        return self.env["helpdesk.ticket"].search(
            domain, order="complaint_registered_at, id"
        )

    def _make_sheet(self, complaints):
        """The spreadsheet; what customers wrote is text in it, never a formula."""
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output, {"in_memory": True})
        sheet = book.add_worksheet("Register")
        bold = book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        names = [name for name, _width in COLUMNS]
        labels = complaints.fields_get(names, ["string", "type", "selection"])
        for column, (name, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, labels[name]["string"], bold)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(complaints), len(COLUMNS) - 1)
        zone = ZoneInfo(self.company_id._get_aftersales_zone())
        for row, complaint in enumerate(complaints, start=1):
            for column, name in enumerate(names):
                self._write_cell(
                    sheet, (row, column), complaint, (name, labels[name]), moment, zone
                )
        book.close()
        return output.getvalue()

    def _write_cell(self, sheet, place, complaint, field, moment, zone):
        (row, column), (name, label) = place, field
        value = complaint[name]
        if label["type"] == "datetime":
            if value:
                local = value.replace(tzinfo=timezone.utc).astimezone(zone)
                sheet.write_datetime(row, column, local.replace(tzinfo=None), moment)
        elif label["type"] == "integer":
            sheet.write_number(row, column, value)
        elif label["type"] == "selection":
            sheet.write_string(row, column, dict(label["selection"]).get(value, ""))
        elif label["type"] == "many2one":
            # sudo: names of people and departments on a complaint one may read
            sheet.write_string(row, column, value.sudo().display_name or "")
        else:
            sheet.write_string(row, column, value or "")
