# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the plan of a posting to entries and invoices, and the trail of them (L8).

Documents are made with the rights of whoever posts. Lines carry no product: for a
stored one Odoo would book its cost of goods sold once more.
"""

from odoo import Command, fields, models, tools
from odoo.exceptions import UserError

from ..rules.books import DocumentKind, Role
from .guarded_fields import on_clean_context


class AftersalesCostPosting(models.Model):
    _inherit = "aftersales.cost.posting"

    def _post(self):
        """Write what is planned.

        :return: nothing, or an action that shows the preview again, if the costs are
            not what they were when it was made
        """
        self.ensure_one()
        self._check_ready()
        costs = self.cost_ids
        shares = self._get_shares()
        plan = self._get_plan(shares)
        if self.preview_digest and self.preview_digest != self._get_digest(plan):
            return self._preview_again()
        self._check_dates(plan)
        # sudo: states follow from this button. First these rows, at once: of two who
        # post, the second fails here and is repeated on what the first has left.
        self.sudo().write(
            {
                "state": "posted",
                "posted_by_id": self.env.uid,
                "posted_at": fields.Datetime.now(),
                "settled_count": len(plan.settled),
                "preview_at": False,
                "preview_digest": False,
            }
        )
        costs._cost_untracked().write({"state": "posted"})
        self.env.flush_all()
        moves = self._create_moves(plan)
        moves._post(soft=False)
        self._keep_trail(plan, shares, moves)
        self.sudo().preview_ids.unlink()  # sudo: nobody edits a preview
        body = self.env._("Posted with %(posting)s", posting=self.name)
        costs._message_log_batch(dict.fromkeys(costs.ids, body))
        self._message_log(
            body=self.env._(
                "%(costs)s costs posted with %(moves)s entries and invoices.",
                costs=len(costs),
                moves=len(moves),
            )
        )
        return None

    # ------------------------------------------------------------------ documents

    def _create_moves(self, plan):
        """Drafts of all documents of a plan, in its order.

        :raise UserError: if accounting made something else of a line
        """
        self.ensure_one()
        moves = on_clean_context(self.env["account.move"]).with_company(self.company_id)
        shares = self._get_plan_shares(plan)
        vals_list = []
        for document in plan.documents:
            if document.kind is DocumentKind.ENTRY:
                vals_list.append(self._prepare_entry(document, shares))
            else:
                vals_list.append(self._prepare_invoice(document, shares))
        moves = moves.create(vals_list)
        # sudo: whose posting they are is said by postings alone
        moves.sudo().with_context(skip_is_manually_modified=True).write(
            {"cost_posting_id": self.id}
        )
        for document, move in zip(plan.documents, moves, strict=True):
            self._check_lines(document, move)
        return moves

    def _get_plan_shares(self, plan):
        keys = [key for document in plan.documents for key in document.items]
        return self.env["aftersales.cost.share"].browse(keys).grouped("id")

    def _prepare_entry(self, document, shares):
        company = self.company_id
        lines = []
        for line in document.lines:
            currency = line.currency or company.currency_id.id
            spent = line.currency_balance if line.currency else line.balance
            lines.append(
                {
                    "name": self._get_label(shares[line.item], line),
                    "account_id": line.account,
                    "partner_id": line.partner or False,
                    "currency_id": currency,
                    "amount_currency": float(spent),
                    "balance": float(line.balance),
                    "analytic_distribution": _thaw(line.analytic),
                    "tax_ids": [Command.clear()],
                    # what is below zero is shown in red where that is the custom
                    "is_storno": company.account_storno
                    and (line.balance < 0) != (line.role is Role.RELIEVE),
                }
            )
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": self._get_journal(document.kind).id,
            "date": document.date,
            "ref": self._get_reference(document, shares),
            "partner_id": document.partner or False,
            "line_ids": [Command.create(line) for line in lines],
        }

    def _prepare_invoice(self, document, shares):
        company = self.company_id
        partner = self.env["res.partner"].browse(document.partner)
        address = self.env["res.partner"].browse(
            partner.address_get(["invoice"])["invoice"]
        )
        position = (
            self.env["account.fiscal.position"]
            .with_company(company)
            ._get_fiscal_position(address)
        )
        taxes = position.map_tax(self._get_base_tax(document.kind))
        lines = [
            {
                "name": self._get_label(shares[line.item], line, address.lang),
                "account_id": line.account,
                "quantity": 1,
                "price_unit": self._get_price(document.price(line), taxes),
                "tax_ids": [Command.set(taxes.ids)],
                "analytic_distribution": _thaw(line.analytic),
            }
            for line in document.lines
        ]
        reference = self._get_reference(document, shares)
        return {
            "move_type": str(document.kind),
            "company_id": company.id,
            "journal_id": self._get_journal(document.kind).id,
            "currency_id": company.currency_id.id,
            "partner_id": address.id,
            "fiscal_position_id": position.id,
            "invoice_date": document.date,
            "date": document.date,
            "invoice_origin": reference,
            "ref": reference,
            "invoice_line_ids": [Command.create(line) for line in lines],
        }

    def _get_price(self, price, taxes):
        """The price that leaves this amount when taxes are in the price."""
        if not any(taxes.flatten_taxes_hierarchy().mapped("price_include")):
            return float(price)
        found = taxes._get_tax_details(
            price_unit=float(price),
            quantity=1,
            precision_rounding=self.company_id.currency_id.rounding,
            special_mode="total_excluded",
        )
        outside = sum(
            row["tax_amount"]
            for row in found["taxes_data"]
            if not row["tax"].price_include
        )
        return found["total_included"] - outside

    def _get_label(self, share, line, lang=None):
        """What a line says: complaint, cost, document, and what was spent abroad."""
        cost = share.cost_id.with_context(lang=lang) if lang else share.cost_id
        text = cost.display_name
        if line.role is Role.SURPLUS:
            return cost.env._("%(cost)s: as agreed, above the cost", cost=text)
        if cost.document:
            text = f"{text} [{cost.document}]"
        if cost.currency_id != cost.company_currency_id:
            spent = tools.format_amount(cost.env, share.amount, cost.currency_id)
            text = f"{text} ({spent})"
        return text

    def _get_reference(self, document, shares):
        """Number of the posting, and of the complaint if it is one."""
        complaints = self.env["helpdesk.ticket"].browse(
            dict.fromkeys(shares[key].cost_id.complaint_id.id for key in document.items)
        )
        if len(complaints) > 1:
            return self.name
        # sudo: the number of a complaint whose cost the user posts
        complaint = complaints.sudo()
        return f"{self.name}, {complaint.complaint_number or complaint.number}"

    def _check_lines(self, document, move):
        """The shares relieve what they should, to the cent, or nothing is written."""
        lines = _lines_of(move)
        currency = self.company_id.currency_id
        same = len(lines) == len(document.lines) and all(
            line.account_id.id == planned.account
            and not currency.compare_amounts(line.balance, float(planned.balance))
            for line, planned in zip(lines, document.lines, strict=False)
        )
        if not same:
            raise UserError(
                self.env._(
                    "Accounting makes something else of the document for %(partner)s "
                    "than what was planned, to the cent. Check the taxes of service "
                    "costs in the settings: %(taxes)s.",
                    partner=move.partner_id.display_name or self.company_id.name,
                    taxes=", ".join(move.invoice_line_ids.tax_ids.mapped("name")),
                )
            )

    # ---------------------------------------------------------------------- trail

    def _keep_trail(self, plan, shares, moves):
        """One row for each share: which document and which lines of it."""
        self.ensure_one()
        rows = {key: {} for key in plan.settled}
        slots = {
            Role.BEAR: "line_id",
            Role.CHARGE: "line_id",
            Role.RELIEVE: "relief_line_id",
            Role.SURPLUS: "surplus_line_id",
        }
        for document, move in zip(plan.documents, moves, strict=True):
            for line, planned in zip(_lines_of(move), document.lines, strict=True):
                row = rows.setdefault(
                    planned.item, {"move_id": move.id, "document": move.name}
                )
                row[slots[planned.role]] = line.id
        entries = self.env["aftersales.cost.entry"]._insert(
            [
                {
                    "kind": "posted",
                    "posting_id": self.id,
                    "company_id": self.company_id.id,
                    "complaint_id": share.cost_id.complaint_id.id,
                    "cost_id": share.cost_id.id,
                    "share_id": share.id,
                    "round": share.posting_round,
                    "bearer": share.bearer,
                    "treatment": share.treatment,
                    "partner_id": share.partner_id.id,
                    "department_id": share.department_id.id,
                    "company_amount": share.company_amount,
                    "surplus": share.surplus,
                    **rows[share.id],
                }
                for share in shares
            ]
        )
        for share, entry in zip(shares, entries, strict=True):
            # sudo: what stands in the books is said by postings alone
            share.sudo().standing_entry_id = entry


def _lines_of(move):
    """The lines that were planned, in the order of the plan."""
    if move.move_type == "entry":
        return move.line_ids.sorted("id")
    return move.invoice_line_ids.sorted("id")


def _thaw(analytic):
    return {key: float(part) for key, part in analytic} or False
