"""The day of a stage in memory: hours add up to the day, parts to the whole, whatever is filtered."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tongguan.lib.now import fixed
from tongguan.model.access import EVERYTHING, Role, User
from tongguan.model.answers import EventFilter, StageDay
from tongguan.model.measures import Figure, How, Measure
from tongguan.model.vocabulary import Label, Vocabulary
from tongguan.web.kit.fake.questions import FakeQuestions
from tongguan.web.kit.fake.vocabulary import fake_vocabulary

NOON = datetime(2026, 11, 21, 6, 20, tzinfo=UTC)
NAME = Label("", "")
SMALL = fake_vocabulary()
MEASURES = (
    Measure("visitors", NAME, How.DISTINCT, ("visit.started",), ("customer_id",)),
    Measure("pieces", NAME, How.SUM, ("stock.received",), ("quantity",)),
    Measure("paid", NAME, How.MONEY, ("payment.succeeded",)),
    Measure("mean", NAME, How.MEAN, ("payment.succeeded",)),
    Measure("late", NAME, How.P95, ("visit.started",)),
    Measure("successes", NAME, How.COUNT, ("payment.succeeded",)),
    Measure("success_rate", NAME, How.SHARE, part="successes", whole="volume"),
    Measure("lost", NAME, How.SHARE, part="failures", whole="volume"),
    Measure("average", NAME, How.SHARE, part="paid", whole="successes"),
)
WORDS = Vocabulary(SMALL.packs, [replace(stage, measures=MEASURES) for stage in SMALL.stages])
USER = User("u", "u", "U", Role.ADMIN, EVERYTHING)
ADDED = (How.COUNT, How.DISTINCT, How.SUM)
YESTERDAY = (NOON - timedelta(days=1)).date().isoformat()


def ask(stage: str, where: EventFilter, orders: int = 300) -> StageDay:
    found = asyncio.run(FakeQuestions(WORDS, fixed(NOON), orders=orders).stage_day(USER, stage, where))
    assert found is not None
    return found


def count(figure: Figure) -> float:
    """Return a figure that can be added up: a count, or the money of the one currency."""
    return (figure.get("CNY", 0) if isinstance(figure, Mapping) else figure) or 0


@pytest.mark.parametrize("stage", [stage.name for stage in WORDS.stages])
@pytest.mark.parametrize("day", ["", YESTERDAY])
def test_hours_and_parts_add_up(stage: str, day: str) -> None:
    found = ask(stage, EventFilter(day=day))
    declared = WORDS.stage(stage)
    assert list(found.measures) == ["volume", "failures", *(one.name for one in declared.measures)]
    assert sum(found.volume) == found.measures["volume"].now and sum(found.failures) == found.measures["failures"].now
    assert [hour is None for hour in found.measures["volume"].hours] == [not day and hour > 14 for hour in range(24)]
    assert ("region" in {part.by for part in found.breakdowns}) == any(found.volume)
    for measure in declared.measures:
        told = found.measures[measure.name]
        parts = [[share.figures[measure.name] for share in part.shares] for part in found.breakdowns]
        if measure.how in ADDED or measure.how is How.MONEY:
            assert [sum(map(count, one)) for one in (told.hours, *parts)] == [count(told.now)] * (1 + len(parts))
        elif measure.how is How.SHARE and isinstance(told.now, float):
            assert 0 <= told.now <= 1
    for part in found.breakdowns:
        assert sum(share.volume for share in part.shares) == sum(found.volume)
        assert sum(share.failures for share in part.shares) == sum(found.failures)
        assert all(share.failures <= share.volume for share in part.shares)
    assert len(found.past) == 14 and [hour or 0 for hour in found.past[-1].volume] == found.volume
    assert list(found.past[-2].volume) == found.volume_before


def test_an_hour_and_a_part_narrow() -> None:
    whole, hour = ask("payment", EventFilter()), ask("payment", EventFilter(hour=10))
    assert hour.measures["volume"].now == whole.volume[10] and hour.volume == whole.volume
    part = ask("payment", EventFilter(by="channel", value="app"))
    assert 0 < sum(part.volume) < sum(whole.volume)
    city = ask("payment", EventFilter(by="region", value="GX-NN"))
    assert {share.value for one in city.breakdowns if one.by == "region" for share in one.shares} == {"GX-NN", "GX-NN-01"}


def test_an_empty_operation_measures_nothing() -> None:
    found = ask("payment", EventFilter(), orders=0)
    assert not found.breakdowns and sum(found.volume) == 0
    assert found.measures["paid"].now == {} and found.measures["success_rate"].now is None


def test_a_day_to_come_is_empty() -> None:
    found = ask("payment", EventFilter(day=(NOON + timedelta(days=2)).date().isoformat()))
    assert sum(found.volume) == 0 and set(found.measures["volume"].hours) == {None}
