# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..rules.catalogue.complaint_classification import PRODUCT_PROFILES


class ProductTemplate(models.Model):
    _inherit = "product.template"

    complaint_profile = fields.Selection(
        lambda self: self.env["helpdesk.ticket"]._complaint_selection(PRODUCT_PROFILES),
        "Complaints Are Handled",
        help="A fact of the rules on complaints: deadlines may be others for products "
        "that are handled strictly. Empty: as usual.",
        prefetch="aftersales",
    )
