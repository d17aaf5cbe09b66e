# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

CAUSES = [
    ("calendar", "Working hours changed"),
    ("rules", "Rules changed"),
    ("complaint", "Complaint changed"),
    ("pause", "Waiting for the customer"),
    ("resume", "Customer answered"),
]


class AftersalesClockChange(models.Model):
    """A due time that moved: from, to, and why (R10)."""

    _name = "aftersales.clock.change"
    _inherit = "aftersales.immutable"
    _description = "Change of a Deadline"
    _order = "changed_at, id"

    clock_id = fields.Many2one(
        "aftersales.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    changed_at = fields.Datetime("On", required=True, readonly=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    due_before = fields.Datetime(readonly=True)
    due_after = fields.Datetime(readonly=True)
    decision_id = fields.Many2one("aftersales.decision", readonly=True)
