# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the customer bears is charged as negotiated, in total per complaint (L7).

The agreed amount is filled with the costs that the customer bears: what is posted
first, what an accountant has split by hand next, then the rest, by date. What is above
stays with the company; what is missing is charged with the last one, above its cost.
Reviewing and posting change nothing of it, in whatever order they happen.
"""

from decimal import Decimal

from odoo import models
from odoo.tools import format_amount

from ..rules.books import Borne, SplitError, fill_agreed
from .aftersales_cost import UNPOSTED
from .exact_money import exact


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    def unlink(self):
        # sudo: what is deleted makes room for the other costs, whoever deletes it
        others = self.sudo()._cost_sharing_agreement() - self
        result = super().unlink()
        others._cost_settle()
        return result

    def _cost_is_customers(self):
        """Whether the customer bears anything of it, now or before its last change."""
        self.ensure_one()
        bearers = self.share_ids.mapped("bearer")
        return "customer" in ([*bearers] if self.is_split else [*bearers, self.bearer])

    def _cost_sharing_agreement(self):
        """Unposted costs whose shares hang on the same agreements as these."""
        complaints = self.filtered(lambda cost: cost._cost_is_customers()).complaint_id
        if not complaints:
            return self.browse()
        return self.search(
            [("complaint_id", "in", complaints.ids), ("state", "in", UNPOSTED)]
        ).filtered(lambda cost: cost._cost_is_customers())

    def _cost_get_agreed(self):
        """What the customer is charged of each cost, where anything is agreed.

        :return: dict cost → `rules.books.Agreed`
        """
        result = {}
        for filled, _over in self._cost_fill_agreed().values():
            result.update(filled)
        return result

    def _cost_fill_agreed(self):
        """Fill the agreed amounts of the complaints of these costs.

        :param self: unposted costs, all of their complaints
        :return: dict complaint → (dict cost → Agreed, how much too much is charged)
        """
        costs = self.filtered(
            lambda cost: cost.complaint_id.complaint_negotiated_amount
            and ("customer" in cost.share_ids.mapped("bearer") or not cost.is_split)
            and (cost.is_split or cost.bearer == "customer")
        )
        charged = costs._cost_get_charged()
        result = {}
        for complaint, same in costs.grouped("complaint_id").items():
            currency = complaint.company_id.currency_id
            ordered = same.sorted(lambda cost: (cost.date, cost.id))
            result[complaint] = fill_agreed(
                exact(complaint.complaint_negotiated_amount, currency),
                [
                    Borne(
                        cost,
                        exact(cost._cost_get_customers_part(), currency),
                        is_settled=cost.is_split,
                    )
                    for cost in ordered
                ],
                charged=exact(charged.get(complaint, 0.0), currency),
            )
        return result

    def _cost_get_kept(self, agreed):
        """Who carries what stays with the company above the agreed amount.

        As if the company bore the cost: production, if it is manufacturing cost.

        :return: dict cost → values of a share
        """
        costs = self.browse().union(
            *(cost for cost, filled in agreed.items() if filled.kept)
        )
        places = costs._cost_map_departments() if costs else {}
        cache = {}
        result = {}
        for cost in costs:
            treatment = cost._cost_usual_treatment("company")
            result[cost] = values = {}
            department = cost.department_id
            if not cost.has_own_department:
                department = cost._cost_get_department(treatment, places)
                values["department_id"] = department.id
            if not cost.has_own_analytic:
                values["analytic_distribution"] = cost._cost_get_distribution(
                    department, treatment, self.env["res.partner"], cache
                )
        return result

    def _cost_get_customers_part(self):
        """What the customer would bear of it, in company currency."""
        self.ensure_one()
        if not self.is_split:
            return self.company_amount
        try:
            parts = self._cost_work_out_shares()[1]
        except SplitError:
            parts = self.share_ids.mapped("company_amount")
        return sum(
            part
            for share, part in zip(self.share_ids, parts, strict=True)
            if share.bearer == "customer"
        )

    def _cost_get_charged(self):
        """What the books have charged already, per complaint of these costs."""
        if not self:
            return {}
        rows = self.env["aftersales.cost.share"]._read_group(
            [
                ("complaint_id", "in", self.complaint_id.ids),
                ("bearer", "=", "customer"),
                ("cost_id.state", "=", "posted"),
            ],
            ["complaint_id"],
            ["company_amount:sum", "surplus:sum"],
        )
        return {complaint: amount + surplus for complaint, amount, surplus in rows}

    def _cost_blocks(self):
        blocks = super()._cost_blocks()
        customers = self.filtered(
            lambda cost: cost.state in UNPOSTED
            and "customer" in cost.share_ids.mapped("bearer")
        )
        by_hand = customers.filtered("is_split")
        over = by_hand._cost_sharing_agreement()._cost_fill_agreed() if by_hand else {}
        for cost in customers:
            complaint = cost.complaint_id
            agreed = complaint.complaint_negotiated_amount
            if not agreed:
                blocks[cost].append(
                    (
                        "negotiated",
                        self.env._(
                            "The customer bears it, but no price is agreed. Enter what "
                            "was agreed with the customer with “Negotiated Amount” on "
                            "complaint %(complaint)s; after-sales can.",
                            complaint=complaint.complaint_number or complaint.number,
                        ),
                    )
                )
                continue
            excess = over.get(complaint, ({}, Decimal(0)))[1]
            if cost in by_hand and excess:
                currency = cost.company_currency_id
                blocks[cost].append(
                    (
                        "negotiated",
                        self.env._(
                            "The customer has agreed to pay %(agreed)s; this split "
                            "would charge %(excess)s more. Lower the customer's "
                            "share, or agree on another amount.",
                            agreed=format_amount(self.env, agreed, currency),
                            excess=format_amount(self.env, float(excess), currency),
                        ),
                    )
                )
        return blocks
