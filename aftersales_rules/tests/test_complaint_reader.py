# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Somebody reads complaints for their work, as accountants do, and changes nothing."""

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common_compensation import CompensationCase
from .common_complaint_solution import VisitCase

FORM = "helpdesk_mgmt.ticket_view_form"
READING = {
    "action_complaint_path_why",
    "action_open",
    "action_open_complaint",
    "action_open_cost",
    "action_view_complaint",
    "action_view_complaint_costs",
    "action_view_complaint_entries",
    "action_why",
    "action_why_complaint_escalation",
    "action_why_complaint_routing",
    "action_why_complaint_severity",
    "action_why_complaint_type",
    "action_why_complaint_urgency",
    "%(aftersales_rules.aftersales_complaint_register_action)d",
}
"""Buttons that show something and change nothing."""


def _visible_buttons(arch, values):
    """Names of the buttons that a form shows for these values, those of lists too."""
    found = set()
    for button in etree.fromstring(arch).iter("button"):
        chain = [button, *button.iterancestors()]
        # what a list inside the form shows depends on its rows: all of them count
        inner = [node for node in chain if node.tag in ("list", "kanban")]
        if inner:
            chain = chain[chain.index(inner[-1]) + 1 :]
        rules = [node.get("invisible") for node in chain if node.get("invisible")]
        if not any(safe_eval(rule, dict(values)) for rule in rules):
            found.add(button.get("name"))
    return found


class ReaderCase(CompensationCase, VisitCase):
    @classmethod
    def new_full(cls):
        """A complaint with one of everything that can belong to it."""
        complaint = cls.new_accepted(
            complaint_misuse=True,
            aftersales_product_id=cls.goods.id,
            complaint_quality_related="yes",
        )
        mine = complaint.with_user(cls.agent)
        ids = {"complaint_id": complaint.id, "company_id": cls.company.id}
        solution = cls.new_approved(50.0, complaint=complaint, cost_estimate=900.0)
        payer = solution.with_user(cls.accountant)
        payer._prepare_compensation("credit_note", 20.0).move_ids.action_post()
        payer._prepare_compensation("payment", 5.0)
        cls.new_cost(30.0, complaint=complaint, dealer_id=cls.dealer.id)
        mine._overrule_complaint("urgency", "urgent", "He shouts")
        mine._forward_complaint(cls.departments["sales"], cls.marketing, "Theirs")
        mine._complaint_log_contact("call", fields.Datetime.now(), True, "Called")
        cls.env["aftersales.complaint.verdict"]._insert(
            [
                {
                    **ids,
                    "verdict": "accepted",
                    "user_id": cls.sales_manager.id,
                    "done_at": fields.Datetime.now(),
                }
            ]
        )
        for model, vals in (
            ("visit", {}),
            (
                "inquiry",
                {
                    "kind": "cause",
                    "question": "Why?",
                    "department_id": cls.departments["technical"].id,
                    "due_at": fields.Datetime.now(),
                },
            ),
            ("photo.request", {}),
            ("dispute", {"subject": "Whose glass", "coordinator_id": cls.gm.id}),
            ("guidance", {"kind": "training", "notes": "So", "operators": "Ann"}),
        ):
            cls.env[f"aftersales.complaint.{model}"].create({**ids, **vals})
        cls.env["aftersales.dealer.supervision"].create(
            {
                "complaint_id": complaint.id,
                "dealer_id": cls.dealer.id,
                "task": "Seal the panes again",
            }
        )
        cls.env["aftersales.complaint.alert"].create(
            {
                **ids,
                "kind": "on_call",
                "user_ids": cls.gm.ids,
                "told_at": fields.Datetime.now(),
            }
        )
        return complaint


