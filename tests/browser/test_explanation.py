"""Why something was decided, as people ask: on the phone, at the desk, a year later."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser_helpers import assert_fits, open_path, shoot
from complaint_steps import open_complaint, open_tab

SCREEN = ".o_aftersales_explanation"
HOLD = "[name=aftersales_hold]"
TRIAL = ".o_explain_trial"


@pytest.fixture(scope="module")
def held(session_of) -> dict:
    """A confirmed order of 10,400 over the customer's credit limit of 20,000."""
    admin, sales = session_of("admin"), session_of("sales")
    customer, product = (
        admin.call(
            "ir.model.data",
            "search_read",
            [["module", "=", "aftersales_rules"], ["name", "=", f"demo_{name}"]],
            ["res_id"],
        )[0]["res_id"]
        for name in ("dealer_brennan", "product_flax")
    )
    line = [0, 0, {"product_id": product, "product_uom_qty": 40}]
    values = {"partner_id": customer, "order_line": [line]}
    [order_id] = sales.call("sale.order", "create", [values])
    sales.call("sale.order", "action_confirm", [order_id])
    [row] = sales.call("sale.order", "read", [order_id], ["name"])
    return row


def explained(page: Page, button: Locator) -> Locator:
    """Press a *Why?*; gives the screen that explains."""
    button.click()
    screen = page.locator(f".modal-dialog {SCREEN}")
    expect(screen).to_be_visible()
    return screen


def open_why(page: Page, held: dict) -> Locator:
    open_path(page, f"/odoo/sales/{held['id']}")
    return explained(page, page.locator(f"{HOLD} button[name=action_why]"))


def rule(screen: Locator, label: str) -> Locator:
    return screen.locator(".o_explain_rule", has_text=label)


def field(screen: Locator, name: str) -> Locator:
    return screen.locator(f".o_explain_field[data-name={name}]")


def test_a_salesperson_reads_what_was_decided_why_and_who_can_help(open_as, held):
    """The answer, its reason, what releases it and who can stand on the first screen."""
    page = open_as("sales")
    screen = open_why(page, held)
    answer = screen.locator(".o_explain_answer")
    expect(answer.locator(".o_explain_result")).to_have_text(re.compile("Hold"))
    expect(answer).to_contain_text("Exposure 24,400.00 USD is over 100%")
    expect(answer).to_contain_text("What releases it: The customer pays at least 4,400")
    expect(answer).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")
    for part in (".o_explain_result", ".o_explain_remedy", ".o_explain_aftermath"):
        expect(answer.locator(part).first).to_be_in_viewport()
    expect(field(screen, "exposure")).to_contain_text("24,400.00 USD")
    # what no rule looks at is folded
    expect(field(screen, "currency")).to_be_hidden()
    screen.locator(".o_explain_facts .o_explain_more > summary").click()
    expect(field(screen, "currency")).to_contain_text("USD")
    # thresholds are there, folded too
    expect(field(screen, "limit_usage_max")).to_be_hidden()


def test_the_records_behind_a_figure_are_opened(open_as, held):
    """Whoever may read them gets from a figure to its records, and back to the order."""
    page = open_as("controller")
    screen = open_why(page, held)
    field(screen, "exposure").locator("button.o_explain_origin").click()
    expect(page.locator(".modal-dialog")).to_have_count(0)
    heading = page.locator(".o_breadcrumb .active, .o_last_breadcrumb_item").first
    expect(heading).to_contain_text("INV/")
    page.locator(".o_breadcrumb a", has_text=held["name"]).click()
    expect(page.locator(HOLD)).to_be_visible()


def test_each_rule_says_in_one_line_what_it_failed_for(open_as, held, screenshots):
    """Seen and missing stand on the line; all conditions stand below it."""
    page = open_as("sales")
    screen = open_why(page, held)
    expect(rule(screen, "Over the credit limit")).to_contain_text("Decided")
    overdue = rule(screen, "Overdue debt")
    expect(overdue.locator("summary")).to_contain_text(
        "Days overdue > Longest overdue debt (3 days): seen 0 days, off by 3 days"
    )
    expect(overdue.locator(".o_explain_conditions")).to_be_hidden()
    overdue.locator("summary").press("Enter")
    expect(overdue.locator(".o_explain_conditions")).to_contain_text(
        "seen: 0 days; needed: > 3 days; off by 3 days"
    )
    screen.locator(".o_explain_rules").scroll_into_view_if_needed()
    shoot(page, screenshots, "why_rules")


