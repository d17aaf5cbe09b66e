"""Single values: read, bounded, written, shown."""

from datetime import date, datetime, time, timezone
from decimal import Decimal

import pytest
from samples import FIRST

import rules
from rules import values

FIELDS = FIRST.fact_fields


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        ("amount", "12.50", Decimal("12.50")),
        ("amount", 0.1 + 0.2, Decimal("0.3")),
        ("amount", 7, Decimal(7)),
        ("amount", "1e3", Decimal(1000)),
        ("paid", "12.5%", Decimal("0.125")),
        ("paid", Decimal(1) / Decimal(3), Decimal("0.333333333333")),
        ("paid", Decimal(2) / Decimal(3), Decimal("0.666666666666")),
        ("days", " 3 ", 3),
        ("due", "2026-02-28", date(2026, 2, 28)),
        ("at", "15:30", time(15, 30)),
        ("at", time(15, 30, 59), time(15, 30)),
        ("urgent", "Yes", True),
        ("tier", "key", "key"),
        ("tier", "", None),
        ("note", "", ""),
        ("days", None, None),
    ],
)
def test_value_is_read(field, raw, value):
    """A value of a screen or of JSON becomes a typed one."""
    assert rules.parse_value(FIELDS[field], raw) == value


@pytest.mark.parametrize(
    ("field", "raw", "text"),
    [
        ("amount", "abc", "'abc' is not a number; expected a decimal number"),
        (
            "amount",
            Decimal("NaN"),
            "Decimal('NaN') is not finite; expected a money value",
        ),
        ("amount", float("inf"), "inf is not finite; expected a money value"),
        ("amount", True, "True is not a number; expected a money value"),
        (
            "amount",
            Decimal("0.0000001"),
            (
                "Decimal('1E-7') has too many decimals; expected a money value of at "
                "most 6 decimals"
            ),
        ),
        (
            "amount",
            Decimal("1e999999"),
            (
                "Decimal('1E+999999') is out of range; expected a money value within "
                "±1,000,000,000,000"
            ),
        ),
        pytest.param(
            "days",
            10**5000,
            "an integer of 16610 bits is out of range; expected an integer value "
            "within ±1,000,000,000,000,000,000",
            id="huge",
        ),
        ("days", 1.0, "1.0 is not an integer; expected an integer value"),
        ("days", "1.0", "'1.0' is not an integer; expected an integer value"),
        (
            "due",
            "2026-02-30",
            "'2026-02-30' is not a date; expected a date as YYYY-MM-DD",
        ),
        (
            "due",
            datetime(2026, 1, 1),
            "datetime.datetime(2026, 1, 1, 0, 0) is not a date; expected a date value",
        ),
        ("at", "24:00", "'24:00' is not a time; expected a time as HH:MM"),
        (
            "at",
            time(1, tzinfo=timezone.utc),
            (
                "datetime.time(1, 0, tzinfo=datetime.timezone.utc) is not a local "
                "time; expected a time value without zone"
            ),
        ),
        ("urgent", 1, "1 is not a boolean; expected true or false"),
        (
            "tier",
            "kye",
            "'kye' is not a choice; expected one of key, regular, low, new",
        ),
        ("note", 5, "5 is not a text; expected a text"),
        (
            "note",
            "x" * 10_001,
            "text of 10001 characters; expected at most 10000 characters",
        ),
    ],
)
def test_value_is_refused(field, raw, text):
    """The message says what came and what was expected."""
    with pytest.raises(rules.ValueFault) as caught:
        rules.parse_value(FIELDS[field], raw)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("amount", Decimal("1234567.5"), "1,234,567.50"),
        ("amount", Decimal("-0.001"), "-0.001"),
        ("paid", Decimal("0.5"), "50%"),
        ("paid", Decimal("0.333333333333"), "33.3333333333%"),
        ("ordered", Decimal("12.00"), "12 pcs"),
        ("days", 3, "3 days"),
        ("visits", 1000, "1,000"),
        ("due", date(2026, 1, 5), "2026-01-05"),
        ("at", time(9, 5), "09:05"),
        ("urgent", True, "yes"),
        ("tier", "low", "Low volume"),
        ("note", "as is", "as is"),
        ("days", None, "not set"),
    ],
)
def test_value_is_shown(field, value, text):
    """People see units, percent and labels."""
    assert rules.format_value(FIELDS[field], value) == text


def test_money_is_shown_in_its_currency():
    """The currency is handed in, money has no unit of its own."""
    assert rules.format_value(FIELDS["amount"], Decimal(5), "CNY") == "5.00 CNY"


def test_equal_decimals_have_one_spelling():
    """No exponent, no trailing zeros, no negative zero."""
    for spelling in ("1E+2", "100", "100.000"):
        assert rules.to_json(Decimal(spelling)) == "100"
    assert rules.to_json(Decimal("-0.0")) == "0"


def test_integer_images_keep_the_order():
    """Neighbours on the grid are neighbours as integers."""
    step = Decimal("0.000001")
    image = values.to_integer(rules.FactType.MONEY, Decimal("999999999999.999999"))
    assert image == 10**18 - 1
    assert values.to_integer(rules.FactType.MONEY, step) == 1
    assert values.to_integer(rules.FactType.TIME, time(23, 59)) == 1439
