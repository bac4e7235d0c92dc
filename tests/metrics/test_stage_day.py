"""One day of one stage: hours, breakdowns, filters, scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fixtures.rig import Rig, event
from tests.fixtures.trade import asked, opened
from tests.fixtures.words import SMALL
from tongguan.metrics.stage_day import SHOWN, event_conditions, event_types, stage_day
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.answers import EventFilter, Share, StageDay
from tongguan.model.vocabulary import Stage, Vocabulary, VocabularyError

STAGE = Stage(
    "cancel",
    SMALL.stages[0].label,
    ("order.created", "order.cancelled"),
    failures=("order.cancelled",),
    breakdowns=("channel", "region", "reason", "pieces"),
)
WORDS = Vocabulary(SMALL.packs, [*SMALL.stages, STAGE])
DAY = EventFilter(day="2026-11-21")
LATER = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = "Asia/Shanghai"


def made(number: int, moment: str, kind: str = "order.created", **fields: Any) -> bytes:
    time = datetime.fromisoformat(f"2026-11-{moment}:00+08:00").astimezone(UTC).isoformat()
    return event(type=kind, order_id=f"o{number}", event_id=f"{kind}{number}", time=time, **fields)


def _events() -> Iterator[bytes]:
    yield made(1, "21T00:00", channel="app", region="GX-NN-01", attributes={"pieces": 1})
    yield made(2, "21T09:00", channel="app", region="GX-NN-02", attributes={"pieces": 2})
    yield made(2, "21T09:59", "order.cancelled", channel="app", region="GX-NN-02", reason="late")
    yield made(3, "21T23:59", channel="web", region="GX-LZ")
    yield made(4, "20T09:30", channel="web", region="GX-LZ")
    yield made(4, "20T10:30", "order.cancelled", channel="web", region="GX-LZ", reason="late")
    yield made(5, "19T10:30", channel="web", region="GX")
    for number in range(SHOWN + 3):
        yield made(100 + number, "18T10:00", channel="app", region=f"Y-{number:02}", attributes={"pieces": 50 + number})


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("day"), ZONE, WORDS) as one:
        assert one.load(*_events()).refusals == ()
        yield one


def ask(rig: Rig, where: EventFilter = DAY, scope: Scope = EVERYTHING) -> StageDay:
    return stage_day(rig.warehouse, STAGE, where, scope, LATER, ZONE)


def shares(day: StageDay, by: str) -> list[Share]:
    return next((list(part.shares) for part in day.breakdowns if part.by == by), [])


def test_hours_are_those_of_the_operation_and_the_day_before_stands_beside(rig: Rig) -> None:
    day = ask(rig)
    assert {hour: count for hour, count in enumerate(day.volume) if count} == {0: 1, 9: 2, 23: 1}
    assert {hour: count for hour, count in enumerate(day.failures) if count} == {9: 1}
    assert {hour: count for hour, count in enumerate(day.volume_before) if count} == {9: 1, 10: 1}
    assert sum(day.failures_before) == 1 and len(day.volume) == len(day.failures_before) == 24


def test_breakdowns_begin_with_what_failed_and_leave_out_what_nothing_has(rig: Rig) -> None:
    day = ask(rig)
    assert shares(day, "channel") == [Share("app", 3, 1), Share("web", 1, 0, 2)]
    assert shares(day, "region") == [Share("GX-NN", 3, 1), Share("GX-LZ", 1, 0, 2)]
    assert shares(day, "reason") == [Share("late", 1, 1, 1)]
    assert shares(day, "pieces") == [Share("1", 1, 0), Share("2", 1, 0)]
    assert [part.by for part in ask(rig, EventFilter(day="2026-11-19")).breakdowns] == ["channel", "region"]


def test_an_hour_cuts_breakdowns_but_not_the_hours(rig: Rig) -> None:
    day = ask(rig, replace(DAY, hour=9))
    assert sum(day.volume) == 4 and shares(day, "channel") == [Share("app", 2, 1), Share("web", 0, 0, 1)]


def test_a_value_cuts_both(rig: Rig) -> None:
    day = ask(rig, replace(DAY, by="region", value="GX-LZ"))
    assert sum(day.volume) == 1 and shares(day, "channel") == [Share("web", 1, 0, 2)]
    assert sum(ask(rig, replace(DAY, by="pieces", value="2")).volume) == 1


def test_within_a_city_its_districts_are_told(rig: Rig) -> None:
    districts = [Share("GX-NN-02", 2, 1), Share("GX-NN-01", 1, 0)]
    assert shares(ask(rig, replace(DAY, region="GX-NN")), "region") == districts
    assert shares(ask(rig, replace(DAY, by="region", value="GX-NN")), "region") == districts
    assert sum(ask(rig, replace(DAY, by="region", value="GX-NN-02")).volume) == 2


def test_filters_and_scope_hold(rig: Rig) -> None:
    assert sum(ask(rig, replace(DAY, channel="web")).volume) == 1
    within = Scope(Level.CITY, regions=frozenset({"GX-NN"}))
    assert sum(ask(rig, scope=within).volume) == 3
    assert shares(ask(rig, scope=within), "region") == [Share("GX-NN", 3, 1)]


def test_what_is_not_listed_is_summed_up(rig: Rig) -> None:
    found = shares(ask(rig, EventFilter(day="2026-11-18")), "pieces")
    assert len(found) == SHOWN + 1 and found[-1] == Share("", 3, 0)


def test_regions_are_all_told(rig: Rig) -> None:
    assert len(shares(ask(rig, EventFilter(day="2026-11-18")), "region")) == SHOWN + 3


def test_the_number_of_queries_does_not_depend_on_breakdowns(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for breakdowns in (("channel",), STAGE.breakdowns):
        with asked(rig.warehouse, monkeypatch) as texts:
            stage_day(rig.warehouse, replace(STAGE, breakdowns=breakdowns), DAY, EVERYTHING, LATER, ZONE)
        counts.append(len(texts))
    assert counts == [3, 3]


def test_only_declared_breakdowns_reach_the_engine() -> None:
    with pytest.raises(ValueError, match="no breakdown"):
        event_conditions(STAGE, EventFilter(by="tier') OR 1=1 --", value="x"), EVERYTHING)
    with pytest.raises(VocabularyError, match="no column and no attribute 'shoe_size'"):
        Vocabulary(SMALL.packs, [replace(STAGE, breakdowns=("shoe_size",))])


def test_failures_alone_can_be_asked_for() -> None:
    assert event_types(STAGE, EventFilter(failed=True)) == ("order.cancelled",)
    assert event_types(STAGE, EventFilter()) == ("order.created", "order.cancelled")
