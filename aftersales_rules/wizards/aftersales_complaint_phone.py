# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..models.aftersales_complaint import ENDED
from ..models.aftersales_complaint_caller import like_escape
from ..rules.catalogue.complaint import CHANNELS

LAST_ORDERS = 6
OPEN_COMPLAINTS = 6


class AftersalesComplaintPhone(models.TransientModel):
    """The form for somebody who has a customer on the phone (C1).

    Whoever answers types what the caller says, picks the customer, and sees their last
    orders and open complaints while they go on writing. What is written here is on the
    ticket in the end; this form is thrown away.
    """

    _name = "aftersales.complaint.phone"
    _description = "Complaint by Phone"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    search_text = fields.Char(
        "Who Is Calling",
        trim=False,
        help="Name, phone, e-mail, number plate, order, invoice, lot or serial number.",
    )
    matches = fields.Json(compute="_compute_matches")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    contact_name = fields.Char(
        "Caller", compute="_compute_contact", store=True, readonly=False
    )
    contact_phone = fields.Char(
        "Phone", compute="_compute_contact", store=True, readonly=False
    )
    contact_email = fields.Char(
        "E-mail", compute="_compute_contact", store=True, readonly=False
    )
    last_orders = fields.Json(compute="_compute_matches")
    open_complaints = fields.Json(compute="_compute_matches")

    channel = fields.Selection(
        lambda self: self.env["helpdesk.ticket"]._complaint_selection(CHANNELS),
        "Came by",
        required=True,
        default="phone",
    )
    received_at = fields.Datetime(
        "Received", required=True, default=fields.Datetime.now
    )
    order_id = fields.Many2one(
        "sale.order",
        "Order",
        compute="_compute_about",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id)]",
    )
    invoice_number = fields.Char(
        "Invoice", compute="_compute_about", store=True, readonly=False
    )
    product_id = fields.Many2one(
        "product.product",
        "Product",
        domain="[('id', 'in', order_product_ids)] if order_product_ids else"
        " [('sale_ok', '=', True)]",
    )
    order_product_ids = fields.Many2many(
        "product.product", compute="_compute_order_product_ids"
    )
    lot_number = fields.Char(
        "Lot/Serial Number", compute="_compute_about", store=True, readonly=False
    )
    plate = fields.Char(
        "Plate or Equipment", compute="_compute_about", store=True, readonly=False
    )
    quantity = fields.Float("Affected Quantity", digits="Product Unit")
    number_hint = fields.Char(compute="_compute_number_hint")

    title = fields.Char(help="Empty: the first words of what the customer says.")
    text = fields.Text("What the Customer Says")
    compensation_asked = fields.Boolean("Asks for Compensation")
    safety = fields.Boolean("Safety Involved")
    strong_feeling = fields.Boolean("Strong Feeling or Publicity")
    unsolvable = fields.Boolean("Not Solved in a Short Time")
    installed = fields.Boolean("Already Installed")
    visit_needed = fields.Boolean()
    damage_amount = fields.Monetary("Damage")
    is_read_back = fields.Boolean(
        "Read Back and Confirmed",
        help="The text was read to the customer, who confirmed it.",
    )

    # ------------------------------------------------------------ while typing

    @api.depends("search_text", "partner_id", "company_id")
    def _compute_matches(self):
        """Who may be calling, and what they bought and complain about already.

        Before one is picked, the history is that of the only customer who was found.
        """
        for form in self:
            callers = form._find_callers()
            form.matches = [form._prepare_match(caller) for caller in callers]
            found = [caller.partner.id for caller in callers]
            customer = (
                form.partner_id or self.env["res.partner"].browse(found)
            ).commercial_partner_id
            customer = customer if len(customer) == 1 else customer.browse()
            form.last_orders = form._prepare_last_orders(customer)
            form.open_complaints = form._prepare_open_complaints(customer)

    @api.model
    def _prepare_match(self, caller):
        partner = caller.partner
        place = [part for part in (partner.phone, partner.city) if part]
        return {
            "id": partner.id,
            "title": partner.display_name,
            "lines": [" · ".join(caller.reasons[:3]), " · ".join(place)],
        }

    def _get_company(self):
        """Whose data the form looks up: those of a company that the user works in.

        A client may send any; what is looked up with more rights stays within this.
        """
        return self.company_id & self.env.companies

    def _get_order(self):
        # sudo: whoever takes the call sees what was sold, without rights in sales
        order = self.order_id.sudo()
        return order.filtered(lambda each: each.company_id in self._get_company())

    def _find_callers(self):
        self.ensure_one()
        return self.env["aftersales.complaint.caller"]._find(
            self.search_text, self.company_id
        )

    @api.depends("partner_id")
    def _compute_contact(self):
        for form in self:
            partner = form.partner_id
            if not partner.is_company:  # who calls for a company, they will say
                form.contact_name = partner.name or form.contact_name
            form.contact_phone = (
                partner.phone
                or partner.commercial_partner_id.phone
                or form.contact_phone
            )
            form.contact_email = partner.email or form.contact_email

    @api.depends("partner_id")
    def _compute_about(self):
        """What led to the customer is what they call about, until they say more.

        What was typed before stays, except for documents of another customer.
        """
        for form in self:
            partner = form.partner_id
            caller = next(
                (each for each in form._find_callers() if each.partner == partner),
                None,
            )
            if caller and caller.order:
                form.order_id = caller.order.id
            elif not form._is_of_customer(form._get_order()):
                form.order_id = False
            if caller and caller.invoice:
                form.invoice_number = caller.invoice.name
            elif not form._is_of_customer(form._find_invoice()):
                form.invoice_number = False
            form.lot_number = (caller and caller.lot and caller.lot.name) or (
                form.lot_number
            )
            form.plate = (caller and caller.plate) or form.plate

    def _is_of_customer(self, document):
        owner = document.partner_id.commercial_partner_id
        return not owner or owner == self.partner_id.commercial_partner_id

    def _prepare_last_orders(self, customer):
        if not customer:
            return []
        # sudo: as in _get_order
        orders = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", customer.id),
                    ("company_id", "in", self._get_company().ids),
                    ("state", "=", "sale"),
                ],
                order="date_order desc, id desc",
                limit=LAST_ORDERS,
            )
        )
        states = dict(
            self.env["sale.order"]
            ._fields["delivery_status"]
            ._description_selection(self.env)
        )
        return [
            {
                "id": order.id,
                "title": order.name,
                "badge": states.get(order.delivery_status),
                "tone": "success" if order.delivery_status == "full" else "secondary",
                "lines": [
                    " · ".join(
                        (
                            format_date(self.env, order.date_order),
                            format_amount(
                                self.env, order.amount_total, order.currency_id
                            ),
                        )
                    ),
                    ", ".join(order.order_line.product_id.mapped("name")[:3]),
                ],
            }
            for order in orders
        ]

    def _prepare_open_complaints(self, customer):
        if not customer:
            return []
        tickets = self.env["helpdesk.ticket"].search(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.company_id.id),
                ("is_complaint", "=", True),
                ("complaint_state", "not in", ENDED),
            ],
            order="id desc",
            limit=OPEN_COMPLAINTS,
        )
        states = dict(
            tickets._fields["complaint_state"]._description_selection(self.env)
        )
        return [
            {
                "id": ticket.id,
                "title": ticket.complaint_number or ticket.number,
                "badge": states.get(ticket.complaint_state),
                "tone": "danger" if ticket.complaint_severity == "major" else "info",
                "lines": [ticket.name, ticket.complaint_about or ""],
            }
            for ticket in tickets
        ]

    @api.depends("order_id")
    def _compute_order_product_ids(self):
        for form in self:
            form.order_product_ids = form._get_order().order_line.product_id.ids

    @api.onchange("order_id", "lot_number")
    def _onchange_about(self):
        """Where there is no choice, it is made."""
        if self.order_id and not self.partner_id:
            self.partner_id = self._get_order().partner_id.id
        lot = self._find_lot()
        products = self.order_product_ids
        if lot:
            self.product_id = lot.product_id.id
        elif len(products) == 1:
            self.product_id = products
        elif products and self.product_id not in products:
            self.product_id = False

    @api.depends("lot_number", "invoice_number")
    def _compute_number_hint(self):
        for form in self:
            hints = []
            if form.lot_number and not form._find_lot():
                hints.append(
                    self.env._(
                        "Lot or serial number “%(number)s” is not known.",
                        number=form.lot_number,
                    )
                )
            if form.invoice_number and not form._find_invoice():
                hints.append(
                    self.env._(
                        "Invoice “%(number)s” is not known.",
                        number=form.invoice_number,
                    )
                )
            form.number_hint = " ".join(hints)

    def _find_lot(self):
        """The lot of the number that was typed; a choice of two is none."""
        number = (self.lot_number or "").strip()
        # sudo: lots are named by after-sales staff without rights in the warehouse
        lots = self.env["stock.lot"].sudo()
        if not number:
            return lots
        domain = [
            ("name", "=ilike", like_escape(number)),
            ("company_id", "in", [*self._get_company().ids, False]),
        ]
        found = lots.search(domain, limit=2)
        if len(found) > 1 and self.product_id:
            found = found.search(
                [*domain, ("product_id", "=", self.product_id.id)], limit=2
            )
        return found if len(found) == 1 else lots

    def _find_invoice(self):
        number = (self.invoice_number or "").strip()
        # sudo: as for lots
        invoices = self.env["account.move"].sudo()
        if not number:
            return invoices
        return invoices.search(
            [
                ("name", "=ilike", like_escape(number)),
                ("company_id", "in", self._get_company().ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ],
            limit=1,
        )
