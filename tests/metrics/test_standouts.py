"""Hours that stand out on one channel, against counting by hand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fixtures.rig import Rig, event
from tests.fixtures.trade import opened
from tests.fixtures.words import SMALL
from tongguan.metrics.standouts import FAILED, FLOOR, MORE, SHARE, standouts
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import Standout
from tongguan.model.vocabulary import Stage, Vocabulary

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 21)
DAYS = [TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=7)]
CHANNELS = ("app", "web", "shop")
WORDS = Vocabulary(
    SMALL.packs,
    [*SMALL.stages, Stage("end", SMALL.stages[0].label, ("order.cancelled", "package.delivered"), failures=("order.cancelled",))],
)

Told = list[tuple[date, int, str, bool]]
"""Day, hour, channel, whether it failed."""


def _told() -> Told:
    """Fifty ends an hour and channel in four hours of each day, one in twenty-five of them failed; and three hours that are worse."""
    chance = random.Random(3)
    found: Told = []
    for day in DAYS:
        for hour in (8, 9, 10, 11):
            for channel in CHANNELS:
                count = 20 if channel == "shop" else 50
                bad = {(TODAY, 9, "web"): 0.6, (DAYS[1], 10, "app"): 0.4, (TODAY, 11, "shop"): 1.0}.get((day, hour, channel), 1 / 25)
                found += [(day, hour, channel, chance.random() < bad) for _ in range(count)]
    return found


TOLD = _told()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("standouts"), ZONE, WORDS) as one:
        records = []
        for number, (day, hour, channel, failed) in enumerate(TOLD):
            at = datetime(day.year, day.month, day.day, hour, number % 60, tzinfo=UTC) - timedelta(hours=8)
            kind = "order.cancelled" if failed else "package.delivered"
            records.append(event(type=kind, order_id=f"o{number}", event_id=f"e{number}", time=at.isoformat(), channel=channel))
        # Without a channel nothing can be said of one.
        records += [
            event(type="order.cancelled", order_id=f"n{n}", event_id=f"n{n}", time=datetime(2026, 11, 21, 1, tzinfo=UTC).isoformat())
            for n in range(60)
        ]
        assert one.load(*records).refusals == ()
        yield one


def _by_hand() -> dict[tuple[str, int, str], tuple[int, int]]:
    """Return volume and failures of the hours that stand out."""
    volume, failures = Counter(t[:3] for t in TOLD), Counter(t[:3] for t in TOLD if t[3])
    found = {}
    for (day, hour, channel), count in volume.items():
        shares = []
        for other in DAYS[1:]:
            whole = sum(n for key, n in volume.items() if (key[0], key[2]) == (other, channel))
            lost = sum(n for key, n in failures.items() if (key[0], key[2]) == (other, channel))
            shares += [lost / whole] if whole >= FLOOR else []
        usual, lost = min(shares), failures[day, hour, channel]
        if day in DAYS[:2] and count >= FLOOR and lost >= FAILED and lost >= SHARE * count and lost >= MORE * usual * count:
            found[day.isoformat(), hour, channel] = (count, lost)
    return found


def ask(rig: Rig, conditions: str = "", scope: Scope = EVERYTHING, **parameters: str) -> list[Standout]:
    return standouts(rig.warehouse, WORDS, DAYS, conditions, parameters, scope)


def test_the_hours_that_stand_out_are_those_counted_by_hand(rig: Rig) -> None:
    found = ask(rig)
    expected = _by_hand()
    assert set(expected) == {("2026-11-21", 9, "web"), ("2026-11-20", 10, "app")}
    assert {(one.day, one.hour, one.channel): (one.volume, one.failures) for one in found} == expected
    assert [one.channel for one in found] == ["web", "app"]
    assert all(one.stage == "end" and 0 < one.usual < 0.2 for one in found)


def test_filters_and_scope(rig: Rig) -> None:
    assert [one.channel for one in ask(rig, "channel = {channel:String}", channel="app")] == ["app"]
    assert ask(rig, "channel = {channel:String}", channel="kiosk") == []
    assert ask(rig, scope=Scope(Level.PROVINCE, stages=frozenset({"order"}))) == []


def test_before_any_data(rig: Rig) -> None:
    long_ago = [day - timedelta(days=900) for day in DAYS]
    assert standouts(rig.warehouse, WORDS, long_ago, "", {}, EVERYTHING) == []
    # Without days to compare with, the share alone decides.
    first = [DAYS[2], DAYS[2] - timedelta(days=1), DAYS[2] - timedelta(days=7)]
    assert all(one.usual == 0 for one in standouts(rig.warehouse, WORDS, first, "", {}, EVERYTHING))
