"""A test that cannot run is named, or fails where everything must run."""

from __future__ import annotations

import pytest

from tests.conftest import not_run
from tests.tools import NOT_RUN, REQUIRE_ALL, require_data, require_tool


def skipped(name: str, reason: str) -> pytest.TestReport:
    return pytest.TestReport(name, ("a.py", 1, name), {}, "skipped", ("a.py", 1, f"Skipped: {reason}"), "setup")


def test_a_present_tool_lets_the_test_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_ALL, "1")
    require_tool("anything", present=True)


def test_a_missing_tool_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(REQUIRE_ALL, raising=False)
    with pytest.raises(pytest.skip.Exception, match="not run: chromium is missing"):
        require_tool("chromium", present=False)


def test_a_missing_tool_fails_where_everything_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_ALL, "1")
    with pytest.raises(pytest.fail.Exception, match="chromium is missing"):
        require_tool("chromium", present=False)


def test_missing_data_are_named_even_where_everything_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRE_ALL, "1")
    with pytest.raises(pytest.skip.Exception, match=r"not run: \.\./shared/data/of_nobody is missing"):
        require_data("of_nobody")


def test_the_report_names_each_test_once() -> None:
    reports = [
        skipped("tests/b.py::two", f"{NOT_RUN}chromium is missing"),
        skipped("tests/a.py::one", f"{NOT_RUN}postgres is missing"),
        skipped("tests/a.py::one", f"{NOT_RUN}postgres is missing"),
        skipped("tests/c.py::three", "for another reason"),
    ]
    assert not_run(reports) == [("tests/a.py::one", "postgres is missing"), ("tests/b.py::two", "chromium is missing")]
