# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which breakages are counted in the rate (C19)."""

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_MANAGER
from .aftersales_complaint_breakage import BREAKAGE_FACTS

INSPECTOR = "aftersales_rules.group_quality_inspector"
_COUNTED_BY = BREAKAGE_FACTS | {"complaint_state", "complaint_type"}


class AftersalesComplaint(models.AbstractModel):
    """Confirmed by a person, or by the final test of the returned piece.

    Confirming writes how much it is, so that what is counted does not change with what
    people write on the complaint later; taking it back counts it no more.
    """

    _inherit = "aftersales.complaint"

    def _complaint_changed(self, names):
        result = super()._complaint_changed(names)
        if not _COUNTED_BY.isdisjoint(names):
            # sudo: counted for whoever changes it
            confirmed = self.sudo().filtered("complaint_breakage_confirmed_at")
            confirmed._complaint_count_breakage()
        if "complaint_final_judgement" in names:
            self.sudo()._complaint_follow_test()  # sudo: as above
        return result

    def _complaint_follow_test(self):
        """What the test of the piece found counts, and what it denied does not."""
        for complaint in self.filtered("complaint_spontaneous_breakage"):
            judgement = complaint.complaint_final_judgement
            if judgement == "fault" and not complaint._complaint_get_confirmed_round():
                reason = complaint._complaint_get_uncountable()
                if reason:
                    complaint._message_log(
                        body=self.env._(
                            "The breakage is not counted yet. %(reason)s", reason=reason
                        )
                    )
                else:
                    complaint._complaint_confirm_breakage()
            elif (
                judgement in ("no_fault", "misuse")
                and complaint.complaint_breakage_confirmed_at
            ):
                complaint._complaint_withdraw_breakage()

    # ---------------------------------------------------------------- confirming

    def _complaint_check_inspector(self):
        """Refuse to whoever may not say that glass broke by itself."""
        self._check_complaint()
        user = self.env.user
        if not self.env.su and not (
            user.has_group(INSPECTOR) or user.has_group(COMPLAINT_MANAGER)
        ):
            raise AccessError(
                self.env._(
                    "Quality inspection or a complaint manager confirms a breakage."
                )
            )

    def action_confirm_breakage(self):
        """Count the broken quantity (C19)."""
        self._complaint_check_inspector()
        for complaint in self:
            # sudo: the reason names what is counted already
            reason = complaint.sudo()._complaint_get_uncountable()
            if reason:
                raise UserError(reason)
            complaint._complaint_confirm_breakage()

    def _complaint_confirm_breakage(self):
        for complaint in self.sudo():  # sudo: follows from this step only
            complaint.write(
                {
                    "complaint_breakage_quantity": complaint.complaint_quantity,
                    "complaint_breakage_confirmed_at": fields.Datetime.now(),
                    "complaint_breakage_confirmed_by_id": self.env.uid,
                    "complaint_breakage_date": complaint._complaint_get_breakage_day(),
                }
            )

    def _complaint_get_uncountable(self):
        """Why a breakage cannot be counted, in words; None if it can."""
        name = self.display_name
        if not self.complaint_spontaneous_breakage:
            return self.env._(
                "%(name)s is not marked as spontaneous breakage.", name=name
            )
        before = self._complaint_get_confirmed_round()
        if before:
            return self.env._(
                "The breakage is counted already, with %(name)s.",
                name=before.display_name,
            )
        if self.complaint_type and self.complaint_type != "product_quality":
            return self.env._(
                "Breakage is counted for complaints about product quality; the type of "
                "%(name)s is another one. Overrule it first.",
                name=name,
            )
        missing = [
            self._fields[field].get_description(self.env)["string"]
            for field in ("partner_id", "aftersales_product_id", "complaint_quantity")
            if not self[field]
        ]
        if missing:
            return self.env._(
                "%(name)s: fill in %(fields)s, so that it can be counted.",
                name=name,
                fields=", ".join(missing),
            )
        if not self.aftersales_product_id.aftersales_breakage:
            return self.env._(
                "Breakage of %(product)s is not watched. Tick “Watch Breakage” on the "
                "product.",
                product=self.aftersales_product_id.display_name,
            )
        return None

    def action_withdraw_breakage(self):
        """Count it no more: it was something else."""
        self._complaint_check_inspector()
        for complaint in self:
            if not complaint.complaint_breakage_confirmed_at:
                raise UserError(
                    self.env._(
                        "The breakage of %(name)s is not confirmed.",
                        name=complaint.display_name,
                    )
                )
        self._complaint_withdraw_breakage()

    def _complaint_withdraw_breakage(self):
        self._complaint_count_breakage()  # whom it concerned until now
        # sudo: follows from this step only
        self.sudo().write(
            {
                "complaint_breakage_quantity": 0.0,
                "complaint_breakage_confirmed_at": False,
                "complaint_breakage_confirmed_by_id": False,
            }
        )
        for complaint in self.sudo():
            complaint._message_log(body=self.env._("The breakage counts no more."))

    def _complaint_count_breakage(self):
        """Have all complaints judged again that the rate concerns."""
        for complaint in self:
            self.env["aftersales.breakage"]._queue(
                complaint.company_id,
                complaint.aftersales_product_id,
                complaint.partner_id,
            )
