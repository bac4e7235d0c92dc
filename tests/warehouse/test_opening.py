"""Opening a warehouse for the first time and again."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.rig import ZONE
from tests.fixtures.words import SMALL
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.migrations import migrate


def test_a_new_warehouse_is_made_and_then_left_alone(tmp_path: Path) -> None:
    warehouse = Warehouse(f"chdb://{tmp_path / 'engine'}")
    first = migrate(warehouse, SMALL, ZONE)
    second = migrate(warehouse, SMALL, ZONE)
    warehouse.close()
    assert [line.split()[0] for line in first] == ["warehouse", "views"]
    assert second == []
    again = Warehouse(f"chdb://{tmp_path / 'engine'}")
    third = migrate(again, SMALL, ZONE)
    again.close()
    assert third == []
