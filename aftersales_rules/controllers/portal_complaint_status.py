# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customer's page of a complaint: a plain status (C12)."""

from odoo import http
from odoo.http import request

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk


class ComplaintPortal(CustomerPortalHelpdesk):
    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        # EXTENDS 'helpdesk_mgmt'
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        values["complaint_status"] = ticket._get_complaint_status()
        if values["complaint_status"]:
            # a complaint ends when its procedure is complete
            values["closed_stages"] = values["closed_stages"].browse()
        return values


class ComplaintClose(HelpdeskTicketController):
    @http.route()
    def support_ticket_close(self, **kw):
        # EXTENDS 'helpdesk_mgmt': that one asks nobody whose ticket it is
        try:
            ticket_id = int(kw.get("ticket_id") or 0)
        except ValueError:
            return request.redirect("/my/tickets")
        # sudo: whether it is a complaint; nothing of it is shown
        ticket = request.env["helpdesk.ticket"].sudo().browse(ticket_id).exists()
        if ticket.is_complaint:
            return request.redirect(f"/my/ticket/{ticket.id}")
        return super().support_ticket_close(**kw)
