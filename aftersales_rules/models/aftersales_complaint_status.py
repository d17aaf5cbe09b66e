# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the customer sees of a complaint, and is asked: satisfied or not? (C12, C13)"""

from odoo import models
from odoo.tools import format_date

_STEP_OF = {
    "intake": 0,
    "registered": 0,
    "forwarded": 1,
    "accepted": 1,
    "investigation": 1,
    "solution": 2,
    "execution": 3,
    "followup": 4,
    "closed": 4,
}
"""The plain step that each state is to a customer."""
_ASKED_IN = ("followup", "closed")
"""States in which the customer may say whether all is well."""


class AftersalesComplaint(models.AbstractModel):
    _inherit = "aftersales.complaint"

    # --------------------------------------------------------------- plain status

    def _get_complaint_status(self):
        """Steps, the present one and what comes next, in words for the customer.

        Nothing in it is internal: no names, amounts, approvals or reasons of ours.

        :rtype: dict, or None where there is nothing to show
        """
        self.ensure_one()
        complaint = self.sudo()  # sudo: what may be told to the customer is chosen here
        state = complaint.complaint_state
        if not complaint.is_complaint:
            return None
        following = complaint.complaint_next_ids[:1]
        return {
            "number": complaint.complaint_number or False,
            "received_at": complaint.complaint_received_at,
            "steps": self._get_complaint_steps(_STEP_OF.get(state)),
            "next": complaint._get_complaint_next_step(),
            "is_refused": state == "refused",
            "is_closed": state == "closed",
            "following": following,
            "rating": complaint._get_complaint_rating_question(),
        }

    def _get_complaint_steps(self, present):
        if present is None:
            return []
        names = [
            self.env._("Received"),
            self.env._("Being examined"),
            self.env._("Proposal made"),
            self.env._("Being carried out"),
            self.env._("Done"),
        ]
        return [
            {"name": name, "is_done": step < present, "is_present": step == present}
            for step, name in enumerate(names)
        ]

    def _get_complaint_next_step(self):
        """What the customer may expect."""
        self.ensure_one()
        state = self.complaint_state
        if state in ("intake", "registered"):
            return self.env._("We hand your complaint to those who can solve it.")
        if state in ("forwarded", "accepted", "investigation"):
            return self.env._(
                "We look into what happened and then make you a proposal."
            )
        if state == "solution":
            return self.env._(
                "Please tell us what you think of our proposal. We go on as soon as "
                "we have agreed."
            )
        if state == "execution":
            return self.env._("We are carrying out what we agreed with you.")
        if state == "followup":
            visits = self.complaint_visit_ids.filtered(lambda v: v.state == "planned")
            if visits:
                return self.env._(
                    "We will ask you around %(day)s whether everything is still fine.",
                    day=format_date(self.env, min(visits.mapped("planned_on"))),
                )
            return self.env._("Please tell us whether you are satisfied.")
        if state == "refused":
            return self.env._(
                "We could not accept your complaint and have written to you why. "
                "Just answer below if you see it differently."
            )
        if state == "reissued":
            return self.env._("You were not satisfied, so we look into it again.")
        return self.env._("Nothing is left to do. Thank you for telling us.")

    # --------------------------------------------------------------------- rating

    def _get_complaint_rating_question(self):
        """The link token under which the customer answers, or the answer given."""
        self.ensure_one()
        if self.complaint_state not in _ASKED_IN or not self._rating_get_partner():
            return {}
        answered = self.rating_ids.filtered("consumed")
        if answered and not self._has_open_complaint_rating():
            return {"answer": answered.sorted("write_date")[-1:]}
        return {"token": self._rating_get_access_token()}

    def _has_open_complaint_rating(self):
        partner = self._rating_get_partner()
        return any(
            not rating.consumed and rating.partner_id == partner
            for rating in self.rating_ids
        )

    def _complaint_ask_satisfaction(self):
        """Write to the customers: three faces to choose from."""
        template = self.env.ref(
            "aftersales_rules.mail_template_complaint_satisfaction",
            raise_if_not_found=False,
        )
        for complaint in self.sudo():  # sudo: whoever closes need not send mails
            partner = complaint._rating_get_partner()
            if not template or not complaint.company_id.aftersales_ask_satisfaction:
                continue
            if not partner.email:
                complaint._message_log(
                    body=self.env._(
                        "%(customer)s has no e-mail address: please ask by phone "
                        "whether the customer is satisfied.",
                        customer=partner.display_name or self.env._("The customer"),
                    )
                )
                continue
            complaint.rating_send_request(
                template, lang=partner.lang or False, force_send=False
            )

    def _complaint_rated(self, rating):
        """The customer answered: a low rating makes somebody call (C13)."""
        # sudo: customers answer, who may write nothing
        for complaint in self.sudo():
            lowest = complaint._get_complaint_threshold("satisfied_rating_min")
            is_satisfied = rating.rating >= lowest
            if complaint.complaint_state not in _ASKED_IN:
                continue
            complaint._complaint_note_satisfaction(
                "yes" if is_satisfied else "no", "portal"
            )
            if is_satisfied:
                continue
            complaint._complaint_happened("dissatisfied")
            complaint._complaint_plan_call(rating)

    def _complaint_plan_call(self, rating):
        """Somebody asks what is wrong, once for all low ratings of a complaint."""
        self.ensure_one()
        planned = self.complaint_visit_ids.filtered(
            lambda visit: visit.kind == "extra" and visit.state == "planned"
        )
        if planned:
            return
        user = self.user_id or self._get_complaint_leader("aftersales")
        self.env["aftersales.complaint.visit"].create(
            {
                "complaint_id": self.id,
                "kind": "extra",
                "planned_on": self._get_complaint_working_day(),
                "user_id": user.id,
                "motive": self.env._(
                    "The customer rated %(rating)s of 5. %(words)s",
                    rating=int(rating.rating),
                    words=rating.feedback or "",
                ).strip(),
            }
        )

    # ------------------------------------------------------------------ happening

    def _complaint_happened(self, event, at=None):
        # EXTENDS 'aftersales_rules'
        result = super()._complaint_happened(event, at=at)
        if event in ("carried_out", "closed"):
            self._complaint_ask_satisfaction()
        return result
