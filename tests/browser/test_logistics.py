"""Problems on the way and final inspections, as the people beside the goods meet them."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Page, expect

from browser_helpers import assert_fits, expect_notification, open_path, shoot

TRANSFERS = "/odoo/action-stock.action_picking_tree_all"
# The smallest PNG there is.
PHOTO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def delivery(admin, order, demo_id):
    """A transfer that takes sold goods to a customer in good standing."""

    def make(product: str, quantity: int = 2) -> dict:
        sold = order("dealer_lindqvist", product, quantity, confirm=True)
        [transfer] = sold["picking_ids"]
        values = {
            "aftersales_carrier_id": demo_id("carrier"),
            "aftersales_route": "Quay Road – Rotterdam by sea, then by truck",
            "aftersales_vehicle": "HW 2041",
            "aftersales_driver_phone": "+31 20 555 0199",
        }
        admin.call("stock.picking", "write", [transfer], values)
        [row] = admin.call("stock.picking", "read", [transfer], ["name"])
        return {"id": transfer, "name": row["name"], "order": sold["name"]}

    return make


def open_transfer(page: Page, delivery: dict) -> None:
    open_path(page, f"{TRANSFERS}/{delivery['id']}")
    expect(page.locator(".o_form_view .oe_title h1")).to_contain_text(delivery["name"])


def find_problem(admin, delivery: dict) -> dict:
    [problem] = admin.call(
        "aftersales.logistics.exception",
        "search_read",
        [["picking_id", "=", delivery["id"]]],
        ["name", "kind", "photo_ids", "severity", "ticket_id", "customer_informed_at"],
    )
    return problem


def test_the_warehouse_reports_damage_from_a_phone_and_it_becomes_a_complaint(
    open_as, delivery, admin, screenshots
):
    """One button on the transfer, a photo, and what became of it."""
    sent = delivery("product_silk", 10)
    page = open_as("warehouse", phone=True)
    open_transfer(page, sent)
    button = page.locator("button[name=action_report_problem]")
    expect(button).to_be_in_viewport()
    assert_fits(page)
    shoot(page, screenshots, "transfer_report_problem_phone")
    button.click()
    dialog = page.locator(".modal-dialog")
    dialog.get_by_text("Damaged", exact=True).click()
    dialog.locator(".o_field_widget[name=note] textarea").fill("Two cartons are wet")
    dialog.locator(".o_field_widget[name=photo_ids] input[type=file]").set_input_files(
        {"name": "carton.png", "mimeType": "image/png", "buffer": PHOTO}
    )
    expect(dialog.locator(".o_field_widget[name=photo_ids]")).to_contain_text(
        "carton.png"
    )
    assert_fits(page)
    shoot(page, screenshots, "report_problem_phone")
    dialog.locator("footer button[name=action_report]:visible").click()
    expect_notification(page, "Reported", "The customer was informed.")
    problem = find_problem(admin, sent)
    assert problem["kind"] == "damaged"
    assert len(problem["photo_ids"]) == 1
    assert problem["customer_informed_at"]

    open_path(page, f"/odoo/delivery-problems/{problem['id']}")
    expect(page.locator(".o_form_view")).to_contain_text("Two cartons are wet")
    assert_fits(page)
    shoot(page, screenshots, "delivery_problem_phone")
    page.locator("button[name=action_make_complaint]").click()
    expect(page.locator("button[name=action_make_complaint]")).to_be_hidden()
    problem = find_problem(admin, sent)
    number, title = problem["ticket_id"][1].split(" - ", 1)
    expect(page.locator(".o_form_view")).to_contain_text(number)
    expect(page.locator(".o_form_view")).to_contain_text(title)
    [ticket] = admin.call(
        "helpdesk.ticket",
        "read",
        [problem["ticket_id"][0]],
        ["description", "attachment_ids", "aftersales_order_id"],
    )
    assert "Damaged" in ticket["description"]
    assert ticket["aftersales_order_id"][1] == sent["order"]
    assert len(ticket["attachment_ids"]) == 1


def test_the_salesperson_sees_problem_customer_and_complaint(
    open_as, delivery, web, admin, screenshots
):
    """At a desk: the problem, who was told, the list and the counts by carrier."""
    sent = delivery("product_silk", 10)
    web("warehouse", "warehouse").call(
        "aftersales.logistics.exception",
        "create",
        [{"picking_id": sent["id"], "kind": "lost", "note": "The truck came empty"}],
    )
    problem = find_problem(admin, sent)
    page = open_as("sales")
    open_path(page, f"/odoo/delivery-problems/{problem['id']}")
    form = page.locator(".o_form_view")
    expect(form).to_contain_text("A major problem: act on it today.")
    expect(form).to_contain_text("Coastline Freight")
    expect(page.locator("button[name=action_inform_customer]")).to_be_hidden()
    expect(page.locator(".o-mail-Chatter")).to_contain_text("were lost on the way")
    shoot(page, screenshots, "delivery_problem")
    page.locator("button[name=action_make_complaint]").click()
    expect(page.locator(".o_form_view")).to_contain_text("What It Is About")
    shoot(page, screenshots, "delivery_problem_complaint")
    open_path(page, "/odoo/delivery-problems")
    row = page.locator(".o_data_row", has_text=problem["name"])
    expect(row).to_contain_text("Major")
    shoot(page, screenshots, "delivery_problems")
    page.locator("button.o_switch_view.o_pivot").click()
    expect(page.locator(".o_pivot table")).to_contain_text("Coastline Freight")
    shoot(page, screenshots, "delivery_problems_pivot")


def test_goods_leave_after_the_inspector_recorded_a_pass(
    open_as, delivery, admin, screenshots
):
    """The warehouse reads which lot is missing; the inspector measures and records."""
    sent = delivery("product_post", 6)
    page = open_as("warehouse")
    open_transfer(page, sent)
    banner = page.locator("[name=aftersales_hold]")
    expect(banner).to_contain_text("Final inspection missing")
    expect(banner).to_contain_text(re.compile("C4-2611-[AB]"))
    expect(banner).to_contain_text("Quentin Sato")
    expect(page.locator("button[name=action_inspect]")).to_be_hidden()
    shoot(page, screenshots, "transfer_waits_for_inspection")

    page = open_as("quality", phone=True)
    open_path(page, "/odoo/deliveries-to-inspect")
    expect(page.locator(".o_kanban_record", has_text=sent["name"])).to_be_visible()
    shoot(page, screenshots, "deliveries_to_inspect_phone")
    open_path(page, f"/odoo/deliveries-to-inspect/{sent['id']}")
    page.locator("button[name=action_inspect]").click()
    form = page.locator(".o_form_view")
    expect(form.locator("[name=line_ids]")).to_contain_text("Withstand voltage")
    assert_fits(page)
    shoot(page, screenshots, "inspection_phone")
    for name, value in (("Height", "306"), ("Withstand", "52,5")):
        form.locator(".o_kanban_record", has_text=name).click()
        dialog = page.locator(".modal-dialog")
        expect(dialog).to_contain_text("Required")
        dialog.locator(".o_field_widget[name=measured] input").fill(value)
        if name == "Height":
            shoot(page, screenshots, "inspection_value_phone")
        dialog.locator(".o_form_button_save, .o_form_button_save_new").first.click()
        expect(dialog).to_be_hidden()
    form.locator(".o_kanban_record", has_text="Surface").click()
    dialog = page.locator(".modal-dialog")
    dialog.locator(".o_field_widget[name=look]").get_by_text("OK", exact=True).click()
    dialog.locator(".o_form_button_save").first.click()
    expect(dialog).to_be_hidden()
    shoot(page, screenshots, "inspection_measured_phone")
    page.locator("button[name=action_pass]").click()
    page.locator(".modal-dialog footer .btn-primary").click()
    expect(page.locator("button[name=action_pass]")).to_be_hidden()
    expect(form).to_contain_text("Quentin Sato")
    shoot(page, screenshots, "inspection_recorded_phone")
    [now] = admin.call("stock.picking", "read", [sent["id"]], ["hold_state"])
    assert not now["hold_state"]

    page = open_as("warehouse")
    open_transfer(page, sent)
    page.get_by_role("tab", name="Certificates").click()
    expect(page.locator("[name=certificate_ids] .o_data_row")).to_have_count(1)
    shoot(page, screenshots, "transfer_certificates")


def test_a_product_says_what_is_inspected(open_as, demo_id, admin, screenshots):
    """The characteristics with their limits, on the product."""
    [product] = admin.call(
        "product.product", "read", [demo_id("product_post")], ["product_tmpl_id"]
    )
    page = open_as("admin")
    open_path(
        page,
        f"/odoo/action-stock.product_template_action_product/{product['product_tmpl_id'][0]}",
    )
    page.get_by_role("tab", name="Quality").click()
    rows = page.locator("[name=inspection_characteristic_ids] .o_data_row")
    expect(rows).to_have_count(3)
    shoot(page, screenshots, "product_quality")
