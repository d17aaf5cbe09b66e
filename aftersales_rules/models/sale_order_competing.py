# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    competing_count = fields.Integer(
        "Competing Orders",
        compute="_compute_competing_count",
        groups="aftersales_rules.group_duty_manager",
        help="Other confirmed orders that want the same products at about the same "
        "time.",
    )

    @api.depends("state", "order_line.product_id", "order_line.product_uom_qty")
    def _compute_competing_count(self):
        self.competing_count = 0
        confirmed = self.filtered(lambda order: order.state == "sale")
        if not confirmed.ids:
            return
        for order, most in self.env["aftersales.competing.demand"]._read_group(
            [("order_id", "in", confirmed.ids)], ["order_id"], ["competitors:max"]
        ):
            order.competing_count = most

    def action_view_competing(self):
        """Who else wants what this order wants."""
        self.ensure_one()
        self.check_access("read")
        demands = self.env["aftersales.competing.demand"]
        wanted = demands.search(
            [("order_id", "=", self.id), ("competitors", ">", 0)]
        ).product_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_rules.aftersales_competing_demand_action"
        )
        return {
            **action,
            "domain": [("product_id", "in", wanted.ids)],
            "context": {"search_default_competing": 1, "search_default_by_product": 1},
        }
