# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AftersalesComplaint(models.AbstractModel):
    """Who deals with complaints: departments of the customer's office first (C4).

    *How to use.* ``_get_complaint_leader(kind)`` is the one person whom a department
    is represented by today, ``_get_complaint_staff(kind)`` everybody who may act for
    it. Both take absences into account; both may be empty where no department of the
    kind is set up.
    """

    _inherit = "aftersales.complaint"

    def _get_complaint_department(self, kind):
        """The department of a kind that is competent for one complaint; may be empty.

        :param kind: key of `rules.catalogue.complaint.DEPARTMENTS`
        """
        self.ensure_one()
        complaint = self.sudo()  # sudo: who is competent is no secret
        return complaint.env["aftersales.department"]._find(
            complaint.company_id, kind, complaint.complaint_office_id
        )

    def _get_complaint_staff(self, kind):
        """People who may act for a department of this kind, its leader first.

        :rtype: res.users
        """
        department = self._get_complaint_department(kind)
        day = self.sudo().company_id._aftersales_now().date()
        leader = department._get_leader(day)
        return (leader | department._get_staff(day)).with_env(self.env)

    def _get_complaint_leader(self, kind):
        """The manager of a department of this kind, or who stands in today.

        :rtype: res.users
        """
        day = self.sudo().company_id._aftersales_now().date()
        leader = self._get_complaint_department(kind)._get_leader(day)
        return leader.with_env(self.env)
