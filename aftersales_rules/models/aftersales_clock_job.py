# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Working hours or rules changed: open clocks of a company are worked out again.

A change only leaves a row here, before its commit. A scheduled action walks through the
company's open clocks in batches, keeps how far it came, and takes the row away at the
end. A row is only ever added by changes and locked by the one worker that works on it,
so that nobody who edits a calendar waits, or fails, for it.
"""

import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from .aftersales_clock import OPEN

_logger = logging.getLogger(__name__)

_QUEUE = "aftersales_rules.clock_queue"
BATCH = 2000
TRIES = 5


class AftersalesClockJob(models.Model):
    _name = "aftersales.clock.job"
    _description = "Deadlines to Work out Again"
    _order = "id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    cause = fields.Selection(
        [("calendar", "Working hours changed"), ("rules", "Rules changed")],
        required=True,
    )
    after_id = fields.Integer(help="Clocks up to this one are done.")

    # --------------------------------------------------------------- the queue

    @api.model
    def _queue(self, companies, cause):
        """Have the open clocks of companies worked out again, after the commit."""
        if not companies:
            return
        precommit = self.env.cr.precommit
        if _QUEUE not in precommit.data:
            precommit.data[_QUEUE] = {}
            precommit.add(self.env(context={})["aftersales.clock.job"]._run_queue)
        for company in companies:
            # new rules ask for more than new hours
            if precommit.data[_QUEUE].get(company.id) != "rules":
                precommit.data[_QUEUE][company.id] = cause

    def _run_queue(self):
        causes = self.env.cr.precommit.data.pop(_QUEUE, None) or {}
        # sudo: whoever changes working hours need not know of complaints
        clocks = self.env["aftersales.clock"].sudo()
        companies = clocks._read_group(
            [("state", "in", OPEN), ("company_id", "in", list(causes))], ["company_id"]
        )
        jobs = self.sudo().create(  # sudo: as above
            [
                {"company_id": company.id, "cause": causes[company.id]}
                for [company] in companies
            ]
        )
        if jobs:
            jobs.flush_recordset()
            self.env.ref("aftersales_rules.ir_cron_clock_recompute").sudo()._trigger()

    @api.model
    def _queue_calendars(self, calendars):
        """The working hours of these calendars changed; all, if none is named."""
        # sudo: which companies work by them is not shown
        companies = self.env["res.company"].sudo()
        if calendars:
            companies = companies.search(
                [("resource_calendar_id", "in", calendars.ids)]
            )
        else:
            companies = companies._search_all()
        self._queue(companies, "calendar")

    # ---------------------------------------------------------------- the cron

    @api.model
    def _cron_recompute(self, batch=BATCH):
        """Work through the queue; resumable, and safe in two workers."""
        tries = TRIES
        while True:
            try:
                done, remaining = self._take_batch(batch)
                if not done and not remaining:
                    return
                time_left = self.env["ir.cron"]._commit_progress(
                    done, remaining=remaining
                )
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # a complaint of this batch was worked on just now
                tries -= 1
                if not tries:
                    raise
                self.env.cr.rollback()
                continue
            tries = TRIES
            if not remaining or not time_left:
                return

    def _take_batch(self, batch):
        """Work out the next clocks of the oldest job that nobody else works on.

        :return: clocks done, clocks and jobs left
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM aftersales_clock_job
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
                """
            )
        )
        if not rows:
            return 0, 0
        job = self.sudo().browse(rows[0][0])  # sudo: a cron works for all companies
        if not job.after_id:
            self._take_over(job)
        clocks = job.env["aftersales.clock"]
        domain = [
            ("company_id", "=", job.company_id.id),
            ("state", "in", OPEN),
            ("id", ">", job.after_id),
        ]
        clocks = clocks.search(domain, order="id", limit=batch)
        self._recompute(clocks, job.cause)
        if len(clocks) == batch:
            job.after_id = clocks[-1].id
            remaining = clocks.search_count(domain) + 1
        else:
            job.unlink()
            remaining = self.sudo().search_count([])
        return len(clocks), remaining

    def _take_over(self, job):
        """One walk does for all changes that were made before it began."""
        others = self.sudo().search(
            [
                ("company_id", "=", job.company_id.id),
                ("id", ">", job.id),
                ("after_id", "=", 0),
            ]
        )
        if "rules" in others.mapped("cause"):
            job.cause = "rules"
        others.unlink()

    def _recompute(self, clocks, cause):
        try:
            with self.env.cr.savepoint():
                if cause == "rules":
                    clocks.complaint_id._complaint_allow_clocks(clocks, "rules")
                else:
                    clocks._set_moments(cause)
                clocks.env.flush_all()
        except OperationalError:
            raise
        except Exception:
            # one clock must not keep the others waiting: name it and go on
            if len(clocks) == 1:
                _logger.exception("Deadline %s not worked out again", clocks.id)
                return
            for clock in clocks:
                self._recompute(clock, cause)
