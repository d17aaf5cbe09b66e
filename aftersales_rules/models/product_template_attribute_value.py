# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools


class ProductTemplateAttributeValue(models.Model):
    _inherit = "product.template.attribute.value"

    @api.model
    @tools.ormcache()
    def _get_templates_with_extra(self) -> frozenset[int]:
        """Products whose price depends on the attribute values that are chosen.

        Asked for every line of every confirmed order; reading what was chosen costs
        a query each time, and nearly always for nothing.
        """
        # sudo: which products have such values, nothing of them is shown
        groups = self.sudo()._read_group(
            [("price_extra", "!=", 0.0)], ["product_tmpl_id"]
        )
        # one that has lost its values stays in until the cache is emptied: it is
        # looked at more closely for nothing
        return frozenset(template.id for [template] in groups)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'product'
        values = super().create(vals_list)
        if any(values.mapped("price_extra")):
            self.env.registry.clear_cache()  # of _get_templates_with_extra
        return values

    def write(self, vals):
        # EXTENDS 'product'
        result = super().write(vals)
        if "price_extra" in vals:
            self.env.registry.clear_cache()  # of _get_templates_with_extra
        return result
