# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers upload photos of what they complain about (C9).

The link in the mail works without a login: it carries the token of the ticket. Only
photos are taken, and nothing is shown of the complaint that the customer did not say.
"""

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from .photo_upload import FILES_MAX, check_photos

COMPLAINT_FILES_MAX = 100
"""Files of one complaint, so that a leaked link fills no disk."""


_COUNTS = {str(count) for count in range(1, FILES_MAX + 1)}


class ComplaintPhotoPortal(CustomerPortal):
    @http.route(
        "/my/complaint/<int:ticket_id>/photos",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_complaint_photos(self, ticket_id, access_token=None, sent=None, **_post):
        try:
            ticket = self._document_check_access(
                "helpdesk.ticket", ticket_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not ticket.is_complaint:
            return request.redirect("/my")
        error = None
        if request.httprequest.method == "POST" and ticket._complaint_may_upload():
            photos, error = self._read_photos(ticket)
            if not error:
                ticket._complaint_receive_photos(photos, self._get_author(ticket))
                token = f"&access_token={access_token}" if access_token else ""
                return request.redirect(
                    f"/my/complaint/{ticket.id}/photos?sent={len(photos)}{token}"
                )
        return request.render(
            "aftersales_rules.portal_complaint_photos",
            {
                "ticket": ticket,
                "page_name": "complaint_photos",
                "access_token": access_token,
                "error": error,
                "sent": sent in _COUNTS and int(sent),
                "may_upload": ticket._complaint_may_upload(),
                "wanted": ticket.complaint_photo_request_ids.filtered(
                    lambda asked: asked.state == "asked"
                )[:1],
                "photo_count": ticket.complaint_photo_count,
            },
        )

    def _read_photos(self, ticket):
        """Values for what was uploaded, and what is wrong with it."""
        files = [
            file
            for file in request.httprequest.files.getlist("photos")
            if file.filename
        ]
        if not files:
            return [], request.env._("Please choose at least one photo.")
        if len(ticket.attachment_ids) + len(files) > COMPLAINT_FILES_MAX:
            return [], request.env._("We have enough photos now. Thank you.")
        photos, error = check_photos(request.env, files)
        if error:
            error = request.env._("%(problem)s Nothing was stored.", problem=error)
        return photos, error

    def _get_author(self, ticket):
        """Who uploads: the user, or with the link the customer of the ticket."""
        user = request.env.user
        return ticket.partner_id if user._is_public() else user.partner_id
