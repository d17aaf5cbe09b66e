# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import itertools
from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..models.site_key import normalise, site_key
from .common_project import ProjectCase

SAME = (
    (
        "Riverside Hotel",
        "riverside  hotel",
        "RIVERSIDE-HOTEL",
        "Ｒｉｖｅｒｓｉｄｅ　hotel",
    ),
    ("Straße 5", "STRASSE 5", "Strasse-5", "straße\t５"),
    ("上海大厦（一期）", "上海大厦(一期)", "上海 大厦 一期", "上海大厦【一期】"),
    ("南京路１２３号", "南京路123号", "南京路 123 号。", "南京路–123号"),
    ("Café Nord", "CAFÉ NORD", "Cafe\u0301 nord"),
    ("カフェ北", "ｶﾌｪ北", "カフェ・北"),
)
DIFFERENT = (
    ("上海中心大厦一期", "上海中心大厦二期"),
    ("5 Mill Lane", "51 Mill Lane"),
    ("5a Mill Lane", "5 Mill Lane"),
    ("Tower 1", "Tower 2"),
)


@tagged("post_install", "-at_install")
class TestSiteKey(ProjectCase):
    """When two names or addresses are the same."""

    def test_case_blanks_width_and_punctuation_do_not_count(self):
        for group in SAME:
            for one, other in itertools.combinations(group, 2):
                with self.subTest(one=one, other=other):
                    self.assertEqual(normalise(one), normalise(other))

    def test_letters_and_digits_count(self):
        for one, other in DIFFERENT:
            with self.subTest(one=one, other=other):
                self.assertNotEqual(normalise(one), normalise(other))

    def test_normalising_twice_changes_nothing(self):
        for text in itertools.chain(*SAME, *DIFFERENT):
            self.assertEqual(normalise(normalise(text)), normalise(text))

    def test_nothing_but_punctuation_is_nothing(self):
        for text in (None, "", "   ", "。，（）", "--"):
            self.assertEqual(normalise(text), "")

    def key(self, street, city, zip_code, country=1):
        return site_key(street, city, zip_code, lambda: country)

    def test_a_town_is_no_site(self):
        self.assertFalse(self.key("", "Bristol", "BS1"))
        self.assertFalse(self.key("5 Mill Lane", "", ""))
        self.assertTrue(self.key("5 Mill Lane", "", "BS1"))

    def test_parts_do_not_run_into_each_other(self):
        """Road 1 in town 23 is not road 12 in town 3, nor the one abroad."""
        self.assertNotEqual(self.key("1", "23", ""), self.key("12", "3", ""))
        self.assertNotEqual(self.key("1", "23", ""), self.key("1", "23", "", 2))

    def test_the_postcode_counts_only_without_a_town(self):
        self.assertEqual(
            self.key("5 Mill Lane", "Bristol", "BS1"),
            self.key("5 Mill lane", "BRISTOL", ""),
        )


