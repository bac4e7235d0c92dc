"""The batches that came in, newest first, for people who look after the data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update

from tongguan.records.errors import NoSuchRowError
from tongguan.records.tables import deliveries
from tongguan.records.upsert import upsert


class DeliveryState(StrEnum):
    """How far a batch has come."""

    SPOOLED = "spooled"
    LOADED = "loaded"


@dataclass(frozen=True)
class DeliveryRow:
    """One batch. Counts are records and always add up: received = accepted + quarantined + duplicate."""

    batch: int
    source: str
    origin: str
    received_time: datetime
    received: int
    accepted: int
    quarantined: int
    duplicate: int = 0
    state: DeliveryState = DeliveryState.SPOOLED


def add(conn: Connection, rows: Iterable[DeliveryRow]) -> None:
    """Note batches; one noted before stays as it is."""
    upsert(conn, deliveries, [asdict(row) for row in rows], keys=("batch",))


def add_duplicates(conn: Connection, batch: int, n: int) -> None:
    """Say that ``n`` of the batch's accepted records turned out to be there already."""
    _move(conn, batch, n, "duplicate")


def add_quarantined(conn: Connection, batch: int, n: int) -> None:
    """Say that ``n`` of the batch's accepted records were set aside by the loader."""
    _move(conn, batch, n, "quarantined")


def mark_loaded(conn: Connection, batches: Iterable[int]) -> None:
    """Say that all records of the batches are in the warehouse."""
    found = list(batches)
    if found:
        statement = update(deliveries).where(deliveries.c.batch.in_(found))
        conn.execute(statement.values(state=DeliveryState.LOADED))


def recent(conn: Connection, limit: int, source: str | None = None) -> list[DeliveryRow]:
    """Return the latest batches, newest first, of one source or of all."""
    statement = select(deliveries).order_by(deliveries.c.batch.desc()).limit(limit)
    if source is not None:
        statement = statement.where(deliveries.c.source == source)
    return [DeliveryRow(**{**row._mapping, "state": DeliveryState(row.state)}) for row in conn.execute(statement)]


def _move(conn: Connection, batch: int, n: int, to: str) -> None:
    column = deliveries.c[to]
    statement = update(deliveries).where(deliveries.c.batch == batch, deliveries.c.accepted >= n)
    changed = conn.execute(statement.values({deliveries.c.accepted: deliveries.c.accepted - n, column: column + n}))
    if changed.rowcount != 1:
        raise NoSuchRowError("批次（或其接收数不足）", f"batch with {n} accepted records", batch)
