# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The audit trail, sealed: nobody changes it without its showing (R10).

How it works: records of the trail are made by many transactions at once, so that no
chain runs from one to the next. A scheduled action seals what has come to rest: one
seal covers a batch of records of one model, and its digest covers the digest of the
seal before. Whoever changes, adds or removes a sealed record would have to make all
later seals anew; whoever keeps one digest elsewhere can tell.
"""

import hashlib
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .aftersales_draft import RULES_ADMIN
from .client_actions import notification

BATCH = 5000
REST = timedelta(minutes=5)
"""So old a record must be to be sealed: it is not being written any more."""
SETTLED = timedelta(days=1)
"""No transaction lasts so long: below the seals of that age nothing comes late."""
_UNSEALED = {
    "aftersales.seal",
    "aftersales.audit",
    "aftersales.archive",
    "aftersales.rule",
    "aftersales.shipped.pack",
}
"""Made from what is sealed, or sealing."""
_SEALED = (
    "number",
    "model",
    "columns",
    "ranges",
    "first_id",
    "last_id",
    "count",
    "content_digest",
    "previous_digest",
    "sealed_at",
)
"""What the digest of a seal covers."""


class AftersalesSeal(models.Model):
    _name = "aftersales.seal"
    _description = "Seal of the Audit Trail"
    _inherit = ["aftersales.immutable"]
    _order = "number desc"

    number = fields.Integer(required=True, readonly=True)
    model = fields.Char(required=True, readonly=True)
    model_label = fields.Char("Records", compute="_compute_model_label")
    columns = fields.Text(required=True, readonly=True)
    ranges = fields.Text(required=True, readonly=True)
    first_id = fields.Integer(required=True, readonly=True)
    last_id = fields.Integer(required=True, readonly=True, index=True)
    count = fields.Integer("How Many", required=True, readonly=True)
    content_digest = fields.Char("Digest of Records", size=64, readonly=True)
    previous_digest = fields.Char("Digest Before", size=64, readonly=True)
    digest = fields.Char(size=64, required=True, readonly=True)
    sealed_at = fields.Datetime("Sealed on", required=True, readonly=True)

    _number_unique = models.Constraint("unique(number)", "Seals are numbered once.")

    @api.depends("model")
    def _compute_model_label(self):
        for seal in self:
            known = seal.model in self.env
            seal.model_label = (
                self.env[seal.model]._description if known else seal.model
            )

    @api.depends("number")
    def _compute_display_name(self):
        for seal in self:
            seal.display_name = self.env._("Seal %s", seal.number)

    # -------------------------------------------------------------- sealing

    @api.model
    def _cron_seal(self):
        """Seal what has come to rest, a batch in each transaction."""
        for name in self._get_trail():
            while self._seal_batch(name):
                self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _get_trail(self):
        """Names of the models whose records are sealed, in a fixed order."""
        immutable = self.env.registry["aftersales.immutable"]
        return sorted(
            name
            for name, model in self.env.registry.items()
            if issubclass(model, immutable)
            and not model._abstract
            and name not in _UNSEALED
        )

    @api.model
    def _seal_batch(self, name):
        """Seal the next batch of a model's records.

        :return: the seal, or an empty recordset where nothing waits
        """
        floor, covered = self._get_covered(name)
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE id > %s AND create_date < %s"
                " AND NOT id = ANY(%s) ORDER BY id LIMIT %s",
                SQL.identifier(self.env[name]._table),
                floor,
                fields.Datetime.now() - REST,
                covered,
                BATCH,
            )
        )
        ids = [row[0] for row in rows]
        if not ids:
            return self.browse()
        columns = self._get_columns(name)
        lines = self._get_lines(name, columns, ids)
        last = self.search([], limit=1)
        values = {
            "number": last.number + 1,
            "model": name,
            "columns": ",".join(columns),
            "ranges": to_ranges(ids),
            "first_id": ids[0],
            "last_id": ids[-1],
            "count": len(ids),
            "content_digest": to_digest(lines.values()),
            "previous_digest": last.digest,
            "sealed_at": fields.Datetime.now(),
        }
        return self._insert([{**values, "digest": to_seal(values)}])

    def _is_whole(self):
        """Whether this seal says what it said when it was made."""
        self.ensure_one()
        return self.digest == to_seal({name: self[name] for name in _SEALED})

    @api.model
    def _get_covered(self, name):
        """Up to which id everything is sealed, and what is sealed above it."""
        seals = self.search([("model", "=", name)])
        limit = fields.Datetime.now() - SETTLED
        old = seals.filtered(lambda seal: seal.sealed_at < limit and seal._is_whole())
        floor = max(old.mapped("last_id"), default=0)
        covered = [
            each
            for seal in seals - old
            if seal._is_whole()
            for each in from_ranges(seal.ranges)
            if each > floor
        ]
        return floor, covered

    @api.model
    def _get_columns(self, name):
        """Columns that never change; links that a deletion empties are left out.

        What other addons add to a model is left out as well: it goes with them.
        """
        model = self.env[name]
        module = model._original_module
        movable = model._get_movable_columns() | {"id", "write_uid", "write_date"}
        return sorted(
            field.name
            for field in model._fields.values()
            if field.store
            and field.column_type
            and field.name not in movable
            and (field.name == "create_date" or module in field._modules)
            and not (
                field.type == "many2one"
                and (field.ondelete or "set null") == "set null"
            )
        )

    @api.model
    def _get_lines(self, name, columns, ids):
        """What the digest covers of each record: one line of JSON, by id."""
        self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id, to_jsonb(t)::text FROM (SELECT id, %s FROM %s"
                " WHERE id = ANY(%s)) t ORDER BY id",
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL.identifier(self.env[name]._table),
                list(ids),
            )
        )
        return {
            row[0]: json.dumps(json.loads(row[1]), sort_keys=True, ensure_ascii=True)
            for row in rows
        }

    # -------------------------------------------------------------- verifying

    def action_verify(self):
        """Check these seals, or all of them, and say what was found (R10)."""
        if not self.env.user.has_group(RULES_ADMIN):
            raise AccessError(
                self.env._("Only an administrator of the rules checks the audit trail.")
            )
        # sudo: records of all companies are under one chain
        # pylint: disable-next=no-search-all
        seals = self.sudo() or self.sudo().search([])
        audit = self.env["aftersales.audit"].sudo()._check_seals(seals)
        return notification(
            audit.summary,
            kind="success" if audit.is_fine else "danger",
            title=self.env._("Audit trail"),
            sticky=not audit.is_fine,
        )

    def _find_tampering(self):
        """What does not agree with these seals, in words.

        :rtype: list[str]
        """
        found = []
        numbers = {seal.number: seal for seal in self.search([])}
        archives = self.env["aftersales.archive"]._get_lines(self)
        for seal in self:
            before = numbers.get(seal.number - 1)
            words = {
                "seal": seal.display_name,
                "model": seal.model_label,
                "ids": seal.ranges,
            }
            if (before.digest if before else False) != seal.previous_digest:
                found.append(
                    self.env._("%(seal)s does not follow the one before.", **words)
                )
            if not seal._is_whole():
                found.append(self.env._("%(seal)s itself was changed.", **words))
                continue
            columns = seal.columns.split(",")
            if not seal._has_columns(columns):
                continue  # their addon is gone, and they with it
            ids = from_ranges(seal.ranges)
            lines = archives.get(seal.id, {}) | self._get_lines(
                seal.model, columns, ids
            )
            gone = [each for each in ids if each not in lines]
            if gone:
                words["ids"] = to_ranges(gone)
                found.append(
                    self.env._("%(seal)s: %(model)s %(ids)s are gone.", **words)
                )
            elif to_digest(lines[each] for each in ids) != seal.content_digest:
                found.append(
                    self.env._(
                        "%(seal)s: among %(model)s %(ids)s something was changed.",
                        **words,
                    )
                )
        return found + self._find_added() + self._find_unguarded()

    def _has_columns(self, columns):
        """Whether the records of this seal are still there to be looked at."""
        return self.model in self.env and set(columns) <= set(
            self.env[self.model]._fields
        )

    @api.model
    def _find_unguarded(self):
        """Tables of the trail that somebody has taken the protection from."""
        tables = sorted(
            self.env[name]._table for name in [*self._get_trail(), *_UNSEALED]
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT t.name FROM unnest(%s) AS t (name) WHERE 2 > ("
                "  SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(t.name)"
                "  AND tgname IN ('aftersales_immutable', 'aftersales_immutable_all')"
                "  AND tgenabled IN ('O', 'A'))",
                tables,
            )
        )
        return [
            self.env._("The protection of the table %(table)s is gone.", table=row[0])
            for row in rows
        ]

    def _find_added(self):
        """Records that were put among sealed ones afterwards."""
        found = []
        for name in self._get_trail():
            seals = self.search([("model", "=", name)]).filtered(
                lambda seal: seal._is_whole()
            )
            if not seals:
                continue
            floor, _covered = self._get_covered(name)
            sealed = {each for seal in seals for each in from_ranges(seal.ranges)}
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM %s WHERE id <= %s",
                    SQL.identifier(self.env[name]._table),
                    floor,
                )
            )
            added = sorted({row[0] for row in rows} - sealed)
            if added:
                found.append(
                    self.env._(
                        "%(model)s %(ids)s were added after the records around them "
                        "had been sealed.",
                        model=self.env[name]._description,
                        ids=to_ranges(added),
                    )
                )
        return found


def to_ranges(ids):
    """Sorted ids as text: 1-3,7."""
    parts, start, last = [], None, None
    for each in ids:
        if last is not None and each == last + 1:
            last = each
            continue
        if start is not None:
            parts.append(f"{start}-{last}" if last > start else str(start))
        start = last = each
    if start is not None:
        parts.append(f"{start}-{last}" if last > start else str(start))
    return ",".join(parts)


def from_ranges(text):
    """The ids of such a text, sorted."""
    ids = []
    for part in text.split(","):
        low, _dash, high = part.partition("-")
        ids.extend(range(int(low), int(high or low) + 1))
    return ids


def to_digest(lines):
    """SHA-256 over lines of text."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.hexdigest()


def to_seal(values):
    """The digest of a seal: over all that it says."""
    return to_digest(
        json.dumps([name, values[name] or None], default=str) for name in _SEALED
    )
