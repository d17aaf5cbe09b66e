# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import InsufficientPrivilege

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import AftersalesCase

VALUES = {
    "integer": (900001, 900002),
    "numeric": (1, 2),
    "double precision": (1, 2),
    "boolean": (True, False),
    "character varying": ("a", "b"),
    "text": ("a", "b"),
    "date": ("2026-01-01", "2026-01-02"),
    "timestamp without time zone": ("2026-01-01", "2026-01-02"),
    "jsonb": ("{}", '{"a": 1}'),
}
"""Two values of each type of column."""


@tagged("post_install", "-at_install")
class TestImmutable(AftersalesCase):
    """Every model of the audit trail is kept from change by the same means (R10)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        trail = cls.env.registry["aftersales.immutable"]
        cls.models = [
            cls.env[name]
            for name, model in sorted(cls.env.registry.items())
            if issubclass(model, trail) and not model._abstract
        ]

    def refused(self, query, *parameters):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(InsufficientPrivilege),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, parameters)

    def test_no_field_of_theirs_changes_by_itself(self):
        """Nothing computed, translated or many to many: that would go past `write`."""
        for model in self.models:
            for field in model._fields.values():
                if not field.store or field.name in ("write_date", "write_uid"):
                    continue
                with self.subTest(field=str(field)):
                    self.assertFalse(field.compute)
                    self.assertFalse(getattr(field, "translate", False))
                    self.assertFalse(field.company_dependent)
                    self.assertNotEqual(field.type, "many2many")

    def test_each_table_is_guarded_against_every_kind_of_change(self):
        kinds = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}
        rows = self.env.execute_query(
            SQL(
                "SELECT tgrelid::regclass::text, bit_or(tgtype::int) FROM pg_trigger"
                " WHERE tgname LIKE 'aftersales\\_immutable%%' AND tgenabled = 'O'"
                " GROUP BY 1"
            )
        )
        guarded = dict(rows)
        for model in self.models:
            for kind, bit in kinds.items():
                with self.subTest(model=model._name, kind=kind):
                    self.assertTrue(guarded.get(model._table, 0) & bit)

    def test_no_table_is_emptied_at_once(self):
        for model in self.models:
            with self.subTest(model=model._name):
                self.refused(
                    SQL("TRUNCATE %s CASCADE", SQL.identifier(model._table)).code
                )

    def insert(self, model, **values):
        """A row of any model, its links leading nowhere, and other values for it.

        As when a backup is read: foreign keys are not looked at, the guard is.
        """
        rows = self.env.execute_query(
            SQL(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s AND column_name <> 'id'",
                model._table,
            )
        )
        pairs = {name: VALUES[kind] for name, kind in rows}
        values = {name: pair[0] for name, pair in pairs.items()} | values
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        self.env.cr.execute(
            SQL(
                "ALTER TABLE %s ENABLE ALWAYS TRIGGER aftersales_immutable",
                SQL.identifier(model._table),
            )
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(model._table),
                SQL(", ").join(map(SQL.identifier, values)),
                tuple(values.values()),
            )
        )
        row_id = self.env.cr.fetchone()[0]
        return row_id, {name: pair[1] for name, pair in pairs.items()}

    def update(self, model, row_id, values):
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = %s",
                SQL.identifier(model._table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in values.items()
                ),
                row_id,
            )
        )

    def assertStays(self, model, row_id, values):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(InsufficientPrivilege),
            self.env.cr.savepoint(flush=False),
        ):
            self.update(model, row_id, values)

    def test_no_column_of_any_of_them_changes(self):
        """Below the ORM; customers may be merged, as everywhere in Odoo."""
        for model in self.models:
            row_id, others = self.insert(model)
            for name, value in others.items():
                field = model._fields[name]
                if field.type == "many2one" and field.comodel_name == "res.partner":
                    continue
                with self.subTest(column=str(field)):
                    self.assertStays(model, row_id, {name: value})
            with self.subTest(model=model._name):
                query = SQL(
                    "DELETE FROM %s WHERE id = %s",
                    SQL.identifier(model._table),
                    row_id,
                )
                self.refused(query.code, *query.params)

    def test_merged_customers_are_followed(self):
        partner = self.new_customer("Merged")
        followed = []
        for model in self.models:
            row_id, others = self.insert(model)
            for name in others:
                field = model._fields[name]
                if field.type == "many2one" and field.comodel_name == "res.partner":
                    self.update(model, row_id, {name: partner.id})
                    followed.append(name)
        self.assertGreaterEqual(len(followed), 2)

    def test_what_is_settled_once_is_not_settled_twice(self):
        """How a change of an order ended is written once, and stays."""
        model = self.env["aftersales.order.change"]
        row_id, _others = self.insert(model, state="suspended", settled_at=None)
        self.assertStays(model, row_id, {"reason": "Another one"})
        self.update(
            model,
            row_id,
            {
                "state": "resumed",
                "settled_at": "2026-01-01",
                "settled_by_id": self.env.uid,
            },
        )
        for values in (
            {"state": "suspended"},
            {"settled_at": None},
            {"settled_by_id": None},
            {"write_date": "2020-01-01"},
        ):
            with self.subTest(values=values):
                self.assertStays(model, row_id, values)

    def test_a_seal_is_counted_once(self):
        """What has been counted is not made uncounted, to be counted twice."""
        model = self.env["aftersales.seal"]
        row_id, _others = self.insert(model, is_counted=False)
        self.assertStays(model, row_id, {"count": 7})
        self.update(model, row_id, {"is_counted": True})
        self.assertStays(model, row_id, {"is_counted": False})

    def test_through_the_orm_nobody_makes_changes_or_deletes(self):
        for model in self.models:
            records = model.sudo().browse([1])
            with self.subTest(model=model._name):
                with self.assertRaises(AccessError):
                    model.sudo().create({})
                for name, arguments in (
                    ("write", [{}]),
                    ("unlink", []),
                    ("copy", []),
                ):
                    with self.assertRaises(UserError):
                        getattr(records.with_context(_force_unlink=True), name)(
                            *arguments
                        )
