# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import re

from lxml import etree

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules import Manifest
from odoo.tests import tagged
from odoo.tools import file_open, file_path
from odoo.tools.translate import PoFileReader, trans_export

from ..models.aftersales_version_shipped import _load_default_pack
from ..rules import REGISTRY
from .common import AftersalesCase
from .common_chinese import ADDON, CHINESE, LANGUAGE, ChineseMixin

_INHERITED = re.compile(rf"{ADDON}\.field_(\w+)__(\w+)")


@tagged("post_install", "-at_install")
class TestTranslation(ChineseMixin, AftersalesCase):
    """Everything that a person reads is there in Chinese (U11)."""

    def new_held_order(self):
        order = self.new_order(5000.0)
        order.action_confirm()
        self.assertHeld(order, "over_limit")
        return order

    # ------------------------------------------------------------- the files

    def test_no_term_of_the_addon_lacks_chinese(self):
        """What Odoo extracts here is translated wherever it is shown."""
        with file_open(f"{ADDON}/i18n/{LANGUAGE}.po", "rb") as source:
            known = {
                (row["src"], *_place(row))
                for row in PoFileReader(source)
                if row.get("value")
            }
        missing = [
            row["src"]
            for row in self._extract()
            if (row["src"], *_place(row)) not in known
        ]
        self.assertFalse(missing, "make i18n, then translate these")

    def _extract(self):
        """Terms of the addon itself, without demo data and fields of other addons."""
        buffer = io.BytesIO()
        trans_export(None, [ADDON], buffer, "po", self.env)
        demo = _demo_names()
        for row in PoFileReader(buffer.getvalue().decode()):
            if row.get("imd_name") in demo or self._is_foreign(row):
                continue
            yield row

    def _is_foreign(self, row):
        """Whether a field came to our models with an addon that we do not need."""
        found = _INHERITED.fullmatch(f"{ADDON}.{row.get('imd_name')}")
        if not found:
            return False
        for name, model in self.env.registry.items():
            if name.replace(".", "_") == found[1]:
                field = model._fields.get(found[2])
                return (
                    field is None
                    or ADDON not in field._modules
                    and bool(set(field._modules) - self._needed_addons())
                )
        return False

    def _needed_addons(self):
        addon = self.env["ir.module.module"].search([("name", "=", ADDON)])
        return set(addon.upstream_dependencies(exclude_states=("",)).mapped("name"))

    def test_labels_of_the_core_are_found(self):
        """Labels, units and choices are read from the addon's Python terms."""
        text = self.in_chinese(self.env["aftersales.text"])
        for spec in REGISTRY:
            if spec.facts.__module__.split(".")[2:3] != [ADDON]:
                continue  # declared by an addon of a test
            terms = {spec.label, spec.help}
            for field in [*spec.fact_fields.values(), *spec.outcome_fields.values()]:
                terms |= {field.label, field.help, field.unit}
                terms |= set((field.choices or {}).values())
            for term in filter(None, terms):
                with self.subTest(term):
                    self.assertRegex(text._term(term), CHINESE)

    def test_units_of_the_default_thresholds_are_found(self):
        """A unit in the pack is a word that the core knows."""
        text = self.in_chinese(self.env["aftersales.text"])
        pack = _load_default_pack()
        for unit in filter(None, {spec.unit for spec in pack.thresholds}):
            self.assertRegex(text._term(unit), CHINESE)

    # ------------------------------------------------------------ the screens

    def test_hold_notice_is_chinese(self):
        """Why, what unblocks it and who can."""
        order = self.new_held_order()
        notice = self.in_chinese(order, self.salesperson).hold_notice
        self.assertChinese(notice)
        self.assertIn("此订单已冻结", notice)
        self.assertIn("放行条件", notice)

    def test_texts_of_a_hold_are_chinese(self):
        """Cause, reason with units, remedy; the record itself keeps English."""
        self.new_invoice(500.0, days_overdue=10)
        order = self.new_order(100.0)
        order.action_confirm()
        self.assertHeld(order, "overdue")
        hold = order._get_open_holds()
        texts = self.in_chinese(hold)._get_texts()
        for key in ("cause", "reason", "remedy"):
            self.assertChinese(texts[key])
        self.assertIn("10 天", texts["reason"])
        self.assertIn("10 days", hold.reason)
        self.assertEqual(self.in_chinese(hold).reason_display, texts["reason"])
        self.assertEqual(self.in_chinese(hold).remedy_display, texts["remedy"])

    def test_no_screen_of_a_hold_shows_the_stored_english(self):
        """Lists, cards and forms show the texts made for the reader."""
        for model, views in {
            "aftersales.hold": ("list", "kanban", "form"),
            "sale.order": ("form",),
        }.items():
            for view_type in views:
                arch = etree.fromstring(
                    self.env[model].get_view(None, view_type)["arch"]
                )
                # The reason that a person writes, of a change for example, is shown.
                shown = {
                    node.get("name")
                    for node in arch.iter("field")
                    if not node.xpath("ancestor::field[not(@name='hold_ids')]")
                }
                self.assertFalse(shown & {"reason", "remedy"}, (model, view_type))
                self.assertIn("reason_display", shown)

    def test_explanation_of_a_decision_is_chinese(self):
        """Facts, rules, conditions: seen, needed and distance."""
        order = self.new_held_order()
        decision = self.in_chinese(order.decision_ids[:1])
        self.assertChinese(decision.explanation_html, "durable_rules", "plain")
        self.assertChinese(decision.reason_display)
        self.assertChinese(decision.rule_label)
        self.assertChinese(decision.display_name, order.name)

    def test_rules_and_thresholds_read_chinese(self):
        """The administrator's lists, conditions in words included."""
        current = [("is_current", "=", True), ("company_id", "=", self.company.id)]
        for rule in self.in_chinese(self.env["aftersales.rule"].search(current)):
            for name in ("label", "conditions", "outcome", "reason"):
                with self.subTest(rule=rule.name, field=name):
                    self.assertChinese(rule[name])
        own = [("company_id", "=", self.company.id)]
        for item in self.in_chinese(self.env["aftersales.threshold"].search(own)):
            for name in ("label", "description", "used_in"):
                with self.subTest(threshold=item.name, field=name):
                    self.assertChinese(item[name])

    def test_refused_release_is_told_in_chinese(self):
        """Without the right, over the ceiling, without a reason."""
        order = self.new_held_order()
        hold = order._get_open_holds().sudo(False)
        with self.assertRaises(AccessError) as refused:
            self.in_chinese(hold, self.salesperson)._release("请放行")
        self.assertChinese(str(refused.exception))
        self.authority.ceiling = 1.0
        with self.assertRaises(UserError) as refused:
            self.in_chinese(hold, self.controller)._release("请放行")
        self.assertChinese(str(refused.exception), order.name)
        with self.assertRaises(UserError) as refused:
            self.in_chinese(hold, self.controller)._release(" ")
        self.assertChinese(str(refused.exception))

    def test_bad_threshold_is_told_in_chinese(self):
        """What was written, what is allowed, an example."""
        threshold = self.env["aftersales.threshold"].search(
            [("name", "=", "overdue_days_max"), ("company_id", "=", self.company.id)]
        )
        with self.assertRaises(ValidationError) as refused:
            self.in_chinese(threshold, self.admin).value = "九百"
        self.assertChinese(str(refused.exception))
        self.assertIn("0 至 365", str(refused.exception))

    def test_refused_delivery_is_told_in_chinese(self):
        """The warehouse reads why, and who can release it."""
        self.stock_up(self.goods)
        order = self.new_confirmed(100.0)
        self.new_invoice(500.0, days_overdue=10)
        moves = order.picking_ids.move_ids
        moves._judge_leaving()
        refusal = self.in_chinese(moves, self.warehouse_user)._get_refusal()
        self.assertIn("不得发货", refusal)
        self.assertChinese(refusal, order.name, order.picking_ids.name)

    def test_chatter_speaks_the_language_of_the_salesperson(self):
        """Who confirms may be a customer or a scheduled action of another one."""
        order = self.new_order(5000.0)
        order.with_context(lang="en_US").action_confirm()
        body = order.message_ids.filtered(lambda m: "USD" in (m.body or ""))[:1].body
        self.assertChinese(str(body))
        self.assertIn("已冻结", body)

    def test_payment_reminder_is_written_in_the_customers_language(self):
        """Subject and text of the message."""
        self.partner.lang = LANGUAGE
        order = self.new_order(100.0)
        template = self.env.ref("aftersales_rules.mail_template_payment_reminder")
        texts = template._generate_template(order.ids, ["subject", "body_html"])
        for text in texts[order.id].values():
            if isinstance(text, str):
                self.assertChinese(text, order.name)

    def test_menus_and_fields_are_chinese(self):
        """What the web client asks for first."""
        menus = (
            self.env["ir.ui.menu"]
            .search([])
            .filtered(
                lambda menu: menu.get_external_id()[menu.id].startswith(f"{ADDON}.")
            )
        )
        self.assertTrue(menus)
        for menu in self.in_chinese(menus):
            self.assertChinese(menu.name)
        hold = self.in_chinese(self.env["aftersales.hold"])
        for name in ("gate", "cause", "state", "close_kind"):
            described = hold.fields_get([name])[name]
            self.assertChinese(described["string"])
            for _value, label in described["selection"]:
                self.assertChinese(label)


def _place(row):
    """Where a term is shown; a file does not matter for code."""
    if row["type"] == "code":
        return ("code",)
    return row["type"], row.get("name"), row.get("imd_name")


def _demo_names():
    """Names of the records that the addon makes with demo data."""
    names = set()
    for path in Manifest.for_addon(ADDON).get("demo", []):
        if path.endswith(".xml"):
            tree = etree.parse(file_path(f"{ADDON}/{path}"))
            names |= {node.get("id") for node in tree.iter("record", "template")}
    return names
