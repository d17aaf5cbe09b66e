# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .aftersales_hold import GATES


class AftersalesRelease(models.Model):
    """A person's leave to go on in spite of a rule, with its limits (U2, R10).

    While it is valid its cause opens no hold at its gate. Once its date has passed,
    or the order has grown beyond its amount, the hold returns.
    """

    _name = "aftersales.release"
    _description = "Release"
    _inherit = ["aftersales.immutable"]
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, ondelete="restrict"
    )
    gate = fields.Selection(GATES, required=True, readonly=True)
    cause = fields.Selection(
        lambda self: self.env["aftersales.hold"]._selection_cause(),
        readonly=True,
        help="Empty: whatever the cause.",
    )
    amount = fields.Monetary(
        string="Up to",
        required=True,
        readonly=True,
        help="Valid while the order is not larger than this, in company currency.",
    )
    valid_until = fields.Date(readonly=True, help="Last day; empty: no end.")
    reason = fields.Text(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Released by", required=True, readonly=True
    )
    authority_id = fields.Many2one(
        "aftersales.release.authority",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="Whose authority was used: the person's own, or that of the one "
        "they substitute for.",
    )
    ceiling = fields.Monetary(
        readonly=True, help="Ceiling of that authority at the time."
    )
    hold_ids = fields.One2many("aftersales.hold", "release_id", readonly=True)

    @api.depends("order_id", "gate")
    @api.depends_context("lang")
    def _compute_display_name(self):
        gates = dict(self._fields["gate"]._description_selection(self.env))
        for release in self:
            release.display_name = f"{release.order_id.name}: {gates[release.gate]}"

    def _covers(self, gate, cause, order_amount, today):
        """Whether one of these releases lets the order through.

        :param str gate: gate of the hold
        :param str cause: cause of the hold
        :param float order_amount: order amount in company currency
        :param date today: in the time zone of the company
        """
        return any(
            release.gate == gate
            and (not release.cause or release.cause == cause)
            and (not release.valid_until or release.valid_until >= today)
            and release.currency_id.compare_amounts(order_amount, release.amount) <= 0
            for release in self
        )
