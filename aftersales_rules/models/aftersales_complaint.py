# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Complaints: what any helpdesk's ticket gets when it becomes one (C1–C15).

How it works: everything about complaints hangs on this mixin, topic by topic in files
``aftersales_complaint_<topic>.py``; which helpdesk the tickets belong to is known in
``helpdesk_ticket.py`` only. Whatever happens to a complaint is said once, by
``_complaint_happened``, and each topic extends that method to do its part: the rules
classify, clocks start and stop, people are told.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rules.catalogue.complaint import (
    CHANNELS,
    COMPLAINT_TYPES,
    SEVERITIES,
    URGENCIES,
)

INTERNAL = "base.group_user"
"""Who reads what is known of a complaint: tickets are on the customers' portal too,
so each field of this mixin names its readers."""

COMPLAINT_READER = "aftersales_rules.group_complaint_reader"
COMPLAINT_USER = "aftersales_rules.group_complaint_user"
COMPLAINT_MANAGER = "aftersales_rules.group_complaint_manager"
GENERAL_MANAGER = "aftersales_rules.group_general_manager"

STATES = [
    ("intake", "Intake"),
    ("registered", "Registered"),
    ("forwarded", "Forwarded"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("investigation", "Investigation"),
    ("solution", "Solution"),
    ("execution", "Carrying Out"),
    ("followup", "Return Visits"),
    ("reissued", "Reissued"),
    ("closed", "Closed"),
]
ENDED = ("refused", "reissued", "closed")

_WORKING = ("accepted", "investigation", "solution", "execution", "followup")
_NEXT = {
    # to "closed" from anywhere: whether it may is asked by a gate of its own
    "intake": ("registered", "closed"),
    "registered": ("forwarded", "accepted", "refused", "closed"),
    "forwarded": ("accepted", "refused", "closed"),
    "accepted": ("forwarded", "refused", "closed", *_WORKING),
    "investigation": ("forwarded", "refused", "closed", *_WORKING),
    "solution": ("forwarded", "refused", "closed", *_WORKING),
    "execution": ("closed", *_WORKING),
    "followup": (*_WORKING, "reissued", "closed"),
    "refused": ("forwarded", "accepted", "closed"),
    "reissued": (),
    "closed": ("accepted", "followup", "reissued"),
}

EVENTS = {
    "made",
    "registered",
    "changed",
    "classified",
    "forwarded",
    "assigned",
    "contacted",
    "visited",
    "accepted",
    "refused",
    "reopened",
    "inquiry_asked",
    "inquiry_answered",
    "proposed",
    "agreed",
    "approval_asked",
    "approved",
    "approval_refused",
    "carried_out",
    "feedback_sent",
    "return_visit",
    "waiting",
    "resumed",
    "acknowledged",
    "reported",
    "dissatisfied",
    "reissued",
    "closed",
}
"""What can happen to a complaint; ``_complaint_happened`` takes nothing else."""

_TOLD = {
    "partner_id",
    "name",
    "description",
    "category_id",
    "complaint_channel",
    "complaint_received_at",
    "complaint_damage_amount",
    "complaint_compensation_asked",
    "complaint_safety",
    "complaint_unsolvable",
    "complaint_strong_feeling",
    "complaint_installed",
    "complaint_visit_needed",
    "complaint_quantity",
    "complaint_office_id",
    "aftersales_order_id",
    "aftersales_picking_id",
    "aftersales_product_id",
    "aftersales_lot_id",
}
"""What people say of a complaint; a change of it is the event *changed*."""


class AftersalesComplaint(models.AbstractModel):
    """What makes a ticket a complaint (C1).

    A helpdesk has other tickets too, and each of the hundred fields here would be
    fetched, and its groups looked at, with all of them. So only ``is_complaint`` is;
    the others are fetched together, when the first of them is asked for
    (``prefetch``).
    """

    _name = "aftersales.complaint"
    _description = "Complaint"

    is_complaint = fields.Boolean(
        "Complaint", readonly=True, copy=False, groups=INTERNAL, index="btree_not_null"
    )
    complaint_number = fields.Char(
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="trigram",
        prefetch="complaint",
    )
    complaint_state = fields.Selection(
        STATES,
        "Step",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        tracking=True,
        prefetch="complaint",
    )
    complaint_round = fields.Integer(
        "Round",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="Counts up when a complaint is reissued because the customer is not "
        "satisfied.",
        prefetch="complaint",
    )
    complaint_origin_id = fields.Many2one(
        "helpdesk.ticket",
        "Round Before",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_next_ids = fields.One2many(
        "helpdesk.ticket",
        "complaint_origin_id",
        "Next Round",
        readonly=True,
        groups=INTERNAL,
    )
    complaint_channel = fields.Selection(
        lambda self: self._complaint_selection(CHANNELS),
        "Came by",
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_received_at = fields.Datetime(
        "Received",
        copy=False,
        groups=INTERNAL,
        help="When the customer complained. The time to register counts from here.",
        prefetch="complaint",
    )
    complaint_registered_at = fields.Datetime(
        "Registered", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_registered_by_id = fields.Many2one(
        "res.users",
        "Registered by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_contact_name = fields.Char(
        "Contact Person",
        copy=False,
        groups=INTERNAL,
        help="Who complains.",
        prefetch="complaint",
    )
    complaint_contact_phone = fields.Char(
        "Phone", copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_read_back_at = fields.Datetime(
        "Read Back",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="When the text was read back to the customer, who confirmed it.",
        prefetch="complaint",
    )
    complaint_read_back_by_id = fields.Many2one(
        "res.users",
        "Read Back by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )

    # ---------------------------------------------------- what it is about

    aftersales_order_id = fields.Many2one(
        "sale.order",
        "Order",
        index="btree_not_null",
        groups=INTERNAL,
        help="The order that the complaint is about.",
        prefetch="complaint",
    )
    aftersales_picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        index="btree_not_null",
        groups=INTERNAL,
        help="The delivery that the complaint is about.",
        prefetch="complaint",
    )
    aftersales_product_id = fields.Many2one(
        "product.product",
        "Product",
        index="btree_not_null",
        groups=INTERNAL,
        prefetch="complaint",
    )
    aftersales_lot_id = fields.Many2one(
        "stock.lot",
        "Lot/Serial Number",
        index="btree_not_null",
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_invoice_id = fields.Many2one(
        "account.move",
        "Invoice",
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        domain="[('move_type', 'in', ('out_invoice', 'out_refund'))]",
        prefetch="complaint",
    )
    complaint_plate = fields.Char(
        "Plate or Equipment",
        copy=False,
        groups=INTERNAL,
        help="Number plate of the vehicle or reference of the equipment.",
        prefetch="complaint",
    )
    complaint_quantity = fields.Float(
        "Affected Quantity",
        digits="Product Unit",
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    # the helpdesk's own file says where it comes from
    complaint_currency_id = fields.Many2one("res.currency", "Currency", groups=INTERNAL)
    complaint_damage_amount = fields.Monetary(
        "Damage",
        currency_field="complaint_currency_id",
        copy=False,
        groups=INTERNAL,
        help="What the customer says the damage is worth, in company currency.",
        prefetch="complaint",
    )
    complaint_compensation_asked = fields.Boolean(
        "Asks for Compensation", copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_safety = fields.Boolean(
        "Safety Involved", copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_unsolvable = fields.Boolean(
        "Not Solved in a Short Time", copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_strong_feeling = fields.Boolean(
        "Strong Feeling or Publicity",
        copy=False,
        groups=INTERNAL,
        help="The customer is very upset, or bad publicity is likely.",
        prefetch="complaint",
    )
    complaint_installed = fields.Boolean(
        "Already Installed", copy=False, groups=INTERNAL, prefetch="complaint"
    )
    complaint_visit_needed = fields.Boolean(
        "Visit Needed",
        copy=False,
        groups=INTERNAL,
        help="Somebody must look on site.",
        prefetch="complaint",
    )
    logistics_exception_ids = fields.One2many(
        "aftersales.logistics.exception",
        "ticket_id",
        "Delivery Problems",
        readonly=True,
        groups=INTERNAL,
    )

    # ------------------------------------- what it is, and who deals with it

    complaint_type = fields.Selection(
        lambda self: self._complaint_selection(COMPLAINT_TYPES),
        "Complaint Type",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        tracking=True,
        prefetch="complaint",
    )
    complaint_quality_related = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Quality Related",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        prefetch="complaint",
    )
    complaint_severity = fields.Selection(
        lambda self: self._complaint_selection(SEVERITIES),
        "Severity",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        tracking=True,
        prefetch="complaint",
    )
    complaint_urgency = fields.Selection(
        lambda self: self._complaint_selection(URGENCIES),
        "Urgency",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        prefetch="complaint",
    )
    complaint_office_id = fields.Many2one(
        "aftersales.office",
        "Branch or Office",
        copy=False,
        groups=INTERNAL,
        prefetch="complaint",
    )
    complaint_department_id = fields.Many2one(
        "aftersales.department",
        "Department",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
        prefetch="complaint",
    )

    @api.model
    def _complaint_selection(self, choices):
        term = self.env["aftersales.text"]._term
        return [(value, term(label)) for value, label in choices.items()]

    # ------------------------------------------------------------- guarding

    @api.model
    def _get_complaint_follows(self):
        """Fields that follow from rules and actions; nobody writes them (extend)."""
        return {
            "is_complaint",
            "complaint_number",
            "complaint_state",
            "complaint_round",
            "complaint_origin_id",
            "complaint_next_ids",
            "complaint_registered_at",
            "complaint_registered_by_id",
            "complaint_read_back_at",
            "complaint_read_back_by_id",
            "complaint_type",
            "complaint_quality_related",
            "complaint_severity",
            "complaint_urgency",
            "complaint_department_id",
        }

    def _check_complaint(self, group=COMPLAINT_USER):
        """Refuse a step to whoever may not take it, and to what is no complaint.

        Public methods call this first: they can be called over the network.
        """
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._(
                    "Only “%(group)s” may do this with complaints.",
                    group=self.env.ref(group).sudo().full_name,  # sudo: its name
                )
            )
        self.check_access("write")
        for ticket in self:
            if not ticket.is_complaint:
                raise UserError(
                    self.env._(
                        "%(ticket)s is not a complaint. Make it one first.",
                        ticket=ticket.display_name,
                    )
                )

    # --------------------------------------------------------------- making

    def action_make_complaint(self):
        """Make a complaint of a ticket, with one click (C1)."""
        if not self.env.su and not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(
                self.env._("Only after-sales staff make a complaint of a ticket.")
            )
        self.check_access("write")
        self._complaint_make()
        return True

    def _complaint_make(self, vals=None):
        """Make complaints of tickets that are none yet."""
        fresh = self.filtered(lambda ticket: not ticket.sudo().is_complaint)
        for ticket in fresh.sudo():  # sudo: these fields follow from this step only
            # nothing is copied from a customer of another company
            partner = ticket.partner_id.filtered(
                lambda each, own=ticket.company_id: not each.company_id
                or each.company_id == own
            )
            office = partner.with_company(ticket.company_id).aftersales_office_id
            ticket.write(
                {
                    "is_complaint": True,
                    "complaint_state": "intake",
                    "complaint_round": ticket.complaint_round or 1,
                    "complaint_received_at": ticket.complaint_received_at
                    or ticket.create_date,
                    "complaint_contact_name": ticket.complaint_contact_name
                    or ticket.partner_name
                    or partner.name,
                    "complaint_contact_phone": ticket.complaint_contact_phone
                    or partner.phone,
                    "complaint_office_id": ticket.complaint_office_id.id
                    or office.id
                    or partner.commercial_partner_id.with_company(
                        ticket.company_id
                    ).aftersales_office_id.id,
                    **(vals or {}),
                }
            )
        if fresh:
            fresh._complaint_happened("made")

    # ------------------------------------------------------------ happening

    def _complaint_happened(self, event, at=None):
        """Something happened to these complaints; topics extend this to react.

        :param event: one of ``EVENTS``
        :param at: when, naive in UTC; now if left out
        """
        if event not in EVENTS:
            raise ValueError(f"unknown event of a complaint: {event!r}")

    def _complaint_changed(self, names):
        """Fields of complaints were written; called by the helpdesk's own file."""
        if not _TOLD.isdisjoint(names):
            self._complaint_happened("changed")

    def _complaint_set_state(self, state):
        """Take a step; steps that the procedure does not know are refused."""
        labels = dict(self._fields["complaint_state"]._description_selection(self.env))
        for complaint in self.sudo():  # sudo: the state is written here only
            before = complaint.complaint_state
            if before == state:
                continue
            if state not in _NEXT.get(before, ()):
                raise UserError(
                    self.env._(
                        "%(complaint)s is at step “%(before)s” and cannot go to "
                        "“%(after)s” from there.",
                        complaint=complaint.display_name,
                        before=labels.get(before, before),
                        after=labels[state],
                    )
                )
            complaint.complaint_state = state

    def _complaint_missing(self):
        """What keeps one complaint from being closed (C13); topics extend this.

        :return: (key, text) of each thing missing; the text says what to do
        """
        self.ensure_one()
        missing = []
        if not self.sudo().complaint_number:
            missing.append(("registered", self.env._("It is not registered.")))
        return missing
