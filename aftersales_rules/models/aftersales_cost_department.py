# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which department carries a cost, and where the analytic books put it (L8)."""

import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

_DEPARTMENT_OF = {"manufacturing": "production"}
"""Kind of the department that carries a cost by its treatment; else after-sales."""
BUSINESS_DOMAINS = {
    "manufacturing": "general",
    "expense": "general",
    "recharge": "invoice",
    "claim": "bill",
}
"""What Odoo calls the documents of a treatment, when it looks at analytic plans."""
_OWN = {
    "department_id": "has_own_department",
    "analytic_distribution": "has_own_analytic",
}
"""What is proposed, and the mark that a person has entered it."""


def check_distribution(records):
    """Refuse an analytic distribution that the books could not use.

    :raise ValidationError: naming the record and what is wrong
    """
    wrong = {}
    ids_of = {}
    for record in records:
        given = record.analytic_distribution or {}
        try:
            ids_of[record] = {int(key) for keys in given for key in keys.split(",")}
            shares = [float(value) for value in given.values()]
        except (AttributeError, TypeError, ValueError):
            wrong[record] = records.env._("it names no analytic accounts")
            continue
        if any(not 0 <= share <= 100 for share in shares):
            wrong[record] = records.env._("shares lie between 0 and 100 percent")
    # sudo: accounts of a distribution, of which only the company is looked at
    accounts = records.env["account.analytic.account"].sudo()
    known = accounts.browse(set().union(*ids_of.values())).exists()
    for record, ids in ids_of.items():
        found = known.browse(ids) & known
        allowed = record.sudo().company_id.parent_ids
        if len(found) != len(ids):
            wrong[record] = records.env._("an analytic account is deleted")
        elif found.company_id - allowed:
            wrong[record] = records.env._(
                "%(account)s belongs to another company",
                account=(
                    found.filtered(lambda each, ok=allowed: each.company_id - ok)[0]
                ).display_name,
            )
    for record, what in wrong.items():
        raise ValidationError(
            records.env._(
                "The analytic distribution of “%(record)s” cannot be used: %(what)s.",
                record=record.display_name,
                what=what,
            )
        )


