# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.aftersales_compensation import KINDS

JOURNALS = {"credit_note": ("sale",), "payment": ("bank", "cash", "credit")}
"""Types of journals by how a compensation is paid."""


class AftersalesCompensationPay(models.TransientModel):
    """Choose how an approved compensation is paid (L10)."""

    _name = "aftersales.compensation.pay"
    _description = "Pay Compensation"
    _check_company_auto = True

    solution_id = fields.Many2one(
        "aftersales.complaint.solution", required=True, readonly=True
    )
    # with the rights of who fills it in: nothing of another company's solution is told
    company_id = fields.Many2one(related="solution_id.company_id", related_sudo=False)
    partner_id = fields.Many2one(
        related="solution_id.partner_id", string="Customer", related_sudo=False
    )
    currency_id = fields.Many2one(
        related="solution_id.compensation_currency_id", related_sudo=False
    )
    approved_amount = fields.Monetary(
        related="solution_id.compensation_amount",
        string="Agreed and Approved",
        related_sudo=False,
    )
    used_amount = fields.Monetary(
        related="solution_id.compensation_used",
        string="Prepared or Paid Already",
        related_sudo=False,
    )
    kind = fields.Selection(KINDS, "Paid by", required=True, default="credit_note")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Journal",
        compute="_compute_journal_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        check_company=True,
        domain="kind == 'payment' and [('type', 'in', ('bank', 'cash', 'credit'))] "
        "or [('type', '=', 'sale')]",
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._aftersales_now().date()
    )

    @api.depends("solution_id")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.solution_id.compensation_left

    @api.depends("kind", "solution_id")
    def _compute_journal_id(self):
        for wizard in self:
            journals = self.env["account.journal"].search(
                [
                    *self.env["account.journal"]._check_company_domain(
                        wizard.company_id or self.env.company
                    ),
                    ("type", "in", JOURNALS[wizard.kind or "credit_note"]),
                ]
            )
            same = journals.filtered(
                lambda journal, wizard=wizard: journal.currency_id == wizard.currency_id
            )
            wizard.journal_id = (same or journals)[:1]

    def action_prepare(self):
        """Make the draft, and show it."""
        self.ensure_one()
        self.check_access("read")
        payout = self.solution_id._prepare_compensation(
            self.kind, self.amount, self.journal_id, self.date
        )
        return payout.action_open_document()
