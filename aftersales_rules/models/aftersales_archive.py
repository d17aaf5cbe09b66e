# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Old decisions, taken out of the tables and kept in files (R10)."""

import base64
import gzip
import json
import zlib

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .aftersales_seal import from_ranges

BATCH = 5000


class AftersalesArchive(models.Model):
    """The decisions of one seal that were too old to stay.

    The file holds exactly the lines that the seal covers, so that the seal can be
    checked as before. Decisions that a hold, a complaint or another record points at
    stay where they are.
    """

    _name = "aftersales.archive"
    _description = "Archived Decisions"
    _inherit = ["aftersales.immutable"]
    _order = "id desc"

    seal_id = fields.Many2one(
        "aftersales.seal", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    count = fields.Integer("Decisions", required=True, readonly=True)
    until = fields.Date("Made before", required=True, readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", "File", required=True, readonly=True, ondelete="restrict"
    )

    @api.depends("company_id", "until")
    def _compute_display_name(self):
        for archive in self:
            archive.display_name = self.env._(
                "Decisions of %(company)s before %(day)s",
                company=archive.company_id.name,
                day=archive.until,
            )

    @api.model
    def _cron_archive(self):
        """Archive what is older than each company keeps; safe to run twice."""
        seals = self.env["aftersales.seal"].search(
            [("model", "=", "aftersales.decision")], order="number"
        )
        companies = self.env["res.company"].search([("aftersales_keep_months", ">", 0)])
        for company in companies:
            today = company._aftersales_now().date()
            until = today - relativedelta(months=company.aftersales_keep_months)
            for seal in seals:
                ids = self._find_old(company, until, seal)
                if ids:
                    self._archive(company, until, seal, ids)
                    self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _find_old(self, company, until, seal):
        """Sealed decisions of a company that nothing points at any more."""
        decisions = self.env["aftersales.decision"]
        decisions.flush_model()
        free = [
            SQL(
                "NOT EXISTS (SELECT FROM %s r WHERE r.%s = d.id)",
                SQL.identifier(table),
                SQL.identifier(column),
            )
            for table, column in self._get_references()
        ]
        rows = self.env.execute_query(
            SQL(
                "SELECT d.id FROM aftersales_decision d WHERE d.company_id = %s"
                " AND d.create_date < %s AND d.id = ANY(%s) AND %s ORDER BY d.id",
                company.id,
                until,
                from_ranges(seal.ranges),
                SQL(" AND ").join(free) if free else SQL("true"),
            )
        )
        return [row[0] for row in rows]

    @api.model
    def _get_references(self):
        """Columns of the database that point at decisions: (table, column)."""
        return self.env.execute_query(
            SQL(
                "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c"
                " JOIN pg_attribute a ON a.attrelid = c.conrelid"
                " AND a.attnum = ANY(c.conkey)"
                " WHERE c.contype = 'f'"
                " AND c.confrelid = 'aftersales_decision'::regclass ORDER BY 1, 2"
            )
        )

    @api.model
    def _archive(self, company, until, seal, ids):
        lines = self.env["aftersales.seal"]._get_lines(
            seal.model, seal.columns.split(","), ids
        )
        content = "\n".join(json.dumps([each, lines[each]]) for each in ids)
        archive = self._insert(
            [
                {
                    "seal_id": seal.id,
                    "company_id": company.id,
                    "count": len(ids),
                    "until": until,
                    "attachment_id": self.env["ir.attachment"]
                    .create(
                        {
                            "name": f"decisions-{seal.number}-{until}.jsonl.gz",
                            "datas": base64.b64encode(
                                gzip.compress(content.encode(), mtime=0)
                            ),
                            "company_id": company.id,
                        }
                    )
                    .id,
                }
            ]
        )
        archive.attachment_id.write({"res_model": self._name, "res_id": archive.id})
        self.env.cr.execute("SET LOCAL aftersales_rules.retention = 'on'")
        self.env.cr.execute(
            SQL("DELETE FROM aftersales_decision WHERE id = ANY(%s)", ids)
        )
        self.env.cr.execute("SET LOCAL aftersales_rules.retention = 'off'")
        self.env["aftersales.decision"].invalidate_model()

    @api.model
    def _get_lines(self, seals):
        """Archived lines: seal id → decision id → line; none of a broken file."""
        lines = {}
        for archive in self.search([("seal_id", "in", seals.ids)]):
            try:
                content = gzip.decompress(archive.attachment_id.raw or b"").decode()
                read = dict(json.loads(row) for row in content.splitlines())
            except (EOFError, OSError, TypeError, ValueError, zlib.error):
                read = {}  # whoever asks finds them missing
            lines.setdefault(archive.seal_id.id, {}).update(read)
        return lines


class ResCompany(models.Model):
    _inherit = "res.company"

    aftersales_keep_months = fields.Integer(
        "Keep Decisions for",
        default=0,
        help="Months after which decisions that nothing points at any more are moved "
        "to a file. 0: for ever.",
        prefetch="aftersales",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aftersales_keep_months = fields.Integer(
        related="company_id.aftersales_keep_months", readonly=False
    )
    aftersales_second_person = fields.Boolean(
        related="company_id.aftersales_second_person", readonly=False
    )
