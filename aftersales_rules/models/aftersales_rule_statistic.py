# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rule statistics: how often each rule fired, and how often people overruled it.

How it works: figures are the counted days, what was decided since, and the overrides,
each by the decision that it names, so that an override stands on the day of its
decision. Whatever a person does to what rules said is an override if the product keeps
which decision it is about; `_get_override_queries` lists the kinds.
"""

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules import RulesError


class AftersalesRuleStatistic(models.Model):
    _name = "aftersales.rule.statistic"
    _description = "Rule Statistics"
    _auto = False
    _order = "day desc, decision, rule, id"
    _rec_name = "rule"

    company_id = fields.Many2one("res.company", readonly=True)
    version_id = fields.Many2one("aftersales.version", readonly=True)
    decision = fields.Selection("_selection_decision", readonly=True)
    rule = fields.Selection("_selection_rule", readonly=True)
    rule_id = fields.Many2one("aftersales.rule", "Published Rule", readonly=True)
    day = fields.Date(readonly=True)
    hits = fields.Integer(
        "Fired", readonly=True, help="Decisions in which its conditions were met."
    )
    deciding = fields.Integer(
        "Decided", readonly=True, help="Decisions of which it is the deciding rule."
    )
    overruled = fields.Integer(
        readonly=True,
        help="Decisions in which a person let go on what the rule had stopped, or "
        "answered otherwise than the rule. Counted on the day of the decision.",
    )

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()

    @api.model
    def _selection_rule(self):
        """Every rule there ever was, with its newest words."""
        # sudo: what a rule is called is no secret; texts come from the newest version
        rules = self.env["aftersales.rule"].sudo()
        newest = rules._read_group([], ["name"], ["id:max"])
        return [
            (rule.name, rule._get_label())
            for rule in rules.browse([rule_id for _name, rule_id in newest])
        ]

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT r.id::bigint * 100000 + (f.day - DATE '2000-01-01') AS id,
                   f.company_id, f.version_id, f.decision, f.rule, f.day,
                   r.id AS rule_id, sum(f.hits)::integer AS hits,
                   sum(f.deciding)::integer AS deciding,
                   sum(f.overruled)::integer AS overruled
              FROM %s f
              JOIN aftersales_rule r
                ON r.version_id = f.version_id AND r.name = f.rule
             GROUP BY r.id, f.company_id, f.version_id, f.decision, f.rule, f.day
            """,
            self._get_figures(),
        )

    def action_open_rule(self):
        """Open the rule as it was published."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "aftersales.rule",
            "res_id": self.rule_id.id,
            "views": [(False, "form")],
        }

    # -------------------------------------------------------------- figures

    @api.model
    def _get_figures(self, versions=None) -> SQL:
        """Figures by company, version, decision, rule and day, not summed up yet.

        :param list versions: ids of versions, if only theirs are needed
        """
        hits = self.env["aftersales.rule.hit"]
        hits.flush_model()
        self.env["aftersales.decision"].flush_model()
        wanted, counted = SQL("TRUE"), SQL("TRUE")
        if versions is not None:
            wanted = SQL("d.version_id = ANY(%s)", list(versions))
            counted = SQL("version_id = ANY(%s)", list(versions))
        rest = SQL("%s AND %s", hits._get_rest_condition(), wanted)
        return SQL(
            """(
            SELECT company_id, version_id, decision, rule, day, hits, deciding,
                   waived AS overruled
              FROM aftersales_rule_hit WHERE %(counted)s
             UNION ALL %(rest)s
             UNION ALL
            SELECT d.company_id, d.version_id, d.decision, o.rule, %(day)s, 0, 0,
                   count(*)
              FROM (SELECT DISTINCT decision_id, rule FROM (%(overrides)s) kinds) o
              JOIN aftersales_decision d ON d.id = o.decision_id
              JOIN %(zones)s ON z.company_id = d.company_id
             WHERE %(wanted)s
             GROUP BY 1, 2, 3, 4, 5
            )""",
            counted=counted,
            rest=hits._get_count_query(rest),
            day=hits._get_day("d"),
            overrides=SQL(" UNION ALL ").join(self._get_override_queries()),
            zones=hits._get_zones(),
            wanted=wanted,
        )

    @api.model
    def _get_override_queries(self) -> list[SQL]:
        """Queries of (decision_id, rule): a person went past what that rule said.

        Other addons add their own. A decision counts once for a rule, whatever was done
        about it and however often.
        """
        return [
            # what a rule held was released
            self._get_match_query(
                "aftersales.hold",
                SQL(
                    "t.release_id IS NOT NULL"
                    " AND each -> 'outcome' ->> 'cause' = t.cause"
                ),
            ),
            # a supervisor said yes to what the rules would not promise
            self._get_match_query(
                "aftersales.promise.request",
                SQL(
                    "t.state = 'approved'"
                    " AND each -> 'outcome' ->> 'promise' = 'needs_yes'"
                ),
            ),
            # or made urgent what the rules did not
            self._get_match_query(
                "aftersales.urgency.request",
                SQL(
                    "t.state = 'approved' AND t.is_by_rule IS NOT TRUE"
                    " AND each -> 'outcome' ->> 'approval' != 'automatic'"
                ),
            ),
            # an order was accepted against a registration
            self._get_match_query(
                "aftersales.project.conflict",
                SQL(
                    "t.state = 'accepted'"
                    " AND each -> 'outcome' ->> 'effect' = 'conflict'"
                ),
            ),
            # somebody rated a complaint otherwise, or said who else bears a cost
            self._get_overrule_query("aftersales.complaint.overrule"),
            self._get_overrule_query("aftersales.cost.overrule"),
        ]

    @api.model
    def _get_match_query(self, model, condition: SQL) -> SQL:
        """Rules that matched in the decisions that records ``t`` are about."""
        self.env[model].flush_model()
        return SQL(
            "SELECT t.decision_id, each ->> 'rule' AS rule FROM %s t"
            " JOIN aftersales_decision d ON d.id = t.decision_id"
            " CROSS JOIN json_array_elements(d.payload::json -> 'matched') each"
            " WHERE %s",
            SQL.identifier(self.env[model]._table),
            condition,
        )

    @api.model
    def _get_overrule_query(self, model) -> SQL:
        self.env[model].flush_model()
        return SQL(
            "SELECT decision_id, rule FROM %s WHERE kind = 'overrule' AND differs"
            " AND decision_id IS NOT NULL AND rule IS NOT NULL",
            SQL.identifier(self.env[model]._table),
        )


class AftersalesRule(models.Model):
    _inherit = "aftersales.rule"

    def _get_label(self):
        """What a rule is called, without its other words."""
        self.ensure_one()
        try:
            pack = self.version_id._get_compiled().pack
        except RulesError:  # rules of an addon that is gone
            return self.name
        return pack.rules[self.position].label_in(self.env.lang)
