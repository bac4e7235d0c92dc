"""Every indicator over a month of the simulated province, held against plain Python over the same events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from tests.areas.oracle import Oracle, timed
from tests.fixtures.trade import opened
from tongguan.areas.packs import build_vocabulary, indicator_files
from tongguan.metrics.indicators import IndicatorEngine
from tongguan.metrics.load import load_indicators
from tongguan.metrics.registry import Registry
from tongguan.model.access import EVERYTHING
from tongguan.model.indicator_answers import Grain, IndicatorQuery
from tongguan.processes.open_steps import OpenStepsKeeper
from tongguan.simulate.accounts import Accounts
from tongguan.simulate.clock import DAY, day_of
from tongguan.simulate.days import Province
from tongguan.simulate.faults.plan import FaultPlan
from tongguan.simulate.world import Setting

ZONE = "Asia/Shanghai"
WORDS = build_vocabulary()
REGISTRY = Registry(one for area, path in indicator_files() for one in load_indicators(path, WORDS, ZONE, area))
FIRST, DAYS = date(2026, 9, 20), 45
SINCE, UNTIL = date(2026, 10, 1), date(2026, 10, 31)
ASKED = datetime(2026, 11, 5, tzinfo=UTC)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Month(NamedTuple):
    """The same events on both sides."""

    engine: IndicatorEngine
    oracle: Oracle


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    province = Province(Setting(seed=11, first=FIRST, orders_per_day=150, plan=FaultPlan("none", [])))
    rows = []
    with opened(tmp_path_factory.mktemp("month")) as rig:
        for _, block in province.stream(DAYS, Accounts((day_of(FIRST) + DAYS) * DAY - 1)):
            lines = list(block.encoded())
            rows += [timed(json.loads(line), ZONE) for line in lines]
            for first in range(0, len(lines), 5000):
                assert rig.deliver(*lines[first : first + 5000]).refusals == ()
        rig.loader.load_all()
        rows.sort(key=lambda row: row["at"])
        oracle = Oracle((path for _, path in indicator_files()), WORDS, rows, ZONE, ASKED)
        OpenStepsKeeper(rig.warehouse, rig.database, WORDS).catch_up()
        yield Month(IndicatorEngine(rig.warehouse, WORDS, REGISTRY, ZONE), oracle)


def ask(month: Month, name: str, **given: Any) -> dict[tuple[str, str], float | int | None]:
    query = replace(IndicatorQuery((name,), SINCE, UNTIL), **given)
    table = month.engine.answer(query, EVERYTHING, ASKED)
    return {("".join(row.values), row.bucket): row.amounts[name].value for row in table.rows}


@pytest.mark.parametrize("name", list(REGISTRY))
def test_the_month_agrees(month: Month, name: str) -> None:
    assert ask(month, name)["", ""] == pytest.approx(month.oracle.value(name, SINCE, UNTIL))


@pytest.mark.parametrize("name", list(REGISTRY))
def test_every_day_of_a_week_agrees(month: Month, name: str) -> None:
    since = date(2026, 10, 12)
    found = ask(month, name, since=since, until=since + timedelta(days=6), grain=Grain.DAY)
    days = [since + timedelta(days=place) for place in range(7)]
    assert [found["", day.isoformat()] for day in days] == pytest.approx([month.oracle.value(name, day, day) for day in days])


@pytest.mark.parametrize("name", [name for name in REGISTRY if "channel" in REGISTRY[name].by])
def test_every_channel_agrees(month: Month, name: str) -> None:
    found = ask(month, name, by=("channel",))
    told = {channel: value for (channel, _), value in found.items() if channel}
    assert told == pytest.approx({channel: month.oracle.value(name, SINCE, UNTIL, channel) for channel in told})
