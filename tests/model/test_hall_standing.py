"""How a hall stands: each rule holds where it should, and not a little before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.model.hall_standing import standing
from tongguan.model.halls import Devices, Grade, HallStatus, Reach, Reachability, Response, Standing, Success, Usual, Volume, Why

USUAL = Usual(400.0, 20.0, 4, True)
SHARE = Usual(0.95, 0.01, 4, True)
WELL = HallStatus(
    "app",
    reach=Reachability(Reach.UP, None, datetime(2026, 11, 21, tzinfo=UTC), 18, 0),
    response=Response(0.2, 1.0, 18, Usual(0.2, 0.02, 4, True)),
    success=Success(380, 400, SHARE),
    volume=Volume(400, USUAL, 100, USUAL, 0.25),
)


def test_a_hall_that_does_as_usual_is_well() -> None:
    assert standing(WELL) == Standing(Grade.GOOD, Why.WELL)


@pytest.mark.parametrize(
    ("changes", "grade", "why"),
    [
        ({"reach": Reachability(Reach.DOWN)}, Grade.BAD, Why.DOWN),
        ({"reach": Reachability(Reach.DOWN, planned=True)}, Grade.WATCH, Why.PLANNED),
        ({"reach": Reachability(Reach.DEGRADED)}, Grade.WATCH, Why.DEGRADED),
        ({"success": Success(339, 400, SHARE)}, Grade.BAD, Why.FAILING),
        ({"success": Success(342, 400, SHARE)}, Grade.WATCH, Why.FAILING_MORE),
        ({"success": Success(362, 400, SHARE)}, Grade.GOOD, Why.WELL),
        ({"success": Success(20, 40, SHARE)}, Grade.BAD, Why.FAILING),
        ({"success": Success(0, 29, SHARE)}, Grade.GOOD, Why.WELL),
        ({"success": Success(100, 400, None)}, Grade.GOOD, Why.WELL),
        ({"success": Success(300, 400, Usual(0.95, 0.2, 4, True))}, Grade.GOOD, Why.WELL),
        ({"volume": replace(WELL.volume, last_hour=199)}, Grade.BAD, Why.SLUMP),
        ({"volume": replace(WELL.volume, last_hour=300)}, Grade.WATCH, Why.LOW),
        ({"volume": replace(WELL.volume, last_hour=330)}, Grade.GOOD, Why.WELL),
        ({"volume": replace(WELL.volume, last_hour=300, last_usual=Usual(400.0, 80.0, 4, True))}, Grade.GOOD, Why.WELL),
        ({"volume": replace(WELL.volume, last_hour=721)}, Grade.WATCH, Why.HIGH),
        ({"volume": replace(WELL.volume, current=0)}, Grade.GOOD, Why.WELL),
        ({"volume": replace(WELL.volume, current=90, elapsed=0.5)}, Grade.BAD, Why.SLUMP),
        ({"volume": Volume(0, Usual(29.0, 1.0, 4, True))}, Grade.GOOD, Why.WELL),
        ({"response": replace(WELL.response, median=0.46)}, Grade.WATCH, Why.SLOW),
        ({"response": replace(WELL.response, median=0.44)}, Grade.GOOD, Why.WELL),
        ({"response": replace(WELL.response, median=5.0, answers=4)}, Grade.GOOD, Why.WELL),
        ({"devices": Devices(0, None, 75, 100)}, Grade.BAD, Why.DEVICES),
        ({"devices": Devices(0, None, 95, 100)}, Grade.WATCH, Why.DEVICES_FEW),
        ({"devices": Devices(0, None, 96, 100)}, Grade.GOOD, Why.WELL),
        ({"devices": Devices(0, None, 8, 10)}, Grade.GOOD, Why.WELL),
        ({"devices": Devices(0, None, 99, 100, {"P-01": (0, 2)})}, Grade.WATCH, Why.DEVICES_FEW),
        ({"devices": Devices(5, None, 50, None)}, Grade.GOOD, Why.WELL),
    ],
)
def test_rules(changes: dict[str, Any], grade: Grade, why: Why) -> None:
    assert standing(replace(WELL, **changes)) == Standing(grade, why)


def test_the_worst_rule_says_why() -> None:
    down = replace(WELL, reach=Reachability(Reach.DOWN), success=Success(0, 400, SHARE), volume=Volume(0, USUAL))
    assert standing(down).why is Why.DOWN
    assert standing(replace(down, reach=Reachability(Reach.DEGRADED))).why is Why.FAILING


@pytest.mark.parametrize(
    ("known", "grade"),
    [
        ({}, Grade.UNKNOWN),
        ({"success": Success(30, 30, None)}, Grade.UNKNOWN),
        ({"success": Success(30, 30, SHARE)}, Grade.GOOD),
        ({"volume": Volume(400, USUAL)}, Grade.GOOD),
        ({"volume": Volume(12, Usual(12.0, 1.0, 4, True))}, Grade.UNKNOWN),
        ({"reach": Reachability(Reach.UP)}, Grade.GOOD),
    ],
)
def test_without_data_nothing_is_said(known: dict[str, Any], grade: Grade) -> None:
    assert standing(HallStatus("hall", **known)).grade is grade


@given(st.integers(0, 2000), st.floats(0, 2000), st.floats(0, 500))
def test_more_volume_never_makes_a_slump(count: int, median: float, spread: float) -> None:
    def slumps(volume: int) -> bool:
        return standing(replace(WELL, volume=Volume(volume, Usual(median, spread, 4, True)))).why is Why.SLUMP

    assert not (slumps(count + 1) and not slumps(count))
