# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .res_company_cost_accounts import ACCOUNT_KINDS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_cost_journal_id = fields.Many2one(
        related="company_id.aftersales_cost_journal_id", readonly=False
    )
    aftersales_cost_manufacturing_account_id = fields.Many2one(
        related="company_id.aftersales_cost_manufacturing_account_id", readonly=False
    )
    aftersales_cost_expense_account_id = fields.Many2one(
        related="company_id.aftersales_cost_expense_account_id", readonly=False
    )
    aftersales_cost_hand_account_id = fields.Many2one(
        related="company_id.aftersales_cost_hand_account_id", readonly=False
    )
    aftersales_cost_labour_account_id = fields.Many2one(
        related="company_id.aftersales_cost_labour_account_id", readonly=False
    )
    aftersales_cost_compensation_account_id = fields.Many2one(
        related="company_id.aftersales_cost_compensation_account_id", readonly=False
    )
    aftersales_cost_employee_account_id = fields.Many2one(
        related="company_id.aftersales_cost_employee_account_id", readonly=False
    )
    aftersales_cost_claim_as = fields.Selection(
        related="company_id.aftersales_cost_claim_as", readonly=False, required=True
    )
    aftersales_cost_claim_account_id = fields.Many2one(
        related="company_id.aftersales_cost_claim_account_id", readonly=False
    )
    aftersales_cost_claim_tax_id = fields.Many2one(
        related="company_id.aftersales_cost_claim_tax_id", readonly=False
    )
    aftersales_cost_recharge_as = fields.Selection(
        related="company_id.aftersales_cost_recharge_as", readonly=False, required=True
    )
    aftersales_cost_income_account_id = fields.Many2one(
        related="company_id.aftersales_cost_income_account_id", readonly=False
    )
    aftersales_cost_surplus_account_id = fields.Many2one(
        related="company_id.aftersales_cost_surplus_account_id", readonly=False
    )
    aftersales_cost_taxed = fields.Boolean(
        related="company_id.aftersales_cost_taxed", readonly=False
    )
    aftersales_cost_tax_id = fields.Many2one(
        related="company_id.aftersales_cost_tax_id", readonly=False
    )
    aftersales_cost_grouping = fields.Selection(
        related="company_id.aftersales_cost_grouping", readonly=False, required=True
    )
    aftersales_cost_date = fields.Selection(
        related="company_id.aftersales_cost_date", readonly=False, required=True
    )
    aftersales_cost_manufacturing_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_expense_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_hand_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_labour_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_compensation_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_employee_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_claim_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_income_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_surplus_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_journal_found = fields.Char(compute="_compute_cost_found")
    aftersales_cost_tax_found = fields.Char(compute="_compute_cost_found")

    @api.depends("company_id")
    def _compute_cost_found(self):
        """What is used while an account is not set, for its empty field."""
        for setting in self:
            company = setting.company_id
            accounts = company._get_cost_accounts()
            found = {
                kind: company._name_cost_account(accounts[kind])
                for kind in ACCOUNT_KINDS
            }
            contacts = self.env._("Receivable account of the contact")
            for kind in ("employee", "claim"):
                found[kind] = found[kind] or contacts
            found["journal"] = company._get_cost_journal().display_name
            found["tax"] = company.account_sale_tax_id.display_name or self.env._(
                "None"
            )
            for kind, name in found.items():
                setting[f"aftersales_cost_{kind}_found"] = name or self.env._(
                    "Not found in the chart: please choose"
                )

    def action_find_cost_accounts(self):
        """Fill in what was found in the chart of accounts, for people to check."""
        self.ensure_one()
        # access: whoever may write settings; the company is written with their rights
        self.company_id._set_found_cost_accounts()
        return {"type": "ir.actions.client", "tag": "reload"}
