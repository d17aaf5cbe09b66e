# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Numbers of complaints: one row of them per company and year, without gaps (C1).

Odoo's own sequence counts, in its implementation without gaps. What it leaves open is
who makes the company's sequence and the year's part of it when they are needed first,
and that a colleague who counts at the same moment is turned away at once; both are
settled here by writing a row that two workers have in common. PostgreSQL runs at
REPEATABLE READ, so the second one fails with a serialization error, Odoo runs the
request again on a new snapshot, and nobody sees an error.
"""

from collections import defaultdict
from datetime import timezone
from zoneinfo import ZoneInfo

from odoo import api, models

NUMBER_CODE = "aftersales.complaint"


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    def _complaint_assign_numbers(self):
        """Give a number to each of these complaints that has none yet.

        The year is that of the registration, in the company's time zone.
        """
        by_company = defaultdict(self.sudo().browse)
        for complaint in self.sudo():  # sudo: the number is given here only
            if not complaint.complaint_number:
                by_company[complaint.company_id] |= complaint
        # two batches take the companies in the same order: no deadlock
        for company in sorted(by_company, key=lambda company: company.id):
            sequence = self._complaint_get_sequence(company)
            for complaint in by_company[company].sorted("id"):
                day = complaint._complaint_get_number_day()
                complaint.complaint_number = sequence.next_by_id(sequence_date=day)

    def _complaint_get_number_day(self):
        company = self.company_id
        if not self.complaint_registered_at:
            return company._aftersales_now().date()
        zone = ZoneInfo(company._get_aftersales_zone())
        moment = self.complaint_registered_at.replace(tzinfo=timezone.utc)
        return moment.astimezone(zone).date()

    @api.model
    def _complaint_get_sequence(self, company):
        """The company's sequence, made when first needed; ours alone from here."""
        # sudo: whoever registers a complaint counts, and nobody else's sequence
        sequences = self.env["ir.sequence"].sudo()
        domain = [("code", "=", NUMBER_CODE), ("company_id", "=", company.id)]
        sequence = sequences.search(domain, order="id", limit=1)
        cr = self.env.cr
        if not sequence:
            cr.execute(
                "UPDATE res_company SET write_date = write_date WHERE id = %s",
                [company.id],
            )
            sequence = sequences.create(
                {
                    "name": f"Complaints ({company.name})",
                    "code": NUMBER_CODE,
                    "prefix": "CP/%(range_year)s/",
                    "padding": 5,
                    "company_id": company.id,
                    "implementation": "no_gap",
                    "use_date_range": True,
                }
            )
        sequence.flush_recordset()
        cr.execute(
            "UPDATE ir_sequence SET write_date = write_date WHERE id = %s",
            [sequence.id],
        )
        return sequence
