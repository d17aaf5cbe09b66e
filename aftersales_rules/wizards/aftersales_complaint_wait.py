# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesComplaintWait(models.TransientModel):
    """Say what the customer has to do before it goes on (C9, C11)."""

    _name = "aftersales.complaint.wait"
    _description = "Wait for the Customer"

    complaint_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    reason = fields.Char("Waiting for", required=True)
    clock_ids = fields.Many2many(
        "aftersales.clock",
        "aftersales_complaint_wait_clock_rel",
        compute="_compute_clock_ids",
        string="Deadlines That Stand Still",
    )

    def _compute_clock_ids(self):
        for wizard in self:
            wizard.clock_ids = wizard.complaint_id.complaint_clock_ids.filtered(
                lambda clock: clock.state == "running" and clock.is_pausable
            )

    def action_wait(self):
        """Wait; what may stand still stands still until the customer answers."""
        self.ensure_one()
        self.complaint_id._check_complaint()
        self.complaint_id._complaint_wait(self.reason)
        return {"type": "ir.actions.act_window_close"}
