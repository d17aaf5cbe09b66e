"""Steps of the browser tests about complaints: fill in, press, answer, take a call."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from browser_helpers import open_path

COMPLAINT = "/odoo/action-aftersales_rules.helpdesk_ticket_complaint_action"
PHONE_FORM = "/odoo/action-aftersales_rules.aftersales_complaint_phone_action"


def press(page: Page, name: str) -> None:
    """A button of the form, wherever it stands."""
    page.locator(f".o_form_view button[name={name}]:visible").first.click()


def fill(place: Page | Locator, name: str, value: str) -> None:
    """A field of a form or of a dialog."""
    field = place.locator(f".o_field_widget[name={name}]")
    field.locator("input, textarea").first.fill(value)


def choose(place: Locator, name: str, label: str) -> None:
    """One of a field's radio buttons."""
    field = place.locator(f".o_field_widget[name={name}]")
    field.get_by_label(label, exact=True).check()


def answer(page: Page, button: str) -> None:
    """Press a dialog's button and see it close."""
    dialog = page.locator(".modal-dialog")
    dialog.locator(f"footer button[name={button}]:visible").click()
    expect(dialog).to_be_hidden()


def open_complaint(page: Page, ticket_id: int) -> None:
    open_path(page, f"{COMPLAINT}/{ticket_id}", ".o_form_view [name=complaint_state]")


def open_tab(page: Page, name: str) -> Locator:
    """A page of the complaint's form."""
    page.get_by_role("tab", name=name, exact=True).click()
    page.locator(".o_notebook").first.evaluate(
        "each => { each.scrollIntoView(); each.closest('.o_content').scrollTop -= 60; }"
    )
    return page.locator(".o_notebook .tab-pane.active")


def take_call(page: Page, caller: str, order: str, text: str, *boxes: str) -> None:
    """Find the customer while typing, pick the order, write, ask, read back."""
    open_path(page, PHONE_FORM, ".o_form_view [name=search_text]")
    page.locator("[name=search_text] input").press_sequentially(caller, delay=30)
    page.locator("[name=matches] button").filter(has_text=caller).first.click()
    last = page.locator("[name=last_orders] button").filter(has_text=order)
    expect(last).to_be_visible()
    last.click()
    expect(page.locator("[name=order_id] input")).to_have_value(order)
    fill(page, "text", text)
    for box in boxes:
        page.locator(f"[name={box}] input").check()
    page.locator("[name=is_read_back] input").check()
