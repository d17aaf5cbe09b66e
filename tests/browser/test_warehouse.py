"""What the warehouse meets: a new address to acknowledge, money, a suspended order."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, shoot

TRANSFER = "/odoo/action-stock.action_picking_tree_all/{}"
ADDRESS = "[name=aftersales_address]"
BANNER = "[name=aftersales_hold]"
SUSPENDED = "[name=aftersales_suspended]"


def validate(page: Page) -> None:
    page.locator(
        ".o_statusbar_buttons button[name=button_validate]:visible"
    ).first.click()


def refusal(page: Page) -> Locator:
    """What is said when goods may not leave."""
    return page.locator(".o_notification, .modal-dialog").filter(
        has_text="may not leave"
    )


@pytest.fixture
def site(admin, demo_id):
    """``site("dealer_lindqvist", "Pier 7")``: one more delivery address of a customer."""

    def make(customer: str, street: str) -> int:
        [partner_id] = admin.call(
            "res.partner",
            "create",
            [
                {
                    "name": f"Building site {street}",
                    "parent_id": demo_id(customer),
                    "type": "delivery",
                    "street": street,
                    "city": "Portland",
                }
            ],
        )
        return partner_id

    return make


def move_to(sales, order: dict, partner_id: int) -> None:
    sales.call(
        "sale.order", "write", [order["id"]], {"partner_shipping_id": partner_id}
    )


def test_a_warehouse_user_acknowledges_the_new_address_and_ships(
    open_as, order, site, admin, screenshots
):
    """Sales registers it on the order; the transfer shows old and new in red."""
    sold = order("dealer_lindqvist", "product_flax", 5, confirm=True)
    [transfer] = sold["picking_ids"]
    site("dealer_lindqvist", "Pier 7")
    page = open_as("sales")
    open_path(page, f"/odoo/sales/{sold['id']}")
    page.get_by_role("tab", name="Production and Delivery").click()
    page.get_by_role("button", name="Change Delivery Address").click()
    dialog = page.locator(".modal-dialog")
    field = dialog.locator(".o_field_widget[name=partner_id] input")
    field.fill("Building site Pier 7")
    page.locator(".o-autocomplete--dropdown-item", has_text="Pier 7").first.click()
    dialog.locator(".o_field_widget[name=reason] textarea").fill("The shop moved")
    shoot(page, screenshots, "address_change_dialog")
    dialog.get_by_role("button", name="Change Address").click()
    expect(dialog).to_be_hidden()

    page = open_as("warehouse")
    open_path(page, TRANSFER.format(transfer))
    address = page.locator(ADDRESS)
    expect(address).to_contain_text("New delivery address: check label and papers")
    expect(address.locator("del")).to_contain_text("Lindqvist")
    expect(address.locator("strong.o_aftersales_new")).to_contain_text("Pier 7")
    expect(address).to_contain_text("Sofia Marten")
    expect(address).to_contain_text("The shop moved")
    expect(page.locator(BANNER)).to_be_hidden()
    shoot(page, screenshots, "address_change_transfer")
    validate(page)
    expect(refusal(page)).to_contain_text("New address not acknowledged")
    expect(refusal(page)).to_contain_text(
        "acknowledges the new address on the transfer"
    )
    page.locator(".o_notification_close").first.click()
    address.get_by_role("button", name="Acknowledge New Address").click()
    expect(address).to_be_hidden()
    expect(page.locator("[name=aftersales_address_done]")).to_contain_text(
        "Acknowledged by Walter Ng"
    )
    shoot(page, screenshots, "address_change_acknowledged")
    validate(page)
    expect(page.locator(".o_statusbar_status .o_arrow_button_current")).to_have_text(
        re.compile("Done")
    )
    [now] = admin.call("stock.picking", "read", [transfer], ["state"])
    assert now["state"] == "done"


def test_money_and_address_are_said_together(
    open_as, order, site, sales, admin, screenshots
):
    """One message with everything; acknowledging the address does not pay the goods."""
    sold = order("dealer_popup", "product_silk", 10, confirm=True)
    [transfer] = sold["picking_ids"]
    move_to(sales, sold, site("dealer_popup", "Market 3"))
    page = open_as("warehouse")
    open_path(page, TRANSFER.format(transfer))
    expect(page.locator(ADDRESS)).to_contain_text("Market 3")
    expect(page.locator(BANNER)).to_contain_text("The customer pays 480.00 USD")
    shoot(page, screenshots, "transfer_money_and_address")
    validate(page)
    expect(refusal(page)).to_contain_text("No delivery on arrears for this customer")
    expect(refusal(page)).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    expect(refusal(page)).to_contain_text("Market 3")
    page.locator(".o_notification_close").first.click()
    page.locator(ADDRESS).get_by_role("button", name="Acknowledge").click()
    expect(page.locator(ADDRESS)).to_be_hidden()
    validate(page)
    expect(refusal(page)).to_contain_text("The customer pays 480.00 USD")
    [now] = admin.call("stock.picking", "read", [transfer], ["state"])
    assert now["state"] != "done"


def test_a_new_address_fits_a_phone(open_as, order, site, sales, screenshots):
    """In the warehouse a phone is the screen: list, banner, button within reach."""
    sold = order("dealer_lindqvist", "product_flax", 5, confirm=True)
    [transfer] = sold["picking_ids"]
    move_to(sales, sold, site("dealer_lindqvist", "Pier 9"))
    page = open_as("warehouse", phone=True)
    open_path(page, TRANSFER.format(transfer))
    address = page.locator(ADDRESS)
    expect(address).to_contain_text("Pier 9")
    button = address.get_by_role("button", name="Acknowledge New Address")
    expect(button).to_be_in_viewport()
    assert_fits(page)
    shoot(page, screenshots, "address_change_transfer_phone")
    button.click()
    expect(address).to_be_hidden()


def register_change(page: Page, order: dict) -> None:
    open_path(page, f"/odoo/sales/{order['id']}")
    button = page.get_by_role("button", name="Change or Cancel")
    if not button.is_visible():  # a phone keeps the buttons in a menu
        page.locator(".o_statusbar_buttons .dropdown-toggle").first.click()
        button = page.get_by_role("menuitem", name="Change or Cancel")
    button.first.click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("The deliveries stop at once")
    dialog.locator(".o_field_widget[name=reason] textarea").fill("The wall is narrower")
    dialog.locator(".o_field_widget[name=what] textarea").fill("3 rolls instead of 5")


def test_a_registered_change_stops_an_open_transfer(open_as, order, screenshots):
    """The picker has the transfer open; sales registers the change; validating is refused."""
    sold = order("dealer_lindqvist", "product_flax", 5, confirm=True)
    [transfer] = sold["picking_ids"]
    picker = open_as("warehouse")
    open_path(picker, TRANSFER.format(transfer))
    expect(picker.locator(BANNER)).to_be_hidden()

    page = open_as("sales")
    register_change(page, sold)
    shoot(page, screenshots, "order_change_dialog")
    page.get_by_role("button", name="Register the Change").click()
    banner = page.locator(SUSPENDED)
    expect(banner).to_contain_text("This order is suspended")
    expect(banner).to_contain_text("3 rolls instead of 5")
    expect(page.locator(BANNER)).to_be_hidden()  # it is said once
    shoot(page, screenshots, "order_suspended")

    validate(picker)
    told = picker.locator(".o_notification, .modal-dialog").filter(
        has_text=re.compile("may not leave|no quantities")
    )
    expect(told.first).to_be_visible()
    picker.reload()
    expect(picker.locator(BANNER)).to_contain_text("The wall is narrower")
    expect(picker.locator(BANNER)).to_contain_text("Salesperson: Sofia Marten.")
    shoot(picker, screenshots, "transfer_suspended")

    banner.get_by_role("button", name="Resume").click()
    page.locator(".modal-dialog footer .btn-primary").first.click()
    expect(banner).to_be_hidden()
    picker.reload()
    expect(picker.locator(".o_form_view")).to_be_visible()
    expect(picker.locator(BANNER)).to_be_hidden()
    validate(picker)
    expect(picker.locator(".o_statusbar_status .o_arrow_button_current")).to_have_text(
        re.compile("Done")
    )


def test_changing_an_order_fits_a_phone(open_as, order, screenshots):
    sold = order("dealer_lindqvist", "product_flax", 5, confirm=True)
    page = open_as("sales", phone=True)
    register_change(page, sold)
    shoot(page, screenshots, "order_change_dialog_phone")
    page.get_by_role("button", name="Register the Change").click()
    banner = page.locator(SUSPENDED)
    expect(banner.get_by_role("button", name="Resume")).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "order_suspended_phone")
