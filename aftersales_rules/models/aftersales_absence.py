# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from .aftersales_complaint import GENERAL_MANAGER


class AftersalesAbsence(models.Model):
    """Days on which somebody is away, and who stands in (C4)."""

    _name = "aftersales.absence"
    _description = "Absence with Deputy"
    _order = "date_from desc, id desc"

    user_id = fields.Many2one(
        "res.users",
        "Person",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        index=True,
        ondelete="cascade",
    )
    deputy_id = fields.Many2one(
        "res.users",
        "Deputy",
        required=True,
        domain="[('share', '=', False), ('id', '!=', user_id)]",
        ondelete="restrict",
    )
    date_from = fields.Date("From", required=True, default=fields.Date.context_today)
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)
    note = fields.Char()

    _period_check = models.Constraint(
        "CHECK(date_to >= date_from)", "An absence ends on or after the day it starts."
    )
    _deputy_check = models.Constraint(
        "CHECK(deputy_id != user_id)", "Nobody is their own deputy."
    )

    @api.depends("user_id", "date_from", "date_to")
    def _compute_display_name(self):
        for absence in self:
            absence.display_name = (
                f"{absence.user_id.name} {absence.date_from} – {absence.date_to}"
            )

    @api.constrains("user_id", "deputy_id")
    def _check_internal(self):
        for absence in self.sudo():  # sudo: which users are internal
            for user in absence.user_id | absence.deputy_id:
                if user.share:
                    raise ValidationError(
                        self.env._("%(user)s is not an internal user.", user=user.name)
                    )

    @api.model_create_multi
    def create(self, vals_list):
        absences = super().create(vals_list)
        absences._check_power()
        return absences

    def write(self, vals):
        self._check_power()
        result = super().write(vals)
        self._check_power()
        if "user_id" in vals:
            # The rule looks at whose absence it was; nobody may make one's own
            # absence that of another and become the deputy.
            self.check_access("write")
        return result

    def unlink(self):
        self._check_power()
        return super().unlink()

    def _check_power(self):
        """Nobody makes themselves the deputy of somebody else, nor anybody else that of
        a general manager, or of somebody whom they do not work with: deputies approve
        and acknowledge in their name (C4, C11).
        """
        user = self.env.user
        if self.env.su:
            return
        is_general = user.has_group(GENERAL_MANAGER)
        for absence in self:
            # sudo: companies and groups of a colleague
            absent = absence.user_id.sudo()
            if absent == user:
                continue
            if not absent.company_ids & user.company_ids:
                raise AccessError(
                    self.env._(
                        "%(user)s works for none of your companies.", user=absent.name
                    )
                )
            if is_general:
                continue
            if absent.has_group(GENERAL_MANAGER):
                raise AccessError(
                    self.env._(
                        "%(user)s is a general manager: only general managers enter "
                        "who stands in for them.",
                        user=absent.name,
                    )
                )
            if absence.deputy_id == user:
                raise AccessError(
                    self.env._(
                        "%(user)s, or another manager, enters you as deputy; you "
                        "cannot do so yourself.",
                        user=absent.name,
                    )
                )

    @api.model
    def _stand_in(self, users, day):
        """Who acts for each of these people on a day, deputies of deputies included.

        Somebody who is away and whose deputies are all away too acts for themselves:
        better an activity waits for them than for nobody.

        :param day: in the company's time zone
        :rtype: dict of `res.users` to `res.users`
        """
        # sudo: whoever reports something need not know who is away
        absences = self.sudo().search(
            [("date_from", "<=", day), ("date_to", ">=", day)], order="id"
        )
        deputy = {absence.user_id.id: absence.deputy_id for absence in absences}
        acting = {}
        for user in users:
            now, seen = user, {user.id}
            while now.id in deputy or not now.sudo().active:
                following = deputy.get(now.id)
                if not following or following.id in seen:
                    now = user
                    break
                seen.add(following.id)
                now = following
            acting[user] = now.with_env(user.env)
        return acting
