"""How a stay stands against its limit, as a story tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.app.serving import NOW
from tongguan.app.api.case_story import story_of
from tongguan.model.answers import CaseRow, Trace
from tongguan.model.fulfilment import CaseStay
from tongguan.model.waiting import Lateness

CASE = CaseRow("order", "A", "", "", NOW, NOW, None, "", "", "", "", "", "", "", "", "", "", None, None, 0, True)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("stay", "lateness"),
    [
        ({}, Lateness.UNLIMITED),
        ({"limited": True, "warned_from": at(1), "late_from": at(2)}, Lateness.ON_TIME),
        ({"limited": True, "warned_from": at(0), "late_from": at(2)}, Lateness.WARNED),
        ({"limited": True, "warned_from": at(-1), "late_from": at(0)}, Lateness.LATE),
        ({"limited": True, "late_from": at(-1), "silent_from": at(0)}, Lateness.SILENT),
        ({"limited": True, "late_from": at(1), "silent_from": at(1)}, Lateness.ON_TIME),
        ({"limited": True, "paused": True, "silent_from": at(-1)}, Lateness.PAUSED),
        ({"limited": True}, Lateness.UNLIMITED),
        ({"until": at(-5), "limited": True, "late_from": at(-5)}, Lateness.ON_TIME),
        ({"until": at(-5), "limited": True, "late_from": at(-6)}, Lateness.LATE),
        ({"until": at(-5), "limited": True, "late_from": at(-4), "silent_from": at(-9)}, Lateness.ON_TIME),
        ({"until": at(-5)}, Lateness.UNLIMITED),
    ],
)
def test_a_stay_stands_by_what_comes_first(stay: dict[str, Any], lateness: Lateness) -> None:
    values: dict[str, Any] = {"until": None, "warned_from": None, "late_from": None, **stay}
    story = story_of(Trace(CASE, [], [], truncated=False), [CaseStay("created", "", at(-60), **values)], NOW)
    assert [clock.lateness for clock in story.clocks] == [lateness]
    assert (story.case, story.clocks[0].step, story.clocks[0].since) == (CASE, "created", at(-60))
