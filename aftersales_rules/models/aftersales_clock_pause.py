# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError


class AftersalesClockPause(models.Model):
    """A time in which a clock stood still because we waited for the customer."""

    _name = "aftersales.clock.pause"
    _description = "Pause of a Deadline"
    _order = "paused_at, id"

    clock_id = fields.Many2one(
        "aftersales.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    paused_at = fields.Datetime("From", required=True, readonly=True)
    resumed_at = fields.Datetime("Until", readonly=True)
    reason = fields.Char("Waiting for", readonly=True)

    def unlink(self):
        # not @api.ondelete: that one is skipped for a context key
        # pylint: disable=method-required-super,no-raise-unlink
        raise UserError(self.env._("Pauses of a deadline are kept."))
