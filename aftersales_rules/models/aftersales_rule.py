# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import escape_psql

from ..rules import CompiledPack, RulesError


class AftersalesRule(models.Model):
    """A rule of a published version, for reading (R1, U9).

    Names, order and dates are stored, to search and group by. The words are
    made from the version's pack, in the language of whoever reads.
    """

    _name = "aftersales.rule"
    _inherit = ["aftersales.immutable"]
    _description = "Published Rule"
    _order = "version_id desc, decision, sequence, position, id"

    # Versions are deleted with their company only, in the database.
    version_id = fields.Many2one(
        "aftersales.version",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    is_current = fields.Boolean(
        "In Force", compute="_compute_is_current", search="_search_is_current"
    )
    decision = fields.Selection("_selection_decision", required=True, readonly=True)
    name = fields.Char("Technical Name", required=True, readonly=True)
    position = fields.Integer("Position in the Pack", required=True, readonly=True)
    sequence = fields.Integer(required=True, readonly=True)
    requirement = fields.Char("Requirements", readonly=True)
    valid_from = fields.Date(readonly=True)
    valid_to = fields.Date("Valid until", readonly=True)

    label = fields.Text("Rule", compute="_compute_words", search="_search_label")
    conditions = fields.Text("Applies When", compute="_compute_words")
    outcome = fields.Text("Then", compute="_compute_words")
    reason = fields.Text(compute="_compute_words")
    remedy = fields.Text("What Clears It", compute="_compute_words")

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_recorded_decision_selection()

    @api.depends("version_id.is_current")
    def _compute_is_current(self):
        for rule in self:
            rule.is_current = rule.version_id.is_current

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("version_id.is_current", operator, value)

    @api.model
    def _search_label(self, operator, value):
        """Find rules by what they are called, in English and as the user reads it."""
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        words = f"%{escape_psql(value)}%"
        found = SQL(
            """(
                SELECT rule.id
                  FROM aftersales_rule rule
                  JOIN aftersales_version version ON version.id = rule.version_id
                 CROSS JOIN LATERAL (
                       SELECT version.pack::jsonb -> 'rules' -> rule.position AS content
                       ) pack
                 WHERE pack.content ->> 'label' ILIKE %s
                    OR pack.content -> 'i18n' -> %s ->> 'label' ILIKE %s
            )""",
            words,
            self.env.lang or "en_US",
            words,
        )
        return Domain("id", "in", found)

    @api.depends("version_id", "position")
    @api.depends_context("lang")
    def _compute_words(self):
        text = self.env["aftersales.text"]
        for rule in self:
            try:
                compiled = rule.version_id._get_compiled()
            except RulesError:  # an old version with rules of an addon that is gone
                rule.label = rule.name
                rule.conditions = rule.outcome = rule.reason = rule.remedy = False
                continue
            content = compiled.pack.rules[rule.position]
            if content.name in compiled.set_aside:
                rule.label = content.label_in(self.env.lang)
                rule.conditions = rule.outcome = rule.reason = rule.remedy = False
                continue
            # sudo: a currency code
            currency = rule.company_id.sudo().currency_id.name
            sentences = text._conditions(compiled, content, currency)
            rule.label = content.label_in(self.env.lang)
            rule.conditions = "\n".join(sentences) or self.env._("always")
            rule.outcome = text._outcome(compiled, content, currency)
            rule.reason = text._template(compiled, content, "reason", currency)
            rule.remedy = text._template(compiled, content, "remedy", currency)

    @api.depends("label")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.label

    @api.model
    def _insert_rules(self, version, compiled: CompiledPack) -> None:
        """One row per rule of the pack, when a version is published."""
        self._insert(
            [
                {
                    "version_id": version.id,
                    "company_id": version.company_id.id,
                    "decision": rule.decision,
                    "name": rule.name,
                    "position": position,
                    "sequence": rule.sequence,
                    "requirement": ", ".join(rule.requirement),
                    "valid_from": rule.valid_from,
                    "valid_to": rule.valid_to,
                }
                for position, rule in enumerate(compiled.pack.rules)
            ]
        )
