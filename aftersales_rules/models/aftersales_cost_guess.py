# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Guesses that people correct: type of a cost by its words, whose people worked.

Words are looked for from the start of a word, Chinese ones anywhere; the first type
that fits wins, so the more special ones stand first.
"""

import re

from odoo import api, models

_WORDS = {
    "packaging": ("pack", "crate", "pallet", "carton", "包装", "木箱", "托盘", "纸箱"),
    "lodging": (
        "hotel",
        "lodging",
        "accommodation",
        "overnight",
        "住宿",
        "酒店",
        "宾馆",
    ),
    "allowance": ("allowance", "per diem", "subsistence", "补贴", "津贴", "补助"),
    "transport": (
        "freight",
        "transport",
        "shipping",
        "shipment",
        "courier",
        "delivery",
        "haulage",
        "运费",
        "运输",
        "快递",
        "货运",
        "物流",
    ),
    "travel": (
        "travel",
        "flight",
        "air ticket",
        "train",
        "taxi",
        "mileage",
        "fuel",
        "toll",
        "parking",
        "car rental",
        "差旅",
        "机票",
        "火车",
        "高铁",
        "出租车",
        "打车",
        "油费",
        "过路费",
        "停车",
    ),
    "repair": (
        "repair",
        "assembly",
        "dismantling",
        "labour",
        "labor",
        "welding",
        "维修",
        "修理",
        "人工",
        "安装",
        "拆卸",
    ),
    "replacement": ("replacement", "spare part", "更换", "备件"),
}
_PATTERNS = {
    cost_type: re.compile(
        "|".join(
            rf"\b{re.escape(word)}" if word.isascii() else re.escape(word)
            for word in words
        ),
        re.IGNORECASE,
    )
    for cost_type, words in _WORDS.items()
}


def guess_cost_type(text, default="other"):
    """The type of a cost by what people call it.

    >>> guess_cost_type("Air freight Hamburg")
    'transport'
    >>> guess_cost_type("出租车费")
    'travel'
    >>> guess_cost_type("Sundries")
    'other'
    """
    for cost_type, pattern in _PATTERNS.items():
        if pattern.search(text or ""):
            return cost_type
    return default


class AftersalesCost(models.Model):
    _inherit = "aftersales.cost"

    @api.model
    def _get_worker_values(self, company, users):
        """Whose people these are: of the sales manager, or others of the company (L6).

        :return: values of a cost by `res.users`
        """
        # sudo: who works in which department, for whoever pulls a cost
        departments = (
            self.env["aftersales.department"]
            .sudo()
            .search([("company_id", "=", company.id), ("kind", "=", "sales")])
        )
        leaders = {
            person: department.manager_id
            for department in departments
            for person in department.manager_id | department.member_ids
        }
        values = {}
        for user in users:
            leader = leaders.get(user)
            values[user] = {
                "worked_by": "sales_manager" if leader else "company",
                "worked_user_id": user.id,
                "sales_manager_id": leader.id if leader else False,
            }
        return values
