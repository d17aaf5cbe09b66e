# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..models.aftersales_breakage_agreement import to_rate

_QUEUE = "aftersales_rules.breakage"


class AftersalesBreakage(models.Model):
    """Installed and broken quantities per product, customer and year (C19).

    *Installed* is what was delivered in the year less what came back, or what was
    entered by hand instead; *in service* is what was installed in this and the years
    before; the *rate* is what broke in the year of what is in service. Years without
    any movement have no row of their own; ``_get_latest`` looks back for them.

    The customer is the one of the order, else of the transfer; the year is that of the
    company's time zone.
    """

    _name = "aftersales.breakage"
    _description = "Breakage in Service"
    _auto = False
    _order = "year desc, rate desc, id"
    _rec_name = "product_id"
    _depends = {
        "stock.move.line": [
            "company_id",
            "date",
            "location_dest_id",
            "location_id",
            "move_id",
            "product_id",
            "quantity_product_uom",
            "state",
        ],
        "stock.move": ["picking_id", "sale_line_id"],
        "stock.picking": ["partner_id"],
        "sale.order": ["partner_id"],
        "sale.order.line": ["order_id"],
        "product.product": ["product_tmpl_id"],
        "product.template": ["aftersales_breakage"],
        "aftersales.breakage.entry": [
            "company_id",
            "date",
            "kind",
            "partner_id",
            "product_id",
            "quantity",
        ],
        "aftersales.breakage.agreement": [
            "active",
            "company_id",
            "date_from",
            "date_to",
            "partner_id",
            "product_tmpl_id",
            "rate_max",
        ],
        "helpdesk.ticket": [
            "aftersales_product_id",
            "company_id",
            "complaint_breakage_confirmed_at",
            "complaint_breakage_date",
            "complaint_breakage_quantity",
            "complaint_state",
            "complaint_type",
            "partner_id",
        ],
        "res.company": ["resource_calendar_id", "partner_id"],
        "resource.calendar": ["tz"],
        "res.partner": ["tz", "commercial_partner_id"],
        "stock.location": ["usage", "company_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one(
        "product.template", "Product Template", readonly=True
    )
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    year = fields.Char(readonly=True)
    installed = fields.Float(readonly=True, digits="Product Unit")
    in_service = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Installed in this year and before.",
        aggregator=None,
    )
    failed = fields.Float("Broken", readonly=True, digits="Product Unit")
    rate = fields.Float(
        readonly=True,
        digits=(16, 8),
        aggregator=None,
        help="Broken in the year of what is in service.",
    )
    agreed_rate = fields.Float(
        readonly=True,
        digits=(16, 8),
        aggregator=None,
        help="Agreed with the customer or for the product.",
    )
    is_agreed = fields.Boolean(readonly=True)
    is_over_agreed = fields.Boolean(readonly=True)
    limit_rate = fields.Float(
        "Limit",
        digits=(16, 8),
        compute="_compute_limit_rate",
        help="What was agreed, else the threshold of the company.",
    )
    is_over = fields.Boolean(
        "Over the Limit", compute="_compute_limit_rate", search="_search_is_over"
    )

    @property
    def _table_query(self):
        # where goods are with customers, as stock.location says it
        source = SQL(
            "(source.usage = 'customer'"
            " OR (source.usage = 'transit' AND source.company_id IS NULL))"
        )
        target = SQL(
            "(target.usage = 'customer'"
            " OR (target.usage = 'transit' AND target.company_id IS NULL))"
        )
        return SQL(
            """
            SELECT yearly.*,
                   CASE WHEN yearly.in_service > 0
                        THEN yearly.failed / yearly.in_service END AS rate,
                   agreed.rate_max AS agreed_rate,
                   agreed.rate_max IS NOT NULL AS is_agreed,
                   COALESCE(yearly.in_service > 0
                       AND yearly.failed > agreed.rate_max * yearly.in_service,
                       FALSE) AS is_over_agreed
              FROM (
                SELECT counted.*,
                       SUM(counted.installed) OVER (
                           PARTITION BY counted.company_id, counted.product_id,
                                        counted.partner_id
                           ORDER BY counted.year
                       ) AS in_service
                  FROM (
                    SELECT MIN(event.id) AS id,
                           event.company_id,
                           event.product_id,
                           product.product_tmpl_id,
                           event.partner_id,
                           event.year,
                           CASE WHEN COUNT(event.entered) > 0
                                THEN SUM(event.entered)
                                ELSE COALESCE(SUM(event.delivered), 0)
                           END AS installed,
                           COALESCE(SUM(event.failed), 0) AS failed
                      FROM (%(delivered)s UNION ALL %(entered)s UNION ALL %(broken)s)
                           AS event
                      JOIN product_product product ON product.id = event.product_id
                      JOIN product_template template
                        ON template.id = product.product_tmpl_id
                       AND template.aftersales_breakage
                     GROUP BY event.company_id, event.product_id,
                              product.product_tmpl_id, event.partner_id, event.year
                       ) counted
                   ) yearly
              LEFT JOIN LATERAL (
                SELECT agreement.rate_max
                  FROM aftersales_breakage_agreement agreement
                 WHERE agreement.company_id = yearly.company_id
                   AND agreement.active
                   AND (agreement.partner_id = yearly.partner_id
                        OR agreement.partner_id IS NULL)
                   AND (agreement.product_tmpl_id = yearly.product_tmpl_id
                        OR agreement.product_tmpl_id IS NULL)
                   AND agreement.date_from <= make_date(yearly.year::int, 12, 31)
                   AND (agreement.date_to IS NULL
                        OR agreement.date_to >= make_date(yearly.year::int, 1, 1))
                 ORDER BY agreement.partner_id IS NULL,
                          agreement.product_tmpl_id IS NULL,
                          agreement.date_from DESC,
                          agreement.id DESC
                 LIMIT 1
                   ) agreed ON TRUE
            """,
            delivered=SQL(
                """
                SELECT line.id::bigint * 3 AS id,
                       line.company_id,
                       line.product_id,
                       customer.commercial_partner_id AS partner_id,
                       to_char(line.date AT TIME ZONE 'UTC' AT TIME ZONE zone.name,
                               'YYYY') AS year,
                       CASE WHEN %(target)s
                            THEN line.quantity_product_uom
                            ELSE -line.quantity_product_uom END AS delivered,
                       NULL::numeric AS entered,
                       NULL::numeric AS failed
                  FROM stock_move_line line
                  JOIN stock_move move ON move.id = line.move_id
                  JOIN stock_location source ON source.id = line.location_id
                  JOIN stock_location target ON target.id = line.location_dest_id
             LEFT JOIN stock_picking picking ON picking.id = move.picking_id
             LEFT JOIN sale_order_line sold ON sold.id = move.sale_line_id
             LEFT JOIN sale_order sale ON sale.id = sold.order_id
                  JOIN res_partner customer
                    ON customer.id = COALESCE(sale.partner_id, picking.partner_id)
                  JOIN res_company company ON company.id = line.company_id
                  JOIN res_partner owner ON owner.id = company.partner_id
             LEFT JOIN resource_calendar calendar
                    ON calendar.id = company.resource_calendar_id
            CROSS JOIN LATERAL (
                       SELECT COALESCE(calendar.tz, owner.tz, 'UTC') AS name
                       ) zone
                 WHERE line.state = 'done'
                   AND %(source)s <> %(target)s
                """,
                source=source,
                target=target,
            ),
            entered=SQL(
                """
                SELECT entry.id::bigint * 3 + 1,
                       entry.company_id,
                       entry.product_id,
                       customer.commercial_partner_id,
                       to_char(entry.date, 'YYYY'),
                       NULL::numeric,
                       CASE WHEN entry.kind = 'installed' THEN entry.quantity END,
                       CASE WHEN entry.kind = 'failed' THEN entry.quantity END
                  FROM aftersales_breakage_entry entry
                  JOIN res_partner customer ON customer.id = entry.partner_id
                """
            ),
            broken=SQL(
                """
                SELECT ticket.id::bigint * 3 + 2,
                       ticket.company_id,
                       ticket.aftersales_product_id,
                       customer.commercial_partner_id,
                       to_char(ticket.complaint_breakage_date, 'YYYY'),
                       NULL::numeric,
                       NULL::numeric,
                       ticket.complaint_breakage_quantity
                  FROM helpdesk_ticket ticket
                  JOIN res_partner customer ON customer.id = ticket.partner_id
                 WHERE ticket.complaint_breakage_confirmed_at IS NOT NULL
                   AND ticket.aftersales_product_id IS NOT NULL
                   AND COALESCE(ticket.complaint_type, 'product_quality')
                       = 'product_quality'
                   AND ticket.complaint_state <> 'refused'
                """
            ),
        )

    @api.depends("agreed_rate", "is_agreed", "rate", "company_id")
    def _compute_limit_rate(self):
        limits = self._get_company_limits(self.company_id)
        for row in self:
            row.limit_rate = (
                row.agreed_rate if row.is_agreed else limits[row.company_id.id]
            )
            row.is_over = to_rate(row.rate) > to_rate(row.limit_rate)

    @api.model
    def _search_is_over(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        over = fields.Domain("is_over_agreed", "=", True)
        for company_id, limit in self._get_company_limits(self.env.companies).items():
            over |= (
                fields.Domain("company_id", "=", company_id)
                & fields.Domain("is_agreed", "=", False)
                & fields.Domain("rate", ">", limit)
            )
        return over if (True in value) == (operator == "in") else ~over

    @api.model
    def _get_company_limits(self, companies):
        """The limit that counts where nothing was agreed, by company id."""
        limits = {}
        for company in companies:
            _version, compiled = self.env["aftersales.version"]._get_current(company)
            limits[company.id] = float(compiled.thresholds["breakage_rate_max"])
        return limits

    @api.model
    def _get_latest(self, company, products, year, partners=None):
        """The latest row up to a year, for each product and customer.

        :param year: int
        :rtype: dict[(company id, product id, customer id), aftersales.breakage]
        """
        domain = [
            ("company_id", "in", company.ids),
            ("product_id", "in", products.ids),
            ("year", "<=", str(year)),
        ]
        if partners is not None:
            domain.append(("partner_id", "in", partners.ids))
        # rows are figures, not records: what was read before may be old by now
        self.invalidate_model()
        found = {}
        for row in self.search(domain, order="year desc, id"):
            key = (row.company_id.id, row.product_id.id, row.partner_id.id)
            found.setdefault(key, row)
        return found

    # --------------------------------------------------- what depends on the figures

    @api.model
    def _queue(self, company, products, partner):
        """Have open complaints judged again before the commit, because figures changed.

        :param products: those concerned; empty for all
        :param partner: the customer; empty for all
        """
        self.invalidate_model()
        data = self.env.cr.precommit.data
        if _QUEUE not in data:
            data[_QUEUE] = defaultdict(set)
            self.env.cr.precommit.add(self._judge_queued)
        key = (company.id, partner.commercial_partner_id.id)
        data[_QUEUE][key].update(products.ids or [0])

    @api.model
    def _judge_queued(self):
        queued = self.env.cr.precommit.data.pop(_QUEUE, {})
        if not queued:
            return
        domain = fields.Domain.OR(
            fields.Domain("company_id", "=", company_id)
            & (
                fields.Domain("commercial_partner_id", "=", partner_id)
                if partner_id
                else fields.Domain.TRUE
            )
            & (
                fields.Domain.TRUE
                if 0 in products
                else fields.Domain("aftersales_product_id", "in", list(products))
            )
            for (company_id, partner_id), products in queued.items()
        )
        # sudo: whoever enters a figure need not read every complaint
        tickets = self.env["helpdesk.ticket"].sudo()
        tickets._complaint_search_breakage(domain)._complaint_judge_breakage("recheck")
