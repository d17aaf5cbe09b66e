# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .guarded_fields import check_follows, without_defaults


class HelpdeskTicket(models.Model):
    """Tickets of OCA's helpdesk as complaints; what hangs on that helpdesk is here."""

    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "aftersales.complaint"]

    complaint_currency_id = fields.Many2one(related="company_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        follows = self._get_complaint_follows()
        for vals in vals_list:
            check_follows(self, vals, follows)
        records = without_defaults(self, follows)
        tickets = super(HelpdeskTicket, records).create(vals_list).with_env(self.env)
        tickets._complaint_ticket_created()
        return tickets

    def write(self, vals):
        check_follows(self, vals, self._get_complaint_follows())
        self._complaint_check_easing(vals)
        result = super().write(vals)
        # sudo: whether it is a complaint; also who may not know is judged by it
        complaints = self.filtered(lambda ticket: ticket.sudo().is_complaint)
        if complaints:
            complaints._complaint_changed(set(vals))
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        for ticket in self:
            if ticket.sudo().complaint_number:  # sudo: as in write
                # pylint: disable=no-raise-unlink
                raise UserError(
                    self.env._(
                        "%(number)s is in the complaint register and stays there. "
                        "Close it instead.",
                        number=ticket.sudo().complaint_number,
                    )
                )
        return super().unlink()

    def _complaint_ticket_created(self):
        """Tickets came in; the intake rules may make complaints of them (C1)."""
