"""Cursors, blocks, answers, deliveries, imports and the outbox: what must not be forgotten or done twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.records.race import race
from tongguan.records import blocks, cursors, deliveries, idempotency, imports, outbox
from tongguan.records.database import Database
from tongguan.records.deliveries import DeliveryRow, DeliveryState
from tongguan.records.errors import BlockUnfinishedError, NoSuchRowError
from tongguan.records.imports import ImportState

AT = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def test_a_cursor_is_replaced(db: Database) -> None:
    with db.begin() as conn:
        assert cursors.get(conn, "relay") is None
        cursors.put(conn, "relay", {"segment": 1, "名": "值"})
        cursors.put(conn, "relay", {"segment": 2})
        assert cursors.get(conn, "relay") == {"segment": 2}


def test_a_block_is_planned_then_finished(db: Database) -> None:
    with db.begin() as conn:
        assert blocks.next_number(conn) == 1
        assert blocks.planned(conn) is None
        blocks.plan(conn, 1, {"at": 0}, {"at": 9}, AT)
        assert blocks.next_number(conn) == 2
    with db.read() as conn:
        assert blocks.planned(conn) == blocks.Block(1, {"at": 0}, {"at": 9}, None, AT, None)
    with db.begin() as conn:
        blocks.finish(conn, 1, {"rows": 9}, LATER)
        assert blocks.planned(conn) is None
        blocks.plan(conn, 2, {"at": 9}, {"at": 12}, LATER)
        assert [(b.number, b.counts, b.finished_at) for b in blocks.recent(conn, 5)] == [(2, None, None), (1, {"rows": 9}, LATER)]


def test_only_one_block_is_on_its_way(db: Database) -> None:
    with db.begin() as conn:
        blocks.plan(conn, 7, {}, {}, AT)
    with pytest.raises(BlockUnfinishedError, match="block 7 is not finished"), db.begin() as conn:
        blocks.plan(conn, 8, {}, {}, AT)
    with pytest.raises(NoSuchRowError), db.begin() as conn:
        blocks.finish(conn, 8, {}, AT)


def test_two_loaders_cannot_plan_the_same_block(db: Database) -> None:
    def run(_: int) -> bool:
        try:
            with db.begin() as conn:
                blocks.plan(conn, 1, {}, {}, AT)
        except BlockUnfinishedError:
            return False
        return True

    assert sorted(race(run)) == [False, True]


def test_the_first_answer_stays(db: Database) -> None:
    with db.begin() as conn:
        assert idempotency.get(conn, "shop", "k") is None
        idempotency.put(conn, "shop", "k", "hash", {"accepted": 3}, AT)
        idempotency.put(conn, "shop", "k", "other", {"accepted": 4}, LATER)
        assert idempotency.get(conn, "shop", "k") == ("hash", {"accepted": 3}, AT)
        assert idempotency.get(conn, "else", "k") is None
        assert idempotency.prune(conn, AT) == 0
        assert idempotency.prune(conn, LATER) == 1
        assert idempotency.get(conn, "shop", "k") is None


def test_deliveries_always_add_up(db: Database) -> None:
    row = DeliveryRow(10, "shop", "a.csv rows 1–9", AT, 9, 8, 1)
    with db.begin() as conn:
        deliveries.add(conn, [row, DeliveryRow(11, "web", "", LATER, 1, 1, 0)])
        deliveries.add(conn, [row])
        deliveries.add_duplicates(conn, 10, 3)
        deliveries.add_quarantined(conn, 10, 2)
        deliveries.mark_loaded(conn, [10])
        deliveries.mark_loaded(conn, [])
        first = deliveries.recent(conn, 5, "shop")
        assert [each.batch for each in deliveries.recent(conn, 5)] == [11, 10]
    assert first == [DeliveryRow(10, "shop", "a.csv rows 1–9", AT, 9, 3, 3, 3, DeliveryState.LOADED)]
    for batch, n in ((10, 4), (12, 1)):
        with pytest.raises(NoSuchRowError), db.begin() as conn:
            deliveries.add_duplicates(conn, batch, n)


def test_an_import_goes_on_where_it_stopped(db: Database) -> None:
    with db.begin() as conn:
        begun = imports.start(conn, "f", source="olist", name="orders.csv", mapping="orders", at=AT)
        assert (begun.rows_done, begun.state) == (0, ImportState.RUNNING)
        imports.advance(conn, "f", 500)
        imports.advance(conn, "f", 300)
        imports.finish(conn, "f", ImportState.FAILED, AT)
        again = imports.start(conn, "f", source="olist", name="orders.csv", mapping="orders", at=LATER)
        assert (again.rows_done, again.state, again.started_at, again.finished_at) == (500, ImportState.RUNNING, AT, None)
        imports.finish(conn, "f", ImportState.DONE, LATER)
        done = imports.start(conn, "f", source="olist", name="orders.csv", mapping="orders", at=LATER)
        assert (done.state, done.finished_at) == (ImportState.DONE, LATER)
        assert imports.recent(conn, 3) == [done]
        assert imports.get(conn, "unknown") is None
    with pytest.raises(NoSuchRowError), db.begin() as conn:
        imports.finish(conn, "f", ImportState.DONE, LATER)


def test_the_outbox_keeps_order_and_counts_a_version_once(db: Database) -> None:
    with db.begin() as conn:
        for version in (1, 2, 2):
            outbox.add(conn, "tasks", "t1", version, {"type": "task.claimed"}, AT)
        rows = outbox.pending(conn, 10)
        assert [row.event_id for row in rows] == ["records:tasks:t1:1", "records:tasks:t1:2"]
        assert rows[0].event == {"type": "task.claimed"}
        assert outbox.mark_sent(conn, [rows[0].id], LATER) == [rows[0].id]
        assert outbox.pending(conn, 10) == rows[1:]
        assert outbox.prune(conn, LATER) == 0
        assert outbox.prune(conn, LATER + timedelta(seconds=1)) == 1


def test_of_two_relays_only_one_marks_each_event(db: Database) -> None:
    with db.begin() as conn:
        for number in range(1200):
            outbox.add(conn, "tasks", str(number), 1, {}, AT)
        ids = [row.id for row in outbox.pending(conn, 2000)]

    def run(_: int) -> list[int]:
        with db.begin() as conn:
            return outbox.mark_sent(conn, ids, LATER)

    one, other = race(run)
    assert sorted(one + other) == ids


def test_pruning_keeps_the_latest_and_the_unfinished(db: Database) -> None:
    with db.begin() as conn:
        for number in range(1, 6):
            blocks.plan(conn, number, {"segment": number}, {"segment": number + 1}, AT)
            blocks.finish(conn, number, {}, AT)
        blocks.plan(conn, 6, {"segment": 6}, {"segment": 7}, AT)
        assert blocks.prune(conn, 2) == 4
        assert [block.number for block in blocks.recent(conn, 10)] == [6, 5]
        assert blocks.prune(conn, 0) == 1
        assert blocks.next_number(conn) == 7
