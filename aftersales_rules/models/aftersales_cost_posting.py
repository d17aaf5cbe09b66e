# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A batch of service costs on its way into the books (L8).

How it works: reviewed costs are put into a draft; their shares become a plan of
documents (``rules/books/documents.py``); the plan is shown as a preview and, on *Post*,
written. What was written is kept in ``aftersales.cost.entry``. Files:

* ``aftersales_cost_posting_plan.py``: from shares to the plan, and what forbids it;
* ``aftersales_cost_posting_write.py``: from the plan to entries and invoices;
* ``aftersales_cost_posting_preview.py``: the same, only shown;
* ``aftersales_cost_posting_reverse.py``: back again.

Whoever posts writes the rows of posting and costs first. Of two accountants who post
the same costs at once, the second fails with a serialization error, is repeated by Odoo
on what the first has left, and is told who was faster.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

from ..rules.books import Grouping
from .aftersales_cost import COST_ACCOUNTANT
from .client_actions import RELOAD, notification
from .guarded_fields import check_follows, on_clean_context

_FOLLOWS = {
    "name",
    "company_id",
    "state",
    "cost_ids",
    "posted_by_id",
    "posted_at",
    "reversed_at",
    "settled_count",
    "preview_ids",
    "preview_at",
    "preview_digest",
    "entry_ids",
    "move_ids",
}
"""What follows from the buttons."""


