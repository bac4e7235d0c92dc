"""One embedded warehouse a module: a process has one engine at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fixtures.rig import embedded
from tongguan.warehouse.client import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An empty warehouse with the small vocabulary."""
    with embedded(tmp_path_factory.mktemp("warehouse") / "engine") as made:
        yield made
