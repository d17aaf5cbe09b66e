# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers complain on the portal, with photos, about an order of theirs (C1).

What is sent is checked here, field by field, before anything is written: a portal user
has no right to write tickets, so that this is the only way in, and what the form does
not ask for cannot be set.
"""

from odoo import http
from odoo.http import request
from odoo.tools import plaintext2html

from odoo.addons.portal.controllers.portal import CustomerPortal

from .photo_upload import FILE_BYTES_MAX, FILES_MAX, check_photos

ORDERS_MAX = 50
LINES_MAX = 400
TITLE_MAX = 120
TEXT_MAX = 10_000
PHONE_MAX = 40
DAY_MAX = 25
"""Complaints that one customer can send in a day; who has more is called up."""


class ComplaintPortal(CustomerPortal):
    @http.route(
        "/my/complaints/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_complaint_new(self, **post):
        if request.httprequest.method != "POST":
            order_id = _to_int(post.get("order_id"))
            about = f"order_{order_id}" if order_id else ""
            return self._render_complaint_form({"about": about}, {})
        values, photos, errors = self._check_complaint_form(post)
        if errors:
            return self._render_complaint_form(post, errors)
        ticket = self._create_complaint(values, photos)
        return request.redirect(f"/my/ticket/{ticket.id}")

    def _create_complaint(self, values, photos):
        # sudo: portal users have no right to write tickets; what is written was
        # checked, and the customer is the user
        ticket = request.env["helpdesk.ticket"].sudo().create(values)
        ticket._complaint_make()
        ticket.message_subscribe(partner_ids=request.env.user.partner_id.ids)
        request.env["ir.attachment"].sudo().create(
            [
                {**photo, "res_model": ticket._name, "res_id": ticket.id}
                for photo in photos
            ]
        )
        return ticket

    def _render_complaint_form(self, post, errors):
        return request.render(
            "aftersales_rules.portal_complaint_new",
            {
                **self._prepare_portal_layout_values(),
                "post": post,
                "errors": errors,
                "labels": self._get_complaint_labels(),
                "orders": self._get_complaint_orders(),
                "files_max": FILES_MAX,
                "megabytes_max": FILE_BYTES_MAX // 1024**2,
                "page_name": "complaint_new",
            },
        )

    def _get_complaint_orders(self):
        """Orders to choose from, newest first, with the products of each.

        :return: `sale.order` and its lines, by the portal's own rights
        """
        partner = request.env.user.partner_id.commercial_partner_id
        orders = request.env["sale.order"].search(
            [("partner_id", "child_of", partner.id), ("state", "=", "sale")],
            order="date_order desc, id desc",
            limit=ORDERS_MAX,
        )
        rows, left = [], LINES_MAX
        for order in orders:
            lines = order.order_line.filtered(
                lambda line: line.product_id and not line.is_downpayment
            )[:left]
            left -= len(lines)
            rows.append((order, lines))
        return rows

    # ------------------------------------------------------------------ checking

    def _get_complaint_labels(self):
        env = request.env
        return {
            "about": env._("What it is about"),
            "title": env._("In a few words"),
            "text": env._("What happened"),
            "quantity": env._("How many are affected"),
            "phone": env._("Phone for questions"),
            "safety": env._("Somebody is hurt or in danger"),
            "compensation": env._("I ask for compensation"),
            "installed": env._("It is installed already"),
            "photos": env._("Photos"),
        }

    def _check_complaint_form(self, post):
        """Values of the ticket, photos, and what is wrong by field."""
        errors = {}
        user = request.env.user
        about = self._check_about(post, errors)
        title = self._check_length(post, errors, "title", TITLE_MAX)
        text = self._check_length(post, errors, "text", TEXT_MAX)
        phone = self._check_length(post, errors, "phone", PHONE_MAX)
        quantity = self._check_quantity(post, errors)
        if not text and "text" not in errors:
            errors["text"] = request.env._("Please tell us what happened.")
        photos, fault = check_photos(
            request.env, request.httprequest.files.getlist("photos")
        )
        if fault:
            errors["photos"] = fault
        if not errors and self._has_sent_too_many():
            errors["text"] = request.env._(
                "You have sent many complaints today. Please call us, so that none "
                "is overlooked."
            )
        if errors:
            return {}, [], errors
        order, product = about
        company = order.sudo().company_id or request.env.company
        ticket = request.env["helpdesk.ticket"]
        first = title or text.splitlines()[0][:TITLE_MAX]
        # sudo: the first stage of the helpdesk, which a portal user may not list
        stages = request.env["helpdesk.ticket.team"].sudo()._get_applicable_stages()
        values = {
            "name": first,
            "description": plaintext2html(text),
            "company_id": company.id,
            "partner_id": user.partner_id.id,
            "partner_name": user.partner_id.name,
            "partner_email": user.partner_id.email,
            "user_id": False,
            "stage_id": stages[:1].id,
            "channel_id": ticket._get_helpdesk_channel("portal").id,
            "complaint_channel": "portal",
            "complaint_contact_name": user.partner_id.name,
            "complaint_contact_phone": phone or user.partner_id.phone,
            "complaint_quantity": quantity,
            "complaint_safety": bool(post.get("safety")),
            "complaint_compensation_asked": bool(post.get("compensation")),
            "complaint_installed": bool(post.get("installed")),
            "aftersales_order_id": order.id,
            "aftersales_product_id": product.id,
        }
        return values, photos, errors

    def _check_about(self, post, errors):
        """The order and the product, both of the customer's own."""
        nothing = request.env["sale.order"], request.env["product.product"]
        chosen = str(post.get("about") or "")
        if not chosen:
            return nothing
        kind, _sep, number = chosen.partition("_")
        for order, lines in self._get_complaint_orders():
            if kind == "order" and order.id == _to_int(number):
                return order, nothing[1]
            for line in lines:
                if kind == "line" and line.id == _to_int(number):
                    return order, line.product_id
        errors["about"] = request.env._("Please choose one from the list.")
        return nothing

    def _check_length(self, post, errors, name, longest):
        text = str(post.get(name) or "").strip()
        if len(text) > longest:
            errors[name] = request.env._(
                "At most %(number)s characters, please.", number=longest
            )
        return text

    def _check_quantity(self, post, errors):
        text = str(post.get("quantity") or "").strip().replace(",", ".")
        if not text:
            return 0.0
        if not text.replace(".", "", 1).isascii() or not (
            text.replace(".", "", 1).isdigit() and len(text) < 12
        ):
            errors["quantity"] = request.env._(
                "Please enter a number, such as 3 or 12.5, or leave it empty."
            )
            return 0.0
        return float(text)

    def _has_sent_too_many(self):
        partner = request.env.user.partner_id.commercial_partner_id
        # sudo: how many complaints they sent today, nothing of them
        tickets = request.env["helpdesk.ticket"].sudo()
        domain = [
            ("commercial_partner_id", "=", partner.id),
            ("complaint_channel", "=", "portal"),
            ("create_date", ">=", "-24H"),
        ]
        return tickets.search_count(domain, limit=DAY_MAX) >= DAY_MAX


def _to_int(value):
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
