# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common_investigation import InvestigationCase, new_photo


@tagged("post_install", "-at_install")
class TestComplaintInquiry(InvestigationCase):
    """Production, technical and quality answer their part, and nothing else (U6)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("observe", "investigation_path")

    def ask(
        self, complaint, kind="cause", department="production", user=None, **values
    ):
        wizard = (
            self.env["aftersales.complaint.ask"]
            .with_user(user or self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "kind": kind,
                    "department_id": self.departments[department].id,
                    "question": "Why did it break?",
                    **values,
                }
            )
        )
        wizard.action_ask()
        return complaint.complaint_inquiry_ids.sorted("id")[-1]

    # ---------------------------------------------------------------- asking

    def test_a_question_reaches_the_department(self):
        complaint = self.new_accepted()
        photo = self.attach(complaint)
        inquiry = self.ask(complaint)
        self.assertEqual(inquiry.state, "asked")
        self.assertEqual(inquiry.asked_by_id, self.agent)
        self.assertTrue(inquiry.name.startswith("CQ/"))
        self.assertEqual(inquiry.activity_ids.user_id, self.foreman)
        copy = inquiry.question_file_ids
        self.assertEqual(copy.res_model, inquiry._name)
        self.assertEqual(copy.with_user(self.foreman).raw, photo.raw)
        with self.assertRaises(AccessError):
            photo.with_user(self.foreman).read(["name"])
        self.assertEqual(complaint.complaint_state, "investigation")
        self.assertGreater(inquiry.due_at, fields.Datetime.now())

    def test_a_person_is_asked(self):
        colleague = self.new_user("prod2", "aftersales_rules.group_investigator")
        self.departments["production"].member_ids += colleague
        inquiry = self.ask(self.new_accepted(), user_id=colleague.id)
        self.assertEqual(inquiry.activity_ids.user_id, colleague)

    def test_deputy_of_who_is_away_is_told(self):
        deputy = self.new_user("prod3", "aftersales_rules.group_investigator")
        self.departments["production"].member_ids += deputy
        today = self.company._aftersales_now().date()
        self.env["aftersales.absence"].create(
            {
                "user_id": self.foreman.id,
                "deputy_id": deputy.id,
                "date_from": today,
                "date_to": today,
            }
        )
        inquiry = self.ask(self.new_accepted())
        self.assertEqual(inquiry.activity_ids.user_id, deputy)
        self.answer(inquiry, user=deputy, cause="x", **self.cause)
        self.assertEqual(inquiry.answered_by_id, deputy)

    def test_a_colleague_is_told_where_the_manager_may_not_answer(self):
        """Departments have managers who are no investigators."""
        production = self.departments["production"]
        production.manager_id = self.salesperson
        inquiry = self.ask(self.new_accepted())
        self.assertEqual(inquiry.activity_ids.user_id, self.foreman)
        production.member_ids = self.salesperson
        complaint = self.new_accepted()
        inquiry = self.ask(complaint)
        self.assertFalse(inquiry.activity_ids)
        notes = self.env["mail.message"].search(
            [("model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertIn("Nobody of Production", " ".join(notes.mapped("body")))

    def test_general_manager_without_access_stops_no_answer(self):
        self.departments["management"].manager_id = self.salesperson
        complaint = self.new_accepted()
        inquiry = self.ask(complaint, kind="responsibility", department="quality")
        self.answer(
            inquiry, responsible_department_id=self.departments["production"].id
        )
        self.assertEqual(inquiry.state, "answered")
        self.assertTrue(complaint.with_user(self.gm).complaint_may_confirm)

    def test_what_cannot_be_asked(self):
        complaint = self.new_accepted()
        for values, message in (
            ({"department_id": self.departments["sales"].id}, "Quality, production"),
            ({"user_id": self.inspector.id}, "does not belong"),
            ({"due_at": fields.Datetime.now() - timedelta(days=1)}, "past"),
        ):
            with (
                self.subTest(message=message),
                self.assertRaisesRegex(UserError, message),
            ):
                self.ask(complaint, **values)

    def test_only_after_sales_asks(self):
        complaint = self.new_accepted()
        with self.assertRaises(AccessError):
            self.ask(complaint, user=self.foreman)
        with self.assertRaises(AccessError):
            complaint.with_user(self.foreman).action_complaint_ask()
        with self.assertRaisesRegex(AccessError, "asked on the complaint"):
            self.env["aftersales.complaint.inquiry"].with_user(self.gm).create(
                {"complaint_id": complaint.id}
            )

    # ------------------------------------------------------- who sees and fills

    def test_investigators_see_only_their_questions(self):
        complaint = self.new_accepted()
        mine = self.ask(complaint)
        other = self.ask(complaint, department="technical")
        inquiries = self.env["aftersales.complaint.inquiry"]
        for user, expected in (
            (self.foreman, mine),
            (self.technician, other),
            (self.inspector, inquiries),
            (self.agent, mine | other),
            (self.gm, mine | other),
        ):
            with self.subTest(user=user.login):
                found = inquiries.with_user(user).search([])
                self.assertEqual(found, expected)
        with self.assertRaises(AccessError):
            other.with_user(self.foreman).read(["question"])
        with self.assertRaises(AccessError):
            inquiries.with_user(self.salesperson).search([])

    def test_investigators_need_no_complaint_but_see_the_summary(self):
        order = self.new_order(partner=self.customer)
        complaint = self.new_accepted(
            aftersales_order_id=order.id,
            complaint_quantity=3,
            complaint_contact_phone="+49 151 999",
        )
        inquiry = self.ask(complaint).with_user(self.foreman)
        with self.assertRaises(AccessError):
            complaint.with_user(self.foreman).read(["name"])
        self.assertIn("broke by themselves", inquiry.complaint_text)
        self.assertEqual(inquiry.complaint_customer, "Glassworks Ltd")
        self.assertEqual(inquiry.complaint_order, order.name)
        self.assertEqual(inquiry.complaint_quantity, 3)
        self.assertIn("Insulating pane", inquiry.complaint_product)
        with Form(inquiry) as form:  # the screen opens, and only the answer is open
            form.answer = "Pressed too hard."
            with self.assertRaises(AssertionError):
                form.question = "Something else?"

    def test_only_the_answer_can_be_filled_in(self):
        inquiry = self.ask(self.new_accepted()).with_user(self.foreman)
        for name, value in (
            ("question", "X"),
            ("state", "answered"),
            ("answered_by_id", self.foreman.id),
            ("department_id", self.departments["quality"].id),
            ("due_at", "2030-01-01 00:00:00"),
            ("complaint_id", self.new_accepted().id),
        ):
            with self.subTest(name=name), self.assertRaises(AccessError):
                inquiry.write({name: value})
        for user in (self.agent, self.gm, self.technician):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                inquiry.with_user(user).write({"answer": "I know better"})
        with self.assertRaises(UserError):
            inquiry.sudo().unlink()

    def test_context_fills_in_nothing(self):
        """Nobody forges an answer of quality with the defaults of a context."""
        forged = {
            "default_state": "answered",
            "default_answer": "All is well",
            "default_fault_found": "no",
            "default_answered_by_id": self.inspector.id,
            "default_cause_category": "customer",
        }
        complaint = self.new_accepted()
        agent = complaint.with_user(self.agent).with_context(**forged)
        agent.action_complaint_next_step()
        agent.action_complaint_ask_cause()
        requests = complaint.complaint_photo_request_ids
        self.assertEqual(requests.mapped("state"), ["asked"])
        for inquiry in complaint.complaint_inquiry_ids:
            self.assertEqual(inquiry.state, "asked")
            self.assertFalse(inquiry.answer)
            self.assertFalse(inquiry.fault_found)
            self.assertFalse(inquiry.answered_by_id)
            self.assertFalse(inquiry.cause_category)
        mine = self.asked(complaint, "cause").filtered(
            lambda inquiry: inquiry.department_id == self.departments["production"]
        )
        mine.with_user(self.foreman).with_context(**forged).write({"answer": "X"})
        self.assertEqual(mine.state, "asked")

    # --------------------------------------------------------------- answering

    cause = {"cause_category": "production", "countermeasure": "New press settings"}

    def test_cause_and_countermeasure(self):
        complaint = self.new_accepted()
        inquiry = self.ask(complaint)
        with self.assertRaisesRegex(UserError, "Cause.*Countermeasure"):
            self.answer(inquiry)
        self.answer(inquiry, cause="Pressed too hard.", **self.cause)
        self.assertEqual(inquiry.state, "answered")
        self.assertEqual(inquiry.answered_by_id, self.foreman)
        self.assertFalse(inquiry.activity_ids)
        self.assertEqual(complaint.complaint_cause, "Production: Pressed too hard.")
        self.assertIn("New press", complaint.complaint_countermeasure)
        self.assertEqual(complaint.complaint_cause_category, "production")
        self.assertNotified(complaint, self.agent)

    def test_an_answer_never_changes(self):
        inquiry = self.ask(self.new_accepted(), kind="other")
        report = (
            self.env["ir.attachment"]
            .with_user(self.foreman)
            .create({"name": "report.jpg", "raw": new_photo()})
        )
        self.answer(inquiry, answer_file_ids=[Command.link(report.id)])
        mine = inquiry.with_user(self.foreman)
        kept = inquiry.answer_file_ids
        self.assertEqual((kept.res_model, kept.res_id), (inquiry._name, inquiry.id))
        with self.assertRaises(UserError):
            mine.write({"answer": "Something else"})
        with self.assertRaises(UserError):
            mine.action_answer()
        with self.assertRaises(AccessError):
            kept.with_user(self.foreman).write({"raw": b"forged"})
        self.assertEqual(inquiry.answer, "We looked at it.")

    def test_asked_again_is_another_question(self):
        complaint = self.new_accepted()
        inquiry = self.ask(complaint, kind="other")
        self.answer(inquiry)
        action = inquiry.with_user(self.agent).action_ask_again()
        wizard = (
            self.env["aftersales.complaint.ask"]
            .with_user(self.agent)
            .with_context(**action["context"])
            .create({})
        )
        wizard.action_ask()
        again = complaint.complaint_inquiry_ids - inquiry
        self.assertEqual(again.previous_id, inquiry)
        self.assertEqual(again.question, inquiry.question)
        self.assertEqual(inquiry.state, "answered")

    def test_taken_back(self):
        complaint = self.new_accepted()
        inquiry = self.ask(complaint)
        with self.assertRaises(AccessError):
            inquiry.with_user(self.foreman).action_withdraw()
        inquiry.with_user(self.agent).action_withdraw()
        self.assertEqual(inquiry.state, "withdrawn")
        self.assertFalse(inquiry.activity_ids)
        with self.assertRaises(UserError):
            inquiry.with_user(self.foreman).action_answer()

    def test_overdue_is_found(self):
        inquiry = self.ask(self.new_accepted())
        self.assertFalse(inquiry.is_overdue)
        inquiry.sudo().due_at = fields.Datetime.now() - timedelta(hours=1)
        self.assertTrue(inquiry.is_overdue)
        inquiries = self.env["aftersales.complaint.inquiry"]
        self.assertIn(inquiry, inquiries.search([("is_overdue", "=", True)]))
        self.assertNotIn(inquiry, inquiries.search([("is_overdue", "=", False)]))

    def test_production_and_technical_are_asked_for_the_cause(self):
        complaint = self.new_accepted()
        complaint.with_user(self.agent).action_complaint_ask_cause()
        asked = complaint.complaint_inquiry_ids.department_id.mapped("kind")
        self.assertEqual(sorted(asked), ["production", "technical"])
        with self.assertRaisesRegex(UserError, "asked already"):
            complaint.with_user(self.agent).action_complaint_ask_cause()

    def test_confirmed_fault_asks_for_the_cause_by_itself(self):
        self.set_mode("enforce", "investigation_path")
        complaint = self.new_accepted()
        complaint.with_user(self.agent).action_complaint_piece_received()
        self.run_queue()
        self.answer(self.asked(complaint, "test"), "yes")
        causes = self.asked(complaint, "cause")
        self.assertEqual(
            sorted(causes.department_id.mapped("kind")), ["production", "technical"]
        )
        self.assertTrue(all(causes.mapped("by_rule")))

    def test_other_company_sees_nothing(self):
        inquiry = self.ask(self.new_accepted())
        other = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = self.new_user(
            "strange",
            "aftersales_rules.group_complaint_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        found = self.env["aftersales.complaint.inquiry"].with_user(stranger).search([])
        self.assertNotIn(inquiry, found)

    # ---------------------------------------------------- responsibility (C10)

    def test_quality_names_and_the_general_manager_confirms(self):
        complaint = self.new_accepted()
        inquiry = self.ask(complaint, kind="responsibility", department="quality")
        with self.assertRaisesRegex(UserError, "Responsible Department"):
            self.answer(inquiry)
        named = {
            "responsible_department_id": self.departments["production"].id,
            "responsible_user_id": self.foreman.id,
        }
        self.answer(inquiry, **named)
        self.assertEqual(
            complaint.complaint_responsible_department_id,
            self.departments["production"],
        )
        self.assertEqual(complaint.complaint_named_by_id, self.inspector)
        self.assertEqual(complaint.activity_ids.user_id, self.gm)
        for user in (self.agent, self.sales_manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                complaint.with_user(user).action_confirm_responsibility()
        complaint.with_user(self.gm).action_confirm_responsibility()
        self.assertEqual(complaint.complaint_confirmed_by_id, self.gm)
        self.assertFalse(complaint.activity_ids)
        with self.assertRaisesRegex(UserError, "already"):
            complaint.with_user(self.gm).action_confirm_responsibility()
        # named anew, it is to be confirmed anew
        again = self.ask(complaint, kind="responsibility", department="quality")
        self.answer(again, **{**named, "responsible_user_id": False})
        self.assertFalse(complaint.complaint_confirmed_at)
        self.assertFalse(complaint.complaint_responsible_user_id)

    def test_who_stands_in_for_the_general_manager_confirms(self):
        complaint = self.new_accepted()
        inquiry = self.ask(complaint, kind="responsibility", department="quality")
        today = self.company._aftersales_now().date()
        self.env["aftersales.absence"].create(
            {
                "user_id": self.gm.id,
                "deputy_id": self.sales_manager.id,
                "date_from": today,
                "date_to": today,
            }
        )
        self.answer(
            inquiry, responsible_department_id=self.departments["production"].id
        )
        self.assertEqual(complaint.activity_ids.user_id, self.sales_manager)
        self.assertFalse(complaint.with_user(self.agent).complaint_may_confirm)
        self.assertTrue(complaint.with_user(self.sales_manager).complaint_may_confirm)
        complaint.with_user(self.sales_manager).action_confirm_responsibility()
        self.assertEqual(complaint.complaint_confirmed_by_id, self.sales_manager)

    def test_only_quality_names_who_is_responsible(self):
        inquiry = self.ask(self.new_accepted())
        with self.assertRaisesRegex(AccessError, "Quality inspection names"):
            inquiry.with_user(self.foreman).write(
                {"responsible_user_id": self.technician.id}
            )

    def test_nobody_named_nothing_to_confirm(self):
        complaint = self.new_accepted()
        with self.assertRaisesRegex(UserError, "not named anybody"):
            complaint.with_user(self.gm).action_confirm_responsibility()

    def test_what_is_missing_before_closing(self):
        def missing():
            return {key for key, _text in complaint._complaint_missing()}

        complaint = self.new_accepted()
        inquiry = self.ask(complaint, kind="test", department="quality")
        self.assertIn("inquiry", missing())
        self.assertNotIn("cause", missing(), "no fault is confirmed")
        self.answer(inquiry, "yes")
        self.assertEqual(
            missing() & {"inquiry", "cause", "responsible", "confirmed"},
            {"cause", "responsible"},
        )
        self.answer(self.ask(complaint), cause="Pressure", **self.cause)
        self.answer(
            self.ask(complaint, kind="responsibility", department="quality"),
            responsible_department_id=self.departments["production"].id,
        )
        self.assertEqual(
            missing() & {"inquiry", "cause", "responsible", "confirmed"}, {"confirmed"}
        )
        complaint.with_user(self.gm).action_confirm_responsibility()
        self.assertNotIn("confirmed", missing())

    # --------------------------------------------------------------- disputes

    def test_dispute_with_coordinator_and_contract(self):
        order = self.new_order(partner=self.customer, user_id=self.agent.id)
        contract = self.attach(order, name="contract.jpg")
        order.contract_attachment_ids = contract
        complaint = self.new_accepted(aftersales_order_id=order.id)
        dispute = (
            self.env["aftersales.complaint.dispute"]
            .with_user(self.agent)
            .create(
                {
                    "complaint_id": complaint.id,
                    "subject": "Production denies the fault",
                    "coordinator_id": self.technician.id,
                    "contract_clause": "§ 7.2",
                }
            )
        )
        self.assertEqual(dispute.order_id, order)
        self.assertEqual(dispute.sudo().contract_ids, contract)
        self.assertEqual(dispute.raised_by_id, self.agent)
        self.assertNotified(complaint, self.technician)
        self.assertIn("dispute", {key for key, _t in complaint._complaint_missing()})
        mine = dispute.with_user(self.technician)
        with self.assertRaisesRegex(UserError, "how it was settled"):
            mine.action_settle()
        mine.outcome = "Production bears it, § 7.2."
        mine.action_settle()
        self.assertEqual(dispute.settled_by_id, self.technician)
        self.assertNotIn("dispute", {key for key, _t in complaint._complaint_missing()})
        with self.assertRaises(UserError):
            mine.outcome = "Something else"
        with self.assertRaises(UserError):
            dispute.sudo().unlink()

    def test_dispute_of_others_is_not_seen(self):
        complaint = self.new_accepted()
        values = {
            "complaint_id": complaint.id,
            "subject": "X",
            "coordinator_id": self.technician.id,
        }
        disputes = self.env["aftersales.complaint.dispute"]
        dispute = disputes.with_user(self.agent).create(values)
        self.assertFalse(disputes.with_user(self.foreman).search([]))
        with self.assertRaises(AccessError):
            disputes.with_user(self.foreman).create(values)
        with self.assertRaises(AccessError):
            dispute.with_user(self.agent).write({"state": "settled"})
