# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules import RulesError


class AftersalesCompare(models.TransientModel):
    """Any two versions of a company's rules side by side, or a draft and one (R3).

    What the client names is read as the user who asks: nobody sees rules here that
    they could not open.
    """

    _name = "aftersales.compare"
    _description = "Compare Rules"
    _transient_max_hours = 1.0

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    before_version_id = fields.Many2one(
        "aftersales.version",
        "Before",
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
    )
    after_version_id = fields.Many2one(
        "aftersales.version",
        "After",
        domain="[('company_id', '=', company_id)]",
        ondelete="cascade",
    )
    draft_id = fields.Many2one(
        "aftersales.draft", "Draft", readonly=True, ondelete="cascade"
    )
    decision = fields.Selection(
        "_selection_decision",
        "Decision Table",
        help="Empty: all tables, thresholds and texts.",
    )
    comparison_html = fields.Html(
        "What Differs", compute="_compute_comparison_html", sanitize=False
    )

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()

    @api.depends("before_version_id", "after_version_id", "draft_id", "decision")
    @api.depends_context("lang")
    def _compute_comparison_html(self):
        comparisons = self.env["aftersales.comparison"]
        for wizard in self:
            before = wizard.before_version_id
            after = wizard.draft_id or wizard.after_version_id
            if not before or not after:
                wizard.comparison_html = False
                continue
            (before | wizard.after_version_id).check_access("read")
            wizard.draft_id.check_access("read")
            try:
                comparison = comparisons._compare(
                    before._origin._get_side(),
                    after._origin._get_side(),
                    wizard.decision,
                )
            except RulesError:
                wizard.comparison_html = self.env["ir.qweb"]._render(
                    "aftersales_rules.comparison_impossible"
                )
                continue
            wizard.comparison_html = comparisons._render(comparison)

    @api.model
    def _open(self, values):
        """A dialog with these two sides."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Rules"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                **{f"default_{name}": value for name, value in values.items()},
            },
        }

    def action_swap(self):
        """Look at the two versions the other way round."""
        self.ensure_one()
        before, after = self.before_version_id, self.after_version_id
        self.write({"before_version_id": after.id, "after_version_id": before.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Rules"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
