# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..models.res_company import MODE_PREFIX

STATISTIC_DAYS = 30


class AftersalesGateMode(models.TransientModel):
    """The gates of a company, one row each, and how strict they are (R7, U9).

    Every registered decision with a mode has a row, those of other addons among them
    (R9). The mode lives on the company; rows are made anew each time the list is
    opened.
    """

    _name = "aftersales.gate.mode"
    _description = "Gate"
    _order = "sequence, id"
    _rec_name = "label"

    sequence = fields.Integer(readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    decision = fields.Selection("_selection_decision", required=True, readonly=True)
    label = fields.Char("Gate", compute="_compute_texts")
    help_text = fields.Char("Question", compute="_compute_texts")
    mode = fields.Selection(
        "_selection_mode",
        required=True,
        help="Off: the rules are not asked. Observe: what they would have done is "
        "recorded, and nothing is stopped. Enforce: what they hold waits.",
    )
    judged_count = fields.Integer(
        "Judged", readonly=True, help="Decisions recorded in the last 30 days."
    )
    held_count = fields.Integer(
        "Held",
        readonly=True,
        help="Documents that a rule held in the last 30 days, or would have held "
        "while the gate only observed.",
    )

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()

    @api.model
    def _selection_mode(self):
        return self.env["res.company"]._selection_aftersales_mode()

    @api.depends("decision")
    @api.depends_context("lang")
    def _compute_texts(self):
        text = self.env["aftersales.text"]
        registry = self.env["aftersales.extension"]._get_registry()
        for gate in self:
            spec = registry.get(gate.decision)
            gate.label = text._term(spec.label)
            gate.help_text = text._term(spec.help)

    @api.model
    def action_open(self):
        """The list of gates of the company that the user works in."""
        self._check_may_switch(self.env.company)
        company = self.env.company
        judged, held = self._get_statistics(company)
        registry = self.env["aftersales.extension"]._get_registry()
        # sudo: rows are made here only, nobody has the right to add one
        gates = self.sudo().create(
            [
                {
                    "sequence": sequence,
                    "company_id": company.id,
                    "decision": spec.name,
                    "mode": company._aftersales_mode(spec.name),
                    "judged_count": judged.get(spec.name, 0),
                    "held_count": held.get(spec.name, 0),
                }
                for sequence, spec in enumerate(registry)
                if MODE_PREFIX + spec.name in company._fields
            ]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Gates of %(company)s", company=company.name),
            "res_model": self._name,
            "view_mode": "list,kanban,form",
            "mobile_view_mode": "kanban",
            "domain": [("id", "in", gates.ids)],
            "context": {"create": False, "delete": False},
        }

    @api.model
    def _get_statistics(self, company):
        """Decisions and held documents of the last days, by decision.

        :rtype: tuple[dict[str, int], dict[str, int]]
        """
        since = fields.Datetime.subtract(fields.Datetime.now(), days=STATISTIC_DAYS)
        groups = self.env["aftersales.decision"]._read_group(
            [("company_id", "=", company.id), ("create_date", ">=", since)],
            ["decision", "result"],
            ["__count", "res_id:count_distinct"],
        )
        judged, held = {}, {}
        for decision, result, count, documents in groups:
            judged[decision] = judged.get(decision, 0) + count
            if result == "hold":
                held[decision] = documents
        return judged, held

    def _check_may_switch(self, companies):
        """Gates are switched by administrators of the rules, in their companies."""
        user = self.env.user
        if not user.has_group("aftersales_rules.group_rules_admin"):
            raise AccessError(
                self.env._("Only a rules administrator may switch gates.")
            )
        foreign = companies - user.company_ids
        if foreign:
            raise AccessError(
                self.env._(
                    "%(company)s is not one of your companies.",
                    company=foreign[0].sudo().name,  # sudo: its name, to say which
                )
            )

    def write(self, vals):
        mode = vals.get("mode")
        if set(vals) - {"mode"}:
            raise AccessError(self.env._("Only the mode of a gate can be changed."))
        if mode:
            self._check_may_switch(self.company_id)
            for company, gates in self.grouped("company_id").items():
                # sudo: the mode is a rules administrator's business (checked above),
                # the rest of the company form is not; the change is kept with the
                # versions under the user's name
                company.sudo().write(
                    {MODE_PREFIX + gate.decision: mode for gate in gates}
                )
        return super().write(vals)

    def action_open_decisions(self):
        """What this gate decided in the days that the row counts."""
        self.ensure_one()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=STATISTIC_DAYS)
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": "aftersales.decision",
            "view_mode": "list,form",
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("decision", "=", self.decision),
                ("create_date", ">=", since),
            ],
        }
