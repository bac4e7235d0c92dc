"""What tests in a browser share."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.chromium import Served, launched, served
from tests.web.operation import make_operation
from tongguan.web.kit import texts


@pytest.fixture(scope="session", autouse=True)
def catalogues_read_once() -> Iterator[None]:
    """Every site reads the texts of all pages when it is made; they are the same for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "read_catalog", functools.cache(texts.read_catalog))
        yield


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
