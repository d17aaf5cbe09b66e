# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..rules import load_pack
from .common_rules import RulesCase, tiny_pack


@tagged("post_install", "-at_install")
class TestCompare(RulesCase):
    """What a draft or a version changes, cell by cell, in words (R3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["admin"]
        cls.draft = cls.env["aftersales.draft"].with_user(cls.admin)
        cls.draft = cls.draft.with_company(cls.company).create(
            {"name": "Later", "note": "Later"}
        )

    def edit(self, change=None, draft=None, **values):
        """Let a function change the content of the draft; save it with values."""
        draft = draft or self.draft
        content = json.loads(draft.content)
        if change:
            change(content)
        numbers = json.loads(draft.threshold_values) | values
        draft._save(content, numbers, draft.revision)

    def edit_rule(self, name="hold_overdue", **changes):
        def change(content):
            for rule in content["rules"]:
                if rule["name"] == name:
                    rule |= changes

        self.edit(change)

    def compare(self, decision=None):
        return self.draft._compare_with(self.version, decision)

    def cells(self, decision=None):
        """All lines of the comparison, as a person reads them."""
        return [
            (item["label"], item["kind"], cell["column"], cell["before"], cell["after"])
            for group in self.compare(decision)["groups"]
            for item in group["items"]
            for cell in item["cells"]
        ]

    def test_a_draft_that_nobody_touched_changes_nothing(self):
        self.assertEqual(self.cells(), [])
        self.assertIn("Nothing differs", self.draft.changes_html)

    def test_a_value_of_a_threshold_is_one_line_with_its_unit(self):
        self.edit(overdue_days_max="7", first_payment_min="0.35")
        self.assertEqual(
            self.cells(),
            [
                ("Longest overdue debt", "changed", "Value", "3 days", "7 days"),
                ("First payment", "changed", "Value", "30%", "35%"),
            ],
        )
        [group] = self.compare()["groups"]
        self.assertEqual(group["label"], "Thresholds")
        self.assertEqual(group["items"][0]["note"], "Used by: Overdue debt")

    def test_a_value_spelled_otherwise_is_no_change(self):
        self.edit(first_payment_min="0.30")

        def change(content):
            for rule in content["rules"]:
                if rule["name"] == "hold_unsecured":
                    rule["conditions"][0]["operand"] = ["0.00", 100000]

        self.edit(change)
        self.assertEqual(self.cells(), [])

    def test_the_definition_of_a_threshold_is_compared_too(self):
        def change(content):
            content["thresholds"][0] |= {
                "label": "Oldest debt",
                "default": 5,
                "maximum": 90,
                "minimum": None,
                "i18n": {"zh_CN": {"label": "最长欠款", "help": "新的。"}},
            }

        self.edit(change)
        lines = [line[2:] for line in self.cells()]
        self.assertEqual(
            lines,
            [
                ("Label", "Longest overdue debt", "Oldest debt"),
                ("Default", "3 days", "5 days"),
                ("Minimum", "0 days", ""),
                ("Maximum", "365 days", "90 days"),
                (f"Label ({self.chinese()})", "最长逾期", "最长欠款"),
                (f"Help ({self.chinese()})", "更久的欠款会挂起订单。", "新的。"),
            ],
        )

    def chinese(self):
        return (
            self.env["res.lang"]
            .with_context(active_test=False)
            .search([("code", "=", "zh_CN")])
            .name
        )

    def test_conditions_are_written_with_the_values_of_their_own_side(self):
        self.edit_rule(
            conditions=[
                {"fact": "overdue_days", "op": "≥", "operand": 10},
                {"fact": "tier", "op": "in", "operand": ["unstable"]},
            ]
        )
        self.edit(overdue_days_max="7")
        lines = [line[1:] for line in self.cells() if line[0] == "Overdue debt"]
        self.assertEqual(
            lines[0],
            (
                "changed",
                "Condition",
                "Days overdue > Longest overdue debt (3 days)",
                "Days overdue ≥ 10 days",
            ),
        )
        self.assertEqual(lines[1][:3], ("changed", "Condition", ""))
        self.assertIn("is one of", lines[1][3])
        self.assertNotIn("unstable", lines[1][3])

    def test_reasons_are_compared_in_every_language(self):
        """Also in a language that the reader has not; facts by their labels."""
        self.edit_rule(
            reason="Late by {overdue_days}, {threshold.overdue_days_max} at most.",
            i18n={"zh_CN": {"reason": "逾期 {overdue_days}。"}},
        )
        lines = {line[2]: line[3:] for line in self.cells()}
        self.assertEqual(
            lines["Reason"],
            (
                "Overdue for ‹Days overdue›.",
                "Late by ‹Days overdue›, ‹Longest overdue debt (3 days)› at most.",
            ),
        )
        self.assertEqual(
            lines[f"Reason ({self.chinese()})"],
            ("已逾期 ‹Days overdue›。", "逾期 ‹Days overdue›。"),
        )
        self.assertEqual(lines[f"Label ({self.chinese()})"], ("逾期欠款", ""))

    def test_outcomes_dates_and_requirements_are_cells(self):
        self.edit_rule(
            outcome={"effect": "release"},
            valid_from="2027-01-01",
            requirement=["O1"],
        )
        self.assertEqual(
            {line[2]: line[3:] for line in self.cells()},
            {
                "Effect": ("Hold", "Release"),
                "Cause": ("Overdue debt", ""),
                "Valid from": ("", "2027-01-01"),
                "Requirement": ("O1, O3", "O1"),
            },
        )

    def test_a_rule_that_moves_is_said_once(self):
        """The others are numbered anew, which is no change."""

        def change(content):
            last = {**content["rules"][-1], "name": "third", "label": "Third"}
            content["rules"].append(last | {"sequence": 40})

        self.edit(change)
        self.draft.action_publish()
        self.version = self.company.aftersales_version_id
        self.draft = self.env["aftersales.draft"].with_user(self.admin)
        self.draft = self.draft.with_company(self.company).create({"note": "Order"})
        table = self.draft.get_table("credit_hold")
        table["rules"].insert(0, table["rules"].pop())
        self.draft.save_table(
            "credit_hold", table["rules"], table["thresholds"], table["revision"]
        )
        self.assertEqual(self.cells(), [("Third", "moved", "Place", "3", "1")])

    def test_a_new_rule_shows_everything_it_says(self):
        def change(content):
            content["rules"].append(
                {
                    "name": "own_1",
                    "decision": "credit_hold",
                    "sequence": 5,
                    "label": "Small orders",
                    "conditions": [
                        {"fact": "order_amount", "op": "<", "operand": "50"}
                    ],
                    "outcome": {"effect": "release"},
                    "reason": "Only {order_amount}.",
                }
            )

        self.edit(change)
        self.assertEqual(
            self.cells(),
            [
                ("Small orders", "added", column, "", text)
                for column, text in [
                    ("Place", "1"),
                    ("Condition", "Order amount < 50.00 USD"),
                    ("Effect", "Release"),
                    ("Reason", "Only ‹Order amount›."),
                ]
            ],
        )
        self.assertEqual(self.compare()["counts"]["added"], 1)

    def test_a_removed_rule_shows_what_is_lost(self):
        self.edit(lambda content: content["rules"].pop(0))
        lines = self.cells()
        self.assertEqual({line[1] for line in lines}, {"removed"})
        self.assertIn("Overdue for ‹Days overdue›.", [line[3] for line in lines])
        self.assertEqual({line[4] for line in lines}, {""})

    def test_every_change_of_the_core_is_a_line_here(self):
        """Whatever cell of a rule or threshold changes, its texts differ."""
        pack = tiny_pack()
        spots = [
            ("rules", 0, "label", "New"),
            ("rules", 0, "reason", "New"),
            ("rules", 0, "remedy", "New"),
            ("rules", 0, "requirement", ["X"]),
            ("rules", 0, "valid_from", "2027-01-01"),
            ("rules", 0, "valid_to", "2027-01-01"),
            ("rules", 0, "outcome", {"effect": "release", "cause": "overdue"}),
            ("rules", 0, "conditions", []),
            ("thresholds", 0, "label", "New"),
            ("thresholds", 0, "help", "New"),
            ("thresholds", 0, "unit", "hours"),
            ("thresholds", 0, "type", "quantity"),
            ("thresholds", 0, "default", 9),
            ("thresholds", 0, "minimum", 1),
            ("thresholds", 0, "maximum", 9),
            ("thresholds", 0, "requirement", ["X"]),
        ]
        comparisons = self.env["aftersales.comparison"]
        before = comparisons._get_side("1", pack, {}, self.company)
        for kind, at, key, value in spots:
            content = pack.model_dump(mode="json")
            content[kind][at][key] = value
            after = comparisons._get_side("2", load_pack(content), {}, self.company)
            found = comparisons._compare(before, after)
            cells = [
                (cell["before"], cell["after"])
                for group in found["groups"]
                for item in group["items"]
                for cell in item["cells"]
            ]
            self.assertTrue(cells, (kind, key))
            self.assertTrue(all(old != new for old, new in cells), (kind, key))

    def test_the_words_that_differ_are_marked(self):
        self.edit_rule(reason="Overdue since {overdue_days} & more.")
        html = self.draft.changes_html
        self.assertIn("Overdue <del>for</del> ‹Days overdue›", html)
        self.assertIn(
            "Overdue <ins>since</ins> ‹Days overdue›<ins> &amp; more</ins>", html
        )

    def test_what_people_write_is_never_html(self):
        self.edit_rule(
            label="<script>alert(1)</script>", reason="<b>{overdue_days}</b>"
        )
        html = self.draft.changes_html
        self.assertNotIn("<script", html)
        self.assertIn("&lt;script", html.replace("<ins>", "").replace("</ins>", ""))

    def test_a_draft_that_cannot_be_used_yet_is_compared(self):
        """A fact that nobody has and a value out of bounds are shown as written."""
        self.edit_rule(
            conditions=[{"fact": "no_such_fact", "op": ">", "operand": 3}],
        )
        self.edit(overdue_days_max="999")
        self.assertTrue(self.draft.error_count)
        lines = [line[2:] for line in self.cells()]
        self.assertIn(("Value", "3 days", "999 days"), lines)
        self.assertIn(("Condition", "", "no_such_fact > 3"), lines)

    def test_a_draft_that_is_no_pack_says_where_to_look(self):
        self.edit(lambda content: content.update(rules="none"))
        self.assertIn("Checks", self.draft.changes_html)

    def test_one_table_with_its_thresholds(self):
        self.edit(overdue_days_max="7")
        self.assertEqual(self.cells("transfer"), [])
        self.assertEqual(len(self.cells("credit_hold")), 1)

    def test_behind_the_rules_in_force_it_says_what_publishing_would_change(self):
        """What others published meanwhile is not shown as undone by this draft."""
        self.edit(overdue_days_max="7")
        self.assertFalse(self.draft.effect_html)
        self.versions._publish_again(
            self.company, "Meanwhile", first_payment_min=Decimal("0.5")
        )
        self.draft.invalidate_recordset()
        self.assertIn("Longest overdue debt", self.draft.effect_html)
        self.assertNotIn("First payment", self.draft.effect_html)
        self.assertNotIn("First payment", self.draft.changes_html)
        self.versions._publish_again(self.company, "Again", overdue_days_max=9)
        self.draft.invalidate_recordset()
        self.assertIn("alert-warning", self.draft.effect_html)
        self.assertNotIn("7 days", self.draft.effect_html)

    # ------------------------------------------------------------ versions

    def publish(self, note="Next", **values):
        return self.versions._publish_again(self.company, note, **values)

    def test_a_version_shows_what_it_changed_of_the_one_before(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.versions._publish(other, tiny_pack(), {}, "Theirs")
        second = self.publish(overdue_days_max=9)
        first = self.versions.search(
            [("company_id", "=", self.company.id)], order="number", limit=1
        )
        self.assertIn("first version", first.changes_html)
        self.assertIn(self.version.name, second.changes_html)
        self.assertIn("<ins>9</ins> days", second.changes_html)

    def open(self, record, user="reader"):
        """The dialog that a button opens, as a form of a user."""
        action = record.with_user(self.users[user]).action_compare()
        model = self.env[action["res_model"]].with_user(self.users[user])
        return Form(model.with_context(**action["context"]))

    def test_an_auditor_compares_any_two_versions(self):
        self.publish(overdue_days_max=9)
        third = self.publish(first_payment_min=Decimal("0.4"))
        form = self.open(third)
        self.assertNotIn("Longest overdue debt", form.comparison_html)
        form.before_version_id = self.version
        self.assertIn("Longest overdue debt", form.comparison_html)
        self.assertIn("First payment", form.comparison_html)
        form.decision = "transfer"
        self.assertIn("Nothing differs", form.comparison_html)
        form.decision = False
        wizard = form.save()
        swapped = self.env["aftersales.compare"].browse(wizard.action_swap()["res_id"])
        self.assertIn("<ins>3</ins> days", swapped.comparison_html)

    def test_a_draft_is_compared_with_any_version(self):
        self.edit(overdue_days_max="7")
        second = self.publish(overdue_days_max=9)
        form = self.open(self.draft, "admin")
        self.assertEqual(form.before_version_id, second)
        self.assertIn("<del>9</del> days", form.comparison_html)

    def test_nobody_compares_rules_that_they_may_not_read(self):
        """Neither without the role nor of another company, whatever ids are sent."""
        with self.assertRaises(AccessError):
            self.env["aftersales.compare"].with_user(self.users["employee"]).create(
                {"company_id": self.company.id, "before_version_id": self.version.id}
            )
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self.versions._publish(
            other, tiny_pack(), {"overdue_days_max": 77}, "Theirs"
        )
        wizard = self.env["aftersales.compare"].with_user(self.users["admin"])
        wizard = wizard.create(
            {
                "company_id": self.company.id,
                "before_version_id": self.version.id,
                "after_version_id": theirs.id,
            }
        )
        wizard.invalidate_recordset()
        with self.assertRaises(AccessError):
            self.assertFalse(wizard.comparison_html)

    def test_the_shipped_rules_are_compared_in_the_words_of_the_screen(self):
        """Every rule and threshold of the product can be written without names."""
        company = self.env["res.company"].create({"name": "Shipped"})
        version = self.versions._publish_default(company)
        pack = version._get_compiled().pack
        comparisons = self.env["aftersales.comparison"]
        empty = pack.model_copy(update={"rules": (), "thresholds": ()})
        before = comparisons._get_side("Nothing", empty, {}, company)
        found = comparisons._compare(before, version._get_side())
        items = [item for group in found["groups"] for item in group["items"]]
        self.assertEqual(len(items), len(pack.rules) + len(pack.thresholds))
        facts = {
            part
            for rule in pack.rules
            for part in (rule.decision, rule.name)
            if "_" in part
        }
        for item in items:
            for cell in item["cells"]:
                words = set(cell["after"].replace("‹", " ").replace("›", " ").split())
                self.assertFalse(words & facts, cell)