@tagged("post_install", "-at_install")
class TestComplaintReader(ReaderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls.new_full()
        cls.children = [
            name
            for name, field in cls.complaint._fields.items()
            if field.type == "one2many"
            and (field.comodel_name or "").startswith("aftersales.")
            and cls.complaint[name]
        ]

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.env.invalidate_all()
        self.seen = self.complaint.with_user(self.reader)

    # ------------------------------------------------------------------- reading

    def test_the_form_opens_with_all_that_belongs_to_it(self):
        self.assertGreaterEqual(len(self.children), 12, self.children)
        form = Form(self.seen, view=FORM)
        missing = [
            name
            for name in self.children
            if name in form._view["fields"] and len(form._values[name]) == 0
        ]
        self.assertEqual(missing, [])
        shown = set(self.children) & set(form._view["fields"])
        self.assertGreaterEqual(len(shown), 12, shown)

    def test_an_accountant_s_form_opens_too(self):
        for group in (
            "aftersales_rules.group_cost_accountant",
            "aftersales_rules.group_complaint_reader,helpdesk_mgmt.group_helpdesk_user_own",
            "aftersales_rules.group_complaint_reader,sales_team.group_sale_salesman",
        ):
            with self.subTest(group=group):
                user = self.new_user(f"more{len(group)}", group)
                Form(self.complaint.with_user(user), view=FORM)

    def test_what_belongs_to_it_opens(self):
        """Rows of the form are records of their own, with a form of their own."""
        for name in self.children:
            record = self.seen[name][:1]
            with self.subTest(model=record._name):
                Form(record)
                self.assertTrue(record.display_name)

    def test_the_register_is_read(self):
        register = self.env.ref("aftersales_rules.helpdesk_ticket_register_action")
        model = self.env["helpdesk.ticket"].with_user(self.reader)
        domain = safe_eval(register.domain)
        for view_type in ("list", "kanban", "search"):
            view = self.env.ref(
                f"aftersales_rules.helpdesk_ticket_register_view_{view_type}"
            )
            arch = model.get_view(view.id, view_type)["arch"]
            names = [f.get("name") for f in etree.fromstring(arch).iter("field")]
            rows = model.web_search_read(domain, {name: {} for name in names})
            self.assertIn(self.complaint.id, [row["id"] for row in rows["records"]])

    def test_the_register_is_exported_with_the_right_to_export(self):
        self.seen._complaint_get_about()
        self.complaint.complaint_registered_at = fields.Datetime.now()
        register = self.env["aftersales.complaint.register"]
        with self.assertRaisesRegex(AccessError, "Export"):
            register.with_user(self.reader).create({}).action_export()
        self.reader.group_ids += self.env.ref("base.group_allow_export")
        wizard = register.with_user(self.reader).create({})
        wizard.action_export()
        self.assertTrue(wizard.file)

    def test_the_menu_leads_there(self):
        menus = self.env["ir.ui.menu"].with_user(self.reader)._visible_menu_ids()
        for name in ("helpdesk_ticket_complaint_menu", "helpdesk_ticket_register_menu"):
            self.assertIn(self.env.ref(f"aftersales_rules.{name}").id, menus)
        for name in (
            "helpdesk_mgmt.helpdesk_ticket_main_menu",
            "aftersales_rules.aftersales_complaint_phone_menu",
        ):
            self.assertNotIn(self.env.ref(name).id, menus)

    def test_other_companies_and_plain_tickets_stay_out(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        other = self.new_accepted(company_id=sister.id)
        plain = self.new_ticket()
        mine = self.env["helpdesk.ticket"].with_user(self.reader)
        found = mine.search([("id", "in", (self.complaint | other | plain).ids)])
        self.assertEqual(found, self.complaint)
        for record in (other, plain):
            with self.assertRaises(AccessError):
                record.with_user(self.reader).read(["name"])

    # ------------------------------------------------------------------ decisions

    def _reads_decisions(self, user):
        complaint, order = self.env["aftersales.decision"], self.new_confirmed()
        complaint = complaint.search([("res_model", "=", "helpdesk.ticket")], limit=1)
        other = complaint.search(
            [("res_model", "=", order._name), ("res_id", "=", order.id)], limit=1
        )
        self.assertTrue(complaint and other)
        return [each.with_user(user).has_access("read") for each in (complaint, other)]

    def test_reading_complaints_takes_no_decisions_away(self):
        """An accountant reads why orders wait, before and after getting the role."""
        user = self.new_user("inv", "account.group_account_invoice")
        self.assertEqual(self._reads_decisions(user), [True, True])
        user.group_ids += self.env.ref("aftersales_rules.group_cost_accountant")
        self.assertEqual(self._reads_decisions(user), [True, True])

    def test_reading_complaints_gives_no_orders_of_others(self):
        self.customer.user_id = self.salesperson
        user = self.new_user("sal2", "sales_team.group_sale_salesman")
        self.assertEqual(self._reads_decisions(user), [False, False])
        user.group_ids += self.env.ref("aftersales_rules.group_complaint_reader")
        self.assertEqual(self._reads_decisions(user), [True, False])

    # -------------------------------------------------------------- changing nothing

    def test_nothing_is_written_made_or_deleted(self):
        for record in [self.seen, *(self.seen[name][:1] for name in self.children)]:
            for step in (
                lambda record=record: record.write({"create_uid": self.reader.id}),
                lambda record=record: record.create({}),
                lambda record=record: record.unlink(),
                lambda record=record: record.copy(),
            ):
                with (
                    self.subTest(model=record._name),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    step()
                    self.env.flush_all()
            self.assertFalse(record.has_access("write"), record)
            self.assertFalse(record.has_access("create"), record)
            self.assertFalse(record.has_access("unlink"), record)

    def test_no_action_of_a_complaint_is_the_reader_s(self):
        """Whatever has a button changes nothing for a reader who calls it."""
        harmless = READING | {
            "action_complaint_view_returns",
            "action_view_complaint_repairs",
            "action_view_complaint_replacements",
            "action_view_complaint_returns",
        }
        model = type(self.seen)
        ours = {
            name
            for klass in model.mro()
            if ".aftersales_rules." in klass.__module__
            for name in vars(klass)
            if name.startswith("action_")
        }
        self.assertGreater(len(ours), 30)
        for name in sorted(ours - harmless):
            with (
                self.subTest(action=name),
                self.assertRaises(UserError),
                self.env.cr.savepoint(),
            ):
                getattr(self.seen, name)()

    def test_only_what_shows_something_has_a_button(self):
        """In whichever state: what a reader may not do is not offered."""
        for state in (
            "intake",
            "accepted",
            "solution",
            "execution",
            "followup",
            "closed",
        ):
            self.complaint.complaint_state = state
            self.env.flush_all()
            form = Form(self.seen, view=FORM)
            values = {
                name: form._values[name]
                for name in form._view["fields"]
                if name in form._values
            }
            arch = self.seen.get_view(self.env.ref(FORM).id)["arch"]
            shown = _visible_buttons(arch, {**values, "uid": self.reader.id})
            extra = {
                name for name in shown if name not in READING and not name.isdigit()
            }
            with self.subTest(state=state):
                self.assertFalse(extra)

    def test_forms_of_its_parts_offer_nothing_else_either(self):
        for name in self.children:
            record = self.seen[name][:1]
            form = Form(record)
            arch = record.get_view(view_type="form")["arch"]
            values = {key: form._values.get(key) for key in form._view["fields"]}
            shown = _visible_buttons(arch, {**values, "uid": self.reader.id})
            with self.subTest(model=record._name):
                self.assertFalse(shown - READING - {None})


@tagged("post_install", "-at_install")
class TestComplaintReaderServed(ReaderCase, HttpCase):
    """The same through the door that the web client takes."""

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def test_a_web_client_opens_the_complaint_and_saves_nothing(self):
        complaint = self.new_full()
        spec = Form(complaint.with_user(self.reader), view=FORM)._view["fields_spec"]
        self.authenticate(self.reader.login, self.reader.login)
        [row] = self.call("helpdesk.ticket", "web_read", complaint.ids, spec)
        self.assertEqual(row["complaint_number"], complaint.complaint_number)
        self.assertEqual(len(row["complaint_solution_ids"]), 1)
        thread = {"thread_model": "helpdesk.ticket", "thread_id": complaint.id}
        self.make_jsonrpc_request("/mail/thread/messages", thread)
        for method, args in (
            ("web_save", (complaint.ids, {"name": "Mine"}, {})),
            ("write", (complaint.ids, {"priority": "3"})),
            ("action_take", (complaint.ids,)),
        ):
            with (
                self.subTest(method=method),
                self.assertRaisesRegex(JsonRpcException, "AccessError"),
                mute_logger("odoo.http"),
            ):
                self.call("helpdesk.ticket", method, *args)
