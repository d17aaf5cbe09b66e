# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Compensation that is paid out through the books (L10).

How it works: a solution that the customer has accepted and that is approved is to be
paid; accountants are told. One of them prepares a credit note or an outgoing payment,
which is a draft like any other. Once it is in the books, what it cost is a service cost
of the complaint, so that the rules say who bears it and posting recharges it.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

KINDS = [
    ("credit_note", "Credit note"),
    ("payment", "Outgoing payment"),
]
HOLDING = ("prepared", "booked")
"""States in which a compensation uses up what was approved."""


class AftersalesCompensation(models.Model):
    """One credit note or payment with which a customer is compensated.

    Made by ``_prepare_compensation`` of the solution and never deleted. State and
    amount follow from the document: what is posted, reset, cancelled or reversed in
    accounting shows here at once, and sets free what is not paid after all.
    """

    _name = "aftersales.compensation"
    _description = "Compensation of a Customer"
    _inherit = ["aftersales.cost.source"]
    _order = "id desc"
    _check_company_auto = True

    solution_id = fields.Many2one(
        "aftersales.complaint.solution",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="restrict"
    )
    approval_id = fields.Many2one(
        "aftersales.complaint.approval",
        "Approval",
        readonly=True,
        ondelete="restrict",
        help="What was approved. Empty: the rules asked for no approval.",
    )
    kind = fields.Selection(KINDS, "Paid by", required=True, readonly=True)
    currency_id = fields.Many2one(
        "res.currency", required=True, readonly=True, ondelete="restrict"
    )
    amount = fields.Monetary(
        readonly=True, help="As prepared; as paid, once it is in the books."
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    company_amount = fields.Monetary(
        "Cost",
        currency_field="company_currency_id",
        readonly=True,
        help="What it costs the company as booked, without taxes.",
    )
    state = fields.Selection(
        [
            ("prepared", "Prepared"),
            ("booked", "In the books"),
            ("reversed", "Reversed"),
            ("cancelled", "Cancelled"),
        ],
        default="prepared",
        required=True,
        readonly=True,
        index=True,
    )
    move_ids = fields.One2many(
        "account.move", "compensation_id", "Credit Notes", readonly=True
    )
    payment_ids = fields.One2many(
        "account.payment", "compensation_id", "Payments", readonly=True
    )
    document_name = fields.Char("Document", compute="_compute_document_name")
    cost_id = fields.Many2one(
        "aftersales.cost", "Service Cost", compute="_compute_cost_id"
    )
    prepared_by_id = fields.Many2one(
        "res.users", "Prepared by", required=True, readonly=True, ondelete="restrict"
    )
    prepared_at = fields.Datetime("Prepared on", required=True, readonly=True)

    # ------------------------------------------------------------------- computed

    @api.depends("solution_id", "amount", "currency_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for each in self:
            # sudo: the name of the solution that the compensation belongs to
            each.display_name = self.env._(
                "Compensation of %(amount)s (%(solution)s)",
                amount=tools.format_amount(
                    self.env, each.amount, each.sudo().currency_id
                ),
                solution=each.sudo().solution_id.display_name,
            )

    @api.depends("move_ids.name", "move_ids.state", "payment_ids.name")
    @api.depends_context("lang")
    def _compute_document_name(self):
        for each in self.sudo():  # sudo: its number only
            document = each._get_document()
            each.document_name = bool(document) and document.display_name

    def _compute_cost_id(self):
        # sudo: whether there is one; who opens it is asked then
        costs = (
            self.env["aftersales.cost"]
            .sudo()
            .search(
                [
                    ("source_model", "=", self._name),
                    ("source_id", "in", self.ids),
                    ("state", "!=", "cancelled"),
                ]
            )
        )
        by_source = {cost.source_id: cost.id for cost in costs}
        for each in self:
            each.cost_id = by_source.get(each.id)

    # ------------------------------------------------------------------ the trail

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Compensation is prepared with “Pay Compensation”.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            raise AccessError(
                self.env._(
                    "What a compensation says follows from its credit note or payment."
                )
            )
        return super().write(vals)

    def unlink(self):  # pylint: disable=method-required-super
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=no-raise-unlink
        raise UserError(
            self.env._("Compensations are kept. Cancel the credit note or payment.")
        )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("Compensation is paid once."))

    # -------------------------------------------------------------------- actions

    def action_open_document(self):
        """Open the credit note or the payment."""
        self.ensure_one()
        self.check_access("read")
        document = self._get_document()
        if not document:
            raise UserError(
                self.env._("The draft of %(name)s was deleted.", name=self.display_name)
            )
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "views": [(False, "form")],
        }

    def action_open_cost(self):
        """Open the service cost that it has become."""
        self.ensure_one()
        self.check_access("read")
        if not self.cost_id:
            raise UserError(
                self.env._(
                    "%(name)s is no service cost before it is in the books.",
                    name=self.display_name,
                )
            )
        return self.cost_id._get_records_action(name=self.cost_id.display_name)

    def _open_complaint(self):
        """Open the complaint, for those who read complaints."""
        if not self:
            raise UserError(self.env._("This compensates nobody for a complaint."))
        complaint = self.sudo().complaint_id.with_env(self.env)  # sudo: which one
        complaint.check_access("read")
        return complaint._get_records_action(name=complaint.display_name)

    def _log_prepared(self, document):
        """Say on complaint and document that the one pays the other."""
        self.ensure_one()
        payout = self.sudo()  # sudo: a note on the complaint that is paid for
        words = {
            "amount": tools.format_amount(self.env, payout.amount, payout.currency_id),
            "complaint": payout.complaint_id.display_name,
            "solution": payout.solution_id.display_name,
            "kind": dict(self._fields["kind"]._description_selection(self.env))[
                payout.kind
            ],
        }
        payout.complaint_id._message_log(
            body=self.env._(
                "Compensation prepared: %(kind)s of %(amount)s (%(solution)s).", **words
            )
        )
        document._message_log(
            body=self.env._(
                "Compensation of %(amount)s for %(complaint)s (%(solution)s). More "
                "than that is not confirmed.",
                **words,
            )
        )
