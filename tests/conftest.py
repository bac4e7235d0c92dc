"""What all tests share: the order in which workers take them, and the list of those that could not run."""

from __future__ import annotations

import pytest

from tests.fixtures.order import longest_first
from tests.fixtures.stores import db, migrated_file, migrated_postgres
from tests.tools import NOT_RUN

__all__ = ["db", "migrated_file", "migrated_postgres"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the long files first in a worker; alone, the order is that of the folders."""
    if hasattr(config, "workerinput"):
        longest_first(items)


def not_run(reports: list[pytest.TestReport]) -> list[tuple[str, str]]:
    """Return name and reason of each test that ended because something is missing on this machine."""
    found = []
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if NOT_RUN in reason:
            found.append((report.nodeid, reason.partition(NOT_RUN)[2]))
    return sorted(set(found))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List by name the tests that did not run."""
    missing = not_run(terminalreporter.getreports("skipped"))
    if not missing:
        return
    terminalreporter.section(f"{len(missing)} tests not run")
    for name, reason in missing:
        terminalreporter.line(f"{name}: {reason}")
