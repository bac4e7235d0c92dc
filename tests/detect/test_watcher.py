"""The watcher looks when there is something new to see, keeps what it found, and tells everybody theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.detect.days import LAST, days, watch
from tongguan.detect.watcher import PATIENCE, Watcher, kept_findings
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.findings import Finding, FindingFilter, FindingKind, Series, Watch
from tongguan.records import findings as kept
from tongguan.records.database import Database
from tongguan.warehouse.errors import WarehouseError

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""Noon of the day after :data:`LAST` in Shanghai."""


WATCHES = [watch(), Watch(replace(watch().indicator, name="v", owner="visit"), watch().rule)]


class Numbers:
    """Numbers from memory."""

    def __init__(self) -> None:
        self.events = 0
        self.series: Series = {}
        self.asked: list[tuple[date, date]] = []
        self.failing = False

    def watched(self, watch: Watch, since: date, until: date) -> Series:
        if self.failing:
            raise WarehouseError("away")
        self.asked.append((since, until))
        return self.series

    def events_until(self, since: date, until: date, later: Sequence[str] = ()) -> int:
        return self.events


class Clock:
    """Now, as the test says."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def numbers() -> Numbers:
    found = Numbers()
    found.events = 60_000
    found.series = {"app": days(lambda ago: (700, 1000) if ago == 1 else (950 + ago % 3, 1000))}
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watcher(numbers: Numbers, db: Database, clock: Clock) -> Watcher:
    return Watcher(numbers, lambda: [watch()], db, "Asia/Shanghai", clock)


def rows(db: Database, scope: Scope = EVERYTHING, where: FindingFilter | None = None) -> Sequence[Finding]:
    return kept_findings(db, WATCHES, where or FindingFilter(), scope).rows


def test_it_looks_at_days_that_are_over_once_they_came_to_rest(watcher: Watcher, numbers: Numbers, db: Database) -> None:
    assert kept_findings(db, WATCHES, FindingFilter(), EVERYTHING).through == ""
    assert not watcher.round()
    assert watcher.round()
    assert numbers.asked[-1][1] == LAST
    (one,) = rows(db)
    assert (one.value, one.first_day, one.observed) == ("app", LAST - timedelta(days=1), 0.7)
    told = kept_findings(db, WATCHES, FindingFilter(), EVERYTHING)
    assert (told.through, told.since, told.looked) == ("2026-11-20", "2026-11-07", NOON)


def test_it_rests_while_nothing_changes_and_looks_again_when_late_data_came(watcher: Watcher, numbers: Numbers, db: Database) -> None:
    watcher.round()
    watcher.round()
    assert not any(watcher.round() for _ in range(3))
    numbers.events += 1
    numbers.series = {"app": days(lambda ago: (950 + ago % 3, 1000))}
    assert [watcher.round() for _ in range(3)] == [False, True, False]
    assert rows(db) == []


def test_while_data_keeps_coming_it_looks_now_and_then(watcher: Watcher, numbers: Numbers, clock: Clock) -> None:
    looked = []
    for minute in range(24):
        clock.at, numbers.events = NOON + timedelta(minutes=minute), numbers.events + 1
        looked.append(watcher.round())
    assert looked.count(True) == 0, "never before it came to rest once"
    watcher.round()
    for minute in range(25, 50):
        clock.at, numbers.events = NOON + timedelta(minutes=minute), numbers.events + 1
        looked.append(watcher.round())
    assert looked.count(True) == timedelta(minutes=25) // PATIENCE


def test_a_new_day_is_looked_at(watcher: Watcher, numbers: Numbers, clock: Clock) -> None:
    watcher.round()
    watcher.round()
    clock.at = NOON + timedelta(days=1)
    assert [watcher.round(), watcher.round()] == [True, False], "longer ago than patience lasts"
    assert numbers.asked[-1][1] == LAST + timedelta(days=1)


def test_a_changed_watch_is_looked_at_again(watcher: Watcher, numbers: Numbers, db: Database, clock: Clock) -> None:
    watcher.round()
    watcher.round()
    other = Watcher(numbers, lambda: [watch(least=0.5)], db, "Asia/Shanghai", clock)
    assert [other.round(), other.round()] == [False, True]
    assert rows(db) == []


def test_a_look_that_fails_keeps_what_was_found(watcher: Watcher, numbers: Numbers, db: Database) -> None:
    watcher.round()
    watcher.round()
    numbers.events, numbers.failing = numbers.events + 1, True
    watcher.round()
    with pytest.raises(WarehouseError):
        watcher.round()
    assert len(rows(db)) == 1
    numbers.failing = False
    assert watcher.round()


def finding(value: str, by: str = "channel", stage: str = "payment", last: int = 20, **fields: float) -> Finding:
    day = date(2026, 11, last)
    numbers = {"observed": 0.5, "expected": 0.9, "concerned": -12.5, "score": 7.25, **fields}
    return Finding("w" if stage == "payment" else "v", stage, by, value, FindingKind.DAYS, day - timedelta(days=1), day, **numbers)


FOUND = [
    finding("app"),
    finding("web", last=19, score=9.0),
    finding("sms", last=19, stage="visit"),
    finding("P-03", by="region", last=12),
    finding("P-03-02", by="region", last=11),
    finding("P-031", by="region", last=10),
    finding("goods.handset", by="business_class", last=9),
    finding("渠" * 300, by="channel", last=8),
]


@pytest.fixture
def filled(db: Database) -> Database:
    with db.begin() as connection:
        kept.replace_all(connection, FOUND)
    return db


def test_findings_are_kept_whole_the_newest_first(filled: Database) -> None:
    found = rows(filled)
    assert found[:4] == [FOUND[0], FOUND[1], FOUND[2], FOUND[3]]
    assert [row.last_day for row in found] == sorted((row.last_day for row in FOUND), reverse=True)
    assert found[-1].value.startswith("#"), "longer than a key may be"
    with filled.begin() as connection:
        kept.replace_all(connection, [replace(FOUND[0], score=8.0)])
    assert [row.score for row in rows(filled)] == [8.0]


@pytest.mark.parametrize(
    ("where", "values"),
    [
        ({"stage": "visit"}, ["sms"]),
        ({"day": "2026-11-18"}, ["web", "sms"]),
        ({"day": "2026-11-11"}, ["P-03", "P-03-02"]),
        ({"channel": "app"}, ["app"]),
        ({"region": "P-03"}, ["P-03", "P-03-02"]),
        ({"business_class": "goods"}, ["goods.handset"]),
        ({"brand": "x"}, []),
        ({"watch": "other"}, []),
        ({"channel": "app", "region": "P-03"}, []),
    ],
)
def test_a_filter_leaves_what_was_found_in_its_dimension(filled: Database, where: dict[str, str], values: list[str]) -> None:
    assert [row.value for row in rows(filled, where=FindingFilter(**where))] == values


def test_who_sees_some_regions_is_told_what_was_found_in_one_of_theirs(filled: Database) -> None:
    assert [row.value for row in rows(filled, Scope(Level.CITY, frozenset(), frozenset({"P-03"})))] == ["P-03", "P-03-02"]
    assert [row.value for row in rows(filled, Scope(Level.DISTRICT, frozenset(), frozenset({"P-03-02"})))] == ["P-03-02"]


def test_who_sees_some_stages_is_told_of_those(filled: Database) -> None:
    scope = Scope(Level.PROVINCE, frozenset({"visit"}), frozenset())
    told = kept_findings(filled, WATCHES, FindingFilter(), scope)
    assert [row.value for row in told.rows] == ["sms"] and list(told.watches) == ["v"]


def test_what_is_no_longer_watched_is_not_told(filled: Database) -> None:
    assert [row.value for row in kept_findings(filled, WATCHES[1:], FindingFilter(), EVERYTHING).rows] == ["sms"]
