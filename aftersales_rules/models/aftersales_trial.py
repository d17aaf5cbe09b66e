# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a draft would have decided, tried on what really happened (R5).

How it works: the facts of each judged document are kept with its decisions. A trial
takes the last ones of a sample, lets the rules in force and the draft decide on the
same facts, and keeps each document that would fare differently. It runs in the
background, batch by batch, and writes nothing but its own result.
"""

import json
from datetime import datetime, time, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..rules import RulesError, compile_pack, load_pack
from .aftersales_text import threshold_names
from .client_actions import RELOAD
from .guarded_fields import (
    check_follows,
    check_state,
    on_clean_context,
    split_own,
)
from .threshold_values import read_values

BATCH = 1000
SAMPLE_MAX = 100_000
RUNNING = ("waiting", "running")
_FOLLOWS = {
    "company_id",
    "state",
    "content",
    "threshold_values",
    "base_version_id",
    "sample_ids",
    "total",
    "done",
    "changed",
    "failure",
    "started_at",
    "ended_at",
}
_OWN = (
    "draft_id",
    "sample",
    "decision",
    "sample_size",
    "date_from",
    "date_to",
    "partner_id",
    "result",
    "decision_id",
)
"""What a person chooses of a trial."""


class AftersalesTrial(models.Model):
    _name = "aftersales.trial"
    _description = "Trial Run of Rules"
    _order = "id desc"

    draft_id = fields.Many2one(
        "aftersales.draft", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    sample = fields.Selection(
        [
            ("last", "The Last Ones"),
            ("period", "A Period"),
            ("filter", "A Customer or an Answer"),
            ("one", "One of Them"),
        ],
        required=True,
        default="last",
    )
    decision = fields.Selection(
        "_selection_decision",
        "Decision Table",
        help="Empty: every table that the draft changes.",
    )
    sample_size = fields.Integer("How Many", default=1000)
    date_from = fields.Date("From")
    date_to = fields.Date("Until")
    partner_id = fields.Many2one(
        "res.partner", "Customer", ondelete="cascade", help="Empty: all customers."
    )
    result = fields.Selection(
        "_selection_result",
        "Decided as",
        help="Only documents that were decided so; empty: all.",
    )
    decision_id = fields.Many2one(
        "aftersales.decision",
        "Document",
        ondelete="cascade",
        help="The decision whose document is tried.",
    )
    base_version_id = fields.Many2one(
        "aftersales.version", "Compared with", readonly=True, ondelete="cascade"
    )
    content = fields.Text(readonly=True)
    threshold_values = fields.Text(readonly=True)
    sample_ids = fields.Text("Decisions of the Sample", readonly=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
            ("failed", "Failed"),
        ],
        default="new",
        required=True,
        readonly=True,
        index=True,
    )
    total = fields.Integer("Tried on", readonly=True, default=0)
    done = fields.Integer(readonly=True, default=0)
    progress = fields.Float(compute="_compute_progress")
    changed = fields.Integer("Would Change", readonly=True, default=0)
    failure = fields.Text(readonly=True)
    started_at = fields.Datetime("Started", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    is_outdated = fields.Boolean(
        "Draft Has Changed since", compute="_compute_is_outdated"
    )
    count_ids = fields.One2many(
        "aftersales.trial.count", "trial_id", "Before and After", readonly=True
    )
    change_ids = fields.One2many(
        "aftersales.trial.change", "trial_id", "Documents", readonly=True
    )

    _size_is_possible = models.Constraint(
        "CHECK(sample_size BETWEEN 1 AND 100000)",
        "A trial runs on 1 to 100,000 documents.",
    )

    @api.model
    def _selection_decision(self):
        return self.env["aftersales.text"]._get_decision_selection()

    @api.model
    def _selection_result(self):
        return self.env["aftersales.decision"]._selection_result()

    @api.depends("done", "total", "state")
    def _compute_progress(self):
        for trial in self:
            share = 100.0 * trial.done / trial.total if trial.total else 0.0
            trial.progress = 100.0 if trial.state == "done" else share

    @api.depends("content", "threshold_values", "draft_id.content")
    def _compute_is_outdated(self):
        for trial in self:
            draft = trial.draft_id
            trial.is_outdated = bool(trial.content) and (
                (trial.content, trial.threshold_values)
                != (draft.content, draft.threshold_values)
            )

    @api.depends("draft_id.name", "started_at", "create_date")
    def _compute_display_name(self):
        for trial in self:
            trial.display_name = self.env._("Trial of %s", trial.draft_id.name or "")

    @api.constrains("date_from", "date_to", "sample", "decision_id")
    def _check_sample(self):
        for trial in self:
            if trial.sample == "period" and not (trial.date_from and trial.date_to):
                raise ValidationError(
                    self.env._("A period needs a first and a last day.")
                )
            if trial.date_from and trial.date_to and trial.date_from > trial.date_to:
                raise ValidationError(self.env._("The period ends before it begins."))
            if trial.sample == "one" and not trial.decision_id:
                raise ValidationError(
                    self.env._("Choose the document to try the draft on.")
                )
            document = trial.decision_id
            if document and document.company_id != trial.company_id:
                raise ValidationError(
                    self.env._(
                        "A draft is tried on documents of %(company)s, its company.",
                        company=trial.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        drafts = self.env["aftersales.draft"]
        drafts._check_author()
        values, others = [], []
        for vals in vals_list:
            if not self.env.su:
                check_follows(self, vals, _FOLLOWS)
            vals, rest = split_own(self, vals, _OWN)
            others.append(rest)
            draft = drafts.browse(vals.get("draft_id"))
            draft.check_access("read")
            values.append({**vals, "company_id": draft.company_id.id})
        # sudo: the company follows from the draft; the author was checked
        records = on_clean_context(self).sudo()
        trials = super(AftersalesTrial, records).create(values).with_env(self.env)
        for trial, vals in zip(trials, others, strict=True):
            if vals:
                trial.write(vals)
        return trials

    def write(self, vals):
        if not self.env.su:
            check_follows(self, vals, _FOLLOWS | {"draft_id"})
            check_state(self, "new")
        return super().write(vals)

    # -------------------------------------------------------------- buttons

    def action_start(self):
        """Take the sample and let it run in the background."""
        self.env["aftersales.draft"]._check_author()
        check_state(self, "new", "cancelled", "failed", "done")
        for trial in self:
            draft = trial.draft_id
            try:
                draft._get_compiled()
            except RulesError as err:
                raise UserError(
                    self.env._(
                        "The draft cannot be tried before it is right:\n%(faults)s",
                        faults=err,
                    )
                ) from err
            # sudo: what a trial is made of follows from the draft
            trial = trial.sudo()
            trial.count_ids.unlink()
            trial.change_ids.unlink()
            trial.write(
                {
                    "content": draft.content,
                    "threshold_values": draft.threshold_values,
                    "base_version_id": draft.sudo().company_id.aftersales_version_id.id,
                    "state": "waiting",
                    "sample_ids": False,
                    "total": 0,
                    "done": 0,
                    "changed": 0,
                    "failure": False,
                    "started_at": fields.Datetime.now(),
                    "ended_at": False,
                }
            )
        # sudo: scheduled actions belong to the system
        self.env.ref("aftersales_rules.ir_cron_run_trials").sudo()._trigger()
        return RELOAD

    def action_cancel(self):
        """Stop it; what was found up to now stays to be seen."""
        self.env["aftersales.draft"]._check_author()
        check_state(self, *RUNNING)
        # sudo: the state follows from this button
        self.sudo().write({"state": "cancelled", "ended_at": fields.Datetime.now()})

    def action_view_changes(self):
        """All documents that change, to be filtered and exported."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Would Change"),
            "res_model": "aftersales.trial.change",
            "views": [(False, "list"), (False, "form")],
            "domain": [("trial_id", "=", self.id)],
        }

    # ------------------------------------------------------------- in batches

    @api.model
    def _cron_run_trials(self):
        """Run what waits, a batch in each transaction; goes on where it stopped."""
        trials = self.search([("state", "in", RUNNING)], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(trials))
        for trial in trials:
            while trial.state in RUNNING:
                trial._run_batch()
                if not cron._commit_progress(int(trial.state not in RUNNING)):
                    return
                trial.invalidate_recordset()

    def _run_batch(self):
        self.ensure_one()
        if self.state == "waiting":
            sample = self._get_sample()
            self.write(
                {
                    "sample_ids": json.dumps(sample),
                    "total": len(sample),
                    "state": "running" if sample else "done",
                    "ended_at": False if sample else fields.Datetime.now(),
                }
            )
            return
        try:
            before = self.base_version_id._get_compiled()
            after = self._get_compiled()
        except RulesError as err:
            self.write(
                {
                    "state": "failed",
                    "failure": str(err),
                    "ended_at": fields.Datetime.now(),
                }
            )
            return
        ids = json.loads(self.sample_ids)[self.done : self.done + BATCH]
        self._try_on(self.env["aftersales.decision"].browse(ids), before, after)
        done = self.done + len(ids)
        is_over = done >= self.total
        self.write(
            {
                "done": done,
                "state": "done" if is_over else "running",
                "ended_at": fields.Datetime.now() if is_over else False,
            }
        )

    def _get_compiled(self):
        pack = load_pack(self.content)
        values = read_values(pack, json.loads(self.threshold_values or "{}"))
        registry = self.env["aftersales.extension"]._get_registry()
        return compile_pack(pack, registry, thresholds=values)

    def _get_tables(self):
        """Names of the decision tables that are tried."""
        if self.sample == "one":
            return [self.decision_id.decision]
        if self.decision:
            return [self.decision]
        before, after = self.base_version_id._get_compiled(), self._get_compiled()
        return [
            spec.name
            for spec in after.registry
            if _table(before, spec.name) != _table(after, spec.name)
        ]

    def _get_sample(self):
        """The last decision of each document of the sample, the newest first.

        :rtype: list[int]
        """
        if self.sample == "one":
            return self.decision_id.ids
        zone = self.company_id._aftersales_now().tzinfo
        conditions = [
            SQL("company_id = %s", self.company_id.id),
            SQL("decision = ANY(%s)", self._get_tables()),
        ]
        for day, sign in ((self.date_from, ">="), (self.date_to, "<")):
            if day and self.sample in ("period", "filter"):
                if sign == "<":
                    day += timedelta(days=1)
                moment = datetime.combine(day, time.min, zone).astimezone(timezone.utc)
                conditions.append(
                    SQL("create_date %s %s", SQL(sign), moment.replace(tzinfo=None))
                )
        if self.partner_id and self.sample == "filter":
            commercial = self.partner_id.commercial_partner_id
            conditions.append(SQL("partner_id = %s", commercial.id))
        if self.result and self.sample == "filter":
            conditions.append(SQL("result = %s", self.result))
        size = self.sample_size if self.sample == "last" else SAMPLE_MAX
        self.env["aftersales.decision"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT max(id) AS last
                  FROM aftersales_decision
                 WHERE %s
                 GROUP BY decision, res_model, res_id,
                          CASE WHEN res_id IS NULL THEN id END
                 ORDER BY last DESC
                 LIMIT %s
                """,
                SQL(" AND ").join(conditions),
                size,
            )
        )
        return [row[0] for row in rows]

    def _try_on(self, records, before, after):
        """Decide twice on the facts of each record, and keep what differs."""
        counts, changes = {}, []
        for record in records.exists():
            try:
                stored = record._get_decision()
                spec = after.registry.get(record.decision)
                facts = after.facts_of(stored)
            except RulesError:  # facts of an addon that is gone
                continue
            one, other = (
                pack.decide(record.decision, facts, on=stored.on, bulk=True)
                for pack in (before, after)
            )
            says = [
                spec.headline(decision.outcomes) or "none" for decision in (one, other)
            ]
            amount = float((spec.stake and getattr(facts, spec.stake)) or 0)
            key = (record.decision, *says)
            number, money = counts.get(key, (0, 0.0))
            counts[key] = number + 1, money + amount
            if one.outcomes != other.outcomes or one.rule != other.rule:
                changes.append(
                    {
                        "trial_id": self.id,
                        "decision_id": record.id,
                        "before_result": says[0],
                        "after_result": says[1],
                        "is_same_answer": one.outcomes == other.outcomes,
                        "amount": amount,
                        "before_payload": one.to_bytes().decode(),
                        "after_payload": other.to_bytes().decode(),
                    }
                )
        self.env["aftersales.trial.change"].create(changes)
        self.changed += sum(not change["is_same_answer"] for change in changes)
        self._add_counts(counts)

    def _add_counts(self, counts):
        known = {
            (count.decision, count.before_result, count.after_result): count
            for count in self.count_ids
        }
        new = []
        for (decision, before, after), (number, amount) in counts.items():
            count = known.get((decision, before, after))
            if count:
                count.number += number
                count.amount += amount
            else:
                new.append(
                    {
                        "trial_id": self.id,
                        "decision": decision,
                        "before_result": before,
                        "after_result": after,
                        "number": number,
                        "amount": amount,
                    }
                )
        self.env["aftersales.trial.count"].create(new)


def _table(compiled, name):
    """Everything that a decision table is made of, with its threshold values."""
    rules = [rule for rule in compiled.pack.rules if rule.decision == name]
    names = sorted({used for rule in rules for used in threshold_names(rule)})
    return (
        [rule.model_dump() for rule in rules],
        [(used, compiled.thresholds.get(used)) for used in names],
    )
