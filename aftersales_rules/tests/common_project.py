# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dealers, their registrations, and those who decide on them."""

from datetime import timedelta

from odoo import Command

from .common import AftersalesCase


class ProjectCase(AftersalesCase):
    """Two dealers, a duty manager, and a site."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("off", *cls.all_gates())
        cls.set_mode("enforce", "project_conflict")
        cls.manager = cls.new_user("dut", "aftersales_rules.group_duty_manager")
        cls.today = cls.company._aftersales_now().date()
        cls.rival = cls.new_customer("Rival Walls", user_id=cls.salesperson.id)
        cls.project_model = cls.env["aftersales.project"]
        # admin and others of the database decide, too: their to-do lists are not ours
        group = cls.env.ref("aftersales_rules.group_duty_manager")
        cls.others = group.all_user_ids - cls.manager

    @classmethod
    def new_project(cls, quantity=100.0, user=None, product=None, **values):
        line = {"product_id": (product or cls.goods).id, "quantity": quantity}
        values.setdefault("partner_id", cls.partner.id)
        values.setdefault("line_ids", [Command.create(line)])
        return cls.project_model.with_user(user or cls.env.user).create(
            {
                "name": "Riverside Hotel",
                "end_customer": "Riverside Hotels Ltd",
                "street": "5 Mill Lane",
                "city": "Bristol",
                "zip": "BS1 4ND",
                "date_from": cls.today - timedelta(days=10),
                "date_to": cls.today + timedelta(days=60),
                **values,
            }
        )

    @classmethod
    def new_running(cls, quantity=100.0, **values):
        project = cls.new_project(quantity, **values)
        project.action_file()
        project.with_user(cls.manager).action_sign_off()
        return project

    @classmethod
    def new_rival_order(cls, quantity=100.0, product=None, **values):
        """A quotation of another dealer."""
        values.setdefault("partner_id", cls.rival.id)
        values.setdefault("user_id", cls.salesperson.id)
        line = {
            "product_id": (product or cls.goods).id,
            "product_uom_qty": quantity,
            "price_unit": 1.0,
            "tax_ids": [Command.clear()],
        }
        return cls.env["sale.order"].create(
            {"order_line": [Command.create(line)], **values}
        )

    def confirm(self, order):
        order.action_confirm()
        self.run_queue()
        return order

    def open_kinds(self, order):
        conflicts = order.project_conflict_ids.filtered(lambda c: c.state == "open")
        return sorted(conflicts.mapped("kind"))
