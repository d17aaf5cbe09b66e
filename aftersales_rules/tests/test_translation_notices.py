# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..models.aftersales_address_change import ChangeDetails
from .common_chinese import ADDON, LANGUAGE, ChineseMixin
from .common_production import ProductionCase
from .common_project import ProjectCase
from .common_transfer import TransferCase
from .test_promise import PromiseCase

DETAILS = ChangeDetails("phone", "李女士", "工地未就绪")


@tagged("post_install", "-at_install")
class TestTransferNotices(ChineseMixin, TransferCase):
    """What the warehouse reads about changes, in Chinese (U4, U11)."""

    def test_suspended_order(self):
        order, picking = self.new_delivery(3)
        order.with_user(self.salesperson)._register_change(DETAILS, "数量改为 5")
        self.assertChinese(self.in_chinese(order).suspension_notice)
        notice = self.in_chinese(picking, self.warehouse_user).hold_notice
        self.assertChinese(notice, order.name, picking.name)
        self.assertIn("订单已暂停", notice)
        self.assertChinese(
            self.in_chinese(order.order_change_ids).display_name, order.name
        )

    def test_new_address(self):
        site = self.env["res.partner"].create(
            {"name": "新工地", "parent_id": self.partner.id, "type": "delivery"}
        )
        order, picking = self.new_delivery(partner_shipping_id=self.partner.id)
        order.with_user(self.salesperson)._change_address(site, DETAILS)
        notice = self.in_chinese(picking, self.warehouse_user).address_notice
        self.assertChinese(notice)
        self.assertIn("登记人", notice)
        picking.with_user(self.warehouse_user).action_acknowledge_address()
        self.assertChinese(self.in_chinese(picking).address_notice)

    def test_inspection(self):
        values = {"name": "直径", "test": "between", "lower": 4.9, "upper": 5.1}
        lens = self.new_product(
            "镜片",
            is_storable=True,
            inspection_required=True,
            inspection_characteristic_ids=[
                Command.create(values),
                Command.create({"name": "划痕", "test": "look"}),
            ],
        )
        self.stock_up(lens)
        order, picking = self.new_delivery(product=lens)
        picking.action_assign()
        self.run_queue()
        notice = self.in_chinese(picking, self.warehouse_user).hold_notice
        inspectors = self.env.ref("aftersales_rules.group_quality_inspector")
        names = inspectors.all_user_ids.mapped("name")
        unit = lens.uom_id.name
        self.assertChinese(notice, order.name, picking.name, unit, *names)
        inspection = self.env["aftersales.inspection"].create(
            {"product_id": lens.id, "picking_id": picking.id, "quantity": 1}
        )
        self.partner.lang = LANGUAGE  # the paper is for the customer
        html, _type = self.env["ir.actions.report"]._render_qweb_html(
            "aftersales_rules.report_inspection", inspection.ids
        )
        page = html.decode().partition('<div class="page">')[2]
        for term in ("检验报告", "检验项目", "合格", "草稿"):
            self.assertIn(term, page)

    def test_delivery_problem(self):
        self.set_mode("enforce", "logistics_exception")
        self.partner.write({"email": "dealer@example.com", "lang": LANGUAGE})
        order, picking = self.new_delivery()
        problems = self.env["aftersales.logistics.exception"]
        problem = problems.with_user(self.warehouse_user).create(
            {"picking_id": picking.id, "kind": "late", "days_late": 9}
        )
        for template in ("customer", "salesperson"):
            template = self.env.ref(f"{ADDON}.mail_template_logistics_{template}")
            texts = template.with_context(lang=LANGUAGE)._generate_template(
                problem.ids, ["subject", "body_html"]
            )
            for text in texts[problem.id].values():
                if isinstance(text, str):
                    self.assertChinese(text, order.name, picking.name, problem.name)


@tagged("post_install", "-at_install")
class TestProductionNotices(ChineseMixin, ProductionCase):
    """What the planner reads of a deposit, in Chinese (U3, U11)."""

    def test_deposit(self):
        order = self.new_engineering()
        production = self.productions(order)[:1]
        self.assertWaits(production)
        notice = self.in_chinese(production, self.planner).deposit_notice
        self.assertChinese(notice, order.name)
        self.assertIn("等待以下订单的定金", html2plaintext(notice))
        self.assertChinese(self.in_chinese(order, self.salesperson).hold_notice)
        self.assertChinese(self.in_chinese(order).order_kind_why)


@tagged("post_install", "-at_install")
class TestPromiseNotices(ChineseMixin, PromiseCase):
    """What sales and the supervisor read of a promise, in Chinese (U1, U7, U11)."""

    def test_promise(self):
        self.supervisor.name = self.duty_manager.name = "王主管"
        order = self.new_quotation(75.0)
        wizard = self.assertAsked(order)
        wizard.motive = "老客户"
        names = self.env.ref("aftersales_rules.group_supervisor").all_user_ids
        allowed = [order.name, *names.mapped("name")]
        self.assertChinese(self.in_chinese(wizard).notice, *allowed)
        wizard.action_ask()
        self.assertChinese(self.in_chinese(order).promise_notice, *allowed)

    def test_earliest_date(self):
        order = self.new_quotation()
        note = self.in_chinese(order).earliest_note
        self.assertChinese(note)


@tagged("post_install", "-at_install")
class TestProjectNotices(ChineseMixin, ProjectCase):
    """What the salesperson reads of a conflict, in Chinese (U1, U11)."""

    def test_conflict(self):
        self.new_running(name="滨江酒店")
        order = self.confirm(self.new_rival_order())
        managers = self.env.ref("aftersales_rules.group_duty_manager").all_user_ids
        notice = self.in_chinese(order, self.salesperson).project_conflict_notice
        self.assertChinese(notice, *managers.mapped("name"))
        conflict = self.in_chinese(order.project_conflict_ids)
        self.assertChinese(conflict.reason_display)
