# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Texts for readers of Chinese."""

import re

from odoo.tools import html2plaintext

ADDON = "aftersales_rules"
LANGUAGE = "zh_CN"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{3,}")


class ChineseMixin:
    """Before a case of the addon: the language is there, and people use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang(LANGUAGE)
        cls.env["ir.module.module"]._load_module_terms([ADDON], [LANGUAGE])
        cls.partner.name = "玻璃经销商"
        cls.goods.name = "玻璃绝缘子"
        for user in cls.salesperson | cls.controller | cls.admin | cls.warehouse_user:
            user.lang = LANGUAGE
            user.name = "张伟"

    @staticmethod
    def in_chinese(records, user=None):
        records = records.with_user(user) if user else records
        return records.with_context(lang=LANGUAGE)

    def assertChinese(self, text, *allowed):
        """There is Chinese in it, and no word of English beside what is allowed."""
        text = html2plaintext(text) if "<" in text else text
        self.assertRegex(text, CHINESE)
        for name in (self.company.name, self.company.currency_id.name, *allowed):
            text = text.replace(name, "")
        self.assertFalse(WORD.findall(text), text)
