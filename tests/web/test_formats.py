"""Numbers, money, durations and times are written as the shared cases say; the browser's mirror is tested in test_browser."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.web.kit.formats import Formats

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "cases" / "formats.json").read_text("utf-8"))
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("case", CASES, ids=[c["title"] for c in CASES])
def test_case(case: dict[str, Any], language: str) -> None:
    args = list(case["args"])
    if case["call"] in {"date", "time", "minute", "short_time", "clock"} and args[0] is not None:
        args[0] = datetime.fromisoformat(args[0])
    assert getattr(Formats(language, ZONE), case["call"])(*args) == case[language]


@given(st.one_of(st.floats(), st.integers(-(10**18), 10**18), st.none()), st.sampled_from(["zh-CN", "en"]))
def test_never_nan_or_infinite(value: float | None, language: str) -> None:
    formats = Formats(language, ZONE)
    for written in (formats.compact(value), formats.full(value), formats.rate(value), formats.change(value), formats.points(value)):
        assert "nan" not in written.lower().replace("−", "")
        assert "inf" not in written.lower()
        assert "∞" not in written


@given(st.integers(-(10**15), 10**15))
def test_full_money_loses_nothing(minor: int) -> None:
    text = Formats("en", ZONE).money(minor, "CNY").replace("¥", "").replace(",", "").replace("−", "-").replace(".", "")
    assert int(text) == minor
