# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules.catalogue.complaint import COMPLAINT_TYPES, SEVERITIES, URGENCIES

SUBJECT_LABELS = [
    ("type", "Complaint type"),
    ("quality", "Quality related"),
    ("severity", "Severity"),
    ("urgency", "Urgency"),
]


class AftersalesComplaintOverrule(models.Model):
    """A person said otherwise than the rules, and why (C2, R10).

    Kept beside the rule's answer and never changed: taking it back is a record of its
    own. What is in force, the complaint points at.
    """

    _name = "aftersales.complaint.overrule"
    _inherit = ["aftersales.immutable"]
    _description = "Overrule of a Complaint"
    _order = "id desc"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
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
    subject = fields.Selection(SUBJECT_LABELS, "What", required=True, readonly=True)
    rule_value = fields.Selection(
        "_selection_value",
        "Rule's Answer",
        readonly=True,
        help="When it was overruled.",
    )
    value = fields.Selection("_selection_value", "Person's Answer", readonly=True)
    before_value = fields.Selection(
        "_selection_value", "In Force Before", readonly=True
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
    reason = fields.Text(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, ondelete="restrict"
    )
    done_at = fields.Datetime("On", required=True, readonly=True)
    department_id = fields.Many2one(
        "aftersales.department",
        readonly=True,
        ondelete="restrict",
        help="Who dealt with the complaint then.",
    )

    @api.model
    def _selection_value(self):
        select = self.env["helpdesk.ticket"]._complaint_selection
        return [
            *select(COMPLAINT_TYPES),
            *select(SEVERITIES),
            *select(URGENCIES),
            ("yes", self.env._("Yes")),
            ("no", self.env._("No")),
        ]

    @api.model
    def _selection_rule(self):
        """Every rule that could have been overruled, with its newest words.

        Rules of versions long replaced are among them: reports reach back.
        """
        # sudo: what a rule is called is no secret; texts come from the newest version
        rules = self.env["aftersales.rule"].sudo()
        newest = rules._read_group(
            [("decision", "in", _DECISIONS)], ["name"], ["id:max"]
        )
        return [
            (rule.name, rule.label)
            for rule in rules.browse([rule_id for _name, rule_id in newest])
        ]

    @api.depends("complaint_id", "subject")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["subject"]._description_selection(self.env))
        for record in self:
            # sudo: the name of a complaint whose trail the user may read
            name = record.complaint_id.sudo().display_name
            record.display_name = f"{name}: {labels[record.subject]}"


_DECISIONS = ("complaint_type", "complaint_severity", "complaint_urgency")
