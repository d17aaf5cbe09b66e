# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..rules import REGISTRY
from .common_rules import RulesCase

MODELS = {
    "credit_hold": "sale.order",
    "shipment_release": "sale.order",
    "customer_tier": "res.partner",
    "shipping_day": "sale.order",
    "order_urgency": "sale.order",
    "quotation_promise": "sale.order",
    "complaint_deadline": "helpdesk.ticket",
    "transfer_release": "stock.picking",
    "logistics_exception": "aftersales.logistics.exception",
    "mould_fee_refund": "aftersales.fee.agreement",
    "investigation_path": "helpdesk.ticket",
    "project_conflict": "sale.order",
    "project_period": "aftersales.project",
    "breakage_liability": "helpdesk.ticket",
    "customer_care": "aftersales.care.plan",
    "service_survey": "repair.order",
    "cost_liability": "aftersales.cost",
    "complaint_intake": "helpdesk.ticket",
    "order_kind": "sale.order",
    "production_release": "sale.order",
    "complaint_type": "helpdesk.ticket",
    "complaint_severity": "helpdesk.ticket",
    "complaint_urgency": "helpdesk.ticket",
    "complaint_routing": "helpdesk.ticket",
    "complaint_escalation": "helpdesk.ticket",
    "solution_approval": "aftersales.complaint.solution",
    "complaint_closing": "helpdesk.ticket",
}
"""What each decision of the product judges."""
WITHOUT = {
    "shipping_day": {"local_time"},
    "complaint_deadline": {"clock"},
}
"""Facts that nothing is behind, beside the currency: the clock on the wall, and the
question that was asked."""


