# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import hashlib
import json
import re
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..rules import load_pack
from .common_rules import RulesCase, tiny_pack

LIABILITY = {
    "name": "ours_by_default",
    "decision": "order_kind",
    "outcome": {"kind": "standard"},
    "conditions": [],
}


class ExchangeCase(RulesCase):
    """Files of rules, and the dialogs that write and read them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.users["admin"]
        cls.imports = (
            cls.env["aftersales.exchange.import"]
            .with_user(cls.admin)
            .with_company(cls.company)
        )

    def get_file(self, source=None, kind="json", decisions=None, user=None):
        source = (source or self.version).with_user(user or self.admin)
        exchange = self.env["aftersales.exchange"].with_user(user or self.admin)
        return exchange._get_file(source, kind, decisions)[1]

    def look(self, content, name="rules.json", **values):
        """The dry run of a file."""
        if isinstance(content, dict):
            content = json.dumps(content)
        if isinstance(content, str):
            content = content.encode()
        wizard = self.imports.create(
            {"file": base64.b64encode(content), "file_name": name, **values}
        )
        wizard.action_look()
        return wizard

    def make(self, wizard):
        action = wizard.action_make_draft()
        return self.env[action["res_model"]].browse(action["res_id"])

    def edited(self, change):
        """The company's own file after somebody wrote in it."""
        content = json.loads(self.get_file())
        change(content)
        return content

    def new_company(self, name="Fibres"):
        company = self.env["res.company"].create({"name": name})
        self.admin.company_ids |= company
        return company


