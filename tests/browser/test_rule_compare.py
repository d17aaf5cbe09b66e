"""What a draft changes, read before it is published, and two versions side by side."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from browser_helpers import assert_fits, open_path, shoot

TABLE = "credit_hold"


@pytest.fixture
def draft(session_of):
    """A draft that changes a threshold, a reason and the order, and has a new rule."""
    rules = session_of("rules")
    values = {"name": "More patience", "decision": TABLE, "note": "Agreed in November"}
    draft_id = rules.call("aftersales.draft", "create", values)
    table = rules.call("aftersales.draft", "get_table", [draft_id], TABLE)
    table["rules"][1]["reason"] = "Overdue debt: {overdue_days}, please pay first."
    table["rules"].insert(0, table["rules"].pop())
    new = {
        "label": "Small orders go on",
        "conditions": [
            {"fact": "order_amount", "op": "<", "operands": [{"text": "50"}]}
        ],
        "outcome": {"effect": {"text": "release"}},
        "reason": "Only {order_amount}.",
    }
    table["rules"].append(new)
    for threshold in table["thresholds"]:
        if threshold["name"] == "overdue_days_max":
            threshold["value"] = "7"
    rules.call(
        "aftersales.draft",
        "save_table",
        [draft_id],
        TABLE,
        table["rules"],
        table["thresholds"],
        table["revision"],
    )
    yield draft_id
    [row] = rules.call("aftersales.draft", "read", [draft_id], ["state"])
    if row["state"] in ("draft", "checked"):
        rules.call("aftersales.draft", "unlink", [draft_id])


def open_changes(page: Page, draft_id: int) -> None:
    open_path(page, f"/odoo/rule-drafts/{draft_id}")
    page.locator(".o_notebook_headers .nav-link", has_text="Changes").click()
    expect(page.locator(".o_aftersales_comparison").first).to_be_visible()


def test_an_administrator_reads_what_her_draft_changes(open_as, draft, screenshots):
    """The threshold with both values, the moved rule, the new one and the new words."""
    page = open_as("rules")
    open_changes(page, draft)
    changes = page.locator("[name=changes_html]")
    for kind in ("added", "changed", "moved"):
        expect(changes.locator(f"[data-kind={kind}]").first).to_be_visible()
    expect(changes.locator("[data-kind=added]")).to_contain_text("Small orders go on")
    expect(changes.locator("[data-kind=moved]")).to_have_count(1)
    value = changes.locator("tr", has=page.locator("ins", has_text="7")).first
    expect(value).to_contain_text("7 days")
    expect(changes).not_to_contain_text("overdue_days")
    changes.scroll_into_view_if_needed()
    shoot(page, screenshots, "rule_changes")

    page.get_by_role("button", name="Compare with another version").click()
    dialog = page.locator(".modal")
    expect(dialog.locator("[name=comparison_html]")).to_contain_text("7 days")
    shoot(page, screenshots, "rule_compare")


def test_the_changes_can_be_read_on_a_phone(open_as, draft, screenshots):
    page = open_as("rules", phone=True)
    open_changes(page, draft)
    page.locator(".o_aftersales_comparison").first.scroll_into_view_if_needed()
    assert_fits(page)
    shoot(page, screenshots, "rule_changes_phone")


def test_an_auditor_compares_two_versions(open_as, session_of, draft, screenshots):
    """A reader of rules opens a version, and chooses another one to compare it with."""
    rules = session_of("rules")
    rules.call("aftersales.draft", "action_publish", [draft])
    [row] = rules.call(
        "aftersales.draft", "read", [draft], ["version_id", "base_version_id", "state"]
    )
    assert row["state"] == "published", json.dumps(row)
    page = open_as("controller")
    open_path(page, f"/odoo/aftersales-versions/{row['version_id'][0]}")
    page.locator(".o_notebook_headers .nav-link", has_text="Changes").click()
    expect(page.locator("[name=changes_html]")).to_contain_text("Small orders go on")
    page.get_by_role("button", name="Compare with another version").click()
    dialog = page.locator(".modal")
    expect(dialog.locator("[data-kind=added]")).to_contain_text("Small orders go on")
    dialog.get_by_role("button", name="The Other Way Round").click()
    expect(page.locator(".modal [data-kind=removed]")).to_contain_text(
        "Small orders go on"
    )
    shoot(page, screenshots, "rule_compare_versions")
