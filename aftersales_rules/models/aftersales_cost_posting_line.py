# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AftersalesCostPostingLine(models.Model):
    """A journal item as a posting would write it; gone once it is written."""

    _name = "aftersales.cost.posting.line"
    _description = "Previewed Journal Item"
    _inherit = ["analytic.mixin"]
    _order = "posting_id, document_number, sequence, id"

    posting_id = fields.Many2one(
        "aftersales.cost.posting", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="posting_id.company_id", store=True)
    currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    document_number = fields.Integer("No.")
    document = fields.Char(help="What kind of document it is, and who it is for.")
    document_title = fields.Text("Begins", compute="_compute_document_title")
    date = fields.Date()
    journal_id = fields.Many2one("account.journal", ondelete="cascade")
    sequence = fields.Integer()
    account_id = fields.Many2one("account.account", ondelete="cascade")
    account_title = fields.Text(
        "Account in Full", compute="_compute_account_title", compute_sudo=True
    )
    partner_id = fields.Many2one("res.partner", ondelete="cascade")
    name = fields.Char("Label")
    debit = fields.Monetary()
    credit = fields.Monetary()
    tax_names = fields.Char("Taxes")
    foreign_amount = fields.Monetary(
        "In Currency", currency_field="foreign_currency_id"
    )
    foreign_currency_id = fields.Many2one("res.currency", ondelete="cascade")
    cost_id = fields.Many2one("aftersales.cost", "Service Cost", ondelete="cascade")

    @api.depends("account_id.code", "account_id.name", "company_id")
    @api.depends_context("lang")
    def _compute_account_title(self):
        """Code and name: whoever bills without reading the books is shown no codes."""
        for line in self:
            account = line.account_id.with_company(line.company_id)
            line.account_title = " ".join(filter(None, [account.code, account.name]))

    @api.depends("document", "sequence")
    def _compute_document_title(self):
        """Said on the first line of each document, so that one sees where it begins."""
        for line in self:
            kind, _dot, _reference = (line.document or "").rpartition(" · ")
            line.document_title = not line.sequence and kind