@tagged("post_install", "-at_install")
class TestFactOrigin(RulesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.origins = cls.env["aftersales.fact.origin"]
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "user_id": cls.users["salesman"].id,
            }
        )

    def test_every_fact_of_the_product_says_where_it_comes_from(self):
        sources = self.origins._fact_sources()
        self.assertEqual(set(MODELS), set(sources))
        ours = {
            spec.name: spec
            for spec in REGISTRY
            if ".addons.aftersales_rules." in spec.facts.__module__
        }
        self.assertEqual(set(ours), set(sources))
        for name, spec in ours.items():
            with self.subTest(name):
                missing = set(spec.fact_fields) - set(sources[name]) - {"currency"}
                self.assertEqual(missing, WITHOUT.get(name, set()))
                self.assertLessEqual(set(sources[name]), set(spec.fact_fields))

    def test_every_path_leads_to_a_field(self):
        for name, sources in self.origins._fact_sources().items():
            for fact, source in sources.items():
                with self.subTest(decision=name, fact=fact):
                    if source.startswith("_"):
                        self.assertTrue(callable(getattr(self.origins, source)))
                        continue
                    model = self.env[MODELS[name]]
                    *way, last = source.split(".")
                    for step in way:
                        model = self.env[model._fields[step].comodel_name]
                    self.assertIn(last, model._fields)

    def test_documents_that_sources_are_written_for(self):
        documents = self.origins._fact_documents()
        self.assertEqual(set(documents), set(MODELS))
        for name, model in MODELS.items():
            self.assertIn(model, documents[name])

    def about(self, decision, document, **values):
        """A record of a decision about any document."""
        item = {
            "decision": self.decide(overdue_days=5, has_guarantor=True),
            "company": self.company,
            "event": "manual",
            "mode": "observe",
            "result": "none",
            "partner": self.customer,
            "name": "Anything",
        }
        decisions = self.env["aftersales.decision"]
        vals = decisions._prepare_vals(item) | {
            "decision": decision,
            "res_model": document._name,
            "res_id": document.id,
            **values,
        }
        return decisions._insert([vals])

    def test_a_decision_may_be_about_any_document(self):
        """Another addon asks for credit without an order: it is still explained."""
        record = self.about("credit_hold", self.customer)
        shown = record.get_explanation()
        self.assertFalse(shown["failure"])
        self.assertFalse([fact for fact in shown["facts"] if fact["origin"]])
        with self.assertRaisesRegex(UserError, "nothing to open behind"):
            record.open_fact("order_kind")

    def test_no_decision_stumbles_over_a_document_of_another_kind(self):
        """Every decision of the product, about everything that any of them judges."""
        documents = {*MODELS.values(), "res.users", "account.move", "crm.lead"}
        for model in sorted(documents & set(self.env.registry)):
            document = self.env[model].sudo().search([], limit=1)
            for name, fitting in self.origins._fact_documents().items():
                with self.subTest(decision=name, document=model):
                    record = self.about(name, document or self.env[model].browse(0))
                    found = self.origins.sudo()._fact_origins(record.sudo())
                    if model not in fitting:
                        self.assertEqual(found, {})

    def test_a_document_without_anything_in_it_has_origins_or_none(self):
        """Nothing in any field: no figure leads to an error."""
        for name, fitting in self.origins._fact_documents().items():
            record = self.about(name, self.order).sudo()
            for model in fitting:
                empty = self.env[model].sudo().new({})
                with (
                    self.subTest(decision=name, document=model),
                    patch.object(
                        type(self.origins), "_get_document", lambda *a, e=empty: e
                    ),
                ):
                    for origin in self.origins.sudo()._fact_origins(record).values():
                        self.assertTrue(origin["text"])

    def test_of_a_part_of_an_order_the_order_is_looked_at(self):
        """A transfer or a request that names its order."""
        record = self.about("credit_hold", self.customer, order_id=self.order.id)
        self.assertIn("exposure", self.origins.sudo()._fact_origins(record.sudo()))

    def test_the_debts_behind_an_exposure_are_opened_as_they_are_now(self):
        record = self.record(order=self.order)
        action = record.with_user(self.users["accountant"])
        with self.assertRaisesRegex(UserError, "nothing behind “Exposure” now"):
            action.open_fact("exposure")
        account = self.env["account.account"].create(
            {
                "name": "Debtors",
                "code": "110000",
                "account_type": "asset_receivable",
                "reconcile": True,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        income = self.env["account.account"].create(
            {
                "name": "Sales",
                "code": "400000",
                "account_type": "income",
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Misc",
                "code": "MISCA",
                "type": "general",
                "company_id": self.company.id,
            }
        )
        for amount in (100, 200):
            self.env["account.move"].create(
                {
                    "journal_id": journal.id,
                    "company_id": self.company.id,
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "account_id": account.id,
                                "partner_id": self.customer.id,
                                "debit": amount,
                                "date_maturity": "2020-01-01",
                            },
                        ),
                        (0, 0, {"account_id": income.id, "credit": amount}),
                    ],
                }
            ).action_post()
        opened = action.open_fact("exposure")
        self.assertIn("Exposure: as it is now", opened["name"])
        lines = self.env[opened["res_model"]].search(opened["domain"])
        self.assertEqual(sorted(lines.mapped("debit")), [100, 200])
        self.assertEqual(lines.account_id, account)
        facts = {
            fact["name"]: fact["origin"] for fact in action.get_explanation()["facts"]
        }
        self.assertEqual(facts["overdue_amount"]["count"], 2)
        self.assertTrue(facts["overdue_amount"]["can_open"])
        self.assertFalse(facts["currency"])
        # the salesman sees the figure and the words, and opens what is theirs
        sales = record.with_user(self.users["salesman"])
        facts = {
            fact["name"]: fact["origin"] for fact in sales.get_explanation()["facts"]
        }
        self.assertIn("Dealer", facts["exposure"]["text"])
        self.assertFalse(facts["exposure"]["can_open"])
        self.assertTrue(facts["promised_date"]["can_open"])
        with self.assertRaisesRegex(UserError, "You may see the figure “Exposure”"):
            sales.open_fact("exposure")
        opened = sales.open_fact("promised_date")
        self.assertEqual(
            (opened["res_model"], opened["res_id"]), ("sale.order", self.order.id)
        )

    def test_there_is_not_always_something_to_open(self):
        record = self.record(order=self.order)
        for name, text in {
            "currency": "nothing to open behind “Currency”",
            "no_such": "“no_such” is no fact",
        }.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, text):
                record.open_fact(name)
        gone = self.record(res_model="sale.order", res_id=self.order.id + 999999)
        with self.assertRaisesRegex(UserError, "nothing to open"):
            gone.open_fact("exposure")
        self.assertFalse(gone.get_explanation()["document"])

    def test_another_companys_people_get_nothing(self):
        record = self.record(order=self.order)
        stranger = self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "stranger_a",
                "group_ids": [(6, 0, [self.env.ref("aftersales_rules.group_user").id])],
                "company_id": self.env.ref("base.main_company").id,
                "company_ids": [(6, 0, self.env.ref("base.main_company").ids)],
            }
        )
        theirs = record.with_user(stranger)
        for call in (
            lambda: theirs.get_explanation(),
            lambda: theirs.try_values({}, {}),
            lambda: theirs.open_fact("exposure"),
        ):
            with self.assertRaises(AccessError):
                call()
