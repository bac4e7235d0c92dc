"""Records set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.records.race import race
from tongguan.model.reasons import Quarantine
from tongguan.records import quarantine
from tongguan.records.columns import clean
from tongguan.records.database import Database
from tongguan.records.quarantine import NewQuarantine, QuarantineCount, QuarantineFilters, QuarantineState

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
ROW = NewQuarantine(
    source="shop",
    batch=1,
    position=0,
    reason=Quarantine.BAD_TIME,
    field="time",
    value="yesterday",
    message="time is no time",
    valid="RFC 3339 with a zone",
    preview="{…}",
    cipher=b"\x00\xff",
    mapping="orders",
    origin="orders.csv row 2",
    received_time=AT,
)


def test_the_same_record_is_set_aside_once(db: Database) -> None:
    other = replace(ROW, reason=Quarantine.BAD_AMOUNT)
    with db.begin() as conn:
        quarantine.add_many(conn, [ROW, other])
        quarantine.add_many(conn, [replace(ROW, value="later"), replace(ROW, position=1)])
        quarantine.add_many(conn, [])
        rows = quarantine.page(conn, QuarantineFilters(), 10)
    assert [(row.position, row.reason) for row in rows] == [(1, "bad_time"), (0, "bad_amount"), (0, "bad_time")]
    assert rows[2].value == "yesterday"
    assert rows[2].cipher == b"\x00\xff"
    assert rows[2].reason is Quarantine.BAD_TIME
    assert rows[2].state is QuarantineState.OPEN


def test_pages_follow_each_other_and_can_be_filtered(db: Database) -> None:
    with db.begin() as conn:
        quarantine.add_many(conn, [replace(ROW, position=n, source="ab"[n % 2], batch=n // 4) for n in range(8)])
        first = quarantine.page(conn, QuarantineFilters(source="a"), 3)
        rest = quarantine.page(conn, QuarantineFilters(source="a"), 3, after=first[-1].id)
        assert [row.position for row in first + rest] == [6, 4, 2, 0]
        assert len(quarantine.page(conn, QuarantineFilters(batch=1), 9)) == 4
        assert quarantine.page(conn, QuarantineFilters(reason=Quarantine.TOO_LARGE), 9) == []
        assert len(quarantine.page(conn, QuarantineFilters(reason=Quarantine.BAD_TIME, state=QuarantineState.OPEN), 9)) == 8


def test_closing_is_counted_and_happens_once(db: Database) -> None:
    with db.begin() as conn:
        quarantine.add_many(conn, [replace(ROW, position=n) for n in range(3)])
        ids = sorted(row.id for row in quarantine.page(conn, QuarantineFilters(), 9))
        assert quarantine.close(conn, ids[:2], QuarantineState.REPLAYED, "wang", AT, replay_batch=9) == ids[:2]
        assert quarantine.close(conn, ids, QuarantineState.DISCARDED, "li", AT) == ids[2:]
        closed = quarantine.get(conn, ids[0])
        assert closed is not None
        assert (closed.state, closed.closed_by, closed.closed_at, closed.replay_batch) == (QuarantineState.REPLAYED, "wang", AT, 9)
        assert quarantine.get(conn, 10**9) is None
        assert quarantine.count_by(conn) == [
            QuarantineCount("shop", Quarantine.BAD_TIME, QuarantineState.DISCARDED, 1),
            QuarantineCount("shop", Quarantine.BAD_TIME, QuarantineState.REPLAYED, 2),
        ]


def test_of_two_people_only_one_replays(db: Database) -> None:
    with db.begin() as conn:
        quarantine.add_many(conn, [replace(ROW, position=n) for n in range(700)])
        ids = sorted(row.id for row in quarantine.page(conn, QuarantineFilters(), 1000))

    def run(number: int) -> list[int]:
        with db.begin() as conn:
            return quarantine.close(conn, ids, QuarantineState.REPLAYED, f"user {number}", AT, replay_batch=number)

    one, other = race(run)
    assert sorted(one + other) == ids


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(alphabet=st.characters(codec=None)), body=st.binary(max_size=64))
def test_any_text_can_be_set_aside(db: Database, value: str, body: bytes) -> None:
    with db.begin() as conn:
        before = len(quarantine.page(conn, QuarantineFilters(), 1000))
        quarantine.add_many(conn, [replace(ROW, position=before, value=value, cipher=body)])
        row = quarantine.page(conn, QuarantineFilters(), 1)[0]
    assert (row.value, row.cipher) == (clean(value), body)


def test_nul_and_half_surrogates_stay_visible() -> None:
    assert clean("a\x00b\ud800c😀") == "a␀b?c😀"
