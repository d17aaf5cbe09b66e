# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the shares of a posting to a plan of documents, and what forbids it (L8)."""

import hashlib
from datetime import timedelta
from decimal import Decimal

from odoo import models, tools
from odoo.exceptions import UserError

from ..rules.books import (
    Accounts,
    DocumentKind,
    Grouping,
    Item,
    Settings,
    freeze_analytic,
    plan_documents,
)
from .aftersales_cost_books import CHARGED
from .exact_money import exact

_SHOWN = 10
_SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)
_PURCHASES = (DocumentKind.VENDOR_REFUND, DocumentKind.VENDOR_BILL)


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    def _check_postable(self):
        """Refuse to take costs into a posting that cannot be in it."""
        unreviewed = self - self._cost_waits()
        if unreviewed:
            raise UserError(
                self.env._(
                    "Only reviewed costs are posted. An accountant for service costs "
                    "reviews these first:\n%(costs)s",
                    costs=unreviewed._cost_names(),
                )
            )
        taken = self.filtered("posting_id")
        if taken:
            posting = taken.posting_id[:1]
            raise UserError(
                self.env._(
                    "%(posting)s, a draft by %(user)s, has these already. Post it "
                    "there, or take them out:\n%(costs)s",
                    posting=posting.name,
                    user=posting.sudo().create_uid.name,  # sudo: a colleague's name
                    costs=taken._cost_names(),
                )
            )
        self._check_unblocked()

    def _check_unblocked(self):
        """Refuse to post what something keeps back, and say what."""
        # sudo: what is missing is told to whoever posts
        lines = [
            f"{cost.display_name}: {text}"
            for cost, found in self.sudo()._cost_blocks().items()
            for _key, text in found
        ]
        if lines:
            raise UserError(
                self.env._(
                    "This keeps costs from being posted:\n%(blocks)s",
                    blocks=_first_lines(lines),
                )
            )

    def _cost_names(self):
        return _first_lines(self.mapped("display_name"))


