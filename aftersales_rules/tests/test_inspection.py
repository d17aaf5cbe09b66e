# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
from ast import literal_eval

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tests.common import HttpCase

from .common_transfer import TransferCase

PAPER = base64.b64encode(b"certificate of a laboratory")


@tagged("post_install", "-at_install")
class TestInspection(TransferCase):
    """What needs it leaves only with a recorded pass, and the certificate (O16)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inspector = cls.new_user("qi", "aftersales_rules.group_quality_inspector")
        cls.lens = cls.new_product(
            "Lens",
            is_storable=True,
            tracking="lot",
            inspection_required=True,
            inspection_characteristic_ids=[
                Command.create(
                    {
                        "name": "Diameter",
                        "test": "between",
                        "lower": 4.9,
                        "upper": 5.1,
                        "unit": "mm",
                    }
                ),
                Command.create({"name": "Scratches", "test": "look", "sequence": 20}),
            ],
        )
        cls.lot = cls.new_lot("LOT1", 10)

    @classmethod
    def new_lot(cls, name, quantity=10, product=None):
        product = product or cls.lens
        lot = cls.env["stock.lot"].create({"name": name, "product_id": product.id})
        cls.env["stock.quant"]._update_available_quantity(
            product, cls.warehouse.lot_stock_id, quantity, lot_id=lot
        )
        return lot

    @classmethod
    def new_lens_delivery(cls, quantity=5, product=None):
        order, picking = cls.new_delivery(quantity, product=product or cls.lens)
        picking.action_assign()
        cls.run_queue()
        return order, picking

    @classmethod
    def inspect(cls, lot=None, result="pass", user=None, **values):
        """A recorded inspection, all of its values good or bad."""
        product = values.pop("product", None) or (lot and lot.product_id) or cls.lens
        values.update(product_id=product.id, lot_id=lot and lot.id)
        inspection = (
            cls.env["aftersales.inspection"]
            .with_user(user or cls.inspector)
            .create(values)
        )
        cls.measure(inspection, "5.0" if result == "pass" else "5.2")
        inspection.note = "As seen"
        inspection.result = result
        inspection.action_record()
        return inspection.with_env(cls.env)

    @classmethod
    def measure(cls, inspection, value="5.0", look="ok"):
        for line in inspection.line_ids:
            if line.test == "look":
                line.look = look
            else:
                line.measured = value

    def ship(self, picking):
        picking = picking.with_user(self.warehouse_user)
        picking.move_ids.picked = True
        return picking.button_validate()

    # ---------------------------------------------------------------- the transfer

    def test_lot_without_a_pass_stays_and_the_message_names_it(self):
        order, picking = self.new_lens_delivery()
        self.assertEqual(self.transfer_causes(picking), ["inspection"])
        message = self.assertRefused(self.ship(picking))
        for text in ("Lens", "LOT1", "Final inspection missing", self.inspector.name):
            self.assertIn(text, message)
        self.assertEqual(picking.hold_state, "held")
        notice = str(picking.with_user(self.warehouse_user).hold_notice)
        self.assertIn("LOT1", notice)
        decision = picking.hold_ids.decision_id
        self.assertEqual(decision.order_id, order)
        with self.assertRaisesRegex(UserError, "LOT1"):
            picking.with_user(self.warehouse_user).move_ids._action_done()

    def test_pass_lets_it_leave(self):
        _order, picking = self.new_lens_delivery()
        inspection = self.inspect(self.lot)
        self.assertFalse(picking.transfer_held)
        self.assertIs(self.ship(picking), True)
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.inspection_ids, inspection)

    def test_fail_keeps_it_until_a_newer_pass(self):
        _order, picking = self.new_lens_delivery()
        failed = self.inspect(self.lot, "fail")
        self.assertEqual(self.transfer_causes(picking), ["inspection"])
        self.assertEqual(self.lot.inspection_result, "fail")
        self.assertRefused(self.ship(picking))
        passed = self.inspect(self.lot)
        self.assertEqual(failed.superseded_by_id, passed)
        self.assertEqual(self.lot.inspection_result, "pass")
        self.assertFalse(picking.transfer_held)
        self.assertIs(self.ship(picking), True)

    def test_newer_fail_counts_against_an_older_pass(self):
        _order, picking = self.new_lens_delivery()
        self.inspect(self.lot)
        self.inspect(self.lot, "fail")
        self.assertEqual(self.transfer_causes(picking), ["inspection"])
        self.assertRefused(self.ship(picking))

    def test_each_lot_that_leaves_needs_its_own_pass(self):
        self.new_lot("LOT2", 10)
        self.inspect(self.lot)
        _order, picking = self.new_lens_delivery(15)
        self.assertEqual(len(picking.move_line_ids.lot_id), 2)
        message = self.assertRefused(self.ship(picking))
        self.assertIn("LOT2", message)
        self.assertNotIn("LOT1", message)

    def test_lot_that_stays_behind_needs_no_pass(self):
        """Only what is picked leaves; the rest becomes a backorder."""
        self.new_lot("LOT2", 10)
        self.inspect(self.lot)
        order, picking = self.new_lens_delivery(15)
        for line in picking.move_line_ids:
            line.picked = line.lot_id == self.lot
        self.run_queue()
        self.assertFalse(picking.transfer_held)
        wizard = picking.with_user(self.warehouse_user).button_validate()
        self.env[wizard["res_model"]].with_user(self.warehouse_user).with_context(
            **wizard["context"]
        ).create({}).process()
        self.assertEqual(picking.state, "done")
        backorder = order.picking_ids - picking
        backorder.action_assign()
        self.run_queue()
        self.assertEqual(self.transfer_causes(backorder), ["inspection"])

    def test_lot_changed_on_the_transfer_is_judged(self):
        other = self.new_lot("LOT2", 10)
        self.inspect(self.lot)
        _order, picking = self.new_lens_delivery()
        self.assertEqual(picking.move_line_ids.lot_id, self.lot)
        self.assertFalse(picking.transfer_held)
        picking.move_line_ids.lot_id = other
        self.run_queue()
        self.assertEqual(self.transfer_causes(picking), ["inspection"])
        picking.move_line_ids.lot_id = self.lot
        self.run_queue()
        self.assertFalse(picking.transfer_held)

    def test_each_serial_number_needs_its_own_pass(self):
        lamp = self.new_product(
            "Lamp", is_storable=True, tracking="serial", inspection_required=True
        )
        serials = [self.new_lot(f"SN{i}", 1, lamp) for i in (1, 2)]
        self.inspect(serials[0])
        _order, picking = self.new_lens_delivery(2, lamp)
        message = self.assertRefused(self.ship(picking))
        self.assertIn("SN2", message)
        self.assertNotIn("SN1", message)
        self.inspect(serials[1])
        self.assertIs(self.ship(picking), True)

    def test_goods_without_lots_are_inspected_on_the_delivery(self):
        """By quantity; what is left of a passed quantity may leave later."""
        self.goods.inspection_required = True
        order, picking = self.new_lens_delivery(10, self.goods)
        self.assertIn("10", picking.hold_ids.reason)
        self.inspect(product=self.goods, picking_id=picking.id, quantity=4)
        self.assertEqual(self.transfer_causes(picking), ["inspection"])
        self.inspect(product=self.goods, picking_id=picking.id, quantity=10)
        self.assertFalse(picking.transfer_held)
        picking.move_ids.quantity = 4
        picking.move_ids.picked = True
        wizard = picking.with_user(self.warehouse_user).button_validate()
        self.env[wizard["res_model"]].with_user(self.warehouse_user).with_context(
            **wizard["context"]
        ).create({}).process()
        backorder = order.picking_ids - picking
        backorder.action_assign()
        self.run_queue()
        self.assertFalse(backorder.transfer_held)
        self.inspect(
            "", "fail", product=self.goods, picking_id=backorder.id, quantity=6
        )
        self.assertEqual(self.transfer_causes(backorder), ["inspection"])

    def test_inspection_of_one_delivery_is_not_one_of_another(self):
        self.goods.inspection_required = True
        _order, first = self.new_lens_delivery(2, self.goods)
        _order, second = self.new_lens_delivery(2, self.goods)
        self.inspect(product=self.goods, picking_id=first.id, quantity=50)
        self.assertFalse(first.transfer_held)
        self.assertEqual(self.transfer_causes(second), ["inspection"])

    def test_only_the_last_step_asks_for_it(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order, _pickings = self.new_lens_delivery()
        for _step in ("pick", "pack"):
            picking = order.picking_ids.filtered(lambda p: p.state == "assigned")
            self.assertFalse(picking.needs_inspection)
            self.assertIs(self.ship(picking), True)
        ship = order.picking_ids.filtered(lambda p: p.state == "assigned")
        self.run_queue()
        self.assertTrue(ship.needs_inspection)
        self.assertRefused(self.ship(ship))

    def test_return_needs_no_inspection(self):
        self.inspect(self.lot)
        _order, picking = self.new_lens_delivery()
        self.ship(picking)
        self.inspect(self.lot, "fail")
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.action_assign()
        self.assertFalse(back.needs_inspection)
        self.assertIs(self.ship(back), True)

    def test_other_products_are_not_looked_at(self):
        _order, picking = self.new_lens_delivery(1, self.goods)
        self.assertFalse(picking.needs_inspection)
        self.assertFalse(picking._filter_transfer_concerned())
        count = self.env["aftersales.decision"].search_count(
            [("res_model", "=", "stock.picking")]
        )
        self.assertIs(self.ship(picking), True)
        self.assertEqual(
            count,
            self.env["aftersales.decision"].search_count(
                [("res_model", "=", "stock.picking")]
            ),
        )

    def test_gate_that_observes_lets_leave_and_records(self):
        self.set_mode("observe", "transfer_release")
        _order, picking = self.new_lens_delivery()
        self.assertIs(self.ship(picking), True)
        decision = self.env["aftersales.decision"].search(
            [("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)], limit=1
        )
        self.assertEqual((decision.mode, decision.result), ("observe", "hold"))

    def test_many_transfers_are_asked_about_in_as_many_queries_as_two(self):
        self.goods.inspection_required = True

        def pickings(count):
            found = self.env["stock.picking"]
            for _i in range(count):
                found |= self.new_lens_delivery(1, self.goods)[1]
                found |= self.new_lens_delivery(1)[1]
            return found

        counts = []
        for batch in (pickings(1), pickings(4)):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            gaps = batch._get_inspection_gaps()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(gaps.values()))
        self.assertEqual(*counts)

    # --------------------------------------------------------------- the inspection

    def test_values_outside_the_limits_do_not_pass(self):
        for value, verdict in (
            ("4.9", "ok"),
            ("5,1", "ok"),
            ("5.11", "not_ok"),
            ("0", "not_ok"),
            (False, False),
        ):
            inspection = self.env["aftersales.inspection"].create(
                {"product_id": self.lens.id, "lot_id": self.lot.id, "result": "pass"}
            )
            self.measure(inspection, value)
            line = inspection.line_ids[0]
            self.assertEqual(line.verdict, verdict, value)
            if verdict == "ok":
                inspection.action_record()
            else:
                with self.assertRaisesRegex(UserError, "Diameter"):
                    inspection.action_record()

    def test_what_was_not_looked_at_does_not_pass(self):
        inspection = self.env["aftersales.inspection"].create(
            {"product_id": self.lens.id, "lot_id": self.lot.id}
        )
        self.measure(inspection, look=False)
        with self.assertRaisesRegex(UserError, "Scratches"):
            inspection.action_pass()

    def test_words_and_nonsense_are_no_measured_values(self):
        inspection = self.env["aftersales.inspection"].create(
            {"product_id": self.lens.id, "lot_id": self.lot.id}
        )
        for value in ("fine", "nan", "inf", "5.0 mm"):
            with self.assertRaises(ValidationError):
                inspection.line_ids[0].measured = value

    def test_inspector_does_not_change_what_the_product_asks(self):
        mine = self.env["aftersales.inspection"].with_user(self.inspector)
        line = {
            "characteristic_id": self.lens.inspection_characteristic_ids[0].id,
            "name": "Diameter",
            "upper": 9.0,
        }
        inspection = mine.create(
            {
                "product_id": self.lens.id,
                "lot_id": self.lot.id,
                "line_ids": [Command.create(line)],
            }
        )
        self.assertEqual(inspection.line_ids.upper, 5.1)
        for vals in ({"upper": 9.0}, {"test": "look"}, {"characteristic_id": False}):
            with self.assertRaisesRegex(UserError, "set on the product"):
                inspection.line_ids.write(vals)
        self.measure(inspection)
        with self.assertRaisesRegex(UserError, "Not measured yet: Scratches"):
            inspection.action_pass()
        with self.assertRaises(AccessError):
            self.lens.inspection_characteristic_ids[0].with_user(
                self.inspector
            ).upper = 9.0

    def test_at_least_and_at_most(self):
        line = self.env["aftersales.inspection.line"].new
        for test, value, verdict in (
            ("at_least", "0.5", "ok"),
            ("at_least", "0.49", "not_ok"),
            ("at_most", "0.6", "ok"),
            ("at_most", "0.61", "not_ok"),
        ):
            limits = {"name": "X", "lower": 0.5, "upper": 0.6}
            self.assertEqual(
                line({**limits, "test": test, "measured": value}).verdict, verdict
            )

    def test_fail_says_why(self):
        inspection = self.env["aftersales.inspection"].create(
            {"product_id": self.lens.id, "lot_id": self.lot.id}
        )
        self.measure(inspection)
        with self.assertRaisesRegex(UserError, "why"):
            inspection.action_fail()

    def test_lot_is_one_of_the_product(self):
        with self.assertRaises(ValidationError):
            self.env["aftersales.inspection"].create(
                {"product_id": self.goods.id, "lot_id": self.lot.id}
            )
        inspection = self.env["aftersales.inspection"].create(
            {"product_id": self.lens.id}
        )
        self.measure(inspection)
        with self.assertRaisesRegex(UserError, "Which lot"):
            inspection.action_pass()

    def test_inspect_opens_a_draft_for_each_gap_once(self):
        self.new_lot("LOT2", 10)
        _order, picking = self.new_lens_delivery(15)
        action = picking.with_user(self.inspector).action_inspect()
        drafts = self.env["aftersales.inspection"].search([("state", "=", "draft")])
        self.assertEqual(set(drafts.lot_id.mapped("name")), {"LOT1", "LOT2"})
        self.assertEqual(len(drafts[0].line_ids), 2)
        self.assertEqual(action["res_model"], "aftersales.inspection")
        picking.with_user(self.inspector).action_inspect()
        self.assertEqual(
            drafts, self.env["aftersales.inspection"].search([("state", "=", "draft")])
        )
        with self.assertRaises(AccessError):
            picking.with_user(self.warehouse_user).action_inspect()

    def test_inspector_finds_what_is_to_be_inspected(self):
        """Also while the gate only observes."""
        self.set_mode("observe", "transfer_release")
        _order, picking = self.new_lens_delivery()
        _order, other = self.new_lens_delivery(1, self.goods)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aftersales_rules.aftersales_inspection_hold_action"
        )
        found = picking.with_user(self.inspector).search(literal_eval(action["domain"]))
        self.assertIn(picking, found)
        self.assertNotIn(other, found)

    def test_lot_knows_the_order_that_made_it(self):
        production = self.env["mrp.production"].create(
            {"product_id": self.lens.id, "lot_producing_ids": [self.lot.id]}
        )
        self.assertEqual(self.inspect(self.lot).production_id, production)

    # ---------------------------------------------------------------- immutability

    def test_recorded_inspection_never_changes(self):
        inspection = self.inspect(self.lot, "fail")
        mine = inspection.with_user(self.inspector)
        for vals in ({"result": "pass"}, {"lot_id": False}, {"note": "x"}):
            for record in (mine, inspection.sudo()):
                with self.assertRaises(UserError, msg=vals):
                    record.write(vals)
        for record in (mine, inspection.sudo()):
            with self.assertRaises(UserError):
                record.line_ids[0].measured = "5.0"
            with self.assertRaises(UserError):
                record.unlink()
            with self.assertRaises(UserError):
                record.action_pass()
        with self.assertRaises(AccessError):
            mine.superseded_by_id = False

    def test_nobody_records_past_the_button(self):
        create = self.env["aftersales.inspection"].with_user(self.inspector).create
        vals = {"product_id": self.lens.id, "lot_id": self.lot.id, "result": "pass"}
        with self.assertRaises(AccessError):
            create({**vals, "state": "recorded"})
        with_context = self.env["aftersales.inspection"].with_user(self.inspector)
        draft = with_context.with_context(default_state="recorded").create(vals)
        self.assertEqual(draft.state, "draft")
        with self.assertRaises(AccessError):
            draft.state = "recorded"

    def test_file_of_a_recorded_inspection_is_not_exchanged(self):
        mine = self.env["ir.attachment"].with_user(self.inspector)
        paper = mine.create({"name": "lab.pdf", "datas": PAPER})
        inspection = self.inspect(self.lot, certificate_ids=[Command.link(paper.id)])
        self.assertEqual(inspection.certificate_ids.datas, PAPER)
        self.assertEqual(inspection.certificate_ids.res_id, inspection.id)
        with self.assertRaises(AccessError):
            inspection.certificate_ids.with_user(self.inspector).datas = b"AAAA"
        reader = inspection.certificate_ids.with_user(self.warehouse_user)
        self.assertEqual(reader.datas, PAPER)

    def test_file_of_another_document_is_copied(self):
        """There it could be exchanged."""
        foreign = self.env["ir.attachment"].create(
            {
                "name": "lab.pdf",
                "datas": PAPER,
                "res_model": "res.partner",
                "res_id": self.partner.id,
            }
        )
        inspection = self.inspect(self.lot, certificate_ids=[Command.link(foreign.id)])
        self.assertNotEqual(inspection.certificate_ids, foreign)
        foreign.datas = base64.b64encode(b"something else")
        self.assertEqual(inspection.certificate_ids.datas, PAPER)

    # ----------------------------------------------------------------------- roles

    def test_only_inspectors_record(self):
        values = {"product_id": self.lens.id, "lot_id": self.lot.id}
        portal = self.new_user(
            "portal", "base.group_portal", partner_id=self.partner.id
        )
        draft = self.env["aftersales.inspection"].create(values)
        self.measure(draft)
        for user in (self.warehouse_user, self.salesperson, self.controller, portal):
            with self.assertRaises(AccessError):
                self.env["aftersales.inspection"].with_user(user).create(values)
            with self.assertRaises(AccessError):
                draft.with_user(user).action_record()
            with self.assertRaises(AccessError):
                draft.with_user(user).action_pass()
        with self.assertRaises(AccessError):
            draft.with_user(portal).read(["result"])

    def test_other_company_sees_and_records_nothing_here(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user(
            "elsewhere",
            "aftersales_rules.group_quality_inspector",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        inspection = self.inspect(self.lot)
        self.assertFalse(inspection.with_user(stranger).has_access("read"))
        self.assertFalse(inspection.line_ids.with_user(stranger).has_access("read"))

    # ---------------------------------------------------------------- certificates

    def render(self, report, record):
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            report, record.ids
        )
        return html.decode()

    def test_certificate_has_company_values_and_result(self):
        inspection = self.inspect(self.lot)
        html = self.render("aftersales_rules.report_inspection", inspection)
        for text in (
            "Inspection Certificate",
            inspection.name,
            "LOT1",
            "Diameter",
            "4.9 – 5.1 mm",
            self.inspector.name,
            self.company.name,
        ):
            self.assertIn(text, html)

    def test_certificate_follows_the_delivery_slip(self):
        _order, picking = self.new_lens_delivery()
        slip = "stock.report_deliveryslip"
        self.assertNotIn("Inspection Certificate", self.render(slip, picking))
        inspection = self.inspect(self.lot)
        self.assertIn(inspection.name, self.render(slip, picking))
        self.ship(picking)
        self.inspect(self.lot, "fail")
        html = self.render(slip, picking)
        self.assertIn(inspection.name, html, "it left with that one")
        self.assertEqual(picking.certificate_ids, inspection)
        report = "aftersales_rules.report_picking_certificates"
        self.assertIn(inspection.name, self.render(report, picking))

    def test_slip_of_other_products_is_as_ever(self):
        _order, picking = self.new_lens_delivery(1, self.goods)
        html = self.render("stock.report_deliveryslip", picking)
        self.assertNotIn("Inspection", html)
        html = self.render("aftersales_rules.report_picking_certificates", picking)
        self.assertIn("There is no inspection certificate", html)

    def test_mail_of_the_delivery_has_the_laboratory_s_certificate(self):
        paper = self.env["ir.attachment"].create({"name": "lab.pdf", "datas": PAPER})
        self.inspect(
            self.lot, user=self.env.user, certificate_ids=[Command.link(paper.id)]
        )
        self.company.stock_move_email_validation = True
        self.partner.email = "dealer@example.com"
        _order, picking = self.new_lens_delivery()
        self.ship(picking)
        mail = picking.message_ids.filtered("partner_ids")
        self.assertIn("lab.pdf", mail.attachment_ids.mapped("name"))


@tagged("post_install", "-at_install")
class TestInspectionPortal(HttpCase, TransferCase):
    """The customer finds the certificate with the delivery (O16)."""

    def test_customer_reads_that_the_slip_has_a_certificate(self):
        self.goods.inspection_required = True
        portal = self.new_user(
            "portal", "base.group_portal", partner_id=self.partner.id
        )
        order, picking = self.new_delivery(2)
        picking.action_assign()
        self.authenticate(portal.login, portal.login)
        page = self.url_open(f"/my/orders/{order.id}").text
        self.assertIn(picking.name, page)
        self.assertNotIn("With inspection certificate", page)
        inspection = self.env["aftersales.inspection"].create(
            {"product_id": self.goods.id, "picking_id": picking.id, "quantity": 2}
        )
        inspection.action_pass()
        page = self.url_open(f"/my/orders/{order.id}").text
        self.assertIn("With inspection certificate", page)
