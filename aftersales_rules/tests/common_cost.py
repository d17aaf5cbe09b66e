# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of a test about service costs: an accountant, a dealer, a carrier."""

from odoo import fields

from .common_complaint import ComplaintCase


class CostCase(ComplaintCase):
    """A registered complaint, and everybody who may have to pay for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_mode("enforce", "cost_liability")
        cls.accountant = cls.new_user("acc", "aftersales_rules.group_cost_accountant")
        cls.reader = cls.new_user("reader", "aftersales_rules.group_complaint_reader")
        cls.dealer = cls.env["res.partner"].create(
            {"name": "Dealer Ltd", "is_company": True, "email": "d@dealer.example"}
        )
        cls.carrier = cls.env["res.partner"].create(
            {"name": "Carrier Ltd", "is_company": True, "email": "c@carrier.example"}
        )
        cls.complaint = cls.new_complaint()

    @classmethod
    def new_cost(cls, amount=100.0, complaint=None, **values):
        """A cost of the complaint, in draft, entered by nobody in particular."""
        values.setdefault("name", "Repair on site")
        values.setdefault("cost_type", "repair")
        values.setdefault("date", fields.Date.context_today(cls.complaint))
        values.setdefault("complaint_id", (complaint or cls.complaint).id)
        return cls.env["aftersales.cost"].create({"amount": amount, **values})
