"""The planner's day: a manufacturing order waits for a deposit, the money comes, it goes on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from browser_helpers import assert_fits, expect_notification, open_path, shoot

BANNER = "[name=aftersales_deposit]"
WAITING = "/odoo/waiting-for-deposit"


@pytest.fixture
def tower(order, admin) -> dict:
    """An engineering order of two tower sets, 4,800, and its manufacturing order."""
    made = order("customer_firth", "product_tower", 2, confirm=True)
    assert made["hold_state"] == "production"
    [production] = admin.call(
        "mrp.production",
        "search_read",
        [["deposit_order_id", "=", made["id"]]],
        ["name", "state"],
    )
    return made | {"production": production}


@pytest.fixture
def pay(admin):
    """``pay(order, 2400)``: a down payment that is invoiced and paid."""

    def book(order: dict, amount: float) -> None:
        wizard = admin.call(
            "sale.advance.payment.inv",
            "create",
            [
                {
                    "sale_order_ids": [[6, 0, [order["id"]]]],
                    "advance_payment_method": "fixed",
                    "fixed_amount": amount,
                }
            ],
        )
        admin.call("sale.advance.payment.inv", "create_invoices", wizard)
        invoices = admin.call(
            "account.move",
            "search",
            [
                ["invoice_line_ids.sale_line_ids.order_id", "=", order["id"]],
                ["state", "=", "draft"],
            ],
        )
        admin.call("account.move", "action_post", invoices)
        context = {"active_model": "account.move", "active_ids": invoices}
        register = admin.call(
            "account.payment.register", "create", [{}], context=context
        )
        admin.call(
            "account.payment.register",
            "action_create_payments",
            register,
            context=context,
        )

    return book


def open_production(page: Page, tower: dict) -> None:
    open_path(page, f"{WAITING}/{tower['production']['id']}")
    expect(page.locator(".o_form_view .oe_title").first).to_contain_text(
        tower["production"]["name"]
    )


def test_planner_sees_what_waits_and_it_goes_on_with_the_deposit(
    open_as, tower, pay, admin, screenshots
):
    """List by order, banner with the missing amount, an answer to Confirm; then money."""
    page = open_as("planner")
    open_path(page, WAITING)
    group = page.locator(".o_group_header", has_text=tower["name"])
    expect(group).to_be_visible()
    group.click()
    row = page.locator(".o_data_row", has_text=tower["production"]["name"])
    expect(row.locator("td[name=deposit_missing]")).to_contain_text("2,400.00")
    expect(row.locator("td[name=deposit_state]")).to_have_text("Waits for deposit")
    shoot(page, screenshots, "waiting_for_deposit")

    open_production(page, tower)
    banner = page.locator(BANNER)
    expect(banner).to_contain_text(f"Waits for the deposit of {tower['name']}")
    expect(banner).to_contain_text("The customer pays the missing 2,400.00 USD")
    expect(banner).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    expect(banner).to_contain_text("confirmed by itself when the deposit is there")
    expect(banner.get_by_role("button", name="Ask for Release")).to_be_visible()
    expect(banner.get_by_role("button", name="Release", exact=True)).to_be_hidden()
    page.locator(".o_statusbar_buttons button[name=action_confirm]:visible").click()
    expect_notification(
        page, "Waits for deposit", "The customer pays the missing 2,400.00 USD"
    )
    shoot(page, screenshots, "production_waits")
    [now] = admin.call("mrp.production", "read", [tower["production"]["id"]], ["state"])
    assert now["state"] == "draft"

    pay(tower, 2400.0)
    open_path(page, f"/odoo/manufacturing/{tower['production']['id']}")
    expect(
        page.locator(".o_statusbar_status button.o_arrow_button_current")
    ).to_have_text("Confirmed")
    expect(page.locator(BANNER)).to_be_hidden()
    expect(
        page.locator(".o_field_widget[name=priority] a.fa-star").first
    ).to_be_visible()
    expect(page.locator(".o-mail-Chatter")).to_contain_text("production may start")
    expect(page.locator(".o-mail-Activity")).to_contain_text("The deposit has arrived")
    shoot(page, screenshots, "production_goes_on")
    made = admin.call(
        "mrp.production",
        "search_read",
        [["reference_ids.sale_ids", "=", tower["id"]]],
        ["state", "priority"],
    )
    assert len(made) == 2, "the tower sets, and the strings for them"
    assert {(each["state"], each["priority"]) for each in made} == {("confirmed", "1")}


@pytest.fixture
def from_stock(admin, demo_id):
    """Insulators, which are on the shelf, as an engineering product; put back at the end."""
    [product] = admin.call(
        "product.product", "read", [demo_id("product_insulator")], ["product_tmpl_id"]
    )
    template = product["product_tmpl_id"][0]
    admin.call("product.template", "write", [template], {"is_engineering": True})
    yield "product_insulator"
    admin.call("product.template", "write", [template], {"is_engineering": False})


def test_the_warehouse_ships_an_engineering_order_when_its_balance_is_paid(
    open_as, order, pay, admin, from_stock, screenshots
):
    """Goods are there and reserved; half is paid, then the rest."""
    made = order("customer_firth", from_stock, 10, confirm=True)
    [transfer] = made["picking_ids"]
    [total] = admin.call("sale.order", "read", [made["id"]], ["amount_total"])
    half = total["amount_total"] / 2
    pay(made, half)
    page = open_as("warehouse")
    open_path(page, f"/odoo/action-stock.action_picking_tree_all/{transfer}")
    banner = page.locator("[name=aftersales_hold]")
    expect(banner).to_contain_text("Balance not paid")
    expect(banner).to_contain_text(f"The customer pays {half:,.2f} USD")
    shoot(page, screenshots, "transfer_waits_for_balance")
    validate = page.locator(
        ".o_statusbar_buttons button[name=button_validate]:visible"
    ).first
    validate.click()
    answer = page.locator(".o_notification").filter(has_text="may not leave")
    expect(answer).to_contain_text("Balance not paid")
    expect(answer).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    pay(made, half)
    page.reload()
    expect(banner).to_be_hidden()
    validate.click()
    expect(page.locator(".o_statusbar_status .o_arrow_button_current")).to_have_text(
        "Done"
    )


def test_planner_asks_for_release(open_as, tower, sales):
    """The controllers are told on the order, which the planner does not see."""
    page = open_as("planner")
    open_production(page, tower)
    page.locator(BANNER).get_by_role("button", name="Ask for Release").click()
    expect_notification(page, f"Release asked for {tower['name']}.")
    messages = sales.call(
        "mail.message",
        "search_read",
        [["model", "=", "sale.order"], ["res_id", "=", tower["id"]]],
        ["body"],
    )
    assert any("Release asked from Carl Jansen" in each["body"] for each in messages)


def test_salesperson_reads_kind_and_missing_deposit_on_the_order(
    open_as, tower, screenshots
):
    """Why it is an engineering order, and what its production waits for."""
    page = open_as("sales")
    open_path(page, f"/odoo/sales/{tower['id']}")
    banner = page.locator("[name=aftersales_hold]")
    expect(banner).to_contain_text("This order waits for its deposit")
    expect(banner).to_contain_text("Missing: 2,400.00 USD")
    expect(banner).to_contain_text("Balance not paid")
    shoot(page, screenshots, "order_waits_for_deposit")
    page.get_by_role("tab", name="Production and Delivery").click()
    kind = page.locator("[name=order_kind_why]")
    expect(kind).to_contain_text("marked as engineering product")
    kind.scroll_into_view_if_needed()
    shoot(page, screenshots, "order_kind")


def test_planner_on_a_phone(open_as, tower, screenshots):
    """Cards with order and amount; the banner fits, its buttons are in reach."""
    page = open_as("planner", phone=True)
    open_path(page, WAITING)
    card = page.locator(".o_kanban_record", has_text=tower["production"]["name"])
    if not card.count():
        page.locator(".o_kanban_group, .o_group_header").first.click()
    expect(card).to_contain_text("Waits for deposit")
    expect(card).to_contain_text("2,400.00")
    assert_fits(page)
    shoot(page, screenshots, "waiting_for_deposit_phone")
    open_production(page, tower)
    banner = page.locator(BANNER)
    expect(banner.get_by_role("button", name="Ask for Release")).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "production_waits_phone")
