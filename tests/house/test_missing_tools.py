"""A test that cannot run is named, or fails where everything must run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import not_run
from tests.tools import NOT_RUN, REQUIRE_ALL, ROOT, require_data, require_tool


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


def test_the_report_names_them_when_workers_ran_them(tmp_path: Path) -> None:
    for name in ("a", "b"):
        text = "from tests.tools import require_tool\n\n\ndef test_it() -> None:\n    require_tool('a teapot', present=False)\n"
        (tmp_path / f"test_{name}.py").write_text(text, encoding="utf-8")
    plain = {key: value for key, value in os.environ.items() if key != REQUIRE_ALL and not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", "2", "--dist", "loadfile", "--rootdir", str(tmp_path), "."]
    given = plain | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
    told = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False).stdout
    assert "2 tests not run" in told
    assert "test_a.py::test_it: a teapot is missing" in told and "test_b.py::test_it: a teapot is missing" in told
