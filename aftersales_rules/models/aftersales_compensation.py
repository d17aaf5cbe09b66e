# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Compensation that is paid out through the books (L10).

How it works: a solution that the customer has accepted and that is approved is to be
paid; accountants are told. One of them prepares a credit note or an outgoing payment,
which is a draft like any other. Once it is in the books, what it cost is a service cost
of the complaint, so that the rules say who bears it and posting recharges it.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

from .aftersales_cost import UNPOSTED
from .aftersales_cost_source import SourceRow

KINDS = [
    ("credit_note", "Credit note"),
    ("payment", "Outgoing payment"),
]
HOLDING = ("prepared", "booked")
"""States in which a compensation uses up what was approved."""
PAID = ("in_process", "paid")
VOID = ("canceled", "rejected")


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

    # ------------------------------------------------------------- its document

    def _get_document(self):
        """The credit note or payment, with the rights of the caller; maybe empty."""
        self.ensure_one()
        return self.move_ids[:1] or self.payment_ids[:1]

    def _get_entry(self):
        """What stands in the books: the credit note, or the payment's entry."""
        self.ensure_one()
        return self.move_ids[:1] or self.payment_ids[:1].move_id

    def _get_reversals(self):
        """Posted entries that take it back."""
        self.ensure_one()
        return self._get_entry().reversal_move_ids.filtered(
            lambda move: move.state == "posted"
        )

    def _get_cost_lines(self):
        """Journal items with which it costs money; those of reversals lower that."""
        self.ensure_one()
        entries = self._get_entry() | self._get_reversals()
        if self.kind == "credit_note":
            lines = entries.invoice_line_ids
            return lines.filtered(lambda line: line.display_type == "product")
        liquidity = self.payment_ids[:1]._get_valid_liquidity_accounts()
        return entries.line_ids.filtered(lambda line: line.account_id not in liquidity)

    def _get_paid_amount(self):
        """What the customer gets by the document as it stands, taxes included."""
        self.ensure_one()
        if self.kind == "payment":
            lines = self._get_cost_lines()
            entry = self._get_entry()
            if not entry:
                return self.payment_ids[:1].amount
            return sum(lines.mapped("amount_currency"))
        taken_back = sum(self._get_reversals().mapped("amount_total"))
        return self.move_ids[:1].amount_total - taken_back

    def _get_document_state(self):
        self.ensure_one()
        payment, entry = self.payment_ids[:1], self._get_entry()
        if not self._get_document() or payment.state in VOID or entry.state == "cancel":
            return "cancelled"
        if entry.state != "posted" or (payment and payment.state not in PAID):
            return "prepared"
        left = self.currency_id.compare_amounts(self._get_paid_amount(), 0)
        return "booked" if left > 0 else "reversed"

    def _follow_documents(self):
        """What became of the documents; called when one of them has changed."""
        found = self.sudo().exists()  # sudo: whoever posts need not read complaints
        for each in found:
            vals = {"state": each._get_document_state()}
            if vals["state"] == "booked":
                vals["amount"] = each._get_paid_amount()
                vals["company_amount"] = sum(each._get_cost_lines().mapped("balance"))
            changed = {
                name: value for name, value in vals.items() if each[name] != value
            }
            if changed:
                each.write(changed)
        found._follow_costs()
        found.complaint_id._complaint_follow_compensation()

    def _follow_costs(self):
        """What is in the books is a service cost; what is not any more is none."""
        costs = self.env["aftersales.cost"].sudo()  # sudo: costs follow from documents
        booked = self.filtered(lambda each: each.state == "booked")
        pulled = costs._get_pulled(booked)
        fresh = [each for each in booked if each not in pulled]
        if fresh:
            costs._pull(fresh)
        for each, cost in pulled.items():
            [row] = each._get_cost_rows().values()
            if cost.state in UNPOSTED and not (
                row.same_amount(cost) and cost.source_move_line_id == row.move_line
            ):
                cost.write(costs._prepare_source(each, row))
        off = self - booked
        for each, cost in costs._get_pulled(off).items():
            if cost.state not in UNPOSTED:
                continue
            # the item may be changed or deleted now
            cost.source_move_line_id = False
            if each.state != "prepared":
                cost.state = "cancelled"
                cost._message_log(
                    body=self.env._(
                        "%(compensation)s is not paid after all.",
                        compensation=each.display_name,
                    )
                )
        self._queue_cost_check()

    # --------------------------------------------------------- guarding documents

    def _check_postable(self):
        """Refuse what is more, or for somebody else, than was approved.

        :raise UserError: naming what is wrong and who can change it
        """
        for each in self.sudo():  # sudo: approvals that accountants need not read
            document = each._get_document()
            solution = each.solution_id
            if document.currency_id != each.currency_id:
                raise UserError(
                    self.env._(
                        "%(document)s is in %(other)s; the compensation was approved "
                        "in %(currency)s.",
                        document=document.display_name,
                        other=document.currency_id.name,
                        currency=each.currency_id.name,
                    )
                )
            customer = each.partner_id.commercial_partner_id
            if document.partner_id.commercial_partner_id != customer:
                raise UserError(
                    self.env._(
                        "%(document)s is for %(partner)s. The compensation was agreed "
                        "with %(customer)s.",
                        document=document.display_name,
                        partner=document.partner_id.display_name
                        or self.env._("nobody"),
                        customer=customer.display_name,
                    )
                )
            accounts = each._get_cost_lines().account_id
            if len(accounts) > 1:
                raise UserError(
                    self.env._(
                        "%(document)s is booked on several accounts (%(accounts)s). "
                        "Keep one for the compensation, so that what it cost can be "
                        "taken from there.",
                        document=document.display_name,
                        accounts=", ".join(accounts.mapped("display_name")),
                    )
                )
            own = each.amount if each.state in HOLDING else 0.0
            amount = document.amount_total if each.move_ids else document.amount
            solution._check_compensation(amount, own)

    def _check_free(self):
        """Refuse to take a document back while its cost stands in the books.

        :raise UserError: naming the cost
        """
        # sudo: whether it is posted, whoever may see it
        costs = self.env["aftersales.cost"].sudo()._get_pulled(self.sudo())
        for each, cost in costs.items():
            if cost.state == "posted":
                raise UserError(
                    self.env._(
                        "%(document)s compensates a customer, and who bears that is "
                        "posted (%(cost)s). Reverse that posting first; accountants "
                        "for service costs can.",
                        document=each.document_name or each.display_name,
                        cost=cost.display_name,
                    )
                )

    def _check_revivable(self):
        """Refuse to take up a cancelled document if its amount is used elsewhere."""
        for each in self.sudo():  # sudo: approvals that accountants need not read
            if each.state == "cancelled":
                each.solution_id._check_compensation(each.amount)

    # --------------------------------------------------------- a source of costs

    @api.model
    def _find_cost_sources(self, complaints):
        return self.search(
            [("complaint_id", "in", complaints.ids), ("state", "in", HOLDING)]
        )

    @api.model
    def _get_cost_kind(self):
        return self.env._("Compensation")

    def _get_cost_document(self):
        self.ensure_one()
        return self._get_document() or self

    def _get_cost_rows(self):
        rows = {}
        for each in self:
            if each.state not in HOLDING:
                continue
            entry, lines = each._get_entry(), each._get_cost_lines()
            is_booked = each.state == "booked"
            blocked = ""
            if not is_booked:
                blocked = self.env._(
                    "%(document)s is not in the books yet. Confirm it first.",
                    document=each.document_name or each.display_name,
                )
            rows[each] = SourceRow(
                complaint=each.complaint_id,
                name=self.env._(
                    "Compensation, %(solution)s",
                    solution=each.solution_id.display_name,
                ),
                document=each.document_name or "",
                date=entry.date or each.prepared_at.date(),
                currency=each.currency_id,
                amount=sum(lines.mapped("amount_currency"))
                if is_booked
                else each.amount,
                company_amount=each.company_amount,
                account=lines[:1].account_id,
                move_line=lines[:1],
                cost_type="compensation",
                analytic=lines[:1].analytic_distribution or None,
                blocked=blocked,
            )
        return rows

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
