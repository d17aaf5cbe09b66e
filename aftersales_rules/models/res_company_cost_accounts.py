# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where service costs go in the books: accounts, journal and forms of documents (L8).

Every account can be set. What is not set is looked for in the chart of accounts, and
what was found is shown in the settings and in the preview of each posting. What is
neither set nor found keeps costs from being posted, with the setting in the message.
"""

from odoo import fields, models

from ..rules.books import Grouping

ACCOUNT_KINDS = (
    "manufacturing",
    "expense",
    "hand",
    "labour",
    "compensation",
    "employee",
    "claim",
    "income",
    "surplus",
)
"""Names of the accounts: ``aftersales_cost_<kind>_account_id``."""

_CHARTS = {
    "cn": {
        "manufacturing": "l10n_cn_account_4101",
        "expense": "l10n_cn_account_560101",
        "labour": "l10n_cn_account_5601",
        "compensation": "l10n_cn_account_5711",
        "employee": "l10n_cn_common_account_1221",
        "claim": "l10n_cn_common_account_1221",
        "income": "l10n_cn_account_5051",
    },
    "cn_large_bis": {
        "manufacturing": "l10n_cn_large_bis_account_5101",
        "expense": "l10n_cn_large_bis_account_6601",
        "labour": "l10n_cn_large_bis_account_6601",
        "compensation": "l10n_cn_large_bis_account_6711",
        "employee": "l10n_cn_common_account_1221",
        "claim": "l10n_cn_common_account_1221",
        "income": "l10n_cn_large_bis_account_6051",
    },
    "generic_coa": {"labour": "expense_salary", "income": "other_income"},
}
"""Accounts of the charts that name them: 制造费用, 其他应收款 and so on."""

_CODES = {
    "manufacturing": (("4101", "5101"), ("expense", "expense_direct_cost")),
    "employee": (("1221",), ("asset_current", "asset_receivable")),
    "claim": (("1221",), ("asset_current", "asset_receivable")),
}
"""Codes in a Chinese chart that was not loaded from a template, and their types."""

_FALLBACKS = (
    ("hand", "expense"),
    ("compensation", "expense"),
    ("surplus", "income"),
)
"""What stands in for an account that is neither set nor found."""

_EXPENSES = (
    "[('account_type', 'in', ('expense', 'expense_direct_cost', 'expense_other'))]"
)
_MADE = "[('account_type', 'in', ('expense', 'expense_direct_cost', 'asset_current'))]"
_OWED = "[('account_type', 'in', ('asset_receivable', 'asset_current'))]"
_EARNED = "[('account_type', 'in', ('income', 'income_other'))]"


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_cost_journal_id = fields.Many2one(
        "account.journal",
        "Journal of Service Costs",
        check_company=True,
        domain="[('type', '=', 'general')]",
        ondelete="restrict",
        help="Entries of manufacturing cost, service expense and of what employees and "
        "carriers owe are made here. Empty: the journal for miscellaneous operations.",
        prefetch="aftersales",
    )
    aftersales_cost_manufacturing_account_id = fields.Many2one(
        "account.account",
        "Manufacturing Cost",
        check_company=True,
        domain=_MADE,
        ondelete="restrict",
        help="Gets repair, replacement, transport and packaging that the company bears "
        "(L5). Empty: 制造费用 of a Chinese chart, else the production account of "
        "product categories, else the overhead account of work in progress.",
        prefetch="aftersales",
    )
    aftersales_cost_expense_account_id = fields.Many2one(
        "account.account",
        "Service Expense",
        check_company=True,
        domain=_EXPENSES,
        ondelete="restrict",
        help="Gets what else the company bears: travel, lodging, compensation (L6). "
        "Empty: the expense account of the company.",
        prefetch="aftersales",
    )
    aftersales_cost_hand_account_id = fields.Many2one(
        "account.account",
        "Costs Entered by Hand",
        check_company=True,
        domain=_MADE,
        ondelete="restrict",
        help="Where costs stand in the books that were not pulled from a document; "
        "posting takes them from there. Empty: the account for service expense.",
        prefetch="aftersales",
    )
    aftersales_cost_labour_account_id = fields.Many2one(
        "account.account",
        "Labour",
        check_company=True,
        domain=_MADE,
        ondelete="restrict",
        help="Where wages stand in the books; hours of a timesheet are taken from "
        "there. Empty: the account for salaries, if the chart names one.",
        prefetch="aftersales",
    )
    aftersales_cost_compensation_account_id = fields.Many2one(
        "account.account",
        "Compensation",
        check_company=True,
        domain=_EXPENSES,
        ondelete="restrict",
        help="Where compensation to customers is booked (L10). Empty: 营业外支出 of a "
        "Chinese chart, else the account for service expense.",
        prefetch="aftersales",
    )
    aftersales_cost_employee_account_id = fields.Many2one(
        "account.account",
        "Receivable from Employees",
        check_company=True,
        domain=_OWED,
        ondelete="restrict",
        help="What sales managers owe for their people (L6). Empty: 其他应收款 of a "
        "Chinese chart, else the receivable account of the contact.",
        prefetch="aftersales",
    )
    aftersales_cost_claim_as = fields.Selection(
        [("refund", "Refund of the vendor"), ("entry", "Claim in a journal entry")],
        "Claims on Carriers",
        required=True,
        default="refund",
        help="How a carrier is charged: as a vendor's refund, set off against their "
        "bills, or as a receivable.",
        prefetch="aftersales",
    )
    aftersales_cost_claim_account_id = fields.Many2one(
        "account.account",
        "Claims Receivable",
        check_company=True,
        domain=_OWED,
        ondelete="restrict",
        help="For claims in a journal entry. Empty: 其他应收款 of a Chinese chart, "
        "else the receivable account of the carrier.",
        prefetch="aftersales",
    )
    aftersales_cost_claim_tax_id = fields.Many2one(
        "account.tax",
        "Tax on Refunds of Carriers",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase')]",
        ondelete="restrict",
        help="Empty: none, as damages are no supply.",
        prefetch="aftersales",
    )
    aftersales_cost_recharge_as = fields.Selection(
        [("relief", "Relieves the expense"), ("income", "Is income")],
        "Recharges",
        required=True,
        default="relief",
        help="What the lines of invoices to dealers and customers are booked on: the "
        "account where the cost stands, so that it is gone, or an income account.",
        prefetch="aftersales",
    )
    aftersales_cost_income_account_id = fields.Many2one(
        "account.account",
        "Income from Recharges",
        check_company=True,
        domain=_EARNED,
        ondelete="restrict",
        help="Empty: other operating income, else the income account of the company.",
        prefetch="aftersales",
    )
    aftersales_cost_surplus_account_id = fields.Many2one(
        "account.account",
        "Charged above the Cost",
        check_company=True,
        domain=_EARNED,
        ondelete="restrict",
        help="What was negotiated with a customer beyond the cost (L7). Empty: the "
        "account for income from recharges.",
        prefetch="aftersales",
    )
    aftersales_cost_taxed = fields.Boolean(
        "Taxes on Recharges",
        default=True,
        help="Invoices of recharges carry sales tax, by the fiscal position of whoever "
        "is charged.",
        prefetch="aftersales",
    )
    aftersales_cost_tax_id = fields.Many2one(
        "account.tax",
        "Tax on Recharges",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        ondelete="restrict",
        help="Empty: the default sales tax of the company.",
        prefetch="aftersales",
    )
    aftersales_cost_grouping = fields.Selection(
        [
            (Grouping.COMPLAINT.value, "Each complaint"),
            (Grouping.BEARER.value, "Each bearer"),
            (Grouping.MONTH.value, "Each bearer and month"),
        ],
        "Documents for",
        required=True,
        default=Grouping.COMPLAINT.value,
        help="What comes together on one entry or invoice when many costs are posted. "
        "Two partners never share a document.",
        prefetch="aftersales",
    )
    aftersales_cost_date = fields.Selection(
        [("posting", "Day of the posting"), ("cost", "Day of the latest cost")],
        "Documents Dated",
        required=True,
        default="posting",
        prefetch="aftersales",
    )

    def _get_cost_account(self, kind):
        """An account of the settings, else as found in the chart; may be empty.

        :param str kind: of ACCOUNT_KINDS
        """
        self.ensure_one()
        return self._get_cost_accounts()[kind]

    def _get_cost_accounts(self):
        """All accounts by their kind: as set, else as found in the chart."""
        self.ensure_one()
        company = self.sudo()  # sudo: whoever posts need not read the chart's template
        accounts = company._find_cost_accounts()
        for kind in ACCOUNT_KINDS:
            accounts[kind] = (
                company[f"aftersales_cost_{kind}_account_id"] or accounts[kind]
            )
        for kind, other in _FALLBACKS:
            accounts[kind] = accounts[kind] or accounts[other]
        return {kind: self._as_me(account) for kind, account in accounts.items()}

    def _cost_account_problem(self, kind, account):
        """What is wrong with an account for postings, in words; empty if nothing is.

        :param str kind: of ACCOUNT_KINDS
        """
        self.ensure_one()
        field = self._fields[f"aftersales_cost_{kind}_account_id"]
        words = {
            "setting": field._description_string(self.env),
            "company": self.name,
        }
        if not account:
            return self.env._(
                "No account for “%(setting)s” is set for %(company)s, and its chart of "
                "accounts names none. An administrator sets it in the settings under "
                "Service Costs.",
                **words,
            )
        words["account"] = self._name_cost_account(account)
        if not account.active:
            return self.env._(
                "The account %(account)s is archived. Restore it, or have an "
                "administrator choose another one for “%(setting)s” of %(company)s in "
                "the settings under Service Costs.",
                **words,
            )
        if not self.parent_ids & account.company_ids:
            return self.env._(
                "The account %(account)s (“%(setting)s”) does not belong to "
                "%(company)s. An administrator chooses another one in the settings "
                "under Service Costs.",
                **words,
            )
        return ""

    def _name_cost_account(self, account):
        """Code and name; Odoo leaves out the code for some who may post."""
        return " ".join(filter(None, (account.with_company(self).code, account.name)))

    def _get_cost_journal(self):
        """The journal of entries: as set, else as found; may be empty."""
        self.ensure_one()
        # sudo: see _get_cost_accounts
        journal = self.sudo().aftersales_cost_journal_id
        return self._as_me(journal) or self._find_cost_journal()

    def _get_cost_tax(self):
        """The sales tax of recharges, before the customer's fiscal position."""
        self.ensure_one()
        if not self.aftersales_cost_taxed:
            return self.env["account.tax"]
        return self.aftersales_cost_tax_id or self.account_sale_tax_id

    def _find_cost_accounts(self):
        """What the chart of accounts proposes, by kind; empty where it says nothing."""
        self.ensure_one()
        company = self.sudo().with_company(self)  # sudo: see _get_cost_accounts
        nothing = company.env["account.account"]
        found = dict.fromkeys(ACCOUNT_KINDS, nothing)
        chart = company.env["account.chart.template"]
        for kind, xmlid in _CHARTS.get(company.chart_template, {}).items():
            found[kind] = chart.ref(xmlid, raise_if_not_found=False) or nothing
        if company.account_fiscal_country_id.code == "CN":
            for kind, (codes, types) in _CODES.items():
                found[kind] = found[kind] or company._find_by_code(codes, types)
        found["manufacturing"] = (
            found["manufacturing"]
            or company._find_production_account()
            or company.account_production_wip_overhead_account_id
        )
        found["expense"] = found["expense"] or company.expense_account_id
        found["income"] = found["income"] or company.income_account_id
        return {
            # an archived account is nobody's proposal
            kind: self._as_me(account.filtered("active"))
            for kind, account in found.items()
        }

    def _as_me(self, record):
        """What was looked up for everybody, with the rights of whoever asks."""
        return record.with_env(self.env)

    def _find_by_code(self, codes, types):
        domain = fields.Domain("account_type", "in", types) & fields.Domain.OR(
            [("code", "=like", f"{code}%")] for code in codes
        )
        accounts = self.env["account.account"]
        domain &= fields.Domain(accounts._check_company_domain(self))
        return accounts.search(domain, order="code", limit=1)

    def _find_production_account(self):
        """The account of manufacturing that product categories use by default."""
        categories = self.env["product.category"]
        field = categories._fields["property_stock_account_production_cost_id"]
        default = field.get_company_dependent_fallback(categories)
        if default:
            return default
        used = categories.search([(field.name, "!=", False)])[field.name]
        return used if len(used) == 1 else used.browse()

    def _find_cost_journal(self):
        """The journal for miscellaneous operations, not one of a special purpose."""
        company = self.sudo()  # sudo: see _get_cost_accounts
        journals = company.env["account.journal"]
        special = (
            company.currency_exchange_journal_id
            | company.tax_cash_basis_journal_id
            | company.account_stock_journal_id
        )
        found = journals.search(
            [
                *journals._check_company_domain(company),
                ("type", "=", "general"),
                ("id", "not in", special.ids),
            ],
            order="sequence, id",
        )
        by_code = found.filtered(lambda journal: journal.code == "MISC")
        return self._as_me((by_code or found)[:1])

    def _set_found_cost_accounts(self):
        """Take over what was found for every account and journal that is not set."""
        for company in self:
            values = {
                f"aftersales_cost_{kind}_account_id": account.id
                for kind, account in company._get_cost_accounts().items()
                if account and not company[f"aftersales_cost_{kind}_account_id"]
            }
            journal = company._find_cost_journal()
            if journal and not company.aftersales_cost_journal_id:
                values["aftersales_cost_journal_id"] = journal.id
            company.write(values)
