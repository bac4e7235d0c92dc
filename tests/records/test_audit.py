"""The chain of what people did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update

from tests.records.race import race
from tongguan.records import audit
from tongguan.records.audit import AuditFilters, Head
from tongguan.records.database import Database
from tongguan.records.tables import audit as table
from tongguan.records.tables import audit_head

AT = datetime(2026, 3, 1, 8, 0, 0, 1, tzinfo=UTC)


def fill(conn: Connection, rows: int = 5) -> None:
    for n in range(rows):
        audit.append(conn, AT + timedelta(minutes=n), "wang" if n % 2 else "li", "erase", "customer", f"c{n}", {"values": n, "why": "请求"})


def test_rows_are_shown_newest_first_and_can_be_filtered(db: Database) -> None:
    with db.begin() as conn:
        assert audit.verify(conn) is None
        assert audit.head(conn) == Head(0, "")
        fill(conn)
        assert audit.verify(conn) is None
        first = audit.page(conn, AuditFilters(), 2)
        assert [row.sequence for row in first + audit.page(conn, AuditFilters(), 9, after=first[-1].sequence)] == [5, 4, 3, 2, 1]
        assert first[0] == audit.AuditRow(5, AT + timedelta(minutes=4), "li", "erase", "customer", "c4", {"values": 4, "why": "请求"})
        assert [row.sequence for row in audit.page(conn, AuditFilters(user="wang"), 9)] == [4, 2]
        assert [row.sequence for row in audit.page(conn, AuditFilters(object_kind="customer", object_id="c0"), 9)] == [1]
        span = AuditFilters(action="erase", since=AT + timedelta(minutes=1), until=AT + timedelta(minutes=2))
        assert [row.sequence for row in audit.page(conn, span, 9)] == [2]


TAMPERINGS: dict[str, tuple[Callable[[Connection], Any], int]] = {
    "a changed user": (lambda conn: conn.execute(update(table).where(table.c.sequence == 3).values(user_name="zhao")), 3),
    "a changed detail": (lambda conn: conn.execute(update(table).where(table.c.sequence == 2).values(detail="{}")), 2),
    "a changed time": (lambda conn: conn.execute(update(table).where(table.c.sequence == 1).values(at=AT - timedelta(days=1))), 1),
    "a changed hash": (lambda conn: conn.execute(update(table).where(table.c.sequence == 5).values(hash="0" * 64)), 5),
    "a row taken out": (lambda conn: conn.execute(delete(table).where(table.c.sequence == 2)), 2),
    "the end cut off": (lambda conn: conn.execute(delete(table).where(table.c.sequence == 5)), 5),
    "everything deleted": (lambda conn: conn.execute(delete(table)), 1),
    "a head set back": (lambda conn: conn.execute(update(audit_head).values(sequence=4)), 6),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(db: Database, name: str) -> None:
    tamper, where = TAMPERINGS[name]
    with db.begin() as conn:
        fill(conn)
        tamper(conn)
        broken = audit.verify(conn)
    assert broken is not None
    assert broken.sequence == where


def test_writers_at_once_make_one_chain(db: Database) -> None:
    def run(number: int) -> None:
        for turn in range(10):
            with db.begin() as conn:
                audit.append(conn, AT, f"user {number}", "see", "order", str(turn), {})

    race(run, threads=4)
    with db.read() as conn:
        assert audit.verify(conn) is None
        assert audit.head(conn).sequence == 40


def test_a_rolled_back_row_leaves_no_gap(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.begin() as conn:
        fill(conn, 1)
        raise ZeroDivisionError
    with db.begin() as conn:
        fill(conn, 2)
        audit.append(conn, AT, "nul\x00", "see\ud800", "order", "", {"text": "\x00\ud800", "share": 0.1})
        assert audit.verify(conn) is None
        assert audit.page(conn, AuditFilters(), 1)[0].detail == {"text": "\x00\ud800", "share": 0.1}
