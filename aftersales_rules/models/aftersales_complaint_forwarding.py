# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AftersalesComplaintForwarding(models.Model):
    """A complaint went to a department and a person: by rule or by hand (C4, C5)."""

    _name = "aftersales.complaint.forwarding"
    _inherit = ["aftersales.immutable", "aftersales.staff.mail"]
    _description = "Forwarding of a Complaint"
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
    from_department_id = fields.Many2one(
        "aftersales.department", "From", readonly=True, ondelete="restrict"
    )
    department_id = fields.Many2one(
        "aftersales.department", "To", required=True, readonly=True, ondelete="restrict"
    )
    from_user_id = fields.Many2one(
        "res.users", "From Person", readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", "Person", readonly=True, ondelete="restrict")
    absent_id = fields.Many2one(
        "res.users",
        "Stands In For",
        readonly=True,
        ondelete="restrict",
        help="Who would have got it, but is away.",
    )
    is_by_rule = fields.Boolean("By Rule", readonly=True)
    is_at_once = fields.Boolean(
        "Handed On at Once", readonly=True, help="Before it was registered."
    )
    reason = fields.Text(readonly=True, help="What whoever forwarded it says.")
    decision_id = fields.Many2one(
        "aftersales.decision", readonly=True, ondelete="restrict"
    )
    reason_display = fields.Text("Why", compute="_compute_reason_display")
    by_id = fields.Many2one(
        "res.users", "Forwarded by", readonly=True, ondelete="restrict"
    )
    done_at = fields.Datetime("On", required=True, readonly=True)

    @api.depends("reason", "decision_id")
    @api.depends_context("lang")
    def _compute_reason_display(self):
        for record in self:
            # sudo: who reads the forwarding may read why
            by_rule = record.decision_id.sudo().with_env(record.sudo().env)
            record.reason_display = record.reason or by_rule.reason_display

    @api.depends("complaint_id", "department_id")
    def _compute_display_name(self):
        for record in self:
            # sudo: names of a complaint and a department whose trail one may read
            trail = record.sudo()
            record.display_name = (
                f"{trail.complaint_id.display_name} → {trail.department_id.name}"
            )
