"""The web client opens with the addon installed, at desk and at phone width."""

from browser_helpers import assert_fits, login, open_path, shoot


def test_the_sales_orders_open_at_desk_width(page, screenshots):
    """A salesperson's list of orders renders without an error of the client."""
    login(page)
    open_path(page, "/odoo/sales")
    shoot(page, screenshots, "sales_desk")


def test_the_sales_orders_open_at_phone_width(phone_page, screenshots):
    """The same screen fits a phone."""
    login(phone_page)
    open_path(phone_page, "/odoo/sales")
    assert_fits(phone_page)
    shoot(phone_page, screenshots, "sales_phone")
