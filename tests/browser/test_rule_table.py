"""An administrator of the rules changes a decision table, as on the first day with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, shoot

GRID = ".o_rule_grid"
EDITOR = ".o_rule_cell_editor"
TABLE = "credit_hold"
# A busy machine: what was done is drawn three frames later.
SLOW_FRAMES = """
const nextFrame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (action) =>
    nextFrame(() => nextFrame(() => nextFrame(action)));
"""


@pytest.fixture
def draft(session_of):
    """A draft of the administrator, about credit holds."""
    values = {"name": "More patience", "decision": TABLE, "note": "Agreed in November"}
    rules = session_of("rules")
    draft_id = rules.call("aftersales.draft", "create", values)
    yield draft_id
    [row] = rules.call("aftersales.draft", "read", [draft_id], ["state"])
    if row["state"] in ("draft", "checked"):
        rules.call("aftersales.draft", "unlink", [draft_id])


def open_draft(page: Page, draft_id: int, shown: str = GRID) -> Locator:
    open_path(page, f"/odoo/rule-drafts/{draft_id}")
    table = page.locator(shown)
    expect(table).to_be_visible()
    return table


def cell(page: Page, rule: str, column: str) -> Locator:
    """The cell of a rule, by its label, in a column, by its technical name."""
    row = page.locator(".o_rule_row", has_text=rule)
    return row.locator(f"td[data-name={column}]")


def labels(page: Page) -> list[str]:
    return page.locator(".o_rule_row td[data-name=label] .fw-bold").all_inner_texts()


def open_cell(page: Page, rule: str, column: str) -> Locator:
    cell(page, rule, column).click()
    editor = page.locator(EDITOR)
    expect(editor).to_be_visible()
    return editor


def leave_cell(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator(EDITOR)).to_have_count(0)


def drag_above(page: Page, rule: str, other: str) -> None:
    """Drag a rule by its handle over the top half of another one."""
    handles = [
        page.locator(".o_rule_row", has_text=label).locator(".o_rule_handle")
        for label in (rule, other)
    ]
    handles[1].scroll_into_view_if_needed()
    start, end = (handle.bounding_box() for handle in handles)
    page.mouse.move(start["x"] + 4, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(start["x"] + 8, start["y"] - 14, steps=4)
    expect(page.locator(".o_dragged")).to_have_count(1)
    page.mouse.move(end["x"] + 8, end["y"] + 2, steps=8)
    # the place that is kept free is now above the other rule
    expect(page.locator(f"{GRID} tbody tr").first).to_have_text("")
    page.mouse.up()


def saved(page: Page) -> None:
    expect(page.locator(".o_form_status_indicator_buttons")).to_have_class(
        re.compile("invisible")
    )


def test_an_administrator_changes_the_table_and_publishes_it(
    open_as, session_of, screenshots
):
    """A draft is started, a condition changed, a fault mended, a rule dragged, all saved."""
    page = open_as("rules")
    open_path(page, "/odoo/rule-drafts")
    page.locator(".o_list_button_add").click()
    page.locator("div[name=name] input").fill("More patience")
    page.locator("div[name=note] textarea").fill("Small orders need not wait.")
    page.locator(".o_form_button_save").click()
    expect(page.locator(GRID)).to_be_visible()
    page.locator(".o_rule_tables").click()
    page.locator(".o-dropdown-item", has_text="Credit hold").first.click()
    expect(page.locator(".o_rule_tables")).to_contain_text("Credit hold")
    first, second = labels(page)[:2]
    shoot(page, screenshots, "rule_table")

    # a condition with a threshold that is made on the spot
    editor = open_cell(page, second, "order_amount")
    editor.locator(".o_condition_operator").select_option(">")
    editor.locator("[data-kind=threshold]").click()
    if editor.locator(".o_operand_threshold").count():
        editor.locator(".o_operand_threshold").select_option("+")
    editor.locator("[name=threshold_label]").fill("Small order")
    editor.locator("[name=threshold_value]").fill("75")
    editor.locator("[name=threshold_maximum]").fill("500")
    shoot(page, screenshots, "rule_table_threshold")
    editor.locator("[name=make_threshold]").click()
    leave_cell(page)
    amount = cell(page, second, "order_amount")
    expect(amount).to_contain_text("> Small order (75")
    expect(amount).to_have_class(re.compile("o_rule_cell_changed"))
    expect(page.locator(".o_rule_detail")).to_contain_text("Order amount > Small order")

    # what is wrong is said at the cell, and mended there
    editor = open_cell(page, second, "order_amount")
    editor.locator(".o_threshold_value").fill("9999")
    expect(editor.locator(".o_rule_fault")).to_contain_text("“9999” cannot be used")
    leave_cell(page)
    expect(amount.locator(".o_rule_fault")).to_contain_text("“9999” cannot be used")
    shoot(page, screenshots, "rule_table_fault")
    editor = open_cell(page, second, "order_amount")
    editor.locator(".o_threshold_value").fill("90")
    leave_cell(page)
    expect(amount).to_contain_text("> Small order (90")
    expect(amount.locator(".o_rule_fault")).to_have_count(0)

    # dragged, undone, done again, moved by the keyboard
    drag_above(page, second, first)
    expect(page.locator(".o_rule_row").first).to_contain_text(second)
    page.locator(".o_rule_undo").click()
    expect(page.locator(".o_rule_row").first).to_contain_text(first)
    cell(page, first, "label").focus()
    page.keyboard.press("Control+Shift+Z")
    expect(page.locator(".o_rule_row").first).to_contain_text(second)
    page.keyboard.press("Control+Z")
    expect(page.locator(".o_rule_row").first).to_contain_text(first)
    cell(page, second, "label").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".o_rule_row").first).to_contain_text(second)

    # saved by the keyboard, checked, published
    page.keyboard.press("Control+s")
    saved(page)
    expect(amount).to_contain_text("> Small order (90")
    page.locator("button[name=action_check]").click()
    publish = page.locator("button[name=action_publish]:visible")
    expect(publish).to_be_visible()
    publish.click()
    confirm = page.locator(".modal-footer .btn-primary")
    expect(
        confirm.or_(page.locator(".o_rule_bar .badge", has_text="Read only")).first
    ).to_be_visible()
    if confirm.count():
        confirm.click()
    expect(page.locator(".o_rule_bar")).to_contain_text("Read only")
    rules = session_of("rules")
    [threshold] = rules.call(
        "aftersales.threshold",
        "search_read",
        [["name", "=", "small_order"]],
        ["value"],
    )
    assert threshold["value"] == "90.00"


def test_what_was_not_saved_is_kept_on_leaving(open_as, draft, session_of):
    """Going elsewhere saves the table with the form, as any field."""
    page = open_as("rules")
    open_draft(page, draft)
    first = labels(page)[0]
    editor = open_cell(page, first, "label")
    editor.locator("[name=rule_label]").fill("Whoever has paid")
    leave_cell(page)
    page.locator(".o_breadcrumb a, .breadcrumb-item a").first.click()
    expect(page.locator(".o_list_view")).to_be_visible()
    table = session_of("rules").call("aftersales.draft", "get_table", [draft], TABLE)
    assert table["rules"][0]["label"] == "Whoever has paid"


def test_leaving_with_a_value_that_cannot_be_read_asks_first(open_as, draft):
    """Nothing that was typed is lost without a word."""
    page = open_as("rules")
    open_draft(page, draft)
    first = labels(page)[0]
    editor = open_cell(page, first, "order_amount")
    editor.locator("[data-kind=value]").click()
    editor.locator(".o_operand_value").fill("soon")
    expect(editor.locator(".o_rule_fault")).to_contain_text("“soon” is no value")
    leave_cell(page)
    page.locator(".o_breadcrumb a, .breadcrumb-item a").first.click()
    dialog = page.locator(".modal-dialog")
    expect(dialog).to_contain_text("Row 1: “soon” is no value of “Order amount”.")
    dialog.get_by_role("button", name="Stay here").click()
    expect(cell(page, first, "order_amount")).to_contain_text("soon")
    page.locator(".o_form_button_cancel").click()
    expect(cell(page, first, "order_amount")).not_to_contain_text("soon")


def test_undoing_past_a_save_names_a_new_rule_once(open_as, draft, session_of):
    page = open_as("rules")
    open_draft(page, draft)
    count = len(labels(page))
    page.locator(".o_rule_add").click()
    expect(page.locator(".o_rule_row")).to_have_count(count + 1)
    page.keyboard.press("Control+s")
    saved(page)
    page.locator(".o_rule_undo").click()
    expect(page.locator(".o_rule_row")).to_have_count(count)
    page.locator(".o_rule_redo").click()
    expect(page.locator(".o_rule_row")).to_have_count(count + 1)
    page.keyboard.press("Control+s")
    saved(page)
    table = session_of("rules").call("aftersales.draft", "get_table", [draft], TABLE)
    assert len(table["rules"]) == count + 1


def test_keys_follow_the_rule_that_they_move(open_as, draft):
    """Key after key, without a look at the screen in between."""
    page = open_as("rules")
    page.add_init_script(SLOW_FRAMES)
    open_draft(page, draft)
    names = labels(page)
    moved = names[3]
    label = cell(page, moved, "label")
    label.focus()
    for keys, times, row in (
        ("Alt+ArrowUp", 3, 0),
        ("Control+z", 3, 3),
        ("Control+Shift+z", 2, 1),
        ("Control+z", 1, 2),
    ):
        for _each in range(times):
            page.keyboard.press(keys)
        expect(label).to_have_attribute("data-row", str(row))
        others = [name for name in names if name != moved]
        assert labels(page) == [*others[:row], moved, *others[row:]]
    label.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(label).to_have_attribute("data-row", "1")
    expect(label).to_be_focused()
    page.locator(".o_form_button_cancel").click()
    expect(label).to_have_attribute("data-row", "3")


def test_undoing_in_an_open_cell_can_be_done_again(open_as, draft):
    """The cell is closed first, so that what was done in it is one step."""
    page = open_as("rules")
    page.add_init_script(SLOW_FRAMES)
    open_draft(page, draft)
    rule = labels(page)[1]
    amount = cell(page, rule, "order_amount")
    expect(amount).to_contain_text("–")
    editor = open_cell(page, rule, "order_amount")
    editor.locator(".o_condition_operator").select_option(">")
    editor.locator("[data-kind=value]").click()
    editor.locator(".o_operand_value").fill("75")
    editor.locator("[data-kind=value]").focus()
    page.keyboard.press("Control+z")
    expect(page.locator(EDITOR)).to_have_count(0)
    expect(amount).to_contain_text("–")
    page.keyboard.press("Control+Shift+z")
    expect(amount).to_contain_text("> 75")
    page.locator(".o_form_button_cancel").click()


def test_discarding_gives_up_what_was_typed(open_as, draft):
    page = open_as("rules")
    open_draft(page, draft)
    first = labels(page)[0]
    editor = open_cell(page, first, "label")
    editor.locator("[name=rule_label]").fill("Whoever has paid")
    leave_cell(page)
    expect(page.locator(".o_rule_row").first).to_contain_text("Whoever has paid")
    page.locator(".o_form_button_cancel").click()
    expect(page.locator(".o_rule_row").first).to_contain_text(first)


def test_a_reason_takes_a_fact_as_a_chip_and_reads_it_in_an_example(
    open_as, draft, screenshots
):
    """Nobody writes braces: a value is picked, and the text reads as people will."""
    page = open_as("rules")
    open_draft(page, draft)
    first = labels(page)[0]
    editor = open_cell(page, first, "reason")
    text = editor.locator(".o_template_text")
    text.press("Control+a")
    text.press_sequentially("Only ")
    editor.locator(".o_template_chips [data-token='{order_amount}']").click()
    expect(text.locator(".o_fact_chip")).to_have_text("Order amount")
    expect(editor.locator(".o_template_example")).to_contain_text("Only 1,250.00")
    shoot(page, screenshots, "rule_table_reason")
    leave_cell(page)
    expect(cell(page, first, "reason")).to_contain_text("Only ‹Order amount›")


def test_the_keyboard_moves_opens_leaves_and_empties_cells(open_as, draft):
    page = open_as("rules")
    open_draft(page, draft)
    first = labels(page)[0]
    cell(page, first, "label").focus()
    page.keyboard.press("End")
    expect(cell(page, first, "validity")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    reason = cell(page, first, "reason")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(EDITOR)).to_be_visible()
    leave_cell(page)
    expect(reason).to_be_focused()
    before = reason.inner_text()
    page.keyboard.press("Delete")
    expect(reason).not_to_contain_text(before)
    page.keyboard.press("Control+z")
    expect(reason).to_contain_text(before)


def test_headings_and_rules_stay_in_sight_when_a_wide_table_scrolls(open_as, draft):
    page = open_as("rules")
    open_draft(page, draft)
    scroll = page.locator(".o_rule_scroll")
    scroll.evaluate("element => element.scrollTo(element.scrollWidth, 40)")
    edge = scroll.bounding_box()
    label = page.locator(".o_rule_row td[data-name=label]").first.bounding_box()
    heading = page.locator(f"{GRID} th").first.bounding_box()
    assert abs(label["x"] - edge["x"]) <= 2
    assert abs(heading["y"] - edge["y"]) <= 2


def test_a_phone_shows_one_rule_per_card(open_as, draft, screenshots):
    """At 390 pixels each rule is a card, opened by touch; nothing sticks out."""
    page = open_as("rules", phone=True)
    cards = open_draft(page, draft, ".o_rule_cards")
    expect(cards.locator(".o_rule_card").first).to_contain_text("then")
    assert_fits(page)
    shoot(page, screenshots, "rule_table_phone")
    cards.locator(".o_rule_card_line[data-name=reason]").first.click()
    editor = page.locator(EDITOR)
    expect(editor.locator(".o_template_text")).to_be_visible()
    assert_fits(page)
    shoot(page, screenshots, "rule_table_phone_cell")


def test_who_only_reads_rules_cannot_change_a_cell(open_as, draft):
    """A reader sees the table as it stands; no cell opens."""
    page = open_as("controller")
    open_draft(page, draft)
    expect(page.locator(".o_rule_bar")).to_contain_text("Read only")
    cell(page, labels(page)[0], "label").click()
    expect(page.locator(EDITOR)).to_have_count(0)
    expect(page.locator(".o_rule_add")).to_have_count(0)


def test_each_rule_says_how_often_it_fired(open_as, draft, order, screenshots):
    """An order that is held counts at once; a rule that never fired says so (desk, phone)."""
    order("dealer_brennan", "product_flax", 4000, confirm=True)
    page = open_as("rules")
    open_draft(page, draft)
    hits = page.locator(".o_rule_row .o_rule_hits")
    expect(hits.locator(".o_rule_hit_count").first).to_have_text(re.compile("[1-9]"))
    expect(hits.locator(".o_rule_never").first).to_be_visible()
    hits.first.scroll_into_view_if_needed()
    shoot(page, screenshots, "rule_table_hits")
    expect(page.locator(".o_rule_hit_sentence")).to_contain_text("It decides so since")
    phone = open_as("rules", phone=True)
    cards = open_draft(phone, draft, ".o_rule_cards")
    expect(cards.locator(".o_rule_hits").first).to_contain_text("Fired in 90 days")
    assert_fits(phone)
    shoot(phone, screenshots, "rule_table_hits_phone")


def test_rule_statistics_are_a_list_and_a_pivot(open_as, screenshots):
    """Rules by their names, with sums; a version leads to its own figures."""
    page = open_as("rules")
    open_path(page, "/odoo/rule-statistics")
    group = page.locator(".o_group_header").first
    expect(group).to_be_visible()
    group.click()
    shoot(page, screenshots, "rule_statistics")
    page.locator(".o_switch_view.o_pivot").click()
    expect(page.locator(".o_pivot table")).to_contain_text("Credit hold")
    expect(page.locator(".o_pivot table")).not_to_contain_text("hold_")
    shoot(page, screenshots, "rule_statistics_pivot")
