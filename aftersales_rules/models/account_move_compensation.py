# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from .guarded_fields import without_defaults


class AccountMove(models.Model):
    """Credit notes with which customers are compensated (L10)."""

    _inherit = "account.move"

    compensation_id = fields.Many2one(
        "aftersales.compensation",
        "Compensation",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="aftersales_rules.group_complaint_reader,account.group_account_invoice",
        help="The compensation of a complaint that this credit note pays.",
    )

    _compensation_uniq = models.UniqueIndex(
        "(compensation_id) WHERE compensation_id IS NOT NULL",
        "The compensation is paid by another credit note.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        for vals in vals_list:
            self._check_compensation_link(vals)
        moves = super(AccountMove, without_defaults(self, {"compensation_id"})).create(
            vals_list
        )
        return moves.with_env(self.env)

    def write(self, vals):
        # EXTENDS 'account'
        self._check_compensation_link(vals)
        if "state" not in vals:
            return super().write(vals)
        payouts = self._get_compensations()
        if vals["state"] != "posted":
            payouts._check_free()
        if vals["state"] == "draft":
            payouts._check_revivable()
        result = super().write(vals)
        payouts._follow_documents()
        return result

    def unlink(self):
        payouts = self._get_compensations()
        payouts._check_free()
        result = super().unlink()
        payouts._follow_documents()
        return result

    def _post(self, soft=True):
        # EXTENDS 'account'
        # sudo: whoever posts need not read complaints
        moves = self.sudo()
        own = moves.compensation_id | moves.origin_payment_id.compensation_id
        own._check_postable()
        (self._get_compensations() - own)._check_free()
        return super()._post(soft)

    def _get_compensations(self):
        """Compensations that these pay, or take back."""
        moves = self.sudo()  # sudo: whoever posts need not read complaints
        moves |= moves.reversed_entry_id
        return moves.compensation_id | moves.origin_payment_id.compensation_id

    @api.model
    def _check_compensation_link(self, vals):
        if not self.env.su and "compensation_id" in vals:
            raise AccessError(
                self.env._("Compensation is prepared with “Pay Compensation”.")
            )

    def _get_traced_sources(self):
        # EXTENDS 'aftersales_rules'
        traced = super()._get_traced_sources()
        return {
            move: move.compensation_id or sources for move, sources in traced.items()
        }

    def action_view_compensation(self):
        """Open the complaint whose customer is compensated."""
        self.ensure_one()
        self.check_access("read")
        return self.compensation_id._open_complaint()
