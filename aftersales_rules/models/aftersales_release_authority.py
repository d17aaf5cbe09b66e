# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_amount


class AftersalesReleaseAuthority(models.Model):
    """Up to what amount a person may release, and who stands in for them (U2)."""

    _name = "aftersales.release.authority"
    _description = "Release Authority"
    _inherit = ["mail.thread"]
    _order = "company_id, ceiling desc, id"
    _rec_name = "user_id"
    _check_company_auto = True

    active = fields.Boolean(default=True, tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Credit Controller",
        required=True,
        tracking=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    ceiling = fields.Monetary(
        required=True,
        tracking=True,
        help="Largest order, in company currency, that this person may release.",
    )
    substitute_id = fields.Many2one(
        "res.users",
        tracking=True,
        ondelete="restrict",
        domain="[('share', '=', False)]",
        help="May release up to the same ceiling on the days of absence.",
    )
    absent_from = fields.Date(tracking=True)
    absent_to = fields.Date(tracking=True)

    _user_company_unique = models.Constraint(
        "UNIQUE (user_id, company_id)",
        "This person already has a release authority in this company.",
    )

    @api.constrains("ceiling")
    def _check_ceiling(self):
        for authority in self:
            if authority.ceiling < 0:
                raise ValidationError(
                    self.env._(
                        "Ceiling of %(user)s: %(value)s is below zero.",
                        user=authority.user_id.name,
                        value=authority.ceiling,
                    )
                )

    @api.constrains("substitute_id", "absent_from", "absent_to", "user_id")
    def _check_substitute(self):
        for authority in self:
            if not authority.substitute_id:
                continue
            if authority.substitute_id == authority.user_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be their own substitute.",
                        user=authority.user_id.name,
                    )
                )
            if not authority.absent_from or not authority.absent_to:
                raise ValidationError(
                    self.env._(
                        "Enter the first and the last day of absence of %(user)s: "
                        "a substitute acts on those days only.",
                        user=authority.user_id.name,
                    )
                )
            if authority.absent_from > authority.absent_to:
                raise ValidationError(
                    self.env._(
                        "Absence of %(user)s: the last day %(to)s is before the "
                        "first day %(first)s.",
                        user=authority.user_id.name,
                        to=authority.absent_to,
                        first=authority.absent_from,
                    )
                )

    @api.model
    def _get_for(self, user, company, today):
        """The authority with the highest ceiling that the person may use.

        :return: their own, or one that they substitute for today; maybe empty
        """
        # sudo: a substitute uses a record that is not theirs
        authorities = self.sudo().search(
            [
                ("company_id", "=", company.id),
                "|",
                ("user_id", "=", user.id),
                "&",
                ("substitute_id", "=", user.id),
                "&",
                ("absent_from", "<=", today),
                ("absent_to", ">=", today),
            ]
        )
        return authorities.sorted("ceiling", reverse=True)[:1]

    @api.model
    def _check_may_release(self, orders):
        """Raise unless the current user may release every one of these orders.

        :return: the authority used for each order
        :rtype: dict[sale.order, aftersales.release.authority]
        """
        if not self.env.user.has_group("aftersales_rules.group_credit_controller"):
            raise AccessError(
                self.env._(
                    "Only a credit controller may release a hold. Use “Ask for "
                    "Release” on the order: the controllers are told."
                )
            )
        used = {}
        for company, company_orders in orders.grouped("company_id").items():
            if company not in self.env.companies:
                raise AccessError(
                    self.env._(
                        "Switch to company %(company)s to release its orders.",
                        company=company.sudo().name,
                    )
                )
            authority = self._get_for(
                self.env.user, company, company._aftersales_now().date()
            )
            if not authority:
                raise UserError(
                    self.env._(
                        "You have no release authority in %(company)s. A rules "
                        "administrator can give you one under Configuration → "
                        "Release Authorities.",
                        company=company.name,
                    )
                )
            for order in company_orders:
                amount = order._get_amount_company_currency()
                if company.currency_id.compare_amounts(amount, authority.ceiling) > 0:
                    raise UserError(
                        self.env._(
                            "%(order)s: %(amount)s is over your ceiling of "
                            "%(ceiling)s. %(others)s",
                            order=order.name,
                            amount=format_amount(self.env, amount, company.currency_id),
                            ceiling=format_amount(
                                self.env, authority.ceiling, company.currency_id
                            ),
                            others=self._who_can_text(company, amount),
                        )
                    )
                used[order] = authority
        return used

    @api.model
    def _who_can(self, company, amount, today):
        """Users who may release an order of this amount today."""
        return self._get_active(company)._filter_who_can(amount, today)

    @api.model
    def _get_who_can(self, orders):
        """Users who may release each order today; one query per company.

        :rtype: dict[sale.order, res.users]
        """
        result = {}
        for company, same in orders.grouped("company_id").items():
            authorities = self._get_active(company)
            today = company._aftersales_now().date()
            for order in same:
                amount = order._get_amount_company_currency()
                result[order] = authorities._filter_who_can(amount, today)
        return result

    @api.model
    def _get_active(self, company):
        # sudo: the salesperson of a held order reads who can help
        return self.sudo().search(
            [("company_id", "=", company.id)], order="ceiling, id"
        )

    def _filter_who_can(self, amount, today):
        users = self.env["res.users"].sudo()
        for authority in self:
            if authority.currency_id.compare_amounts(authority.ceiling, amount) < 0:
                continue
            absent = (
                authority.substitute_id
                and authority.absent_from <= today <= authority.absent_to
            )
            users |= authority.substitute_id if absent else authority.user_id
        return users.filtered(
            lambda user: user.active
            and user.has_group("aftersales_rules.group_credit_controller")
        )

    @api.model
    def _who_can_text(self, company, amount):
        users = self._who_can(company, amount, company._aftersales_now().date())
        if not users:
            return self.env._(
                "Nobody has a release authority for this amount; a rules "
                "administrator can grant one."
            )
        return self.env._(
            "Can release it: %(names)s.", names=", ".join(users.mapped("name"))
        )
