# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from .aftersales_compensation_document import PAID, VOID
from .guarded_fields import without_defaults


class AccountPayment(models.Model):
    """Payments with which customers are compensated (L10).

    They are booked on the account for compensation and not on the receivable: nobody
    owes anything by them, so nothing is left there to reconcile.
    """

    _name = "account.payment"
    _inherit = ["account.payment", "aftersales.cost.trace"]

    compensation_id = fields.Many2one(
        "aftersales.compensation",
        "Compensation",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="aftersales_rules.group_complaint_reader,account.group_account_invoice",
        help="The compensation of a complaint that this payment pays.",
    )

    _compensation_uniq = models.UniqueIndex(
        "(compensation_id) WHERE compensation_id IS NOT NULL",
        "The compensation is paid by another payment.",
    )

    @api.depends("compensation_id")
    def _compute_destination_account_id(self):
        # EXTENDS 'account'
        result = super()._compute_destination_account_id()
        for payment in self.sudo():  # sudo: whoever pays need not read complaints
            solution = payment.compensation_id.solution_id
            if solution:
                payment.destination_account_id = solution._get_compensation_account()
        return result

    @api.depends("compensation_id")
    def _compute_outstanding_account_id(self):
        # EXTENDS 'account': without that account there is no entry, and the money would
        # stay where it is in the books
        result = super()._compute_outstanding_account_id()
        for payment in self:
            # sudo: as above
            if payment.sudo().compensation_id and not payment.outstanding_account_id:
                payment.outstanding_account_id = payment._get_outstanding_account(
                    payment.payment_type
                )
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        for vals in vals_list:
            self._check_compensation_link(vals)
        payments = super(
            AccountPayment, without_defaults(self, {"compensation_id"})
        ).create(vals_list)
        return payments.with_env(self.env)

    def write(self, vals):
        # EXTENDS 'account'
        self._check_compensation_link(vals)
        if "state" not in vals:
            return super().write(vals)
        payouts = self.sudo().compensation_id  # sudo: as above
        if vals["state"] not in PAID:
            payouts._check_free()
        if vals["state"] not in VOID:
            payouts._check_revivable()
        result = super().write(vals)
        payouts._follow_documents()
        return result

    def unlink(self):
        payouts = self.sudo().compensation_id  # sudo: as above
        payouts._check_free()
        result = super().unlink()
        payouts._follow_documents()
        return result

    @api.model
    def _check_compensation_link(self, vals):
        if not self.env.su and "compensation_id" in vals:
            raise AccessError(
                self.env._("Compensation is prepared with “Pay Compensation”.")
            )

    def _get_traced_sources(self):
        # EXTENDS 'aftersales_rules'
        return {payment: payment.compensation_id for payment in self}

    def action_view_compensation(self):
        """Open the complaint whose customer is compensated."""
        self.ensure_one()
        self.check_access("read")
        return self.compensation_id._open_complaint()
