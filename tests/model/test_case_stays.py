"""How a stay stands: open ones at a moment, ended ones when they ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tongguan.model.fulfilment import CaseStay
from tongguan.model.waiting import Lateness

BEGAN = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = CaseStay("paid", "", BEGAN, None, BEGAN + HOUR, BEGAN + 2 * HOUR, limited=True, silent_from=BEGAN + 9 * HOUR)
NO_LIMIT = replace(OPEN, warned_from=None, late_from=None, limited=False)


@pytest.mark.parametrize(
    ("stay", "hours", "expected"),
    [
        (OPEN, 0.5, Lateness.ON_TIME),
        (OPEN, 1, Lateness.WARNED),
        (OPEN, 2, Lateness.LATE),
        (OPEN, 9, Lateness.SILENT),
        (replace(OPEN, paused=True), 9, Lateness.PAUSED),
        (NO_LIMIT, 5, Lateness.UNLIMITED),
        (NO_LIMIT, 9, Lateness.SILENT),
        (replace(OPEN, until=BEGAN + 2 * HOUR), 9, Lateness.ON_TIME),
        (replace(OPEN, until=BEGAN + 2.5 * HOUR, paused=True), 9, Lateness.LATE),
        (replace(NO_LIMIT, until=BEGAN + 2.5 * HOUR), 9, Lateness.UNLIMITED),
    ],
)
def test_a_stay_stands(stay: CaseStay, hours: float, expected: Lateness) -> None:
    assert stay.lateness_at(BEGAN + hours * HOUR) is expected
