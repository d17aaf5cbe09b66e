"""The held order and its explanation for people who read Chinese (U11)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser_helpers import assert_fits, open_path, shoot

BANNER = "[name=aftersales_hold]"
ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Names of the demo company, its currency, codes of requirements and of the engine.
NAMES = re.compile(r"USD|Carl Jansen|Dana Okafor|durable_rules|plain|Brennan[\w ]*")


@pytest.fixture(scope="module")
def language(odoo_server):
    """The server with Chinese loaded, and a salesperson who reads it."""
    from clients import WebClient

    admin = WebClient(odoo_server.url, odoo_server.database, "admin", "admin")
    search = {"context": {"active_test": False}}
    found = admin.call("res.lang", "search", [["code", "=", "zh_CN"]], **search)
    wizard = admin.call(
        "base.language.install", "create", [{"lang_ids": [[6, 0, found]]}]
    )
    admin.call("base.language.install", "lang_install", wizard)
    users = admin.call(
        "res.users", "search", [["login", "in", ["sales", "controller"]]]
    )
    admin.call("res.users", "write", users, {"lang": "zh_CN"})


def english_in(text: str) -> list[str]:
    """Words of English that are no names."""
    return ENGLISH.findall(NAMES.sub("", text))


def test_a_salesperson_reads_the_hold_and_its_reasons_in_chinese(
    language, open_as, order, screenshots
):
    """No English is left in the banner and in the explanation."""
    held = order("dealer_brennan", "product_flax", 40, confirm=True)
    page = open_as("sales")
    open_path(page, f"/odoo/sales/{held['id']}")
    banner = page.locator(BANNER)
    expect(banner).to_contain_text("此订单已冻结")
    expect(banner).to_contain_text(
        re.compile("放行条件：\\s*客户至少付款 4,400.00 USD")
    )
    expect(banner.get_by_role("button", name="申请放行")).to_be_visible()
    assert not english_in(banner.inner_text())
    shoot(page, screenshots, "order_on_hold_zh_CN")
    banner.locator("button[name=action_why]").click()
    explanation = page.locator(".modal-dialog .o_aftersales_explanation")
    expect(explanation).to_contain_text("判定时的数据")
    assert not english_in(explanation.inner_text())
    shoot(page, screenshots, "why_dialog_zh_CN")


def test_the_list_of_holds_is_chinese_on_a_phone(language, open_as, order, screenshots):
    """The controller reads cause and money without English words."""
    held = order("dealer_brennan", "product_flax", 40, confirm=True)
    page = open_as("controller", phone=True)
    open_path(page, "/odoo/holds")
    card = page.locator(".o_kanban_record", has_text=held["name"]).first
    expect(card).to_contain_text("超出信用额度")
    assert not english_in(card.inner_text())
    assert_fits(page)
    shoot(page, screenshots, "holds_phone_zh_CN")
