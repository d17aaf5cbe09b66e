# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.aftersales_complaint_visit import SATISFACTION, VISIT_CHANNELS


class AftersalesVisitLog(models.TransientModel):
    """How a return visit was (C13); what follows is checked by the visit."""

    _name = "aftersales.visit.log"
    _description = "Log a Return Visit"

    visit_id = fields.Many2one(
        "aftersales.complaint.visit", required=True, readonly=True
    )
    phone = fields.Char(related="visit_id.phone", related_sudo=False)
    channel = fields.Selection(VISIT_CHANNELS, "How", required=True, default="phone")
    contact_name = fields.Char(
        "Spoken with",
        compute="_compute_contact_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    satisfaction = fields.Selection(SATISFACTION, "How Satisfied", required=True)
    is_satisfied = fields.Selection(
        [("yes", "Yes"), ("no", "No")],
        "Satisfied",
        compute="_compute_is_satisfied",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="No: the complaint is reissued as its next round.",
    )
    said = fields.Text("What the Customer Said")

    @api.depends("visit_id")
    def _compute_contact_name(self):
        for log in self:
            log.contact_name = log.visit_id.complaint_id.complaint_contact_name

    @api.depends("satisfaction")
    def _compute_is_satisfied(self):
        for log in self:
            lowest = log.visit_id.complaint_id._get_complaint_threshold(
                "satisfied_rating_min"
            )
            if log.satisfaction and log.visit_id:
                log.is_satisfied = "yes" if int(log.satisfaction) >= lowest else "no"

    def action_log(self):
        self.ensure_one()
        following = self.visit_id._log(
            self.is_satisfied,
            self.satisfaction,
            self.channel,
            self.said,
            self.contact_name,
        )
        if following:
            return following._get_records_action(name=self.env._("Next Round"))
        return {"type": "ir.actions.act_window_close"}
