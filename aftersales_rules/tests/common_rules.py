# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from decimal import Decimal

from odoo.tests import TransactionCase, new_test_user

from ..rules import REGISTRY, load_pack

TODAY = date(2026, 3, 2)


def tiny_pack(**changes):
    """A pack of two rules and two thresholds, small enough to read."""
    content = {
        "schema_version": 1,
        "name": "tiny",
        "thresholds": [
            {
                "name": "overdue_days_max",
                "label": "Longest overdue debt",
                "help": "Older debts hold orders.",
                "type": "integer",
                "unit": "days",
                "default": 3,
                "minimum": 0,
                "maximum": 365,
                "requirement": ["O3"],
                "i18n": {
                    "zh_CN": {"label": "最长逾期", "help": "更久的欠款会挂起订单。"}
                },
            },
            {
                "name": "first_payment_min",
                "label": "First payment",
                "type": "ratio",
                "default": "0.3",
                "minimum": "0",
                "maximum": "1",
            },
        ],
        "rules": [
            {
                "name": "hold_overdue",
                "decision": "credit_hold",
                "sequence": 20,
                "label": "Overdue debt",
                "requirement": ["O1", "O3"],
                "conditions": [
                    {
                        "fact": "overdue_days",
                        "op": ">",
                        "operand": {"threshold": "overdue_days_max"},
                    }
                ],
                "outcome": {"effect": "hold", "cause": "overdue"},
                "reason": "Overdue for {overdue_days}.",
                "remedy": "The customer pays {overdue_amount}.",
                "i18n": {
                    "zh_CN": {
                        "label": "逾期欠款",
                        "reason": "已逾期 {overdue_days}。",
                        "remedy": "客户支付 {overdue_amount}。",
                    }
                },
            },
            {
                "name": "hold_unsecured",
                "decision": "credit_hold",
                "sequence": 30,
                "label": "No security",
                "conditions": [
                    {
                        "fact": "order_amount",
                        "op": "between",
                        "operand": [0, "100000"],
                    },
                    {
                        "any": [
                            {"fact": "tier", "op": "in", "operand": ["unstable"]},
                            {
                                "fact": "paid_share",
                                "op": "<",
                                "operand": {"threshold": "first_payment_min"},
                            },
                            {"fact": "has_guarantor", "op": "is not set"},
                        ]
                    },
                ],
                "outcome": {"effect": "hold", "cause": "no_guarantee"},
                "reason": "{paid_share} is paid, "
                "{threshold.first_payment_min} is needed.",
                "valid_to": "2030-12-31",
            },
        ],
    }
    return load_pack(content | changes)


class RulesCase(TransactionCase):
    """A company with the tiny pack, and one user per role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Insulators"})
        cls.env.user.company_ids |= cls.company
        cls.versions = cls.env["aftersales.version"]
        cls.version = cls.versions._publish(cls.company, tiny_pack(), {}, "Tiny")
        cls.customer = cls.env["res.partner"].create({"name": "Dealer"})
        cls.users = {
            role: cls._make_user(role, groups)
            for role, groups in {
                "employee": "base.group_user",
                "reader": "aftersales_rules.group_user",
                "salesman": "sales_team.group_sale_salesman",
                "controller": "aftersales_rules.group_credit_controller",
                "admin": "aftersales_rules.group_rules_admin",
                "warehouse": "stock.group_stock_user",
                "accountant": "account.group_account_invoice",
                "planner": "mrp.group_mrp_user",
                "system": "base.group_system",
                "portal": "base.group_portal",
                "public": "base.group_public",
            }.items()
        }

    @classmethod
    def _make_user(cls, role, groups):
        return new_test_user(
            cls.env,
            f"rules_{role}",
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    @classmethod
    def decide(cls, company=None, **facts):
        """A decision of the core about an order with these facts."""
        values = {"currency": "USD", "order_amount": Decimal(1000), **facts}
        _version_id, compiled = cls.versions._get_current(company or cls.company)
        model = REGISTRY.get("credit_hold").facts
        return compiled.decide("credit_hold", model(**values), on=TODAY)

    @classmethod
    def record(cls, decision=None, count=1, **item):
        """Records of a decision, as a gate makes them."""
        values = {
            "decision": decision or cls.decide(overdue_days=5, has_guarantor=True),
            "company": cls.company,
            "event": "confirm",
            "mode": "observe",
            "result": "hold",
            "partner": cls.customer,
            **item,
        }
        return cls.env["aftersales.decision"]._record([values] * count)
