# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What becomes of the documents that compensate customers (L10)."""

from odoo import models
from odoo.exceptions import UserError

from .aftersales_compensation import HOLDING
from .aftersales_cost import UNPOSTED

PAID = ("in_process", "paid")
VOID = ("canceled", "rejected")
"""States of payments."""


class AftersalesCompensation(models.Model):
    _inherit = "aftersales.compensation"

    # ------------------------------------------------------------- its document

    def _get_document(self):
        """The credit note or payment, with the rights of the caller; maybe empty."""
        self.ensure_one()
        return self.move_ids[:1] or self.payment_ids[:1]

    def _get_entry(self):
        """What stands in the books: the credit note, or the payment's entry."""
        self.ensure_one()
        return self.move_ids[:1] or self.payment_ids[:1].move_id

    def _get_reversals(self):
        """Posted entries that take it back."""
        self.ensure_one()
        return self._get_entry().reversal_move_ids.filtered(
            lambda move: move.state == "posted"
        )

    def _get_cost_lines(self):
        """Journal items with which it costs money; those of reversals lower that."""
        self.ensure_one()
        entries = self._get_entry() | self._get_reversals()
        if self.kind == "credit_note":
            lines = entries.invoice_line_ids
            return lines.filtered(lambda line: line.display_type == "product")
        liquidity = self.payment_ids[:1]._get_valid_liquidity_accounts()
        return entries.line_ids.filtered(lambda line: line.account_id not in liquidity)

    def _get_paid_amount(self):
        """What the customer gets by the document as it stands, taxes included."""
        self.ensure_one()
        if self.kind == "payment":
            lines = self._get_cost_lines()
            entry = self._get_entry()
            if not entry:
                return self.payment_ids[:1].amount
            return sum(lines.mapped("amount_currency"))
        taken_back = sum(self._get_reversals().mapped("amount_total"))
        return self.move_ids[:1].amount_total - taken_back

    def _get_document_state(self):
        self.ensure_one()
        payment, entry = self.payment_ids[:1], self._get_entry()
        if not self._get_document() or payment.state in VOID or entry.state == "cancel":
            return "cancelled"
        if entry.state != "posted" or (payment and payment.state not in PAID):
            return "prepared"
        left = self.currency_id.compare_amounts(self._get_paid_amount(), 0)
        return "booked" if left > 0 else "reversed"

    def _follow_documents(self):
        """What became of the documents; called when one of them has changed."""
        found = self.sudo().exists()  # sudo: whoever posts need not read complaints
        for each in found:
            vals = {"state": each._get_document_state()}
            if vals["state"] == "booked":
                vals["amount"] = each._get_paid_amount()
                vals["company_amount"] = sum(each._get_cost_lines().mapped("balance"))
            changed = {
                name: value for name, value in vals.items() if each[name] != value
            }
            if changed:
                each.write(changed)
        found._follow_costs()
        found.complaint_id._complaint_follow_compensation()

    def _follow_costs(self):
        """What is in the books is a service cost; what is not any more is none."""
        costs = self.env["aftersales.cost"].sudo()  # sudo: costs follow from documents
        booked = self.filtered(lambda each: each.state == "booked")
        pulled = costs._get_pulled(booked)
        fresh = [each for each in booked if each not in pulled]
        if fresh:
            costs._pull(fresh)
        for each, cost in pulled.items():
            [row] = each._get_cost_rows().values()
            if cost.state in UNPOSTED and not (
                row.same_amount(cost) and cost.source_move_line_id == row.move_line
            ):
                cost.write(costs._prepare_source(each, row))
        off = self - booked
        for each, cost in costs._get_pulled(off).items():
            if cost.state not in UNPOSTED:
                continue
            # the item may be changed or deleted now
            cost.source_move_line_id = False
            if each.state != "prepared":
                cost.state = "cancelled"
                cost._message_log(
                    body=self.env._(
                        "%(compensation)s is not paid after all.",
                        compensation=each.display_name,
                    )
                )
        self._queue_cost_check()

    # --------------------------------------------------------- guarding documents

    def _check_postable(self):
        """Refuse what is more, or for somebody else, than was approved.

        :raise UserError: naming what is wrong and who can change it
        """
        for each in self.sudo():  # sudo: approvals that accountants need not read
            document = each._get_document()
            solution = each.solution_id
            if document.currency_id != each.currency_id:
                raise UserError(
                    self.env._(
                        "%(document)s is in %(other)s; the compensation was approved "
                        "in %(currency)s.",
                        document=document.display_name,
                        other=document.currency_id.name,
                        currency=each.currency_id.name,
                    )
                )
            customer = each.partner_id.commercial_partner_id
            if document.partner_id.commercial_partner_id != customer:
                raise UserError(
                    self.env._(
                        "%(document)s is for %(partner)s. The compensation was agreed "
                        "with %(customer)s.",
                        document=document.display_name,
                        partner=document.partner_id.display_name
                        or self.env._("nobody"),
                        customer=customer.display_name,
                    )
                )
            accounts = each._get_cost_lines().account_id
            if len(accounts) > 1:
                raise UserError(
                    self.env._(
                        "%(document)s is booked on several accounts (%(accounts)s). "
                        "Keep one for the compensation, so that what it cost can be "
                        "taken from there.",
                        document=document.display_name,
                        accounts=", ".join(accounts.mapped("display_name")),
                    )
                )
            own = each.amount if each.state in HOLDING else 0.0
            amount = document.amount_total if each.move_ids else document.amount
            solution._check_compensation(amount, own)

    def _check_free(self):
        """Refuse to take a document back while its cost stands in the books.

        :raise UserError: naming the cost
        """
        # sudo: whether it is posted, whoever may see it
        costs = self.env["aftersales.cost"].sudo()._get_pulled(self.sudo())
        for each, cost in costs.items():
            if cost.state == "posted":
                raise UserError(
                    self.env._(
                        "%(document)s compensates a customer, and who bears that is "
                        "posted (%(cost)s). Reverse that posting first; accountants "
                        "for service costs can.",
                        document=each.document_name or each.display_name,
                        cost=cost.display_name,
                    )
                )

    def _check_revivable(self):
        """Refuse to take up a cancelled document if its amount is used elsewhere."""
        for each in self.sudo():  # sudo: approvals that accountants need not read
            if each.state == "cancelled":
                each.solution_id._check_compensation(each.amount)
