"""The account of every record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.records.race import race
from tongguan.records import ledger
from tongguan.records.database import Database
from tongguan.records.ledger import LedgerRow

HOUR = datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_counts_add_up_within_their_hour(db: Database) -> None:
    with db.begin() as conn:
        ledger.add_received(conn, "shop", HOUR + timedelta(minutes=59), 6)
        ledger.add_received(conn, "shop", HOUR, 4)
        ledger.add(conn, "shop", HOUR, "accepted", "", 5)
        ledger.add(conn, "shop", HOUR + timedelta(minutes=1), "accepted", "", 1)
        ledger.add(conn, "shop", HOUR, "duplicate", "", 2)
        ledger.add(conn, "shop", HOUR, "quarantined", "bad_time", 1)
        ledger.add(conn, "shop", HOUR, "rejected", "busy", 1)
        ledger.add(conn, "shop", HOUR, "quarantined", "too_large", 0)
        assert ledger.totals(conn) == [LedgerRow("shop", HOUR, 10, 6, 2, 1, 1)]
        assert ledger.check(conn) == []


def test_whatever_does_not_add_up_is_found_on_both_sides(db: Database) -> None:
    with db.begin() as conn:
        ledger.add_received(conn, "lost", HOUR, 3)
        ledger.add(conn, "lost", HOUR, "accepted", "", 1)
        ledger.add(conn, "invented", HOUR, "accepted", "", 2)
        ledger.add_received(conn, "vanished", HOUR, 1)
        ledger.add_received(conn, "even", HOUR, 0)
        found = [(each.row.source, each.row.missing) for each in ledger.check(conn)]
    assert found == [("invented", -2), ("lost", 2), ("vanished", 1)]


def test_totals_can_be_narrowed(db: Database) -> None:
    with db.begin() as conn:
        for hours in range(4):
            for source in ("a", "b"):
                ledger.add_received(conn, source, HOUR + timedelta(hours=hours), hours)
        rows = ledger.totals(conn, since=HOUR + timedelta(hours=1), until=HOUR + timedelta(hours=3), source="b")
    assert [(row.hour, row.received) for row in rows] == [(HOUR + timedelta(hours=1), 1), (HOUR + timedelta(hours=2), 2)]


@pytest.mark.parametrize(
    ("outcome", "reason", "n", "says"),
    [
        ("accepted", "bad_time", 1, "no reason 'bad_time'"),
        ("quarantined", "bad_tyme", 1, "did you mean 'bad_time'"),
        ("rejected", "bad_time", 1, "no reason"),
        ("acepted", "", 1, "did you mean 'accepted'"),
        ("accepted", "", -1, "cannot be added"),
    ],
)
def test_outcomes_and_reasons_are_closed(db: Database, outcome: ledger.Outcome, reason: str, n: int, says: str) -> None:
    with pytest.raises(ValueError, match=says), db.begin() as conn:
        ledger.add(conn, "a", HOUR, outcome, reason, n)


def test_hours_are_those_of_utc() -> None:
    assert ledger.hour_of(datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))) == datetime(
        2026, 3, 1, 3, tzinfo=UTC
    )
    with pytest.raises(ValueError, match="time zone"):
        ledger.hour_of(datetime(2026, 3, 1))


def test_two_writers_lose_no_count(db: Database) -> None:
    def run(number: int) -> None:
        for _ in range(20):
            with db.begin() as conn:
                names = ["a", "b"] if number else ["b", "a"]
                ledger.add_all(conn, [ledger.LedgerEntry(name, HOUR, "accepted", "", 1) for name in names])

    race(run)
    with db.read() as conn:
        assert [(row.source, row.accepted) for row in ledger.totals(conn)] == [("a", 40), ("b", 40)]


def test_freshness_only_moves_forward(db: Database) -> None:
    later = HOUR + timedelta(minutes=5)
    with db.begin() as conn:
        ledger.touch_source(conn, "shop", later, None)
        ledger.touch_source(conn, "shop", HOUR, HOUR)
        ledger.touch_source(conn, "shop", HOUR, HOUR - timedelta(days=1))
        ledger.touch_source(conn, "shop", HOUR, None)
        ledger.add_received(conn, "shop", HOUR, 2)
        ledger.add_received(conn, "shop", HOUR + timedelta(hours=3), 1)
        ledger.add(conn, "shop", HOUR, "accepted", "", 2)
        ledger.add_received(conn, "silent", HOUR, 1)
        ledger.touch_source(conn, "new", HOUR, HOUR)
        states = {state.source: state for state in ledger.freshness(conn)}
    assert list(states) == ["new", "shop", "silent"]
    assert states["shop"] == ledger.SourceState("shop", later, HOUR, 3, 2, 0, 0, 0)
    assert states["silent"].received_time is None
    assert states["new"].received == 0
