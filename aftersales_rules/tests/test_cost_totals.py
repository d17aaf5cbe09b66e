# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The complaint shows what it costs, who bears it, and what came back (U8)."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common_compensation import CompensationCase

FORM = "helpdesk_mgmt.ticket_view_form"


@tagged("post_install", "-at_install")
class TestCostTotals(CompensationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("observe", "cost_liability")  # who bears it is said by the test
        cls.complaint = cls.new_accepted()

    @classmethod
    def new_borne(cls, amount, bearer, treatment="recharge", **values):
        cost = cls.new_cost(amount, **values)
        cost.write({"bearer": bearer, "treatment": treatment})
        return cost

    def test_sums_and_bearers(self):
        """100 + 40 company, 60 dealer; the 7 that were cancelled are nobody's."""
        self.new_borne(100.0, "company", "expense")
        self.new_borne(40.0, "company", "manufacturing")
        self.new_borne(60.0, "dealer", dealer_id=self.dealer.id)
        self.new_borne(7.0, "dealer").action_cancel()
        seen = self.complaint.with_user(self.reader)
        self.assertEqual(
            (seen.complaint_cost_count, seen.complaint_cost_entered), (3, 200.0)
        )
        self.assertEqual(
            (seen.complaint_cost_booked, seen.complaint_cost_borne), (0, 200)
        )
        table = seen.complaint_cost_bearers
        for words in ("Company", "140", "Dealer", "60"):
            self.assertIn(words, table)
        self.assertNotIn("Customer", table)

    def test_what_was_offered_is_the_estimate(self):
        """300 + 500 of a refused round do not count, 250 + 100 of the agreed one do."""
        refused = self.propose(
            self.complaint, cost_estimate=300.0, compensation_amount=500.0
        )
        refused.with_user(self.agent)._note_answer("refused", text="Too little")
        self.assertEqual(self.complaint.complaint_cost_estimated, 0.0)
        self.propose(self.complaint, cost_estimate=250.0, compensation_amount=100.0)
        self.assertEqual(self.complaint.complaint_cost_estimated, 350.0)

    def test_many_complaints_take_no_more_queries_than_one(self):
        complaints = self.complaint | self.new_accepted() | self.new_accepted()
        for complaint in complaints:
            self.new_borne(10.0, "company", "expense", complaint=complaint)
        names = ("complaint_cost_entered", "complaint_entry_count")

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            records.mapped("complaint_number")
            before = self.env.cr.sql_log_count
            records.mapped(names[0])
            records.mapped(names[1])
            return self.env.cr.sql_log_count - before

        count(complaints)  # templates and the like are read once
        self.assertLessEqual(count(complaints), count(self.complaint))

    def test_after_sales_enters_a_cost_on_one_line(self):
        with Form(self.complaint.with_user(self.agent), view=FORM) as form:
            with form.complaint_cost_ids.new() as line:
                line.name = "Taxi to the site"
                line.cost_type = "travel"
                line.amount = 35.0
        cost = self.complaint.complaint_cost_ids
        self.assertEqual(
            (cost.name, cost.amount, cost.company_id, cost.state, cost.create_uid),
            ("Taxi to the site", 35.0, self.company, "draft", self.agent),
        )

    def test_an_accountant_reads_the_page_and_opens_the_costs(self):
        cost = self.new_borne(10.0, "company", "expense")
        mine = self.complaint.with_user(self.accountant)
        form = Form(mine, view=FORM)
        self.assertEqual(form.complaint_cost_entered, 10.0)
        action = mine.action_view_complaint_costs()
        found = self.env[action["res_model"]].with_user(self.accountant)
        self.assertEqual(found.search(action["domain"]), cost)

    def test_entries_lead_from_the_complaint_and_back(self):
        solution = self.new_approved(complaint=self.complaint)
        note = self.prepare(solution, amount=200.0)
        payment = self.prepare(solution, "payment")
        self.assertEqual(self.complaint.complaint_entry_count, 1, "the draft has none")
        payment.action_post()
        note.action_post()
        self.complaint.invalidate_recordset()
        mine = self.complaint.with_user(self.accountant)
        self.assertEqual(mine.complaint_entry_count, 2)
        action = mine.action_view_complaint_entries()
        moves = self.env["account.move"].search(action["domain"])
        self.assertEqual(moves, note.sudo() | payment.sudo().move_id)
        for document in (note, payment):
            shown = document.action_view_compensation()
            self.assertEqual(
                (shown["res_model"], shown["res_id"]),
                (self.complaint._name, self.complaint.id),
            )

    def test_entries_are_accounting_s(self):
        with self.assertRaisesRegex(AccessError, "accounting"):
            self.complaint.with_user(self.agent).action_view_complaint_entries()
        sister = self.env["res.company"].create({"name": "Sister"})
        stranger = self.new_user(
            "acc3",
            "aftersales_rules.group_cost_accountant",
            company_id=sister.id,
            company_ids=[Command.set(sister.ids)],
        )
        for name in ("action_view_complaint_entries", "action_view_complaint_costs"):
            with self.assertRaises(AccessError):
                getattr(self.complaint.with_user(stranger), name)()

    # ------------------------------------------------------------------ the closing

    def test_open_costs_are_missing_where_liability_is_enforced(self):
        self.new_borne(12.5, "company", "expense", name="Taxi")
        solution = self.new_approved(complaint=self.complaint)
        self.assertFalse(self._missing() & {"costs", "compensation"})
        self.set_mode("enforce", "cost_liability")
        self.assertEqual(
            self._missing() & {"costs", "compensation"}, {"costs", "compensation"}
        )
        texts = dict(self.complaint._complaint_missing())
        self.assertIn("12.5", texts["costs"])
        self.assertIn("Taxi", texts["costs"])
        self.assertIn(self.accountant.name, texts["costs"])
        note = self.prepare(solution)
        note.action_post()
        self.complaint.complaint_cost_ids.write({"state": "posted"})
        self.assertFalse(self._missing() & {"costs", "compensation"})

    def _missing(self):
        return {key for key, _text in self.complaint._complaint_missing()}
