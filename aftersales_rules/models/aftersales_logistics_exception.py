# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from ..rules import LOGISTICS_EXCEPTION, LogisticsFacts
from .guarded_fields import on_clean_context

_RESULT_FIELDS = {
    "name",
    "order_id",
    "company_id",
    "partner_id",
    "user_id",
    "carrier_name",
    "reported_by_id",
    "state",
    "severity",
    "decision_id",
    "customer_informed_at",
    "customer_informed_how",
    "salesperson_informed_at",
    "ticket_id",
    "closed_at",
    "closed_by_id",
}
"""What follows from the transfer, the rules and the buttons."""

_FACT_FIELDS = {"picking_id", "kind"}
"""What a problem is; another one is another record."""


class AftersalesLogisticsException(models.Model):
    """Something went wrong on the way to the customer (O12).

    Reported on the transfer by whoever sees it; the rules say how grave it is and
    whether the customer is told. Each is told once, whoever presses what how often.
    """

    _name = "aftersales.logistics.exception"
    _description = "Delivery Problem"
    _inherit = ["mail.thread", "mail.activity.mixin", "aftersales.file.owner"]
    _order = "noticed_at desc, id desc"
    _mail_post_access = "read"

    name = fields.Char("Number", readonly=True, copy=False)
    picking_id = fields.Many2one(
        "stock.picking",
        "Transfer",
        required=True,
        index=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one(
        "sale.order", "Order", readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        related="order_id.user_id", string="Salesperson", store=True, index=True
    )
    carrier_name = fields.Char(
        "Carrier", readonly=True, help="Who carried the goods, as the transfer says."
    )
    kind = fields.Selection(
        selection=lambda self: self._selection_of("exception_kind"),
        string="What Happened",
        required=True,
        tracking=True,
    )
    noticed_at = fields.Datetime(
        "Noticed", required=True, default=fields.Datetime.now, copy=False
    )
    days_late = fields.Integer(
        "Days Late",
        compute="_compute_days_late",
        store=True,
        readonly=False,
        precompute=True,
        help="Proposed from the day the goods were promised for.",
    )
    line_ids = fields.One2many(
        "aftersales.logistics.exception.line",
        "exception_id",
        "Affected Products",
        help="What is lost or damaged, and how much of it. Leave it empty as long as "
        "you do not know.",
    )
    affected_share = fields.Float(
        compute="_compute_affected_share",
        help="Quantity affected of the quantity on the transfer.",
    )
    note = fields.Text("What Was Seen")
    photo_ids = fields.Many2many(
        "ir.attachment",
        "aftersales_logistics_exception_photo_rel",
        "exception_id",
        "attachment_id",
        string="Photos",
        help="Kept for the complaint. They are not sent to the customer.",
        copy=False,
    )
    product_ids = fields.Many2many(
        "product.product", compute="_compute_product_ids", string="Products Shipped"
    )
    reported_by_id = fields.Many2one(
        "res.users", "Reported by", readonly=True, ondelete="restrict"
    )
    state = fields.Selection(
        [("open", "Open"), ("informed", "Informed"), ("closed", "Closed")],
        default="open",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
        copy=False,
    )
    severity = fields.Selection(
        selection=lambda self: self._selection_of("severity"),
        readonly=True,
        tracking=True,
        copy=False,
        help="As the rules say. Empty while they only observe.",
    )
    decision_id = fields.Many2one(
        "aftersales.decision",
        "Decision",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    salesperson_informed_at = fields.Datetime(
        "Salesperson Informed", readonly=True, copy=False
    )
    customer_informed_at = fields.Datetime(
        "Customer Informed", readonly=True, copy=False
    )
    customer_informed_how = fields.Selection(
        [("email", "By e-mail"), ("phone", "By phone")], readonly=True, copy=False
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    closed_at = fields.Datetime("Closed", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", "Closed by", readonly=True, copy=False, ondelete="restrict"
    )
    exception_count = fields.Integer(
        "Problems", default=1, readonly=True, aggregator="sum", copy=False
    )

    @api.model
    def _selection_of(self, name):
        fields_ = {
            **LOGISTICS_EXCEPTION.fact_fields,
            **LOGISTICS_EXCEPTION.outcome_fields,
        }
        text = self.env["aftersales.text"]
        choices = fields_[name].choices
        return [(value, text._term(label)) for value, label in choices.items()]

    # ------------------------------------------------------------------ computed

    @api.depends("picking_id", "kind", "noticed_at")
    def _compute_days_late(self):
        for problem in self:
            problem.days_late = problem._get_days_late()

    def _get_days_late(self):
        """Whole days from the promised day to the day it was noticed."""
        picking = self.picking_id.sudo()  # sudo: dates of a transfer one may read
        due = picking.date_deadline or picking.scheduled_date
        if self.kind != "late" or not due or not self.noticed_at:
            return 0
        zone = ZoneInfo(picking.company_id._get_aftersales_zone())
        days = [
            moment.replace(tzinfo=timezone.utc).astimezone(zone).date()
            for moment in (due, self.noticed_at)
        ]
        return max((days[1] - days[0]).days, 0)

    @api.depends("line_ids.quantity", "picking_id")
    def _compute_affected_share(self):
        for problem in self:
            problem.affected_share = float(problem._get_affected_share() or 0)

    def _get_affected_share(self):
        """Share of the transfer that is affected; None while unknown."""
        # sudo: figures of a transfer that the user may read
        moves = self.picking_id.sudo().move_ids.filtered(
            lambda move: move.state != "cancel"
        )
        shipped = sum(
            move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            if move.state == "done"
            else move.product_qty
            for move in moves
        )
        affected = sum(self.line_ids.mapped("quantity"))
        if not self.line_ids or not shipped:
            return None
        return min(Decimal(str(affected)) / Decimal(str(shipped)), Decimal(1))

    @api.depends("picking_id")
    def _compute_product_ids(self):
        for problem in self:
            problem.product_ids = problem.picking_id.move_ids.product_id

    # ------------------------------------------------------ reporting and changing

    @api.model_create_multi
    def create(self, vals_list):
        defaults = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }
        prepared = []
        for vals in vals_list:
            given = {
                key: value
                for key, value in defaults.items()
                if key in ("picking_id", "kind", "note")
            }
            given.update(vals)
            self._check_result_fields(given)
            prepared.append({**given, **self._prepare_from_transfer(given)})
        # The context of a caller must not fill in what the rules decide.
        records = on_clean_context(self).with_context(mail_create_nosubscribe=True)
        problems = super(AftersalesLogisticsException, records).create(prepared)
        problems = problems.with_env(self.env)
        problems._adopt("photo_ids")
        for problem in problems:
            problem._log_reported()
            problem._judge("report")
        return problems

    @api.model
    def _prepare_from_transfer(self, vals):
        picking = self.env["stock.picking"].browse(vals.get("picking_id"))
        if not picking.exists():
            raise UserError(self.env._("Say on which transfer the problem is."))
        picking.check_access("read")
        orders = picking._get_delivered_orders()
        if not orders:
            raise UserError(
                self.env._(
                    "%(transfer)s delivers nothing that was sold. Problems are "
                    "reported on the transfer that takes the goods to the customer.",
                    transfer=picking.name,
                )
            )
        # sudo: warehouse staff need not be able to read orders
        order = orders.sudo()[0]
        company = picking.company_id
        sequence = self.env["ir.sequence"].with_company(company)
        return {
            "name": sequence.next_by_code("aftersales.logistics.exception") or "/",
            "order_id": order.id,
            "company_id": company.id,
            "partner_id": order.partner_id.id,
            "carrier_name": picking._get_carrier_name(),
            "reported_by_id": self.env.uid,
        }

    def write(self, vals):
        if not self.env.su:
            self._check_result_fields(vals)
            if not _FACT_FIELDS.isdisjoint(vals):
                raise UserError(
                    self.env._(
                        "Where a problem is and of which kind does not change. "
                        "Report another one."
                    )
                )
            self._check_open()
        result = super().write(vals)
        if "photo_ids" in vals:
            self._adopt("photo_ids")
        if "days_late" in vals:
            self._judge_again()
        return result

    @api.model
    def _check_result_fields(self, vals):
        if not self.env.su and not _RESULT_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._(
                    "%(fields)s follows from the transfer and the rules and cannot "
                    "be set.",
                    fields=", ".join(sorted(_RESULT_FIELDS & set(vals))),
                )
            )

    def _check_open(self):
        for problem in self:
            if problem.state == "closed":
                raise UserError(
                    self.env._("%(name)s is closed already.", name=problem.name)
                )

    def _get_kind_label(self):
        self.ensure_one()
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def _log_reported(self):
        """Leave a trace on the transfer and on the order."""
        problem = self.sudo()  # sudo: who reports it need not read the order
        env = self.env["aftersales.gate"]._in_staff_language(problem.order_id).env
        body = env._(
            "Delivery problem %(name)s: %(kind)s",
            name=problem._get_html_link(),
            kind=problem.with_env(env)._get_kind_label(),
        )
        if problem.note:
            body += plaintext2html(problem.note, "p")
        problem.picking_id._message_log(body=body)
        problem.order_id._message_log(body=body)

    # ------------------------------------------------------------------- deciding

    def _get_facts(self):
        self.ensure_one()
        order, company = self.order_id, self.company_id
        return LogisticsFacts.of(
            currency=company.currency_id.name,
            exception_kind=self.kind,
            order_kind=order.order_kind or "standard",
            order_amount=Decimal(str(order._get_amount_company_currency())),
            tier=order.partner_invoice_id.with_company(company).customer_tier or None,
            days_late=self.days_late if self.kind == "late" else None,
            damaged_share=self._get_affected_share(),
        )

    def _judge(self, event):
        """Ask the rules, keep what they say, do it where they are enforced."""
        self.ensure_one()
        # sudo: whoever reports a problem need not read the order or the customer
        problem = self.sudo()
        before = problem.decision_id
        for answer in self.env["aftersales.gate"]._ask(
            LOGISTICS_EXCEPTION,
            [(problem, problem._get_facts(), before)],
            event,
            result="severity",
        ):
            problem.decision_id = answer.record
            if before and before._get_decision().outcome == answer.decision.outcome:
                continue
            problem._apply(answer.outcome)

    def _apply(self, outcome):
        """Do what the rules say, once; nothing where they only observe."""
        if not outcome:
            return
        self.severity = outcome["severity"]
        self._inform_salesperson()
        if outcome["inform_customer"]:
            self._inform_customer()
        self._settle()

    def _judge_again(self):
        """Quantities or days became known: it may be graver than it seemed."""
        for problem in self:
            if problem.decision_id and problem.state != "closed":
                problem._judge("change")
