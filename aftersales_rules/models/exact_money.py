# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Amounts of a currency, as the core works with them: decimals and coins."""

from decimal import Decimal


def coin(currency):
    """Decimals of a currency, and the minor units of its smallest coin.

    :rtype: dict
    """
    digits = currency.decimal_places
    return {"digits": digits, "step": max(round(currency.rounding * 10**digits), 1)}


def exact(amount, currency):
    """An amount of a currency without the noise of a float."""
    return Decimal(f"{currency.round(amount):.{currency.decimal_places}f}")
