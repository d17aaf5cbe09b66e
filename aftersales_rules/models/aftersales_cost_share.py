# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..rules.catalogue.liability import BEARERS, TREATMENTS


class AftersalesCostShare(models.Model):
    """The part of a service cost that one party bears (L8).

    A cost that nobody has split has one share, which follows its cost. The parts of a
    cost add up to it exactly, in its own currency and in that of the company.
    """

    _name = "aftersales.cost.share"
    _description = "Share of a Service Cost"
    _inherit = ["analytic.mixin"]
    _order = "cost_id, id"
    _check_company_auto = True

    cost_id = fields.Many2one(
        "aftersales.cost", "Service Cost", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="cost_id.company_id", store=True, index=True)
    complaint_id = fields.Many2one(
        related="cost_id.complaint_id", store=True, index=True
    )
    state = fields.Selection(related="cost_id.state", string="State of the Cost")
    currency_id = fields.Many2one(related="cost_id.currency_id")
    company_currency_id = fields.Many2one(
        related="cost_id.company_currency_id", string="Company Currency"
    )
    bearer = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(BEARERS), required=True
    )
    treatment = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(TREATMENTS),
        required=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Charged to",
        ondelete="restrict",
        check_company=True,
        help="Who gets the invoice, owes it as an employee, or is claimed from.",
    )
    department_id = fields.Many2one(
        "aftersales.department", "Department", check_company=True, ondelete="restrict"
    )
    percent = fields.Float("Share in %", digits=(16, 6))
    fixed_amount = fields.Monetary(
        "Fixed Amount", help="Given as an amount and not as a share."
    )
    amount = fields.Monetary(readonly=True, help="The exact part, in cents.")
    company_amount = fields.Monetary(
        "Amount in Company Currency",
        currency_field="company_currency_id",
        readonly=True,
    )
    surplus = fields.Monetary(
        "Charged above the Cost",
        currency_field="company_currency_id",
        readonly=True,
        help="What was negotiated with the customer beyond the cost (L7).",
    )
