"""The same questions to the engine in this process and to a server: the same answers, limits and errors."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.clickhouse_http import clickhouse_http
from tests.fixtures.rig import ZONE, Rig, embedded, empty, event
from tests.fixtures.words import SMALL
from tongguan.warehouse.client import Cancellation, Limits, Warehouse, parts_without_secret, translate
from tongguan.warehouse.errors import (
    QueryCancelledError,
    QueryTimeoutError,
    QueryTooLargeError,
    WarehouseError,
    WarehouseUnavailableError,
)
from tongguan.warehouse.migrations import migrate

SLOW = "SELECT sum(sleepEachRow(0.05)) FROM numbers(400) SETTINGS max_block_size = 1"
"""Twenty seconds of doing nothing, stopped between any two rows."""


@pytest.fixture(scope="module", params=["embedded", "server"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    folder: Path = tmp_path_factory.mktemp("store") / "engine"
    if request.param == "embedded":
        with embedded(folder) as warehouse:
            yield warehouse
        return
    with clickhouse_http(folder) as address:
        warehouse = Warehouse(address)
        migrate(warehouse, SMALL, ZONE)
        yield warehouse
        warehouse.close()


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("String", "", ""),
        ("String", 'it\'s \\ a "quote"\n\ttab {x}', 'it\'s \\ a "quote"\n\ttab {x}'),
        ("String", "通观 😀 \u2028 ﷽", "通观 😀 \u2028 ﷽"),
        ("String", "a\0b", "a\0b"),
        ("UInt64", 2**64 - 1, 2**64 - 1),
        ("Int64", -(2**63), -(2**63)),
        ("UInt128", 2**127 + 1, 2**127 + 1),
        ("Float64", 0.1, 0.1),
        ("Nullable(Int64)", None, None),
        ("Nullable(String)", "x", "x"),
        ("Date", date(2026, 2, 28), date(2026, 2, 28)),
        ("DateTime64(6, 'UTC')", datetime(2026, 1, 1, 1, 2, 3, 456789, UTC), datetime(2026, 1, 1, 1, 2, 3, 456789, UTC)),
        ("DateTime64(6, 'UTC')", "1900-01-01 00:00:00.000001", datetime(1900, 1, 1, 0, 0, 0, 1, UTC)),
        ("Decimal(38, 6)", "-12.500001", Decimal("-12.500001")),
        ("Array(String)", ["a", "it's", "\\", "新", ""], ["a", "it's", "\\", "新", ""]),
        ("Array(String)", [], []),
        ("Array(UInt64)", [1, 2**63], [1, 2**63]),
        ("Bool", True, True),
    ],
)
def test_a_parameter_comes_back_as_it_went(store: Warehouse, kind: str, value: Any, expected: Any) -> None:
    assert store.query(f"SELECT {{value:{kind}}} AS value", {"value": value}).first()[0] == expected


def test_a_parameter_is_never_read_as_sql(store: Warehouse) -> None:
    hostile = "x'; DROP TABLE events; --"
    assert store.query("SELECT count() FROM events WHERE event_id = {id:String}", {"id": hostile}).first() == (0,)
    assert store.query("EXISTS TABLE events").first()[0] == 1


def test_an_answer_names_its_columns(store: Warehouse) -> None:
    answer = store.query("SELECT number AS n, toString(number) AS t FROM numbers(3)")
    assert answer.columns == ("n", "t")
    assert answer.dicts() == [{"n": 0, "t": "0"}, {"n": 1, "t": "1"}, {"n": 2, "t": "2"}]


def test_no_row_is_no_row(store: Warehouse) -> None:
    answer = store.query("SELECT 1 AS n WHERE 0")
    assert list(answer.rows) == []
    assert answer.dicts() == []
    with pytest.raises(LookupError, match="no row"):
        answer.first()


def test_a_query_that_takes_too_long_is_given_up(store: Warehouse) -> None:
    began = time.perf_counter()
    with pytest.raises(QueryTimeoutError) as caught:
        store.query(SLOW, limits=Limits(seconds=0.3))
    assert time.perf_counter() - began < 5
    assert (caught.value.code, caught.value.retry) == (159, False)


def test_a_query_that_needs_too_much_memory_is_given_up(store: Warehouse) -> None:
    with pytest.raises(QueryTooLargeError) as caught:
        store.query("SELECT uniqExact(toString(number)) FROM numbers(20000000)", limits=Limits(memory=30_000_000))
    assert caught.value.code == 241


def test_limits_hold_for_one_query_only(store: Warehouse) -> None:
    with pytest.raises(QueryTooLargeError):
        store.query("SELECT uniqExact(number) FROM numbers(5000000)", limits=Limits(memory=10_000_000))
    assert store.query("SELECT uniqExact(number) FROM numbers(5000000)").first() == (5_000_000,)


def test_another_thread_can_cancel(store: Warehouse) -> None:
    cancellation = Cancellation()
    caught: list[Exception] = []

    def ask() -> None:
        try:
            store.query(SLOW, cancellation=cancellation)
        except WarehouseError as error:
            caught.append(error)
        finally:
            store.close_thread()

    asking = threading.Thread(target=ask)
    asking.start()
    _wait_until_running(store, cancellation.tag)
    began = time.perf_counter()
    cancellation.cancel(store)
    asking.join(10)
    assert not asking.is_alive()
    assert time.perf_counter() - began < 5
    assert [type(error) for error in caught] == [QueryCancelledError]
    assert caught[0].code == 394  # type: ignore[attr-defined]


def test_cancelled_means_no_further_query(store: Warehouse) -> None:
    cancellation = Cancellation()
    cancellation.cancel(store)
    with pytest.raises(QueryCancelledError, match="before it began"):
        store.query("SELECT 1", cancellation=cancellation)


def test_cancelling_one_leaves_others(store: Warehouse) -> None:
    one, other = Cancellation(), Cancellation()
    assert one.tag != other.tag
    one.cancel(store)
    assert store.query("SELECT 1", cancellation=other).first() == (1,)


def _wait_until_running(store: Warehouse, tag: str) -> None:
    for _ in range(200):
        sql = "SELECT count() FROM system.processes WHERE position(query, {mark:String}) = 1"
        if store.query(sql, {"mark": f"/* {tag} */"}).first()[0]:
            return
        time.sleep(0.02)
    raise AssertionError("the query never began")


@pytest.mark.parametrize(
    ("sql", "code"),
    [("SELEC 1", 62), ("SELECT * FROM nowhere", 60), ("SELECT no_such_column FROM events", 47), ("SELECT {missing:String}", 456)],
)
def test_what_the_engine_refuses_is_an_error_with_its_code(store: Warehouse, sql: str, code: int) -> None:
    with pytest.raises(WarehouseError) as caught:
        store.query(sql)
    assert (caught.value.code, caught.value.retry) == (code, False)


def test_rows_that_cannot_be_read_are_refused_whole(store: Warehouse) -> None:
    empty(store)
    with pytest.raises(WarehouseError):
        store.insert_rows("staging", ("event_id", "batch"), b'["a", 1]\n["b", "no number"]\n')
    assert store.query("SELECT count() FROM staging").first() == (0,)


def test_text_of_every_kind_is_stored_as_it_is(store: Warehouse) -> None:
    empty(store)
    text = 'NUL \\u0000 "quote" \\\\ 😀 通观 \\u2028'
    store.insert_rows("staging", ("event_id", "order_id"), f'["1", "{text.replace(chr(34), chr(92) + chr(34))}"]'.encode())
    stored = store.query("SELECT order_id FROM staging").first()[0]
    assert stored == 'NUL \0 "quote" \\ 😀 通观 \u2028'


def test_four_threads_ask_at_once(store: Warehouse) -> None:
    def ask(number: int) -> int:
        try:
            found = [store.query("SELECT {n:UInt64} + count() FROM numbers(1000)", {"n": number}).first()[0] for _ in range(5)]
        finally:
            store.close_thread()
        assert len(set(found)) == 1
        return int(found[0])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(8))) == [1000 + n for n in range(8)]


def test_a_staged_load_takes_each_event_once(store: Warehouse, tmp_path: Path) -> None:
    empty(store)
    made = Rig(tmp_path, store)
    try:
        made.load(event(event_id="1"), event(event_id="2", order_id="é😀\t"), event(event_id="1"))
        made.load(event(event_id="2", order_id="é😀\t"), event(event_id="3"), event(event_id="1", order_id="other"))
        assert made.ids() == ["1", "2", "3"]
        assert made.rows("SELECT order_id FROM events WHERE event_id = '2'") == [("é😀\t",)]
        account = made.account()
        assert (account.received, account.accepted, account.duplicate, account.quarantined) == (6, 3, 2, 1)
        assert made.rows("SELECT count() FROM event_keys") == [(3,)]
        assert made.rows("SELECT sum(events) FROM hourly_counts") == [(3,)]
    finally:
        made.close()


def test_a_closed_warehouse_says_so(tmp_path: Path) -> None:
    warehouse = Warehouse("clickhouse://127.0.0.1:1/default")
    warehouse.close()
    with pytest.raises(WarehouseError, match="closed"):
        warehouse.query("SELECT 1")


def test_a_server_that_is_not_there_may_come_back() -> None:
    with pytest.raises(WarehouseUnavailableError) as caught:
        Warehouse("clickhouse://someone:secret-word@127.0.0.1:1/default").query("SELECT 1")
    assert caught.value.retry
    assert "secret-word" not in str(caught.value)


def test_a_server_that_goes_away_may_come_back(tmp_path: Path) -> None:
    with clickhouse_http(tmp_path / "engine") as address:
        warehouse = Warehouse(address)
        assert warehouse.query("SELECT 1").first() == (1,)
    with pytest.raises(WarehouseUnavailableError) as caught:
        warehouse.query("SELECT 1")
    assert caught.value.retry
    warehouse.close()


@pytest.mark.parametrize(("code", "retry"), [(243, True), (75, True), (60, False), (159, False)])
def test_whether_a_retry_helps_depends_on_the_code(code: int, retry: bool) -> None:
    assert translate(Exception(f"Code: {code}. DB::Exception: …")).retry is retry


def test_addresses_are_shown_without_their_password() -> None:
    assert parts_without_secret("clickhouse://a:b@h:1/d") == "clickhouse://a:…@h:1/d"
    assert parts_without_secret("chdb:///x") == "chdb:///x"
