"""The desk that tests of the worklist share."""

from __future__ import annotations

import pytest

from tests.tasks.desk import Desk
from tongguan.records.database import Database


@pytest.fixture
def desk(db: Database) -> Desk:
    """People at a desk, without any work."""
    made = Desk(db)
    made.hire()
    return made
