# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What of an agreed compensation is paid, and paying it (L10)."""

from odoo import Command, api, fields, models, tools
from odoo.exceptions import AccessError, UserError

from .aftersales_compensation import HOLDING, KINDS
from .aftersales_cost import COST_ACCOUNTANT
from .guarded_fields import check_follows, on_clean_context

_FOLLOWS = {
    "compensation_ids",
    "compensation_used",
    "compensation_paid",
    "compensation_state",
}


class AftersalesComplaintSolution(models.Model):
    _inherit = "aftersales.complaint.solution"

    compensation_ids = fields.One2many(
        "aftersales.compensation",
        "solution_id",
        "Payouts",
        readonly=True,
        copy=False,
    )
    compensation_used = fields.Monetary(
        "Prepared or Paid",
        currency_field="compensation_currency_id",
        compute="_compute_compensation",
        store=True,
        copy=False,
        help="By credit notes and payments, drafts among them.",
    )
    compensation_paid = fields.Monetary(
        "Paid",
        currency_field="compensation_currency_id",
        compute="_compute_compensation",
        store=True,
        copy=False,
        help="By credit notes and payments that are in the books.",
    )
    compensation_left = fields.Monetary(
        "Still to Pay",
        currency_field="compensation_currency_id",
        compute="_compute_compensation_left",
    )
    compensation_state = fields.Selection(
        [
            ("to_pay", "To pay"),
            ("prepared", "Prepared"),
            ("paid", "Paid"),
        ],
        "Payout",
        compute="_compute_compensation",
        store=True,
        copy=False,
        index="btree_not_null",
        help="Empty: no compensation, or not agreed and approved yet.",
    )

    # ------------------------------------------------------------------- computed

    @api.depends(
        "state",
        "customer_answer",
        "approval_state",
        "compensation_amount",
        "compensation_ids.state",
        "compensation_ids.amount",
    )
    def _compute_compensation(self):
        for solution in self:
            # sudo: sums of what was paid, for whoever reads the solution
            payouts = solution.sudo().compensation_ids
            booked = payouts.filtered(lambda each: each.state == "booked")
            used = payouts.filtered(lambda each: each.state in HOLDING)
            solution.compensation_paid = sum(booked.mapped("amount"))
            solution.compensation_used = sum(used.mapped("amount"))
            solution.compensation_state = solution._get_compensation_state()

    def _get_compensation_state(self):
        self.ensure_one()
        compare = self.compensation_currency_id.compare_amounts
        total = self.compensation_amount
        if not self.compensation_currency_id or compare(total, 0) <= 0:
            return False
        if compare(self.compensation_paid, total) >= 0:
            return "paid"
        if compare(self.compensation_used, total) >= 0:
            return "prepared"
        return "to_pay" if self._is_payable() else False

    def _is_payable(self):
        """Whether the customer has accepted it, and nobody has to approve it."""
        self.ensure_one()
        return (
            self.state in ("agreed", "carried_out")
            and self.customer_answer == "accepted"
            and self.approval_state in (False, "not_needed", "approved")
        )

    @api.depends("compensation_amount", "compensation_used")
    def _compute_compensation_left(self):
        for solution in self:
            left = solution.compensation_amount - solution.compensation_used
            solution.compensation_left = max(left, 0.0)

    # -------------------------------------------------------------------- guarding

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            check_follows(self, vals, _FOLLOWS)
        return super().create(vals_list)

    def write(self, vals):
        check_follows(self, vals, _FOLLOWS)
        return super().write(vals)

    def action_withdraw(self):
        # EXTENDS 'aftersales_rules'
        for solution in self:
            # sudo: documents of accounting, of which the numbers are told
            used = solution.sudo().compensation_ids.filtered(
                lambda each: each.state in HOLDING
            )
            if used:
                raise UserError(
                    self.env._(
                        "The compensation of %(name)s is prepared or paid: "
                        "%(documents)s, by %(users)s. Accounting cancels or reverses "
                        "that first.",
                        name=solution.display_name,
                        documents=", ".join(
                            each.document_name or each.display_name for each in used
                        ),
                        users=", ".join(used.prepared_by_id.mapped("name")),
                    )
                )
        return super().action_withdraw()

    def _check_may_pay(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group(COST_ACCOUNTANT):
            raise AccessError(
                self.env._(
                    "Accountants for service costs prepare what is paid to customers."
                )
            )

    def _get_compensation_obstacles(self):
        """Why nothing may be paid yet, and who can change that."""
        self.ensure_one()
        if (
            self.compensation_currency_id.compare_amounts(self.compensation_amount, 0)
            <= 0
        ):
            return [
                self.env._("%(name)s offers no compensation.", name=self.display_name)
            ]
        if self.state == "carried_out":
            return self._get_approval_obstacles()
        return self._get_obstacles()

    def _check_compensation(self, amount, own=0.0):
        """Refuse to pay what is not approved.

        :param own: part of what is used already that is this payout's
        :raise UserError: naming who can approve more
        """
        self.ensure_one()
        solution = self.sudo()  # sudo: approvals that accountants need not read
        problems = solution._get_compensation_obstacles()
        if problems:
            raise UserError("\n".join(problems))
        currency = solution.compensation_currency_id
        if currency.compare_amounts(amount, 0) <= 0:
            raise UserError(self.env._("Enter what is to be paid."))
        left = currency.round(
            solution.compensation_amount - solution.compensation_used + own
        )
        if currency.compare_amounts(amount, left) <= 0:
            return
        used = solution.compensation_ids.filtered(lambda each: each.state in HOLDING)
        if currency.compare_amounts(left, 0) <= 0 and used:
            raise UserError(
                self.env._(
                    "All of the compensation of %(name)s is prepared or paid: "
                    "%(documents)s, by %(users)s.",
                    name=solution.display_name,
                    documents=", ".join(
                        each.document_name or each.display_name for each in used
                    ),
                    users=", ".join(used.prepared_by_id.mapped("name")),
                )
            )
        level = solution.approval_level
        if not level or level == "not_needed":
            level = "general_manager"
        raise UserError(
            self.env._(
                "%(amount)s is more than was approved: %(left)s of %(total)s is left "
                "(%(name)s). More takes another proposal, which the customer accepts. "
                "Can approve: %(names)s.",
                amount=tools.format_amount(self.env, amount, currency),
                left=tools.format_amount(self.env, left, currency),
                total=tools.format_amount(
                    self.env, solution.compensation_amount, currency
                ),
                name=solution.display_name,
                names=solution.complaint_id._get_approver_names(
                    level, solution._get_authors()
                ),
            )
        )

    # ---------------------------------------------------------------------- paying

    def action_pay_compensation(self):
        """Ask how the compensation is paid."""
        self.ensure_one()
        self._check_may_pay()
        self._check_compensation(self.compensation_left or self.compensation_amount)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pay Compensation"),
            "res_model": "aftersales.compensation.pay",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_solution_id": self.id},
        }

    def _prepare_compensation(self, kind, amount, journal=None, date=None):
        """Make the draft credit note or payment, for what is approved and not paid.

        Concurrency: what is used is written on the solution before the document is
        made. Of two accountants the second fails to serialize there, runs again and is
        told who was first.

        :param str kind: of KINDS
        :return: `aftersales.compensation`
        """
        self.ensure_one()
        self._check_may_pay()
        if kind not in dict(KINDS):
            raise UserError(self.env._("Choose a credit note or an outgoing payment."))
        self._check_compensation(amount)
        company = self.company_id
        # sudo: the customer of a complaint whose solution one may read
        customer = self.sudo().complaint_id.partner_id.commercial_partner_id
        if not customer:
            raise UserError(
                self.env._(
                    "%(complaint)s has no customer. Enter the customer there first.",
                    complaint=self.complaint_id.display_name,
                )
            )
        account = self._get_compensation_account()
        # sudo: written by this step only, which has checked the accountant
        payout = on_clean_context(self.env["aftersales.compensation"].sudo()).create(
            {
                "solution_id": self.id,
                "complaint_id": self.complaint_id.id,
                "company_id": company.id,
                "partner_id": customer.id,
                "approval_id": self._get_covering_approval().id,
                "kind": kind,
                "currency_id": self.compensation_currency_id.id,
                "amount": amount,
                "company_amount": self.compensation_currency_id._convert(
                    amount,
                    company.currency_id,
                    company,
                    date or company._aftersales_now().date(),
                ),
                "prepared_by_id": self.env.uid,
                "prepared_at": fields.Datetime.now(),
            }
        )
        self.flush_recordset()
        # made with the accountant's own rights
        maker = on_clean_context(self.with_env(self.env)).with_company(company)
        if kind == "credit_note":
            document = maker.env["account.move"].create(
                maker._prepare_credit_note(payout, account, journal, date)
            )
        else:
            document = maker.env["account.payment"].create(
                maker._prepare_payment(payout, journal, date)
            )
        # sudo: the link is written here only
        document.sudo().compensation_id = payout
        payout._log_prepared(document)
        payout.sudo()._follow_documents()
        return payout.with_env(self.env)

    def _get_covering_approval(self):
        """What was approved, if anything had to be."""
        self.ensure_one()
        solution = self.sudo()  # sudo: approvals that accountants need not read
        return solution.approval_ids.filtered(
            lambda each: each.state == "approved" and each._covers(solution)
        ).sorted("id")[-1:]

    def _get_compensation_account(self):
        """The account of the settings.

        :raise UserError: naming the setting
        """
        self.ensure_one()
        account = self.company_id._get_cost_account("compensation")
        if not account or not account.sudo().active:
            raise UserError(
                self.env._(
                    "%(company)s has no account for compensation. Somebody who manages "
                    "the settings names it under Service Costs, “Compensation”.",
                    company=self.company_id.name,
                )
            )
        return account

    def _get_compensation_label(self, partner):
        complaint = self.sudo().complaint_id  # sudo: its number
        env = self.with_context(lang=partner.lang or self.env.lang).env
        return env._(
            "Compensation, complaint %(number)s",
            number=complaint.complaint_number or complaint.number,
        )

    def _prepare_credit_note(self, payout, account, journal, date):
        self.ensure_one()
        company = self.company_id
        address = payout.partner_id.address_get(["invoice"])["invoice"]
        partner = self.env["res.partner"].browse(address)
        label = self._get_compensation_label(partner)
        tax = company.sudo().aftersales_compensation_tax_id  # sudo: of the settings
        taxes = tax
        if tax:
            positions = self.env["account.fiscal.position"]
            taxes = positions._get_fiscal_position(partner).map_tax(tax)
        price = payout.amount
        if taxes and not all(taxes.mapped("price_include")):
            # what the customer gets in all is what was agreed
            price = taxes.with_context(force_price_include=True).compute_all(
                payout.amount, currency=payout.currency_id, partner=partner
            )["total_excluded"]
        return {
            "move_type": "out_refund",
            "company_id": company.id,
            "partner_id": partner.id,
            "currency_id": payout.currency_id.id,
            "invoice_date": date,
            "invoice_payment_term_id": False,
            "invoice_origin": self.sudo().complaint_id.complaint_number,
            "ref": label,
            **({"journal_id": journal.id} if journal else {}),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "quantity": 1,
                        "price_unit": price,
                        "tax_ids": [Command.set(taxes.ids)],
                    }
                )
            ],
        }

    def _prepare_payment(self, payout, journal, date):
        self.ensure_one()
        vals = {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": payout.partner_id.id,
            "company_id": self.company_id.id,
            "amount": payout.amount,
            "memo": self._get_compensation_label(payout.partner_id),
            "date": date or self.company_id._aftersales_now().date(),
        }
        if journal:
            vals["journal_id"] = journal.id
        return {**vals, "currency_id": payout.currency_id.id}
