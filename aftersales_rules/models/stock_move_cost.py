# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .aftersales_cost_source import SourceRow


class StockMove(models.Model):
    """Goods that left for a complaint, or came back, at the value in the books (L9)."""

    _name = "stock.move"
    _inherit = ["stock.move", "aftersales.cost.source"]

    @api.model
    def _find_cost_sources(self, complaints):
        ids = complaints.ids
        return self.search(
            [
                ("state", "=", "done"),
                "|",
                ("is_out", "=", True),
                ("is_in", "=", True),
                "|",
                "|",
                "|",
                ("picking_id.complaint_id", "in", ids),
                ("repair_id.complaint_id", "in", ids),
                ("sale_line_id.order_id.complaint_id", "in", ids),
                ("scrap_id.picking_id.complaint_id", "in", ids),
            ]
        )

    @api.model
    def _get_cost_kind(self):
        return self.env._("Goods")

    def _get_cost_document(self):
        self.ensure_one()
        return self.repair_id or self.picking_id or self.scrap_id.picking_id or self

    def _get_cost_complaint(self):
        """The complaint that one move is for; empty if it is for none."""
        self.ensure_one()
        return (
            self.repair_id.complaint_id
            or self.sale_line_id.order_id.complaint_id
            or self.picking_id.complaint_id
            or self.scrap_id.picking_id.complaint_id
        )

    def _get_cost_rows(self):
        moves = self.filtered(
            lambda move: move.state == "done"
            and (move.is_out or move.is_in)
            and move._get_cost_complaint()
            and not move.company_currency_id.is_zero(move.value)
        )
        places = moves._get_value_places()
        rows = {}
        for move in moves:
            account, move_line = places[move]
            amount = move.value if move.is_out else -move.value
            own, note = move._get_cost_note()
            rows[move] = SourceRow(
                complaint=move._get_cost_complaint(),
                name=self.env._(
                    "%(quantity)s %(unit)s %(product)s",
                    quantity=f"{move.quantity:g}",
                    unit=move.product_uom.name,
                    product=move.product_id.display_name,
                ),
                document=move.reference or "",
                date=move.date.date(),
                currency=move.company_currency_id,
                amount=amount,
                company_amount=amount,
                account=account,
                move_line=move_line,
                cost_type="repair" if move.repair_id else "replacement",
                analytic=move_line.analytic_distribution
                or move._get_analytic_distribution(),
                blocked=""
                if account
                else self.env._(
                    "%(product)s has neither a stock variation account nor an expense "
                    "account, so it is not known where its value stands in the books. "
                    "Set one on its product category.",
                    product=move.product_id.display_name,
                ),
                suggested=own and bool(account),
                note=note,
                values={"worked_by": "company"}
                if move.repair_id
                else {"product_id": move.product_id.id},
            )
        return rows

    def _get_cost_note(self):
        """What one move is, and whether it is a cost beyond doubt.

        Goods that came back are worth again what they cost only as long as they are not
        thrown away: then they are a cost with the scrap. Whoever pulls decides.
        """
        self.ensure_one()
        if self.repair_id:
            if self.is_out:
                return True, self.env._("Part for the repair")
            return True, self.env._("Part taken back into stock")
        if self.scrap_id:
            return False, self.env._("Scrapped. Pull it together with its return.")
        replaced = bool(self.sale_line_id.order_id.complaint_id)
        if self.is_out:
            return True, self.env._("Replacement") if replaced else self.env._("Sent")
        if replaced:
            return True, self.env._("Replacement that came back")
        return False, self.env._(
            "Came back into stock at this value. Pull it if it is as good as new."
        )

    # ------------------------------------------------------ where the value stands

    def _get_value_places(self):
        """Where the value of each valued move stands in the books: docs/books.md.

        :return: (account, journal item) by move; either may be empty
        :rtype: dict[stock.move, tuple]
        """
        items = self.account_move_id.line_ids.filtered(
            lambda line: line.parent_state == "posted"
        )
        taken = set()
        expensed = self._get_expensed_items()
        none = self.env["account.move.line"]
        places = {}
        for move in self:
            product = move.product_id.with_company(move.company_id)
            accounts = product._get_product_accounts()
            own = next(
                (
                    line
                    for line in items
                    if line.move_id == move.account_move_id
                    and line.id not in taken
                    and line.product_id == move.product_id
                    and line.account_id != accounts["stock_valuation"]
                    and not move.company_currency_id.compare_amounts(
                        line.balance, move.value if move.is_out else -move.value
                    )
                ),
                none,
            )
            taken.add(own.id)
            item = own or expensed.get(move, none)
            places[move] = (
                item.account_id or move._get_closing_account(accounts),
                item,
            )
        return places

    def _get_expensed_items(self):
        """Items of customer invoices that made an expense of the goods.

        Only for order lines of which all that left is invoiced: what is invoiced in
        part stands in two places, and is sorted out by the closing.
        """
        moves = self.filtered(
            lambda move: move.sale_line_id
            and move.is_out
            and not move.account_move_id
            and move.product_id.with_company(move.company_id).valuation == "real_time"
        )
        if not moves:
            return {}
        items = self.env["account.move.line"].search(
            [
                ("display_type", "=", "cogs"),
                ("parent_state", "=", "posted"),
                ("move_type", "=", "out_invoice"),
                ("balance", ">", 0),
                ("cogs_origin_id.sale_line_ids", "in", moves.sale_line_id.ids),
            ],
            order="id desc",
        )
        by_line = {
            line: item for item in items for line in item.cogs_origin_id.sale_line_ids
        }
        return {
            move: by_line[move.sale_line_id]
            for move in moves
            if move.sale_line_id in by_line
            and move.sale_line_id.product_uom_id.compare(
                move.sale_line_id.qty_invoiced_posted, move.sale_line_id.qty_delivered
            )
            >= 0
        }

    def _get_closing_account(self, accounts):
        """Where the closing of the stock will put the value of one move."""
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        if not product.is_storable:
            return accounts["expense"]
        location = self.location_dest_id if self.is_out else self.location_id
        if product.valuation == "periodic" and location.company_id == self.company_id:
            if location.valuation_account_id:
                return location.valuation_account_id
        return accounts["stock_variation"] or self.company_id.expense_account_id
