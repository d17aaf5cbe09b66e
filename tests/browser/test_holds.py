"""A hold as its people meet it: who is blocked reads why, what unblocks it, and who can."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, shoot

USAGE = "Share of the credit limit that may be used"
BANNER = "[name=aftersales_hold]"


def open_order(page: Page, order: dict) -> Locator:
    """Open the order's form; gives its banner, shown or not."""
    open_path(page, f"/odoo/sales/{order['id']}")
    expect(
        page.locator(".o_form_view .oe_title, .o_form_view h1").first
    ).to_contain_text(order["name"])
    return page.locator(BANNER)


def confirm(page: Page) -> None:
    page.locator(
        ".o_statusbar_buttons button[name=action_confirm]:visible"
    ).first.click()


def open_why(page: Page) -> Locator:
    """Open the explanation; gives its dialog."""
    page.locator(f"{BANNER} button[name=action_why]").click()
    dialog = page.locator(".modal-dialog")
    expect(dialog.locator(".o_aftersales_explanation")).to_be_visible()
    return dialog


def assert_inside(outer: Locator) -> None:
    """Nothing in the element is wider than it is."""
    wider = outer.evaluate("element => element.scrollWidth - element.clientWidth")
    assert wider <= 1, f"{wider} pixels too wide"


def test_a_salesperson_reads_why_the_confirmed_order_is_held(
    open_as, order, screenshots
):
    """Confirming works; the form then says why it waits, what releases it and who can."""
    held = order("dealer_brennan", "product_flax", 40)
    page = open_as("sales")
    banner = open_order(page, held)
    expect(banner).to_be_hidden()
    confirm(page)
    expect(banner).to_contain_text("This order is on hold: it is confirmed")
    expect(banner).to_contain_text("Credit limit exceeded")
    expect(banner).to_contain_text(
        "24,400.00 USD is over 100% of the credit limit 20,000.00 USD"
    )
    expect(banner).to_contain_text(
        re.compile("What releases it: The customer pays at least 4,400.00 USD")
    )
    expect(banner).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    expect(banner.get_by_role("button", name="Ask for Release")).to_be_visible()
    expect(banner.get_by_role("button", name="Release", exact=True)).to_be_hidden()
    shoot(page, screenshots, "order_on_hold")
    dialog = open_why(page)
    expect(dialog).to_contain_text("Values seen")
    expect(dialog).to_contain_text("Open receivables")
    expect(dialog).to_contain_text("Over the credit limit")
    expect(dialog).to_contain_text("off by")
    shoot(page, screenshots, "why_dialog")


def test_asking_for_release_puts_it_before_the_controllers(open_as, order):
    """The request is on the order's chatter, with the names of those who were told."""
    held = order("dealer_brennan", "product_flax", 40, confirm=True)
    page = open_as("sales")
    banner = open_order(page, held)
    banner.get_by_role("button", name="Ask for Release").click()
    expect(page.locator(".o-mail-Chatter")).to_contain_text(
        "Release asked from Carl Jansen, Dana Okafor."
    )


def test_a_controller_releases_it_with_a_reason_and_it_goes_on(
    open_as, order, sales, screenshots
):
    """From the list of holds to a transfer in the warehouse."""
    held = order("dealer_costa", "product_insulator", 50, confirm=True)
    assert not held["picking_ids"]
    page = open_as("controller")
    open_path(page, "/odoo/holds")
    row = page.locator(".o_data_row", has_text=held["name"])
    expect(row).to_contain_text("Overdue debt")
    expect(row).to_contain_text("$ 1,300.00")
    shoot(page, screenshots, "holds_list")
    row.locator("td[name=partner_id]").click()
    release = page.locator(".o_form_view button[name=action_release]")
    release.click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("3,200.00 USD is overdue")
    expect(dialog.locator(".o_field_widget[name=amount] input")).to_have_value(
        re.compile("1,300.00")
    )
    dialog.locator(".o_field_widget[name=reason] textarea").fill(
        "Transfer seen at the bank"
    )
    shoot(page, screenshots, "release_dialog")
    dialog.locator("footer button[name=action_release]").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".o_form_view")).to_contain_text("Released by a person")
    expect(release).to_be_hidden()
    [now] = sales.call("sale.order", "read", [held["id"]], ["picking_ids"])
    assert now["picking_ids"], "the order went on, so the warehouse has a transfer"


@pytest.fixture
def usage(admin):
    """The threshold of the limit's usage, put back to 100 % at the end."""
    [threshold_id] = admin.call(
        "aftersales.threshold", "search", [["name", "=", "limit_usage_max"]]
    )
    yield threshold_id
    admin.call("aftersales.threshold", "write", [threshold_id], {"value": "100 %"})


