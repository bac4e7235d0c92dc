"""Rows of this store that must still become events. A relay sends them through ingest and marks them sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from tongguan.records.tables import outbox
from tongguan.records.upsert import chunks, upsert


@dataclass(frozen=True)
class OutboxRow:
    """One version of one row, and the event that tells of it (without ``event_id``)."""

    id: int
    table: str
    row_id: str
    version: int
    event: dict[str, Any]
    at: datetime

    @property
    def event_id(self) -> str:
        """The same however often it is sent, so that ingest counts it once."""
        return event_id(self.table, self.row_id, self.version)


def event_id(table: str, row_id: str, version: int) -> str:
    """Return the event id of one version of a row."""
    return f"records:{table}:{row_id}:{version}"


def add(conn: Connection, table: str, row_id: str, version: int, event: dict[str, Any], at: datetime) -> None:
    """Put an event out, in the transaction of the change that it tells of; the same version twice counts once."""
    row = {"table_name": table, "row_id": row_id, "version": version, "event": event, "at": at, "sent_at": None}
    upsert(conn, outbox, [row], keys=("table_name", "row_id", "version"))


@dataclass(frozen=True)
class NewEvent:
    """One version of one row, and the event that tells of it, to be put out."""

    table: str
    row_id: str
    version: int
    event: dict[str, Any]


def add_all(conn: Connection, events: Sequence[NewEvent], at: datetime) -> None:
    """Put many events out, as :func:`add` does one."""
    common = {"at": at, "sent_at": None}
    rows = [{"table_name": one.table, "row_id": one.row_id, "version": one.version, "event": one.event, **common} for one in events]
    upsert(conn, outbox, rows, keys=("table_name", "row_id", "version"))


def pending(conn: Connection, limit: int) -> list[OutboxRow]:
    """Return the oldest events that are not sent yet."""
    statement = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.id).limit(limit)
    return [OutboxRow(r.id, r.table_name, r.row_id, r.version, r.event, r.at) for r in conn.execute(statement)]


def mark_sent(conn: Connection, ids: Sequence[int], at: datetime) -> list[int]:
    """Mark events sent; return the ids that this call marked, so that of two relays only one counts each."""
    marked: list[int] = []
    for some in chunks(sorted(ids)):
        statement = update(outbox).where(outbox.c.id.in_(some), outbox.c.sent_at.is_(None)).values(sent_at=at)
        marked += conn.execute(statement.returning(outbox.c.id)).scalars()
    return sorted(marked)


def prune(conn: Connection, older_than: datetime) -> int:
    """Drop events sent before an instant; return how many."""
    return conn.execute(delete(outbox).where(outbox.c.sent_at < older_than)).rowcount
