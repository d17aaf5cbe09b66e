# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

KINDS = [
    ("warning", "Warning"),
    ("overdue", "Overdue"),
    ("escalation", "General Manager"),
    ("report", "Report to Marketing"),
]


class AftersalesClockNotice(models.Model):
    """Who was told of a clock, and when; nobody is told the same thing twice.

    The index is the last word on that: of two workers that tell of one clock the
    second fails, and is run again on what the first one wrote.
    """

    _name = "aftersales.clock.notice"
    _inherit = "aftersales.immutable"
    _description = "Notice of a Deadline"
    _order = "told_at, id"

    clock_id = fields.Many2one(
        "aftersales.clock", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    due_at = fields.Datetime("Due", required=True, readonly=True)
    told_at = fields.Datetime("Told", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "To", readonly=True, ondelete="restrict")
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Gone when somebody has done it, or when it is not needed any more.",
    )

    _once = models.UniqueIndex(
        "(clock_id, kind, due_at, (COALESCE(user_id, 0)))",
        "This person has been told already.",
    )