def test_other_values_are_tried_and_nothing_is_stored(
    open_as, held, session_of, screenshots
):
    """The answer follows the fields and the slider; Reset gives back what was recorded."""
    before = kept(session_of)
    page = open_as("sales")
    screen = open_why(page, held)
    screen.get_by_role("button", name="Try other values").click()
    trial = screen.locator(TRIAL)
    expect(trial).to_contain_text("Nothing is stored – this is a trial")
    first = screen.locator(".o_try_field input, .o_try_field select").first
    expect(first).to_be_focused()
    limit = field(screen, "credit_limit").locator("input[inputmode]")
    limit.fill("26000")
    expect(trial).to_contain_text("It changes.")
    expect(trial.locator(".o_explain_new")).not_to_have_text("Hold")
    expect(field(screen, "credit_limit")).to_contain_text("recorded: 20,000.00 USD")
    expect(rule(screen, "Over the credit limit")).not_to_contain_text("Decided")
    shoot(page, screenshots, "why_trial")

    # what cannot be read is said at its field, and mended there
    limit.fill("a lot")
    expect(field(screen, "credit_limit").locator(".o_try_fault")).to_contain_text(
        "“a lot” is no value of “Credit limit”"
    )
    expect(trial).to_contain_text("A value below cannot be used.")
    limit.fill("20000.00")
    expect(field(screen, "credit_limit").locator(".o_try_fault")).to_have_count(0)

    # a threshold by its slider, as the keyboard moves it
    slider = field(screen, "limit_usage_max").locator("input[type=range]")
    slider.focus()
    for _step in range(30):
        page.keyboard.press("ArrowRight")
    expect(trial).to_contain_text("It changes.")
    expect(field(screen, "limit_usage_max")).to_contain_text("recorded: 100%")
    screen.get_by_role("button", name="Reset").click()
    expect(slider).to_have_value("100")
    expect(trial.locator(".o_explain_new")).to_have_count(0)
    screen.get_by_role("button", name="End trial").click()
    expect(trial).to_have_count(0)
    expect(screen.get_by_role("button", name="Try other values")).to_be_focused()
    expect(screen.locator(".o_explain_result")).to_have_text(re.compile("Hold"))
    assert kept(session_of) == before


def kept(session_of) -> tuple:
    """How many decisions there are and what the threshold is: what may not have moved."""
    admin = session_of("admin")
    threshold = admin.call(
        "aftersales.threshold",
        "search_read",
        [["name", "=", "limit_usage_max"]],
        ["value"],
    )
    return admin.call("aftersales.decision", "search_count", []), threshold


def test_a_nearest_way_puts_its_values_in(open_as, held):
    """What would release it is tried with one click, and really does."""
    screen = open_why(open_as("sales"), held)
    ways = screen.locator(".o_explain_ways")
    expect(ways).to_contain_text("24,400.00 USD")
    ways.get_by_role(
        "button", name=re.compile("Credit limit.* 24,400.00|limit to")
    ).first.click()
    expect(screen.locator(TRIAL)).to_contain_text("It changes.")
    expect(field(screen, "credit_limit").locator("input[inputmode]")).to_have_value(
        "24400.00"
    )


def test_the_explanation_fits_a_phone(open_as, held, screenshots):
    """At 390 pixels the answer is read at once, and values are tried with the thumb."""
    page = open_as("sales", phone=True)
    screen = open_why(page, held)
    for part in (".o_explain_result", ".o_explain_remedy", ".o_explain_aftermath"):
        expect(screen.locator(part).first).to_be_in_viewport()
    screen.get_by_role("button", name="Try other values").click()
    field(screen, "credit_limit").locator("input[inputmode]").fill("26000")
    expect(screen.locator(TRIAL)).to_contain_text("It changes.")
    expect(screen.locator(TRIAL)).to_be_in_viewport()
    label = field(screen, "exposure").locator("label").bounding_box()
    assert label["height"] < 40, "the name stands above its field, in one line"
    for part in (page.locator(".modal-body"), screen):
        wider = part.evaluate("element => element.scrollWidth - element.clientWidth")
        assert wider <= 1, f"{wider} pixels too wide"
    assert_fits(page)
    shoot(page, screenshots, "why_trial_phone")


def test_why_on_a_transfer_opens_it(open_as, order):
    transfer = order("dealer_popup", "product_silk", 10, confirm=True)["picking_ids"][0]
    page = open_as("warehouse")
    open_path(page, f"/odoo/action-stock.action_picking_tree_all/{transfer}")
    screen = explained(page, page.locator(f"{HOLD} button[name=action_why]"))
    expect(screen).to_contain_text("a customer of tier Unstable gets no delivery")
    expect(screen).to_contain_text("Can release it: Carl Jansen, Dana Okafor.")


def test_why_on_a_manufacturing_order_opens_it(open_as, order, admin):
    tower = order("customer_firth", "product_tower", 2, confirm=True)
    [production] = admin.call(
        "mrp.production", "search", [["deposit_order_id", "=", tower["id"]]]
    )
    page = open_as("planner")
    open_path(page, f"/odoo/waiting-for-deposit/{production}")
    screen = explained(page, page.locator("button[name=action_deposit_why]"))
    expect(screen).to_contain_text("The customer pays the missing 2,400.00 USD")


def test_why_on_a_complaint_opens_it(open_as, admin):
    [complaint] = admin.call(
        "helpdesk.ticket",
        "search",
        [["name", "=", "Crate crushed on the way"]],
    )
    page = open_as("aftersales")
    open_complaint(page, complaint)
    kind = open_tab(page, "Handling").locator("[name=complaint_subject_severity]")
    screen = explained(page, kind.get_by_role("button", name="Why?"))
    expect(screen).to_contain_text("Severity of a complaint")


def test_why_on_a_service_cost_opens_it(open_as, admin):
    [cost] = admin.call("aftersales.cost", "search", [["name", "=", "Two panes"]])
    page = open_as("accountant")
    open_path(page, f"/odoo/service-costs/{cost}", ".o_form_view [name=bearer]")
    screen = explained(page, page.locator("button[name=action_why_liability]"))
    expect(screen.locator(".o_explain_result")).to_be_visible()
    expect(screen).to_contain_text("Liability")
