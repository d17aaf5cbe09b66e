"""An administrator of the rules takes them elsewhere, and brings them back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser_helpers import assert_fits, open_path, shoot

WIDE = {"width": 1440, "height": 900}
REPORT = "[name=report_html]"


@pytest.fixture
def version(session_of) -> int:
    """The version in force."""
    domain = [["is_current", "=", True]]
    [row] = session_of("rules").call("aftersales.version", "search_read", domain, [])
    return row["id"]


def download(page: Page, folder: Path, click: Callable[[], None]) -> Path:
    """The file that a click brings, under the name that it came with."""
    with page.expect_download() as caught:
        click()
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    return path


def upload(page: Page, path: Path) -> None:
    """Choose a file and have it looked at."""
    open_path(page, "/odoo/import-rules")
    page.locator("[name=file] input[type=file]").set_input_files(path)
    expect(page.locator("[name=file] input.o_input")).to_have_value(path.name)
    page.locator("button[name=action_look]").click()


def drafts(session) -> list[int]:
    return session.call("aftersales.draft", "search", [])


def test_rules_go_out_as_a_pack_and_come_in_as_a_draft(
    open_as, session_of, version, tmp_path, screenshots
):
    """Exported, a threshold and a text changed, looked at, and made a draft."""
    page = open_as("rules")
    page.set_viewport_size(WIDE)
    open_path(page, f"/odoo/aftersales-versions/{version}")
    page.locator("button[name=action_export]").click()
    dialog = page.locator(".modal-dialog")
    expect(dialog.locator("[name=file_name]")).to_contain_text(".json")
    shoot(page, screenshots, "exchange_export")
    path = download(
        page, tmp_path, dialog.locator("button[name=action_download]").click
    )
    content = json.loads(path.read_text("utf-8"))
    assert content["about"]["version"].startswith("Version")
    schema = download(
        page, tmp_path, dialog.locator("button[name=action_download_schema]").click
    )
    assert json.loads(schema.read_text("utf-8"))["title"] == "Rules for exchange"
    assert schema.name == content["$schema"]

    rules = content["pack"]["rules"]
    [rule] = [rule for rule in rules if rule["name"] == "order_overdue"]
    rule["label"] = "Debt that is too old"
    content["values"]["overdue_days_max"] = 45
    path.write_text(json.dumps(content), "utf-8")
    known = drafts(session_of("rules"))
    upload(page, path)
    report = page.locator(REPORT)
    expect(report).to_contain_text("Debt that is too old")
    expect(report).to_contain_text("stays 3 days (the file has 45 days)")
    expect(report).to_contain_text("changed after it was exported")
    shoot(page, screenshots, "exchange_import")
    page.get_by_role("tab", name="Tables to Take").click()
    expect(page.locator(".o_data_row.fw-bold")).to_contain_text("Credit hold")
    page.get_by_role("tab", name="What Would Change").click()
    page.get_by_label("Take those of the file").check()
    expect(report).to_contain_text("3 days → 45 days (as in the file)")
    assert drafts(session_of("rules")) == known
    page.locator("[name=note] textarea").fill("Agreed with the head office")
    page.locator("button[name=action_make_draft]").click()
    expect(page.locator(".o_rule_grid")).to_be_visible()
    expect(page.locator(".o-mail-Chatter")).to_contain_text(path.name)
    note = page.locator("[name=note] textarea").first
    expect(note).to_have_value(re.compile(f"head office.*{path.name}", re.DOTALL))
    shoot(page, screenshots, "exchange_draft")
    [draft] = set(drafts(session_of("rules"))) - set(known)
    session_of("rules").call("aftersales.draft", "unlink", [draft])


def test_one_table_goes_to_a_modeller_and_comes_back(
    open_as, version, tmp_path, screenshots
):
    page = open_as("rules")
    page.set_viewport_size(WIDE)
    open_path(page, f"/odoo/aftersales-versions/{version}")
    page.locator("button[name=action_export]").click()
    dialog = page.locator(".modal-dialog")
    dialog.get_by_label("Decision tables (DMN").check()
    dialog.get_by_label("Only some").check()
    expect(dialog.locator("[name=problems_html]")).to_contain_text("at least one")
    expect(dialog.locator("button[name=action_download]")).to_be_hidden()
    row = dialog.locator(".o_data_row", has_text="Credit hold")
    row.locator("[name=is_chosen]").click()
    expect(row.locator("input[type=checkbox]")).to_be_checked()
    expect(dialog.locator("button[name=action_download]")).to_be_visible()
    shoot(page, screenshots, "exchange_export_dmn")
    path = download(
        page, tmp_path, dialog.locator("button[name=action_download]").click
    )
    assert path.suffix == ".dmn"
    text = path.read_text("utf-8")
    assert text.count("<decisionTable") == 1
    upload(page, path)
    report = page.locator(REPORT)
    expect(report).to_contain_text("nothing would change")
    expect(page.locator("button[name=action_make_draft]")).to_be_hidden()
    page.locator("button[name=action_choose_again]").click()
    expect(page.locator("button[name=action_look]")).to_be_visible()
    path.write_text("<!DOCTYPE x>" + text.partition("?>")[2], "utf-8")
    upload(page, path)
    expect(report).to_contain_text("has a document type")
    shoot(page, screenshots, "exchange_refused")


def test_a_phone_shows_the_dry_run(open_as, session_of, version, tmp_path, screenshots):
    """At 390 pixels nothing sticks out, and every change can be read."""
    source = open_as("rules")
    open_path(source, f"/odoo/aftersales-versions/{version}")
    source.locator("button[name=action_export]").click()
    button = source.locator(".modal-dialog button[name=action_download]")
    path = download(source, tmp_path, button.click)
    content = json.loads(path.read_text("utf-8"))
    content["pack"]["rules"][0]["conditions"] = []
    content["pack"]["rules"][1]["label"] = "Another name"
    content["values"]["overdue_days_max"] = 45
    path.write_text(json.dumps(content), "utf-8")

    page = open_as("rules", phone=True)
    upload(page, path)
    expect(page.locator(REPORT)).to_contain_text("Another name")
    assert_fits(page)
    shoot(page, screenshots, "exchange_import_phone")
    page.locator(REPORT).locator("h4").last.scroll_into_view_if_needed()
    shoot(page, screenshots, "exchange_import_phone_changes")
