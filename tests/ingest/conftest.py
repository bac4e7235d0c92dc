"""One embedded warehouse a module, emptied for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.rig import Rig, embedded, rig
from tongguan.warehouse.client import Warehouse


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with the small vocabulary."""
    with embedded(tmp_path_factory.mktemp("warehouse") / "engine") as made:
        yield made


@pytest.fixture
def made(tmp_path: Path, warehouse: Warehouse) -> Iterator[Rig]:
    """Ingest over an emptied warehouse."""
    with rig(tmp_path / "home", warehouse) as one:
        yield one
