# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import AftersalesCase

PHOTO = base64.b64encode(b"\x89PNG a photo")


@tagged("post_install", "-at_install")
class TestLogistics(AftersalesCase):
    """What goes wrong on the way is logged, and told once to whom it concerns (O12)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "logistics_exception")
        cls.company.email = "office@example.com"
        cls.salesperson.email = "sal@example.com"
        cls.partner.write({"email": "dealer@example.com", "lang": "en_US"})
        cls.partner.with_company(cls.company).credit_limit = 100000.0
        cls.stock_up(cls.goods)
        cls.carrier = cls.env["res.partner"].create({"name": "Fast Freight"})
        cls.order = cls.new_confirmed(100.0)
        cls.order.order_line.product_uom_qty = 10
        cls.run_queue()
        cls.picking = cls.order.picking_ids
        cls.picking.write(
            {
                "aftersales_carrier_id": cls.carrier.id,
                "aftersales_route": "Ningbo – Hamburg",
                "aftersales_vehicle": "AB 1234",
            }
        )

    @classmethod
    def report(cls, kind="damaged", user=None, picking=None, quantity=0, **values):
        if quantity:
            line = {"product_id": cls.goods.id, "quantity": quantity}
            values["line_ids"] = [Command.create(line)]
        return (
            cls.env["aftersales.logistics.exception"]
            .with_user(user or cls.warehouse_user)
            .create({"picking_id": (picking or cls.picking).id, "kind": kind, **values})
            .with_env(cls.env)
        )

    def mails(self, problem, partner):
        return problem.message_ids.filtered(
            lambda m: partner in m.notified_partner_ids or partner in m.partner_ids
        )

    def set_tier(self, tier):
        self.partner.customer_tier_manual = tier

    # -------------------------------------------------------------- who is told

    def test_damage_is_told_to_the_salesperson_and_the_customer_once(self):
        problem = self.report(note="Two crates are wet")
        self.assertEqual((problem.severity, problem.state), ("general", "informed"))
        for partner in (self.partner, self.salesperson.partner_id):
            self.assertEqual(len(self.mails(problem, partner)), 1, partner.name)
        mail = self.mails(problem, self.partner)
        self.assertIn(self.order.name, mail.subject)
        self.assertIn("were damaged on the way", mail.body)
        self.assertIn("office@example.com", mail.email_from)
        self.assertFalse(mail.attachment_ids)
        told = self.mails(problem, self.salesperson.partner_id)
        self.assertIn("Two crates are wet", told.body)
        self.assertIn("Fast Freight", told.body)
        with self.assertRaisesRegex(UserError, "already"):
            problem.with_user(self.salesperson).action_inform_customer()
        problem.with_user(self.warehouse_user).write(
            {"line_ids": [Command.create({"product_id": self.goods.id, "quantity": 9})]}
        )
        self.assertEqual(problem.severity, "major", "it is graver than it seemed")
        self.assertEqual(len(self.mails(problem, self.partner)), 1)

    def test_chatter_of_transfer_and_order_has_it(self):
        problem = self.report()
        for record in (self.picking, self.order):
            bodies = " ".join(record.message_ids.mapped("body"))
            self.assertIn(problem.name, bodies)
            self.assertIn("was informed by e-mail", bodies)

    def test_customer_reads_it_in_the_own_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        template = self.env.ref("aftersales_rules.mail_template_logistics_customer")
        template.with_context(lang="zh_CN").write(
            {"subject": "您的订单 {{ object.order_id.name }} 的交货"}
        )
        self.partner.lang = "zh_CN"
        mail = self.mails(self.report(), self.partner)
        self.assertEqual(mail.subject, f"您的订单 {self.order.name} 的交货")

    def test_lost_goods_are_major(self):
        problem = self.report("lost")
        self.assertEqual(problem.severity, "major")
        self.assertTrue(problem.customer_informed_at)

    def test_damage_counts_by_its_share(self):
        self.assertEqual(self.report(quantity=1).severity, "general")
        self.assertEqual(self.report(quantity=2).severity, "major")

    def test_slight_delay_is_for_the_salesperson_to_judge(self):
        """But a key customer is told of any."""
        now = fields.Datetime.now()
        self.picking.move_ids.date_deadline = now - timedelta(days=1)
        self.assertEqual(self.picking.date_deadline, now - timedelta(days=1))
        problem = self.report("late")
        self.assertEqual(problem.days_late, 1)
        self.assertEqual((problem.severity, problem.state), ("general", "informed"))
        self.assertFalse(problem.customer_informed_at)
        self.assertTrue(problem.salesperson_informed_at)
        self.set_tier("key")
        self.assertTrue(self.report("late").customer_informed_at)

    def test_long_delay_is_major(self):
        self.assertEqual(self.report("late", days_late=7).severity, "major")
        problem = self.report("late", days_late=1)
        self.assertFalse(problem.customer_informed_at)
        problem.with_user(self.warehouse_user).days_late = 8
        self.assertEqual(problem.severity, "major")
        self.assertTrue(problem.customer_informed_at)

    def test_customer_without_address_is_called(self):
        self.partner.email = False
        problem = self.report("lost")
        self.assertFalse(problem.customer_informed_at)
        self.assertEqual(problem.state, "open")
        self.assertIn("please call", problem.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            problem.with_user(self.salesperson).action_inform_customer()
        problem.with_user(self.salesperson).action_informed_by_phone()
        self.assertEqual(problem.customer_informed_how, "phone")
        self.assertEqual(problem.state, "informed")

    def test_salesperson_who_reports_it_needs_no_mail(self):
        problem = self.report(user=self.salesperson)
        self.assertTrue(problem.salesperson_informed_at)
        self.assertFalse(self.mails(problem, self.salesperson.partner_id))

    # --------------------------------------------------------------------- modes

    def test_rules_that_observe_record_and_tell_nobody(self):
        self.set_mode("observe", "logistics_exception")
        problem = self.report("lost")
        self.assertFalse(problem.severity)
        self.assertEqual(problem.state, "open")
        self.assertFalse(self.mails(problem, self.partner))
        self.assertEqual(
            (problem.decision_id.mode, problem.decision_id.result),
            ("observe", "major"),
        )
        self.assertEqual(problem.decision_id.order_id, self.order)
        problem.with_user(self.salesperson).action_inform_customer()
        self.assertEqual(len(self.mails(problem, self.partner)), 1)
        self.assertEqual(problem.state, "informed")

    def test_rules_switched_off_are_not_asked(self):
        self.set_mode("off", "logistics_exception")
        problem = self.report("lost")
        self.assertFalse(problem.decision_id)
        self.assertEqual(problem.carrier_name, "Fast Freight")

    def test_why_explains_the_severity(self):
        problem = self.report(quantity=2)
        action = problem.with_user(self.salesperson).action_why()
        decision = self.env["aftersales.decision"].browse(action["res_id"])
        html = str(decision.with_user(self.salesperson).explanation_html)
        self.assertIn("Share affected", html)
        self.assertIn("20%", html)

    # -------------------------------------------------------------------- what for

    def test_only_transfers_that_deliver_sold_goods_have_problems(self):
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        self.assertFalse(receipt.may_report_problem)
        with self.assertRaisesRegex(UserError, "nothing that was sold"):
            receipt.action_report_problem()
        with self.assertRaisesRegex(UserError, "nothing that was sold"):
            self.report(picking=receipt)
        self.assertTrue(self.picking.may_report_problem)

    def test_only_the_last_step_and_not_the_return_has_problems(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.new_confirmed(100.0)
        pick = order.picking_ids.filtered(lambda p: p.picking_type_code == "internal")
        self.assertTrue(pick)
        self.assertFalse(pick.may_report_problem)

    def test_problem_of_a_delivery_that_arrived_is_reported_afterwards(self):
        self.picking.move_ids.write({"quantity": 10, "picked": True})
        self.picking.button_validate()
        self.assertEqual(self.picking.state, "done")
        self.assertTrue(self.picking.may_report_problem)
        self.assertEqual(self.report(quantity=2).severity, "major")

    def test_affected_products_are_those_on_the_transfer(self):
        stranger = self.new_product("Stranger", is_storable=True)
        line = {"product_id": stranger.id, "quantity": 1}
        with self.assertRaisesRegex(ValidationError, "is not on"):
            self.report(line_ids=[Command.create(line)])

    # ---------------------------------------------------------------------- photos

    def upload(self, user):
        return (
            self.env["ir.attachment"]
            .with_user(user)
            .create(
                {
                    "name": "crate.png",
                    "datas": PHOTO,
                    "res_model": "aftersales.logistics.exception",
                }
            )
        )

    def test_photo_of_the_warehouse_is_seen_by_the_salesperson(self):
        photo = self.upload(self.warehouse_user)
        with self.assertRaises(AccessError):
            photo.with_user(self.salesperson).read(["datas"])
        problem = self.report(photo_ids=[Command.link(photo.id)])
        self.assertEqual(photo.res_id, problem.id)
        self.assertTrue(photo.with_user(self.salesperson).read(["datas"]))

    def test_file_of_somebody_else_is_not_taken_over(self):
        secret = self.upload(self.admin)
        with self.assertRaises(AccessError):
            self.report(photo_ids=[Command.link(secret.id)])

    # ------------------------------------------------------------------- complaint

    def test_problem_becomes_a_complaint_with_its_facts_once(self):
        photo = self.upload(self.warehouse_user)
        problem = self.report(
            quantity=3, note="Two crates are wet", photo_ids=[Command.link(photo.id)]
        )
        mine = problem.with_user(self.warehouse_user)
        mine.action_make_complaint()
        ticket = problem.ticket_id
        self.assertEqual(ticket.partner_id, self.partner)
        self.assertEqual(ticket.partner_email, "dealer@example.com")
        self.assertEqual(ticket.aftersales_order_id, self.order)
        self.assertEqual(ticket.aftersales_picking_id, self.picking)
        self.assertEqual(ticket.aftersales_product_id, self.goods)
        self.assertEqual(ticket.priority, "2")
        self.assertFalse(ticket.user_id, "whoever works with complaints takes it")
        self.assertEqual(ticket.logistics_exception_ids, problem)
        for text in ("Damaged", self.order.name, self.picking.name, "Glass insulator"):
            self.assertIn(text, f"{ticket.name} {ticket.description}")
        note = ticket.message_ids.filtered("attachment_ids")
        self.assertTrue(note.is_internal or note.subtype_id.internal)
        for text in ("Two crates are wet", "Fast Freight", "AB 1234"):
            self.assertIn(text, note.body)
            self.assertNotIn(text, ticket.description, "the customer reads that one")
        self.assertEqual(ticket.attachment_ids.mapped("datas"), [PHOTO])
        mine.action_make_complaint()
        self.assertEqual(problem.ticket_id, ticket)
        self.assertEqual(
            self.env["helpdesk.ticket"].search_count(
                [("aftersales_picking_id", "=", self.picking.id)]
            ),
            1,
        )

    # ----------------------------------------------------------------------- roles

    def test_nobody_sets_by_hand_what_follows(self):
        problem = self.report()
        for user in (self.warehouse_user, self.salesperson):
            for vals in (
                {"state": "closed"},
                {"severity": "general"},
                {"customer_informed_at": fields.Datetime.now()},
                {"ticket_id": False},
                {"decision_id": False},
                {"order_id": False},
            ):
                with self.assertRaises(AccessError, msg=vals):
                    problem.with_user(user).write(vals)
            with self.assertRaises(UserError):
                problem.with_user(user).kind = "late"
            with self.assertRaises(AccessError):
                problem.with_user(user).unlink()

    def test_context_of_a_client_fills_in_nothing(self):
        problem = (
            self.env["aftersales.logistics.exception"]
            .with_user(self.warehouse_user)
            .with_context(
                default_customer_informed_at="2020-01-01 00:00:00",
                default_state="closed",
                default_picking_id=self.picking.id,
            )
            .create({"kind": "damaged"})
        )
        self.assertEqual(problem.state, "informed")
        self.assertNotEqual(problem.customer_informed_at.year, 2020)

    def test_warehouse_does_not_write_to_customers_by_hand(self):
        self.set_mode("observe", "logistics_exception")
        problem = self.report()
        for action in ("action_inform_customer", "action_informed_by_phone"):
            with self.assertRaises(AccessError):
                getattr(problem.with_user(self.warehouse_user), action)()

    def test_closed_problem_stays_as_it_is(self):
        problem = self.report(quantity=1)
        problem.with_user(self.warehouse_user).action_close()
        self.assertEqual(problem.closed_by_id, self.warehouse_user)
        with self.assertRaisesRegex(UserError, "closed"):
            problem.with_user(self.salesperson).note = "Changed"
        with self.assertRaisesRegex(UserError, "closed"):
            problem.line_ids.with_user(self.warehouse_user).quantity = 5

    def test_salesperson_sees_own_problems_the_warehouse_all(self):
        problem = self.report()
        other = self.new_user("sal2", "sales_team.group_sale_salesman")
        self.assertFalse(problem.with_user(other).has_access("read"))
        self.assertTrue(problem.with_user(self.salesperson).has_access("read"))
        self.assertTrue(problem.with_user(self.warehouse_user).has_access("read"))

    def test_customer_on_the_portal_sees_no_problems(self):
        portal = self.new_user(
            "portal", "base.group_portal", partner_id=self.partner.id
        )
        problem = self.report()
        with self.assertRaises(AccessError):
            problem.with_user(portal).read(["note"])
        with self.assertRaises(AccessError):
            self.report(user=portal)

    def test_other_company_sees_no_problems(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user(
            "elsewhere",
            "stock.group_stock_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        problem = self.report(quantity=1)
        self.assertFalse(problem.with_user(stranger).has_access("read"))
        self.assertFalse(problem.line_ids.with_user(stranger).has_access("read"))

    # --------------------------------------------------------------------- carriers

    def test_carriers_of_odoo_are_used_where_they_are(self):
        """Without them the partner on the transfer is the carrier."""
        self.assertEqual(
            self.picking.aftersales_has_carriers,
            "carrier_tracking_ref" in self.picking._fields,
        )
        self.picking.aftersales_tracking_ref = "T1"
        self.assertEqual(self.picking._get_tracking_number(), "T1")
        self.assertEqual(self.picking._get_carrier_name(), "Fast Freight")
