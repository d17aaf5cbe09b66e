# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_RATE_STEP = Decimal("0.00000001")


def to_rate(value):
    """A rate as exact as it is compared: to one in a hundred million."""
    return Decimal(str(value or 0.0)).quantize(_RATE_STEP)


class AftersalesBreakageAgreement(models.Model):
    """The highest annual breakage rate that was agreed (C19).

    With a customer, for a product, or both; what is said more precisely counts first.
    """

    _name = "aftersales.breakage.agreement"
    _description = "Agreed Breakage Rate"
    _inherit = ["aftersales.breakage.source", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index=True,
        ondelete="restrict",
        tracking=True,
        domain="[('parent_id', '=', False)]",
        help="Empty: with every customer.",
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        "Product",
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('aftersales_breakage', '=', True)]",
        help="Empty: for every product whose breakage is watched.",
    )
    rate_max = fields.Float(
        "Agreed Rate",
        digits=(16, 8),
        required=True,
        tracking=True,
        help="Breakage in a year of the quantity in service; 0.0002 is 0.02%.",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.today)
    date_to = fields.Date("Until", help="Empty: without end.")
    reference = fields.Char("Contract", help="Where it was agreed, with the clause.")
    active = fields.Boolean(default=True)

    _rate_is_a_share = models.Constraint(
        "CHECK(rate_max >= 0 AND rate_max <= 1)",
        "An agreed rate is between 0% and 100%.",
    )
    _dates_in_order = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "An agreement cannot end before it starts.",
    )

    @api.constrains("partner_id", "product_tmpl_id")
    def _check_scope(self):
        for agreement in self:
            if not agreement.partner_id and not agreement.product_tmpl_id:
                raise ValidationError(
                    self.env._(
                        "Name a customer or a product. What counts for everybody is "
                        "the threshold “Highest annual breakage rate”."
                    )
                )

    @api.depends("partner_id", "product_tmpl_id", "rate_max")
    def _compute_display_name(self):
        for agreement in self:
            names = [agreement.partner_id.name, agreement.product_tmpl_id.name]
            agreement.display_name = (
                f"{' – '.join(filter(None, names))}: {agreement.rate_max * 100:g}%"
            )

    def _queue_breakage(self):
        """What is agreed has changed: complaints are judged again at the end."""
        for agreement in self:
            self.env["aftersales.breakage"]._queue(
                agreement.company_id,
                agreement.product_tmpl_id.product_variant_ids,
                agreement.partner_id,
            )
