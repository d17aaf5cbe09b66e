"""Gates as the administrator of the rules meets them: how strict, and what it would mean."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from browser_helpers import assert_fits, open_path, shoot

GATES = "/odoo/action-aftersales_rules.aftersales_gate_mode_action"


@pytest.fixture
def cut_off_mode(admin):
    """The mode of the cut-off, put back at the end."""
    [company] = admin.call(
        "res.company", "search_read", [], ["aftersales_mode_shipping_day"], limit=1
    )
    yield company["aftersales_mode_shipping_day"]
    admin.call(
        "res.company",
        "write",
        [company["id"]],
        {"aftersales_mode_shipping_day": company["aftersales_mode_shipping_day"]},
    )


def test_a_rules_administrator_switches_a_gate_in_the_list(
    open_as, admin, cut_off_mode, screenshots
):
    """Each gate with its question, its mode and what it held lately; no settings page."""
    page = open_as("rules")
    open_path(page, GATES)
    row = page.locator(".o_data_row", has_text="Daily cut-off")
    expect(row).to_contain_text("Does an order due today ship")
    shoot(page, screenshots, "gates")
    row.locator("td[name=mode]").click()
    field = page.locator(".o_selected_row td[name=mode]")
    chosen = field.locator("input")
    chosen.click()
    page.get_by_role("menuitem", name="Off").or_(
        page.get_by_role("option", name="Off")
    ).first.click()
    expect(chosen).to_have_value("Off")
    page.locator(".o_list_button_save:visible").first.click()
    expect(page.locator(".o_selected_row")).to_have_count(0)
    [company] = admin.call(
        "res.company", "search_read", [], ["aftersales_mode_shipping_day"], limit=1
    )
    assert company["aftersales_mode_shipping_day"] == "off"


def test_gates_fit_a_phone(open_as, screenshots):
    page = open_as("rules", phone=True)
    open_path(page, GATES)
    expect(page.locator(".o_kanban_record", has_text="Credit hold")).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "gates_phone")
