# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

_CHANNELS = {
    "helpdesk_mgmt.helpdesk_ticket_channel_web": "portal",
    "helpdesk_mgmt.helpdesk_ticket_channel_email": "email",
    "helpdesk_mgmt.helpdesk_ticket_channel_phone": "phone",
    "helpdesk_mgmt.helpdesk_ticket_channel_other": "other",
}
"""What the channels mean that OCA's helpdesk brings."""


class HelpdeskTicket(models.Model):
    """How complaints come in over OCA's helpdesk: channels, categories, mails."""

    _inherit = "helpdesk.ticket"

    _complaint_number_uniq = models.UniqueIndex(
        "(company_id, complaint_number) WHERE complaint_number IS NOT NULL",
        "A complaint of this company has this number already.",
    )

    def write(self, vals):
        if "company_id" in vals:
            for ticket in self.sudo():  # sudo: whether it is in a register, or will be
                if ticket.is_complaint and ticket.company_id.id != (vals["company_id"]):
                    raise UserError(
                        self.env._(
                            "%(number)s is in the complaint register of %(company)s "
                            "and stays there.",
                            number=ticket.complaint_number or ticket.display_name,
                            company=ticket.company_id.name,
                        )
                    )
        return super().write(vals)

    @api.private  # called by the mail gateway, which is inside
    @api.model
    def message_new(self, msg, custom_values=None):
        # EXTENDS 'helpdesk_mgmt': whichever way a mail reaches Odoo
        values = dict(custom_values or {})
        values.setdefault("complaint_channel", "email")
        return super().message_new(msg, custom_values=values)

    def _complaint_make(self, vals=None):
        # EXTENDS aftersales.complaint: a complaint about what seemed to be done
        for ticket in self.sudo():  # sudo: the stage follows from this step
            if not ticket.is_complaint and ticket.closed:
                stages = ticket.team_id._get_applicable_stages()
                first = stages.filtered(lambda stage: not stage.closed)[:1]
                ticket.write({"stage_id": first.id, "closed_date": False})
        return super()._complaint_make(vals)

    def _complaint_ticket_created(self):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_ticket_created()
        self._complaint_take_in()
        return result

    def _filter_complaint_intake(self):
        # EXTENDS aftersales.complaint
        return (
            super()
            ._filter_complaint_intake()
            .filtered(lambda ticket: not ticket.team_id.aftersales_no_complaints)
        )

    def _has_complaint_category(self):
        # EXTENDS aftersales.complaint
        return self.category_id._is_of_complaints()

    def _complaint_guess_channel(self):
        # EXTENDS aftersales.complaint
        channel = self.channel_id
        return channel.aftersales_channel or self._get_channel_meanings().get(
            channel.id, False
        )

    @api.model
    def _get_channel_meanings(self):
        ref = self.env["ir.model.data"]._xmlid_to_res_id
        return {ref(xmlid): meaning for xmlid, meaning in _CHANNELS.items()}

    @api.model
    def _get_helpdesk_channel(self, meaning):
        """The helpdesk's own channel for one of ours; may be empty."""
        # sudo: names of channels
        channels = self.env["helpdesk.ticket.channel"].sudo()
        found = channels.search([("aftersales_channel", "=", meaning)], limit=1)
        if not found:
            for channel_id, own in self._get_channel_meanings().items():
                if own == meaning and channel_id:
                    found = channels.browse(channel_id)
        return found
