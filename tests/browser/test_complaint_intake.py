"""A complaint comes in by phone and over the portal, as the people there meet it (C1)."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

from browser_helpers import assert_fits, open_path, shoot

PHONE_FORM = "/odoo/action-aftersales_rules.aftersales_complaint_phone_action"
REGISTER = "/odoo/action-aftersales_rules.helpdesk_ticket_register_action"
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def sold(order):
    """An order of a customer who is going to call."""
    return order("dealer_lindqvist", "product_silk", 2, confirm=True)


def _take_call(page: Page, sold: dict, screenshots, name: str) -> None:
    """Type the order's number, pick who comes up, write, read back."""
    open_path(page, PHONE_FORM, ".modal .o_form_view, .o_form_view")
    search = page.locator("[name=search_text] input")
    search.press_sequentially(sold["name"], delay=30)
    match = page.locator("[name=matches] button").filter(has_text=sold["name"])
    expect(match.first).to_be_visible()
    shoot(page, screenshots, f"{name}_search")
    expect(search).to_have_value(sold["name"])
    match.first.click()
    expect(page.locator("[name=last_orders] button").first).to_be_visible()
    expect(page.locator("[name=contact_email] input")).not_to_have_value("")
    page.locator("[name=contact_name] input").fill("Lina Lindqvist")
    expect(page.locator("[name=order_id] input")).to_have_value(sold["name"])
    page.locator("[name=text] textarea").fill("Two rolls are torn.\nWe want a refund.")
    page.locator("[name=compensation_asked] input").check()
    can_wait = page.locator("[name=urgency_rating]").get_by_text("Not urgent")
    if can_wait.is_visible():  # nobody works at this hour
        can_wait.click()
    page.locator("[name=is_read_back] input").check()
    assert_fits(page)
    shoot(page, screenshots, f"{name}_filled")
    page.get_by_role("button", name="Register", exact=True).first.click()
    expect(page.locator("[name=complaint_number]").first).to_contain_text("CP/")


def test_a_call_is_taken_and_registered(open_as, sold, screenshots):
    page = open_as("aftersales")
    _take_call(page, sold, screenshots, "complaint_phone_form")
    shoot(page, screenshots, "complaint_registered")
    number = page.locator("[name=complaint_number]").first.inner_text().strip()
    open_path(page, REGISTER)
    expect(page.locator(".o_data_row").filter(has_text=number)).to_be_visible()
    shoot(page, screenshots, "complaint_register")


def test_a_call_is_taken_on_a_phone(open_as, sold, screenshots):
    page = open_as("aftersales", phone=True)
    _take_call(page, sold, screenshots, "complaint_phone_form_phone")
    shoot(page, screenshots, "complaint_registered_phone")
    open_path(page, REGISTER, ".o_kanban_view")
    assert_fits(page)
    shoot(page, screenshots, "complaint_register_phone")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_customer_complains_on_the_portal(open_as, order, admin, screenshots, phone):
    """With a photo, about an order of theirs; it is a complaint at once."""
    bought = order("dealer_brennan", "product_silk", 2, confirm=True)
    page = open_as("dealer", phone=phone)
    page.goto(f"/my/orders/{bought['id']}", wait_until="domcontentloaded")
    page.locator("a[name=complain]").first.click()
    expect(page.locator("#about")).to_have_value(f"order_{bought['id']}")
    page.locator("#text").fill("Two rolls are torn.")
    page.locator("#photos").set_input_files(
        {"name": "torn.png", "mimeType": "image/png", "buffer": PHOTO}
    )
    assert_fits(page)
    name = "complaint_portal_phone" if phone else "complaint_portal"
    shoot(page, screenshots, name)
    page.get_by_role("button", name="Send Complaint").click()
    page.wait_for_url("**/my/ticket/*")
    expect(page.locator("body")).to_contain_text("Two rolls are torn.")
    [ticket] = admin.call(
        "helpdesk.ticket",
        "search_read",
        [["aftersales_order_id", "=", bought["id"]]],
        ["is_complaint", "complaint_channel", "attachment_ids"],
    )
    assert ticket["is_complaint"] and ticket["complaint_channel"] == "portal"
    assert len(ticket["attachment_ids"]) == 1
