"""The generated example: the same for the same seed, valid, believable, told once, and moving."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tongguan.app import demo
from tongguan.app.check import check
from tongguan.app.demo import SOURCE, start_demo
from tongguan.app.example.lives import Event, Example
from tongguan.app.example.province import ZONE
from tongguan.app.installation import Installation, open_installation
from tongguan.app.settings import read_settings
from tongguan.areas.packs import build_vocabulary
from tongguan.ingest.checks import Rules
from tongguan.metrics.flow import flow
from tongguan.model.access import EVERYTHING
from tongguan.model.answers import FlowFilter
from tongguan.model.event import Event as ModelEvent
from tongguan.model.ports import Delivery, RawRecord
from tongguan.records import cursors, ledger

NOON = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
MONDAY = datetime(2026, 11, 15, 16, tzinfo=UTC)
"""Midnight in the zone of the example."""


def week(example: Example) -> list[Event]:
    """Return everything that begins in a week, Monday first."""
    hours = [MONDAY + timedelta(hours=hour) for hour in range(7 * 24)]
    parts = [(example.cases(hour), example.visits(hour), example.heartbeats(hour, 30)) for hour in hours]
    return [event for some in parts for part in some for event in part] + example.opening(MONDAY)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return week(Example(7))


def test_the_same_seed_gives_the_same_events() -> None:
    hour = MONDAY + timedelta(hours=10)
    one, same, other = Example(7), Example(7), Example(8)
    assert (one.cases(hour), one.visits(hour)) == (same.cases(hour), same.visits(hour))
    assert one.cases(hour) != other.cases(hour)
    few, many = one.visits(hour), one.visits(hour, 500)
    assert many[: len(few)] == few and len(many) > len(few)


def test_every_event_is_valid_and_has_its_own_id(events: list[Event]) -> None:
    rules = Rules(build_vocabulary(), 100_000)
    decode = msgspec.json.Decoder(ModelEvent).decode
    assert [p for event in events if (p := rules.problem(decode(msgspec.json.encode(event)))) is not None] == []
    assert len({event["event_id"] for event in events}) == len(events)


def test_it_is_believable(events: list[Event]) -> None:
    counts = Counter(event["type"] for event in events)
    assert 1500 < counts["order.created"] < 2000
    assert 20 < counts["visit.session_started"] / counts["order.created"] < 30
    bad = counts["payment.failed"] + counts["payment.expired"]
    assert 0.025 < bad / (bad + counts["payment.succeeded"]) < 0.06
    assert counts["acceptance.manual_done"] < counts["acceptance.automatic_done"] / 4
    named = set(counts)
    for stage in build_vocabulary().stages:
        assert named & set(stage.volume), stage.name
    cities = {event["region"][:4] for event in events if "region" in event}
    assert cities == {f"P-{city:02}" for city in range(1, 15)}
    phones = {a["phone"] for event in events if "phone" in (a := event.get("attributes", {}))}
    assert len(phones) > 500 and all(phone.startswith("199") and len(phone) == 11 for phone in phones)


def test_nights_are_quiet(events: list[Event]) -> None:
    hours = Counter(event["time"].astimezone(ZONE).hour for event in events if event["type"] == "order.created")
    assert hours[3] * 5 < hours[20]
    assert all(8 <= e["time"].astimezone(ZONE).hour <= 21 for e in events if e["type"] == "package.delivered")


class Clock:
    """A clock that stands until it is set on."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.setattr(demo, "DAYS", 1)
    settings = read_settings(tmp_path, {"TONGGUAN_FREE_BYTES": "1"})
    installation = open_installation(tmp_path, settings=settings, now=clock)
    installation.start_loader()
    yield installation
    installation.close()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def received(home: Installation) -> int:
    with home.database.read() as connection:
        return sum(row.received for row in ledger.totals(connection))


def newest(home: Installation) -> datetime:
    with home.database.read() as connection:
        (state,) = ledger.freshness(connection)
    assert state.newest_event_time is not None
    return state.newest_event_time


def all_loaded(home: Installation) -> None:
    wait_until(lambda: not home.ingest.spool.backlog())


def test_it_fills_an_empty_home_once_and_goes_on(home: Installation, clock: Clock) -> None:
    said: list[str] = []
    stop = start_demo(home, said.append, pause=0.01)
    wait_until(lambda: any("all is there" in line for line in said))
    all_loaded(home)
    history = received(home)
    assert history > 10_000 and "the last day is there" in said[0]
    clock.at += timedelta(minutes=5)
    wait_until(lambda: received(home) > history + 200)
    stop()
    all_loaded(home)
    told = received(home)
    # A second start an hour later tells that hour, and nothing again.
    clock.at += timedelta(hours=1)
    said.clear()
    stop = start_demo(home, said.append, pause=0.01)
    wait_until(lambda: clock.at - newest(home) < timedelta(minutes=1))
    stop()
    all_loaded(home)
    assert said == []
    assert received(home) < told + 15_000
    with home.database.read() as connection:
        (state,) = ledger.freshness(connection)
        cursor = cursors.get(connection, SOURCE)
    assert (state.source, state.quarantined, state.rejected, state.duplicate) == (SOURCE, 0, 0, 0)
    assert cursor is not None and datetime.fromisoformat(cursor["until"]) == clock.at
    assert [finding for finding in check(home) if not finding.ok] == []
    stages = {s.name: s for s in flow(home.warehouse, home.vocabulary, FlowFilter(), EVERYTHING, clock.at, "Asia/Shanghai").stages}
    assert stages["order"].volume > 50 and stages["visit"].volume > 500
    assert (stages["acceptance"].backlog or 0) > 0 and (stages["delivery"].backlog or 0) > 0


def test_a_home_with_data_of_its_own_is_left_alone(home: Installation) -> None:
    record = msgspec.json.encode({"type": "order.created", "time": NOON, "order_id": "E1"})
    home.ingest.deliver(Delivery("shop", 1, [RawRecord(0, record)]))
    all_loaded(home)
    said: list[str] = []
    start_demo(home, said.append)()
    assert len(said) == 1 and "holds data of shop" in said[0]
    assert received(home) == 1


def test_while_the_home_cannot_take_them_events_wait(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongguan.ingest.errors import BusyError

    taken, refusals = home.ingest.deliver, [BusyError("full")] * 2
    monkeypatch.setattr(BusyError, "retry_after", 0.01)

    def deliver(delivery: Delivery) -> object:
        if refusals:
            raise refusals.pop()
        return taken(delivery)

    monkeypatch.setattr(home.ingest, "deliver", deliver)
    said: list[str] = []
    stop = start_demo(home, said.append, pause=0.01)
    wait_until(lambda: any("all is there" in line for line in said))
    stop()
    all_loaded(home)
    assert refusals == []
    assert received(home) > 10_000
    assert [finding for finding in check(home) if not finding.ok] == []
