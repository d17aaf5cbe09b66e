# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class AftersalesCarePerson(models.Model):
    """Who a customer turns to, for each service (C20)."""

    _name = "aftersales.care.person"
    _description = "Dedicated Contact for a Service"
    _order = "service, id"
    _rec_name = "user_id"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, index=True, ondelete="cascade"
    )
    service = fields.Selection(
        [
            ("orders", "Orders and Delivery"),
            ("technical", "Technical Advice"),
            ("installation", "Installation"),
            ("maintenance", "Maintenance and Repair"),
            ("complaints", "Complaints"),
        ],
        required=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Contact",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )

    _one_per_service = models.Constraint(
        "UNIQUE(company_id, partner_id, service)",
        "There is one dedicated contact for each service.",
    )
