"""An event is stored once, however often it comes; another event under its id is set aside. The books add up after each."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.rig import Rig, event
from tongguan.records.quarantine import QuarantineFilters, QuarantineRow, page


def counts(made: Rig) -> tuple[int, int, int, int]:
    """Return received, accepted, duplicate and quarantined, after checking that nothing is missing."""
    account = made.account()
    assert account.missing == 0
    for table in ("event_keys", "events"):
        assert made.rows(f"SELECT count() FROM {table}") == [(account.accepted,)]
    assert made.rows("SELECT sum(events) FROM hourly_counts") == [(account.accepted,)]
    return account.received, account.accepted, account.duplicate, account.quarantined


def set_aside(made: Rig) -> list[QuarantineRow]:
    with made.database.read() as connection:
        return page(connection, QuarantineFilters(), 100)


ONE = event(event_id="1", amount=5, attributes={"a": 1, "b": 2})
OTHERS = {
    "another amount": event(event_id="1", amount=6, attributes={"a": 1, "b": 2}),
    "another time": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, time="2026-11-20T02:00:00Z"),
    "another month": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, time="2020-01-01T02:00:00Z"),
    "another type": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, type="order.cancelled"),
    "another order": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, order_id="o2"),
    "another attribute": event(event_id="1", amount=5, attributes={"a": 1, "b": 3}),
    "one object more": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, objects=[{"kind": "x", "id": "y"}]),
    "due": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, due_time="2026-12-01T00:00:00Z"),
}
SAME = {
    "the same bytes": ONE,
    "attributes in another order": event(event_id="1", amount=5, attributes={"b": 2, "a": 1}),
    "the same moment in another zone": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, time="2026-11-21T10:00:00+08:00"),
    "empty for absent": event(event_id="1", amount=5, attributes={"a": 1, "b": 2}, channel="", objects=[]),
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME.keys())
@pytest.mark.parametrize("apart", [False, True], ids=["in one block", "in two blocks"])
def test_the_same_event_again_is_a_duplicate(made: Rig, body: bytes, apart: bool) -> None:
    made.deliver(ONE)
    if apart:
        made.loader.load_all()
    made.load(body)
    assert counts(made) == (2, 1, 1, 0)


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("apart", [False, True], ids=["in one block", "in two blocks"])
def test_another_event_under_its_id_is_set_aside(made: Rig, body: bytes, apart: bool) -> None:
    made.deliver(ONE)
    if apart:
        made.loader.load_all()
    made.load(body)
    assert counts(made) == (2, 1, 0, 1)
    assert made.rows("SELECT amount, order_id, type FROM events") == [(5, "o1", "order.created")]
    (row,) = set_aside(made)
    assert (row.reason.value, row.field, row.value) == ("id_reused", "event_id", "1")
    with made.database.read() as connection:
        kept = made.store.unlock(connection, row.cipher)
    assert kept is not None
    wanted = json.loads(body)
    for name in ("event_id", "order_id", "amount", "type"):
        assert json.loads(kept)[name] == wanted[name]


def test_within_one_delivery(made: Rig) -> None:
    made.load(ONE, event(event_id="2"), ONE, OTHERS["due"], ONE)
    assert counts(made) == (5, 2, 2, 1)
    assert [(row.position, row.reason.value) for row in set_aside(made)] == [(3, "id_reused")]


def test_the_first_one_received_stays(made: Rig) -> None:
    made.load(OTHERS["due"], ONE, ONE)
    assert counts(made) == (3, 1, 0, 2)
    assert made.rows("SELECT isNotNull(due_time) FROM events") == [(True,)]


def test_without_ids_the_content_counts(made: Rig) -> None:
    made.load(event(amount=1), event(amount=1), event(amount=2))
    made.load(event(amount=2), event(amount=3))
    assert counts(made) == (5, 3, 2, 0)


def test_duplicates_of_other_sources_count_where_they_came_from(made: Rig) -> None:
    made.load(ONE, source="first")
    made.load(ONE, OTHERS["due"], source="second")
    assert counts(made) == (3, 1, 1, 1)
    assert made.rows("SELECT source FROM events") == [("first",)]


def test_ids_differ_in_their_last_character(made: Rig) -> None:
    made.load(*[event(event_id="x" * 199 + letter) for letter in "abcdefg 😀"], event(event_id="x" * 198))
    assert counts(made) == (10, 10, 0, 0)


def test_bad_records_among_duplicates(made: Rig) -> None:
    made.load(ONE, b"{", ONE, event(channel="?"))
    made.load(b"{", ONE, OTHERS["another time"])
    assert counts(made) == (7, 1, 2, 4)
    assert sorted(row.reason.value for row in set_aside(made)) == ["id_reused", "malformed_json", "malformed_json", "unknown_code"]


def test_a_delivery_of_bad_records_only(made: Rig) -> None:
    made.load(b"{", b"[]")
    assert counts(made) == (2, 0, 0, 2)


def test_a_delivery_of_nothing(made: Rig) -> None:
    receipt = made.load()
    assert (receipt.received, receipt.accepted) == (0, 0)
    made.load(ONE)
    assert counts(made) == (1, 1, 0, 0)


def test_a_large_block_of_mostly_duplicates(made: Rig) -> None:
    records = [event(event_id=str(n % 700), amount=n % 700) for n in range(2000)]
    made.deliver(*records[:1500])
    made.load(*records[1500:])
    assert counts(made) == (2000, 700, 1300, 0)
    assert made.ids() == sorted(str(n) for n in range(700))