class AftersalesCostPosting(models.Model):
    _name = "aftersales.cost.posting"
    _description = "Posting of Service Costs"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", readonly=True, copy=False, required=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    date = fields.Date(
        "Accounting Date",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="The day on which entries and invoices are booked.",
    )
    date_rule = fields.Selection(
        [("posting", "The accounting date"), ("cost", "The day of their latest cost")],
        "Documents Dated",
        required=True,
        default="posting",
    )
    grouping = fields.Selection(
        [
            (Grouping.COMPLAINT.value, "Each complaint"),
            (Grouping.BEARER.value, "Each bearer"),
            (Grouping.MONTH.value, "Each bearer and month"),
        ],
        "Documents for",
        required=True,
        default=Grouping.COMPLAINT.value,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Posted"), ("reversed", "Reversed")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    cost_ids = fields.One2many(
        "aftersales.cost", "posting_id", "Service Costs", readonly=True, copy=False
    )
    cost_count = fields.Integer("Costs", compute="_compute_totals", compute_sudo=True)
    amount_total = fields.Monetary(
        "Total",
        currency_field="company_currency_id",
        compute="_compute_totals",
        compute_sudo=True,
    )
    entry_ids = fields.One2many(
        "aftersales.cost.entry", "posting_id", "Bookings", readonly=True, copy=False
    )
    move_ids = fields.One2many(
        "account.move", "cost_posting_id", "Documents", readonly=True, copy=False
    )
    move_count = fields.Integer(
        "Entries and Invoices", compute="_compute_totals", compute_sudo=True
    )
    posted_by_id = fields.Many2one(
        "res.users", "Posted by", readonly=True, copy=False, ondelete="restrict"
    )
    posted_at = fields.Datetime("Posted on", readonly=True, copy=False)
    reversed_at = fields.Datetime("Last Reversal", readonly=True, copy=False)
    preview_ids = fields.One2many(
        "aftersales.cost.posting.line",
        "posting_id",
        "Preview",
        readonly=True,
        copy=False,
    )
    preview_at = fields.Datetime("Previewed on", readonly=True, copy=False)
    preview_is_foreign = fields.Boolean(
        compute="_compute_preview_is_foreign", compute_sudo=True
    )
    preview_digest = fields.Char(readonly=True, copy=False)
    settled_count = fields.Integer(
        "Nothing to Book",
        readonly=True,
        copy=False,
        help="Shares that stand in the books where they belong already.",
    )

    @api.depends("cost_ids", "entry_ids", "move_ids")
    def _compute_totals(self):
        costs = self.env["aftersales.cost"]
        waiting = {
            posting.id: (count, total)
            for posting, count, total in costs._read_group(
                [("posting_id", "in", self.ids)],
                ["posting_id"],
                ["__count", "company_amount:sum"],
            )
        }
        booked = {
            posting.id: (count, total)
            for posting, count, total in self.env["aftersales.cost.entry"]._read_group(
                [("posting_id", "in", self.ids), ("kind", "=", "posted")],
                ["posting_id"],
                ["cost_id:count_distinct", "company_amount:sum"],
            )
        }
        moves = {
            posting.id: count
            for posting, count in self.env["account.move"]._read_group(
                [("cost_posting_id", "in", self.ids)], ["cost_posting_id"], ["__count"]
            )
        }
        for posting in self:
            found = waiting if posting.state == "draft" else booked
            count, total = found.get(posting.id, (0, 0.0))
            posting.cost_count = count
            posting.amount_total = total
            posting.move_count = moves.get(posting.id, 0)

    @api.depends("preview_ids.foreign_currency_id")
    def _compute_preview_is_foreign(self):
        for posting in self:
            posting.preview_is_foreign = bool(posting.preview_ids.foreign_currency_id)

    # ---------------------------------------------------------------- its records

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise AccessError(
                self.env._("Select reviewed costs, and post them from their list.")
            )
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self.check_access("write")
            check_follows(self, vals, _FOLLOWS)
            self._check_draft()
        result = super().write(vals)
        if not {"date", "date_rule", "grouping"}.isdisjoint(vals):
            self._forget_preview()
        return result

    def unlink(self):
        self._check_draft()
        return super().unlink()

    @api.model
    def _make(self, company, costs):
        """A draft with reviewed costs of one company.

        :raise UserError: for costs that are not reviewed, or in another draft
        """
        costs._check_postable()
        # sudo: drafts are made by this button only, and nobody fills in the rest
        postings = on_clean_context(self).sudo().with_company(company)
        posting = postings.create(
            {
                "name": self._next_number(company),
                "company_id": company.id,
                "grouping": company.aftersales_cost_grouping,
                "date_rule": company.aftersales_cost_date,
            }
        )
        # first these rows: of two who take the same cost, the second is repeated
        costs.sudo().write({"posting_id": posting.id})  # sudo: see above
        self.env.flush_all()
        return posting.with_env(self.env)

    @api.model
    def _get_draft_of(self, costs):
        """The draft that these costs, and no others, are in already."""
        posting = costs.posting_id
        if len(posting) == 1 and posting.cost_ids == costs:
            return posting.filtered(lambda each: each.state == "draft")
        return self.browse()

    @api.model
    def _next_number(self, company):
        # sudo: whoever posts gets a number
        sequence = self.env["ir.sequence"].sudo().with_company(company)
        return sequence.next_by_code(self._name) or "/"

    # -------------------------------------------------------------------- checks

    def _check_accountant(self):
        """Only accountants for service costs, in their companies."""
        if not self.env.su and not self.env.user.has_group(COST_ACCOUNTANT):
            raise AccessError(
                self.env._("Only an accountant for service costs may do this.")
            )
        self.check_access("read")

    def _check_draft(self):
        for posting in self:
            if posting.state != "draft":
                raise UserError(
                    self.env._(
                        "%(posting)s is in the books and stays as it is. Reverse it, "
                        "and post the costs again.",
                        posting=posting.name,
                    )
                )

    # ------------------------------------------------------------------- buttons

    def action_preview(self):
        """Show the journal items that posting would write, to the cent."""
        self._check_accountant()
        self._check_draft()
        for posting in self:
            posting._preview()
        return True

    def action_post(self):
        """Write the entries and invoices, once.

        Who comes second, or again, is told that it is done. The posting is on the
        screen already: to open it again would put it twice into the way back.
        """
        self._check_accountant()
        done = self.filtered(lambda posting: posting.state != "draft")
        for posting in self - done:
            stale = posting._post()
            if stale:
                return stale
        if done:
            return done._already_posted(show=False)
        return True

    def action_discard(self):
        """Drop a draft; its costs can be posted with another one."""
        self._check_accountant()
        self._check_draft()
        # sudo: which posting a cost is in follows from these buttons
        self.sudo().cost_ids.write({"posting_id": False})
        self.unlink()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_rules.aftersales_cost_action"
        )
        return action | {"target": "main"}  # no way back to what is gone

    def action_view_costs(self):
        """Open the costs of this posting, those taken back again among them."""
        self.ensure_one()
        self.check_access("read")
        costs = self.cost_ids | self.entry_ids.cost_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Costs of %(posting)s", posting=self.name),
            "res_model": "aftersales.cost",
            "view_mode": "list,form",
            "domain": [("id", "in", costs.ids)],
            "context": {"create": False},
        }

    def action_view_moves(self):
        """Open the entries and invoices, reversals among them."""
        self.check_access("read")
        return self._open_moves(self.move_ids)

    def action_view_items(self):
        """Open all journal items of this posting."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "view_mode": "list",
            "domain": [
                ("move_id.cost_posting_id", "in", self.ids),
                ("display_type", "not in", ("line_section", "line_note")),
            ],
            "context": {"create": False, "expand": True, "group_by": "move_id"},
        }

    def action_open_reverse(self):
        """Ask for date and reason of a reversal."""
        self.ensure_one()
        self._check_accountant()
        self._check_standing()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reverse %(posting)s", posting=self.name),
            "res_model": "aftersales.cost.reverse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_posting_id": self.id},
        }

    # ------------------------------------------------------------------- helpers

    def _open(self):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Postings"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(
                name=self.name,
                view_mode="form",
                res_id=self.id,
                views=[(False, "form")],
            )
        return action

    @api.model
    def _open_moves(self, moves):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries and Invoices"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
            "context": {"create": False},
        }
        if len(moves) == 1:
            action.update(
                name=moves.name,
                view_mode="form",
                res_id=moves.id,
                views=[(False, "form")],
            )
        return action

    def _already_posted(self, show=True):
        """Say that it is done, by whom and as what; nothing is done again.

        :param show: open the posting, where it is not what one looks at
        """
        lines = []
        # sudo: numbers of documents, for whoever may post them
        for posting in self.sudo():
            documents = posting.entry_ids.filtered("is_standing").mapped("document")
            names = list(dict.fromkeys(filter(None, documents)))
            shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            lines.append(
                self.env._(
                    "%(posting)s was posted by %(user)s on %(date)s as %(documents)s. "
                    "Nothing was posted again.",
                    posting=posting.name,
                    user=posting.posted_by_id.name,
                    date=tools.format_datetime(self.env, posting.posted_at),
                    documents=shown or self.env._("no entry"),
                )
            )
        return notification(
            "\n".join(lines),
            kind="warning",
            title=self.env._("In the books already"),
            then=self._open() if self and show else RELOAD,
        )
