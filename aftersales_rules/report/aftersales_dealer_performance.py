# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

RATES = {"handled_rate": "handled", "in_time_rate": "in_time"}
"""Rates of the report, and what each counts of what was judged."""


class AftersalesDealerPerformance(models.Model):
    """What dealers make of what they are asked to put right, and what they pay (L3).

    One row per request to a dealer, and one per share of a service cost that the books
    charge to a dealer today. Requests that were withdrawn are left out. A request is
    late if the dealer was done after the deadline, or is not done and the deadline has
    passed, as the calendar of the company's time zone shows it.
    """

    _name = "aftersales.dealer.performance"
    _description = "Dealer Performance"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "dealer_id"
    _depends = {
        "aftersales.dealer.supervision": [
            "asked_at",
            "commercial_partner_id",
            "company_id",
            "complaint_id",
            "days_late",
            "deadline",
            "result",
        ],
        "aftersales.cost.report": [
            "bearer",
            "charged_id",
            "company_id",
            "complaint_id",
            "cost_id",
            "currency_id",
            "date",
            "recharged",
            "recovered",
        ],
        "res.company": ["currency_id", "partner_id", "resource_calendar_id"],
        "res.partner": ["tz"],
        "resource.calendar": ["tz"],
    }

    dealer_id = fields.Many2one("res.partner", "Dealer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    complaint_id = fields.Many2one(
        "helpdesk.ticket", "Complaint", readonly=True, aggregator="count_distinct"
    )
    supervision_id = fields.Many2one(
        "aftersales.dealer.supervision", "Request to the Dealer", readonly=True
    )
    cost_id = fields.Many2one("aftersales.cost", "Service Cost", readonly=True)
    date = fields.Date(
        readonly=True, help="When the dealer was asked, or the date of the cost."
    )
    deadline = fields.Date(readonly=True)
    result = fields.Selection(
        selection=lambda self: self.env[
            "aftersales.dealer.supervision"
        ]._selection_result(),
        readonly=True,
    )
    asked = fields.Integer(readonly=True)
    handled = fields.Integer(readonly=True, help="Put right.")
    badly_handled = fields.Integer(readonly=True)
    not_handled = fields.Integer(readonly=True)
    judged = fields.Integer(readonly=True)
    in_time = fields.Integer(readonly=True, help="Put right until the deadline.")
    late = fields.Integer(
        readonly=True, help="Done after the deadline, or not done and it has passed."
    )
    handled_rate = fields.Float(
        "Put Right",
        readonly=True,
        aggregator="avg",
        help="Of the requests that were judged, those that the dealer has put right.",
    )
    in_time_rate = fields.Float(
        "Put Right in Time",
        readonly=True,
        aggregator="avg",
        help="Of the requests that were judged, those put right until the deadline.",
    )
    recharged = fields.Monetary(
        readonly=True, help="In the books as charged to the dealer, without taxes."
    )
    recovered = fields.Monetary(
        readonly=True, help="What was paid of it, or set off against what we owe."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT counted.*,
                   counted.handled::numeric / NULLIF(counted.judged, 0) AS handled_rate,
                   counted.in_time::numeric / NULLIF(counted.judged, 0) AS in_time_rate
              FROM (%(requests)s UNION ALL %(costs)s) counted
            """,
            requests=self._get_request_query(),
            costs=self._get_cost_query(),
        )

    def _get_request_query(self):
        return SQL(
            """
            SELECT request.id::bigint * 2 AS id,
                   request.commercial_partner_id AS dealer_id,
                   request.company_id,
                   company.currency_id,
                   request.complaint_id,
                   request.id AS supervision_id,
                   NULL::integer AS cost_id,
                   (request.asked_at AT TIME ZONE 'UTC' AT TIME ZONE zone.name)::date
                       AS date,
                   request.deadline,
                   request.result,
                   1 AS asked,
                   (request.result = 'handled')::int AS handled,
                   (request.result = 'badly_handled')::int AS badly_handled,
                   (request.result = 'not_handled')::int AS not_handled,
                   (request.result <> 'open')::int AS judged,
                   (request.result = 'handled' AND COALESCE(request.days_late, 0) = 0)
                       ::int AS in_time,
                   CASE WHEN request.result = 'open'
                        THEN (request.deadline < (now() AT TIME ZONE zone.name)::date)
                        ELSE COALESCE(request.days_late, 0) > 0 END ::int AS late,
                   0.0 AS recharged,
                   0.0 AS recovered
              FROM aftersales_dealer_supervision request
              JOIN res_company company ON company.id = request.company_id
              JOIN res_partner owner ON owner.id = company.partner_id
         LEFT JOIN resource_calendar calendar
                ON calendar.id = company.resource_calendar_id
        CROSS JOIN LATERAL (
                   SELECT COALESCE(calendar.tz, owner.tz, 'UTC') AS name
                   ) zone
             WHERE request.result <> 'withdrawn'
            """
        )

    def _get_cost_query(self):
        return SQL(
            """
            SELECT charged.id * 2 + 1 AS id,
                   charged.charged_id AS dealer_id,
                   charged.company_id,
                   charged.currency_id,
                   charged.complaint_id,
                   NULL::integer AS supervision_id,
                   charged.cost_id,
                   charged.date,
                   NULL::date AS deadline,
                   NULL::varchar AS result,
                   0 AS asked,
                   0 AS handled,
                   0 AS badly_handled,
                   0 AS not_handled,
                   0 AS judged,
                   0 AS in_time,
                   0 AS late,
                   charged.recharged,
                   charged.recovered
              FROM (%s) charged
             WHERE charged.bearer = 'dealer'
               AND charged.charged_id IS NOT NULL
               AND charged.recharged <> 0
            """,
            self.env["aftersales.cost.report"]._get_line_query(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Rates are taken of the sums, and not averaged."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATES or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s)::numeric / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, RATES[name], query),
            self._field_to_sql(self._table, "judged", query),
        )

    def action_open_origin(self):
        """The request, or the cost that the dealer is charged with."""
        self.ensure_one()
        origin = self.supervision_id or self.cost_id
        return {
            "type": "ir.actions.act_window",
            "res_model": origin._name,
            "res_id": origin.id,
            "views": [(False, "form")],
        }
