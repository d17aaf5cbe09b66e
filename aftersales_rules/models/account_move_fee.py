# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from .guarded_fields import without_defaults


class AccountMove(models.Model):
    _inherit = "account.move"

    fee_agreement_id = fields.Many2one(
        "aftersales.fee.agreement",
        "Fee Agreement",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The agreement under which this credit note gives a fee back.",
    )
    fee_refund_round = fields.Integer(readonly=True, copy=False)

    _fee_refund_uniq = models.UniqueIndex(
        "(fee_agreement_id, fee_refund_round) WHERE fee_agreement_id IS NOT NULL",
        "The fee was given back already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        for vals in vals_list:
            self._check_fee_fields(vals)
        moves = super(AccountMove, without_defaults(self, _FEE_FIELDS)).create(
            vals_list
        )
        return moves.with_env(self.env)

    def write(self, vals):
        # EXTENDS 'account'
        self._check_fee_fields(vals)
        return super().write(vals)

    @api.model
    def _check_fee_fields(self, vals):
        if not self.env.su and not _FEE_FIELDS.isdisjoint(vals):
            raise AccessError(
                self.env._("Credit notes are linked to fee agreements by the rules.")
            )


_FEE_FIELDS = {"fee_agreement_id", "fee_refund_round"}