def test_an_administrator_changes_a_threshold_and_the_next_order_passes(
    open_as, order, sales, usage, screenshots
):
    """A value out of bounds is refused with its bounds; a good one counts at once."""
    page = open_as("rules")
    open_path(page, "/odoo/action-aftersales_rules.aftersales_threshold_action")
    row = page.locator(".o_data_row", has_text=USAGE)
    row.locator("td[name=value]").click()
    value = page.locator(".o_selected_row td[name=value] input")
    value.fill("400 %")
    page.locator(".o_list_button_save:visible").first.click()
    refusal = page.locator(".modal-dialog")
    expect(refusal).to_contain_text(f"“400 %” cannot be used for “{USAGE}”")
    expect(refusal).to_contain_text("Allowed: 0 % to 300 %. Write it like this: 50 %")
    refusal.locator("footer button").first.click()
    expect(refusal).to_be_hidden()
    value.fill("200 %")
    page.locator(".o_list_button_save:visible").first.click()
    expect(page.locator(".o_selected_row")).to_have_count(0)
    expect(row.locator("td[name=value]")).to_have_text("200 %")
    shoot(page, screenshots, "thresholds")

    passing = order("dealer_brennan", "product_flax", 40)
    page = open_as("sales")
    banner = open_order(page, passing)
    confirm(page)
    # In the header, not in a banner: the order is confirmed and nothing holds it.
    expect(page.locator(".o_statusbar_buttons button[name=action_why]")).to_be_visible()
    expect(banner).to_be_hidden()
    [now] = sales.call(
        "sale.order", "read", [passing["id"]], ["picking_ids", "hold_state"]
    )
    assert now["picking_ids"]
    assert not now["hold_state"]


def test_the_warehouse_reads_why_a_transfer_may_not_leave(
    open_as, order, admin, screenshots
):
    """The transfer says it before, and again when somebody validates it all the same."""
    held = order("dealer_popup", "product_silk", 10, confirm=True)
    [transfer] = held["picking_ids"]
    page = open_as("warehouse")
    open_path(page, f"/odoo/action-stock.action_picking_tree_all/{transfer}")
    banner = page.locator(BANNER)
    expect(banner).to_contain_text("the goods may not leave yet")
    expect(banner).to_contain_text(
        "a customer of tier Unstable gets no delivery on arrears"
    )
    expect(banner).to_contain_text("What releases it: The customer pays 480.00 USD")
    expect(banner).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    shoot(page, screenshots, "transfer_on_hold")
    page.locator(
        ".o_statusbar_buttons button[name=button_validate]:visible"
    ).first.click()
    answer = page.locator(".o_notification, .modal-dialog").filter(
        has_text="may not leave"
    )
    expect(answer).to_contain_text("What releases it: The customer pays 480.00 USD")
    expect(answer).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    [now] = admin.call("stock.picking", "read", [transfer], ["state"])
    assert now["state"] != "done"


def test_banner_and_explanation_fit_a_phone(open_as, order, screenshots):
    """At 390 pixels nothing has to be scrolled sideways, and the buttons are in reach."""
    held = order("dealer_popup", "product_silk", 10, confirm=True)
    page = open_as("sales", phone=True)
    banner = open_order(page, held)
    expect(banner).to_contain_text("The delivery of this order is on hold")
    expect(banner.get_by_role("button", name="Ask for Release")).to_be_visible()
    assert_fits(page)
    assert_inside(banner)
    shoot(page, screenshots, "order_on_hold_phone")
    dialog = open_why(page)
    assert_inside(dialog.locator(".modal-body"))
    assert_inside(dialog.locator(".o_aftersales_explanation"))
    expect(dialog.locator(".o_aftersales_explanation")).to_be_in_viewport()
    shoot(page, screenshots, "why_dialog_phone")


def test_a_customer_reads_on_the_portal_that_the_order_is_in_review(
    open_as, order, screenshots
):
    """The wording is neutral: nothing about limits, debts, holds or rules."""
    held = order("contact_brennan", "product_flax", 40, confirm=True)
    assert held["hold_state"] == "procurement"
    page = open_as("dealer")
    page.goto(f"/my/orders/{held['id']}", wait_until="domcontentloaded")
    notice = page.locator("[name=aftersales_in_review]")
    expect(notice).to_contain_text(
        "It is confirmed and being reviewed before it is processed."
    )
    shoot(page, screenshots, "portal")
    for screen in (page.locator("#wrapwrap"), notice):
        expect(screen).not_to_contain_text(
            re.compile(
                r"\b(limit|overdue|exposure|on hold|debt|rule|arrears)\b", re.IGNORECASE
            )
        )


def test_orders_are_listed_and_counted_by_hold(open_as, order, screenshots):
    """The list shows the badge, and the pivot groups by hold."""
    held = order("dealer_brennan", "product_flax", 40, confirm=True)
    page = open_as("controller")
    open_path(page, "/odoo/action-sale.action_orders")
    row = page.locator(".o_data_row", has_text=held["name"])
    expect(row.locator("td[name=hold_state]")).to_have_text("On hold")
    shoot(page, screenshots, "orders_list")
    page.locator("button.o_switch_view.o_pivot").click()
    table = page.locator(".o_pivot table")
    expect(table).to_be_visible()
    page.locator(".o_searchview_dropdown_toggler").click()
    page.get_by_role("menuitemcheckbox", name="Hold", exact=True).click()
    expect(table).to_contain_text("Delivery on hold")
    page.locator(".o_searchview_dropdown_toggler").click()
    shoot(page, screenshots, "orders_pivot")
