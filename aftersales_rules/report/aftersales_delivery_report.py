# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesDeliveryReport(models.Model):
    """Promised day against day of delivery, for everything sold and delivered (O9).

    One row per delivered line of a transfer. A delivery is on time on the promised
    day, as the calendar of the company's time zone shows it.
    """

    _name = "aftersales.delivery.report"
    _description = "On-Time Delivery"
    _auto = False
    _rec_name = "picking_id"
    _order = "date_done desc, id desc"
    _depends = {
        "stock.move": [
            "state",
            "sale_line_id",
            "product_id",
            "quantity",
            "date",
            "date_deadline",
            "picking_id",
            "location_id",
            "location_dest_id",
        ],
        "stock.picking": ["date_done", "scheduled_date"],
        "sale.order": [
            "commitment_date",
            "partner_id",
            "user_id",
            "team_id",
            "urgency_state",
            "order_kind",
        ],
        "sale.order.line": ["order_id"],
        "product.template": ["categ_id"],
        "res.company": ["resource_calendar_id", "partner_id"],
        "resource.calendar": ["tz"],
        "res.partner": ["tz"],
        "stock.location": ["usage"],
    }

    picking_id = fields.Many2one(
        "stock.picking", "Transfer", readonly=True, aggregator="count_distinct"
    )
    order_id = fields.Many2one("sale.order", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    urgency = fields.Selection(
        [("urgent", "Urgent"), ("normal", "Normal")], readonly=True
    )
    order_kind = fields.Selection(selection="_selection_order_kind", readonly=True)
    date_promised = fields.Date(
        "Promised",
        readonly=True,
        help="Delivery date of the order; without one, the date that Odoo planned for "
        "when the order was confirmed.",
    )
    date_done = fields.Date("Delivered", readonly=True)
    result = fields.Selection([("on_time", "On time"), ("late", "Late")], readonly=True)
    on_time_rate = fields.Float(
        "On-Time Rate",
        readonly=True,
        aggregator="avg",
        help="Share of the delivered lines that left on the promised day or before.",
    )
    days_late = fields.Integer("Days Late", readonly=True, aggregator="avg")

    @api.model
    def _selection_order_kind(self):
        return self.env["sale.order"]._selection_of_fact("order_kind")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT delivered.*,
                   GREATEST(date_done - date_promised, 0) AS days_late,
                   CASE WHEN date_done <= date_promised THEN 1.0 ELSE 0.0 END
                       AS on_time_rate,
                   CASE WHEN date_done <= date_promised THEN 'on_time' ELSE 'late' END
                       AS result
              FROM (
                SELECT move.id,
                       move.picking_id,
                       line.order_id,
                       move.product_id,
                       template.categ_id,
                       sale.partner_id,
                       sale.user_id,
                       sale.team_id,
                       sale.company_id,
                       CASE WHEN sale.urgency_state = 'approved'
                            THEN 'urgent' ELSE 'normal' END AS urgency,
                       COALESCE(sale.order_kind, 'standard') AS order_kind,
                       (COALESCE(
                           sale.commitment_date,
                           move.date_deadline,
                           picking.scheduled_date,
                           move.date
                        ) AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date
                           AS date_promised,
                       (COALESCE(picking.date_done, move.date)
                        AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date
                           AS date_done
                  FROM stock_move move
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location target ON target.id = move.location_dest_id
                  JOIN res_company company ON company.id = sale.company_id
                  JOIN res_partner owner ON owner.id = company.partner_id
             LEFT JOIN resource_calendar calendar
                    ON calendar.id = company.resource_calendar_id
             LEFT JOIN stock_picking picking ON picking.id = move.picking_id
            CROSS JOIN LATERAL (
                       SELECT COALESCE(calendar.tz, owner.tz, 'UTC') AS name
                       ) zone
                 WHERE move.state = 'done'
                   AND move.quantity > 0
                   AND target.usage = 'customer'
                   AND source.usage <> 'customer'
                   ) delivered
            """
        )

    def action_open_transfer(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "res_id": self.picking_id.id,
            "views": [(False, "form")],
        }
