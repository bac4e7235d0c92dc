"""What people do in Tongguan becomes events, each exactly once; loops go on after a failure; refusals reach the ledger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.app.opened import account, engine, house, set_aside, shut, stored, take, wired
from tests.fixtures.rig import MORNING, event
from tongguan.app.installation import Installation
from tongguan.app.loops import _TASKS_AT_A_TIME, Loop, LoopThreads, loops, relay
from tongguan.app.rejections import RejectionBook
from tongguan.ingest.errors import BusyError
from tongguan.model.reasons import Quarantine, Reject
from tongguan.records import idempotency, open_steps, outbox
from tongguan.records.tables import outbox as outbox_table
from tongguan.records.tables import tasks
from tongguan.warehouse.client import Warehouse

NOTE: dict[str, Any] = {"type": "order.noted", "time": MORNING.isoformat(), "order_id": "o1", "attributes": {"note": "called"}}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with engine(tmp_path_factory.mktemp("relay")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, warehouse: Warehouse) -> Iterator[Installation]:
    with house(tmp_path / "home", warehouse) as made:
        yield made


def put_out(home: Installation, row: str, version: int = 1, **fields: Any) -> None:
    with home.database.begin() as connection:
        outbox.add(connection, "notes", row, version, {**NOTE, **fields}, home.now())


def waiting(home: Installation) -> list[str]:
    with home.database.read() as connection:
        return [row.event_id for row in outbox.pending(connection, 100)]


def test_a_row_becomes_an_event_under_its_own_id(home: Installation) -> None:
    put_out(home, "7")
    relay(home)
    home.load_now()
    assert home.warehouse.query("SELECT event_id, source, type FROM events").rows == [("records:notes:7:1", "records", "order.noted")]
    assert waiting(home) == []
    with home.database.read() as connection:
        sent = connection.execute(select(outbox_table.c.sent_at)).scalar_one()
    assert sent is not None and sent > MORNING


def test_nothing_waits(home: Installation) -> None:
    relay(home)
    assert home.ingest.spool.backlog() == 0


def test_equal_contents_of_two_rows_or_versions_are_two_events(home: Installation) -> None:
    for row, version in (("7", 1), ("7", 2), ("8", 1), ("7", 2)):
        put_out(home, row, version)
    relay(home)
    relay(home)
    home.load_now()
    assert stored(home) == ["records:notes:7:1", "records:notes:7:2", "records:notes:8:1"]
    assert account(home)["duplicate"] == 0


def test_a_death_between_delivering_and_marking(home: Installation, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    put_out(home, "7")

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "mark_sent", dies)
        with pytest.raises(KeyboardInterrupt):
            relay(home)
    assert waiting(home) == ["records:notes:7:1"]
    shut(home)
    again = wired(home.home, warehouse)
    try:
        put_out(again, "8")
        relay(again)
        again.load_now()
        relay(again)
        again.load_now()
        assert stored(again) == ["records:notes:7:1", "records:notes:8:1"]
        assert waiting(again) == []
        assert account(again) == {"received": 3, "accepted": 2, "duplicate": 1, "quarantined": 0, "rejected": 0}
    finally:
        shut(again)


def test_a_death_before_delivering_loses_nothing(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    put_out(home, "7")

    def busy(*_: object) -> None:
        raise BusyError("later")

    with monkeypatch.context() as patch:
        patch.setattr(home.ingest, "deliver", busy)
        with pytest.raises(BusyError):
            relay(home)
    assert waiting(home) == ["records:notes:7:1"]
    relay(home)
    home.load_now()
    assert stored(home) == ["records:notes:7:1"]


def test_two_relays_at_once(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    put_out(home, "7")
    both_read = threading.Barrier(2, timeout=20)
    deliver = home.ingest.deliver

    def together(delivery: Any) -> Any:
        both_read.wait()
        return deliver(delivery)

    monkeypatch.setattr(home.ingest, "deliver", together)
    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(relay, home) for _ in range(2)]:
            one.result()
    home.load_now()
    assert stored(home) == ["records:notes:7:1"]
    assert waiting(home) == []


def test_an_event_that_cannot_be_is_set_aside_and_does_not_stop_the_others(home: Installation) -> None:
    put_out(home, "7", type="order.noticed")
    put_out(home, "8")
    relay(home)
    home.load_now()
    assert (stored(home), waiting(home)) == (["records:notes:8:1"], [])
    assert [(row.source, row.reason) for row in set_aside(home)] == [("records", Quarantine.UNKNOWN_TYPE)]


def test_loops_go_on_after_a_failure_and_end_when_told(home: Installation) -> None:
    rounds: list[int] = []
    enough = threading.Event()

    def fails() -> None:
        rounds.append(len(rounds))
        if len(rounds) >= 3:
            enough.set()
        raise BusyError("later")

    threads = LoopThreads([Loop("failing", 0.001, fails)])
    assert enough.wait(20)
    threads.stop()
    count = len(rounds)
    assert not any(thread.name == "failing" for thread in threading.enumerate())
    assert len(rounds) == count


def test_the_loops_of_a_server(home: Installation) -> None:
    book = RejectionBook(home.database, home.now)
    found = {loop.name: loop for loop in loops(home, book)}
    assert sorted(found) == ["breaches", "findings", "flags", "open steps", "pruning", "rejections", "relay", "tasks"]
    put_out(home, "7")
    book.count("", Reject.NOT_AUTHENTICATED)
    with home.database.begin() as connection:
        idempotency.put(connection, "shop", "old", "h", {}, MORNING.replace(day=1))
        idempotency.put(connection, "shop", "new", "h", {}, MORNING)
    for loop in found.values():
        loop.round()
    home.load_now()
    assert stored(home) == ["records:notes:7:1"]
    assert account(home)["rejected"] == 1
    with home.database.read() as connection:
        assert idempotency.get(connection, "shop", "old") is None
        assert idempotency.get(connection, "shop", "new") is not None


def test_a_step_that_nobody_moved_tells_so_in_the_story_of_its_order(home: Installation) -> None:
    began = MORNING - timedelta(minutes=7)
    take(home, event(type="payment.succeeded", time=began.isoformat(), payment_id="p1", region="GX", event_id="paid"))
    rounds = {loop.name: loop.round for loop in loops(home, RejectionBook(home.database, home.now))}
    for name in ("breaches", "relay", "breaches", "relay"):
        rounds[name]()
    home.load_now()
    sql = "SELECT type, order_id, region, time, JSONExtractString(attributes, 'step') FROM events WHERE startsWith(type, 'clock.')"
    assert home.warehouse.query(sql).rows == [("clock.warned", "o1", "GX", began + timedelta(minutes=5), "paid")]
    assert account(home)["quarantined"] == 0


def test_ended_tasks_are_kept_for_so_many_days(home: Installation) -> None:
    at = (MORNING + timedelta(seconds=1)).isoformat()
    cases = [f"o{number:03}" for number in range(_TASKS_AT_A_TIME + 2)]
    take(home, *(event(event_id=f"a{case}", order_id=case) for case in cases))
    take(home, *(event(type="acceptance.manual_queued", event_id=f"q{case}", order_id=case, time=at) for case in cases))
    with home.database.begin() as connection:
        open_steps.put(connection, [], [("order", case) for case in cases])
    home.task_keeper.round()
    long_ago = update(tasks).values(ended_at=MORNING - timedelta(days=400))
    with home.database.begin() as connection:
        connection.execute(long_ago.where(tasks.c.case_id != cases[-1]))
        connection.execute(long_ago.where(tasks.c.case_id == cases[-1]).values(ended_at=MORNING - timedelta(days=399)))

    def left() -> list[str]:
        pruning = next(loop for loop in loops(home, RejectionBook(home.database, home.now)) if loop.name == "pruning")
        pruning.round()
        with home.database.read() as connection:
            return list(connection.execute(select(tasks.c.case_id)).scalars())

    assert left() == cases[-1:], "the round does not end with the first so many"
    home.settings = replace(home.settings, ended_task_days=399)
    assert left() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_ended_by_a_fault_is_named() -> None:
    ended = threading.Event()

    def fault() -> None:
        ended.set()
        raise ZeroDivisionError

    threads = LoopThreads([Loop("broken", 0.0, fault), Loop("well", 0.01, lambda: None)])
    assert ended.wait(5)
    next(iter(threads._threads.values())).join(5)
    assert threads.dead() == ["broken"]
    threads.stop()
    assert threads.dead() == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_ended_by_a_fault_is_begun_again_and_named_until_a_round_ends_well() -> None:
    rounds: list[int] = []
    again, well = threading.Event(), threading.Event()

    def fault_twice() -> None:
        rounds.append(len(rounds))
        if len(rounds) <= 2:
            raise ZeroDivisionError
        again.set()
        if len(rounds) >= 5:
            well.set()

    threads = LoopThreads([Loop("broken", 0.001, fault_twice)], pause=0.02)
    assert again.wait(10)
    # The round after the next has begun, so the one before it ended well.
    assert well.wait(10)
    assert threads.dead() == []
    threads.stop()
    assert not any(thread.name in ("broken", "reviver") for thread in threading.enumerate())
