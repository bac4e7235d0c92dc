"""What tests in a browser share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.chromium import Served, launched, served
from tests.web.operation import make_operation


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with launched() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(browser: Browser) -> Iterator[Served]:
    """The operation in memory, served."""
    operation = make_operation()
    with served(operation.application) as address:
        yield Served(operation, address, browser)
