# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One cost, several bearers (L8): shares that add up exactly in both currencies.

A cost that nobody has split has one share, which follows it; two, if the customer has
agreed to pay less (``aftersales_cost_negotiated.py``). An accountant splits it by
entering shares: by percentage, by amount, or the rest. How they add up is worked out
in ``rules/books/split.py``.
"""

from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount

from ..rules.books import SplitError, SplitProblem, apportion, split_exactly
from ..rules.catalogue.liability import TREATMENTS_OF
from .aftersales_cost import COST_ACCOUNTANT, UNPOSTED
from .exact_money import coin, exact

_SPLITTING = object()
"""In the context while the shares of a cost are written together. Not to be sent by a
client, and all it does is that they are looked at when all are written."""
MANUFACTURING = ("repair", "replacement", "transport", "packaging")
"""What is manufacturing cost, if the company bears it (L5)."""


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    is_split = fields.Boolean(
        "Split by Hand",
        readonly=True,
        copy=False,
        tracking=True,
        help="An accountant has entered who bears which part.",
    )
    split_left = fields.Monetary(
        "Still to Be Given Out", compute="_compute_split", help="Of the amount."
    )
    split_problem = fields.Char(compute="_compute_split")
    surplus = fields.Monetary(
        "Charged above the Cost",
        currency_field="company_currency_id",
        compute="_compute_surplus",
        help="What was negotiated with the customer beyond the cost (L7).",
    )

    @api.model
    def _get_cost_follows(self):
        return super()._get_cost_follows() | {"is_split"}

    @api.depends_context("lang")
    @api.depends(
        "amount", "is_split", "share_ids.percent", "share_ids.fixed_amount", "state"
    )
    def _compute_split(self):
        for cost in self:
            shares = cost.share_ids
            by_percent = sum(shares.mapped("percent")) * cost.amount / 100
            left = cost.amount - by_percent - sum(shares.mapped("fixed_amount"))
            rest = shares.filtered(lambda share: share._get_given().is_rest)
            currency = cost.currency_id or self.env.company.currency_id
            cost.split_left = 0.0 if rest or not shares else currency.round(left)
            cost.split_problem = False
            if cost.is_split and cost.state in UNPOSTED:
                try:
                    cost._cost_work_out_shares()
                except SplitError as error:
                    cost.split_problem = cost._get_split_text(error)

    @api.depends("share_ids.surplus")
    def _compute_surplus(self):
        for cost in self:
            cost.surplus = sum(cost.share_ids.mapped("surplus"))

    @api.onchange("share_ids", "amount", "currency_id", "date")
    def _onchange_shares(self):
        """Show what each share comes to while it is entered."""
        if not self.share_ids or not self.currency_id or self.state not in UNPOSTED:
            return
        try:
            amounts, company_amounts = self._cost_work_out_shares()
        except SplitError:
            return
        for share, amount, company_amount in zip(
            self.share_ids, amounts, company_amounts, strict=True
        ):
            share.amount = amount
            share.company_amount = company_amount

    # ------------------------------------------------------------ by a person

    @api.model_create_multi
    def create(self, vals_list):
        if not any("share_ids" in vals for vals in vals_list):
            return super().create(vals_list)
        splitting = self.with_context(aftersales_splitting=_SPLITTING)
        costs = super(AftersalesCost, splitting).create(vals_list)
        costs = costs.with_env(self.env)
        costs.filtered("share_ids")._cost_changed({"share_ids"})
        return costs

    def write(self, vals):
        if "share_ids" not in vals or self.env.su:
            return super().write(vals)
        self._check_cost_accountant()
        splitting = self.with_context(aftersales_splitting=_SPLITTING)
        return super(AftersalesCost, splitting).write(vals)

    def _is_splitting(self):
        return self.env.context.get("aftersales_splitting") is _SPLITTING

    def _check_cost_accountant(self):
        """Whoever reviews, splits and posts.

        :raise AccessError: for anybody else
        """
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(COST_ACCOUNTANT):
            raise AccessError(
                self.env._(
                    "Only accountants for service costs review, split and post them."
                )
            )

    def action_split(self):
        """Let an accountant say who bears which part."""
        self.ensure_one()
        self._check_cost_accountant()
        self._check_cost_editable({"share_ids": True})
        self._cost_change_split(True)
        return True

    def action_unsplit(self):
        """One share again, which follows the cost."""
        self._check_cost_accountant()
        self._check_cost_editable({"share_ids": True})
        self._cost_change_split(False)
        return True

    def _cost_change_split(self, is_split):
        # sudo: follows from these buttons
        self.sudo().filtered(lambda cost: cost.is_split != is_split).write(
            {"is_split": is_split}
        )

    def _cost_split_by_hand(self):
        """Shares were entered: they must make up their costs."""
        for cost in self:
            if not cost.share_ids:
                cost.is_split = False
                continue
            if len(cost.share_ids) == 1 and cost.share_ids.bearer != cost.bearer:
                raise UserError(
                    self.env._(
                        "All of “%(cost)s” would be borne by another than the rules "
                        "say. Overrule the bearer, which asks for the reason.",
                        cost=cost.display_name,
                    )
                )
            cost.is_split = True
            try:
                cost._cost_work_out_shares()
            except SplitError as error:
                raise UserError(cost._get_split_text(error)) from error

    def _cost_log_split(self):
        """Keep how a person has split each cost: it may be otherwise tomorrow."""
        for cost in self:
            parts = [
                f"{share._get_bearer_label()} "
                f"{format_amount(self.env, share.amount, cost.currency_id)}"
                for share in cost.share_ids
            ]
            cost._message_log(
                body=self.env._("Split by hand: %(parts)s.", parts="; ".join(parts))
            )

    # ---------------------------------------------------------- working it out

    def _cost_usual_treatment(self, bearer):
        """What the books usually make of a cost that a bearer bears (L5, L6)."""
        if bearer != "company":
            return TREATMENTS_OF[bearer][0]
        return "manufacturing" if self.cost_type in MANUFACTURING else "expense"

    def _cost_work_out_shares(self):
        """The exact parts of the shares that somebody entered.

        :return: amounts in the currency of the cost, and in that of the company
        :raise SplitError: if they do not make up the cost
        """
        self.ensure_one()
        currency, company = (
            self.currency_id,
            self.company_currency_id or (self.env.company.currency_id),
        )
        amounts = split_exactly(
            exact(self.amount, currency),
            [share._get_given() for share in self.share_ids],
            **coin(currency),
        )
        company_amounts = apportion(
            exact(self.company_amount, company), amounts, **coin(company)
        )
        return [float(part) for part in amounts], [
            float(part) for part in company_amounts
        ]

    def _cost_share_out(self):
        """Give each cost the shares that it has today; a batch.

        Reviewed costs whose shares change by it have to be reviewed again.
        """
        costs = self.filtered(lambda cost: cost.state in UNPOSTED)
        costs |= self._cost_sharing_agreement()
        agreed = costs._cost_get_agreed()
        kept = self._cost_get_kept(agreed)
        changed = self.browse()
        create = []
        for cost in costs:
            if cost.is_split and cost.share_ids:
                changed |= cost._cost_share_out_again(agreed.get(cost))
                continue
            wanted = cost._cost_get_shares(agreed.get(cost), kept.get(cost))
            shares = cost.share_ids.sorted("id")
            for share, vals in zip(shares, wanted, strict=False):
                if share._set_if_other(vals):
                    changed |= cost
            if len(wanted) != len(shares):
                changed |= cost
            shares[len(wanted) :].unlink()
            create += [{"cost_id": cost.id, **vals} for vals in wanted[len(shares) :]]
        self.env["aftersales.cost.share"].create(create)
        changed._cost_put_back()

    def _cost_share_out_again(self, agreed):
        """Work out the shares that a person entered for what the cost is today."""
        try:
            parts = zip(*self._cost_work_out_shares(), strict=True)
        except SplitError:
            # stays as it is, and cannot be reviewed: `_cost_blocks` says why
            return self
        changed = self.browse()
        surplus = agreed.surplus if agreed else 0
        for share, (amount, company_amount) in zip(self.share_ids, parts, strict=True):
            vals = {"amount": amount, "company_amount": company_amount, "surplus": 0.0}
            if surplus and share.bearer == "customer":
                vals["surplus"], surplus = float(surplus), 0
            if share._set_if_other(vals):
                changed = self
        return changed

    def _cost_get_shares(self, agreed, kept):
        """The shares of a cost that nobody has split.

        :param agreed: what the customer is charged of it, if the customer bears it
        :param dict kept: department and distribution of what the company keeps of it
        """
        self.ensure_one()
        if not agreed:
            return [self._cost_get_share(self.bearer or "undecided", self.treatment)]
        currency, company = self.currency_id, self.company_currency_id
        amounts = apportion(
            exact(self.amount, currency),
            [agreed.charged, agreed.kept],
            **coin(currency),
        )
        if not agreed.charged and not agreed.kept:  # less than the smallest coin
            amounts = [exact(self.amount, currency), Decimal(0)]
        parts = [
            ("customer", amounts[0], agreed.charged, agreed.surplus, {}),
            ("company", amounts[1], agreed.kept, 0, kept or {}),
        ]
        shares = [
            {
                **self._cost_get_share(bearer, self._cost_usual_treatment(bearer)),
                "amount": float(amount),
                "company_amount": company.round(float(company_amount)),
                "surplus": company.round(float(surplus)),
                **carried,
            }
            for bearer, amount, company_amount, surplus, carried in parts
            if amount or company_amount or surplus
        ]
        if len(shares) > 1:
            shares[0]["fixed_amount"] = shares[0]["amount"]
        return shares

    def _cost_get_share(self, bearer, treatment):
        """One share of all of the cost."""
        return {
            "bearer": bearer,
            "treatment": treatment or self._cost_usual_treatment(bearer),
            "partner_id": self._cost_partner(bearer).id,
            "department_id": self.department_id.id,
            "analytic_distribution": self.analytic_distribution or False,
            "percent": 0.0,
            "fixed_amount": 0.0,
            "amount": self.amount,
            "company_amount": self.company_amount,
            "surplus": 0.0,
        }

    def _cost_adds_up(self):
        """Whether the shares make up the cost exactly, in both currencies."""
        self.ensure_one()
        shares = self.share_ids
        return bool(shares) and all(
            currency.compare_amounts(sum(shares.mapped(name)), self[name]) == 0
            for name, currency in (
                ("amount", self.currency_id),
                ("company_amount", self.company_currency_id),
            )
        )

    # ------------------------------------------------------------------- texts

    def _get_split_text(self, error):
        """What is wrong with the shares, in the words of the user."""
        money = {
            name: format_amount(self.env, float(value), self.currency_id)
            for name, value in (("found", error.found), ("allowed", error.allowed))
            if value is not None
        }
        number = (error.index or 0) + 1
        texts = {
            SplitProblem.NO_SHARES: self.env._(
                "Nobody is named who bears the cost. Add a share."
            ),
            SplitProblem.BOTH: self.env._(
                "Share %(number)s has a percentage and an amount. Enter one of them.",
                number=number,
            ),
            SplitProblem.NEGATIVE: self.env._(
                "Share %(number)s must have the sign of the cost: shares do not "
                "outweigh each other.",
                number=number,
            ),
            SplitProblem.OVER_PERCENT: self.env._(
                "The shares are %(found)s %% together. Lower them to 100 %%.",
                found=f"{error.found:.6f}".rstrip("0").rstrip(".")
                if error.found
                else "",
            ),
            SplitProblem.OVER_AMOUNT: self.env._(
                "The shares are %(found)s together, and the cost is %(allowed)s. "
                "Lower a share.",
                found=money.get("found", ""),
                allowed=money.get("allowed", ""),
            ),
            SplitProblem.INCOMPLETE: self.env._(
                "The shares are %(found)s together, and the cost is %(allowed)s. "
                "Raise a share, or add one without percentage and amount: it takes "
                "the rest.",
                found=money.get("found", ""),
                allowed=money.get("allowed", ""),
            ),
            SplitProblem.INEXACT: self.env._(
                "The amount of share %(number)s has more decimals than %(currency)s.",
                number=number,
                currency=self.currency_id.name,
            ),
        }
        return texts[error.problem]
