"""Personal values in free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.records.mask import luhn_fits, mask

CASES = [
    ("a mobile", "电话13812345678。", "电话138********。"),
    ("a mobile with its country", "+86 138-1234-5678", "+86**************"),
    ("a mobile in full width", "１３８１２３４５６７８", "１３８********"),
    ("a fixed line", "座机 0771-5501234", "座机 077*********"),
    ("a foreign number", "call +44 20 7946 0958", "call +44*************"),
    ("an identity number", "证件 45010219900307123X 结束", "证件 450*************** 结束"),
    ("an old identity number", "450102900307123", "450************"),
    ("an e-mail address", "to wang.li+x@mail.example.com now", "to *********@mail.example.com now"),
    ("a bank card", "6222 0212 3456 7894", "622****************"),
    ("two of them", "13812345678/13912345678", "138********/139********"),
    ("an order number", "order 20260301000123456", "order 20260301000123456"),
    ("an amount and a date", "12345.67 on 2026-03-01T08:00:00Z", "12345.67 on 2026-03-01T08:00:00Z"),
    ("a token", "~phone.abcdefghij2345672345", "~phone.abcdefghij2345672345"),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_personal_values_are_starred_out(text: str, expected: str) -> None:
    assert mask(text) == expected


@given(st.text(max_size=200))
def test_length_stays_and_masking_twice_is_masking_once(text: str) -> None:
    once = mask(text)
    assert len(once) == len(text)
    assert mask(once) == once


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="abc电话:： ,。\n", max_size=20))
def test_no_mobile_number_gets_through(number: str, around: str) -> None:
    assert number not in mask(f"{around}{number}{around}")


def test_check_digits() -> None:
    assert luhn_fits("6222 0212 3456 7894")
    assert not luhn_fits("6222 0212 3456 7895")


def test_a_long_text_takes_no_time() -> None:
    for text in ("1" * 100_000, "a" * 100_000, "1-" * 50_000, "a@" * 50_000, "+1 " * 30_000, "a." * 50_000 + "@"):
        assert len(mask(text)) == len(text)
