# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_rules import RulesCase

GATE = "credit_hold"


@tagged("post_install", "-at_install")
class TestDraftTable(RulesCase):
    """The editor's side of a draft: as people write it, each fault at its cell (R1)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draft = (
            cls.env["aftersales.draft"]
            .with_user(cls.users["admin"])
            .with_company(cls.company)
            .create({"note": "Later"})
        )

    def get(self):
        return self.draft.get_table(GATE)

    def save(self, table):
        return self.draft.save_table(
            GATE, table["rules"], table["thresholds"], table["revision"]
        )

    def check(self, table):
        return self.draft.check_table(GATE, table["rules"], table["thresholds"])

    def test_a_table_that_nobody_touched_stays_as_it_is(self):
        """Showing and saving it unchanged changes no rule and no value."""
        before = self.draft._get_compiled()
        self.save(self.get())
        after = self.draft._get_compiled()
        self.assertEqual(after.pack, before.pack)
        self.assertEqual(after.version, before.version)

    def test_every_table_of_the_product_survives_the_editor(self):
        """All decisions of the shipped rules, shown and saved."""
        company = self.env["res.company"].create({"name": "Shipped"})
        draft = self.env["aftersales.draft"].with_company(company).create({})
        before = draft._get_compiled()
        for table in draft.get_table(GATE)["tables"]:
            shown = draft.get_table(table["name"])
            self.assertEqual(shown["faults"], [], table["name"])
            draft.save_table(
                table["name"], shown["rules"], shown["thresholds"], shown["revision"]
            )
        after = draft._get_compiled()
        self.assertEqual(
            sorted(map(repr, after.pack.rules)),
            sorted(map(repr, before.pack.rules)),
        )
        self.assertEqual(dict(after.thresholds), dict(before.thresholds))

    def test_facts_come_with_label_unit_and_operators(self):
        facts = {fact["name"]: fact for fact in self.get()["facts"]}
        self.assertEqual(facts["overdue_days"]["unit"], "days")
        self.assertIn("between", facts["overdue_days"]["operators"])
        self.assertNotIn("<", facts["tier"]["operators"])
        self.assertTrue(facts["tier"]["choices"])

    def test_values_are_written_as_people_write_them(self):
        table = self.get()
        low, high = table["rules"][1]["conditions"][0]["operands"]
        self.assertEqual((low["text"], high["text"]), ("0.00", "100000.00"))
        high["text"] = "250,000.50"
        for threshold in table["thresholds"]:
            if threshold["name"] == "first_payment_min":
                self.assertEqual(threshold["value"], "30 %")
                threshold["value"] = "35 %"
        table = self.save(table)
        self.assertEqual(
            table["rules"][1]["conditions"][0]["operands"][1]["text"], "250000.50"
        )
        compiled = self.draft._get_compiled()
        self.assertEqual(str(compiled.thresholds["first_payment_min"]), "0.35")

    def test_a_rule_is_added_and_dragged_to_the_top(self):
        table = self.get()
        table["rules"].insert(
            0,
            {
                "label": "Small orders go on",
                "conditions": [
                    {"fact": "order_amount", "op": "<", "operands": [{"text": "50"}]}
                ],
                "outcome": {"effect": {"text": "release"}},
                "reason": "Only {order_amount}.",
            },
        )
        self.save(table)
        rules = [rule for rule in self.draft._get_pack().rules if rule.decision == GATE]
        rules.sort(key=lambda rule: rule.sequence)
        self.assertEqual(
            [rule.label for rule in rules],
            ["Small orders go on", "Overdue debt", "No security"],
        )
        self.assertTrue(rules[0].name.startswith("own_"))

    def test_a_threshold_is_made_on_the_spot_and_goes_with_its_last_use(self):
        table = self.get()
        table["thresholds"].append(
            {
                "name": "small_order",
                "label": "Small order",
                "type": "money",
                "value": "75",
            }
        )
        table["rules"][1]["conditions"][0] = {
            "fact": "order_amount",
            "op": ">",
            "operands": [{"threshold": "small_order"}],
        }
        table = self.save(table)
        self.assertIn("small_order", [each["name"] for each in table["thresholds"]])
        self.assertEqual(table["words"][1]["conditions"][0].partition(" ")[0], "Order")
        table["rules"][1]["conditions"].pop(0)
        table = self.save(table)
        self.assertNotIn("small_order", [each["name"] for each in table["thresholds"]])

    def test_a_threshold_made_on_the_spot_has_its_bounds(self):
        """Bounds are written as values are; a value outside of them is refused."""
        table = self.get()
        made = {
            "name": "small_order",
            "label": "Small order",
            "type": "money",
            "value": "75",
            "minimum": "10",
            "maximum": "1,000.00",
        }
        table["thresholds"].append(made)
        table["rules"][1]["conditions"][0] = {
            "fact": "order_amount",
            "op": ">",
            "operands": [{"threshold": "small_order"}],
        }
        made["value"] = "5"
        (fault,) = self.check(table)["faults"]
        self.assertEqual((fault["kind"], fault["place"]), ("threshold", "small_order"))
        made |= {"value": "75", "maximum": "much"}
        (fault,) = self.check(table)["faults"]
        self.assertIn("“much” cannot be a bound", fault["text"])
        made["maximum"] = "1,000.00"
        kept = {each["name"]: each for each in self.save(table)["thresholds"]}
        self.assertEqual(kept["small_order"]["minimum"], "10.00")
        self.assertEqual(kept["small_order"]["maximum"], "1000.00")

    def test_the_form_saves_the_table_with_its_own_fields(self):
        """One save of the form keeps name and table; afterwards nothing is pending."""
        table = self.get()
        table["rules"][0]["label"] = "Old debt"
        self.draft.write({"name": "Debts", "table_changes": table})
        self.assertEqual(self.get()["rules"][0]["label"], "Old debt")
        self.assertEqual(self.draft.revision, 1)
        self.assertFalse(self.draft.table_changes)
        with self.assertRaisesRegex(UserError, "since you opened it"):
            self.draft.write({"table_changes": table})

    def test_who_may_not_write_saves_no_table_with_the_form_either(self):
        table = self.get()
        reader = self.draft.with_user(self.users["reader"])
        with self.assertRaises(AccessError):
            reader.write({"table_changes": table})

    def test_the_table_comes_with_what_it_was_before(self):
        """The editor marks what changed since the draft was started."""
        table = self.get()
        before = table["base"]["rules"]
        table["rules"][0]["label"] = "Old debt"
        for threshold in table["thresholds"]:
            if threshold["name"] == "overdue_days_max":
                threshold["value"] = "9"
        table = self.save(table)
        self.assertEqual(table["base"]["rules"], before)
        self.assertEqual(before[0]["label"], "Overdue debt")
        self.assertEqual(table["base"]["thresholds"]["overdue_days_max"], "3")

    def test_without_a_choice_the_table_of_the_draft_is_shown(self):
        self.draft.decision = GATE
        self.assertEqual(self.draft.get_table()["decision"], GATE)

    def test_faults_stand_at_their_cells(self):
        table = self.get()
        table["rules"][0]["conditions"][0]["operands"] = [{"text": "soon"}]
        (fault,) = self.check(table)["faults"]
        self.assertEqual((fault["row"], fault["kind"]), (0, "condition"))
        self.assertEqual(fault["place"], (0, None))
        self.assertIn("“soon” is no value", fault["text"])
        with self.assertRaisesRegex(ValidationError, "Row 1"):
            self.save(table)

        table = self.get()
        table["rules"][1]["conditions"][1]["any"][1]["fact"] = "paid_shar"
        (fault,) = self.check(table)["faults"]
        self.assertEqual((fault["row"], fault["place"]), (1, (1, 1)))
        self.assertIn("paid_share", fault["text"])

        table = self.get()
        table["rules"][0]["reason"] = "Overdue {overdu}."
        (fault,) = self.check(table)["faults"]
        self.assertEqual((fault["row"], fault["kind"]), (0, "reason"))

        table = self.get()
        table["thresholds"][0]["value"] = "9999"
        (fault,) = self.check(table)["faults"]
        self.assertEqual(fault["kind"], "threshold")
        with self.assertRaisesRegex(ValidationError, "^“9999” cannot be used"):
            self.save(table)

    def test_what_is_built_differently_is_refused_in_words(self):
        """Whoever calls from outside gets a message, whatever they send."""
        table = self.get()
        for rules in (
            "rules",
            ["rule"],
            [{"name": ["a"]}],
            [{"label": 1}],
            [{"conditions": {"fact": "tier"}}],
            [{"conditions": [{"any": "tier"}]}],
            [{"conditions": [{"any": [1]}]}],
            [{"conditions": [{"fact": "tier", "op": "=", "operands": "key"}]}],
            [{"outcome": ["hold"]}],
            [{"outcome": {"effect": "hold"}}],
        ):
            with self.subTest(rules), self.assertRaisesRegex(ValidationError, "no dec"):
                self.check(table | {"rules": rules})
        with self.assertRaisesRegex(ValidationError, "no dec"):
            self.check(table | {"thresholds": [{"name": {}}]})
        with self.assertRaisesRegex(ValidationError, "no dec"):
            self.draft.write({"table_changes": "rules"})

    def test_checking_stores_nothing(self):
        table = self.get()
        table["rules"].pop()
        before = self.draft.content
        self.check(table)
        self.assertEqual(self.draft.content, before)

    def test_findings_are_shown_at_their_row(self):
        table = self.get()
        table["rules"][0]["conditions"].append(
            {"fact": "overdue_days", "op": "<", "operands": [{"text": "1"}]}
        )
        found = self.check(table)["findings"]
        self.assertIn((0, "error"), [(each["row"], each["severity"]) for each in found])

    def test_texts_go_into_the_language_of_the_writer(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        chinese = self.draft.with_context(lang="zh_CN")
        table = chinese.get_table(GATE)
        self.assertEqual(table["rules"][0]["label"], "逾期欠款")
        table["rules"][0]["label"] = "老欠款"
        chinese.save_table(GATE, table["rules"], table["thresholds"], table["revision"])
        self.assertEqual(self.get()["rules"][0]["label"], "Overdue debt")
        self.assertEqual(chinese.get_table(GATE)["rules"][0]["label"], "老欠款")

    def test_who_may_not_write_reads(self):
        reader = self.draft.with_user(self.users["reader"])
        self.assertTrue(reader.get_table(GATE)["readonly"])
        table = self.get()
        with self.assertRaises(AccessError):
            reader.save_table(GATE, table["rules"], table["thresholds"], 0)
        with self.assertRaises(AccessError):
            self.draft.with_user(self.users["employee"]).get_table(GATE)

    def test_whoever_may_see_rules_reads_the_table_of_a_version(self):
        version = self.version.with_user(self.users["reader"])
        table = version.get_table(GATE)
        self.assertTrue(table["readonly"])
        self.assertEqual(
            [rule["label"] for rule in table["rules"]], ["Overdue debt", "No security"]
        )
        self.assertTrue(table["words"][0]["conditions"])
        with self.assertRaises(AccessError):
            self.version.with_user(self.users["employee"]).get_table(GATE)

    def test_a_published_draft_is_not_written_any_more(self):
        table = self.get()
        table["rules"][0]["label"] = "Old debt"
        table = self.save(table)
        self.draft.action_publish()
        self.assertTrue(self.get()["readonly"])
        with self.assertRaises(UserError):
            self.save(table)

    def test_an_unknown_table_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "credit_hold"):
            self.draft.get_table("credit_hol")
        self.assertEqual(json.loads(self.draft.content)["name"], "tiny")
