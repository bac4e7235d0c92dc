"""Money is exact: text to minor units and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.lib.money import MoneyTextError, exponent, to_minor, to_text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.5", "CNY", 1250),
        (" 1,234.50 ", "CNY", 123_450),
        ("-0.01", "CNY", -1),
        ("+7", "cny", 700),
        ("0.1", "CNY", 10),
        ("12", "JPY", 12),
        ("1.234", "KWD", 1234),
        ("1.10000", "CNY", 110),
        ("99999999999999999.99", "CNY", 9_999_999_999_999_999_999),
        ("1e3", "CNY", 100_000),
    ],
)
def test_text_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


def test_marks_can_be_others() -> None:
    assert to_minor("1.234,50", "EUR", decimal_point=",", thousands=".") == 123_450
    assert to_minor("1 234,50", "EUR", decimal_point=",", thousands=" ") == 123_450


UNREADABLE = ["", "abc", "NaN", "Infinity", "1.2.3", "12 34", "--1", "1,5", "12,50", "1,23,456", ",123", "1234,567", "1,234.5,6", "1,234,"]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyTextError):
        to_minor(text)


@pytest.mark.parametrize(("text", "currency"), [("0.001", "CNY"), ("1.5", "JPY"), ("0.0001", "KWD")])
def test_more_places_than_the_currency_has_are_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyTextError, match="more decimal places"):
        to_minor(text, currency)


@given(st.integers(-(10**24), 10**24), st.sampled_from(["CNY", "USD", "JPY", "KWD"]))
def test_there_and_back(minor: int, currency: str) -> None:
    text = to_text(minor, currency)
    assert to_minor(text, currency) == minor
    assert len(text.partition(".")[2]) == exponent(currency)