@tagged("post_install", "-at_install")
class TestProjectConflict(ProjectCase):
    """Orders of others beside running registrations (O13)."""

    def at_site(self, **values):
        return self.env["res.partner"].create(
            {
                "name": "Goods in",
                "parent_id": self.rival.id,
                "type": "delivery",
                "street": "5, MILL lane",
                "city": "bristol",
                **values,
            }
        )

    # ------------------------------------------------------------- what competes

    def test_an_order_of_another_party_to_the_same_site(self):
        """Whatever it is for."""
        project = self.new_running()
        order = self.new_rival_order(
            1, product=self.service, partner_shipping_id=self.at_site().id
        )
        self.confirm(order)
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.picking_ids or order.order_line, "nothing is stopped")
        [conflict] = order.project_conflict_ids
        self.assertRecordValues(
            conflict,
            [
                {
                    "project_id": project.id,
                    "kind": "site",
                    "state": "open",
                    "partner_id": self.rival.id,
                    "user_id": self.salesperson.id,
                }
            ],
        )
        self.assertIn("Riverside Hotel", order.project_conflict_notice)
        self.assertIn("same site", order.project_conflict_notice)
        self.assertIn(self.manager.name, order.project_conflict_notice)
        self.assertLessEqual(
            self.manager | self.salesperson, order.activity_ids.user_id
        )
        decision = conflict.decision_id
        self.assertEqual(decision.result, "conflict")
        self.assertEqual(decision.order_id, order)
        self.assertIn("Days in common", decision.explanation_html)

    def test_the_name_of_the_project_is_enough(self):
        """On the order, in the customer's reference, or of the delivery address."""
        self.new_running(name="上海中心大厦（一期）")
        written = "上海 中心大厦 (一期)"
        for values in (
            {"aftersales_project_name": written},
            {"client_order_ref": written},
            {"partner_shipping_id": self.at_site(name=written, street="x").id},
        ):
            order = self.confirm(
                self.new_rival_order(1, product=self.service, **values)
            )
            self.assertEqual(self.open_kinds(order), ["site"], values)

    def test_the_same_product_in_a_similar_quantity(self):
        """From 80 to 120 %, both included."""
        self.new_running(100)
        for quantity, kinds in (
            (79, []),
            (80, ["product"]),
            (100, ["product"]),
            (120, ["product"]),
            (121, []),
        ):
            order = self.confirm(self.new_rival_order(quantity))
            self.assertEqual(self.open_kinds(order), kinds, quantity)

    def test_the_band_is_a_threshold(self):
        self.new_running(100)
        self.set_threshold("project_quantity_low", "50 %")
        order = self.confirm(self.new_rival_order(60))
        self.assertEqual(self.open_kinds(order), ["product"])

    def test_quantities_are_compared_in_one_unit(self):
        """Eight dozens are 96 pieces."""
        self.new_running(100)
        order = self.new_rival_order(8)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(self.open_kinds(self.confirm(order)), ["product"])
        decision = order.project_conflict_ids.decision_id
        self.assertIn("96%", decision.reason_display)

    def test_two_lines_of_a_product_count_together(self):
        self.new_running(100)
        order = self.new_rival_order(50)
        order.order_line.copy({"order_id": order.id})
        self.assertEqual(self.open_kinds(self.confirm(order)), ["product"])

    def test_a_category_covers_its_products(self):
        """Also those of a category inside it; not of the one around it."""
        wall = self.env["product.category"].create({"name": "Wall"})
        silk = self.env["product.category"].create(
            {"name": "Silk", "parent_id": wall.id}
        )
        roll = self.new_product("Silk roll", is_storable=True, categ_id=silk.id)
        other = self.new_product("Wall roll", is_storable=True, categ_id=wall.id)
        self.new_running(
            line_ids=[Command.create({"categ_id": silk.id, "quantity": 100})]
        )
        self.assertEqual(
            self.open_kinds(self.confirm(self.new_rival_order(100, product=roll))),
            ["product"],
        )
        self.assertFalse(
            self.confirm(self.new_rival_order(100, product=other)).project_conflict_ids
        )

    def test_without_a_common_unit_there_is_no_quantity(self):
        """Kilograms of something registered in pieces compete for no quantity."""
        wall = self.env["product.category"].create({"name": "Wall"})
        paste = self.new_product(
            "Paste", categ_id=wall.id, uom_id=self.env.ref("uom.product_uom_kgm").id
        )
        self.new_running(
            line_ids=[Command.create({"categ_id": wall.id, "quantity": 100})]
        )
        order = self.confirm(self.new_rival_order(100, product=paste))
        self.assertFalse(order.project_conflict_ids)

    def test_the_registered_dealer_competes_with_nobody(self):
        """Contacts of the dealer's company are the dealer."""
        self.new_running(100)
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.partner.id}
        )
        for partner in (self.partner, contact):
            order = self.confirm(self.new_rival_order(100, partner_id=partner.id))
            self.assertFalse(order.project_conflict_ids)

    def test_only_in_the_period(self):
        """From the order to its promised delivery; a day in common is enough."""
        tomorrow = self.today + timedelta(days=1)
        self.new_running(100, date_from=tomorrow)
        self.assertFalse(self.confirm(self.new_rival_order(100)).project_conflict_ids)
        noon = datetime.combine(tomorrow, datetime.min.time()).replace(hour=12)
        order = self.confirm(self.new_rival_order(100, commitment_date=noon))
        self.assertEqual(self.open_kinds(order), ["product"])

    def test_only_running_registrations_of_the_company_count(self):
        """Filed, closed, or of another company: no conflict."""
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids |= other
        theirs = self.new_project(100, company_id=other.id)
        theirs.action_file()
        theirs.with_user(self.manager).with_company(other).action_sign_off()
        self.assertEqual(theirs.state, "running")
        closed = self.new_running(100)
        closed.action_close()
        self.new_project(100).action_file()
        self.assertFalse(self.confirm(self.new_rival_order(100)).project_conflict_ids)

    # ------------------------------------------------------------ when it is asked

    def test_judged_when_the_quotation_is_sent(self):
        self.new_running(100)
        order = self.new_rival_order(100)
        self.run_queue()
        self.assertFalse(order.project_conflict_ids)
        order.action_quotation_sent()
        self.run_queue()
        self.assertEqual(self.open_kinds(order), ["product"])

    def test_judged_again_when_the_order_changes(self):
        """A conflict ends with its cause, and comes back with it."""
        self.new_running(100)
        order = self.confirm(self.new_rival_order(10))
        self.assertFalse(order.project_conflict_ids)
        order.order_line.product_uom_qty = 100
        self.run_queue()
        self.assertEqual(self.open_kinds(order), ["product"])
        order.order_line.product_uom_qty = 300
        self.run_queue()
        self.assertEqual(order.project_conflict_ids.state, "ended")
        self.assertFalse(order.project_conflict_notice)
        self.assertFalse(
            order.activity_ids.filtered(
                lambda a: a.activity_type_id
                == self.env.ref("aftersales_rules.mail_activity_conflict")
            )
        )
        order.partner_shipping_id = self.at_site()
        self.run_queue()
        self.assertEqual(self.open_kinds(order), ["site"])
        order.order_line.product_uom_qty = 100
        self.run_queue()
        self.assertEqual(self.open_kinds(order), ["site"], "the site says enough")

    def test_one_conflict_for_a_pair_and_one_decision_for_the_same_facts(self):
        """Sending, confirming and touching it again says nothing new."""
        self.new_running(100)
        order = self.new_rival_order(100)
        order.action_quotation_sent()
        self.run_queue()
        self.confirm(order)
        order.client_order_ref = "PO 7"
        self.run_queue()
        self.assertEqual(len(order.project_conflict_ids), 1)
        decisions = order.decision_ids.filtered(
            lambda d: d.decision == "project_conflict"
        )
        self.assertEqual(len(decisions), 1)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            order.project_conflict_ids.copy()
            self.env.flush_all()

    def test_state_written_by_an_import_is_seen(self):
        self.new_running(100)
        order = self.new_rival_order(100)
        order.state = "sale"
        self.run_queue()
        self.assertEqual(self.open_kinds(order), ["product"])

    def test_a_newly_filed_registration_of_another_party(self):
        """Told to duty managers before they sign it off."""
        running = self.new_running(100)
        claim = self.new_project(110, partner_id=self.rival.id, name="Mine", street="7")
        claim.action_file()
        [conflict] = claim.claim_conflict_ids
        self.assertEqual(conflict.project_id, running)
        self.assertEqual((conflict.kind, conflict.state), ("product", "open"))
        self.assertEqual(running.conflict_ids, conflict)
        own = self.new_project(110, name="Second", street="8")
        own.action_file()
        self.assertFalse(own.claim_conflict_ids)
        conflict.with_user(self.manager)._resolve("shared", "Two wings")
        self.assertEqual(conflict.state, "shared")

    def test_a_registered_category_meets_a_registered_product(self):
        self.goods.categ_id = self.env["product.category"].create({"name": "Glass"})
        self.new_running(100)
        claim = self.new_project(
            partner_id=self.rival.id,
            name="All",
            street="9",
            line_ids=[
                Command.create({"categ_id": self.goods.categ_id.id, "quantity": 100})
            ],
        )
        claim.action_file()
        self.assertEqual(claim.claim_conflict_ids.kind, "product")

    def test_the_end_of_a_registration_ends_its_conflicts(self):
        project = self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        project.action_close()
        self.assertEqual(order.project_conflict_ids.state, "ended")

    # ----------------------------------------------------------------------- modes

    def test_observing_only_records(self):
        self.set_mode("observe", "project_conflict")
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        self.assertFalse(order.project_conflict_ids)
        self.assertFalse(order.activity_ids)
        self.assertEqual(order.decision_ids.mapped("decision"), ["project_conflict"])
        self.assertEqual(order.decision_ids.mode, "observe")

    def test_why_of_a_held_order_explains_the_hold(self):
        """Whatever was looked at after it."""
        self.set_mode("enforce", "credit_hold")
        self.rival.credit_limit = 10
        order = self.confirm(self.new_rival_order(100))
        self.assertEqual(order.hold_state, "procurement")
        self.new_running(100)
        order.client_order_ref = "Looked at again"
        self.run_queue()
        self.assertEqual(order.decision_ids[0].decision, "project_conflict")
        shown = self.env["aftersales.decision"].browse(order.action_why()["res_id"])
        self.assertEqual(shown.decision, "credit_hold")

    def test_off_asks_nothing(self):
        self.set_mode("off", "project_conflict")
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        self.assertFalse(order.decision_ids)

    # -------------------------------------------------------------------- its cost

    def count_judging(self, orders):
        self.run_queue()
        self.env.invalidate_all()
        for order in orders:
            # what confirming has read before
            order.read(["name", "state"])
            order.order_line.mapped("product_id.categ_id.parent_path")
            order.partner_shipping_id.mapped("street")
            order.partner_id.commercial_partner_id.mapped("name")
        self.company.read(["name"])
        self.company.resource_calendar_id.mapped("tz")
        before = self.env.cr.sql_log_count
        self.env["aftersales.project.gate"]._judge_orders(orders, "confirm")
        return self.env.cr.sql_log_count - before

    def test_no_query_where_no_registration_runs(self):
        orders = self.new_rival_order() | self.new_rival_order()
        self.count_judging(orders)
        self.assertEqual(self.count_judging(orders), 0)

    def test_one_query_where_none_of_them_fits(self):
        """For one order or twenty."""
        self.new_running(100)
        other = self.new_product("Other", is_storable=True)
        orders = self.env["sale.order"].concat(
            *[self.new_rival_order(1, product=other) for _each in range(20)]
        )
        self.count_judging(orders)
        self.assertEqual(self.count_judging(orders[0]), 1)
        self.assertEqual(self.count_judging(orders), 1)

    def test_the_first_registration_counts_at_once(self):
        """What is remembered of "none runs" is forgotten with the sign-off."""
        self.assertFalse(self.project_model._has_running(self.company.id))
        project = self.new_running(100)
        self.assertTrue(self.project_model._has_running(self.company.id))
        project.action_close()
        self.assertFalse(self.project_model._has_running(self.company.id))

    # -------------------------------------------------------------------- deciding

    def test_a_duty_manager_decides_with_a_reason(self):
        """Precedence of the registration stays on the order; the others go away."""
        self.new_running(100)
        for resolution, is_shown in (
            ("accepted", False),
            ("shared", False),
            ("precedence", True),
        ):
            order = self.confirm(self.new_rival_order(100))
            action = order.with_user(self.manager).action_resolve_project_conflict()
            wizard = Form(
                self.env["aftersales.project.resolve"]
                .with_user(self.manager)
                .with_context(**action["context"])
            )
            wizard.resolution, wizard.reason = resolution, "Talked to both"
            wizard.save().action_resolve()
            conflict = order.project_conflict_ids
            self.assertEqual(conflict.state, resolution)
            self.assertEqual(conflict.resolved_by_id, self.manager)
            self.assertTrue(conflict.resolved_at)
            self.assertEqual(conflict.resolution_reason, "Talked to both")
            self.assertEqual(bool(order.project_conflict_notice), is_shown)
            self.assertFalse(order.activity_ids)
            self.assertFalse(order.has_open_project_conflict)
            order.order_line.product_uom_qty = 101
            self.run_queue()
            self.assertEqual(
                len(order.project_conflict_ids), 1, "what is decided stays decided"
            )

    def test_what_was_decided_about_a_product_says_nothing_about_a_site(self):
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        order.project_conflict_ids.with_user(self.manager)._resolve("shared", "Ok")
        order.partner_shipping_id = self.at_site()
        self.run_queue()
        self.assertEqual(self.open_kinds(order), ["site"])

    def test_only_a_duty_manager_decides(self):
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        conflict = order.project_conflict_ids
        supervisor = self.new_user("sup", "aftersales_rules.group_supervisor")
        portal = self.new_user("por", "base.group_portal")
        for user in (self.salesperson, supervisor, self.controller, self.admin, portal):
            with self.subTest(user=user.login), self.assertRaises(UserError):
                conflict.with_user(user)._resolve("accepted", "Mine")
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["aftersales.project.resolve"].with_user(user).create(
                    {
                        "conflict_ids": conflict.ids,
                        "resolution": "accepted",
                        "reason": "x",
                    }
                )
        for resolution, reason in (("accepted", " "), ("ended", "x"), (False, "x")):
            with self.assertRaises(UserError):
                conflict.with_user(self.manager)._resolve(resolution, reason)
        self.assertEqual(conflict.state, "open")

    def test_conflicts_cannot_be_written_or_deleted(self):
        """Not by a duty manager, and not through the order."""
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        conflict = order.project_conflict_ids
        as_manager = conflict.with_user(self.manager)
        with self.assertRaises(AccessError):
            as_manager.state = "accepted"
        with self.assertRaises(AccessError):
            as_manager.copy()
        with self.assertRaises(UserError):
            conflict.unlink()
        with self.assertRaises(AccessError):
            order.with_user(self.manager).write(
                {"project_conflict_ids": [Command.clear()]}
            )
        with self.assertRaises(AccessError):
            self.new_rival_order(1).with_user(self.manager).copy(
                {"project_conflict_ids": [Command.create({})]}
            )

    # ------------------------------------------------------- the dealer's own orders

    def test_the_own_registration_is_filled_in(self):
        """When exactly one fits; by site before product."""
        project = self.new_running(100)
        order = self.new_rival_order(5, partner_id=self.partner.id)
        self.assertTrue(order._has_registered_project())
        self.assertFalse(order.aftersales_project_id, "asking changes nothing")
        self.confirm(order)
        self.assertEqual(order.aftersales_project_id, project)
        self.assertTrue(order._has_registered_project())
        self.assertFalse(self.new_rival_order(5)._has_registered_project())
        second = self.new_running(100, name="Second", street="8 Mill Lane")
        order = self.confirm(self.new_rival_order(5, partner_id=self.partner.id))
        self.assertFalse(order.aftersales_project_id, "two fit")
        order = self.confirm(
            self.new_rival_order(
                5, partner_id=self.partner.id, aftersales_project_name="second"
            )
        )
        self.assertEqual(order.aftersales_project_id, second)
        second.action_close()
        self.assertFalse(order._has_registered_project())

    def test_no_order_takes_the_registration_of_another_dealer(self):
        project = self.new_running(100)
        with self.assertRaisesRegex(ValidationError, "not of Rival Walls"):
            self.new_rival_order(5).aftersales_project_id = project

    def test_orders_are_found_by_conflict(self):
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        other = self.confirm(self.new_rival_order(1))
        for value, expected in ((True, order), (False, other)):
            found = self.env["sale.order"].search(
                [
                    ("id", "in", (order | other).ids),
                    ("has_open_project_conflict", "=", value),
                ]
            )
            self.assertEqual(found, expected)

    def test_customers_read_nothing_of_it(self):
        self.new_running(100)
        order = self.confirm(self.new_rival_order(100))
        portal = self.env["res.users"].create(
            {
                "name": "Rival",
                "login": "ar_rival",
                "partner_id": self.rival.id,
                "group_ids": [Command.set([self.env.ref("base.group_portal").id])],
            }
        )
        mine = order.with_user(portal)
        for name in (
            "project_conflict_ids",
            "project_conflict_notice",
            "has_open_project_conflict",
            "aftersales_project_id",
        ):
            with self.subTest(field=name), self.assertRaises(AccessError):
                mine.read([name])
