# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, time
from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_rules import RulesCase, tiny_pack

TYPES = [
    {"name": "amount", "type": "money", "default": "100000.00", "minimum": "0"},
    {"name": "weight", "type": "quantity", "unit": "kg", "default": "2.5"},
    {"name": "share", "type": "ratio", "default": "0.5", "maximum": "3"},
    {"name": "days", "type": "integer", "unit": "days", "default": 3, "maximum": 90},
    {"name": "cut_off", "type": "time", "default": "15:30", "minimum": "08:00"},
    {"name": "start", "type": "date", "default": "2026-01-01"},
    {"name": "strict", "type": "boolean", "default": True},
]


@tagged("post_install", "-at_install")
class TestThreshold(RulesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.thresholds = cls._thresholds()
        cls.days, cls.share = cls.thresholds

    @classmethod
    def _thresholds(cls):
        domain = [("company_id", "=", cls.company.id)]
        return cls.env["aftersales.threshold"].search(domain)

    def test_thresholds_are_shown_in_words(self):
        admin = self.users["admin"]
        self.assertRecordValues(
            self.thresholds.with_user(admin),
            [
                {
                    "label": "Longest overdue debt",
                    "display_name": "Longest overdue debt",
                    "value": "3",
                    "unit": "days",
                    "bounds": "0 to 365",
                    "default_value": "3",
                    "is_default": True,
                    "description": "Older debts hold orders.",
                    "requirement": "O3",
                    "used_in": "Credit hold: Overdue debt",
                    "changed_at": False,
                },
                {
                    "label": "First payment",
                    "display_name": "First payment",
                    "value": "30 %",
                    "unit": "%",
                    "bounds": "0 % to 100 %",
                    "default_value": "30 %",
                    "is_default": True,
                    "description": "",
                    "requirement": "",
                    "used_in": "Credit hold: No security",
                    "changed_at": False,
                },
            ],
        )

    def test_thresholds_are_shown_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        days = self.days.with_context(lang="zh_CN")
        self.assertEqual(days.label, "最长逾期")
        self.assertEqual(days.description, "更久的欠款会挂起订单。")
        found = days.search([("label", "ilike", "逾期")])
        self.assertIn(days, found)

    def test_a_change_publishes_and_is_kept_in_the_history(self):
        admin = self.users["admin"]
        self.days.with_user(admin).value = "5"
        version = self.company.aftersales_version_id
        self.assertRecordValues(
            version,
            [
                {
                    "number": 3,
                    "note": "Longest overdue debt: 3 → 5",
                    "published_by_id": admin.id,
                    "pack_name": "tiny",
                }
            ],
        )
        self.assertEqual(self.decide(overdue_days=5).rule, "hold_unsecured")
        self.assertEqual(self.decide(overdue_days=6).rule, "hold_overdue")
        self.assertFalse(self.days.is_default)
        self.assertEqual(self.days.changed_by_id, admin)
        self.assertTrue(self.days.changed_at)
        self.assertFalse(self.share.changed_at)
        self.env.flush_all()
        self.env.cr.precommit.run()  # tracking values are written before commit
        message = self.days.message_ids[:1]
        self.assertEqual(message.author_id, admin.partner_id)
        self.assertRecordValues(
            message.sudo().tracking_value_ids,
            [{"old_value_char": "3", "new_value_char": "5"}],
        )

    def test_several_thresholds_change_in_one_version(self):
        other = self.env["res.company"].create({"name": "Wall coverings"})
        self.versions._publish(other, tiny_pack(), {}, "Tiny")
        theirs = self.thresholds.search(
            [("company_id", "=", other.id), ("name", "=", "first_payment_min")]
        )
        (self.share + theirs).write({"value": "40 %"})
        self.assertEqual(self.company.aftersales_version_id.number, 3)
        self.assertEqual(other.aftersales_version_id.number, 3)
        self.thresholds.browse().write({"value": "1"})

    def test_companies_are_separate(self):
        other = self.env["res.company"].create({"name": "Wall coverings"})
        self.versions._publish(other, tiny_pack(), {}, "Tiny")
        self.days.value = "7"
        theirs = self.thresholds.search(
            [("company_id", "=", other.id), ("name", "=", "overdue_days_max")]
        )
        self.assertEqual(theirs.value, "3")
        self.assertEqual(other.aftersales_version_id.number, 2)
        with self.assertRaises(AccessError):
            theirs.with_user(self.users["admin"]).value = "9"

    def test_the_same_value_publishes_nothing(self):
        for value in ("3", " 3 ", "+3", "３"):
            self.days.value = value
        self.share.value = "30.0%"
        self.assertEqual(self.company.aftersales_version_id, self.version)
        self.env.flush_all()
        self.days.invalidate_recordset()
        self.assertEqual(self.days.value, "3")

    def test_values_as_people_write_them(self):
        """Every type: what is written, what the rules get, what is shown."""
        self.versions._publish(
            self.company, tiny_pack(thresholds=TYPES, rules=[]), {}, ""
        )
        rows = [
            ("amount", "1234567.5", Decimal("1234567.5"), "1234567.50"),
            ("amount", "1,234,567.50", Decimal("1234567.5"), "1234567.50"),
            ("amount", "１０００", Decimal(1000), "1000.00"),
            ("weight", "0.125", Decimal("0.125"), "0.125"),
            ("share", "12.5 %", Decimal("0.125"), "12.5 %"),
            ("share", "１２０％", Decimal("1.2"), "120 %"),
            ("days", "90", 90, "90"),
            ("cut_off", "16：45", time(16, 45), "16:45"),
            ("start", "2026-02-28", date(2026, 2, 28), "2026-02-28"),
            ("strict", "No", False, "no"),
        ]
        by_name = {threshold.name: threshold for threshold in self._thresholds()}
        for name, written, typed, shown in rows:
            with self.subTest(name, written=written):
                by_name[name].value = written
                _id, compiled = self.versions._get_current(self.company)
                value = compiled.thresholds[name]
                self.assertEqual(value, typed)
                self.assertEqual(by_name[name].value, shown)
                by_name[name].value = by_name[name].value

    def test_bad_values_are_refused_with_name_value_and_bounds(self):
        self.versions._publish(
            self.company, tiny_pack(thresholds=TYPES, rules=[]), {}, ""
        )
        before = self.company.aftersales_version_id
        rows = {
            "amount": ["-1", "abc", "1,5", "1,00.0", "", "NaN", "1e99", "10 %", False],
            "weight": ["heavy", "1/2", "1_000"],
            "share": ["50", "0.5", "301 %", "fifty %", "%", "5 % %"],
            "days": ["2.5", "91", "3 days", "0x10", "1" * 500],
            "cut_off": ["07:59", "24:00", "1530", "15:30:zz", "noon"],
            "start": ["2026-02-30", "01/02/2026", "today"],
            "strict": ["maybe", "1", ""],
        }
        by_name = {threshold.name: threshold for threshold in self._thresholds()}
        for name, values in rows.items():
            for value in values:
                with self.subTest(name, value=value):
                    with self.assertRaises(ValidationError) as caught:
                        by_name[name].value = value
                    message = str(caught.exception)
                    self.assertIn(f"“{value or ''}”", message)
                    self.assertIn(f"“{name}”", message)
        with self.assertRaisesRegex(
            ValidationError,
            "(?s)“91” cannot be used for “days”.*Allowed: at most 90.*like this: 3",
        ):
            by_name["days"].value = "91"
        self.assertEqual(self.company.aftersales_version_id, before)

    def test_every_default_threshold_accepts_its_own_value(self):
        """What the screen shows can be saved as it stands, and at its bounds."""
        company = self.env["res.company"].create({"name": "Defaults"})
        thresholds = self.thresholds.search([("company_id", "=", company.id)])
        self.assertTrue(thresholds)
        for threshold in thresholds:
            threshold.value = threshold.value
        self.assertEqual(company.aftersales_version_id.number, 1)
        for end in (0, 1):
            # those with the same bound at once: each change publishes a version
            by_bound = thresholds.grouped(
                lambda threshold, end=end: threshold.bounds.split(" to ")[end]
            )
            for bound, same in by_bound.items():
                same.value = bound
                self.assertEqual(set(same.mapped("value")), {bound})

    def test_thresholds_that_the_rules_drop_are_archived_with_their_history(self):
        self.days.value = "5"
        self.versions._publish(
            self.company, tiny_pack(thresholds=TYPES, rules=[]), {}, "Other rules"
        )
        self.assertFalse(self.days.active)
        self.assertEqual(self.days.label, "overdue_days_max")
        with self.assertRaisesRegex(UserError, "no longer use “overdue_days_max”"):
            self.days.value = "6"
        self.versions._publish(self.company, tiny_pack(), {}, "Back")
        self.assertTrue(self.days.active)
        self.assertEqual(self.days.value, "3")

    # ------------------------------------------------------------ rights

    def test_roles(self):
        """The rules administrator changes; others read, or do not even that."""
        readers = {"reader", "salesman", "controller", "admin", "warehouse"}
        readers |= {"accountant", "planner"}
        for role, user in self.users.items():
            with self.subTest(role):
                days = self.days.with_user(user)
                self.assertEqual(days.has_access("read"), role in readers)
                self.assertEqual(days.has_access("write"), role == "admin")
                self.assertFalse(days.has_access("create"))
                self.assertFalse(days.has_access("unlink"))
                if role != "admin":
                    with self.assertRaises(AccessError):
                        days.write({"value": "4"})
                    with self.assertRaises(AccessError):
                        days.with_context(install_mode=True).web_save(
                            {"value": "4"}, {"value": {}}
                        )
        self.assertEqual(self.company.aftersales_version_id, self.version)

    def test_only_the_value_can_be_written(self):
        """History and meaning cannot be touched, not even together with a value."""
        admin = self.users["admin"]
        rows = [
            {"changed_by_id": self.env.uid},
            {"changed_at": "2020-01-01 00:00:00"},
            {"name": "first_payment_min"},
            {"company_id": self.env.company.id},
            {"active": False},
            {"position": 9},
            {"value": "4", "changed_by_id": self.env.uid},
        ]
        for vals in rows:
            for days in (self.days.with_user(admin), self.days.sudo()):
                with self.subTest(vals=vals, su=days.env.su):
                    with self.assertRaises(UserError):
                        days.write(vals)
        with self.assertRaises(UserError):
            self.days.with_user(admin).action_archive()
        self.assertEqual(self.company.aftersales_version_id, self.version)

    def test_the_web_client_saves_a_line(self):
        result = self.days.with_user(self.users["admin"]).web_save(
            {"value": "12"}, {"value": {}, "is_default": {}, "changed_by_id": {}}
        )
        self.assertEqual(result[0]["value"], "12")
        self.assertFalse(result[0]["is_default"])
        self.assertEqual(result[0]["changed_by_id"], self.users["admin"].id)
