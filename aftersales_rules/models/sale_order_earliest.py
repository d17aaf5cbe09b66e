# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    earliest_date = fields.Date(
        string="Earliest",
        compute="_compute_earliest",
        groups="base.group_user",
        help="The first working day on which stock, incoming goods, lead times and "
        "the work centres' planned load allow the delivery.",
    )
    earliest_note = fields.Text(
        string="Earliest, Why",
        compute="_compute_earliest",
        groups="base.group_user",
        help="What takes longest, by product.",
    )

    @api.depends_context("lang")
    @api.depends(
        "state",
        "warehouse_id",
        "order_line.product_id",
        "order_line.product_uom_id",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
    )
    def _compute_earliest(self):
        open_orders = self.filtered(lambda order: order.state != "cancel")
        found = self.env["aftersales.earliest"]._get(open_orders)
        for order in self:
            earliest = found.get(order.id)
            order.earliest_date = earliest.day if earliest else False
            order.earliest_note = earliest.note if earliest else False

    def action_take_earliest(self):
        """Promise the earliest day: it becomes the order's delivery date."""
        self.check_access("write")
        for order in self:
            if not order.earliest_date:
                raise UserError(
                    self.env._(
                        "%(order)s has no goods left to deliver.", order=order.name
                    )
                )
            order.commitment_date = order._to_promised_moment(order.earliest_date)
        return True

    def _to_promised_moment(self, day):
        """Noon of a day where the company is, as Odoo stores moments."""
        zone = ZoneInfo(self.company_id._get_aftersales_zone())
        noon = datetime.combine(day, time(12), zone)
        return noon.astimezone(timezone.utc).replace(tzinfo=None)

    def _get_promised_day(self):
        """The promised delivery date, as the company's calendar shows it."""
        self.ensure_one()
        if not self.commitment_date:
            return None
        zone = ZoneInfo(self.company_id._get_aftersales_zone())
        moment = self.commitment_date.replace(tzinfo=timezone.utc)
        return moment.astimezone(zone).date()
