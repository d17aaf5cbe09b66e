# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from .guarded_fields import check_follows, check_state, without_defaults

_DECIDERS = (
    "aftersales_rules.group_credit_controller",
    "account.group_account_manager",
)


class AftersalesFeeAgreement(models.Model):
    """A sample or mould fee that is given back for what the customer takes (O14).

    The states are written by the actions below and by the judging in
    ``aftersales_fee_refund.py``, which prepares the credit note.
    """

    _name = "aftersales.fee.agreement"
    _description = "Fee Agreement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, default="/")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="['|', ('parent_id', '=', False), ('is_company', '=', True)]",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        default=lambda self: self.env.user,
        index=True,
        domain="[('share', '=', False)]",
    )
    order_line_id = fields.Many2one(
        "sale.order.line",
        "Fee on the Order",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('order_id.partner_id', 'child_of', partner_id), "
        "('company_id', '=', company_id), ('state', '=', 'sale'), "
        "('product_id.is_refundable_fee', '=', True)]",
        help="The line with which the fee was charged.",
    )
    order_id = fields.Many2one(
        related="order_line_id.order_id", store=True, index="btree_not_null"
    )
    invoice_line_id = fields.Many2one(
        "account.move.line",
        "Fee on the Invoice",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('move_id.move_type', '=', 'out_invoice'), "
        "('company_id', '=', company_id), ('partner_id', 'child_of', partner_id), "
        "('product_id.is_refundable_fee', '=', True)]",
        help="Instead of an order: the line of an invoice that has none.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_fee",
        store=True,
        compute_sudo=True,
        precompute=True,
    )
    fee_amount = fields.Monetary(
        "Fee",
        compute="_compute_fee",
        store=True,
        compute_sudo=True,
        precompute=True,
        help="As charged, taxes excluded.",
    )
    amount = fields.Monetary(
        "To Be Refunded",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Part of the fee that is given back, taxes excluded.",
    )
    product_id = fields.Many2one(
        "product.product",
        ondelete="restrict",
        help="What the customer has to take.",
    )
    categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        ondelete="restrict",
        help="Instead of a product: whatever is of this category, in units that can "
        "be converted into the one of the agreement.",
    )
    quantity = fields.Float(
        "Agreed Quantity", digits="Product Unit", required=True, tracking=True
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        required=True,
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    date_from = fields.Date(
        "Orders from",
        required=True,
        default=fields.Date.context_today,
        help="Orders confirmed from this day on count; the one with the fee does not.",
    )
    date_to = fields.Date(
        "Until",
        tracking=True,
        help="Last day on which the quantity may be reached; empty: no end.",
    )
    note = fields.Text()
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("refunded", "Refunded"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    reached_on = fields.Date(readonly=True, copy=False)
    refund_round = fields.Integer(readonly=True, copy=False, default=1)
    reopen_reason = fields.Text(readonly=True, copy=False)
    reopened_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    refund_ids = fields.One2many(
        "account.move", "fee_agreement_id", "Credit Notes", readonly=True
    )
    delivered_quantity = fields.Float(
        "Delivered",
        digits="Product Unit",
        compute="_compute_delivered",
        compute_sudo=True,
        help="On later orders of the customer, returns subtracted.",
    )
    progress = fields.Float(
        compute="_compute_delivered", compute_sudo=True, help="In percent."
    )

    _running_idx = models.Index("(company_id, partner_id) WHERE state = 'running'")
    _one_of_two = models.Constraint(
        "CHECK((product_id IS NULL) <> (categ_id IS NULL))",
        "Name either a product or a product category.",
    )
    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "The agreed quantity must be above zero."
    )

    # ------------------------------------------------------------------- fields

    @api.depends("order_line_id.price_subtotal", "invoice_line_id.price_subtotal")
    def _compute_fee(self):
        for agreement in self:
            line = agreement.order_line_id or agreement.invoice_line_id
            agreement.currency_id = line.currency_id or agreement.company_id.currency_id
            agreement.fee_amount = line.price_subtotal

    @api.depends("order_line_id", "invoice_line_id")
    def _compute_amount(self):
        for agreement in self:
            agreement.amount = agreement.amount or agreement.fee_amount

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        for agreement in self:
            agreement.product_uom_id = (
                agreement.product_id.uom_id or agreement.product_uom_id or unit
            )

    @api.depends("quantity", "product_id", "categ_id", "product_uom_id", "date_from")
    def _compute_delivered(self):
        delivered = self._get_delivered()
        for agreement in self:
            quantity = delivered.get(agreement, 0.0)
            agreement.delivered_quantity = quantity
            agreement.progress = (
                100 * quantity / agreement.quantity if agreement.quantity else 0.0
            )

    @api.constrains("order_line_id", "invoice_line_id", "partner_id", "amount", "state")
    def _check_fee(self):
        for agreement in self.sudo():  # sudo: amounts of lines of the same customer
            line = agreement.order_line_id or agreement.invoice_line_id
            if bool(agreement.order_line_id) == bool(agreement.invoice_line_id):
                raise ValidationError(
                    self.env._("Name the line of the order, or of the invoice.")
                )
            owner = (line.order_id if agreement.order_line_id else line).partner_id
            if (
                owner.commercial_partner_id != agreement.partner_id
                or line.company_id != agreement.company_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(fee)s was not charged to %(customer)s.",
                        fee=line.display_name,
                        customer=agreement.partner_id.display_name,
                    )
                )
            if not line.product_id.is_refundable_fee:
                raise ValidationError(
                    self.env._(
                        "%(product)s is no sample or mould fee; mark the product as "
                        "one first.",
                        product=line.product_id.display_name or line.display_name,
                    )
                )
            agreement._check_amount(line)

    def _check_amount(self, line):
        self.ensure_one()
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise ValidationError(self.env._("What is refunded must be above zero."))
        field = "order_line_id" if self.order_line_id else "invoice_line_id"
        domain = [(field, "=", line.id), ("state", "in", _COUNTING)]
        others = self.search(domain) - self
        promised = self.amount + sum(others.mapped("amount"))
        if self.currency_id.compare_amounts(promised, self.fee_amount) > 0:
            raise ValidationError(
                self.env._(
                    "%(promised)s would be refunded of a fee of %(fee)s.",
                    promised=tools.format_amount(self.env, promised, self.currency_id),
                    fee=tools.format_amount(
                        self.env, self.fee_amount, self.currency_id
                    ),
                )
            )

    @api.constrains("date_from", "date_to")
    def _check_period(self):
        for agreement in self:
            if agreement.date_to and agreement.date_to < agreement.date_from:
                raise ValidationError(
                    self.env._(
                        "It ends on %(to)s, before it starts on %(start)s.",
                        to=agreement.date_to,
                        start=agreement.date_from,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_follows(self, vals, _FOLLOWS)
            # said in words, as what is left out would take a default from a context
            vals.update(_UNDECIDED)
            company = self.env["res.company"].browse(vals.get("company_id"))
            vals["name"] = self._next_number(company or self.env.company)
        agreements = super(
            AftersalesFeeAgreement, without_defaults(self, _FOLLOWS)
        ).create(vals_list)
        return agreements.with_env(self.env)

    @api.model
    def _next_number(self, company):
        # sudo: whoever files gets a number
        sequence = self.env["ir.sequence"].sudo().with_company(company)
        return sequence.next_by_code(self._name) or "/"

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            check_follows(self, vals, _FOLLOWS)
            if _DECIDED_FIELDS & set(vals):
                raise UserError(self.env._("Use Start, Cancel or Reopen for that."))
            if _TERMS & set(vals) and any(each.state != "draft" for each in self):
                raise UserError(
                    self.env._(
                        "What is agreed changes in draft only; cancel it and make a "
                        "new one."
                    )
                )
        result = super().write(vals)
        if not {"state", "company_id"}.isdisjoint(vals):
            self.env.registry.clear_cache()  # of _has_running
        return result

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        if any(agreement.state != "draft" for agreement in self):
            # pylint: disable=no-raise-unlink
            raise UserError(
                self.env._("Only draft agreements can be deleted; cancel this one.")
            )
        return super().unlink()

    @api.model
    @tools.ormcache("company_id")
    def _has_running(self, company_id):
        """Whether any agreement runs in a company; nearly always in the cache."""
        # sudo: asked for whoever delivers
        domain = [("company_id", "=", company_id), ("state", "=", "running")]
        return bool(self.sudo().search_count(domain, limit=1))

    # ------------------------------------------------------------------ its life

    def action_start(self):
        """From now on what the customer takes is counted."""
        check_state(self, "draft")
        self.check_access("write")
        # sudo: the state is written by these actions only
        self.sudo().write({"state": "running"})
        self._judge("manual")

    def action_cancel(self):
        check_state(self, "draft", "running", "expired")
        self.check_access("write")
        # sudo: the state is written by these actions only
        self.sudo().write({"state": "cancelled"})

    def action_check(self):
        """Have the rules look now, and show what they say."""
        self.ensure_one()
        self.check_access("read")
        check_state(self, "running")
        self._judge("manual")
        return self.action_why()

    def action_why(self):
        """Open the last decision about this agreement (R4)."""
        self.ensure_one()
        self.check_access("read")
        # sudo: who reads the agreement may read why it is where it is
        decision = (
            self.env["aftersales.decision"]
            .sudo()
            .search(
                [("res_model", "=", self._name), ("res_id", "=", self.id)],
                order="id desc",
                limit=1,
            )
        )
        if not decision:
            raise UserError(
                self.env._("No rule has looked at %(name)s yet.", name=self.name)
            )
        return decision._action_explain(self.env._("Why? %(name)s", name=self.name))

    def action_reopen(self):
        self._check_may_reopen()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reopen"),
            "res_model": "aftersales.fee.reopen",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _check_may_reopen(self):
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in _DECIDERS):
            raise UserError(
                self.env._("Only a credit controller or accounting may reopen it.")
            )

    def _reopen(self, reason, date_to=False):
        """Let an agreement run again, with a reason: the only way to a second note.

        :param date_to: a later last day, for one that expired
        """
        self.ensure_one()
        check_state(self, "refunded", "expired")
        self._check_may_reopen()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write the reason."))
        # sudo: notes of accounting, of which only the state is looked at
        live = self.sudo().refund_ids.filtered(lambda move: move.state != "cancel")
        if live:
            raise UserError(
                self.env._(
                    "%(note)s gives the fee back; cancel it first.",
                    note=live[0].display_name,
                )
            )
        # sudo: the state is written by these actions only
        self.sudo().write(
            {
                "state": "running",
                "refund_round": self.refund_round + 1,
                "reached_on": False,
                "reopen_reason": reason,
                "reopened_by_id": self.env.uid,
                **({"date_to": date_to} if date_to else {}),
            }
        )
        self._message_log(body=self.env._("Reopened: %(reason)s", reason=reason))

    def action_view_refunds(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit Notes of %(name)s", name=self.name),
            "res_model": "account.move",
            "views": [
                (self.env.ref("account.view_out_credit_note_tree").id, "list"),
                (False, "form"),
            ],
            "domain": [("fee_agreement_id", "=", self.id)],
            # the list shows the customer for credit notes only
            "context": {"create": False, "default_move_type": "out_refund"},
        }


_COUNTING = ("draft", "running", "refunded")
_UNDECIDED = {
    "state": "draft",
    "reached_on": False,
    "refund_round": 1,
    "reopen_reason": False,
    "reopened_by_id": False,
}
_DECIDED_FIELDS = {"name", "refund_ids", *_UNDECIDED}
_FOLLOWS = {"order_id", "currency_id", "fee_amount"}
"""Stored, and computed from the line: a client could write them as well, and what is
refunded is held against the fee."""
_TERMS = {
    "partner_id",
    "company_id",
    "order_line_id",
    "invoice_line_id",
    "amount",
    "product_id",
    "categ_id",
    "quantity",
    "product_uom_id",
    "date_from",
    "date_to",
}
