# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dealers file project registrations on the portal and follow them (O13).

What is sent is checked here, field by field, before anything is written: a portal
user has no right to write registrations, so that this is the only way in.
"""

import math
from datetime import timedelta

from odoo import Command, fields, http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

LINES = 8
PRODUCTS_MAX = 2000
QUANTITY_MAX = 1_000_000_000
YEARS_MAX = 10


class ProjectPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        # EXTENDS 'portal'
        values = super()._prepare_home_portal_values(counters)
        if "registration_count" in counters:
            values["registration_count"] = self._count_registrations()
        return values

    def _get_registrations_domain(self):
        partner = request.env.user.partner_id.commercial_partner_id
        return [("commercial_partner_id", "=", partner.id)]

    def _count_registrations(self):
        projects = request.env["aftersales.project"]
        if not projects.has_access("read"):
            return 0
        return projects.search_count(self._get_registrations_domain())

    @http.route(
        ["/my/registrations", "/my/registrations/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_registrations(self, page=1, **_kwargs):
        total = self._count_registrations()
        pages = pager(
            url="/my/registrations", total=total, page=page, step=self._items_per_page
        )
        projects = request.env["aftersales.project"]
        if total:
            projects = projects.search(
                self._get_registrations_domain(),
                limit=self._items_per_page,
                offset=pages["offset"],
            )
        return request.render(
            "aftersales_rules.portal_my_registrations",
            {
                **self._prepare_portal_layout_values(),
                "registrations": projects,
                "page_name": "registration",
                "pager": pages,
                "default_url": "/my/registrations",
            },
        )

    @http.route(
        "/my/registrations/<int:project_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_registration_page(self, project_id, filed=None, **_kwargs):
        try:
            project = self._document_check_access("aftersales.project", project_id)
        except (AccessError, MissingError):
            return request.redirect("/my/registrations")
        return request.render(
            "aftersales_rules.portal_registration_page",
            {
                **self._prepare_portal_layout_values(),
                "registration": project,
                "just_filed": bool(filed) and project.state == "filed",
                "page_name": "registration",
            },
        )

    @http.route(
        "/my/registrations/new",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_registration_new(self, **post):
        if request.httprequest.method != "POST":
            return self._render_form({}, {})
        values, errors = self._check_registration(post)
        if errors:
            return self._render_form(post, errors)
        # sudo: portal users have no right to write registrations; what is written
        # was checked above, and the dealer is that of the user
        project = request.env["aftersales.project"].sudo().create(values)
        project._file()
        return request.redirect(f"/my/registrations/{project.id}?filed=1")

    def _render_form(self, post, errors):
        company = request.env.company
        return request.render(
            "aftersales_rules.portal_registration_new",
            {
                **self._prepare_portal_layout_values(),
                "post": post,
                "errors": errors,
                "labels": self._get_labels(),
                "products": self._get_products(),
                "countries": request.env["res.country"].search([("id", "!=", 0)]),
                "country_id": _to_int(post.get("country_id")) or company.country_id.id,
                "today": fields.Date.to_string(company._aftersales_now().date()),
                "rows": range(1, LINES + 1),
                "rows_open": self._count_rows(post),
                "page_name": "registration_new",
            },
        )

    def _count_rows(self, post):
        """Rows that are shown at once: two, or as many as were filled in."""
        filled = [
            row
            for row in range(1, LINES + 1)
            if post.get(f"product_{row}") or post.get(f"quantity_{row}")
        ]
        return max([2, *filled])

    def _get_products(self):
        # sudo: names of what is sold, nothing else, for dealers to choose from
        return (
            request.env["product.product"]
            .sudo()
            .search(
                [
                    ("sale_ok", "=", True),
                    ("type", "=", "consu"),
                    ("company_id", "in", [False, request.env.company.id]),
                ],
                limit=PRODUCTS_MAX,
            )
        )

    # ------------------------------------------------------------------ checking

    def _get_labels(self):
        env = request.env
        labels = {
            "name": env._("Project"),
            "end_customer": env._("End customer"),
            "street": env._("Street"),
            "zip": env._("Postcode"),
            "city": env._("City"),
            "country_id": env._("Country"),
            "date_from": env._("From"),
            "date_to": env._("To"),
            "note": env._("Note"),
        }
        for row in range(1, LINES + 1):
            labels[f"product_{row}"] = env._("Product %(row)s", row=row)
            labels[f"quantity_{row}"] = env._("Quantity %(row)s", row=row)
        return labels

    def _check_registration(self, post):
        """Values for a registration, and what is wrong by field."""
        errors = {}
        values = {
            "partner_id": request.env.user.partner_id.commercial_partner_id.id,
            "company_id": request.env.company.id,
            "line_ids": self._check_lines(post, errors),
            "country_id": self._check_country(post, errors),
        }
        for name, required, longest in _TEXTS:
            values[name] = self._check_text(post, errors, name, required, longest)
        values["date_from"] = self._check_day(post, errors, "date_from")
        values["date_to"] = self._check_day(post, errors, "date_to")
        if "date_from" not in errors and "date_to" not in errors:
            self._check_period(values, errors)
        return values, errors

    def _check_text(self, post, errors, name, required, longest):
        text = str(post.get(name) or "").strip()
        if required and not text:
            errors[name] = request.env._("Please fill this in.")
        elif len(text) > longest:
            errors[name] = request.env._(
                "At most %(number)s characters, please.", number=longest
            )
        return text

    def _check_country(self, post, errors):
        value = post.get("country_id")
        country_id = _to_int(value)
        if value and not (
            country_id and request.env["res.country"].browse(country_id).exists()
        ):
            errors["country_id"] = request.env._("Please choose one from the list.")
        return country_id or request.env.company.country_id.id

    def _check_day(self, post, errors, name):
        value = str(post.get(name) or "").strip()
        try:
            day = fields.Date.to_date(value) if len(value) == 10 else None
        except ValueError:
            day = None
        today = request.env.company._aftersales_now().date()
        if not day:
            errors[name] = request.env._("Please choose a day.")
        elif abs(day - today) > timedelta(days=366 * YEARS_MAX):
            errors[name] = request.env._(
                "Please choose a day within %(number)s years.", number=YEARS_MAX
            )
        return day

    def _check_period(self, values, errors):
        today = request.env.company._aftersales_now().date()
        if values["date_to"] < values["date_from"]:
            errors["date_to"] = request.env._(
                "The period must not end before it starts."
            )
        elif values["date_to"] < today:
            errors["date_to"] = request.env._("This day is over.")

    def _check_lines(self, post, errors):
        commands = []
        offered = set(self._get_products().ids)
        for row in range(1, LINES + 1):
            wanted = post.get(f"product_{row}")
            number = str(post.get(f"quantity_{row}") or "").strip()
            if not wanted and not number:
                continue
            product_id = _to_int(wanted)
            if product_id not in offered:
                errors[f"product_{row}"] = request.env._(
                    "Please choose one from the list."
                )
            quantity = _to_quantity(number)
            if not quantity:
                errors[f"quantity_{row}"] = request.env._(
                    "Please enter a number above zero, such as 250 or 12.5."
                )
            commands.append(
                Command.create({"product_id": product_id, "quantity": quantity})
            )
        if not commands:
            errors["product_1"] = request.env._("Please choose at least one product.")
        return commands


_TEXTS = (
    ("name", True, 200),
    ("end_customer", True, 200),
    ("street", True, 200),
    ("zip", False, 24),
    ("city", True, 100),
    ("note", False, 2000),
)
"""Field, whether it is required, how long it may be."""


def _to_int(value):
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _to_quantity(text):
    """A number above zero, or nothing."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) and 0 < number <= QUANTITY_MAX else 0.0