class AftersalesCostPosting(models.Model):
    _inherit = "aftersales.cost.posting"

    def _get_shares(self):
        """What is to be posted: shares of its costs that are not in the books."""
        self.ensure_one()
        return self.cost_ids.share_ids.filtered(
            lambda share: not share.standing_entry_id
        ).sorted("id")

    def _get_plan(self, shares):
        """The documents that posting these shares writes.

        :rtype: rules.books.Plan
        """
        self.ensure_one()
        company = self.company_id
        accounts = company._get_cost_accounts()
        settings = Settings(
            date=self.date,
            accounts=Accounts(
                manufacturing=accounts["manufacturing"].id or None,
                expense=accounts["expense"].id or None,
                income=accounts["income"].id or None,
                surplus=accounts["surplus"].id or None,
            ),
            grouping=Grouping(self.grouping),
            by_cost_date=self.date_rule == "cost",
            recharge_to_income=company.aftersales_cost_recharge_as == "income",
            claim_as_refund=company.aftersales_cost_claim_as == "refund",
        )
        return plan_documents(
            [self._get_item(share, accounts) for share in shares], settings
        )

    def _get_item(self, share, accounts):
        cost = share.cost_id
        partner = share.partner_id if share.treatment in CHARGED else None
        target = None
        if share.treatment in ("receivable", "claim"):
            target = cost._cost_target_account(share.treatment, partner, accounts).id
        company_currency = self.company_id.currency_id
        currency = cost.currency_id
        foreign = currency != company_currency
        return Item(
            key=share.id,
            complaint=cost.complaint_id.id,
            bearer=share.bearer,
            treatment=share.treatment,
            date=cost.date,
            amount=exact(share.company_amount, company_currency),
            relieved=cost._cost_relieved_account(accounts).id or None,
            relieved_analytic=freeze_analytic(cost._cost_relieved_analytic()),
            analytic=freeze_analytic(share.analytic_distribution),
            partner=partner.id or None if partner is not None else None,
            target=target or None,
            surplus=exact(share.surplus, company_currency),
            currency=currency.id if foreign else None,
            currency_amount=exact(share.amount, currency) if foreign else Decimal(0),
        )

    def _get_digest(self, plan):
        """What tells two plans apart, with all that decides about taxes."""
        company = self.company_id
        taxes = (
            company.aftersales_cost_taxed,
            company._get_cost_tax().id,
            company.aftersales_cost_claim_tax_id.id,
            company._get_cost_journal().id,
        )
        return hashlib.sha256(repr((plan, taxes)).encode()).hexdigest()

    # -------------------------------------------------------------------- checks

    def _check_ready(self):
        """Refuse an empty draft, and costs that something keeps back."""
        self.ensure_one()
        costs = self.cost_ids
        if not costs:
            raise UserError(
                self.env._(
                    "%(posting)s is empty. Discard it, and post costs from their list.",
                    posting=self.name,
                )
            )
        unreviewed = costs - costs._cost_waits()
        if unreviewed:
            raise UserError(
                self.env._(
                    "Only reviewed costs are posted. Take these out, or review them "
                    "first:\n%(costs)s",
                    costs=unreviewed._cost_names(),
                )
            )
        costs._check_unblocked()

    def _check_dates(self, plan):
        """Refuse days in a locked period, and name the next one that is open."""
        self.ensure_one()
        checked = set()
        for document in plan.documents:
            journal = self._get_journal(document.kind)
            taxed = bool(self._get_base_tax(document.kind))
            if (journal, document.date, taxed) in checked:
                continue
            checked.add((journal, document.date, taxed))
            self._check_date(document.date, taxed, journal)

    def _check_date(self, day, taxed, journal):
        company = self.company_id
        locks = company._get_violated_lock_dates(day, taxed, journal)
        if not locks:
            return
        opened = max(lock for lock, _field in locks) + timedelta(days=1)
        raise UserError(
            self.env._(
                "%(date)s is locked in journal %(journal)s of %(company)s: %(locks)s. "
                "The next open day is %(opened)s; choose it, or ask whoever closes the "
                "books to open the period.",
                date=tools.format_date(self.env, day),
                journal=journal.display_name,
                company=company.name,
                locks=company._format_lock_dates(locks),
                opened=tools.format_date(self.env, opened),
            )
        )

    # ------------------------------------------------------------ journals, taxes

    def _get_journal(self, kind):
        """The journal for a kind of document.

        :raise UserError: naming what is missing
        """
        self.ensure_one()
        company = self.company_id
        if kind is DocumentKind.ENTRY:
            journal = company._get_cost_journal()
            wanted = "general"
        else:
            wanted = "sale" if kind in _SALES else "purchase"
            journals = self.env["account.journal"]
            journal = journals.search(
                [*journals._check_company_domain(company), ("type", "=", wanted)],
                limit=1,
            )
        types = dict(journal._fields["type"]._description_selection(self.env))
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal of the type “%(type)s”. Whoever sets "
                    "up accounting makes one.",
                    company=company.name,
                    type=types[wanted],
                )
            )
        if not journal.active:
            raise UserError(
                self.env._(
                    "The journal %(journal)s is archived. Restore it, or have an "
                    "administrator choose another one for service costs of %(company)s "
                    "in the settings.",
                    journal=journal.display_name,
                    company=company.name,
                )
            )
        return journal

    def _get_base_tax(self, kind):
        """The tax of a kind of document, before the fiscal position of the partner."""
        company = self.company_id
        if kind in _SALES:
            return company._get_cost_tax()
        if kind in _PURCHASES:
            return company.aftersales_cost_claim_tax_id
        return self.env["account.tax"]


def _first_lines(lines):
    """The first of many lines, and how many more there are."""
    shown = lines[:_SHOWN]
    if len(lines) > _SHOWN:
        shown.append(f"… (+{len(lines) - _SHOWN})")
    return "\n".join(shown)
