# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..models.aftersales_complaint_overrule import SUBJECT_LABELS
from ..rules.catalogue.complaint import COMPLAINT_TYPES, SEVERITIES, URGENCIES


class AftersalesComplaintOverruleWizard(models.TransientModel):
    """Say otherwise than the rules, or take it back, with a reason (C2).

    What the client sends is a wish: who may do it is checked when it is carried out.
    """

    _name = "aftersales.complaint.overrule.wizard"
    _description = "Overrule the Rules on a Complaint"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    subject = fields.Selection(SUBJECT_LABELS, required=True, readonly=True)
    is_back = fields.Boolean(readonly=True)
    type_value = fields.Selection(
        lambda self: self._complaint_selection(COMPLAINT_TYPES), "Complaint Type"
    )
    quality_value = fields.Selection([("yes", "Yes"), ("no", "No")], "Quality Related")
    severity_value = fields.Selection(
        lambda self: self._complaint_selection(SEVERITIES), "Severity"
    )
    urgency_value = fields.Selection(
        lambda self: self._complaint_selection(URGENCIES), "Urgency"
    )
    said = fields.Text("The Rules Say", compute="_compute_said")
    reason = fields.Text(required=True)

    def _complaint_selection(self, choices):
        return self.env["helpdesk.ticket"]._complaint_selection(choices)

    def _compute_said(self):
        for wizard in self:
            field = f"complaint_{wizard.subject}_said"
            complaint = wizard.complaint_id
            # what is said is looked up with more rights: nothing of others' complaints
            known = wizard.subject and complaint and complaint.has_access("read")
            wizard.said = complaint[field] if known else False

    def action_overrule(self):
        self.ensure_one()
        if self.is_back:
            self.complaint_id._take_back_overrule(self.subject, self.reason)
        else:
            value = self[f"{self.subject}_value"]
            self.complaint_id._overrule_complaint(self.subject, value, self.reason)
        return {"type": "ir.actions.act_window_close"}
