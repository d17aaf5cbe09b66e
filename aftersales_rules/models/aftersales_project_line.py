# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AftersalesProjectLine(models.Model):
    """A product, or a category of products, and how much of it a project needs."""

    _name = "aftersales.project.line"
    _description = "Registered Product"

    project_id = fields.Many2one(
        "aftersales.project", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="project_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", ondelete="restrict", index="btree_not_null"
    )
    categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        ondelete="restrict",
        index="btree_not_null",
        help="Instead of a product: whatever is of this category.",
    )
    quantity = fields.Float(digits="Product Unit", required=True, default=1.0)
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

    _one_of_two = models.Constraint(
        "CHECK((product_id IS NULL) <> (categ_id IS NULL))",
        "Name either a product or a product category on each line.",
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        for line in self:
            line.product_uom_id = line.product_id.uom_id or line.product_uom_id or unit

    @api.constrains("quantity")
    def _check_quantity(self):
        for line in self:
            if line.quantity <= 0:
                raise ValidationError(
                    self.env._(
                        "%(product)s: the quantity must be above zero.",
                        product=line._get_label(),
                    )
                )

    def _get_label(self):
        self.ensure_one()
        return self.product_id.display_name or self.categ_id.display_name

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()
        return result

    def unlink(self):
        self._check_draft()
        return super().unlink()

    def _check_draft(self):
        """Refuse what would change a registration behind its back."""
        if not self.env.su and any(
            project.state != "draft" for project in self.project_id
        ):
            raise UserError(
                self.env._(
                    "What is registered changes in draft only; set it back to "
                    "draft, and file it again."
                )
            )
