"""An accountant's way through service costs, in the generic and the Chinese chart (U8).

One queue, who bears each cost and why, the preview with its debits and credits, posting,
and from the entry back to the complaint.
"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from browser_helpers import assert_fits, open_path, search_for, settle, shoot
from cost_world import CHINA, HOME, PEOPLE

QUEUE = "/odoo/service-costs"
COSTS = """
ours = complaint()
dealers = complaint('quantity', complaint_fault_party='dealer',
                    complaint_dealer_id=dealer.id)
costs = (costs_of(ours, 1000, label='New seals')
         + costs_of(ours, 120, label='Train', cost_type='travel',
                    worked_by='sales_manager')
         + costs_of(dealers, 333.33, label='Sent twice', cost_type='transport'))
for person in (anna, bert, agent, boss):
    person.write({'login': person.login + '_{chart}', 'odoobot_state': 'disabled'})
anna.password = 'anna_{chart}'
env.flush_all()
env.cr.precommit.run()
assert set(costs.mapped('state')) == {'draft'}
save(complaint_{chart}=ours.id, costs_{chart}=costs.ids)
"""
CHARTS = {
    # account of manufacturing cost, relieved account, what the dealer owes with tax
    # (333.33 + 15 percent; 333.33 + 13 percent); Odoo calls 制造费用 so in English
    "generic": (HOME, "Manufacturing Cost", "After-Sales Costs to Be", "383.33"),
    "chinese": (CHINA, "Depreciation", "Product Repair Fee", "376.66"),
}


@pytest.fixture(scope="module")
def found(workshop, odoo_server, session_of) -> dict:
    """Costs in a company of each chart, and an accountant there."""
    for chart, (company, *_accounts) in CHARTS.items():
        script = company + PEOPLE + COSTS.replace("{chart}", chart)
        workshop.shell(odoo_server.database, script, log=f"test-browser-costs-{chart}")
    admin = session_of("admin")
    saved = admin.call("ir.config_parameter", "get_param", "test_rpc.ids")
    return json.loads(saved)


def select_all(page, count: int) -> None:
    """Tick every row of the list, whatever groups there are."""
    rows = page.locator(".o_list_view .o_data_row")
    expect(rows).to_have_count(count)
    settle(page)
    page.locator(".o_list_view thead .o_list_record_selector input").first.check()


def press_in_list(page, name: str) -> None:
    page.locator(f".o_control_panel button[name={name}]:visible").first.click()


def expect_whole(cells) -> None:
    """Nothing in them is cut, and all of them are on the screen."""
    expect(cells.first).to_be_visible()
    cut = cells.evaluate_all(
        """cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1
            || cell.getBoundingClientRect().right > window.innerWidth
        ).map(cell => cell.innerText)"""
    )
    assert not cut, cut


def expect_crumbs(page, *names) -> None:
    """The way back, from the first page to the one that is shown; each page once."""
    crumbs = page.locator(".o_breadcrumb").locator(
        ".breadcrumb-item, .o_last_breadcrumb_item"
    )
    expect(crumbs).to_have_text([re.compile(rf"^\s*{name}\b") for name in names])


@pytest.mark.parametrize("chart", CHARTS)
def test_from_the_queue_to_the_entry_and_back(
    chart, found, open_as, session_of, screenshots
):
    _company, manufacturing, relieved, owed = CHARTS[chart]
    costs = found[f"costs_{chart}"]
    accountant = open_as(f"anna_{chart}")

    # the queue: who bears it
    open_path(accountant, QUEUE, ".o_list_view .o_data_row")
    if chart == "generic":  # the demo company has costs of its own
        search_for(accountant, "Sent twice")
        expect(accountant.locator(".o_data_row")).to_have_count(1)
    row = accountant.locator(".o_data_row", has_text="Sent twice")
    expect(row).to_contain_text("Dealer")
    shoot(accountant, screenshots, f"cost_queue_{chart}")

    # why: in words, and by which rule
    open_path(accountant, f"{QUEUE}/{costs[0]}", ".o_form_view [name=bearer]")
    form = accountant.locator(".o_form_view")
    expect(form.locator(".o_field_widget[name=bearer]").first).to_contain_text(
        "Company"
    )
    expect(form.locator("[name=liability_reason]")).to_contain_text(
        "manufacturing cost"
    )
    form.locator("button[name=action_why_liability]").click()
    expect(accountant.locator(".modal-dialog")).to_contain_text("L5")
    accountant.locator(".modal-dialog .btn-close").first.click()

    # reviewed one by one, posted together
    for cost in costs:
        open_path(accountant, f"{QUEUE}/{cost}", ".o_form_view [name=bearer]")
        accountant.locator("button[name=action_review]:visible").click()
        expect(accountant.locator("button[name=action_post]:visible")).to_be_visible()
    open_path(accountant, QUEUE, ".o_list_view .o_data_row")
    if chart == "chinese":
        select_all(accountant, 3)
        press_in_list(accountant, "action_post")
    else:
        ticks = accountant.locator(".o_data_row", has_text="Reviewed")
        for name in ("New seals", "Train", "Sent twice"):
            row = ticks.filter(has_text=name).first
            row.locator(".o_list_record_selector input").check()
        press_in_list(accountant, "action_post")

    # the preview: exactly these debits and credits
    preview = accountant.locator("[name=preview_ids]")
    expect(preview).to_be_visible()
    debit = preview.locator(".o_data_row", has_text=manufacturing)
    expect(debit.locator("td[name=debit]")).to_contain_text("1,000.00")
    credit = preview.locator(".o_data_row", has_text=relieved)
    expect(credit).to_have_count(3)
    expect(credit.filter(has_text="1,000.00")).to_have_count(1)
    expect(preview.locator(".o_data_row", has_text=owed)).to_have_count(1)
    shoot(accountant, screenshots, f"cost_preview_{chart}")
    posting = accountant.locator(".o_form_view .oe_title [name=name]").inner_text()
    way = ("Service Costs", re.escape(posting))
    expect_crumbs(accountant, *way)
    expect(debit.locator("td[name=account_title]")).to_have_text(
        re.compile(rf"^\s*\d+ {manufacturing}")
    )
    for width, height in ((1440, 900), (1920, 1080)):
        accountant.set_viewport_size({"width": width, "height": height})
        expect_whole(preview.locator(".o_data_row td"))
        shoot(accountant, screenshots, f"cost_preview_{chart}_{width}")
    button = accountant.locator("button[name=action_preview]:visible").first
    with accountant.expect_response("**/action_preview"):
        button.click()
    expect(button).to_be_enabled()
    expect_crumbs(accountant, *way)
    accountant.locator("button[name=action_post]:visible").first.click()

    # in the books, once
    expect(
        accountant.locator("button[name=action_open_reverse]:visible")
    ).to_be_visible()
    expect_crumbs(accountant, *way)
    shoot(accountant, screenshots, f"cost_posted_{chart}")
    accountant.locator("button[name=action_view_moves]").first.click()
    crumb = accountant.locator(".o_breadcrumb")
    expect(crumb).to_contain_text("Entries and Invoices")
    expect(accountant.locator(".o_data_row")).to_have_count(3)
    moves = session_of(f"anna_{chart}").call(
        "account.move",
        "search_read",
        [["cost_entry_ids.cost_id", "in", costs]],
        ["move_type", "state", "amount_total"],
    )
    assert sorted((m["move_type"], m["state"], m["amount_total"]) for m in moves) == [
        ("entry", "posted", 120.0),
        ("entry", "posted", 1000.0),
        ("out_invoice", "posted", float(owed)),
    ]

    # from the entry to the cost, to the complaint, and back
    row = accountant.locator(".o_data_row", has_text="1,000.00")
    row.locator("td[name=name]").click()
    accountant.locator("button[name=action_view_service_costs]").click()
    expect(accountant.locator(".o_form_view [name=bearer]").first).to_be_visible()
    expect(accountant.locator(".o_breadcrumb, .breadcrumb").first).to_contain_text(
        "New seals"
    )
    path = "/odoo/action-aftersales_rules.helpdesk_ticket_complaint_action"
    open_path(
        accountant,
        f"{path}/{found[f'complaint_{chart}']}",
        ".o_form_view [name=complaint_state]",
    )
    accountant.locator("button[name=action_view_complaint_entries]:visible").click()
    expect(accountant.locator(".o_list_view .o_data_row")).to_have_count(2)
    shoot(accountant, screenshots, f"cost_entries_{chart}")

    # on the cost, too, nothing is cut beside its messages
    accountant.set_viewport_size({"width": 1440, "height": 900})
    for cost in costs:
        open_path(accountant, f"{QUEUE}/{cost}", ".o_form_view [name=bearer]")
        for tab, rows in (("cost_books", "entry_ids"), ("cost_split", "share_ids")):
            accountant.locator(f".o_notebook .nav-link[name={tab}]").click()
            expect_whole(accountant.locator(f"[name={rows}] .o_data_row td"))
            shoot(accountant, screenshots, f"{tab}_{chart}")

    # taken back: the same page says so
    open_path(accountant, "/odoo/service-cost-postings", ".o_list_view .o_data_row")
    rows = accountant.locator(".o_data_row", has_text=posting)
    rows.locator("td[name=name]").click()
    accountant.locator("button[name=action_open_reverse]:visible").click()
    dialog = accountant.locator(".modal-dialog")
    dialog.locator("[name=reason] textarea, [name=reason] input").first.fill("Wrong")
    dialog.locator("button[name=action_reverse]").click()
    expect(dialog).to_have_count(0)
    expect(accountant.locator(".o_arrow_button_current")).to_contain_text("Reversed")
    expect_crumbs(accountant, "Postings", re.escape(posting))


def test_the_queue_on_a_phone(found, open_as, screenshots):
    phone = open_as("anna_chinese", phone=True)
    open_path(phone, QUEUE, ".o_kanban_view, .o_list_view")
    assert_fits(phone)
    shoot(phone, screenshots, "cost_queue_phone")
