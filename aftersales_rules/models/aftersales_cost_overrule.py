# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_datetime

from ..rules.catalogue.liability import BEARERS, COST_LIABILITY, TREATMENTS


class AftersalesCostOverrule(models.Model):
    """A person said otherwise than the rules who bears a service cost (L1, R10).

    Kept beside the rule's answer and never changed: taking it back is a record of its
    own. What is in force, the cost points at.
    """

    _name = "aftersales.cost.overrule"
    _inherit = ["aftersales.immutable"]
    _description = "Overrule of Who Bears a Service Cost"
    _order = "id desc"

    cost_id = fields.Many2one(
        "aftersales.cost",
        "Service Cost",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection(
        [("overrule", "Overruled"), ("back", "Taken back")],
        "What Happened",
        required=True,
        readonly=True,
    )
    rule_bearer = fields.Selection(
        lambda self: self._selection_of(BEARERS),
        "Rule's Answer",
        readonly=True,
        help="When it was overruled.",
    )
    rule_treatment = fields.Selection(
        lambda self: self._selection_of(TREATMENTS), "Treatment by Rule", readonly=True
    )
    bearer = fields.Selection(
        lambda self: self._selection_of(BEARERS), "Person's Answer", readonly=True
    )
    treatment = fields.Selection(
        lambda self: self._selection_of(TREATMENTS), readonly=True
    )
    before_bearer = fields.Selection(
        lambda self: self._selection_of(BEARERS), "In Force Before", readonly=True
    )
    before_treatment = fields.Selection(
        lambda self: self._selection_of(TREATMENTS), "Treatment Before", readonly=True
    )
    differs = fields.Boolean(
        "Differs from the Rule",
        readonly=True,
        help="Whether the person said something else than the rule; not set where the "
        "rules said nothing.",
    )
    rule = fields.Selection(
        "_selection_rule", readonly=True, help="The rule that was overruled."
    )
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    company_amount = fields.Monetary(
        "Amount",
        currency_field="company_currency_id",
        readonly=True,
        help="Of the cost, then.",
    )
    reason = fields.Text(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, ondelete="restrict"
    )
    done_at = fields.Datetime("On", required=True, readonly=True)

    @api.model
    def _selection_of(self, choices):
        return self.env["aftersales.cost"]._cost_selection(choices)

    @api.model
    def _selection_rule(self):
        """Every rule that could have been overruled, with its newest words.

        Rules of versions long replaced are among them: reports reach back.
        """
        # sudo: what a rule is called is no secret; texts come from the newest version
        rules = self.env["aftersales.rule"].sudo()
        newest = rules._read_group(
            [("decision", "=", COST_LIABILITY.name)], ["name"], ["id:max"]
        )
        return [
            (rule.name, rule.label)
            for rule in rules.browse([rule_id for _name, rule_id in newest])
        ]

    @api.depends("cost_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for record in self:
            # sudo: the name of a cost whose trail the user may read
            name = record.cost_id.sudo().display_name
            record.display_name = f"{name}: {labels.get(record.kind, '')}"

    def _get_said(self):
        """Who said so, when and why."""
        self.ensure_one()
        return self.env._(
            "%(user)s said so on %(when)s: %(reason)s",
            user=self.user_id.name,
            when=format_datetime(self.env, self.done_at, dt_format="short"),
            reason=self.reason,
        )
