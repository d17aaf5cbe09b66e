# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class HelpdeskTicketCategory(models.Model):
    _inherit = "helpdesk.ticket.category"

    aftersales_is_complaints = fields.Boolean(
        "Complaints",
        help="Tickets of this category, and of those below it, are complaints, if the "
        "rules say so.",
    )

    def _is_of_complaints(self):
        """Whether this category, or one above it, is marked so."""
        category = self.sudo()  # sudo: a mark of categories one may not list
        while category and not category.aftersales_is_complaints:
            category = category.parent_id
        return bool(category)
