# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import ValidationError

from ..rules.books import Given
from ..rules.catalogue.liability import TREATMENTS_OF
from .aftersales_cost_department import check_distribution
from .exact_money import exact
from .guarded_fields import check_follows, without_defaults

_FOLLOWS = {
    "company_id",
    "complaint_id",
    "state",
    "currency_id",
    "company_currency_id",
    "amount",
    "company_amount",
    "surplus",
}
_FILLED = {"department_id", "treatment", "partner_id", "analytic_distribution"}
"""What follows from cost and bearer, where it is left out."""
CHARGED = ("recharge", "receivable", "claim")
"""Treatments for which somebody has to be named."""


class AftersalesCostShare(models.Model):
    """A share as an accountant enters it: its part is worked out with all others."""

    _inherit = "aftersales.cost.share"

    @api.constrains("analytic_distribution", "company_id")
    def _check_analytic_distribution(self):
        check_distribution(self)

    @api.constrains("bearer", "treatment")
    def _check_treatment(self):
        for share in self:
            if share.treatment not in TREATMENTS_OF[share.bearer]:
                raise ValidationError(
                    self.env._(
                        "“%(treatment)s” is not possible for what the %(bearer)s "
                        "bears. Choose %(allowed)s.",
                        treatment=share._get_label("treatment"),
                        bearer=share._get_bearer_label(),
                        allowed=share._get_allowed_treatments(),
                    )
                )

    @api.onchange("bearer")
    def _onchange_bearer(self):
        """Who is charged and what the books make of it follow from the bearer."""
        cost = self.cost_id
        # an onchange may be called with any cost
        if not self.bearer or not cost._origin.has_access("read"):
            return
        self.treatment = cost._cost_usual_treatment(self.bearer)
        self.partner_id = cost._cost_partner(self.bearer)
        self.department_id = self.department_id or cost.department_id
        self._onchange_department()

    @api.onchange("department_id", "treatment", "partner_id")
    def _onchange_department(self):
        """The analytic books follow, as Odoo's distribution models say."""
        cost = self.cost_id
        if not cost or not self.bearer or not cost._origin.has_access("read"):
            return
        # sudo: models of distribution, proposed to whoever splits
        self.analytic_distribution = cost.sudo()._cost_get_distribution(
            self.department_id.sudo(), self.treatment, self.partner_id.sudo(), {}
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                check_follows(self, vals, _FOLLOWS)
        records = without_defaults(self, _FOLLOWS)
        values = [records._fill_in(vals) for vals in vals_list]
        shares = super(AftersalesCostShare, records).create(values)
        shares = shares.with_env(self.env)
        shares._check_may_split()
        shares._after_split(shares.cost_id)
        return shares

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, _FOLLOWS | {"cost_id"})
            self._check_may_split()
        result = super().write(vals)
        self._after_split(self.cost_id)
        return result

    def unlink(self):
        self._check_may_split()
        costs = self.cost_id
        result = super().unlink()
        self._after_split(costs)
        return result

    def _fill_in(self, vals):
        """What is left out follows from the cost and the bearer."""
        if _FILLED <= set(vals):
            return vals
        cost_id = vals.get("cost_id") or self.env.context.get("default_cost_id")
        cost = self.env["aftersales.cost"].browse(cost_id).exists()
        bearer = vals.get("bearer") or self.env.context.get("default_bearer")
        if not cost or bearer not in TREATMENTS_OF:
            return vals
        if not self.env.su:
            cost.check_access("write")
        filled = {
            "department_id": cost.department_id.id,
            "treatment": cost._cost_usual_treatment(bearer),
            "partner_id": cost._cost_partner(bearer).id,
            **vals,
        }
        if "analytic_distribution" not in vals:
            # sudo: models of distribution, proposed to whoever splits
            sudo = self.sudo().env
            filled["analytic_distribution"] = cost.sudo()._cost_get_distribution(
                sudo["aftersales.department"].browse(filled["department_id"]),
                filled["treatment"],
                sudo["res.partner"].browse(filled["partner_id"]),
                {},
            )
        return filled

    def _check_may_split(self):
        if not self.env.su:
            self.cost_id._check_cost_accountant()
            self.cost_id._check_cost_editable({"share_ids": True})

    def _after_split(self, costs):
        """A share was entered on its own, and not with the others on the cost."""
        if not self.env.su and not costs._is_splitting():
            costs._cost_changed({"share_ids"})

    # ---------------------------------------------------------- working it out

    def _get_given(self):
        """What was entered for this share."""
        percent = Decimal(f"{self.percent:.6f}")
        currency = self.cost_id.currency_id or self.env.company.currency_id
        fixed = exact(self.fixed_amount, currency)
        return Given(percent or None, fixed or None)

    def _set_if_other(self, vals):
        """Write what differs.

        :return: whether anything did
        """
        self.ensure_one()
        other = {
            name: value
            for name, value in vals.items()
            if not self._is_equal(name, value)
        }
        if other:
            self.write(other)
        return bool(other)

    def _is_equal(self, name, value):
        field = self._fields[name]
        if field.type == "many2one":
            return self[name].id == value
        if field.type == "json":
            return json.dumps(self[name] or {}, sort_keys=True) == json.dumps(
                value or {}, sort_keys=True
            )
        if field.type == "monetary":
            currency = self[field.get_currency_field(self)]
            return currency.compare_amounts(self[name], value) == 0
        return self[name] == value

    # ------------------------------------------------------------------- texts

    def _get_label(self, name):
        self.ensure_one()
        return dict(self._fields[name]._description_selection(self.env))[self[name]]

    def _get_bearer_label(self):
        """The bearer with its name, if anybody is named."""
        label = self._get_label("bearer")
        name = self.sudo().partner_id.name  # sudo: the name of who is charged
        return f"{label} ({name})" if name else label

    def _get_allowed_treatments(self):
        labels = dict(self._fields["treatment"]._description_selection(self.env))
        return ", ".join(f"“{labels[name]}”" for name in TREATMENTS_OF[self.bearer])

    def _has_lost_accounts(self):
        """Whether the distribution names analytic accounts that are there no more."""
        ids = self._get_analytic_account_ids_from_distributions(
            self.analytic_distribution
        )
        return len(set(ids)) != len(self.distribution_analytic_account_ids)

    def _get_distribution_plans(self, keys):
        """The plans of the accounts that a part of the distribution names together."""
        ids = {int(key) for key in keys.split(",")}
        accounts = self.distribution_analytic_account_ids
        return accounts.filtered(lambda account: account.id in ids).root_plan_id
