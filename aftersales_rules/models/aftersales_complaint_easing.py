# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from .aftersales_complaint import COMPLAINT_MANAGER

_GRAVE = (
    "complaint_compensation_asked",
    "complaint_safety",
    "complaint_strong_feeling",
    "complaint_unsolvable",
)
"""What makes a complaint major when it is ticked."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    def _complaint_check_easing(self, vals):
        """What made a registered complaint major is taken back by a manager (C3).

        Else a tick less would do what saying otherwise needs a manager and a reason
        for. Before it is registered, whoever takes it in may still correct it.

        :raise UserError: naming what may not be taken back, and who can
        """
        names = [name for name in _GRAVE if name in vals and not vals[name]]
        damage = vals.get("complaint_damage_amount")
        if "complaint_damage_amount" in vals:
            names.append("complaint_damage_amount")
        if not names or self.env.su or self.env.user.has_group(COMPLAINT_MANAGER):
            return
        for complaint in self.sudo():  # sudo: what is judged is no secret of the ticket
            if complaint.complaint_severity != "major" or (
                not complaint.complaint_number
            ):
                continue
            eased = [
                complaint._fields[name]._description_string(self.env)
                for name in names
                if complaint[name]
                and (
                    name in _GRAVE
                    or (damage or 0.0) < complaint.complaint_damage_amount
                )
            ]
            if eased:
                raise UserError(
                    self.env._(
                        "%(complaint)s is major. A complaint manager takes back what "
                        "made it so (%(fields)s), or says otherwise with a reason.",
                        complaint=complaint.display_name,
                        fields=", ".join(eased),
                    )
                )
