# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules.catalogue.credit import TIERS


class AftersalesComplaintApproval(models.Model):
    """What a manager looks at before answering, on one screen (U7)."""

    _inherit = "aftersales.complaint.approval"

    partner_id = fields.Many2one(related="complaint_id.partner_id", string="Customer")
    tier = fields.Selection(
        lambda self: self.env["helpdesk.ticket"]._complaint_selection(TIERS),
        "Customer Tier",
        compute="_compute_facts",
    )
    order_id = fields.Many2one(related="complaint_id.aftersales_order_id")
    order_amount = fields.Monetary("Order Value", compute="_compute_facts")
    complaint_name = fields.Char(related="complaint_id.name", string="About")
    complaint_text = fields.Html(
        related="complaint_id.description", string="Complaint Text"
    )
    received_at = fields.Datetime(related="complaint_id.complaint_received_at")
    complaint_type = fields.Selection(related="complaint_id.complaint_type")
    complaint_severity = fields.Selection(related="complaint_id.complaint_severity")
    complaint_round = fields.Integer(related="complaint_id.complaint_round")
    damage_amount = fields.Monetary(related="complaint_id.complaint_damage_amount")
    department_id = fields.Many2one(related="complaint_id.complaint_department_id")
    solution_number = fields.Integer(related="solution_id.number", string="Proposals")
    solution_state = fields.Selection(
        related="solution_id.state", string="State of the Solution"
    )
    solution_ids = fields.One2many(
        related="complaint_id.complaint_solution_ids", string="All Proposals"
    )
    document_ids = fields.Many2many(related="solution_id.document_ids")
    cost_so_far = fields.Monetary(
        compute="_compute_facts",
        help="Compensation and estimated cost of what was carried out already, earlier "
        "rounds of the complaint included.",
    )
    cost_in_all = fields.Monetary(
        "Cost with This",
        compute="_compute_facts",
        help="What was spent so far, with this solution and its compensation.",
    )
    approver_names = fields.Char("Can Approve", compute="_compute_approver_names")
    refusal = fields.Char("Why Not You", compute="_compute_approver_names")

    def _compute_facts(self):
        # sudo: who reads the question reads what it is decided on
        approvals = self.sudo()
        costs = approvals.solution_id._get_costs_so_far()
        tiers = {}
        for company, same in approvals.grouped("company_id").items():
            partners = same.complaint_id.partner_id.commercial_partner_id
            for partner in partners.with_company(company):
                tiers[company.id, partner.id] = partner.customer_tier
        for approval, sudo in zip(self, approvals, strict=True):
            partner = sudo.complaint_id.partner_id.commercial_partner_id
            order = sudo.complaint_id.aftersales_order_id
            spent = costs.get(sudo.solution_id, 0.0)
            own = sudo.compensation + sudo.cost_estimate
            if sudo.solution_id.state == "carried_out":
                spent = max(spent - own, 0.0)
            approval.tier = tiers.get((sudo.company_id.id, partner.id), False)
            approval.order_amount = (
                order._get_amount_company_currency() if order else 0.0
            )
            approval.cost_so_far = spent
            approval.cost_in_all = spent + own

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_approver_names(self):
        for approval in self:
            # sudo: departments and absences are looked at, nothing of them is shown
            sudo = approval.sudo()
            is_open = approval.state == "asked"
            approval.approver_names = is_open and sudo.complaint_id._get_approver_names(
                approval.level, sudo._get_authors()
            )
            approval.refusal = is_open and sudo._get_refusal(self.env.user)
