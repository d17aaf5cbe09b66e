"""A dealer's project: registered on the portal, signed off, and defended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, shoot

LIST = "/my/registrations"
REGISTRATIONS = "/odoo/project-registrations"
BANNER = "[name=aftersales_project_conflict]"
STATE = ".o_statusbar_status button.o_arrow_button_current"


def visit(page: Page, path: str) -> None:
    page.goto(path, wait_until="domcontentloaded")


def fill_form(page: Page, name: str, **values: str) -> Locator:
    """The registration form, filled in up to its button."""
    visit(page, f"{LIST}/new")
    form = page.locator("form[name=registration_form]")
    fields = {
        "name": name,
        "end_customer": "Riverside Hotels Ltd",
        "street": "5 Mill Lane",
        "zip": "BS1 4ND",
        "city": "Bristol",
        "date_to": str(date.today() + timedelta(days=120)),
        "quantity_1": "150",
        **values,
    }
    for field, value in fields.items():
        form.locator(f"[name={field}]").fill(value)
    products = form.locator("[name=product_1]")
    flax = products.locator("option", has_text="Flax Contract").get_attribute("value")
    products.select_option(flax)
    return form


@pytest.fixture
def register(admin, demo_id):
    """``register("Name")``: a running registration of the dealer Brennan, by API."""

    def make(name: str, **values: Any) -> int:
        line = {"product_id": demo_id("product_flax"), "quantity": 150}
        [project_id] = admin.call(
            "aftersales.project",
            "create",
            [
                {
                    "name": name,
                    "partner_id": demo_id("dealer_brennan"),
                    "end_customer": "Riverside Hotels Ltd",
                    "street": "5 Mill Lane",
                    "city": "Bristol",
                    "date_to": str(date.today() + timedelta(days=120)),
                    "line_ids": [[0, 0, line]],
                    **values,
                }
            ],
        )
        admin.call("aftersales.project", "action_file", [project_id])
        admin.call("aftersales.project", "action_sign_off", [project_id])
        return project_id

    return make


def invoice_and_pay(admin, order: dict[str, Any]) -> None:
    wizard = admin.call(
        "sale.advance.payment.inv",
        "create",
        [
            {
                "sale_order_ids": [[6, 0, [order["id"]]]],
                "advance_payment_method": "delivered",
            }
        ],
    )
    admin.call("sale.advance.payment.inv", "create_invoices", wizard)
    [row] = admin.call("sale.order", "read", [order["id"]], ["invoice_ids"])
    invoices = row["invoice_ids"]
    admin.call("account.move", "action_post", invoices)
    context = {"active_model": "account.move", "active_ids": invoices}
    register = admin.call("account.payment.register", "create", [{}], context=context)
    admin.call(
        "account.payment.register", "action_create_payments", register, context=context
    )


def test_a_dealer_registers_a_project_and_sees_the_answer(open_as, screenshots):
    """Filed on the portal, signed off by the duty manager, accepted on the portal."""
    page = open_as("dealer")
    visit(page, "/my/home")
    page.locator("a[href='/my/registrations']").first.click()
    expect(page.locator("#wrapwrap")).to_contain_text("You have no registrations yet")
    shoot(page, screenshots, "registrations_portal")
    page.locator("a[name=register]").click()
    form = fill_form(page, "Riverside Hotel, west wing")
    shoot(page, screenshots, "registration_form")
    form.get_by_role("button", name="Send").click()
    filed = page.locator("[name=registration]")
    expect(filed).to_contain_text("Your registration has reached us")
    expect(filed).to_contain_text("In review")
    expect(filed).to_contain_text("150.00 Units")
    shoot(page, screenshots, "registration_filed")

    manager = open_as("duty")
    open_path(manager, REGISTRATIONS)
    row = manager.locator(".o_data_row", has_text="Riverside Hotel, west wing")
    expect(row.locator("td[name=state]")).to_have_text("Filed")
    expect(row).to_contain_text("Brennan Trade Supply")
    shoot(manager, screenshots, "registrations_list")
    for view, screen in (("calendar", ".fc-event"), ("kanban", ".o_kanban_record")):
        manager.locator(f"button.o_switch_view.o_{view}").click()
        expect(
            manager.locator(screen, has_text="Riverside Hotel, west wing").first
        ).to_be_visible()
        shoot(manager, screenshots, f"registrations_{view}")
    manager.locator("button.o_switch_view.o_list").click()
    row.locator("td[name=name]").click()
    expect(manager.locator(".o-mail-Activity", has_text="Dora Lind")).to_contain_text(
        "Sign off or refuse this registration."
    )
    shoot(manager, screenshots, "registration_to_sign_off")
    manager.locator(
        ".o_statusbar_buttons button[name=action_sign_off]:visible"
    ).first.click()
    expect(manager.locator(STATE)).to_have_text("Running")
    expect(manager.locator(".o-mail-Activity")).to_have_count(0)

    visit(page, LIST)
    card = page.locator(".list-group-item", has_text="Riverside Hotel, west wing")
    expect(card).to_contain_text("Accepted")
    card.click()
    expect(filed).to_contain_text("Your registration is accepted. It runs until")
    shoot(page, screenshots, "registration_accepted")


def test_the_form_says_which_field_is_wrong(open_as):
    """What was typed is kept, and the field is named."""
    page = open_as("dealer")
    form = fill_form(page, "Harbour Tower", quantity_1="many")
    form.get_by_role("button", name="Send").click()
    wrong = page.locator("[name=registration_errors]")
    expect(wrong).to_contain_text("Quantity 1: Please enter a number above zero")
    expect(page.locator("#error_quantity_1")).to_be_visible()
    expect(form.locator("[name=name]")).to_have_value("Harbour Tower")
    form.locator("[name=quantity_1]").fill("20")
    form.get_by_role("button", name="Send").click()
    expect(page.locator("[name=registration]")).to_contain_text("In review")


def test_the_salesperson_sees_that_another_dealers_order_competes(
    open_as, order, register, screenshots
):
    """The order goes on; the banner names the registration; a duty manager decides."""
    register("Quayside Offices", street="9 Quay Road", city="Cardiff")
    rival = order("dealer_lindqvist", "product_flax", 140)
    page = open_as("sales")
    open_path(page, f"/odoo/sales/{rival['id']}")
    banner = page.locator(BANNER)
    expect(banner).to_be_hidden()
    page.locator(
        ".o_statusbar_buttons button[name=action_confirm]:visible"
    ).first.click()
    expect(banner).to_contain_text("Competes with a registered project")
    expect(banner).to_contain_text("Quayside Offices")
    expect(banner).to_contain_text("Brennan Trade Supply")
    expect(banner).to_contain_text("93.33% of the registered one")
    expect(banner).to_contain_text("Dora Lind")
    expect(banner.get_by_role("button", name="Decide")).to_be_hidden()
    shoot(page, screenshots, "order_competes")
    banner.get_by_role("button", name="Why?").click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("Quantity to registered quantity")
    shoot(page, screenshots, "order_competes_why")
    dialog.locator(".btn-close").first.click()
    banner.get_by_role("button", name="Details").click()
    expect(page.locator(".o_data_row", has_text="Quayside Offices")).to_be_visible()

    manager = open_as("duty")
    open_path(manager, f"/odoo/sales/{rival['id']}")
    manager.locator(BANNER).get_by_role("button", name="Decide").click()
    dialog = manager.locator(".modal-dialog")
    dialog.get_by_label("Give precedence to the registration").check()
    dialog.locator(".o_field_widget[name=reason] textarea").fill(
        "Brennan has worked on it for a year"
    )
    shoot(manager, screenshots, "conflict_dialog")
    dialog.locator("footer button[name=action_resolve]").click()
    expect(dialog).to_be_hidden()
    expect(manager.locator(BANNER)).to_contain_text(
        "The registered project has precedence"
    )
    expect(manager.locator(BANNER)).to_contain_text("Decided by Dora Lind")


def test_a_fee_is_agreed_counted_and_given_back(open_as, order, admin, screenshots):
    """From the order's button to a draft credit note for accounting."""
    fee = order("dealer_costa", "product_mould", 1, confirm=True)
    page = open_as("sales")
    open_path(page, f"/odoo/sales/{fee['id']}")
    page.locator("button[name=action_view_fee_agreements]").click()
    form = page.locator(".o_form_view")
    expect(form.locator("[name=partner_id] input")).to_have_value("Costa Décor")
    expect(form.locator("[name=amount] input")).to_have_value("2,400.00")
    quantity = form.locator("[name=quantity] input")
    quantity.fill("10")
    quantity.press("Tab")
    expect(quantity).to_have_value("10.00")
    product = form.locator("[name=product_id] input")
    product.fill("hanging")
    page.locator(".o-autocomplete--dropdown-item", has_text="hanging").first.click()
    expect(product).to_have_value("[SV-HANG] Measuring and hanging, per day")
    form.locator("button[name=action_start]").click()
    expect(page.locator(STATE)).to_have_text("Running")

    [agreement_id] = admin.call(
        "aftersales.fee.agreement", "search", [["order_id", "=", fee["id"]]]
    )
    work = order("dealer_costa", "product_hanging", 10, confirm=True)
    lines = admin.call("sale.order.line", "search", [["order_id", "=", work["id"]]])
    admin.call("sale.order.line", "write", lines, {"qty_delivered": 4})
    open_path(page, f"/odoo/fee-agreements/{agreement_id}")
    expect(form.locator("[name=progress]")).to_contain_text("40")
    shoot(page, screenshots, "fee_agreement")
    phone = open_as("sales", phone=True)
    open_path(phone, f"/odoo/fee-agreements/{agreement_id}")
    expect(phone.locator("[name=progress]").first).to_contain_text("40")
    assert_fits(phone)
    shoot(phone, screenshots, "fee_agreement_phone")

    admin.call("sale.order.line", "write", lines, {"qty_delivered": 10})
    open_path(page, f"/odoo/fee-agreements/{agreement_id}")
    page.locator("button[name=action_check]:visible").first.click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("10 of 10 are delivered, but the fee is not paid")
    shoot(page, screenshots, "fee_agreement_waits")
    dialog.locator(".btn-close").first.click()

    invoice_and_pay(admin, fee)
    page.locator("button[name=action_check]:visible").first.click()
    expect(dialog).to_contain_text("2,400.00 USD is given back")
    dialog.locator(".btn-close").first.click()
    expect(page.locator(STATE)).to_have_text("Refunded")
    notes = admin.call(
        "account.move",
        "search_read",
        [["fee_agreement_id", "=", agreement_id]],
        ["state", "amount_untaxed"],
    )
    assert [(note["state"], note["amount_untaxed"]) for note in notes] == [
        ("draft", 2400.0)
    ]


def test_portal_and_banner_fit_a_phone(open_as, order, register, screenshots):
    """At 390 pixels nothing has to be scrolled sideways."""
    register("Grand Pavilion", street="1 Park Row", city="Bath")
    page = open_as("dealer", phone=True)
    visit(page, LIST)
    expect(page.locator(".list-group-item", has_text="Grand Pavilion")).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "registrations_phone")
    fill_form(page, "Riverside Hotel, east wing")
    assert_fits(page)
    page.locator("form[name=registration_form] h5").scroll_into_view_if_needed()
    shoot(page, screenshots, "registration_form_phone")

    rival = order("dealer_lindqvist", "product_flax", 160, confirm=True)
    page = open_as("sales", phone=True)
    open_path(page, f"/odoo/sales/{rival['id']}")
    banner = page.locator(BANNER)
    expect(banner).to_contain_text("Grand Pavilion")
    assert_fits(page)
    shoot(page, screenshots, "order_competes_phone")
