"""Fulfilment from open steps and clocks: what stands where, what was done on time, who has it, within what somebody sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from tests.app.opened import ANN, engine, house, take
from tests.fixtures.trade import asked, happened
from tongguan.app.fulfilment import RecordFulfilment
from tongguan.app.installation import Installation
from tongguan.app.questions import StageQuestions
from tongguan.areas.fulfilment.parts import PARTS
from tongguan.areas.packs import build_vocabulary
from tongguan.lib.now import fixed
from tongguan.model.access import EVERYTHING, Level, Scope, User
from tongguan.model.answers import FlowFilter
from tongguan.model.fulfilment import Ended, FulfilmentNow, PartNow, StepNow, UrgentFilter, UrgentPage, UrgentRow
from tongguan.model.indicator_answers import IndicatorQuery
from tongguan.model.waiting import Lateness
from tongguan.records.task_tables import tasks
from tongguan.warehouse.client import Warehouse

T = TypeVar("T")

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
"""Friday 14:00 in Shanghai."""

NANNING = replace(ANN, scope=Scope(Level.CITY, regions=frozenset({"GX-NN"})))
ALLOCATOR = replace(ANN, scope=Scope(stages=frozenset({"allocation"})))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with engine(tmp_path_factory.mktemp("fulfilment")) as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, warehouse: Warehouse) -> Iterator[Installation]:
    with house(tmp_path_factory.mktemp("home") / "home", warehouse) as made:
        fill(made)
        yield replace(made, now=fixed(NOW))


def told(kind: str, minutes: float, order: str, **fields: Any) -> bytes:
    """Return an event so many minutes before now."""
    fields = {"channel": "app", "region": "GX-NN-01", "business_class": "handling", **fields}
    time = (NOW - timedelta(minutes=minutes)).isoformat()
    return happened(kind, time, event_id=f"{order}-{kind}-{minutes}", order_id=order, **fields)


def manual(order: str, queued: float, ended: float | None = None, end: str = "acceptance.manual_done", **fields: Any) -> list[bytes]:
    """Return an order that was queued, and accepted or not."""
    events = [told("acceptance.manual_queued", queued, order, **fields)]
    return events if ended is None else [*events, told(end, ended, order, **fields)]


def fill(home: Installation) -> None:
    day, week = 24 * 60, 7 * 24 * 60
    records = [
        *manual("late", 300),
        *manual("warned", 40, region="GX-LZ-01", channel="web"),
        *manual("fresh", 5),
        *manual("paused", 200),
        told("order.customer_wait_started", 190, "paused"),
        *manual("silent", 30 * day),
        *manual("quick", 100, 70),
        *manual("slow", 400, 30, "acceptance.manual_failed", reason="debt"),
        *manual("before", day + 100, day + 90, "acceptance.manual_failed", reason="debt"),
        *manual("after_now_yesterday", day + 10, day - 60),
        *manual("a_week_ago", week + 60, week + 50),
    ]
    take(home, *records)
    home.keeper.catch_up()


@pytest.fixture(scope="module")
def desk(home: Installation) -> Iterator[Desk]:
    pool = ThreadPoolExecutor(2)
    yield Desk(RecordFulfilment(home, StageQuestions(home, pool)))
    pool.shutdown()


class Desk:
    """Asks as pages do."""

    def __init__(self, room: RecordFulfilment) -> None:
        self.room = room

    def ask(self, question: Callable[[RecordFulfilment], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run(question(self.room))

    def steps(self, user: User, where: FlowFilter | None = None) -> FulfilmentNow:
        return self.ask(lambda room: room.steps(user, where or FlowFilter()))

    def urgent(self, part: str, **where: Any) -> UrgentPage:
        page = self.ask(lambda room: room.urgent(ANN, part, UrgentFilter(**where), 500, 0))
        assert page is not None
        return page


def part_of(now: FulfilmentNow, name: str = "manual") -> PartNow:
    return next(one for one in now.parts if one.part.name == name)


def step_of(now: FulfilmentNow, step: str = "acceptance_queued") -> StepNow:
    return next(one for part in now.parts for one in part.steps if one.step == step)


def test_each_order_stands_once_by_what_comes_first(desk: Desk) -> None:
    now = desk.ask(lambda room: room.steps(ANN, FlowFilter()))
    standing = step_of(now).standing
    assert standing is not None
    assert {one: count for one, count in standing.counts.items() if count} == {
        Lateness.LATE: 1,
        Lateness.WARNED: 1,
        Lateness.ON_TIME: 1,
        Lateness.PAUSED: 1,
        Lateness.SILENT: 1,
    }
    assert standing.oldest == NOW - timedelta(days=30)
    assert (now.day, now.data_through) == ("2026-11-20", NOW - timedelta(minutes=5))


def test_what_ended_is_judged_and_compared_at_the_same_time_of_the_day(desk: Desk) -> None:
    step = step_of(desk.ask(lambda room: room.steps(ANN, FlowFilter())))
    # "late" has not ended: its limit passed today.
    assert step.ended == Ended(on_time=1, late=1, overdue=2)
    assert step.ended_yesterday == Ended(on_time=1)
    assert step.ended_last_week == Ended(on_time=1)
    assert (step.came, step.last_hour) == (6, 1)
    assert step.ended.rate == 1 / 3


def test_the_share_on_time_is_that_of_the_indicator(desk: Desk, home: Installation) -> None:
    query = IndicatorQuery(("order_timely_rate",), NOW.date(), NOW.date(), by=("step",))
    found = {row.values[0]: row.amounts["order_timely_rate"] for row in home.indicators().answer(query, EVERYTHING, NOW).rows}
    steps = [one for part in desk.steps(ANN).parts for one in part.steps]
    assert {one.step: (one.ended.on_time, one.ended.judged) for one in steps if one.ended.judged} == {
        step: (amount.part, amount.whole) for step, amount in found.items() if amount.whole
    }


def test_hours_are_those_of_the_operation_and_yesterday_is_whole(desk: Desk) -> None:
    part = part_of(desk.ask(lambda room: room.steps(ANN, FlowFilter())))
    assert {hour: one.total for hour, one in enumerate(part.hours) if one and one.total} == {12: 1, 13: 1}
    assert part.hours[14] == Ended()
    assert part.hours[15] is None
    assert {hour: one.total for hour, one in enumerate(part.hours_yesterday) if one.total} == {12: 1, 15: 1}


def test_a_day_that_is_past_tells_what_was_done_and_not_what_stands(desk: Desk) -> None:
    evening = datetime(2026, 11, 19, 15, 59, 59, tzinfo=UTC)
    step = step_of(desk.ask(lambda room: room.steps(ANN, FlowFilter(), evening)))
    assert step.standing is None
    assert step.ended.total == 2


def test_regions_and_filters_narrow_every_number(desk: Desk) -> None:
    for user, where in ((NANNING, FlowFilter()), (ANN, FlowFilter(region="GX-NN")), (ANN, FlowFilter(channel="app"))):
        step = step_of(desk.steps(user, where))
        assert step.standing is not None
        assert step.standing.of(Lateness.WARNED) == 0
        assert step.standing.total == 4
        assert step.came == 5


def test_steps_of_stages_that_somebody_does_not_see_are_not_there(desk: Desk) -> None:
    now = desk.ask(lambda room: room.steps(ALLOCATOR, FlowFilter()))
    assert [part.part.name for part in now.parts] == ["allocation"]
    assert "unavailable" not in [step.step for step in now.parts[0].steps]
    assert desk.ask(lambda room: room.part(ALLOCATOR, "manual", FlowFilter())) is None
    assert desk.ask(lambda room: room.urgent(ALLOCATOR, "manual", UrgentFilter(), 50, 0)) is None
    assert desk.ask(lambda room: room.quality(ALLOCATOR, FlowFilter(), 30)) is None
    assert desk.ask(lambda room: room.part(ANN, "no-such-part", FlowFilter())) is None


def test_a_part_by_region_channel_and_class_adds_up(desk: Desk) -> None:
    day = desk.ask(lambda room: room.part(ANN, "manual", FlowFilter()))
    assert day is not None
    whole = day.part.standing
    assert whole is not None
    for one in day.breakdowns:
        assert sum(row.standing.total for row in one.rows if row.standing) == whole.total, one.by
        assert sum(row.ended.total for row in one.rows) == day.part.ended.total, one.by
    regions = next(one for one in day.breakdowns if one.by == "region")
    assert [row.value for row in regions.rows] == ["GX-NN", "GX-LZ"]
    assert day.reasons is not None
    assert [(one.reason, one.count, one.before) for one in day.reasons] == [("debt", 1, 1)]


def test_the_list_is_late_and_warned_oldest_first(desk: Desk) -> None:
    page = desk.ask(lambda room: room.urgent(ANN, "manual", UrgentFilter(), 50, 0))
    assert page is not None
    assert [one.row.case_id for one in page.rows] == ["before", "late", "warned", "slow"]
    assert (page.total, page.rows[0].row.stage) == (4, "acceptance")
    queued = desk.ask(lambda room: room.urgent(ANN, "manual", UrgentFilter(step="acceptance_queued"), 50, 0))
    assert queued is not None
    assert [one.row.case_id for one in queued.rows] == ["late", "warned"]
    silent = desk.ask(lambda room: room.urgent(ANN, "manual", UrgentFilter(lateness=Lateness.SILENT), 50, 0))
    assert silent is not None
    assert [one.row.case_id for one in silent.rows] == ["silent"]
    second = desk.ask(lambda room: room.urgent(ANN, "manual", UrgentFilter(), 1, 1))
    assert second is not None
    assert [one.row.case_id for one in second.rows] == ["late"]


def test_who_has_a_task_is_told_as_long_as_the_claim_lasts(home: Installation, desk: Desk) -> None:
    home.task_keeper.round()
    rows = {one.row.case_id: one.held for one in listed(desk)}
    assert rows["slow"] is None, "failed acceptances are nobody's task"
    task = rows["late"]
    assert task is not None
    assert (task.queue, task.owner_name) == ("acceptance", "")
    with home.database.begin() as connection:
        found = tasks.c.id == task.task_id
        lease = {"owner": "u9", "owner_name": "Bo", "state": "claimed", "lease_until": NOW + timedelta(minutes=1)}
        connection.execute(update(tasks).where(found).values(**lease))
    held = {one.row.case_id: one.held for one in listed(desk)}["late"]
    assert held is not None
    assert (held.owner, held.owner_name) == ("u9", "Bo")
    with home.database.begin() as connection:
        connection.execute(update(tasks).where(found).values(lease_until=NOW))
    held = {one.row.case_id: one.held for one in listed(desk)}["late"]
    assert held is not None
    assert held.owner_name == ""


def listed(desk: Desk) -> Sequence[UrgentRow]:
    page = desk.ask(lambda room: room.urgent(ANN, "manual", UrgentFilter(), 50, 0))
    assert page is not None
    return page.rows


def test_quality_counts_days_reasons_and_now(desk: Desk) -> None:
    found = desk.ask(lambda room: room.quality(ANN, FlowFilter(), 30))
    assert found is not None
    days = {one.day: (one.done, one.failed) for one in found.days if one.done + one.failed}
    assert days == {"2026-11-13": (1, 0), "2026-11-19": (1, 1), "2026-11-20": (1, 1)}
    assert len(found.days) == 30
    assert (found.yesterday.done, found.yesterday.failed) == (0, 1)
    assert [(one.reason, one.count, one.before) for one in found.reasons] == [("debt", 2, 0)]
    assert found.standing.of(Lateness.LATE) == 2


def test_clocks_of_an_order(desk: Desk) -> None:
    stays = desk.ask(lambda room: room.clocks(ANN, "order", "slow"))
    assert [(one.step, one.next_step) for one in stays] == [("acceptance_queued", "acceptance_failed"), ("acceptance_failed", "")]
    assert stays[0].limited
    assert stays[0].late_from is not None
    assert stays[0].until is not None
    assert stays[0].until > stays[0].late_from
    assert not desk.ask(lambda room: room.clocks(NANNING, "order", "warned"))
    assert not desk.ask(lambda room: room.clocks(ANN, "order", "nobody"))


def test_the_number_of_statements_does_not_depend_on_what_there_is(
    desk: Desk, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    with asked(warehouse, monkeypatch) as texts:
        desk.ask(lambda room: room.steps(ANN, FlowFilter()))
        overall = len(texts)
        desk.ask(lambda room: room.part(ANN, "delivery", FlowFilter()))
        part = len(texts) - overall
        desk.ask(lambda room: room.quality(ANN, FlowFilter(), 30))
    assert (overall, part, len(texts) - overall - part) == (3, 5, 4)


def test_parts_have_every_step_of_fulfilment_once() -> None:
    words = build_vocabulary()
    steps = [step for part in PARTS for step in part.steps]
    assert len(steps) == len(set(steps))
    of_stages = [
        step for stage in words.stages if stage.name in ("acceptance", "allocation", "delivery", "activation") for step in stage.waiting_at
    ]
    assert set(of_stages) <= set(steps)
    for part in PARTS:
        words.stage(part.stage)
        for step in part.steps:
            words.case_kind(part.kind).milestone(step)
        for name in (*part.done, *part.failed):
            words.event_type(name)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(channel=st.sampled_from(["", "app", "web", "none"]), region=st.sampled_from(["", "GX-NN", "GX-LZ", "GX"]))
def test_states_add_up_to_what_is_open(desk: Desk, channel: str, region: str) -> None:
    place = {"channel": channel, "region": region}
    for part in desk.steps(ANN, FlowFilter(**place)).parts:
        standing = part.standing
        assert standing is not None
        rows = {one: len(desk.urgent(part.part.name, **place, lateness=one).rows) for one in Lateness}
        assert rows == {one: standing.of(one) for one in Lateness}
        assert sum(rows.values()) == standing.total == sum(desk.urgent(part.part.name, **place).counts.values())
