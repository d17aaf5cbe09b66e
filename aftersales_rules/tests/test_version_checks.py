# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common_rules import RulesCase, tiny_pack


@tagged("post_install", "-at_install")
class TestVersionChecks(RulesCase):
    def publish(self, *rules):
        usual = {
            "decision": "credit_hold",
            "label": "Overdue debt",
            "conditions": [{"fact": "overdue_days", "op": ">", "operand": 3}],
            "outcome": {"effect": "hold", "cause": "overdue"},
            "i18n": {"zh_CN": {"label": "逾期欠款"}},
        }
        pack = tiny_pack(rules=[{**usual, **rule} for rule in rules])
        return self.env["aftersales.version"]._publish(self.company, pack, {}, "test")

    def test_a_reader_reads_what_is_wrong_with_the_rules(self):
        """In words, with the conditions, for everybody who may read rules (R6)."""
        version = self.publish(
            {
                "name": "mad",
                "label": "Mad rule",
                "conditions": [
                    {"fact": "overdue_days", "op": ">", "operand": 5},
                    {"fact": "overdue_days", "op": "<", "operand": 3},
                ],
            },
        )
        shown = version.with_user(self.users["reader"]).shown_findings
        texts = {
            finding["text"]: (group["label"], finding["rule"])
            for group in shown["groups"]
            for finding in group["findings"]
        }
        self.assertEqual(
            texts[
                "“Mad rule” can never fire: its conditions contradict each other: "
                "Days overdue > 5 days; Days overdue < 3 days."
            ],
            ("Credit hold", "mad"),
        )
        self.assertIn("No rule uses the threshold “Longest overdue debt”.", texts)

    def test_findings_name_rules_in_the_reader_s_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        version = self.publish({"name": "once"}, {"name": "again"})
        texts = [
            finding["text"]
            for group in version.with_context(lang="zh_CN")._get_findings()
            for finding in group["findings"]
        ]
        self.assertTrue(any(text.count("逾期欠款") == 2 for text in texts), texts)

    def test_the_default_rules_have_no_error(self):
        version = self.env["aftersales.version"]._publish_default(self.company)
        severities = {
            finding["severity"]
            for group in version._get_findings()
            for finding in group["findings"]
        }
        self.assertNotIn("error", severities)
