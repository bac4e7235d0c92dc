"""How a test says that it cannot run here: named in the report, never passed over.

There is no other way to skip a test; ``tests/house/test_words.py`` holds that.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
"""The top folder of the repository."""

SHARED_DATA = ROOT.parent / "shared" / "data"
"""Public data sets beside the checkout; they are too large to be part of it."""

REQUIRE_ALL = "TONGGUAN_REQUIRE_ALL"
"""Environment variable: with ``1`` a missing tool is a failure."""

NOT_RUN = "not run: "
"""Start of the reason of every skip; the report at the end looks for it."""


def require_tool(tool: str, present: bool) -> None:
    """Go on when a tool is there; otherwise end the test and have it listed by name.

    Args:
        tool: what is missing, and how to get it, in a few words: ``"chromium (apt-get install chromium)"``.
        present: whether it was found.

    Raises:
        pytest.fail.Exception: it is missing and ``TONGGUAN_REQUIRE_ALL=1`` is set.
        pytest.skip.Exception: it is missing.
    """
    if present:
        return
    if os.environ.get(REQUIRE_ALL) == "1":
        pytest.fail(f"{tool} is missing, and {REQUIRE_ALL}=1 says that every test must run", pytrace=False)
    pytest.skip(f"{NOT_RUN}{tool} is missing")


def require_data(name: str) -> Path:
    """Return the folder or file ``name`` of :data:`SHARED_DATA`; without it the test is listed by name.

    The data belong to others and cannot be installed, so their absence is no failure under ``TONGGUAN_REQUIRE_ALL``.

    Raises:
        pytest.skip.Exception: it is not there.
    """
    path = SHARED_DATA / name
    if not path.exists():
        pytest.skip(f"{NOT_RUN}../shared/data/{name} is missing")
    return path
