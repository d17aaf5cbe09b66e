"""The demo company for the browser tests, and pages of its people.

``odoo_server``   a served Odoo with the demo company, one per test module
``open_as``       ``open_as("sales", phone=True)``: an empty page of that person, logged in
``order``         ``order("dealer_brennan", "product_flax", 40)``: a quotation, through the API
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from browser_helpers import log_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page

    from clients import WebClient
    from workbench.databases import Workshop
    from workbench.serve import Server

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def odoo_server(workshop: Workshop, request: pytest.FixtureRequest) -> Iterator[Server]:
    """The demo company, served; each login's password is the login."""
    from workbench import demo
    from workbench.serve import Server

    name = f"ar_sys_{os.getpid()}_{request.module.__name__}"[:60]
    workshop.create(name, template=demo.template(workshop))
    try:
        # Its welcome chat would lie over the screen of whoever logs in for the first time.
        workshop.sql("UPDATE res_users SET odoobot_state = 'disabled'", name)
        with Server(workshop, name, first_port=18069) as server:
            yield server
    finally:
        workshop.drop(name)


@pytest.fixture(scope="module")
def browser_of(
    new_context: Callable[..., BrowserContext],
) -> Callable[[str, bool], BrowserContext]:
    """``browser_of("sales", phone)``: where that person has logged in, once a module."""

    @cache
    def get(user: str, phone: bool) -> BrowserContext:
        context = new_context(PHONE if phone else DESK)
        page = context.new_page()
        # The test opens what it is about: no use in rendering the start page before.
        log_in(page, user, user, "/web/health")
        page.close()
        return context

    return get


@pytest.fixture
def open_as(
    new_page: Callable[..., Page], browser_of: Callable[[str, bool], BrowserContext]
) -> Iterator[Callable[..., Page]]:
    """A page of one person; whatever the browser's console complains of fails the test."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{message.text} ({message.location.get('url')})")

    def make(user: str, *, phone: bool = False) -> Page:
        page = new_page(browser_of(user, phone))
        page.on("console", note)
        return page

    yield make
    assert not complaints, f"errors in the browser's console: {complaints}"


@pytest.fixture(scope="module")
def session_of(odoo_server: Server) -> Callable[[str], WebClient]:
    """``session_of("sales")``: one session of each person; to log in takes half a second."""
    from clients import WebClient

    return cache(
        lambda user: WebClient(odoo_server.url, odoo_server.database, user, user)
    )


@pytest.fixture
def sales(session_of: Callable[[str], WebClient]) -> WebClient:
    """The salesperson's session, for what a test needs before it looks at a screen."""
    return session_of("sales")


@pytest.fixture
def admin(session_of: Callable[[str], WebClient]) -> WebClient:
    return session_of("admin")


@pytest.fixture
def demo_id(admin: WebClient) -> Callable[[str], int]:
    """``demo_id("dealer_costa")``: the id of a record of the demo company."""

    def find(name: str) -> int:
        domain = [["module", "=", "aftersales_rules"], ["name", "=", f"demo_{name}"]]
        [row] = admin.call("ir.model.data", "search_read", domain, ["res_id"])
        return row["res_id"]

    return find


@pytest.fixture
def order(
    sales: WebClient, demo_id: Callable[[str], int]
) -> Callable[..., dict[str, Any]]:
    """A quotation of the salesperson; ``confirm=True`` confirms it, too."""

    def make(
        customer: str, product: str, quantity: int, *, confirm: bool = False
    ) -> dict[str, Any]:
        line = {"product_id": demo_id(product), "product_uom_qty": quantity}
        values = {"partner_id": demo_id(customer), "order_line": [[0, 0, line]]}
        [order_id] = sales.call("sale.order", "create", [values])
        if confirm:
            sales.call("sale.order", "action_confirm", [order_id])
        [row] = sales.call(
            "sale.order", "read", [order_id], ["name", "picking_ids", "hold_state"]
        )
        return row

    return make
