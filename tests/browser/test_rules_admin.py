"""The path of the rules administrator, as she walks it (R1–R7, U9), and of who only reads."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, search_for, shoot

GRID = ".o_rule_grid"
EDITOR = ".o_rule_cell_editor"
RULE = "Overdue debt"
SUMMARY = re.compile(r"\d+ of \d+ would be decided differently; .* is at stake")


@pytest.fixture
def second_person(admin):
    """The company wants a second administrator to look at new rules."""
    [company] = admin.call("res.company", "search_read", [], ["name"], limit=1)

    def want(wanted: bool) -> None:
        values = {"aftersales_second_person": wanted}
        admin.call("res.company", "write", [company["id"]], values)

    want(True)
    yield
    want(False)


@pytest.fixture
def run_trials(admin):
    """What the server does in the background."""
    domain = [["module", "=", "aftersales_rules"], ["name", "=", "ir_cron_run_trials"]]
    [row] = admin.call("ir.model.data", "search_read", domain, ["res_id"])
    return lambda: admin.call("ir.cron", "method_direct_trigger", [row["res_id"]])


def button(page: Page, name: str) -> Locator:
    return page.locator(f".o_form_view button[name={name}]:visible")


def menu(page: Page, *names: str) -> None:
    """Choose from the menus of the app, by what stands there."""
    first, last = names
    page.locator(".o_menu_sections").get_by_role("button", name=first).click()
    page.get_by_role("menuitem", name=last, exact=True).click()


def tab(page: Page, name: str) -> None:
    page.locator(f".o_notebook .nav-link[name={name}]").click()
    # the page fades in
    expect(page.locator(".o_notebook .tab-pane.active")).to_have_css("opacity", "1")


def cell(page: Page, rule: str, column: str) -> Locator:
    row = page.locator(".o_rule_row", has_text=rule)
    return row.locator(f"td[data-name={column}]")


def open_cell(page: Page, rule: str, column: str) -> Locator:
    cell(page, rule, column).click()
    editor = page.locator(EDITOR)
    expect(editor).to_be_visible()
    return editor


def leave_cell(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator(EDITOR)).to_have_count(0)


def state(page: Page) -> Locator:
    return page.locator(".o_statusbar_status .o_arrow_button_current:visible")


def next_step(page: Page) -> Locator:
    return page.locator(".o_field_widget[name=next_step]")


def draft_id(page: Page) -> int:
    expect(page).to_have_url(re.compile(r"/aftersales\.draft/\d+|/rule-drafts/\d+"))
    return int(re.search(r"/(\d+)(?:\?|$)", page.url)[1])


def approve(page: Page, draft: int) -> None:
    """The second administrator opens the draft that she was asked about."""
    open_path(page, f"/odoo/rule-drafts/{draft}")
    expect(next_step(page)).to_contain_text("Ruth Adler asks you to look at it")
    button(page, "action_approve").click()
    expect(next_step(page)).to_contain_text("Published as Version")


def test_an_administrator_changes_tries_mends_publishes_explains_and_rolls_back(
    open_as, order, sales, second_person, run_trials, screenshots
):
    """From a threshold to an order that is decided by it, and back again."""
    held = order("dealer_costa", "product_insulator", 40, confirm=True)
    assert not held["picking_ids"]
    page = open_as("rules")

    # from the rules in force to a draft of them
    open_path(page, "/odoo/holds")
    menu(page, "Rules", "Rules in Force")
    expect(page.locator(".o_group_header", has_text="Credit hold")).to_be_visible()
    page.get_by_role("button", name="Change the Rules").click()
    expect(page.locator(GRID)).to_be_visible()
    expect(next_step(page)).to_contain_text("Change the table, check it, try it")
    draft = draft_id(page)
    page.locator("div[name=name] input").fill("A month of patience")
    note = "Sales and finance agreed on a month for overdue debts."
    page.locator("div[name=note] textarea").fill(note)
    if "Credit hold" not in page.locator(".o_rule_tables").inner_text():
        page.locator(".o_rule_tables").click()
        page.locator(".o-dropdown-item", has_text="Credit hold").first.click()
        expect(page.locator(".o_rule_tables")).to_contain_text("Credit hold")

    # a threshold, and a rule; one condition too many
    editor = open_cell(page, RULE, "overdue_days")
    editor.locator(".o_threshold_value").fill("30")
    editor.locator(".o_add_condition").click()
    second = editor.locator(".o_condition_editor").nth(1)
    second.locator(".o_condition_operator").select_option("<")
    second.locator("[data-kind=value]").click()
    second.locator(".o_operand_value").fill("10")
    leave_cell(page)
    expect(cell(page, RULE, "overdue_days")).to_contain_text("Longest overdue debt (30")

    # what is not saved yet is still there after a look at another page
    tab(page, "draft_checks")
    tab(page, "draft_table")
    expect(cell(page, RULE, "overdue_days")).to_contain_text("Longest overdue debt (30")

    # the check says what is wrong, and leads to it
    button(page, "action_check").click()
    expect(page.locator(".o_form_view .alert-danger:visible")).to_contain_text(
        "1 to mend before this can be published"
    )
    expect(button(page, "action_publish")).to_have_count(0)
    tab(page, "draft_checks")
    finding = page.locator(".o_rule_check", has_text="Error")
    expect(finding).to_contain_text(
        "“Overdue debt” can never fire: its conditions contradict each other: "
        "Days overdue > 30 days; Days overdue < 10 days."
    )
    shoot(page, screenshots, "draft_check_error")
    finding.locator(".o_rule_check_show").click()
    row = page.locator(".o_rule_row", has_text=RULE)
    expect(row.locator("td[data-name=label]")).to_be_focused()

    # mended and checked
    editor = open_cell(page, RULE, "overdue_days")
    wrong = editor.locator(".o_condition_editor").nth(1)
    wrong.get_by_role("button", name="Remove this condition").click()
    leave_cell(page)
    button(page, "action_check").click()
    expect(state(page)).to_have_text("Checked")
    expect(next_step(page)).to_contain_text("Nothing stands against it")

    # tried on real orders, while she looks on
    button(page, "action_try").click()
    expect(page.locator(".o_form_view")).to_contain_text("Nothing is changed by it")
    button(page, "action_start").click()
    expect(page.locator(".o_form_view")).to_contain_text("Starts in a moment")
    run_trials()
    expect(page.locator("div[name=summary]")).to_contain_text(SUMMARY)
    tab(page, "trial_changes")
    changed = page.locator(".o_data_row", has_text=held["name"])
    expect(changed).to_contain_text("Hold")
    shoot(page, screenshots, "trial_result")
    changed.locator("td[name=document_name]").click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("With the draft")
    expect(dialog).to_contain_text("at most 3 days are allowed")
    shoot(page, screenshots, "trial_document")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    # she cannot approve what she wrote; the second administrator does
    open_path(page, f"/odoo/rule-drafts/{draft}")
    button(page, "action_publish").click()
    expect(next_step(page)).to_contain_text("was asked to approve it")
    expect(button(page, "action_approve")).to_have_count(0)
    shoot(page, screenshots, "draft_waits")
    approve(open_as("approver"), draft)

    # the next order is decided by it, and says so
    passed = order("dealer_costa", "product_insulator", 41, confirm=True)
    assert passed["picking_ids"], "a month of patience lets this order go on"
    seller = open_as("sales")
    open_path(seller, f"/odoo/sales/{passed['id']}")
    seller.locator("button[name=action_why]:visible").first.click()
    why = seller.locator(".o_aftersales_explanation")
    expect(why).to_contain_text(RULE)
    expect(why).to_contain_text("30 days")

    # what it changed, cell by cell
    open_path(page, f"/odoo/rule-drafts/{draft}")
    page.locator("div[name=version_id] a").first.click()
    expect(
        page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item")
    ).to_contain_text("Version")
    tab(page, "version_changes")
    changes = page.locator("div[name=changes_html]")
    expect(changes).to_contain_text("Longest overdue debt")
    expect(changes).to_contain_text("30")
    shoot(page, screenshots, "version_changes")

    # and back: an old version is published again, by the same way
    menu(page, "Rules", "Versions")
    page.locator(".o_data_row").nth(1).locator("td[name=name]").click()
    button(page, "action_roll_back").click()
    expect(page.locator("div[name=name] input")).to_have_value(
        re.compile("Back to Version")
    )
    back = draft_id(page)
    button(page, "action_check").click()
    button(page, "action_publish").click()
    expect(next_step(page)).to_contain_text("was asked to approve it")
    approve(open_as("approver"), back)
    again = order("dealer_costa", "product_insulator", 42, confirm=True)
    assert not again["picking_ids"], "the old rules hold it again"


def test_the_demo_company_shows_a_change_half_done(open_as, demo_id, screenshots):
    """On the first day there is a draft to look at, and what it would have done."""
    page = open_as("rules")
    open_path(page, "/odoo/holds")
    menu(page, "Rules", "Drafts")
    page.locator(".o_data_row", has_text="More patience with overdue debts").locator(
        "td[name=name]"
    ).click()
    expect(page.locator(".o_rule_changes")).to_have_text("2 rules changed")
    shoot(page, screenshots, "draft")
    tab(page, "draft_trials")
    page.locator(".o_data_row", has_text="would be decided differently").locator(
        "td[name=summary]"
    ).click()
    expect(page.locator("div[name=summary]")).to_contain_text(SUMMARY)


def test_a_rule_leads_to_its_row_in_a_draft(open_as):
    page = open_as("rules")
    open_path(page, "/odoo/aftersales-rules")
    search_for(page, "Large order without")
    table = page.locator(".o_group_header", has_text="Credit hold (1)")
    expect(table).to_be_visible()
    row = page.locator(".o_data_row", has_text="Large order without security")
    if not row.count():  # tables that a search found may be folded
        table.click()
    row.locator("td[name=label]").click()
    button(page, "action_change_rule").click()
    row = page.locator(".o_rule_row", has_text="Large order without security")
    expect(row.locator("td[data-name=label]")).to_be_focused()


def test_the_path_fits_a_phone(open_as, demo_id, screenshots):
    page = open_as("rules", phone=True)
    draft = demo_id("draft")
    open_path(page, f"/odoo/rule-drafts/{draft}")
    expect(page.locator(".o_rule_card").first).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "draft_phone")
    tab(page, "draft_checks")
    expect(page.locator(".o_rule_checks")).to_be_visible()
    assert_fits(page)
    trial = demo_id("trial")
    open_path(page, f"/odoo/rule-drafts/{draft}/aftersales.trial/{trial}")
    expect(page.locator("div[name=summary]")).to_contain_text(SUMMARY)
    assert_fits(page)
    shoot(page, screenshots, "trial_result_phone")
    tab(page, "trial_changes")
    assert_fits(page)


def test_who_only_reads_rules_sees_them_and_changes_nothing(open_as, screenshots):
    """Rules, thresholds and versions are no secret; nothing there can be changed."""
    page = open_as("controller")
    open_path(page, "/odoo/holds")
    menu(page, "Rules", "Rules in Force")
    expect(page.locator(".o_group_header", has_text="Credit hold")).to_be_visible()
    expect(page.get_by_role("button", name="Change the Rules")).to_have_count(0)
    menu(page, "Rules", "Thresholds")
    page.locator(".o_data_row td[name=value]").first.click()
    expect(page.locator(".o_data_row input:not([type=checkbox])")).to_have_count(0)
    menu(page, "Rules", "Versions")
    page.locator(".o_data_row td[name=name]").first.click()
    expect(page.locator(".o_rule_bar")).to_contain_text("Read only")
    expect(page.locator(".o_rule_row").first).to_be_visible()
    cell(page, "Over the credit limit", "exposure").click()
    expect(page.locator(EDITOR)).to_have_count(0)
    for name in ("action_change_rules", "action_roll_back"):
        expect(button(page, name)).to_have_count(0)
    tab(page, "checks")
    expect(page.locator(".o_rule_checks")).to_be_visible()
    shoot(page, screenshots, "version_read_only")
    page.locator(".o_menu_sections").get_by_role("button", name="Rules").click()
    for hidden in ("Drafts", "Trial Runs", "Seals"):
        expect(page.get_by_role("menuitem", name=hidden, exact=True)).to_have_count(0)
