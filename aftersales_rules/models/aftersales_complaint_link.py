# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .aftersales_complaint import COMPLAINT_USER
from .guarded_fields import without_defaults


class AftersalesComplaintLink(models.AbstractModel):
    """Documents that a complaint brought about, linked to it (C15).

    The link is made by the complaint's own buttons. After-sales staff may link what
    was begun without them, a return that the warehouse took in for example; nobody
    else writes it, because costs are gathered and orders are given away by it.
    """

    _name = "aftersales.complaint.link"
    _description = "Document of a Complaint"

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('is_complaint', '=', True), ('company_id', '=', company_id)]",
        groups="base.group_user",
        help="The complaint that this was begun for.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("complaint_id") for vals in vals_list):
            self._check_complaint_link_right()
        names = {"complaint_id"}
        documents = super(
            AftersalesComplaintLink,
            self if self.env.su else without_defaults(self, names),
        ).create(vals_list)
        documents = documents.with_env(self.env)
        documents._check_complaint_link()
        return documents

    def write(self, vals):
        if "complaint_id" not in vals:
            return super().write(vals)
        if not self.env.su:
            self._check_complaint_link_right()
        result = super().write(vals)
        self._check_complaint_link()
        return result

    def _check_complaint_link_right(self):
        """Raise unless the user may say to which complaint a document belongs."""
        if not self.env.user.has_group(COMPLAINT_USER):
            raise AccessError(
                self.env._("Only after-sales staff link documents to a complaint.")
            )

    def _check_complaint_link(self):
        """Raise if a document is linked to what is no complaint of its company."""
        for document in self.sudo().filtered("complaint_id"):
            complaint = document.complaint_id
            if not complaint.is_complaint:
                raise UserError(
                    self.env._(
                        "%(ticket)s is no complaint.", ticket=complaint.display_name
                    )
                )
            if complaint.company_id != document.company_id:
                raise UserError(
                    self.env._(
                        "%(document)s and %(complaint)s belong to different companies.",
                        document=document.display_name,
                        complaint=complaint.display_name,
                    )
                )
