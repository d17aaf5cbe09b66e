# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..rules import CUSTOMER_TIER, CustomerTierFacts
from .aftersales_credit_facts import _decimal

TIER_BATCH = 500
_TIER_AFTER = "aftersales_rules.tier_after"
"""Where the cron was when its time was up: company id, partner id."""


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_tier_rule = fields.Selection(
        "_selection_customer_tier",
        string="Tier by Rule",
        company_dependent=True,
        copy=False,
        readonly=True,
        help="From the sales of the last twelve months and their regularity.",
        groups="base.group_user",
    )
    customer_tier_manual = fields.Selection(
        "_selection_customer_tier",
        string="Tier by Hand",
        company_dependent=True,
        copy=False,
        help="Counts instead of the tier by rule.",
        groups="base.group_user",
    )
    customer_tier = fields.Selection(
        "_selection_customer_tier",
        string="Customer Tier",
        compute="_compute_customer_tier",
        compute_sudo=True,
        groups="base.group_user",
    )
    credit_limit_ids = fields.One2many(
        "aftersales.credit.limit",
        "partner_id",
        string="Credit Limit Applications",
        groups="base.group_user",
    )
    held_order_count = fields.Integer(
        compute="_compute_held_order_count", groups="base.group_user"
    )

    @api.model
    def _selection_customer_tier(self):
        text = self.env["aftersales.text"]
        choices = CUSTOMER_TIER.outcome_fields["tier"].choices
        return [(value, text._term(label)) for value, label in choices.items()]

    @api.depends_context("company")
    @api.depends(
        "commercial_partner_id.customer_tier_manual",
        "commercial_partner_id.customer_tier_rule",
    )
    def _compute_customer_tier(self):
        for partner in self:
            commercial = partner.commercial_partner_id
            partner.customer_tier = (
                commercial.customer_tier_manual or commercial.customer_tier_rule
            )

    def _compute_held_order_count(self):
        counts = dict(
            self.env["aftersales.hold"]._read_group(
                [
                    ("state", "=", "open"),
                    ("partner_id", "in", self.commercial_partner_id.ids),
                ],
                ["partner_id"],
                ["order_id:count_distinct"],
            )
        )
        for partner in self:
            partner.held_order_count = counts.get(partner.commercial_partner_id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        defaults = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_")
        }
        for vals in vals_list:
            self._check_tier_fields({**defaults, **vals})
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        self._check_tier_fields(vals)
        result = super().write(vals)
        # sudo: whose address it is, not what is in it
        if "tz" in vals and self.sudo().ref_company_ids:
            self.env.registry.clear_cache()  # of the company's time zone
        if not {"credit_limit", "customer_tier_manual"}.isdisjoint(vals):
            self._queue_credit_recheck(self.env.company)
        return result

    @api.model
    def _check_tier_fields(self, vals):
        """A tier decides who gets goods on arrears (O4): not everybody sets it."""
        if self.env.su:
            return
        if "customer_tier_rule" in vals:
            raise AccessError(self.env._("The tier by rule follows from sales."))
        if "customer_tier_manual" in vals and not self.env.user.has_group(
            "aftersales_rules.group_credit_controller"
        ):
            raise AccessError(
                self.env._("Only a credit controller sets the tier of a customer.")
            )

    def _queue_credit_recheck(self, companies):
        """Something these customers' credit depends on has changed."""
        self.env["aftersales.gate"]._queue_customers(
            (partner_id, company.id)
            for partner_id in self.commercial_partner_id.ids
            for company in companies
        )

    def action_view_held_orders(self):
        self.ensure_one()
        self.env["aftersales.hold"].check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "aftersales_rules.aftersales_hold_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        return action

    # --------------------------------------------------------------------- tiers

    @api.model
    def _cron_customer_tier(self, batch=TIER_BATCH):
        """Derive the tier of every customer from twelve months of invoices (O4).

        Commits each batch, and when its time is up goes on there at the next run.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        progress = self.env["ir.cron"]._commit_progress
        after = parameters.get_param(_TIER_AFTER) or "0,0"
        after = tuple(int(part) for part in after.split(","))
        pending = [
            (company, [i for i in partner_ids if (company.id, i) > after])
            for company in self.env["res.company"].sudo().search([], order="id")
            for partner_ids in [self._get_rated_partner_ids(company)]
        ]
        batches = [
            (company, ids[start : start + batch])
            for company, ids in pending
            for start in range(0, len(ids), batch)
        ]
        progress(remaining=sum(len(ids) for _company, ids in batches))
        for company, partner_ids in batches:
            self.sudo().browse(partner_ids)._derive_tier(company)
            parameters.set_param(_TIER_AFTER, f"{company.id},{partner_ids[-1]}")
            if not progress(len(partner_ids)):
                break
        else:
            parameters.set_param(_TIER_AFTER, False)

    @api.model
    def _get_rated_partner_ids(self, company):
        """Commercial partners with a posted customer invoice, or a tier from one."""
        # sudo: the cron rates the customers of every company
        groups = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("state", "=", "posted"),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("commercial_partner_id", "!=", False),
                ],
                ["commercial_partner_id"],
            )
        )
        rated = (
            self.sudo()
            .with_company(company)
            .with_context(active_test=False)
            .search([("customer_tier_rule", "!=", False)])
        )
        return sorted({partner.id for [partner] in groups} | set(rated.ids))

    def _derive_tier(self, company):
        """Decide the tier of these commercial partners and write what changed."""
        _version_id, compiled = self.env["aftersales.version"]._get_current(company)
        today = company._aftersales_now().date()
        gathered = self._gather_tier_facts(company, today)
        facts = self.env["aftersales.extension"]._complete(
            "customer_tier", list(gathered.items())
        )
        decisions = compiled.decide_many("customer_tier", facts, on=today)
        changed = []
        for partner, decision in zip(gathered, decisions, strict=True):
            partner = partner.with_company(company)
            tier = (decision.outcome or {}).get("tier") or False
            if partner.customer_tier_rule != tier:
                partner.customer_tier_rule = tier
                partner._queue_credit_recheck(company)
                changed.append((partner, tier, decision))
        self.env["aftersales.decision"]._record(
            [
                {
                    "decision": decision,
                    "company": company,
                    "res_model": partner._name,
                    "res_id": partner.id,
                    "event": "recheck",
                    "mode": "observe",
                    "result": tier or "none",
                    "partner": partner,
                }
                for partner, tier, decision in changed
            ]
        )

    def _gather_tier_facts(self, company, today):
        """Twelve months of posted invoices less credit notes; one query.

        :rtype: dict[res.partner, CustomerTierFacts]
        """
        self.env["account.move"].flush_model(
            [
                "amount_untaxed_signed",
                "commercial_partner_id",
                "company_id",
                "invoice_date",
                "move_type",
                "state",
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT commercial_partner_id,
                       COALESCE(SUM(amount_untaxed_signed)
                           FILTER (WHERE invoice_date > %(year_ago)s), 0),
                       -- months back from today, so that there are twelve
                       COUNT(DISTINCT EXTRACT(
                           MONTH FROM age(%(today)s::date, invoice_date)))
                           FILTER (WHERE invoice_date > %(year_ago)s
                                     AND move_type = 'out_invoice'),
                       MIN(invoice_date)
                  FROM account_move
                 WHERE company_id = %(company)s
                   AND state = 'posted'
                   AND move_type IN ('out_invoice', 'out_refund')
                   AND invoice_date <= %(today)s
                   AND commercial_partner_id = ANY(%(partners)s)
                 GROUP BY commercial_partner_id
                """,
                today=today,
                year_ago=today - relativedelta(months=12),
                company=company.id,
                partners=self.ids,
            )
        )
        sold = {partner_id: figures for partner_id, *figures in rows}
        digits = company.currency_id.decimal_places
        facts = {}
        for partner in self:
            sales, months, first = sold.get(partner.id, (0.0, 0, None))
            age = relativedelta(today, first) if first else None
            facts[partner] = CustomerTierFacts.of(
                currency=company.currency_id.name,
                sales_12_months=_decimal(sales, digits),
                active_months=months,
                # a relativedelta of nothing is false: first invoiced today
                customer_months=(None if age is None else age.years * 12 + age.months),
            )
        return facts
