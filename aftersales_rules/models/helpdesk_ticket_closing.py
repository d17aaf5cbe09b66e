# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stages and ratings of OCA's tickets, as far as complaints follow them (C13)."""

from odoo import models
from odoo.exceptions import AccessError

from .aftersales_complaint import COMPLAINT_MANAGER, ENDED


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    def write(self, vals):
        # EXTENDS 'helpdesk_mgmt': closing a complaint's ticket closes the complaint,
        # whoever drags it where, the customer on the portal among them
        if not vals.get("stage_id"):
            return super().write(vals)
        stage = self.env["helpdesk.ticket.stage"].browse(vals["stage_id"])
        complaints = self.filtered(lambda ticket: ticket.sudo().is_complaint)
        closing = reopening = complaints.browse()
        # sudo: also who may not know is judged by the complaint's state
        if stage.sudo().closed:
            closing = complaints.filtered(
                lambda ticket: ticket.sudo().complaint_state not in ENDED
            )
            if closing:
                closing._check_complaint()
                closing._complaint_check_closing()
        else:
            reopening = complaints.filtered(
                lambda ticket: ticket.sudo().complaint_state == "closed"
            )
            reopening._check_may_reopen()
        result = super().write(vals)
        if closing:
            closing._complaint_close()
        if reopening:
            reopening._complaint_reopen()
        return result

    def _check_may_reopen(self):
        if self and not self.env.su and not self.env.user.has_group(COMPLAINT_MANAGER):
            raise AccessError(
                self.env._(
                    "%(complaint)s is closed. A complaint manager opens it again; if "
                    "the customer is dissatisfied, reissue it.",
                    complaint=self[0].display_name,
                )
            )

    def _complaint_end_ticket(self):
        # EXTENDS 'aftersales_rules': into a closed stage of its team
        result = super()._complaint_end_ticket()
        for team, tickets in self.sudo().grouped("team_id").items():
            stages = team._get_applicable_stages().filtered("closed")
            still_open = tickets.filtered(lambda ticket: not ticket.stage_id.closed)
            if not stages or not still_open:
                continue
            reissued = still_open.filtered(
                lambda ticket: ticket.complaint_state == "reissued"
            )
            # a dissatisfied customer gets no mail that all is done
            reissued.with_context(mail_notrack=True).stage_id = stages[0]
            (still_open - reissued).stage_id = stages[0]
        return result

    def rating_apply(
        self,
        rate,
        token=None,
        rating=None,
        feedback=None,
        subtype_xmlid=None,
        notify_delay_send=False,
    ):
        # EXTENDS 'rating'
        # sudo: whether one is a complaint
        if not self.env.su and any(self.sudo().mapped("is_complaint")):
            raise AccessError(
                self.env._("A customer answers with the link in the mail.")
            )
        applied = super().rating_apply(
            rate,
            token=token,
            rating=rating,
            feedback=feedback,
            subtype_xmlid=subtype_xmlid,
            notify_delay_send=notify_delay_send,
        )
        rated = applied.sudo()  # sudo: customers answer without rights on ratings
        complaints = self.filtered(
            lambda ticket: ticket.sudo().is_complaint
            and (rated.res_model, rated.res_id) == (ticket._name, ticket.id)
        )
        if complaints:
            complaints._complaint_rated(rated)
        return applied
