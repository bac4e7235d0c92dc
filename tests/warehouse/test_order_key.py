"""The total order of events: time, then the source's sequence, then the type's rank; never arrival."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.warehouse.client import Warehouse
from tongguan.warehouse.schema import key_time_sql, order_key_sql

_SOURCE = (
    "(SELECT {time:DateTime64(6, 'UTC')} AS time, {sequence:UInt32} AS sequence, {rank:UInt16} AS rank, {event_id:String} AS event_id)"
)

Place = tuple[datetime, int, int, str]


def key(warehouse: Warehouse, place: Place) -> tuple[int, datetime]:
    """Return the order key that the engine computes, and the time that it reads back from it."""
    moment, sequence, rank, event_id = place
    values = {"time": moment.strftime("%Y-%m-%d %H:%M:%S.%f"), "sequence": sequence, "rank": rank, "event_id": event_id}
    found = warehouse.query(f"SELECT {order_key_sql()} AS k, {key_time_sql('k')} FROM {_SOURCE}", values).first()
    return int(found[0]), found[1]


moments = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31, 23, 59, 59, 999999)).map(lambda m: m.replace(tzinfo=UTC))
places = st.tuples(moments, st.integers(0, 2**32 - 1), st.integers(0, 999), st.text(max_size=20))


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1900, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 21, 2, 3, 4, 567891, UTC),
        datetime(2106, 2, 7, 6, 28, 16, tzinfo=UTC),
        datetime(2200, 12, 31, 23, 59, 59, 999999, UTC),
    ],
)
def test_a_key_gives_its_time_back(warehouse: Warehouse, moment: datetime) -> None:
    for sequence, rank in ((0, 0), (2**32 - 1, 999)):
        assert key(warehouse, (moment, sequence, rank, "x"))[1] == moment


_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ((_NOON, 2**32 - 1, 999, "z"), (_NOON + timedelta(microseconds=1), 0, 0, "a")),
        ((_NOON, 0, 999, "z"), (_NOON, 1, 0, "a")),
        ((_NOON, 7, 100, "z"), (_NOON, 7, 101, "a")),
        ((datetime(1900, 1, 1, tzinfo=UTC), 2**32 - 1, 999, "z"), (datetime(1900, 1, 1, 0, 0, 0, 1, UTC), 0, 0, "a")),
        ((datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), 9, 9, "z"), (datetime(1970, 1, 1, tzinfo=UTC), 0, 0, "a")),
    ],
)
def test_time_goes_before_sequence_before_rank_before_id(warehouse: Warehouse, earlier: Place, later: Place) -> None:
    assert key(warehouse, earlier)[0] < key(warehouse, later)[0]


def test_events_that_differ_in_their_id_only_have_an_order(warehouse: Warehouse) -> None:
    source = "(SELECT {time:DateTime64(6, 'UTC')} AS time, 0 AS sequence, 100 AS rank, toString(number) AS event_id FROM numbers(10000))"
    asked = f"SELECT uniqExact({order_key_sql()}) FROM {source}"
    assert warehouse.query(asked, {"time": "2026-01-01 12:00:00.000000"}).first() == (10_000,)


def test_keys_sort_as_events_do(warehouse: Warehouse) -> None:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(places, places)
    def holds(one: Place, other: Place) -> None:
        (key_one, time_one), (key_other, _) = key(warehouse, one), key(warehouse, other)
        assert time_one == one[0]
        assert 0 <= key_one < 2**128
        if one[:3] != other[:3]:
            assert (key_one < key_other) == (one[:3] < other[:3])

    holds()
