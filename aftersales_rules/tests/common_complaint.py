# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of a complaint test: people in their departments, and complaints."""

from odoo import Command

from .common import AftersalesCase


class ComplaintCase(AftersalesCase):
    """After-sales staff, managers, departments and a customer who complains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Around the clock, so that no test depends on when it runs; those about
        # working hours set their own.
        cls.company.resource_calendar_id = False
        cls.set_mode(
            "enforce",
            *(
                name
                for name in cls.all_gates()
                if name.startswith(("complaint", "investigation", "solution"))
            ),
        )
        cls.agent = cls.new_user("agent", "aftersales_rules.group_complaint_user")
        cls.sales_manager = cls.new_user(
            "smgr", "aftersales_rules.group_complaint_manager"
        )
        cls.gm = cls.new_user("gm", "aftersales_rules.group_general_manager")
        cls.marketing = cls.new_user("mkt", "aftersales_rules.group_complaint_user")
        cls.inspector = cls.new_user("qi", "aftersales_rules.group_quality_inspector")
        cls.technician = cls.new_user("tec", "aftersales_rules.group_investigator")
        cls.foreman = cls.new_user("prod", "aftersales_rules.group_investigator")
        cls.departments = {
            kind: cls.env["aftersales.department"].create(
                {
                    "name": kind.title(),
                    "kind": kind,
                    "company_id": cls.company.id,
                    "manager_id": user.id,
                    "member_ids": [Command.set(user.ids)],
                }
            )
            for kind, user in {
                "sales": cls.sales_manager,
                "marketing": cls.marketing,
                "aftersales": cls.agent,
                "production": cls.foreman,
                "technical": cls.technician,
                "quality": cls.inspector,
                "management": cls.gm,
            }.items()
        }
        cls.customer = cls.new_customer(
            "Glassworks Ltd", email="office@glassworks.example", phone="+49 30 123456"
        )

    @classmethod
    def new_ticket(cls, **values):
        values.setdefault("name", "Panes broke")
        values.setdefault("description", "<p>Three panes broke by themselves.</p>")
        values.setdefault("partner_id", cls.customer.id)
        values.setdefault("company_id", cls.company.id)
        return cls.env["helpdesk.ticket"].create(values)

    @classmethod
    def new_complaint(cls, **values):
        """A complaint at intake, not registered yet."""
        values.setdefault("complaint_channel", "phone")
        ticket = cls.new_ticket(**values)
        ticket._complaint_make()
        return ticket
