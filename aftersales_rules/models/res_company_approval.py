# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models, tools


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_mode_order_urgency = fields.Selection(
        "_selection_aftersales_mode", "Urgent orders", default="observe", required=True
    )
    aftersales_mode_quotation_promise = fields.Selection(
        "_selection_aftersales_mode",
        "Promises to customers",
        default="observe",
        required=True,
    )

    def write(self, vals):
        # EXTENDS 'base'
        if "currency_id" in vals:
            self.env.registry.clear_cache()  # of the list prices' currency
        return super().write(vals)

    @tools.ormcache()
    def _get_list_currency_id(self) -> int:
        """Currency of products that belong to no company: that of the main one.

        Asked for every line of every confirmed order; looking the main company up
        costs a query each time.
        """
        return self._get_main_company().currency_id.id
