# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Compensation: from the approved solution through the books to who bears it (L10)."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_compensation import CompensationCase
from .common_cost_books import BooksCase

ACTIVITY = "aftersales_rules.mail_activity_compensation"


@tagged("post_install", "-at_install")
class TestCompensation(CompensationCase):
    # ---------------------------------------------------------------- credit note

    def test_a_credit_note_of_what_was_approved(self):
        """500 to the customer: debit compensation 500, credit receivable 500."""
        solution = self.new_approved()
        note = self.prepare(solution)
        self.assertEqual(note._name, "account.move")
        self.assertEqual(
            (note.state, note.move_type, note.amount_total, note.amount_tax),
            ("draft", "out_refund", 500.0, 0.0),
        )
        self.assertEqual(note.partner_id, self.customer)
        self.assertEqual(note.create_uid, self.accountant)
        self.assertEqual(solution.compensation_state, "prepared")
        self.assertFalse(self.cost_of(solution), "no cost before it is in the books")
        note.action_post()
        self.assertEqual(
            self.balances(note),
            {
                self.account: 500.0,
                self.customer.property_account_receivable_id: -500.0,
            },
        )
        self.assertEqual(solution.compensation_state, "paid")
        payout = solution.compensation_ids
        self.assertEqual(
            (payout.state, payout.amount, payout.company_amount, payout.approval_id),
            ("booked", 500.0, 500.0, solution.approval_ids),
        )

    def test_it_is_a_service_cost_that_the_rules_look_at(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        note.action_post()
        cost = self.cost_of(solution)
        self.assertEqual(
            (cost.cost_type, cost.amount, cost.company_amount, cost.state),
            ("compensation", 500.0, 500.0, "draft"),
        )
        self.assertEqual(cost.expense_account_id, self.account)
        self.assertEqual(cost.source_move_line_id, note.invoice_line_ids)
        self.assertEqual(cost._get_source(), solution.compensation_ids)
        shown = cost.with_user(self.accountant).action_open_source()
        self.assertEqual((shown["res_model"], shown["res_id"]), (note._name, note.id))
        self.assertEqual(solution.compensation_ids.cost_id, cost)

    def test_a_tax_of_the_settings_is_part_of_what_was_agreed(self):
        """119 agreed, tax 19 %: 100 is the cost, 19 is tax, the customer gets 119."""
        tax = self.env["account.tax"].create(
            {"name": "VAT 19", "amount": 19.0, "type_tax_use": "sale"}
        )
        self.company.aftersales_compensation_tax_id = tax
        solution = self.new_approved(119.0)
        note = self.prepare(solution)
        self.assertEqual(
            (note.amount_untaxed, note.amount_tax, note.amount_total),
            (100.0, 19.0, 119.0),
        )
        note.action_post()
        self.assertEqual(solution.compensation_paid, 119.0)
        self.assertEqual(self.cost_of(solution).company_amount, 100.0)

    def test_a_tax_by_fiscal_position_replaces_it(self):
        """The customer's position maps the tax away: all 119 are cost."""
        taxes = self.env["account.tax"]
        tax = taxes.create({"name": "VAT 19", "amount": 19.0, "type_tax_use": "sale"})
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        taxes.create(
            {
                "name": "Exempt",
                "amount": 0.0,
                "type_tax_use": "sale",
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(tax.ids)],
            }
        )
        self.company.aftersales_compensation_tax_id = tax
        self.customer.property_account_position_id = position
        note = self.prepare(self.new_approved(119.0))
        self.assertEqual(
            (note.amount_untaxed, note.amount_tax, note.amount_total),
            (119.0, 0.0, 119.0),
        )

    # -------------------------------------------------------------------- payment

    def test_a_payment_leaves_nothing_hanging_on_the_receivable(self):
        """500 paid: debit compensation 500, credit outstanding payments 500."""
        solution = self.new_approved()
        payment = self.prepare(solution, "payment")
        self.assertEqual(payment._name, "account.payment")
        self.assertEqual(
            (payment.state, payment.payment_type, payment.amount),
            ("draft", "outbound", 500.0),
        )
        self.assertEqual(solution.compensation_state, "prepared")
        payment.action_post()
        self.assertEqual(
            self.balances(payment.move_id),
            {self.account: 500.0, payment.outstanding_account_id: -500.0},
        )
        self.assertEqual(solution.compensation_state, "paid")
        cost = self.cost_of(solution)
        self.assertEqual(
            (cost.cost_type, cost.company_amount, cost.expense_account_id),
            ("compensation", 500.0, self.account),
        )

    def test_another_bank_does_not_move_it_to_the_receivable(self):
        """Changing the draft keeps it on the account for compensation."""
        payment = self.prepare(self.new_approved(), "payment")
        cash = self.env["account.journal"].create(
            {"name": "Till", "type": "cash", "code": "TILL"}
        )
        payment.journal_id = cash
        payment.action_post()
        self.assertEqual(self.balances(payment.move_id)[self.account], 500.0)

    # -------------------------------------------------------------------- once only

    def test_all_of_it_is_prepared_once(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        for step in (
            lambda: self.prepare(solution),
            lambda: solution.with_user(self.accountant)._prepare_compensation(
                "payment", 1.0
            ),
        ):
            with self.assertRaisesRegex(UserError, "prepared or paid") as caught:
                step()
            self.assertIn(self.accountant.name, str(caught.exception))
        note.action_post()
        with self.assertRaisesRegex(UserError, note.name):
            self.prepare(solution)

    def test_parts_up_to_what_was_approved(self):
        solution = self.new_approved()
        self.prepare(solution, amount=200.0).action_post()
        self.assertEqual(
            (solution.compensation_state, solution.compensation_left),
            ("to_pay", 300.0),
        )
        with self.assertRaisesRegex(UserError, "300.*500") as caught:
            self.prepare(solution, amount=300.01)
        self.assertIn(self.gm.name, str(caught.exception))
        self.prepare(solution, "payment", amount=300.0).action_post()
        self.assertEqual(solution.compensation_state, "paid")
        self.assertEqual(
            sorted(self.cost_of(solution).mapped("company_amount")), [200.0, 300.0]
        )

    def test_a_draft_that_was_raised_is_not_confirmed(self):
        solution = self.new_approved()
        note = self.prepare(solution, amount=200.0)
        line = note.invoice_line_ids
        line.price_unit = 500.01
        with self.assertRaisesRegex(UserError, "more than was approved"):
            note.action_post()
        line.price_unit = 450.0
        note.action_post()
        self.assertEqual(solution.compensation_left, 50.0)
        payment = self.prepare(solution, "payment")
        payment.amount = 51.0
        with self.assertRaisesRegex(UserError, "more than was approved"):
            payment.action_post()

    def test_what_is_lowered_in_the_draft_is_free_again(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        note.invoice_line_ids.price_unit = 120.0
        note.action_post()
        self.assertEqual(
            (solution.compensation_state, solution.compensation_left),
            ("to_pay", 380.0),
        )
        self.assertEqual(self.cost_of(solution).company_amount, 120.0)

    def test_it_goes_to_the_customer_of_the_complaint(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        note.partner_id = self.dealer
        with self.assertRaisesRegex(UserError, self.dealer.name):
            note.action_post()
        payment = self.prepare_after_deleting(note, solution, "payment")
        payment.partner_id = self.dealer
        with self.assertRaisesRegex(UserError, self.customer.name):
            payment.action_post()

    def prepare_after_deleting(self, note, solution, kind):
        note.unlink()
        return self.prepare(solution, kind)

    def test_it_stands_on_one_account(self):
        note = self.prepare(self.new_approved())
        other = self.account.copy({"code": "669901"})
        note.invoice_line_ids = [
            Command.update(note.invoice_line_ids.id, {"price_unit": 300.0}),
            Command.create(
                {
                    "name": "More",
                    "price_unit": 200.0,
                    "account_id": other.id,
                    "tax_ids": [],
                }
            ),
        ]
        with self.assertRaisesRegex(UserError, "several accounts"):
            note.action_post()

    def test_over_the_network_the_dialog_fills_itself_in(self):
        solution = self.new_approved()
        for kind, journal_type in (("credit_note", "sale"), ("payment", "bank")):
            wizard = (
                self.env["aftersales.compensation.pay"]
                .with_user(self.accountant)
                .create({"solution_id": solution.id, "kind": kind})
            )
            self.assertEqual(
                (wizard.amount, wizard.journal_id.type), (500, journal_type)
            )

    # ------------------------------------------------------------------ taken back

    def test_a_cancelled_or_deleted_draft_sets_the_amount_free(self):
        for kind in ("credit_note", "payment"):
            for step in ("cancel", "delete"):
                solution = self.new_approved()
                draft = self.prepare(solution, kind)
                if step == "delete":
                    draft.unlink()
                elif kind == "payment":
                    draft.action_cancel()
                else:
                    draft.button_cancel()
                with self.subTest(kind=kind, step=step):
                    self.assertEqual(solution.compensation_ids.state, "cancelled")
                    self.assertEqual(
                        (solution.compensation_state, solution.compensation_left),
                        ("to_pay", 500.0),
                    )
                    self.assertFalse(self.cost_of(solution))
                    self.prepare(solution)
                    self.assertEqual(solution.compensation_state, "prepared")

    def test_a_draft_that_is_revived_is_not_paid_twice(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        note.button_cancel()
        payment = self.prepare(solution, "payment")
        with self.assertRaisesRegex(UserError, "prepared or paid"):
            note.button_draft()
        payment.action_cancel()
        note.button_draft()
        with self.assertRaisesRegex(UserError, "prepared or paid"):
            payment.action_draft()
        note.action_post()
        self.assertEqual(solution.compensation_paid, 500.0)

    def test_reset_and_confirmed_again_it_is_one_cost(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        note.action_post()
        cost = self.cost_of(solution)
        note.button_draft()
        self.assertEqual(solution.compensation_state, "prepared")
        self.assertIn("not in the books", dict(cost._cost_blocks()[cost])["source"])
        note.invoice_line_ids.price_unit = 400.0
        note.action_post()
        self.assertEqual(self.cost_of(solution), cost)
        self.assertEqual((cost.amount, cost.company_amount), (400.0, 400.0))
        self.assertNotIn("source", dict(cost._cost_blocks()[cost]))

    def test_a_reversal_sets_the_amount_free(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        note.action_post()
        cost = self.cost_of(solution)
        note._reverse_moves(cancel=True)
        self.assertEqual(solution.compensation_ids.state, "reversed")
        self.assertEqual(cost.state, "cancelled")
        self.assertEqual(solution.compensation_state, "to_pay")
        self.prepare(solution, "payment").action_post()
        self.assertEqual(self.cost_of(solution).company_amount, 500.0)

    def test_what_is_posted_against_a_bearer_stays(self):
        """Taking the credit note back takes reversing its cost first."""
        for kind in ("credit_note", "payment"):
            solution = self.new_approved()
            draft = self.prepare(solution, kind)
            draft.action_post()
            self.cost_of(solution).write({"state": "posted"})
            entry = draft if kind == "credit_note" else draft.move_id
            steps = {"reverse": lambda e=entry: e._reverse_moves(cancel=True)}
            if kind == "payment":
                steps |= {"reset": draft.action_draft, "reject": draft.action_reject}
            else:
                steps |= {"reset": draft.button_draft, "cancel": draft.button_cancel}
            for name, step in steps.items():
                with (
                    self.subTest(kind=kind, step=name),
                    self.assertRaisesRegex(UserError, "Reverse that posting first"),
                    self.env.cr.savepoint(),
                ):
                    step()
                    self.env.flush_all()
                self.env.invalidate_all()

    # ------------------------------------------------------------------- who and when

    def test_nothing_before_the_customer_has_accepted(self):
        solution = self.propose(compensation_amount=500.0)
        with self.assertRaisesRegex(UserError, "has not accepted"):
            self.prepare(solution)

    def test_nothing_before_it_is_approved(self):
        solution = self.new_agreed()
        self.assertFalse(solution.compensation_state)
        with self.assertRaisesRegex(UserError, "waits for an approval") as caught:
            self.prepare(solution)
        self.assertIn(self.gm.name, str(caught.exception))

    def test_what_is_paid_is_not_withdrawn(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        with self.assertRaisesRegex(UserError, "prepared or paid") as caught:
            solution.with_user(self.agent).action_withdraw()
        self.assertIn(self.accountant.name, str(caught.exception))
        note.unlink()
        solution.with_user(self.agent).action_withdraw()
        self.assertEqual(
            (solution.state, solution.compensation_state), ("withdrawn", False)
        )

    def test_documents_lead_to_cost_and_complaint(self):
        for kind in ("credit_note", "payment"):
            solution = self.new_approved()
            document = self.prepare(solution, kind)
            self.assertEqual(document.source_cost_count, 0)
            document.action_post()
            document.invalidate_recordset()
            self.assertEqual(document.source_cost_count, 1)
            shown = document.action_view_source_costs()
            self.assertEqual(shown["res_id"], self.cost_of(solution).id)
            shown = document.action_view_compensation()
            self.assertEqual(shown["res_id"], solution.complaint_id.id)
            Form(document)

    def test_nothing_without_a_compensation(self):
        solution = self.propose(cost_estimate=900.0)
        with self.assertRaisesRegex(UserError, "offers no compensation"):
            self.prepare(solution)

    def test_an_approval_that_fell_away_stops_the_draft(self):
        """Graver than it was approved: the draft is not confirmed."""
        solution = self.new_approved()
        note = self.prepare(solution)
        solution.approval_state = "needed"
        with self.assertRaisesRegex(UserError, "needs an approval"):
            note.action_post()

    def test_only_accountants_pay(self):
        solution = self.new_approved()
        for user in (self.agent, self.gm, self.reader):
            mine = solution.with_user(user)
            for step in (
                mine.action_pay_compensation,
                lambda mine=mine: mine._prepare_compensation("credit_note", 1.0),
                mine.complaint_id.action_pay_complaint_compensation,
            ):
                with self.assertRaisesRegex(AccessError, "Accountants"):
                    step()
        wizards = self.env["aftersales.compensation.pay"]
        for user in (self.agent, self.gm, self.reader):
            self.assertFalse(wizards.with_user(user).has_access("create"))

    def test_nobody_writes_what_follows(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        payout = solution.compensation_ids
        for user in (self.accountant, self.gm):
            mine = payout.with_user(user)
            for step in (
                lambda m=mine: m.write({"amount": 1.0}),
                lambda m=mine: m.write({"state": "cancelled"}),
                lambda m=mine: m.create({"solution_id": solution.id}),
                lambda m=mine: m.unlink(),
                lambda m=mine: m.copy(),
                lambda u=user: solution.with_user(u).write({"compensation_paid": 0.0}),
                lambda u=user: solution.with_user(u).write(
                    {"compensation_state": "to_pay"}
                ),
                lambda u=user: note.with_user(u).write({"compensation_id": False}),
            ):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    step()
        with self.assertRaises(AccessError):
            self.env["account.payment"].with_user(self.accountant).create(
                {"amount": 1.0, "compensation_id": payout.id}
            )
        forged = (
            self.env["account.move"]
            .with_user(self.accountant)
            .with_context(default_compensation_id=payout.id)
            .create({"move_type": "out_refund", "partner_id": self.customer.id})
        )
        self.assertFalse(forged.compensation_id)

    def test_another_company_s_accountant_sees_and_pays_nothing(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        stranger = self.new_user(
            "acc2",
            "aftersales_rules.group_cost_accountant",
            company_id=sister.id,
            company_ids=[Command.set(sister.ids)],
        )
        solution = self.new_approved()
        self.prepare(solution)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            solution.with_user(stranger).action_pay_compensation()
        payouts = self.env["aftersales.compensation"].with_user(stranger)
        self.assertFalse(payouts.search([]))
        with self.assertRaises(AccessError):
            wizard = (
                self.env["aftersales.compensation.pay"]
                .with_user(stranger)
                .create({"solution_id": solution.id, "amount": 1.0})
            )
            self.env.invalidate_all()
            wizard.read(["approved_amount"])

    def test_an_account_that_is_missing_is_named(self):
        solution = self.new_approved()
        self.account.active = False
        with self.assertRaisesRegex(UserError, "account for compensation"):
            self.prepare(solution)

    # ------------------------------------------------------------------- being told

    def test_accountants_are_told_and_find_it_in_their_list(self):
        solution = self.new_agreed()
        complaint = solution.complaint_id
        tasks = self.env["mail.activity"].search
        mine = [
            ("res_model", "=", complaint._name),
            ("res_id", "=", complaint.id),
            ("activity_type_id", "=", self.env.ref(ACTIVITY).id),
        ]
        self.assertFalse(tasks(mine), "not before it is approved")
        solution.approval_ids.with_user(self.gm).action_approve("Yes")
        self.assertEqual(tasks(mine).user_id, self.accountant)
        self.assertIn("500", tasks(mine).note)
        action = self.env.ref("aftersales_rules.aftersales_solution_to_pay_action")
        listed = (
            self.env[action.res_model]
            .with_user(self.accountant)
            .search([("compensation_state", "=", "to_pay")])
        )
        self.assertIn(solution, listed)
        self.assertTrue(complaint.with_user(self.accountant).complaint_compensation_due)
        self.prepare(solution, amount=200.0)
        self.assertIn("300", tasks(mine).note, "what is left")
        note = self.prepare(solution)
        self.assertFalse(tasks(mine), "prepared: nothing is left to do")
        note.button_cancel()
        self.assertEqual(tasks(mine).user_id, self.accountant)

    def test_screens_open_for_those_who_see_them(self):
        solution = self.new_approved()
        note = self.prepare(solution)
        for user in (self.accountant, self.agent, self.reader):
            Form(solution.with_user(user))
            Form(solution.compensation_ids.with_user(user))
        Form(note)
        clerk = self.new_user("clerk", "account.group_account_invoice")
        Form(note.with_user(clerk))
        note.with_user(clerk).action_post()
        self.assertEqual(solution.compensation_state, "paid")

    # ------------------------------------------------------------------- currencies

    def test_in_the_currency_that_was_agreed(self):
        """1,000 at 8 to 1: 125.00 of company currency at the rate of the day."""
        currency = self.env["res.currency"].create(
            {
                "name": "XCN",
                "symbol": "¤",
                "rounding": 0.01,
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 8.0})],
            }
        )
        solution = self.new_approved(1000.0, compensation_currency_id=currency.id)
        note = self.prepare(solution)
        self.assertEqual((note.currency_id, note.amount_total), (currency, 1000.0))
        note.action_post()
        cost = self.cost_of(solution)
        self.assertEqual(
            (cost.currency_id, cost.amount, cost.company_amount),
            (currency, 1000.0, 125.0),
        )
        second = self.new_approved(1000.0, compensation_currency_id=currency.id)
        payment = self.prepare(second, "payment")
        payment.action_post()
        self.assertEqual(self.balances(payment.move_id)[self.account], 125.0)
        self.assertEqual(self.cost_of(second).company_amount, 125.0)
        third = self.new_approved(1000.0, compensation_currency_id=currency.id)
        note = self.prepare(third)
        note.currency_id = self.company.currency_id
        with self.assertRaisesRegex(UserError, "approved in XCN"):
            note.action_post()


@tagged("post_install", "-at_install")
class TestCompensationBooks(BooksCase, CompensationCase):
    """Who bears a compensation is posted with everything else."""

    def new_paid(self, kind="credit_note", amount=500.0, **values):
        solution = self.new_approved(amount, complaint=self.new_accepted(**values))
        document = self.prepare(solution, kind)
        document.action_post()
        entry = document if kind == "credit_note" else document.move_id
        return solution, entry, self.cost_of(solution)

    def say(self, cost, bearer, **values):
        """Somebody says who bears it, as the rules only observe here."""
        cost.write({"bearer": bearer, **values})
        self.review(cost)
        return cost

    def standing(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return round(sum(lines.mapped("balance")), 2)

    def setUp(self):
        super().setUp()
        self.set_mode("observe", "cost_liability")

    def test_a_dealer_pays_it_back_in_the_same_run(self):
        """500 paid to the customer by a credit note, and by a payment 300 more.

        Paid: debit compensation 500 + 300. Recharged: invoice of 880 to the dealer,
        800 credit compensation, 80 VAT of 10 %. Left on compensation: nothing.
        """
        compensation = self.accounts["compensation"]
        _solution, _note, first = self.new_paid()
        _solution, _entry, second = self.new_paid("payment", 300.0)
        self.assertEqual(self.standing(compensation), 800.0)
        costs = first | second
        for cost in costs:
            self.say(cost, "dealer", treatment="recharge", dealer_id=self.dealer.id)
        self.company.aftersales_cost_grouping = "bearer"
        invoice = self.post(costs).move_ids
        self.assert_books(
            invoice,
            (self.dealer.property_account_receivable_id, 880, 0),
            ("compensation", 0, 500),
            ("compensation", 0, 300),
            ("vat", 0, 80),
        )
        self.assertEqual(self.standing(compensation), 0.0)
        complaint = first.complaint_id
        self.assertEqual(
            (
                complaint.complaint_cost_entered,
                complaint.complaint_cost_booked,
                complaint.complaint_entry_count,
            ),
            (500.0, 500.0, 2),
        )
        self.assertEqual(
            (complaint.complaint_cost_recharged, complaint.complaint_cost_recovered),
            (500.0, 0.0),
        )
        self.pay(invoice.sudo())
        complaint.invalidate_recordset()
        self.assertEqual(
            (complaint.complaint_cost_recovered, complaint.complaint_cost_borne),
            (500.0, 0.0),
        )
        self.assertIn("Dealer", complaint.complaint_cost_bearers)
        moves = complaint.with_user(self.accountant).action_view_complaint_entries()
        self.assertIn(
            invoice, self.env["account.move"].search(moves["domain"]), "and the invoice"
        )

    def test_what_we_bear_becomes_service_expense(self):
        """500 paid and borne by us: debit service expense, credit compensation."""
        _solution, note, cost = self.new_paid()
        self.say(cost, "company", treatment="expense")
        posting = self.post(cost)
        self.assert_books(
            posting.move_ids, ("expense", 500, 0), ("compensation", 0, 500)
        )
        self.assertEqual(self.standing(self.accounts["compensation"]), 0.0)
        with self.assertRaisesRegex(UserError, "Reverse that posting first"):
            note.button_draft()
        self.reverse(posting)
        note.button_draft()
        note.button_cancel()
        self.assertEqual(cost.state, "cancelled")
        self.assertEqual(self.standing(self.accounts["compensation"]), 0.0)

    def test_a_reset_document_keeps_its_cost_out_of_the_books(self):
        _solution, note, cost = self.new_paid()
        self.say(cost, "company", treatment="expense")
        note.button_draft()
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "not in the books"):
            self.post(cost)