@tagged("post_install", "-at_install")
class TestExchange(ExchangeCase):
    """Rules go out as a file and come in as a draft (R8)."""

    # ------------------------------------------------------------ round trip

    def test_what_goes_out_and_comes_in_changes_nothing(self):
        """Both kinds of file, for the rules in force."""
        for kind in ("json", "dmn"):
            with self.subTest(kind=kind):
                wizard = self.look(self.get_file(kind=kind), f"rules.{kind}")
                self.assertIn("nothing would change", wizard.report_html)
                self.assertFalse(wizard.is_ready)
                with self.assertRaisesRegex(UserError, "in force already"):
                    wizard.action_make_draft()

    def test_the_rules_of_the_product_come_back_as_they_are(self):
        """Every table and threshold that is shipped, in both kinds of file."""
        company = self.new_company("Shipped")
        version = self.versions.browse(self.versions._get_current(company)[0])
        self.imports = self.imports.with_company(company)
        for kind in ("json", "dmn"):
            wizard = self.look(self.get_file(version, kind), f"rules.{kind}")
            self.assertIn("nothing would change", wizard.report_html, kind)

    def test_a_draft_goes_out_as_it_is_written(self):
        draft = (
            self.env["aftersales.draft"]
            .with_user(self.admin)
            .with_company(self.company)
            .create({"name": "More patience"})
        )
        draft._save_values({"overdue_days_max": "9"})
        content = json.loads(self.get_file(draft))
        self.assertEqual(content["values"]["overdue_days_max"], 9)
        self.assertEqual(content["about"]["version"], "More patience")
        self.assertEqual(content["about"]["company"], "Insulators")
        self.assertEqual(content["$schema"], "aftersales-rules.schema.json")

    def test_a_draft_with_errors_is_not_exported(self):
        draft = (
            self.env["aftersales.draft"]
            .with_user(self.admin)
            .with_company(self.company)
            .create({"name": "Half done"})
        )
        content = json.loads(draft.content)
        content["rules"][0]["conditions"][0]["fact"] = "overdu_days"
        draft._save(content, {}, draft.revision)
        with self.assertRaisesRegex(UserError, "Half done.*errors"):
            draft.action_export()

    # -------------------------------------------------------------- the draft

    def test_the_draft_says_where_it_comes_from(self):
        """File, checksum and who, in its note and its log; the file is attached."""

        def change(content):
            content["pack"]["rules"][0]["label"] = "Old debt"

        content = json.dumps(self.edited(change)).encode()
        wizard = self.look(content, "C:\\Rules\\patience.json", note="Agreed")
        draft = self.make(wizard)
        checksum = hashlib.sha256(content).hexdigest()
        for text in (draft.note, draft.message_ids[0].body):
            self.assertIn("patience.json", text)
            self.assertNotIn("C:", text)
            self.assertIn(checksum, text)
            self.assertIn("Insulators", text)
        self.assertTrue(draft.note.startswith("Agreed"))
        self.assertEqual(draft.author_id, self.admin)
        self.assertEqual(draft.message_ids[0].author_id, self.admin.partner_id)
        self.assertEqual(draft.message_ids[0].attachment_ids.raw, content)
        self.assertEqual(draft.base_version_id, self.version)
        self.assertEqual(draft.decision, "credit_hold")
        self.assertEqual(draft._get_pack().rules[0].label, "Old debt")

    def test_an_import_never_publishes(self):
        def change(content):
            content["pack"]["rules"][0]["label"] = "Old debt"

        draft = self.make(self.look(self.edited(change)))
        self.assertEqual(draft.state, "draft")
        self.assertEqual(self.company.aftersales_version_id, self.version)
        draft.with_user(self.admin).action_publish()
        self.assertNotEqual(self.company.aftersales_version_id, self.version)

    def test_looking_keeps_nothing(self):
        """No draft, no version, no attachment, no message before the button."""

        def change(content):
            content["pack"]["rules"][0]["label"] = "Old debt"

        models = ["aftersales.draft", "aftersales.version", "ir.attachment"]
        models += ["mail.message", "aftersales.threshold"]
        content = self.edited(change)

        def count():
            return [self.env[model].sudo().search_count([]) for model in models]

        before = count()
        wizard = self.look(content)
        self.assertIn("Old debt", wizard.report_html)
        wizard.action_choose_again()
        self.assertFalse(wizard.file)
        self.assertEqual(count(), before)

    def test_rules_that_moved_on_are_looked_at_again(self):
        """What was shown is what comes: never something else on top of new rules."""

        def change(content):
            content["pack"]["rules"][0]["label"] = "Old debt"

        wizard = self.look(self.edited(change))
        self.versions._publish(self.company, tiny_pack(), {"overdue_days_max": 5}, "5")
        with self.assertRaisesRegex(UserError, "have changed since"):
            wizard.action_make_draft()
        wizard.action_look()
        self.assertEqual(
            self.make(wizard)._get_compiled().thresholds["overdue_days_max"], 5
        )

    # ------------------------------------------------------- table by table

    def test_a_table_that_is_not_in_the_file_stays(self):
        """One edited decision table changes that table and nothing else."""
        content = json.loads(tiny_pack().canonical)
        content["rules"].insert(1, LIABILITY)
        content["thresholds"][0]["maximum"] = 100
        version = self.versions._publish(self.company, load_pack(content), {}, "Two")
        file = self.get_file(version, "dmn", ["credit_hold"]).decode()
        self.assertNotIn("ours_by_default", file)
        file = file.replace("<text>&gt; 3</text>", "<text>&gt; 20</text>")
        self.assertIn("&gt; 20", file)
        wizard = self.look(file, "credit.dmn")
        self.assertEqual(wizard.table_ids.mapped("decision"), ["credit_hold"])
        self.assertIn("no longer follows the threshold", wizard.report_html)
        self.assertIn("Longest overdue debt", wizard.report_html)
        draft = self.make(wizard)
        before = {rule.name: rule for rule in version._get_compiled().pack.rules}
        after = {rule.name: rule for rule in draft._get_pack().rules}
        self.assertEqual(list(after), list(before))
        self.assertEqual(
            [name for name in after if after[name] != before[name]], ["hold_overdue"]
        )
        self.assertEqual(after["hold_overdue"].conditions[0].operand, 20)
        self.assertEqual(
            after["hold_overdue"].model_copy(update={"conditions": ()}),
            before["hold_overdue"].model_copy(update={"conditions": ()}),
        )
        self.assertEqual(
            draft._get_pack().thresholds, version._get_compiled().pack.thresholds
        )
        self.assertEqual(
            draft.threshold_values and json.loads(draft.threshold_values),
            json.loads(version.thresholds),
        )

    def test_a_modeller_that_drops_our_extensions_does_not_lose_translations(self):
        """What a decision table cannot say stays with the rule of that name."""
        file = self.get_file(kind="dmn").decode()
        file = re.sub(r"(?s)<extensionElements>.*?</extensionElements>", "", file)
        self.assertNotIn("逾期", file)
        wizard = self.look(file, "plain.dmn")
        self.assertIn("nothing would change", wizard.report_html)
        file = file.replace("Older debts", "Old debts").replace(
            ">Overdue debt<", ">Old debt<"
        )
        [old, *others] = self.version._get_compiled().pack.rules
        [new, *rest] = self.make(self.look(file, "plain.dmn"))._get_pack().rules
        self.assertEqual(rest, others)
        self.assertEqual(new, old.model_copy(update={"label": "Old debt"}))

    def test_only_chosen_tables_come(self):
        content = json.loads(tiny_pack().canonical)
        content["rules"].append(LIABILITY)
        content["rules"][0]["label"] = "Old debt"
        wizard = self.look(content)
        self.assertEqual(
            wizard.table_ids.mapped("decision"), ["credit_hold", "order_kind"]
        )
        self.assertEqual(wizard.table_ids.mapped("is_different"), [True, True])
        wizard.table_ids.filtered(
            lambda table: table.decision == "credit_hold"
        ).is_chosen = False
        self.assertNotIn("Old debt", wizard.report_html)
        self.assertIn("Stay as they are in force", wizard.report_html)
        names = {rule.name: rule.label for rule in self.make(wizard)._get_pack().rules}
        self.assertEqual(names["hold_overdue"], "Overdue debt")
        self.assertIn("ours_by_default", names)

    def test_without_a_chosen_table_there_is_no_draft(self):
        wizard = self.look(self.get_file())
        wizard.table_ids.is_chosen = False
        self.assertIn("No decision table is chosen", wizard.report_html)
        with self.assertRaises(UserError):
            wizard.action_make_draft()

    def test_the_name_of_the_companys_pack_stays(self):
        """By it an upgrade finds the rules that were made from those of the product."""
        content = json.loads(tiny_pack(name="foreign").canonical)
        content["rules"][0]["label"] = "Old debt"
        self.assertEqual(self.make(self.look(content))._get_pack().name, "tiny")

    # -------------------------------------------------------------- thresholds

    def test_values_stay_or_come_as_chosen(self):
        """Each value that differs is named, with what becomes of it."""
        other = self.new_company()
        version = self.versions._publish(
            other, tiny_pack(), {"overdue_days_max": 30}, "30"
        )
        file = self.get_file(version)
        wizard = self.look(file)
        self.assertIn("3 days", wizard.report_html)
        self.assertIn("30 days", wizard.report_html)
        self.assertIn("stays", wizard.report_html)
        self.assertIn("1 values are the same", wizard.report_html)
        self.assertFalse(wizard.is_ready)
        wizard.values_from = "file"
        self.assertIn("as in the file", wizard.report_html)
        draft = self.make(wizard)
        self.assertEqual(draft._get_compiled().thresholds["overdue_days_max"], 30)

    def test_a_new_threshold_comes_with_the_value_of_the_file(self):
        def change(content):
            content["pack"]["thresholds"].append(
                {
                    "name": "small_order",
                    "label": "Small order",
                    "type": "money",
                    "default": "50",
                }
            )
            content["values"]["small_order"] = "75.00"
            content["pack"]["rules"][0]["conditions"].append(
                {
                    "fact": "order_amount",
                    "op": ">",
                    "operand": {"threshold": "small_order"},
                }
            )

        wizard = self.look(self.edited(change))
        self.assertIn("changed after it was exported", wizard.report_html)
        self.assertIn("Small order", wizard.report_html)
        values = self.make(wizard)._get_compiled().thresholds
        self.assertEqual(values["small_order"], 75)
        self.assertEqual(values["overdue_days_max"], 3)

    def test_a_value_out_of_bounds_is_refused_with_its_name(self):
        def change(content):
            content["values"]["overdue_days_max"] = 9999

        wizard = self.look(self.edited(change), values_from="file")
        self.assertIn("overdue_days_max", wizard.report_html)
        self.assertFalse(wizard.is_ready)

    # -------------------------------------------------------- what is unknown

    def test_tables_of_an_addon_that_is_missing_are_named_and_left_out(self):
        def change(content):
            content["pack"]["rules"].append(
                {**LIABILITY, "decision": "purchase_release", "name": "big_purchase"}
            )
            content["pack"]["rules"][0]["label"] = "Old debt"
            content["addons"]["purchase_release"] = ["aftersales_rules_purchase"]

        wizard = self.look(self.edited(change))
        self.assertIn("purchase_release", wizard.report_html)
        self.assertIn("aftersales_rules_purchase", wizard.report_html)
        self.assertTrue(wizard.is_ready)
        names = [rule.name for rule in self.make(wizard)._get_pack().rules]
        self.assertEqual(names, ["hold_overdue", "hold_unsecured"])

    def test_unknown_facts_are_named_with_their_rule(self):
        def change(content):
            content["pack"]["rules"][0]["conditions"][0]["fact"] = "overdu_days"

        wizard = self.look(self.edited(change))
        self.assertIn("pack.rules[0].conditions[0].fact", wizard.report_html)
        self.assertIn("“Overdue debt”", wizard.report_html)
        self.assertIn("did you mean", wizard.report_html)
        self.assertIn("does not know", wizard.report_html)
        with self.assertRaisesRegex(UserError, "overdu_days"):
            wizard.action_make_draft()

    def test_an_unknown_decision_table_of_dmn_is_named(self):
        file = self.get_file(kind="dmn").decode()
        wizard = self.look(file.replace('"credit_hold"', '"credit_halt"'), "x.dmn")
        self.assertIn("credit_halt", wizard.report_html)
        self.assertFalse(wizard.is_ready)

    def test_rules_that_contradict_are_found_before_they_are_kept(self):
        def change(content):
            content["pack"]["rules"][0]["conditions"] = [
                {"fact": "overdue_days", "op": ">", "operand": 30},
                {"fact": "overdue_days", "op": "<", "operand": 1},
            ]

        wizard = self.look(self.edited(change))
        self.assertIn("Error", wizard.report_html)
        draft = self.make(wizard).with_user(self.admin)
        with self.assertRaisesRegex(UserError, "errors"):
            draft.action_publish()

    def test_a_very_long_table_is_checked_on_its_draft(self):
        """The dry run answers at once, and says what it leaves to the draft."""
        path = "odoo.addons.aftersales_rules.wizards.aftersales_exchange_plan"
        with patch(f"{path}.CHECKED_MAX", 1):
            report = self.look(self.get_file()).report_html
        self.assertIn("more than 1 rules", report)

    # ------------------------------------------------------------ hostile files

    def test_hostile_files_are_refused_in_words(self):
        """Nothing is raised, nothing hangs, nothing is kept."""
        bomb = b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
        outside = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
        for content, words in {
            b" \n": "empty",
            b"PK\x03\x04 a zip": "archive",
            b"\x89PNG\r\n": "neither JSON nor DMN",
            b"name;decision\n": "neither JSON nor DMN",
            b"[" * 100_000: "neither JSON nor DMN",
            b'{"a":' * 100_000: "nested too deeply",
            b'{"pack": {"rules": [' + b"[" * 500 + b"]" * 500 + b"]}}": "format",
            b'{"name": "x", "name": "y"}': "twice",
            b'{"schema_version": 1, "name": "x", "rules": [{"sequence": NaN}]}': "NaN",
            b'{"name": "caf\xe9"}': "UTF-8",
            '{"name": "x"}'.encode("utf-16"): "UTF-16",
            b"<x>" * 1000: "nested too deeply",
            b"<html></html>": "not DMN",
            b'<?xml version="1.0" encoding="klingon"?><x/>': "not XML",
            bomb: "document type",
            outside: "document type",
        }.items():
            with self.subTest(content=content[:40]):
                wizard = self.look(content)
                self.assertIn(words, wizard.report_html)
                self.assertFalse(wizard.is_ready)
                self.assertFalse(wizard.table_ids)
                with self.assertRaises(UserError):
                    wizard.action_make_draft()

    def test_a_file_that_is_far_too_large_is_refused(self):
        path = (
            "odoo.addons.aftersales_rules.wizards.aftersales_exchange_import.FILE_MAX"
        )
        with patch(path, 100), self.assertRaisesRegex(UserError, "larger than"):
            self.look(self.get_file())

    def test_texts_of_a_file_are_shown_as_texts(self):
        """Markup in labels and names is not run in the browser of who looks."""
        hostile = "<img src=x onerror=alert(1)>"

        def change(content):
            content["pack"]["rules"][0]["label"] = hostile
            content["about"]["company"] = hostile
            content["addons"] = {"no_such_table": [hostile]}
            content["pack"]["rules"].append({**LIABILITY, "decision": "no_such_table"})

        wizard = self.look(self.edited(change), f"{hostile}.json")
        self.assertNotIn("<img", wizard.report_html)
        self.assertIn("&lt;img", wizard.report_html)
        draft = self.make(wizard)
        self.assertNotIn("<img", draft.message_ids[0].body)

    # ------------------------------------------------------------- wrong role

    def test_only_administrators_import(self):
        content = self.get_file()
        for role in ("employee", "reader", "controller", "salesman", "system"):
            self.imports = self.imports.with_user(self.users[role])
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.look(content)

    def test_who_loses_the_right_cannot_make_the_draft(self):
        def change(content):
            content["pack"]["rules"][0]["label"] = "Old debt"

        wizard = self.look(self.edited(change))
        with self.assertRaises(AccessError):
            wizard.with_user(self.users["reader"]).action_make_draft()

    def test_readers_export_and_others_do_not(self):
        self.assertIn(b"hold_overdue", self.get_file(user=self.users["reader"]))
        action = self.version.with_user(self.users["reader"]).action_export()
        self.assertTrue(action["res_id"])
        for role in ("employee", "portal"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.version.with_user(self.users[role]).action_export()

    def test_rules_of_another_company_are_not_exported(self):
        foreign = self.env["res.company"].create({"name": "Fibres"})
        version = self.versions._publish(foreign, tiny_pack(), {}, "Theirs")
        with self.assertRaises(AccessError):
            self.get_file(version)
        wizards = self.env["aftersales.exchange.export"].with_user(self.admin)
        with self.assertRaises(AccessError):
            wizards.create({"version_id": version.id}).read(["file_name"])

    def test_nothing_is_imported_for_another_company(self):
        foreign = self.env["res.company"].create({"name": "Fibres"})
        with self.assertRaises(AccessError):
            self.look(self.get_file(), company_id=foreign.id)

    def test_rules_of_another_company_are_not_shown_beside_a_file(self):
        """Whatever version a client names as the one to compare with."""
        foreign = self.env["res.company"].create({"name": "Fibres"})
        version = self.versions._publish(foreign, tiny_pack(), {}, "Theirs")
        wizard = self.look(self.get_file())
        wizard.base_version_id = version
        with self.assertRaises(AccessError):
            wizard.read(["report_html"])
        with self.assertRaises(AccessError):
            wizard.action_make_draft()

    def test_what_somebody_looks_at_is_nobody_elses(self):
        wizard = self.look(self.get_file())
        other = self._make_user("admin2", "aftersales_rules.group_rules_admin")
        with self.assertRaises(AccessError):
            wizard.with_user(other).read(["file"])
        with self.assertRaises(AccessError):
            wizard.with_user(other).action_look()
        with self.assertRaises(AccessError):
            wizard.table_ids.with_user(other).write({"is_chosen": False})

    # -------------------------------------------------------------- the dialog

    def test_the_dialog_offers_what_there_is(self):
        action = self.version.with_user(self.admin).action_export()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(self.admin)
        self.assertEqual(wizard.table_ids.mapped("decision"), ["credit_hold"])
        self.assertEqual(wizard.table_ids.rule_count, 2)
        self.assertRegex(
            wizard.file_name, r"^Insulators_Version-\d+_\d{4}-\d\d-\d\d\.json$"
        )
        wizard.scope = "some"
        self.assertFalse(wizard.is_ready)
        self.assertIn("at least one", wizard.problems_html)
        with self.assertRaises(UserError):
            wizard.action_download()
        wizard.table_ids.is_chosen = True
        self.assertEqual(
            wizard.action_download()["url"],
            f"/aftersales/rules/file/version/{self.version.id}/json?tables=credit_hold",
        )

    def test_what_a_decision_table_cannot_say_is_named_before(self):
        content = json.loads(tiny_pack().canonical)
        content["rules"][0]["label"] = "Bell \x07"
        version = self.versions._publish(self.company, load_pack(content), {}, "Bell")
        wizard = self.env["aftersales.exchange.export"].browse(
            version.with_user(self.admin).action_export()["res_id"]
        )
        self.assertTrue(wizard.is_ready)
        wizard.kind = "dmn"
        self.assertFalse(wizard.is_ready)
        self.assertIn("hold_overdue", wizard.problems_html)
        self.assertTrue(wizard.file_name.endswith(".dmn"))


@tagged("post_install", "-at_install")
class TestExchangeDownload(ExchangeCase, HttpCase):
    """Files over the network: for readers of rules only (R8)."""

    def url(self, kind="json", version=None):
        version = version or self.version
        return f"/aftersales/rules/file/version/{version.id}/{kind}"

    def test_a_reader_downloads_files_with_speaking_names(self):
        self.authenticate("rules_reader", "rules_reader")
        for kind, mark in {"json": b'"checksum"', "dmn": b"decisionTable"}.items():
            answer = self.url_open(self.url(kind))
            self.assertEqual(answer.status_code, 200)
            self.assertIn(mark, answer.content)
            disposition = answer.headers["Content-Disposition"]
            self.assertRegex(
                disposition, rf"attachment.*Insulators_Version-\d+_.*\.{kind}"
            )
        answer = self.url_open("/aftersales/rules/schema")
        self.assertEqual(answer.json()["title"], "Rules for exchange")

    def test_others_get_nothing(self):
        foreign = self.env["res.company"].create({"name": "Fibres"})
        theirs = self.versions._publish(foreign, tiny_pack(), {}, "Theirs")
        paths = [self.url(), self.url("dmn"), "/aftersales/rules/schema"]
        for role in ("employee", "portal"):
            self.authenticate(f"rules_{role}", f"rules_{role}")
            for path in paths:
                self.assertEqual(self.url_open(path).status_code, 404, (role, path))
        self.authenticate("rules_admin", "rules_admin")
        for path in (
            self.url(version=theirs),
            self.url("exe"),
            self.url() + "?tables=no_such_table",
            "/aftersales/rules/file/user/1/json",
            "/aftersales/rules/file/draft/999999999/json",
        ):
            self.assertEqual(self.url_open(path).status_code, 404, path)
        self.logout()
        answer = self.url_open(self.url(), allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
