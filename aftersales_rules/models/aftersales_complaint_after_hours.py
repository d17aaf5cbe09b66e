# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..rules.catalogue.complaint import URGENCIES
from .aftersales_complaint import ENDED, INTERNAL


class AftersalesComplaint(models.AbstractModel):
    """Outside working hours whoever receives a complaint rates its urgency (C6)."""

    _inherit = "aftersales.complaint"

    complaint_after_hours = fields.Boolean(
        "Outside Working Hours",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        help="Received when nobody works by the company's working hours. What is not "
        "urgent waits for the next working hour.",
        prefetch="complaint",
    )
    complaint_urgency_rating = fields.Selection(
        lambda self: self._complaint_selection(URGENCIES),
        "Rated by the Receiver",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        tracking=True,
        prefetch="complaint",
    )
    complaint_rated_by_id = fields.Many2one(
        "res.users",
        "Rated by",
        readonly=True,
        copy=False,
        groups=INTERNAL,
        ondelete="restrict",
        prefetch="complaint",
    )
    complaint_rated_at = fields.Datetime(
        "Rated", readonly=True, copy=False, groups=INTERNAL, prefetch="complaint"
    )

    @api.model
    def _get_complaint_follows(self):
        return super()._get_complaint_follows() | {
            "complaint_after_hours",
            "complaint_urgency_rating",
            "complaint_rated_by_id",
            "complaint_rated_at",
        }

    def _complaint_judge(self, event, at=None):
        # what is received at night is so before the rules are asked
        self._note_after_hours()
        return super()._complaint_judge(event, at)

    def _note_after_hours(self):
        """Keep whether it came outside working hours, also if the time is corrected."""
        memo = {}
        for complaint in self.sudo():  # sudo: it follows from the time of receipt
            at = complaint.complaint_received_at
            if complaint.complaint_state != "intake" or not at:
                continue  # what is registered has its clocks
            key = (complaint.company_id, at.replace(second=0, microsecond=0))
            if key not in memo:
                memo[key] = not complaint.company_id._is_aftersales_working(at)
            if complaint.complaint_after_hours != memo[key]:
                complaint.complaint_after_hours = memo[key]

    # ------------------------------------------------------------------- rating

    def action_rate_urgent(self):
        """It cannot wait: the on-call leader is told at once."""
        self._rate_complaint("urgent")
        return True

    def action_rate_normal(self):
        """It can wait for the next working hour."""
        self._rate_complaint("normal")
        return True

    def _rate_complaint(self, rating):
        self._check_complaint()
        for complaint in self:
            if complaint.complaint_state in ENDED:
                raise UserError(
                    self.env._("%(name)s has ended.", name=complaint.display_name)
                )
        # sudo: these fields are written by this step only
        self.sudo().write(
            {
                "complaint_urgency_rating": rating,
                "complaint_rated_by_id": self.env.uid,
                "complaint_rated_at": fields.Datetime.now(),
            }
        )
        # deadlines look at what was said, also where the urgency stays the same
        self._complaint_happened("classified")
        self._complaint_judge("changed")

    def _complaint_registration_missing(self):
        """Whoever registers a complaint outside working hours says how urgent it is."""
        missing = super()._complaint_registration_missing()
        complaint = self.sudo()  # sudo: whether somebody works now is no secret
        if (
            not complaint.complaint_urgency_rating
            and complaint.complaint_urgency != "urgent"
            and not complaint.company_id._is_aftersales_working()
        ):
            missing.append(
                (
                    "urgency",
                    self.env._(
                        "Nobody works now: say whether it is urgent or can wait for "
                        "the next working hour."
                    ),
                )
            )
        return missing
