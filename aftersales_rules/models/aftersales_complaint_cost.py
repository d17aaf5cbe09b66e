# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesComplaint(models.AbstractModel):
    """What a complaint costs (L8, L9)."""

    _inherit = "aftersales.complaint"

    complaint_cost_ids = fields.One2many(
        "aftersales.cost",
        "complaint_id",
        "Service Costs",
        copy=False,
        groups="aftersales_rules.group_complaint_reader",
    )
