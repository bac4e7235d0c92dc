"""The panorama where clocks are put forward and back: right counts, and never an exception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.fixtures.rig import Rig, event
from tests.fixtures.trade import opened
from tests.fixtures.words import SMALL
from tongguan.metrics.flow import flow
from tongguan.metrics.stage_day import stage_day
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import EventFilter, FlowFilter, StageStatus

DAYS = {
    # Midnight does not exist on 4 November 2018; the last hour of 17 February 2018 comes twice.
    "America/Sao_Paulo": ((2018, 11, 4), (2018, 2, 17)),
    # Two o'clock does not exist on 29 March 2026 and comes twice on 25 October 2026.
    "Europe/Berlin": ((2026, 3, 29), (2026, 10, 25)),
}
STEP = timedelta(minutes=15)


@pytest.fixture(scope="module", params=sorted(DAYS))
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, str]]:
    """An order every quarter of an hour, from a day before each change of the clock to two days after."""
    zone = str(request.param)
    with opened(tmp_path_factory.mktemp("zones"), zone, SMALL) as rig:
        records = []
        for day in DAYS[zone]:
            begin = datetime(*day, 12, tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(days=2, minutes=-5)
            for n in range(4 * 24 * 4):
                moment = begin + n * STEP
                records.append(event(order_id=moment.isoformat(), event_id=moment.isoformat(), time=moment.isoformat()))
        assert rig.load(*records).refusals == ()
        yield rig, zone


def moments(zone: str, day: tuple[int, int, int]) -> list[datetime]:
    """Return every half hour around the change and around the same hours a day later, each real instant once, between orders."""
    begin = datetime(*day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return [begin + timedelta(minutes=30 * n + 7) for n in (*range(9), *range(44, 60))]


def known(rig: Rig) -> list[datetime]:
    return [row[0] for row in rig.rows("SELECT time FROM events ORDER BY time")]


def order(rig: Rig, zone: str, at: datetime) -> StageStatus:
    return flow(rig.warehouse, SMALL, FlowFilter(), EVERYTHING, at, zone).stages[0]


@pytest.mark.parametrize("which", [0, 1], ids=["forward", "back"])
def test_every_half_hour_around_a_change(place: tuple[Rig, str], which: int) -> None:
    rig, zone = place
    there = ZoneInfo(zone)
    times = known(rig)
    walls = [(time, time.astimezone(there)) for time in times]
    for at in moments(zone, DAYS[zone][which]):
        local = at.astimezone(there)
        one = order(rig, zone, at)
        today = [wall for time, wall in walls if wall.date() == local.date() and time <= at]
        assert one.volume == len(today), at
        assert one.hourly == [sum(wall.hour == hour for wall in today) if hour <= local.hour else None for hour in range(24)], at
        yesterday = [wall for _, wall in walls if wall.date() == local.date() - timedelta(days=1)]
        assert one.hourly_yesterday == [sum(wall.hour == hour for wall in yesterday) for hour in range(24)], at
        until = local.replace(tzinfo=None)
        same = [wall for wall in yesterday if wall.replace(tzinfo=None) + timedelta(days=1) <= until]
        # Where the hour in question comes twice on the day before, its first passing counts.
        if {wall.fold for wall in yesterday if wall.hour == local.hour} == {0, 1}:
            same = [wall for wall in same if wall.hour < local.hour or not wall.fold]
        assert one.volume_yesterday == len(same), at


def test_the_last_full_hour_after_clocks_went_forward(place: tuple[Rig, str]) -> None:
    rig, zone = place
    begin = datetime(*DAYS[zone][0], tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for hours in range(-3, 12):
        assert order(rig, zone, begin + timedelta(hours=hours, minutes=20)).rate == 4


def test_data_goes_through_the_newest(place: tuple[Rig, str]) -> None:
    rig, zone = place
    times = known(rig)
    for day in DAYS[zone]:
        for at in moments(zone, day)[::5]:
            found = flow(rig.warehouse, SMALL, FlowFilter(), EVERYTHING, at, zone)
            assert found.data_through == max(time for time in times if time <= at)


@pytest.mark.parametrize("which", [0, 1], ids=["forward", "back"])
def test_the_page_of_a_stage_agrees_with_the_panorama(place: tuple[Rig, str], which: int) -> None:
    rig, zone = place
    for at in moments(zone, DAYS[zone][which]):
        one = order(rig, zone, at)
        day = at.astimezone(ZoneInfo(zone)).date().isoformat()
        volume = stage_day(rig.warehouse, SMALL.stages[0], EventFilter(day=day), EVERYTHING, at, zone).measures["volume"]
        assert (volume.now, volume.before, volume.week) == (one.volume, one.volume_yesterday, one.volume_last_week), at
        assert (volume.hours, volume.hours_before) == (one.hourly, one.hourly_yesterday), at
