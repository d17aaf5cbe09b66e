# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    fee_agreement_ids = fields.One2many(
        "aftersales.fee.agreement",
        "order_id",
        "Fee Agreements",
        readonly=True,
        groups="sales_team.group_sale_salesman",
    )
    fee_agreement_count = fields.Integer(
        compute="_compute_fee_agreement_count",
        groups="sales_team.group_sale_salesman",
    )
    has_refundable_fee = fields.Boolean(
        compute="_compute_fee_agreement_count",
        groups="sales_team.group_sale_salesman",
    )

    def _compute_fee_agreement_count(self):
        counts = self.env["aftersales.fee.agreement"]._read_group(
            [("order_id", "in", self.ids)], ["order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in counts}
        for order in self:
            order.fee_agreement_count = counts.get(order.id, 0)
            order.has_refundable_fee = order.state == "sale" and any(
                line.product_id.is_refundable_fee for line in order.order_line
            )

    def action_view_fee_agreements(self):
        """Open the agreements on the fees of this order, or a new one."""
        self.ensure_one()
        self.check_access("read")
        fees = self.order_line.filtered("product_id.is_refundable_fee")
        return self.partner_id.commercial_partner_id._open_fee_agreements(
            [("order_id", "=", self.id)],
            {
                "default_order_line_id": fees[:1].id,
                "default_company_id": self.company_id.id,
            },
            is_new=not self.fee_agreement_count,
        )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        # EXTENDS 'sale'
        result = super().write(vals)
        if "qty_delivered" in vals:
            self.env["aftersales.fee.agreement"]._queue_delivered(self)
        return result
