# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Documents that change after a cost was pulled from them (L9).

Whether a document has changed is always worked out from the document as it is now, and
``_cost_blocks`` asks when it matters. The flag that is stored is for people: it is set
when a bill is reset, goods are corrected and so on, and by a scheduled action for
whatever changes unseen.
"""

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools import groupby

from .aftersales_cost import COST_ACCOUNTANT, UNPOSTED
from .guarded_fields import on_clean_context

_QUEUE = "aftersales_cost_source"
ACTIVITY = "aftersales_rules.mail_activity_cost_source"
_BATCH = 1000


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    source_changed = fields.Boolean(
        "Document Changed", readonly=True, copy=False, index="btree_not_null"
    )
    source_change = fields.Text(
        "What Changed", compute="_compute_source_change", compute_sudo=True
    )
    source_accepted = fields.Char(
        readonly=True,
        copy=False,
        help="The change that an accountant said is all right.",
    )
    source_new_amount = fields.Monetary(
        "Amount Now",
        currency_field="company_currency_id",
        compute="_compute_source_change",
        compute_sudo=True,
        help="What the document says today, in company currency.",
    )

    @api.model
    def _get_cost_follows(self):
        return super()._get_cost_follows() | {"source_changed", "source_accepted"}

    @api.depends("source_changed", "source_accepted", "amount", "source_id")
    def _compute_source_change(self):
        changes = self._get_source_changes()
        for cost in self:
            texts, row = changes.get(cost, ([], None))
            cost.source_change = "\n".join(texts) or False
            cost.source_new_amount = row.company_amount if row else 0.0

    # ----------------------------------------------------------------- what changed

    def _get_current_rows(self):
        """What the documents of these costs say now.

        :rtype: dict[aftersales.cost, SourceRow | None]
        """
        found = {}
        # a cost outlives the bridge to its documents: nothing to compare with then
        models = self._get_source_models()
        # sudo: as when they were pulled
        pulled = self.sudo().filtered(lambda cost: cost.source_model in models)
        for name, same in groupby(pulled, key=lambda cost: cost.source_model):
            costs = self.browse([cost.id for cost in same]).sudo()
            sources = costs.env[name].browse(costs.mapped("source_id")).exists()
            rows = sources._get_cost_rows()
            by_id = {source.id: row for source, row in rows.items()}
            for cost in costs:
                found[cost] = by_id.get(cost.source_id)
        return {cost.with_env(self.env): row for cost, row in found.items()}

    def _get_source_changes(self):
        """What is not as it was when these were pulled, and nobody has accepted.

        :return: (texts, row of today or None) of each cost that has changed
        :rtype: dict[aftersales.cost, tuple[list[str], SourceRow | None]]
        """
        live = self.filtered(lambda cost: cost.id and cost.state != "cancelled")
        changes = {}
        for cost, row in live._get_current_rows().items():
            accepted = cost.sudo().source_accepted
            if accepted and accepted == cost._get_source_digest(row):
                continue
            if texts := cost.sudo()._describe_source_change(row):
                changes[cost] = (texts, row)
        return changes

    def _describe_source_change(self, row):
        self.ensure_one()
        if row is None:
            return [
                self.env._(
                    "%(document)s is not there any more, or belongs to no complaint.",
                    document=self.source_name,
                )
            ]
        texts = []
        if row.complaint != self.complaint_id:
            texts.append(
                self.env._(
                    "%(document)s belongs to %(complaint)s now.",
                    document=self.source_name,
                    complaint=row.complaint.display_name,
                )
            )
        if row.blocked:
            texts.append(row.blocked)
        if not row.same_amount(self):
            texts.append(
                self.env._(
                    "%(document)s is %(now)s now, and was %(before)s when pulled.",
                    document=self.source_name,
                    now=tools.format_amount(self.env, row.amount, row.currency),
                    before=tools.format_amount(self.env, self.amount, self.currency_id),
                )
            )
        elif row.blocked:
            pass  # nothing stands anywhere
        elif row.account != self.expense_account_id:
            texts.append(
                self.env._(
                    "%(document)s stands on account %(now)s now and not on %(before)s.",
                    document=self.source_name,
                    now=row.account.display_name or self.env._("none"),
                    before=self.expense_account_id.display_name or self.env._("none"),
                )
            )
        elif (row.analytic or {}) != (self.source_analytic_distribution or {}):
            texts.append(
                self.env._(
                    "%(document)s has another analytic distribution now.",
                    document=self.source_name,
                )
            )
        return texts

    def _get_source_digest(self, row):
        """A change that was accepted, so that the next one is noticed."""
        if row is None:
            return "gone"
        parts = (
            row.complaint.id,
            bool(row.blocked),
            row.currency.name,
            row.currency.round(row.amount),
            row.complaint.company_id.currency_id.round(row.company_amount),
            row.account.id,
            sorted((row.analytic or {}).items()),
        )
        return "/".join(map(str, parts))

    def _cost_blocks(self):
        blocks = super()._cost_blocks()
        for cost, (texts, _row) in self._get_source_changes().items():
            blocks[cost] += [("source", text) for text in texts]
        return blocks

    # -------------------------------------------------------------------- noticing it

    @api.model
    def _queue_source_check(self, sources):
        """Look, before the commit, at the costs that were pulled from documents."""
        if not sources.ids:
            return
        precommit = self.env.cr.precommit
        if _QUEUE not in precommit.data:
            precommit.data[_QUEUE] = {}
            precommit.add(self.env(context={})[self._name]._run_source_queue)
        precommit.data[_QUEUE].setdefault(sources._name, set()).update(sources.ids)

    @api.model
    def _run_source_queue(self):
        queued = self.env.cr.precommit.data.pop(_QUEUE, {})
        domain = fields.Domain.FALSE
        for name, ids in queued.items():
            domain |= fields.Domain("source_model", "=", name) & fields.Domain(
                "source_id", "in", list(ids)
            )
        # sudo: whoever changes a document need not see what it cost a complaint
        costs = self.sudo().search(domain & fields.Domain("state", "!=", "cancelled"))
        costs._check_sources()

    @api.model
    def _cron_check_sources(self):
        """Look at everything that is not posted yet, for changes that went unseen."""
        domain = [("source_model", "!=", False), ("state", "in", UNPOSTED)]
        last = 0
        while costs := self.search(
            [*domain, ("id", ">", last)], order="id", limit=_BATCH
        ):
            costs._check_sources()
            last = costs[-1].id

    def _check_sources(self):
        """Flag what has changed and tell the accountants; take what nobody decides.

        On which account the same money stands today is no decision: it is taken over as
        long as the cost is not posted.
        """
        costs = self.sudo()  # sudo: flags follow from the documents
        for cost, (_texts, row) in costs._get_source_changes().items():
            if cost.state in UNPOSTED and cost._is_only_elsewhere(row):
                cost.write(
                    {
                        "expense_account_id": row.account.id,
                        "source_move_line_id": row.move_line.id,
                        "source_analytic_distribution": row.analytic or False,
                    }
                )
        changes = costs._get_source_changes()
        new = costs.filtered(lambda cost: cost in changes and not cost.source_changed)
        settled = costs.filtered(
            lambda cost: cost.source_changed and cost not in changes
        )
        new.source_changed = True
        settled.source_changed = False
        settled.activity_unlink([ACTIVITY])
        new._tell_source_changed()

    def _is_only_elsewhere(self, row):
        """Whether the same money merely stands on another account."""
        return (
            row is not None
            and not row.blocked
            and row.complaint == self.complaint_id
            and row.same_amount(self)
        )

    def _tell_source_changed(self):
        """Tell whoever reviews these, in their language."""
        reviewers = {cost: cost._get_source_reviewer() for cost in self}
        by_lang = self.grouped(lambda cost: reviewers[cost].lang or self.env.lang)
        for lang, costs in by_lang.items():
            changes = costs.with_context(lang=lang)._get_source_changes()
            notes = {
                cost.id: "\n".join(texts) for cost, (texts, _row) in changes.items()
            }
            costs.browse(notes)._message_log_batch(notes)
            quick = costs.with_context(mail_activity_quick_update=True)
            for cost in quick.filtered(lambda cost, notes=notes: cost.id in notes):
                if user := reviewers[cost]:
                    cost.activity_schedule(
                        ACTIVITY, user_id=user.id, note=notes[cost.id]
                    )

    def _get_source_reviewer(self):
        """Who looks at it: who reviewed it, else the company's first accountant."""
        self.ensure_one()
        accountants = self._get_cost_accountants(self.company_id)
        if self.reviewed_by_id in accountants:
            return self.reviewed_by_id
        return accountants[:1]

    @api.model
    def _get_cost_accountants(self, company):
        """Who posts the service costs of a company, the dedicated ones first."""
        # sudo: who is told is no secret, the list of users may be
        users = self.env.ref(COST_ACCOUNTANT).sudo().all_user_ids
        users = users.filtered(
            lambda user: user.active
            and not user.share
            and user.id > 1
            and company in user.company_ids
        )
        return users.sorted(lambda user: (user.has_group("base.group_system"), user.id))

    # -------------------------------------------------------------------- settling it

    def action_settle_source(self):
        """Say what is made of the change."""
        self.ensure_one()
        self._check_settle_right()
        if not self._get_source_changes():
            self._check_sources()
            raise UserError(
                self.env._(
                    "%(document)s is as it was pulled.",
                    document=self.source_name or self.display_name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Document Changed"),
            "res_model": "aftersales.cost.settle",
            "view_mode": "form",
            "target": "new",
            "context": {"default_cost_id": self.id},
        }

    def _check_settle_right(self):
        self.check_access("write")
        if not self.env.su and not self.env.user.has_group(COST_ACCOUNTANT):
            raise AccessError(
                self.env._(
                    "Accountants for service costs say what is made of a document that "
                    "has changed."
                )
            )

    def _settle_source(self, take, reason=""):
        """Take what the document says now, or keep what was pulled, with a reason.

        :param bool take: take it
        :param str reason: needed to keep it
        """
        self.ensure_one()
        self._check_settle_right()
        reason = (reason or "").strip()
        found = self._get_source_changes().get(self)
        if not found:
            raise UserError(
                self.env._("Nothing is left to settle: the document is as it was.")
            )
        texts, row = found
        # sudo: what follows from a document is written by this step only
        cost = on_clean_context(self.sudo())
        if take:
            cost._take_source(row)
            body = self.env._("Taken as the document says now.")
        else:
            if not reason:
                raise UserError(self.env._("Say why the cost stays as it is."))
            cost.source_accepted = self._get_source_digest(row)
            body = self.env._("Kept as it was pulled: %(reason)s", reason=reason)
        cost._message_log(body="\n".join([*texts, body]))
        cost._check_sources()

    def _take_source(self, row):
        self.ensure_one()
        if self.state not in UNPOSTED:
            raise UserError(
                self.env._(
                    "“%(cost)s” is in the books. Reverse its posting, then take the "
                    "new amount.",
                    cost=self.display_name,
                )
            )
        if row is None or row.blocked:
            raise UserError(
                self.env._(
                    "There is no amount to take. Keep the old one with a reason, or "
                    "cancel the cost."
                )
            )
        if row.complaint != self.complaint_id:
            raise UserError(
                self.env._(
                    "The document belongs to another complaint now. Cancel this cost "
                    "and pull it there."
                )
            )
        self.write(
            {
                **self._prepare_source(self._get_source(), row),
                "source_accepted": False,
            }
        )
