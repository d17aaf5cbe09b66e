# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a complaint costs in all, who bears it, and what came back (U8)."""

from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError

from ..rules import COST_LIABILITY
from .aftersales_complaint import COMPLAINT_READER
from .aftersales_cost import COST_ACCOUNTANT, UNPOSTED

_BOOKS = (
    "account.group_account_readonly",
    "account.group_account_invoice",
    COST_ACCOUNTANT,
)
"""Who opens entries and invoices."""
_OFFERED = ("proposed", "agreed", "carried_out")
_SUMS = ("cost", "booked", "recharged", "recovered")


class AftersalesComplaint(models.AbstractModel):
    """Sums are taken from the cost report, so that both always say the same."""

    _inherit = "aftersales.complaint"

    complaint_cost_count = fields.Integer(
        "Number of Service Costs",
        compute="_compute_complaint_cost_totals",
        groups=COMPLAINT_READER,
    )
    complaint_cost_estimated = fields.Monetary(
        "Estimated",
        currency_field="complaint_currency_id",
        compute="_compute_complaint_cost_estimated",
        groups=COMPLAINT_READER,
        help="What the solutions would cost that were offered and not declined, with "
        "their compensation.",
    )
    complaint_cost_entered = fields.Monetary(
        "Cost So Far",
        currency_field="complaint_currency_id",
        compute="_compute_complaint_cost_totals",
        groups=COMPLAINT_READER,
        help="All that was entered and pulled.",
    )
    complaint_cost_booked = fields.Monetary(
        "Posted",
        currency_field="complaint_currency_id",
        compute="_compute_complaint_cost_totals",
        groups=COMPLAINT_READER,
        help="Of that, what finance has posted against whoever bears it.",
    )
    complaint_cost_recharged = fields.Monetary(
        "Recharged",
        currency_field="complaint_currency_id",
        compute="_compute_complaint_cost_totals",
        groups=COMPLAINT_READER,
        help="What dealers, customers, carriers and employees are charged in the "
        "books, without taxes.",
    )
    complaint_cost_recovered = fields.Monetary(
        "Recovered",
        currency_field="complaint_currency_id",
        compute="_compute_complaint_cost_totals",
        groups=COMPLAINT_READER,
        help="What was paid of it, or set off against what we owe.",
    )
    complaint_cost_borne = fields.Monetary(
        "Borne by Us",
        currency_field="complaint_currency_id",
        compute="_compute_complaint_cost_totals",
        groups=COMPLAINT_READER,
        help="Cost so far, less what is recharged.",
    )
    complaint_cost_bearers = fields.Html(
        "Who Bears It",
        compute="_compute_complaint_cost_totals",
        sanitize=False,
        groups=COMPLAINT_READER,
    )
    complaint_entry_count = fields.Integer(
        "Number of Entries",
        compute="_compute_complaint_entry_count",
        groups=COMPLAINT_READER,
    )

    # ------------------------------------------------------------------- computed

    @api.depends(
        "complaint_cost_ids.company_amount",
        "complaint_cost_ids.state",
        "complaint_cost_ids.bearer",
    )
    @api.depends_context("lang")
    def _compute_complaint_cost_totals(self):
        rows = self._get_complaint_cost_rows()
        for complaint in self:
            own = rows[complaint._origin.id]
            total = {name: sum(row[name] for row in own.values()) for name in _SUMS}
            costs = complaint.complaint_cost_ids
            complaint.complaint_cost_count = len(
                costs.filtered(lambda cost: cost.state != "cancelled")
            )
            complaint.complaint_cost_entered = total["cost"]
            complaint.complaint_cost_booked = total["booked"]
            complaint.complaint_cost_recharged = total["recharged"]
            complaint.complaint_cost_recovered = total["recovered"]
            complaint.complaint_cost_borne = total["cost"] - total["recharged"]
            complaint.complaint_cost_bearers = complaint._render_cost_bearers(own)

    def _get_complaint_cost_rows(self):
        """Sums of these complaints, by bearer.

        :return: complaint id → bearer → what of ``_SUMS``
        """
        rows = defaultdict(lambda: defaultdict(lambda: dict.fromkeys(_SUMS, 0.0)))
        # sudo: the costs of complaints that one may read
        report = self.env["aftersales.cost.report"].sudo()
        for complaint, bearer, state, cost, recharged, recovered in report._read_group(
            [("complaint_id", "in", self._origin.ids)],
            ["complaint_id", "bearer", "state"],
            ["cost:sum", "recharged:sum", "recovered:sum"],
        ):
            row = rows[complaint.id][bearer]
            row["cost"] += cost
            row["booked"] += cost if state == "posted" else 0.0
            row["recharged"] += recharged
            row["recovered"] += recovered
        return rows

    def _render_cost_bearers(self, rows):
        """A small table; nothing where nothing is spent."""
        self.ensure_one()
        if not rows:
            return False
        currency = self.company_id.currency_id
        labels = self.env["aftersales.cost"]._fields["bearer"]
        return self.env["ir.qweb"]._render(
            "aftersales_rules.complaint_cost_bearers",
            {
                "rows": [
                    {
                        "label": label,
                        **{
                            name: tools.format_amount(
                                self.env, rows[bearer][name], currency
                            )
                            for name in _SUMS
                        },
                    }
                    for bearer, label in labels._description_selection(self.env)
                    if bearer in rows
                ]
            },
        )

    @api.depends(
        "complaint_solution_ids.state",
        "complaint_solution_ids.cost_estimate",
        "complaint_solution_ids.compensation_company_amount",
    )
    def _compute_complaint_cost_estimated(self):
        for complaint in self:
            offered = complaint.complaint_solution_ids.filtered(
                lambda solution: solution.state in _OFFERED
            )
            complaint.complaint_cost_estimated = sum(
                offered.mapped("cost_estimate")
            ) + sum(offered.mapped("compensation_company_amount"))

    def _compute_complaint_entry_count(self):
        entries = self._get_complaint_entries()
        for complaint in self:
            complaint.complaint_entry_count = len(entries[complaint._origin.id])

    def _get_complaint_entries(self):
        """Entries and invoices of service costs, and what compensated the customer.

        :return: complaint id → set of ids of ``account.move``
        """
        found = defaultdict(set)
        # sudo: which they are; whoever opens one needs rights of accounting
        ours = [("complaint_id", "in", self._origin.ids)]
        rows = (
            self.env["aftersales.cost.entry"]
            .sudo()
            ._read_group([*ours, ("move_id", "!=", False)], ["complaint_id", "move_id"])
        )
        for complaint, move in rows:
            found[complaint.id].add(move.id)
        for payout in self.env["aftersales.compensation"].sudo().search(ours):
            entries = payout._get_entry() | payout._get_entry().reversal_move_ids
            found[payout.complaint_id.id].update(entries.ids)
        return found

    # -------------------------------------------------------------------- actions

    def action_view_complaint_costs(self):
        """Open the service costs of this complaint."""
        self.ensure_one()
        self.check_access("read")
        self.env["aftersales.cost"].check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Service Costs of %(name)s", name=self.display_name),
            "res_model": "aftersales.cost",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": [("complaint_id", "=", self.id)],
            "context": {"default_complaint_id": self.id},
        }

    def action_view_complaint_entries(self):
        """Open the entries and invoices of this complaint."""
        self.ensure_one()
        self.check_access("read")
        if not any(self.env.user.has_group(group) for group in _BOOKS):
            raise AccessError(
                self.env._("Entries and invoices are opened by people of accounting.")
            )
        moves = self._get_complaint_entries()[self.id]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries of %(name)s", name=self.display_name),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", sorted(moves))],
            "context": {"create": False},
        }

    # --------------------------------------------------------------------- missing

    def _complaint_missing(self):
        # EXTENDS 'aftersales_rules'
        missing = super()._complaint_missing()
        complaint = self.sudo()  # sudo: what is missing is told to whoever closes
        company = complaint.company_id
        if company._aftersales_mode(COST_LIABILITY.name) != "enforce":
            return missing
        open_costs = complaint.complaint_cost_ids.filtered(
            lambda cost: cost.state in UNPOSTED
        )
        words = {
            "names": ", ".join(complaint._get_compensation_accountants().mapped("name"))
            or self.env._("nobody yet"),
        }
        if open_costs:
            missing.append(
                (
                    "costs",
                    self.env._(
                        "Service costs of %(amount)s are not posted: %(costs)s. "
                        "Accountants for service costs: %(names)s.",
                        amount=tools.format_amount(
                            self.env,
                            sum(open_costs.mapped("company_amount")),
                            company.currency_id,
                        ),
                        costs=", ".join(open_costs.mapped("name")),
                        **words,
                    ),
                )
            )
        unpaid = complaint.complaint_solution_ids.filtered(
            lambda solution: solution.compensation_state in ("to_pay", "prepared")
        )
        if unpaid:
            missing.append(
                (
                    "compensation",
                    self.env._(
                        "The compensation of %(solutions)s is not paid. Accountants "
                        "for service costs: %(names)s.",
                        solutions=", ".join(unpaid.mapped("display_name")),
                        **words,
                    ),
                )
            )
        return missing
