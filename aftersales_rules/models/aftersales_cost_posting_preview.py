# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a posting would write, before it does (L8).

Entries are shown as planned. Invoices are made for real, with all that taxes, payment
terms and rounding add, looked at, and rolled back: nothing else tells exactly what
accounting makes of them.
"""

from odoo import fields, models

from ..rules.books import DocumentKind, Plan
from .client_actions import RELOAD, notification


class _Seen(Exception):
    """Leaves the savepoint of a preview with what was seen in it."""

    def __init__(self, rows):
        super().__init__()
        self.rows = rows


class AftersalesCostPosting(models.Model):
    _inherit = "aftersales.cost.posting"

    def _preview(self):
        """Work out the journal items, and keep them to be looked at."""
        self.ensure_one()
        self._check_ready()
        plan = self._get_plan(self._get_shares())
        self._check_dates(plan)
        rows = self._get_preview_rows(plan)
        # sudo: nobody edits a preview, or says himself that he has seen one
        posting = self.sudo()
        posting.preview_ids.unlink()
        self.env["aftersales.cost.posting.line"].sudo().create(rows)
        posting.write(
            {
                "preview_at": fields.Datetime.now(),
                "preview_digest": self._get_digest(plan),
                "settled_count": len(plan.settled),
            }
        )

    def _preview_again(self):
        """Show the preview anew, as the costs have changed since the last one."""
        self._preview()
        return notification(
            self.env._(
                "Costs, accounts or taxes have changed since the preview was made. "
                "Look at the new one, then post."
            ),
            kind="warning",
            title=self.env._("Not posted yet"),
            then=RELOAD,
        )

    def _forget_preview(self):
        """What was shown is not what would be written any more."""
        # sudo: see _preview
        postings = self.sudo().filtered("preview_at")
        postings.preview_ids.unlink()
        postings.write({"preview_at": False, "preview_digest": False})

    def _get_preview_rows(self, plan):
        """Values of the lines to show, document by document."""
        invoices = [
            document
            for document in plan.documents
            if document.kind is not DocumentKind.ENTRY
        ]
        seen = iter(self._simulate(Plan(tuple(invoices))))
        shares = self._get_plan_shares(plan)
        rows = []
        for number, document in enumerate(plan.documents, 1):
            if document.kind is DocumentKind.ENTRY:
                items = self._get_entry_items(document, shares)
            else:
                items = next(seen)
            head = {
                "posting_id": self.id,
                "document_number": number,
                "document": self._get_title(document, shares),
                "date": document.date,
                "journal_id": self._get_journal(document.kind).id,
            }
            rows += [
                {**head, "sequence": index, **item} for index, item in enumerate(items)
            ]
        return rows

    def _get_entry_items(self, document, shares):
        items = []
        values = self._prepare_entry(document, shares)["line_ids"]
        for planned, (_command, _id, line) in zip(document.lines, values, strict=True):
            storno = line["is_storno"]
            balance = line["balance"]
            on_debit = (balance > 0) != bool(storno)
            items.append(
                {
                    "account_id": line["account_id"],
                    "partner_id": line["partner_id"],
                    "name": line["name"],
                    "debit": balance if on_debit else 0.0,
                    "credit": 0.0 if on_debit else -balance,
                    "analytic_distribution": line["analytic_distribution"],
                    "foreign_amount": planned.currency and line["amount_currency"],
                    "foreign_currency_id": planned.currency,
                    "cost_id": shares[planned.item].cost_id.id,
                }
            )
        return items

    def _simulate(self, plan):
        """The journal items of invoices as accounting makes them; none is kept."""
        if not plan.documents:
            return []
        shares = self._get_plan_shares(plan)
        try:
            with self.env.cr.savepoint():
                silent = self.with_context(tracking_disable=True)
                moves = silent._create_moves(plan)
                raise _Seen(
                    [
                        silent._read_items(document, move, shares)
                        for document, move in zip(plan.documents, moves, strict=True)
                    ]
                )
        except _Seen as seen:
            return seen.rows

    def _read_items(self, document, move, shares):
        costs = {
            line.id: shares[planned.item].cost_id.id
            for line, planned in zip(
                move.invoice_line_ids.sorted("id"), document.lines, strict=True
            )
        }
        lines = move.line_ids.filtered(lambda line: line.display_type != "line_note")
        return [
            {
                "account_id": line.account_id.id,
                "partner_id": line.partner_id.id,
                "name": line.name or "",
                "debit": line.debit,
                "credit": line.credit,
                "analytic_distribution": line.analytic_distribution,
                "tax_names": ", ".join(line.tax_ids.mapped("name")),
                "cost_id": costs.get(line.id, False),
            }
            for line in lines.sorted(lambda line: (line.id not in costs, line.id))
        ]

    def _get_title(self, document, shares):
        """What a document is and who it is for, as the preview shows it."""
        kinds = self.env["account.move"]._fields["move_type"]
        title = dict(kinds._description_selection(self.env))[str(document.kind)]
        partner = self.env["res.partner"].browse(document.partner or [])
        parts = [title, partner.display_name, self._get_reference(document, shares)]
        return " · ".join(filter(None, parts))
