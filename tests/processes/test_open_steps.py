"""Open steps follow what the loader books: whatever order the events come in, wherever a round falls, whatever breaks off."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.rig import Rig, empty
from tests.fixtures.trade import happened, opened
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.vocabulary import Limit, Vocabulary
from tongguan.model.waiting import Lateness, OpenStep, WaitingFilter, WaitingOrder, WaitingPage
from tongguan.processes import open_steps as room
from tongguan.processes.open_steps import OpenStepsKeeper, waiting_page, watched_steps
from tongguan.records import cursors, open_steps
from tongguan.warehouse.case_states import states_sql

BEGAN = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with opened(tmp_path_factory.mktemp("open")) as one:
        yield one


@pytest.fixture
def rig(shared: Rig) -> Rig:
    clean(shared)
    return shared


def clean(rig: Rig) -> None:
    empty(rig.warehouse)
    with rig.database.begin() as connection:
        open_steps.replace_all(connection, [])
        # As if all had been made anew on the empty tables, which takes longer than the rest of a test.
        cursors.put(connection, room.CURSOR, {"block": room._booked(connection), "digest": keeper(rig)._digest})


def keeper(rig: Rig, vocabulary: Vocabulary | None = None) -> OpenStepsKeeper:
    return OpenStepsKeeper(rig.warehouse, rig.database, vocabulary or rig.vocabulary)


def told(kind: str, minutes: int, order: str, **fields: Any) -> bytes:
    fields = {"event_id": f"{order}-{kind}-{minutes}", "order_id": order, **fields}
    return happened(kind, (BEGAN + timedelta(minutes=minutes)).isoformat(), **fields)


def rows(rig: Rig) -> dict[str, OpenStep]:
    steps = watched_steps(rig.vocabulary)
    with rig.database.read() as connection:
        found = open_steps.page(
            connection, steps, WaitingFilter(), (), NOW, order=WaitingOrder.CASE_ID, descending=False, limit=10_000, offset=0
        )
    return {row.case_id: row for row in found}


def expected(rig: Rig) -> dict[str, tuple[str, datetime]]:
    """Return what the states of all cases say waits."""
    found: dict[str, tuple[str, datetime]] = {}
    for kind, steps in watched_steps(rig.vocabulary).items():
        sql = f"SELECT case_id, step, step_time FROM ({states_sql(rig.vocabulary.case_kind(kind))})"
        found |= {case_id: (step, since) for case_id, step, since in rig.rows(sql) if step in steps}
    return found


def test_a_case_goes_through_its_steps(rig: Rig) -> None:
    one = keeper(rig)
    rig.load(told("order.created", 0, "a", channel="app", region="GX-NN", brand="x"))
    one.catch_up()
    row = rows(rig)["a"]
    assert (row.step, row.since, row.channel, row.region, row.brand) == ("created", BEGAN, "app", "GX-NN", "x")
    assert (row.warned_from, row.late_from, row.paused_since) == (None, None, None)
    rig.load(told("payment.succeeded", 10, "a", payment_id="p"))
    one.catch_up()
    row, limit = rows(rig)["a"], rig.vocabulary.case_kind("order").limits["paid"]
    assert (row.step, row.warned_from, row.late_from) == (
        "paid",
        BEGAN + timedelta(minutes=10) + limit.warning,
        BEGAN + timedelta(minutes=10) + limit.late,
    )
    rig.load(told("order.cancelled", 20, "a"))
    one.catch_up()
    assert rows(rig) == {}


def test_a_pause_begins_ends_and_is_ended_by_a_step(rig: Rig) -> None:
    one = keeper(rig)
    rig.load(told("payment.succeeded", 0, "a", payment_id="p"), told("order.customer_wait_started", 5, "a"))
    one.catch_up()
    assert rows(rig)["a"].paused_since == BEGAN + timedelta(minutes=5)
    rig.load(told("order.customer_wait_ended", 6, "a"))
    one.catch_up()
    assert rows(rig)["a"].paused_since is None
    rig.load(told("order.customer_wait_started", 7, "a"))
    rig.load(told("order.approved", 8, "a"))
    one.catch_up()
    assert (rows(rig)["a"].step, rows(rig)["a"].paused_since) == ("approved", None)


def test_a_promise_is_the_limit_where_there_is_one(rig: Rig) -> None:
    due = BEGAN + timedelta(days=4)
    rig.load(told("order.created", 0, "a", due_time=due.isoformat()), told("package.shipped", 60, "a", package_id="k"))
    rig.load(told("order.created", 0, "b"), told("package.shipped", 60, "b", package_id="l"))
    keeper(rig).catch_up()
    limit = rig.vocabulary.case_kind("order").limits["shipped"]
    assert limit.promised
    assert (rows(rig)["a"].warned_from, rows(rig)["a"].late_from) == (due - (limit.late - limit.warning), due)
    assert rows(rig)["b"].late_from == BEGAN + timedelta(minutes=60) + limit.late


def test_a_round_looks_at_touched_cases_only(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "BLOCKS_AT_A_TIME", 2)
    one = keeper(rig)
    one.catch_up()
    for number in range(5):
        rig.load(told("order.created", number, f"o{number}"), told("order.cancelled", number, f"x{number}"))
    assert [(found.open, found.closed, found.behind) for found in (one.round(), one.round(), one.round(), one.round())] == [
        (2, 2, True),
        (2, 2, True),
        (1, 1, False),
        (0, 0, False),
    ]
    assert sorted(rows(rig)) == ["o0", "o1", "o2", "o3", "o4"]
    rig.warehouse.command("OPTIMIZE TABLE cases FINAL")
    rig.load(told("order.confirmed", 9, "o1"))
    assert one.round() == room.Round(1, 0, behind=False)
    assert rows(rig)["o1"].step == "confirmed"


def test_a_block_that_is_not_booked_yet_waits_for_the_next_round(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    one = keeper(rig)
    one.catch_up()
    booked = room._booked
    rig.load(told("order.created", 0, "a"))
    monkeypatch.setattr(room, "_booked", lambda connection: booked(connection) - 1)
    assert one.round() == room.Round(0, 0, behind=False) and rows(rig) == {}
    monkeypatch.setattr(room, "_booked", booked)
    one.catch_up()
    assert sorted(rows(rig)) == ["a"]


def test_what_breaks_off_is_done_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    one = keeper(rig)
    one.catch_up()
    rig.load(told("order.created", 0, "a"))

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(cursors, "put", fail)
        with pytest.raises(RuntimeError, match="killed"):
            one.round()
    assert rows(rig) == {}
    keeper(rig).catch_up()
    assert sorted(rows(rig)) == ["a"]


def test_other_limits_make_all_rows_anew(rig: Rig) -> None:
    rig.load(told("payment.succeeded", 0, "a", payment_id="p"))
    keeper(rig).catch_up()
    before = rows(rig)["a"].late_from
    order = rig.vocabulary.case_kind("order")
    short = replace(order, limits={**order.limits, "paid": Limit(timedelta(seconds=1), timedelta(seconds=2))})
    packs = [replace(pack, case_kinds=tuple(short if kind is order else kind for kind in pack.case_kinds)) for pack in rig.vocabulary.packs]
    keeper(rig, Vocabulary(packs, rig.vocabulary.stages)).catch_up()
    assert before is not None and rows(rig)["a"].late_from == BEGAN + timedelta(seconds=2)
    keeper(rig).catch_up()
    assert rows(rig)["a"].late_from == before


_STEPS = (
    "order.created",
    "order.confirmed",
    "payment.succeeded",
    "order.approved",
    "package.shipped",
    "package.delivered",
    "order.cancelled",
    "return.requested",
)


@given(
    happenings=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(_STEPS), st.integers(0, 9)), min_size=1, max_size=14, unique=True),
    cuts=st.lists(st.booleans(), min_size=14, max_size=14),
    seed=st.integers(0, 99),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_agree_with_the_states_whatever_comes_when(
    shared: Rig, happenings: list[tuple[int, str, int]], cuts: list[bool], seed: int
) -> None:
    clean(shared)
    one = keeper(shared)
    random.Random(seed).shuffle(happenings)
    for (order, kind, minutes), cut in zip(happenings, cuts, strict=False):
        extra = {"payment_id": f"p{order}"} if kind.startswith("payment") else {}
        extra |= {"package_id": f"k{order}"} if kind.startswith("package") else {}
        # Random ids: what another example loaded is gone from the tables, and must not be taken for a double.
        shared.load(told(kind, minutes, f"o{order}", event_id=f"{seed}-{order}-{kind}-{minutes}", **extra))
        if cut:
            one.catch_up()
    one.catch_up()
    assert {case_id: (row.step, row.since) for case_id, row in rows(shared).items()} == expected(shared)


def ask(rig: Rig, where: WaitingFilter, scope: Scope = EVERYTHING, at: datetime = NOW) -> WaitingPage:
    return waiting_page(rig.database, rig.vocabulary, where, scope, at)


def test_the_list_by_stage_lateness_and_scope(rig: Rig) -> None:
    rig.load(
        told("order.created", 0, "a", region="GX-NN"),
        told("payment.succeeded", 0, "b", payment_id="p", region="GX-NN"),
        told("payment.succeeded", 1, "c", payment_id="q", region="GX-LZ"),
        told("order.customer_wait_started", 2, "c"),
    )
    keeper(rig).catch_up()
    everything = ask(rig, WaitingFilter())
    assert [(row.case_id, row.stage, row.lateness) for row in everything.rows] == [
        ("a", "payment", Lateness.UNLIMITED),
        ("b", "acceptance", Lateness.LATE),
        ("c", "acceptance", Lateness.PAUSED),
    ]
    assert everything.total == 3
    late = ask(rig, WaitingFilter(stage="acceptance", lateness=Lateness.LATE))
    assert ([row.case_id for row in late.rows], late.total) == (["b"], 1)
    assert late.counts == {Lateness.PAUSED: 1, Lateness.LATE: 1, Lateness.WARNED: 0, Lateness.ON_TIME: 0, Lateness.UNLIMITED: 0}
    early = ask(rig, WaitingFilter(stage="acceptance"), at=BEGAN + timedelta(minutes=6))
    assert {row.case_id: row.lateness for row in early.rows} == {"b": Lateness.WARNED, "c": Lateness.PAUSED}
    city = Scope(Level.CITY, stages=frozenset({"acceptance"}), regions=frozenset({"GX-NN"}))
    assert [row.case_id for row in ask(rig, WaitingFilter(), city).rows] == ["b"]
    assert ask(rig, WaitingFilter(stage="payment"), city).total == 0
    assert ask(rig, WaitingFilter(stage="no such stage")).total == 0
