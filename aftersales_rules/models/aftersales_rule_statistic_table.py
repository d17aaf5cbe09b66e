# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What became of each rule, where rules are read and written (R3, U9).

A rule has its figures as long as it decides alike: since the first of the versions,
back from this one without a gap, in which it has the same conditions, outcome, dates
and values of the thresholds that it uses. Its texts and its place may have changed.
"""

import json
from collections.abc import Iterator
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models, tools
from odoo.tools import SQL

RECENT_DAYS = 90
LOOK_BACK = 200
"""Versions that are looked at for how long a rule has been as it is."""
_DECIDES = ("decision", "conditions", "outcome", "valid_from", "valid_to")


class AftersalesVersion(models.Model):
    _inherit = "aftersales.version"

    def get_table(self, decision=None):
        # EXTENDS 'aftersales_rules'
        table = super().get_table(decision)
        return table | {"hits": self._get_rule_hits(table["decision"])}

    def _get_rule_hits(self, decision=None):
        """What became of each rule of this version; three queries.

        :return: rule name → how often it fired in the last 90 days (``count``) and
            since it is as it is (``total``), when last, how often it was overruled,
            whether it never fired, and since which day and version that is said
        """
        self.ensure_one()
        since = self._get_rule_since(self.id)
        about = {
            version.id: version
            for version in self.sudo().search(  # sudo: names and days of versions
                [
                    ("company_id", "=", self.company_id.id),
                    ("number", "<=", self.number),
                ],
                order="number desc",
                limit=LOOK_BACK,
            )
        }
        # sudo: the time zone of the company
        today = self.sudo().company_id._aftersales_now().date()
        figures = self._get_figures(about, decision, today)
        domain = [("version_id", "=", self.id)]
        if decision:
            domain.append(("decision", "=", decision))
        # sudo: rules of a version that one may read
        rules = (
            self.env["aftersales.rule"]
            .sudo()
            .search_fetch(domain, ["name", "valid_from"])
        )
        return {
            rule.name: self._sum_up(
                rule, about[since[rule.name]], about, figures, today
            )
            for rule in rules
            if since.get(rule.name) in about
        }

    @api.model
    def _get_figures(self, versions, decision, today):
        """Figures of versions: (rule, version id) → total, recent and so on."""
        # sudo: sums, of versions that the user may read
        statistics = self.env["aftersales.rule.statistic"].sudo()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rule, version_id, sum(hits)::integer,
                       coalesce(sum(hits) FILTER (WHERE day > %(start)s), 0)::integer,
                       sum(overruled)::integer,
                       coalesce(
                           sum(overruled) FILTER (WHERE day > %(start)s), 0
                       )::integer,
                       max(day) FILTER (WHERE hits > 0)
                  FROM %(figures)s figures
                 WHERE %(decision)s
                 GROUP BY rule, version_id
                """,
                start=today - timedelta(days=RECENT_DAYS),
                figures=statistics._get_figures(versions),
                decision=SQL("decision = %s", decision) if decision else SQL("TRUE"),
            )
        )
        return {(row[0], row[1]): row[2:] for row in rows}

    @api.model
    def _sum_up(self, rule, since, versions, figures, today):
        mine = [
            figures[rule.name, version.id]
            for version in versions.values()
            if version.number >= since.number and (rule.name, version.id) in figures
        ]
        total, recent, overruled, recent_overruled = (
            sum(row[at] for row in mine) for at in range(4)
        )
        days = [row[4] for row in mine if row[4]]
        begun = not rule.valid_from or rule.valid_from <= today
        return {
            "count": recent,
            "total": total,
            "last": fields.Date.to_string(max(days)) if days else False,
            "overruled": recent_overruled,
            "overruled_total": overruled,
            "never": not total and begun,
            "since": fields.Date.to_string(_day_of(since)),
            "since_version": since.name,
        }

    @tools.ormcache("version_id", cache="stable")
    def _get_rule_since(self, version_id):
        """Since which version each rule has been as it is: rule name → version id."""
        version = self.sudo().browse(version_id)  # sudo: a comparison of rules
        rows = self.env.execute_query(
            SQL(
                "SELECT id, md5(pack), thresholds FROM aftersales_version"
                " WHERE company_id = %s AND number <= %s"
                " ORDER BY number DESC LIMIT %s",
                version.company_id.id,
                version.number,
                LOOK_BACK,
            )
        )
        since, wanted, packs = {}, {}, {}
        for older_id, digest, stored in rows:
            if digest not in packs:
                packs = {digest: _read_rules(self.sudo().browse(older_id).pack)}
            values = json.loads(stored)
            found = {
                name: (content, [(each, values.get(each)) for each in limits])
                for name, (content, limits) in packs[digest].items()
            }
            if not since:
                wanted = found
            wanted = {
                name: content
                for name, content in wanted.items()
                if found.get(name) == content
            }
            since |= dict.fromkeys(wanted, older_id)
            if not wanted:
                break
        return since

    def action_view_statistics(self):
        """Open how often the rules of this version fired."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_rules.aftersales_rule_statistic_action"
        )
        return action | {
            "name": self.env._("Statistics of %(version)s", version=self.name),
            "domain": [("version_id", "=", self.id)],
            "context": {"group_by": ["decision", "rule"]},
        }


class AftersalesDraft(models.Model):
    _inherit = "aftersales.draft"

    def _get_table(self, decision):
        # EXTENDS 'aftersales_rules': what became of the rules that are being changed
        table = super()._get_table(decision)
        base = self.sudo().base_version_id  # sudo: as every judged document does
        hits = base._get_rule_hits(table["decision"]) if base else {}
        return table | {"hits": hits}


class AftersalesRule(models.Model):
    _inherit = "aftersales.rule"

    hit_count = fields.Integer(
        "Fired in 90 Days", compute="_compute_hits", compute_sudo=True
    )
    hit_total = fields.Integer(
        "Fired",
        compute="_compute_hits",
        compute_sudo=True,
        help="Since it decides as it does.",
    )
    last_hit = fields.Date("Last Fired", compute="_compute_hits", compute_sudo=True)
    overruled_count = fields.Integer(
        "Overruled",
        compute="_compute_hits",
        compute_sudo=True,
        help="How often a person went past what it said, since it decides as it does.",
    )
    never_fired = fields.Boolean(
        compute="_compute_hits",
        search="_search_never_fired",
        compute_sudo=True,
        help="Not once since it decides as it does.",
    )
    same_since = fields.Date(
        "Decides so since", compute="_compute_hits", compute_sudo=True
    )

    @api.depends("version_id", "name")
    def _compute_hits(self):
        for version, rules in self.grouped("version_id").items():
            found = version._get_rule_hits()
            for rule in rules:
                hits = found.get(rule.name, {})
                rule.hit_count = hits.get("count", 0)
                rule.hit_total = hits.get("total", 0)
                rule.last_hit = hits.get("last", False)
                rule.overruled_count = hits.get("overruled_total", 0)
                rule.never_fired = hits.get("never", False)
                rule.same_since = hits.get("since", False)

    @api.model
    def _search_never_fired(self, operator, value):
        """Rules in force of the user's companies that never fired."""
        if operator != "in":
            return NotImplemented
        rules = self.search([("is_current", "=", True)])
        return [("id", "in", rules.filtered(lambda r: r.never_fired in value).ids)]


def _day_of(version):
    """The day on which a version came into force, where its company is."""
    zone = ZoneInfo(version.company_id._get_aftersales_zone())
    return version.published_at.replace(tzinfo=timezone.utc).astimezone(zone).date()


def _read_rules(pack):
    """What each rule of a pack decides by: name → content and thresholds it uses."""
    return {
        rule["name"]: (
            {key: rule.get(key) for key in _DECIDES},
            sorted(set(_find_limits([rule["conditions"], rule["outcome"]]))),
        )
        for rule in json.loads(pack)["rules"]
    }


def _find_limits(content) -> Iterator[str]:
    """Names of thresholds anywhere in conditions or outcomes."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in ("threshold", "times") and isinstance(value, str):
                yield value
            else:
                yield from _find_limits(value)
    elif isinstance(content, list):
        for each in content:
            yield from _find_limits(each)