class AftersalesCost(models.Model):
    """Department and analytic distribution: proposed, until a person says otherwise.

    What a person has entered stays; what they empty is proposed again.
    """

    _inherit = "aftersales.cost"

    has_own_department = fields.Boolean(readonly=True, copy=False)
    has_own_analytic = fields.Boolean(readonly=True, copy=False)

    @api.model
    def _get_cost_follows(self):
        return super()._get_cost_follows() | {"has_own_department", "has_own_analytic"}

    @api.constrains("analytic_distribution", "company_id")
    def _check_analytic_distribution(self):
        check_distribution(self)

    def write(self, vals):
        if not self.env.su:
            marks = {
                flag: bool(vals[name]) for name, flag in _OWN.items() if name in vals
            }
            if marks:
                self.check_access("write")
                # sudo: the mark follows from what is entered
                self.sudo().write(marks)
        return super().write(vals)

    def _cost_mark_own(self):
        """What a new cost brings along is not proposed any more."""
        for name, flag in _OWN.items():
            own = self.filtered(name)
            if own:
                own.write({flag: True})

    # -------------------------------------------------------------- proposals

    def _cost_propose_books(self):
        """Fill in department and analytic distribution where no person has."""
        costs = self.filtered(lambda cost: cost.state in ("draft", "reviewed"))
        found = costs._cost_find_departments()
        open_costs = costs.filtered(
            lambda cost: not cost.has_own_department
            and cost.department_id != found[cost]
        )
        for department, same in open_costs.grouped(found.get).items():
            same.write({"department_id": department.id})
        found = costs._cost_find_distributions()
        open_costs = costs.filtered(
            lambda cost: not cost.has_own_analytic
            and (cost.analytic_distribution or {}) != found[cost]
        )
        for _key, same in open_costs.grouped(
            lambda cost: json.dumps(found[cost], sort_keys=True)
        ).items():
            same.write({"analytic_distribution": found[same[0]] or False})

    def _cost_find_departments(self):
        """Who carries each cost: whoever is named as responsible, else by treatment.

        :return: dict cost → aftersales.department, possibly empty
        """
        places = self._cost_map_departments()
        return {
            cost: cost._cost_get_department(cost.treatment, places) for cost in self
        }

    def _cost_map_departments(self):
        """The departments that carry costs, by company, kind and office."""
        departments = self.env["aftersales.department"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("kind", "in", ["aftersales", *_DEPARTMENT_OF.values()]),
            ]
        )
        places = {}
        for department in departments:
            place = (department.company_id, department.kind, department.office_id)
            places.setdefault(place, department)
        return places

    def _cost_get_department(self, treatment, places):
        """The department that carries what the books make this of.

        :param dict places: of ``_cost_map_departments``
        """
        self.ensure_one()
        complaint = self.complaint_id
        kind = _DEPARTMENT_OF.get(treatment, "aftersales")
        nowhere = self.env["aftersales.office"]
        return (
            complaint.complaint_responsible_department_id
            or places.get((self.company_id, kind, complaint.complaint_office_id))
            or places.get((self.company_id, kind, nowhere))
            or self.env["aftersales.department"]
        )

    def _cost_find_distributions(self):
        """What department and Odoo's distribution models say of each cost."""
        result = {}
        cache = {}
        for cost in self:
            result[cost] = cost._cost_get_distribution(
                cost.department_id,
                cost.treatment,
                cost._cost_partner(cost.bearer),
                cache,
            )
        return result

    def _cost_get_distribution(self, department, treatment, partner, cache):
        """What the department carries it by, and the models for all other plans.

        :param dict cache: answers of the models to equal questions, and accounts
        """
        self.ensure_one()
        by_department = dict(department.analytic_distribution or {})
        plans = department.distribution_analytic_account_ids.root_plan_id
        product = self._cost_product()
        account = self._cost_get_account(treatment, partner, cache)
        partner = partner or self.complaint_id.commercial_partner_id
        question = (
            product,
            partner,
            account.code or False,
            self.company_id,
            plans,
        )
        if question not in cache:
            models_of_odoo = self.env["account.analytic.distribution.model"]
            cache[question] = models_of_odoo._get_distribution(
                {
                    "product_id": product.id,
                    "product_categ_id": product.categ_id.id,
                    "partner_id": partner.id,
                    "partner_category_id": partner.category_id.ids,
                    "account_prefix": account.code,
                    "company_id": self.company_id.id,
                    "related_root_plan_ids": plans,
                }
            )
        return by_department | cache[question]

    def _cost_product(self):
        """The product that it was spent on: its own, or that of the complaint."""
        self.ensure_one()
        return self.product_id or self.complaint_id.aftersales_product_id

    # ----------------------------------------------------------------- checks

    def _cost_analytic_problems(self, cache):
        """Analytic plans that must be filled and are not, for one cost.

        :param dict cache: mandatory plans by equal questions
        :return: list of texts
        """
        self.ensure_one()
        precision = self.env["decimal.precision"].precision_get("Percentage Analytic")
        problems = []
        for share in self.share_ids:
            if share._has_lost_accounts():
                problems.append(
                    self.env._(
                        "The analytic distribution for the part of the %(bearer)s "
                        "names an analytic account that is deleted. Choose another.",
                        bearer=share._get_bearer_label(),
                    )
                )
                continue
            for plan in self._cost_mandatory_plans(share, cache):
                given = sum(
                    percent
                    for keys, percent in (share.analytic_distribution or {}).items()
                    if plan in share._get_distribution_plans(keys)
                )
                if float_compare(given, 100, precision_digits=precision):
                    problems.append(
                        self.env._(
                            "The analytic plan “%(plan)s” must be given to 100 %% for "
                            "the part of the %(bearer)s; it is given to %(given)s %%. "
                            "Complete the analytic distribution.",
                            plan=plan.name,
                            bearer=share._get_bearer_label(),
                            given=f"{given:g}",
                        )
                    )
        return problems

    def _cost_mandatory_plans(self, share, cache):
        domain = self._cost_business_domain(share.treatment)
        if not domain:
            return self.env["account.analytic.plan"]
        product = self._cost_product()
        account = self._cost_get_account(share.treatment, share.partner_id, cache)
        question = (domain, product, account, self.company_id)
        if question not in cache:
            plans = self.env["account.analytic.plan"].with_company(self.company_id)
            found = plans.get_relevant_plans(
                business_domain=domain,
                product=product.id,
                account=account.id,
                company_id=self.company_id.id,
            )
            cache[question] = plans.browse(
                plan["id"] for plan in found if plan["applicability"] == "mandatory"
            )
        return cache[question]

    def _cost_get_account(self, treatment, partner, cache):
        """The account of the document line that a share becomes, as far as it is set.

        :param dict cache: the accounts of the companies, among other things
        """
        self.ensure_one()
        company = self.company_id
        key = ("accounts", company)
        if key not in cache:
            cache[key] = company._get_cost_accounts()
        accounts = cache[key]
        if treatment in (False, "none"):
            account = self.env["account.account"]
        elif self._cost_keeps_account(treatment):
            account = self._cost_relieved_account(accounts)
        else:
            account = self._cost_target_account(treatment, partner, accounts)
        return account.with_company(company)

    def _cost_keeps_account(self, treatment):
        """Whether the document takes the cost from its account, without another one."""
        company = self.company_id
        return (
            treatment == "recharge" and company.aftersales_cost_recharge_as != "income"
        ) or (treatment == "claim" and company.aftersales_cost_claim_as != "entry")

    def _cost_business_domain(self, treatment):
        """What Odoo calls the document of a treatment; nothing: plans are optional."""
        if treatment == "claim" and not self._cost_keeps_account(treatment):
            return None  # what somebody owes us has no analytic side
        return BUSINESS_DOMAINS.get(treatment)
