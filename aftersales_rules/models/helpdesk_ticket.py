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
        self._complaint_follow(vals)
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

    def _complaint_follow(self, vals):
        """Have the chatter tell what is written of a complaint."""
        context = self.env.context
        if context.get("tracking_disable") or context.get("mail_notrack"):
            return
        names = [name for name in vals if self._is_of_complaint(name)]
        if names:
            self._track_prepare(names)

    def _is_of_complaint(self, name):
        return name in self._fields and self._fields[name].prefetch == "complaint"

    def _track_prepare(self, fields_iter):
        # EXTENDS 'mail': before each write it reads all fields that the chatter tells
        # of. Those of a complaint are more than all others: of a plain ticket they
        # are read only if one is written
        if fields_iter is not self._fields:
            return super()._track_prepare(fields_iter)
        # sudo: as in write
        plain = self.filtered(lambda ticket: not ticket.sudo().is_complaint)
        names = [
            name for name in self._track_get_fields() if not self._is_of_complaint(name)
        ]
        if plain:
            super(HelpdeskTicket, plain)._track_prepare(names)
        if self - plain:
            super(HelpdeskTicket, self - plain)._track_prepare(fields_iter)
        return None

    def _complaint_ticket_created(self):
        """Tickets came in; the intake rules may make complaints of them (C1)."""
