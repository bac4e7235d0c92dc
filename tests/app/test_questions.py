"""The operation's answers: wiring, scope, personal values, errors and cancellation."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.app.opened import ANN, done, engine, house, set_aside, take
from tests.fixtures.rig import MORNING, delivery, event
from tests.fixtures.trade import asked
from tongguan.app import questions as room
from tongguan.app.installation import Installation
from tongguan.app.questions import StageQuestions
from tongguan.ingest.errors import BusyError, KeyReusedError
from tongguan.model.access import Level, Role, Scope, User
from tongguan.model.answers import CaseFilter, EventFilter, FlowFilter
from tongguan.records import audit
from tongguan.records.errors import StoreBusyError
from tongguan.warehouse.client import Limits, Warehouse
from tongguan.warehouse.errors import QueryTimeoutError, WarehouseError, WarehouseUnavailableError
from tongguan.web.kit.ports import CaseOrder, CaseSort, QuarantineFilter, QuestionFailedError

T = TypeVar("T")

NANNING = replace(ANN, scope=Scope(Level.CITY, stages=frozenset({"order"}), regions=frozenset({"GX-NN"})))
PHONE = "13800138000"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with engine(tmp_path_factory.mktemp("questions")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, warehouse: Warehouse) -> Iterator[Installation]:
    with house(tmp_path / "home", warehouse) as made:
        yield made


class Desk:
    """Asks questions as pages do, over a pool of two threads."""

    def __init__(self, home: Installation, pool: ThreadPoolExecutor) -> None:
        self.home = home
        self.pool = pool
        self.questions = StageQuestions(home, pool)

    def ask(self, question: Callable[[StageQuestions], Coroutine[Any, Any, T]]) -> T:
        """Return an answer."""
        return asyncio.run(question(self.questions))

    def orders(self, user: Any = ANN, search: str = "", limit: int = 50, **sort: Any) -> list[str]:
        page = self.ask(lambda q: q.cases(user, "order", CaseFilter(search=search), CaseSort(**sort), limit, 0))
        return [row.case_id for row in page.rows]


@pytest.fixture
def desk(home: Installation) -> Iterator[Desk]:
    records = [
        event(event_id="a", order_id="o1", region="GX-NN", customer_id=PHONE, amount=700),
        event(event_id="b", order_id="o2", region="GX-LZ", attributes={"phone": PHONE, "email": "ann@example.com"}, customer_id="c2"),
        event(event_id="c", order_id="o3", channel="moon", attributes={"phone": PHONE}),
    ]
    take(home, *records)
    pool = ThreadPoolExecutor(2)
    try:
        yield Desk(home, pool)
    finally:
        both = threading.Barrier(2, timeout=20)

        def close() -> None:
            both.wait()
            home.warehouse.close_thread()

        for closed in [pool.submit(close) for _ in range(2)]:
            closed.result()
        pool.shutdown()


def test_lists_traces_and_summaries_know_the_scope(desk: Desk) -> None:
    assert desk.orders(by=CaseOrder.CASE_ID, descending=False) == ["o1", "o2"]
    assert desk.orders(NANNING) == ["o1"]
    assert desk.ask(lambda q: q.order_summary(NANNING)).orders == 1
    assert desk.ask(lambda q: q.order_summary(ANN)).zone == "Asia/Shanghai"
    assert desk.ask(lambda q: q.trace(NANNING, "order", "o2")) is None
    story = desk.ask(lambda q: q.trace(NANNING, "order", "o1"))
    assert story is not None and [one.event_id for one in story.events] == ["a"]


def test_the_newest_event_is_the_same_for_all_pages(desk: Desk) -> None:
    newest = desk.ask(lambda q: q.data_through())
    assert newest is not None and newest == desk.ask(lambda q: q.flow(ANN, FlowFilter(), None)).data_through


def test_a_telephone_number_finds_the_orders_behind_its_token(desk: Desk) -> None:
    assert desk.orders(search=PHONE) == ["o1"]
    assert desk.orders(search=f" {PHONE} ") == ["o1"]
    assert desk.orders(search=PHONE[:-1]) == []
    assert desk.orders(replace(ANN, scope=Scope(Level.CITY, regions=frozenset({"GX-LZ"}))), search=PHONE) == []


def test_the_panorama_and_its_newest_events(desk: Desk) -> None:
    at = MORNING + timedelta(minutes=5)
    found = desk.ask(lambda q: q.flow(ANN, FlowFilter(), at))
    assert {stage.name: stage.volume for stage in found.stages}["order"] == 2
    assert [stage.name for stage in desk.ask(lambda q: q.flow(NANNING, FlowFilter(), at)).stages] == ["order"]
    assert desk.ask(lambda q: q.flow(ANN, FlowFilter(), None)).day == "2026-11-21"
    newest = desk.ask(lambda q: q.events_of(ANN, "order", EventFilter(), 10))
    assert {one.event_id for one in newest} == {"a", "b"}
    assert [one.event_id for one in desk.ask(lambda q: q.events_of(NANNING, "order", EventFilter(), 10))] == ["a"]
    assert desk.ask(lambda q: q.events_of(NANNING, "payment", EventFilter(), 10)) == []
    assert [one.event_id for one in desk.ask(lambda q: q.events_of(ANN, "order", EventFilter(region="GX-LZ"), 10))] == ["b"]


def test_the_books(desk: Desk) -> None:
    (books,) = desk.ask(lambda q: q.accounts(ANN))
    assert (books.source, books.received, books.accepted, books.quarantined, books.difference) == ("shop", 3, 2, 1, 0)
    (hour,) = desk.ask(lambda q: q.ledger(ANN, "", MORNING, MORNING + timedelta(hours=1)))
    assert (hour.received, hour.accepted, hour.quarantined) == (3, 2, 1)
    assert desk.ask(lambda q: q.ledger(ANN, "other", MORNING, MORNING + timedelta(hours=1))) == []
    assert desk.ask(lambda q: q.ledger(ANN, "shop", MORNING - timedelta(hours=5), MORNING)) == []
    assert desk.ask(lambda q: q.deliveries(ANN, "", 10, 0)).total == 1
    assert desk.ask(lambda q: q.deliveries(ANN, "shop", 10, 5)).rows == []
    page = desk.ask(lambda q: q.quarantine(ANN, QuarantineFilter(), 10, 0))
    (row,) = page.rows
    assert (page.total, row.problem.field, row.problem.value) == (1, "channel", "moon")
    assert desk.ask(lambda q: q.quarantine(ANN, QuarantineFilter(field="region"), 10, 0)).total == 0
    whole = desk.ask(lambda q: q.quarantined(ANN, row.id))
    assert whole is not None and PHONE not in whole.preview and '"moon"' in whole.preview
    assert desk.ask(lambda q: q.quarantined(ANN, "999")) is None
    assert list(desk.ask(lambda q: q.replay(ANN, [row.id])).still) == [row.id]
    assert desk.ask(lambda q: q.discard(ANN, [row.id])) == 1
    assert len(set_aside(desk.home)) == 1


def test_revealing_is_written_down_before_it_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    token = desk.home.store.token("phone", PHONE)
    assert desk.ask(lambda q: q.reveal(ANN, token)) == PHONE
    assert [(row.user, row.action, row.object_id) for row in done(desk.home)] == [("ann", "personal.revealed", token)]
    assert desk.ask(lambda q: q.reveal(ANN, "~phone.aaaaaaaaaaaaaaaaaaaa")) is None
    assert len(done(desk.home)) == 2

    def fails(*_: object) -> None:
        raise StoreBusyError(5)

    with monkeypatch.context() as patch:
        patch.setattr(audit, "append", fails)
        with pytest.raises(QuestionFailedError):
            desk.ask(lambda q: q.reveal(ANN, token))


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ANALYST, Role.AUDITOR])
def test_who_may_not_see_personal_values_is_told_nothing(desk: Desk, role: Role) -> None:
    token = desk.home.store.token("phone", PHONE)
    assert desk.ask(lambda q: q.reveal(replace(ANN, role=role), token)) is None
    assert done(desk.home) == []


@pytest.mark.parametrize(
    ("error", "retry"),
    [
        (WarehouseUnavailableError("gone\nwith details"), True),
        (WarehouseError("wrong"), False),
        (QueryTimeoutError("slow"), QueryTimeoutError.retry),
        (StoreBusyError(5), True),
        (BusyError("later"), True),
        (KeyReusedError("another"), False),
    ],
)
def test_failures_say_whether_asking_again_helps(desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception, retry: bool) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(room, "replay", fails)
    with pytest.raises(QuestionFailedError) as caught:
        desk.ask(lambda q: q.replay(ANN, ["1"]))
    assert caught.value.retry is retry
    assert str(caught.value) and "\n" not in str(caught.value)


def test_failures_say_since_when_the_warehouse_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.home.loader._note_failure(WarehouseUnavailableError("gone"))

    def fails(*_: object, **__: object) -> None:
        raise WarehouseUnavailableError("gone")

    monkeypatch.setattr(desk.home.warehouse, "query", fails)
    with pytest.raises(QuestionFailedError) as caught:
        desk.orders()
    assert caught.value.since == desk.home.loader.state.failing_since


def test_a_question_that_nobody_waits_for_is_stopped(desk: Desk) -> None:
    # 200 blocks of a tenth of a second each.
    slow = "SELECT sum(sleepEachRow(0.1)) FROM numbers(200) SETTINGS max_block_size = 1"
    ended: list[BaseException] = []

    def question(cancellation: Any) -> None:
        try:
            desk.home.warehouse.query(slow, cancellation=cancellation, limits=Limits(seconds=60))
        except WarehouseError as error:
            ended.append(error)
            raise

    async def leave() -> None:
        asking = asyncio.ensure_future(desk.questions.ask(question))
        await asyncio.sleep(0.5)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    began = time.perf_counter()
    asyncio.run(leave())
    while not ended and time.perf_counter() - began < 15:
        time.sleep(0.05)
    assert [type(error).__name__ for error in ended] == ["QueryCancelledError"]
    assert desk.orders(by=CaseOrder.CASE_ID, descending=False) == ["o1", "o2"]


def test_every_page_costs_the_same_whatever_it_shows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def cost() -> list[int]:
        counts = []
        for question in (
            lambda q: q.flow(ANN, FlowFilter(), MORNING),
            lambda q: q.cases(ANN, "order", CaseFilter(), CaseSort(), 50, 0),
            lambda q: q.trace(ANN, "order", "o1"),
            lambda q: q.order_summary(ANN),
            lambda q: q.events_of(ANN, "order", EventFilter(), 50),
        ):
            with asked(desk.home.warehouse, monkeypatch) as texts:
                desk.ask(question)
            counts.append(len(texts))
        return counts

    before = cost()
    desk.home.ingest.deliver(delivery([event(event_id=f"m{n}", order_id=f"m{n}", payment_id=f"p{n}") for n in range(300)]))
    desk.home.ingest.deliver(delivery([event(type="order.noted", event_id=f"n{n}", order_id="o1") for n in range(50)]))
    desk.home.load_now()
    assert cost() == before
    assert all(before)


def test_long_lists_are_cut_at_ten_thousand(desk: Desk) -> None:
    page = desk.ask(lambda q: q.cases(ANN, "order", CaseFilter(), CaseSort(), 1_000_000, 0))
    assert page.limit == 10_000


def test_dates_are_those_of_the_calendar_of_the_source_that_made_the_order(desk: Desk) -> None:
    for number, (source, zone) in enumerate((("olist", "America/Sao_Paulo"), ("other", "Europe/Berlin"))):
        desk.home.ingest.deliver(delivery([event(event_id=f"z{number}", order_id=f"z{number}")], source=source, zone=zone))
    desk.home.load_now()
    assert {"America/Sao_Paulo", "Europe/Berlin"} <= set(desk.ask(lambda q: q.order_summary(ANN)).zone.split(", "))


def test_the_clock_is_the_installations(desk: Desk) -> None:
    assert desk.ask(lambda q: q.flow(ANN, FlowFilter(), None)).at.tzinfo is UTC
    assert desk.ask(lambda q: q.flow(ANN, FlowFilter(), datetime(2020, 1, 1, tzinfo=UTC))).day == "2020-01-01"


def test_who_asks_for_the_same_flow_at_once_is_answered_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def together(user: User = ANN, where: FlowFilter | None = None) -> None:
        await asyncio.gather(*(desk.questions.flow(user, where or FlowFilter(), None) for _ in range(20)))

    async def apart() -> None:
        other = replace(ANN, scope=Scope(Level.CITY, regions=frozenset({"GX-LZ"})))
        await asyncio.gather(together(), together(other), together(ANN, FlowFilter(channel="app")))

    with asked(desk.home.warehouse, monkeypatch) as once:
        asyncio.run(together())
    with asked(desk.home.warehouse, monkeypatch) as thrice:
        asyncio.run(apart())
    assert len(thrice) == 3 * len(once) < 20
