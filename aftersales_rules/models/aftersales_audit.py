# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nightly looks at the audit trail: does it hold, and does it repeat (R3, R10)."""

import random

from odoo import api, fields, models

from ..rules import RulesError
from .aftersales_draft import RULES_ADMIN

SAMPLE = 500
"""Decisions that are repeated each night."""
SEALS = 50
"""Old seals that are looked at each night, beside all of the last day."""


class AftersalesAudit(models.Model):
    """One look at the audit trail, and what it found.

    It remembers the last seal that it has seen, so that seals cannot be taken away
    from the end either.
    """

    _name = "aftersales.audit"
    _description = "Check of the Audit Trail"
    _inherit = ["aftersales.immutable"]
    _order = "id desc"

    kind = fields.Selection(
        [("seals", "Seals"), ("replay", "Decisions Repeated")],
        required=True,
        readonly=True,
    )
    checked = fields.Integer("Looked at", required=True, readonly=True)
    differences = fields.Integer(required=True, readonly=True)
    findings = fields.Text(readonly=True)
    last_number = fields.Integer("Last Seal", readonly=True)
    last_digest = fields.Char(size=64, readonly=True)
    is_fine = fields.Boolean("In Order", compute="_compute_is_fine")
    summary = fields.Text(compute="_compute_summary")

    @api.depends("differences")
    def _compute_is_fine(self):
        for audit in self:
            audit.is_fine = not audit.differences

    @api.depends("kind", "checked", "differences", "findings")
    @api.depends_context("lang")
    def _compute_summary(self):
        for audit in self:
            words = {"count": audit.checked, "findings": audit.findings or ""}
            if audit.differences:
                audit.summary = audit.findings
            elif audit.kind == "seals":
                audit.summary = self.env._("%(count)s seals are in order.", **words)
            else:
                audit.summary = self.env._(
                    "%(count)s decisions give the same answer again.", **words
                )

    @api.depends("kind", "create_date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for audit in self:
            audit.display_name = f"{kinds.get(audit.kind)} {audit.create_date}"

    @api.model
    def _cron_audit(self):
        """Check seals and repeat decisions; tell administrators what differs."""
        # few: a seal covers thousands of records
        # pylint: disable-next=no-search-all
        seals = self.env["aftersales.seal"].search([])
        recent = seals[:SEALS]
        older = seals[SEALS:]
        chosen = random.sample(older.ids, min(SEALS, len(older)))
        self._check_seals(recent | seals.browse(chosen))
        self.env["ir.cron"]._commit_progress(1)
        decisions = self.env["aftersales.decision"]
        last = decisions.search([], limit=SAMPLE // 2)
        highest = last[:1].id or 0
        wanted = random.sample(range(1, highest + 1), min(SAMPLE // 2, highest))
        self._repeat(last | decisions.search([("id", "in", wanted)]))
        self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _check_seals(self, seals):
        found = seals._find_tampering()
        last = seals.search([], limit=1)
        for audit in self.search([("last_number", "!=", 0)]):
            seal = seals.search([("number", "=", audit.last_number)])
            if seal.digest != audit.last_digest:
                found.append(
                    self.env._(
                        "Seal %(number)s is not the one that was there on %(day)s.",
                        number=audit.last_number,
                        day=fields.Date.to_string(audit.create_date),
                    )
                )
                break
        return self._report("seals", len(seals), found, last)

    @api.model
    def _repeat(self, decisions):
        """Decide again on stored facts with stored rules: the same bytes (R3)."""
        labels = dict(decisions._selection_decision())
        found, repeated = [], 0
        for record in decisions:
            # of all companies: which decision it is, and not whom it is about
            words = {
                "decision": labels.get(record.decision, record.decision),
                "id": record.id,
            }
            try:
                stored = record._get_decision()
                again = record._get_compiled().repeat(stored)
            except RulesError:  # rules of an addon that is gone
                continue
            except (KeyError, TypeError, ValueError):
                found.append(
                    self.env._("%(decision)s (%(id)s) cannot be read.", **words)
                )
                continue
            repeated += 1
            if again.to_bytes() != stored.to_bytes():
                found.append(
                    self.env._(
                        "%(decision)s (%(id)s) gives another answer today.", **words
                    )
                )
        return self._report("replay", repeated, found)

    @api.model
    def _report(self, kind, checked, found, last=None):
        audit = self._insert(
            [
                {
                    "kind": kind,
                    "checked": checked,
                    "differences": len(found),
                    "findings": "\n".join(found) or False,
                    "last_number": last.number if last else 0,
                    "last_digest": last.digest if last else False,
                }
            ]
        )
        if found:
            self._tell(audit)
        return audit

    @api.model
    def _tell(self, audit):
        """A to-do for each administrator of the rules, on their own contact."""
        # sudo: who administers the rules is no secret to the system
        users = self.env.ref(RULES_ADMIN).sudo().all_user_ids
        for user in users.filtered(lambda user: not user._is_superuser()):
            user.partner_id.activity_schedule(
                "aftersales_rules.mail_activity_audit",
                user_id=user.id,
                summary=self.env._("The audit trail of the rules differs"),
                note=audit.findings,
            )
