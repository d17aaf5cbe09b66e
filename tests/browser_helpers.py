"""Steps of every browser test. Odoo's page never gets idle: wait for elements."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

REMEMBER_NOTIFICATIONS = """
window.notificationsShown = new Set();
new MutationObserver(() => {
    for (const each of document.querySelectorAll(".o_notification")) {
        window.notificationsShown.add(each.innerText);
    }
}).observe(document, {childList: true, subtree: true, characterData: true});
"""

# An answer counts as under way until what it brought has been drawn.
COUNT_CALLS = """
window.callsUnderWay = 0;
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function () {
    window.callsUnderWay += 1;
    this.addEventListener("loadend", () => requestAnimationFrame(() =>
        requestAnimationFrame(() => { window.callsUnderWay -= 1; })));
    return send.apply(this, arguments);
};
"""


def expect_notification(page: Page, *texts: str) -> None:
    """A notification of the web client said all this since the page was loaded.

    Most close after four seconds; on a busy machine a look from outside comes too late.
    """
    try:
        page.wait_for_function(
            "texts => [...window.notificationsShown].some("
            "shown => texts.every(text => shown.includes(text)))",
            arg=list(texts),
            timeout=60_000,
        )
    except PlaywrightTimeoutError as err:
        shown = page.evaluate("[...window.notificationsShown]")
        raise AssertionError(f"no notification said {texts}; shown: {shown}") from err


def log_in(page: Page, user: str, password: str, redirect: str = "") -> None:
    """Log in through the form; ends where Odoo leads, or where asked for."""
    query = f"?redirect={redirect}" if redirect else ""
    page.goto(f"/web/login{query}", wait_until="domcontentloaded")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.click("form.oe_login_form button[type=submit]")
    if redirect:
        page.wait_for_url(f"**{redirect}")


def login(page: Page, user: str = "admin", password: str = "admin") -> None:
    """Log in through the form; ends in the web client, or in the portal."""
    log_in(page, user, password)
    expect(page.locator(".o_main_navbar, .o_portal").first).to_be_visible()


def open_path(
    page: Page, path: str, ready: str = ".o_action_manager .o_view_controller"
) -> None:
    """Go to a page of the web client, e.g. ``/odoo/sales``, and wait for its view."""
    page.goto(path, wait_until="domcontentloaded")
    expect(page.locator(ready).first).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    """Wait until each call of the web client has been answered, and the answer drawn.

    It first draws what it remembers of a view, and anew when the server has answered:
    the new rows know nothing of a tick that was set before.
    """
    page.wait_for_function("() => !window.callsUnderWay")


def search_for(page: Page, text: str) -> None:
    """What the list finds first of all for these words; Enter before it proposes is lost."""
    box = page.locator(".o_searchview_input")
    box.fill(text)
    expect(page.locator(".o_searchview_autocomplete")).to_contain_text(text)
    box.press("Enter")
    settle(page)


def assert_fits(page: Page) -> None:
    """Nothing sticks out sideways: what a phone's user would have to scroll for."""
    wider = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wider <= 1, f"the page is {wider} pixels wider than the screen"


def shoot(page: Page, folder: Path, name: str) -> Path:
    """A screenshot to look at."""
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    return path
