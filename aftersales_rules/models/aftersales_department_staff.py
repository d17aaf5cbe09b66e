# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AftersalesDepartment(models.Model):
    """The people of a department, and who acts for those who are away (C4)."""

    _inherit = "aftersales.department"

    def _get_leader(self, day):
        """Who leads the department on a day: the manager or whoever stands in.

        Where nobody stands in for a manager who has left, the first member is asked.

        :param day: in the company's time zone
        :return: one `res.users`; empty only for no department
        """
        # sudo: whoever reports something need not know who works where
        department = self.sudo()[:1]
        manager = department.manager_id
        leader = self.env["aftersales.absence"]._stand_in(manager, day).get(manager)
        if leader and leader.active:
            return leader.with_env(self.env)
        members = self._get_staff(day) - (leader or manager)
        return (members[:1] or manager).with_env(self.env)

    def _get_staff(self, day):
        """The people of these departments, managers first, deputies for the absent."""
        departments = self.sudo()  # sudo: as above
        people = departments.manager_id | departments.member_ids
        acting = self.env["aftersales.absence"]._stand_in(people, day)
        staff = self.env["res.users"].concat(*(acting[each] for each in people))
        unique = staff.browse(dict.fromkeys(staff.ids))
        return unique.sudo().filtered("active").with_env(self.env)


class AftersalesOffice(models.Model):
    _inherit = "aftersales.office"

    def _get_leader(self, day):
        """The manager of one office or whoever stands in; maybe empty."""
        manager = self.sudo()[:1].manager_id  # sudo: as in a department
        leader = self.env["aftersales.absence"]._stand_in(manager, day).get(manager)
        leader = leader or manager
        return leader.filtered("active").with_env(self.env)
