"""Urgency, promises and goods that several orders want, as their people meet them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, shoot


def open_order(page: Page, order: dict) -> None:
    open_path(page, f"/odoo/sales/{order['id']}")
    expect(
        page.locator(".o_form_view .oe_title, .o_form_view h1").first
    ).to_contain_text(order["name"])


def open_tab(page: Page) -> None:
    page.get_by_role("tab", name="Production and Delivery").click()
    expect(page.locator(".o_field_widget[name=earliest_date]")).to_be_visible()


def answer(page: Page, verdict: str, text: str) -> None:
    """Say yes or no in the supervisor's dialog."""
    dialog = page.locator(".modal-dialog")
    dialog.locator(".o_field_widget[name=answer] textarea").fill(text)
    dialog.get_by_role("button", name=verdict).click()
    expect(dialog).to_be_hidden()


def get_banner(page: Page, name: str) -> Locator:
    return page.locator(f".alert[name=aftersales_{name}]")


@pytest.fixture
def strings(order) -> dict:
    """Forty insulator strings, assembled to order, for a dealer with a credit limit."""
    return order("dealer_lindqvist", "product_string", 40, confirm=True)


def test_a_salesperson_asks_for_urgency_and_a_supervisor_approves(
    open_as, strings, admin, screenshots
):
    """The request waits in the supervisor's list; approved, production goes first."""
    page = open_as("sales")
    open_order(page, strings)
    open_tab(page)
    expect(page.locator(".o_field_widget[name=earliest_note]")).to_contain_text(
        "more comes in by then"
    )
    shoot(page, screenshots, "order_earliest")
    page.get_by_role("button", name="Ask for Urgency").click()
    dialog = page.locator(".modal-dialog")
    wanted = date.today() + timedelta(days=4)
    dialog.locator(".o_field_widget[name=wanted_date] input").fill(
        wanted.strftime("%m/%d/%Y")
    )
    dialog.locator(".o_field_widget[name=motive] textarea").fill(
        "Their line is down, they lose a day's output"
    )
    shoot(page, screenshots, "urgency_ask")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    expect(dialog).to_be_hidden()
    banner = get_banner(page, "urgency")
    expect(banner).to_contain_text("Their line is down")
    expect(banner.get_by_role("button", name="Approve")).to_be_hidden()

    page = open_as("supervisor")
    open_path(page, "/odoo/urgency-requests")
    row = page.locator(".o_data_row", has_text=strings["name"])
    expect(row).to_contain_text("Their line is down")
    shoot(page, screenshots, "urgency_requests")
    row.locator("td[name=partner_id]").click()
    page.locator(".o_form_view button[name=action_open_approve]:visible").first.click()
    answer(page, "Approve", "Agreed with the plant")
    expect(page.locator(".o_form_view .o_field_widget[name=answer]")).to_contain_text(
        "Agreed with the plant"
    )
    shoot(page, screenshots, "urgency_approved")

    page = open_as("sales")
    open_order(page, strings)
    expect(page.locator(".ribbon")).to_contain_text("Urgent")
    expect(page.locator(".o-mail-Chatter")).to_contain_text("Agreed with the plant")
    shoot(page, screenshots, "order_urgent")
    productions = admin.call(
        "mrp.production",
        "search_read",
        [["sale_line_id.order_id", "=", strings["id"]]],
        ["priority"],
    )
    assert [made["priority"] for made in productions] == ["1"]


def test_a_supervisor_decides_on_a_phone(open_as, strings, sales, screenshots):
    """What is asked and both answers are in reach at 390 pixels."""
    [wizard] = sales.call(
        "aftersales.urgency.ask",
        "create",
        [
            {
                "order_id": strings["id"],
                "motive": "A fair on Monday",
                "wanted_date": str(date.today() + timedelta(days=3)),
            }
        ],
    )
    sales.call("aftersales.urgency.ask", "action_ask", [wizard])
    page = open_as("supervisor", phone=True)
    open_path(page, "/odoo/urgency-requests")
    expect(page.locator(".o_kanban_record", has_text=strings["name"])).to_contain_text(
        "A fair on Monday"
    )
    assert_fits(page)
    shoot(page, screenshots, "urgency_requests_phone")
    open_order(page, strings)
    banner = get_banner(page, "urgency")
    expect(banner.get_by_role("button", name="Refuse")).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "urgency_decide_phone")
    banner.get_by_role("button", name="Approve").click()
    answer(page, "Approve", "Yes")
    expect(banner).to_be_hidden()


