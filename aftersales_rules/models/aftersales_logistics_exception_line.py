# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AftersalesLogisticsExceptionLine(models.Model):
    """How much of which product is lost or damaged (O12)."""

    _name = "aftersales.logistics.exception.line"
    _description = "Product Affected by a Delivery Problem"

    exception_id = fields.Many2one(
        "aftersales.logistics.exception", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="exception_id.company_id")
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    lot_id = fields.Many2one(
        "stock.lot",
        "Lot/Serial Number",
        domain="[('product_id', '=', product_id)]",
        ondelete="restrict",
    )
    quantity = fields.Float(digits="Product Unit", required=True, default=1.0)
    product_uom_id = fields.Many2one(related="product_id.uom_id")

    @api.constrains("quantity")
    def _check_quantity(self):
        for line in self:
            if line.quantity <= 0:
                raise ValidationError(self.env._("How many are affected?"))

    @api.constrains("product_id", "lot_id", "exception_id")
    def _check_product(self):
        for line in self:
            if line.product_id not in line.exception_id.product_ids:
                raise ValidationError(
                    self.env._(
                        "%(product)s is not on %(transfer)s.",
                        product=line.product_id.display_name,
                        transfer=line.exception_id.picking_id.name,
                    )
                )
            if line.lot_id and line.lot_id.product_id != line.product_id:
                raise ValidationError(self.env._("This lot is of another product."))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.exception_id._check_open()
        lines.exception_id._judge_again()
        return lines

    def write(self, vals):
        if "exception_id" in vals:
            raise UserError(self.env._("A line stays with its problem."))
        self.exception_id._check_open()
        result = super().write(vals)
        self.exception_id._judge_again()
        return result

    def unlink(self):
        problems = self.exception_id
        problems._check_open()
        result = super().unlink()
        problems._judge_again()
        return result
