# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .aftersales_cost_guess import guess_cost_type
from .aftersales_cost_source import SourceRow

BILL_TYPES = ("in_invoice", "in_refund", "in_receipt")


class AccountMoveLine(models.Model):
    """Lines of vendor bills as service costs (L9).

    The line is its own journal item: the cost stands on its account, with its analytic
    distribution, and to the cent as it was booked.
    """

    _name = "account.move.line"
    _inherit = ["account.move.line", "aftersales.cost.paper"]

    @api.model
    def _get_cost_told(self):
        # all else of a posted bill changes only after it was reset to draft
        return super()._get_cost_told() | {"account_id", "analytic_distribution"}

    # ------------------------------------------------------------------ as a source

    @api.model
    def _find_cost_sources(self, complaints):
        return self.search(
            [
                ("complaint_id", "in", complaints.ids),
                ("move_type", "in", BILL_TYPES),
                ("display_type", "=", "product"),
                ("parent_state", "!=", "cancel"),
            ]
        )

    @api.model
    def _get_cost_kind(self):
        return self.env._("Vendor bill")

    def _get_cost_document(self):
        self.ensure_one()
        return self.move_id

    def _get_cost_rows(self):
        lines = self.filtered(
            lambda line: line.complaint_id
            and line.move_type in BILL_TYPES
            and line.display_type == "product"
            and not line.company_currency_id.is_zero(line.balance)
        )
        learned = lines._get_learned_types()
        none = self.env["account.move.line"]
        rows = {}
        for line in lines:
            move = line.move_id
            what = line.name or line.product_id.display_name or move.partner_id.name
            what = (what or "").split("\n")[0]
            posted = move.state == "posted"
            blocked = line._get_cost_obstacle()
            rows[line] = SourceRow(
                complaint=line.complaint_id,
                name=what or move.display_name,
                document=move.name if posted else (move.ref or move.display_name),
                date=move.invoice_date or move.date,
                currency=line.currency_id,
                amount=line.amount_currency,
                company_amount=line.balance,
                account=line.account_id,
                move_line=line if posted else none,
                cost_type=learned.get(line.product_id.id)
                or guess_cost_type(f"{what} {line.product_id.name or ''}"),
                analytic=line.analytic_distribution,
                blocked=blocked,
                suggested=not blocked,
                note=move.partner_id.display_name or "",
            )
        return rows

    def _get_cost_obstacle(self):
        """Why a line of a bill is no service cost, or not yet."""
        self.ensure_one()
        move = self.move_id
        if move.state != "posted":
            return self.env._(
                "%(bill)s is not posted, so nothing stands in the books yet.",
                bill=move.display_name,
            )
        if self.product_id.is_storable and self._eligible_for_stock_account():
            return self.env._(
                "%(product)s was bought into stock with %(bill)s: its cost comes with "
                "the transfer or repair that takes it out again.",
                product=self.product_id.display_name,
                bill=move.display_name,
            )
        return ""

    def _get_learned_types(self):
        """The type that people chose last for bills with the same products.

        :return: cost type by id of the product
        """
        products = self.product_id
        if not products:
            return {}
        # sudo: as for the rows
        costs = (
            self.env["aftersales.cost"]
            .sudo()
            .search_fetch(
                [
                    ("source_move_line_id.product_id", "in", products.ids),
                    ("state", "!=", "cancelled"),
                ],
                ["cost_type", "source_move_line_id"],
                order="id desc",
                limit=_LEARNED_MAX,
            )
        )
        learned = {}
        for cost in costs:
            product = cost.source_move_line_id.product_id.id
            learned.setdefault(product, cost.cost_type)
        return learned


_LEARNED_MAX = 200
"""Costs that are looked through for the type that was chosen before."""
