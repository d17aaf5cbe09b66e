# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .guarded_fields import on_clean_context

_REFUSE = """
    CREATE OR REPLACE FUNCTION aftersales_refuse_change() RETURNS trigger AS $$
    DECLARE
        movable text[];
    BEGIN
        -- what a foreign key does when the record that it points at is deleted
        IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
            RETURN OLD;
        ELSIF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
            movable := string_to_array(COALESCE(TG_ARGV[3], ''), ',');
            IF to_jsonb(OLD) - movable = to_jsonb(NEW) - movable
                AND jsonb_strip_nulls(to_jsonb(NEW)) <@ to_jsonb(OLD) THEN
                RETURN NEW;
            END IF;
        END IF;
        IF TG_OP = 'UPDATE' THEN
            movable := string_to_array(TG_ARGV[0], ',');
            IF COALESCE(to_jsonb(OLD) ->> TG_ARGV[2], 'false') = 'false' THEN
                movable := movable || string_to_array(TG_ARGV[1], ',');
            END IF;
            IF to_jsonb(OLD) - movable = to_jsonb(NEW) - movable THEN
                RETURN NEW;
            END IF;
        ELSIF TG_OP = 'DELETE'
            AND current_setting('aftersales_rules.retention', true) = 'on' THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'Records of % are an audit trail, neither changed nor deleted',
            TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END $$ LANGUAGE plpgsql
"""
"""Stops what goes past the ORM. Its arguments: columns that may always change, which
are links to customers, who can be merged; columns that a model settles once; the one of
them that tells by being filled that it did; links that a foreign key may empty."""

_GUARD = """
    DROP TRIGGER IF EXISTS aftersales_immutable ON %(table)s;
    CREATE TRIGGER aftersales_immutable BEFORE UPDATE OR DELETE ON %(table)s
        FOR EACH ROW EXECUTE FUNCTION aftersales_refuse_change(%(columns)s);
    DROP TRIGGER IF EXISTS aftersales_immutable_all ON %(table)s;
    CREATE TRIGGER aftersales_immutable_all BEFORE TRUNCATE ON %(table)s
        FOR EACH STATEMENT EXECUTE FUNCTION aftersales_refuse_change();
"""


class AftersalesImmutable(models.AbstractModel):
    """Records that are made once, by their own model, and stay as they are (R10).

    Nobody gets past this through the ORM: not a superuser, not a context key.
    The checks are plain overrides and not ``@api.ondelete``, because that one
    is skipped for a context key. A trigger in the database stops SQL as well: only
    the owner of the database gets past that. Uninstalling drops the tables and does
    not come by here.

    Models with this mixin have no translated field (their translations could
    be changed without ``write``) and no stored computed field.
    """

    _name = "aftersales.immutable"
    _description = "Unchangeable Record"

    _settled_once = ()
    """Columns that the model itself writes once, after a record was made."""
    _settled_when = ""
    """The one of them that is empty, or not ticked, until then."""

    def _auto_init(self):
        # EXTENDS 'base': a new column of a later release may have to be filled
        if not self._abstract:
            self.env.cr.execute(
                SQL(
                    "DO $$ BEGIN IF to_regclass(%s) IS NOT NULL THEN "
                    "DROP TRIGGER IF EXISTS aftersales_immutable ON %s; END IF; END $$",
                    self._table,
                    SQL.identifier(self._table),
                )
            )
        return super()._auto_init()

    def init(self):
        # EXTENDS 'base'
        super().init()
        if self._abstract:
            return
        self.env.cr.execute(_REFUSE)
        settled = ",".join(sorted(self._settled_once))
        linked = ",".join(sorted(self._get_linked_columns()))
        emptied = ",".join(sorted(self._get_emptied_columns()))
        self.env.cr.execute(
            SQL(
                _GUARD,
                table=SQL.identifier(self._table),
                columns=SQL(
                    "%s, %s, %s, %s", linked, settled, self._settled_when, emptied
                ),
            )
        )

    @api.model
    def _get_linked_columns(self):
        """Links to customers: Odoo merges customers below the ORM."""
        return {
            name
            for name, field in self._fields.items()
            if field.store
            and field.type == "many2one"
            and field.comodel_name == "res.partner"
        }

    @api.model
    def _get_emptied_columns(self):
        """Links to what may be deleted, as without this addon; not to who made it."""
        return {
            name
            for name, field in self._fields.items()
            if field.store
            and field.type == "many2one"
            and (field.ondelete or "set null") == "set null"
            and name not in ("create_uid", "write_uid")
        }

    @api.model
    def _get_movable_columns(self):
        """Columns that may change below the ORM: merged customers, settled once."""
        return self._get_linked_columns() | set(self._settled_once)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise AccessError(
            self.env._(
                "Records of “%(model)s” are made by the rules only.",
                model=self._description,
            )
        )

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "Records of “%(model)s” are an audit trail and cannot be changed.",
                model=self._description,
            )
        )

    def unlink(self):  # pylint: disable=method-required-super
        # pylint: disable=no-raise-unlink
        raise UserError(
            self.env._(
                "Records of “%(model)s” are an audit trail and cannot be deleted.",
                model=self._description,
            )
        )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(
            self.env._(
                "Records of “%(model)s” are an audit trail and cannot be copied.",
                model=self._description,
            )
        )

    @api.model
    def _insert(self, vals_list):
        """Create for real; the only way in, not reachable from outside."""
        # A caller's context must not put values into an audit record.
        # sudo: nobody has the right to create, deciding is not a user's right.
        records = on_clean_context(self).sudo()
        return super(AftersalesImmutable, records).create(vals_list)
