# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A dissatisfied customer's complaint starts again as its next round (C13)."""

from markupsafe import Markup

from odoo import models
from odoo.tools import plaintext2html

from ..rules.catalogue.complaint import CHANNELS

CARRIED = (
    "partner_id",
    "partner_name",
    "partner_email",
    "company_id",
    "team_id",
    "user_id",
    "category_id",
    "channel_id",
    "priority",
    "name",
    "aftersales_order_id",
    "aftersales_picking_id",
    "aftersales_product_id",
    "aftersales_lot_id",
    "complaint_invoice_id",
    "complaint_plate",
    "complaint_quantity",
    "complaint_damage_amount",
    "complaint_compensation_asked",
    "complaint_safety",
    "complaint_unsolvable",
    "complaint_strong_feeling",
    "complaint_installed",
    "complaint_visit_needed",
    "complaint_contact_name",
    "complaint_contact_phone",
    "complaint_office_id",
)
"""What the next round knows from the start."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    def _complaint_reissue(self, reason):
        """Make the next round of a complaint, once; this one ends with it.

        Concurrency: the state of this round is written first. Of two people who
        reissue at once the second fails to serialize, runs again and finds the round
        that the first made.

        :param reason: what the customer is dissatisfied with
        :return: the next round
        """
        self.ensure_one()
        complaint = self.sudo()  # sudo: the rounds are linked by this step only
        if complaint.complaint_next_ids:
            return complaint.complaint_next_ids[:1].with_env(self.env)
        complaint._complaint_set_state("reissued")
        quiet = complaint.with_context(mail_create_nosubscribe=True)
        # known and linked from the start: the intake rules may take it in at once
        following = quiet.create(complaint._prepare_complaint_round(reason))
        following.message_subscribe(complaint.message_partner_ids.ids)
        following._complaint_make()
        # what registration asks for was asked in the round before
        following._complaint_register()
        complaint.complaint_visit_ids._cancel()
        self._complaint_happened("reissued")
        complaint._complaint_end_ticket()
        body = self.env._(
            "Reissued as %(following)s, round %(round)s. %(reason)s",
            following=following._get_html_link(),
            round=following.complaint_round,
            reason=reason,
        )
        complaint._message_log(body=body)
        return following.with_env(self.env)

    def _prepare_complaint_round(self, reason):
        """Values of the next round's ticket; topics extend this."""
        self.ensure_one()
        values = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in CARRIED
            if name in self._fields
        }
        said = plaintext2html(reason or "", "p")
        how = self.complaint_satisfied_how
        values |= {
            "description": said + Markup("<hr/>") + (self.description or ""),
            "complaint_origin_id": self.id,
            "complaint_round": (self.complaint_round or 1) + 1,
            "complaint_channel": how if how in dict(CHANNELS) else "other",
            "complaint_received_at": self.complaint_satisfied_at,
        }
        return values

    def _complaint_end_ticket(self):
        """The helpdesk's ticket is done with; the helpdesk's own file says how."""
