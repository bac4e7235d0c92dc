"""Open steps follow what the loader books: whatever order the events come in, wherever a round falls, whatever breaks off."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.rig import Rig, empty
from tests.fixtures.trade import happened, opened
from tongguan.model.access import EVERYTHING, Level, Scope
from tongguan.model.clocks import Books, LimitRule, RuleBook, RuleBooks
from tongguan.model.vocabulary import Limit, Vocabulary
from tongguan.model.waiting import Lateness, OpenStep, WaitingFilter, WaitingOrder, WaitingPage
from tongguan.processes import open_steps as room
from tongguan.processes.open_steps import OpenStepsKeeper, waiting_page
from tongguan.records import cursors, open_steps
from tongguan.warehouse.case_states import states_sql
from tongguan.warehouse.schema import CLOCK_STAYS

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
        one = keeper(rig)
        one._store(connection, room._booked(connection), one._books.all())


def keeper(rig: Rig, vocabulary: Vocabulary | None = None, books: RuleBooks | None = None) -> OpenStepsKeeper:
    return OpenStepsKeeper(rig.warehouse, rig.database, vocabulary or rig.vocabulary, books)


@dataclass
class Kept:
    """Rule books in memory."""

    books: list[RuleBook]

    def all(self) -> Books:
        return self.books


def paid_rule(late: int, **given: Any) -> LimitRule:
    return LimitRule("order", "paid", timedelta(minutes=late / 2), timedelta(minutes=late), **given)


def clocks(rig: Rig, case_id: str) -> list[dict[str, Any]]:
    """Return the kept stays of an order."""
    sql = f"SELECT {', '.join(CLOCK_STAYS)} FROM case_clocks FINAL ARRAY JOIN {', '.join(CLOCK_STAYS)} WHERE case_id = {{id:String}}"
    return rig.warehouse.query(sql, {"id": case_id}).dicts()


def told(kind: str, minutes: int, order: str, **fields: Any) -> bytes:
    fields = {"event_id": f"{order}-{kind}-{minutes}", "order_id": order, **fields}
    return happened(kind, (BEGAN + timedelta(minutes=minutes)).isoformat(), **fields)


def rows(rig: Rig) -> dict[str, OpenStep]:
    steps = keeper(rig).watched()
    with rig.database.read() as connection:
        found = open_steps.page(
            connection, steps, WaitingFilter(), (), NOW, order=WaitingOrder.CASE_ID, descending=False, limit=10_000, offset=0
        )
    return {row.case_id: row for row in found}


def expected(rig: Rig) -> dict[str, tuple[str, datetime]]:
    """Return what the states of all cases say waits."""
    found: dict[str, tuple[str, datetime]] = {}
    for kind, steps in keeper(rig).watched().items():
        sql = f"SELECT case_id, step, step_time FROM ({states_sql(rig.vocabulary.case_kind(kind))})"
        found |= {case_id: (step, since) for case_id, step, since in rig.rows(sql) if step in steps}
    return found


def test_a_case_goes_through_its_steps(rig: Rig) -> None:
    one = keeper(rig)
    rig.load(told("order.created", 0, "a", channel="app", region="GX-NN", brand="x"))
    one.catch_up()
    row = rows(rig)["a"]
    assert (row.step, row.since, row.channel, row.region, row.brand) == ("created", BEGAN, "app", "GX-NN", "x")
    unpaid = rig.vocabulary.case_kind("order").limits["created"]
    assert (row.warned_from, row.late_from, row.paused_since) == (BEGAN + unpaid.warning, BEGAN + unpaid.late, None)
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


def test_all_stays_of_a_case_are_kept_with_their_limits(rig: Rig) -> None:
    rig.load(
        told("order.created", 0, "a", channel="app", region="GX-NN", tier="high"),
        told("payment.succeeded", 10, "a", payment_id="p"),
        told("order.customer_wait_started", 12, "a"),
        told("order.customer_wait_ended", 20, "a"),
        told("order.approved", 25, "a"),
    )
    keeper(rig).catch_up()
    created, paid, approved = clocks(rig, "a")
    assert (created["step"], created["until"], created["limited"], created["late_from"]) == ("created", at(10), True, at(48 * 60))
    assert (paid["next_step"], paid["since"], paid["until"], paid["paused_seconds"]) == ("approved", at(10), at(25), 480)
    assert (paid["warned_from"], paid["late_from"], paid["limited"], paid["book"]) == (at(23), at(28), True, 1)
    assert (approved["until"], approved["paused"], approved["silent_from"]) == (None, False, at(25) + timedelta(days=14))
    assert rig.rows("SELECT kind, channel, region, tier FROM case_clocks FINAL WHERE kind = 'order'") == [("order", "app", "GX-NN", "high")]
    row = rows(rig)["a"]
    assert (row.tier, row.silent_from, row.breach_at) == ("high", approved["silent_from"], approved["warned_from"])


def at(minutes: int) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


def test_other_rules_plan_anew_what_is_open_and_leave_what_ended(rig: Rig) -> None:
    kept = Kept([RuleBook(1, BEGAN, (paid_rule(10), paid_rule(60, region="GX")))])
    rig.load(
        told("payment.succeeded", 0, "ended", payment_id="p"), told("order.approved", 20, "ended"), told("order.cancelled", 21, "ended")
    )
    rig.load(told("payment.succeeded", 0, "open", payment_id="q"), told("payment.succeeded", 0, "far", payment_id="r", region="GX-NN"))
    keeper(rig, books=kept).catch_up()
    assert {name: row.late_from for name, row in rows(rig).items()} == {"open": at(10), "far": at(60)}
    before = clocks(rig, "ended")
    assert [(one["step"], one["limited"], one["late_from"]) for one in before] == [("paid", True, at(10)), ("approved", False, None)]
    kept.books.append(RuleBook(2, at(100), (paid_rule(30),)))
    keeper(rig, books=kept).catch_up()
    assert {name: row.late_from for name, row in rows(rig).items()} == {"open": at(30), "far": at(30)}
    assert [(one["late_from"], one["book"]) for one in clocks(rig, "open")] == [(at(30), 2)]
    assert clocks(rig, "ended") == before and before[0]["late_from"] == at(10)
    # What ended under the first book is judged by it, also where its events come afterwards.
    rig.load(told("payment.succeeded", 30, "late", payment_id="s"), told("order.approved", 99, "late"))
    keeper(rig, books=kept).catch_up()
    first, _ = clocks(rig, "late")
    assert (first["late_from"], first["book"]) == (at(40), 1)


def test_a_rule_that_is_gone_leaves_no_limit_on_what_is_open(rig: Rig) -> None:
    kept = Kept([RuleBook(1, BEGAN, (paid_rule(10),))])
    rig.load(told("payment.succeeded", 0, "a", payment_id="p"))
    keeper(rig, books=kept).catch_up()
    kept.books.append(RuleBook(2, at(1), ()))
    keeper(rig, books=kept).catch_up()
    assert (rows(rig)["a"].late_from, rows(rig)["a"].breach_at) == (None, None)


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
        ("a", "payment", Lateness.WARNED),
        ("b", "acceptance", Lateness.LATE),
        ("c", "acceptance", Lateness.PAUSED),
    ]
    assert everything.total == 3
    late = ask(rig, WaitingFilter(stage="acceptance", lateness=Lateness.LATE))
    assert ([row.case_id for row in late.rows], late.total) == (["b"], 1)
    assert {one: count for one, count in late.counts.items() if count} == {Lateness.PAUSED: 1, Lateness.LATE: 1}
    early = ask(rig, WaitingFilter(stage="acceptance"), at=BEGAN + timedelta(minutes=6))
    assert {row.case_id: row.lateness for row in early.rows} == {"b": Lateness.WARNED, "c": Lateness.PAUSED}
    city = Scope(Level.CITY, stages=frozenset({"acceptance"}), regions=frozenset({"GX-NN"}))
    assert [row.case_id for row in ask(rig, WaitingFilter(), city).rows] == ["b"]
    assert ask(rig, WaitingFilter(stage="payment"), city).total == 0
    assert ask(rig, WaitingFilter(stage="no such stage")).total == 0
