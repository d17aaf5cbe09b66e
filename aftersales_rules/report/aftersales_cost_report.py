# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from ..models.aftersales_cost import STATES
from ..rules.catalogue.complaint import COMPLAINT_TYPES, SEVERITIES
from ..rules.catalogue.liability import BEARERS, COST_TYPES, TREATMENTS, WORKED_BY

CHARGED = ("recharge", "receivable", "claim")
"""Treatments that somebody else pays for in the end."""
RATES = {
    "manufacturing_rate": "manufacturing",
    "recovery_rate": "recovered",
}
"""Rates of the report, and the measure each is the part of the cost of."""


class AftersalesCostReport(models.Model):
    """What complaints cost, who bears it, and what came back (L1–L8).

    One row per share of a service cost; a cost that nobody has reviewed yet has one row
    of its own, with the bearer that the rules name. Cancelled costs are left out.

    *Recharged* is what the books charge to somebody else today, so a reversed posting
    counts for nothing and one that was repeated counts once. *Recovered* is what was
    paid of it or set off against what we owe, in proportion to the whole document; what
    only a reversal has balanced was not recovered.
    """

    _name = "aftersales.cost.report"
    _description = "Service Cost Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "cost_id"
    _depends = {
        "aftersales.cost": [
            "bearer",
            "company_amount",
            "company_id",
            "complaint_id",
            "cost_type",
            "date",
            "dealer_id",
            "department_id",
            "product_id",
            "state",
            "treatment",
            "worked_by",
        ],
        "account.move": ["date", "move_type", "reversed_entry_id"],
        "account.move.line": ["balance", "display_type", "move_id"],
        "account.partial.reconcile": ["amount", "credit_move_id", "debit_move_id"],
        "aftersales.cost.entry": ["line_id", "move_id", "treatment"],
        "aftersales.cost.share": [
            "bearer",
            "company_amount",
            "cost_id",
            "department_id",
            "partner_id",
            "standing_entry_id",
            "surplus",
            "treatment",
        ],
        "helpdesk.ticket": [
            "aftersales_product_id",
            "complaint_dealer_id",
            "complaint_severity",
            "complaint_type",
            "partner_id",
        ],
        "product.product": ["product_tmpl_id"],
        "product.template": ["categ_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
    }

    cost_id = fields.Many2one(
        "aftersales.cost", "Service Cost", readonly=True, aggregator="count_distinct"
    )
    complaint_id = fields.Many2one(
        "helpdesk.ticket", "Complaint", readonly=True, aggregator="count_distinct"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True, help="Of the cost.")
    booked_on = fields.Date(
        "Booked", readonly=True, help="Date of the entry or invoice that stands today."
    )
    state = fields.Selection(STATES, readonly=True)
    cost_type = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(COST_TYPES),
        "Type",
        readonly=True,
    )
    worked_by = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(WORKED_BY),
        "Work Done by",
        readonly=True,
    )
    bearer = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(BEARERS),
        readonly=True,
    )
    treatment = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(TREATMENTS),
        readonly=True,
    )
    charged_id = fields.Many2one("res.partner", "Charged to", readonly=True)
    department_id = fields.Many2one(
        "aftersales.department", "Department", readonly=True
    )
    product_id = fields.Many2one("product.product", "Product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    complaint_type = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(COMPLAINT_TYPES),
        readonly=True,
    )
    complaint_severity = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(SEVERITIES),
        "Severity",
        readonly=True,
    )
    customer_id = fields.Many2one("res.partner", "Customer", readonly=True)
    dealer_id = fields.Many2one("res.partner", "Dealer", readonly=True)
    cost = fields.Monetary(readonly=True)
    manufacturing = fields.Monetary(
        "Manufacturing Cost",
        readonly=True,
        help="What the company bears as manufacturing cost.",
    )
    recharged = fields.Monetary(
        readonly=True,
        help="In the books as charged to dealers, customers, carriers and employees, "
        "without taxes.",
    )
    recovered = fields.Monetary(
        readonly=True,
        help="What was paid of it, or set off against what we owe.",
    )
    outstanding = fields.Monetary(
        readonly=True, help="Recharged, and not recovered yet."
    )
    borne = fields.Monetary(
        "Borne by Us",
        readonly=True,
        help="Cost less what is recharged: what stays with the company as things are.",
    )
    manufacturing_rate = fields.Float(
        "Manufacturing-Cost Share",
        readonly=True,
        aggregator="avg",
        help="Manufacturing cost of all cost.",
    )
    recovery_rate = fields.Float(
        "Recovered Share",
        readonly=True,
        aggregator="avg",
        help="Recovered of all cost.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.*,
                   line.recharged - line.recovered AS outstanding,
                   line.cost - line.recharged AS borne,
                   line.manufacturing / NULLIF(line.cost, 0) AS manufacturing_rate,
                   line.recovered / NULLIF(line.cost, 0) AS recovery_rate
              FROM (%(line)s) line
            """,
            line=self._get_line_query(),
        )

    def _get_line_query(self):
        return SQL(
            """
            SELECT COALESCE(share.id::bigint * 2, cost.id::bigint * 2 + 1) AS id,
                   cost.id AS cost_id,
                   cost.complaint_id,
                   cost.company_id,
                   company.currency_id,
                   cost.date,
                   document.date AS booked_on,
                   cost.state,
                   cost.cost_type,
                   cost.worked_by,
                   COALESCE(share.bearer, cost.bearer, 'undecided') AS bearer,
                   COALESCE(share.treatment, cost.treatment, 'none') AS treatment,
                   share.partner_id AS charged_id,
                   COALESCE(share.department_id, cost.department_id) AS department_id,
                   product.id AS product_id,
                   template.categ_id,
                   ticket.complaint_type,
                   ticket.complaint_severity,
                   customer.commercial_partner_id AS customer_id,
                   dealer.commercial_partner_id AS dealer_id,
                   COALESCE(share.company_amount, cost.company_amount, 0) AS cost,
                   CASE WHEN COALESCE(share.treatment, cost.treatment) = 'manufacturing'
                        THEN COALESCE(share.company_amount, cost.company_amount, 0)
                        ELSE 0 END AS manufacturing,
                   charged.amount AS recharged,
                   COALESCE(charged.amount * paid.matched / NULLIF(paid.total, 0), 0)
                       AS recovered
              FROM aftersales_cost cost
              JOIN helpdesk_ticket ticket ON ticket.id = cost.complaint_id
              JOIN res_company company ON company.id = cost.company_id
         LEFT JOIN aftersales_cost_share share ON share.cost_id = cost.id
         LEFT JOIN product_product product
                ON product.id = COALESCE(cost.product_id, ticket.aftersales_product_id)
         LEFT JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN res_partner customer ON customer.id = ticket.partner_id
         LEFT JOIN res_partner dealer
                ON dealer.id = COALESCE(cost.dealer_id, ticket.complaint_dealer_id)
         LEFT JOIN aftersales_cost_entry entry ON entry.id = share.standing_entry_id
         LEFT JOIN account_move document ON document.id = entry.move_id
        CROSS JOIN LATERAL (
                   SELECT CASE WHEN entry.treatment IN %(charged)s
                               THEN share.company_amount + COALESCE(share.surplus, 0)
                               ELSE 0 END AS amount
                   ) charged
         LEFT JOIN LATERAL (%(paid)s) paid ON charged.amount <> 0
             WHERE cost.state <> 'cancelled'
            """,
            charged=CHARGED,
            paid=self._get_paid_query(),
        )

    def _get_paid_query(self):
        """How much of the document of an entry is due, and is paid or set off."""
        return SQL(
            """
            SELECT SUM(ABS(due.balance)) AS total,
                   SUM(matched.amount) AS matched
              FROM account_move_line due
         LEFT JOIN LATERAL (
                   SELECT SUM(part.amount) AS amount
                     FROM account_partial_reconcile part
                     JOIN account_move_line other
                       ON other.id IN (part.debit_move_id, part.credit_move_id)
                      AND other.id <> due.id
                     JOIN account_move payer ON payer.id = other.move_id
                    WHERE due.id IN (part.debit_move_id, part.credit_move_id)
                      AND payer.reversed_entry_id IS DISTINCT FROM document.id
                   ) matched ON TRUE
             WHERE due.move_id = document.id
               AND CASE WHEN document.move_type = 'entry'
                        THEN due.id = entry.line_id
                        ELSE due.display_type = 'payment_term' END
            """
        )

    def _read_group_select(self, aggregate_spec, query):
        """Rates are taken of the sums: an average of rates would count small costs as
        much as large ones."""
        name, _colon, function = aggregate_spec.partition(":")
        if name not in RATES or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, RATES[name], query),
            self._field_to_sql(self._table, "cost", query),
        )

    def action_open_cost(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.cost",
            "res_id": self.cost_id.id,
            "views": [(False, "form")],
        }
