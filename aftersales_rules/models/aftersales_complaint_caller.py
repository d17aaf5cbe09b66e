# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who is on the phone: customers found by whatever they say of themselves (C1).

How it works: one text is looked up as a name, e-mail or reference, as a phone number
in whatever format, as a plate, and as the number of an order, invoice, lot, serial
number or earlier complaint. Each way is one query, whatever it finds, and the answer
says which way led to whom.
"""

import re
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

FOUND_MAX = 8
"""Customers shown; who types on gets fewer."""
PER_WAY = 20
PHONE_DIGITS_MIN = 5
"""Fewer digits are no phone number but part of another one."""
SUFFIX_DIGITS_MIN = 6
LETTERS_MIN = 3
"""So much is typed before anything is looked up; Chinese names are shorter."""

_BETWEEN_DIGITS = " +-()/.,:;\t\u00a0\u2007\u202f\u2010\u2011\u2012\u2013"
"""What people write into phone numbers."""

_EXACT, _PHONE, _START, _PART = range(4)


@dataclass
class Caller:
    """Somebody who may be calling, and why we think so."""

    partner: models.BaseModel
    rank: int = _PART
    reasons: list = field(default_factory=list)
    order: models.BaseModel | None = None
    invoice: models.BaseModel | None = None
    lot: models.BaseModel | None = None
    plate: str = ""

    def add(self, rank, reason, **about):
        self.rank = min(self.rank, rank)
        if reason not in self.reasons:
            self.reasons.append(reason)
        for name, value in about.items():
            if not getattr(self, name):
                setattr(self, name, value)


class AftersalesComplaintCaller(models.AbstractModel):
    _name = "aftersales.complaint.caller"
    _description = "Search of Callers"

    @api.model
    def _find(self, text, company):
        """Customers of a company who may have said this, the likeliest first.

        :rtype: list[Caller]
        """
        text = " ".join((text or "").split())
        if len(text) < LETTERS_MIN and (text.isascii() or len(text) < 2):
            return []
        if company not in self.env.companies:
            return []  # what follows looks up documents with more rights
        found = {}

        def add(partner, *args, **about):
            if partner:
                caller = found.setdefault(partner.id, Caller(partner))
                caller.add(*args, **about)

        self._find_by_name(text, company, add)
        self._find_by_phone(text, company, add)
        self._find_by_order(text, company, add)
        self._find_by_invoice(text, company, add)
        self._find_by_lot(text, company, add)
        self._find_by_complaint(text, company, add)
        partners = self.env["res.partner"].browse(found)._filtered_access("read")
        callers = [found[partner.id] for partner in partners]
        callers.sort(key=lambda caller: (caller.rank, caller.partner.display_name))
        return callers[:FOUND_MAX]

    @api.model
    def _get_companies(self, company):
        return [("company_id", "in", [company.id, False])]

    def _find_by_name(self, text, company, add):
        partners = self.env["res.partner"].search(
            [
                *self._get_companies(company),
                "|",
                "|",
                ("complete_name", "ilike", like_escape(text)),
                ("email", "ilike", like_escape(text)),
                ("ref", "=ilike", like_escape(text)),
            ],
            limit=PER_WAY,
        )
        for partner in partners:
            start = (partner.name or "").casefold().startswith(text.casefold())
            if text.casefold() in (partner.complete_name or "").casefold():
                reason = self.env._("Name")
            elif text.casefold() == (partner.ref or "").casefold():
                reason = self.env._("Reference: %(ref)s", ref=partner.ref)
            elif text.casefold() in (partner.email or "").casefold():
                reason = self.env._("E-mail: %(email)s", email=partner.email)
            else:  # other accents, where the database overlooks them
                reason = self.env._("Name")
            add(partner, _START if start else _PART, reason)

    # ------------------------------------------------------------------ phone

    def _find_by_phone(self, text, company, add):
        """Digits count, whatever stands between them; so do local numbers.

        A number with a country's prefix finds one that was noted without it, and the
        other way round.
        """
        digits = _phone_digits(text)
        letters = [char for char in text if char.isalpha()]
        if len(digits) < PHONE_DIGITS_MIN or letters:
            return
        self.env["res.partner"].flush_model(["phone", "active", "company_id"])
        query = SQL(
            """
            SELECT partner.id
              FROM res_partner partner
                   %s
             WHERE partner.active
               AND partner.phone IS NOT NULL
               AND (partner.company_id IS NULL OR partner.company_id = %s)
               AND %s
             LIMIT %s
            """,
            _phone_of("partner.phone"),
            company.id,
            _phone_matches(digits),
            PER_WAY,
        )
        rows = self.env.execute_query(query)
        for partner in self.env["res.partner"].browse([row[0] for row in rows]):
            # sudo: whether it may be shown is asked of all that was found
            phone = partner.sudo().phone
            add(partner, _PHONE, self.env._("Phone: %(number)s", number=phone))

    # -------------------------------------------------------------- documents

    def _find_by_order(self, text, company, add):
        # sudo: orders are looked up for after-sales staff without rights in sales
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "!=", "cancel"),
                    "|",
                    ("name", "ilike", like_escape(text)),
                    ("client_order_ref", "ilike", like_escape(text)),
                ],
                order="date_order desc, id desc",
                limit=PER_WAY,
            )
        )
        for order in orders:
            add(
                order.partner_id.sudo(False),
                self._get_rank(text, order.name, order.client_order_ref),
                self.env._("Order: %(number)s", number=order.name),
                order=order,
            )

    def _find_by_invoice(self, text, company, add):
        # sudo: as for orders
        invoices = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("state", "=", "posted"),
                    ("name", "ilike", like_escape(text)),
                ],
                order="invoice_date desc, id desc",
                limit=PER_WAY,
            )
        )
        for invoice in invoices:
            orders = invoice.invoice_line_ids.sale_line_ids.order_id
            add(
                invoice.partner_id.sudo(False),
                self._get_rank(text, invoice.name),
                self.env._("Invoice: %(number)s", number=invoice.name),
                invoice=invoice,
                order=orders if len(orders) == 1 else None,
            )

    def _find_by_lot(self, text, company, add):
        # sudo: as for orders
        lots = (
            self.env["stock.lot"]
            .sudo()
            .search(
                [*self._get_companies(company), ("name", "ilike", like_escape(text))],
                limit=PER_WAY,
            )
        )
        if not lots:
            return
        delivered = lots.env["stock.move.line"].search(
            [
                ("lot_id", "in", lots.ids),
                ("state", "=", "done"),
                ("company_id", "=", company.id),
                ("location_dest_id.usage", "=", "customer"),
            ],
            order="date desc, id desc",
            limit=PER_WAY,
        )
        for line in delivered:
            order = line.move_id.sale_line_id.order_id
            partner = order.partner_id or line.picking_id.partner_id
            add(
                partner.sudo(False),
                self._get_rank(text, line.lot_id.name),
                self.env._("Lot/serial number: %(number)s", number=line.lot_id.name),
                lot=line.lot_id,
                order=order or None,
            )

    def _find_by_complaint(self, text, company, add):
        """By the number, plate or phone of an earlier complaint."""
        tickets = self.env["helpdesk.ticket"]
        tickets.flush_model(
            [
                "is_complaint",
                "company_id",
                "partner_id",
                "complaint_number",
                "complaint_plate",
                "complaint_contact_phone",
            ]
        )
        ways = [SQL("ticket.complaint_number ILIKE %s", f"%{like_escape(text)}%")]
        plate = _plate(text)
        if len(plate) >= LETTERS_MIN:
            ways.append(
                SQL(
                    "%s LIKE %s",
                    _plate_sql("ticket.complaint_plate"),
                    f"%{like_escape(plate)}%",
                )
            )
        digits = _phone_digits(text)
        if len(digits) >= PHONE_DIGITS_MIN and not any(map(str.isalpha, text)):
            ways.append(_phone_matches(digits))
        query = SQL(
            """
            SELECT ticket.id
              FROM helpdesk_ticket ticket
                   %s
             WHERE ticket.is_complaint
               AND ticket.company_id = %s
               AND ticket.partner_id IS NOT NULL
               AND (%s)
             ORDER BY ticket.id DESC
             LIMIT %s
            """,
            _phone_of("ticket.complaint_contact_phone"),
            company.id,
            SQL(" OR ").join(ways),
            PER_WAY,
        )
        rows = self.env.execute_query(query)
        found = tickets.browse([row[0] for row in rows])._filtered_access("read")
        for ticket in found:
            number, own = ticket.complaint_number or "", ticket.complaint_plate or ""
            if plate and plate in _plate(own):
                rank = _EXACT if plate == _plate(own) else _PART
                reason = self.env._("Plate or equipment: %(plate)s", plate=own)
                add(ticket.partner_id, rank, reason, plate=own)
            elif text.casefold() in number.casefold():
                reason = self.env._("Complaint: %(number)s", number=number)
                add(ticket.partner_id, self._get_rank(text, number), reason)
            else:
                reason = self.env._(
                    "Phone in a complaint: %(number)s",
                    number=ticket.complaint_contact_phone,
                )
                add(ticket.partner_id, _PHONE, reason)

    @api.model
    def _get_rank(self, text, *numbers):
        same = text.casefold() in [(number or "").casefold() for number in numbers]
        return _EXACT if same else _PART


def like_escape(text):
    """A text whose characters stand for themselves in a search by pattern."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _phone_digits(text):
    """Digits of a phone number, without trunk prefix.

    >>> _phone_digits("+49 (0)30 / 12-34") == _phone_digits("0049 30 1234")
    True
    """
    return re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0")


def _phone_of(column):
    """Digits of a column once a row: a lateral join, to stand after a table."""
    return SQL(
        "CROSS JOIN LATERAL (SELECT ltrim("
        "translate(replace(%s, '(0)', ''), %s, ''), '0'"
        ") AS digits OFFSET 0) AS phone",
        SQL(column),
        _BETWEEN_DIGITS,
    )


def _phone_matches(digits):
    return SQL(
        "(strpos(phone.digits, %(digits)s) > 0"
        " OR length(phone.digits) >= %(least)s"
        " AND right(%(digits)s, length(phone.digits)) = phone.digits)",
        digits=digits,
        least=SUFFIX_DIGITS_MIN,
    )


def _plate(text):
    """A plate as it is compared: letters and digits only."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _plate_sql(column):
    return SQL("regexp_replace(lower(%s), '[^[:alnum:]]', '', 'g')", SQL(column))