def test_a_quotation_below_the_band_goes_out_with_a_yes(
    open_as, order, sales, screenshots
):
    """Sending says why not and whom to ask; after the yes the mail opens."""
    quotation = order("dealer_lindqvist", "product_silk", 100)
    [line] = sales.call(
        "sale.order.line", "search", [["order_id", "=", quotation["id"]]]
    )
    sales.call("sale.order.line", "write", [line], {"discount": 20})
    page = open_as("sales")
    open_order(page, quotation)
    page.locator(
        ".o_statusbar_buttons button[name=action_quotation_send]:visible"
    ).first.click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("offered 20% below its list price")
    expect(dialog).to_contain_text("Stella Reyes")
    dialog.locator(".o_field_widget[name=motive] textarea").fill(
        "First order of their new hotel"
    )
    shoot(page, screenshots, "promise_ask")
    dialog.get_by_role("button", name="Ask the Supervisor").click()
    expect(dialog).to_be_hidden()
    banner = get_banner(page, "promise")
    expect(banner).to_contain_text("A supervisor has been asked")

    page = open_as("supervisor", phone=True)
    open_order(page, quotation)
    banner = get_banner(page, "promise")
    expect(banner).to_contain_text("First order of their new hotel")
    expect(banner).to_contain_text("Can say yes: Administrator, Stella Reyes")
    assert_fits(page)
    shoot(page, screenshots, "promise_decide_phone")
    banner.get_by_role("button", name="Agree").click()
    answer(page, "Approve", "For this one")
    expect(banner).to_be_hidden()

    page = open_as("sales")
    open_order(page, quotation)
    page.locator(
        ".o_statusbar_buttons button[name=action_quotation_send]:visible"
    ).first.click()
    expect(page.locator(".o_mail_composer_form_view")).to_be_visible()


def test_the_duty_manager_sees_who_competes_for_the_same_goods(
    open_as, order, screenshots
):
    """From an order to everybody who wants its product, with who goes short."""
    first = order("dealer_lindqvist", "product_flax", 30, confirm=True)
    second = order("customer_hotel", "product_flax", 790, confirm=True)
    page = open_as("duty")
    open_order(page, first)
    page.locator("button[name=action_view_competing]").click()
    for wanted in (first, second):
        expect(
            page.locator(".o_data_row", has_text=wanted["name"]).first
        ).to_be_visible()
    shoot(page, screenshots, "competing_orders")
    page = open_as("duty", phone=True)
    open_path(page, "/odoo/competing-orders")
    expect(
        page.locator(".o_kanban_record", has_text=first["name"]).first
    ).to_contain_text("free now")
    assert_fits(page)
    shoot(page, screenshots, "competing_orders_phone")


def test_on_time_delivery_is_reported(open_as, order, admin, screenshots):
    """A delivered order is in the graph, the pivot and the list."""
    sold = order("dealer_lindqvist", "product_silk", 5, confirm=True)
    for transfer in sold["picking_ids"]:
        admin.call("stock.picking", "button_validate", [transfer])
    page = open_as("supervisor")
    open_path(page, "/odoo/on-time-delivery")
    expect(page.locator(".o_graph_renderer canvas")).to_be_visible()
    page.locator("button.o_switch_view.o_pivot").click()
    table = page.locator(".o_pivot table")
    expect(table).to_contain_text("Wall Coverings")
    expect(table).to_contain_text("%")
    shoot(page, screenshots, "on_time_pivot")
    page.locator("button.o_switch_view.o_list").click()
    expect(page.locator(".o_data_row", has_text=sold["name"])).to_contain_text(
        "On time"
    )
