# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How often each rule fired: counted once, kept when old decisions are archived (R10).

How it works: what a seal covers does not change any more, so the decisions of each seal
are counted once, day by day, and the seal remembers that they are. What was decided
since is counted when somebody asks. Nothing is archived before it is counted, so a
figure is the same before and after.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from .aftersales_gate import GATE_DECISIONS
from .aftersales_seal import SETTLED, from_ranges

DECISIONS = "aftersales.decision"


class AftersalesSeal(models.Model):
    _inherit = "aftersales.seal"

    is_counted = fields.Boolean(
        readonly=True, help="Whether its decisions are part of the rule statistics."
    )

    _settled_once = ("is_counted",)
    _settled_when = "is_counted"
    _uncounted_idx = models.Index("(model, number) WHERE is_counted IS NOT TRUE")


class AftersalesDecision(models.Model):
    _inherit = "aftersales.decision"

    _waived_idx = models.Index("(order_id, decision, id) WHERE result = 'waived'")


class AftersalesRuleHit(models.Model):
    """The decisions of a day in which a rule of a version fired, of those counted."""

    _name = "aftersales.rule.hit"
    _description = "Counted Decisions of a Rule"
    _order = "day desc, id desc"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", index=True
    )
    version_id = fields.Many2one(
        "aftersales.version", required=True, readonly=True, ondelete="cascade"
    )
    decision = fields.Char(required=True, readonly=True)
    rule = fields.Char(required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    hits = fields.Integer("Fired", required=True, readonly=True)
    deciding = fields.Integer("Decided", required=True, readonly=True)
    waived = fields.Integer(
        required=True,
        readonly=True,
        help="Documents that went on at once, as somebody had released them before.",
    )

    _one_per_day = models.UniqueIndex("(version_id, decision, rule, day)")

    # ------------------------------------------------------------- counting

    @api.model
    def _cron_count(self):
        """Count what has been sealed, a seal in each transaction; safe to run twice."""
        seals = self._get_uncounted()
        for done, seal in enumerate(seals, start=1):
            self._count_seal(seal)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(seals) - done):
                break

    @api.model
    def _get_uncounted(self):
        return self.env["aftersales.seal"].search(
            [("model", "=", DECISIONS), ("is_counted", "!=", True)], order="number"
        )

    @api.model
    def _count_sealed(self):
        """Count all that is sealed, in this transaction."""
        for seal in self._get_uncounted():
            self._count_seal(seal)

    @api.model
    def _count_seal(self, seal):
        """Add the decisions of a seal, once: who comes second finds it counted."""
        seal.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE aftersales_seal SET is_counted = true"
                " WHERE id = %s AND is_counted IS NOT TRUE",
                seal.id,
            )
        )
        is_first = self.env.cr.rowcount
        seal.invalidate_recordset(["is_counted"])
        if not is_first:
            return
        self.env[DECISIONS].flush_model()
        self.env.cr.execute(
            SQL(
                "INSERT INTO aftersales_rule_hit"
                " (company_id, version_id, decision, rule, day, hits, deciding, waived)"
                " %s ON CONFLICT (version_id, decision, rule, day) DO UPDATE SET"
                " hits = aftersales_rule_hit.hits + EXCLUDED.hits,"
                " deciding = aftersales_rule_hit.deciding + EXCLUDED.deciding,"
                " waived = aftersales_rule_hit.waived + EXCLUDED.waived",
                self._get_count_query(SQL("d.id = ANY(%s)", from_ranges(seal.ranges))),
            )
        )
        self.invalidate_model()

    @api.model
    def _get_count_query(self, condition: SQL) -> SQL:
        """Hits of some decisions ``d`` by company, version, rule and day."""
        return SQL(
            """
            SELECT d.company_id, d.version_id, d.decision, m.rule, %(day)s AS day,
                   count(*) AS hits,
                   count(*) FILTER (WHERE d.rule = m.rule) AS deciding,
                   count(*) FILTER (WHERE %(waived)s) AS waived
              FROM aftersales_decision d
              JOIN %(zones)s ON z.company_id = d.company_id
             CROSS JOIN LATERAL (
                   SELECT DISTINCT each ->> 'rule' AS rule
                     FROM json_array_elements(d.payload::json -> 'matched') each
                   ) m
             WHERE %(condition)s
             GROUP BY 1, 2, 3, 4, 5
            """,
            day=self._get_day("d"),
            waived=self._get_waived_condition(),
            zones=self._get_zones(),
            condition=condition,
        )

    @api.model
    def _get_day(self, alias: str) -> SQL:
        """The day of a decision where its company is."""
        return SQL(
            "(%s AT TIME ZONE 'UTC' AT TIME ZONE z.zone)::date",
            SQL.identifier(alias, "create_date"),
        )

    @api.model
    def _get_zones(self) -> SQL:
        """The time zones of all companies, as a table ``z``."""
        # sudo: time zones only
        companies = self.env["res.company"].sudo().with_context(active_test=False)
        rows = [
            SQL("(%s, %s)", company.id, company._get_aftersales_zone())
            for company in companies._search_all()
        ]
        return SQL("(VALUES %s) z(company_id, zone)", SQL(", ").join(rows))

    @api.model
    def _get_waived_condition(self) -> SQL:
        """Whether a release let a document ``d`` through that no hold had stopped.

        A hold that was released is an override of its own, and a document that goes on
        for the same release again and again is one.
        """
        gates = SQL(", ").join(
            SQL("(%s, %s)", gate, name) for gate, name in GATE_DECISIONS.items()
        )
        return SQL(
            """
            d.result = 'waived'
            AND NOT EXISTS (
                SELECT FROM aftersales_hold h
                  JOIN (VALUES %s) g(gate, decision) ON g.gate = h.gate
                 WHERE h.order_id = d.order_id AND g.decision = d.decision
                   AND h.release_id IS NOT NULL)
            AND NOT EXISTS (
                SELECT FROM aftersales_decision e
                 WHERE e.order_id = d.order_id AND e.decision = d.decision
                   AND e.result = 'waived' AND e.id < d.id)
            """,
            gates,
        )

    @api.model
    def _get_rest_condition(self) -> SQL:
        """Which decisions ``d`` are not counted yet."""
        # sudo: where the counting has got to; the figures are of the reader's companies
        seals = self.env["aftersales.seal"].sudo()
        seals.flush_model()
        [(settled, first_open)] = self.env.execute_query(
            SQL(
                "SELECT max(last_id) FILTER (WHERE is_counted AND sealed_at < %s),"
                " min(first_id) FILTER (WHERE is_counted IS NOT TRUE)"
                " FROM aftersales_seal WHERE model = %s",
                fields.Datetime.now() - SETTLED,
                DECISIONS,
            )
        )
        floor = settled or 0
        if first_open is not None:
            floor = min(floor, first_open - 1)
        rows = self.env.execute_query(
            SQL(
                "SELECT ranges FROM aftersales_seal"
                " WHERE model = %s AND is_counted AND last_id > %s",
                DECISIONS,
                floor,
            )
        )
        counted = [each for row in rows for each in from_ranges(row[0]) if each > floor]
        return SQL("d.id > %s AND d.id <> ALL(%s::integer[])", floor, counted)


class AftersalesArchive(models.Model):
    _inherit = "aftersales.archive"

    @api.model
    def _archive(self, company, until, seal, ids):
        # EXTENDS 'aftersales_rules': what goes to a file is counted before it goes
        self.env["aftersales.rule.hit"]._count_seal(seal)
        return super()._archive(company, until, seal, ids)
