# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .aftersales_complaint import COMPLAINT_MANAGER

_DOCUMENTS = (
    "aftersales_order_id",
    "aftersales_picking_id",
    "aftersales_lot_id",
    "complaint_invoice_id",
    "complaint_office_id",
)
"""What a complaint names and is judged by, goods and money among it."""


class HelpdeskTicket(models.Model):
    """What keeps complaints in sight, and out of other companies (C1, C13)."""

    _inherit = "helpdesk.ticket"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self._check_may_archive()
            # sudo: deadlines of what was no complaint end with it
            clocks = self.sudo().complaint_clock_ids
            clocks._cancel(fields.Datetime.now(), "closed")
        return super().write(vals)

    def _check_may_archive(self):
        """Archiving is no way around the register, nor around closing (C13)."""
        may = self.env.su or self.env.user.has_group(COMPLAINT_MANAGER)
        for ticket in self.sudo():  # sudo: also who may not know is judged by it
            if ticket.complaint_number:
                raise UserError(
                    self.env._(
                        "%(number)s is in the complaint register and stays in sight. "
                        "Close it instead.",
                        number=ticket.complaint_number,
                    )
                )
            if ticket.is_complaint and not may:
                raise AccessError(
                    self.env._(
                        "%(name)s is a complaint. One that was made by mistake is "
                        "archived by a complaint manager.",
                        name=ticket.display_name,
                    )
                )

    @api.constrains("is_complaint", "company_id", *_DOCUMENTS)
    def _check_complaint_company(self):
        """A complaint names nothing of another company.

        The rules judge it with more rights than people have, and say what they found.
        """
        for ticket in self.sudo():  # sudo: documents that the user may not read
            if not ticket.is_complaint:
                continue
            for name in _DOCUMENTS:
                company = ticket[name].company_id
                if company and company != ticket.company_id:
                    raise ValidationError(
                        self.env._(
                            "%(complaint)s: %(field)s belongs to another company.",
                            complaint=ticket.display_name,
                            field=ticket._fields[name]._description_string(self.env),
                        )
                    )
