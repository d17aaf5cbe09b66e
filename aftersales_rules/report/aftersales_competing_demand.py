# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class AftersalesCompetingDemand(models.Model):
    """What confirmed orders still wait for, and whether there is enough of it (O15).

    One row per open delivery of an order, or per line of an order that waits and has
    none yet. Within a warehouse the demand is served by date from what is on hand and
    what comes in; everything else that takes from the stock counts before it.
    Orders compete if they want the same product within the window of the rules.
    """

    _name = "aftersales.competing.demand"
    _description = "Competing Orders"
    _auto = False
    _rec_name = "order_id"
    _order = "product_id, date, id"
    _depends = {
        "stock.move": [
            "state",
            "sale_line_id",
            "product_id",
            "product_qty",
            "date",
            "date_deadline",
            "location_id",
            "location_dest_id",
            "location_final_id",
            "move_orig_ids",
        ],
        "stock.move.line": ["move_id", "lot_id", "state"],
        "stock.quant": ["quantity", "reserved_quantity", "location_id", "product_id"],
        "stock.location": ["usage", "warehouse_id"],
        "sale.order": [
            "state",
            "commitment_date",
            "date_order",
            "partner_id",
            "user_id",
            "urgency_state",
            "warehouse_id",
            "hold_state",
        ],
        "sale.order.line": [
            "order_id",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "qty_delivered",
            "customer_lead",
        ],
        "product.template": ["is_storable", "uom_id"],
        "uom.uom": ["factor"],
        "mrp.bom": ["type", "active", "product_id", "product_tmpl_id"],
    }

    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", "Product Family", readonly=True
    )
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    lot_id = fields.Many2one(
        "stock.lot",
        "Lot",
        readonly=True,
        help="The lot that is reserved for the order, if it is one.",
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    urgency_state = fields.Selection(
        [
            ("requested", "Urgency asked"),
            ("approved", "Urgent"),
            ("refused", "Urgency refused"),
            ("withdrawn", "Urgency withdrawn"),
        ],
        "Urgency",
        readonly=True,
    )
    date = fields.Datetime("Due", readonly=True)
    quantity = fields.Float("Wanted", digits="Product Unit", readonly=True)
    free_qty = fields.Float(
        "Free Now",
        digits="Product Unit",
        readonly=True,
        aggregator="max",
        help="On hand in the warehouse and reserved for nobody.",
    )
    balance = fields.Float(
        "Balance",
        digits="Product Unit",
        readonly=True,
        aggregator="min",
        help="What is left after this order, if all are served by date from what is on "
        "hand and what comes in until then.",
    )
    shortage = fields.Float(
        "Short",
        digits="Product Unit",
        readonly=True,
        help="What of this order is not covered when it is due.",
    )
    covered_date = fields.Datetime(
        "Covered on",
        readonly=True,
        help="When more comes for this order after all that is due before it; empty: "
        "nothing is on its way.",
    )
    next_date = fields.Datetime(
        "More Comes", readonly=True, help="The next receipt or production that is open."
    )
    competitors = fields.Integer(
        "Other Orders",
        readonly=True,
        aggregator="max",
        help="Orders that want the same product within the window of the rules.",
    )
    family_competitors = fields.Integer(
        "Other Orders of the Family",
        readonly=True,
        aggregator="max",
        help="The same, over all variants of the product.",
    )

    @api.model
    def _get_windows(self):
        """How far apart the dates of competing orders may be: days by company."""
        # sudo: every company's own window; nothing of the company is shown
        companies = self.env["res.company"].sudo()._search_all()
        versions = self.env["aftersales.version"]
        return {
            company.id: versions._get_current(company)[1].thresholds["competing_days"]
            for company in companies
        }

    @property
    def _table_query(self):
        windows = self._get_windows()
        return SQL(
            """
            WITH spread AS (
                SELECT * FROM unnest(%(companies)s::int[], %(days)s::int[])
                           AS spread(company_id, days)
            ),
            open_move AS MATERIALIZED (
                SELECT move.id, move.company_id, move.product_id, move.product_qty,
                       move.date, move.date_deadline, move.sale_line_id,
                       source.warehouse_id AS source_warehouse,
                       source.usage AS source_usage,
                       target.warehouse_id AS target_warehouse,
                       target.usage AS target_usage
                  FROM stock_move move
                  JOIN product_product product ON product.id = move.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                   AND template.is_storable
                  JOIN stock_location source ON source.id = move.location_id
                  JOIN stock_location target
                    ON target.id = COALESCE(
                        move.location_final_id, move.location_dest_id
                    )
                 WHERE move.state IN (
                    'waiting', 'confirmed', 'partially_available', 'assigned'
                 )
            ),
            leaving AS (
                SELECT *
                  FROM open_move move
                 WHERE source_warehouse IS NOT NULL
                   AND target_warehouse IS DISTINCT FROM source_warehouse
                   -- of the steps of one delivery the first open one counts
                   AND NOT EXISTS (
                        SELECT 1
                          FROM stock_move_move_rel chain
                          JOIN open_move before ON before.id = chain.move_orig_id
                         WHERE chain.move_dest_id = move.id
                           AND before.source_warehouse = move.source_warehouse
                   )
            ),
            demand AS MATERIALIZED (
                SELECT move.id * 2 AS id, move.id AS move_id,
                       sale.company_id, move.source_warehouse AS warehouse_id,
                       move.product_id, line.order_id,
                       move.product_qty AS quantity,
                       COALESCE(sale.commitment_date, move.date_deadline, move.date)
                           AS date
                  FROM leaving move
                  JOIN sale_order_line line ON line.id = move.sale_line_id
                  JOIN sale_order sale ON sale.id = line.order_id
                 WHERE sale.state = 'sale' AND move.target_usage = 'customer'
             UNION ALL
                -- what waits has no delivery yet
                SELECT line.id * 2 + 1, NULL,
                       sale.company_id, sale.warehouse_id,
                       line.product_id, line.order_id,
                       (line.product_uom_qty - line.qty_delivered)
                           * unit.factor / own_unit.factor,
                       COALESCE(
                           sale.commitment_date,
                           sale.date_order
                               + COALESCE(line.customer_lead, 0) * INTERVAL '1 day'
                       )
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                   AND template.is_storable
                  JOIN uom_uom unit ON unit.id = line.product_uom_id
                  JOIN uom_uom own_unit ON own_unit.id = template.uom_id
                 WHERE sale.state = 'sale'
                   AND sale.hold_state IS NOT NULL
                   AND line.product_uom_qty > COALESCE(line.qty_delivered, 0)
                   AND NOT EXISTS (
                        SELECT 1 FROM stock_move move
                         WHERE move.sale_line_id = line.id
                           AND move.state <> 'cancel'
                   )
                   AND NOT EXISTS (
                        SELECT 1 FROM mrp_bom bom
                         WHERE bom.type = 'phantom' AND bom.active
                           AND bom.product_tmpl_id = template.id
                           AND COALESCE(bom.product_id, product.id) = product.id
                   )
            ),
            stock AS (
                SELECT location.warehouse_id, quant.product_id,
                       SUM(quant.quantity) AS quantity,
                       SUM(quant.quantity - quant.reserved_quantity) AS free
                  FROM stock_quant quant
                  JOIN stock_location location ON location.id = quant.location_id
                 WHERE location.usage IN ('internal', 'transit')
                   AND location.warehouse_id IS NOT NULL
              GROUP BY location.warehouse_id, quant.product_id
            ),
            supply AS MATERIALIZED (
                SELECT target_warehouse AS warehouse_id, product_id, date,
                       SUM(product_qty) AS quantity
                  FROM open_move move
                 WHERE target_warehouse IS NOT NULL
                   AND source_warehouse IS DISTINCT FROM target_warehouse
              GROUP BY target_warehouse, product_id, date
            ),
            event AS (
                SELECT warehouse_id, product_id, date, 1 AS turn, id,
                       -quantity AS change, 0.0 AS gain
                  FROM demand
             UNION ALL
                SELECT source_warehouse, product_id, date, 1, id * -2,
                       -product_qty, 0.0
                  FROM leaving
                 WHERE id NOT IN (
                    SELECT move_id FROM demand WHERE move_id IS NOT NULL
                 )
             UNION ALL
                SELECT warehouse_id, product_id, date, 0, NULL, quantity, quantity
                  FROM supply
            ),
            running AS (
                SELECT id, warehouse_id, product_id, date,
                       SUM(change) OVER served AS balance,
                       SUM(gain) OVER served AS gained
                  FROM event
                WINDOW served AS (
                    PARTITION BY warehouse_id, product_id
                    ORDER BY date, turn, id
                    ROWS UNBOUNDED PRECEDING
                )
            ),
            -- what is missing without anything that comes, against what comes
            covered AS (
                SELECT wanted.id, MIN(comes.date) AS date
                  FROM running wanted
             LEFT JOIN stock USING (warehouse_id, product_id)
                  JOIN running comes
                    ON comes.warehouse_id = wanted.warehouse_id
                   AND comes.product_id = wanted.product_id
                   AND comes.id IS NULL
                   AND comes.gained + COALESCE(stock.quantity, 0)
                       >= wanted.gained - wanted.balance
                 WHERE wanted.id > 0
              GROUP BY wanted.id
            ),
            rival AS (
                SELECT mine.id,
                       COUNT(DISTINCT other.order_id) FILTER (
                           WHERE other.product_id = mine.product_id
                       ) AS same,
                       COUNT(DISTINCT other.order_id) AS family
                  FROM demand mine
                  JOIN product_product mine_product
                    ON mine_product.id = mine.product_id
                  JOIN spread ON spread.company_id = mine.company_id
                  JOIN (
                        SELECT demand.*, product.product_tmpl_id
                          FROM demand
                          JOIN product_product product
                            ON product.id = demand.product_id
                       ) other
                    ON other.warehouse_id = mine.warehouse_id
                   AND other.product_tmpl_id = mine_product.product_tmpl_id
                   AND other.order_id <> mine.order_id
                   AND other.date BETWEEN mine.date - spread.days * INTERVAL '1 day'
                                      AND mine.date + spread.days * INTERVAL '1 day'
              GROUP BY mine.id
            )
            SELECT demand.id, demand.company_id, demand.warehouse_id,
                   demand.product_id, product.product_tmpl_id, template.uom_id,
                   demand.order_id, sale.partner_id, sale.user_id,
                   sale.urgency_state, demand.date, demand.quantity,
                   lot.lot_id,
                   COALESCE(stock.free, 0) AS free_qty,
                   COALESCE(stock.quantity, 0) + running.balance AS balance,
                   LEAST(
                       demand.quantity,
                       GREATEST(-(COALESCE(stock.quantity, 0) + running.balance), 0)
                   ) AS shortage,
                   CASE WHEN COALESCE(stock.quantity, 0) + running.balance < 0
                        THEN covered.date END AS covered_date,
                   (SELECT MIN(supply.date) FROM supply
                     WHERE supply.warehouse_id = demand.warehouse_id
                       AND supply.product_id = demand.product_id) AS next_date,
                   COALESCE(rival.same, 0) AS competitors,
                   COALESCE(rival.family, 0) AS family_competitors
              FROM demand
              JOIN running ON running.id = demand.id
              JOIN sale_order sale ON sale.id = demand.order_id
              JOIN product_product product ON product.id = demand.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN stock
                ON stock.warehouse_id = demand.warehouse_id
               AND stock.product_id = demand.product_id
         LEFT JOIN covered ON covered.id = demand.id
         LEFT JOIN rival ON rival.id = demand.id
         LEFT JOIN (
                    SELECT move_id, MIN(lot_id) AS lot_id
                      FROM stock_move_line
                     WHERE lot_id IS NOT NULL AND state NOT IN ('done', 'cancel')
                  GROUP BY move_id
                    HAVING COUNT(DISTINCT lot_id) = 1
                   ) lot ON lot.move_id = demand.move_id
            """,
            companies=list(windows),
            days=list(windows.values()),
        )

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
