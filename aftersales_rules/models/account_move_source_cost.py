# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .account_move_line_cost import BILL_TYPES
from .guarded_fields import without_defaults

_READER = "aftersales_rules.group_complaint_reader"


class AccountMove(models.Model):
    """Vendor bills that were spent on a complaint (L9)."""

    _name = "account.move"
    _inherit = ["account.move", "aftersales.cost.trace"]

    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        compute="_compute_complaint_id",
        inverse="_inverse_complaint_id",
        domain="[('is_complaint', '=', True), ('company_id', '=', company_id)]",
        groups=_READER,
        help="What this bill was spent on; for all its lines at once. A bill for "
        "several complaints names them on its lines.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account': a form of something else must not link what it opens
        moves = super(AccountMove, without_defaults(self, {"complaint_id"})).create(
            vals_list
        )
        return moves.with_env(self.env)

    @api.depends("invoice_line_ids.complaint_id")
    def _compute_complaint_id(self):
        for move in self:
            found = move.invoice_line_ids.complaint_id
            move.complaint_id = found if len(found) == 1 else False

    def _inverse_complaint_id(self):
        for complaint, moves in self.grouped("complaint_id").items():
            lines = moves.invoice_line_ids.filtered(
                lambda line: line.display_type == "product"
            )
            if complaint or len(lines.complaint_id) == 1:
                lines.filtered(
                    lambda line, new=complaint: line.complaint_id != new
                ).complaint_id = complaint

    @api.onchange("complaint_id")
    def _onchange_complaint_id(self):
        """Lines show it at once."""
        if self.complaint_id and self.move_type in BILL_TYPES:
            for line in self.invoice_line_ids:
                if line.display_type == "product":
                    line.complaint_id = self.complaint_id

    # ------------------------------------------------------------- what happens to it

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        posted._queue_cost_check()
        return posted

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        self._queue_cost_check()
        return result

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self._queue_cost_check()
        return result

    def _queue_cost_check(self):
        """Look at the costs that were pulled from these bills."""
        bills = self.filtered(lambda move: move.move_type in BILL_TYPES)
        # sudo: whoever posts bills need not read complaints
        bills.sudo().invoice_line_ids.filtered("complaint_id")._queue_cost_check()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        # EXTENDS 'account': a credit note is for what its bill was for
        reverses = super()._reverse_moves(default_values_list, cancel)
        for reverse in reverses.sudo():  # sudo: as above
            bill = reverse.reversed_entry_id
            if (
                bill.move_type not in BILL_TYPES
                or not bill.invoice_line_ids.complaint_id
            ):
                continue
            before, after = (
                move.invoice_line_ids.filtered(
                    lambda line: line.display_type == "product"
                ).sorted(lambda line: (line.sequence, line.id))
                for move in (bill, reverse)
            )
            if before.mapped("product_id.id") != after.mapped("product_id.id"):
                continue
            for old, new in zip(before, after, strict=False):
                if old.complaint_id:
                    new.complaint_id = old.complaint_id
        return reverses

    def _get_traced_sources(self):
        return {move: move.invoice_line_ids for move in self}
