"""The loader: what fails is tried again with the same result, and older frames are read with their own columns."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from tests.fixtures.rig import CONFIG, MORNING, Rig, event
from tongguan.ingest.errors import SpoolDamagedError
from tongguan.ingest.frame import Frame, pack
from tongguan.ingest.settle import settle
from tongguan.ingest.staging import Staging
from tongguan.model.event import ROW_COLUMNS
from tongguan.records import blocks, deliveries, ledger
from tongguan.records.errors import StoreBusyError
from tongguan.warehouse.canonical import projections
from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.errors import WarehouseUnavailableError

RECORDS = [event(event_id=str(n), order_id=f"o{n % 3}", amount=n) for n in range(10)]

FAILURES = [
    WarehouseUnavailableError("the server is away"),
    StoreBusyError(30.0),
    OperationalError("INSERT", {}, Exception("database or disk is full")),
    SpoolDamagedError("segment 1 is damaged"),
    OSError("no such device"),
]


def once(error: Exception, plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that fails at its first call."""
    failed = False

    def call(*args: Any, **named: Any) -> Any:
        nonlocal failed
        if not failed:
            failed = True
            raise error
        return plain(*args, **named)

    return call


def wait(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never happened")


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_the_thread_outlives_every_failure(made: Rig, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    made.deliver(*RECORDS)
    monkeypatch.setattr(made.loader, "load_one", once(error, made.loader.load_one))
    thread = threading.Thread(target=made.loader.run)
    thread.start()
    try:
        wait(lambda: made.loader.state.failing_since is not None or made.loader.state.rows == 10)
        wait(lambda: made.loader.state.rows == 10)
        assert thread.is_alive()
        assert made.loader.state.running
        assert (made.loader.state.failing_since, made.loader.state.error) == (None, "")
    finally:
        made.loader.stop()
        thread.join(10)
    assert vars(made.loader.state)["running"] is False
    assert len(made.ids()) == 10


STEPS = ["fill", "doubles", "newest", "insert"]


@pytest.mark.parametrize("step", STEPS)
def test_a_block_that_failed_is_made_again(made: Rig, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    made.load(RECORDS[0])
    made.deliver(*RECORDS, RECORDS[3], event(event_id="4", amount=99))
    monkeypatch.setattr(Staging, step, once(WarehouseUnavailableError("away"), getattr(Staging, step)))
    with pytest.raises(WarehouseUnavailableError):
        made.loader.load_all()
    made.deliver(event(event_id="later"))
    made.loader.load_all()
    assert made.ids() == sorted([*map(str, range(10)), "later"])
    account = made.account()
    assert (account.received, account.accepted, account.duplicate, account.quarantined) == (14, 11, 2, 1)


@pytest.mark.parametrize("restart", [False, True])
def test_a_block_that_was_inserted_and_not_booked_is_not_inserted_again(made: Rig, monkeypatch: pytest.MonkeyPatch, restart: bool) -> None:
    made.load(RECORDS[0])
    made.deliver(*RECORDS, RECORDS[3], event(event_id="4", amount=99))
    monkeypatch.setattr("tongguan.ingest.loader.settle", once(StoreBusyError(30.0), settle))
    with pytest.raises(StoreBusyError):
        made.loader.load_all()
    assert len(made.ids()) == 10
    before = projections(made.warehouse)
    made.deliver(event(event_id="later"))
    if restart:
        made.restart()
    made.loader.load_all()
    assert made.ids() == sorted([*map(str, range(10)), "later"])
    after = projections(made.warehouse)
    assert set(before["event_keys"]) < set(after["event_keys"])
    account = made.account()
    assert (account.received, account.accepted, account.duplicate, account.quarantined) == (14, 11, 2, 1)


def test_a_block_is_the_same_after_a_restart(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    made.deliver(*RECORDS[:4])
    monkeypatch.setattr(Staging, "insert", once(WarehouseUnavailableError("away"), Staging.insert))
    with pytest.raises(WarehouseUnavailableError):
        made.loader.load_one()
    with made.database.read() as connection:
        planned = blocks.planned(connection)
    assert planned is not None
    made.restart()
    made.deliver(*RECORDS[4:])
    made.loader.load_one()
    assert len(made.ids()) == 4, "what came later is not in the planned block"
    made.loader.load_all()
    assert len(made.ids()) == 10


def test_blocks_are_cut_by_rows_and_bytes(made: Rig) -> None:
    made.loader._config = replace(CONFIG, block_rows=3)
    for record in RECORDS:
        made.deliver(record)
    assert made.loader.load_all() == 4
    made.loader._config = replace(CONFIG, block_bytes=1)
    for record in RECORDS:
        made.deliver(record)
    assert made.loader.load_all() == 10
    account = made.account()
    assert (account.accepted, account.duplicate) == (10, 10)


def old_frame(columns: tuple[str, ...], rows: list[dict[str, Any]], batch: int) -> bytes:
    """Return a packed frame as a release with these columns would have written it."""
    lines = b"\n".join(msgspec.json.encode([row.get(name) for name in columns]) for row in rows)
    return pack(Frame(batch, "shop", MORNING, len(rows), len(rows), columns, lines))


def row(event_id: str, batch: int, position: int = 0, **fields: Any) -> dict[str, Any]:
    given = {"type": "order.created", "time": MORNING, "event_id": event_id, "order_id": "o1", "rank": 100, "source": "shop"}
    return {**given, "batch": batch, "position": position, "received_time": MORNING, **fields}


def test_frames_of_other_releases_are_read_with_their_own_columns(made: Rig) -> None:
    fewer = tuple(name for name in ROW_COLUMNS if name not in ("network", "objects", "due_time", "tier"))
    turned = tuple(reversed(ROW_COLUMNS))
    made.spool.append(old_frame(fewer, [row("a", 1), row("b", 1, 1, amount=7)], 1)).result(5)
    made.spool.append(old_frame(ROW_COLUMNS, [row("c", 2, tier="gold")], 2)).result(5)
    made.spool.append(old_frame(turned, [row("d", 3, tier="gold"), row("a", 3, 1), row("b", 3, 2, amount=8)], 3)).result(5)
    made.loader.load_all()
    assert made.rows("SELECT event_id, tier, amount FROM events ORDER BY event_id") == [
        ("a", "", None),
        ("b", "", 7),
        ("c", "gold", None),
        ("d", "gold", None),
    ]
    account = made.account()
    assert (account.received, account.accepted, account.duplicate, account.quarantined) == (6, 4, 1, 1)


def test_freshness_is_kept_by_source(made: Rig) -> None:
    made.load(event(event_id="1", time="2026-11-20T00:00:00Z"), event(event_id="2", time="2026-11-19T00:00:00Z"), source="boss")
    made.load(b"{", source="shop")
    with made.database.read() as connection:
        states = {state.source: state for state in ledger.freshness(connection)}
    assert states["boss"].newest_event_time is not None
    assert states["boss"].newest_event_time.isoformat() == "2026-11-20T00:00:00+00:00"
    assert states["shop"].newest_event_time is None
    assert states["shop"].received_time is not None


def test_large_and_odd_deliveries_are_listed(made: Rig) -> None:
    made.load(*[event(event_id=str(n)) for n in range(100)])
    made.load(event(event_id="single"))
    made.load(b"{")
    made.load(event(event_id="from a file"), origin="orders.csv rows 1-1")
    with made.database.read() as connection:
        listed = deliveries.recent(connection, 10)
    assert [(d.received, d.accepted, d.quarantined, d.origin) for d in listed] == [
        (1, 1, 0, "orders.csv rows 1-1"),
        (1, 0, 1, ""),
        (100, 100, 0, ""),
    ]


def test_the_loader_wakes_up_for_new_records(made: Rig, warehouse: Warehouse) -> None:
    thread = threading.Thread(target=made.loader.run)
    thread.start()
    try:
        for n in range(3):
            made.deliver(event(event_id=str(n)))
            with made.loader.moved:
                made.loader.moved.wait_for(lambda n=n: made.loader.state.rows == n + 1, 10)  # type: ignore[misc]
            assert made.loader.state.rows == n + 1
    finally:
        made.loader.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert made.spool.backlog() == 0
