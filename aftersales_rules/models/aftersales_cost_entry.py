# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..rules.catalogue.liability import BEARERS, TREATMENTS


class AftersalesCostEntry(models.Model):
    """What was put into the books for a share of a service cost, or taken back (L8).

    A posting leaves one row for each share; a reversal leaves another one that names
    the first. Nothing of it changes afterwards, whatever becomes of the share.
    """

    _name = "aftersales.cost.entry"
    _description = "Booking of a Service Cost"
    _inherit = ["aftersales.immutable"]
    _order = "id desc"
    _rec_name = "document"

    kind = fields.Selection(
        [("posted", "Posted"), ("reversed", "Reversed")], required=True, readonly=True
    )
    posting_id = fields.Many2one(
        "aftersales.cost.posting",
        "Posting",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    complaint_id = fields.Many2one(
        "helpdesk.ticket",
        "Complaint",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    cost_id = fields.Many2one(
        "aftersales.cost",
        "Service Cost",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    share_id = fields.Many2one(
        "aftersales.cost.share",
        "Share",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Gone if the cost was split anew after a reversal.",
    )
    round = fields.Integer(
        readonly=True, required=True, help="1 when the share was posted first."
    )
    bearer = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(BEARERS),
        required=True,
        readonly=True,
    )
    treatment = fields.Selection(
        lambda self: self.env["aftersales.cost"]._cost_selection(TREATMENTS),
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        "res.partner", "Charged to", readonly=True, ondelete="restrict"
    )
    department_id = fields.Many2one(
        "aftersales.department", "Department", readonly=True, ondelete="restrict"
    )
    company_amount = fields.Monetary(
        "Amount", currency_field="company_currency_id", readonly=True
    )
    surplus = fields.Monetary(
        "Charged above the Cost", currency_field="company_currency_id", readonly=True
    )
    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: the cost stood where it belongs, so that nothing was booked.",
    )
    document = fields.Char(
        readonly=True, help="Number of the entry or invoice when this was written."
    )
    line_id = fields.Many2one(
        "account.move.line",
        "Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who bears it: the debit of an entry, or the line of the invoice.",
    )
    relief_line_id = fields.Many2one(
        "account.move.line",
        "Relieving Item",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    surplus_line_id = fields.Many2one(
        "account.move.line",
        "Item above the Cost",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    reverses_id = fields.Many2one(
        "aftersales.cost.entry",
        "Takes Back",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    reversal_ids = fields.One2many(
        "aftersales.cost.entry", "reverses_id", "Taken Back by", readonly=True
    )
    reason = fields.Text(readonly=True)
    is_standing = fields.Boolean(
        "In the Books",
        compute="_compute_is_standing",
        search="_search_is_standing",
        compute_sudo=True,
    )

    _share_posted_once = models.UniqueIndex(
        "(share_id, round) WHERE kind = 'posted'",
        "This share of a service cost is in the books already.",
    )
    _reversed_once = models.UniqueIndex(
        "(reverses_id) WHERE reverses_id IS NOT NULL",
        "This booking of a service cost was reversed already.",
    )
    _move_cost_idx = models.Index("(cost_id, kind)")

    @api.depends("kind", "reversal_ids")
    def _compute_is_standing(self):
        for entry in self:
            entry.is_standing = entry.kind == "posted" and not entry.reversal_ids

    @api.model
    def _search_is_standing(self, operator, value):
        if operator not in ("=", "!=") or not isinstance(value, bool):
            return NotImplemented
        standing = fields.Domain("kind", "=", "posted") & fields.Domain(
            "reversal_ids", "=", False
        )
        return standing if (operator == "=") == value else ~standing
