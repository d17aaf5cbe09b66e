# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount

from .guarded_fields import check_state


class AftersalesCreditLimit(models.Model):
    """A credit limit granted on application: who asked, who approved, from–to (O2).

    While one is in force it is the customer's credit limit; otherwise the limit that
    Odoo keeps on the customer counts.
    """

    _name = "aftersales.credit.limit"
    _description = "Credit Limit Application"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Reference", readonly=True, copy=False, default=lambda self: "/"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
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
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(string="Credit Limit", required=True, tracking=True)
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(
        string="To", tracking=True, help="Last day; empty: until it is ended."
    )
    motive = fields.Text(string="Application", help="Why the customer should have it.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("ended", "Ended"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    requested_at = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False
    )
    approved_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    customer_tier = fields.Selection(related="partner_id.customer_tier")
    is_in_force = fields.Boolean(
        compute="_compute_is_in_force", search="_search_is_in_force"
    )

    _in_force_idx = models.Index("(partner_id, company_id) WHERE state = 'approved'")

    @api.depends("state", "date_from", "date_to")
    def _compute_is_in_force(self):
        for limit in self:
            today = limit.company_id._aftersales_now().date()
            limit.is_in_force = (
                limit.state == "approved"
                and limit.date_from <= today
                and (not limit.date_to or limit.date_to >= today)
            )

    @api.model
    def _search_is_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: the day of each company, whichever of them the user may open
        companies = self.env["res.company"].sudo()._search_all()
        domain = fields.Domain.OR(
            fields.Domain("company_id", "in", same.ids)
            & fields.Domain("state", "=", "approved")
            & fields.Domain("date_from", "<=", today)
            & (
                fields.Domain("date_to", "=", False)
                | fields.Domain("date_to", ">=", today)
            )
            for today, same in companies.grouped(
                lambda company: company._aftersales_now().date()
            ).items()
        )
        return domain if True in value else ~domain

    @api.constrains("partner_id")
    def _check_partner(self):
        for limit in self:
            owing = limit.partner_id.commercial_partner_id
            if owing != limit.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s buys on the credit of %(company)s: apply for that "
                        "one.",
                        contact=limit.partner_id.display_name,
                        company=owing.display_name,
                    )
                )

    @api.constrains("amount", "date_from", "date_to")
    def _check_values(self):
        for limit in self:
            if limit.amount <= 0:
                raise ValidationError(
                    self.env._(
                        "Credit limit of %(partner)s: %(value)s is not above zero.",
                        partner=limit.partner_id.display_name,
                        value=limit.amount,
                    )
                )
            if limit.date_to and limit.date_to < limit.date_from:
                raise ValidationError(
                    self.env._(
                        "Credit limit of %(partner)s: it ends on %(to)s, before it "
                        "starts on %(start)s.",
                        partner=limit.partner_id.display_name,
                        to=limit.date_to,
                        start=limit.date_from,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # An application starts as a draft, whoever files it. Said in words, as
            # what is left out would take a default from the caller's context.
            vals.update(_UNDECIDED)
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name) or "/"
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if _DECIDED_FIELDS & set(vals):
                raise UserError(
                    self.env._("Use Request, Approve, Refuse or End for that.")
                )
            if _TERMS & set(vals) and any(limit.state != "draft" for limit in self):
                raise UserError(
                    self.env._(
                        "The terms of an application change in draft only; "
                        "file a new one."
                    )
                )
        return super().write(vals)

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        if any(limit.state != "draft" for limit in self):
            # pylint: disable=no-raise-unlink
            raise UserError(
                self.env._("Only draft applications can be deleted; end this one.")
            )
        return super().unlink()

    def action_request(self):
        """Hand the application to those who may approve its amount."""
        check_state(self, "draft")
        self.check_access("write")
        # sudo: the state is written by these actions only
        self.sudo().write(
            {
                "state": "requested",
                "requested_by_id": self.env.uid,
                "requested_at": fields.Datetime.now(),
            }
        )
        authority_model = self.env["aftersales.release.authority"]
        for limit in self:
            today = limit.company_id._aftersales_now().date()
            for user in authority_model._who_can(limit.company_id, limit.amount, today):
                limit.sudo().with_context(
                    mail_activity_quick_update=True
                ).activity_schedule(
                    "aftersales_rules.mail_activity_credit_limit",
                    user_id=user.id,
                    note=limit.motive,
                )

    def action_approve(self):
        """Grant the limit; within the ceiling of the approver."""
        check_state(self, "requested")
        self._check_may_decide()
        self._decide("approved")
        self.partner_id._queue_credit_recheck(self.company_id)

    def action_refuse(self):
        check_state(self, "requested")
        self._check_may_decide()
        self._decide("refused")

    def action_end(self):
        """Take a granted limit back."""
        check_state(self, "approved")
        self._check_may_decide()
        # sudo: the state is written by these actions only
        self.sudo().write({"state": "ended"})
        self.partner_id._queue_credit_recheck(self.company_id)

    def _decide(self, state):
        # sudo: the state is written by these actions only
        self.sudo().write(
            {
                "state": state,
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
            }
        )
        self.sudo().activity_unlink(["aftersales_rules.mail_activity_credit_limit"])

    def _check_may_decide(self):
        self.check_access("write")
        if not self.env.user.has_group("aftersales_rules.group_credit_controller"):
            raise UserError(
                self.env._("Only a credit controller decides on a credit limit.")
            )
        authority_model = self.env["aftersales.release.authority"]
        for limit in self:
            company = limit.company_id
            authority = authority_model._get_for(
                self.env.user, company, company._aftersales_now().date()
            )
            ceiling = authority.ceiling or 0.0
            if company.currency_id.compare_amounts(limit.amount, ceiling) > 0:
                raise UserError(
                    self.env._(
                        "%(amount)s is over your ceiling of %(ceiling)s. %(others)s",
                        amount=format_amount(
                            self.env, limit.amount, company.currency_id
                        ),
                        ceiling=format_amount(self.env, ceiling, company.currency_id),
                        others=authority_model._who_can_text(company, limit.amount),
                    )
                )


_UNDECIDED = {
    "state": "draft",
    "requested_by_id": False,
    "requested_at": False,
    "approved_by_id": False,
    "approved_at": False,
}
_DECIDED_FIELDS = {"name", *_UNDECIDED}
_TERMS = {"partner_id", "company_id", "amount", "date_from", "date_to"}
