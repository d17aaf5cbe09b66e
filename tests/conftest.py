"""Fixtures for the tests that see the system from outside.

The rules core's tests (tests/rules) need none of this and run without Odoo. The
others run through the workbench: `make test-system`, `make test-browser`, or one
file at a time with `scripts/run exec pytest tests/system/test_x.py`.

``workshop``       makes, copies and drops databases, runs Odoo's command line
``new_database``   a fresh copy of the installed template, or of another one
``odoo_server``    a served Odoo on a copy of the installed template, one a module
``rpc``            ``rpc(login, password)``: a client of the external API
``web``            ``web(login, password)``: a web client's session, with call_kw
``page``           a Chromium page at desk width; ``phone_page`` at phone width
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "tests"))

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from clients import RpcClient, WebClient
    from workbench.databases import Workshop
    from workbench.serve import Server

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# The first page of a database waits for the server to build the client's assets.
WAIT_MILLISECONDS = 60_000
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """Odoo, its packages and a database server."""
    from workbench.__main__ import workshop as open_workshop

    with open_workshop() as shop:
        yield shop


@pytest.fixture(scope="module")
def new_database(
    workshop: Workshop, request: pytest.FixtureRequest
) -> Iterator[Callable[..., str]]:
    """``new_database(template)``: a fresh database, with the addon by default."""
    made: list[str] = []
    stem = re.sub(r"[^a-z0-9]+", "_", Path(str(request.fspath)).stem)

    def make(template: str = "") -> str:
        name = f"ar_sys_{os.getpid()}_{stem}_{len(made)}"[:60]
        workshop.create(name, template or workshop.installed())
        made.append(name)
        return name

    yield make
    for name in made:
        workshop.drop(name)


@pytest.fixture(scope="module")
def odoo_server(
    workshop: Workshop, new_database: Callable[..., str]
) -> Iterator[Server]:
    """A served Odoo: ``.url``, ``.database``, ``.log``; login admin, password admin."""
    from workbench.serve import Server

    with Server(workshop, new_database(), first_port=18069) as server:
        yield server


@pytest.fixture
def rpc(odoo_server: Server) -> Callable[..., RpcClient]:
    """``rpc(login, password).call(model, method, *args, **kwargs)``."""
    from clients import RpcClient

    return lambda login="admin", password="admin": RpcClient(
        odoo_server.url, odoo_server.database, login, password
    )


@pytest.fixture
def web(odoo_server: Server) -> Callable[..., WebClient]:
    """``web(login, password).call(model, method, *args, **kwargs)``."""
    from clients import WebClient

    return lambda login="admin", password="admin": WebClient(
        odoo_server.url, odoo_server.database, login, password
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the session."""
    from playwright.sync_api import expect, sync_playwright

    from workbench import browser

    found = browser.ensure("chromium")["chromium"]
    if not found:
        pytest.fail(f"no Chromium: {browser.advice('chromium')}")
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(
            executable_path=str(found), args=CHROMIUM_ARGUMENTS
        )
        yield instance
        instance.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where screenshots go: AFTERSALES_SCREENSHOTS, else test-results/screenshots."""
    folder = Path(
        os.environ.get("AFTERSALES_SCREENSHOTS")
        or ROOT / "test-results" / "screenshots"
    )
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def new_context(
    chromium: Browser, odoo_server: Server
) -> Iterator[Callable[..., BrowserContext]]:
    """``new_context(DESK or PHONE)``: a browser with cookies and a cache of its own."""
    made: list[BrowserContext] = []

    def make(viewport: dict[str, int] = DESK) -> BrowserContext:
        phone = viewport["width"] <= PHONE["width"]
        context = chromium.new_context(
            base_url=odoo_server.url,
            viewport=viewport,
            locale="en-US",
            is_mobile=phone,
            has_touch=phone,
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def new_page(
    new_context: Callable[..., BrowserContext],
    screenshots: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[[BrowserContext], Page]]:
    """``new_page(context)``: a page in this browser.

    A test that fails leaves a screenshot of each of its pages; one whose pages
    threw an uncaught exception fails.
    """
    # here, as the other suites run without a browser
    from browser_helpers import COUNT_CALLS, REMEMBER_NOTIFICATIONS

    pages: list[Page] = []
    errors: list[str] = []

    def make(context: BrowserContext) -> Page:
        page = context.new_page()
        page.add_init_script(REMEMBER_NOTIFICATIONS)
        page.add_init_script(COUNT_CALLS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        return page

    yield make
    report = getattr(request.node, "call_report", None)
    for number, page in enumerate(pages):
        if report is None or report.failed:
            name = re.sub(r"\W+", "_", request.node.name)
            page.screenshot(path=screenshots / f"FAILED_{name}_{number}.png")
        page.close()
    assert not errors, f"uncaught in the page: {errors}"


@pytest.fixture
def page(new_page: Callable[..., Page], new_context: Callable[..., Any]) -> Page:
    """A page at desk width, not logged in: see ``browser_helpers.login``."""
    return new_page(new_context(DESK))


@pytest.fixture
def phone_page(new_page: Callable[..., Page], new_context: Callable[..., Any]) -> Page:
    """A page at phone width with touch."""
    return new_page(new_context(PHONE))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    if report.when == "call":
        item.call_report = report
